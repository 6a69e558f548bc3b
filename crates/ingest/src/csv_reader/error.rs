//! What can be wrong with a CSV file: every error names the file, the row and column where known, and
//! what to do about it.

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CsvErrorKind {
    /// No header: nothing, or nothing but white space.
    Empty,
    /// Not UTF-8.
    Charset,
    /// Fields are separated by something other than commas, or it is no CSV at all.
    Format,
    /// A zip archive with several files or none, encrypted, or packed in an unsupported way.
    Archive,
    /// The compressed data ends early.
    Truncated,
    /// The compressed data is damaged.
    Corrupt,
    /// The data inflates beyond all reason.
    Bomb,
    /// A row has more or fewer fields than the header.
    FieldCount,
    /// A quoted field is not closed, or text follows its closing quote.
    Quote,
    /// A field or row is too long.
    TooLarge,
    /// The header appears again among the rows.
    DoubledHeader,
    /// The source could not be read; trying again may help.
    Io,
}

/// A CSV file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}{}: {message}. {advice}", .row.map(|row| format!(", row {row}")).unwrap_or_default(),
    .column.as_ref().map(|column| format!(", column '{column}'")).unwrap_or_default())]
pub struct CsvError {
    /// The file, as given to `open`.
    pub file: String,
    /// Data row, counted from 1 (the header is not counted).
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
    /// What kind of thing is wrong.
    pub kind: CsvErrorKind,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub advice: String,
}

/// An error before it is known of which file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) row: Option<u64>,
    pub(super) column: Option<usize>,
    pub(super) kind: CsvErrorKind,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(kind: CsvErrorKind, message: impl Into<String>) -> Self {
        Self { row: None, column: None, kind, message: message.into() }
    }

    pub(super) fn at_row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    pub(super) fn at_column(mut self, column: usize) -> Self {
        self.column = Some(column);
        self
    }

    pub(super) fn of(self, file: &str, header: &[String]) -> CsvError {
        let column = self.column.map(|at| match header.get(at) {
            Some(name) => name.clone(),
            None => format!("#{}", at.saturating_add(1)),
        });
        let advice = advice(self.kind).to_owned();
        CsvError {
            file: file.to_owned(),
            row: self.row,
            column,
            kind: self.kind,
            message: self.message,
            advice,
        }
    }
}

fn advice(kind: CsvErrorKind) -> &'static str {
    match kind {
        CsvErrorKind::Empty => "Deliver the report again; a report without data still has a header",
        CsvErrorKind::Charset => {
            "Save the file as UTF-8, or export it again without opening it in a spreadsheet"
        }
        CsvErrorKind::Format => "Give the report as it was exported: CSV with commas, plain, gzip or zip",
        CsvErrorKind::Archive => "Put exactly one unencrypted, deflated CSV file into each zip archive",
        CsvErrorKind::Truncated => "The file was cut off: copy or deliver it again and compare its size",
        CsvErrorKind::Corrupt => "The file was damaged on its way: copy or deliver it again",
        CsvErrorKind::Bomb => "No billing report inflates like that; remove the file, or give it unpacked",
        CsvErrorKind::FieldCount => {
            "Rows must match the header; if this is the last row, the file was cut off: copy or deliver it again"
        }
        CsvErrorKind::Quote => "Quote fields as RFC 4180 says, or deliver the report again",
        CsvErrorKind::TooLarge => {
            "No billing report is like that: look for a quote that is not closed, or export the report again"
        }
        CsvErrorKind::DoubledHeader => {
            "Files were joined with their headers: remove the second header, or give the files one by one"
        }
        CsvErrorKind::Io => "Check that the source can be reached, then try again",
    }
}
