//! The rest of another connection's month: it holds several bills, and this one takes the place of some of them. The
//! others are read by themselves, and are published in the same moment, so that nothing is missing meanwhile.

use super::counting::{Kept, Retired};
use super::deliver::{Job, prepare};
use super::reading::{self, Trouble};
use super::tracking::Tracker;
use super::{Work, bills, chosen, deliver};
use crate::counted::owners_of;
use crate::lock::AtWork;
use crate::proof::PeriodProof;
use crate::{AppError, ErrorKind, Result, Stage, connections};
use ingest::rollup::RollupResult;
use ingest::{Owner, Selection, shared_payers};
use meta::NewPublication;
use model::BillingPeriod;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Job<'_> {
    /// Reads what another connection's month holds besides the bills that this one takes over; it is stored, and not
    /// published yet. Until it is, the caller alone is at work at that connection.
    ///
    /// # Errors
    /// When its source cannot be read, or does not have the month any more: then nothing changes.
    pub(super) async fn rest(
        &self,
        tracker: &Tracker<'_>,
        period: BillingPeriod,
        retired: &Retired,
        ours: &PeriodProof,
    ) -> Result<(NewPublication, AtWork)> {
        let told = |error: AppError| AppError {
            message: format!(
                "'{}' holds other bills as well, which would not be counted any more, and they could not be read: {}",
                retired.name, error.message
            ),
            ..error
        };
        let ours: BTreeSet<Owner> = ours.owners.iter().cloned().collect();
        Box::pin(self.rest_of(tracker, period, retired, &ours)).await.map_err(told)
    }

    async fn rest_of(
        &self,
        tracker: &Tracker<'_>,
        period: BillingPeriod,
        retired: &Retired,
        ours: &BTreeSet<Owner>,
    ) -> Result<(NewPublication, AtWork)> {
        let (app, organization) = (self.app, &self.connection.organization_id);
        let id = &retired.publication.connection_id;
        // No job of it is taken for that, and none of it fails: whoever is at it is waited for.
        let at_work = app.at_work_after(id).await?;
        let record = app.meta().connection_record(organization, id).await?.ok_or_else(gone)?;
        let connection = &record.connection;
        let source = Arc::new(connections::open_source(app, organization, id).await?);
        let mut discovery = source.discover().await?;
        let kept = Kept::read(app, connection).await?;
        chosen::leave_out(app, connection, &kept, &mut discovery).await?;
        bills::sort_out(&source, &mut discovery).await?;
        let holds = |delivery: &connect::Delivery| {
            delivery.problems.is_empty()
                && (delivery.periods.is_empty() || delivery.periods.contains(&period))
        };
        // One that names the month, before one that may hold any.
        let named = discovery.deliveries.iter().position(|one| one.period == Some(period) && holds(one));
        let at = named.or_else(|| discovery.deliveries.iter().position(holds)).ok_or_else(gone)?;
        let found = discovery.deliveries.swap_remove(at);
        let all = Selection { accounts: connections::accounts(&record)?, ..Selection::default() };
        let payers: BTreeSet<String> = retired.conflict.detail.payers.iter().cloned().collect();
        let mut work = Work::new(found, &all, &kept);
        work.leave_out(period, &payers);
        let job = work.job(app, connection, &source);
        let trouble = Trouble::default();
        let files = reading::files(&source, job.delivery, &tracker.counters, &trouble);
        let selection = job.selected();
        let read = tracker
            .watch(None, Some(period), Stage::Reading, move |counters| {
                ingest::rollup::read(&files, &selection, deliver::threads(), counters)
            })
            .await?
            .map_err(|error| trouble.told(error))?;
        // As every other reading: what is published is one bill, whole, and counted once.
        job.check_untouched().await?;
        let RollupResult { mut periods, mut warnings, features, owners } = read;
        job.one_bill_once(&owners, &periods).await?;
        job.as_promised(&periods)?;
        if all.accounts.is_some() {
            warnings.clear();
        }
        let rollup = periods.remove(&period).ok_or_else(gone)?;
        let theirs = rollup.owners();
        let mut others = vec![ours.clone()];
        for known in app.meta().publications(organization).await? {
            if known.period == period
                && known.connection_id != *id
                && known.connection_id != self.connection.id
            {
                others.push(owners_of(&known));
            }
        }
        if let Some(twice) = others.iter().find_map(|other| shared_payers(&theirs, other).into_iter().next())
        {
            let message =
                format!("its newest delivery holds the bill of {twice}, which is counted elsewhere");
            return Err(AppError::new(ErrorKind::Conflict, message).advise(
                "Read that connection first, and choose on its page which one counts. Until then nothing changes.",
            ));
        }
        // It could not be put back.
        job.rehearse(tracker, None).await?;
        let (new, _) = prepare(&job, tracker, None, (period, rollup), &warnings, &features).await?;
        Ok((new, at_work))
    }
}

fn gone() -> AppError {
    AppError::new(ErrorKind::Gone, "its source does not have the month any more")
        .advise("Put its files back, or remove that connection. Until then it counts, and nothing changes.")
}
