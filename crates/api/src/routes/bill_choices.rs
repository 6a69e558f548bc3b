//! One bill that is there twice: what both are, and which of them counts.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::routes::connections::connection_id;
use crate::state::ApiState;
use crate::time;
use app::AppError;
use app::bill_choices::{self, BillSide, Candidate, Question, QuestionState};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use model::BillingPeriod;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a question stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BillQuestionState {
    /// Nobody chose.
    Open,
    /// Somebody chose the one that is not read yet.
    Awaited,
    /// Somebody chose; the other one is not counted.
    Settled,
    /// The one that was chosen is not there any more: the month is not counted anywhere.
    Nowhere,
}

/// One of two that hold the same bill. What is not known is `null`.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillCandidateView {
    connection: String,
    /// The connection, the report, or the files.
    name: String,
    /// What kind of report it is.
    #[schema(required = true)]
    what: Option<String>,
    #[schema(required = true)]
    files: Option<u64>,
    #[schema(required = true)]
    bytes: Option<u64>,
    /// When the newest of its files was written.
    #[schema(required = true)]
    delivered_at: Option<String>,
    #[schema(required = true)]
    rows: Option<u64>,
    /// Unblended cost of the month, of the bill that both hold.
    #[schema(required = true)]
    total: Option<String>,
    #[schema(required = true)]
    currency: Option<String>,
    /// Accounts of the bill that the other one lacks; the first ones.
    only_here: Vec<String>,
    /// Whether it counts now.
    counts: bool,
    /// Whether it is not there any more.
    gone: bool,
}

impl From<Candidate> for BillCandidateView {
    fn from(found: Candidate) -> Self {
        let BillSide { name, what, files, bytes, delivered_at_ms, rows, total, currency, only_here } =
            found.side;
        Self {
            connection: found.connection.to_string(),
            name,
            what,
            files,
            bytes,
            delivered_at: time::optional(delivered_at_ms),
            rows,
            total: total.map(|total| total.to_string()),
            currency,
            only_here,
            counts: found.counts,
            gone: found.gone,
        }
    }
}

/// The choice that holds for a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillChoiceView {
    /// Which of the candidates counts: 0 or 1.
    winner: usize,
    /// The first month, YYYY-MM; `null`: every month.
    #[schema(required = true)]
    from: Option<String>,
    /// Who chose.
    by: String,
    #[schema(required = true)]
    at: Option<String>,
}

/// A month of one bill that is there twice.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillQuestion {
    id: i64,
    /// YYYY-MM.
    period: String,
    state: BillQuestionState,
    /// Whether both are of this connection's source.
    within: bool,
    /// Billing accounts that both hold, where they are known.
    payers: Vec<String>,
    /// An account that both hold; empty where none is known.
    account: String,
    /// Whether a choice can begin with a month.
    dated: bool,
    /// Two.
    candidates: Vec<BillCandidateView>,
    /// Total of the first less that of the second, where both are known and of one currency.
    #[schema(required = true)]
    difference: Option<String>,
    #[schema(required = true)]
    choice: Option<BillChoiceView>,
    /// In a sentence: what counts, and what does not.
    message: String,
    /// Of what is known and chosen, for the `If-Match` of a choice.
    version: String,
}

impl From<Question> for BillQuestion {
    fn from(found: Question) -> Self {
        Self {
            id: found.id,
            period: found.period.to_string(),
            state: match found.state {
                QuestionState::Open => BillQuestionState::Open,
                QuestionState::Awaited => BillQuestionState::Awaited,
                QuestionState::Settled => BillQuestionState::Settled,
                QuestionState::Nowhere => BillQuestionState::Nowhere,
            },
            within: found.within,
            payers: found.payers,
            account: found.account,
            dated: found.dated,
            candidates: found.candidates.into_iter().map(BillCandidateView::from).collect(),
            difference: found.difference.map(|difference| difference.to_string()),
            choice: found.choice.map(|choice| BillChoiceView {
                winner: choice.winner,
                from: choice.from.map(|from| from.to_string()),
                by: choice.by,
                at: choice.at.map(time::text),
            }),
            message: found.message,
            version: found.version,
        }
    }
}

/// Months of a connection's bills that are there twice.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillQuestions {
    /// Newest month first; those that somebody answered, too.
    questions: Vec<BillQuestion>,
}

/// Which one counts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBillChoice {
    /// The candidate that counts: 0 or 1.
    winner: usize,
    /// The first month for which it does, YYYY-MM; left out: every month, and later ones.
    from: Option<String>,
}

/// Months of a connection's bills that are there twice: in two reports or copies of its source, or in two connections.
#[utoipa::path(get, path = "/connections/{id}/bill-choices", params(("id" = String, Path)), responses(
    (status = OK, body = BillQuestions),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn bill_questions(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = bill_choices::questions(&state.app, organization, &connection_id(&id)?).await?;
    Ok(fresh(Json(BillQuestions { questions: found.into_iter().map(BillQuestion::from).collect() })))
}

/// Chooses which of two bills counts. It takes the place of an earlier choice; what has to be read for it is read next.
#[utoipa::path(put, path = "/connections/{id}/bill-choices/{question}", params(("id" = String, Path), ("question" = i64, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = NewBillChoice, responses(
    (status = OK, body = BillQuestions),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn choose_bill(
    State(state): State<ApiState>,
    By(caller): By,
    Path((id, question)): Path<(String, i64)>,
    expected: Expected,
    Body(body): Body<NewBillChoice>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let from = match body.from.as_deref() {
        None => None,
        Some(text) => Some(text.parse::<BillingPeriod>().map_err(|_| {
            AppError::invalid(format!("'{text}' is no month")).advise("Write it as 2026-08.")
        })?),
    };
    let version = expected.version();
    bill_choices::choose(&state.app, &caller, &connection, question, body.winner, from, version).await?;
    let found = bill_choices::questions(&state.app, &caller.organization()?.id, &connection).await?;
    Ok(fresh(Json(BillQuestions { questions: found.into_iter().map(BillQuestion::from).collect() })))
}
