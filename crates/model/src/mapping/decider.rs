//! Rules made ready to be asked of many rows. Thousands of rules that list values (accounts, services) are looked up
//! by value; only the others are tried one by one. Nothing nests, however many rules there are.

use super::pattern::compiled;
use super::{MappingRule, Operator};
use crate::{Dimension, Listed};
use regex::Regex;
use std::collections::HashMap;

/// Finds the first rule that a row meets.
#[derive(Clone, Debug)]
pub struct Decider {
    dimensions: Vec<Dimension>,
    rules: Vec<Vec<Test>>,
    /// By dimension: the rules whose first list holds a value, in order; the empty text stands for none.
    listing: Vec<HashMap<Box<str>, Vec<u32>>>,
    /// The rules that list nothing, in order.
    others: Vec<u32>,
}

/// A condition on one of the dimensions.
#[derive(Clone, Debug)]
struct Test {
    at: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Is(Listed),
    IsNot(Listed),
    StartsWith(Vec<String>),
    EndsWith(Vec<String>),
    Contains(Vec<String>),
    Matches(Vec<Regex>),
}

impl Test {
    fn holds(&self, values: &[Option<&str>]) -> bool {
        let value = values.get(self.at).copied().flatten();
        let text = value.unwrap_or_default();
        match &self.kind {
            Kind::Is(listed) => listed.contains(value),
            Kind::IsNot(listed) => !listed.contains(value),
            Kind::StartsWith(parts) => parts.iter().any(|part| text.starts_with(part.as_str())),
            Kind::EndsWith(parts) => parts.iter().any(|part| text.ends_with(part.as_str())),
            Kind::Contains(parts) => parts.iter().any(|part| text.contains(part.as_str())),
            Kind::Matches(patterns) => {
                value.is_some_and(|text| patterns.iter().any(|pattern| pattern.is_match(text)))
            }
        }
    }
}

impl Decider {
    /// Prepares some rules.
    pub fn new(rules: &[MappingRule]) -> Self {
        let mut decider = Self { dimensions: vec![], rules: vec![], listing: vec![], others: vec![] };
        for (number, rule) in (0_u32..).zip(rules) {
            let mut tests = Vec::new();
            let mut listed = false;
            for condition in &rule.conditions {
                let at = decider.place(&condition.dimension);
                let values = || Listed::new(&condition.dimension, &condition.values);
                let kind = match condition.operator {
                    Operator::Is if !listed => {
                        listed = true;
                        let none = condition.dimension.none_label();
                        for value in &condition.values {
                            let value = if value == none { "" } else { value.as_str() };
                            let rules = decider.listing[at].entry(value.into()).or_default();
                            if rules.last() != Some(&number) {
                                rules.push(number);
                            }
                        }
                        continue;
                    }
                    Operator::Is => Kind::Is(values()),
                    Operator::IsNot => Kind::IsNot(values()),
                    Operator::StartsWith => Kind::StartsWith(condition.values.clone()),
                    Operator::EndsWith => Kind::EndsWith(condition.values.clone()),
                    Operator::Contains => Kind::Contains(condition.values.clone()),
                    // Rules were checked when they were made: what is no expression any more is found nowhere.
                    Operator::Matches => Kind::Matches(
                        condition.values.iter().filter_map(|text| compiled(text).ok()).collect(),
                    ),
                };
                tests.push(Test { at, kind });
            }
            if !listed {
                decider.others.push(number);
            }
            decider.rules.push(tests);
        }
        decider
    }

    fn place(&mut self, dimension: &Dimension) -> usize {
        let known = self.dimensions.iter().position(|known| known == dimension);
        known.unwrap_or_else(|| {
            self.dimensions.push(dimension.clone());
            self.listing.push(HashMap::new());
            self.dimensions.len() - 1
        })
    }

    /// The dimensions that the rules look at, each once.
    pub fn dimensions(&self) -> &[Dimension] {
        &self.dimensions
    }

    /// The place of the first rule that some values meet, one for each of the dimensions (`None`: the row has none).
    pub fn first(&self, values: &[Option<&str>]) -> Option<usize> {
        let mut best: Option<u32> = None;
        let mut try_all = |rules: &[u32]| {
            for rule in rules {
                if best.is_some_and(|best| best <= *rule) {
                    return;
                }
                if self.rules[*rule as usize].iter().all(|test| test.holds(values)) {
                    best = Some(*rule);
                    return;
                }
            }
        };
        for ((listing, dimension), value) in self.listing.iter().zip(&self.dimensions).zip(values) {
            if !listing.is_empty() {
                let value = value.filter(|value| *value != dimension.none_label()).unwrap_or_default();
                listing.get(value).into_iter().for_each(|rules| try_all(rules));
            }
        }
        try_all(&self.others);
        best.map(|rule| rule as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Condition;
    use proptest::prelude::*;

    const NAMES: [&str; 3] = ["tag:Team", "service", "region"];
    const WORDS: [&str; 6] = ["", "Untagged", "Global", "ab", "b", "abc"];
    const OPERATORS: [Operator; 6] = [
        Operator::Is,
        Operator::IsNot,
        Operator::StartsWith,
        Operator::EndsWith,
        Operator::Contains,
        Operator::Matches,
    ];

    proptest! {
        #[test]
        fn decides_as_trying_rule_after_rule(
            rules in prop::collection::vec(
                prop::collection::vec((0_usize..3, 0_usize..6, prop::collection::vec(0_usize..6, 1..3)), 1..4), 0..9),
            values in prop::collection::vec(prop::option::of(3_usize..6), 3),
        ) {
            let rules: Vec<MappingRule> = rules
                .into_iter()
                .map(|conditions| MappingRule {
                    value: "x".into(),
                    conditions: conditions
                        .into_iter()
                        .map(|(name, operator, values)| Condition {
                            dimension: NAMES[name].parse().unwrap(),
                            operator: OPERATORS[operator],
                            values: values.into_iter().map(|value| WORDS[value].to_owned()).collect(),
                        })
                        .collect(),
                })
                .collect();
            let value = |dimension: &Dimension| {
                let at = NAMES.iter().position(|name| *name == dimension.to_string()).unwrap();
                values[at].map(|value| WORDS[value])
            };
            let expected = rules
                .iter()
                .position(|rule| rule.conditions.iter().all(|it| it.holds(value(&it.dimension))));
            let decider = Decider::new(&rules);
            let asked: Vec<Option<&str>> = decider.dimensions().iter().map(value).collect();
            prop_assert_eq!(decider.first(&asked), expected);
        }
    }
}
