//! Text columns of a run that come straight from the report.

use crate::batch::TextColumn;
use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use hashbrown::HashMap;
use std::sync::Arc;

/// Dictionary codes that grow with the run; -1 for none.
#[derive(Default)]
pub(super) struct RunText {
    codes: Vec<i32>,
    /// Rows added so far; `codes` ends with the last row that has a text.
    rows: usize,
    values: Vec<Arc<str>>,
    /// Bytes of `values`.
    pub(super) bytes: u64,
    index: HashMap<Arc<str>, i32>,
    /// The source dictionary seen last, and our codes of its values (-2: not met yet).
    last: Option<(ArrayRef, Vec<i32>)>,
}

impl RunText {
    pub(super) fn add(&mut self, column: Option<&TextColumn>, rows: usize) {
        let Some(column) = column.filter(|column| !column.all_null()) else {
            self.rows += rows;
            return;
        };
        self.codes.resize(self.rows, -1);
        self.rows += rows;
        let same = self.last.as_ref().is_some_and(|(values, _)| Arc::ptr_eq(values, &column.values));
        let mut map = match self.last.take() {
            Some((_, map)) if same => map,
            _ => vec![-2; column.values.len()],
        };
        for row in 0..rows {
            let code = match column.code(row) {
                None => -1,
                Some(code) => {
                    if map[code] == -2 {
                        map[code] = self.code_of(column.values().value(code));
                    }
                    map[code]
                }
            };
            self.codes.push(code);
        }
        self.last = Some((Arc::clone(&column.values), map));
    }

    /// The same text for some rows.
    pub(super) fn fill(&mut self, text: &str, rows: usize) {
        let code = self.code_of(text);
        self.codes.resize(self.rows, -1);
        self.rows += rows;
        self.codes.resize(self.rows, code);
    }

    fn code_of(&mut self, text: &str) -> i32 {
        if text.is_empty() {
            return -1;
        }
        if let Some(code) = self.index.get(text) {
            return *code;
        }
        let code = i32::try_from(self.values.len()).unwrap_or(i32::MAX);
        self.bytes += text.len() as u64;
        let text: Arc<str> = text.into();
        self.values.push(Arc::clone(&text));
        self.index.insert(text, code);
        code
    }

    /// The column in the given order; the run starts anew.
    pub(super) fn take(&mut self, order: &[u32]) -> Result<ArrayRef, ArrowError> {
        let texts = std::mem::take(self);
        if texts.values.is_empty() {
            let none: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
            let codes = Int32Array::new_null(order.len());
            return Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(codes, none)?));
        }
        let values: StringArray = texts.values.iter().map(|value| Some(&**value)).collect();
        let code = |row: &u32| texts.codes.get(*row as usize).copied().unwrap_or(-1);
        dictionary(order.iter().map(code), Arc::new(values))
    }
}

/// Codes (-1: none) and values as an array.
pub(super) fn dictionary(codes: impl Iterator<Item = i32>, values: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let codes: Int32Array = codes.map(|code| Some(code).filter(|code| *code >= 0)).collect();
    if codes.null_count() == codes.len() {
        let none: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
        return Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(codes, none)?));
    }
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(codes, values)?))
}
