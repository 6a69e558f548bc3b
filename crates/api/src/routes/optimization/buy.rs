//! What to buy, as it travels: the figures of [`app::optimize::buy`], decimals as text, what is not known null.

use crate::access::By;
use crate::caching::fresh;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use app::AppError;
use app::optimize::buy::{self, Ask, OfferKind};
use app::optimize::prices::{Class, Payment, Term};
use app::read::export::{Cell, Reader, line};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// Longest look-back (days).
const MOST_DAYS: usize = 400;
/// How long a search for several purchases may take: the best so far is told with its gap.
const DEADLINE: Duration = Duration::from_secs(20);

/// What to buy.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handlers read them")]
pub(crate) struct BuyParams {
    /// compute (default), ec2, database, sagemaker, reserved, joint or joint-database.
    offer: Option<String>,
    /// 1yr (default) or 3yr.
    term: Option<String>,
    /// no-upfront (default), partial-upfront or all-upfront.
    payment: Option<String>,
    /// Class of reservations: standard (default) or convertible.
    class: Option<String>,
    /// Days of usage before the decision: 30 unless said otherwise.
    look_back: Option<u32>,
    /// The decision: midnight (UTC) at the begin of a day; the end of the data unless said otherwise.
    decision: Option<String>,
    /// What is owned and expires within so many days counts as expired.
    expires_within: Option<u32>,
    /// Figures at this commitment in place of the best: dollars an hour, or a number of reservations.
    commitment: Option<String>,
    /// One instance family alone.
    family: Option<String>,
    /// One region alone.
    region: Option<String>,
    /// Months over which it is bought in parts.
    ladder: Option<u32>,
    /// Whether accounts' shares are told.
    by_account: Option<bool>,
}

/// A problem of one payer and currency.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AdviceView {
    payer: String,
    currency: String,
    offer: String,
    term: String,
    payment: String,
    /// Why nothing can be said: `daily_report`.
    #[schema(required = true)]
    reason: Option<String>,
    as_of: String,
    look_back: LookBackView,
    hours: usize,
    /// Whether a month of the look-back is still open.
    estimate: bool,
    /// What counts as owned.
    owned: Vec<String>,
    /// What to commit to an hour, all together.
    commitment: String,
    commitments: Vec<PurchaseView>,
    /// Of the usage that competes for the offer, without the purchases and beside what is owned.
    on_demand: String,
    /// The same with them.
    cost: String,
    savings: String,
    monthly_savings: String,
    yearly_savings: String,
    upfront: String,
    #[schema(required = true)]
    full_hours: Option<usize>,
    /// What the purchases cost in the look-back.
    committed: String,
    #[schema(required = true)]
    utilization: Option<String>,
    #[schema(required = true)]
    coverage: Option<String>,
    #[schema(required = true)]
    coverage_before: Option<String>,
    #[schema(required = true)]
    break_even_utilization: Option<String>,
    #[schema(required = true)]
    payback_month: Option<u32>,
    #[schema(required = true)]
    safe_after_months: Option<String>,
    curve: Vec<CurveView>,
    /// By percent of the usage: 90, 80, 70.
    risk: BTreeMap<String, RiskView>,
    unknown: Vec<UnpricedView>,
    dearer: Vec<UnpricedView>,
    #[schema(required = true)]
    lower_bound: Option<String>,
    #[schema(required = true)]
    gap: Option<String>,
    prices: Vec<PriceSourceView>,
    #[schema(required = true)]
    ladder: Option<Vec<LadderView>>,
    #[schema(required = true)]
    ladder_given_up: Option<String>,
    #[schema(required = true)]
    ladder_expires_in_a_quarter: Option<String>,
    by_account: Vec<ShareView>,
    /// A sentence to check by hand.
    sentence: String,
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct LookBackView {
    days: usize,
    from: String,
    to: String,
    shortened: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct PurchaseView {
    /// `compute`, `ec2`, `database`, `sagemaker` or `reserved`.
    kind: String,
    name: String,
    #[schema(required = true)]
    service: Option<String>,
    #[schema(required = true)]
    region: Option<String>,
    #[schema(required = true)]
    family: Option<String>,
    #[schema(required = true)]
    instance_type: Option<String>,
    #[schema(required = true)]
    platform: Option<String>,
    #[schema(required = true)]
    tenancy: Option<String>,
    #[schema(required = true)]
    deployment: Option<String>,
    #[schema(required = true)]
    class: Option<String>,
    #[schema(required = true)]
    size_flexible: Option<bool>,
    #[schema(required = true)]
    count: Option<u64>,
    hourly: String,
    upfront: String,
    monthly: String,
    cost: String,
    used: String,
    unused: String,
    replaced: String,
    #[schema(required = true)]
    utilization: Option<String>,
    full_hours: usize,
    curve: Vec<CurveView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct CurveView {
    commitment: String,
    cost: String,
    savings: String,
    #[schema(required = true)]
    utilization: Option<String>,
    #[schema(required = true)]
    coverage: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct RiskView {
    on_demand: String,
    cost: String,
    savings: String,
    #[schema(required = true)]
    utilization: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct UnpricedView {
    service: String,
    usage_type: String,
    operation: String,
    region: String,
    amount: String,
    #[schema(required = true)]
    on_demand: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct PriceSourceView {
    /// `offer` or `on-demand`.
    of: String,
    /// `rows`, `file`, `imported` or `shipped`.
    source: String,
    name: String,
    #[schema(required = true)]
    date: Option<String>,
    skus: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct LadderView {
    month: u32,
    commitment: String,
    owned: String,
    cost: String,
    savings: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ShareView {
    account_id: String,
    on_demand: String,
    cost: String,
    savings: String,
}

/// One of the words that a parameter may be.
fn word<T: Copy>(pairs: &mut Pairs, name: &'static str, words: &[(&str, T)]) -> Result<Option<T>, ApiError> {
    let Some(text) = pairs.one(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, found)| *found);
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    Ok(Some(found.ok_or_else(|| AppError::invalid(format!("'{name}' is one of {}", names.join(", "))))?))
}

/// A decision: the begin of a day, or an instant.
struct Decision(DateTime<Utc>);

impl FromStr for Decision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let day = text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc());
        day.or_else(|_| text.parse()).map(Self).map_err(|_| format!("'{text}' is no day and no instant"))
    }
}

fn asked(mut pairs: Pairs) -> Result<Ask, ApiError> {
    let offers = [
        OfferKind::Compute,
        OfferKind::Ec2,
        OfferKind::Database,
        OfferKind::SageMaker,
        OfferKind::Reserved,
        OfferKind::Joint,
        OfferKind::JointDatabase,
    ];
    let plain = Ask::default();
    let terms = [("1yr", Term::OneYear), ("3yr", Term::ThreeYears)];
    let payments = [
        ("no-upfront", Payment::NoUpfront),
        ("partial-upfront", Payment::PartialUpfront),
        ("all-upfront", Payment::AllUpfront),
    ];
    let classes = [("standard", Class::Standard), ("convertible", Class::Convertible)];
    let look_back: usize = pairs.parse("look_back", "a number of days")?.unwrap_or(plain.look_back);
    if !(1..=MOST_DAYS).contains(&look_back) {
        return Err(AppError::invalid(format!("'look_back' is 1 to {MOST_DAYS} days")).into());
    }
    let commitment = pairs.parse("commitment", "an amount")?;
    let ask = Ask {
        offer: word(&mut pairs, "offer", &offers.map(|one| (one.name(), one)))?.unwrap_or(plain.offer),
        term: word(&mut pairs, "term", &terms)?.unwrap_or(plain.term),
        payment: word(&mut pairs, "payment", &payments)?.unwrap_or(plain.payment),
        class: word(&mut pairs, "class", &classes)?.unwrap_or(plain.class),
        look_back,
        as_of: pairs.parse::<Decision>("decision", "YYYY-MM-DD")?.map(|found| found.0),
        expires_within: pairs.parse::<u32>("expires_within", "a number of days")?.unwrap_or(0).into(),
        figures_alone: commitment.is_some(),
        commitment,
        family: pairs.one("family")?.filter(|text| !text.is_empty()),
        region: pairs.one("region")?.filter(|text| !text.is_empty()),
        ladder: pairs.parse("ladder", "a number of months")?,
        by_account: pairs.parse("by_account", "true or false")?.unwrap_or(false),
        by_day: false,
        deadline: DEADLINE,
    };
    pairs.done()?;
    Ok(ask)
}

/// What to buy, for each payer and currency: the amount of an offer that costs least over a look-back, with what is owned at
/// the decision, its cost curve, risk, what is not known, and how far from the best it may be at most.
#[utoipa::path(get, path = "/optimization/buy", params(BuyParams), responses(
    (status = OK, body = Vec<AdviceView>),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn advice(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let ask = asked(pairs)?;
    let published = state.published(&by).await?;
    let organization = by.organization().ok().map(|found| found.id.clone());
    let found = buy::buy(&state.app, &published, organization.as_ref(), &[], ask).await?;
    // The same figures under the same names: what is described here and what is reckoned cannot differ unseen.
    let views: Vec<AdviceView> = serde_json::to_value(&found)
        .and_then(serde_json::from_value)
        .map_err(|error| AppError::internal(error.to_string()))?;
    Ok(fresh(Json(views)))
}

/// What to buy, as a purchase plan.
#[utoipa::path(get, path = "/optimization/buy.csv", params(BuyParams), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn plan(
    State(state): State<ApiState>,
    By(by): By,
    pairs: Pairs,
) -> Result<Response, ApiError> {
    let ask = asked(pairs)?;
    let published = state.published(&by).await?;
    let organization = by.organization().ok().map(|found| found.id.clone());
    let found = buy::buy(&state.app, &published, organization.as_ref(), &[], ask).await?;
    let mut text = vec![];
    for cells in buy::plan_lines(&found) {
        line(&mut text, Reader::Spreadsheet, cells.iter().map(|cell| Cell::Text(cell)))
            .map_err(|error| AppError::internal(error.to_string()))?;
    }
    let named = (header::CONTENT_DISPOSITION, "attachment; filename=\"purchase-plan.csv\"");
    Ok(fresh(([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), named], text).into_response()))
}
