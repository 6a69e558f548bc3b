//! The finished pages of one column chunk, kept compressed until the row group is written.

use super::hybrid;
use super::runs::Runs;
use super::statistics::{Extremes, Kind};
use crate::LakeError;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, EncodingMask, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

/// A page as its column hands it over.
pub(super) struct OpenPage<'a> {
    /// 1 for each value, 0 for each null.
    pub(super) levels: &'a Runs,
    pub(super) nullable: bool,
    pub(super) nulls: usize,
    pub(super) values: &'a [u8],
    pub(super) encoding: Encoding,
    pub(super) extremes: Option<Extremes>,
}

/// What a finished page holds besides its values.
struct PageEntry {
    rows: usize,
    nulls: usize,
    size: usize,
    extremes: Option<Extremes>,
    encoding: Encoding,
}

pub(super) struct Chunk {
    sink: TrackedWrite<Vec<u8>>,
    uncompressed: usize,
    pages: Vec<PageEntry>,
}

impl Chunk {
    pub(super) fn new() -> Self {
        Self { sink: TrackedWrite::new(Vec::new()), uncompressed: 0, pages: Vec::new() }
    }

    /// Compressed bytes so far.
    pub(super) fn size(&self) -> usize {
        self.sink.bytes_written()
    }

    /// Number of finished pages.
    pub(super) fn pages(&self) -> u32 {
        self.pages.len() as u32
    }

    /// Compresses and appends a page.
    pub(super) fn add_page(
        &mut self,
        page: OpenPage<'_>,
        compressor: &mut Compressor<'static>,
    ) -> Result<(), LakeError> {
        let OpenPage { levels, nullable, nulls, values, encoding, extremes } = page;
        let compressed;
        let size;
        if nullable {
            let mut body = vec![0; 4];
            hybrid::encode(levels, 1, &mut body);
            let length = (body.len() - 4) as u32;
            body[..4].copy_from_slice(&length.to_le_bytes());
            body.extend_from_slice(values);
            size = body.len();
            compressed = compressor.compress(&body).map_err(LakeError::Write)?;
        } else {
            size = values.len();
            compressed = compressor.compress(values).map_err(LakeError::Write)?;
        }
        let page = Page::DataPage {
            buf: Bytes::from(compressed),
            num_values: levels.len() as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let written =
            SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, size))?;
        self.uncompressed += written.uncompressed_size;
        self.pages.push(PageEntry {
            rows: levels.len(),
            nulls,
            size: written.compressed_size,
            extremes,
            encoding,
        });
        Ok(())
    }

    /// Closes the chunk: the dictionary page (with its number of values) moves to the front.
    pub(super) fn close(
        self,
        descriptor: &ColumnDescPtr,
        kind: Kind,
        dictionary: Option<(Vec<u8>, usize)>,
        extremes: Option<Extremes>,
        page_index: bool,
        compressor: &mut Compressor<'static>,
    ) -> Result<(Bytes, ColumnCloseResult), LakeError> {
        let mut uncompressed = self.uncompressed;
        let pages = self.sink.into_inner()?;
        let mut front = TrackedWrite::new(Vec::new());
        let mut encodings = vec![Encoding::RLE];
        let mut encoding_stats = Vec::new();
        let has_dictionary = dictionary.is_some();
        if let Some((page, values)) = dictionary {
            let compressed = compressor.compress(&page).map_err(LakeError::Write)?;
            let size = page.len();
            let page = Page::DictionaryPage {
                buf: Bytes::from(compressed),
                num_values: values as u32,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            let written =
                SerializedPageWriter::new(&mut front).write_page(CompressedPage::new(page, size))?;
            uncompressed += written.uncompressed_size;
            encodings.push(Encoding::PLAIN);
            encoding_stats.push(PageEncodingStats {
                page_type: PageType::DICTIONARY_PAGE,
                encoding: Encoding::PLAIN,
                count: 1,
            });
        }
        let front = front.into_inner()?;
        let data_offset = front.len();
        let bytes = if front.is_empty() { pages } else { [front, pages].concat() };

        let (mut rows, mut nulls) = (0, 0);
        let mut offsets = OffsetIndexBuilder::new();
        let mut columns = ColumnIndexBuilder::new(descriptor.physical_type());
        let mut offset = data_offset;
        for page in self.pages {
            offsets.append_row_count(page.rows as i64);
            offsets.append_offset_and_size(offset as i64, page.size as i32);
            offset += page.size;
            rows += page.rows;
            nulls += page.nulls;
            if page_index {
                match page.extremes.and_then(|extremes| kind.cut(extremes)) {
                    Some(both) => columns.append(false, both.least, both.greatest, page.nulls as i64),
                    None if page.nulls == page.rows => {
                        columns.append(true, vec![], vec![], page.nulls as i64);
                    }
                    None => columns.to_invalid(),
                }
            }
            encodings.push(page.encoding);
            match encoding_stats.last_mut() {
                Some(last) if last.page_type == PageType::DATA_PAGE && last.encoding == page.encoding => {
                    last.count += 1;
                }
                _ => encoding_stats.push(PageEncodingStats {
                    page_type: PageType::DATA_PAGE,
                    encoding: page.encoding,
                    count: 1,
                }),
            }
        }
        let metadata = ColumnChunkMetaData::builder(descriptor.clone())
            .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
            .set_encodings_mask(EncodingMask::new_from_encodings(encodings.iter()))
            .set_page_encoding_stats(encoding_stats)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(uncompressed as i64)
            .set_num_values(rows as i64)
            .set_data_page_offset(data_offset as i64)
            .set_dictionary_page_offset(has_dictionary.then_some(0))
            .set_statistics(kind.chunk_statistics(extremes, nulls as u64));
        let column_index = if page_index && columns.valid() { Some(columns.build()?) } else { None };
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: rows as u64,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index,
            offset_index: Some(offsets.build()),
        };
        Ok((Bytes::from(bytes), close))
    }
}
