//! Query strings, parsed once at the edge: the grammar of [`model::question`].

use crate::problem::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::NaiveDate;
use model::question;
use model::{AsOf, Column, Filter, Metric, Question};
use std::fmt::Display;
use std::str::FromStr;
use utoipa::IntoParams;

/// The decoded pairs of a query string, taken out one by one; what is left over is a mistake.
pub(crate) struct Pairs(question::Pairs);

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(question::Pairs::read(parts.uri.query().unwrap_or_default())?))
    }
}

impl Pairs {
    /// All values of a name.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        self.0.all(name)
    }

    /// The one value of a name.
    pub(crate) fn one(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        Ok(self.0.one(name)?)
    }

    /// The one value of a name, parsed; an empty value counts as absent.
    pub(crate) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
        form: &'static str,
    ) -> Result<Option<T>, ApiError> {
        Ok(self.0.parse(name, form)?)
    }

    /// Nothing may be left.
    pub(crate) fn done(self) -> Result<(), ApiError> {
        Ok(self.0.done()?)
    }

    /// `metric`, amortized unless said otherwise.
    pub(crate) fn metric(&mut self) -> Result<Metric, ApiError> {
        Ok(self.0.metric()?)
    }

    /// `from` and `to`.
    pub(crate) fn span(&mut self) -> Result<(Option<NaiveDate>, Option<NaiveDate>), ApiError> {
        Ok(self.0.days()?)
    }

    /// `as_of`.
    pub(crate) fn as_of(&mut self) -> Result<Option<AsOf>, ApiError> {
        Ok(self.0.as_of()?)
    }

    /// The parameters of a cost question; others stay.
    pub(crate) fn question(&mut self) -> Result<Question, ApiError> {
        Ok(self.0.question()?)
    }
}

/// Parameters of a cost question.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; `Pairs::question` reads them")]
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
    /// In place of `from` and `to`, a span that moves with the data: last-7-days, last-30-days, last-90-days, this-month,
    /// last-month, this-quarter, last-quarter, this-year, last-year, last-6-months or last-13-months.
    time: Option<String>,
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
    /// Version of the grammar: 1.
    version: Option<u32>,
}

/// `filter`, repeated.
pub(crate) fn filters(pairs: &mut Pairs) -> Result<Vec<Filter>, ApiError> {
    Ok(pairs.0.filters()?)
}

/// `metric`, `filter` and `as_of` alone: a metric of the rows that some filters keep, of now or of a past state.
pub(crate) fn metric_of_rows(mut pairs: Pairs) -> Result<(Metric, Vec<Filter>, Option<AsOf>), ApiError> {
    let found = (pairs.metric()?, filters(&mut pairs)?, pairs.as_of()?);
    pairs.done()?;
    Ok(found)
}

/// `currency`: the one that figures are in, as a filter; none is the main one.
pub(crate) fn currency(pairs: &mut Pairs) -> Result<Vec<Filter>, ApiError> {
    let Some(currency) = pairs.one("currency")?.filter(|text| !text.is_empty()) else { return Ok(vec![]) };
    Ok(vec![Filter { dimension: Column::Currency.into(), exclude: false, values: vec![currency] }])
}

/// Parameters of what stands in one currency.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters; `currency` reads them")]
pub(crate) struct CurrencyParams {
    /// Currency of the figures, such as EUR; the main one of the organization unless said otherwise.
    currency: Option<String>,
}
