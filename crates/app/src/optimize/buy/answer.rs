//! What is answered to who asks what to buy. Money in the bill's currency, exact; what is not known is null, never zero.

use super::super::prices::SourceKind;
use analyses::commitments::share;
use chrono::{DateTime, NaiveDate, Utc};
use model::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// What to buy for one payer in one currency, and what that would have done in the look-back.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Advice {
    /// Payer account.
    pub payer: String,
    /// Currency.
    pub currency: String,
    /// What was asked for: `compute`, `ec2`, `database`, `sagemaker`, `reserved`, `joint`, `joint-database`.
    pub offer: &'static str,
    /// `1yr` or `3yr`.
    pub term: &'static str,
    /// `no-upfront`, `partial-upfront`, `all-upfront`.
    pub payment: &'static str,
    /// Why nothing can be said: `daily_report`; null otherwise.
    pub reason: Option<&'static str>,
    /// The moment at which what is owned counts.
    pub as_of: DateTime<Utc>,
    /// The hours looked at.
    pub look_back: LookBack,
    /// Its hours.
    pub hours: usize,
    /// Whether a month of the look-back is still open, so that its figures may change.
    pub estimate: bool,
    /// Commitments that count as owned, by identifier.
    pub owned: Vec<String>,
    /// What to commit to an hour, all together (reservations: what they cost an hour).
    pub commitment: Decimal,
    /// Each purchase.
    pub commitments: Vec<Purchase>,
    /// On-demand cost of the look-back without the purchases: of all usage that competes for them, beside what is owned.
    pub on_demand: Decimal,
    /// The same with them: what they cost, and what stays on demand.
    pub cost: Decimal,
    /// `on_demand - cost`.
    pub savings: Decimal,
    /// The same for a month of 730 hours.
    pub monthly_savings: Decimal,
    /// The same for a year of 8,760 hours.
    pub yearly_savings: Decimal,
    /// To pay at once.
    pub upfront: Decimal,
    /// Hours of the look-back in which all of it is used; of several purchases each has its own.
    pub full_hours: Option<usize>,
    /// What the purchases cost in the look-back.
    pub committed: Decimal,
    /// Part of them that is used.
    pub utilization: Option<Decimal>,
    /// Part of the usage that they could take that is covered with them, by on-demand dollars.
    pub coverage: Option<Decimal>,
    /// The same without them.
    pub coverage_before: Option<Decimal>,
    /// Committed dollars over the on-demand dollars that they replace when fully used.
    pub break_even_utilization: Option<Decimal>,
    /// First month at whose end what was paid is no more than what was avoided.
    pub payback_month: Option<u32>,
    /// Months of such use after which the rest of the term may be empty.
    pub safe_after_months: Option<Decimal>,
    /// What any amount would cost; of several purchases each has its own.
    pub curve: Vec<CurvePoint>,
    /// The same purchases at 90, 80 and 70 percent of the usage.
    pub risk: BTreeMap<String, Risk>,
    /// Usage whose price is not known: it stays on demand in every figure.
    pub unknown: Vec<Unpriced>,
    /// Usage that a plan takes at no discount: left out.
    pub dearer: Vec<Unpriced>,
    /// What no amounts can be cheaper than; null where that cannot be said.
    pub lower_bound: Option<Decimal>,
    /// `(cost - lower_bound) / cost`.
    pub gap: Option<Decimal>,
    /// Where the prices come from.
    pub prices: Vec<PriceSource>,
    /// The same amount bought in parts, month by month, where that was asked for.
    pub ladder: Option<Vec<LadderMonth>>,
    /// What buying in parts costs more than buying at once.
    pub ladder_given_up: Option<Decimal>,
    /// Greatest part of the commitment (an hour) that expires in one quarter then.
    pub ladder_expires_in_a_quarter: Option<Decimal>,
    /// Shares of accounts, the largest savings first, where that was asked for.
    pub by_account: Vec<AccountShare>,
    /// A sentence to check by hand.
    pub sentence: String,
    /// What the figures take for granted.
    pub notes: Vec<String>,
}

/// The hours looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LookBack {
    /// Days that were asked for.
    pub days: usize,
    /// Begin.
    pub from: DateTime<Utc>,
    /// The first moment after it.
    pub to: DateTime<Utc>,
    /// Whether the data are shorter than what was asked for.
    pub shortened: bool,
}

/// One account's share of the replay: not an optimum of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountShare {
    /// Account.
    pub account_id: String,
    /// Its on-demand cost without the purchases.
    pub on_demand: Decimal,
    /// The same with them: what stays, and its share of what the purchases that served it cost.
    pub cost: Decimal,
    /// The difference.
    pub savings: Decimal,
}

/// One purchase.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Purchase {
    /// `compute`, `ec2`, `database`, `sagemaker` or `reserved`.
    pub kind: &'static str,
    /// What it is called: `m5 in us-east-1`, `4 db.r6g.large in eu-west-1`.
    pub name: String,
    /// Service of a reservation.
    pub service: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Family.
    pub family: Option<String>,
    /// Instance or node type of a reservation.
    pub instance_type: Option<String>,
    /// Operating system and licence, or engine.
    pub platform: Option<String>,
    /// Tenancy of a reservation.
    pub tenancy: Option<String>,
    /// Deployment of a reservation.
    pub deployment: Option<String>,
    /// Class of a reservation.
    pub class: Option<&'static str>,
    /// Whether a reservation takes other sizes of its family.
    pub size_flexible: Option<bool>,
    /// How many reservations.
    pub count: Option<u64>,
    /// Cost of an hour: a plan's commitment, or of all the reservations.
    pub hourly: Decimal,
    /// To pay at once.
    pub upfront: Decimal,
    /// To pay for 730 hours.
    pub monthly: Decimal,
    /// What it costs in the look-back.
    pub cost: Decimal,
    /// What of that is used.
    pub used: Decimal,
    /// What is not.
    pub unused: Decimal,
    /// What it takes of the usage, at on-demand prices.
    pub replaced: Decimal,
    /// Part of it that is used.
    pub utilization: Option<Decimal>,
    /// Hours of the look-back in which all of it is used.
    pub full_hours: usize,
    /// What any amount of it alone would cost.
    pub curve: Vec<CurvePoint>,
}

/// A point of the cost curve; between two of them it is straight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CurvePoint {
    /// Commitment an hour.
    pub commitment: Decimal,
    /// Cost of the look-back, as in [`Advice::cost`], to a millionth.
    pub cost: Decimal,
    /// Savings.
    pub savings: Decimal,
    /// Part that is used; null beside owned plans that it moves.
    pub utilization: Option<Decimal>,
    /// Part of the usage that is covered; null likewise.
    pub coverage: Option<Decimal>,
}

/// The purchases at less usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// On-demand cost without them.
    pub on_demand: Decimal,
    /// Cost with them.
    pub cost: Decimal,
    /// Savings; negative is a loss.
    pub savings: Decimal,
    /// Part of them that is used.
    pub utilization: Option<Decimal>,
}

/// Usage whose price is not known, or is no discount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unpriced {
    /// Service code.
    pub service: String,
    /// Usage type.
    pub usage_type: String,
    /// Operation.
    pub operation: String,
    /// Region.
    pub region: String,
    /// Amount that nothing owned takes, in its unit.
    pub amount: Decimal,
    /// Its on-demand dollars; null where that price is unknown too.
    pub on_demand: Option<Decimal>,
}

/// A source of prices that were used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceSource {
    /// `on-demand`, or `offer`.
    pub of: &'static str,
    /// `rows`, `file`, `imported` or `shipped`.
    pub source: SourceKind,
    /// File or table.
    pub name: String,
    /// Day of the prices, where it says.
    pub date: Option<NaiveDate>,
    /// How many SKUs have their price from it.
    pub skus: usize,
}

/// A month of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LadderMonth {
    /// Month, from 1.
    pub month: u32,
    /// Bought in it, an hour.
    pub commitment: Decimal,
    /// Owned of it in all, an hour.
    pub owned: Decimal,
    /// Cost of the month, of 730 hours like those looked at.
    pub cost: Decimal,
    /// What it saves.
    pub savings: Decimal,
}

/// Columns of a purchase plan.
const PLAN: [&str; 20] = [
    "payer",
    "currency",
    "offer",
    "service",
    "region",
    "family",
    "instance_type",
    "platform",
    "tenancy",
    "deployment",
    "class",
    "term",
    "payment",
    "count",
    "commitment_per_hour",
    "upfront",
    "monthly",
    "utilization",
    "buy_in",
    "based_on",
];

/// Where to buy.
pub(super) const BUY_IN: &str =
    "an account without usage of its own, such as the payer: an owner's usage is served first";

/// The purchase plan: a header, and a line for each purchase.
pub fn plan_lines(all: &[Advice]) -> Vec<Vec<String>> {
    let mut lines = vec![PLAN.iter().map(|name| (*name).to_owned()).collect()];
    for advice in all {
        let based_on =
            format!("{} hours before {}", advice.hours, advice.look_back.to.format("%Y-%m-%dT%H:%MZ"));
        for one in &advice.commitments {
            let text = |value: &Option<String>| value.clone().unwrap_or_default();
            lines.push(vec![
                advice.payer.clone(),
                advice.currency.clone(),
                one.kind.to_owned(),
                text(&one.service),
                text(&one.region),
                text(&one.family),
                text(&one.instance_type),
                text(&one.platform),
                text(&one.tenancy),
                text(&one.deployment),
                one.class.unwrap_or_default().to_owned(),
                advice.term.to_owned(),
                advice.payment.to_owned(),
                one.count.map_or_else(String::new, |count| count.to_string()),
                one.hourly.to_string(),
                one.upfront.to_string(),
                one.monthly.to_string(),
                one.utilization.map_or_else(String::new, |part| part.to_string()),
                BUY_IN.to_owned(),
                based_on.clone(),
            ]);
        }
    }
    lines
}

/// The sentence that a colleague can check by hand.
pub(super) fn sentence(advice: &Advice) -> String {
    let (currency, hours) = (&advice.currency, advice.hours);
    if advice.commitments.is_empty() {
        let why =
            if advice.unknown.is_empty() { "nothing would pay" } else { "nothing of known price would pay" };
        return format!(
            "In {hours} hours, {} {currency} ran on demand that this offer could take or that competes with it; {why}.",
            advice.on_demand
        );
    }
    let full = match advice.commitments.as_slice() {
        [one] => format!("{} used all of it", one.full_hours),
        several => {
            let parts: Vec<String> = several.iter().map(|one| one.full_hours.to_string()).collect();
            format!("all of each was used in {}", parts.join(", "))
        }
    };
    format!(
        "{} {currency} an hour for {hours} hours is {} {currency}; of these hours, {full}. On-demand cost falls from {} to {}, by {}; \
         less what is committed, {} {currency} {}.",
        advice.commitment,
        advice.committed,
        advice.on_demand,
        advice.cost - advice.committed,
        advice.savings + advice.committed,
        if advice.savings < Decimal::ZERO { -advice.savings } else { advice.savings },
        if advice.savings < Decimal::ZERO { "are lost" } else { "are saved" },
    )
}

impl Advice {
    /// Money after discounts: of each plan's dollar so much is paid. What is committed stays in plan dollars.
    pub(super) fn paid(&mut self, factor: Option<(Decimal, Decimal)>) {
        let Some((gross, net)) = factor else { return };
        let scale = |amount: &mut Decimal| *amount = share(*amount, net, gross);
        let points = |curve: &mut Vec<CurvePoint>| {
            for point in curve {
                scale(&mut point.cost);
                scale(&mut point.savings);
            }
        };
        // Each rounds by itself; what adds up goes on adding up.
        let mut left = self.cost - self.committed;
        for amount in [&mut self.on_demand, &mut self.committed, &mut left] {
            scale(amount);
        }
        self.cost = self.committed + left;
        self.savings = self.on_demand - self.cost;
        for amount in [&mut self.monthly_savings, &mut self.yearly_savings, &mut self.upfront] {
            scale(amount);
        }
        self.lower_bound.as_mut().into_iter().for_each(scale);
        points(&mut self.curve);
        for one in &mut self.commitments {
            let own = [
                &mut one.upfront,
                &mut one.monthly,
                &mut one.cost,
                &mut one.used,
                &mut one.unused,
                &mut one.replaced,
            ];
            for amount in own {
                scale(amount);
            }
            points(&mut one.curve);
        }
        for risk in self.risk.values_mut() {
            for amount in [&mut risk.on_demand, &mut risk.cost, &mut risk.savings] {
                scale(amount);
            }
        }
        for one in self.unknown.iter_mut().chain(&mut self.dearer) {
            one.on_demand.as_mut().into_iter().for_each(scale);
        }
        for month in self.ladder.iter_mut().flatten() {
            scale(&mut month.cost);
            scale(&mut month.savings);
        }
        for amount in [&mut self.ladder_given_up].into_iter().flatten() {
            scale(amount);
        }
        for one in &mut self.by_account {
            for amount in [&mut one.on_demand, &mut one.cost, &mut one.savings] {
                scale(amount);
            }
        }
    }
}
