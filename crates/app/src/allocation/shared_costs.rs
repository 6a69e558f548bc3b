//! Shared costs: what is paid in one place for others (support, tax, a shared account), split over them.

use super::{account_id, change};
use crate::identity::{entry, name_of, random_id};
use crate::policy::Caller;
use crate::{App, AppError, Result};
use meta::DefinitionKind;
use model::limits::{LONGEST_ACCOUNT, MOST_NAMED_ACCOUNTS, MOST_RULE_BYTES, MOST_SHARED_COSTS};
use model::{
    Condition, Decimal, Dimension, Filter, Mapping, MappingName, MappingRule, Operator, check_rules,
};

/// How a shared cost is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The same to each.
    Even,
    /// In proportion to what each costs in the month without shared costs.
    Proportional,
    /// By shares in percent.
    Fixed,
}

/// An account that takes a part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct SharedTarget {
    /// The account.
    pub account_id: String,
    /// Its share, for fixed shares.
    pub percent: Option<Decimal>,
}

/// A cost that is split. The first rule that matches a row takes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct SharedCost {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// What is split: filters, all of which a row meets.
    pub source: Vec<String>,
    /// How.
    pub method: Method,
    /// Over which accounts; none: over all others.
    pub targets: Vec<SharedTarget>,
}

impl SharedCost {
    fn filters(&self) -> Result<Vec<Filter>> {
        self.source
            .iter()
            .map(|text| {
                text.parse().map_err(|error: model::FilterError| {
                    AppError::invalid(format!("shared cost '{}': {error}", self.name))
                        .advise("Correct what is to be split.")
                })
            })
            .collect()
    }

    /// Accounts that the rule takes from by name: they take no part of it back.
    pub(crate) fn source_accounts(&self) -> Vec<String> {
        let filters = self.filters().unwrap_or_default();
        let own = |filter: &Filter| filter.dimension == account_id() && !filter.exclude;
        filters.into_iter().filter(own).flat_map(|filter| filter.values).collect()
    }

    fn rule(&self) -> Result<MappingRule> {
        let condition = |filter: Filter| Condition {
            operator: if filter.exclude { Operator::IsNot } else { Operator::Is },
            dimension: filter.dimension,
            values: filter.values,
        };
        let conditions = self.filters()?.into_iter().map(condition).collect();
        Ok(MappingRule { value: self.id.clone(), conditions })
    }

    fn check(&self) -> Result<()> {
        check_rules(&[self.rule()?]).map_err(|error| {
            AppError::invalid(format!("shared cost '{}': {error}", self.name))
                .advise("Say what is to be split.")
        })?;
        if self.id.len() > LONGEST_ACCOUNT
            || self.targets.iter().any(|target| target.account_id.len() > LONGEST_ACCOUNT)
        {
            return Err(AppError::invalid(format!("an identifier in '{}' is too long", self.name))
                .advise("Name accounts by their ID."));
        }
        if self.method == Method::Fixed {
            let sum: Decimal = self.targets.iter().filter_map(|target| target.percent).sum();
            let bad = |target: &SharedTarget| target.percent.is_none_or(|percent| percent <= Decimal::ZERO);
            if sum != Decimal::from(100) || self.targets.iter().any(bad) {
                return Err(AppError::invalid(format!(
                    "the shares of '{}' add up to {sum} percent, not to 100",
                    self.name
                ))
                .advise("Give every account a share above zero, 100 percent in all."));
            }
        }
        let mut accounts: Vec<&str> = self.targets.iter().map(|target| target.account_id.as_str()).collect();
        accounts.sort_unstable();
        if accounts.windows(2).any(|pair| pair[0] == pair[1]) || accounts.contains(&"") {
            return Err(AppError::invalid(format!("an account of '{}' is named twice or empty", self.name))
                .advise("Name each account once."));
        }
        Ok(())
    }
}

/// A dimension whose value is the rule that takes a row; none where none does.
pub(crate) fn source_mapping(rules: &[SharedCost]) -> Result<Dimension> {
    let name = MappingName::VirtualTag("shared cost".to_owned());
    let rules = rules.iter().map(SharedCost::rule).collect::<Result<_>>()?;
    Ok(Dimension::Mapped(Mapping { name, rules: Some(rules) }))
}

/// Replaces the rules of the caller's organization.
pub async fn set_shared_costs(app: &App, caller: &Caller, rules: Vec<SharedCost>) -> Result<Vec<SharedCost>> {
    let most = |found: usize, what: &str, most: usize| {
        if found > most {
            return Err(AppError::invalid(format!("{found} {what} are more than {most}"))
                .advise("Split what is large, and name fewer."));
        }
        Ok(())
    };
    most(rules.len(), "shared costs", MOST_SHARED_COSTS)?;
    most(rules.iter().map(|rule| rule.targets.len()).sum(), "accounts of shared costs", MOST_NAMED_ACCOUNTS)?;
    let sources: usize = rules.iter().flat_map(|rule| &rule.source).map(String::len).sum();
    most(sources, "bytes of filters", MOST_RULE_BYTES)?;
    let mut checked = vec![];
    for mut rule in rules {
        rule.name = name_of("the name of the shared cost", &rule.name)?;
        if rule.id.is_empty() {
            rule.id = random_id()?;
        }
        rule.check()?;
        if checked.iter().any(|known: &SharedCost| known.id == rule.id) {
            return Err(
                AppError::invalid("two rules have one identifier").advise("Leave it empty for new rules.")
            );
        }
        checked.push(rule);
    }
    // Together they are one mapping, which each answer is split by.
    let all = checked.iter().map(SharedCost::rule).collect::<Result<Vec<_>>>()?;
    check_rules(&all).map_err(|error| AppError::invalid(error.to_string()).advise(error.advice()))?;
    change(app, caller, DefinitionKind::SharedCosts, |known: &mut Vec<SharedCost>| {
        known.clone_from(&checked);
        let names: Vec<&str> = checked.iter().map(|rule| rule.name.as_str()).collect();
        Ok(((), entry(app, caller, "shared_costs.changed", names.join(", "), &[])))
    })
    .await?;
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(percents: &[&str]) -> SharedCost {
        let target = |(at, percent): (usize, &&str)| SharedTarget {
            account_id: at.to_string(),
            percent: percent.parse().ok(),
        };
        SharedCost {
            id: "a".into(),
            name: "Support".into(),
            source: vec!["charge_type=Support".into()],
            method: Method::Fixed,
            targets: percents.iter().enumerate().map(target).collect(),
        }
    }

    #[test]
    fn shares_add_up_to_the_whole() {
        assert!(fixed(&["33.3", "66.7"]).check().is_ok());
        for bad in [&["50", "49.9"][..], &["100", "0"], &["150", "-50"], &[]] {
            assert!(fixed(bad).check().is_err(), "{bad:?}");
        }
        let twice = SharedCost {
            method: Method::Even,
            targets: vec![SharedTarget { account_id: "1".into(), percent: None }; 2],
            ..fixed(&[])
        };
        assert!(twice.check().is_err());
    }

    #[test]
    fn what_is_split_is_said() {
        let rule = |source: &[&str]| SharedCost {
            source: source.iter().map(|text| (*text).to_owned()).collect(),
            ..fixed(&["100"])
        };
        assert!(rule(&[]).check().is_err());
        assert!(rule(&["account=prod"]).check().is_err());
        assert_eq!(rule(&["account_id=1,2", "service!=x"]).source_accounts(), ["1", "2"]);
    }
}
