//! The demo company: everything that is decided once, before any hour is written.
//!
//! Building is cheap and depends on the options alone; the hours are then pure functions of it ([`crate::emit`]).

use crate::calendar::{Hour, Period};
use crate::error::DemoError;
use crate::mix::{Rng, mix2};
use crate::row::Row;
use crate::text::{LineType, Pool, Template};
use builder::Builder;
use market::Market;
use series::Series;

pub(crate) mod builder;
pub(crate) mod catalog;
pub(crate) mod commitments;
mod fees;
mod finish;
pub(crate) mod incidents;
mod instances;
pub(crate) mod market;
pub(crate) mod series;
mod sizing;
mod steps;
mod world;

pub(crate) use commitments::Commitment;
pub(crate) use finish::{pairs as map_pairs, sku_details, tag_fields};
pub(crate) use incidents::Incident;
pub(crate) use sizing::Budget;
pub(crate) use world::COMPANY;

/// A kind of discount row of one account and product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) template: u32,
}

/// The company.
#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) pool: Pool,
    pub(crate) templates: Vec<Template>,
    pub(crate) accounts: Vec<world::Account>,
    pub(crate) series: Vec<Series>,
    /// Series outside of the market, in an order of no meaning.
    pub(crate) plain: Vec<u32>,
    pub(crate) market: Market,
    pub(crate) commitments: Vec<Commitment>,
    /// Discount rows; slot 0 is none.
    pub(crate) slots: Vec<Slot>,
    /// Per period: rows that come once.
    pub(crate) fees: Vec<Vec<Row>>,
    pub(crate) incidents: Vec<Incident>,
    /// Whether discounts are booked daily (else monthly).
    pub(crate) daily_discounts: bool,
    pub(crate) periods: Vec<Period>,
}

impl Company {
    /// Builds the company for a budget of rows.
    pub(crate) fn build(seed: u64, periods: &[Period], budget: &Budget) -> Result<Self, DemoError> {
        let first = periods.first().map_or(0, |period| period.start);
        let last = periods.last().map_or(0, |period| period.until);
        let accounts = world::accounts(&mut Rng::new(mix2(seed, 1)));
        let mut builder = Builder::new(mix2(seed, 2), accounts)?;
        let mut series = sizing::series(&mut builder, budget, first, last);
        incidents::quiet_series(&mut builder, &mut series, first, last);
        let end = periods.last().map_or(last, |period| period.end);
        let growth = |hour| growth(first, end, hour);
        let (mut commitments, mut market) =
            commitments::buy(&mut builder, &mut series, (first, last), &growth);
        let owned = steps::Owned { commitments: &commitments, growth: &growth };
        steps::steps(&mut builder.rng, &mut series, &mut market, &owned, budget, (first, last));
        let incidents = incidents::stage(&builder, &mut series, first, last);
        let mut slots = vec![Slot { template: 0 }];
        discounts(&mut builder, &mut series, &mut commitments, &mut slots, budget);
        let fees = fees::plan(&mut builder, &series, periods, budget);
        let mut plain: Vec<u32> =
            (0u32..).zip(&series).filter(|(_, series)| !series.market).map(|(number, _)| number).collect();
        for place in (1..plain.len()).rev() {
            plain.swap(place, builder.rng.below(place + 1));
        }
        let Builder { mut pool, mut templates, catalog, accounts, .. } = builder;
        finish::focus(&mut pool, &mut templates, &catalog, &accounts);
        Ok(Self {
            pool,
            templates,
            accounts,
            series,
            plain,
            market,
            commitments,
            slots,
            fees,
            incidents,
            daily_discounts: budget.daily_discounts(),
            periods: periods.to_vec(),
        })
    }

    /// The company's size in an hour, in permille of its mean.
    pub(crate) fn growth(&self, hour: Hour) -> i64 {
        let first = self.periods.first().map_or(hour, |period| period.start);
        let end = self.periods.last().map_or(hour, |period| period.end);
        growth(first, end, hour)
    }
}

/// A yearly growth of a quarter, whatever the stretch: the size in an hour, in permille of the mean.
fn growth(first: Hour, end: Hour, hour: Hour) -> i64 {
    1000 + i64::from(hour - i32::midpoint(first, end)) * 250 / 8766
}

/// Gives every series and commitment the discount rows that it feeds.
fn discounts(
    builder: &mut Builder,
    series: &mut [Series],
    commitments: &mut [Commitment],
    slots: &mut Vec<Slot>,
    budget: &Budget,
) {
    let mut known: Vec<((LineType, u16, u32), u32)> = Vec::new();
    let mut slot = |builder: &mut Builder, kind: LineType, account: u16, template: u32| {
        use crate::text::{Lifecycle, Txt};
        let code_id = builder.templates[template as usize].get(Txt::ProductCode);
        let account = if budget.tiny() { 0 } else { account };
        let key = (kind, account, code_id);
        if let Some((_, number)) = known.iter().find(|(seen, _)| *seen == key) {
            return *number;
        }
        let code = builder.pool.get(code_id).to_owned();
        let mut line = builder.line(kind, Lifecycle::Other, usize::from(account), &code);
        let what = match kind {
            LineType::EdpDiscount => "Enterprise Program Discount".to_owned(),
            LineType::PrivateRateDiscount => format!("Private rate discount for {code}"),
            _ => format!("Bundled discount for {code}"),
        };
        line.set(&mut builder.pool, Txt::Description, &what);
        let template = builder.push(line);
        let number = u32::try_from(slots.len()).unwrap_or(0);
        slots.push(Slot { template });
        known.push((key, number));
        number
    };
    for one in series.iter_mut() {
        if builder.pool.get(builder.templates[one.template as usize].get(crate::text::Txt::BillingEntity))
            != "AWS"
        {
            continue;
        }
        one.slots[0] = slot(builder, LineType::EdpDiscount, one.account, one.template);
        if one.private > 0 {
            one.slots[1] = slot(builder, LineType::PrivateRateDiscount, one.account, one.template);
        }
        if one.bundled > 0 {
            one.slots[2] = slot(builder, LineType::BundledDiscount, one.account, one.template);
        }
    }
    for commitment in commitments.iter_mut() {
        commitment.slot = slot(builder, LineType::EdpDiscount, commitment.account, commitment.fee);
    }
}
