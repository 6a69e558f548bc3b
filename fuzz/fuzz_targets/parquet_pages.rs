//! Any bytes as the pages of one column of an otherwise right Parquet report.
#![no_main]

use cloud_analyzer_fuzz::parquet::{Kind, with_pages};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [shape, rows, pages @ ..] = data else { return };
    let kind = [Kind::Tag, Kind::Cost, Kind::Start][usize::from(shape & 3) % 3];
    let rows = usize::from(*rows) + 1;
    let file = with_pages(kind, shape >> 5, shape & 4 != 0, shape & 8 != 0, rows, pages);
    cloud_analyzer_fuzz::read_report("report.parquet", file);
});
