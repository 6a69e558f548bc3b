//! CSV reports, split fast: plain, gzip or zip, in blocks whose fields are slices of the text.
//!
//! A report is wide (hundreds of columns) and few of them are needed, so parsing every field costs more
//! than everything else. Here a thread reads and inflates into chunks; the splitter finds separators 64
//! bytes at a time and keeps nothing but their positions; only projected columns are looked at again.
//! Buffers go round: nothing is allocated per row or field, and memory is a few chunks, whatever the file's
//! size.
//!
//! Contract: RFC 4180 with `,`; lines end in LF or CR LF; blank lines are skipped; a field in quotes may
//! hold anything; a quote inside an unquoted field is an ordinary character. Whatever is not so is an
//! error with file, row and column: a row is never guessed at.

mod block;
mod careful;
mod error;
mod scan;
mod source;
#[cfg(test)]
mod tests;
mod zip;

pub use block::{Block, Fields};
pub use error::{CsvError, CsvErrorKind};

use crate::limits::{BLANK_LINES, CELL as MAX_FIELD, COLUMNS, HEADER, ROW as MAX_ROW};
use block::Projected;
use error::Fault;
use scan::Scan;
use source::{Chunk, Chunks, Sizes};
use std::io::Read;

/// Text per block, bytes: stays in the second-level cache together with the field positions.
const CHUNK: usize = 1 << 20;
/// Room for the unfinished row of the block before, bytes.
const HEAD: usize = 64 << 10;

/// A CSV file being read.
pub struct CsvStream {
    file: String,
    header: Vec<String>,
    header_line: Vec<u8>,
    chunks: Chunks,
    sizes: Sizes,
    /// What follows the header in its chunk.
    pending: Option<(Vec<u8>, usize, usize)>,
    /// The unfinished row of the block before.
    tail: Vec<u8>,
    projected: Vec<usize>,
    next_row: u64,
    /// Blank lines so far.
    blank: usize,
    scan: Scan,
    /// What is wrong after the rows already given.
    fault: Option<Fault>,
    ended: bool,
}

/// Opens a file, recognises its packing by its first bytes, and reads the header.
///
/// `name` is for messages. Until `project` is called, all columns are projected.
///
/// # Errors
/// What is wrong with the file, as far as its beginning shows.
pub fn open(name: &str, raw: Box<dyn Read + Send>) -> Result<CsvStream, CsvError> {
    open_sized(name, raw, Sizes { chunk: CHUNK, head: HEAD })
}

fn open_sized(name: &str, raw: Box<dyn Read + Send>, sizes: Sizes) -> Result<CsvStream, CsvError> {
    let fail = |fault: Fault| fault.of(name, &[]);
    let mut chunks = Chunks::spawn(raw, sizes).map_err(fail)?;
    let (buffer, begin, end) = first_row(&mut chunks, sizes).map_err(fail)?;
    let (header, after) = header(&buffer[..end], begin).map_err(fail)?;
    let line = trim_line(&buffer[begin..after]);
    Ok(CsvStream {
        file: name.to_owned(),
        header_line: line.to_vec(),
        projected: (0..header.len()).collect(),
        header,
        chunks,
        sizes,
        pending: Some((buffer, after, end)),
        tail: Vec::new(),
        next_row: 1,
        blank: 0,
        scan: Scan::default(),
        fault: None,
        ended: false,
    })
}

/// Reads until the header's line is complete: buffer, begin and end of the text.
fn first_row(chunks: &mut Chunks, sizes: Sizes) -> Result<(Vec<u8>, usize, usize), Fault> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    let mut buffer = Vec::new();
    let mut end = sizes.head;
    loop {
        let ended = match chunks.next()? {
            Some(chunk) if buffer.is_empty() => {
                (buffer, end) = (chunk.buffer, chunk.end);
                false
            }
            Some(chunk) => {
                buffer.truncate(end);
                buffer.extend_from_slice(&chunk.buffer[sizes.head..chunk.end]);
                end = buffer.len();
                false
            }
            None => {
                buffer.truncate(end);
                buffer.push(b'\n');
                end = buffer.len();
                true
            }
        };
        let text = buffer.get(sizes.head..end).unwrap_or_default();
        if text.len() < BOM.len() && !ended {
            continue;
        }
        let blank = |byte: &u8| matches!(*byte, b'\n' | b'\r' | b' ' | b'\t');
        // A file that was written twice by careless tools has two.
        let mut skipped = 0;
        while text[skipped..].starts_with(BOM) {
            skipped += BOM.len();
        }
        let skipped = skipped + text[skipped..].iter().take_while(|byte| blank(byte)).count();
        if skipped > BLANK_LINES {
            return Err(too_many_blanks());
        }
        if skipped == text.len() {
            if ended {
                return Err(Fault::new(CsvErrorKind::Empty, "the file is empty"));
            }
            continue;
        }
        let begin = sizes.head + skipped;
        let found = careful::split(&buffer[..end], begin, None, 0);
        if let Some(fault) = found.fault {
            return Err(Fault { row: None, ..fault });
        }
        if found.rows > 0 {
            if found.end.saturating_sub(begin) > HEADER {
                return Err(long_header());
            }
            check_charset(&buffer[begin..found.end])?;
            return Ok((buffer, begin, end));
        }
        if ended {
            return Err(Fault::new(CsvErrorKind::Quote, "a quote in the header is not closed"));
        }
        if end.saturating_sub(begin) > HEADER {
            return Err(long_header());
        }
    }
}

fn long_header() -> Fault {
    Fault::new(CsvErrorKind::TooLarge, format!("the header is longer than {} MiB", HEADER >> 20))
}

fn too_many_blanks() -> Fault {
    Fault::new(CsvErrorKind::TooLarge, format!("the file has more than {BLANK_LINES} blank lines"))
}

fn check_charset(header: &[u8]) -> Result<(), Fault> {
    if header.contains(&0) {
        let message = "the header holds NUL bytes: the file is UTF-16 or no text";
        return Err(Fault::new(CsvErrorKind::Charset, message));
    }
    Ok(())
}

fn header(text: &[u8], begin: usize) -> Result<(Vec<String>, usize), Fault> {
    let found = careful::split(text, begin, None, 0);
    if found.spans.len() > COLUMNS {
        let message = format!("the header has {} columns; up to {COLUMNS} are read", found.spans.len());
        return Err(Fault::new(CsvErrorKind::TooLarge, message));
    }
    let mut names = Vec::with_capacity(found.spans.len());
    for (at, (start, end)) in found.spans.iter().enumerate() {
        let mut name = text[*start as usize..*end as usize].to_vec();
        if name.first() == Some(&b'"') {
            let (start, end) = careful::unquote(&mut name, 0, end - start);
            name.truncate(end as usize);
            name.drain(..start as usize);
        }
        let name = String::from_utf8(name)
            .map_err(|_| Fault::new(CsvErrorKind::Charset, "the header is not UTF-8").at_column(at))?;
        names.push(name);
    }
    if let [only] = names.as_slice() {
        for (separator, called) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
            if only.matches(separator).count() >= 2 {
                let message = format!("the fields are separated by {called}, not by commas");
                return Err(Fault::new(CsvErrorKind::Format, message));
            }
        }
    }
    Ok((names, found.end))
}

fn trim_line(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl CsvStream {
    /// Column names, as the header has them.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Columns (positions in the header) that blocks give, in this order, from the next block on.
    pub fn project(&mut self, columns: &[usize]) {
        self.projected = columns.iter().copied().filter(|column| *column < self.header.len()).collect();
    }

    /// Reads the next rows into a block: about a mebibyte of text, at least one row. `false` at the end.
    ///
    /// # Errors
    /// What is wrong, with row and column; the stream is over then.
    pub fn next_block(&mut self, block: &mut Block) -> Result<bool, CsvError> {
        block.rows = 0;
        let result = self.fill(block);
        if !matches!(result, Ok(true)) {
            self.ended = true;
            block.rows = 0;
        }
        result.map_err(|fault| fault.of(&self.file, &self.header))
    }

    fn fill(&mut self, block: &mut Block) -> Result<bool, Fault> {
        loop {
            self.chunks.recycle(std::mem::take(&mut block.text));
            if let Some(fault) = self.fault.take() {
                return Err(fault);
            }
            if self.ended {
                return Ok(false);
            }
            let (buffer, begin, end) = if let Some(pending) = self.pending.take() {
                pending
            } else if let Some(chunk) = self.chunks.next()? {
                let unfinished = self.tail.len();
                let joined = self.join(chunk);
                self.lengthened(joined, unfinished)?
            } else {
                self.ended = true;
                if self.tail.is_empty() {
                    return Ok(false);
                }
                let mut buffer = std::mem::take(&mut self.tail);
                buffer.push(b'\n');
                let end = buffer.len();
                (buffer, 0, end)
            };
            block.text = buffer;
            self.split(block, begin, end);
            if let Some(fault) = self.fault.take_if(|_| block.rows == 0) {
                return Err(fault);
            }
            self.tail.clear();
            self.tail.extend_from_slice(&block.text[block.end..end]);
            if self.ended && self.fault.is_none() && !self.tail.is_empty() {
                let row = self.next_row.saturating_add(block.rows as u64);
                return Err(
                    Fault::new(CsvErrorKind::Quote, "a quote is not closed before the file ends").at_row(row)
                );
            }
            if block.rows > 0 {
                self.project_rows(block, begin)?;
                block.first_row = self.next_row;
                self.next_row = self.next_row.saturating_add(block.rows as u64);
                return Ok(true);
            }
            if self.tail.len() > MAX_ROW {
                let message = format!("a row is longer than {} MiB", MAX_ROW >> 20);
                return Err(Fault::new(CsvErrorKind::TooLarge, message).at_row(self.next_row));
            }
        }
    }

    /// Puts the unfinished row in front of a chunk.
    fn join(&mut self, mut chunk: Chunk) -> (Vec<u8>, usize, usize) {
        let head = self.sizes.head;
        if let Some(begin) = head.checked_sub(self.tail.len()) {
            chunk.buffer[begin..head].copy_from_slice(&self.tail);
            return (chunk.buffer, begin, chunk.end);
        }
        let mut buffer = std::mem::take(&mut self.tail);
        buffer.extend_from_slice(&chunk.buffer[head..chunk.end]);
        self.chunks.recycle(chunk.buffer);
        let end = buffer.len();
        (buffer, 0, end)
    }

    /// Takes more chunks behind a long unfinished row, until as much is new as was there: it is looked at again from its
    /// beginning, and chunk by chunk that would take the square of its length.
    fn lengthened(
        &mut self,
        (mut buffer, begin, mut end): (Vec<u8>, usize, usize),
        unfinished: usize,
    ) -> Result<(Vec<u8>, usize, usize), Fault> {
        while unfinished > self.sizes.chunk && end.saturating_sub(begin) < unfinished.saturating_mul(2) {
            let Some(chunk) = self.chunks.next()? else { break };
            buffer.truncate(end);
            buffer.extend_from_slice(&chunk.buffer[self.sizes.head..chunk.end]);
            end = buffer.len();
            self.chunks.recycle(chunk.buffer);
        }
        Ok((buffer, begin, end))
    }

    /// Splits the text; sets the block's rows, its end, and where fields are.
    fn split(&mut self, block: &mut Block, begin: usize, end: usize) {
        (block.width, block.begin) = (self.header.len(), begin);
        block.columns.resize_with(self.projected.len(), Projected::default);
        for (projected, column) in block.columns.iter_mut().zip(&self.projected) {
            (projected.column, projected.dense) = (*column, false);
        }
        let text = &block.text[..end];
        if block.width > 1
            && self.scan.run(text, begin, &mut block.starts)
            && let Some((rows, end)) = self.well_formed(text, &block.starts)
        {
            (block.rows, block.end, block.spans) = (rows, end, None);
            return;
        }
        let mut found = careful::split(text, begin, Some(block.width), self.next_row);
        let doubled = found.spans.chunks_exact(block.width).position(|fields| {
            let (start, _) = fields.first().copied().unwrap_or_default();
            let (_, end) = fields.last().copied().unwrap_or_default();
            self.is_header(&text[start as usize..end as usize])
        });
        if let Some(row) = doubled {
            found.rows = row;
            found.spans.truncate(row.saturating_mul(block.width));
            let row = self.next_row.saturating_add(row as u64);
            found.fault =
                Some(Fault::new(CsvErrorKind::DoubledHeader, "the header appears again").at_row(row));
        }
        (block.rows, block.end) = (found.rows, found.end);
        self.blank = self.blank.saturating_add(found.blank);
        if self.blank > BLANK_LINES && found.fault.is_none() {
            let row = self.next_row.saturating_add(found.rows as u64);
            found.fault = Some(too_many_blanks().at_row(row));
        }
        self.fault = found.fault;
        self.scan.ascii = text[begin..found.end].is_ascii();
        for projected in &mut block.columns {
            projected.dense = true;
            projected.spans.clear();
            projected.spans.extend(found.spans.iter().skip(projected.column).step_by(block.width));
        }
        self.scan.quoted.clear();
        for (at, (start, _)) in found.spans.iter().enumerate() {
            if text.get(*start as usize) == Some(&b'"') {
                self.scan.quoted.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        block.spans = Some(found.spans);
    }

    /// Whether every row that the fast splitter found has the header's width: rows, and where they end.
    fn well_formed(&self, text: &[u8], starts: &[u32]) -> Option<(usize, usize)> {
        let width = self.header.len();
        let rows = self.scan.newlines;
        if self.scan.separators < rows.saturating_mul(width) {
            return None;
        }
        let mut start = starts[0] as usize;
        for row in 0..rows {
            let next = starts[row.wrapping_add(1).wrapping_mul(width)] as usize;
            let line_end = next.wrapping_sub(1);
            let line = text.get(start..line_end)?;
            if text.get(line_end) != Some(&b'\n') || line.len() > MAX_FIELD || self.is_header(line) {
                return None;
            }
            start = next;
        }
        (text.len().wrapping_sub(start) <= MAX_FIELD).then_some((rows, start))
    }

    fn is_header(&self, line: &[u8]) -> bool {
        let length = self.header_line.len();
        (line.len() == length || line.len() == length.wrapping_add(1)) && trim_line(line) == self.header_line
    }

    /// Takes quotes and carriage returns off the projected fields, and checks that they are UTF-8.
    fn project_rows(&mut self, block: &mut Block, begin: usize) -> Result<(), Fault> {
        let width = block.width;
        let valid = self.scan.ascii || std::str::from_utf8(&block.text[begin..block.end]).is_ok();
        let mut slots = vec![usize::MAX; width];
        for k in 0..block.columns.len() {
            let column = block.columns[k].column;
            slots[column] = k;
            if column.wrapping_add(1) == width && !block.columns[k].dense {
                block.make_dense(k);
                let Block { columns, text, .. } = block;
                for (start, end) in &mut columns[k].spans {
                    if end > start && text[end.wrapping_sub(1) as usize] == b'\r' {
                        *end = end.wrapping_sub(1);
                    }
                }
            }
        }
        for at in &self.scan.quoted {
            let (row, column) = (*at as usize / width, *at as usize % width);
            let k = slots[column];
            if row >= block.rows || k == usize::MAX {
                continue;
            }
            if !block.columns[k].dense {
                block.make_dense(k);
            }
            let Block { columns, text, .. } = block;
            let span = &mut columns[k].spans[row];
            *span = careful::unquote(text, span.0, span.1);
        }
        if valid { Ok(()) } else { self.check_fields(block) }
    }

    fn check_fields(&self, block: &Block) -> Result<(), Fault> {
        for row in 0..block.rows {
            for (k, projected) in block.columns.iter().enumerate() {
                if std::str::from_utf8(block.field(row, k)).is_err() {
                    let row = self.next_row.saturating_add(row as u64);
                    let fault = Fault::new(CsvErrorKind::Charset, "the field is not UTF-8");
                    return Err(fault.at_row(row).at_column(projected.column));
                }
            }
        }
        Ok(())
    }
}

impl Block {
    fn make_dense(&mut self, k: usize) {
        let column = self.columns[k].column;
        let mut spans = std::mem::take(&mut self.columns[k].spans);
        spans.clear();
        spans.extend((0..self.rows).map(|row| self.derived(row, column)));
        self.columns[k].spans = spans;
        self.columns[k].dense = true;
    }
}
