//! What the rows of a commitment say of it, in whatever spelling the report has.

use analyses::commitments::{Class, Payment, Term};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use std::collections::BTreeMap;

/// Attributes by name, without case and separators: `reservation/StartTime`, `reservation_start_time`.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(BTreeMap<String, String>);

fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}

impl Attributes {
    /// Those of `x_OtherColumns`; text that is no JSON object has none.
    pub(super) fn read(json: &str) -> Self {
        let read: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
        let text = |value: serde_json::Value| match value {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        Self(read.into_iter().map(|(name, value)| (folded(&name), text(value))).collect())
    }

    /// The first of these that has a value.
    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        let mut found = names.iter().filter_map(|name| self.0.get(&folded(name)));
        found.find(|value| !value.trim().is_empty()).map(String::as_str)
    }
}

/// `2026-01-01T00:00:00.000Z`, `2026-01-01 00:00:00`, `2026-01-01`.
pub(super) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(found) = DateTime::parse_from_rfc3339(text) {
        return Some(found.to_utc());
    }
    let plain = text.trim_end_matches(" UTC").trim_end_matches('Z');
    let found = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let found = found.iter().find_map(|form| NaiveDateTime::parse_from_str(plain, form).ok());
    let day = || NaiveDate::parse_from_str(plain, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    found.or_else(day).map(|found| found.and_utc())
}

/// `1yr`, `3 years`, `31536000`; also as a part of a usage type: `ComputeSP:1yrNoUpfront`.
pub(super) fn term(text: &str) -> Option<Term> {
    let text = text.to_ascii_lowercase();
    if text.contains("1yr") || text.contains("1 year") || text == "31536000" {
        Some(Term::OneYear)
    } else if text.contains("3yr") || text.contains("3 year") || text == "94608000" {
        Some(Term::ThreeYears)
    } else {
        None
    }
}

/// `All Upfront`, `NoUpfront`, …
pub(super) fn payment(text: &str) -> Option<Payment> {
    let text = folded(text);
    if text.contains("allupfront") {
        Some(Payment::AllUpfront)
    } else if text.contains("partialupfront") {
        Some(Payment::PartialUpfront)
    } else if text.contains("noupfront") {
        Some(Payment::NoUpfront)
    } else {
        None
    }
}

/// `standard`, `convertible`.
pub(super) fn class(text: &str) -> Option<Class> {
    match text.to_ascii_lowercase().as_str() {
        "standard" => Some(Class::Standard),
        "convertible" => Some(Class::Convertible),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_in_any_spelling() {
        let read =
            |name: &str| Attributes::read(&format!("{{\"{name}\": \"x\", \"empty\": \" \", \"n\": 3}}"));
        for name in ["reservation/StartTime", "reservation_start_time", "RESERVATION_START_TIME"] {
            assert_eq!(read(name).get(&["reservation_start_time"]), Some("x"), "{name}");
        }
        assert_eq!((read("a").get(&["empty", "n"]), read("a").get(&["empty"])), (Some("3"), None));
        assert_eq!(Attributes::read("no object").get(&["n"]), None);
    }

    #[test]
    fn moments_of_every_format() {
        for text in [
            "2026-01-02T03:00:00.000Z",
            "2026-01-02 03:00:00",
            "2026-01-02T03:00:00Z",
            "2026-01-02 03:00:00.000 UTC",
        ] {
            assert_eq!(moment(text).unwrap().to_rfc3339(), "2026-01-02T03:00:00+00:00", "{text}");
        }
        assert_eq!(moment("2026-01-02").unwrap().to_rfc3339(), "2026-01-02T00:00:00+00:00");
        assert_eq!((moment(""), moment("soon")), (None, None));
    }

    #[test]
    fn words_of_offers() {
        assert_eq!(
            (term("1yr"), term("ComputeSP:3yrNoUpfront"), term("")),
            (Some(Term::OneYear), Some(Term::ThreeYears), None)
        );
        assert_eq!(payment("Savings plan (All Upfront)"), Some(Payment::AllUpfront));
        assert_eq!((payment("PartialUpfront"), payment("Reserved")), (Some(Payment::PartialUpfront), None));
        assert_eq!((class("Convertible"), class("")), (Some(Class::Convertible), None));
    }
}
