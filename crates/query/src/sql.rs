//! The SQL of a question: text over `line_items` that gives the same figures in DuckDB, wherever the table can be read.
//! Our own engine runs the same statement when line items have to answer, in its own words (`dialect`), with long lists and
//! rules as functions: what is planned stays small and flat, however much a question lists.

mod dialect;

pub(crate) use dialect::{COST_CATEGORY, JSON_FUNCTION, TAG, identifier, pointed_at};

use crate::plan::asks_names;
use crate::view::AccountNames;
use chrono::NaiveDate;
use dialect::{DUCKDB, Dialect, OURS, literal};
use model::{
    CANNOT_CARRY, ChargeType, Column, Condition, CostQuery, Dimension, Filter, Listed, Mapping, MappingRule,
    MergedTag, Operator, TimeView,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

/// What a statement is written for.
pub(crate) enum Form {
    /// To be read, and run by DuckDB: it derives latest account names from the line items by itself, with those that they
    /// do not tell.
    Shown(Arc<AccountNames>),
    /// For our own engine: a table `account_names` is there, and these functions will be.
    Run(Vec<Function>),
}

/// A function that a statement calls: `f0`, `f1`, …, by its place.
pub(crate) enum Function {
    /// Whether a value is among many.
    Among(Listed),
    /// The value that rules give to the values of their dimensions, empty where none matches.
    Rules(Arc<[MappingRule]>),
}

/// Values of a filter that are still written out for our own engine: beyond, planning costs more than the look-up.
const WRITTEN_OUT: usize = 100;

impl Form {
    /// For our own engine.
    pub(crate) fn run() -> Self {
        Self::Run(Vec::new())
    }

    fn dialect(&self) -> &'static Dialect {
        if self.is_shown() { &DUCKDB } else { &OURS }
    }

    fn is_shown(&self) -> bool {
        matches!(self, Self::Shown(_))
    }

    /// The functions that the statement calls.
    pub(crate) fn functions(self) -> Vec<Function> {
        match self {
            Self::Shown(_) => Vec::new(),
            Self::Run(functions) => functions,
        }
    }
}

/// Makes a function, and gives its name.
fn named(functions: &mut Vec<Function>, function: Function) -> String {
    functions.push(function);
    name_of(functions.len() - 1)
}

/// The name of a function, by its place.
pub(crate) fn name_of(place: usize) -> String {
    format!("f{place}")
}

/// Names of accounts in the line items, the latest ones.
fn reported_names() -> String {
    let day = format!("CAST({} AS DATE)", (DUCKDB.utc)(START));
    format!(
        r#"
  SELECT "named_account", "account_name"
  FROM (
    SELECT "named_account", "account_name",
      ROW_NUMBER() OVER (PARTITION BY "named_account" ORDER BY "last_day" DESC, "account_name") AS "place"
    FROM (
      SELECT "SubAccountId" AS "named_account", "SubAccountName" AS "account_name",
        MAX({day}) AS "last_day"
      FROM line_items
      WHERE NOT "x_IsSplit" AND "SubAccountId" <> '' AND "SubAccountName" <> ''
      GROUP BY 1, 2
    ) AS named
  ) AS ranked
  WHERE "place" = 1
)
"#
    )
}

/// The table of account names, from the line items and beside them.
fn account_names(names: &AccountNames) -> String {
    let listed = |name: &str, names: &BTreeMap<String, String>| {
        let rows: Vec<String> =
            names.iter().map(|(id, name)| format!("({}, {})", literal(id), literal(name))).collect();
        format!(",\n{name} (\"named_account\", \"account_name\") AS (\n  VALUES {}\n)", rows.join(", "))
    };
    if names.is_empty() {
        return format!("WITH account_names AS ({}", reported_names());
    }
    // Each goes before those that follow.
    let mut tables = vec!["reported_names"];
    let mut sql = format!("WITH reported_names AS ({}", reported_names().trim_end());
    if !names.given.is_empty() {
        sql.push_str(&listed("given_names", &names.given));
        tables.insert(0, "given_names");
    }
    if !names.known.is_empty() {
        sql.push_str(&listed("known_names", &names.known));
        tables.push("known_names");
    }
    let part = |(at, table): (usize, &&str)| {
        let without =
            |before: &&str| format!("\"named_account\" NOT IN (SELECT \"named_account\" FROM {before})");
        let conditions: Vec<String> = tables[..at].iter().map(without).collect();
        let part = format!("SELECT \"named_account\", \"account_name\" FROM {table}");
        if at == 0 { part } else { format!("{part}\n  WHERE {}", conditions.join(" AND ")) }
    };
    let parts: Vec<String> = tables.iter().enumerate().map(part).collect();
    let _ = writeln!(sql, ",\naccount_names AS (\n  {}\n)", parts.join("\n  UNION ALL "));
    sql
}

/// Column of our own engine's tables beside the partitions: the currency of the bill.
pub(crate) const CURRENCY: &str = "currency";

/// Start of the time that a row charges for.
const START: &str = "\"ChargePeriodStart\"";

/// How long the time is that a row charges for.
fn billed_by(dialect: &Dialect) -> String {
    let (start, end) = ((dialect.utc)(START), (dialect.utc)("\"ChargePeriodEnd\""));
    format!(
        "CASE WHEN {end} <= {start} + INTERVAL '1 hour' THEN 'Hour'
    WHEN {end} <= {start} + INTERVAL '1 day' THEN 'Day'
    WHEN {end} IS NOT NULL THEN 'Longer' ELSE '' END"
    )
}

/// The statement of a question over some days: one column per dimension, the bucket if there are several,
/// and the figure. Days, weeks and months are UTC.
pub(crate) fn text(
    query: &CostQuery,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    form: &mut Form,
) -> String {
    let mut columns: Vec<String> = Vec::new();
    for (at, dimension) in query.group_by.iter().enumerate() {
        // Two spellings of a tag key may stand for one key: a statement needs a name for each column.
        let again = query.group_by[..at].contains(dimension);
        let name = if again { format!("{dimension} ({})", at + 1) } else { dimension.to_string() };
        columns.push(format!("{} AS {}", value(dimension, form), identifier(&name)));
    }
    if let Some((bucket, name)) = bucket(query.view, form.dialect()) {
        columns.push(format!("{bucket} AS {}", identifier(name)));
    }
    let keys = columns.len();
    let metric = query.metric.info();
    columns.push(format!("SUM({}) AS {}", identifier(metric.column), identifier(metric.name)));
    let mut sql = with_names(query, form);
    let _ = write!(sql, "SELECT {}\n{}", columns.join(",\n  "), source(query, from, to, form));
    if keys > 0 {
        let list: Vec<String> = (1..=keys).map(|place| place.to_string()).collect();
        let _ = write!(sql, "\nGROUP BY {}", list.join(", "));
        // Our own engine puts groups in order itself.
        if form.is_shown() {
            let _ = write!(sql, "\nORDER BY {} DESC", keys + 1);
        }
    }
    sql
}

/// The start of a statement that needs latest account names.
pub(crate) fn with_names(query: &CostQuery, form: &Form) -> String {
    match form {
        Form::Shown(names) if asks_names(query) => account_names(names),
        _ => String::new(),
    }
}

/// `FROM … WHERE …` of a question.
pub(crate) fn source(
    query: &CostQuery,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    form: &mut Form,
) -> String {
    let mut sql = "FROM line_items".to_owned();
    if asks_names(query) {
        sql.push_str("\nLEFT JOIN account_names ON \"named_account\" = \"SubAccountId\"");
    }
    sql.push_str("\nWHERE NOT \"x_IsSplit\"");
    let midnight = form.dialect().midnight;
    let day = |sql: &mut String, operator: &str, day: Option<NaiveDate>| {
        if let Some(day) = day {
            let _ = write!(sql, "\n  AND {START} {operator} {}", midnight(day));
        }
    };
    day(&mut sql, ">=", from);
    day(&mut sql, "<", to);
    for filter in &query.filters {
        let _ = write!(sql, "\n  AND {}", condition(filter, form));
    }
    sql
}

fn bucket(view: TimeView, dialect: &Dialect) -> Option<(String, &'static str)> {
    let at = (dialect.utc)(START);
    let start = |unit: &str| format!("CAST(date_trunc('{unit}', {at}) AS DATE)");
    match view {
        TimeView::Total => None,
        TimeView::Hour => Some((format!("date_trunc('hour', {at})"), "hour")),
        TimeView::Day => Some((format!("CAST({at} AS DATE)"), "day")),
        TimeView::Week => Some((start("week"), "week")),
        TimeView::Month => Some((start("month"), "month")),
    }
}

/// A dimension as it is stored: with empty texts and words for "none".
fn raw(dimension: &Dimension, form: &mut Form) -> String {
    match dimension {
        Dimension::Tag(key) | Dimension::MergedTag(MergedTag { key, .. }) => (form.dialect().key)(&TAG, key),
        Dimension::CostCategory(name) => (form.dialect().key)(&COST_CATEGORY, name),
        Dimension::Column(column) => match column {
            Column::Account => "COALESCE(\"account_name\", \"SubAccountId\")".to_owned(),
            // The bill's, also where rows name none: our own engine knows it of each file.
            Column::Currency if form.is_shown() => {
                "COALESCE(NULLIF(\"BillingCurrency\", ''), 'USD')".to_owned()
            }
            Column::Currency => identifier(CURRENCY),
            Column::BilledBy => billed_by(form.dialect()),
            Column::CanCarryTags => format!("CASE WHEN {} THEN 'No' ELSE 'Yes' END", cannot_carry()),
            plain => identifier(plain.info().column),
        },
        Dimension::CarriedTag(tag) => {
            let apart = format!("CASE WHEN {} THEN {} END", cannot_carry(), literal(CANNOT_CARRY));
            // Whoever writes so on a tag has none.
            format!("COALESCE(NULLIF({}, {}), {apart})", value(tag, form), literal(CANNOT_CARRY))
        }
        Dimension::Mapped(mapping) => by_rules(mapping, form),
    }
}

/// Whether nobody could have tagged a row.
fn cannot_carry() -> String {
    let without = ChargeType::words(|one| !one.can_carry_tags());
    let types: Vec<String> = without.into_iter().map(literal).collect();
    format!("\"x_ChargeType\" IN ({})", types.join(", "))
}

/// The value that a mapping's rules give; empty where none matches.
fn by_rules(mapping: &Mapping, form: &mut Form) -> String {
    if mapping.rules().is_empty() {
        return "''".to_owned();
    }
    if let (Form::Run(functions), Some(rules)) = (&mut *form, &mapping.rules) {
        let name = named(functions, Function::Rules(without_word(rules, mapping.name.none_label())));
        let looked_at = model::Decider::new(rules);
        let values: Vec<String> = looked_at.dimensions().iter().map(|it| value(it, form)).collect();
        return format!("{name}({})", values.join(", "));
    }
    let mut sql = "CASE".to_owned();
    for rule in mapping.rules() {
        let conditions: Vec<String> = rule.conditions.iter().map(|it| rule_condition(it, form)).collect();
        let value = if rule.value == mapping.name.none_label() { "" } else { &rule.value };
        let _ = write!(sql, "\n    WHEN {} THEN {}", conditions.join(" AND "), literal(value));
    }
    sql + "\n    ELSE '' END"
}

/// The rules with nothing in place of the word for none.
fn without_word(rules: &Arc<[MappingRule]>, none: &str) -> Arc<[MappingRule]> {
    if rules.iter().all(|rule| rule.value != none) {
        return Arc::clone(rules);
    }
    let value = |rule: &MappingRule| if rule.value == none { String::new() } else { rule.value.clone() };
    rules.iter().map(|rule| MappingRule { value: value(rule), conditions: rule.conditions.clone() }).collect()
}

fn rule_condition(rule: &Condition, form: &mut Form) -> String {
    if let Some(filter) = rule.filter() {
        return condition(&filter, form);
    }
    let plain = value(&rule.dimension, form);
    let value = format!("COALESCE({plain}, '')");
    let part = |wanted: &String| match rule.operator {
        Operator::StartsWith => format!("starts_with({value}, {})", literal(wanted)),
        Operator::EndsWith => format!("ends_with({value}, {})", literal(wanted)),
        // Of the whole value: `~` finds a part here, and asks for the whole elsewhere.
        Operator::Matches => {
            format!("COALESCE({plain} ~ {}, FALSE)", literal(&format!("(?s)^.*(?:{wanted}).*$")))
        }
        _ => format!("strpos({value}, {}) > 0", literal(wanted)),
    };
    format!("({})", rule.values.iter().map(part).collect::<Vec<_>>().join(" OR "))
}

/// A dimension's value, NULL where there is none.
fn value(dimension: &Dimension, form: &mut Form) -> String {
    let (raw, none) = (raw(dimension, form), dimension.none_label());
    match dimension {
        _ if dimension.is_of_bill() && !dimension.is(Column::Currency) => raw,
        // NULL already where there is none.
        Dimension::CarriedTag(_) => raw,
        // Rules never give the word for none, and may be long: they are written once.
        Dimension::Mapped(_) => format!("NULLIF({raw}, '')"),
        _ if none.is_empty() => format!("NULLIF({raw}, '')"),
        Dimension::MergedTag(tag) => {
            let plain = format!("LOWER(TRIM({raw}))");
            let case = |(spelling, value): (&String, &String)| {
                format!(" WHEN {} THEN {}", literal(spelling), literal(value))
            };
            let cases: String = tag.spellings.iter().flat_map(|known| known.iter().map(case)).collect();
            let merged =
                if cases.is_empty() { plain } else { format!("CASE {plain}{cases} ELSE {plain} END") };
            format!("CASE WHEN {raw} NOT IN ('', {}) THEN NULLIF({merged}, '') END", literal(none))
        }
        _ => format!("CASE WHEN {raw} NOT IN ('', {}) THEN {raw} END", literal(none)),
    }
}

fn condition(filter: &Filter, form: &mut Form) -> String {
    if filter.values.is_empty() {
        // Filters that contradict each other were merged to this.
        return if filter.exclude { "TRUE" } else { "FALSE" }.to_owned();
    }
    let none = filter.dimension.none_label();
    let word = |value: &String| value.is_empty() || (!none.is_empty() && value == none);
    let mut values: Vec<String> = filter.values.iter().filter(|value| !word(value)).cloned().collect();
    let with_none = filter.values.iter().any(word);
    if with_none {
        values.push(String::new());
        if !none.is_empty() {
            values.push(none.to_owned());
        }
    }
    let list: Vec<String> = values.iter().map(|value| literal(value)).collect();
    let raw = match filter.dimension {
        Dimension::MergedTag(_) => value(&filter.dimension, form),
        _ => raw(&filter.dimension, form),
    };
    if let Form::Run(functions) = form
        && filter.values.len() > WRITTEN_OUT
    {
        let name = named(functions, Function::Among(Listed::new(&filter.dimension, &filter.values)));
        return format!("{}{name}({raw})", if filter.exclude { "NOT " } else { "" });
    }
    // Rows without a value are NULL or empty; NULL must not make the condition unknown.
    let operand = if with_none || filter.exclude { format!("COALESCE({raw}, '')") } else { raw };
    format!("{operand} {}IN ({})", if filter.exclude { "NOT " } else { "" }, list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Metric;

    #[test]
    fn reads_like_sql_that_a_person_would_write() {
        let query = CostQuery {
            group_by: vec!["service".parse().unwrap(), "tag:user:Team".parse().unwrap()],
            view: TimeView::Month,
            filters: vec!["region!=us-east-1,".parse().unwrap(), "account_id=1,O'Neil".parse().unwrap()],
            ..CostQuery::total(Metric::Amortized)
        };
        let expected = r#"SELECT NULLIF("ServiceName", '') AS "service",
  CASE WHEN json_extract_string("Tags", '/user:Team') NOT IN ('', 'Untagged') THEN json_extract_string("Tags", '/user:Team') END AS "tag:user:Team",
  CAST(date_trunc('month', ("ChargePeriodStart" AT TIME ZONE 'UTC')) AS DATE) AS "month",
  SUM("EffectiveCost") AS "amortized"
FROM line_items
WHERE NOT "x_IsSplit"
  AND "ChargePeriodStart" >= TIMESTAMPTZ '2026-10-01 00:00:00+00:00'
  AND COALESCE("RegionId", '') NOT IN ('us-east-1', '', 'Global')
  AND "SubAccountId" IN ('1', 'O''Neil')
GROUP BY 1, 2, 3
ORDER BY 4 DESC"#;
        let from = "2026-10-01".parse().ok();
        assert_eq!(text(&query, from, None, &mut Form::Shown(Arc::default())), expected);
        // What we run is the same in our own words.
        let run = text(&query, from, None, &mut Form::run());
        let ours = expected
            .replace("json_extract_string(\"Tags\", '/", "tag(\"Tags\", '")
            .replace("(\"ChargePeriodStart\" AT TIME ZONE 'UTC')", "\"ChargePeriodStart\"")
            .replace("TIMESTAMPTZ '2026-10-01 00:00:00+00:00'", "TIMESTAMP '2026-10-01 00:00:00'");
        assert_eq!(Some(run.as_str()), ours.strip_suffix("\nORDER BY 4 DESC"));
    }

    #[test]
    fn what_our_engine_runs_stays_small() {
        let values: Vec<String> = (0..10_000).map(|at| format!("value {at}")).collect();
        let rule = |value: &String| MappingRule {
            value: value.clone(),
            conditions: vec![Condition {
                dimension: "account_id".parse().unwrap(),
                operator: Operator::StartsWith,
                values: vec![value.clone()],
            }],
        };
        let rules: Arc<[MappingRule]> = values.iter().map(rule).collect();
        let name = model::MappingName::VirtualTag("x".to_owned());
        let mapped = Dimension::Mapped(Mapping { name, rules: Some(rules) });
        let query = CostQuery {
            group_by: vec![mapped.clone()],
            filters: vec![
                Filter { dimension: "service".parse().unwrap(), exclude: true, values },
                Filter { dimension: mapped, exclude: false, values: vec![String::new()] },
            ],
            ..CostQuery::total(Metric::Amortized)
        };
        let mut form = Form::run();
        let text = text(&query, None, None, &mut form);
        assert!(text.len() < 500, "{text}");
        assert!(text.contains("NOT f1(\"ServiceName\")"), "{text}");
        assert_eq!(form.functions().len(), 3);
    }
}
