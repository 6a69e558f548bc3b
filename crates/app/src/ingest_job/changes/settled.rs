//! What of a restatement is worth telling people of: a bill that was final, or days that were complete. A month that is
//! not over grows with every delivery, and so do taxes, fees and credits of its first day: that is no news.

use super::{Bill, differing, sums, total};
use crate::read::SETTLED_DAYS;
use chrono::{DateTime, Days, NaiveDate};
use meta::{ChangedSums, Publication, SettledChange};
use model::can_carry_tags;

/// Whole days before the newest usage that are not complete yet: some services report a day late.
const LATE_DAYS: u64 = 1;
/// Sums by each dimension that are kept: a mail shows the largest.
const MOST_SUMS: usize = 50;
/// What [`complete`] says of a day that was complete.
pub(super) const COMPLETE: &str = "1";

/// The day from which on a month was still growing when it was published; `None`: it was final.
pub(super) fn growing_from(publication: &Publication) -> Option<NaiveDate> {
    let end = publication.period.end_day();
    let published = DateTime::from_timestamp_millis(publication.published_at_ms)?.date_naive();
    if end.checked_add_days(Days::new(SETTLED_DAYS)).is_some_and(|settled| published >= settled) {
        return None;
    }
    // Some charges of an open month are dated to its end.
    let newest = publication.data_to.and_then(DateTime::from_timestamp_millis);
    let newest = newest.map_or(publication.period.first_day(), |newest| newest.date_naive().min(published));
    newest.checked_sub_days(Days::new(LATE_DAYS))
}

/// SQL for whether a row's day was complete.
pub(super) fn complete(growing: Option<NaiveDate>) -> String {
    match growing {
        None => format!("'{COMPLETE}'"),
        Some(day) => {
            let day = day.format("%Y-%m-%d");
            format!("CASE WHEN \"x_Day\" >= DATE '{day}' THEN '0' ELSE '{COMPLETE}' END")
        }
    }
}

/// Whether rows of a charge type stand once their day is over. The others grow until the bill is final, dated to a day
/// that is long over.
pub(super) fn stands(charge_type: &str) -> bool {
    can_carry_tags(charge_type)
}

/// What changed of what was settled; `None`: no amount. `was` and `is`: what was settled of a month that was growing, and
/// the whole month.
pub(super) fn change(
    growing: Option<NaiveDate>,
    was: (&Bill, &Bill),
    is: (&Bill, &Bill),
) -> Result<Option<SettledChange>, model::DecimalError> {
    let (old, new) = if growing.is_some() { (was.0, is.0) } else { (was.1, is.1) };
    if !differing(old, new).iter().any(|(_, before, after)| before.cost != after.cost) {
        return Ok(None);
    }
    let mut sums: ChangedSums = sums(old, new)?;
    for list in [&mut sums.services, &mut sums.accounts, &mut sums.charge_types] {
        list.retain(|sum| sum.before != sum.after);
        list.truncate(MOST_SUMS);
    }
    let through = growing.and_then(|day| day.pred_opt()).map(|day| day.format("%Y-%m-%d").to_string());
    Ok(Some(SettledChange { through, before: total(old)?.cost, after: total(new)?.cost, sums }))
}

#[cfg(test)]
mod tests {
    use super::super::{Figure, Key};
    use super::*;

    fn bill(lines: &[(&str, &str)]) -> Bill {
        let line = |(charge_type, cost): &(&str, &str)| {
            let key =
                Key { service: "EC2".into(), account: "1".into(), charge_type: (*charge_type).to_owned() };
            (key, Figure { cost: cost.parse().unwrap(), rows: 1 })
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn growth_is_no_change_and_what_was_complete_is() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20);
        let (old, new) = (bill(&[("On-demand usage", "10")]), bill(&[("On-demand usage", "11")]));
        assert_eq!(change(day, (&old, &old), (&old, &new)).unwrap(), None, "only later days grew");
        let found = change(day, (&old, &old), (&new, &new)).unwrap().unwrap();
        assert_eq!(found.through.as_deref(), Some("2026-11-19"));
        assert_eq!((found.after - found.before).to_string(), "1");
        let refunded = bill(&[("On-demand usage", "10"), ("Refund", "-3")]);
        let found = change(None, (&Bill::new(), &old), (&Bill::new(), &refunded)).unwrap().unwrap();
        assert_eq!((found.through, found.sums.charge_types.len()), (None, 1));
        assert!(stands("On-demand usage") && !stands("Tax") && !stands("RI fee"));
    }

    #[test]
    fn days_are_told_apart_for_months_that_grow() {
        assert_eq!(complete(None), "'1'");
        let sql = complete(NaiveDate::from_ymd_opt(2026, 11, 20));
        assert!(sql.contains("\"x_Day\" >= DATE '2026-11-20' THEN '0'"), "{sql}");
    }
}
