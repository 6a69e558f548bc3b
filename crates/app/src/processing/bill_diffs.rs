//! Mails about bill diffs: to those whom the connection names, once for each publication, of what was settled
//! before.

use crate::connections::BillDiffMails;
use crate::identity::count_mails;
use crate::jobs::{Notice, mails_to};
use crate::read::{Published, account_names};
use crate::telling::{grouped, money, month_name};
use crate::{App, Result, notifications};
use chrono::{DateTime, NaiveDate, SecondsFormat};
use meta::{BillChange, ChangedSum, ConnectionRecord, SettledChange};
use model::{Change, ChangeKind, ChargeType, Decimal};
use notify::{DiffLine, DiffMonth};
use std::collections::BTreeMap;

/// Services and accounts of a month in a mail; the page has all of them.
const LINES: usize = 6;

/// Queues mails of what readings changed in bills that were settled, to those who asked for it. What nobody asks for at
/// the moment is not told later either.
///
/// # Errors
/// The metadata cannot be read or written, or too many mails were sent in the last hour.
pub(crate) async fn tell(app: &App, record: &ConnectionRecord) -> Result<()> {
    let (organization, id) = (&record.connection.organization_id, &record.connection.id);
    let untold = app.meta().untold_bill_changes(id).await?;
    if untold.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = untold.iter().map(|(number, _)| *number).collect();
    let wish = BillDiffMails::of(record)?;
    let worth = |change: &BillChange| change.settled.as_ref().is_some_and(|found| is_worth(found, &wish));
    let worthy: Vec<(i64, &BillChange)> =
        untold.iter().filter(|(_, change)| worth(change)).map(|(number, change)| (*number, change)).collect();
    let channels = notifications::bills_changed(app, record, &worthy).await?;
    let changes: Vec<BillChange> = worthy.iter().map(|(_, change)| (*change).clone()).collect();
    let to = wish.allowed(app, organization).await?;
    let now = app.now().timestamp_millis();
    let Some(settings) = app.mail().filter(|_| !changes.is_empty() && !to.is_empty()) else {
        app.meta().tell_bill_changes(&numbers, now, &channels).await?;
        app.queued().wake();
        return Ok(());
    };
    let published = Published::of_id(app, organization).await?;
    let names = account_names(app, &published).await?;
    let page = format!("{}/connections/{id}", settings.public_url);
    let notice = Notice::BillChanged {
        months: changes.iter().filter_map(|change| month(change, &names, &page)).collect(),
        minimum: if wish.minimum.is_zero() { String::new() } else { money(wish.minimum) },
    };
    let sender = format!("connection {id}");
    count_mails(app, organization, sender, to.len(), None, None).await?;
    let mut mails = mails_to(app, record, to, &notice).await?;
    mails.extend(channels);
    app.meta().tell_bill_changes(&numbers, now, &mails).await?;
    app.queued().wake();
    Ok(())
}

/// Whether a change is as large as somebody wishes to hear of: in all, or of what was used or came back alone.
fn is_worth(found: &SettledChange, wish: &BillDiffMails) -> bool {
    let (usage, back) = apart(&found.sums.charge_types);
    [found.after - found.before, usage, back].iter().any(|change| change.abs() >= wish.minimum)
}

/// What changed of everything but refunds and credits, and of these.
fn apart(charge_types: &[ChangedSum]) -> (Decimal, Decimal) {
    let sum = |wanted: bool| -> Decimal {
        let back = |sum: &&ChangedSum| ChargeType::from_name(&sum.key).is_some_and(ChargeType::comes_back);
        let some = charge_types.iter().filter(|sum| back(sum) == wanted);
        some.map(|sum| sum.after - sum.before).sum()
    };
    (sum(false), sum(true))
}

fn month(change: &BillChange, names: &BTreeMap<String, String>, page: &str) -> Option<DiffMonth> {
    let found = change.settled.as_ref()?;
    let currency = &change.currency;
    let (usage, back) = apart(&found.sums.charge_types);
    let whole = found.after - found.before;
    let account = |id: &str| match names.get(id) {
        Some(name) if !name.is_empty() && name != id => format!("{name} ({id})"),
        _ => id.to_owned(),
    };
    Some(DiffMonth {
        month: month_name(&change.period.to_string()),
        days: found.through.as_deref().map(days).unwrap_or_default(),
        currency: currency.clone(),
        before: money(found.before),
        after: money(found.after),
        change: signed(whole),
        percent: percent(found.before, found.after),
        usage: signed(usage),
        refunds: if back.is_zero() { String::new() } else { signed(back) },
        services: lines(&found.sums.services, ToOwned::to_owned),
        accounts: lines(&found.sums.accounts, account),
        rows: change.lines_total.map(|total| grouped(&total.to_string())).unwrap_or_default(),
        link: diff_page(page, change),
    })
}

/// The page of a change, of a connection whose page that is: of this change, whatever others the month has. Empty where
/// nobody said how browsers get there.
pub(crate) fn diff_page(page: &str, change: &BillChange) -> String {
    if page.is_empty() {
        return String::new();
    }
    let at = DateTime::from_timestamp_millis(change.changed_at_ms).unwrap_or_default();
    // As the API writes it: the page looks for the diff of that moment.
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!("{page}/changes?month={}&at={at}&currency={}", change.period, change.currency)
}

fn lines(sums: &[ChangedSum], name: impl Fn(&str) -> String) -> Vec<DiffLine> {
    let line = |sum: &ChangedSum| DiffLine {
        name: if sum.key.is_empty() { "None".to_owned() } else { name(&sum.key) },
        before: money(sum.before),
        after: money(sum.after),
        change: signed(sum.after - sum.before),
        percent: percent(sum.before, sum.after),
    };
    sums.iter().take(LINES).map(line).collect()
}

/// The days of a month that are compared, in words.
pub(crate) fn days(through: &str) -> String {
    let Ok(last) = through.parse::<NaiveDate>() else { return String::new() };
    if last.format("%-d").to_string() == "1" { "1".to_owned() } else { format!("1–{}", last.format("%-d")) }
}

fn signed(amount: Decimal) -> String {
    let text = money(amount);
    if amount > Decimal::ZERO && text != "0.00" { format!("+{text}") } else { text }
}

/// A change in percent, or what it is instead.
fn percent(before: Decimal, after: Decimal) -> String {
    let change = Change::between(Some(before), after, false);
    match (change.kind, change.percent) {
        (ChangeKind::New, _) => "new".to_owned(),
        (ChangeKind::Gone, _) => "gone".to_owned(),
        (_, Some(percent)) if percent.abs() < 0.05 => {
            format!("{} %", if percent < 0.0 { "-0.0" } else { "+0.0" })
        }
        (_, Some(percent)) => format!("{percent:+.1} %"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(key: &str, before: &str, after: &str) -> ChangedSum {
        let amount = |text: &str| text.parse().unwrap();
        ChangedSum {
            key: key.into(),
            before: amount(before),
            after: amount(after),
            rows_before: 1,
            rows_after: 1,
        }
    }

    fn settled(charge_types: Vec<ChangedSum>) -> SettledChange {
        let sums = meta::ChangedSums { charge_types, ..meta::ChangedSums::default() };
        let total = |of: fn(&ChangedSum) -> Decimal| sums.charge_types.iter().map(of).sum();
        SettledChange { through: None, before: total(|sum| sum.before), after: total(|sum| sum.after), sums }
    }

    #[test]
    fn what_is_small_is_not_told_and_what_cancels_out_is() {
        let wish = |minimum: &str| BillDiffMails { minimum: minimum.parse().unwrap(), ..Default::default() };
        let small = settled(vec![sum("Usage", "100", "109")]);
        assert!(
            is_worth(&small, &wish("0")) && is_worth(&small, &wish("9")) && !is_worth(&small, &wish("10"))
        );
        let refunded = settled(vec![sum("Usage", "100", "150"), sum("Refund", "0", "-50")]);
        assert!(is_worth(&refunded, &wish("50")), "fifty more were used, and fifty came back");
        assert!(!is_worth(&refunded, &wish("51")));
    }

    #[test]
    fn changes_read_well() {
        assert_eq!(signed("1234.5".parse().unwrap()), "+1,234.50");
        assert_eq!(signed("-3".parse().unwrap()), "-3.00");
        assert_eq!(signed("0.001".parse().unwrap()), "0.00");
        let of = |before: &str, after: &str| percent(before.parse().unwrap(), after.parse().unwrap());
        assert_eq!(
            (of("100", "110"), of("0", "1"), of("1", "0")),
            ("+10.0 %".into(), "new".into(), "gone".into())
        );
        assert_eq!((days("2026-11-19"), days("2026-11-01")), ("1–19".to_owned(), "1".to_owned()));
    }
}
