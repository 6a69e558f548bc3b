//! Bills as they stood: which publications counted at an instant, and whether all of them are still kept.

use crate::{App, AppError, ErrorKind, Result};
use chrono::DateTime;
use meta::Publication;
use model::{AsOf, OrganizationId};

/// Whether a past state of an organization may be asked for.
///
/// # Errors
/// `Invalid` for a time that is not over, before anything was published, or of which files are not kept any more.
pub(super) async fn check_kept(app: &App, organization: &OrganizationId, as_of: AsOf) -> Result<()> {
    let (now, at) = (app.now(), as_of.instant());
    let is_over = match as_of {
        AsOf::Day(day) => day <= now.date_naive(),
        AsOf::Instant(at) => at <= now,
    };
    if !is_over {
        return Err(AppError::invalid(format!("nobody knows yet how the bill will stand on {as_of}"))
            .advise("Ask for a day that is over, or for today."));
    }
    let ms = at.timestamp_millis();
    if let Some(from) = app.meta().kept_again(organization, ms).await? {
        return Err(not_kept(as_of, Some(from)));
    }
    let first = app.meta().first_published(organization).await?;
    if let Some(first) = first.filter(|first| *first > ms) {
        return Err(AppError::invalid(format!("nothing was published yet on {as_of}")).advise(format!(
            "The first bill was published on {}. Ask for that day or a later one.",
            told(first)
        )));
    }
    Ok(())
}

fn not_kept(as_of: AsOf, from: Option<i64>) -> AppError {
    let from = from.map_or_else(|| "now".to_owned(), told);
    AppError::invalid(format!("the bill as it stood on {as_of} is not kept any more")).advise(format!(
        "It can be asked for as it stood from {from} on: replaced bills are kept for as long as --keep-superseded of the server says, and what somebody removed is gone from the past as well."
    ))
}

/// The refusal of a past state, as it is told to whoever may see a part of the bills: without the instants, which are those
/// of everybody's publications.
pub(super) fn of_part(error: AppError, as_of: Option<AsOf>) -> AppError {
    match as_of {
        Some(as_of) if error.kind == ErrorKind::Invalid => {
            AppError::invalid(format!("the bill as it stood on {as_of} cannot be asked for"))
                .advise("Ask for another day that is over.")
        }
        _ => error,
    }
}

/// The publications that counted.
pub(super) async fn publications(
    app: &App,
    organization: &OrganizationId,
    as_of: Option<AsOf>,
) -> Result<Vec<Publication>> {
    Ok(match as_of {
        None => app.meta().publications(organization).await?,
        Some(as_of) => {
            let ms = as_of.instant().timestamp_millis();
            let found = app.meta().publications_as_of(organization, ms).await?;
            // A vacuum, or somebody who removed a connection, may have been faster than this question.
            let kept_again = app.meta().kept_again(organization, ms).await?;
            match found.filter(|_| kept_again.is_none()) {
                Some(found) => found,
                None => return Err(not_kept(as_of, kept_again)),
            }
        }
    })
}

/// An instant in words that can be asked for as they are.
fn told(ms: i64) -> String {
    let instant = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    AsOf::Instant(instant).to_string()
}
