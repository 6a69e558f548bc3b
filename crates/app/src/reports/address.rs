//! What a page's address asks for. The same grammar as the page's own, so that a mail shows what the page shows.

use crate::read::parse_group_by;
use crate::{AppError, Result};
use chrono::{Datelike, Days, Months, NaiveDate};
use model::limits::{MOST_FILTERED_DIMENSIONS, MOST_GROUP_BY};
use model::{Comparison, CostQuery, Day, Dimension, Filter, MergedTag, Metric, TimeView};
use std::fmt::Display;

/// The page's start.
const DEFAULT_TIME: &str = "last-30-days";
/// Rows of a page's chart.
const TOP: usize = 20;

/// An address, as far as figures depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    tab: String,
    tags: Vec<String>,
    merged: bool,
    category: Option<String>,
    time: Time,
    view: Option<TimeView>,
    metric: Metric,
    filters: Vec<Filter>,
    compare: Comparison,
    pub(super) shared: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Time {
    Preset(String),
    Days(NaiveDate, NaiveDate),
}

/// Reads a query string.
pub(super) fn read(text: &str) -> Result<Address> {
    let mut address = Address {
        tab: "account".to_owned(),
        tags: vec![],
        merged: false,
        category: None,
        time: Time::Preset(DEFAULT_TIME.to_owned()),
        view: None,
        metric: Metric::Amortized,
        filters: vec![],
        compare: Comparison::Previous,
        shared: false,
    };
    let (mut from, mut to) = (None, None);
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        match &*name {
            "tab" => address.tab = value.into_owned(),
            "tag" => address.tags.push(value.into_owned()),
            "case" => address.merged = value == "merged",
            "category" => address.category = Some(value.into_owned()),
            "time" => address.time = Time::Preset(value.into_owned()),
            "from" => from = Some(value.parse::<Day>().map_err(unreadable)?.date()),
            "to" => to = Some(value.parse::<Day>().map_err(unreadable)?.date()),
            "view" => address.view = Some(value.parse().map_err(unreadable)?),
            "metric" => address.metric = value.parse().map_err(unreadable)?,
            "filter" => address.filters.push(value.parse().map_err(unreadable)?),
            "compare" => address.compare = value.parse().map_err(unreadable)?,
            "shared" => address.shared = value == "split",
            "as_of" => {
                return Err(AppError::invalid("the page shows the bill as it stood on a day that is over")
                    .advise(
                        "A report shows it as it stands when it is sent: go back to now, then save it.",
                    ));
            }
            // The rest says how the page looks, not what it counts.
            _ => {}
        }
    }
    if address.tags.len() > MOST_GROUP_BY || address.filters.len() > MOST_FILTERED_DIMENSIONS {
        return Err(unreadable("it has more tags or filters than a page can show"));
    }
    if let (Some(from), Some(to)) = (from, to) {
        if from >= to {
            return Err(unreadable(format!("the span from {from} to {to} holds no day")));
        }
        address.time = Time::Days(from, to);
    }
    Ok(address)
}

fn unreadable(error: impl Display) -> AppError {
    AppError::invalid(format!("the page's address cannot be read: {error}"))
        .advise("Open the page anew and save it again.")
}

impl Address {
    /// The question that the page asks of data that ends on a day (exclusive), with the keys that are there.
    pub(super) fn query(
        &self,
        data_to: NaiveDate,
        tag_keys: &[String],
        categories: &[String],
    ) -> Result<CostQuery> {
        let (from, to) = self.span(data_to);
        let days = (to - from).num_days();
        let view = self.view.filter(|view| *view != TimeView::Hour || days <= 7).unwrap_or(match days {
            ..=1 => TimeView::Hour,
            2..=45 => TimeView::Day,
            46..=100 => TimeView::Week,
            _ => TimeView::Month,
        });
        Ok(CostQuery {
            metric: self.metric,
            group_by: self.group_by(tag_keys, categories)?,
            view,
            from: Some(from),
            to: Some(to),
            filters: self.filters.clone(),
            top: Some(TOP),
            compare: Some(self.compare),
        })
    }

    fn group_by(&self, tag_keys: &[String], categories: &[String]) -> Result<Vec<Dimension>> {
        let first = |known: &[String]| known.first().cloned();
        match self.tab.as_str() {
            "tag" => {
                let keys = if self.tags.is_empty() {
                    first(tag_keys).into_iter().collect()
                } else {
                    self.tags.clone()
                };
                let dimension = |key| {
                    if self.merged { Dimension::MergedTag(MergedTag::new(key)) } else { Dimension::Tag(key) }
                };
                // As the page's own table: what cannot carry tags is no failure to tag.
                Ok(keys.into_iter().map(dimension).map(Box::new).map(Dimension::CarriedTag).collect())
            }
            "cost-category" => {
                let name = self.category.clone().or_else(|| first(categories));
                Ok(name.map(Dimension::CostCategory).into_iter().collect())
            }
            "account" => parse_group_by("account_id"),
            "payer" => parse_group_by("payer_account_id"),
            "resource" => parse_group_by("resource_id"),
            "commitment" => parse_group_by("commitment_id"),
            tab => match tab.strip_prefix("virtual:") {
                Some(name) => Ok(vec![format!("virtual_tag:{name}").parse().map_err(unreadable)?]),
                None => parse_group_by(&tab.replace('-', "_")),
            },
        }
    }

    fn span(&self, data_to: NaiveDate) -> (NaiveDate, NaiveDate) {
        let preset = match &self.time {
            Time::Days(from, to) => return (*from, *to),
            Time::Preset(name) => name.as_str(),
        };
        let last = data_to - Days::new(1);
        let month = last.with_day(1).unwrap_or(last);
        match preset {
            "last-7-days" => (data_to - Days::new(7), data_to),
            "last-90-days" => (data_to - Days::new(90), data_to),
            "this-month" => (month, data_to),
            "last-month" => (month - Months::new(1), month),
            "this-quarter" => (quarter(month), data_to),
            "last-quarter" => (quarter(month) - Months::new(3), quarter(month)),
            "this-year" => (month.with_month(1).unwrap_or(month), data_to),
            "last-year" => {
                let year = month.with_month(1).unwrap_or(month);
                (year - Months::new(12), year)
            }
            "last-6-months" => (month - Months::new(5), data_to),
            "last-13-months" => (month - Months::new(12), data_to),
            _ => (data_to - Days::new(30), data_to),
        }
    }
}

/// First of the quarter that a first of a month is in.
fn quarter(month: NaiveDate) -> NaiveDate {
    month - Months::new(month.month0() % 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> CostQuery {
        read(text).unwrap().query("2026-10-23".parse().unwrap(), &["Team".into()], &[]).unwrap()
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
        assert!(read("tab=nope").unwrap().query("2026-10-23".parse().unwrap(), &[], &[]).is_err());
    }
}
