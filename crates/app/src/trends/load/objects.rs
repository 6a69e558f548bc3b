//! What definitions watch beside account × service: sums of those, or questions of their own.

use super::asking::{dimensions, service_of};
use super::{All, Asking, By, Cells, Gathered, Span, add, is_of_accounts};
use crate::trends::{Attribute, Definition, Measure, Object};
use crate::{AppError, Result};
use model::question::Page;
use model::{Column, Decimal, Filter, Metric};
use std::collections::{BTreeSet, HashSet};

/// Values of an attribute that one definition watches, those with the most cost.
const MOST_VALUES: usize = 5_000;

/// Gathers the series of whatever is watched.
pub(super) async fn watched(
    asking: &Asking<'_>,
    definitions: &[Definition],
    span: Span,
    all: &mut All,
    place_of: impl Fn(Option<&str>) -> Option<usize>,
) -> Result<()> {
    let mut sets: BTreeSet<Vec<Attribute>> = BTreeSet::new();
    for definition in definitions {
        let mut watches = definition.watches.clone();
        watches.sort();
        watches.dedup();
        sets.insert(watches);
    }
    // There already.
    sets.remove(&vec![Attribute::Account, Attribute::Service]);
    for watches in sets {
        if watches.contains(&Attribute::Filter) {
            filters(asking, &watches, span, all, &place_of).await?;
        } else if is_of_accounts(&watches) {
            sums(asking, &watches, all);
        } else if watches.iter().all(|attribute| !dimensions(attribute).is_empty()) {
            by_attributes(asking, &watches, &[], span, all, &place_of).await?;
        }
    }
    Ok(())
}

/// Sums of account × service.
fn sums(asking: &Asking<'_>, watches: &[Attribute], all: &mut All) {
    let mut found = All::new();
    for ((object, measure), gathered) in all.iter().filter(|((object, measure), _)| {
        *measure == Measure::Usage && object.has_exactly(&[Attribute::Account, Attribute::Service])
    }) {
        let value = |attribute: &Attribute| match attribute {
            Attribute::Subset => {
                let account = object.get(&Attribute::Account)?;
                asking.published.definitions.subset_of(account).map(|subset| subset.id.clone())
            }
            other => object.get(other).map(ToOwned::to_owned),
        };
        let mut parts = Object::organization();
        let named = watches.iter().all(|attribute| match value(attribute) {
            Some(value) => {
                parts = parts.with(attribute.clone(), &value);
                true
            }
            None => false,
        });
        if named {
            sum(found.entry((parts, *measure)).or_default(), gathered);
        }
    }
    all.extend(found);
}

fn sum(into: &mut Gathered, one: &Gathered) {
    let add = |into: &mut Vec<Decimal>, one: &[Decimal]| {
        if into.is_empty() {
            into.resize(one.len(), Decimal::ZERO);
        }
        for (sum, figure) in into.iter_mut().zip(one) {
            *sum += *figure;
        }
    };
    add(&mut into.costs, &one.costs);
    add(&mut into.list, &one.list);
    into.of.extend(one.of.iter().cloned());
}

async fn by_attributes(
    asking: &Asking<'_>,
    attributes: &[Attribute],
    filters: &[Filter],
    span: Span,
    all: &mut All,
    place_of: &impl Fn(Option<&str>) -> Option<usize>,
) -> Result<()> {
    let columns = &[Column::Connection, Column::ProductCode, Column::Service];
    let object = |cells: &Cells<'_>| {
        let mut object = Object::organization();
        for (attribute, value) in attributes.iter().zip(&cells.values) {
            // What has no tag is no value of it.
            object = object.with(attribute.clone(), (*value)?);
        }
        Some(object)
    };
    // Those that are looked for, where they are too many: a year of each is not held to find out.
    let mut largest: Option<HashSet<Object>> = None;
    loop {
        let mut found = All::new();
        let mut too_many = false;
        asking
            .by_day(Metric::Amortized, By { attributes, columns, filters }, span, |cells| {
                let [connection, service @ ..] = cells.rest else { return };
                let Some(source) = place_of(connection.as_deref()) else { return };
                let Some(object) = object(cells).filter(|_| !too_many && cells.measure == Measure::Usage)
                else {
                    return;
                };
                if largest.as_ref().is_some_and(|largest| !largest.contains(&object)) {
                    return;
                }
                add(&mut found, object, Metric::Amortized, (source, service_of(service)), span, cells);
                too_many = found.len() > MOST_VALUES;
                if too_many {
                    found = All::new();
                }
            })
            .await?;
        if !too_many {
            all.extend(found);
            return Ok(());
        }
        let by = By { attributes, columns: &[], filters };
        largest = Some(asking.largest(by, span, (MOST_VALUES, Decimal::ZERO), &object).await?);
    }
}

/// Saved filters: what the pages of shared reports show.
async fn filters(
    asking: &Asking<'_>,
    watches: &[Attribute],
    span: Span,
    all: &mut All,
    place_of: &impl Fn(Option<&str>) -> Option<usize>,
) -> Result<()> {
    let others: Vec<Attribute> = watches.iter().filter(|one| **one != Attribute::Filter).cloned().collect();
    let Some(organization) = &asking.published.organization else { return Ok(()) };
    if others.iter().any(|attribute| dimensions(attribute).is_empty()) {
        return Ok(());
    }
    for saved in asking.app.meta().saved_reports(&organization.id).await? {
        // What cannot be read any more is said where it is opened.
        let Ok(page) = Page::read(&saved.address) else { continue };
        if !saved.shared || page.filters().is_empty() {
            continue;
        }
        let mut found = All::new();
        let gathered = by_attributes(asking, &others, page.filters(), span, &mut found, place_of);
        match gathered.await {
            Ok(()) => {}
            Err(error) if is_about_it(&error) => continue,
            Err(error) => return Err(error),
        }
        for ((object, measure), gathered) in found {
            all.insert((object.with(Attribute::Filter, saved.id.as_str()), measure), gathered);
        }
    }
    Ok(())
}

/// Whether a filter cannot be asked at all, such as by what was deleted: others are looked at.
fn is_about_it(error: &AppError) -> bool {
    matches!(error.kind, crate::ErrorKind::Invalid | crate::ErrorKind::NotFound)
}
