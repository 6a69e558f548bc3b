//! Shared reports as what definitions watch: what they filter by is a part of what is asked of the bills.

use super::{Attribute, Definition, definitions, look_again};
use crate::{App, Result, stable};
use meta::{NewJob, SavedReport};
use model::OrganizationId;
use model::question::Page;

/// Names what shared reports filter by, where a definition watches them: another name, another question. Else empty.
pub(super) async fn filters_of(
    app: &App,
    organization: &OrganizationId,
    definitions: &[Definition],
) -> Result<String> {
    if !definitions.iter().any(watches_filters) {
        return Ok(String::new());
    }
    let reports = app.meta().saved_reports(organization).await?;
    let mut all: Vec<(&str, String)> =
        reports.iter().filter_map(|one| Some((one.id.as_str(), filters(one)?))).collect();
    all.sort();
    Ok(stable::name_of(&all))
}

/// The jobs that look again, where what definitions watch of a report is another thing than before; for the transaction of
/// its change.
///
/// # Errors
/// The metadata cannot be read.
pub(crate) async fn look_at_report(
    app: &App,
    organization: &OrganizationId,
    before: Option<&SavedReport>,
    after: Option<&SavedReport>,
) -> Result<Vec<NewJob>> {
    if before.and_then(filters) == after.and_then(filters) {
        return Ok(vec![]);
    }
    let known = definitions(app, organization).await?;
    let watched = known.iter().any(|one| one.on && watches_filters(&one.definition));
    if watched { look_again(app, organization) } else { Ok(vec![]) }
}

fn watches_filters(definition: &Definition) -> bool {
    definition.watches.contains(&Attribute::Filter)
}

/// What a report filters by, if it is shared.
fn filters(report: &SavedReport) -> Option<String> {
    let page = Page::read(&report.address).ok().filter(|_| report.shared)?;
    Some(format!("{:?}", page.filters()))
}
