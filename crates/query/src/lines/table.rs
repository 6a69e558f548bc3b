//! A table that is an exact list of Parquet files, with the partition columns of each file filled in from
//! the publication that names it.

use crate::error::QueryError;
use crate::sql::CURRENCY;
use crate::view::PublishedPeriod;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::object_store::ObjectStore;
use datafusion::physical_plan::ExecutionPlan;
use lake::DataFile;
use model::schema::PARTITIONS;
use std::sync::Arc;

/// Some Parquet files as one table.
#[derive(Debug)]
pub(super) struct Files {
    schema: TableSchema,
    groups: Vec<FileGroup>,
    /// The bucket that has the files, where they are not of this machine.
    bucket: Option<Bucket>,
}

/// Where DataFusion finds a bucket.
#[derive(Clone, Debug)]
struct Bucket {
    url: ObjectStoreUrl,
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Files of a canonical schema, spread over some threads.
    pub(super) fn new<'a>(
        schema: &Schema,
        files: impl Iterator<Item = (&'a PublishedPeriod, &'a DataFile)>,
        threads: usize,
    ) -> Result<Self, QueryError> {
        let mut all = Vec::new();
        let mut bucket = None;
        for (period, file) in files {
            // All of them are of one lake.
            if let (None, Some((url, store))) = (&bucket, file.store()) {
                let url = ObjectStoreUrl::parse(url.as_str())?;
                bucket = Some(Bucket { url, store: Arc::clone(store) });
            }
            all.push(partitioned(period, file)?);
        }
        // Large files first, each to the group that has the least so far.
        all.sort_by_key(|file: &PartitionedFile| std::cmp::Reverse(file.object_meta.size));
        let mut groups: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); threads.max(1)];
        for file in all {
            if let Some(group) = groups.iter_mut().min_by_key(|(size, _)| *size) {
                group.0 += file.object_meta.size.max(1);
                group.1.push(file);
            }
        }
        let names = PARTITIONS.into_iter().chain([CURRENCY]);
        let partitions: Vec<_> =
            names.map(|name| Arc::new(Field::new(name, DataType::Utf8, false))).collect();
        Ok(Self {
            schema: TableSchema::builder(views(schema)).with_table_partition_cols(partitions).build(),
            groups: groups
                .into_iter()
                .filter(|(_, files)| !files.is_empty())
                .map(|(_, files)| FileGroup::new(files))
                .collect(),
            bucket,
        })
    }
}

/// Text as string views: what Parquet decodes and DataFusion groups by fastest.
fn views(schema: &Schema) -> SchemaRef {
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(view).collect::<Vec<_>>()))
}

fn partitioned(period: &PublishedPeriod, file: &DataFile) -> Result<PartitionedFile, QueryError> {
    let object = file.object().map_err(|error| QueryError::unavailable(file.name(), error))?;
    Ok(PartitionedFile::new_from_meta(object).with_partition_values(vec![
        ScalarValue::Utf8(Some(period.connection.clone())),
        ScalarValue::Utf8(Some(period.period.to_string())),
        ScalarValue::Utf8(Some(period.currency.clone())),
    ]))
}

#[async_trait]
impl TableProvider for Files {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters reach the scan by DataFusion's own push-down rules.
    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> datafusion::error::Result<Arc<dyn ExecutionPlan>> {
        let options = state.config_options().execution.parquet.clone();
        let mut source = ParquetSource::new(self.schema.clone())
            .with_pushdown_filters(options.pushdown_filters)
            .with_reorder_filters(options.reorder_filters)
            .with_enable_page_index(true);
        let mut url = ObjectStoreUrl::local_filesystem();
        if let Some(bucket) = &self.bucket {
            let runtime = state.runtime_env();
            runtime.register_object_store(bucket.url.as_ref(), Arc::clone(&bucket.store));
            // Footers of files that never change, within the bound that the runtime has for them: each is a request.
            let footers = runtime.cache_manager.get_file_metadata_cache();
            let readers = CachedParquetFileReaderFactory::new(Arc::clone(&bucket.store), footers);
            source = source.with_parquet_file_reader_factory(Arc::new(readers));
            url = bucket.url.clone();
        }
        let scan = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(self.groups.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(scan))
    }
}
