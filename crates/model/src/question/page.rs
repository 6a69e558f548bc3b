//! The address of the page, as far as figures depend on it: a question with a breakdown by its tab, and what a page does
//! where an address leaves something out. Saved reports keep it, and a mail shows what the page shows.

use super::{NamedSpan, Question, Time};
use crate::limits::{MOST_FILTERED_DIMENSIONS, MOST_GROUP_BY};
use crate::{
    AsOf, Comparison, Day, Dimension, Filter, MappingName, MergedTag, Metric, TimeView, parse_group_by,
};
use chrono::NaiveDate;
use std::fmt::Display;
use url::form_urlencoded;

/// The page's start.
const DEFAULT_TIME: NamedSpan = NamedSpan::Last30Days;
/// Rows of a page's chart.
const TOP: usize = 20;
/// What a row's name begins with; its keys follow, written as a filter's values.
const ROW: &str = "row:";
/// What a tab of a virtual tag begins with; its reference follows.
const VIRTUAL: &str = "virtual:";

/// The address of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    tab: String,
    tags: Vec<String>,
    merged: bool,
    category: Option<String>,
    time: Time,
    view: Option<TimeView>,
    metric: Metric,
    filters: Vec<Filter>,
    compare: Comparison,
    shared: bool,
    as_of: Option<AsOf>,
}

/// The text is no page's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the page's address cannot be read: {0}")]
pub struct PageError(String);

fn unreadable(error: impl Display) -> PageError {
    PageError(error.to_string())
}

impl Page {
    /// Reads a query string. What does not say what is counted is left alone.
    pub fn read(text: &str) -> Result<Self, PageError> {
        let mut page = Self {
            tab: "account".to_owned(),
            tags: vec![],
            merged: false,
            category: None,
            time: Time::Named(DEFAULT_TIME),
            view: None,
            metric: Metric::Amortized,
            filters: vec![],
            compare: Comparison::Previous,
            shared: false,
            as_of: None,
        };
        let day = |text: &str| text.parse::<Day>().map(Day::date).map_err(unreadable);
        let (mut from, mut to) = (None, None);
        for (name, value) in form_urlencoded::parse(text.trim_start_matches('?').as_bytes()) {
            match &*name {
                "tab" => page.tab = value.into_owned(),
                "tag" => page.tags.push(value.into_owned()),
                "case" => page.merged = value == "merged",
                "category" => page.category = Some(value.into_owned()),
                "time" => page.time = Time::Named(value.parse().unwrap_or(DEFAULT_TIME)),
                "from" => from = Some(day(&value)?),
                "to" => to = Some(day(&value)?),
                "view" => page.view = Some(value.parse().map_err(unreadable)?),
                "metric" => page.metric = value.parse().map_err(unreadable)?,
                "filter" => page.filters.push(value.parse().map_err(unreadable)?),
                "compare" => page.compare = value.parse().map_err(unreadable)?,
                "shared" => page.shared = value == "split",
                "as_of" => page.as_of = Some(value.parse().map_err(unreadable)?),
                // The rest says how the page looks, not what it counts.
                _ => {}
            }
        }
        if page.tags.len() > MOST_GROUP_BY || page.filters.len() > MOST_FILTERED_DIMENSIONS {
            return Err(unreadable("it has more tags or filters than a page can show"));
        }
        if let (Some(from), Some(to)) = (from, to) {
            if from >= to {
                return Err(unreadable(format!("the span from {from} to {to} holds no day")));
            }
            page.time = Time::Days { from: Some(from), to: Some(to) };
        }
        Ok(page)
    }

    /// The past state of the bills that it shows; `None`: as they stand.
    pub const fn as_of(&self) -> Option<AsOf> {
        self.as_of
    }

    /// Its filters.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// What the virtual tag is called that is its tab, if one is.
    pub fn virtual_tag(&self) -> Option<&str> {
        self.tab.strip_prefix(VIRTUAL)
    }

    /// The question that the page asks of data that end on a day (exclusive), with the keys that are there.
    pub fn question(
        &self,
        data_to: NaiveDate,
        tag_keys: &[String],
        categories: &[String],
    ) -> Result<Question, PageError> {
        let (from, to) = self.time.days(Some(data_to));
        let days = from.zip(to).map_or(0, |(from, to)| (to - from).num_days());
        let view = self.view.filter(|view| *view != TimeView::Hour || days <= 7).unwrap_or(match days {
            ..=1 => TimeView::Hour,
            2..=45 => TimeView::Day,
            46..=100 => TimeView::Week,
            _ => TimeView::Month,
        });
        Ok(Question {
            metric: self.metric,
            group_by: self.group_by(tag_keys, categories)?,
            view,
            time: Time::Days { from, to },
            filters: self.filters.clone(),
            top: Some(TOP),
            compare: Some(self.compare),
            shared: self.shared,
            as_of: self.as_of,
        })
    }

    fn group_by(&self, tag_keys: &[String], categories: &[String]) -> Result<Vec<Dimension>, PageError> {
        let first = |known: &[String]| known.first().cloned();
        let named = |name: &str| parse_group_by(name).map_err(unreadable);
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
            "account" => named("account_id"),
            "payer" => named("payer_account_id"),
            "resource" => named("resource_id"),
            "commitment" => named("commitment_id"),
            tab => match self.virtual_tag() {
                Some(reference) => Ok(vec![MappingName::VirtualTag(reference.to_owned()).into()]),
                None => named(&tab.replace('-', "_")),
            },
        }
    }
}

/// An address of before the grammar had a version, in the first one: a backslash in a dimension's name stood for itself.
pub fn in_first_version(address: &str) -> String {
    rewritten(address, |name, value| {
        if name != "filter" || !value.split_once('=')?.0.contains('\\') {
            return None;
        }
        Some(Filter::of_before(value)?.to_string())
    })
}

/// The address with other values where `put` says some; the rest stays letter by letter.
fn rewritten(address: &str, put: impl Fn(&str, &str) -> Option<String>) -> String {
    let pair = |pair: &str| {
        let (name, value) = form_urlencoded::parse(pair.as_bytes()).next()?;
        let new = put(&name, &value)?;
        Some(form_urlencoded::Serializer::new(String::new()).append_pair(&name, &new).finish())
    };
    let pairs = address.split('&').map(|text| pair(text).unwrap_or_else(|| text.to_owned()));
    pairs.collect::<Vec<_>>().join("&")
}

/// The address with other references: `of_filter` and `of_tab` say what stands in place of a filter's dimension and
/// values, and of the virtual tag that is a tab; `None` leaves them as they are. The rest stays letter by letter.
pub fn with_references(
    address: &str,
    of_filter: impl Fn(&Filter) -> Option<Filter>,
    of_tab: impl Fn(&str) -> Option<String>,
) -> String {
    let subsets =
        form_urlencoded::parse(address.as_bytes()).any(|(name, tab)| name == "tab" && tab == "subset");
    rewritten(address, |name, value| match name {
        // Rows are named by their keys.
        "hide" | "explain" if subsets => {
            let key = of_filter(&format!("subset={}", value.strip_prefix(ROW)?).parse().ok()?)?.to_string();
            Some(format!("{ROW}{}", key.split_once('=')?.1))
        }
        "filter" => Some(of_filter(&value.parse().ok()?)?.to_string()),
        "tab" => Some(format!("{VIRTUAL}{}", of_tab(value.strip_prefix(VIRTUAL)?)?)),
        _ => None,
    })
}
