//! What is reckoned of one state of the bills: of the newest thirty complete days, and of each month.

use super::super::buy::potential::{Looked, Potential, Potentials, SpotSavings, potentials};
use super::super::hours::{Part, amount, months, text};
use super::elastic::instances_of;
use crate::read::{Published, last_days};
use crate::{App, Result};
use analyses::efficiency::Savings;
use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;
use chrono::{NaiveDate, NaiveTime};
use futures::TryStreamExt;
use model::{BillingPeriod, ChargeType, Decimal};
use std::collections::BTreeMap;
use std::time::Duration;

/// Days that efficiency is about.
pub(crate) const DAYS: u64 = 30;
/// Months that are told at most.
const MONTHS: usize = 13;
/// How long one search may take: of now, and of one of many months.
const SEARCH: Duration = Duration::from_secs(5);
const SEARCH_OF_MONTH: Duration = Duration::from_secs(2);
/// Usage of unknown price that is named.
const NAMED: usize = 5;

/// Some days and a week among them, of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: NaiveDate,
    /// First day of the last week.
    pub week_from: NaiveDate,
    /// Hours.
    pub hours: i64,
}

/// An account's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfAccount {
    /// Over all days.
    pub whole: Savings,
    /// Over the last week.
    pub week: Savings,
    /// On-demand dollars, over all days, that commitments could take and none that is owned did.
    pub uncovered: Decimal,
    /// Spot alone, of containers and of elastic applications: over all days, and over the last week.
    pub spot: [[SpotSavings; 2]; 2],
    /// Instances of both that ran on demand.
    pub instances: [u64; 2],
    /// Whether what it could save was looked at: its report tells hours.
    pub judged: bool,
    /// Cost and hours of instances: on demand, spot, reserved, under a plan.
    pub lifecycles: [(Decimal, Decimal); 4],
}

/// What stands of the newest days, in one currency.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// By account.
    pub accounts: BTreeMap<String, OfAccount>,
    /// The days.
    pub span: Option<Span>,
    /// Whether a payer's report tells no hours: what its accounts could save is not known.
    pub daily: bool,
    /// What the figures take for granted, and what is not known, in sentences.
    pub said: Vec<String>,
}

/// Percent by account, of one month in one currency.
#[derive(Clone, Debug, Default)]
pub struct Months(pub BTreeMap<(String, String), BTreeMap<BillingPeriod, Option<Decimal>>>);

/// The newest complete days, by currency.
pub(super) async fn now(app: &App, published: &Published) -> Result<BTreeMap<String, Now>> {
    let Some((from, to)) = last_days(app, published, DAYS) else { return Ok(BTreeMap::new()) };
    let looked = Looked {
        decision: to.and_time(NaiveTime::MIN).and_utc(),
        days: usize::try_from(DAYS).unwrap_or(30),
        by_day: false,
        deadline: SEARCH,
    };
    let organization = published.organization.as_ref().map(|found| &found.id);
    let mut found: BTreeMap<String, Now> = BTreeMap::new();
    let Potentials { found: potentials, daily } = potentials(app, published, organization, looked).await?;
    for one in &potentials {
        found.entry(one.currency.clone()).or_default().add(one);
    }
    for (payer, currency) in daily {
        let now = found.entry(currency).or_default();
        now.daily = true;
        now.said.insert(
            0,
            format!("The report of {payer} tells usage by the day, and commitments live by the hour: what could be saved is not known."),
        );
    }
    for currency in published.currencies() {
        let week_from = last_days(app, published, 7).map_or(from, |(week, _)| week);
        let span = Span { from, to, week_from, hours: (to - from).num_hours() };
        let now = found.entry(currency.clone()).or_default();
        if now.span.is_none() && !now.daily {
            now.said.push("Nothing that commitments or spot could take ran in these days.".to_owned());
        }
        now.span.get_or_insert(span);
    }
    let first = found.values().filter_map(|now| now.span).map(|span| span.from).min().unwrap_or(to);
    for ((currency, account), saved) in spot_saved(app, published, (first, to)).await? {
        let Some(now) = found.get_mut(&currency) else { continue };
        if let Some(of) = now.known(account) {
            of.whole.spot = saved;
        }
    }
    for ((currency, account), instances) in instances_of(app, published, (first, to)).await? {
        let Some(now) = found.get_mut(&currency) else { continue };
        now.accounts.entry(account).or_default().instances = instances;
    }
    for (currency, account, lifecycle, sums) in lifecycles(app, published, (first, to)).await? {
        let Some(now) = found.get_mut(&currency) else { continue };
        now.accounts.entry(account).or_default().lifecycles[lifecycle] = sums;
    }
    for now in found.values_mut() {
        now.tell(published.part().is_some());
        // An account without usage that commitments could take has nothing to save besides.
        for of in now.accounts.values_mut() {
            let nothing = of.whole.unknown <= Decimal::ZERO && of.judged;
            for savings in [&mut of.whole, &mut of.week] {
                if nothing {
                    savings.additional.get_or_insert_default();
                }
            }
        }
    }
    Ok(found)
}

impl Now {
    /// An account that is judged; one that the replay does not know has nothing that commitments could take.
    fn known(&mut self, account: String) -> Option<&mut OfAccount> {
        let daily = self.daily;
        let of = self.accounts.entry(account).or_default();
        of.judged |= !daily;
        of.judged.then_some(of)
    }

    fn add(&mut self, potential: &Potential) {
        let [from, week, to] = potential.span;
        let hours = (to - from).num_hours();
        let span = Span { from: from.date_naive(), to: to.date_naive(), week_from: week.date_naive(), hours };
        // Of several payers the longest look-back.
        if self.span.is_none_or(|known| known.hours < hours) {
            self.span = Some(span);
        }
        for (account, figures) in &potential.accounts {
            let of = self.accounts.entry(account.clone()).or_default();
            for (at, savings) in [&mut of.whole, &mut of.week].into_iter().enumerate() {
                let one = &figures[at];
                *savings += Savings {
                    commitments: one.owned.saved(),
                    spot: Decimal::ZERO,
                    additional: one.told(),
                    unknown: one.unknown,
                };
                for class in 0..2 {
                    of.spot[at][class].add(&one.spot[class]);
                }
            }
            of.uncovered += figures[0].owned.uncovered;
            of.judged = true;
        }
        let days = usize::try_from(DAYS).unwrap_or(30) * 24;
        if usize::try_from(hours).is_ok_and(|hours| hours < days) {
            self.said.push(format!(
                "Hours are told for {hours} of the {days} hours of 30 days: the figures are of those."
            ));
        }
        self.said.push(if potential.bought.is_empty() {
            "No commitment of one year without up-front fee, at a known price, would pay.".to_owned()
        } else {
            format!("Commitments of one year without up-front fee: {}.", potential.bought.join("; "))
        });
        if !potential.unknown.is_empty() {
            let named = potential.unknown.iter().take(NAMED).map(|one| {
                let dollars = one.on_demand.map_or_else(|| "?".to_owned(), cents);
                format!("{} ({dollars})", one.usage_type)
            });
            let named: Vec<String> = named.collect();
            let known: Decimal = potential.unknown.iter().filter_map(|one| one.on_demand).sum();
            self.said.push(format!(
                "Of {} {} on demand no commitment's price is known, and nothing is claimed: {}{}. Importing price files tells them.",
                cents(known),
                potential.currency,
                named.join(", "),
                if potential.unknown.len() > NAMED { " …" } else { "" },
            ));
        }
        if potential.spot_unknown > Decimal::ZERO {
            self.said.push(format!(
                "Of {} {} that could run on spot its price is not known: none is claimed.",
                cents(potential.spot_unknown),
                potential.currency,
            ));
        }
        self.said.extend(potential.said.iter().cloned());
    }

    fn tell(&mut self, part: bool) {
        self.said.extend([
            "What is owned at the end of these days counts for each of their hours, replayed in AWS's order over the whole organization; an account has its share of that.".to_owned(),
            "Low: commitments alone. High: what stands interruption on spot (by the tags that AWS writes, less what is excluded), commitments on the rest.".to_owned(),
        ]);
        if part {
            self.said.push(
                "Only accounts that you may see are among these figures: the whole organization's optimum is another."
                    .to_owned(),
            );
        }
    }
}

fn cents(amount: Decimal) -> String {
    format!("{:.2}", amount.to_f64())
}

/// Each published month as if it was asked for at its end, newest first; where hours are not told, days are spread evenly.
pub(super) async fn by_month(app: &App, published: &Published) -> Months {
    let mut all: Vec<BillingPeriod> = published.publications.iter().map(|one| one.period).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.dedup();
    let mut found = Months::default();
    for month in all.into_iter().take(MONTHS) {
        if app.is_stopping() {
            break;
        }
        match of_month(app, published, month).await {
            Ok(percents) => {
                for (key, percent) in percents {
                    found.0.entry(key).or_default().insert(month, percent);
                }
            }
            Err(error) => tracing::debug!(%month, %error, "no efficiency of this month"),
        }
    }
    found
}

async fn of_month(
    app: &App,
    published: &Published,
    month: BillingPeriod,
) -> Result<BTreeMap<(String, String), Option<Decimal>>> {
    let newest = last_days(app, published, DAYS).map_or(month.end_day(), |(_, to)| to);
    let (from, to) = (month.first_day(), month.end_day().min(newest));
    if from >= to {
        return Ok(BTreeMap::new());
    }
    let looked = Looked {
        decision: to.and_time(NaiveTime::MIN).and_utc(),
        days: usize::try_from((to - from).num_days()).unwrap_or(31),
        by_day: true,
        deadline: SEARCH_OF_MONTH,
    };
    let organization = published.organization.as_ref().map(|found| &found.id);
    let mut found: BTreeMap<(String, String), Savings> = BTreeMap::new();
    for one in potentials(app, published, organization, looked).await?.found {
        for (account, [figures, _]) in one.accounts {
            *found.entry((one.currency.clone(), account)).or_default() += Savings {
                commitments: figures.owned.saved(),
                spot: Decimal::ZERO,
                additional: figures.told(),
                unknown: figures.unknown,
            };
        }
    }
    for (key, saved) in spot_saved(app, published, (from, to)).await? {
        let of = found.entry(key).or_default();
        of.spot = saved;
        if of.unknown <= Decimal::ZERO {
            of.additional.get_or_insert_default();
        }
    }
    Ok(found.into_iter().map(|(key, savings)| (key, savings.percent())).collect())
}

/// What spot saved: list price less cost, where rows tell the list price; by currency and account.
async fn spot_saved(
    app: &App,
    published: &Published,
    days: (NaiveDate, NaiveDate),
) -> Result<BTreeMap<(String, String), Decimal>> {
    let statement = format!(
        r#"SELECT "currency", "SubAccountId", SUM(CASE WHEN "ListCost" > 0 THEN "ListCost" - "EffectiveCost" ELSE CAST(0 AS DECIMAL(38, 18)) END)
FROM line_items WHERE NOT "x_IsSplit" AND "x_ChargeType" = '{}' AND {} GROUP BY 1, 2"#,
        ChargeType::SpotUsage.name(),
        within(days),
    );
    let mut found = BTreeMap::new();
    rows(app, published, days, &statement, (2, 1), |words, sums| {
        found.insert((words[0].clone(), words[1].clone()), sums[0]);
    })
    .await?;
    Ok(found)
}

/// Cost and hours of instances, by currency, account and how they were bought.
async fn lifecycles(
    app: &App,
    published: &Published,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<(String, String, usize, (Decimal, Decimal))>> {
    let statement = format!(
        r#"SELECT "currency", "SubAccountId", "x_ChargeType", SUM("EffectiveCost"), SUM("x_UsageAmount")
FROM line_items WHERE NOT "x_IsSplit" AND "x_ProductCode" = 'AmazonEC2' AND "x_UsageType" ~ '(^|-)(BoxUsage|DedicatedUsage|SpotUsage)' AND {}
GROUP BY 1, 2, 3"#,
        within(days),
    );
    let mut found = vec![];
    rows(app, published, days, &statement, (3, 2), |words, sums| {
        let at = match Part::of(&words[2]) {
            Some(Part::OnDemand) => 0,
            Some(Part::Spot) => 1,
            Some(Part::Reserved) => 2,
            Some(Part::SavingsPlan) => 3,
            Some(Part::Unused) | None => return,
        };
        found.push((words[0].clone(), words[1].clone(), at, (sums[0], sums[1])));
    })
    .await?;
    Ok(found)
}

fn within((from, to): (NaiveDate, NaiveDate)) -> String {
    format!(
        r#""ChargePeriodStart" >= TIMESTAMP '{from} 00:00:00' AND "ChargePeriodStart" < TIMESTAMP '{to} 00:00:00'"#
    )
}

/// Calls back for each row of a statement of so many texts and amounts.
async fn rows(
    app: &App,
    published: &Published,
    (from, to): (NaiveDate, NaiveDate),
    statement: &str,
    (words, sums): (usize, usize),
    mut each: impl FnMut(&[String], &[Decimal]) + Send,
) -> Result<()> {
    let view = months(&published.view, BillingPeriod::of(from), BillingPeriod::of(to))?;
    let mut batches = app.engine().sql(&view, statement).await?;
    while let Some(batch) = batches.try_next().await? {
        let texts = (0..words).map(|at| text(batch.column(at))).collect::<Result<Vec<_>>>()?;
        let amounts = (words..words + sums).map(|at| amount(batch.column(at))).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let word = |column: &arrow::array::StringArray| {
                if column.is_valid(row) { column.value(row).to_owned() } else { String::new() }
            };
            let value = |column: &arrow::array::ArrayRef| {
                let column = column.as_primitive::<Decimal128Type>();
                if column.is_valid(row) { Decimal::from_units(column.value(row)) } else { Decimal::ZERO }
            };
            let words: Vec<String> = texts.iter().map(word).collect();
            let sums: Vec<Decimal> = amounts.iter().map(value).collect();
            each(&words, &sums);
        }
    }
    Ok(())
}
