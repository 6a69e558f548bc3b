//! Cells as engines and exporters write them: headers of any case, words for nothing, dates, tags of every form.

use crate::support::{file, read, read_one, sums, total};
use arrow::array::{
    ArrayRef, Float64Array, ListBuilder, MapBuilder, NullArray, RecordBatch, StringArray, StringBuilder,
    StructArray, StructBuilder,
};
use arrow::datatypes::{DataType, Field, Fields};
use ingest::rollup::RollupResult;
use parquet::arrow::ArrowWriter;
use std::sync::Arc;

const CORE: [&str; 7] = [
    "BilledCost",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ChargeCategory",
    "BillingAccountId",
    "SubAccountId",
    "Tags",
];

/// A FOCUS file of one row a tag cell, each of 1.
fn focus(header: &str, day: &str, account: &str, tags: &[&str]) -> RollupResult {
    let mut text = format!("{header}\n");
    for tags in tags {
        let tags = tags.replace('"', "\"\"");
        text += &format!("1,2026-10-01T00:00:00Z,{day},Usage,b-1,{account},\"{tags}\"\n");
    }
    read_one("focus.csv", text.as_bytes()).unwrap()
}

fn tags(result: &RollupResult) -> Vec<(String, String)> {
    sums(result, "Tags", "BilledCost").into_iter().map(|((_, tags), cost)| (tags, cost.to_string())).collect()
}

fn all(tags: &str, cost: &str) -> Vec<(String, String)> {
    vec![(tags.to_owned(), cost.to_owned())]
}

#[test]
fn headers_of_any_case_and_byte_order_marks() {
    let plain = CORE.join(",");
    let snake = "billed_cost,billing_period_start,charge_period_start,charge_category,billing_account_id,sub_account_id,tags";
    for header in [
        plain.clone(),
        plain.to_lowercase(),
        plain.to_uppercase(),
        snake.to_owned(),
        snake.to_uppercase(),
        format!("\u{feff}\u{feff}{plain}"),
    ] {
        let result = focus(&header, "2026-10-02", "1", &[r#"{"team":"oak"}"#]);
        assert_eq!(tags(&result), all(r#"{"team":"oak"}"#, "1"), "{header}");
    }
    // A file that was appended to another begins with its own mark.
    let text = format!(
        "{plain}\n\u{feff}1.5,2026-10-01,2026-10-02,Usage,b-1,1,\n\u{feff}\"2\",2026-10-01,2026-10-02,Usage,b-1,1,\n"
    );
    assert_eq!(total(&read_one("focus.csv", text.as_bytes()).unwrap(), "BilledCost").to_string(), "3.5");
}

#[test]
fn words_for_nothing_are_nothing() {
    for word in ["", "NULL", "null", "\\N", "None", "NaN"] {
        let result = focus(&CORE.join(","), "2026-10-02", word, &[word, "{}", "null"]);
        assert_eq!(tags(&result), all("", "3"), "{word}");
        assert_eq!(sums(&result, "SubAccountId", "BilledCost").into_keys().next().unwrap().1, "", "{word}");
    }
}

#[test]
fn tags_of_every_form() {
    for (cell, expected) in [
        (r#"{"team":"oak","owner":null,"old":""}"#, r#"{"team":"oak"}"#),
        (r#"[{"key":"team","value":"oak"},{"key":"x","value":null}]"#, r#"{"team":"oak"}"#),
        (r#""team": "oak","env": "prod""#, r#"{"env":"prod","team":"oak"}"#),
        (r#"{"team":["a","b"],"env":"prod"}"#, r#"{"env":"prod","team":"[\"a\",\"b\"]"}"#),
        (r#"{"部署":"山田"}"#, r#"{"部署":"山田"}"#),
    ] {
        assert_eq!(tags(&focus(&CORE.join(","), "2026-10-02", "1", &[cell])), all(expected, "1"), "{cell}");
    }
    let result = focus(&CORE.join(","), "2026-10-02", "1", &["team=oak", "team=oak", r#"{"a":"b"}"#]);
    assert_eq!(tags(&result), [("".into(), "2".into()), (r#"{"a":"b"}"#.into(), "1".into())]);
    assert_eq!(
        (result.warnings.len(), result.warnings[0].row, result.warnings[0].column.as_str()),
        (1, 1, "Tags")
    );
}

#[test]
fn days_of_every_form() {
    for day in [
        "2026-10-02T00:00Z",
        "2026-10-02 00:00:00+00",
        "2026-10-02 00:00:00.0000000 Z",
        "1790899200000",
        "2026-10-02T00:00:00+0000",
    ] {
        let result = focus(&CORE.join(","), day, "1", &[""]);
        let span = result.periods.values().next().unwrap().usage_span();
        assert_eq!(span.map(|(from, _)| from), Some(1_790_899_200_000_000), "{day}");
    }
}

/// A Parquet file of two rows, each of 1, with these tags.
fn parquet(more: Vec<(&str, ArrayRef)>) -> RollupResult {
    let text = |value: &str| Arc::new(StringArray::from(vec![value; 2])) as ArrayRef;
    let mut columns = vec![
        ("BilledCost", Arc::new(Float64Array::from(vec![1.0, 1.0])) as ArrayRef),
        ("BillingPeriodStart", text("2026-10-01")),
        ("ChargePeriodStart", text("2026-10-02 00:00:00+00")),
        ("ChargeCategory", text("Usage")),
        ("BillingAccountId", text("b-1")),
    ];
    columns.extend(more);
    let fields: Vec<_> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(arrow::datatypes::Schema::new(fields));
    let batch = RecordBatch::try_new(schema, columns.into_iter().map(|(_, array)| array).collect()).unwrap();
    let mut writer = ArrowWriter::try_new(vec![], batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let folder = tempfile::tempdir().unwrap();
    read(&[file(folder.path(), "focus.parquet", &writer.into_inner().unwrap())]).unwrap()
}

#[test]
fn parquet_tags_of_every_type() {
    let json = Arc::new(StringArray::from(vec![r#"{"team":"oak"}"#; 2])) as ArrayRef;
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for _ in 0..2 {
        map.keys().append_value("team");
        map.values().append_value("oak");
        map.append(true).unwrap();
    }
    let pair = Fields::from(vec![
        Field::new("key", DataType::Utf8, true),
        Field::new("value", DataType::Utf8, true),
    ]);
    let mut list = ListBuilder::new(StructBuilder::from_fields(pair, 2));
    for _ in 0..2 {
        let pairs = list.values();
        pairs.field_builder::<StringBuilder>(0).unwrap().append_value("team");
        pairs.field_builder::<StringBuilder>(1).unwrap().append_value("oak");
        pairs.append(true);
        list.append(true);
    }
    let object = StructArray::from(vec![
        (
            Arc::new(Field::new("team", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec!["oak"; 2])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("owner", DataType::Utf8, true)),
            Arc::new(StringArray::from(vec![None::<&str>; 2])) as ArrayRef,
        ),
    ]);
    for column in [json, Arc::new(map.finish()), Arc::new(list.finish()), Arc::new(object)] {
        let name = column.data_type().to_string();
        assert_eq!(tags(&parquet(vec![("Tags", column)])), all(r#"{"team":"oak"}"#, "2"), "{name}");
    }
    assert_eq!(tags(&parquet(vec![("Tags", Arc::new(NullArray::new(2)))])), all("", "2"));
    let odd = Arc::new(Float64Array::from(vec![7.0, 8.0])) as ArrayRef;
    assert_eq!(tags(&parquet(vec![("Tags", odd)])), all("", "2"));
    let words = Arc::new(StringArray::from(vec!["null", "\\N"])) as ArrayRef;
    assert_eq!(tags(&parquet(vec![("Tags", words.clone()), ("SubAccountId", words)])), all("", "2"));
}

const CUR: &str = "bill_billing_period_start_date,line_item_usage_start_date,line_item_usage_account_id,line_item_line_item_type,line_item_product_code,line_item_unblended_cost";

fn cur(more: &str, cells: &[&str]) -> RollupResult {
    let mut text = format!("{CUR},{more}\n");
    for cells in cells {
        text += &format!("2026-10-01T00:00:00Z,2026-10-02T00:00:00Z,1,Usage,AmazonEC2,1,{cells}\n");
    }
    read_one("report.csv", text.as_bytes()).unwrap()
}

fn by_region(result: &RollupResult) -> Vec<String> {
    sums(result, "RegionId", "BilledCost").into_keys().map(|(_, region)| region).collect()
}

#[test]
fn a_region_is_found_row_by_row() {
    let result = cur("product_region_code,product_region", &["us-east-2,", ",eu-west-3"]);
    assert_eq!(by_region(&result), ["eu-west-3", "us-east-2"]);
    let result = cur("product_region_code,product", &["us-east-2,{}", r#","{""region"":""eu-west-3""}""#]);
    assert_eq!(by_region(&result), ["eu-west-3", "us-east-2"]);
}

#[test]
fn names_of_the_dot_operator_and_of_cost_analytics() {
    let result = cur("region,user_team,billed_cost,unit", &["eu-west-3,core,9,retail"]);
    assert_eq!(
        (by_region(&result), tags(&result)),
        (vec!["eu-west-3".into()], all(r#"{"team":"core"}"#, "1"))
    );
}

#[test]
fn a_tag_is_kept_by_its_source_and_counted_once() {
    let both = r#""{""user_team"":""core""}","{""accountTag/Team"":""finance"",""Team"":""core"",""env"":""prod""}""#;
    let result = cur("resource_tags,tags", &[both]);
    assert_eq!(tags(&result), all(r#"{"accountTag/Team":"finance","env":"prod","team":"core"}"#, "1"));
    // An account's tag is no resource's, whatever the order of the columns.
    let result = cur("tags,resource_tags", &[r#""{""accountTag/Team"":""finance""}",{}"#]);
    assert_eq!(tags(&result), all(r#"{"accountTag/Team":"finance"}"#, "1"));
}

#[test]
fn a_room_that_is_kept_is_no_reservation() {
    let arn = "arn:aws:ec2:us-east-1:1:capacity-reservation/cr-1";
    let result =
        cur("reservation_reservation_a_r_n,line_item_usage_type", &[&format!("{arn},BoxUsage:m5.large")]);
    assert_eq!(sums(&result, "x_Lifecycle", "BilledCost").into_keys().next().unwrap().1, "On-demand");
    assert_eq!(sums(&result, "CommitmentDiscountId", "BilledCost").into_keys().next().unwrap().1, "");
}
