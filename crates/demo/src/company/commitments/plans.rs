//! What the company has bought: payment, term, size, and when.

/// How it is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Payment {
    All,
    Partial,
    No,
}

impl Payment {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::All => "All Upfront",
            Self::Partial => "Partial Upfront",
            Self::No => "No Upfront",
        }
    }

    pub(super) fn upfront(self, rate: i64) -> i64 {
        match self {
            Self::All => rate,
            Self::Partial => rate / 2,
            Self::No => 0,
        }
    }
}

/// When it was bought, against the time that the data cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bought {
    /// Long before the first row.
    Before,
    /// Before the first row, ending at this share (permille) of the time.
    EndsAt(i64),
    /// At this share (permille) of the time.
    At(i64),
}

/// A commitment to buy.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "a savings plan is called a plan")]
pub(super) struct Plan {
    pub(super) plan: bool,
    pub(super) offering: &'static str,
    pub(super) payment: Payment,
    pub(super) years: i32,
    pub(super) class: &'static str,
    /// Committed price against on-demand, permille.
    pub(super) price: i64,
    /// Size against the mean need of what it covers, permille.
    pub(super) size: i64,
    pub(super) bought: Bought,
}

/// What the company owns; fleets name them by index, and the last covers functions and Fargate.
pub(super) const PLANS: &[Plan] = &[
    Plan {
        plan: false,
        offering: "EC2",
        payment: Payment::All,
        years: 1,
        class: "standard",
        price: 590,
        size: 820,
        bought: Bought::At(230),
    },
    Plan {
        plan: false,
        offering: "EC2",
        payment: Payment::Partial,
        years: 1,
        class: "standard",
        price: 610,
        size: 900,
        bought: Bought::EndsAt(690),
    },
    Plan {
        plan: false,
        offering: "EC2",
        payment: Payment::No,
        years: 3,
        class: "convertible",
        price: 480,
        size: 1150,
        bought: Bought::Before,
    },
    Plan {
        plan: false,
        offering: "RDS",
        payment: Payment::Partial,
        years: 1,
        class: "standard",
        price: 640,
        size: 850,
        bought: Bought::At(480),
    },
    Plan {
        plan: false,
        offering: "ElastiCache",
        payment: Payment::All,
        years: 1,
        class: "standard",
        price: 620,
        size: 1000,
        bought: Bought::Before,
    },
    Plan {
        plan: true,
        offering: "ComputeSavingsPlans",
        payment: Payment::No,
        years: 3,
        class: "",
        price: 520,
        size: 760,
        bought: Bought::Before,
    },
    Plan {
        plan: true,
        offering: "EC2InstanceSavingsPlans",
        payment: Payment::Partial,
        years: 3,
        class: "",
        price: 540,
        size: 1250,
        bought: Bought::Before,
    },
    Plan {
        plan: true,
        offering: "ComputeSavingsPlans",
        payment: Payment::All,
        years: 1,
        class: "",
        price: 800,
        size: 700,
        bought: Bought::At(610),
    },
];

/// The plan that covers functions and Fargate.
pub(crate) const SERVERLESS: u16 = 7;
