//! Which rows of a delivery are read.

use crate::batch::RawBatch;
use crate::fields;
use model::BillingPeriod;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use twox_hash::XxHash3_128;

/// Which rows of a delivery are read. By default all, of whatever period they name.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What the delivery itself says; rows of another period are refused.
    pub period: Option<BillingPeriod>,
    /// The accounts whose rows count; `None`: all. A row without a usage account is its payer's.
    pub accounts: Option<Arc<BTreeSet<String>>>,
    /// Which part of the delivery each file is of, where several reports are read as one bill: then each part's
    /// accounts are kept apart, so that one bill that is there twice is noticed.
    pub parts: Option<Arc<[u32]>>,
    /// Whether nothing says that all files are parts of one bill: then rows that stand in two of them are looked for,
    /// and refused.
    pub doubted: bool,
    /// Billing accounts whose rows do not count, by period: another source is chosen for their bill.
    pub without: Option<Arc<Without>>,
}

/// Billing accounts by period.
pub type Without = BTreeMap<BillingPeriod, BTreeSet<String>>;

/// Whose bill and whose costs: billing account and account.
pub type Owner = (String, String);

/// The owners in a batch's rows.
pub(crate) fn owners(batch: &RawBatch, into: &mut BTreeSet<Owner>) {
    let columns = [fields::PAYER, fields::ACCOUNT].map(|field| batch.text(field));
    let mut seen = HashSet::new();
    let mut last = None;
    for row in 0..batch.rows {
        let pair = columns.map(|column| column.and_then(|column| column.code(row)));
        // Neighbours mostly are of one account.
        if last != Some(pair) && seen.insert(pair) {
            into.insert((
                batch.get(fields::PAYER, row).to_owned(),
                batch.get(fields::ACCOUNT, row).to_owned(),
            ));
        }
        last = Some(pair);
    }
}

/// An account whose costs are in both. Rows without an account of their own (tax, credits) are their payer's, and tell
/// something only where a bill has nothing else.
pub fn shared_owner<'a>(ours: &'a BTreeSet<Owner>, theirs: &BTreeSet<Owner>) -> Option<(&'a str, &'a str)> {
    let with_account =
        |owners: &BTreeSet<Owner>| owners.iter().any(|(payer, account)| is_account(payer, account));
    let accounts_alone = with_account(ours) && with_account(theirs);
    let counts = |owner: &&Owner| !accounts_alone || is_account(&owner.0, &owner.1);
    let (payer, account) = ours.iter().filter(counts).find(|owner| theirs.contains(owner))?;
    Some((payer, if account.is_empty() { payer } else { account }))
}

/// The billing accounts of which both hold costs of the same account.
pub fn shared_payers(ours: &BTreeSet<Owner>, theirs: &BTreeSet<Owner>) -> BTreeSet<String> {
    let of = |owners: &BTreeSet<Owner>, payer: &str| -> BTreeSet<Owner> {
        owners.iter().filter(|owner| owner.0 == payer).cloned().collect()
    };
    let payers: BTreeSet<&String> = ours.iter().map(|(payer, _)| payer).collect();
    let shared = payers
        .into_iter()
        .filter(|payer| shared_owner(&of(ours, payer), &of(theirs, payer)).is_some())
        .cloned();
    shared.chain(shared_owner(ours, theirs).map(|(payer, _)| payer.to_owned())).collect()
}

/// Whether a row's account is told, and is not merely the bill's own.
fn is_account(payer: &str, account: &str) -> bool {
    !account.is_empty() && account != payer
}

impl Selection {
    /// Changes with the accounts: what was read of other accounts must be read again. Empty for all accounts.
    pub fn stamp(&self) -> String {
        let accounts = self.accounts.as_ref().map(|accounts| {
            let text: String = accounts.iter().flat_map(|account| [account, "\n"]).collect();
            format!("{:032x}", XxHash3_128::oneshot(text.as_bytes()))
        });
        let without = self.without.as_ref().filter(|without| !without.is_empty()).map(|without| {
            let text: Vec<u8> = without
                .iter()
                .flat_map(|(period, payers)| {
                    payers.iter().map(move |payer| format!("{period}\n{payer}\n").into_bytes())
                })
                .flatten()
                .collect();
            format!("-{:032x}", XxHash3_128::oneshot(&text))
        });
        accounts.into_iter().chain(without).collect()
    }

    /// The rows of a period, all selected by account, without those of billing accounts that are counted elsewhere;
    /// `None` when nothing is left.
    pub(crate) fn counted<'a>(&self, period: BillingPeriod, rows: &'a RawBatch) -> Option<Cow<'a, RawBatch>> {
        let Some(without) = self.without.as_ref().and_then(|without| without.get(&period)) else {
            return Some(Cow::Borrowed(rows));
        };
        let kept: Vec<u32> = (0..rows.rows)
            .filter(|row| !without.contains(rows.get(fields::PAYER, *row)))
            .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
            .collect();
        match kept.len() {
            0 => None,
            all if all == rows.rows => Some(Cow::Borrowed(rows)),
            _ => Some(Cow::Owned(rows.take(&kept))),
        }
    }

    /// The batch, or as much of it as is selected; `None` when that is nothing.
    pub(crate) fn narrow(&self, batch: RawBatch) -> Option<RawBatch> {
        let Some(accounts) = &self.accounts else { return Some(batch) };
        let owner = |row: usize| match batch.get(fields::ACCOUNT, row) {
            "" => batch.get(fields::PAYER, row),
            account => account,
        };
        let rows: Vec<u32> = (0..batch.rows)
            .filter(|row| accounts.contains(owner(*row)))
            .map(|row| u32::try_from(row).unwrap_or(u32::MAX))
            .collect();
        match rows.len() {
            0 => None,
            all if all == batch.rows => Some(batch),
            _ => Some(batch.take(&rows)),
        }
    }
}

impl From<Option<BillingPeriod>> for Selection {
    fn from(period: Option<BillingPeriod>) -> Self {
        Self { period, ..Self::default() }
    }
}
