//! `query`: costs by any dimensions, in full precision.

use super::{Folder, question};
use crate::cli::{Format, Query};
use crate::output::{Align, Table, print, print_json_as_of};
use app::read::{self, ComparedCosts, Costs, Known};
use model::shown::line;
use model::{Change, Column, Compared, Comparison, Decimal, Question, TimeView};
use serde_json::{Value, json};
use std::io::IsTerminal;

pub(crate) async fn run(folder: &Folder, args: Query) -> anyhow::Result<()> {
    let app = folder.open_existing().await?;
    let by_options = || Question {
        view: args.view,
        top: args.top,
        compare: args.compare.or_else(|| args.compare_previous.then_some(Comparison::Previous)),
        ..question(args.question)
    };
    let asked = args.asked.unwrap_or_else(by_options);
    let published = folder.published(&app, asked.as_of).await?;
    let (query, split) = read::asked(&app, &published, asked).await?;
    if args.format == Format::Csv {
        // A file has everything: where there are several currencies, each row says which is its own.
        let costs = read::costs(&app, &published, read::by_currency(&published, query)?, split).await?;
        let stdout = std::io::stdout();
        // A file gets every byte as it is.
        if !stdout.is_terminal() {
            return Ok(read::export::csv_long(&costs, &mut stdout.lock())?);
        }
        let mut bytes = vec![];
        read::export::csv_long(&costs, &mut bytes)?;
        return Ok(print(&String::from_utf8_lossy(&bytes))?);
    }
    let all = read::costs_in_each(&app, &published, query, split).await?;
    if args.format == Format::Table {
        let mut tables = vec![];
        for costs in &all {
            let left_out = read::left_out(&app, &published, costs.compared.as_ref()).await?;
            tables.push(table(costs, &left_out));
        }
        tables.extend(published.as_of.map(|as_of| format!("{}\n", as_of.words())));
        return Ok(print(&tables.join("\n"))?);
    }
    let answer = match all.as_slice() {
        [costs] => view(costs),
        several => several_currencies(several),
    };
    print_json_as_of(&answer, published.as_of)
}

/// An answer in several currencies: nothing in it adds them up. `by_currency` has an answer each; `rows` the groups of all,
/// each with its currency. A question without groups has no rows that could be taken for its figure.
fn several_currencies(all: &[Costs]) -> Value {
    let parts: Vec<Value> = all.iter().map(view).collect();
    let mut rows = vec![];
    if all.iter().all(|costs| !costs.query.group_by.is_empty()) {
        for (costs, part) in all.iter().zip(&parts) {
            for row in part["rows"].as_array().into_iter().flatten() {
                let mut row = row.clone();
                row["currency"] = json!(costs.answer.currency);
                rows.push(row);
            }
        }
    }
    let mut whole = parts.first().cloned().unwrap_or_default();
    whole["currency"] = Value::Null;
    for figure in ["totals", "total", "previous", "sql"] {
        whole[figure] = Value::Null;
    }
    whole["proven"] = json!(parts.iter().all(|part| part["proven"] == true));
    whole["estimated"] = json!(parts.iter().any(|part| part["estimated"] == true));
    whole["rows_total"] = json!(rows.len());
    whole["rows"] = json!(rows);
    for list in ["unproven_periods", "amortized_notes"] {
        let mut said: Vec<Value> = vec![];
        for one in parts.iter().flat_map(|part| part[list].as_array().into_iter().flatten()) {
            if !said.contains(one) {
                said.push(one.clone());
            }
        }
        whole[list] = json!(said);
    }
    whole["by_currency"] = json!(parts);
    whole
}

fn table(costs: &Costs, left_out: &[String]) -> String {
    let (query, answer) = (&costs.query, &costs.answer);
    let names: Vec<String> = query.group_by.iter().map(ToString::to_string).collect();
    let mut columns: Vec<(&str, Align)> = vec![];
    for name in &names {
        columns.push((name, Align::Left));
        match name.as_str() {
            "account_id" => columns.push(("account", Align::Left)),
            "connection" => columns.push(("name", Align::Left)),
            _ => {}
        }
    }
    let buckets = costs.buckets();
    let bucketed = query.view != TimeView::Total;
    if bucketed {
        columns.push(("period", Align::Left));
    }
    columns.push((query.metric.name(), Align::Right));
    let mut table = Table::new(&columns);
    for (group, labels) in answer.groups.iter().zip(&costs.labels) {
        let mut cells = vec![];
        for ((name, key), label) in names.iter().zip(&group.keys).zip(labels) {
            if name == "account_id" || name == "connection" {
                cells.push(key.clone().unwrap_or_default());
            }
            cells.push(label.clone());
        }
        if bucketed {
            for (bucket, figure) in buckets.iter().zip(&group.figures).filter(|(_, figure)| !figure.is_zero())
            {
                let mut cells = cells.clone();
                cells.extend([bucket.clone(), figure.to_string()]);
                table.row(cells);
            }
        } else {
            cells.push(group.total.to_string());
            table.row(cells);
        }
    }
    let unit = if query.metric.is_money() { answer.currency.as_str() } else { "units" };
    let proof = if costs.unproven_periods.is_empty() {
        "proven to the bill".to_owned()
    } else {
        format!("NOT proven: {} ({})", costs.unproven_periods.join(", "), costs.proof)
    };
    let estimate = if costs.estimated { "; the open month's unused commitments are an estimate" } else { "" };
    let notes = costs.unavailable.iter().fold(String::new(), |notes, note| notes + "note: " + note + "\n");
    // With groups of all currencies in the table, the others' totals stand beside.
    let others: String = if query.group_by.iter().any(|dimension| dimension.is(Column::Currency)) {
        let others = costs.other_currencies.iter();
        others.map(|(currency, total)| format!("total {total} {currency}\n")).collect::<Vec<_>>().concat()
    } else {
        String::new()
    };
    let compared = costs.compared.as_ref().map(|found| compared_line(found, left_out)).unwrap_or_default();
    format!(
        "{}\n{others}{compared}total {} {unit}, {} to {} (exclusive), UTC; {proof}{estimate}\n{notes}",
        table.text(),
        answer.total,
        answer.from,
        answer.to
    )
}

fn change(now: Decimal, change: &Change) -> Value {
    json!({
        "kind": change.kind.name(),
        "compared_total": now,
        "amount": change.amount,
        "percent": change.percent,
    })
}

/// The compared span, the days that are compared with it, and the change of the total.
fn previous(found: &ComparedCosts) -> Value {
    let Compared { now, before } = found.spans;
    json!({
        "from": before.from.to_string(),
        "to": before.to.to_string(),
        "total": found.before,
        "compared_from": now.from.to_string(),
        "compared_to": now.to.to_string(),
        "known": found.known.name(),
        "unknown_connections": match &found.known {
            Known::Part(connections) => connections.as_slice(),
            Known::Whole | Known::Nothing => &[],
        },
        "change": change(found.now, &found.change),
    })
}

/// The comparison in a line, as the table has no columns for it, with the connections that are not in it.
fn compared_line(found: &ComparedCosts, left_out: &[String]) -> String {
    let Compared { now, before } = found.spans;
    let percent = found.change.percent.map(|percent| format!(" ({percent:+.1} %)")).unwrap_or_default();
    let change = match found.change.amount {
        Some(amount) => format!("changed by {amount}{percent}"),
        None => "not known: there are no data of these days".to_owned(),
    };
    let without = if left_out.is_empty() {
        String::new()
    } else {
        let names: Vec<_> = left_out.iter().map(|name| line(name)).collect();
        format!("; not compared, for lack of data of these days: {}", names.join(", "))
    };
    format!(
        "{} to {} against {} to {} (exclusive): {change}{without}\n",
        now.from, now.to, before.from, before.to
    )
}

fn view(costs: &Costs) -> Value {
    let (query, answer) = (&costs.query, &costs.answer);
    let changes = costs.compared.as_ref().map(|found| found.groups.as_slice()).unwrap_or_default();
    let rows = answer.groups.iter().zip(&costs.labels).enumerate().map(|(at, (group, labels))| {
        json!({
            "keys": group.keys,
            "labels": labels,
            "other": group.other,
            "figures": group.figures,
            "total": group.total,
            "previous_total": changes.get(at).and_then(|found| found.before),
            "change": changes.get(at).map(|found| change(found.now, &found.change)),
        })
    });
    let publications = answer.snapshot.periods.iter().map(|period| {
        json!({
            "connection": period.connection,
            "period": period.period,
            "version": period.publication,
            "proven": period.proven,
        })
    });
    json!({
        "metric": query.metric.name(),
        "currency": answer.currency,
        "other_currencies": costs.other_currencies.iter().map(|(currency, total)| json!({
            "currency": currency, "total": total,
        })).collect::<Vec<_>>(),
        "view": query.view.name(),
        "from": answer.from.to_string(),
        "to": answer.to.to_string(),
        "group_by": costs.group_by,
        "periods": costs.buckets(),
        "rows": rows.collect::<Vec<_>>(),
        "totals": answer.totals,
        "total": answer.total,
        "previous": costs.compared.as_ref().map(previous),
        "rows_total": answer.groups_total,
        "source": if answer.from_rollup { "rollup" } else { "line_items" },
        "sql": answer.sql,
        "snapshot": { "id": costs.snapshot_id, "publications": publications.collect::<Vec<_>>() },
        "proven": costs.unproven_periods.is_empty(),
        "proof": costs.proof,
        "unproven_periods": costs.unproven_periods,
        "estimated": costs.estimated,
        "amortized_notes": costs.unavailable,
    })
}
