//! What a rule found.

use model::Decimal;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Somebody has to look first.
    Low,
    /// The rows say it, and there may be a reason.
    Medium,
    /// The rows prove it.
    High,
}

impl Confidence {
    /// Its word, as JSON has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// One step less.
    pub(super) const fn less(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// Why a finding has no amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No row tells this price.
    Price(String),
    /// The rule promises nothing: it shows what something costs.
    NotPromised,
}

/// Something that is paid for and serves nothing, or that could be had for less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the rule.
    pub rule: u8,
    /// Account of its rows.
    pub account: Arc<str>,
    /// Region of its rows; empty: none.
    pub region: Arc<str>,
    /// The resource; empty where the report names none: then it is all of its account and region.
    pub resource: Arc<str>,
    /// What would not be paid, in the span that was asked for.
    pub amount: Option<Decimal>,
    /// At least so much of it.
    pub low: Option<Decimal>,
    /// Why there is no amount.
    pub unknown: Option<Unknown>,
    /// What the rows behind it cost in the span, without what a commitment pays.
    pub cost: Decimal,
    /// How sure it is.
    pub confidence: Confidence,
    /// What the rows say of it, in a sentence.
    pub evidence: String,
    /// Usage types of its rows, in order.
    pub usage_types: Vec<Arc<str>>,
    /// Whether totals hold it; no other finding of its resource is in them then.
    pub counted: bool,
}
