//! Words for what is watched and what was found.

use super::{Answer, Attribute, Event, Kind, Measure, Object, Rule, Why};
use crate::read::{Published, account_names};
use crate::{App, Result};
use model::{Column, CostQuery, Metric};
use std::collections::BTreeMap;

/// Names of what objects hold by its identifier: those that the reader may see.
#[derive(Clone, Debug, Default)]
pub struct Words {
    accounts: BTreeMap<String, String>,
    services: BTreeMap<String, String>,
    subsets: BTreeMap<String, String>,
    filters: BTreeMap<String, String>,
    connections: BTreeMap<String, String>,
}

impl Words {
    /// The names that stand in what is published, as far as it is seen.
    ///
    /// # Errors
    /// What is published cannot be read.
    pub async fn of(app: &App, published: &Published) -> Result<Self> {
        let subsets = published.definitions.subsets.iter();
        let mut words = Self {
            accounts: account_names(app, published).await?,
            services: services(app, published).await?,
            subsets: subsets.map(|subset| (subset.id.clone(), subset.name.clone())).collect(),
            connections: published.connection_names(app).await?,
            filters: BTreeMap::new(),
        };
        // Names of reports may speak of what is not seen.
        if let Some(organization) = published.organization.as_ref().filter(|_| published.part().is_none()) {
            let reports = app.meta().saved_reports(&organization.id).await?;
            let shared = reports.into_iter().filter(|report| report.shared);
            words.filters = shared.map(|report| (report.id.to_string(), report.name)).collect();
        }
        Ok(words)
    }

    /// Latest name of an account, else its number.
    pub fn account<'a>(&'a self, id: &'a str) -> &'a str {
        self.accounts.get(id).map_or(id, String::as_str)
    }

    /// Whether it is a product code of the bills. Services of reports without codes go by their names.
    pub fn has_code(&self, service: &str) -> bool {
        self.services.contains_key(service)
    }

    /// Whether services go by codes at all.
    pub fn has_codes(&self) -> bool {
        !self.services.is_empty()
    }

    /// Name of the service of a product code, else the code.
    pub fn service<'a>(&'a self, code: &'a str) -> &'a str {
        self.services.get(code).map_or(code, String::as_str)
    }

    /// An object, as one says it: "Amazon EC2, eu-west-1 in Production".
    pub fn object(&self, object: &Object) -> String {
        let mut parts = vec![];
        let mut account = None;
        for (attribute, value) in object.parts() {
            match attribute {
                Attribute::Account => account = Some(self.account(value)),
                Attribute::Service => parts.insert(0, self.service(value).to_owned()),
                _ => parts.push(self.value(attribute, value)),
            }
        }
        match (parts.is_empty(), account) {
            (true, None) => "All accounts".to_owned(),
            (true, Some(account)) => account.to_owned(),
            (false, None) => parts.join(", "),
            (false, Some(account)) => format!("{} in {account}", parts.join(", ")),
        }
    }

    /// One value of an object, as one says it.
    pub fn value(&self, attribute: &Attribute, value: &str) -> String {
        let known = |names: &BTreeMap<String, String>, what: &str, unknown: &str| {
            names.get(value).map_or_else(|| unknown.to_owned(), |name| format!("{what} {name}"))
        };
        match attribute {
            Attribute::Account => self.account(value).to_owned(),
            Attribute::Service => self.service(value).to_owned(),
            Attribute::Subset => known(&self.subsets, "subset", "a subset"),
            Attribute::Filter => known(&self.filters, "report", "a saved report"),
            Attribute::Connection => known(&self.connections, "connection", "a connection"),
            Attribute::Tag(key) if value.is_empty() => format!("without {key}"),
            Attribute::Tag(key) => format!("{key} {value}"),
            Attribute::Region if value.is_empty() => "Global".to_owned(),
            Attribute::UsageType | Attribute::Region | Attribute::Operation | Attribute::Resource => {
                value.to_owned()
            }
        }
    }

    /// What an event is called.
    pub fn title(&self, event: &Event) -> String {
        let of = match event.measure {
            Measure::Usage => "",
            Measure::Tax => "Tax of ",
            Measure::Support => "Support of ",
            Measure::Commitment => "Commitments of ",
            Measure::Fee => "Fees of ",
            Measure::Credit => "Credits of ",
            Measure::Refund => "Refunds of ",
        };
        let object = self.object(&event.object);
        let what = match event.kind {
            Kind::Spike => "spike",
            Kind::Shift => "higher level",
            Kind::Leak => "slow rise",
            Kind::New => "new",
            Kind::OneTime => "one-time charge",
            Kind::Fee => "higher fee",
            Kind::UnitPrice => "higher unit price",
            Kind::Drop => "lower level",
            Kind::Gone => "no costs any more",
            Kind::NoData => "no data",
        };
        format!("{of}{object}: {what}")
    }
}

/// Names of services by product code; of several the one that costs most.
async fn services(app: &App, published: &Published) -> Result<BTreeMap<String, String>> {
    let by = vec![Column::ProductCode.into(), Column::Service.into()];
    let query = CostQuery { group_by: by, ..CostQuery::total(Metric::Amortized) };
    let (alone, others) = app.engine().in_one_currency(&published.view, &query).await?;
    let mut names = BTreeMap::new();
    let in_others = others.iter().map(|currency| query::only_in(&alone, currency));
    for query in std::iter::once(alone.clone()).chain(in_others) {
        for group in &app.engine().answer(&published.view, &query).await?.groups {
            if let [Some(code), Some(name)] = group.keys.as_slice() {
                names.entry(code.clone()).or_insert_with(|| name.clone());
            }
        }
    }
    Ok(names)
}

/// An answer to "why no event?" in a sentence.
pub(super) fn why(why: &Why) -> String {
    match &why.answer {
        Answer::Event { .. } => "There is an event on this day.".to_owned(),
        Answer::Within => match why.rule {
            Some(Rule::SeenBefore) => format!(
                "It is within what is regular: costs were as high before{}, and what was seen twice is known.",
                days(why)
            ),
            Some(Rule::SameDayOfMonth) => {
                "It is within what is regular: it came on the same day of the months before.".to_owned()
            }
            Some(Rule::Spread) | None => {
                "It is within what is regular by the level, the weekday and the usual spread.".to_owned()
            }
        },
        Answer::BelowThreshold => "It is beyond what is regular, but by less than any definition counts: their \
             threshold, or a tenth of their least amount."
            .to_owned(),
        Answer::BelowMinimum => "The day is beyond what is regular, but with the days around it by less than the \
             least amount of every definition."
            .to_owned(),
        Answer::NotWhole => {
            "The day is not whole yet: a part of a day is no fall. It is looked at again when more has come."
                .to_owned()
        }
        Answer::Learning => {
            "Less than three weeks of costs are known before this day: what is regular is still being learned."
                .to_owned()
        }
        Answer::Unknown => "Nothing is known of this day: the data begin later.".to_owned(),
        Answer::ByMonth => {
            "Charges of this kind are judged month against month, or not at all: no day of them is irregular."
                .to_owned()
        }
        Answer::NotWatched => {
            "It is beyond what is regular, but no definition watches it day by day by the robust method."
                .to_owned()
        }
    }
}

fn days(why: &Why) -> String {
    if why.seen_on.is_empty() {
        return String::new();
    }
    let days: Vec<String> = why.seen_on.iter().map(ToString::to_string).collect();
    format!(" ({})", days.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_said_by_name() {
        let named = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
        };
        let words = Words {
            accounts: named(&[("1", "Production")]),
            services: named(&[("AmazonEC2", "Amazon EC2")]),
            subsets: named(&[("s1", "Shop")]),
            ..Words::default()
        };
        let said = |parts: &[(&str, &str)]| {
            let parts = parts
                .iter()
                .map(|(attribute, value)| (Attribute::try_from((*attribute).to_owned()).unwrap(), *value));
            words.object(&Object::of(parts))
        };
        assert_eq!(said(&[]), "All accounts");
        assert_eq!(said(&[("account", "1")]), "Production");
        assert_eq!(said(&[("account", "2"), ("service", "AmazonS3")]), "AmazonS3 in 2");
        let narrow = [("account", "1"), ("service", "AmazonEC2"), ("region", "eu-west-1")];
        assert_eq!(said(&narrow), "Amazon EC2, eu-west-1 in Production");
        assert_eq!(said(&[("tag:team", "web")]), "team web");
        assert_eq!(said(&[("subset", "s1")]), "subset Shop");
        assert_eq!(said(&[("subset", "gone")]), "a subset");
    }
}
