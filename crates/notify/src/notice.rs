//! What is told, whatever it is about: one shape for connections, bills, events and budgets, and one for a message that
//! carries some of them.

use model::{Decimal, shown};
use serde::{Deserialize, Serialize};

/// Characters of a title or a name, and of a text.
const TITLE: usize = 200;
const TEXT: usize = 1_500;
/// Facts, amounts and days of a notice; the page has all of them.
const FACTS: usize = 12;
const AMOUNTS: usize = 8;
/// Notices that a message writes out; it says how many more there are.
pub const LISTED: usize = 20;

/// How bad it is, at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To know of.
    Low,
    /// To look at when there is time.
    Medium,
    /// To look at soon.
    High,
    /// To look at now.
    Critical,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What became of what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// It began.
    Opened,
    /// It got worse.
    Up,
    /// It is over.
    Ended,
    /// It never was: what it rested on was corrected.
    Withdrawn,
    /// It happened, and is nothing that lasts.
    Happened,
}

impl Transition {
    /// Name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Up => "up",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
            Self::Happened => "happened",
        }
    }

    /// Whether it tells of something for the first time.
    pub const fn begins(self) -> bool {
        matches!(self, Self::Opened | Self::Happened)
    }

    /// Whether nothing is left to look at.
    pub const fn closes(self) -> bool {
        matches!(self, Self::Ended | Self::Withdrawn)
    }

    const fn before_title(self) -> &'static str {
        match self {
            Self::Opened | Self::Happened => "",
            Self::Up => "Worse: ",
            Self::Ended => "Over: ",
            Self::Withdrawn => "Withdrawn: ",
        }
    }
}

/// A fact, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it is here.
    pub value: String,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// What it is.
    pub label: String,
    /// With every digit.
    pub amount: String,
    /// As shown, without its currency.
    pub shown: String,
    /// Currency.
    pub currency: String,
    /// Of which days, in words.
    pub period: String,
}

/// A day of the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// `2026-10-31`.
    pub day: String,
    /// What it cost.
    pub cost: Decimal,
    /// What was expected: at least, and at most.
    pub expected: Option<(Decimal, Decimal)>,
}

/// What a notice is about, for those who say who gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Accounts, by identifier.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Subsets, by identifier.
    #[serde(default)]
    pub subsets: Vec<String>,
    /// Values of tags, with their share of it.
    #[serde(default)]
    pub tags: Vec<TagShare>,
}

/// The part of a tag's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagShare {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
    /// Its share of the amount (percent).
    pub percent: u8,
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names what happened, the same through all of its transitions: receivers put them together by it.
    pub event: String,
    /// What kind of thing it is, a word: `connection`, `bill`, `report`, `cost`.
    pub kind: String,
    /// What became of it.
    pub transition: Transition,
    /// How bad it is.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// In a few sentences.
    pub text: String,
    /// Facts.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// Amounts.
    #[serde(default)]
    pub amounts: Vec<Amount>,
    /// Address of its page.
    pub link: String,
    /// Days of its chart; none: there is no chart.
    #[serde(default)]
    pub chart: Vec<Point>,
    /// What it is about.
    #[serde(default)]
    pub about: About,
}

impl Notice {
    /// Names the transition: each is told once. An event gets worse more than once, each step of it is one.
    pub fn step(&self) -> String {
        match self.transition {
            Transition::Up => format!("up:{}", self.severity.name()),
            other => other.name().to_owned(),
        }
    }

    /// The title with what became of it, as one line.
    pub fn headline(&self) -> String {
        format!("{}{}", self.transition.before_title(), shown::short(&self.title, TITLE))
    }

    /// The text, of bounded length, as one paragraph.
    pub(crate) fn body(&self) -> String {
        shown::short(&self.text, TEXT).into_owned()
    }

    /// Facts and amounts, as label and value, each one line.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let line = |text: &str| shown::short(text, TITLE).into_owned();
        let amount = |one: &Amount| {
            let period = if one.period.is_empty() { String::new() } else { format!(" ({})", one.period) };
            (line(&one.label), line(&format!("{} {}{period}", one.shown, one.currency)))
        };
        let amounts = self.amounts.iter().take(AMOUNTS).map(amount);
        let facts = self.facts.iter().take(FACTS).map(|fact| (line(&fact.label), line(&fact.value)));
        amounts.chain(facts).collect()
    }
}

/// Why notices go out together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundle {
    /// One by itself.
    One,
    /// Many came at once.
    Flood,
    /// By the day or the week.
    Digest,
    /// Somebody tries the channel.
    Test,
}

/// A message: what one request or mail carries.
#[derive(Clone, Debug)]
pub struct Message {
    /// The same over all tries; receivers show it once by it.
    pub id: String,
    /// When it is sent (s).
    pub at_s: i64,
    /// Whose it is.
    pub organization: String,
    /// Why these go out together.
    pub bundle: Bundle,
    /// What is told.
    pub notices: Vec<Notice>,
    /// What was told before and is not over: digests list it.
    pub still_open: Vec<Notice>,
    /// Address of the page where notifications are set.
    pub link: String,
}

impl Message {
    /// The title, as one line.
    pub fn title(&self) -> String {
        let organization = shown::short(&self.organization, TITLE / 2);
        match (&self.notices[..], self.bundle) {
            ([one], Bundle::One | Bundle::Flood) => one.headline(),
            (_, Bundle::Test) => format!("Test message of {organization}"),
            (all, Bundle::Digest) => format!("{organization}: {}", counted(all.len())),
            (all, _) => format!("{organization}: {} at once", counted(all.len())),
        }
    }

    /// The worst of what it tells.
    pub fn severity(&self) -> Severity {
        self.notices.iter().map(|notice| notice.severity).max().unwrap_or(Severity::Low)
    }

    /// The one notice that it is about, where it is one.
    pub(crate) fn single(&self) -> Option<&Notice> {
        match &self.notices[..] {
            [one] if self.bundle != Bundle::Digest => Some(one),
            _ => None,
        }
    }

    /// Those that it writes out, and how many more there are.
    pub(crate) fn listed(&self) -> (&[Notice], usize) {
        let listed = &self.notices[..self.notices.len().min(LISTED)];
        (listed, self.notices.len() - listed.len())
    }
}

fn counted(number: usize) -> String {
    if number == 1 { "1 notification".to_owned() } else { format!("{number} notifications") }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A notice with a text of somebody else's wherever there can be one.
    pub(crate) fn notice(text: &str) -> Notice {
        let owned = || text.to_owned();
        let amount = Amount {
            label: owned(),
            amount: "1234.5678".to_owned(),
            shown: "1,234.57".to_owned(),
            currency: "USD".to_owned(),
            period: owned(),
        };
        Notice {
            event: "e1".to_owned(),
            kind: "cost".to_owned(),
            transition: Transition::Opened,
            severity: Severity::High,
            title: owned(),
            text: owned(),
            facts: vec![Fact { label: owned(), value: owned() }; FACTS + 3],
            amounts: vec![amount],
            link: format!("https://costs.example/?q={text}"),
            chart: vec![],
            about: About::default(),
        }
    }

    pub(crate) fn message(text: &str) -> Message {
        Message {
            id: "msg_1".to_owned(),
            at_s: 1_800_000_000,
            organization: text.to_owned(),
            bundle: Bundle::One,
            notices: vec![notice(text)],
            still_open: vec![],
            link: "https://costs.example/notifications".to_owned(),
        }
    }
}
