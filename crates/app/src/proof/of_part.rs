//! In place of the proof, for whoever may see a part of the bills alone.

use super::parts::{Part, PartState, Proof};

impl Proof {
    /// What is told of a part. Whether the whole is proven hangs on rows that its reader may not see.
    pub(crate) fn of_part() -> Self {
        let part = || {
            Part {
            state: PartState::Part,
            reason:
                "these figures are the part of the bill that you may see; only the whole can be compared with the bill"
                    .to_owned(),
        }
        };
        Self { copied: part(), complete: part(), amortized: part() }
    }

    /// Whether it is of a part of the bills: then nothing is proven of it, nor wrong.
    pub fn is_of_part(&self) -> bool {
        self.copied.state == PartState::Part
    }
}
