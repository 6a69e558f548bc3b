//! Price files in JSON, read as they stream by: of a savings plan (`terms.savingsPlan`), of a service (`terms.OnDemand`,
//! `terms.Reserved`), or what DescribeSavingsPlansOfferingRates answers (`searchResults`).

use super::file::{Sink, Wrong, amount, day};
use super::plans::{PlanWords, lease, of_seconds};
use super::service::{Product, Term, add_on_demand, add_reserved};
use super::{Listed, Priced, Terms, term_name};
use model::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::Read;

/// Products that one file may describe.
const MOST_PRODUCTS: usize = 3_000_000;

/// A text, or a number as its text; null is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text(pub(super) String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OfText)
    }
}

struct OfText;

impl Visitor<'_> for OfText {
    type Value = Text;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Text, E> {
        Ok(Text(text))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Text, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Text, E> {
        Ok(Text::default())
    }
}

/// Reads a file.
pub(super) fn read(text: impl Read, sink: &mut Sink<'_>) -> Result<(), Wrong> {
    let mut reader = serde_json::Deserializer::from_reader(text);
    let mut state =
        State { sink, plans: HashMap::new(), products: HashMap::new(), waiting: vec![], known: false };
    let outcome = In(&mut Top(&mut state)).deserialize(&mut reader).and_then(|()| reader.end());
    outcome.map_err(|error| (None, error.to_string()))?;
    if !state.known {
        return Err((None, "this JSON holds no prices: neither 'terms' nor 'searchResults'".to_owned()));
    }
    // Plans that came before what says how they are paid.
    for (plan, rates) in std::mem::take(&mut state.waiting) {
        let terms = state.terms(&plan).map_err(|problem| (Some(format!("sku {}", plan.sku)), problem))?;
        for rate in rates {
            let place = Some(format!("rate {}", rate.rate_code.0));
            state.take(terms, rate).map_err(|problem| (place, problem))?;
        }
    }
    Ok(())
}

struct State<'s, 'w> {
    sink: &'s mut Sink<'w>,
    /// Savings plans, by SKU.
    plans: HashMap<String, PlanWords>,
    /// What a service sells, by SKU, if it is asked for.
    products: HashMap<String, Product>,
    waiting: Vec<(PlanHead, Vec<RateOfPlan>)>,
    known: bool,
}

impl State<'_, '_> {
    fn terms(&self, plan: &PlanHead) -> Result<Terms, String> {
        let mut words = self.plans.get(&plan.sku).cloned().unwrap_or_default();
        if !plan.lease.is_empty() {
            words.term.clone_from(&plan.lease);
        }
        words.description.clone_from(&plan.description);
        if words.kind.is_empty() {
            words.kind.clone_from(&self.sink.facts.offer);
        }
        words.terms()
    }

    fn take(&mut self, terms: Terms, rate: RateOfPlan) -> Result<(), String> {
        let price = amount(&rate.discounted_rate.price.0)?;
        self.sink.take(Listed {
            terms,
            of: Priced {
                service: rate.discounted_service_code.0,
                usage_type: rate.discounted_usage_type.0,
                operation: rate.discounted_operation.0,
                region: rate.discounted_region_code.0,
            },
            price,
            upfront: Decimal::ZERO,
            currency: rate.discounted_rate.currency.0,
        })
    }
}

/// What of a value is looked at as it streams by: entries of a map, or items of a list.
trait Part {
    /// The next entry of a map; its value has to be taken.
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        let _ = key;
        from.next_value::<IgnoredAny>().map(drop)
    }

    /// The next item of a list; false at its end.
    fn item<'de, A: SeqAccess<'de>>(&mut self, from: &mut A) -> Result<bool, A::Error> {
        Ok(from.next_element::<IgnoredAny>()?.is_some())
    }
}

struct In<'p, P>(&'p mut P);

impl<'de, P: Part> DeserializeSeed<'de> for In<'_, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, P: Part> Visitor<'de> for In<'_, P> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a part of a price file")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(key) = from.next_key::<String>()? {
            self.0.entry(key, &mut from)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while self.0.item(&mut from)? {}
        Ok(())
    }
}

struct Top<'t, 's, 'w>(&'t mut State<'s, 'w>);

impl Part for Top<'_, '_, '_> {
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "publicationDate" => self.0.sink.facts.published = day(&from.next_value::<Text>()?.0),
            "offerCode" => self.0.sink.facts.offer = from.next_value::<Text>()?.0,
            "regionCode" => self.0.sink.facts.region = from.next_value::<Text>()?.0,
            "products" => from.next_value_seed(In(&mut Products(self.0)))?,
            "terms" => {
                self.0.known = true;
                from.next_value_seed(In(&mut AllTerms(self.0)))?;
            }
            "searchResults" => {
                self.0.known = true;
                from.next_value_seed(In(&mut Answers(self.0)))?;
            }
            _ => drop(from.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// Products of a service (a map) or savings plans (a list).
struct Products<'t, 's, 'w>(&'t mut State<'s, 'w>);

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PlanProduct {
    sku: Text,
    product_family: Text,
    service_code: Text,
    usage_type: Text,
    attributes: PlanAttributes,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PlanAttributes {
    purchase_option: Text,
    purchase_term: Text,
}

impl Part for Products<'_, '_, '_> {
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        let product: Product = from.next_value()?;
        if (self.0.sink.wants)(product.usage_type()) {
            self.0.products.insert(key, product);
        }
        if self.0.products.len() > MOST_PRODUCTS {
            return Err(A::Error::custom(format!("it holds more than {MOST_PRODUCTS} products")));
        }
        Ok(())
    }

    fn item<'de, A: SeqAccess<'de>>(&mut self, from: &mut A) -> Result<bool, A::Error> {
        let Some(product) = from.next_element::<PlanProduct>()? else { return Ok(false) };
        let words = PlanWords {
            kind: [&product.product_family.0, &product.service_code.0, &product.usage_type.0]
                .map(String::as_str)
                .join(" ")
                .trim()
                .to_owned(),
            term: product.attributes.purchase_term.0,
            payment: product.attributes.purchase_option.0,
            description: String::new(),
        };
        self.0.plans.insert(product.sku.0, words);
        Ok(true)
    }
}

struct AllTerms<'t, 's, 'w>(&'t mut State<'s, 'w>);

impl Part for AllTerms<'_, '_, '_> {
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "savingsPlan" | "SavingsPlan" => from.next_value_seed(In(&mut Plans(self.0))),
            "OnDemand" => from.next_value_seed(In(&mut OfService { state: self.0, reserved: false })),
            "Reserved" => from.next_value_seed(In(&mut OfService { state: self.0, reserved: true })),
            _ => from.next_value::<IgnoredAny>().map(drop),
        }
    }
}

/// Terms of a service, by SKU.
struct OfService<'t, 's, 'w> {
    state: &'t mut State<'s, 'w>,
    reserved: bool,
}

impl Part for OfService<'_, '_, '_> {
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        let State { sink, products, .. } = &mut *self.state;
        let Some(product) = products.get(&key) else { return from.next_value::<IgnoredAny>().map(drop) };
        let terms: BTreeMap<String, Term> = from.next_value()?;
        for (code, term) in &terms {
            let taken = if self.reserved {
                add_reserved(sink, product, term)
            } else {
                add_on_demand(sink, product, term)
            };
            taken.map_err(|problem| A::Error::custom(format!("price {code}: {problem}")))?;
        }
        Ok(())
    }
}

struct Plans<'t, 's, 'w>(&'t mut State<'s, 'w>);

impl Part for Plans<'_, '_, '_> {
    fn item<'de, A: SeqAccess<'de>>(&mut self, from: &mut A) -> Result<bool, A::Error> {
        let mut plan = OnePlan { wants: self.0.sink.wants, head: PlanHead::default(), rates: vec![] };
        if from.next_element_seed(In(&mut plan))?.is_none() {
            return Ok(false);
        }
        match self.0.terms(&plan.head) {
            Ok(terms) => {
                for rate in plan.rates {
                    let code = rate.rate_code.0.clone();
                    self.0
                        .take(terms, rate)
                        .map_err(|problem| A::Error::custom(format!("rate {code}: {problem}")))?;
                }
            }
            // What says so may come later in the file.
            Err(_) => self.0.waiting.push((plan.head, plan.rates)),
        }
        Ok(true)
    }
}

#[derive(Debug, Default)]
struct PlanHead {
    sku: String,
    description: String,
    lease: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Lease {
    duration: Text,
    unit: Text,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RateOfPlan {
    discounted_usage_type: Text,
    discounted_operation: Text,
    discounted_service_code: Text,
    discounted_region_code: Text,
    rate_code: Text,
    discounted_rate: Amount,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Amount {
    price: Text,
    currency: Text,
}

struct OnePlan<'w> {
    wants: &'w dyn Fn(&str) -> bool,
    head: PlanHead,
    rates: Vec<RateOfPlan>,
}

impl Part for OnePlan<'_> {
    fn entry<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "sku" => self.head.sku = from.next_value::<Text>()?.0,
            "description" => self.head.description = from.next_value::<Text>()?.0,
            "leaseContractLength" => {
                let length: Lease = from.next_value()?;
                self.head.lease = lease(&length.duration.0, &length.unit.0);
            }
            "rates" => from.next_value_seed(In(&mut Rates { wants: self.wants, rates: &mut self.rates }))?,
            _ => drop(from.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

struct Rates<'r, 'w> {
    wants: &'w dyn Fn(&str) -> bool,
    rates: &'r mut Vec<RateOfPlan>,
}

impl Part for Rates<'_, '_> {
    fn item<'de, A: SeqAccess<'de>>(&mut self, from: &mut A) -> Result<bool, A::Error> {
        let Some(rate) = from.next_element::<RateOfPlan>()? else { return Ok(false) };
        if (self.wants)(&rate.discounted_usage_type.0) {
            self.rates.push(rate);
        }
        if self.rates.len() > super::file::MOST_PRICES {
            return Err(A::Error::custom("one plan holds more rates than a file may"));
        }
        Ok(true)
    }
}

/// What DescribeSavingsPlansOfferingRates answers.
struct Answers<'t, 's, 'w>(&'t mut State<'s, 'w>);

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Answer {
    savings_plan_offering: Offering,
    rate: Text,
    service_code: Text,
    usage_type: Text,
    operation: Text,
    properties: Vec<Property>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Offering {
    payment_option: Text,
    plan_type: Text,
    duration_seconds: u64,
    currency: Text,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Property {
    name: Text,
    value: Text,
}

impl Part for Answers<'_, '_, '_> {
    fn item<'de, A: SeqAccess<'de>>(&mut self, from: &mut A) -> Result<bool, A::Error> {
        let Some(answer) = from.next_element::<Answer>()? else { return Ok(false) };
        if !(self.0.sink.wants)(&answer.usage_type.0) {
            return Ok(true);
        }
        let offering = answer.savings_plan_offering;
        let words = PlanWords {
            kind: offering.plan_type.0,
            term: of_seconds(offering.duration_seconds).map(term_name).unwrap_or_default().to_owned(),
            payment: offering.payment_option.0,
            description: String::new(),
        };
        let region = answer.properties.into_iter().find(|one| one.name.0 == "region");
        let of = Priced {
            service: answer.service_code.0,
            usage_type: answer.usage_type.0,
            operation: answer.operation.0,
            region: region.map(|one| one.value.0).unwrap_or_default(),
        };
        let taken = words.terms().and_then(|terms| {
            let price = amount(&answer.rate.0)?;
            let currency = offering.currency.0;
            self.0.sink.take(Listed { terms, of: of.clone(), price, upfront: Decimal::ZERO, currency })
        });
        taken.map_err(|problem| A::Error::custom(format!("rate of {}: {problem}", of.usage_type)))?;
        Ok(true)
    }
}
