//! The inner loop: a batch of one billing period into groups.

use super::groups::Groups;
use crate::batch::{Hashes, RawBatch};
use crate::columns::{Format, Rules};
use crate::costs::{exact_measures, short_measures};
use crate::fields;
use crate::proof::{RawClass, RawTotals};
use crate::registry::{Prints, Registries};
use crate::timestamps::day_of;
use crate::up_front::{self, UpFront};
use model::LineItemType;

/// Rows whose groups are brought near at a time.
const BLOCK: usize = 256;

/// What a group is: places in the registries, and its day.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupKey {
    pub(super) day: i32,
    pub(super) sku: u32,
    pub(super) account: u32,
    pub(super) tags: u32,
    pub(super) categories: u32,
}

/// Everything summed of one billing period by one worker.
#[derive(Default)]
pub(super) struct Kernel {
    pub(super) groups: Groups,
    pub(super) keys: Vec<GroupKey>,
    pub(super) registries: Registries,
    pub(super) totals: RawTotals,
    pub(super) currency: Option<String>,
    /// First and last hour of counted usage (microseconds).
    pub(super) usage_span: Option<(i64, i64)>,
    /// Split cost rows: read, and outside every total.
    pub(super) split_rows: u64,
}

/// How the rows of a batch are treated, by class code.
pub(crate) struct Classes {
    pub(crate) codes: Vec<u16>,
    pub(crate) by_code: Vec<RawClass>,
}

impl Classes {
    /// Classes of a batch: line item type × up-front fee × split cost.
    pub(crate) fn of(batch: &RawBatch, rules: Rules, file: usize) -> Self {
        let types = batch.text(fields::LINE_ITEM_TYPE);
        let names: Vec<String> = types
            .map(|types| types.values().iter().map(|name| name.unwrap_or("").to_owned()).collect())
            .unwrap_or_default();
        let none = names.len();
        let mut codes: Vec<u16> = (0..batch.rows)
            .map(|row| {
                u16::try_from(8 * types.and_then(|types| types.code(row)).unwrap_or(none)).unwrap_or(u16::MAX)
            })
            .collect();
        if rules.format == Format::Cur {
            if names.iter().any(|name| up_front::is_candidate(name)) {
                mark_up_front(batch, &names, &mut codes);
            }
            // These operations, and no others, repeat cost that is counted elsewhere.
            match batch.text(fields::OPERATION) {
                Some(_) => mark(batch, fields::OPERATION, &mut codes, 1, |operation| {
                    matches!(operation, "EKSPod-EC2" | "ECSTask-EC2")
                }),
                None => mark(batch, fields::SPLIT_PARENT, &mut codes, 1, |parent| !parent.is_empty()),
            }
        }
        // Only the classes that occur: there are few, and tables are made of them per batch.
        let mut dense = vec![u16::MAX; 8 * (none + 1)];
        let mut by_code = vec![];
        for code in &mut codes {
            let raw = usize::from(*code);
            if dense[raw] == u16::MAX {
                dense[raw] = u16::try_from(by_code.len()).unwrap_or(u16::MAX);
                by_code.push(RawClass {
                    file,
                    line_item_type: names.get(raw / 8).cloned().unwrap_or_default(),
                    up_front: match raw & 6 {
                        2 => UpFront::Reservation,
                        4 => UpFront::Plan,
                        _ => UpFront::No,
                    },
                    split: raw & 1 != 0,
                });
            }
            *code = dense[raw];
        }
        Self { codes, by_code }
    }
}

/// Marks up-front fees and their refunds; few rows can be such.
fn mark_up_front(batch: &RawBatch, names: &[String], codes: &mut [u16]) {
    let candidates: Vec<bool> = names.iter().map(|name| up_front::is_candidate(name)).collect();
    for (row, code) in codes.iter_mut().enumerate() {
        if candidates.get(usize::from(*code / 8)).copied().unwrap_or(false) {
            *code |= match up_front::of(|field| batch.get(field, row), batch.description(row)) {
                UpFront::No => 0,
                UpFront::Reservation => 2,
                UpFront::Plan => 4,
            };
        }
    }
}

fn mark(batch: &RawBatch, field: fields::Text, codes: &mut [u16], flag: u16, test: impl Fn(&str) -> bool) {
    let Some(column) = batch.text(field) else { return };
    let hits: Vec<bool> = column.values().iter().map(|value| test(value.unwrap_or(""))).collect();
    if !hits.contains(&true) {
        return;
    }
    for (row, code) in codes.iter_mut().enumerate() {
        if column.code(row).is_some_and(|code| hits[code]) {
            *code |= flag;
        }
    }
}

impl Kernel {
    /// Adds a batch whose rows all belong to this billing period.
    pub(super) fn add(
        &mut self,
        batch: &RawBatch,
        rules: Rules,
        file: usize,
        hashes: &mut Hashes,
        prints: &mut Prints,
    ) {
        let classes = Classes::of(batch, rules, file);
        self.totals.add(batch, rules, &classes.codes, &classes.by_code);
        prints.compute(batch, hashes, false);
        let kinds: Vec<LineItemType> =
            classes.by_code.iter().map(|class| LineItemType::from_name(&class.line_item_type)).collect();
        let (mut first, mut last) = self.usage_span.unwrap_or((i64::MAX, i64::MIN));
        let mut day_print = (i32::MIN, 0);
        // Three passes over the batch, each a tight loop: fingerprints, look-ups, sums.
        let total = &mut prints.total;
        total.clear();
        for row in 0..batch.rows {
            let day = day_of(batch.charge_start[row]);
            if day != day_print.0 {
                day_print = (day, print_of_day(day));
            }
            let print = prints.skus[row]
                .wrapping_add(prints.accounts[row].rotate_left(1))
                .wrapping_add(prints.tags[row].rotate_left(2))
                .wrapping_add(prints.categories[row].rotate_left(3))
                .wrapping_add(day_print.1);
            total.push(print);
        }
        let metered: Vec<bool> = kinds.iter().map(|kind| kind.is_metered()).collect();
        let splits: Vec<bool> = classes.by_code.iter().map(|class| class.split).collect();
        let any_split = classes.codes.iter().any(|code| splits[usize::from(*code)]);
        prints.slots.clear();
        // In blocks whose cache lines stay near between touching them and using them.
        for block in (0..batch.rows).step_by(BLOCK) {
            let rows = block..batch.rows.min(block + BLOCK);
            std::hint::black_box(self.groups.touch(&prints.total[rows.clone()]));
            for row in rows {
                if any_split && splits[usize::from(classes.codes[row])] {
                    prints.slots.push(u32::MAX);
                    continue;
                }
                let (slot, new) = self.groups.slot(prints.total[row]);
                prints.slots.push(slot);
                if new {
                    let registries = &mut self.registries;
                    self.keys.push(GroupKey {
                        day: day_of(batch.charge_start[row]),
                        sku: registries.sku(rules.format, prints.skus[row], batch, row),
                        account: registries.account(prints.accounts[row], batch, row),
                        tags: registries.tag_set(prints.tags[row], batch, row),
                        categories: registries.category_set(prints.categories[row], batch, row),
                    });
                }
            }
        }
        for (row, slot) in prints.slots.iter().enumerate() {
            if row % BLOCK == 0 {
                self.groups.count_rows(&prints.slots[row..batch.rows.min(row + BLOCK)]);
            }
            if *slot == u32::MAX {
                self.split_rows += 1;
                continue;
            }
            let class = usize::from(classes.codes[row]);
            let kind = kinds[class];
            if metered[class] {
                let start = batch.charge_start[row];
                first = first.min(start);
                last = last.max(start);
            }
            let up_front = classes.by_code[class].up_front;
            match short_measures(batch, rules, kind, up_front, row) {
                Some(measures) => self.groups.add(*slot, &measures),
                None => {
                    self.groups.add_exact(*slot, &exact_measures(batch, rules, kind, up_front, row));
                }
            }
        }
        if last > i64::MIN {
            self.usage_span = Some((first, last));
        }
    }

    /// Bytes of distinct text and groups that are held.
    pub(super) fn held(&self) -> (u64, u64) {
        (self.registries.text, self.groups.slots.len() as u64)
    }

    /// Takes over what another worker summed.
    pub(super) fn absorb(&mut self, other: Self) {
        let skus = self.registries.skus.absorb(other.registries.skus);
        let accounts = self.registries.accounts.absorb(other.registries.accounts);
        let tags = self.registries.tags.absorb(other.registries.tags);
        let categories = self.registries.categories.absorb(other.registries.categories);
        for (at, print) in other.groups.prints.iter().enumerate() {
            let (slot, new) = self.groups.slot(*print);
            if new {
                let key = other.keys[at];
                self.keys.push(GroupKey {
                    day: key.day,
                    sku: skus[key.sku as usize],
                    account: accounts[key.account as usize],
                    tags: tags[key.tags as usize],
                    categories: categories[key.categories as usize],
                });
            }
            other.groups.merge_into(u32::try_from(at).unwrap_or(u32::MAX), &mut self.groups, slot);
        }
        self.registries.text += other.registries.text;
        self.totals.merge(other.totals);
        self.split_rows += other.split_rows;
        self.currency = self.currency.take().or(other.currency);
        self.usage_span = match (self.usage_span, other.usage_span) {
            (Some(ours), Some(theirs)) => Some((ours.0.min(theirs.0), ours.1.max(theirs.1))),
            (ours, theirs) => ours.or(theirs),
        };
    }
}

fn print_of_day(day: i32) -> u128 {
    twox_hash::XxHash3_128::oneshot_with_seed(0x0DA1, &day.to_le_bytes())
}
