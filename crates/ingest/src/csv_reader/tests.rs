//! The splitter against the `csv` crate on random tables, at every chunk size; and each kind of bad file.

mod archive;

use self::archive::{Method, zipped};
use super::source::Sizes;
use super::{Block, CsvError, CsvErrorKind, CsvStream, open, open_sized};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::{Cursor, Read, Write};

type Table = Vec<Vec<Vec<u8>>>;

fn read_all(stream: &mut CsvStream, columns: usize) -> Result<Table, CsvError> {
    let mut rows = Table::new();
    let mut block = Block::default();
    while stream.next_block(&mut block)? {
        assert!(block.rows() > 0 && block.bytes() > 0);
        assert_eq!(block.first_row(), rows.len() as u64 + 1);
        for row in 0..block.rows() {
            rows.push((0..columns).map(|k| block.field(row, k).to_vec()).collect());
        }
    }
    assert!(!stream.next_block(&mut block)?, "a stream that has ended stays so");
    Ok(rows)
}

fn read_sized(bytes: &[u8], chunk: usize, head: usize) -> Result<(Vec<String>, Table), CsvError> {
    let raw = Box::new(Cursor::new(bytes.to_vec()));
    let mut stream = open_sized("bill.csv", raw, Sizes { chunk, head })?;
    let header = stream.header().to_vec();
    let rows = read_all(&mut stream, header.len())?;
    Ok((header, rows))
}

fn read(bytes: &[u8]) -> Result<(Vec<String>, Table), CsvError> {
    read_sized(bytes, 1 << 20, 1 << 16)
}

fn text_of(rows: &Table) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| row.iter().map(|field| String::from_utf8(field.clone()).unwrap()).collect())
        .collect()
}

fn error(bytes: &[u8]) -> CsvError {
    let error = read(bytes).expect_err("this file is bad");
    assert!(error.to_string().starts_with("bill.csv") && error.to_string().len() > 30, "{error}");
    error
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn by_csv_crate(bytes: &[u8]) -> (Vec<Vec<u8>>, Table) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut rows: Table =
        reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
    let header = rows.remove(0);
    (header, rows)
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        4 => "[a-z0-9./:-]{0,12}",
        2 => "[a,\"\n\r é;]{0,8}",
        1 => "[a-z\"]{60,140}",
    ]
}

fn table() -> impl Strategy<Value = (usize, Vec<String>, usize)> {
    (1usize..9).prop_flat_map(|width| {
        (0usize..25).prop_flat_map(move |rows| {
            (Just(width), proptest::collection::vec(cell(), width * rows), Just(rows))
        })
    })
}

fn write(width: usize, cells: &[String], crlf: bool, all_quoted: bool, last_line_end: bool) -> Vec<u8> {
    let style = if all_quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
    let end = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
    let mut writer = csv::WriterBuilder::new().quote_style(style).terminator(end).from_writer(Vec::new());
    writer.write_record((0..width).map(|column| format!("column/{column}"))).unwrap();
    for row in cells.chunks(width) {
        writer.write_record(row).unwrap();
    }
    let mut bytes = writer.into_inner().unwrap();
    if !last_line_end {
        bytes.truncate(bytes.len() - if crlf { 2 } else { 1 });
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn equals_the_csv_crate(
        (width, cells, _) in table(), crlf: bool, all_quoted: bool, last_line_end: bool,
        chunk in 1usize..200, head in 0usize..80,
    ) {
        let bytes = write(width, &cells, crlf, all_quoted, last_line_end);
        let (header, expected) = by_csv_crate(&bytes);
        let (names, rows) = read_sized(&bytes, chunk, head).unwrap();
        prop_assert_eq!(names.iter().map(String::as_bytes).collect::<Vec<_>>(), header);
        prop_assert_eq!(&rows, &expected);
        let (_, whole) = read(&gzip(&bytes)).unwrap();
        prop_assert_eq!(whole, expected);
    }

    #[test]
    fn any_bytes_end_without_a_panic(
        bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'"'), Just(b'\r'), any::<u8>()], 0..400),
        chunk in 1usize..100,
    ) {
        let mut table = b"a,b\n".to_vec();
        table.extend(&bytes);
        let small = read_sized(&table, chunk, 8);
        let large = read(&table);
        // The same file gives the same rows or the same error, however it is cut.
        match (small, large) {
            (Ok(small), Ok(large)) => prop_assert_eq!(small, large),
            (Err(small), Err(large)) => prop_assert_eq!((small.kind, small.row), (large.kind, large.row)),
            (small, large) => prop_assert!(false, "{small:?} but {large:?}"),
        }
        let _ = read_sized(&bytes, chunk, 8);
    }
}

#[test]
fn projects_columns_in_any_order() {
    let bytes = b"a,b,c\r\n1,\"x, \"\"y\"\"\",3\r\n4,,\r\n";
    let mut stream = open("bill.csv", Box::new(&bytes[..])).unwrap();
    stream.project(&[2, 1, 2]);
    let rows = read_all(&mut stream, 3).unwrap();
    assert_eq!(text_of(&rows), [["3", "x, \"y\"", "3"], ["", "", ""]]);
}

#[test]
fn packings_and_marks_are_recognised_by_their_bytes() {
    let table: &[u8] = b"\xef\xbb\xbfa,b\n1,2\n\n3,4\n\n\n";
    let mut members = gzip(b"a,b\n1,2\n");
    members.extend(gzip(b"3,4"));
    let deflated = Method::Deflated;
    let inside: &[(&str, &[u8])] = &[("x/", b""), ("__MACOSX/._r.csv", b"junk"), ("x/r.csv", table)];
    for bytes in [
        table.to_vec(),
        gzip(table),
        members,
        zipped(inside, false, deflated),
        zipped(&inside[1..], true, deflated),
        zipped(&[("r.csv", table)], false, Method::Stored),
    ] {
        let (header, rows) = read(&bytes).unwrap();
        assert_eq!(
            (header, text_of(&rows)),
            (vec!["a".into(), "b".into()], vec![vec!["1".into(), "2".into()], vec!["3".into(), "4".into()]])
        );
    }
    let (header, rows) = read(b"a,b").unwrap();
    assert_eq!((header.len(), rows.len()), (2, 0), "a header alone is a report without rows");
}

#[test]
fn large_cells_are_read_up_to_the_limit() {
    for (size, fits) in [(10 << 20, true), ((16 << 20) + 1, false)] {
        let mut bytes = b"a,b\n1,2\n3,\"".to_vec();
        bytes.resize(bytes.len() + size, b',');
        bytes.extend(b"\"\n5,6\n");
        match read(&bytes) {
            Ok((_, rows)) => assert!(fits && rows.len() == 3 && rows[1][1].len() == size),
            Err(error) => {
                assert!(!fits && error.kind == CsvErrorKind::TooLarge, "{error}");
                assert_eq!((error.row, error.column.as_deref()), (Some(2), Some("b")));
            }
        }
    }
}

#[test]
fn a_thousand_columns_are_read() {
    let line = |text: &str| (0..1200).map(|at| format!("{text}{at}")).collect::<Vec<_>>().join(",");
    let (header, rows) = read(format!("{}\n{}\n", line("tag:"), line("v")).as_bytes()).unwrap();
    assert_eq!((header[1199].as_str(), rows[0][1199].as_slice()), ("tag:1199", &b"v1199"[..]));
}

#[test]
fn bad_rows_are_named() {
    let kinds: [(&[u8], CsvErrorKind, u64); 8] = [
        (b"a,b\n1,2\n3\n", CsvErrorKind::FieldCount, 2),
        (b"a,b\n1,2\n3,4,5\n6,7\n", CsvErrorKind::FieldCount, 2),
        (b"a,b\n1,2\n3,\"4\n5,6\n", CsvErrorKind::Quote, 2),
        (b"a,b\n1,\"2\"x\n", CsvErrorKind::Quote, 1),
        (b"a,b\n1,2\na,b\n3,4\n", CsvErrorKind::DoubledHeader, 2),
        (b"a,b\r\n1,\"2\"\r\na,b\r\n3,4\r\n", CsvErrorKind::DoubledHeader, 2),
        (b"a,b\n1,2\n3,\xff\n", CsvErrorKind::Charset, 2),
        (b"a,b\n1,2\n3,4\n5", CsvErrorKind::FieldCount, 3),
    ];
    for (bytes, kind, row) in kinds {
        let error = error(bytes);
        assert_eq!((error.kind, error.row), (kind, Some(row)), "{error}");
        assert!(error.to_string().contains(&format!("row {row}")), "{error}");
    }
    assert!(error(b"a,b\n1,2\n3\n").to_string().contains("1 fields, the header has 2"));
    assert_eq!(error(b"a,b\n\xff,2\n").column.as_deref(), Some("a"));
}

#[test]
fn only_projected_fields_must_be_text() {
    let mut stream = open("bill.csv", Box::new(&b"a,b\n1,\xff\n"[..])).unwrap();
    stream.project(&[0]);
    assert_eq!(read_all(&mut stream, 1).unwrap(), [[b"1".to_vec()]]);
}

#[test]
fn files_that_are_no_csv_are_refused() {
    let utf16: Vec<u8> = "\u{feff}a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bare: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let deflated = Method::Deflated;
    let two = zipped(&[("one.csv", b"a,b\n1,2\n"), ("two.csv", b"a,b\n3,4\n")], false, deflated);
    for (bytes, kind, words) in [
        (b"".to_vec(), CsvErrorKind::Empty, "empty"),
        (b"\xef\xbb\xbf \r\n\n".to_vec(), CsvErrorKind::Empty, "empty"),
        (gzip(b""), CsvErrorKind::Empty, "empty"),
        (zipped(&[("r.csv", b"")], false, deflated), CsvErrorKind::Empty, "empty"),
        (zipped(&[("x/", b"")], false, deflated), CsvErrorKind::Archive, "no file"),
        (zipped(&[], false, deflated), CsvErrorKind::Archive, "no file"),
        (utf16, CsvErrorKind::Charset, "UTF-16"),
        (bare, CsvErrorKind::Charset, "UTF-16"),
        (b"\xe9t\xe9,b\n1,2\n".to_vec(), CsvErrorKind::Charset, "header"),
        (b"a;b;c\n1;2;3\n".to_vec(), CsvErrorKind::Format, "semicolons"),
        (b"a\tb\tc\n1\t2\t3\n".to_vec(), CsvErrorKind::Format, "tabs"),
        (b"PAR1 and so on".to_vec(), CsvErrorKind::Format, "Parquet"),
        (two, CsvErrorKind::Archive, "one.csv, two.csv"),
    ] {
        let error = error(&bytes);
        assert!(error.kind == kind && error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn damaged_archives_are_refused() {
    let rows = (0..40_000u32)
        .map(|at| format!("{at},{}\n", at.wrapping_mul(2_654_435_761)))
        .collect::<Vec<_>>()
        .concat();
    let text = format!("a,b\n{rows}");
    let deflated = Method::Deflated;
    let whole = [
        gzip(text.as_bytes()),
        zipped(&[("r.csv", text.as_bytes())], false, deflated),
        zipped(&[("r.csv", text.as_bytes())], true, deflated),
    ];
    for good in whole {
        assert_eq!(read(&good).unwrap().1.len(), 40_000);
        for cut in [good.len() / 2, good.len() * 9 / 10] {
            let error = error(&good[..cut]);
            assert_eq!(error.kind, CsvErrorKind::Truncated, "{error}");
            assert!(error.to_string().contains("at byte"), "{error}");
        }
        let mut flipped = good.clone();
        let at = flipped.len() / 2;
        flipped[at] ^= 0x10;
        flipped[at + 9] ^= 0x44;
        let error = error(&flipped);
        let expected = [CsvErrorKind::Corrupt, CsvErrorKind::Truncated];
        let split_first = [CsvErrorKind::FieldCount, CsvErrorKind::Quote, CsvErrorKind::Charset];
        assert!(expected.contains(&error.kind) || split_first.contains(&error.kind), "{error}");
    }
    let mut wrong_sum = gzip(b"a,b\n1,2\n");
    let at = wrong_sum.len() - 6;
    wrong_sum[at] ^= 1;
    assert_eq!(error(&wrong_sum).kind, CsvErrorKind::Corrupt);
    let mut encrypted = zipped(&[("r.csv", b"a,b\n1,2\n")], false, deflated);
    encrypted[6] |= 1;
    assert!(error(&encrypted).to_string().contains("encrypted"));
}

#[test]
fn bombs_are_stopped() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&b"0".repeat(8 << 20)).unwrap();
    encoder.write_all(b",0\n").unwrap();
    let mut bytes = gzip(b"a,b\n");
    bytes.extend(encoder.finish().unwrap().repeat(12));
    let error = error(&bytes);
    assert_eq!(error.kind, CsvErrorKind::Bomb, "{error}");
}

#[test]
fn a_source_that_fails_is_an_io_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("no network"))
        }
    }
    let raw = Box::new(Cursor::new(b"a,b\n1,2\n".repeat(100)).chain(Failing));
    let failure = open("bill.csv", raw).and_then(|mut stream| read_all(&mut stream, 2)).unwrap_err();
    assert!(failure.kind == CsvErrorKind::Io && failure.message.contains("no network"), "{failure}");
}

#[test]
fn archives_of_many_files_or_of_much_beside_the_report_are_refused() {
    let many: Vec<String> = (0..1_100).map(|at| format!("__MACOSX/{at}")).collect();
    let mut files: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    files.push(("r.csv", b"a,b\n1,2\n"));
    let found = error(&zipped(&files, false, Method::Stored));
    assert!(found.kind == CsvErrorKind::Archive && found.message.contains("more than 1000 files"), "{found}");
    let zeros = vec![0; 64 << 20];
    let shadows: Vec<(&str, &[u8])> = (0..5).map(|_| ("__MACOSX/._r", zeros.as_slice())).collect();
    let found = error(&zipped(&shadows, false, Method::Deflated));
    assert!(found.kind == CsvErrorKind::Archive && found.message.contains("256 MiB beside"), "{found}");
}
