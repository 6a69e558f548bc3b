//! Options of `optimize buy`.

use super::{Format, PriceFiles};
use app::optimize::buy::{Ask, OfferKind};
use app::optimize::prices;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, ValueEnum};
use model::Decimal;
use std::time::Duration;

#[derive(Debug, Args)]
pub(crate) struct Buy {
    /// What to buy: a plan, EC2 Instance plans of each family and region, reservations of each pool, or several together
    #[arg(long, value_enum, default_value_t = BuyOffer::Compute)]
    pub(crate) offer: BuyOffer,
    /// Term: 1yr or 3yr
    #[arg(long, value_enum, default_value_t = BuyTerm::OneYear)]
    pub(crate) term: BuyTerm,
    /// How it is paid
    #[arg(long, value_enum, default_value_t = BuyPayment::NoUpfront)]
    pub(crate) payment: BuyPayment,
    /// Class of reservations
    #[arg(long, value_enum, default_value_t = BuyClass::Standard)]
    pub(crate) class: BuyClass,
    /// Days of usage before the decision: 7, 30, 60, 90 or any other number
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=400))]
    pub(crate) look_back: u32,
    /// Figures at this commitment in place of the best: dollars an hour, or a number of reservations
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) commitment: Option<Decimal>,
    /// The decision: midnight (UTC) at the begin of a day, or an instant [default: the end of the data]
    #[arg(long, value_name = "DAY", value_parser = decision)]
    pub(crate) as_of: Option<DateTime<Utc>>,
    /// What is owned and expires within so many days counts as expired
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) expires_within: u32,
    /// One instance family alone, such as m5
    #[arg(long, value_name = "FAMILY")]
    pub(crate) family: Option<String>,
    /// One region alone
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Buy it in equal parts over so many months, and say what waiting costs
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=36))]
    pub(crate) ladder: Option<u32>,
    /// Each account's share of the replay: not an optimum of its own
    #[arg(long)]
    pub(crate) by_account: bool,
    /// Seconds that the search for several purchases may take; the best so far is shown with its gap
    #[arg(long, value_name = "SECONDS", default_value_t = 20)]
    pub(crate) deadline: u32,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
    /// How it is printed; csv is a purchase plan
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub(crate) format: Format,
}

/// What can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuyOffer {
    /// A Compute savings plan
    Compute,
    /// EC2 Instance savings plans
    Ec2,
    /// A Database savings plan
    Database,
    /// A SageMaker savings plan
    Sagemaker,
    /// Reserved instances and nodes
    Reserved,
    /// EC2 Instance plans with a Compute plan
    Joint,
    /// Reservations of databases with a Database plan
    JointDatabase,
}

/// Term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuyTerm {
    /// One year
    #[value(name = "1yr")]
    OneYear,
    /// Three years
    #[value(name = "3yr")]
    ThreeYears,
}

/// Payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuyPayment {
    /// By the hour
    NoUpfront,
    /// Half at once
    PartialUpfront,
    /// All at once
    AllUpfront,
}

/// Class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuyClass {
    /// Standard
    Standard,
    /// Convertible
    Convertible,
}

impl Buy {
    /// The question that they are.
    pub(crate) fn ask(&self) -> Ask {
        Ask {
            offer: match self.offer {
                BuyOffer::Compute => OfferKind::Compute,
                BuyOffer::Ec2 => OfferKind::Ec2,
                BuyOffer::Database => OfferKind::Database,
                BuyOffer::Sagemaker => OfferKind::SageMaker,
                BuyOffer::Reserved => OfferKind::Reserved,
                BuyOffer::Joint => OfferKind::Joint,
                BuyOffer::JointDatabase => OfferKind::JointDatabase,
            },
            term: match self.term {
                BuyTerm::OneYear => prices::Term::OneYear,
                BuyTerm::ThreeYears => prices::Term::ThreeYears,
            },
            payment: match self.payment {
                BuyPayment::NoUpfront => prices::Payment::NoUpfront,
                BuyPayment::PartialUpfront => prices::Payment::PartialUpfront,
                BuyPayment::AllUpfront => prices::Payment::AllUpfront,
            },
            class: match self.class {
                BuyClass::Standard => prices::Class::Standard,
                BuyClass::Convertible => prices::Class::Convertible,
            },
            look_back: usize::try_from(self.look_back).unwrap_or(30),
            as_of: self.as_of,
            expires_within: u64::from(self.expires_within),
            commitment: self.commitment,
            figures_alone: false,
            family: self.family.clone(),
            region: self.region.clone(),
            ladder: self.ladder,
            by_account: self.by_account,
            by_day: false,
            deadline: Duration::from_secs(u64::from(self.deadline)),
        }
    }
}

fn decision(text: &str) -> Result<DateTime<Utc>, String> {
    let day = text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    day.or_else(|_| text.parse())
        .map_err(|_| format!("'{text}' is no day (YYYY-MM-DD) and no instant (RFC 3339)"))
}
