//! What a figure is made of when shared costs are split: the rows that stayed in their place, and of each rule that
//! put something there, the rows it took and the share of them that is in the figure.

use super::accounts::parted;
use super::{Amount, Split, Taken, add};
use crate::allocation::{Method, SharedCost, account_id, source_mapping};
use crate::read::{Published, account_names};
use crate::{App, AppError, Result};
use model::{CostQuery, Decimal, Dimension, Filter, TimeView};
use std::collections::{BTreeMap, BTreeSet};

/// Where a part of a figure comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whence {
    /// Rows that no rule takes.
    Own,
    /// A rule for shared costs.
    Rule {
        /// Its identifier.
        id: String,
        /// Its name.
        name: String,
        /// How it splits.
        method: Method,
    },
}

impl Whence {
    /// Its name in a question: the rule's identifier, or `own`.
    pub fn name(&self) -> &str {
        match self {
            Self::Own => "own",
            Self::Rule { id, .. } => id,
        }
    }
}

/// A part of a split figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPart {
    /// Where it comes from.
    pub whence: Whence,
    /// What the rows behind it add up to: for a rule, all that it took.
    pub whole: Decimal,
    /// What of it is in the figure.
    pub figure: Decimal,
}

/// A split figure with its parts, and the question that lists the rows behind one of them.
pub(in crate::read) struct Explained {
    /// Largest first; they add up to the figure.
    pub(in crate::read) parts: Vec<SplitPart>,
    /// Which of them the rows are of.
    pub(in crate::read) shown: usize,
    pub(in crate::read) rows: CostQuery,
    pub(in crate::read) keys: Vec<Option<String>>,
}

/// Takes the group of `query` with these keys apart. `part` names the part whose rows are wanted; else it is the first.
/// The question has the groups and the view of the table that the figure stands in: its shares are rounded there.
pub(in crate::read) async fn explained(
    app: &App,
    published: &Published,
    query: &CostQuery,
    keys: &[Option<String>],
    part: Option<&str>,
) -> Result<Explained> {
    let rules = &published.definitions.shared_costs;
    let split = Split { app, published, rules, names: account_names(app, published).await? };
    let key = |(dimension, key): (&Dimension, &Option<String>)| Filter {
        dimension: dimension.clone(),
        exclude: false,
        values: vec![key.clone().unwrap_or_default()],
    };
    let cell: Vec<Filter> = query.group_by.iter().zip(keys).map(key).collect();
    let sums = Sums::of(&split, query, &cell).await?;
    let (cell_of_accounts, cell_of_rows) = parted(&cell);
    let parts = sums.parts(rules, &cell_of_rows);
    let shown = match part {
        None => 0,
        Some(name) => parts.iter().position(|part| part.whence.name() == name).ok_or_else(|| {
            AppError::invalid(format!("'{name}' is no part of this figure"))
                .advise("Leave 'part' out for the first.")
        })?,
    };
    let (about_accounts, mut filters) = parted(&query.filters);
    filters.extend(cell_of_rows);
    let rule = match &parts[shown].whence {
        // All that the rule took, whoever got it.
        Whence::Rule { id, .. } => Some(id.clone()),
        Whence::Own => {
            let accounts: Vec<Filter> = about_accounts.into_iter().chain(cell_of_accounts).collect();
            if accounts.is_empty() || sums.stayed.is_empty() {
                filters.extend(accounts);
            } else {
                let values = sums.stayed.into_iter().collect();
                filters.push(Filter { dimension: account_id(), exclude: false, values });
            }
            None
        }
    };
    let rows =
        CostQuery { group_by: vec![source_mapping(rules)?], filters, view: TimeView::Total, ..query.clone() };
    Ok(Explained { parts, shown, rows, keys: vec![rule] })
}

/// What a cell holds, by where it comes from.
struct Sums {
    /// By rule; none for what stayed.
    figures: BTreeMap<Option<String>, i128>,
    /// Accounts whose rows stayed: names of accounts change, and a figure goes by the last one.
    stayed: BTreeSet<String>,
    /// What the rules took, whoever got it.
    taken: Taken,
}

impl Sums {
    async fn of(split: &Split<'_>, query: &CostQuery, cell: &[Filter]) -> Result<Self> {
        let total = CostQuery { group_by: vec![], view: TimeView::Total, ..query.clone() };
        let plain = split.app.engine().answer(&split.published.view, &total).await?;
        let (mut figures, mut stayed) = (BTreeMap::new(), BTreeSet::new());
        let mut put = |amount: Amount<'_>| {
            if all_accept(cell, &amount.keys) {
                add(figures.entry(amount.rule.map(str::to_owned)).or_default(), amount.units)?;
                if amount.rule.is_none() {
                    stayed.insert(amount.account.unwrap_or_default().to_owned());
                }
            }
            Ok(())
        };
        let taken = split.amounts(query, plain.from, plain.to, &mut put).await?;
        Ok(Self { figures, stayed, taken })
    }

    /// Largest first; at least one.
    fn parts(&self, rules: &[SharedCost], cell_of_rows: &[Filter]) -> Vec<SplitPart> {
        let took = |rule: &str| -> i128 {
            let of_rule = self
                .taken
                .iter()
                .filter(|((taker, keys, _), _)| taker == rule && all_accept(cell_of_rows, keys));
            of_rule.fold(0, |sum: i128, (_, units)| sum.saturating_add(*units))
        };
        let part = |(rule, units): (&Option<String>, &i128)| {
            let figure = Decimal::from_units(*units);
            let Some(id) = rule else {
                return Some(SplitPart { whence: Whence::Own, whole: figure, figure });
            };
            let rule = rules.iter().find(|rule| rule.id == *id)?;
            let whence = Whence::Rule { id: id.clone(), name: rule.name.clone(), method: rule.method };
            Some(SplitPart { whence, whole: Decimal::from_units(took(id)), figure })
        };
        let mut parts: Vec<SplitPart> = self.figures.iter().filter_map(part).collect();
        if parts.is_empty() {
            parts.push(SplitPart { whence: Whence::Own, whole: Decimal::ZERO, figure: Decimal::ZERO });
        }
        parts.sort_by_key(|part| std::cmp::Reverse(part.figure));
        parts
    }
}

fn all_accept(filters: &[Filter], keys: &[Option<String>]) -> bool {
    filters.iter().zip(keys).all(|(filter, key)| filter.accepts(key.as_deref()))
}
