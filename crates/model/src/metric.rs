//! The one table of metrics: names, columns and formulas.

use std::str::FromStr;

/// A measure of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Up-front fees spread over their term, unused commitment shown (FOCUS EffectiveCost).
    Amortized,
    /// As billed (FOCUS BilledCost).
    Unblended,
    /// Amortized after negotiated discounts.
    NetAmortized,
    /// As billed, after negotiated discounts.
    NetUnblended,
    /// At public on-demand prices (FOCUS ListCost).
    List,
    /// Usage in the row's own unit.
    UsageAmount,
}

/// What a metric is called, where it is stored, and how it is computed.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct MetricInfo {
    /// The metric.
    #[serde(skip)]
    pub metric: Metric,
    /// Name in addresses, on the command line and in the API.
    pub name: &'static str,
    /// Words on screen.
    pub label: &'static str,
    /// Column of the canonical schema.
    pub column: &'static str,
    /// Meaning.
    pub description: &'static str,
    /// How a row's figure is computed from AWS's columns.
    pub formula: &'static str,
}

/// Every metric.
pub const METRICS: &[MetricInfo] = &[
    MetricInfo {
        metric: Metric::Amortized,
        name: "amortized",
        label: "Amortized cost",
        column: "EffectiveCost",
        description: "Cost with up-front fees spread over their term and unused commitment shown where it was bought.",
        formula: "Covered usage: the reservation's or savings plan's effective cost. Reservation fee: unused amortized up-front fee + unused recurring fee. Savings plan fee: total commitment - used commitment. Negations and up-front fees: 0. Everything else: unblended cost.",
    },
    MetricInfo {
        metric: Metric::Unblended,
        name: "unblended",
        label: "Unblended cost",
        column: "BilledCost",
        description: "Cost as billed: what the invoice adds up to.",
        formula: "line_item_unblended_cost",
    },
    MetricInfo {
        metric: Metric::NetAmortized,
        name: "net_amortized",
        label: "Net amortized cost",
        column: "x_NetEffectiveCost",
        description: "Amortized cost after negotiated discounts; equals amortized cost where the report has no net columns.",
        formula: "As amortized, from the net columns; where a net column is absent or empty, the gross one.",
    },
    MetricInfo {
        metric: Metric::NetUnblended,
        name: "net_unblended",
        label: "Net unblended cost",
        column: "x_NetBilledCost",
        description: "Cost as billed after negotiated discounts; equals unblended cost where the report has no net columns.",
        formula: "line_item_net_unblended_cost, else line_item_unblended_cost",
    },
    MetricInfo {
        metric: Metric::List,
        name: "list",
        label: "List price",
        column: "ListCost",
        description: "What the usage would cost at public on-demand prices.",
        formula: "pricing_public_on_demand_cost",
    },
    MetricInfo {
        metric: Metric::UsageAmount,
        name: "usage_amount",
        label: "Usage amount",
        column: "x_UsageAmount",
        description: "Quantity used, in each row's own unit; only comparable within one unit.",
        formula: "line_item_usage_amount of Usage, DiscountedUsage and SavingsPlanCoveredUsage rows",
    },
];

/// The text names no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a metric: use amortized, unblended, net_amortized, net_unblended, list or usage_amount"
)]
pub struct MetricError(String);

impl Metric {
    /// The metric's row of [`METRICS`].
    pub fn info(self) -> &'static MetricInfo {
        METRICS.iter().find(|info| info.metric == self).unwrap_or(&METRICS[0])
    }

    /// Name in addresses and on the command line.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// Whether commitments are spread over what they cover.
    pub fn is_amortized(self) -> bool {
        matches!(self, Self::Amortized | Self::NetAmortized)
    }

    /// Whether the figure is money.
    pub fn is_money(self) -> bool {
        self != Self::UsageAmount
    }
}

impl FromStr for Metric {
    type Err = MetricError;

    fn from_str(text: &str) -> Result<Self, MetricError> {
        METRICS
            .iter()
            .find(|info| info.name == text)
            .map(|info| info.metric)
            .ok_or_else(|| MetricError(text.to_owned()))
    }
}
