//! Rules that look at the names of accounts. Which name is the latest depends on all months, which a row does not know:
//! before rules are used, the accounts that such a condition means stand in its place.

use super::account_id;
use crate::{AppError, Result};
use model::limits::MOST_ACCOUNTS_BY_NAME;
use model::{Column, Condition, Decider, MappingRule, Operator};
use std::collections::{BTreeMap, HashSet};

/// Whether any rule looks at names.
pub(super) fn looks_at_names(rules: &[MappingRule]) -> bool {
    rules.iter().flat_map(|rule| &rule.conditions).any(|condition| condition.dimension.is(Column::Account))
}

/// The rules with accounts in place of names.
///
/// # Errors
/// They stand for more accounts than are worked on.
pub(super) fn with_accounts(
    rules: &[MappingRule],
    names: &BTreeMap<String, String>,
) -> Result<Vec<MappingRule>> {
    let called: HashSet<&str> = names.values().map(String::as_str).collect();
    let mut accounts = 0;
    let mut put = |condition: &Condition| {
        if !condition.dimension.is(Column::Account) {
            return Ok(condition.clone());
        }
        let exclude = condition.operator == Operator::IsNot;
        let operator = if exclude { Operator::Is } else { condition.operator };
        let rule = MappingRule {
            value: String::new(),
            conditions: vec![Condition { operator, ..condition.clone() }],
        };
        let decider = Decider::new(&[rule]);
        let meant = names.iter().filter(|(_, name)| decider.first(&[Some(name)]).is_some());
        let mut values: Vec<String> = meant.map(|(id, _)| id.clone()).collect();
        if operator == Operator::Is {
            // An account without a name is called by its number.
            let is_number = |value: &&String| !names.contains_key(*value) && !called.contains(value.as_str());
            values.extend(condition.values.iter().filter(is_number).cloned());
        }
        accounts += values.len();
        if accounts > MOST_ACCOUNTS_BY_NAME {
            return Err(AppError::invalid("the rules' names stand for too many accounts")
                .advise("Use fewer conditions on names, or name accounts by their number."));
        }
        let operator = if exclude { Operator::IsNot } else { Operator::Is };
        Ok(Condition { dimension: account_id(), operator, values })
    };
    rules
        .iter()
        .map(|rule| {
            let conditions = rule.conditions.iter().map(&mut put).collect::<Result<_>>()?;
            Ok(MappingRule { value: rule.value.clone(), conditions })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_stand_in_place_of_their_names() {
        let names: BTreeMap<String, String> = [("1", "shop-prod"), ("2", "shop-test"), ("3", "data-prod")]
            .map(|(id, name)| (id.to_owned(), name.to_owned()))
            .into();
        let put = |operator, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            let dimension = "account".parse().unwrap();
            let conditions = vec![Condition { dimension, operator, values }];
            let rules = [MappingRule { value: "x".into(), conditions }];
            assert!(looks_at_names(&rules));
            let put = with_accounts(&rules, &names).unwrap();
            assert!(!looks_at_names(&put));
            let condition = put[0].conditions[0].clone();
            (condition.operator, condition.values.join(" "))
        };
        assert_eq!(put(Operator::EndsWith, &["-prod"]), (Operator::Is, "1 3".to_owned()));
        assert_eq!(put(Operator::Matches, &["^shop-"]), (Operator::Is, "1 2".to_owned()));
        assert_eq!(put(Operator::Contains, &["nothing"]), (Operator::Is, String::new()));
        assert_eq!(put(Operator::Is, &["shop-test", "4"]), (Operator::Is, "2 4".to_owned()));
        assert_eq!(put(Operator::IsNot, &["shop-test"]), (Operator::IsNot, "2".to_owned()));
    }
}
