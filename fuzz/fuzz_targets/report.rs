//! Any bytes as a report: CSV, gzip, zip and Parquet are told apart by their first bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let name = if data.starts_with(b"PAR1") { "report.parquet" } else { "report.csv" };
    cloud_analyzer_fuzz::read_report(name, data.to_vec());
});
