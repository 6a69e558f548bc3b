//! Rows that come once a month: tax, support, credits, refunds, domains, marketplace subscriptions.

use super::builder::Builder;
use super::series::Series;
use super::sizing::{Budget, monthly};
use crate::calendar::Period;
use crate::fixed::{AMOUNT, MONEY, cents, mul_div};
use crate::row::Row;
use crate::text::{Lifecycle, LineType, Txt};
use std::collections::BTreeMap;

/// Plans the once-a-month rows of every period.
pub(crate) fn plan(
    builder: &mut Builder,
    series: &[Series],
    periods: &[Period],
    budget: &Budget,
) -> Vec<Vec<Row>> {
    let mut months: Vec<Vec<Row>> = periods.iter().map(|_| Vec::new()).collect();
    let at = periods.first().map_or(0, |period| {
        i32::midpoint(period.start, periods.last().map_or(period.until, |last| last.until))
    });
    let mut spend: BTreeMap<(u16, u32), i64> = BTreeMap::new();
    for one in series.iter().filter(|one| one.birth <= at && one.death > at) {
        let code = builder.templates[one.template as usize].get(Txt::ProductCode);
        *spend.entry((one.account, code)).or_default() += monthly(one, at);
    }
    let bill: i64 = spend.values().sum();
    tax(builder, &spend, periods, budget, &mut months);
    support(builder, bill, periods, &mut months);
    credits(builder, bill, periods, &mut months);
    domains(builder, periods, &mut months);
    marketplace(builder, bill, periods, &mut months);
    months
}

/// Share of the period that the data cover, in permille.
fn elapsed(period: &Period) -> i64 {
    i64::from(period.until - period.start) * 1000 / i64::from(period.end - period.start).max(1)
}

fn tax(
    builder: &mut Builder,
    spend: &BTreeMap<(u16, u32), i64>,
    periods: &[Period],
    budget: &Budget,
    months: &mut [Vec<Row>],
) {
    let mut list: Vec<_> = spend.iter().collect();
    list.sort_by_key(|(key, cost)| (std::cmp::Reverse(**cost), **key));
    let keep = usize::try_from((budget.target / 150).clamp(4, 400)).unwrap_or(4);
    for ((account, code), cost) in list.into_iter().take(keep) {
        let code = builder.pool.get(*code).to_owned();
        let (rate, name) = builder.accounts[usize::from(*account)].tax;
        let mut line = builder.line(LineType::Tax, Lifecycle::Other, usize::from(*account), &code);
        line.set(&mut builder.pool, Txt::TaxType, name);
        line.set(&mut builder.pool, Txt::Description, &format!("Tax for product code {code}"));
        let template = builder.push(line);
        for (period, rows) in periods.iter().zip(months.iter_mut()) {
            let due = cents(mul_div(mul_div(*cost, rate, 1000), elapsed(period), 1000));
            rows.push(Row::flat(template, period.start, period.end, AMOUNT, due));
        }
    }
}

fn support(builder: &mut Builder, bill: i64, periods: &[Period], months: &mut [Vec<Row>]) {
    let mut line = builder.line(LineType::Fee, Lifecycle::Other, 0, "AWSSupportEnterprise");
    line.set_all(
        &mut builder.pool,
        &[
            (Txt::UsageType, "Dollar"),
            (Txt::Description, "AWS Support (Enterprise) - share of monthly usage"),
            (Txt::PricingUnit, "Dollar"),
        ],
    );
    let template = builder.push(line);
    for (period, rows) in periods.iter().zip(months.iter_mut()) {
        // Support is charged when the month closes.
        if period.closed() {
            let due = cents(mul_div(bill, 34, 1000)).max(15 * MONEY);
            rows.push(Row::flat(template, period.start, period.end, AMOUNT, due));
        }
    }
}

fn credits(builder: &mut Builder, bill: i64, periods: &[Period], months: &mut [Vec<Row>]) {
    let mut credit = builder.line(LineType::Credit, Lifecycle::Other, 7, "AmazonEC2");
    credit.set(&mut builder.pool, Txt::Description, "AWS Migration Acceleration Program credit");
    let credit = builder.push(credit);
    let mut refund = builder.line(LineType::Refund, Lifecycle::Other, 1, "AmazonCloudFront");
    refund.set(&mut builder.pool, Txt::BillType, "Refund");
    refund.set(&mut builder.pool, Txt::Description, "Refund for service disruption, case 10874466");
    let refund = builder.push(refund);
    for (index, (period, rows)) in periods.iter().zip(months.iter_mut()).enumerate() {
        if index % 3 != 1 {
            let value = -cents(mul_div(bill, 11 + i64::try_from(index % 4).unwrap_or(0) * 3, 1000)) - MONEY;
            rows.push(Row::flat(credit, period.start, period.start + 1, 0, value));
        }
        if index % 5 == 2 || periods.len() == 1 {
            let hour = (period.start + 200).min(period.until - 1).max(period.start);
            rows.push(Row::flat(refund, hour, hour + 1, AMOUNT, -cents(mul_div(bill, 2, 1000)) - MONEY / 4));
        }
    }
}

fn domains(builder: &mut Builder, periods: &[Period], months: &mut [Vec<Row>]) {
    let names =
        ["harborline.example", "harborline-track.example", "fleetwise.example", "harborline.eu.example"];
    for (number, name) in names.iter().enumerate() {
        let mut line = builder.line(LineType::Fee, Lifecycle::Other, 0, "AmazonRegistrar");
        line.set_all(
            &mut builder.pool,
            &[
                (Txt::BillType, "Purchase"),
                (Txt::Operation, "RenewDomain"),
                (Txt::ResourceId, name),
                (Txt::Description, &format!("Renewal of {name} for one year")),
            ],
        );
        let template = builder.push(line);
        for (index, (period, rows)) in periods.iter().zip(months.iter_mut()).enumerate() {
            let hour = period.start + 24 * (3 + i32::try_from(number).unwrap_or(0) * 5) + 9;
            if (index + number) % 4 == 0 && hour < period.until {
                let fee = 14 * MONEY + i64::try_from(number).unwrap_or(0) * 9 * MONEY;
                rows.push(Row::flat(template, hour, hour + 1, AMOUNT, fee));
            }
        }
    }
}

fn marketplace(builder: &mut Builder, bill: i64, periods: &[Period], months: &mut [Vec<Row>]) {
    let offers = [
        (
            "4ux2qpkzd0c9m7v1t8n3b6yha",
            "Lanternview Observability - Annual Plan",
            "Lanternview, Inc.",
            1usize,
            27,
        ),
        ("9zr5wtnq1e7k4h2d8m0xcvb3s", "Cordon Next-Generation Firewall", "Cordon Networks LLC", 10, 12),
    ];
    for (code, name, seller, account, share) in offers {
        for (kind, part) in [(LineType::Fee, share), (LineType::Usage, share / 3)] {
            let mut line = builder.line(kind, Lifecycle::Other, account, code);
            line.set_all(
                &mut builder.pool,
                &[
                    (Txt::BillingEntity, "AWS Marketplace"),
                    (Txt::LegalEntity, seller),
                    (Txt::ProductName, name),
                    (Txt::ServiceNameAws, name),
                    (
                        Txt::UsageType,
                        if kind == LineType::Fee {
                            "Global-ContractMonthly"
                        } else {
                            "USE1-SoftwareUsage:host"
                        },
                    ),
                    (Txt::PricingUnit, "Units"),
                    (
                        Txt::Description,
                        &format!(
                            "{name}: {}",
                            if kind == LineType::Fee { "monthly contract" } else { "usage over contract" }
                        ),
                    ),
                ],
            );
            let template = builder.push(line);
            for (period, rows) in periods.iter().zip(months.iter_mut()) {
                let whole = cents(mul_div(bill, part, 1000)) + MONEY;
                if kind == LineType::Fee {
                    rows.push(Row::flat(template, period.start, period.start + 1, AMOUNT, whole));
                } else {
                    let due = cents(mul_div(whole, elapsed(period), 1000));
                    rows.push(Row::flat(template, period.start, period.until, 40 * AMOUNT, due));
                }
            }
        }
    }
}
