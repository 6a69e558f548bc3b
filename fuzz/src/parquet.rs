//! A Parquet report by hand, around bytes that are the fuzzer's: Thrift's compact protocol, a footer, and one column's pages.

/// What the column is.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A tag, text.
    Tag,
    /// The cost, a double.
    Cost,
    /// When the usage began, microseconds.
    Start,
}

const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7F {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

enum Value<'a> {
    I32(i64),
    I64(i64),
    Text(&'a [u8]),
    Struct(Vec<u8>),
    List(u8, Vec<Vec<u8>>),
}

fn value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::I32(number) | Value::I64(number) => varint(((number << 1) ^ (number >> 63)) as u64, out),
        Value::Text(text) => {
            varint(text.len() as u64, out);
            out.extend(*text);
        }
        Value::Struct(bytes) => out.extend(bytes),
        Value::List(kind, items) => {
            out.push(0xF0 | kind);
            varint(items.len() as u64, out);
            out.extend(items.concat());
        }
    }
}

fn fields(entries: &[(u8, Value<'_>)]) -> Vec<u8> {
    let (mut out, mut last) = (vec![], 0);
    for (id, entry) in entries {
        let kind = match entry {
            Value::I32(_) => I32,
            Value::I64(_) => I64,
            Value::Text(_) => BINARY,
            Value::Struct(_) => STRUCT,
            Value::List(..) => LIST,
        };
        out.push((id - last) << 4 | kind);
        value(entry, &mut out);
        last = *id;
    }
    out.push(0);
    out
}

fn number(code: i64) -> Vec<u8> {
    let mut out = vec![];
    value(&Value::I32(code), &mut out);
    out
}

struct Column<'a> {
    name: &'a str,
    kind: i64,
    pages: Vec<u8>,
    codec: i64,
    optional: bool,
    encodings: &'a [i64],
}

impl Column<'_> {
    fn element(&self) -> Vec<u8> {
        let mut entries = vec![
            (1, Value::I32(self.kind)),
            (3, Value::I32(i64::from(self.optional))),
            (4, Value::Text(self.name.as_bytes())),
        ];
        match self.kind {
            2 => entries.push((6, Value::I32(10))),
            6 => entries.push((6, Value::I32(0))),
            _ => {}
        }
        fields(&entries)
    }

    fn chunk(&self, offset: usize, rows: usize) -> Vec<u8> {
        let size = self.pages.len() as i64;
        let mut name = vec![];
        value(&Value::Text(self.name.as_bytes()), &mut name);
        let stats = |code: &i64| fields(&[(1, Value::I32(0)), (2, Value::I32(*code)), (3, Value::I32(1))]);
        let mut entries = vec![
            (1, Value::I32(self.kind)),
            (2, Value::List(I32, self.encodings.iter().map(|code| number(*code)).collect())),
            (3, Value::List(BINARY, vec![name])),
            (4, Value::I32(self.codec)),
            (5, Value::I64(rows as i64)),
            (6, Value::I64(size)),
            (7, Value::I64(size)),
            (9, Value::I64(offset as i64)),
        ];
        if self.encodings.contains(&8) {
            entries.push((11, Value::I64(offset as i64)));
        }
        entries.push((13, Value::List(STRUCT, self.encodings.iter().map(stats).collect())));
        fields(&[(2, Value::I64(offset as i64)), (3, Value::Struct(fields(&entries)))])
    }
}

fn page(values: usize, body: &[u8]) -> Vec<u8> {
    let own =
        fields(&[(1, Value::I32(values as i64)), (2, Value::I32(0)), (3, Value::I32(3)), (4, Value::I32(3))]);
    let size = body.len() as i64;
    let header = [(1, Value::I32(0)), (2, Value::I32(size)), (3, Value::I32(size)), (5, Value::Struct(own))];
    [fields(&header), body.to_vec()].concat()
}

/// A report of so many rows, in which one column's pages are these bytes.
pub fn with_pages(kind: Kind, codec: u8, optional: bool, mixed: bool, rows: usize, pages: &[u8]) -> Vec<u8> {
    const DICTIONARY: &[i64] = &[8];
    const MIXED: &[i64] = &[8, 0];
    let text = |name, word: &str| {
        let one = [&(word.len() as u32).to_le_bytes()[..], word.as_bytes()].concat();
        let pages = page(rows, &one.repeat(rows));
        Column { name, kind: 6, pages, codec: 0, optional: false, encodings: &[0] }
    };
    let fixed = |name, kind, word: [u8; 8]| {
        let pages = page(rows, &word.repeat(rows));
        Column { name, kind, pages, codec: 0, optional: false, encodings: &[0] }
    };
    let start = 1_790_830_800_000_000_i64.to_le_bytes();
    let mut columns = vec![
        fixed("bill_billing_period_start_date", 2, start),
        fixed("line_item_usage_start_date", 2, start),
        text("line_item_usage_account_id", "111111111111"),
        text("line_item_line_item_type", "Usage"),
        text("line_item_product_code", "AmazonEC2"),
        fixed("line_item_unblended_cost", 5, 0.5_f64.to_le_bytes()),
        text("resource_tags_user_a", "a"),
    ];
    let at = match kind {
        Kind::Start => 1,
        Kind::Cost => 5,
        Kind::Tag => 6,
    };
    let encodings = if mixed { MIXED } else { DICTIONARY };
    columns[at] = Column {
        pages: pages.to_vec(),
        codec: i64::from(codec % 8),
        optional,
        encodings,
        ..text(columns[at].name, "")
    };
    columns[at].kind = match kind {
        Kind::Start => 2,
        Kind::Cost => 5,
        Kind::Tag => 6,
    };
    let (mut out, mut chunks) = (b"PAR1".to_vec(), vec![]);
    for column in &columns {
        chunks.push(column.chunk(out.len(), rows));
        out.extend(&column.pages);
    }
    let root = fields(&[(4, Value::Text(b"schema")), (5, Value::I32(columns.len() as i64))]);
    let elements = std::iter::once(root).chain(columns.iter().map(Column::element)).collect();
    let group = fields(&[(1, Value::List(STRUCT, chunks)), (2, Value::I64(1)), (3, Value::I64(rows as i64))]);
    let footer = fields(&[
        (1, Value::I32(1)),
        (2, Value::List(STRUCT, elements)),
        (3, Value::I64(rows as i64)),
        (4, Value::List(STRUCT, vec![group])),
    ]);
    with_footer(out, &footer)
}

/// A file that ends with these bytes as its footer.
pub fn with_footer(mut file: Vec<u8>, footer: &[u8]) -> Vec<u8> {
    file.extend(footer);
    file.extend((footer.len() as u32).to_le_bytes());
    file.extend(b"PAR1");
    file
}
