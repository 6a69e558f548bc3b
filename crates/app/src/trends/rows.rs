//! Which rows of the bills an event is about, as filters that the engine understands.

use super::{Attribute, Event, Kind, Object, Words, rows_of};
use crate::read::{Published, filter_on};
use crate::{App, Result};
use model::question::Page;
use model::{ChargeType, Column, Dimension, Filter, MappingName};

/// The rows of an event; `None` where it is about none, or about what is not there any more.
///
/// # Errors
/// The metadata cannot be read.
pub(super) async fn filters(
    app: &App,
    published: &Published,
    words: &Words,
    event: &Event,
) -> Result<Option<Vec<Filter>>> {
    if event.kind == Kind::NoData {
        return Ok(None);
    }
    let Some(mut filters) = of_object(app, published, words, &event.object).await? else { return Ok(None) };
    if event.kind == Kind::UnitPrice {
        filters.push(filter_on(Column::ChargeType, false, &[ChargeType::OnDemandUsage.name()]));
    } else {
        filters.extend(rows_of(event.measure));
    }
    Ok(Some(filters))
}

async fn of_object(
    app: &App,
    published: &Published,
    words: &Words,
    object: &Object,
) -> Result<Option<Vec<Filter>>> {
    let mut filters = vec![];
    for (attribute, value) in object.parts() {
        let dimension: Dimension = match attribute {
            Attribute::Account => Column::AccountId.into(),
            Attribute::Service if words.has_code(value) => Column::ProductCode.into(),
            Attribute::Service => Column::Service.into(),
            Attribute::UsageType => Column::UsageType.into(),
            Attribute::Region => Column::Region.into(),
            Attribute::Operation => Column::Operation.into(),
            Attribute::Resource => Column::ResourceId.into(),
            Attribute::Tag(key) => Dimension::Tag(key.clone()),
            Attribute::Subset => {
                if !published.definitions.subsets.iter().any(|subset| subset.id == value) {
                    return Ok(None);
                }
                MappingName::SubsetId.into()
            }
            Attribute::Filter => {
                let Some(found) = of_report(app, published, value).await? else { return Ok(None) };
                filters.extend(found);
                continue;
            }
            Attribute::Connection => Column::Connection.into(),
        };
        filters.push(filter_on(dimension, false, &[value]));
    }
    Ok(Some(filters))
}

/// What a saved report keeps.
async fn of_report(app: &App, published: &Published, id: &str) -> Result<Option<Vec<Filter>>> {
    let Some(organization) = &published.organization else { return Ok(None) };
    let reports = app.meta().saved_reports(&organization.id).await?;
    let found = reports.into_iter().find(|report| report.shared && report.id.as_str() == id);
    Ok(found.and_then(|report| Some(Page::read(&report.address).ok()?.filters().to_vec())))
}
