//! Random line items, written as the lake writes them: line items as they are, roll-up per day.

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, SchemaRef};
use futures::TryStreamExt;
use model::BillingPeriod;
use model::schema::{LINE_ITEMS, ROLLUP, ROLLUP_DIMENSIONS, ROLLUP_MEASURES};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;
use query::{Engine, EngineOptions, PublishedPeriod, QueryError, Scope, TextRow, View};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// 2026-09-01, the first of the three months.
pub(crate) const FIRST_DAY: i32 = 20_697;
pub(crate) const PERIODS: [&str; 3] = ["2026-09", "2026-10", "2026-11"];
pub(crate) const CONNECTIONS: [&str; 3] = ["demo", "second", "demo"];
pub(crate) const SETS: [Option<&str>; 10] = [
    None,
    Some("{}"),
    Some(r#"{"Team":"a"}"#),
    Some(r#"{"user:Team":"b","Stage":"x"}"#),
    Some(r#"{"team":"c","Team":""}"#),
    Some(r#"{"Team":"Untagged"}"#),
    Some(r#"{"team":"e","Team":"d"}"#),
    Some(r#"{"Stage":"it's"}"#),
    Some(r#"{"user_team":"b"}"#),
    Some(r#"{"Team":"Cannot carry tags"}"#),
];

/// The tags of each of `SETS` that have a value.
pub(crate) const PAIRS: [&[(&str, &str)]; 10] = [
    &[],
    &[],
    &[("Team", "a")],
    &[("user:Team", "b"), ("Stage", "x")],
    &[("team", "c")],
    &[("Team", "Untagged")],
    &[("team", "e"), ("Team", "d")],
    &[("Stage", "it's")],
    &[("user_team", "b")],
    &[("Team", "Cannot carry tags")],
];

/// One line item.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) period: usize,
    /// Hours since the first day; may lie outside the period.
    pub(crate) hour: i32,
    pub(crate) account: usize,
    pub(crate) name: usize,
    pub(crate) service: usize,
    pub(crate) region: usize,
    pub(crate) lifecycle: usize,
    pub(crate) tags: usize,
    pub(crate) resource: usize,
    pub(crate) kind: usize,
    pub(crate) split: bool,
    /// In the order of `ROLLUP_MEASURES`.
    pub(crate) units: [i128; 6],
}

impl Item {
    pub(crate) fn day(&self) -> i32 {
        FIRST_DAY + self.hour.div_euclid(24)
    }

    /// A column's text; empty texts and NULL both mean "none".
    pub(crate) fn text(&self, column: &str) -> Option<String> {
        let of = |values: &[Option<&str>], at: usize| values[at].map(str::to_owned);
        match column {
            "SubAccountId" => of(&[Some("111"), Some("222"), Some("333"), None], self.account),
            "SubAccountName" => of(&[Some("prod"), Some("dev"), None, Some("")], self.name),
            "ServiceName" => of(&[Some("EC2"), Some("S3"), Some("O'Neil, \"Ltd\" \\")], self.service),
            "RegionId" => {
                of(&[Some("us-east-1"), Some("eu-west-1"), None, Some(""), Some("Global")], self.region)
            }
            "x_Lifecycle" => of(&[Some("Spot"), Some("On-demand"), None, Some("Other")], self.lifecycle),
            "ResourceId" => of(&[Some("i-1"), Some("i-2"), None], self.resource),
            "x_LineItemType" => of(&[Some("Usage"), Some("Credit")], self.kind),
            "x_ChargeType" => of(&[Some("Usage"), Some("Credit"), None], (self.account + self.region) % 3),
            "BillingCurrency" => Some("USD".into()),
            "ProviderName" => of(&[Some("AWS"), Some("Microsoft"), None], self.service),
            "Tags" => of(&SETS, self.tags),
            "x_CostCategories" => of(&[Some(r#"{"Unit":"u"}"#), None], self.kind),
            "x_SourceFile" => Some("report.csv".into()),
            _ => None,
        }
    }
}

/// Amounts of every magnitude: 10 decimals as AWS writes them, 18 as doubles do, and large ones.
fn amount() -> impl Strategy<Value = i128> {
    prop_oneof![
        Just(0),
        (-1_000_000_000_000_i128..1_000_000_000_000).prop_map(|value| value * 100_000_000),
        -9_000_000_000_000_000_000_i128..9_000_000_000_000_000_000,
        -(10_i128.pow(26))..10_i128.pow(26),
    ]
}

pub(crate) fn item() -> impl Strategy<Value = Item> {
    (
        (0_usize..3, -30_i32..91 * 24, 0_usize..4, 0_usize..4, 0_usize..3, 0_usize..5),
        (0_usize..4, 0..SETS.len(), 0_usize..3, 0_usize..2, prop::bool::weighted(0.1)),
        [amount(), amount(), amount(), amount(), amount(), amount()],
    )
        .prop_map(|(a, b, units)| Item {
            period: a.0,
            hour: a.1,
            account: a.2,
            name: a.3,
            service: a.4,
            region: a.5,
            lifecycle: b.0,
            tags: b.1,
            resource: b.2,
            kind: b.3,
            split: b.4,
            units,
        })
}

/// Files of some items, and a view of them.
pub(crate) struct World {
    pub(crate) view: View,
    pub(crate) items: Vec<Item>,
    /// Latest name of each account: of the last day, of several the first in order.
    pub(crate) names: BTreeMap<String, String>,
    /// Tag keys that any row carries.
    pub(crate) tag_keys: BTreeSet<String>,
    _folder: TempDir,
}

impl World {
    pub(crate) fn new(items: Vec<Item>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let periods = PERIODS.iter().enumerate().map(|(at, period)| {
            let of_period: Vec<&Item> = items.iter().filter(|item| item.period == at).collect();
            let file = |name: &str| folder.path().join(format!("{period}-{name}.parquet"));
            // Two files each, and one with rows that are not sorted by day: order and splits must not matter.
            let half = of_period.len() / 2;
            let mut rollup_files = Vec::new();
            let mut line_item_files = Vec::new();
            for (part, share) in [&of_period[..half], &of_period[half..]].iter().enumerate() {
                let (rollup, lines) = (file(&format!("r{part}")), file(&format!("l{part}")));
                write(&rollup, &ROLLUP, &rollup_batch(share));
                write(&lines, &LINE_ITEMS, &line_item_batch(share));
                rollup_files.push(rollup);
                line_item_files.push(lines);
            }
            PublishedPeriod {
                connection: CONNECTIONS[at].into(),
                period: period.parse::<BillingPeriod>().unwrap(),
                publication: 1,
                proven: true,
                currency: "USD".into(),
                open: at == 2,
                rollup_files,
                line_item_files: Some(line_item_files),
            }
        });
        let view = View { periods: periods.collect(), scope: Scope::Everything, ..View::default() };
        let names = latest_names(&items);
        let counting = items.iter().filter(|item| !item.split);
        let tag_keys = counting.flat_map(|item| PAIRS[item.tags]).map(|(key, _)| (*key).to_owned()).collect();
        Self { view, items, names, tag_keys, _folder: folder }
    }
}

fn latest_names(items: &[Item]) -> BTreeMap<String, String> {
    let mut names: Vec<(i32, String, String)> = Vec::new();
    for item in items.iter().filter(|item| !item.split) {
        let name = item.text("SubAccountName").filter(|name| !name.is_empty());
        if let (Some(id), Some(name)) = (item.text("SubAccountId"), name) {
            names.push((-item.day(), name, id));
        }
    }
    names.sort();
    let mut latest = BTreeMap::new();
    for (_, name, id) in names {
        latest.entry(id).or_insert(name);
    }
    latest
}

pub(crate) fn engine() -> Engine {
    Engine::new(EngineOptions { memory_limit: 256 << 20, threads: 2 })
}

pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// The result of a SQL query, as text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SqlRows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<TextRow>,
}

pub(crate) async fn sql(engine: &Engine, view: &View, sql: &str) -> Result<SqlRows, QueryError> {
    let found = engine.sql(view, sql).await?;
    let columns = found.schema().fields().iter().map(|field| field.name().clone()).collect();
    let rows: Vec<Vec<TextRow>> = found.texts().try_collect().await?;
    Ok(SqlRows { columns, rows: rows.concat() })
}

fn write(path: &Path, schema: &SchemaRef, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), Arc::clone(schema), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn amounts(units: impl Iterator<Item = i128>) -> ArrayRef {
    Arc::new(Decimal128Array::from_iter_values(units).with_precision_and_scale(38, 18).unwrap())
}

fn texts<'a>(items: impl Iterator<Item = &'a Item>, column: &str) -> ArrayRef {
    Arc::new(items.map(|item| item.text(column)).collect::<StringArray>())
}

fn rollup_batch(items: &[&Item]) -> RecordBatch {
    type Group = (i32, Vec<Option<String>>);
    let mut groups: BTreeMap<Group, (Item, i64)> = BTreeMap::new();
    for item in items.iter().filter(|item| !item.split) {
        let key = (item.day(), ROLLUP_DIMENSIONS.iter().map(|column| item.text(column)).collect());
        let empty = Item { units: [0; 6], ..(*item).clone() };
        let (sum, rows) = groups.entry(key).or_insert((empty, 0));
        sum.units.iter_mut().zip(item.units).for_each(|(sum, units)| *sum += units);
        *rows += 1;
    }
    let rows: Vec<&(Item, i64)> = groups.values().collect();
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(Date32Array::from_iter_values(rows.iter().map(|(item, _)| item.day())))];
    columns.extend(ROLLUP_DIMENSIONS.iter().map(|column| texts(rows.iter().map(|(item, _)| item), column)));
    columns.extend((0..6).map(|at| amounts(rows.iter().map(|(item, _)| item.units[at]))));
    columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, rows)| *rows))));
    RecordBatch::try_new(Arc::clone(&ROLLUP), columns).unwrap()
}

fn line_item_batch(items: &[&Item]) -> RecordBatch {
    let column = |name: &str, kind: &DataType| -> ArrayRef {
        let measure = ROLLUP_MEASURES.iter().position(|measure| *measure == name);
        match (name, measure) {
            (_, Some(at)) => amounts(items.iter().map(|item| item.units[at])),
            ("x_IsSplit", _) => Arc::new(items.iter().map(|item| Some(item.split)).collect::<BooleanArray>()),
            ("x_SourceRow", _) => Arc::new(Int64Array::from_iter_values((0_i64..).take(items.len()))),
            ("ChargePeriodStart", _) => {
                let micros = items.iter().map(|item| {
                    (i64::from(FIRST_DAY) * 24 + i64::from(item.hour)) * 3_600_000_000 + 60_000_000
                });
                Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC"))
            }
            _ if *kind == DataType::Utf8 => texts(items.iter().copied(), name),
            _ => new_null_array(kind, items.len()),
        }
    };
    let columns = LINE_ITEMS.fields().iter().map(|field| column(field.name(), field.data_type())).collect();
    RecordBatch::try_new(Arc::clone(&LINE_ITEMS), columns).unwrap()
}

/// The line-item files of a period, for taking them away.
pub(crate) fn without_line_items(view: &View, period: usize) -> View {
    let mut view = view.clone();
    view.periods[period].line_item_files = None::<Vec<PathBuf>>;
    view
}
