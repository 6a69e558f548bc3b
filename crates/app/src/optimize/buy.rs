//! What to buy: the usage of a look-back, replayed with what is owned at the decision, and the amount of an offer that costs
//! least, one payer and one currency at a time.

mod answer;
mod case;
mod kept;
mod offers;
pub(in crate::optimize) mod potential;
mod prepare;
mod reading;
mod telling;
mod work;

pub(crate) use kept::KeptCases;

pub use answer::{
    AccountShare, Advice, CurvePoint, LadderMonth, LookBack, PriceSource, Purchase, Risk, Unpriced,
    plan_lines,
};

use super::prices::{PriceBook, payment_name, term_name};
use crate::read::Published;
use crate::{App, AppError, Result};
use analyses::commitments::{Class, Payment, Term};
use chrono::{DateTime, Utc};
use model::Decimal;
use model::OrganizationId;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferKind {
    /// A Compute savings plan.
    Compute,
    /// EC2 Instance savings plans, one for each family and region.
    Ec2,
    /// A Database savings plan.
    Database,
    /// A SageMaker savings plan.
    SageMaker,
    /// Reservations, in whole numbers for each pool.
    Reserved,
    /// EC2 Instance plans with a Compute plan.
    Joint,
    /// Reservations of databases with a Database plan.
    JointDatabase,
}

impl OfferKind {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Ec2 => "ec2",
            Self::Database => "database",
            Self::SageMaker => "sagemaker",
            Self::Reserved => "reserved",
            Self::Joint => "joint",
            Self::JointDatabase => "joint-database",
        }
    }
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Offer.
    pub offer: OfferKind,
    /// Term.
    pub term: Term,
    /// Payment.
    pub payment: Payment,
    /// Class of reservations.
    pub class: Class,
    /// Days before the decision.
    pub look_back: usize,
    /// The decision; `None`: the end of the data.
    pub as_of: Option<DateTime<Utc>>,
    /// What expires within so many days counts as expired.
    pub expires_within: u64,
    /// Figures at this amount in place of the best: dollars an hour, or a number of reservations.
    pub commitment: Option<Decimal>,
    /// One family alone.
    pub family: Option<String>,
    /// One region alone.
    pub region: Option<String>,
    /// At an amount that is given, neither the best one nor its bound and curve: what is dragged is asked often.
    pub figures_alone: bool,
    /// Months over which it is bought in parts.
    pub ladder: Option<u32>,
    /// Whether accounts' shares are told.
    pub by_account: bool,
    /// Whether days whose hours the report does not tell count, spread evenly: a history can say so, a purchase cannot rest
    /// on it.
    pub by_day: bool,
    /// How long a search for several purchases may take.
    pub deadline: Duration,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            offer: OfferKind::Compute,
            term: Term::OneYear,
            payment: Payment::NoUpfront,
            class: Class::Standard,
            look_back: 30,
            as_of: None,
            expires_within: 0,
            commitment: None,
            figures_alone: false,
            family: None,
            region: None,
            ladder: None,
            by_account: false,
            by_day: false,
            deadline: Duration::from_secs(20),
        }
    }
}

/// [`Advice::reason`] of a report that tells no hours.
pub const DAILY: &str = "daily_report";

/// What to buy, for each payer and currency, the largest on-demand cost first. `files` are price files for this call.
///
/// # Errors
/// `Invalid`: an amount that is not on AWS's grid, a price file that cannot be read; `NotReady`: line items are still
/// being stored.
pub async fn buy(
    app: &App,
    published: &Published,
    organization: Option<&OrganizationId>,
    files: &[PathBuf],
    ask: Ask,
) -> Result<Vec<Advice>> {
    let read = kept::cases(app, published, &ask).await?;
    let wanted: BTreeSet<String> = read
        .cases
        .iter()
        .flat_map(|case| case.priced.iter().map(|priced| priced.usage_type.clone()))
        .collect();
    let book = PriceBook::open(app, organization, files, wanted).await?;
    let long = matches!(ask.offer, OfferKind::Joint | OfferKind::JointDatabase);
    let turn = if long { Some(app.kept_cases().turn().await) } else { None };
    let part = published.part().is_some();
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let mut found: Vec<Advice> = vec![];
        for case in &read.cases {
            found.push(work::advice(case, &book, &ask, read.decision)?);
        }
        for (payer, currency) in &read.daily {
            found.push(Advice {
                payer: payer.clone(),
                currency: currency.clone(),
                offer: ask.offer.name(),
                term: term_name(ask.term),
                payment: payment_name(ask.payment),
                reason: Some(DAILY),
                as_of: read.decision,
                sentence: "The report tells usage by the day, and commitments live by the hour.".to_owned(),
                notes: vec!["Set the report's time granularity to hourly.".to_owned()],
                ..Advice::default()
            });
        }
        if part {
            let note = "Only accounts that you may see are among these figures: the whole organization's optimum is another.";
            found.iter_mut().for_each(|advice| advice.notes.push(note.to_owned()));
        }
        found.sort_by(|one, other| other.on_demand.cmp(&one.on_demand).then(one.payer.cmp(&other.payer)));
        Ok::<_, AppError>(found)
    });
    done.await.map_err(|error| AppError::internal(error.to_string()))?
}
