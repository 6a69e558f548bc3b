//! Dimensions that an organization defines: ordered rules that give a row a value by its other values.
//! Subsets, organizational units and virtual tags are all of this form, so that one engine answers them,
//! for the past too, and one text of SQL shows what they mean.

mod decider;
mod pattern;

pub use decider::Decider;
use pattern::compiled;

use crate::limits::{
    MOST_CONDITIONS, MOST_KEYS, MOST_RULE_BYTES, MOST_RULE_PARTS, MOST_RULE_PATTERNS, MOST_RULE_VALUES,
    MOST_RULES,
};
use crate::{Column, Dimension, Filter};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Which mapping is meant. What people define is referred to by its identifier, which a rename leaves alone, or by its
/// name, which may mean something else tomorrow: whatever is kept is kept by identifier.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MappingName {
    /// The organization's named groups of accounts, by their names.
    Subset,
    /// The same, by their identifiers, which have the names beside them.
    SubsetId,
    /// Where AWS Organizations places the account.
    OrganizationalUnit,
    /// A tag by rules, by its identifier or its name.
    VirtualTag(String),
}

impl MappingName {
    /// Word for rows that no rule matches.
    pub const fn none_label(&self) -> &'static str {
        match self {
            Self::Subset | Self::SubsetId => "Unassigned",
            Self::OrganizationalUnit => "No organizational unit",
            Self::VirtualTag(_) => "No match",
        }
    }

    /// Whether its rules look at accounts alone.
    pub const fn is_of_account(&self) -> bool {
        match self {
            Self::Subset | Self::SubsetId | Self::OrganizationalUnit => true,
            Self::VirtualTag(_) => false,
        }
    }

    /// Words on screen.
    pub fn label(&self) -> String {
        match self {
            Self::Subset | Self::SubsetId => "Subset".to_owned(),
            Self::OrganizationalUnit => "Organizational unit".to_owned(),
            Self::VirtualTag(name) => name.clone(),
        }
    }
}

impl fmt::Display for MappingName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subset => out.write_str("subset"),
            Self::SubsetId => out.write_str("subset_id"),
            Self::OrganizationalUnit => out.write_str("organizational_unit"),
            Self::VirtualTag(name) => write!(out, "virtual_tag:{name}"),
        }
    }
}

/// A mapping, with its rules once they are looked up in the organization that asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mapping {
    /// Which one.
    pub name: MappingName,
    /// The rules, tried in order; `None` while only the name is known.
    pub rules: Option<Arc<[MappingRule]>>,
}

impl Mapping {
    /// The rules; none where they were not looked up.
    pub fn rules(&self) -> &[MappingRule] {
        self.rules.as_deref().unwrap_or_default()
    }

    /// Every condition of every rule.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.rules().iter().flat_map(|rule| &rule.conditions)
    }
}

/// Gives a value to the rows that meet all conditions and no earlier rule's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct MappingRule {
    /// The value.
    pub value: String,
    /// What a row must be; at least one condition.
    pub conditions: Vec<Condition>,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// The value is one of those given.
    Is,
    /// The value is none of those given.
    IsNot,
    /// The value starts with one of those given.
    StartsWith,
    /// The value ends with one of those given.
    EndsWith,
    /// The value contains one of those given.
    Contains,
    /// One of the regular expressions given is found in the value; `^` and `$` are its ends.
    Matches,
}

/// What a row's value must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Condition {
    /// The dimension looked at.
    pub dimension: Dimension,
    /// How it is compared.
    pub operator: Operator,
    /// With what; upper and lower case differ. For `is` and `is_not` an empty value stands for none.
    pub values: Vec<String>,
}

impl Condition {
    /// The condition as a filter, where it is one.
    pub fn filter(&self) -> Option<Filter> {
        let exclude = match self.operator {
            Operator::Is => false,
            Operator::IsNot => true,
            Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches => {
                return None;
            }
        };
        Some(Filter { dimension: self.dimension.clone(), exclude, values: self.values.clone() })
    }

    /// Whether a value (`None`: the row has none) meets it.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let text = value.unwrap_or_default();
        match self.operator {
            Operator::Is | Operator::IsNot => {
                self.dimension.lists(&self.values, value) != (self.operator == Operator::IsNot)
            }
            Operator::StartsWith => self.values.iter().any(|wanted| text.starts_with(wanted)),
            Operator::EndsWith => self.values.iter().any(|wanted| text.ends_with(wanted)),
            Operator::Contains => self.values.iter().any(|wanted| text.contains(wanted)),
            Operator::Matches => value.is_some_and(|text| {
                self.values.iter().any(|wanted| compiled(wanted).is_ok_and(|found| found.is_match(text)))
            }),
        }
    }
}

/// The rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// A rule without a value.
    #[error("rule {0} has no value")]
    NoValue(usize),
    /// A rule that would match everything.
    #[error("rule {0} ('{1}') has no condition")]
    NoCondition(usize, String),
    /// A condition without values; for prefixes and parts also an empty one, which everything contains.
    #[error("a condition on {1} in rule {0} has no value to compare with")]
    NothingToCompare(usize, String),
    /// A dimension that rules cannot look at.
    #[error("rule {0} looks at '{1}', which rules cannot: use accounts by ID, services, tags, resources …")]
    Dimension(usize, String),
    /// Text that is no regular expression, or one that is too large.
    #[error("a condition on {1} in rule {0} has no regular expression that can be used: {2}")]
    Pattern(usize, String, String),
    /// More than can be tried for every row.
    #[error("the rules have {found} {what}; {most} are the most")]
    TooMany {
        /// How many there are.
        found: usize,
        /// Of what.
        what: &'static str,
        /// How many may be.
        most: usize,
    },
}

impl RuleError {
    /// What to do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => {
                "Use fewer rules: one with several values in place of many, a beginning in place of a list, \
                 or two virtual tags."
            }
            Self::Pattern(..) => {
                "Correct it: a letter stands for itself, . for any, .* for any number, ^ and $ for the ends of the value, \
                 [0-9] for a digit; look-around and back-references do not exist."
            }
            _ => "Complete the rule, or remove it.",
        }
    }
}

/// Counted before anything is looked at: what is too large is not worked on.
fn check_size(rules: &[MappingRule]) -> Result<(), RuleError> {
    let within = |found: usize, what: &'static str, most: usize| {
        if found > most { Err(RuleError::TooMany { found, what, most }) } else { Ok(()) }
    };
    within(rules.len(), "rules", MOST_RULES)?;
    let largest = rules.iter().map(|rule| rule.conditions.len()).max().unwrap_or(0);
    within(largest, "conditions in one rule", MOST_CONDITIONS)?;
    let (mut values, mut parts, mut patterns, mut bytes) = (0, 0, 0, 0);
    let mut keys: HashSet<&Dimension> = HashSet::new();
    for rule in rules {
        bytes += rule.value.len();
        for condition in &rule.conditions {
            match condition.operator {
                Operator::Is | Operator::IsNot => values += condition.values.len(),
                Operator::StartsWith | Operator::EndsWith | Operator::Contains => {
                    parts += condition.values.len();
                }
                Operator::Matches => patterns += condition.values.len(),
            }
            bytes += condition.values.iter().map(|value| value.len() + 4).sum::<usize>();
            if condition.dimension.is_keyed() {
                keys.insert(&condition.dimension);
            }
        }
    }
    within(values, "values", MOST_RULE_VALUES)?;
    within(parts, "beginnings, ends and parts of values", MOST_RULE_PARTS)?;
    within(patterns, "regular expressions", MOST_RULE_PATTERNS)?;
    within(bytes, "bytes", MOST_RULE_BYTES)?;
    within(keys.len(), "different tags", MOST_KEYS)
}

/// Whether some rules can be used; rules are counted from 1.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn check_rules(rules: &[MappingRule]) -> Result<(), RuleError> {
    check(rules, Dimension::is_of_row)
}

/// The same of rules that may look at the latest names of accounts too: who asks puts the accounts in their place.
///
/// # Errors
/// The first thing that is wrong with them.
pub fn check_rules_of_names(rules: &[MappingRule]) -> Result<(), RuleError> {
    check(rules, |dimension| dimension.is_of_row() || dimension.is(Column::Account))
}

fn check(rules: &[MappingRule], may: impl Fn(&Dimension) -> bool) -> Result<(), RuleError> {
    check_size(rules)?;
    for (at, rule) in rules.iter().enumerate() {
        let place = at + 1;
        if rule.value.trim().is_empty() {
            return Err(RuleError::NoValue(place));
        }
        if rule.conditions.is_empty() {
            return Err(RuleError::NoCondition(place, rule.value.clone()));
        }
        for condition in &rule.conditions {
            let name = condition.dimension.to_string();
            let part = !matches!(condition.operator, Operator::Is | Operator::IsNot);
            if condition.values.is_empty() || (part && condition.values.iter().any(String::is_empty)) {
                return Err(RuleError::NothingToCompare(place, name));
            }
            if !may(&condition.dimension) {
                return Err(RuleError::Dimension(place, name));
            }
            if condition.operator == Operator::Matches {
                for text in &condition.values {
                    compiled(text).map_err(|why| RuleError::Pattern(place, name.clone(), why))?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(dimension: &str, operator: Operator, values: &[&str]) -> Condition {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Condition { dimension: dimension.parse().unwrap(), operator, values }
    }

    #[test]
    fn conditions_compare_as_they_say() {
        let is = condition("region", Operator::Is, &["eu-west-1", ""]);
        assert!(is.holds(Some("eu-west-1")) && is.holds(None) && !is.holds(Some("us-east-1")));
        let is_not = condition("tag:Team", Operator::IsNot, &["Untagged"]);
        assert!(!is_not.holds(None) && is_not.holds(Some("a")));
        let starts = condition("resource_id", Operator::StartsWith, &["arn:", "i-"]);
        assert!(starts.holds(Some("i-1")) && !starts.holds(Some("vol-i-1")) && !starts.holds(None));
        let contains = condition("service", Operator::Contains, &["EC2"]);
        assert!(contains.holds(Some("Amazon EC2")) && !contains.holds(Some("ec2")) && !contains.holds(None));
        let ends = condition("account", Operator::EndsWith, &["-prod", "-live"]);
        assert!(ends.holds(Some("shop-prod")) && !ends.holds(Some("prod-shop")) && !ends.holds(None));
        let matches = condition("account", Operator::Matches, &["^(prod|live)-[0-9]+$", "x{2}"]);
        assert!(matches.holds(Some("live-42")) && matches.holds(Some("axxb")));
        assert!(!matches.holds(Some("live-42b")) && !matches.holds(Some("LIVE-42")) && !matches.holds(None));
        assert!(!condition("service", Operator::Matches, &[".*"]).holds(None));
    }

    #[test]
    fn rules_without_an_end_are_refused() {
        let rule = |conditions| MappingRule { value: "a".into(), conditions };
        let is = |count: usize| Condition {
            values: (0..count).map(|at| at.to_string()).collect(),
            ..condition("account_id", Operator::Is, &[])
        };
        let parts = |count: usize| Condition { operator: Operator::Contains, ..is(count) };
        let long = "x".repeat(MOST_RULE_BYTES);
        let keys = |count: usize| {
            let key = |at: usize| vec![condition(&format!("tag:{at}"), Operator::Is, &["x"])];
            (0..count).map(|at| rule(key(at))).collect::<Vec<_>>()
        };
        for good in
            [vec![rule(vec![is(MOST_RULE_VALUES)])], vec![rule(vec![is(1)]); MOST_RULES], keys(MOST_KEYS)]
        {
            assert_eq!(check_rules(&good), Ok(()));
        }
        for bad in [
            vec![rule(vec![is(1)]); MOST_RULES + 1],
            vec![rule(vec![is(1); MOST_CONDITIONS + 1])],
            vec![rule(vec![is(MOST_RULE_VALUES)]), rule(vec![is(1)])],
            vec![rule(vec![parts(MOST_RULE_PARTS + 1)])],
            vec![rule(vec![condition("service", Operator::Is, &[long.as_str()])])],
            keys(MOST_KEYS + 1),
        ] {
            assert!(matches!(check_rules(&bad), Err(RuleError::TooMany { .. })));
        }
    }

    #[test]
    fn rules_that_say_nothing_are_refused() {
        let rule = |value: &str, conditions| MappingRule { value: value.into(), conditions };
        let good = condition("account_id", Operator::Is, &["1"]);
        assert_eq!(check_rules(&[rule("a", vec![good.clone()])]), Ok(()));
        for bad in [
            rule(" ", vec![good.clone()]),
            rule("a", vec![]),
            rule("a", vec![condition("service", Operator::Is, &[])]),
            rule("a", vec![condition("service", Operator::Contains, &["x", ""])]),
            rule("a", vec![condition("account", Operator::Is, &["prod"])]),
            rule("a", vec![condition("billing_period", Operator::Is, &["2026-10"])]),
            rule("a", vec![condition("subset", Operator::Is, &["x"])]),
            rule("a", vec![condition("service", Operator::Matches, &["("])]),
            rule("a", vec![condition("service", Operator::Matches, &["a", ""])]),
            rule("a", vec![condition("service", Operator::Matches, &["(?=a)"])]),
            rule("a", vec![condition("service", Operator::Matches, &["((a{99}){99}){99}"])]),
            rule("a", vec![condition("service", Operator::Matches, &["a".repeat(501).as_str()])]),
        ] {
            assert!(check_rules(std::slice::from_ref(&bad)).is_err(), "{bad:?}");
        }
        let names = rule("a", vec![condition("account", Operator::EndsWith, &["-prod"])]);
        assert!(check_rules_of_names(std::slice::from_ref(&names)).is_ok());
        let periods = rule("a", vec![condition("billing_period", Operator::Is, &["2026-10"])]);
        assert!(check_rules_of_names(&[periods]).is_err());
        let many: Vec<String> = (0..=MOST_RULE_PATTERNS).map(|at| at.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let many = rule("a", vec![condition("service", Operator::Matches, &many)]);
        assert!(matches!(check_rules(&[many]), Err(RuleError::TooMany { .. })));
    }
}
