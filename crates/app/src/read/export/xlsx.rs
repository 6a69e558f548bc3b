//! Costs as an Excel workbook (ECMA-376, transitional): a sheet with the table, one that says what it is.
//!
//! Written by hand over a zip stream: libraries take doubles, and a bill's figures have more digits. A number's text
//! in a sheet may have all of them; programs that calculate in doubles round it when they load it, others do not.

use super::{change_columns, change_figures, figure_columns, figures, last_day, rows, text_columns, texts};
use crate::read::Known;
use crate::read::costs::Costs;
use model::DaySpan;
use std::fmt::Write as _;
use std::io::{self, Write};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// Rows and columns of a sheet, by the format.
const MOST_ROWS: usize = 1_048_576;
const MOST_COLUMNS: usize = 16_384;

/// The table does not fit into a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sheet holds {MOST_ROWS} rows and {MOST_COLUMNS} columns; this table has {rows} and {columns}")]
pub struct LimitOfSheets {
    rows: usize,
    columns: usize,
}

impl LimitOfSheets {
    /// Whether a table fits.
    pub fn check(costs: &Costs) -> Result<(), Self> {
        // The header and the row of totals.
        let found = Self {
            rows: costs.answer.groups.len() + 2,
            columns: text_columns(costs).len() + figure_columns(costs).len() + change_columns(costs).len(),
        };
        if found.rows > MOST_ROWS || found.columns > MOST_COLUMNS { Err(found) } else { Ok(()) }
    }
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const PARTS: [(&str, &str); 5] = [
    (
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Costs" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">Costs!$1:$1</definedName></definedNames></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
    ),
    // Styles: 1 bold; 2 a figure; 3 a bold figure; 4 a head on grey; 5 the same, to the right; 6 text that wraps.
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE9ECEF"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="4" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/><xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1" applyAlignment="1"><alignment horizontal="right"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#,
    ),
];

const BOLD: u8 = 1;
const FIGURE: u8 = 2;
const BOLD_FIGURE: u8 = 3;
const HEADER: u8 = 4;
const FIGURE_HEADER: u8 = 5;
const WRAPPED: u8 = 6;

/// Widths of text columns, in characters: as wide as their texts, within what still shows figures beside them.
const TEXT_WIDTHS: (usize, usize) = (12, 60);
/// Least width of a column of figures: of a day's head, and of millions with cents.
const FIGURE_WIDTH: usize = 14;

type Zip<W> = ZipWriter<StreamWriter<W>>;

/// Writes the workbook. The table must fit (see [`LimitOfSheets::check`]). `scope` is said first on the sheet that says
/// what the figures are: names and words.
pub fn xlsx(costs: &Costs, scope: &[(&str, String)], out: impl Write) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(out);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in PARTS {
        zip.start_file(name, options)?;
        write!(zip, "{HEAD}{content}")?;
    }
    zip.start_file("xl/worksheets/sheet1.xml", options)?;
    table(costs, &mut zip)?;
    zip.start_file("xl/worksheets/sheet2.xml", options)?;
    about(costs, scope, &mut zip)?;
    zip.finish()?;
    Ok(())
}

fn table<W: Write>(costs: &Costs, zip: &mut Zip<W>) -> io::Result<()> {
    let names = text_columns(costs);
    let figure_names: Vec<String> = figure_columns(costs).into_iter().chain(change_columns(costs)).collect();
    // The header and what the rows are of stay in sight.
    let frozen = match names.len() {
        0 => r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#.to_owned(),
        texts => format!(
            r#"<pane xSplit="{texts}" ySplit="1" topLeftCell="{}2" activePane="bottomRight" state="frozen"/>"#,
            column_letters(texts)
        ),
    };
    write!(
        zip,
        r#"{HEAD}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>"#
    )?;
    widths(costs, &names, &figure_names, zip)?;
    write!(zip, "<sheetData>")?;
    let mut row = Row::default();
    for name in &names {
        row.text(name, HEADER);
    }
    for name in &figure_names {
        row.text(name, FIGURE_HEADER);
    }
    row.write(zip)?;
    for (at, (group, labels)) in rows(costs).enumerate() {
        for text in texts(costs, group, labels) {
            row.text(text, 0);
        }
        for figure in figures(costs, group) {
            row.number(&figure.to_string(), FIGURE);
        }
        row.known(&change_figures(costs, Some(at)), FIGURE);
        row.write(zip)?;
    }
    let several = !costs.other_currencies.is_empty();
    row.text(&if several { format!("Total {}", costs.answer.currency) } else { "Total".to_owned() }, BOLD);
    for _ in 1..names.len() {
        row.text("", BOLD);
    }
    let bucketed = costs.query.view != model::TimeView::Total;
    let totals = costs.answer.totals.iter().filter(|_| bucketed).chain([&costs.answer.total]);
    for total in totals {
        row.number(&total.to_string(), BOLD_FIGURE);
    }
    row.known(&change_figures(costs, None), BOLD_FIGURE);
    if !names.is_empty() {
        row.write(zip)?;
    }
    write!(zip, "</sheetData>")?;
    // The row of totals stays out of what is sorted and filtered.
    if !names.is_empty() {
        let last = column_letters(names.len() + figure_names.len() - 1);
        write!(zip, r#"<autoFilter ref="A1:{last}{}"/>"#, costs.answer.groups.len() + 1)?;
    }
    write!(zip, r#"<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>"#)
}

/// Letters of a column, counted from 0: A, Z, AA.
fn column_letters(column: usize) -> String {
    let letter = char::from(b'A' + u8::try_from(column % 26).unwrap_or(0));
    let before = if column < 26 { String::new() } else { column_letters(column / 26 - 1) };
    format!("{before}{letter}")
}

/// Every column as wide as what it holds.
fn widths<W: Write>(
    costs: &Costs,
    names: &[String],
    figure_names: &[String],
    zip: &mut Zip<W>,
) -> io::Result<()> {
    let mut wide: Vec<usize> = names.iter().map(|name| name.chars().count()).collect();
    for (group, labels) in rows(costs) {
        for (width, text) in wide.iter_mut().zip(texts(costs, group, labels)) {
            *width = (*width).max(text.chars().count());
        }
    }
    let texts = wide.into_iter().map(|width| (width + 2).clamp(TEXT_WIDTHS.0, TEXT_WIDTHS.1));
    let figures = figure_names.iter().map(|name| (name.chars().count() + 2).max(FIGURE_WIDTH));
    write!(zip, "<cols>")?;
    for (at, width) in (1..).zip(texts.chain(figures)) {
        write!(zip, r#"<col min="{at}" max="{at}" width="{width}" customWidth="1"/>"#)?;
    }
    write!(zip, "</cols>")
}

fn about<W: Write>(costs: &Costs, scope: &[(&str, String)], zip: &mut Zip<W>) -> io::Result<()> {
    let (query, answer) = (&costs.query, &costs.answer);
    let info = query.metric.info();
    let mut lines = scope.to_vec();
    lines.extend([
        ("Metric", info.label.to_owned()),
        ("Meaning", info.description.to_owned()),
        ("Currency", answer.currency.clone()),
        ("First day (UTC)", answer.from.to_string()),
        ("Last day (UTC)", last_day(costs)),
    ]);
    if let Some(found) = &costs.compared {
        let days = |span: DaySpan| format!("{} to {}", span.from, span.to.pred_opt().unwrap_or(span.to));
        lines.push(("Days compared", days(found.spans.now)));
        lines.push(("Compared with", days(found.spans.before)));
        if found.known == Known::Nothing {
            lines.push(("Not compared", "there are no data of these days".to_owned()));
        }
    }
    if costs.proof.is_of_part() {
        lines.push(("Part of the bill", costs.proof.copied.reason.clone()));
    } else {
        let proven = if answer.proven() { "yes" } else { "not all of it" };
        lines.push(("Proven to the bill", proven.to_owned()));
    }
    if !costs.unproven_periods.is_empty() {
        lines.push(("Not proven", costs.unproven_periods.join(", ")));
    }
    lines.extend(costs.unavailable.iter().map(|words| ("Not known", words.clone())));
    if costs.estimated {
        lines.push(("Estimated", "the unused commitments of a month that is still open".to_owned()));
    }
    if !costs.proof.is_of_part() {
        let parts = ["Proof: copied", "Proof: complete", "Proof: amortized"].into_iter();
        lines.extend(parts.zip(costs.proof.parts()).map(|(name, (_, part))| (name, part.told())));
    }
    let others = costs.other_currencies.iter();
    lines.extend(others.map(|(currency, total)| ("Also", format!("{total} {currency}, never added"))));
    lines.extend(costs.filters.iter().map(|filter| ("Filter", filter.to_string())));
    lines.push(("SQL", answer.sql.clone()));
    write!(
        zip,
        r#"{HEAD}<worksheet xmlns="{MAIN}"><cols><col min="1" max="1" width="28" customWidth="1"/><col min="2" max="2" width="90" customWidth="1"/></cols><sheetData>"#
    )?;
    let mut row = Row::default();
    for (name, value) in lines {
        row.text(name, BOLD);
        row.text(&value, WRAPPED);
        row.write(zip)?;
    }
    write!(zip, "</sheetData></worksheet>")
}

/// A row that is being written.
#[derive(Default)]
struct Row(String);

/// Longest text of a cell, by the format.
const LONGEST: usize = 32_767;

impl Row {
    fn text(&mut self, text: &str, style: u8) {
        let _ = write!(self.0, r#"<c s="{style}" t="inlineStr"><is><t xml:space="preserve">"#);
        for character in text.chars().take(LONGEST) {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                // No other control character may stand in XML.
                '\t' | '\n' | '\r' => self.0.push(character),
                other if other < ' ' || matches!(other, '\u{fffe}' | '\u{ffff}') => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
        self.0.push_str("</t></is></c>");
    }

    fn number(&mut self, digits: &str, style: u8) {
        let _ = write!(self.0, r#"<c s="{style}"><v>{digits}</v></c>"#);
    }

    /// Numbers, and empty cells for what is not known.
    fn known(&mut self, figures: &[Option<String>], style: u8) {
        for figure in figures {
            match figure {
                Some(digits) => self.number(digits, style),
                None => self.text("", 0),
            }
        }
    }

    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "<row>{}</row>", self.0)?;
        self.0.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::sample;
    use super::*;
    use model::TimeView;
    use std::io::Read;

    #[test]
    fn a_sheet_keeps_every_digit_and_escapes_names() {
        let mut out = vec![];
        xlsx(&sample(TimeView::Day), &[("Organization", "Ada & Co".to_owned())], &mut out).unwrap();
        let mut archive = zip::ZipArchive::new(io::Cursor::new(out)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        assert!(sheet.contains("<v>1.000000000000000001</v>"), "{sheet}");
        assert!(sheet.contains("a,\"b\"&lt;&amp;"), "{sheet}");
        assert!(archive.by_name("[Content_Types].xml").is_ok());
        // The name stays in sight; the totals are no row to be sorted.
        assert!(sheet.contains(r#"<pane xSplit="1" ySplit="1" topLeftCell="B2""#), "{sheet}");
        assert!(sheet.contains(r#"<autoFilter ref="A1:D3"/>"#), "{sheet}");
        let mut about = String::new();
        archive.by_name("xl/worksheets/sheet2.xml").unwrap().read_to_string(&mut about).unwrap();
        for words in ["Ada &amp; Co", "2026-10-01", "2026-10-02"] {
            assert!(about.contains(words), "{words}: {about}");
        }
        assert!(!about.contains("2026-10-03"), "a last day is one that counts: {about}");
    }

    #[test]
    fn a_part_is_called_so_and_filters_by_name() {
        let mut costs = sample(TimeView::Day);
        costs.proof = crate::proof::Proof::of_part();
        costs.query.filters = vec!["subset_id=s1".parse().unwrap()];
        costs.filters = vec!["subset=Shop".parse().unwrap()];
        let mut out = vec![];
        xlsx(&costs, &[], &mut out).unwrap();
        let mut archive = zip::ZipArchive::new(io::Cursor::new(out)).unwrap();
        let mut about = String::new();
        archive.by_name("xl/worksheets/sheet2.xml").unwrap().read_to_string(&mut about).unwrap();
        assert!(about.contains("Part of the bill") && !about.contains("Proven"), "{about}");
        assert!(about.contains("subset=Shop") && !about.contains("s1<"), "{about}");
    }

    #[test]
    fn columns_are_lettered_as_sheets_do() {
        let letters = [0, 25, 26, 51, 701, 702, 16_383].map(column_letters);
        assert_eq!(letters, ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn texts_are_never_formulas() {
        let mut costs = sample(TimeView::Day);
        std::sync::Arc::make_mut(&mut costs.answer).groups[0].keys = vec![Some("=1+1".to_owned())];
        let mut out = vec![];
        xlsx(&costs, &[], &mut out).unwrap();
        let mut archive = zip::ZipArchive::new(io::Cursor::new(out)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        assert!(sheet.contains(r#"t="inlineStr"><is><t xml:space="preserve">=1+1</t>"#), "{sheet}");
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{sheet}");
    }

    #[test]
    fn a_table_that_does_not_fit_is_refused() {
        let mut costs = sample(TimeView::Day);
        assert_eq!(LimitOfSheets::check(&costs), Ok(()));
        std::sync::Arc::make_mut(&mut costs.answer).buckets = vec!["2026-10-01".to_owned(); MOST_COLUMNS];
        assert!(LimitOfSheets::check(&costs).unwrap_err().to_string().contains("16386"));
    }
}
