//! The price book: what usage costs on demand, on the spot market and under each offer of a commitment, each price with
//! its source and date. In order: what the customer's own rows say, AWS's public price files (given for one call, or
//! imported), and a table that ships with the program (on demand and spot alone).
//!
//! A price that no source knows is unknown, and so is one that a source gives as 0: it never becomes zero, and no
//! discount is made up.

mod csv_file;
mod file;
mod json_file;
mod plans;
mod service;
pub(in crate::optimize) mod shipped;
mod store;
#[cfg(test)]
mod tests;

pub use file::{FileFacts, PriceFileError, read_file};
pub use store::{PriceList, import, imported, remove};

pub use analyses::commitments::{Class, Payment, Term};
use chrono::NaiveDate;
use model::Decimal;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

/// Kinds of savings plans, as prices tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plan {
    /// EC2 of any family and region, Fargate, Lambda.
    Compute,
    /// One family in one region.
    Ec2Instance,
    /// Databases.
    Database,
    /// SageMaker.
    SageMaker,
}

impl Plan {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Compute, Self::Ec2Instance, Self::Database, Self::SageMaker];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Ec2Instance => "ec2",
            Self::Database => "database",
            Self::SageMaker => "sagemaker",
        }
    }
}

/// On which terms something is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Terms {
    /// By the hour, without any commitment.
    OnDemand,
    /// On the spot market.
    Spot,
    /// Under a savings plan.
    Plan {
        /// Kind of it.
        plan: Plan,
        /// Term.
        term: Term,
        /// Payment.
        payment: Payment,
    },
    /// As a reservation: of one instance or node.
    Reserved {
        /// Standard or convertible.
        class: Class,
        /// Term.
        term: Term,
        /// Payment.
        payment: Payment,
    },
}

/// A term as it is written.
pub const fn term_name(term: Term) -> &'static str {
    match term {
        Term::OneYear => "1yr",
        Term::ThreeYears => "3yr",
    }
}

/// A payment as it is written.
pub const fn payment_name(payment: Payment) -> &'static str {
    match payment {
        Payment::NoUpfront => "no-upfront",
        Payment::PartialUpfront => "partial-upfront",
        Payment::AllUpfront => "all-upfront",
    }
}

impl fmt::Display for Terms {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnDemand => out.write_str("on-demand"),
            Self::Spot => out.write_str("spot"),
            Self::Plan { plan, term, payment } => {
                write!(out, "plan:{}:{}:{}", plan.name(), term_name(*term), payment_name(*payment))
            }
            Self::Reserved { class, term, payment } => {
                let class = if matches!(class, Class::Convertible) { "convertible" } else { "standard" };
                write!(out, "reserved:{class}:{}:{}", term_name(*term), payment_name(*payment))
            }
        }
    }
}

impl FromStr for Terms {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' are no terms of a price");
        let parts: Vec<&str> = text.split(':').collect();
        match parts.as_slice() {
            ["on-demand"] => Ok(Self::OnDemand),
            ["spot"] => Ok(Self::Spot),
            [kind, what, term, payment] => {
                let term = read_term(term).ok_or_else(wrong)?;
                let payment = read_payment(payment).ok_or_else(wrong)?;
                match *kind {
                    "plan" => {
                        let plan = Plan::ALL.into_iter().find(|plan| plan.name() == *what);
                        Ok(Self::Plan { plan: plan.ok_or_else(wrong)?, term, payment })
                    }
                    "reserved" => {
                        Ok(Self::Reserved { class: read_class(what).ok_or_else(wrong)?, term, payment })
                    }
                    _ => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }
}

/// `1yr`, `1 yr`, `1 year`, `1`, `3yr` ….
pub(super) fn read_term(text: &str) -> Option<Term> {
    let words: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    match words.to_ascii_lowercase().trim_end_matches('s') {
        "1" | "1yr" | "1year" | "12month" => Some(Term::OneYear),
        "3" | "3yr" | "3year" | "36month" => Some(Term::ThreeYears),
        _ => None,
    }
}

/// `No Upfront`, `no-upfront`, `Partial Upfront` ….
pub(super) fn read_payment(text: &str) -> Option<Payment> {
    let words: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    match words.to_ascii_lowercase().as_str() {
        "noupfront" => Some(Payment::NoUpfront),
        "partialupfront" => Some(Payment::PartialUpfront),
        "allupfront" => Some(Payment::AllUpfront),
        _ => None,
    }
}

fn read_class(text: &str) -> Option<Class> {
    match text.to_ascii_lowercase().as_str() {
        "standard" => Some(Class::Standard),
        "convertible" => Some(Class::Convertible),
        _ => None,
    }
}

/// What a price is of, in the words that bills and AWS's price files share.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Priced {
    /// Service code, `AmazonEC2`.
    pub service: String,
    /// Usage type, `EUC1-BoxUsage:m5.large`.
    pub usage_type: String,
    /// Operation, `RunInstances:0002`; empty where a price holds for all of them.
    pub operation: String,
    /// Region, `eu-central-1`; empty where a file does not say: usage types name it too.
    pub region: String,
}

/// A price of one unit, as one source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// On which terms.
    pub terms: Terms,
    /// Of what.
    pub of: Priced,
    /// By the unit; above 0, or 0 beside an up-front fee.
    pub price: Decimal,
    /// Fee at the begin of a reservation's term.
    pub upfront: Decimal,
    /// Currency.
    pub currency: String,
}

/// Hours of a year, over which up-front fees are spread.
const YEAR_HOURS: i128 = 8_760;

impl Listed {
    /// What an hour costs, the up-front fee spread over the term; `None` where nothing says.
    pub fn effective(&self) -> Option<Decimal> {
        let years = match self.terms {
            Terms::Reserved { term, .. } => i128::from(term.months() / 12),
            _ => 1,
        };
        let spread = Decimal::from_units(self.upfront.units() / (YEAR_HOURS * years));
        Some(self.price + spread).filter(|price| *price > Decimal::ZERO)
    }
}

/// Where prices come from, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The customer's own bill.
    Rows,
    /// A price file that was given for this call.
    File,
    /// A price file that was imported.
    Imported,
    /// The table that ships with the program.
    Shipped,
}

/// One source of prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Kind.
    pub kind: SourceKind,
    /// File, or what else it is called.
    pub name: String,
    /// Day of its prices, where it says.
    pub date: Option<NaiveDate>,
}

/// A price that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The price.
    pub listed: Listed,
    /// Which of the book's sources.
    pub source: usize,
}

/// Prices of several sources.
#[derive(Clone, Debug, Default)]
pub struct PriceBook {
    sources: Vec<Source>,
    prices: HashMap<(Terms, Priced), Vec<Found>>,
}

impl PriceBook {
    /// Adds a source; what it knows is added by [`PriceBook::add`].
    pub fn source(&mut self, source: Source) -> usize {
        self.sources.push(source);
        self.sources.len() - 1
    }

    /// The sources.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Adds a price of a source.
    pub fn add(&mut self, source: usize, listed: Listed) {
        let key = (listed.terms, listed.of.clone());
        let of = self.prices.entry(key).or_default();
        // The same price twice is one; a file that contradicts itself is held to what it says last.
        of.retain(|known| known.source != source || known.listed.currency != listed.currency);
        of.push(Found { listed, source });
    }

    /// The price of some usage on some terms: the best source, of it the newest.
    pub fn find(&self, terms: Terms, of: &Priced, currency: &str) -> Option<&Found> {
        let empty = String::new();
        let mut best: Option<&Found> = None;
        for operation in [&of.operation, &empty] {
            for region in [&of.region, &empty] {
                let of = Priced { operation: operation.clone(), region: region.clone(), ..of.clone() };
                let found = self.prices.get(&(terms, of)).into_iter().flatten();
                for one in found.filter(|one| one.listed.currency == currency) {
                    if best.is_none_or(|best| self.order(one) < self.order(best)) {
                        best = Some(one);
                    }
                }
            }
        }
        best
    }

    fn order(&self, found: &Found) -> (SourceKind, std::cmp::Reverse<Option<NaiveDate>>) {
        let source = &self.sources[found.source];
        (source.kind, std::cmp::Reverse(source.date))
    }

    /// Adds a price file for one call; what no usage type asks for is not kept.
    pub fn add_file(
        &mut self,
        path: &std::path::Path,
        wanted: &BTreeSet<String>,
    ) -> Result<FileFacts, PriceFileError> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let source = self.source(Source { kind: SourceKind::File, name, date: None });
        let facts = read_file(path, &|usage_type| wanted.contains(usage_type), &mut |listed| {
            self.add(source, listed);
            Ok(())
        })?;
        self.sources[source].date = facts.published;
        Ok(facts)
    }
}

#[cfg(test)]
mod order {
    use super::*;

    fn listed(terms: Terms, operation: &str, price: &str) -> Listed {
        Listed {
            terms,
            of: Priced {
                service: "AmazonEC2".into(),
                usage_type: "BoxUsage:m5.large".into(),
                operation: operation.into(),
                region: "us-east-1".into(),
            },
            price: price.parse().unwrap(),
            upfront: Decimal::ZERO,
            currency: "USD".into(),
        }
    }

    fn source(kind: SourceKind, date: &str) -> Source {
        Source { kind, name: format!("{kind:?}"), date: date.parse().ok() }
    }

    #[test]
    fn rows_come_before_files_and_newer_files_before_older_ones() {
        let mut book = PriceBook::default();
        let (old, new) =
            (source(SourceKind::Imported, "2026-01-01"), source(SourceKind::Imported, "2026-06-01"));
        let (new, old) = (book.source(new), book.source(old));
        let rows = book.source(source(SourceKind::Rows, "2025-01-01"));
        let (of, price) = (listed(Terms::OnDemand, "RunInstances", "0.1").of, |at: &str| at.to_owned());
        book.add(old, listed(Terms::OnDemand, "RunInstances", "0.2"));
        book.add(new, listed(Terms::OnDemand, "RunInstances", "0.3"));
        let found =
            |book: &PriceBook| book.find(Terms::OnDemand, &of, "USD").unwrap().listed.price.to_string();
        assert_eq!(found(&book), price("0.3"));
        book.add(rows, listed(Terms::OnDemand, "RunInstances", "0.4"));
        assert_eq!(found(&book), price("0.4"));
        assert!(book.find(Terms::OnDemand, &of, "CNY").is_none());
        assert!(book.find(Terms::Spot, &of, "USD").is_none());
    }

    #[test]
    fn a_price_without_operation_holds_for_all() {
        let mut book = PriceBook::default();
        let at = book.source(source(SourceKind::File, ""));
        book.add(at, listed(Terms::Spot, "", "0.1"));
        let of = listed(Terms::Spot, "RunInstances:0002", "1").of;
        assert!(book.find(Terms::Spot, &of, "USD").is_some());
    }

    /// 876 at once and 0.05 an hour for a year: 876 / 8760 + 0.05 = 0.15; over three years 876 / 26280 + 0.05.
    #[test]
    fn upfront_fees_are_spread() {
        let of = |term| Terms::Reserved { class: Class::Standard, term, payment: Payment::PartialUpfront };
        let mut one = listed(of(Term::OneYear), "RunInstances", "0.05");
        one.upfront = "876".parse().unwrap();
        assert_eq!(one.effective().unwrap().to_string(), "0.15");
        one.terms = of(Term::ThreeYears);
        assert_eq!(one.effective().unwrap().to_string(), "0.083333333333333333");
        one.price = Decimal::ZERO;
        one.upfront = Decimal::ZERO;
        assert_eq!(one.effective(), None);
    }

    #[test]
    fn terms_are_written_and_read() {
        for text in ["on-demand", "spot", "plan:ec2:3yr:all-upfront", "reserved:convertible:1yr:no-upfront"] {
            assert_eq!(text.parse::<Terms>().unwrap().to_string(), text);
        }
        assert!("plan:ec2:2yr:all-upfront".parse::<Terms>().is_err());
        assert_eq!(
            (read_term("1 year"), read_payment("All Upfront")),
            (Some(Term::OneYear), Some(Payment::AllUpfront))
        );
    }
}
