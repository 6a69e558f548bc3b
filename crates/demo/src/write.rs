//! Where files go and what lies beside them: the deliveries of AWS, format by format.

use crate::calendar::{Period, compact_day};
use crate::columns::{Column, Layout, Source};
use crate::company::Company;
use crate::error::DemoError;
use crate::options::{Format, Options};
use crate::row::Row;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

mod cells;
mod csv;
mod parquet;

/// Name of the report or export.
const REPORT: &str = "harborline";
/// The bucket that manifests name.
const BUCKET: &str = "harborline-billing";

/// A data file that was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DataFile {
    pub(crate) period: usize,
    /// Number in its period, from 1.
    pub(crate) part: usize,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
}

/// An open data file.
pub(crate) enum FileWriter<'a> {
    Csv(Box<csv::CsvFile<'a>>),
    Parquet(Box<parquet::ParquetFile<'a>>),
}

impl FileWriter<'_> {
    pub(crate) fn write(&mut self, rows: &[Row]) -> Result<(), DemoError> {
        match self {
            Self::Csv(file) => file.write(rows),
            Self::Parquet(file) => file.write(rows),
        }
    }

    /// Closes the file and returns its size in bytes.
    pub(crate) fn finish(self) -> Result<u64, DemoError> {
        match self {
            Self::Csv(file) => file.finish(),
            Self::Parquet(file) => file.finish(),
        }
    }
}

/// The delivery of one report.
pub(crate) struct Delivery {
    out: PathBuf,
    format: Format,
    columns: Vec<Column>,
}

impl Delivery {
    /// Makes the folders, without what an earlier run left of this report.
    pub(crate) fn prepare(options: &Options) -> Result<Self, DemoError> {
        let layout = match options.format {
            Format::Csv | Format::CsvZip => Layout::Legacy,
            Format::Parquet => Layout::Athena,
            Format::Cur2 | Format::Cur2Csv => Layout::Cur2,
            Format::Focus | Format::FocusCsv => Layout::Focus,
        };
        let delivery = Self { out: options.out.clone(), format: options.format, columns: layout.columns() };
        let report = delivery.report();
        if report.exists() {
            fs::remove_dir_all(&report)
                .map_err(|source| DemoError::Write { path: report.clone(), source })?;
        }
        make(&report)?;
        Ok(delivery)
    }

    /// The report's own folder.
    pub(crate) fn report(&self) -> PathBuf {
        self.out.join(self.prefix())
    }

    /// Prefix of all keys of the report.
    fn prefix(&self) -> String {
        match self.format {
            Format::Csv => format!("reports/{REPORT}"),
            Format::CsvZip => format!("reports/{REPORT}-zip"),
            Format::Parquet => format!("reports/{REPORT}-athena"),
            Format::Cur2 => format!("exports/{REPORT}-cur2"),
            Format::Cur2Csv => format!("exports/{REPORT}-cur2-csv"),
            Format::Focus => format!("exports/{REPORT}-focus"),
            Format::FocusCsv => format!("exports/{REPORT}-focus-csv"),
        }
    }

    fn name(&self) -> String {
        let prefix = self.prefix();
        prefix.rsplit('/').next().unwrap_or(REPORT).to_owned()
    }

    /// Folder of a period's data files, below the bucket.
    fn folder(&self, period: &Period) -> String {
        let (prefix, name) = (self.prefix(), self.name());
        match self.format {
            Format::Csv | Format::CsvZip => {
                format!("{prefix}/{}-{}", compact_day(period.start), compact_day(period.end))
            }
            Format::Parquet => format!("{prefix}/{name}/year={}/month={}", period.year, period.month),
            _ => format!("{prefix}/data/BILLING_PERIOD={}", period.label()),
        }
    }

    fn key(&self, period: &Period, part: usize) -> String {
        let ending = match self.format {
            Format::CsvZip => "csv.zip",
            format if format.is_csv() => "csv.gz",
            _ => "snappy.parquet",
        };
        format!("{}/{}-{part:05}.{ending}", self.folder(period), self.name())
    }

    /// Opens a data file.
    pub(crate) fn open<'a>(
        &'a self,
        company: &'a Company,
        period: &Period,
        part: usize,
    ) -> Result<FileWriter<'a>, DemoError> {
        let path = self.out.join(self.key(period, part));
        make(path.parent().unwrap_or(Path::new(".")))?;
        let cells = cells::Cells::new(company, period);
        Ok(if self.format.is_csv() {
            FileWriter::Csv(Box::new(csv::CsvFile::create(
                path,
                &self.columns,
                cells,
                !self.format.is_focus(),
            )?))
        } else {
            FileWriter::Parquet(Box::new(parquet::ParquetFile::create(path, &self.columns, cells)?))
        })
    }

    /// Writes the manifests, after all data files as AWS does.
    pub(crate) fn manifests(&self, company: &Company, files: &[DataFile]) -> Result<(), DemoError> {
        for (index, period) in company.periods.iter().enumerate() {
            let keys: Vec<String> = files
                .iter()
                .filter(|file| file.period == index)
                .map(|file| self.key(period, file.part))
                .collect();
            let (folder, manifest) = match self.format {
                Format::Csv | Format::CsvZip | Format::Parquet => {
                    (self.folder(period), self.legacy_manifest(company, period, &keys))
                }
                _ => (
                    format!("{}/metadata/BILLING_PERIOD={}", self.prefix(), period.label()),
                    self.export_manifest(company, period, &keys),
                ),
            };
            let folder = self.out.join(folder);
            make(&folder)?;
            write(
                &folder.join(format!("{}-Manifest.json", self.name())),
                &serde_json::to_vec_pretty(&manifest)?,
            )?;
        }
        if self.format == Format::Parquet {
            let folder = self.report().join(self.name()).join("cost_and_usage_data_status");
            make(&folder)?;
            parquet::write_status(&folder.join("status.snappy.parquet"))?;
        }
        Ok(())
    }

    fn legacy_manifest(&self, company: &Company, period: &Period, keys: &[String]) -> Value {
        let csv = crate::columns::Layout::Legacy.columns();
        let columns: Vec<Value> = csv
            .iter()
            .map(|column| {
                let (category, name) = column.name.split_once('/').unwrap_or(("", &column.name));
                json!({ "category": category, "name": name, "type": legacy_type(column) })
            })
            .collect();
        let parquet = self.format == Format::Parquet;
        json!({
            "assemblyId": self.assembly(period),
            "account": company.accounts[0].id,
            "columns": columns,
            "charset": "UTF-8",
            "compression": match self.format {
                Format::Parquet => "Parquet",
                Format::CsvZip => "ZIP",
                _ => "GZIP",
            },
            "contentType": if parquet { "Parquet" } else { "text/csv" },
            "reportId": "6f1c2a0e9d7b4c53a8e1f04b7d92c6e5",
            "reportName": self.name(),
            "billingPeriod": {
                "start": format!("{}T000000.000Z", compact_day(period.start)),
                "end": format!("{}T000000.000Z", compact_day(period.end)),
            },
            "bucket": BUCKET,
            "reportKeys": keys,
            "additionalArtifactKeys": [],
        })
    }

    fn export_manifest(&self, company: &Company, period: &Period, keys: &[String]) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|column| json!({ "name": column.name, "type": export_type(column) }))
            .collect();
        json!({
            "exportArn": format!("arn:aws:bcm-data-exports:us-east-1:{}:export/{}-6f1c2a0e", company.accounts[0].id, self.name()),
            "executionId": self.assembly(period),
            "columns": columns,
            "dataFiles": keys.iter().map(|key| format!("s3://{BUCKET}/{key}")).collect::<Vec<_>>(),
            "billingPeriod": { "start": crate::calendar::instant(period.start), "end": crate::calendar::instant(period.end) },
        })
    }

    /// A UUID that belongs to the period's newest delivery.
    fn assembly(&self, period: &Period) -> String {
        let seed = crate::mix::mix2(
            u64::from(period.until.unsigned_abs()),
            crate::company::builder::name_seed(&self.prefix()),
        );
        crate::mix::Rng::new(seed).uuid()
    }

    /// Writes the truth file.
    pub(crate) fn truth(&self, content: &[u8]) -> Result<PathBuf, DemoError> {
        let path = self.out.join("truth.json");
        write(&path, content)?;
        Ok(path)
    }
}

fn legacy_type(column: &Column) -> &'static str {
    match column.source {
        Source::Number(_) => "OptionalBigDecimal",
        Source::TimeInterval => "Interval",
        Source::LineItemId => "String",
        Source::PeriodStart | Source::PeriodEnd | Source::UsageStart | Source::UsageEnd => "DateTime",
        _ => "OptionalString",
    }
}

fn export_type(column: &Column) -> &'static str {
    match column.source {
        Source::Number(_) => "double",
        Source::PeriodStart | Source::PeriodEnd | Source::UsageStart | Source::UsageEnd => "timestamp",
        Source::Map(_) => "map<string,string>",
        Source::Discounts => "map<string,double>",
        _ => "string",
    }
}

fn make(folder: &Path) -> Result<(), DemoError> {
    fs::create_dir_all(folder).map_err(|source| DemoError::Write { path: folder.to_owned(), source })
}

fn write(path: &Path, content: &[u8]) -> Result<(), DemoError> {
    fs::write(path, content).map_err(|source| DemoError::Write { path: path.to_owned(), source })
}
