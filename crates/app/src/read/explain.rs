//! Explain this number: the line items behind a cell, with the file and row each came from.

use super::{Published, SplitPart, splitting};
use crate::{App, AppError, Result};
use futures::StreamExt;
use futures::stream::BoxStream;
use model::limits::MOST_FILTER_VALUES;
use model::{
    CANNOT_CARRY, Column, Condition, CostQuery, Decimal, Dimension, Filter, Mapping, MappingName,
    MappingRule, Operator, check_rules,
};
use query::{AccountNames, ExplainOrder, ExplainedRow, Explanation};
use std::sync::Arc;

/// The figure that is to be explained.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Span, filters and groups.
    pub query: CostQuery,
    /// The group: one key per dimension.
    pub keys: Vec<Option<String>>,
    /// In place of `keys`: the groups that it does not hold, as for the rest of a table.
    pub but: Vec<Vec<Option<String>>>,
    /// Whether it stands in a table whose shared costs are split; then no keys at all mean its total, and `query`
    /// has the table's view.
    pub split: bool,
    /// Of a split figure, the part whose rows are wanted; else the largest.
    pub part: Option<String>,
}

/// A figure and what is behind it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The figure.
    pub figure: Decimal,
    /// The rows, with their own sum.
    pub rows: Explanation,
    /// What a split figure is made of, largest first; empty for others.
    pub parts: Vec<SplitPart>,
    /// Which of them the rows are of.
    pub shown: usize,
    /// Other currencies that the question is about; no row of theirs is among these.
    pub other_currencies: Vec<String>,
}

/// Explains a cell; `page` counts from 1.
pub async fn explain(
    app: &App,
    published: &Published,
    cell: Cell,
    order: ExplainOrder,
    (page, page_size): (usize, usize),
) -> Result<Explained> {
    let asked = resolved(app, published, cell).await?;
    let mut rows =
        app.engine().explain(&published.view, &asked.query, &asked.keys, order, page, page_size).await?;
    rows.snapshot = published.told(rows.snapshot);
    rows.sql = published.definitions.by_name_in(&asked.query, rows.sql);
    rows.rows.iter_mut().for_each(|row| name_account(&published.view.names, row));
    let figure =
        if asked.parts.is_empty() { rows.figure } else { asked.parts.iter().map(|part| part.figure).sum() };
    let chosen = asked.query.group_by.iter().any(|dimension| dimension.is(Column::Currency));
    let other_currencies =
        if chosen { vec![] } else { app.engine().in_one_currency(&published.view, &asked.query).await?.1 };
    Ok(Explained { figure, rows, parts: asked.parts, shown: asked.shown, other_currencies })
}

/// Every row that [`explain`] would page through, in pieces.
pub async fn explained_rows(
    app: &App,
    published: &Published,
    cell: Cell,
    order: ExplainOrder,
) -> Result<BoxStream<'static, Result<Vec<ExplainedRow>>>> {
    let asked = resolved(app, published, cell).await?;
    let rows = app.engine().explained_rows(&published.view, &asked.query, &asked.keys, order).await?;
    let names = Arc::clone(&published.view.names);
    let named = move |mut rows: Vec<ExplainedRow>| {
        for row in &mut rows {
            name_account(&names, row);
        }
        rows
    };
    Ok(rows.map(move |rows| rows.map(&named).map_err(AppError::from)).boxed())
}

/// A row names its account as its report did, unless people gave it another name, or the report has none.
fn name_account(names: &AccountNames, row: &mut ExplainedRow) {
    let Some(id) = row.account_id.as_deref() else { return };
    let unnamed = row.account.is_none() || row.account == row.account_id;
    let known = names.known.get(id).filter(|_| unnamed);
    if let Some(name) = names.given.get(id).or(known) {
        row.account = Some(name.clone());
    }
}

/// Value of the rows in groups that are shown.
const SHOWN: &str = "shown";

/// The filter that keeps what is in none of the groups.
fn rest(group_by: &[Dimension], groups: &[Vec<Option<String>>]) -> Result<Filter> {
    if let [dimension] = group_by {
        let values = groups.iter().flatten().map(|key| key.clone().unwrap_or_default()).collect();
        return Ok(Filter { dimension: dimension.clone(), exclude: true, values });
    }
    // Filters leave out values, not combinations of them, but rules find combinations.
    let rule = |keys: &Vec<Option<String>>| {
        let conditions = group_by.iter().zip(keys);
        MappingRule {
            value: SHOWN.to_owned(),
            conditions: conditions
                .flat_map(|(dimension, key)| kept(dimension, key.as_deref().unwrap_or_default()))
                .collect(),
        }
    };
    let rules: Vec<MappingRule> = groups.iter().map(rule).collect();
    check_rules(&rules).map_err(|error| {
        AppError::invalid(format!("the rest of these groups cannot be asked for: {error}")).advise(
            "Ask for each group, or group by one of the dimensions and leave its values out by a filter.",
        )
    })?;
    let name = MappingName::VirtualTag(SHOWN.to_owned());
    let dimension = Dimension::Mapped(Mapping { name, rules: Some(rules.into()) });
    Ok(Filter { dimension, exclude: true, values: vec![SHOWN.to_owned()] })
}

/// What a row of a group meets. Rules look at what a row says by itself: a tag that tells what cannot carry it is its tag and
/// whether there can be one.
fn kept(dimension: &Dimension, key: &str) -> Vec<Condition> {
    let is = |dimension: &Dimension, values: &[&str]| Condition {
        dimension: dimension.clone(),
        operator: Operator::Is,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let Dimension::CarriedTag(tag) = dimension else { return vec![is(dimension, &[key])] };
    let cannot = key == CANNOT_CARRY;
    if !cannot && !key.is_empty() && key != dimension.none_label() {
        return vec![is(tag, &[key])];
    }
    // Who writes so on a tag has none; merged values are in lower case, and none of them is the word.
    let none: &[&str] = if matches!(**tag, Dimension::MergedTag(_)) { &[""] } else { &["", CANNOT_CARRY] };
    vec![is(tag, none), is(&Column::CanCarryTags.into(), &[if cannot { "No" } else { "Yes" }])]
}

/// Which rows are asked for, and what they are part of.
struct Asked {
    query: CostQuery,
    keys: Vec<Option<String>>,
    parts: Vec<SplitPart>,
    shown: usize,
}

async fn resolved(app: &App, published: &Published, cell: Cell) -> Result<Asked> {
    if cell.but.iter().map(Vec::len).sum::<usize>() > MOST_FILTER_VALUES {
        return Err(AppError::invalid("these are too many groups to ask for the rest of")
            .advise("Ask for each group, or leave some values out by a filter."));
    }
    let mut query = published.resolve(cell.query)?;
    if !cell.but.is_empty() {
        query.filters.push(rest(&query.group_by, &cell.but)?);
    }
    let plain = !cell.split || published.definitions.shared_costs.is_empty();
    if plain && cell.keys.is_empty() && (cell.split || !cell.but.is_empty()) {
        query.group_by.clear();
    }
    if plain {
        return Ok(Asked { query, keys: cell.keys, parts: vec![], shown: 0 });
    }
    let (query, _) = app.engine().in_one_currency(&published.view, &query).await?;
    let published = published.in_one_currency(&query.filters);
    let found = splitting::explained(app, &published, &query, &cell.keys, cell.part.as_deref()).await?;
    Ok(Asked { query: found.rows, keys: found.keys, parts: found.parts, shown: found.shown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_several_tags_is_asked_for_by_what_rows_say() {
        let dimensions: Vec<Dimension> =
            ["carried_tag:A", "carried_merged_tag:B"].map(|name| name.parse().unwrap()).into();
        let text = |key: &str| Some(key.to_owned());
        let groups = [
            vec![text("x"), None],
            vec![text(CANNOT_CARRY), text(CANNOT_CARRY)],
            vec![text(""), text("Untagged")],
        ];
        let Dimension::Mapped(mapping) = rest(&dimensions, &groups).unwrap().dimension else { panic!() };
        let words: Vec<String> = mapping
            .rules()
            .iter()
            .map(|rule| {
                let words = |it: &Condition| format!("{}={}", it.dimension, it.values.join("|"));
                rule.conditions.iter().map(words).collect::<Vec<_>>().join(" ")
            })
            .collect();
        let none = format!("|{CANNOT_CARRY}");
        assert_eq!(words[0], "tag:A=x merged_tag:B= can_carry_tags=Yes");
        assert_eq!(words[1], format!("tag:A={none} can_carry_tags=No merged_tag:B= can_carry_tags=No"));
        assert_eq!(words[2], format!("tag:A={none} can_carry_tags=Yes merged_tag:B= can_carry_tags=Yes"));
        // Of its own it is two columns, which rules do not look at.
        let condition =
            Condition { dimension: dimensions[0].clone(), operator: Operator::Is, values: vec!["x".into()] };
        assert!(check_rules(&[MappingRule { value: "v".into(), conditions: vec![condition] }]).is_err());
    }
}
