//! Questions about the past: why there is no event on a day, and what a definition would have found.

use super::defining::{Wish, read_wish};
use super::{Attribute, Backtest, Object, Why, Words, events, looked, part, trial};
use crate::policy::Caller;
use crate::read::Published;
use crate::{App, AppError, ErrorKind, Result};
use chrono::NaiveDate;
use meta::TrendFilter;

/// An answer to "why no event?".
#[derive(Clone, Debug)]
pub struct WhyAnswer {
    /// Currency of the figures.
    pub currency: String,
    /// What was asked about.
    pub object: Object,
    /// Words for it.
    pub object_words: String,
    /// The day.
    pub day: NaiveDate,
    /// The answer.
    pub why: Why,
    /// The same in a sentence.
    pub words: String,
}

/// Why there is no event of an object on a day, or which.
///
/// # Errors
/// `NotFound`: no series that the caller may see is of that object and knows the day.
pub async fn why(
    app: &App,
    caller: &Caller,
    currency: Option<&str>,
    object: &Object,
    day: NaiveDate,
) -> Result<WhyAnswer> {
    let missing = || {
        AppError::new(ErrorKind::NotFound, "no series of this object knows this day")
            .advise("Ask for an object that a definition watches, and a day that data reach.")
    };
    let part = part(app, caller).await?;
    if !part.sees(object) || part.through(day) < day {
        return Err(missing());
    }
    let looked = looked(app, &caller.organization()?.id, currency).await?.ok_or_else(missing)?;
    let currency = looked.memory.bill().currency.clone();
    let filter = TrendFilter {
        currency: Some(currency.clone()),
        statuses: vec!["open".to_owned(), "ended".to_owned()],
        from: Some(day.to_string()),
        to: day.succ_opt().map(|next| next.to_string()),
        ..TrendFilter::default()
    };
    let around: Vec<_> = events(app, caller, &filter).await?.into_iter().map(|one| one.event).collect();
    let why = looked.memory.why(&looked.asked, &around, object, day).ok_or_else(missing)?;
    let published = Published::seen_by(app, caller, None).await?;
    let object_words = Words::of(app, &published).await?.object(object);
    let words = super::words::why(&why);
    Ok(WhyAnswer { currency, object: object.clone(), object_words, day, why, words })
}

/// Why there is no event of an event's object on a day, or which. An object that is no series is asked for where a definition
/// saw it.
///
/// # Errors
/// `NotFound`: there is no such event, or no series knows the day.
pub async fn why_of(app: &App, caller: &Caller, id: &str, day: NaiveDate) -> Result<WhyAnswer> {
    let event = super::event(app, caller, id).await?.event;
    let currency = Some(event.currency.as_str());
    let found = why(app, caller, currency, &event.object, day).await;
    match (found, event.definitions.first()) {
        (Err(error), Some(seen)) if error.kind == ErrorKind::NotFound => {
            why(app, caller, currency, &seen.object, day).await
        }
        (found, _) => found,
    }
}

/// Reads an object: `ATTRIBUTE=VALUE`, each attribute once.
///
/// # Errors
/// `Invalid`: what is no attribute.
pub fn read_object(pairs: &[String]) -> Result<Object> {
    let mut object = Object::organization();
    for pair in pairs {
        let attribute = pair
            .split_once('=')
            .and_then(|(name, value)| Some((Attribute::try_from(name.to_owned()).ok()?, value)));
        let Some((attribute, value)) = attribute.filter(|(known, _)| object.get(known).is_none()) else {
            return Err(AppError::invalid(format!("object: '{pair}' names no attribute, or one twice"))
                .advise(
                    "Write ATTRIBUTE=VALUE, such as account=123456789012, service=AmazonEC2 or tag:team=web.",
                ));
        };
        object = object.with(attribute, value);
    }
    Ok(object)
}

/// What a definition would have found in the last twelve months.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Currency of the figures.
    pub currency: String,
    /// What it would have found.
    pub backtest: Backtest,
    /// Words for that.
    pub words: Words,
}

/// Tries a definition on the past; nothing is kept.
///
/// # Errors
/// `Invalid`: the field, and what to write; `NotReady`: nothing is published.
pub async fn backtest(app: &App, caller: &Caller, currency: Option<&str>, wish: &Wish) -> Result<Trial> {
    let definition = read_wish(app, caller, "trial", wish).await?;
    let not_ready = || {
        AppError::new(ErrorKind::NotReady, "there are no costs to try a definition on")
            .advise("Wait until the bills are read, or choose another currency.")
    };
    let organization = &caller.organization()?.id;
    let looked = trial(app, organization, currency, &definition).await?.ok_or_else(not_ready)?;
    let currency = looked.memory.bill().currency.clone();
    let tried = tokio::task::spawn_blocking(move || looked.memory.backtest(&definition));
    let backtest = tried.await.map_err(|error| AppError::internal(error.to_string()))?;
    let published = Published::seen_by(app, caller, None).await?;
    let words = Words::of(app, &published).await?;
    let backtest = backtest.ok_or_else(not_ready)?;
    Ok(Trial { currency, backtest, words })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_from_pairs() {
        let read =
            |pairs: &[&str]| read_object(&pairs.iter().map(|pair| (*pair).to_owned()).collect::<Vec<_>>());
        assert_eq!(
            read(&["service=AmazonEC2", "account=1"]).unwrap().to_string(),
            "account=1 service=AmazonEC2"
        );
        assert_eq!(read(&["tag:team=a=b"]).unwrap(), Object::tag("team", "a=b"));
        assert_eq!(read(&[]).unwrap(), Object::organization());
        for pairs in [&["colour=red"][..], &["account"], &["account=1", "account=2"], &["=x"], &["tag:=x"]] {
            let refused = read(pairs).unwrap_err();
            assert!(refused.to_string().starts_with("object:") && refused.advice.is_some(), "{pairs:?}");
        }
    }
}
