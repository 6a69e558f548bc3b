//! Any bytes as the footer of a Parquet file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let file = cloud_analyzer_fuzz::parquet::with_footer(b"PAR1".to_vec(), data);
    cloud_analyzer_fuzz::read_report("report.parquet", file);
});
