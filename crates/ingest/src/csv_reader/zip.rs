//! A zip archive read front to back, as it comes from an object store. Sizes that are written behind the
//! data (as Java's writer, and so AWS, does) are read where they are; the checksum is checked. Archives
//! hold one file: several are an error that names them.

use super::error::CsvErrorKind;
use crate::error::shown;
use crate::limits::{ZIP_ENTRIES, ZIP_SKIPPED};
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{BufRead, Error, ErrorKind, Read, Result, Take};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: [u32; 5] = [0x0201_4b50, 0x0605_4b50, 0x0606_4b50, 0x0806_4b50, 0x0505_4b50];
/// Names that an error lists.
const NAMES: usize = 10;

/// Why an archive cannot be read; travels inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct ZipFault {
    pub(super) kind: CsvErrorKind,
    pub(super) message: String,
}

fn fault(kind: CsvErrorKind, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, ZipFault { kind, message: message.into() })
}

/// What a local file header says.
#[expect(clippy::struct_excessive_bools, reason = "they are the header's own flags")]
struct Entry {
    name: String,
    /// Whether it is more than a folder or a shadow.
    report: bool,
    stored: bool,
    /// Whether checksum and sizes follow the data.
    trailing: bool,
    wide: bool,
    crc: u32,
    packed: u64,
    size: u64,
}

enum Body<R> {
    Between(R),
    Stored(Take<R>),
    Deflated(DeflateDecoder<R>),
    Gone,
}

/// Reads the one file of an archive.
pub(super) struct ZipReader<R> {
    body: Body<R>,
    entry: Option<Entry>,
    crc: Crc,
    size: u64,
    names: Vec<String>,
    /// Entries met, of whatever kind, and inflated bytes of those that are no report.
    entries: usize,
    skipped: u64,
    done: bool,
}

impl<R: BufRead> ZipReader<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            body: Body::Between(inner),
            entry: None,
            crc: Crc::new(),
            size: 0,
            names: Vec::new(),
            entries: 0,
            skipped: 0,
            done: false,
        }
    }

    fn wanted(&self) -> bool {
        self.entry.as_ref().is_some_and(|entry| entry.report) && self.names.len() == 1
    }

    /// Opens the next entry; `false` at the end of the archive.
    fn open(&mut self) -> Result<bool> {
        let Body::Between(mut inner) = std::mem::replace(&mut self.body, Body::Gone) else {
            return Err(fault(CsvErrorKind::Corrupt, "the zip archive is damaged"));
        };
        let mut signature = [0u8; 4];
        inner.read_exact(&mut signature)?;
        let signature = u32::from_le_bytes(signature);
        if signature != LOCAL {
            return if CENTRAL.contains(&signature) {
                Ok(false)
            } else {
                Err(fault(
                    CsvErrorKind::Corrupt,
                    "the zip archive is damaged: no file header where one must be",
                ))
            };
        }
        let entry = Entry::read(&mut inner)?;
        self.entries = self.entries.saturating_add(1);
        if self.entries > ZIP_ENTRIES {
            return Err(fault(
                CsvErrorKind::Archive,
                format!("the zip archive holds more than {ZIP_ENTRIES} files"),
            ));
        }
        if entry.report {
            self.names.push(entry.name.clone());
        }
        self.crc = Crc::new();
        self.size = 0;
        self.body = if entry.stored {
            Body::Stored(inner.take(entry.packed))
        } else {
            Body::Deflated(DeflateDecoder::new(inner))
        };
        self.entry = Some(entry);
        Ok(true)
    }

    /// Checks the entry that ended.
    fn close(&mut self) -> Result<()> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        let (mut inner, packed) = match std::mem::replace(&mut self.body, Body::Gone) {
            Body::Stored(take) => {
                if take.limit() > 0 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                (take.into_inner(), entry.packed)
            }
            Body::Deflated(decoder) => {
                let packed = decoder.total_in();
                (decoder.into_inner(), packed)
            }
            Body::Between(_) | Body::Gone => return Ok(()),
        };
        let (crc, sizes_match) = if entry.trailing {
            let crc = descriptor_crc(&mut inner)?;
            (crc, descriptor_sizes(&mut inner, packed, self.size, entry.wide)?)
        } else {
            (entry.crc, entry.packed == packed && entry.size == self.size)
        };
        if crc != self.crc.sum() || !sizes_match {
            let message = format!(
                "the file '{}' in the zip archive is damaged: its checksum or size differs",
                entry.name
            );
            return Err(fault(CsvErrorKind::Corrupt, message));
        }
        self.body = Body::Between(inner);
        Ok(())
    }

    fn finish(&mut self) -> Result<usize> {
        self.done = true;
        match self.names.len() {
            0 => Err(fault(CsvErrorKind::Archive, "the zip archive holds no file")),
            1 => Ok(0),
            count => {
                self.names.truncate(NAMES);
                let names = self.names.join(", ");
                let more = if count > NAMES { ", …" } else { "" };
                Err(fault(
                    CsvErrorKind::Archive,
                    format!("the zip archive holds {count} files: {names}{more}"),
                ))
            }
        }
    }
}

impl<R: BufRead> Read for ZipReader<R> {
    fn read(&mut self, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if self.done {
                return Ok(0);
            }
            let read = match &mut self.body {
                Body::Between(_) => {
                    if !self.open()? {
                        return self.finish();
                    }
                    continue;
                }
                Body::Stored(body) => body.read(out)?,
                Body::Deflated(body) => body.read(out)?,
                Body::Gone => return Err(fault(CsvErrorKind::Corrupt, "the zip archive is damaged")),
            };
            if read == 0 {
                self.close()?;
                continue;
            }
            self.crc.update(&out[..read]);
            self.size = self.size.saturating_add(read as u64);
            if self.wanted() {
                return Ok(read);
            }
            self.skipped = self.skipped.saturating_add(read as u64);
            if self.skipped > ZIP_SKIPPED {
                let message = format!(
                    "the zip archive holds {} MiB beside the report: one file an archive is read",
                    ZIP_SKIPPED >> 20
                );
                return Err(fault(CsvErrorKind::Archive, message));
            }
        }
    }
}

/// Whether an entry is more than a folder or macOS's shadow of a file.
fn is_report(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or_default();
    !name.ends_with('/') && !name.starts_with("__MACOSX/") && !base.starts_with("._") && base != ".DS_Store"
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u16::from_le_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl Entry {
    fn read(inner: &mut impl Read) -> Result<Self> {
        let mut fixed = [0u8; 26];
        inner.read_exact(&mut fixed)?;
        let (flags, method) = (u16_at(&fixed, 2), u16_at(&fixed, 4));
        let mut name = vec![0u8; usize::from(u16_at(&fixed, 22))];
        inner.read_exact(&mut name)?;
        let mut extra = vec![0u8; usize::from(u16_at(&fixed, 24))];
        inner.read_exact(&mut extra)?;
        let name = String::from_utf8_lossy(&name);
        let (report, name) = (is_report(&name), shown(&name));
        if flags & 0x41 != 0 {
            return Err(fault(
                CsvErrorKind::Archive,
                format!("the file '{name}' in the zip archive is encrypted"),
            ));
        }
        let trailing = flags & 8 != 0;
        if !matches!(method, 0 | 8) || (method == 0 && trailing) {
            let message = format!(
                "the file '{name}' in the zip archive is packed by method {method}, which is not read"
            );
            return Err(fault(CsvErrorKind::Archive, message));
        }
        let (mut packed, mut size) = (u64::from(u32_at(&fixed, 14)), u64::from(u32_at(&fixed, 18)));
        let wide = zip64(&extra);
        if let Some(field) = wide {
            let mut at = 0usize;
            for value in [&mut size, &mut packed] {
                if *value == u64::from(u32::MAX) {
                    *value = u64_at(field, at);
                    at = at.saturating_add(8);
                }
            }
        }
        Ok(Self {
            name,
            report,
            stored: method == 0,
            trailing,
            wide: wide.is_some(),
            crc: u32_at(&fixed, 10),
            packed,
            size,
        })
    }
}

/// The zip64 field among an entry's extra fields.
fn zip64(mut extra: &[u8]) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let size = usize::from(u16_at(extra, 2));
        let body = extra.get(4..size.saturating_add(4))?;
        if u16_at(extra, 0) == 1 {
            return Some(body);
        }
        extra = &extra[size.saturating_add(4)..];
    }
    None
}

fn descriptor_crc(inner: &mut impl Read) -> Result<u32> {
    let mut word = [0u8; 4];
    inner.read_exact(&mut word)?;
    if u32::from_le_bytes(word) == DESCRIPTOR {
        inner.read_exact(&mut word)?;
    }
    Ok(u32::from_le_bytes(word))
}

/// The sizes in a data descriptor are of 4 bytes, or of 8 in zip64 archives (some writers forget to say so).
fn descriptor_sizes(inner: &mut impl Read, packed: u64, size: u64, wide: bool) -> Result<bool> {
    let mut eight = [0u8; 8];
    inner.read_exact(&mut eight)?;
    let low = |value: u64| value & u64::from(u32::MAX);
    let narrow = u64::from(u32_at(&eight, 0)) == low(packed) && u64::from(u32_at(&eight, 4)) == low(size);
    if narrow && !wide {
        return Ok(true);
    }
    let packed_matches = u64_at(&eight, 0) == packed;
    if !packed_matches {
        return Ok(narrow);
    }
    inner.read_exact(&mut eight)?;
    Ok(u64_at(&eight, 0) == size)
}
