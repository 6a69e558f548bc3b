//! A price file as AWS publishes it: recognised by what it holds, unpacked, read as a stream.

use super::{Listed, csv_file, json_file};
use crate::{AppError, Place};
use chrono::NaiveDate;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Unpacked bytes of a file: AWS's largest regional file has less than a tenth of it.
const MOST_BYTES: u64 = 16 << 30;
/// Prices that one file may add.
pub(super) const MOST_PRICES: usize = 5_000_000;

/// Why a price file is not read, with where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct PriceFileError {
    /// The file.
    pub file: String,
    /// Row or key, where it is one's fault.
    pub place: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub advice: &'static str,
}

impl From<PriceFileError> for AppError {
    fn from(error: PriceFileError) -> Self {
        let at = error.place.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        let mut told = Self::invalid(format!("{}{at}", error.problem)).advise(error.advice);
        *told.place = Place { file: Some(error.file), ..Place::default() };
        told
    }
}

/// What is wrong with one row or key.
pub(super) type Wrong = (Option<String>, String);

/// What a price file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// What it is of: `AWSComputeSavingsPlan`, `AmazonEC2`; empty where it does not say.
    pub offer: String,
    /// Region, where it is of one.
    pub region: String,
    /// Day of publication.
    pub published: Option<NaiveDate>,
    /// Prices that were taken.
    pub taken: usize,
    /// Prices of 0, which are unknown.
    pub zero: usize,
}

/// What to do about a file that is none of AWS's.
const ADVICE: &str = "Give a price file as AWS publishes it (index.json or index.csv of a savings plan or a service, also \
    as .gz), such as https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/us-east-1/index.json.";

/// Takes the prices of a file.
pub(super) struct Sink<'a> {
    /// Whether a usage type is asked for.
    pub(super) wants: &'a dyn Fn(&str) -> bool,
    pub(super) each: &'a mut dyn FnMut(Listed) -> Result<(), String>,
    pub(super) facts: FileFacts,
}

impl Sink<'_> {
    /// Takes a price unless it is zero, which is unknown.
    pub(super) fn take(&mut self, listed: Listed) -> Result<(), String> {
        if listed.effective().is_none() {
            self.facts.zero += 1;
            return Ok(());
        }
        self.facts.taken += 1;
        if self.facts.taken > MOST_PRICES {
            return Err(format!("it holds more than {MOST_PRICES} prices: take the file of one region"));
        }
        (self.each)(listed)
    }
}

/// Reads a price file; `wants` tells which usage types matter.
pub fn read_file(
    path: &Path,
    wants: &dyn Fn(&str) -> bool,
    each: &mut dyn FnMut(Listed) -> Result<(), String>,
) -> Result<FileFacts, PriceFileError> {
    let file = path.display().to_string();
    let failed =
        |(place, problem): Wrong| PriceFileError { file: file.clone(), place, problem, advice: ADVICE };
    let unread = |error: std::io::Error| {
        let problem = format!("the price file cannot be read: {error}");
        PriceFileError {
            file: file.clone(),
            place: None,
            problem,
            advice: "Look at the path and its rights.",
        }
    };
    let mut raw = BufReader::with_capacity(1 << 16, File::open(path).map_err(unread)?);
    let packed = raw.fill_buf().map_err(unread)?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(raw)) } else { Box::new(raw) };
    let bounded = Bounded { inner: plain, left: MOST_BYTES };
    let mut text = BufReader::with_capacity(1 << 16, bounded);
    let first = loop {
        let bytes = text.fill_buf().map_err(unread)?;
        let Some(first) = bytes.first().copied() else { break None };
        // A byte order mark, or blank lines.
        if first.is_ascii_whitespace() || matches!(first, 0xef | 0xbb | 0xbf) {
            text.consume(1);
        } else {
            break Some(first);
        }
    };
    let mut sink = Sink { wants, each, facts: FileFacts::default() };
    match first {
        None => return Err(failed((None, "the price file is empty".to_owned()))),
        Some(b'{') => json_file::read(text, &mut sink).map_err(failed)?,
        Some(_) => csv_file::read(text, &mut sink).map_err(failed)?,
    }
    Ok(sink.facts)
}

/// A reader that ends with an error rather than without end.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let got = self.inner.read(into)?;
        self.left = self
            .left
            .checked_sub(got as u64)
            .ok_or_else(|| std::io::Error::other(format!("it unpacks to more than {MOST_BYTES} bytes")))?;
        Ok(got)
    }
}

/// A price as it is written: a plain or scientific number, not below 0.
pub(super) fn amount(text: &str) -> Result<model::Decimal, String> {
    let (price, _) =
        model::Decimal::parse(text.trim().as_bytes()).map_err(|error| format!("price '{text}' {error}"))?;
    if price < model::Decimal::ZERO {
        return Err(format!("price '{text}' is below 0"));
    }
    Ok(price)
}

/// Day of `2026-07-20T13:44:30Z` and the like.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10).and_then(|day| day.parse().ok())
}
