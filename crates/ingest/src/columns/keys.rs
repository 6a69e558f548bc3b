//! Keys of tags and cost categories, from the names of columns and the keys of maps.

use crate::fields::plain_name;

/// Where a tag comes from when not from the resource itself: such keys stay as they are, so that an account's `Team`
/// never stands for a resource's.
const SOURCES: [&str; 3] = ["accountTag/", "iamPrincipal/", "userAttribute/"];

/// Whether a key names where its tag comes from.
pub(crate) fn is_sourced(key: &str) -> bool {
    SOURCES.iter().any(|source| key.starts_with(source))
}

/// What follows a prefix, whatever its case.
fn after<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let head = name.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
}

/// `resourceTags/user:Team` → `Team`; `resourceTags/aws:createdBy` → `aws:createdBy`;
/// `resource_tags_user_team` → `team`; `resource_tags_aws_…` → AWS's own spelling where it is known. Keys keep
/// their letters, of whatever script.
pub(super) fn tag_key(name: &str, plain: &str) -> Option<String> {
    if let Some(key) = after(name, "resourceTags/").or_else(|| after(name, "resource_tags.")) {
        return Some(map_key(key));
    }
    if let Some(key) = after(name, "resource_tags_") {
        // An engine that folds names to upper case folds the key along; AWS had written it in lower case.
        let folded = name.starts_with("RESOURCE_TAGS_");
        return Some(if folded { map_key(&key.to_lowercase()) } else { map_key(key) });
    }
    plain.strip_prefix("resource_tags_").map(map_key)
}

/// The tag behind a column that a query picked out of CUR 2.0's map with the dot operator, which names it after the
/// key alone: `user_team`.
pub(super) fn picked_tag_key(name: &str) -> Option<String> {
    let picked = after(name, "user_").or_else(|| after(name, "aws_")).is_some_and(|key| !key.is_empty());
    picked.then(|| map_key(&name.to_lowercase()))
}

/// The canonical key of a tag as a map or a column spells it.
pub(crate) fn map_key(key: &str) -> String {
    let key = after(key, "resourceTags/").or_else(|| after(key, "resourceTag/")).unwrap_or(key);
    if let Some(user) = key.strip_prefix("user:").or_else(|| key.strip_prefix("user_")) {
        return user.to_owned();
    }
    match key.strip_prefix("aws_") {
        Some(rest) => AWS_TAGS
            .iter()
            .find(|known| plain_name(known) == key)
            .map_or_else(|| format!("aws:{rest}"), |known| (*known).to_owned()),
        None => key.to_owned(),
    }
}

/// The category of a column, in the case that the report has.
pub(super) fn category_key(name: &str, plain: &str) -> Option<String> {
    let key = after(name, "costCategory/")
        .or_else(|| after(name, "cost_category."))
        .or_else(|| after(name, "cost_category_"));
    key.or_else(|| plain.strip_prefix("cost_category_")).map(ToOwned::to_owned)
}

/// Tags that AWS itself writes (AWS billing guide, "AWS-generated cost allocation tags", and the services' guides).
const AWS_TAGS: [&str; 16] = [
    "aws:autoscaling:groupName",
    "aws:cloudformation:logical-id",
    "aws:cloudformation:stack-id",
    "aws:cloudformation:stack-name",
    "aws:createdBy",
    "aws:ec2:fleet-id",
    "aws:ec2spot:fleet-request-id",
    "aws:ecs:clusterName",
    "aws:ecs:serviceName",
    "aws:eks:cluster-name",
    "aws:eks:namespace",
    "aws:eks:workload-name",
    "aws:eks:workload-type",
    "aws:elasticmapreduce:instance-group-role",
    "aws:elasticmapreduce:job-flow-id",
    "aws:servicecatalog:provisioningPrincipalArn",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tag_keys_of_every_format() {
        for (name, key) in [
            ("resourceTags/user:Cost Center", "Cost Center"),
            ("resourceTags/user:Team ", "Team "),
            ("RESOURCETAGS/user:Team", "Team"),
            ("resource_tags_user_cost_center", "cost_center"),
            ("RESOURCE_TAGS_USER_TEAM", "team"),
            ("resource_tags_user_部署", "部署"),
            ("resource_tags_user_função", "função"),
            ("resource_tags_aws_autoscaling_group_name", "aws:autoscaling:groupName"),
            ("resource_tags_aws_new_thing", "aws:new_thing"),
        ] {
            assert_eq!(tag_key(name, &plain_name(name)).as_deref(), Some(key));
        }
        assert_eq!(picked_tag_key("user_team").as_deref(), Some("team"));
        assert_eq!(picked_tag_key("unit"), None);
        assert_eq!(map_key("accountTag/Team"), "accountTag/Team");
    }

    #[test]
    fn categories_of_every_format() {
        for (name, key) in [
            ("costCategory/Unit", "Unit"),
            ("cost_category_unit", "unit"),
            ("cost_category.Unit", "Unit"),
            ("cost_category_部門", "部門"),
        ] {
            assert_eq!(category_key(name, &plain_name(name)).as_deref(), Some(key));
        }
    }
}
