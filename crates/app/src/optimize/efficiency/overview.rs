//! The compute overview: spot and commitment potential, lifecycles, efficiency by month, and use cases, of some accounts.

use super::super::buy::potential::SpotSavings;
use super::kept::{Stand, stand};
use super::reckoned::{Months, Now, OfAccount, Span};
use crate::read::{Published, account_names, kept_accounts, last_days};
use crate::{App, Result};
use analyses::commitments::{ratio, share};
use analyses::efficiency::Savings;
use chrono::NaiveDate;
use model::{Decimal, Filter};
use std::collections::{BTreeMap, BTreeSet};

/// Hours of a month in projections.
const MONTH: i64 = 730;
/// Names of lifecycles, in the order of [`OfAccount::lifecycles`].
const LIFECYCLES: [&str; 4] = ["on_demand", "spot", "reserved", "savings_plan"];

/// Savings from one end to the other; `None`: not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LowHigh {
    /// At least.
    pub low: Option<Decimal>,
    /// At best.
    pub high: Option<Decimal>,
}

/// What the cards say.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// The last week's days, the second not among them.
    pub week: Option<(NaiveDate, NaiveDate)>,
    /// What spot would have saved in the week.
    pub week_spot: LowHigh,
    /// What commitments would have.
    pub week_commitments: Option<Decimal>,
    /// What spot would save in a month of 730 hours.
    pub month_spot: LowHigh,
    /// What commitments would.
    pub month_commitments: Option<Decimal>,
}

/// An account's potential, in a month of 730 hours.
#[derive(Clone, Debug)]
pub struct AccountPotential {
    /// Account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// By spot alone.
    pub spot: LowHigh,
    /// By commitments alone: its share.
    pub commitments: Option<Decimal>,
}

/// Instances by how they were bought.
#[derive(Clone, Debug)]
pub struct OfLifecycle {
    /// `on_demand`, `spot`, `reserved` or `savings_plan`.
    pub lifecycle: &'static str,
    /// Amortized cost.
    pub cost: Decimal,
    /// Hours.
    pub hours: Decimal,
}

/// A month's efficiency.
#[derive(Clone, Debug)]
pub struct MonthEfficiency {
    /// Month.
    pub month: String,
    /// Percent; `None`: not known.
    pub percent: Option<Decimal>,
}

/// An account's efficiency over time.
#[derive(Clone, Debug)]
pub struct AccountMonths {
    /// Account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The oldest first.
    pub months: Vec<MonthEfficiency>,
}

/// What stands interruption, in a month of 730 hours.
#[derive(Clone, Debug, Default)]
pub struct UseCase {
    /// Instances that ran on demand.
    pub instances: u64,
    /// What spot would save.
    pub savings: LowHigh,
    /// Part of their on-demand cost, at mean prices.
    pub savings_rate: Option<Decimal>,
}

/// What commitments would save, in a month of 730 hours.
#[derive(Clone, Debug, Default)]
pub struct Reservations {
    /// Savings.
    pub savings: Option<Decimal>,
    /// Part of the on-demand cost that nothing owned takes.
    pub savings_rate: Option<Decimal>,
}

/// The overview.
#[derive(Clone, Debug, Default)]
pub struct ComputeOverview {
    /// Currency.
    pub currency: String,
    /// Days of the figures, the second not among them.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// Whether figures are still being reckoned.
    pub reckoning: bool,
    /// What had to be assumed, and what is not known.
    pub notes: Vec<String>,
    /// Cards.
    pub cards: Cards,
    /// The greatest potential first.
    pub accounts: Vec<AccountPotential>,
    /// All four.
    pub lifecycles: Vec<OfLifecycle>,
    /// By account.
    pub efficiency: Vec<AccountMonths>,
    /// Containers, and elastic applications.
    pub spot_cases: [UseCase; 2],
    /// Commitments.
    pub reservations: Reservations,
}

/// The overview of accounts that some filters keep.
///
/// # Errors
/// Filters that cannot be asked; what figures rest on cannot be read.
pub async fn compute_overview(
    app: &App,
    published: &Published,
    filters: &[Filter],
    currency: Option<&str>,
) -> Result<(ComputeOverview, Stand)> {
    let stand = stand(app, published).await?;
    let kept = if filters.is_empty() { None } else { Some(kept_accounts(app, published, filters).await?) };
    let names = account_names(app, published).await?;
    let main = published.currencies().first().cloned().unwrap_or_default();
    let currency = currency.map_or(main, ToOwned::to_owned);
    let mut made = ComputeOverview {
        span: last_days(app, published, super::reckoned::DAYS),
        reckoning: !stand.is_whole(),
        currency: currency.clone(),
        ..ComputeOverview::default()
    };
    made.cards.week = last_days(app, published, 7);
    match &stand.now {
        None => made.notes.push("Savings are being reckoned: every hour of 30 days is replayed.".to_owned()),
        Some(Err(why)) => made.notes.push(format!("Savings are not known: {why}.")),
        Some(Ok(found)) => {
            if let Some(now) = found.get(&currency) {
                made.fill(now, kept.as_ref(), &names);
            }
        }
    }
    if let Some(months) = &stand.months {
        made.efficiency = over_time(months, &currency, kept.as_ref(), &names);
    }
    if stand.now.as_ref().is_some_and(Result::is_ok) {
        made.notes.push(if stand.months.is_some() {
            "Efficiency of a month is that of its end, with the month as look-back. Days whose hours the report does not tell are spread evenly over them, which flatters commitments: efficiency is hardly less than that.".to_owned()
        } else {
            "Efficiency by month is being reckoned.".to_owned()
        });
    }
    Ok((made, stand))
}

impl ComputeOverview {
    fn fill(&mut self, now: &Now, kept: Option<&BTreeSet<String>>, names: &BTreeMap<String, String>) {
        let Some(span) = now.span else { return };
        self.span = Some((span.from, span.to));
        self.cards.week = Some((span.week_from, span.to));
        self.notes.splice(0..0, now.said.iter().cloned());
        let mut all = OfAccount::default();
        for (id, of) in now.accounts.iter().filter(|(id, _)| kept.is_none_or(|kept| kept.contains(*id))) {
            all.whole += of.whole;
            all.week += of.week;
            all.uncovered += of.uncovered;
            for class in 0..2 {
                all.instances[class] += of.instances[class];
                for at in 0..2 {
                    all.spot[at][class].add(&of.spot[at][class]);
                }
            }
            for (sum, more) in all.lifecycles.iter_mut().zip(of.lifecycles) {
                *sum = (sum.0 + more.0, sum.1 + more.1);
            }
            self.accounts.push(AccountPotential {
                account_id: id.clone(),
                account: names.get(id).unwrap_or(id).clone(),
                spot: spot(&of.spot[0], &of.whole, span),
                commitments: monthly(low(&of.whole), span),
            });
        }
        let greatest = |one: &AccountPotential| one.spot.high.max(one.commitments);
        self.accounts.sort_by(|one, other| {
            greatest(other).cmp(&greatest(one)).then_with(|| one.account_id.cmp(&other.account_id))
        });
        let week = both(&all.spot[1]);
        let known = all.week.additional.is_some();
        self.cards.week_spot = LowHigh { low: known.then_some(week.low), high: known.then_some(week.high) };
        self.cards.week_commitments = low(&all.week);
        self.cards.month_spot = spot(&all.spot[0], &all.whole, span);
        self.cards.month_commitments = monthly(low(&all.whole), span);
        self.lifecycles = LIFECYCLES
            .iter()
            .zip(all.lifecycles)
            .map(|(lifecycle, (cost, hours))| OfLifecycle { lifecycle, cost, hours })
            .collect();
        for class in 0..2 {
            let of = &all.spot[0][class];
            self.spot_cases[class] = UseCase {
                instances: all.instances[class],
                savings: LowHigh {
                    low: monthly(known.then_some(of.low), span),
                    high: monthly(known.then_some(of.high), span),
                },
                savings_rate: ratio(of.mean, of.on_demand),
            };
        }
        self.reservations = Reservations {
            savings: monthly(low(&all.whole), span),
            savings_rate: low(&all.whole).and_then(|saved| ratio(saved, all.uncovered)),
        };
    }
}

fn low(savings: &Savings) -> Option<Decimal> {
    savings.additional.map(|additional| additional.low)
}

fn both(classes: &[SpotSavings; 2]) -> SpotSavings {
    let mut sum = classes[0];
    sum.add(&classes[1]);
    sum
}

/// Some hours' savings in a month.
fn monthly(amount: Option<Decimal>, span: Span) -> Option<Decimal> {
    amount.map(|amount| share(amount, Decimal::from(MONTH), Decimal::from(span.hours.max(1))))
}

fn spot(classes: &[SpotSavings; 2], savings: &Savings, span: Span) -> LowHigh {
    let sum = both(classes);
    let of = |amount: Decimal| monthly(savings.additional.map(|_| amount), span);
    LowHigh { low: of(sum.low), high: of(sum.high) }
}

fn over_time(
    months: &Months,
    currency: &str,
    kept: Option<&BTreeSet<String>>,
    names: &BTreeMap<String, String>,
) -> Vec<AccountMonths> {
    let own =
        months.0.iter().filter(|((of, id), _)| of == currency && kept.is_none_or(|kept| kept.contains(id)));
    own.map(|((_, id), months)| AccountMonths {
        account_id: id.clone(),
        account: names.get(id).unwrap_or(id).clone(),
        months: months
            .iter()
            .map(|(month, percent)| MonthEfficiency { month: month.to_string(), percent: *percent })
            .collect(),
    })
    .collect()
}
