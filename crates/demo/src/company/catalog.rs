//! The catalogue of charges (`data/catalog.txt`), parsed once.

use crate::error::DemoError;
use crate::fixed::{AMOUNT_SCALE, MONEY_SCALE, parse};
use std::collections::HashMap;

/// What the reports call a product.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    /// `product/ProductName`.
    pub(crate) name: String,
    /// FOCUS service name, category and subcategory.
    pub(crate) service: String,
    pub(crate) category: String,
    pub(crate) subcategory: String,
}

/// How usage runs through day and week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Always the same.
    Flat,
    /// Follows people: days over nights, weekdays over weekends.
    Wave,
    /// Office hours.
    Work,
    /// Some hours of the night.
    Batch,
    /// On while the wave is above the series' own level (a member of a scaled group).
    Elastic,
    /// On for spells of some hours (spot capacity).
    Spell,
}

/// Accounts that a charge belongs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Any,
    Prod,
    Data,
    Ml,
    Net,
    Payer,
}

impl Scope {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "any" => Self::Any,
            "prod" => Self::Prod,
            "data" => Self::Data,
            "ml" => Self::Ml,
            "net" => Self::Net,
            "payer" => Self::Payer,
            _ => return None,
        })
    }
}

/// One kind of charge.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub(crate) code: String,
    pub(crate) usage: String,
    pub(crate) operation: String,
    pub(crate) family: String,
    pub(crate) unit: String,
    pub(crate) rate: i64,
    pub(crate) per_hour: i64,
    pub(crate) shape: Shape,
    pub(crate) weight: u32,
    pub(crate) resource: String,
    pub(crate) scope: Scope,
    pub(crate) hourly: bool,
    pub(crate) attributes: Vec<(String, String)>,
    /// Private rate and bundled discounts, in permille.
    pub(crate) private: u16,
    pub(crate) bundled: u16,
    /// Usage types that its resource is charged for besides.
    pub(crate) twins: Vec<String>,
    /// What the charge proves to be waste.
    pub(crate) waste: Option<Waste>,
    /// Whether the company has exactly one, and for how long.
    pub(crate) planted: Option<Planted>,
}

/// A rule of waste that a charge is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waste {
    /// Which rule, by its place in the usual list (1 idle public IPv4, 2 idle NAT gateway, …; see `truth.json`).
    pub(crate) rule: u8,
    /// Price of a unit once it is put right; zero where the whole charge is waste, `None` where rows do not say.
    pub(crate) better: Option<i64>,
}

/// A charge that is there once, whatever the company's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    Always,
    /// Removed so many days before the end.
    Gone(i32),
}

/// The parsed file.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) products: HashMap<String, Product>,
    pub(crate) charges: Vec<Charge>,
}

impl Catalog {
    /// Parses the embedded file.
    pub(crate) fn load() -> Result<Self, DemoError> {
        let mut catalog = Self { products: HashMap::new(), charges: Vec::new() };
        for (number, line) in include_str!("../../data/catalog.txt").lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let parsed = match line.strip_prefix("! ") {
                Some(rest) => catalog.product(rest),
                None => charge(line).map(|charge| catalog.charges.push(charge)),
            };
            parsed.ok_or(DemoError::Catalog { line: number + 1 })?;
        }
        Ok(catalog)
    }

    fn product(&mut self, line: &str) -> Option<()> {
        let mut parts = line.split('|').map(str::to_owned);
        let code = parts.next()?;
        let product = Product {
            name: parts.next()?,
            service: parts.next()?,
            category: parts.next()?,
            subcategory: parts.next()?,
        };
        self.products.insert(code, product);
        Some(())
    }
}

fn charge(line: &str) -> Option<Charge> {
    let parts: Vec<&str> = line.split('|').collect();
    let [
        code,
        usage,
        operation,
        family,
        unit,
        rate,
        per_hour,
        shape,
        weight,
        resource,
        scope,
        step,
        attributes,
    ] = parts.as_slice()
    else {
        return None;
    };
    let mut charge = Charge {
        code: (*code).to_owned(),
        usage: (*usage).to_owned(),
        operation: (*operation).to_owned(),
        family: (*family).to_owned(),
        unit: (*unit).to_owned(),
        rate: parse(rate, MONEY_SCALE)?,
        per_hour: parse(per_hour, AMOUNT_SCALE)?,
        shape: match *shape {
            "flat" => Shape::Flat,
            "wave" => Shape::Wave,
            "work" => Shape::Work,
            "batch" => Shape::Batch,
            "elastic" => Shape::Elastic,
            _ => return None,
        },
        weight: weight.parse().ok()?,
        resource: (*resource).to_owned(),
        scope: Scope::parse(scope)?,
        hourly: *step == "h",
        attributes: Vec::new(),
        private: 0,
        bundled: 0,
        twins: Vec::new(),
        waste: None,
        planted: None,
    };
    for pair in attributes.split(';').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=')?;
        match key {
            "private" => charge.private = value.parse().ok()?,
            "bundled" => charge.bundled = value.parse().ok()?,
            "twins" => charge.twins = value.split('+').map(str::to_owned).collect(),
            "waste" => charge.waste = Some(waste(value)?),
            "planted" => charge.planted = Some(planted(value)?),
            _ => charge.attributes.push((key.to_owned(), value.to_owned())),
        }
    }
    Some(charge)
}

/// `RULE` or `RULE:PRICE`, the price of a unit put right; `?` where rows do not say.
fn waste(text: &str) -> Option<Waste> {
    let (rule, better) = text.split_once(':').unwrap_or((text, "0"));
    let better = if better == "?" { None } else { Some(parse(better, MONEY_SCALE)?) };
    Some(Waste { rule: rule.parse().ok()?, better })
}

fn planted(text: &str) -> Option<Planted> {
    match text.strip_prefix("gone:") {
        Some(days) => Some(Planted::Gone(days.parse().ok()?)),
        None => (text == "always").then_some(Planted::Always),
    }
}

impl Catalog {
    /// The charge of a product with a usage type: of the same operation, if there is one.
    pub(crate) fn find(&self, code: &str, usage: &str, operation: &str) -> Option<usize> {
        let fits = |charge: &Charge| {
            charge.code == code
                && charge.planted.is_none()
                && charge.usage.trim_start_matches(['^', '=']) == usage
        };
        let exact = self.charges.iter().position(|charge| fits(charge) && charge.operation == operation);
        exact.or_else(|| self.charges.iter().position(fits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_charge_has_a_product_and_known_attributes() {
        let catalog = Catalog::load().expect("the embedded catalogue parses");
        assert!(catalog.charges.len() > 100);
        for charge in &catalog.charges {
            assert!(catalog.products.contains_key(&charge.code), "{}", charge.code);
            for twin in &charge.twins {
                assert!(catalog.find(&charge.code, twin, &charge.operation).is_some(), "{twin}");
            }
            for (key, _) in &charge.attributes {
                assert!(
                    key == "softwareType"
                        || crate::text::Txt::ALL.iter().any(|field| field.name() == format!("product/{key}")),
                    "{key}"
                );
            }
        }
    }
}
