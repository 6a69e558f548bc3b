//! Mails that people cause, counted before they leave, so that many at once cannot pass the limit together.

use super::{NewAudit, audit};
use crate::{Meta, MetaError, TakenJob, work};
use model::OrganizationId;
use serde_json::Value;
use sqlx::Row;

/// Mails about to be sent.
#[derive(Clone, Debug)]
pub struct NewMails {
    /// On whose behalf.
    pub organization_id: OrganizationId,
    /// Who causes them: one name for each person, token or other cause.
    pub sender: String,
    /// How many.
    pub mails: u32,
    /// When (ms).
    pub at_ms: i64,
}

/// How many mails may leave in a span of time.
#[derive(Clone, Copy, Debug)]
pub struct MailLimits {
    /// The span (ms).
    pub window_ms: i64,
    /// Of one sender in one organization.
    pub per_sender: u32,
    /// Of an organization.
    pub per_organization: u32,
}

impl Meta {
    /// Counts mails and writes the entry; or, where a limit would be passed, gives the instant (ms) from which they
    /// fit, and neither counts nor writes anything. `begun`: the job that sends them, and its progress from then on, in the
    /// same step: a run after this one knows that they are counted.
    ///
    /// # Errors
    /// The database cannot be written to.
    pub async fn count_mails(
        &self,
        new: &NewMails,
        limits: MailLimits,
        entry: Option<&NewAudit>,
        begun: Option<(&TakenJob, &Value)>,
    ) -> Result<Option<i64>, MetaError> {
        let mut transaction = self.write().await?;
        let since = new.at_ms - limits.window_ms;
        sqlx::query("DELETE FROM sent_mails WHERE at_ms <= ?").bind(since).execute(&mut *transaction).await?;
        let rows = sqlx::query(
            "SELECT sender, at_ms, mails FROM sent_mails WHERE organization_id = ? ORDER BY at_ms",
        )
        .bind(new.organization_id.as_str())
        .fetch_all(&mut *transaction)
        .await?;
        let (mut own, mut all) = (vec![], vec![]);
        for row in &rows {
            let (at, mails) = (row.try_get::<i64, _>("at_ms")?, row.try_get::<i64, _>("mails")?);
            all.push((at, mails));
            if row.try_get::<&str, _>("sender")? == new.sender {
                own.push((at, mails));
            }
        }
        let fits = |sent: &[(i64, i64)], limit: u32| fits_from(sent, i64::from(new.mails), i64::from(limit));
        let from = fits(&own, limits.per_sender).max(fits(&all, limits.per_organization));
        if let Some(leaves) = from {
            return Ok(Some(leaves + limits.window_ms));
        }
        sqlx::query("INSERT INTO sent_mails (organization_id, sender, at_ms, mails) VALUES (?, ?, ?, ?)")
            .bind(new.organization_id.as_str())
            .bind(&new.sender)
            .bind(new.at_ms)
            .bind(i64::from(new.mails))
            .execute(&mut *transaction)
            .await?;
        if let Some(entry) = entry {
            audit::insert(&mut transaction, entry).await?;
        }
        if let Some((job, progress)) = begun {
            work::note_progress(&mut transaction, job, progress).await?;
        }
        transaction.commit().await?;
        Ok(None)
    }
}

/// The instant of the mails that must be forgotten before `more` fit under the limit; `None`: they fit now.
fn fits_from(sent: &[(i64, i64)], more: i64, limit: i64) -> Option<i64> {
    let mut left: i64 = sent.iter().map(|(_, mails)| mails).sum();
    let mut last = None;
    for (at, mails) in sent {
        if left + more <= limit {
            break;
        }
        left -= mails;
        last = Some(*at);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_fit_when_enough_older_ones_are_forgotten() {
        assert_eq!(fits_from(&[], 5, 5), None);
        assert_eq!(fits_from(&[(1, 2), (2, 2), (3, 1)], 0, 5), None);
        assert_eq!(fits_from(&[(1, 2), (2, 2), (3, 1)], 1, 5), Some(1));
        assert_eq!(fits_from(&[(1, 2), (2, 2), (3, 1)], 3, 5), Some(2));
        assert_eq!(fits_from(&[(1, 2), (2, 2), (3, 1)], 5, 5), Some(3));
    }
}
