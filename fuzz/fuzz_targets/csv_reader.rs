//! Splitting: any bytes end in rows or in an error that names the file.
#![no_main]

use ingest::csv_reader::{Block, open};
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;

fuzz_target!(|data: &[u8]| {
    let mut stream = match open("bill.csv", Box::new(Cursor::new(data.to_vec()))) {
        Ok(stream) => stream,
        Err(error) => {
            assert!(error.to_string().starts_with("bill.csv"));
            return;
        }
    };
    let columns = stream.header().len();
    let mut block = Block::default();
    let mut rows = 0;
    loop {
        match stream.next_block(&mut block) {
            Ok(true) => {
                assert_eq!(block.first_row(), rows + 1);
                for row in 0..block.rows() {
                    for k in 0..columns {
                        assert!(std::str::from_utf8(block.field(row, k)).is_ok());
                    }
                }
                rows += block.rows() as u64;
            }
            Ok(false) => return,
            Err(error) => {
                assert!(error.to_string().starts_with("bill.csv"));
                return;
            }
        }
    }
});
