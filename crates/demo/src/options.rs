//! What to generate, and what came out.

use crate::error::DemoError;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::path::PathBuf;
use std::str::FromStr;

/// Form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Legacy report, gzipped CSV.
    Csv,
    /// Legacy report, zipped CSV.
    CsvZip,
    /// Legacy report, Parquet for Athena.
    Parquet,
    /// CUR 2.0, Parquet with maps.
    Cur2,
    /// CUR 2.0, gzipped CSV with JSON maps.
    Cur2Csv,
    /// FOCUS 1.2, Parquet.
    Focus,
    /// FOCUS 1.2, gzipped CSV.
    FocusCsv,
}

impl Format {
    /// All forms.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::CsvZip, Self::Parquet, Self::Cur2, Self::Cur2Csv, Self::Focus, Self::FocusCsv];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvZip => "csv-zip",
            Self::Parquet => "parquet",
            Self::Cur2 => "cur2",
            Self::Cur2Csv => "cur2-csv",
            Self::Focus => "focus",
            Self::FocusCsv => "focus-csv",
        }
    }

    /// Whether its files are CSV.
    pub const fn is_csv(self) -> bool {
        matches!(self, Self::Csv | Self::CsvZip | Self::Cur2Csv | Self::FocusCsv)
    }

    /// Whether its rows are FOCUS rows (without negation and split rows).
    pub const fn is_focus(self) -> bool {
        matches!(self, Self::Focus | Self::FocusCsv)
    }
}

impl FromStr for Format {
    type Err = DemoError;

    fn from_str(text: &str) -> Result<Self, DemoError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| DemoError::Format(text.to_owned()))
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What to generate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rows of all periods together, met within five percent (from about 3,000).
    pub rows: u64,
    /// Form of the report.
    pub format: Format,
    /// Folder that takes the place of the bucket; the report lies under a prefix in it, `truth.json` at its top.
    pub out: PathBuf,
    /// The same seed gives the same company.
    pub seed: u64,
    /// Data reach to this hour (floored); the first hour of a month closes the month before.
    pub end: DateTime<Utc>,
    /// Billing periods, the newest included.
    pub months: u32,
}

impl Options {
    /// Thirteen months until now.
    pub fn new(rows: u64, format: Format, out: PathBuf) -> Self {
        let now = Utc::now();
        let end = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
        Self { rows, format, out, seed: 1, end, months: 13 }
    }

    pub(crate) fn check(&self) -> Result<(), DemoError> {
        if self.months == 0 || self.months > 60 {
            return Err(DemoError::Options(format!("months must be 1 to 60, not {}", self.months)));
        }
        if self.rows < 200 * u64::from(self.months) {
            let least = 200 * u64::from(self.months);
            return Err(DemoError::Options(format!("{} months need at least {least} rows", self.months)));
        }
        if self.rows > 500_000_000 {
            return Err(DemoError::Options("at most 500,000,000 rows".to_owned()));
        }
        Ok(())
    }
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Rows written so far.
    pub rows: u64,
    /// Rows expected in all.
    pub rows_total: u64,
    /// Period being written, `2026-10`.
    pub period: String,
}

/// What a run wrote.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Rows in the report's files.
    pub rows: u64,
    /// Rows per period, oldest first.
    pub periods: Vec<(String, u64)>,
    /// Data files.
    pub files: usize,
    /// Bytes of the data files.
    pub bytes: u64,
    /// The report's own folder.
    pub report: PathBuf,
    /// The truth file.
    pub truth: PathBuf,
}
