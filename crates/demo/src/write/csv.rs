//! Gzipped or zipped CSV: what a template fixes is rendered once, and only figures and times are written per row.

use super::cells::{Cells, DISCOUNTS, ID_LENGTH, line_item_id};
use crate::calendar::{push_instant, push_instant_ms};
use crate::columns::{Column, Source};
use crate::error::DemoError;
use crate::fixed::{MONEY_SCALE, push};
use crate::row::Row;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// A CSV file being written.
pub(crate) struct CsvFile<'a> {
    path: PathBuf,
    out: Packed,
    cells: Cells<'a>,
    /// Columns up to and including each column that differs per row.
    runs: Vec<Run<'a>>,
    /// Rendered fixed text per template: one buffer, with the end of each run's part.
    rendered: Vec<Option<Rendered>>,
    buffer: Vec<u8>,
    milliseconds: bool,
}

/// How AWS packs a CSV file.
enum Packed {
    Gzip(Box<GzEncoder<BufWriter<File>>>),
    /// Written front to back, with the sizes behind the data, as AWS does.
    Zip(Box<ZipWriter<StreamWriter<BufWriter<File>>>>),
}

impl Packed {
    fn start(file: File, path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(file);
        if path.extension().is_none_or(|ending| ending != "zip") {
            return Ok(Self::Gzip(Box::new(GzEncoder::new(file, Compression::new(2)))));
        }
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut zip = ZipWriter::new_stream(file);
        // No time of writing: the same options give the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        zip.start_file(name, options)?;
        Ok(Self::Zip(Box::new(zip)))
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Gzip(out) => out.write_all(bytes),
            Self::Zip(out) => out.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<BufWriter<File>> {
        match self {
            Self::Gzip(out) => out.finish(),
            Self::Zip(out) => Ok(out.finish()?.into_inner()),
        }
    }
}

/// Fixed columns, then one that is not (the last run may have none).
struct Run<'a> {
    fixed: &'a [Column],
    varying: Option<Source>,
}

struct Rendered {
    text: Box<[u8]>,
    ends: Box<[u32]>,
}

impl<'a> CsvFile<'a> {
    pub(super) fn create(
        path: PathBuf,
        columns: &'a [Column],
        cells: Cells<'a>,
        milliseconds: bool,
    ) -> Result<Self, DemoError> {
        let file = File::create(&path).map_err(|source| DemoError::Write { path: path.clone(), source })?;
        let mut buffer = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                buffer.push(b',');
            }
            cell(&mut buffer, &column.name);
        }
        buffer.push(b'\n');
        let mut runs = Vec::new();
        let mut start = 0;
        for (index, column) in columns.iter().enumerate() {
            if varies(column.source) {
                runs.push(Run { fixed: &columns[start..index], varying: Some(column.source) });
                start = index + 1;
            }
        }
        runs.push(Run { fixed: &columns[start..], varying: None });
        let rendered = cells.company.templates.iter().map(|_| None).collect();
        let out =
            Packed::start(file, &path).map_err(|source| DemoError::Write { path: path.clone(), source })?;
        Ok(Self { path, out, cells, runs, rendered, buffer, milliseconds })
    }

    pub(super) fn write(&mut self, rows: &[Row]) -> Result<(), DemoError> {
        for row in rows {
            let number = row.template as usize;
            if self.rendered[number].is_none() {
                self.rendered[number] = Some(self.render(row));
            }
            let Self { buffer, runs, rendered, cells, .. } = self;
            let Some(fixed) = &rendered[number] else { continue };
            let mut start = 0;
            for (run, end) in runs.iter().zip(&fixed.ends) {
                buffer.extend_from_slice(&fixed.text[start..*end as usize]);
                start = *end as usize;
                if let Some(source) = run.varying {
                    varying(buffer, source, row, cells, self.milliseconds);
                }
            }
            buffer.push(b'\n');
            if self.buffer.len() > 1 << 18 {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// The fixed cells of a row's template, with all the commas between them and the varying ones.
    fn render(&self, row: &Row) -> Rendered {
        let template = self.cells.template(row);
        let pool = &self.cells.company.pool;
        let mut text = Vec::new();
        let mut ends = Vec::new();
        let mut first = true;
        for run in &self.runs {
            for column in run.fixed {
                if !first {
                    text.push(b',');
                }
                first = false;
                match column.source {
                    Source::Text(field) | Source::Map(field) => {
                        cell(&mut text, pool.get(template.get(field)));
                    }
                    Source::Either(one, other) => {
                        let id = if template.get(one) == 0 { template.get(other) } else { template.get(one) };
                        cell(&mut text, pool.get(id));
                    }
                    Source::InvoiceId => cell(&mut text, self.cells.invoice(template).unwrap_or_default()),
                    _ => {}
                }
            }
            if run.varying.is_some() {
                if !first {
                    text.push(b',');
                }
                first = false;
            }
            ends.push(u32::try_from(text.len()).unwrap_or(0));
        }
        Rendered { text: text.into_boxed_slice(), ends: ends.into_boxed_slice() }
    }

    fn flush(&mut self) -> Result<(), DemoError> {
        let result = self.out.write_all(&self.buffer);
        self.buffer.clear();
        result.map_err(|source| DemoError::Write { path: self.path.clone(), source })
    }

    pub(super) fn finish(mut self) -> Result<u64, DemoError> {
        self.flush()?;
        let wrong = |source| DemoError::Write { path: self.path.clone(), source };
        let mut file = self.out.finish().map_err(wrong)?;
        file.flush().map_err(wrong)?;
        Ok(file.get_ref().metadata().map_err(wrong)?.len())
    }
}

fn varies(source: Source) -> bool {
    matches!(
        source,
        Source::Number(_)
            | Source::LineItemId
            | Source::TimeInterval
            | Source::UsageStart
            | Source::UsageEnd
            | Source::PeriodStart
            | Source::PeriodEnd
            | Source::Discounts
    )
}

fn varying(out: &mut Vec<u8>, source: Source, row: &Row, cells: &Cells<'_>, milliseconds: bool) {
    let instant = if milliseconds { push_instant_ms } else { push_instant };
    let (from, to) = Cells::usage(row);
    match source {
        Source::Number(number) => {
            if let Some(value) = number.of(row, cells.template(row)) {
                push(out, value, number.scale());
            }
        }
        Source::LineItemId => {
            let mut id = [0; ID_LENGTH];
            line_item_id(row, &mut id);
            out.extend_from_slice(&id);
        }
        Source::TimeInterval => {
            push_instant(out, from);
            out.push(b'/');
            push_instant(out, to);
        }
        Source::UsageStart => instant(out, from),
        Source::UsageEnd => instant(out, to),
        Source::PeriodStart => instant(out, cells.period.start),
        Source::PeriodEnd => instant(out, cells.period.end),
        Source::Discounts => {
            out.extend_from_slice(b"\"{");
            let mut first = true;
            for (name, value) in DISCOUNTS.iter().zip(Cells::discounts(row)) {
                if value != 0 {
                    if !first {
                        out.push(b',');
                    }
                    first = false;
                    out.extend_from_slice(b"\"\"");
                    out.extend_from_slice(name.as_bytes());
                    out.extend_from_slice(b"\"\":");
                    push(out, value, MONEY_SCALE);
                }
            }
            out.extend_from_slice(b"}\"");
        }
        _ => {}
    }
}

/// A cell, quoted where CSV needs it.
fn cell(out: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}
