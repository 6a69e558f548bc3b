//! Lists of events, and what was looked at.

use super::event::TrendEvent;
use super::names::{self, TrendDirection, TrendKind, TrendSeverity};
use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::params::Pairs;
use crate::problem::{ApiError, Problem};
use crate::state::ApiState;
use crate::time::optional;
use app::AppError;
use app::trends::{self, EventsAsked, Progress, SortBy, Standing};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Events of a page, unless said otherwise, and at most.
const LIMIT: usize = 50;
const MOST: usize = 500;

/// How far a look is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TrendState {
    /// There are no bills.
    Nothing,
    /// Bills are looked at, or are about to be.
    Looking,
    /// They were.
    Ready,
    /// The last look failed.
    Failed,
}

impl From<Progress> for TrendState {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Nothing => Self::Nothing,
            Progress::Looking => Self::Looking,
            Progress::Ready => Self::Ready,
            Progress::Failed => Self::Failed,
        }
    }
}

/// What was looked at, and how much was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct Trends {
    /// `null`: there are no bills.
    #[schema(required = true)]
    currency: Option<String>,
    /// The main one first.
    currencies: Vec<String>,
    #[schema(required = true)]
    from: Option<String>,
    /// Last day of data.
    #[schema(required = true)]
    through: Option<String>,
    /// Series that were looked at.
    series: usize,
    /// Events that go on and are not archived.
    open: usize,
    #[schema(required = true)]
    looked_at: Option<String>,
    state: TrendState,
    /// What is to be known of the look, or why it failed.
    #[schema(required = true)]
    message: Option<String>,
    /// Data day with which the last event was raised.
    #[schema(required = true)]
    last_event_on: Option<String>,
}

/// A page of events.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendEvents {
    #[schema(required = true)]
    currency: Option<String>,
    /// The main one first.
    currencies: Vec<String>,
    /// First day that was asked for, else that was looked at.
    #[schema(required = true)]
    from: Option<String>,
    /// Day after the last.
    #[schema(required = true)]
    to: Option<String>,
    /// Last day of data.
    #[schema(required = true)]
    through: Option<String>,
    /// Series that were looked at.
    series: usize,
    /// Events that match.
    total: usize,
    /// How many of those that match no definition which notifies saw, whether or not they are asked for.
    recorded_only: usize,
    events: Vec<TrendEvent>,
}

/// Parameters of a list of events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; `asked` reads them")]
pub(crate) struct TrendEventParams {
    /// active (default: neither archived nor withdrawn), archived, withdrawn or all.
    status: Option<String>,
    /// increase or decrease.
    direction: Option<String>,
    /// Any of these kinds; may be repeated.
    kind: Option<Vec<String>>,
    /// Any of these; may be repeated.
    severity: Option<Vec<String>>,
    /// Any of these accounts, by number; may be repeated.
    account: Option<Vec<String>>,
    /// Any of these services, by product code or name; may be repeated.
    service: Option<Vec<String>>,
    /// Seen by any of these definitions, by identifier; may be repeated.
    definition: Option<Vec<String>>,
    /// `false` leaves out what no definition that notifies saw: it is recorded alone. `true` (default): all.
    recorded: Option<bool>,
    /// Part of its words, its causes or its identifier.
    search: Option<String>,
    /// With a day from this one on, YYYY-MM-DD.
    from: Option<String>,
    /// With a day before this one.
    to: Option<String>,
    /// Currency; the main one unless said otherwise.
    currency: Option<String>,
    /// raised_on (default), severity, excess, cost, change_percent, monthly_excess, title, account, first_day or status.
    sort: Option<String>,
    /// desc (default) or asc.
    order: Option<String>,
    /// Events of the page: 50 unless said otherwise, 500 at most.
    limit: Option<u32>,
    /// After so many.
    offset: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    Archived,
    Withdrawn,
    All,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    RaisedOn,
    Severity,
    Excess,
    Cost,
    ChangePercent,
    MonthlyExcess,
    Title,
    Account,
    FirstDay,
    Status,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Order {
    Asc,
    Desc,
}

/// The one value of a name; an empty one counts as absent.
fn one(pairs: &mut Pairs, name: &'static str) -> Result<Option<String>, ApiError> {
    Ok(pairs.one(name)?.filter(|text| !text.is_empty()))
}

fn asked(pairs: &mut Pairs) -> Result<EventsAsked, ApiError> {
    let standing = match one(pairs, "status")?.map(|text| names::read("status", &text)).transpose()? {
        None | Some(Status::Active) => Standing::Active,
        Some(Status::Archived) => Standing::Archived,
        Some(Status::Withdrawn) => Standing::Withdrawn,
        Some(Status::All) => Standing::All,
    };
    let sort = match one(pairs, "sort")?.map(|text| names::read("sort", &text)).transpose()? {
        None | Some(Sort::RaisedOn) => SortBy::RaisedOn,
        Some(Sort::Severity) => SortBy::Severity,
        Some(Sort::Excess) => SortBy::Excess,
        Some(Sort::Cost) => SortBy::Cost,
        Some(Sort::ChangePercent) => SortBy::ChangePercent,
        Some(Sort::MonthlyExcess) => SortBy::MonthlyExcess,
        Some(Sort::Title) => SortBy::Title,
        Some(Sort::Account) => SortBy::Account,
        Some(Sort::FirstDay) => SortBy::FirstDay,
        Some(Sort::Status) => SortBy::Status,
    };
    let order = one(pairs, "order")?.map(|text| names::read("order", &text)).transpose()?;
    let direction = one(pairs, "direction")?;
    let direction =
        direction.map(|text| names::read::<TrendDirection>("direction", &text)).transpose()?.map(Into::into);
    let read_kind = |text: &String| names::read::<TrendKind>("kind", text).map(Into::into);
    let kinds = pairs.all("kind").iter().map(read_kind).collect::<Result<_, ApiError>>()?;
    let read_severity = |text: &String| names::read::<TrendSeverity>("severity", text).map(Into::into);
    let severities = pairs.all("severity").iter().map(read_severity).collect::<Result<_, ApiError>>()?;
    let (from, to) = pairs.span()?;
    let (limit, offset) = page(pairs, LIMIT)?;
    Ok(EventsAsked {
        standing,
        direction,
        kinds,
        severities,
        accounts: pairs.all("account"),
        services: pairs.all("service"),
        definitions: pairs.all("definition"),
        recorded: pairs.parse::<bool>("recorded", "true or false")?.unwrap_or(true),
        search: one(pairs, "search")?.unwrap_or_default(),
        from,
        to,
        currency: one(pairs, "currency")?,
        sort,
        descending: !matches!(order, Some(Order::Asc)),
        limit,
        offset,
    })
}

/// `limit` and `offset`.
pub(super) fn page(pairs: &mut Pairs, usual: usize) -> Result<(usize, usize), ApiError> {
    let limit = pairs.parse::<usize>("limit", "a number from 1 to 500")?.unwrap_or(usual);
    let offset = pairs.parse::<usize>("offset", "a number")?.unwrap_or(0);
    if limit == 0 || limit > MOST {
        return Err(AppError::invalid(format!("limit: {limit} is out of its bounds"))
            .advise(format!("Write 1 to {MOST}, and ask for the next page with offset."))
            .into());
    }
    Ok((limit, offset))
}

/// What was looked at, and how much was found.
#[utoipa::path(get, path = "/trends", tag = "trends", params(crate::params::CurrencyParams), responses(
    (status = OK, body = Trends),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trends(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let currency = one(&mut pairs, "currency")?;
    pairs.done()?;
    let found = trends::summary(&state.app, &by, currency.as_deref()).await?;
    Ok(fresh(Json(Trends {
        currency: found.looked_at.currency,
        currencies: found.looked_at.currencies,
        from: found.looked_at.from.map(|day| day.to_string()),
        through: found.looked_at.through.map(|day| day.to_string()),
        series: found.looked_at.series,
        open: found.open,
        looked_at: optional(found.looked_at.at_ms),
        state: found.progress.into(),
        message: found.looked_at.message,
        last_event_on: found.last_event_on.map(|day| day.to_string()),
    })))
}

/// Events, a page of them.
#[utoipa::path(get, path = "/trend-events", tag = "trends", params(TrendEventParams), responses(
    (status = OK, body = TrendEvents),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn trend_events(
    State(state): State<ApiState>,
    By(by): By,
    mut pairs: Pairs,
) -> Result<Response, ApiError> {
    let asked = asked(&mut pairs)?;
    pairs.done()?;
    let found = trends::list(&state.app, &by, &asked).await?;
    let looked_at = found.looked_at;
    let to = asked.to.or_else(|| looked_at.through.and_then(|day| day.succ_opt()));
    let rows = found.events.iter().map(|one| TrendEvent::of(one, &found.words, &found.named));
    Ok(fresh(Json(TrendEvents {
        events: rows.collect(),
        currency: looked_at.currency,
        currencies: looked_at.currencies,
        from: asked.from.or(looked_at.from).map(|day| day.to_string()),
        to: to.map(|day| day.to_string()),
        through: looked_at.through.map(|day| day.to_string()),
        series: looked_at.series,
        total: found.total,
        recorded_only: found.recorded_only,
    })))
}

/// Events to put away, or to take out again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrendArchiveWish {
    /// At most 200.
    ids: Vec<String>,
    archived: bool,
}

/// How many events were elsewhere before.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrendArchived {
    changed: usize,
}

/// Puts events away, or takes them out again: all of them or, where one is not there, none.
#[utoipa::path(post, path = "/trend-events/archive", tag = "trends", request_body = TrendArchiveWish, responses(
    (status = OK, body = TrendArchived),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn archive_trend_events(
    State(state): State<ApiState>,
    By(by): By,
    Body(wish): Body<TrendArchiveWish>,
) -> Result<Response, ApiError> {
    let changed = trends::archive(&state.app, &by, &wish.ids, wish.archived).await?;
    Ok(fresh(Json(TrendArchived { changed })))
}
