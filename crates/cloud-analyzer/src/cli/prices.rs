//! Options of the price book.

use super::ReportFormat;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `prices`.
#[derive(Debug, Subcommand)]
pub(crate) enum Prices {
    /// Import a price file as AWS publishes it: of a savings plan or of a service, JSON or CSV, also as .gz. It takes the
    /// place of the one of the same offer and region
    Import {
        /// The file, such as index.json of AWSComputeSavingsPlan of a region
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// How the result is printed
        #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
        format: ReportFormat,
    },
    /// Price files that were imported
    List {
        /// How they are printed
        #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
        format: ReportFormat,
    },
    /// Remove an imported price file
    Remove {
        /// Its number, as 'prices list' shows it
        #[arg(value_name = "ID")]
        id: i64,
    },
}

/// Price files for one call.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PriceFiles {
    /// Price file of AWS (savings plan or service, JSON or CSV, also .gz) for this call alone; may be repeated
    #[arg(long = "prices", value_name = "FILE", num_args = 1..)]
    pub(crate) files: Vec<PathBuf>,
}
