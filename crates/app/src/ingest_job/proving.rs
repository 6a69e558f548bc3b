//! Comparing what was read with what was stored, digit by digit.

use crate::proof::{FileProof, Identity, Sums, Unavailable};
use ingest::{Expected, RawTotals};
use lake::{StoredSum, StoredSums, SumKey};
use model::Decimal;
use std::collections::BTreeMap;

/// Name of the line of a proof that stands for all files.
pub(super) const ALL_FILES: &str = "all files";

/// A proof that failed: where, and by how much.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) file: String,
    pub(super) message: String,
}

/// Sums by file and line item type.
type Lines = BTreeMap<(String, String), Expected>;

/// What each file and line item type must add up to; all files together for the roll-up.
pub(super) fn expected(totals: &RawTotals, files: &[String], per_file: bool) -> Lines {
    let mut lines = Lines::new();
    for ((file, line_item_type), sums) in totals.expected() {
        let file = if per_file { files.get(file).cloned().unwrap_or_default() } else { ALL_FILES.to_owned() };
        let line: &mut Expected = lines.entry((file, line_item_type)).or_default();
        line.rows += sums.rows;
        line.split_rows += sums.split_rows;
        for (total, sum) in line.sums.iter_mut().zip(sums.sums) {
            *total += sum;
        }
    }
    lines
}

/// The proof's lines, and the first difference there is.
pub(super) fn compare(
    expected: &Lines,
    stored: &StoredSums,
    per_file: bool,
) -> (Vec<FileProof>, Option<Broken>) {
    let mut broken = None;
    let mut lines = vec![];
    let mut unseen = stored.by_key.clone();
    for ((file, line_item_type), raw) in expected {
        let key = SumKey {
            source_file: if per_file { file.clone() } else { String::new() },
            line_item_type: line_item_type.clone(),
        };
        let found = unseen.remove(&key).unwrap_or_default();
        let counted = found.rows.saturating_sub(found.split_rows);
        let rows_agree = counted == raw.rows && (!per_file || found.split_rows == raw.split_rows);
        if (!rows_agree || found.amounts != raw.sums) && broken.is_none() {
            broken = Some(describe(file, line_item_type, raw, &found));
        }
        lines.push(FileProof {
            file: file.clone(),
            line_item_type: line_item_type.clone(),
            raw: sums(raw.rows, raw.sums),
            stored: Some(sums(counted, found.amounts)),
        });
    }
    if let Some((key, sum)) = unseen.into_iter().next() {
        broken.get_or_insert_with(|| {
            describe(&key.source_file, &key.line_item_type, &Expected::default(), &sum)
        });
    }
    (lines, broken)
}

fn describe(file: &str, line_item_type: &str, raw: &Expected, stored: &StoredSum) -> Broken {
    let names = ["unblended", "amortized", "net unblended", "net amortized", "list", "usage amount"];
    let differing =
        names.iter().zip(raw.sums.iter().zip(stored.amounts)).find(|(_, (raw, stored))| **raw != *stored);
    let detail = match differing {
        Some((name, (raw, stored))) => {
            format!("{name}: read {raw}, stored {stored}, difference {}", *raw - stored)
        }
        None => format!("rows: read {}, stored {}", raw.rows, stored.rows.saturating_sub(stored.split_rows)),
    };
    Broken {
        file: file.to_owned(),
        message: format!(
            "the stored sums of line item type '{line_item_type}' differ from the raw sums ({detail})"
        ),
    }
}

fn sums(
    rows: u64,
    [unblended, amortized, net_unblended, net_amortized, list, usage_amount]: [Decimal; 6],
) -> Sums {
    Sums { rows, unblended, amortized, net_unblended, net_amortized, list, usage_amount }
}

/// The identity as it is stored.
pub(super) fn identity(lines: Vec<ingest::rollup::Identity>) -> Vec<Identity> {
    lines
        .into_iter()
        .map(|line| Identity {
            commitment: line.commitment,
            unblended: line.unblended,
            amortized: line.amortized,
            upfront_paid: line.upfront_paid,
            upfront_amortized: line.amortization,
            carried: line.carried,
            difference: line.difference,
        })
        .collect()
}

/// What of the amortized cost is not known, with the words for it.
pub(super) fn unavailable(parts: Vec<ingest::Unavailable>, currency: &str) -> Vec<Unavailable> {
    parts
        .into_iter()
        .map(|part| {
            let family = part.family.replace('_', " ");
            let (rows, amount) = (part.rows, part.amount);
            let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
            let (why, message) = match part.why {
                ingest::Why::MissingColumns => (
                    "missing_columns",
                    format!(
                        "amortized cost of {family} is not available, the report lacks {}: {rows} ({amount} {currency}) count as billed",
                        part.columns.join(", ")
                    ),
                ),
                ingest::Why::Empty => (
                    "empty",
                    format!("the effective cost of {rows} is empty: they count as billed ({amount} {currency})"),
                ),
                ingest::Why::CountedTwice => (
                    "counted_twice",
                    format!(
                        "amortized cost counts {} twice, on its purchase and on the usage that it covers: {amount} {currency} too much",
                        part.commitment
                    ),
                ),
                ingest::Why::UnusedWithoutCost => (
                    "unused_without_cost",
                    format!(
                        "{rows} of unused commitment of {} carry no effective cost: {amount} {currency} of what was paid are missing in amortized cost",
                        part.commitment
                    ),
                ),
                ingest::Why::NowhereAmortized => (
                    "nowhere_amortized",
                    format!(
                        "neither the purchase of {} nor the {rows} that it covers carry effective cost: {amount} {currency} of what was paid are missing in amortized cost",
                        part.commitment
                    ),
                ),
            };
            Unavailable {
                family: part.family.to_owned(),
                why: why.to_owned(),
                commitment: part.commitment,
                columns: part.columns,
                rows: part.rows,
                amount,
                message,
            }
        })
        .collect()
}

/// Billed totals of a proof: raw and stored.
pub(super) fn totals(lines: &[FileProof]) -> (Decimal, Decimal) {
    let raw = lines.iter().map(|line| line.raw.unblended).sum();
    let stored = lines.iter().filter_map(|line| line.stored).map(|stored| stored.unblended).sum();
    (raw, stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_cent_is_named() {
        let one = Decimal::from_units(10_i128.pow(18));
        let raw = Expected { rows: 2, split_rows: 0, sums: [one; 6] };
        let lines = Lines::from([(("a.csv".to_owned(), "Usage".to_owned()), raw)]);
        let key = SumKey { source_file: "a.csv".into(), line_item_type: "Usage".into() };
        let mut stored = StoredSums::default();
        stored.by_key.insert(key.clone(), StoredSum { rows: 2, split_rows: 0, amounts: [one; 6] });
        assert!(compare(&lines, &stored, true).1.is_none());
        stored.by_key.entry(key).and_modify(|sum| sum.amounts[1] = one - Decimal::from_units(1));
        let broken = compare(&lines, &stored, true).1.expect("a difference");
        assert!(broken.message.contains("0.000000000000000001"), "{}", broken.message);
        stored.by_key.clear();
        assert!(compare(&lines, &stored, true).1.is_some());
    }
}
