//! Query strings, parsed once at the edge: the same grammar for filters and dimensions as on the command line.

use crate::problem::ApiError;
use app::AppError;
use app::read::parse_group_by;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::NaiveDate;
use model::limits::{MOST_FILTER_VALUES, MOST_FILTERS, MOST_GROUP_BY, MOST_PARAMETERS, MOST_QUESTION_BYTES};
use model::{Comparison, CostQuery, Day, Filter, Metric, TimeView};
use std::fmt::Display;
use std::str::FromStr;
use utoipa::IntoParams;

/// The decoded pairs of a query string, taken out one by one; what is left over is a mistake.
pub(crate) struct Pairs(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        // Before anything is decoded.
        within(query.len(), "bytes", MOST_QUESTION_BYTES)?;
        within(query.split('&').count(), "parameters", MOST_PARAMETERS)?;
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// Refuses more than is worked on.
fn within(found: usize, what: &str, most: usize) -> Result<(), ApiError> {
    if found <= most {
        return Ok(());
    }
    Err(AppError::invalid(format!("the question has {found} {what}; {most} are the most"))
        .advise("Ask for less at once; a virtual tag or a subset can stand for many values.")
        .into())
}

impl Pairs {
    /// All values of a name.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        let (found, rest) = std::mem::take(&mut self.0).into_iter().partition(|(key, _)| key == name);
        self.0 = rest;
        let found: Vec<(String, String)> = found;
        found.into_iter().map(|(_, value)| value).collect()
    }

    /// The one value of a name.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        let mut found = self.all(name);
        if found.len() > 1 {
            return Err(AppError::invalid(format!("the parameter '{name}' is given {} times", found.len()))
                .advise("Give it once.")
                .into());
        }
        Ok(found.pop())
    }

    /// The one value of a name, parsed; an empty value counts as absent.
    pub(crate) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        name: &str,
        form: &str,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.one(name)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        let parsed = text.parse().map_err(|error| {
            AppError::invalid(format!("the parameter '{name}' is '{text}': {error}"))
                .advise(format!("Write it as {form}."))
        })?;
        Ok(Some(parsed))
    }

    /// Nothing may be left.
    pub(crate) fn done(self) -> Result<(), ApiError> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(AppError::invalid(format!("there is no parameter '{name}'"))
                .advise("See /api/v1/openapi.json for the parameters of each address.")
                .into()),
        }
    }

    /// `metric`, amortized unless said otherwise.
    pub(crate) fn metric(&mut self) -> Result<Metric, ApiError> {
        let metric =
            self.parse("metric", "amortized, unblended, net_amortized, net_unblended, list or usage_amount")?;
        Ok(metric.unwrap_or(Metric::Amortized))
    }

    /// `from` and `to`.
    pub(crate) fn span(&mut self) -> Result<(Option<NaiveDate>, Option<NaiveDate>), ApiError> {
        let from = self.parse::<Day>("from", "YYYY-MM-DD")?.map(Day::date);
        let to = self.parse::<Day>("to", "YYYY-MM-DD (the day after the last)")?.map(Day::date);
        if let (Some(first), Some(end)) = (from, to)
            && first >= end
        {
            return Err(AppError::invalid(format!("the span from {first} to {end} holds no day"))
                .advise("'to' is exclusive: give the day after the last.")
                .into());
        }
        Ok((from, to))
    }
}

/// Parameters of a cost question.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; `cost_query` reads them")]
pub(crate) struct CostParams {
    /// What is summed: amortized (default), unblended, net_amortized, net_unblended, list or usage_amount.
    metric: Option<String>,
    /// Dimensions of the groups, separated by commas; none gives one total.
    group_by: Option<String>,
    /// Buckets: total (default), hour, day, week or month.
    view: Option<String>,
    /// First day (UTC), YYYY-MM-DD.
    from: Option<String>,
    /// Day after the last (UTC), YYYY-MM-DD.
    to: Option<String>,
    /// `DIM=V[,V]` keeps, `DIM!=V[,V]` leaves out; may be repeated, all must accept a row.
    filter: Option<Vec<String>>,
    /// Groups to keep; the rest is summed into one that is marked `other`.
    top: Option<u32>,
    /// `previous`: against the span before (what starts on the first of a month, against the same days of the months
    /// before; else as many days before); `year`: against the same days a year ago; `FIRST..END`: against days of one's
    /// choice, END after the last, as they are. Days that are not complete are left out, and so are their like before.
    compare: Option<String>,
    /// `split`: shared costs stand where the organization's rules put them.
    shared: Option<String>,
}

/// `filter`, repeated.
pub(crate) fn filters(pairs: &mut Pairs) -> Result<Vec<Filter>, ApiError> {
    let parse = |text: String| {
        text.parse().map_err(|error: model::FilterError| AppError::invalid(error.to_string()).into())
    };
    let texts = pairs.all("filter");
    within(texts.len(), "filters", MOST_FILTERS)?;
    let values: usize = texts.iter().map(|text| text.matches(',').count() + 1).sum();
    within(values, "values to filter by", MOST_FILTER_VALUES)?;
    texts.into_iter().map(parse).collect()
}

/// `currency`: the one that figures are in, as a filter; none is the main one.
pub(crate) fn currency(pairs: &mut Pairs) -> Result<Vec<Filter>, ApiError> {
    let Some(currency) = pairs.one("currency")?.filter(|text| !text.is_empty()) else { return Ok(vec![]) };
    let dimension =
        "currency".parse().map_err(|error: model::DimensionError| AppError::internal(error.to_string()))?;
    Ok(vec![Filter { dimension, exclude: false, values: vec![currency] }])
}

/// Parameters of what stands in one currency.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; `currency` reads them")]
pub(crate) struct CurrencyParams {
    /// Currency of the figures, such as EUR; the main one of the organization unless said otherwise.
    currency: Option<String>,
}

/// `shared`: whether shared costs stand where the organization's rules put them.
pub(crate) fn split(pairs: &mut Pairs) -> Result<bool, ApiError> {
    match pairs.one("shared")?.as_deref() {
        None | Some("") => Ok(false),
        Some("split") => Ok(true),
        Some(other) => Err(AppError::invalid(format!("'{other}' is no way to show shared costs"))
            .advise("Write shared=split, or leave it out.")
            .into()),
    }
}

/// Reads a cost question.
pub(crate) fn cost_query(pairs: &mut Pairs) -> Result<CostQuery, ApiError> {
    let metric = pairs.metric()?;
    let mut group_by = vec![];
    for text in pairs.all("group_by") {
        group_by.extend(parse_group_by(&text)?);
        within(group_by.len(), "dimensions to group by", MOST_GROUP_BY)?;
    }
    let view = pairs.parse("view", "total, hour, day, week or month")?.unwrap_or(TimeView::Total);
    let (from, to) = pairs.span()?;
    let filters = filters(pairs)?;
    let top = pairs.parse("top", "a number")?;
    let compare = match pairs.one("compare")?.as_deref() {
        None | Some("" | "none") => None,
        Some(text) => Some(text.parse::<Comparison>().map_err(|error| {
            ApiError::from(
                AppError::invalid(error.to_string())
                    .advise("Write compare=previous, compare=year or compare=FIRST..END, or leave it out."),
            )
        })?),
    };
    Ok(CostQuery { metric, group_by, view, from, to, filters, top, compare })
}
