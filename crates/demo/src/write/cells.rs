//! What both writers need for the cells that a template does not hold.

use crate::calendar::{Hour, Period};
use crate::company::Company;
use crate::mix::{mix, mix2};
use crate::row::Row;
use crate::text::{Template, Txt};

/// Discounts of a row by name, in the order of the map.
pub(super) const DISCOUNTS: [&str; 3] = ["bundled_discount", "edp_discount", "private_rate_discount"];

/// A company's rows of one period.
#[derive(Clone)]
pub(super) struct Cells<'a> {
    pub(super) company: &'a Company,
    pub(super) period: Period,
    /// Invoice numbers: of AWS, of the marketplace; absent until the bill is final.
    invoices: Option<[String; 2]>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(company: &'a Company, period: &Period) -> Self {
        let number = |entity: u64| {
            let seed = mix2(u64::from(period.start.unsigned_abs()), entity);
            (1_000_000_000 + seed % 9_000_000_000).to_string()
        };
        let invoices = period.closed().then(|| [number(1), number(2)]);
        Self { company, period: *period, invoices }
    }

    pub(super) fn template(&self, row: &Row) -> &'a Template {
        &self.company.templates[row.template as usize]
    }

    /// The invoice of a template's rows.
    pub(super) fn invoice(&self, template: &Template) -> Option<&str> {
        let marketplace = self.company.pool.get(template.get(Txt::BillingEntity)) == "AWS Marketplace";
        self.invoices.as_ref().map(|list| list[usize::from(marketplace)].as_str())
    }

    /// Usage start and end.
    pub(super) fn usage(row: &Row) -> (Hour, Hour) {
        (row.from, row.to)
    }

    /// Discounts of a row, in [`DISCOUNTS`]' order.
    pub(super) fn discounts(row: &Row) -> [i64; 3] {
        [row.bundled, row.edp, row.private]
    }
}

/// Length of a line item's identity.
pub(super) const ID_LENGTH: usize = 52;

/// The identity of a row: 52 characters of AWS's alphabet, different for every row.
pub(super) fn line_item_id(row: &Row, out: &mut [u8; ID_LENGTH]) {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let place = u64::from(row.from.unsigned_abs()) << 32 | u64::from(row.to.unsigned_abs());
    let mut hash = mix2(mix2(u64::from(row.template), u64::from(row.salt)), place);
    for chunk in out.chunks_mut(12) {
        hash = mix(hash);
        let mut bits = hash;
        for slot in chunk {
            *slot = ALPHABET[usize::try_from(bits & 31).unwrap_or(0)];
            bits >>= 5;
        }
    }
}
