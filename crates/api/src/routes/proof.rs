//! The proof as every answer shows it: three parts, each for itself.

use app::proof::{Part, PartState, Proof};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a part of the proof holds.
#[derive(Serialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProofState {
    /// It was checked, and it is so.
    Holds,
    /// What is seen is a part of the bill: only the whole can be compared with it.
    Part,
    /// Read before this was looked at: nothing is known.
    Unknown,
    /// The report does not tell it, or not for all of its rows.
    Unavailable,
    /// It was checked, and it is not so.
    Broken,
}

/// A part of the proof.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct ProofPart {
    state: ProofState,
    /// Why, in words.
    reason: String,
}

/// What is proven: only where all three parts hold do the figures equal the bill.
#[derive(Serialize, ToSchema, PartialEq)]
pub(crate) struct ProofView {
    /// What is stored equals the files that were read, digit by digit.
    copied: ProofPart,
    /// Every file of the bill was read.
    complete: ProofPart,
    /// The amortized cost follows from what was billed, for each commitment.
    amortized: ProofPart,
}

impl From<Part> for ProofPart {
    fn from(part: Part) -> Self {
        let state = match part.state {
            PartState::Holds => ProofState::Holds,
            PartState::Part => ProofState::Part,
            PartState::Unknown => ProofState::Unknown,
            PartState::Unavailable => ProofState::Unavailable,
            PartState::Broken => ProofState::Broken,
        };
        Self { state, reason: part.reason }
    }
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        Self {
            copied: proof.copied.into(),
            complete: proof.complete.into(),
            amortized: proof.amortized.into(),
        }
    }
}
