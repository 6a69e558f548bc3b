//! The OpenAPI description: a snapshot under test, so that a change of the interface is seen in review.

#[test]
fn openapi_is_as_agreed() {
    let text = serde_json::to_string_pretty(&api::openapi()).unwrap();
    insta::assert_snapshot!("openapi", text);
}

#[test]
fn every_operation_has_an_id_and_a_problem() {
    let spec = serde_json::to_value(api::openapi()).unwrap();
    let paths = spec["paths"].as_object().unwrap();
    assert!(paths.len() > 20, "only {} paths", paths.len());
    for (path, item) in paths {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
        }
    }
}
