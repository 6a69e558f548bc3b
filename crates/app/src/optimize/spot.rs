//! What instances cost on the spot market: what the bill's own spot rows paid, else AWS's Spot Advisor as it ships, marked
//! with its age. Whoever saves by it compares with what an hour really costs; an unknown or higher price saves nothing.

use super::hours::months;
use super::prices::{SourceKind, shipped};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::commitments::share;
use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type};
use chrono::NaiveDate;
use futures::TryStreamExt;
use model::schema::AMOUNT;
use model::{BillingPeriod, ChargeType, Decimal};
use serde::Serialize;
use std::collections::BTreeMap;

/// Part of the days that pay less than the low price, and more than the high one: in hundredths.
const BEYOND: usize = 10;

/// What is asked for a price of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpotKind {
    /// Instance type.
    pub instance_type: String,
    /// Region.
    pub region: String,
    /// Operating system, as bills name it.
    pub system: String,
    /// Currency.
    pub currency: String,
}

/// A price by the hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SpotPrice {
    /// Mean.
    pub price: Decimal,
    /// What a tenth of the days was below.
    pub low: Decimal,
    /// What a tenth of the days was above.
    pub high: Decimal,
    /// `rows` or `shipped`.
    pub source: SourceKind,
    /// Name of the source.
    pub name: String,
    /// Newest day of it.
    pub date: Option<NaiveDate>,
    /// How often instances were taken back in a month, where the source says: 0 (under 5 %) to 4 (above 20 %).
    pub interruption: Option<u8>,
}

/// What the bill's own spot rows paid.
#[derive(Clone, Debug, Default)]
pub struct SpotPrices(BTreeMap<SpotKind, Paid>);

#[derive(Clone, Debug, Default)]
struct Paid {
    hours: Decimal,
    cost: Decimal,
    days: Vec<Decimal>,
    newest: Option<NaiveDate>,
}

impl SpotPrices {
    /// Reads the spot rows of some days, the second not included.
    ///
    /// # Errors
    /// `NotReady` while a month has only its roll-up; bills that cannot be read.
    pub async fn read(app: &App, published: &Published, (from, to): (NaiveDate, NaiveDate)) -> Result<Self> {
        let view = months(&published.view, BillingPeriod::of(from), BillingPeriod::of(to))?;
        let statement = format!(
            r#"SELECT CAST(CAST("ChargePeriodStart" AS DATE) AS VARCHAR), "x_InstanceType", "RegionId", "x_OperatingSystem", "currency",
  SUM("x_UsageAmount"), SUM("x_NetEffectiveCost")
FROM line_items
WHERE NOT "x_IsSplit" AND "x_ChargeType" = '{}' AND "x_ProductCode" = 'AmazonEC2' AND "x_UsageAmount" > 0
  AND "ChargePeriodStart" >= TIMESTAMP '{from} 00:00:00' AND "ChargePeriodStart" < TIMESTAMP '{to} 00:00:00'
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1"#,
            ChargeType::SpotUsage.name()
        );
        let odd =
            |error: &dyn std::fmt::Display| AppError::internal(format!("spot rows cannot be read: {error}"));
        let mut found = Self::default();
        let mut batches = app.engine().sql(&view, &statement).await?;
        while let Some(batch) = batches.try_next().await? {
            let texts = (0..5).map(|at| cast(batch.column(at), &DataType::Utf8));
            let texts = texts.collect::<Result<Vec<_>, _>>().map_err(|error| odd(&error))?;
            let amounts = (5..7).map(|at| cast(batch.column(at), &AMOUNT));
            let amounts = amounts.collect::<Result<Vec<_>, _>>().map_err(|error| odd(&error))?;
            for row in 0..batch.num_rows() {
                let text = |at: usize| {
                    let column = texts[at].as_string::<i32>();
                    if column.is_valid(row) { column.value(row).to_owned() } else { String::new() }
                };
                let amount = |at: usize| {
                    let column = amounts[at].as_primitive::<Decimal128Type>();
                    if column.is_valid(row) { Decimal::from_units(column.value(row)) } else { Decimal::ZERO }
                };
                let kind =
                    SpotKind { instance_type: text(1), region: text(2), system: text(3), currency: text(4) };
                found.add(kind, text(0).parse().ok(), amount(0), amount(1));
            }
        }
        Ok(found)
    }

    fn add(&mut self, kind: SpotKind, day: Option<NaiveDate>, hours: Decimal, cost: Decimal) {
        if hours <= Decimal::ZERO || cost <= Decimal::ZERO {
            return;
        }
        let paid = self.0.entry(kind).or_default();
        paid.hours += hours;
        paid.cost += cost;
        paid.days.push(share(cost, Decimal::from(1), hours));
        paid.newest = paid.newest.max(day);
    }

    /// The price of an instance whose hour costs so much on demand; `None`: no source knows it.
    pub fn of(&self, kind: &SpotKind, on_demand: Decimal) -> Option<SpotPrice> {
        if let Some(paid) = self.0.get(kind) {
            let mut days = paid.days.clone();
            days.sort_unstable();
            let at = |part: usize| days.get((days.len() - 1) * part / 100).copied();
            let price = share(paid.cost, Decimal::from(1), paid.hours);
            return Some(SpotPrice {
                price,
                low: at(BEYOND).unwrap_or(price).min(price),
                high: at(100 - BEYOND).unwrap_or(price).max(price),
                source: SourceKind::Rows,
                name: "the bill's own spot rows".to_owned(),
                date: paid.newest,
                interruption: None,
            });
        }
        let system = match kind.system.to_ascii_lowercase().as_str() {
            "linux" | "linux/unix" => "Linux",
            "windows" => "Windows",
            // Licences have no spot price of their own there.
            _ => return None,
        };
        let advice =
            shipped::spot(&kind.region, system, &kind.instance_type).filter(|_| kind.currency == "USD")?;
        let left = Decimal::from(100 - i64::from(advice.savings_percent));
        let price = share(on_demand, left, Decimal::from(100));
        (price > Decimal::ZERO).then(|| SpotPrice {
            price,
            low: price,
            high: price,
            source: SourceKind::Shipped,
            name: shipped::SPOT_NAME.to_owned(),
            date: shipped::spot_date(),
            interruption: Some(advice.interruption),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(instance_type: &str, system: &str) -> SpotKind {
        let [instance_type, region, system, currency] =
            [instance_type, "us-east-1", system, "USD"].map(ToOwned::to_owned);
        SpotKind { instance_type, region, system, currency }
    }

    /// Eleven days of an hour each at 0.030 to 0.040: the mean is 0.035, the second least 0.031, the second most 0.039.
    #[test]
    fn own_rows_come_first() {
        let mut prices = SpotPrices::default();
        for day in 0..11 {
            let cost = Decimal::from_units((30 + day) * 10_i128.pow(15));
            prices.add(kind("m5.large", "Linux"), "2026-10-05".parse().ok(), Decimal::from(1), cost);
        }
        let on_demand = "0.096".parse().unwrap();
        let found = prices.of(&kind("m5.large", "Linux"), on_demand).unwrap();
        let text = [found.price, found.low, found.high].map(|price| price.to_string());
        assert_eq!(
            (text, found.source),
            (["0.035", "0.031", "0.039"].map(ToOwned::to_owned), SourceKind::Rows)
        );
        // The advisor says 66 % off: 0.096 x 0.34.
        let advised = SpotPrices::default().of(&kind("m5.large", "Linux"), on_demand).unwrap();
        assert_eq!((advised.price.to_string().as_str(), advised.source), ("0.03264", SourceKind::Shipped));
        assert_eq!(
            (advised.date.unwrap().to_string().as_str(), advised.interruption),
            ("2025-07-28", Some(3))
        );
        assert!(prices.of(&kind("m5.large", "SUSE"), on_demand).is_none());
        assert!(prices.of(&kind("zz1.large", "Linux"), on_demand).is_none());
    }
}
