//! The metadata store: organizations, who works in them, their connections, what is published, and the history of
//! ingests.
//!
//! A *publication* names the versions and files of the lake that belong together for one (connection,
//! billing period); readers resolve current publications once and use them throughout. Exactly one is
//! current, which a unique index holds even against defects here. SQLite in WAL mode with full
//! synchronisation: what was published survives a killed process and a power cut.
//!
//! There is no clock in here: callers pass instants as milliseconds since 1970 (UTC).

mod bill_change;
mod bill_choice;
mod budget;
mod connection;
mod counts;
mod definition;
mod error;
mod failing;
mod happening;
mod identity;
mod ingest;
mod job;
mod lake_files;
mod migrations;
mod notice;
mod notification;
mod optimization;
mod organization;
mod outbox;
mod price;
mod publication;
mod saved_report;
mod sealed;
mod source_files;
mod store;
mod trend;
mod work;

pub use bill_change::{BillChange, ChangedLine, ChangedSum, ChangedSums, SettledChange};
pub use bill_choice::{
    BillCandidate, BillChoice, BillConflict, BillDecision, BillPlace, BillSide, ConflictDetail, chosen,
};
pub use budget::{Budget, BudgetAmount};
pub use connection::{Connection, ConnectionKind, ConnectionRecord, ConnectionState, Split};
pub use counts::{OfConnection, ReadOfConnection};
pub use definition::DefinitionKind;
pub use error::{ErrorKind, MetaError};
pub use failing::{FailureKind, FailureRow};
pub use happening::Happening;
pub use identity::{
    ApiToken, AuditEntry, Basis, FirstAdministrator, Invitation, LinkEntries, Linked, MailLimits, Member,
    NewApiToken, NewAudit, NewInvitation, NewMails, NewSession, NewUser, OpenIdFlow, OpenIdIdentity, Person,
    SecretHash, Session, StoredUser, User,
};
pub use ingest::{Failure, Ingest, NewIngest, Outcome};
pub use job::{JobState, ProcessingJob, Reason};
pub use lake_files::{FileState, Found, KEEP_SUPERSEDED_MS, LakeFile};
pub use notification::{
    Asked, Cadence, Channel, ChannelEdit, ChannelState, Composed, Delivery, NewDelivery, NewNotification,
    Notification, Telling, Told,
};
pub use optimization::{SpotExclusion, WasteDismissal};
pub use organization::Organization;
pub use outbox::{BillDiff, Undiffed};
pub use price::{PriceFile, StoredPrice};
pub use publication::{
    NewPublication, Publication, PublishedMonth, Retirement, Stage, StateVersion, SupersededPublication,
};
pub use saved_report::{ReportSchedule, SavedReport};
pub use store::Meta;
pub use trend::{
    FoundTrend, TrendComment, TrendDefinition, TrendEvent, TrendFilter, TrendHistory, TrendLook, TrendSaid,
};
pub use work::{Beat, JobCount, KnownJob, Lease, NewJob, TakenJob};
