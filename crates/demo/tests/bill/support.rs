//! A naive reader of report files: gunzip, split at commas outside quotes, keep everything as text.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use flate2::read::MultiGzDecoder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Rows as text under named columns; files of other columns may be appended.
#[derive(Default)]
pub(crate) struct Table {
    names: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn get(&self, row: usize, name: &str) -> &str {
        &self.rows[row][*self.names.get(name).unwrap_or_else(|| panic!("no column {name}"))]
    }

    pub(crate) fn append(&mut self, other: Self) {
        assert!(
            self.rows.is_empty() || self.names == other.names,
            "files of one report have the same columns"
        );
        self.names = other.names;
        self.rows.extend(other.rows);
    }

    pub(crate) fn filter(&self, keep: impl Fn(&Self, usize) -> bool) -> Self {
        let rows = (0..self.len()).filter(|row| keep(self, *row)).map(|row| self.rows[row].clone()).collect();
        Self { names: self.names.clone(), rows }
    }

    pub(crate) fn distinct(&self, name: &str) -> BTreeSet<String> {
        (0..self.len()).map(|row| self.get(row, name).to_owned()).collect()
    }

    /// How many rows have a value.
    pub(crate) fn column(&self, name: &str) -> usize {
        (0..self.len()).filter(|row| !self.get(*row, name).is_empty()).count()
    }

    pub(crate) fn sum(&self, name: &str) -> i128 {
        (0..self.len()).map(|row| decimal(self.get(row, name))).sum()
    }
}

/// All files below a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut list = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { list.extend(files(&path)) } else { list.push(path) }
    }
    list.sort();
    list
}

/// Text to 10⁻¹⁸; empty is zero. Doubles come in their shortest form, which may have an exponent.
pub(crate) fn decimal(value: &str) -> i128 {
    if value.is_empty() {
        return 0;
    }
    let (negative, digits) = value.strip_prefix('-').map_or((false, value), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let parsed: i128 =
        format!("{whole}{fraction:0<18}").parse().unwrap_or_else(|_| panic!("not a decimal: {value}"));
    if negative { -parsed } else { parsed }
}

/// The shortest text of a sum in 10⁻¹⁸.
pub(crate) fn text(value: i128) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:019}", value.unsigned_abs());
    let (whole, fraction) = digits.split_at(digits.len() - 18);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Reads a gzipped CSV file.
pub(crate) fn read_csv(path: &Path) -> Table {
    let mut content = String::new();
    MultiGzDecoder::new(File::open(path).expect("readable"))
        .read_to_string(&mut content)
        .expect("gzipped UTF-8");
    let mut lines = content.lines().map(split);
    let names: HashMap<String, usize> = lines.next().expect("a header").into_iter().zip(0..).collect();
    let rows: Vec<Vec<String>> = lines.collect();
    assert!(rows.iter().all(|row| row.len() == names.len()), "every row has all cells");
    Table { names, rows }
}

fn split(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                cell.push('"');
                characters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

/// Reads a Parquet file's strings and doubles; other columns stay empty.
pub(crate) fn read_parquet(path: &Path) -> Table {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("readable"))
        .expect("a Parquet file");
    let mut table = Table::default();
    for batch in builder.build().expect("a reader") {
        let batch = batch.expect("a batch");
        table.names = batch.schema().fields().iter().map(|field| field.name().clone()).zip(0..).collect();
        let start = table.rows.len();
        table.rows.resize_with(start + batch.num_rows(), || vec![String::new(); batch.num_columns()]);
        for (index, column) in batch.columns().iter().enumerate() {
            for row in (0..batch.num_rows()).filter(|row| column.is_valid(*row)) {
                table.rows[start + row][index] = match column.data_type() {
                    DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
                    DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
                    _ => continue,
                };
            }
        }
    }
    table
}
