//! A question as JSON: for stores and programs.

use super::{AS_OF, NamedSpan, Question, QuestionError, Time, VERSION};
use crate::{Day, Dimension, Filter, Metric, TimeView};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "first")]
    version: u32,
    #[serde(default = "amortized")]
    metric: Metric,
    #[serde(default)]
    group_by: Vec<Dimension>,
    #[serde(default = "total")]
    view: TimeView,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(default)]
    filters: Vec<WrittenFilter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compare: Option<String>,
    #[serde(default)]
    shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFilter {
    dimension: Dimension,
    #[serde(default)]
    exclude: bool,
    values: Vec<String>,
}

const fn first() -> u32 {
    1
}

const fn amortized() -> Metric {
    Metric::Amortized
}

const fn total() -> TimeView {
    TimeView::Total
}

/// What a field's text says.
fn read<T: FromStr<Err: fmt::Display>>(
    name: &'static str,
    text: Option<String>,
    form: &'static str,
) -> Result<Option<T>, QuestionError> {
    let Some(text) = text else { return Ok(None) };
    match text.parse() {
        Ok(value) => Ok(Some(value)),
        Err(why) => Err(QuestionError::Value { name, text, why: format!("{why}"), form }),
    }
}

fn day(name: &'static str, text: Option<String>) -> Result<Option<NaiveDate>, QuestionError> {
    Ok(read(name, text, "YYYY-MM-DD")?.map(Day::date))
}

impl TryFrom<Written> for Question {
    type Error = QuestionError;

    fn try_from(written: Written) -> Result<Self, QuestionError> {
        if written.version != VERSION {
            return Err(QuestionError::Version(written.version.to_string()));
        }
        let (from, to) = (day("from", written.from)?, day("to", written.to)?);
        let time = match read::<NamedSpan>("time", written.time, "a span, such as last-30-days")? {
            None => Time::Days { from, to },
            Some(_) if from.is_some() || to.is_some() => return Err(QuestionError::TwoTimes),
            Some(name) => Time::Named(name),
        };
        let filter =
            |it: WrittenFilter| Filter { dimension: it.dimension, exclude: it.exclude, values: it.values };
        Self {
            metric: written.metric,
            group_by: written.group_by,
            view: written.view,
            time,
            filters: written.filters.into_iter().map(filter).collect(),
            top: written.top,
            compare: written.compare.map(|text| text.parse()).transpose()?,
            shared: written.shared,
            as_of: read("as_of", written.as_of, AS_OF)?,
        }
        .checked()
    }
}

impl From<&Question> for Written {
    fn from(question: &Question) -> Self {
        let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let (from, to, time) = match question.time {
            Time::Days { from, to } => (text(from), text(to), None),
            Time::Named(name) => (None, None, Some(name.name().to_owned())),
        };
        let filter = |it: &Filter| WrittenFilter {
            dimension: it.dimension.clone(),
            exclude: it.exclude,
            values: it.values.clone(),
        };
        Self {
            version: VERSION,
            metric: question.metric,
            group_by: question.group_by.clone(),
            view: question.view,
            from,
            to,
            time,
            filters: question.filters.iter().map(filter).collect(),
            top: question.top,
            compare: question.compare.as_ref().map(ToString::to_string),
            shared: question.shared,
            as_of: question.as_of.map(|as_of| as_of.to_string()),
        }
    }
}

impl Serialize for Question {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Question {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}
