//! Publications: which versions and files of the lake belong together.

mod past;
mod withdrawing;

use crate::store::{count, from_json, parsed, stored, to_json};
use crate::{BillConflict, Meta, MetaError, Reason, job, lake_files, outbox};
use model::{BillingPeriod, ConnectionId, Decimal, OrganizationId, Table};
use past::CURRENT_FILES;
pub use past::PublishedMonth;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::str::FromStr;
use withdrawing::COUNTED;

/// How much of a period is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The roll-up: every dashboard works, hours, resources and *explain* do not yet.
    Dashboards,
    /// The roll-up and the line items.
    Complete,
}

/// A publication to be made.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct NewPublication {
    /// Where the data came from.
    pub connection_id: ConnectionId,
    /// The billing period, replaced whole.
    pub period: BillingPeriod,
    /// Version of the roll-up's table that holds the files.
    pub rollup_version: i64,
    /// Data files of the roll-up, relative to its table.
    pub rollup_files: Vec<String>,
    /// Version of the line items' table; given exactly when the period is complete.
    pub line_items_version: Option<i64>,
    /// Data files of the line items, relative to their table.
    pub line_item_files: Vec<String>,
    /// Rows of the report.
    pub rows: u64,
    /// Bytes of the report's files as delivered.
    pub bytes: u64,
    /// Currency of the bill; empty when the report names none.
    pub currency: String,
    /// Billed cost as read.
    pub raw_total: Decimal,
    /// Billed cost as stored.
    pub stored_total: Decimal,
    /// Whether raw and stored sums agree to the digit, everywhere: the proof's first part.
    pub proven: bool,
    /// Of the delivery: names, sizes and entity tags of its files.
    pub fingerprint: String,
    /// The proof in full.
    pub proof: serde_json::Value,
    /// What the report's columns allow and what they do not.
    pub features: serde_json::Value,
    /// First instant of usage (ms).
    pub data_from: Option<i64>,
    /// End of usage (ms, exclusive).
    pub data_to: Option<i64>,
    /// When it is published (ms).
    pub published_at_ms: i64,
}

/// Another connection's month that a publication takes the place of, because somebody chose it.
#[derive(Clone, Debug, PartialEq)]
pub struct Retirement {
    /// Its publication.
    pub publication: i64,
    /// Why it does not count any more.
    pub conflict: BillConflict,
    /// What it holds besides, which stays published.
    pub rest: Option<NewPublication>,
    /// What the bill diffs say of it: the new one's, and its own.
    pub words: [String; 2],
}

/// A publication, current unless it was replaced. Dereferences to what was published.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Publication {
    /// Identifier; grows with every publication.
    pub id: i64,
    /// How much of the period is there.
    pub stage: Stage,
    /// Version of the columns that it knows ([`model::schema::VERSION`] at the time): newer ones are not known.
    pub schema_version: u32,
    /// Of an earlier version's: the source was looked at since and does not have it any more.
    pub source_gone: bool,
    /// When it was replaced (ms), where it is not current any more.
    #[serde(skip)]
    pub superseded_at_ms: Option<i64>,
    /// All of its data files, relative to their tables.
    #[serde(skip)]
    pub files: BTreeMap<Table, Vec<String>>,
    /// Bytes of its data files, by path; of an earlier version's they are not known until a vacuum came by.
    #[serde(skip)]
    pub sizes: HashMap<String, u64>,
    /// What was published.
    #[serde(flatten)]
    pub content: NewPublication,
}

impl Publication {
    /// Whether an earlier version of the program read it, which kept fewer columns.
    pub fn is_older(&self) -> bool {
        self.schema_version < model::schema::VERSION
    }
}

impl std::ops::Deref for Publication {
    type Target = NewPublication;

    fn deref(&self) -> &NewPublication {
        &self.content
    }
}

/// What remains known of a publication that another one replaced.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SupersededPublication {
    /// Identifier.
    pub id: i64,
    /// The billing period.
    pub period: BillingPeriod,
    /// Rows of the report.
    pub rows: u64,
    /// Billed cost as stored.
    pub stored_total: Decimal,
    /// Of the delivery.
    pub fingerprint: String,
    /// When it was published (ms).
    pub published_at_ms: i64,
    /// When it was replaced (ms).
    pub superseded_at_ms: i64,
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Dashboards => "dashboards",
            Self::Complete => "complete",
        })
    }
}

impl FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "dashboards" => Ok(Self::Dashboards),
            "complete" => Ok(Self::Complete),
            other => Err(format!("'{other}' is not a stage")),
        }
    }
}

impl NewPublication {
    fn stage(&self) -> Stage {
        if self.line_items_version.is_some() { Stage::Complete } else { Stage::Dashboards }
    }
}

/// What answers depend on, in few numbers: equal versions, equal state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateVersion {
    /// Publications that are current.
    pub current: i64,
    /// Those of them with line items.
    pub complete: i64,
    /// The newest of them.
    pub newest: i64,
    /// When the files of a source were looked at last (ms).
    pub looked_at_ms: i64,
    /// Grows with each change of what an organization defined or decided.
    pub definitions: i64,
    /// Its connections, and those that they read through.
    pub connections: i64,
    /// When the newest of them was made (ms).
    pub connected_at_ms: i64,
}

impl Meta {
    /// Makes this the current publication of its (connection, period) and supersedes the former one, in
    /// one transaction, with the row of the outbox from which the rest follows. Returns its identifier.
    pub async fn publish(&self, new: &NewPublication) -> Result<i64, MetaError> {
        self.publish_in_place(new, &[]).await
    }

    /// The same, in place of the same month of other connections: theirs does not count any more, and each conflict says
    /// why. There is no moment in which both count, or neither. What follows from theirs follows too, and one that keeps a
    /// rest is queued to be read: its line items are not there yet. A conflict when one of them is not what it was.
    pub async fn publish_in_place(
        &self,
        new: &NewPublication,
        retired: &[Retirement],
    ) -> Result<i64, MetaError> {
        let mut transaction = self.write().await?;
        let at_ms = moment(&mut transaction, new, retired).await?;
        for one in retired {
            let done = sqlx::query(
                "UPDATE publications SET superseded_at_ms = ? WHERE id = ? AND superseded_at_ms IS NULL",
            )
            .bind(at_ms)
            .bind(one.publication)
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() != 1 {
                let what = format!("publication {} is no longer current", one.publication);
                return Err(MetaError::Conflict(what));
            }
            lake_files::supersede(&mut transaction, one.publication, at_ms).await?;
            crate::bill_choice::note(&mut transaction, &one.conflict).await?;
            let theirs = &one.conflict.own.connection;
            match &one.rest {
                Some(rest) => {
                    insert(&mut transaction, rest, at_ms, None).await?;
                    job::queue(&mut transaction, theirs, Reason::Asked, new.published_at_ms).await?;
                }
                None => {
                    let now_ms = new.published_at_ms;
                    outbox::insert(&mut transaction, one.publication, theirs, new.period, now_ms, &[])
                        .await?;
                }
            }
        }
        let id = insert(&mut transaction, new, at_ms, Some(retired)).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Adds the line items to a publication, which makes its period complete; `proof` replaces the former
    /// one. A conflict when another publication has replaced it meanwhile.
    pub async fn complete(
        &self,
        publication: i64,
        line_items_version: i64,
        files: &[String],
        proof: &serde_json::Value,
    ) -> Result<(), MetaError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE publications SET stage = 'complete', line_items_version = ?, proof = ?
             WHERE id = ? AND superseded_at_ms IS NULL RETURNING published_at_ms",
        )
        .bind(line_items_version)
        .bind(to_json("proof", proof)?)
        .bind(publication)
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(row) = done {
            let at_ms = row.try_get("published_at_ms")?;
            lake_files::publish(&mut transaction, publication, Table::LineItems, files, at_ms).await?;
            return Ok(transaction.commit().await?);
        }
        let known = sqlx::query("SELECT 1 FROM publications WHERE id = ?").bind(publication);
        match known.fetch_optional(&mut *transaction).await? {
            None => Err(MetaError::NotFound { what: "publication", id: publication.to_string() }),
            Some(_) => Err(MetaError::Conflict(format!("publication {publication} is no longer current"))),
        }
    }

    /// Notes which of a connection's current publications its source does not have any more: they stay as an earlier
    /// version read them.
    pub async fn note_source_gone(&self, connection: &ConnectionId, gone: &[i64]) -> Result<(), MetaError> {
        sqlx::query(
            "UPDATE publications SET source_gone = id IN (SELECT value FROM json_each(?))
             WHERE connection_id = ? AND superseded_at_ms IS NULL",
        )
        .bind(to_json("publications", &gone)?)
        .bind(connection.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The current publications of an organization, by period and connection.
    pub async fn publications(&self, organization: &OrganizationId) -> Result<Vec<Publication>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT publications.*, {CURRENT_FILES} FROM publications
             JOIN connections ON connections.id = publications.connection_id
             WHERE connections.organization_id = ? AND superseded_at_ms IS NULL
             ORDER BY period, connection_id"
        )))
        .bind(organization.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(publication).collect()
    }

    /// Changes with every publication and every stage of an organization's connections and of those that they read through,
    /// with every definition, and with every connection that is made or removed. What others publish leaves it as it is. Far cheaper than reading them.
    pub async fn state_version(
        &self,
        organization: Option<&OrganizationId>,
    ) -> Result<StateVersion, MetaError> {
        let row = sqlx::query(
            "WITH own AS (
                 SELECT id FROM connections WHERE organization_id = ?1
                 UNION SELECT parent_id FROM connections WHERE organization_id = ?1 AND parent_id IS NOT NULL
             )
             SELECT count(*) AS current, coalesce(sum(stage = 'complete'), 0) AS complete,
                 coalesce(max(id), 0) AS newest,
                 (SELECT coalesce(max(looked_at_ms), 0) FROM source_files WHERE connection_id IN own) AS looked_at_ms,
                 (SELECT coalesce(sum(revision), 0) FROM definitions WHERE organization_id = ?1)
                     + (SELECT count(*) + coalesce(sum(at_ms), 0) FROM waste_dismissals WHERE organization_id = ?1)
                     + (SELECT count(*) + coalesce(sum(at_ms), 0) FROM spot_exclusions WHERE organization_id = ?1)
                     AS definitions,
                 (SELECT count(*) FROM own) AS connections,
                 (SELECT coalesce(max(created_at_ms), 0) FROM connections WHERE id IN own) AS connected_at_ms
             FROM publications WHERE superseded_at_ms IS NULL AND connection_id IN own",
        )
        .bind(organization.map(OrganizationId::as_str))
        .fetch_one(&self.pool)
        .await?;
        Ok(StateVersion {
            current: row.try_get("current")?,
            complete: row.try_get("complete")?,
            newest: row.try_get("newest")?,
            looked_at_ms: row.try_get("looked_at_ms")?,
            definitions: row.try_get("definitions")?,
            connections: row.try_get("connections")?,
            connected_at_ms: row.try_get("connected_at_ms")?,
        })
    }

    /// The current publication of a (connection, period).
    pub async fn publication_for(
        &self,
        connection: &ConnectionId,
        period: BillingPeriod,
    ) -> Result<Option<Publication>, MetaError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT publications.*, {CURRENT_FILES} FROM publications
             WHERE connection_id = ? AND period = ? AND superseded_at_ms IS NULL"
        )))
        .bind(connection.as_str())
        .bind(period.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(publication).transpose()
    }

    /// What was replaced for a connection, newest first, at most `limit`; what was taken back never counted.
    pub async fn superseded(
        &self,
        connection: &ConnectionId,
        limit: u32,
    ) -> Result<Vec<SupersededPublication>, MetaError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT id, period, row_count, stored_total, fingerprint, published_at_ms, superseded_at_ms
             FROM publications WHERE connection_id = ? AND superseded_at_ms IS NOT NULL AND {COUNTED}
             ORDER BY id DESC LIMIT ?"
        )))
        .bind(connection.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let superseded = |row: &SqliteRow| {
            Ok(SupersededPublication {
                id: row.try_get("id")?,
                period: parsed("period", row.try_get("period")?)?,
                rows: count("rows", row.try_get("row_count")?)?,
                stored_total: parsed("total", row.try_get("stored_total")?)?,
                fingerprint: row.try_get("fingerprint")?,
                published_at_ms: row.try_get("published_at_ms")?,
                superseded_at_ms: row.try_get("superseded_at_ms")?,
            })
        };
        rows.iter().map(superseded).collect()
    }
}

/// The one instant (ms) at which a publication begins and those that it replaces end: a clock that was set back leaves no
/// time in which both count, or neither.
async fn moment(
    transaction: &mut SqliteConnection,
    new: &NewPublication,
    retired: &[Retirement],
) -> Result<i64, MetaError> {
    let retired: Vec<i64> = retired.iter().map(|one| one.publication).collect();
    let row = sqlx::query(
        "SELECT max(published_at_ms) AS latest FROM publications
         WHERE superseded_at_ms IS NULL AND ((connection_id = ? AND period = ?)
             OR id IN (SELECT value FROM json_each(?)))",
    )
    .bind(new.connection_id.as_str())
    .bind(new.period.to_string())
    .bind(to_json("publications", &retired)?)
    .fetch_one(transaction)
    .await?;
    let latest: Option<i64> = row.try_get("latest")?;
    Ok(latest.map_or(new.published_at_ms, |latest| latest.max(new.published_at_ms)))
}

/// Makes this the current publication of its (connection, period) at an instant (ms), and supersedes the former one,
/// with its row of the outbox, in the transaction of whatever belongs to it. Its bill diffs are to be made, those against
/// what it takes the place of included; `None`: of what is left of another bill none is.
async fn insert(
    transaction: &mut SqliteConnection,
    new: &NewPublication,
    at_ms: i64,
    retired: Option<&[Retirement]>,
) -> Result<i64, MetaError> {
    let former = sqlx::query(
        "UPDATE publications SET superseded_at_ms = ?
         WHERE connection_id = ? AND period = ? AND superseded_at_ms IS NULL RETURNING id",
    )
    .bind(at_ms)
    .bind(new.connection_id.as_str())
    .bind(new.period.to_string())
    .fetch_optional(&mut *transaction)
    .await?;
    let former: Option<i64> = former.map(|row| row.try_get("id")).transpose()?;
    if let Some(former) = former {
        lake_files::supersede(transaction, former, at_ms).await?;
    }
    let inserted = sqlx::query(
        "INSERT INTO publications (connection_id, period, stage, rollup_version, line_items_version, row_count,
             byte_count, currency, raw_total, stored_total, proven, fingerprint, proof, features, data_from, data_to,
             published_at_ms, schema_version)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.connection_id.as_str())
    .bind(new.period.to_string())
    .bind(new.stage().to_string())
    .bind(new.rollup_version)
    .bind(new.line_items_version)
    .bind(stored("rows", new.rows)?)
    .bind(stored("bytes", new.bytes)?)
    .bind(&new.currency)
    .bind(new.raw_total.to_string())
    .bind(new.stored_total.to_string())
    .bind(new.proven)
    .bind(&new.fingerprint)
    .bind(to_json("proof", &new.proof)?)
    .bind(to_json("features", &new.features)?)
    .bind(new.data_from)
    .bind(new.data_to)
    .bind(at_ms)
    .bind(model::schema::VERSION)
    .execute(&mut *transaction)
    .await?;
    let id = inserted.last_insert_rowid();
    for (table, files) in [(Table::Rollup, &new.rollup_files), (Table::LineItems, &new.line_item_files)] {
        lake_files::publish(transaction, id, table, files, at_ms).await?;
    }
    let mut diffs = vec![];
    if let Some(retired) = retired {
        if let Some(former) = former {
            diffs = outbox::inherited(transaction, former, id).await?;
        }
        for one in retired {
            diffs.extend(outbox::retiring(transaction, one.publication, id, &one.words).await?);
        }
    }
    outbox::insert(transaction, id, &new.connection_id, new.period, new.published_at_ms, &diffs).await?;
    Ok(id)
}

fn publication(row: &SqliteRow) -> Result<Publication, MetaError> {
    let (files, sizes) = past::files(row)?;
    let of = |table| files.get(&table).cloned().unwrap_or_default();
    let (rollup_files, line_item_files) = (of(Table::Rollup), of(Table::LineItems));
    Ok(Publication {
        id: row.try_get("id")?,
        stage: parsed("stage", row.try_get("stage")?)?,
        schema_version: row.try_get("schema_version")?,
        source_gone: row.try_get("source_gone")?,
        superseded_at_ms: row.try_get("superseded_at_ms")?,
        files,
        sizes,
        content: NewPublication {
            connection_id: parsed("connection", row.try_get("connection_id")?)?,
            period: parsed("period", row.try_get("period")?)?,
            rollup_version: row.try_get("rollup_version")?,
            rollup_files,
            line_items_version: row.try_get("line_items_version")?,
            line_item_files,
            rows: count("rows", row.try_get("row_count")?)?,
            bytes: count("bytes", row.try_get("byte_count")?)?,
            currency: row.try_get("currency")?,
            raw_total: parsed("total", row.try_get("raw_total")?)?,
            stored_total: parsed("total", row.try_get("stored_total")?)?,
            proven: row.try_get("proven")?,
            fingerprint: row.try_get("fingerprint")?,
            proof: from_json("proof", row.try_get("proof")?)?,
            features: from_json("features", row.try_get("features")?)?,
            data_from: row.try_get("data_from")?,
            data_to: row.try_get("data_to")?,
            published_at_ms: row.try_get("published_at_ms")?,
        },
    })
}
