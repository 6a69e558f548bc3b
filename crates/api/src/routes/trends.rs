//! Irregular spend: what was looked at, what was found, what people say of it, what is looked for.

pub(crate) mod around;
pub(crate) mod comments;
pub(crate) mod definitions;
pub(crate) mod event;
pub(crate) mod list;
pub(crate) mod names;
pub(crate) mod say;

use crate::problem::ApiError;
use app::AppError;
use chrono::NaiveDate;
use model::Decimal;
use serde::{Deserialize, Deserializer};

/// A field that has to be there, be it `null`: what is left out by mistake takes nothing back.
fn said<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// A day as a body writes it.
fn day(field: &str, text: &str) -> Result<NaiveDate, ApiError> {
    text.parse().map_err(|_| {
        AppError::invalid(format!("{field}: '{text}' is no day")).advise("Write YYYY-MM-DD.").into()
    })
}

/// An amount as a body writes it.
fn amount(field: &str, text: &str) -> Result<Decimal, ApiError> {
    text.parse().map_err(|_| {
        AppError::invalid(format!("{field}: '{text}' is no amount"))
            .advise("Write it as text, such as \"1500\" or \"99.50\".")
            .into()
    })
}

/// Percent, as a number.
fn percent(of: Option<Decimal>) -> Option<f64> {
    of.map(Decimal::to_f64)
}
