use super::*;

#[test]
fn names_round_trip() {
    let mut names: Vec<String> = DIMENSIONS.iter().map(|info| info.name.to_owned()).collect();
    let keyed = [
        "tag:user:Team",
        "merged_tag:Team",
        "carried_tag:a:b",
        "carried_merged_tag:Team",
        "cost_category:Unit",
        "virtual_tag:a:b",
        "subset",
        "subset_id",
    ];
    names.extend(keyed.map(ToOwned::to_owned));
    names.push("organizational_unit".to_owned());
    for name in names {
        assert_eq!(name.parse::<Dimension>().unwrap().to_string(), name);
    }
    for name in
        ["", "tag:", "colour", "cost_category:", "virtual_tag", "subset:x", "merged_tag:", "carried_tag:"]
    {
        assert!(name.parse::<Dimension>().is_err(), "{name}");
    }
}
