//! Waste that the rows prove ([`analyses::waste`]), of one month's real amounts or projected from the newest days.
//!
//! Two statements for all rules: one over the roll-up says which usage types there are and which days the data reach, one
//! over the line items sums those that a rule looks at. Months beyond the longest look-back are not opened.

mod line;
mod loading;
mod statement;

pub use analyses::waste::{CannotProve, Rule, cannot_prove};
pub use line::WasteLine;

use super::decisions::{Dismissal, Dismissed, dismissed};
use super::narrowing::Accounts;
use super::rows::months;
use crate::read::{Published, account_names};
use crate::{App, AppError, ErrorKind, Result};
use analyses::waste::{Asked, Finding, NoBook, Total, find, rules, total};
use chrono::{Datelike, Days, NaiveDate};
use loading::Extent;
use model::BillingPeriod;
use std::collections::BTreeMap;

/// Hours of a month in projections.
pub(crate) const MONTH_HOURS: i64 = 730;
/// Days that a projection rests on.
const NEWEST_DAYS: u64 = 14;
/// The longest look-back, and months before one that its days may lie in.
const FARTHEST_DAYS: u16 = 90;
const FARTHEST_MONTHS: usize = 4;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct WasteAsked {
    /// That month's real amounts; `None`: the newest days, projected to 730 hours.
    pub month: Option<BillingPeriod>,
    /// The currency; `None`: the main one.
    pub currency: Option<String>,
    /// Accounts whose findings are wanted.
    pub accounts: Accounts,
}

/// Waste of some accounts.
#[derive(Clone, Debug, Default)]
pub struct Waste {
    /// Currency of all amounts.
    pub currency: String,
    /// First day of the amounts, and the day after the last; `None`: there are no data.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// The newest day of data.
    pub newest_day: Option<NaiveDate>,
    /// Whether amounts are projected to 730 hours.
    pub projected: bool,
    /// By rule, account, region and resource.
    pub findings: Vec<Finding>,
    /// What somebody put away, and until when.
    pub dismissed: Dismissed,
    /// Names of accounts.
    pub names: BTreeMap<String, String>,
    /// What was shortened, is not there yet or cannot be told.
    pub notes: Vec<String>,
}

/// A rule with what it found.
#[derive(Clone, Copy, Debug)]
pub struct WasteRule {
    /// The rule.
    pub rule: &'static Rule,
    /// Findings, also those that totals do not hold.
    pub findings: usize,
    /// What they come to in totals.
    pub total: Total,
}

impl Waste {
    /// What its findings come to, each resource once, without those that were put away.
    pub fn total(&self) -> Total {
        total(self.findings.iter().filter(|finding| self.dismissal(finding).is_none()))
    }

    /// Why a finding was put away, if it was.
    pub fn dismissal(&self, finding: &Finding) -> Option<&Dismissal> {
        self.dismissed.of(finding)
    }

    /// All rules with what each found, without what was put away.
    pub fn rules(&self) -> impl Iterator<Item = WasteRule> {
        rules().iter().map(move |rule| {
            let own = || {
                let of_rule = self.findings.iter().filter(|finding| finding.rule == rule.id);
                of_rule.filter(|finding| self.dismissal(finding).is_none())
            };
            WasteRule { rule, findings: own().count(), total: total(own()) }
        })
    }

    /// A line for each finding.
    pub fn lines(&self) -> impl Iterator<Item = WasteLine> {
        self.findings.iter().filter_map(move |finding| line::of(self, finding))
    }
}

/// What the rows of some bills prove.
///
/// # Errors
/// `Invalid`: there are no bills in that currency; `NotReady`: the month's line items are not there yet.
pub async fn waste(app: &App, published: &Published, asked: &WasteAsked) -> Result<Waste> {
    let currency = currency(published, asked.currency.as_deref())?;
    let mut found = Waste {
        currency,
        projected: asked.month.is_none(),
        dismissed: dismissed(app, published).await?,
        ..Waste::default()
    };
    let last = match asked.month {
        Some(month) => Some(month),
        None => loading::newest_month(app, published, &found.currency).await?,
    };
    let Some(last) = last else { return Ok(found) };
    let first = (0..FARTHEST_MONTHS).fold(last, |month, _| month.previous());
    let (view, waiting) = months(published, &found.currency, |month| (first..=last).contains(&month));
    if waiting.contains(&last) {
        return Err(AppError::new(
            ErrorKind::NotReady,
            format!("the line items of {last} are not there yet"),
        )
        .advise("They come after the month's totals: try again when it has been read."));
    }
    for month in waiting {
        found.notes.push(format!("The line items of {month} are not there yet: look-backs end before it."));
    }
    let extents = loading::extents(app, &view, last).await?;
    for extent in &extents {
        of_extent(app, &view, extent, last, &mut found).await?;
    }
    found.findings.sort_by(|one, other| {
        (one.rule, &one.account, &one.region, &one.resource).cmp(&(
            other.rule,
            &other.account,
            &other.region,
            &other.resource,
        ))
    });
    found.findings.retain(|finding| asked.accounts.keep(published, &finding.account));
    found.names = account_names(app, published).await?;
    found.notes.dedup();
    Ok(found)
}

/// What the rows prove of connections whose data reach the same day.
async fn of_extent(
    app: &App,
    view: &query::View,
    extent: &Extent,
    last: BillingPeriod,
    found: &mut Waste,
) -> Result<()> {
    let mut own = view.clone();
    own.periods.retain(|month| extent.connections.contains(&month.connection));
    let month = last.first_day();
    let end = extent.newest_day + Days::new(1);
    let from = if found.projected { end - Days::new(NEWEST_DAYS) } else { month };
    let span = (from, if found.projected { end } else { last.end_day() });
    let newest_month = extent.newest_day.with_day(1).unwrap_or(month);
    if extent.types.is_empty() {
        // Which one is not told to whoever sees a part of the bills.
        found.notes.push(
            "A bill names no usage types: of it, unused commitments alone can be looked at.".to_owned(),
        );
    }
    let spans = statement::Spans { span, newest_day: extent.newest_day, newest_month };
    let loaded = loading::load(app, &own, extent, &spans, found.projected).await?;
    found.findings.extend(find(Asked {
        rows: &loaded.rows,
        unused: &loaded.unused,
        newest_day: super::rows::day_number(extent.newest_day),
        first_day: super::rows::day_number(extent.first_day),
        book: &NoBook,
    }));
    let known = (extent.newest_day - extent.first_day).num_days() + 1;
    if known < i64::from(FARTHEST_DAYS) {
        found.notes.push(format!(
            "The data begin on {}: look-backs of more than {known} days are shorter, and what rests on them is less sure.",
            extent.first_day
        ));
    }
    found.newest_day = found.newest_day.max(Some(extent.newest_day));
    found.span = Some(match found.span {
        Some((first, to)) => (first.min(span.0), to.max(span.1)),
        None => span,
    });
    Ok(())
}

/// The currency that is asked for, or the main one.
pub(crate) fn currency(published: &Published, asked: Option<&str>) -> Result<String> {
    let known = published.currencies();
    match asked {
        Some(asked) => known.iter().find(|known| *known == asked).cloned().ok_or_else(|| {
            AppError::invalid(format!("currency: no bill is in '{asked}'"))
                .advise(format!("The bills are in {}.", known.join(", ")))
        }),
        None => Ok(known.first().cloned().unwrap_or_default()),
    }
}
