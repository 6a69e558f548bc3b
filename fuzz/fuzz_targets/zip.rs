//! Any bytes as a zip archive.
#![no_main]

use ingest::csv_reader::{Block, open};
use std::io::Cursor;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let archive = [b"PK\x03\x04", data].concat();
    let Ok(mut stream) = open("bill.csv.zip", Box::new(Cursor::new(archive))) else { return };
    let mut block = Block::default();
    while matches!(stream.next_block(&mut block), Ok(true)) {}
});
