//! A question as text: the pairs of a query string.

use super::{AS_OF, NamedSpan, Question, QuestionError, Time, VERSION, within};
use crate::limits::{MOST_FILTER_VALUES, MOST_FILTERS, MOST_GROUP_BY, MOST_PARAMETERS, MOST_QUESTION_BYTES};
use crate::{AsOf, Comparison, Day, Dimension, Filter, Metric, TimeView, parse_group_by};
use chrono::NaiveDate;
use std::fmt;
use std::str::FromStr;
use url::form_urlencoded;

/// The decoded pairs of a query string, taken out one by one; what is left over is a mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Those of a query string, if there are no more than are worked on.
    pub fn read(text: &str) -> Result<Self, QuestionError> {
        // Before anything is decoded.
        within(text.len(), "bytes", MOST_QUESTION_BYTES)?;
        within(text.split('&').count(), "parameters", MOST_PARAMETERS)?;
        Ok(Self(form_urlencoded::parse(text.as_bytes()).into_owned().collect()))
    }

    /// All values of a name.
    pub fn all(&mut self, name: &str) -> Vec<String> {
        self.0.extract_if(.., |pair| pair.0 == name).map(|(_, value)| value).collect()
    }

    /// The one value of a name.
    pub fn one(&mut self, name: &'static str) -> Result<Option<String>, QuestionError> {
        let mut found = self.all(name);
        if found.len() > 1 {
            return Err(QuestionError::Repeated { name, times: found.len() });
        }
        Ok(found.pop())
    }

    /// The one value of a name, parsed; an empty value counts as absent.
    pub fn parse<T: FromStr<Err: fmt::Display>>(
        &mut self,
        name: &'static str,
        form: &'static str,
    ) -> Result<Option<T>, QuestionError> {
        let Some(text) = self.one(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(QuestionError::Value { name, text, why: format!("{error}"), form }),
        }
    }

    /// Nothing may be left.
    pub fn done(self) -> Result<(), QuestionError> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(QuestionError::Unknown(name)),
        }
    }

    /// `metric`, amortized unless said otherwise.
    pub fn metric(&mut self) -> Result<Metric, QuestionError> {
        let form = "amortized, unblended, net_amortized, net_unblended, list or usage_amount";
        Ok(self.parse("metric", form)?.unwrap_or(Metric::Amortized))
    }

    /// `from` and `to`.
    pub fn days(&mut self) -> Result<(Option<NaiveDate>, Option<NaiveDate>), QuestionError> {
        let from = self.parse::<Day>("from", "YYYY-MM-DD")?.map(Day::date);
        let to = self.parse::<Day>("to", "YYYY-MM-DD (the day after the last)")?.map(Day::date);
        match (from, to) {
            (Some(from), Some(to)) if from >= to => Err(QuestionError::NoDay { from, to }),
            days => Ok(days),
        }
    }

    /// `filter`, repeated.
    pub fn filters(&mut self) -> Result<Vec<Filter>, QuestionError> {
        let texts = self.all("filter");
        within(texts.len(), "filters", MOST_FILTERS)?;
        let values: usize = texts.iter().map(|text| text.matches(',').count() + 1).sum();
        within(values, "values to filter by", MOST_FILTER_VALUES)?;
        texts.into_iter().map(|text| Ok(text.parse()?)).collect()
    }

    /// `shared`: whether shared costs are split.
    fn shared(&mut self) -> Result<bool, QuestionError> {
        match self.one("shared")?.as_deref() {
            None | Some("") => Ok(false),
            Some("split") => Ok(true),
            Some(other) => Err(QuestionError::Shared(other.to_owned())),
        }
    }

    /// `as_of`.
    pub fn as_of(&mut self) -> Result<Option<AsOf>, QuestionError> {
        self.parse("as_of", AS_OF)
    }

    fn group_by(&mut self) -> Result<Vec<Dimension>, QuestionError> {
        let mut found = vec![];
        for text in self.all("group_by") {
            found.extend(parse_group_by(&text)?);
            within(found.len(), "dimensions to group by", MOST_GROUP_BY)?;
        }
        Ok(found)
    }

    /// The parameters of a question; others stay.
    pub fn question(&mut self) -> Result<Question, QuestionError> {
        match self.one("version")?.as_deref() {
            None | Some("") => {}
            Some(version) if version.parse() == Ok(VERSION) => {}
            Some(other) => return Err(QuestionError::Version(other.to_owned())),
        }
        let shared = self.shared()?;
        let metric = self.metric()?;
        let group_by = self.group_by()?;
        let view = self.parse("view", "total, hour, day, week or month")?.unwrap_or(TimeView::Total);
        let named = self.parse::<NamedSpan>("time", "a span, such as last-30-days")?;
        let time = match (named, self.days()?) {
            (None, (from, to)) => Time::Days { from, to },
            (Some(name), (None, None)) => Time::Named(name),
            (Some(_), _) => return Err(QuestionError::TwoTimes),
        };
        let filters = self.filters()?;
        let top = self.parse("top", "a number")?;
        let compare = match self.one("compare")?.as_deref() {
            None | Some("" | "none") => None,
            Some(text) => Some(text.parse::<Comparison>()?),
        };
        let as_of = self.as_of()?;
        Question { metric, group_by, view, time, filters, top, compare, shared, as_of }.checked()
    }
}

impl FromStr for Question {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        let mut pairs = Pairs::read(text.trim_start_matches('?'))?;
        let question = pairs.question()?;
        pairs.done()?;
        Ok(question)
    }
}

impl fmt::Display for Question {
    /// The shortest text that says it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = form_urlencoded::Serializer::new(String::new());
        if self.metric != Metric::Amortized {
            text.append_pair("metric", self.metric.name());
        }
        for dimension in &self.group_by {
            let name = dimension.to_string().replace('\\', "\\\\").replace(',', "\\,");
            text.append_pair("group_by", &name);
        }
        if self.view != TimeView::Total {
            text.append_pair("view", self.view.name());
        }
        match self.time {
            Time::Named(name) => {
                text.append_pair("time", name.name());
            }
            Time::Days { from, to } => {
                for (name, day) in [("from", from), ("to", to)] {
                    if let Some(day) = day {
                        text.append_pair(name, &day.to_string());
                    }
                }
            }
        }
        for filter in &self.filters {
            text.append_pair("filter", &filter.to_string());
        }
        if let Some(top) = self.top {
            text.append_pair("top", &top.to_string());
        }
        if let Some(compare) = &self.compare {
            text.append_pair("compare", &compare.to_string());
        }
        if self.shared {
            text.append_pair("shared", "split");
        }
        if let Some(as_of) = self.as_of {
            text.append_pair("as_of", &as_of.to_string());
        }
        out.write_str(&text.finish())
    }
}
