//! The truth: exact sums of what was written, kept as integers by the generator itself.
//!
//! Nothing of the product's pipeline takes part, so that `truth.json` is an independent answer to every total.

mod findings;

use crate::calendar::{Period, instant};
use crate::columns::in_focus;
use crate::company::{COMPANY, Company, Incident};
use crate::error::DemoError;
use crate::fixed::{AMOUNT_SCALE, MONEY_SCALE, text};
use crate::options::Options;
use crate::row::{Extra, Row};
use crate::text::{LineType, Txt};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Sums of one group of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    rows: u64,
    amortized: i128,
    unblended: i128,
    net_amortized: i128,
    net_unblended: i128,
    list: i128,
    amount: i128,
    /// Amortisation of up-front fees that falls into the period.
    amortization: i128,
    split_cost: i128,
}

impl Sums {
    pub(crate) fn add_row(&mut self, row: &Row, counts_usage: bool) {
        self.rows += 1;
        self.amortized += i128::from(row.amortized);
        self.unblended += i128::from(row.unblended);
        self.net_amortized += i128::from(row.net_amortized);
        self.net_unblended += i128::from(row.net);
        self.list += i128::from(row.list);
        if counts_usage {
            self.amount += i128::from(row.amount);
        }
        match row.extra {
            Extra::ReservedFee { upfront, .. } | Extra::PlanFee { upfront, .. } => {
                self.amortization += i128::from(upfront);
            }
            Extra::Split { cost, unused, .. } => self.split_cost += i128::from(cost) + i128::from(unused),
            _ => {}
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.amortized += other.amortized;
        self.unblended += other.unblended;
        self.net_amortized += other.net_amortized;
        self.net_unblended += other.net_unblended;
        self.list += other.list;
        self.amount += other.amount;
        self.amortization += other.amortization;
        self.split_cost += other.split_cost;
    }

    fn metrics(&self) -> Value {
        json!({
            "rows": self.rows,
            "amortized": text(self.amortized, MONEY_SCALE),
            "unblended": text(self.unblended, MONEY_SCALE),
            "net_amortized": text(self.net_amortized, MONEY_SCALE),
            "net_unblended": text(self.net_unblended, MONEY_SCALE),
            "list": text(self.list, MONEY_SCALE),
            "usage_amount": text(self.amount, AMOUNT_SCALE),
        })
    }
}

/// Sums per template of one period.
pub(crate) type Ledger = Vec<Sums>;

/// Writes `truth.json`'s content.
pub(crate) fn document(
    company: &Company,
    options: &Options,
    ledgers: &[Ledger],
) -> Result<Vec<u8>, DemoError> {
    let mut total = Sums::default();
    let mut periods = Vec::new();
    for (period, ledger) in company.periods.iter().zip(ledgers) {
        periods.push(one_period(company, period, ledger, &mut total));
    }
    let accounts: Map<String, Value> =
        company.accounts.iter().map(|account| (account.id.clone(), json!(account.name))).collect();
    let document = json!({
        "version": 1,
        "company": COMPANY,
        "currency": "USD",
        "note": "Exact sums. Split cost allocation rows are outside every total. FOCUS books covered usage at zero and has neither negation nor split rows: its unblended cost by line item type differs, its totals do not. Commitments: used and unused of the month, and what they covered at on-demand prices. Findings: what rows prove to be waste, by the usual rules' numbers; cost is that of the uncovered rows, monthly what of it is waste (null where the rows do not hold the price). Workloads: EC2 instances by what their tags name.",
        "hourly_from": instant(company.market.hourly_from.max(company.periods.first().map_or(0, |period| period.start))),
        "options": {
            "rows": options.rows,
            "seed": options.seed,
            "end": options.end.to_rfc3339(),
            "months": options.months,
        },
        "accounts": accounts,
        "totals": total.metrics(),
        "periods": periods,
        "incidents": company.incidents.iter().map(incident).collect::<Vec<_>>(),
    });
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn incident(incident: &Incident) -> Value {
    json!({
        "name": incident.name,
        "start": instant(incident.start),
        "end": instant(incident.end),
        "account": incident.account,
        "service": incident.service,
        "usage_type": incident.usage_type,
        "resource": incident.resource,
        "resources": incident.series.len(),
        "cause": incident.cause,
    })
}

fn one_period(company: &Company, period: &Period, ledger: &Ledger, total: &mut Sums) -> Value {
    let mut sums = Sums::default();
    let mut split = Sums::default();
    let mut focus_rows = 0;
    let mut groups: [BTreeMap<String, Sums>; 4] = Default::default();
    let mut commitments: BTreeMap<String, Identity> = BTreeMap::new();
    for (template, sum) in company.templates.iter().zip(ledger).filter(|(_, sum)| sum.rows > 0) {
        if in_focus(template) {
            focus_rows += sum.rows;
        }
        if template.split {
            split.add(sum);
            continue;
        }
        sums.add(sum);
        let name = |field| company.pool.get(template.get(field)).to_owned();
        let keys = [
            name(Txt::UsageAccountId),
            name(Txt::ProductCode),
            template.kind.name().to_owned(),
            template.lifecycle.name().to_owned(),
        ];
        for (group, key) in groups.iter_mut().zip(keys) {
            group.entry(key).or_default().add(sum);
        }
        let arn = [Txt::RiArn, Txt::SpArn].into_iter().map(name).find(|arn| !arn.is_empty());
        if let Some(arn) = arn {
            commitments.entry(arn).or_default().add(template.kind, sum);
        }
    }
    total.add(&sums);
    let [accounts, services, types, lifecycles] = groups.map(|group| {
        group.into_iter().map(|(key, sums)| (key, sums.metrics())).collect::<Map<String, Value>>()
    });
    let owned: Vec<Value> = company
        .commitments
        .iter()
        .filter_map(|owned| {
            let parts = commitments.get(&owned.arn)?;
            Some(json!({
                "id": owned.arn,
                "kind": owned.kind(),
                "payment": owned.payment.name(),
                "units": owned.units,
                "start": instant(owned.start),
                "end": instant(owned.end),
                "unblended": text(parts.unblended, MONEY_SCALE),
                "amortized": text(parts.amortized, MONEY_SCALE),
                "used": text(parts.amortized - parts.unused, MONEY_SCALE),
                "unused": text(parts.unused, MONEY_SCALE),
                "on_demand_equivalent": text(parts.equivalent, MONEY_SCALE),
                "upfront_paid": text(parts.upfront_paid, MONEY_SCALE),
                "amortization": text(parts.amortization, MONEY_SCALE),
                "difference": text(parts.difference(), MONEY_SCALE),
            }))
        })
        .collect();
    json!({
        "period": period.label(),
        "start": instant(period.start),
        "end": instant(period.end),
        "until": instant(period.until),
        "closed": period.closed(),
        "rows": sums.rows + split.rows,
        "focus_rows": focus_rows,
        "split_rows": split.rows,
        "split_cost": text(split.split_cost, MONEY_SCALE),
        "totals": sums.metrics(),
        "by_account": accounts,
        "by_service": services,
        "by_line_item_type": types,
        "by_lifecycle": lifecycles,
        "commitments": owned,
        "findings": findings::findings(company, period, ledger),
        "workloads": findings::workloads(company, ledger),
    })
}

/// The parts of billing-data's identity for one commitment.
#[derive(Debug, Default)]
struct Identity {
    unblended: i128,
    amortized: i128,
    unused: i128,
    /// What it covered, at on-demand prices.
    equivalent: i128,
    upfront_paid: i128,
    amortization: i128,
}

impl Identity {
    fn add(&mut self, kind: LineType, sum: &Sums) {
        self.unblended += sum.unblended;
        self.amortized += sum.amortized;
        self.amortization += sum.amortization;
        match kind {
            LineType::Fee | LineType::SavingsPlanUpfrontFee => self.upfront_paid += sum.unblended,
            LineType::RiFee | LineType::SavingsPlanRecurringFee => self.unused += sum.amortized,
            LineType::DiscountedUsage | LineType::SavingsPlanCoveredUsage => self.equivalent += sum.list,
            _ => {}
        }
    }

    /// Σ unblended − (Σ amortized + up-front fees paid − amortisation): zero when the identity holds.
    fn difference(&self) -> i128 {
        self.unblended - (self.amortized + self.upfront_paid - self.amortization)
    }
}
