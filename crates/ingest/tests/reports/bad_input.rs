//! Broken reports are refused with file, row, column and advice; odd ones are handled.

use crate::support::{HEADER, file, read, read_one, report, row, sums, total};
use ingest::{Counters, IngestError};
use std::io::Write;

fn refused(name: &str, bytes: &[u8]) -> IngestError {
    match read_one(name, bytes) {
        Ok(_) => panic!("{name} was read"),
        Err(error) => {
            assert!(error.file.contains(name), "{error}");
            assert!(!error.advice.is_empty(), "{error}");
            error
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn replaced(column: &str, value: &str) -> Vec<u8> {
    let at = HEADER.split(',').position(|name| name == column).unwrap();
    let mut cells: Vec<String> = row("1.5").split(',').map(ToOwned::to_owned).collect();
    cells[at] = value.to_owned();
    report(&[row("1"), row("2"), cells.join(",")])
}

#[test]
fn values_that_cannot_be_understood_are_named() {
    for (column, value) in [
        ("lineItem/UnblendedCost", "1.2.3"),
        ("lineItem/UnblendedCost", "\"1,234.5\""),
        ("lineItem/UnblendedCost", "Infinity"),
        ("lineItem/UsageAmount", "many"),
        ("lineItem/UsageStartDate", "yesterday"),
        ("lineItem/UsageStartDate", ""),
        ("bill/BillingPeriodStartDate", "2026-13-01T00:00:00Z"),
        ("reservation/EffectiveCost", "free"),
        ("lineItem/UnblendedCost", "1e40"),
    ] {
        let error = refused("report.csv", &replaced(column, value));
        assert_eq!((error.row, error.column.as_deref()), (Some(3), Some(column)), "{error}");
    }
}

#[test]
fn headers_that_lack_or_double_a_column_are_refused() {
    for missing in [
        "lineItem/UnblendedCost",
        "lineItem/LineItemType",
        "lineItem/UsageAccountId",
        "lineItem/UsageStartDate",
        "bill/BillingPeriodStartDate",
        "lineItem/ProductCode",
    ] {
        let text = String::from_utf8(report(&[row("1")])).unwrap().replace(missing, "something/Else");
        let error = refused("report.csv", text.as_bytes());
        assert!(error.column.is_some() && error.message.contains("lacks the required column"), "{error}");
    }
    let doubled = String::from_utf8(report(&[row("1")]))
        .unwrap()
        .replace("lineItem/UsageType", "lineItem/UnblendedCost");
    assert!(refused("report.csv", doubled.as_bytes()).message.contains("twice"));
    assert!(refused("report.csv", b"a,b,c\n1,2,3\n").message.contains("no cost report"));
}

#[test]
fn torn_and_foreign_files_are_refused() {
    let good = report(&(0..5000).map(|at| row(&at.to_string())).collect::<Vec<_>>());
    let packed = gzip(&good);
    refused("empty.csv", b"");
    refused("cut.csv.gz", &packed[..packed.len() / 2]);
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 16].fill(0xFF);
    refused("flipped.csv.gz", &flipped);
    refused("cut.csv", &good[..good.len() - 20]);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(String::from_utf8(good.clone()).unwrap().encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    refused("utf16.csv", &utf16);
    let latin = [
        report(&[row("1")]).as_slice(),
        row("2").replace("Platform", "M\u{0}nchen").replace('\u{0}', "X").as_bytes(),
    ]
    .concat();
    let at = latin.iter().rposition(|byte| *byte == b'X').unwrap();
    let mut latin = latin;
    latin[at] = 0xFC;
    let error = refused("latin1.csv", &latin);
    assert_eq!(error.row, Some(2), "{error}");
    refused("not.parquet", b"PAR1 but nothing else PAR1");
    refused("header_again.csv", &report(&[row("1"), HEADER.to_owned(), row("2")]));
}

#[test]
fn one_currency_a_period() {
    let error = refused("report.csv", &report(&[row("1"), row("2").replace("USD", "EUR")]));
    assert_eq!((error.row, error.column.as_deref()), (Some(2), Some("lineItem/CurrencyCode")), "{error}");
    assert!(error.message.contains("EUR") && error.message.contains("USD"));
}

#[test]
fn rows_of_another_billing_period_are_refused_where_the_delivery_names_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let bytes =
        report(&[row("1"), row("2").replace("2026-10-01T00:00:00Z,2026-10", "2026-09-01T00:00:00Z,2026-10")]);
    let files = [file(folder.path(), "report.csv", &bytes)];
    let error =
        ingest::rollup::read(&files, &Some("2026-10".parse().unwrap()).into(), 1, &Counters::default())
            .err()
            .unwrap();
    assert_eq!(error.row, Some(2), "{error}");
    // Loose files hold as many months as they like; usage outside the billing period stays with its bill.
    let result = read(&files).unwrap();
    assert_eq!(result.periods.len(), 2);
    assert_eq!(total(&result, "BilledCost").to_string(), "3");
}

#[test]
fn unknown_types_keys_that_differ_in_case_and_empty_costs_are_kept() {
    let strange = row("2").replace(",Usage,", ",BrandNewType,");
    let result = read_one("report.csv", &report(&[row("1.000000000000000001"), strange, row("")])).unwrap();
    let by_type = sums(&result, "x_LineItemType", "EffectiveCost");
    assert_eq!(by_type.values().map(ToString::to_string).collect::<Vec<_>>(), ["2", "1.000000000000000001"]);
    let tags = sums(&result, "Tags", "BilledCost");
    assert!(tags.keys().all(|(_, tags)| tags == r#"{"Team":"Platform","team":"platform"}"#), "{tags:?}");
}

#[test]
fn a_thousand_tag_keys_and_a_huge_cell_are_read() {
    use std::fmt::Write as _;
    let (mut header, mut line) = (HEADER.to_owned(), row("1.25"));
    for at in 0..1000 {
        write!(header, ",resourceTags/user:key{at}").unwrap();
        write!(line, ",value{at}").unwrap();
    }
    let result = read_one("report.csv", format!("{header}\n{line}\n").as_bytes()).unwrap();
    let tags = sums(&result, "Tags", "BilledCost");
    assert!(tags.keys().next().unwrap().1.contains(r#""key999":"value999""#));
    let huge = row("1").replace("Platform", &"x".repeat(10 * 1024 * 1024));
    assert_eq!(
        total(&read_one("huge.csv", &report(&[huge, row("2")])).unwrap(), "BilledCost").to_string(),
        "3"
    );
}

#[test]
fn covered_usage_takes_its_effective_cost() {
    let covered =
        row("0").replace(",Usage,", ",DiscountedUsage,").replace("USD,,", "USD,arn:aws:ec2:ri/1,0.031");
    let result = read_one("report.csv", &report(&[covered])).unwrap();
    assert_eq!(total(&result, "EffectiveCost").to_string(), "0.031");
    assert_eq!(sums(&result, "x_Lifecycle", "EffectiveCost").into_keys().next().unwrap().1, "Reserved");
}

#[test]
fn words_in_the_list_price_are_left_out_and_reported() {
    let text = String::from_utf8(report(&[row("1"), row("2")]))
        .unwrap()
        .replace("lineItem/Operation", "pricing/publicOnDemandCost");
    let result = read_one("report.csv", text.as_bytes()).unwrap();
    assert_eq!((result.warnings.len(), result.warnings[0].count, result.warnings[0].row), (1, 2, 1));
    assert_eq!(total(&result, "ListCost").to_string(), "0");
}
