//! Waste that rows prove, and findings that somebody put away.

use super::{OptimizationParams, common};
use crate::access::By;
use crate::as_of::{AsOfParams, AsOfView, in_name};
use crate::body::Body;
use crate::caching::{Asked, fresh};
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::streaming::file;
use app::AppError;
use app::optimize::waste::{self, CannotProve, Waste, WasteAsked, WasteLine, WasteRule};
use app::optimize::{self, NewDismissal};
use app::read::export::{Cell, Reader, line};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::BillingPeriod;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Parameters of waste.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; the handler reads them")]
pub(crate) struct WasteParams {
    /// That month's real amounts, YYYY-MM; without it the newest 14 days, projected to 730 hours.
    month: Option<String>,
}

/// What findings come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteTotal {
    /// Each resource once, without what was put away.
    monthly: String,
    /// At least so much of it.
    monthly_low: String,
    /// Findings whose price no row tells.
    unknown: usize,
}

/// A rule, and what it found.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteRuleView {
    rule: u8,
    key: &'static str,
    title: &'static str,
    /// What the amount is.
    what: &'static str,
    advice: &'static str,
    /// What could go wrong.
    risk: &'static str,
    /// What the rows say.
    evidence: &'static str,
    /// low, medium or high.
    confidence: &'static str,
    /// The permission by which more would be known.
    permission: &'static str,
    /// Findings that were not put away.
    findings: usize,
    monthly: String,
    monthly_low: String,
    unknown: usize,
}

/// That a finding was put away.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteDismissal {
    /// By which it is taken back.
    id: String,
    by: String,
    reason: String,
    /// The last day; `null`: for good.
    #[schema(required = true)]
    until: Option<String>,
    at: String,
}

impl From<optimize::Dismissal> for WasteDismissal {
    fn from(found: optimize::Dismissal) -> Self {
        Self {
            id: found.id,
            by: found.by,
            reason: found.reason,
            until: found.until.map(|day| day.to_string()),
            at: found.at,
        }
    }
}

/// Something that is paid for and serves nothing, or could be had for less.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteFinding {
    rule: u8,
    /// `null`: the report names none, and it is all of its account and region.
    #[schema(required = true)]
    resource_id: Option<String>,
    /// The end of its name, by which people know it.
    #[schema(required = true)]
    resource: Option<String>,
    account_id: String,
    #[schema(required = true)]
    account: Option<String>,
    #[schema(required = true)]
    region: Option<String>,
    /// What would not be paid; `null`: `unknown` says why.
    #[schema(required = true)]
    monthly: Option<String>,
    #[schema(required = true)]
    monthly_low: Option<String>,
    #[schema(required = true)]
    unknown: Option<String>,
    /// What its rows cost, without what a commitment pays.
    cost: String,
    confidence: &'static str,
    evidence: String,
    /// Whether totals hold it: each resource is in them once.
    counted: bool,
    #[schema(required = true)]
    dismissed: Option<WasteDismissal>,
    /// Address of its rows in Cost Analysis, behind the question mark.
    #[schema(required = true)]
    explain: Option<String>,
}

impl From<WasteLine> for WasteFinding {
    fn from(found: WasteLine) -> Self {
        let short = |id: &str| id.rsplit(['/', ':']).next().unwrap_or(id).to_owned();
        Self {
            rule: found.rule,
            resource: found.resource_id.as_deref().map(short),
            resource_id: found.resource_id,
            account_id: found.account_id,
            account: found.account,
            region: found.region,
            monthly: found.monthly.map(|amount| amount.to_string()),
            monthly_low: found.monthly_low.map(|amount| amount.to_string()),
            unknown: found.unknown,
            cost: found.cost.to_string(),
            confidence: found.confidence.name(),
            evidence: found.evidence,
            counted: found.counted,
            dismissed: found.dismissed.map(WasteDismissal::from),
            explain: found.explain,
        }
    }
}

/// What no row says, and the permission that would.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteCannotProve {
    what: &'static str,
    permission: &'static str,
}

/// Waste that rows prove.
#[derive(Serialize, ToSchema)]
pub(crate) struct WasteView {
    currency: String,
    /// The newest day of data; `null`: there are none.
    #[schema(required = true)]
    data_through: Option<String>,
    /// First day of the amounts.
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    /// Whether amounts are projected to 730 hours.
    projected: bool,
    /// What was shortened, is not there yet or cannot be told.
    notes: Vec<String>,
    total: WasteTotal,
    /// All rules, by number.
    rules: Vec<WasteRuleView>,
    /// By rule, account, region and resource.
    findings: Vec<WasteFinding>,
    cannot_prove: Vec<WasteCannotProve>,
    /// When the bills stood so, where `as_of` was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<AsOfView>,
}

fn rule_view(found: WasteRule) -> WasteRuleView {
    let WasteRule { rule, findings, total } = found;
    WasteRuleView {
        rule: rule.id,
        key: &rule.key,
        title: &rule.title,
        what: &rule.amount,
        advice: &rule.advice,
        risk: &rule.risk,
        evidence: &rule.evidence,
        confidence: rule.confidence.name(),
        permission: &rule.permission,
        findings,
        monthly: total.amount.to_string(),
        monthly_low: total.low.to_string(),
        unknown: total.unknown,
    }
}

impl From<&Waste> for WasteView {
    fn from(found: &Waste) -> Self {
        let total = found.total();
        let (from, to) = found.span.map(|(from, to)| (from.to_string(), to.to_string())).unzip();
        let cannot =
            |one: &'static CannotProve| WasteCannotProve { what: &one.what, permission: &one.permission };
        Self {
            currency: found.currency.clone(),
            data_through: found.newest_day.map(|day| day.to_string()),
            from,
            to,
            projected: found.projected,
            notes: found.notes.clone(),
            total: WasteTotal {
                monthly: total.amount.to_string(),
                monthly_low: total.low.to_string(),
                unknown: total.unknown,
            },
            rules: found.rules().map(rule_view).collect(),
            findings: found.lines().map(WasteFinding::from).collect(),
            cannot_prove: waste::cannot_prove().iter().map(cannot).collect(),
            as_of: None,
        }
    }
}

fn asked(pairs: &mut Pairs) -> Result<WasteAsked, ApiError> {
    let (accounts, currency) = common(pairs)?;
    let month: Option<BillingPeriod> = pairs.parse("month", "YYYY-MM")?;
    Ok(WasteAsked { month, currency, accounts })
}

/// What the rows prove to be waste.
#[utoipa::path(get, path = "/optimization/waste", tag = "optimization", params(WasteParams, OptimizationParams, AsOfParams), responses(
    (status = OK, body = WasteView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn waste(
    State(state): State<ApiState>,
    By(by): By,
    question: Asked,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let wanted = asked(&mut pairs)?;
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let published = state.published_as_of(&by, as_of).await?;
    let view = async {
        let found = waste::waste(&state.app, &published, &wanted).await?;
        Ok(WasteView { as_of: AsOfView::of(&published), ..WasteView::from(&found) })
    };
    question.answer(&state, &published, view).await
}

/// Header of the file.
const COLUMNS: [&str; 14] = [
    "rule",
    "title",
    "resource_id",
    "account_id",
    "account",
    "region",
    "monthly",
    "monthly_low",
    "currency",
    "confidence",
    "evidence",
    "unknown",
    "counted",
    "dismissed",
];

/// The same as CSV, a line for each finding.
#[utoipa::path(get, path = "/optimization/waste.csv", tag = "optimization", params(WasteParams, OptimizationParams, AsOfParams), responses(
    (status = OK, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn waste_csv(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let wanted = asked(&mut pairs)?;
    let as_of = pairs.as_of()?;
    pairs.done()?;
    let place = state.bodies.files.take_for(&by, 1)?;
    let published = state.published_as_of(&by, as_of).await?;
    let found = waste::waste(&state.app, &published, &wanted).await?;
    let name = format!("waste{}.csv", in_name(&published));
    Ok(file(&name, "text/csv; charset=utf-8", vec![place], move |out| {
        line(out, Reader::Spreadsheet, COLUMNS.iter().map(|name| Cell::Text(name)))
            .map_err(|error| error.to_string())?;
        for one in found.lines() {
            let amount =
                |amount: Option<model::Decimal>| amount.map(|amount| amount.to_string()).unwrap_or_default();
            let (rule, low, monthly) = (one.rule.to_string(), amount(one.monthly_low), amount(one.monthly));
            let (resource, region) = (one.resource_id.unwrap_or_default(), one.region.unwrap_or_default());
            let cells = [
                Cell::Figure(&rule),
                Cell::Text(one.title),
                Cell::Text(&resource),
                Cell::Text(&one.account_id),
                Cell::Text(one.account.as_deref().unwrap_or_default()),
                Cell::Text(&region),
                Cell::Figure(&monthly),
                Cell::Figure(&low),
                Cell::Text(&one.currency),
                Cell::Text(one.confidence.name()),
                Cell::Text(&one.evidence),
                Cell::Text(one.unknown.as_deref().unwrap_or_default()),
                Cell::Text(if one.counted { "yes" } else { "no" }),
                Cell::Text(one.dismissed.as_ref().map_or("", |dismissed| &dismissed.reason)),
            ];
            line(out, Reader::Spreadsheet, cells.into_iter()).map_err(|error| error.to_string())?;
        }
        Ok::<_, String>(())
    }))
}

/// A finding to put away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WasteDismissalWish {
    rule: u8,
    account_id: String,
    /// `null` where the finding names none; then `region` says where.
    #[serde(default)]
    resource_id: Option<String>,
    #[serde(default)]
    region: Option<String>,
    /// Why, for those who look at it later.
    reason: String,
    /// The last day, YYYY-MM-DD; `null`: for good.
    #[serde(default)]
    until: Option<String>,
}

/// Puts a finding away: it stays in the list, and leaves every total until its day is over.
#[utoipa::path(post, path = "/optimization/waste/dismissals", tag = "optimization", request_body = WasteDismissalWish, responses(
    (status = CREATED, body = WasteDismissal),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn dismiss_waste(
    State(state): State<ApiState>,
    By(by): By,
    Body(wish): Body<WasteDismissalWish>,
) -> Result<Response, ApiError> {
    let until = wish.until.map(|day| {
        day.parse().map_err(|_| {
            AppError::invalid(format!("until: '{day}' is no day")).advise("Write it as YYYY-MM-DD.")
        })
    });
    let new = NewDismissal {
        rule: wish.rule,
        account: wish.account_id,
        resource: wish.resource_id,
        region: wish.region,
        reason: wish.reason,
        until: until.transpose()?,
    };
    let made = optimize::dismiss(&state.app, &by, new).await?;
    Ok(fresh((StatusCode::CREATED, Json(WasteDismissal::from(made)))))
}

/// Takes back that a finding was put away.
#[utoipa::path(delete, path = "/optimization/waste/dismissals/{id}", tag = "optimization", params(("id" = String, Path)), responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn restore_waste(
    State(state): State<ApiState>,
    By(by): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    optimize::restore(&state.app, &by, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
