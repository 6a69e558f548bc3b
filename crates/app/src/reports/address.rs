//! What a page's address asks for: the grammar of [`model::question::Page`], and how what an organization defines is
//! referred to in it.

use crate::allocation::{Definitions, is_subset_id};
use crate::{AppError, Result};
use chrono::NaiveDate;
use model::question::{Page, PageError, with_references};
use model::{Filter, Question};

/// Reads a query string.
pub(super) fn read(text: &str) -> Result<Page> {
    let page = Page::read(text).map_err(|error| unreadable(&error))?;
    if page.as_of().is_some() {
        return Err(AppError::invalid("the page shows the bill as it stood on a day that is over")
            .advise("A report shows it as it stands when it is sent: go back to now, then save it."));
    }
    Ok(page)
}

/// The question that a page asks of data that ends on a day (exclusive), with the keys that are there.
pub(super) fn question(
    page: &Page,
    data_to: NaiveDate,
    tag_keys: &[String],
    categories: &[String],
) -> Result<Question> {
    page.question(data_to, tag_keys, categories).map_err(|error| unreadable(&error))
}

/// Refuses a page that names what nothing is called: kept by its name, it would mean whatever is called so one day.
///
/// # Errors
/// `Invalid`: the name.
pub(super) fn check_names(page: &Page, definitions: &Definitions) -> Result<()> {
    page.filters().iter().try_for_each(|filter| definitions.check_names(filter))?;
    page.virtual_tag().map_or(Ok(()), |tag| definitions.virtual_tag(tag).map(|_| ()))
}

/// The same where a report is sent: identifiers of what was deleted will not mean anything else. A name may, also one that is
/// left out, which leaves out nothing until something is called so.
///
/// # Errors
/// As [`check_names`].
pub(super) fn check_old_names(page: &Page, definitions: &Definitions) -> Result<()> {
    let by_name = |filter: &&Filter| !is_subset_id(&filter.dimension);
    page.filters().iter().filter(by_name).try_for_each(|filter| definitions.check_names(filter))?;
    page.virtual_tag().map_or(Ok(()), |tag| definitions.virtual_tag(tag).map(|_| ()))
}

/// The address with identifiers in place of names, so that a rename leaves alone what it means.
pub(super) fn by_id(address: &str, definitions: &Definitions) -> String {
    with_references(
        address,
        |filter| definitions.filter_by_id(filter),
        |tag| definitions.virtual_tag(tag).ok().map(|tag| tag.id.clone()),
    )
}

fn unreadable(error: &PageError) -> AppError {
    AppError::invalid(error.to_string()).advise("Open the page anew and save it again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Comparison, CostQuery, Metric, TimeView};

    #[test]
    fn what_is_left_out_and_was_deleted_stops_no_report() {
        let check = |text: &str| check_old_names(&read(text).unwrap(), &Definitions::default());
        for text in ["filter=subset_id%21%3Ds9", "filter=subset_id%3Ds9", "filter=service%3DNobody"] {
            check(text).unwrap();
        }
        // By its name, it would mean whatever is called so one day.
        for text in ["filter=subset%3DNobody", "filter=subset%21%3DNobody"] {
            assert!(check(text).unwrap_err().advice.is_some());
        }
    }

    fn query(text: &str) -> CostQuery {
        let page = read(text).unwrap();
        question(&page, "2026-10-23".parse().unwrap(), &["Team".into()], &[]).unwrap().cost_query(None)
    }

    #[test]
    fn an_address_asks_what_its_page_asks() {
        let start = query("");
        assert_eq!(start.group_by[0].to_string(), "account_id");
        assert_eq!((start.from.unwrap().to_string(), start.view), ("2026-09-23".to_owned(), TimeView::Day));
        let tags = query("tab=tag&tag=a%2Cb&tag=c&case=merged&time=last-13-months&metric=net_amortized");
        let names: Vec<String> = tags.group_by.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["carried_merged_tag:a,b", "carried_merged_tag:c"]);
        assert_eq!((tags.view, tags.metric), (TimeView::Month, Metric::NetAmortized));
        assert_eq!(query("tab=tag").group_by[0].to_string(), "carried_tag:Team");
        assert_eq!(query("tab=virtual:Owner+x").group_by[0].to_string(), "virtual_tag:Owner x");
        assert_eq!(query("tab=usage-type-group").group_by[0].to_string(), "usage_type_group");
        let filtered = query("filter=service%21%3DTax&from=2026-10-01&to=2026-10-05&view=hour&hide=x");
        assert_eq!(filtered.filters[0].to_string(), "service!=Tax");
        assert_eq!(
            (filtered.to.unwrap().to_string(), filtered.view),
            ("2026-10-05".to_owned(), TimeView::Hour)
        );
        assert_eq!(query("view=hour").view, TimeView::Day);
        assert_eq!(start.compare, Some(Comparison::Previous));
        assert_eq!(query("compare=year").compare, Some(Comparison::YearAgo));
        let own = query("compare=2025-01-01..2025-02-01").compare.unwrap();
        assert_eq!(own.to_string(), "2025-01-01..2025-02-01");
        for (preset, from, to) in [
            ("this-quarter", "2026-10-01", "2026-10-23"),
            ("last-quarter", "2026-07-01", "2026-10-01"),
            ("this-year", "2026-01-01", "2026-10-23"),
            ("last-year", "2025-01-01", "2026-01-01"),
        ] {
            let found = query(&format!("time={preset}"));
            let days = (found.from.unwrap().to_string(), found.to.unwrap().to_string());
            assert_eq!(days, (from.to_owned(), to.to_owned()), "{preset}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_advice() {
        for text in [
            "filter=x",
            "metric=y",
            "from=2026-02-30&to=2026-03-01",
            "view=z",
            "from=0001-01-01",
            "to=%2B262142-01-01",
            "from=2026-03-02&to=2026-03-01",
            "compare=next",
        ] {
            assert!(read(text).unwrap_err().advice.is_some(), "{text}");
        }
        for text in ["as_of=2026-10-01", "tab=service&as_of=2026-10-01T10:00:00Z"] {
            let refused = read(text).unwrap_err();
            assert!(refused.to_string().contains("a day that is over"), "{text}: {refused}");
        }
        let unknown = read("tab=nope").unwrap();
        assert!(question(&unknown, "2026-10-23".parse().unwrap(), &[], &[]).is_err());
    }
}
