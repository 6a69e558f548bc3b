//! Connections: made as drafts, saved step by step, removed.

use crate::access::By;
use crate::body::Body;
use crate::caching::fresh;
use crate::expected::Expected;
use crate::problem::{ApiError, Problem};
use crate::routes::verification::VerdictName;
use crate::state::ApiState;
use crate::time;
use app::AppError;
use app::connections::{self, BillDiffMailsChange, Change, ConnectionDetails, NewConnection};
use app::edits::{self, Thing};
use app::processing;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::{ConnectionId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kind of source.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectionKind {
    /// A bucket that is read through a customer's role.
    AwsRole,
    /// A bucket that the machine's own credentials may read.
    AwsOwn,
    /// A bucket of an S3-compatible endpoint, with keys.
    S3Compatible,
    /// A folder of the server's machine.
    Local,
    /// Some accounts of the bill that a connection of another organization holds.
    Shared,
}

impl From<connections::ConnectionKind> for ConnectionKind {
    fn from(kind: connections::ConnectionKind) -> Self {
        match kind {
            connections::ConnectionKind::AwsRole => Self::AwsRole,
            connections::ConnectionKind::AwsOwn => Self::AwsOwn,
            connections::ConnectionKind::S3Compatible => Self::S3Compatible,
            connections::ConnectionKind::Local => Self::Local,
            connections::ConnectionKind::Shared => Self::Shared,
        }
    }
}

impl From<ConnectionKind> for connections::ConnectionKind {
    fn from(kind: ConnectionKind) -> Self {
        match kind {
            ConnectionKind::AwsRole => Self::AwsRole,
            ConnectionKind::AwsOwn => Self::AwsOwn,
            ConnectionKind::S3Compatible => Self::S3Compatible,
            ConnectionKind::Local => Self::Local,
            ConnectionKind::Shared => Self::Shared,
        }
    }
}

/// Where a connection stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConnectionState {
    /// Being set up.
    Draft,
    /// Verified; no report is there yet.
    Waiting,
    /// Verified: reports are read.
    Ready,
    /// It worked once and does not now.
    Failing,
}

impl From<connections::ConnectionState> for ConnectionState {
    fn from(state: connections::ConnectionState) -> Self {
        match state {
            connections::ConnectionState::Draft => Self::Draft,
            connections::ConnectionState::Waiting => Self::Waiting,
            connections::ConnectionState::Ready => Self::Ready,
            connections::ConnectionState::Failing => Self::Failing,
        }
    }
}

/// What the last verification found.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerificationSummary {
    at: String,
    verdict: VerdictName,
    /// Account that is read: 12 digits.
    #[schema(required = true)]
    account_id: Option<String>,
    /// Whether it is its organization's management account, where known.
    #[schema(required = true)]
    management_account: Option<bool>,
    /// Months that can be read, newest first.
    months: Vec<AvailableMonth>,
}

/// A month that can be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct AvailableMonth {
    /// YYYY-MM; empty for files that do not say theirs.
    period: String,
    bytes: u64,
    files: u64,
}

/// A connection; its secret is never shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConnectionView {
    id: String,
    kind: ConnectionKind,
    name: String,
    state: ConnectionState,
    /// The step of the wizard that was saved last, as the page named it.
    #[schema(required = true)]
    step: Option<String>,
    /// aws, aws-cn, aws-us-gov or aws-eusc.
    partition: String,
    #[schema(required = true)]
    bucket: Option<String>,
    #[schema(required = true)]
    prefix: Option<String>,
    #[schema(required = true)]
    region: Option<String>,
    #[schema(required = true)]
    role_arn: Option<String>,
    #[schema(required = true)]
    location: Option<String>,
    #[schema(required = true)]
    endpoint: Option<String>,
    #[schema(required = true)]
    access_key_id: Option<String>,
    /// Of a customer's connection: the accounts that it reads.
    accounts: Vec<String>,
    has_secret: bool,
    /// For the role's trust policy: made by the server, never changed.
    #[schema(required = true)]
    external_id: Option<String>,
    poll_minutes: u32,
    /// The operator, at the command line, said where it reads: that cannot be changed here.
    by_operator: bool,
    created_at: String,
    #[schema(required = true)]
    verification: Option<VerificationSummary>,
    /// Whether it is neither read nor looked at until somebody goes on with it.
    paused: bool,
    bill_diff_mails: BillDiffMailsView,
    /// Of what may be changed of it, as it is, for the `If-Match` of a change.
    version: String,
}

/// Who is told by mail when a bill that was settled changes: a month that was final, or days that were complete.
#[derive(Serialize, ToSchema)]
pub(crate) struct BillDiffMailsView {
    /// Mail addresses; none: nobody is told.
    recipients: Vec<String>,
    /// The least change that is told, in the bill's currency, of the total or of usage or refunds alone; 0: any.
    minimum: String,
}

/// Who is told of changed bills from now on: what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BillDiffMailsWish {
    /// Mail addresses; an empty list: nobody is told.
    recipients: Option<Vec<String>>,
    /// The least change that is told, in the bill's currency; 0: any.
    minimum: Option<String>,
}

impl BillDiffMailsWish {
    fn change(self) -> Result<BillDiffMailsChange, AppError> {
        let minimum = self.minimum.map(|text| {
            text.trim().parse().map_err(|_| {
                AppError::invalid(format!("minimum: '{text}' is no amount"))
                    .advise("Write it as 10 or 10.50; 0 tells of any change.")
            })
        });
        Ok(BillDiffMailsChange { recipients: self.recipients, minimum: minimum.transpose()? })
    }
}

impl From<ConnectionDetails> for ConnectionView {
    fn from(found: ConnectionDetails) -> Self {
        let verification = found.verification.map(|last| VerificationSummary {
            at: time::text(last.started_at),
            verdict: last.verdict.into(),
            account_id: last.facts.account_id,
            management_account: last.facts.management_account,
            months: last
                .facts
                .months
                .into_iter()
                .map(|month| AvailableMonth {
                    period: month.period,
                    bytes: month.bytes,
                    files: month.files as u64,
                })
                .collect(),
        });
        Self {
            id: found.id.to_string(),
            kind: found.kind.into(),
            name: found.name,
            state: found.state.into(),
            step: found.step,
            partition: found.partition.to_string(),
            bucket: found.bucket,
            prefix: found.prefix,
            region: found.region,
            role_arn: found.role_arn,
            location: found.location,
            endpoint: found.endpoint,
            access_key_id: found.access_key_id,
            accounts: found.accounts,
            has_secret: found.has_secret,
            external_id: found.external_id,
            poll_minutes: found.poll_minutes,
            by_operator: found.by_operator,
            created_at: time::text(found.created_at),
            verification,
            paused: found.paused,
            bill_diff_mails: BillDiffMailsView {
                recipients: found.bill_diff_mails.recipients,
                minimum: found.bill_diff_mails.minimum.to_string(),
            },
            version: found.version,
        }
    }
}

/// The organization's connections.
#[derive(Serialize, ToSchema)]
pub(crate) struct Connections {
    /// Oldest first, drafts too.
    connections: Vec<ConnectionView>,
    allowed: AllowedSources,
}

/// What the organization may connect to of the server's own machine: its operator allows it, at the start.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllowedSources {
    /// Whether it may connect folders.
    local: bool,
    /// Whether it may read buckets with the machine's own AWS credentials.
    aws_own: bool,
    /// The folders below which it may; told to administrators.
    folders: Vec<String>,
}

/// A connection to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionDraft {
    kind: ConnectionKind,
    /// Made from the kind, unless given.
    name: Option<String>,
    /// aws (default), aws-cn, aws-us-gov or aws-eusc.
    partition: Option<String>,
}

/// What a step of the wizard brings: what is left out stays as it is, an empty text clears a value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionChange {
    /// The step itself, to return to.
    step: Option<String>,
    partition: Option<String>,
    bucket: Option<String>,
    prefix: Option<String>,
    region: Option<String>,
    role_arn: Option<String>,
    location: Option<String>,
    endpoint: Option<String>,
    access_key_id: Option<String>,
    /// Never shown again.
    secret_access_key: Option<String>,
    poll_minutes: Option<u32>,
    name: Option<String>,
    /// Whether it is neither read nor looked at from now on; what reads it is stopped.
    paused: Option<bool>,
    bill_diff_mails: Option<BillDiffMailsWish>,
}

/// Asks for a removal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionRemoval {
    /// The connection's name, typed by whoever asks.
    name: String,
}

/// An identifier of an address.
pub(crate) fn connection_id(text: &str) -> Result<ConnectionId, ApiError> {
    ConnectionId::try_new(text).map_err(|_| {
        AppError::new(app::ErrorKind::NotFound, format!("there is no connection '{text}'"))
            .advise("Look at the list of connections.")
            .into()
    })
}

/// The organization's connections, drafts too.
#[utoipa::path(get, path = "/connections", responses(
    (status = OK, body = Connections),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connections(State(state): State<ApiState>, By(caller): By) -> Result<Response, ApiError> {
    let organization = &caller.organization()?.id;
    let found = connections::list(&state.app, organization).await?;
    let allowed = connections::allowed(&state.app, organization);
    let allowed = AllowedSources {
        local: !allowed.folders.is_empty(),
        aws_own: allowed.own_credentials,
        folders: if caller.role == Some(Role::Administrator) { allowed.folders } else { vec![] },
    };
    let connections = found.into_iter().map(ConnectionView::from).collect();
    Ok(fresh(Json(Connections { connections, allowed })))
}

/// Makes a connection: a draft, to be filled in step by step.
#[utoipa::path(post, path = "/connections", request_body = ConnectionDraft, responses(
    (status = CREATED, body = ConnectionView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn create_connection(
    State(state): State<ApiState>,
    By(caller): By,
    Body(draft): Body<ConnectionDraft>,
) -> Result<Response, ApiError> {
    let partition = draft.partition.as_deref().unwrap_or("aws").parse().map_err(AppError::from)?;
    let new = NewConnection { kind: draft.kind.into(), name: draft.name, partition };
    let made = connections::create(&state.app, &caller, new).await?;
    Ok(fresh((StatusCode::CREATED, Json(ConnectionView::from(made)))))
}

/// One connection.
#[utoipa::path(get, path = "/connections/{id}", params(("id" = String, Path)), responses(
    (status = OK, body = ConnectionView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn connection(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let found = connections::get(&state.app, &caller.organization()?.id, &connection_id(&id)?).await?;
    Ok(fresh(Json(ConnectionView::from(found))))
}

/// Saves a step of a connection's wizard. What would not work is refused, and nothing is saved then.
#[utoipa::path(patch, path = "/connections/{id}", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = ConnectionChange, responses(
    (status = OK, body = ConnectionView),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn change_connection(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(body): Body<ConnectionChange>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let turn = edits::begin(&state.app, &caller, Thing::Connection(&connection), expected.version()).await?;
    let paused = body.paused;
    let change = Change {
        step: body.step,
        partition: body.partition,
        bucket: body.bucket,
        prefix: body.prefix,
        region: body.region,
        role_arn: body.role_arn,
        location: body.location,
        endpoint: body.endpoint,
        access_key_id: body.access_key_id,
        secret_access_key: body.secret_access_key,
        poll_minutes: body.poll_minutes,
        name: body.name,
        bill_diff_mails: body.bill_diff_mails.map(BillDiffMailsWish::change).transpose()?,
    };
    // Where it is paused and nothing else, nothing else is saved.
    let mut changed = if paused.is_some() && change.is_nothing() {
        connections::get(&state.app, &caller.organization()?.id, &connection).await?
    } else {
        connections::change(&state.app, &caller, &connection, change).await?
    };
    drop(turn);
    // Last, when all else is in order: what reads it may take its time to stop.
    if let Some(paused) = paused {
        processing::pause(&state.app, &caller, &connection, paused).await?;
        changed.paused = paused;
    }
    Ok(fresh(Json(ConnectionView::from(changed))))
}

/// Removes a connection with its months and history; asks for its name.
#[utoipa::path(delete, path = "/connections/{id}", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "The version that was loaded: another one by now is refused with 412")), request_body = ConnectionRemoval, responses(
    (status = NO_CONTENT),
    (status = "default", body = Problem, content_type = "application/problem+json"),
))]
pub(crate) async fn remove_connection(
    State(state): State<ApiState>,
    By(caller): By,
    Path(id): Path<String>,
    expected: Expected,
    Body(body): Body<ConnectionRemoval>,
) -> Result<Response, ApiError> {
    let connection = connection_id(&id)?;
    let thing = Thing::Connection(&connection);
    let _turn = edits::begin_removal(&state.app, &caller, thing, expected.version()).await?;
    connections::remove(&state.app, &caller, &connection, &body.name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
