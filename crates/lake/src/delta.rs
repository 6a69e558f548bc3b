//! The Delta side: table creation and one commit per replaced partition.
//!
//! Conflicts are resolved here and not by deltalake's own retries: after losing a race the state is read
//! again and the removes are computed anew, so that two writers of one partition never both stay.

use crate::door::Door;
use crate::{LakeError, Table};
use arrow::datatypes::DataType as ArrowType;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake_core::kernel::{Action, Add, DataType, StructField};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableError, TableProperty, checkpoints};
use model::schema::PARTITIONS;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Commits between two checkpoints of the log.
const CHECKPOINT_EVERY: u64 = 50;
/// Lost races in a row before giving up.
const ATTEMPTS: u32 = 30;

/// Commits that the disk or the bucket refused before giving up: one of them may have been made all the same.
const TRIES: u32 = 3;
/// After each of them.
const PAUSE: Duration = Duration::from_millis(100);

/// Values of the partition columns.
pub(crate) type Partition = [String; 2];

/// One Delta table of the lake.
pub(crate) struct Delta {
    name: &'static str,
    door: Door,
    table: DeltaTable,
}

/// An active data file.
pub(crate) struct DataFile {
    pub(crate) partition: Partition,
    pub(crate) path: String,
}

impl Delta {
    /// Opens the table, creating it when missing.
    pub(crate) async fn open(door: &Door, table: Table) -> Result<Self, LakeError> {
        let name = table.name();
        let error = door.failed_log(name);
        let mut delta = DeltaTable::new(door.log_store(name)?);
        if !delta.verify_deltatable_existence().await.map_err(&error)? {
            let created = CreateBuilder::new()
                .with_log_store(delta.log_store())
                .with_table_name(name)
                .with_columns(columns(table)?)
                .with_partition_columns(PARTITIONS)
                .with_configuration_property(
                    TableProperty::CheckpointInterval,
                    Some(CHECKPOINT_EVERY.to_string()),
                )
                .await;
            // Another process may have created it in between: then loading succeeds.
            if let Err(reason) = created {
                tracing::debug!(table = name, error = %reason, "the table was not created");
            }
        }
        delta.load().await.map_err(&error)?;
        let mut opened = Self { name, door: door.clone(), table: delta };
        opened.grow(table).await?;
        Ok(opened)
    }

    /// Adds the columns that the table lacks, where an earlier version made it. Its files stay as they are: readers
    /// give null for a column that a file does not have.
    async fn grow(&mut self, table: Table) -> Result<(), LakeError> {
        let mut refused = 0;
        for attempt in 1..=ATTEMPTS {
            let missing = self.missing_columns(table)?;
            if missing.is_empty() {
                return Ok(());
            }
            let names: Vec<_> = missing.iter().map(|column| column.name().clone()).collect();
            match self.table.clone().add_columns().with_fields(missing).await {
                Ok(_) => {
                    self.refresh().await?;
                    self.after_commit(self.version()?.unsigned_abs()).await;
                    tracing::info!(table = self.name, columns = names.join(", "), "added columns");
                }
                Err(error) if is_of_store(&error) && refused + 1 < TRIES => {
                    refused += 1;
                    tracing::warn!(table = self.name, attempt, %error, "it is not known whether a commit was made");
                    tokio::time::sleep(PAUSE * refused).await;
                    self.refresh().await?;
                }
                // Another process is at it as well: then some or all of them are there.
                Err(DeltaTableError::Transaction { source }) => {
                    tracing::debug!(table = self.name, attempt, error = %source, "lost a race for a commit");
                    tokio::time::sleep(Duration::from_millis(5 * u64::from(attempt))).await;
                    self.refresh().await?;
                }
                Err(error) => return Err(self.door.failed_log(self.name)(error)),
            }
        }
        Err(LakeError::Conflict { table: self.name, attempts: ATTEMPTS })
    }

    /// Columns of ours that the table does not have yet; refuses one that cannot become ours. A column that we do not
    /// know is a newer version's: writing files without it would quietly lose what that version keeps.
    fn missing_columns(&self, table: Table) -> Result<Vec<StructField>, LakeError> {
        let snapshot = self.table.snapshot().map_err(self.door.failed_log(self.name))?;
        let stored = snapshot.schema();
        let mut missing = columns(table)?;
        for field in stored.fields() {
            let Some(at) = missing.iter().position(|ours| ours.name() == field.name()) else {
                return Err(LakeError::NewerSchema { table: self.name, column: field.name().clone() });
            };
            let ours = missing.remove(at);
            if ours.data_type() != field.data_type() {
                let difference =
                    format!("{} is {} instead of {}", ours.name(), field.data_type(), ours.data_type());
                return Err(LakeError::OtherSchema { table: self.name, difference });
            }
        }
        match missing.iter().find(|column| !column.is_nullable()) {
            Some(column) => {
                let difference = format!("{} is not there", column.name());
                Err(LakeError::OtherSchema { table: self.name, difference })
            }
            None => Ok(missing),
        }
    }

    /// Reads the newest state of the log.
    pub(crate) async fn refresh(&mut self) -> Result<(), LakeError> {
        self.table.update_state().await.map_err(self.door.failed_log(self.name))
    }

    /// Version of the state last read.
    pub(crate) fn version(&self) -> Result<i64, LakeError> {
        let version = self.table.version().ok_or(LakeError::Internal("the table is not loaded"))?;
        i64::try_from(version).map_err(|_| LakeError::Internal("version out of range"))
    }

    /// Data files of the state last read.
    pub(crate) fn files(&self) -> Result<Vec<DataFile>, LakeError> {
        let snapshot = self.table.snapshot().map_err(self.door.failed_log(self.name))?;
        let files = snapshot.log_data().into_iter().map(|file| DataFile {
            partition: partition(&file.partition_values_map()),
            path: file.path().into_owned(),
        });
        Ok(files.collect())
    }

    /// Replaces the files of a partition by `adds` in one commit; the version that then holds them. Only
    /// [`LakeError::Conflict`] says that no version does: after any other error one may.
    pub(crate) async fn replace(&mut self, wanted: &Partition, adds: &[Add]) -> Result<i64, LakeError> {
        let new: BTreeSet<&str> = adds.iter().map(|add| add.path.as_str()).collect();
        let mut refused = 0;
        for attempt in 1..=ATTEMPTS {
            self.refresh().await?;
            let snapshot = self.table.snapshot().map_err(self.door.failed_log(self.name))?;
            let old: Vec<_> = snapshot
                .log_data()
                .iter()
                .filter(|file| partition(&file.partition_values_map()) == *wanted)
                .map(|file| file.remove_action(true))
                .collect();
            // Already so: nothing to remove from an empty partition, or a commit that succeeded although
            // its answer was an error.
            if old.iter().map(|remove| remove.path.as_str()).collect::<BTreeSet<_>>() == new {
                return self.version();
            }
            let removes = old.into_iter().map(Action::Remove);
            let actions = removes.chain(adds.iter().cloned().map(Action::Add)).collect();
            match self.try_commit(wanted, actions).await {
                Ok(version) => {
                    self.after_commit(version).await;
                    return i64::try_from(version).map_err(|_| LakeError::Internal("version out of range"));
                }
                Err(error) if is_of_store(&error) && refused + 1 < TRIES => {
                    refused += 1;
                    tracing::warn!(table = self.name, attempt, %error, "it is not known whether a commit was made");
                    tokio::time::sleep(PAUSE * refused).await;
                }
                Err(DeltaTableError::Transaction { source }) => {
                    tracing::debug!(table = self.name, attempt, error = %source, "lost a race for a commit");
                    tokio::time::sleep(Duration::from_millis(5 * u64::from(attempt))).await;
                }
                Err(error) => return Err(self.door.failed_log(self.name)(error)),
            }
        }
        Err(LakeError::Conflict { table: self.name, attempts: ATTEMPTS })
    }

    async fn try_commit(&self, wanted: &Partition, actions: Vec<Action>) -> Result<u64, DeltaTableError> {
        let [connection, period] = wanted;
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: Some(PARTITIONS.map(str::to_owned).to_vec()),
            predicate: Some(format!("{} = '{connection}' AND {} = '{period}'", PARTITIONS[0], PARTITIONS[1])),
        };
        let properties = CommitProperties::default().with_max_retries(0).with_create_checkpoint(false);
        let commit = CommitBuilder::from(properties).with_actions(actions).build(
            Some(self.table.snapshot()?),
            self.table.log_store(),
            operation,
        );
        // Not the whole chain: what follows a successful commit must not make it look failed.
        let committed = commit.into_prepared_commit_future().await?.await?;
        Ok(committed.version)
    }

    /// The commit stands; what fails here is made good by the next one.
    async fn after_commit(&mut self, version: u64) {
        if let Err(error) = self.door.settle(self.name, version) {
            tracing::warn!(table = self.name, version, %error, "the commit may not be on the disk yet");
        }
        if let Err(error) = self.refresh().await {
            tracing::warn!(table = self.name, version, %error, "the log could not be read after a commit");
            return;
        }
        if (version + 1).is_multiple_of(CHECKPOINT_EVERY) {
            let result = checkpoints::create_checkpoint(&self.table, None).await;
            let result = match result {
                Ok(()) => checkpoints::cleanup_metadata(&self.table, None).await.map(|_| ()),
                failed => failed,
            };
            if let Err(error) = result {
                tracing::warn!(table = self.name, version, %error, "no checkpoint of the Delta log was written");
            }
        }
    }
}

/// Whether where the log lies failed, and not because of somebody else's commit: then this one may have been made
/// although its answer was lost.
fn is_of_store(error: &DeltaTableError) -> bool {
    matches!(error, DeltaTableError::ObjectStore { .. } | DeltaTableError::Io { .. })
}

fn partition(values: &HashMap<String, Option<String>>) -> Partition {
    PARTITIONS.map(|column| values.get(column).cloned().flatten().unwrap_or_default())
}

/// The columns as Delta knows them: those of the files, then the partition columns.
fn columns(table: Table) -> Result<Vec<StructField>, LakeError> {
    let schema = table.schema();
    let mut columns = schema
        .fields()
        .iter()
        .map(|field| {
            let data_type = match field.data_type() {
                ArrowType::Utf8 => DataType::STRING,
                ArrowType::Int64 => DataType::LONG,
                ArrowType::Boolean => DataType::BOOLEAN,
                ArrowType::Date32 => DataType::DATE,
                ArrowType::Timestamp(..) => DataType::TIMESTAMP,
                ArrowType::Decimal128(precision, scale) => {
                    DataType::decimal(*precision, scale.unsigned_abs())
                        .map_err(|_| LakeError::Internal("a decimal type that Delta lacks"))?
                }
                _ => return Err(LakeError::Internal("a column type that Delta lacks")),
            };
            Ok(StructField::new(field.name(), data_type, field.is_nullable()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    columns.extend(PARTITIONS.map(|name| StructField::new(name, DataType::STRING, true)));
    Ok(columns)
}
