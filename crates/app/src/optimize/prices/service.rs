//! What a service sells and on which terms, as its price file says.

use super::file::{Sink, amount};
use super::json_file::Text;
use super::{Listed, Priced, Terms, read_class, read_payment, read_term};
use analyses::commitments::Class;
use model::Decimal;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What is sold under a SKU.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Product {
    attributes: Attributes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Attributes {
    servicecode: Text,
    usagetype: Text,
    operation: Text,
    #[serde(rename = "regionCode")]
    region_code: Text,
}

impl Product {
    /// Its usage type.
    pub(super) fn usage_type(&self) -> &str {
        &self.attributes.usagetype.0
    }

    fn priced(&self) -> Priced {
        let of = &self.attributes;
        Priced {
            service: of.servicecode.0.clone(),
            usage_type: of.usagetype.0.clone(),
            operation: of.operation.0.clone(),
            region: of.region_code.0.clone(),
        }
    }
}

/// One term of a SKU.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Term {
    price_dimensions: BTreeMap<String, Dimension>,
    term_attributes: TermAttributes,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Dimension {
    unit: Text,
    begin_range: Text,
    price_per_unit: BTreeMap<String, Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TermAttributes {
    lease_contract_length: Text,
    offering_class: Text,
    purchase_option: Text,
}

/// Adds what usage costs on demand; of prices that fall with the amount, the first.
pub(super) fn add_on_demand(sink: &mut Sink<'_>, product: &Product, term: &Term) -> Result<(), String> {
    for dimension in term.price_dimensions.values() {
        if !matches!(dimension.begin_range.0.trim(), "" | "0") {
            continue;
        }
        for (currency, price) in &dimension.price_per_unit {
            sink.take(Listed {
                terms: Terms::OnDemand,
                of: product.priced(),
                price: amount(&price.0)?,
                upfront: Decimal::ZERO,
                currency: currency.clone(),
            })?;
        }
    }
    Ok(())
}

/// Adds what a reservation costs: its fee by the hour, and the one at the begin.
pub(super) fn add_reserved(sink: &mut Sink<'_>, product: &Product, term: &Term) -> Result<(), String> {
    let of = &term.term_attributes;
    let Some(terms) = reserved(&of.lease_contract_length.0, &of.purchase_option.0, &of.offering_class.0)
    else {
        return Ok(());
    };
    let mut fees: BTreeMap<&str, Fees> = BTreeMap::new();
    for dimension in term.price_dimensions.values() {
        for (currency, price) in &dimension.price_per_unit {
            fees.entry(currency).or_default().add(&dimension.unit.0, &price.0)?;
        }
    }
    for (currency, fees) in fees {
        sink.take(fees.listed(terms, product.priced(), currency))?;
    }
    Ok(())
}

/// Terms of a reservation; `None` for those that are sold no more (light and heavy utilisation).
pub(super) fn reserved(length: &str, payment: &str, class: &str) -> Option<Terms> {
    let class = if class.trim().is_empty() { Some(Class::Standard) } else { read_class(class.trim()) };
    Some(Terms::Reserved { class: class?, term: read_term(length)?, payment: read_payment(payment)? })
}

/// Fees of a reservation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fees {
    hourly: Decimal,
    upfront: Decimal,
}

impl Fees {
    /// Adds one of them by its unit.
    pub(super) fn add(&mut self, unit: &str, price: &str) -> Result<(), String> {
        let price = amount(price)?;
        if unit.eq_ignore_ascii_case("Quantity") {
            self.upfront = price;
        } else {
            self.hourly = price;
        }
        Ok(())
    }

    /// As a price.
    pub(super) fn listed(self, terms: Terms, of: Priced, currency: &str) -> Listed {
        Listed { terms, of, price: self.hourly, upfront: self.upfront, currency: currency.to_owned() }
    }
}
