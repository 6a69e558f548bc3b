//! What the company has bought: what it covers, payment, term, size, and when.

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

/// What it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Instances or nodes of one type in a region (index into `world::REGIONS`), and other sizes of their family.
    Reserved { code: &'static str, kind: &'static str, operation: &'static str, region: usize },
    /// EC2 Instance savings plan.
    Family { family: &'static str, region: usize },
    /// Compute savings plan.
    Compute,
    /// Database savings plan.
    Database,
}

impl What {
    /// Whether it is a savings plan.
    pub(crate) const fn is_plan(self) -> bool {
        !matches!(self, Self::Reserved { .. })
    }

    /// Its name in the rows: a plan's offering type, a reservation's service.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Reserved { code, .. } => code.trim_start_matches("Amazon"),
            Self::Family { .. } => "EC2InstanceSavingsPlans",
            Self::Compute => "ComputeSavingsPlans",
            Self::Database => "DatabaseSavingsPlans",
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
    /// So many hours before the end of the data.
    Ago(i32),
    /// Ending so many hours after the end of the data; before it where negative.
    EndsIn(i32),
}

/// How much, against what earlier commitments leave of what it covers in some weeks' hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// Permille of the least: always used up.
    OfLeast(i64),
    /// Permille of the mean.
    OfMean(i64),
    /// Permille of the most: hardly ever used up.
    OfMost(i64),
    /// So many, needed or not.
    Count(i64),
}

/// A commitment to buy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) what: What,
    pub(super) payment: Payment,
    pub(super) years: i32,
    pub(super) class: &'static str,
    pub(super) size: Size,
    pub(super) bought: Bought,
}

const fn ec2(kind: &'static str, region: usize) -> What {
    What::Reserved { code: "AmazonEC2", kind, operation: "RunInstances", region }
}

const fn reserved(what: What, payment: Payment, years: i32, size: Size, bought: Bought) -> Plan {
    Plan { what, payment, years, class: "standard", size, bought }
}

const fn plan(what: What, payment: Payment, years: i32, size: Size, bought: Bought) -> Plan {
    Plan { what, payment, years, class: "", size, bought }
}

/// What the company owns, in the order in which AWS applies the kinds.
///
/// By day a report says nothing about the hours: what is settled by the hour can be replayed from daily rows only if it is
/// used up in each hour of a day, or in none. So the plans of usage that has nights are small or large.
pub(super) const PLANS: &[Plan] = &[
    reserved(ec2("m5.large", 0), Payment::All, 1, Size::OfLeast(300), Bought::At(230)),
    // Expired in the course of the year.
    reserved(ec2("r5.xlarge", 0), Payment::Partial, 1, Size::OfMean(700), Bought::EndsAt(690)),
    // Bought for staging, which sleeps at night.
    Plan {
        class: "convertible",
        ..reserved(ec2("c6a.large", 0), Payment::No, 3, Size::OfMost(1150), Bought::Before)
    },
    // Expired nine days ago, and nobody has renewed it.
    reserved(ec2("r6i.large", 0), Payment::No, 1, Size::OfMean(600), Bought::EndsIn(-9 * 24 - 7)),
    // About to expire.
    reserved(ec2("c6i.large", 0), Payment::No, 1, Size::Count(1), Bought::EndsIn(19 * 24 + 5)),
    // Came with a company that was bought; its instances are gone.
    reserved(ec2("c4.large", 2), Payment::No, 1, Size::Count(1), Bought::EndsIn(120 * 24)),
    reserved(
        What::Reserved {
            code: "AmazonRDS",
            kind: "db.r6g.large",
            operation: "CreateDBInstance:0014",
            region: 0,
        },
        Payment::Partial,
        1,
        Size::OfMean(850),
        Bought::At(480),
    ),
    // Single-AZ, beside Multi-AZ instances that count twice.
    reserved(
        What::Reserved {
            code: "AmazonRDS",
            kind: "db.m5.large",
            operation: "CreateDBInstance:0002",
            region: 0,
        },
        Payment::No,
        1,
        Size::OfMean(700),
        Bought::EndsIn(75 * 24),
    ),
    reserved(
        What::Reserved {
            code: "AmazonElastiCache",
            kind: "cache.r6g.large",
            operation: "CreateCacheCluster:0002",
            region: 0,
        },
        Payment::All,
        3,
        Size::OfMean(1000),
        Bought::Before,
    ),
    plan(What::Family { family: "m6i", region: 0 }, Payment::Partial, 3, Size::OfMost(1080), Bought::Before),
    plan(What::Compute, Payment::No, 3, Size::OfLeast(620), Bought::Before),
    plan(What::Compute, Payment::All, 1, Size::OfLeast(420), Bought::At(610)),
    // In the middle of the last thirty days.
    plan(What::Compute, Payment::No, 1, Size::OfLeast(450), Bought::Ago(15 * 24 + 6)),
    plan(What::Database, Payment::No, 1, Size::OfLeast(880), Bought::At(870)),
];
