//! The proof of a period's totals, as it is stored with the publication and shown by `reconcile`: per file and
//! line item type the sums of the raw columns while reading and of what was stored; and per commitment the
//! identity between what was billed and what is amortized. What it says, in three parts: [`Proof`].

mod of_part;
mod parts;

pub(crate) use parts::Whence;
pub use parts::{Part, PartState, Proof};

use model::Decimal;
use serde::{Deserialize, Serialize};

/// Where the features of a publication keep what of its amortized cost is not known.
pub(crate) const UNAVAILABLE: &str = "unavailable";

/// Sums over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Number of rows that count in totals (split cost rows do not).
    pub rows: u64,
    /// As billed.
    pub unblended: Decimal,
    /// Amortized.
    pub amortized: Decimal,
    /// As billed, net.
    pub net_unblended: Decimal,
    /// Amortized, net.
    pub net_amortized: Decimal,
    /// At list price.
    pub list: Decimal,
    /// Usage that counts.
    pub usage_amount: Decimal,
}

impl Sums {
    /// Adds other rows' sums.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.unblended += other.unblended;
        self.amortized += other.amortized;
        self.net_unblended += other.net_unblended;
        self.net_amortized += other.net_amortized;
        self.list += other.list;
        self.usage_amount += other.usage_amount;
    }
}

/// One line item type of one file (or of all files, where what is stored does not tell files apart).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProof {
    /// File, as the source names it.
    pub file: String,
    /// Line item type; empty where the report has none.
    pub line_item_type: String,
    /// Sums while reading, before any transformation.
    pub raw: Sums,
    /// Sums read back from what was stored; `None` until it is.
    pub stored: Option<Sums>,
}

/// The identity of one commitment in one period: unblended = amortized + up-front fees paid − up-front fees
/// amortized; of a FOCUS report, which does not tell these, unblended = amortized + carried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// ARN of the reservation or savings plan; empty for rows without one.
    pub commitment: String,
    /// Billed.
    pub unblended: Decimal,
    /// Amortized.
    pub amortized: Decimal,
    /// Up-front fees paid in the period.
    pub upfront_paid: Decimal,
    /// Part of up-front fees that falls into the period.
    pub upfront_amortized: Decimal,
    /// Of a FOCUS report: what is billed here and amortized in other months of the term; negative where they paid for
    /// this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Decimal>,
    /// Unblended − amortized − paid + amortized up-front − carried: zero where the identity holds.
    pub difference: Decimal,
}

/// A part of the amortized cost that is not known: what stands in its place, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// `reservations`, `savings_plans` or, of FOCUS reports, `commitments`.
    pub family: String,
    /// `missing_columns`, `empty`, `counted_twice`, `unused_without_cost` or `nowhere_amortized`.
    pub why: String,
    /// The commitment, where it is one's; else empty.
    #[serde(default)]
    pub commitment: String,
    /// Columns that the report would have to have, as it writes them.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Rows that it is about.
    pub rows: u64,
    /// What counts as billed instead, counts twice, or is missing.
    pub amount: Decimal,
    /// The same in words.
    pub message: String,
}

/// The proof of one period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodProof {
    /// Per file and line item type.
    #[serde(default)]
    pub files: Vec<FileProof>,
    /// Rows of split cost allocation, which are kept outside every total.
    #[serde(default)]
    pub split_rows: u64,
    /// Per commitment.
    #[serde(default)]
    pub identity: Vec<Identity>,
    /// What of the amortized cost is not known.
    #[serde(default)]
    pub unavailable: Vec<Unavailable>,
    /// What a reader should know: columns that are absent, digits that were rounded, rows outside the period.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Whose bill and whose costs the period holds: billing account and account.
    #[serde(default)]
    pub owners: Vec<(String, String)>,
    /// When the newest of its files was written (ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at_ms: Option<i64>,
    /// Whether every file that its manifests promise was read, and as many rows as they tell.
    #[serde(default)]
    pub complete: Completeness,
}

/// What is known of whether a period is all of its bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// A manifest names the files, and all of them were read.
    Complete,
    /// No manifest says which files belong to the period: those that lie there were read.
    #[default]
    Unknown,
}
