//! Costs as CSV (RFC 4180).

use super::{figure_columns, figures, key_text, rows, text_columns, texts};
use crate::read::costs::{Costs, bucket_text};
use model::{CostGroup, Decimal, TimeView};
use std::io::{self, Write};

/// CSV as the page's table: the dimensions, one column per bucket, the total.
pub fn csv(costs: &Costs, out: &mut impl Write) -> io::Result<()> {
    let mut header = text_columns(costs);
    header.extend(figure_columns(costs));
    line(out, header.iter().map(String::as_str))?;
    for (group, labels) in rows(costs) {
        let figures: Vec<String> = figures(costs, group).map(|figure| figure.to_string()).collect();
        line(out, texts(costs, group, labels).into_iter().chain(figures.iter().map(String::as_str)))?;
    }
    Ok(())
}

/// CSV with one line per group and bucket, ordered by figure, largest first: one column per dimension, the
/// bucket if the question has a view, the exact figure last. Buckets without cost are left out.
pub fn csv_long(costs: &Costs, out: &mut impl Write) -> io::Result<()> {
    let (query, answer) = (&costs.query, &costs.answer);
    let mut header: Vec<String> = query.group_by.iter().map(ToString::to_string).collect();
    let bucketed = query.view != TimeView::Total;
    if bucketed {
        header.push("period".into());
    }
    header.push(query.metric.name().into());
    let mut cells: Vec<(&CostGroup, Option<String>, Decimal)> = vec![];
    for group in &answer.groups {
        if bucketed {
            let figures = answer.buckets.iter().zip(&group.figures).filter(|(_, figure)| !figure.is_zero());
            cells.extend(figures.map(|(bucket, figure)| (group, Some(bucket_text(bucket)), *figure)));
        } else {
            cells.push((group, None, group.total));
        }
    }
    // Stable: equal figures keep the order of the groups and buckets.
    cells.sort_by_key(|cell| std::cmp::Reverse(cell.2));
    line(out, header.iter().map(String::as_str))?;
    for (group, bucket, figure) in cells {
        let keys = query.group_by.iter().zip(&group.keys);
        let keys = keys.map(|(dimension, key)| key_text(dimension, key.as_deref(), group.other));
        let figure = figure.to_string();
        line(out, keys.chain(bucket.as_deref()).chain([figure.as_str()]))?;
    }
    Ok(())
}

/// One line of CSV.
pub fn line<'a>(out: &mut impl Write, fields: impl Iterator<Item = &'a str>) -> io::Result<()> {
    let mut count = 0;
    let mut blank = false;
    for field in fields {
        if count > 0 {
            out.write_all(b",")?;
        }
        count += 1;
        blank = field.is_empty();
        if field.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    // A lone empty field needs quotes, or the line would read as blank.
    out.write_all(if count == 1 && blank { b"\"\"\r\n" } else { b"\r\n" })
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = vec![];
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn long_csv_orders_by_figure_and_keeps_every_digit() {
        assert_eq!(
            text(|out| csv_long(&sample(TimeView::Hour), out)),
            "tag:Team,period,amortized\r\n\"a,\"\"b\"\"<&\",2026-10-01T00:00:00Z,1.1\r\n\
             Untagged,2026-10-01T01:00:00Z,1\r\nUntagged,2026-10-01T00:00:00Z,0.000000000000000001\r\n"
        );
    }

    #[test]
    fn pivot_csv_has_a_column_per_bucket_and_the_total() {
        assert_eq!(
            text(|out| csv(&sample(TimeView::Day), out)),
            "tag:Team,2026-10-01,2026-10-02,total\r\n\"a,\"\"b\"\"<&\",1.1,0,1.1\r\n\
             Untagged,0.000000000000000001,1,1.000000000000000001\r\n"
        );
    }

    #[test]
    fn a_line_of_one_empty_field_is_no_blank_line() {
        assert_eq!(text(|out| line(out, [""].into_iter())), "\"\"\r\n");
        assert_eq!(text(|out| line(out, ["", ""].into_iter())), ",\r\n");
    }
}
