//! Price files in CSV: some lines about the file, then a header. Columns are found by name: they vary with the service.

use super::file::{Sink, Wrong, amount, day};
use super::plans::{PlanWords, lease};
use super::service::{Fees, reserved};
use super::{Listed, Priced, Terms};
use csv::{ReaderBuilder, StringRecord};
use model::Decimal;
use std::collections::BTreeMap;
use std::io::Read;

/// Lines in which a header has to come.
const HEAD: usize = 30;

/// Reads a file.
pub(super) fn read(text: impl Read, sink: &mut Sink<'_>) -> Result<(), Wrong> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut record = StringRecord::new();
    let mut columns: Option<Columns> = None;
    let mut fees: BTreeMap<(Terms, Priced, String), Fees> = BTreeMap::new();
    let mut lines = 0;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| (None, error.to_string()))?;
        if !more {
            break;
        }
        lines += 1;
        let Some(columns) = &columns else {
            head(&record, sink);
            columns = Columns::of(&record);
            if columns.is_none() && lines > HEAD {
                break;
            }
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let wrong = |problem: String| (Some(format!("line {line}")), problem);
        if (sink.wants)(columns.usage_type(&record)) {
            columns.row(&record, sink, &mut fees).map_err(wrong)?;
        }
        if fees.len() > super::file::MOST_PRICES {
            return Err(wrong("it holds more reservations than a file may".to_owned()));
        }
    }
    if columns.is_none() {
        let problem =
            "this is no price file: no header with DiscountedUsageType, or with usageType and PricePerUnit";
        return Err((None, problem.to_owned()));
    }
    for ((terms, of, currency), fees) in fees {
        sink.take(fees.listed(terms, of, &currency)).map_err(|problem| (None, problem))?;
    }
    Ok(())
}

/// What the lines before the header say.
fn head(record: &StringRecord, sink: &mut Sink<'_>) {
    let value = record.get(1).unwrap_or_default();
    match plain(record.get(0).unwrap_or_default()).as_str() {
        "publicationdate" => sink.facts.published = day(value),
        "offercode" => value.clone_into(&mut sink.facts.offer),
        "regioncode" => value.clone_into(&mut sink.facts.region),
        _ => {}
    }
}

/// A name without case and blanks: files write `usageType`, `Region Code`, `OfferingClass`.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

struct Columns {
    places: BTreeMap<String, usize>,
    of_plan: bool,
}

impl Columns {
    fn of(record: &StringRecord) -> Option<Self> {
        let mut places = BTreeMap::new();
        for (at, name) in record.iter().enumerate() {
            places.entry(plain(name)).or_insert(at);
        }
        let has = |names: &[&str]| names.iter().all(|name| places.contains_key(*name));
        let of_plan = has(&["discountedusagetype", "discountedrate"]);
        (of_plan || has(&["usagetype", "priceperunit"])).then_some(Self { places, of_plan })
    }

    fn get<'r>(&self, record: &'r StringRecord, name: &str) -> &'r str {
        self.places.get(name).and_then(|at| record.get(*at)).unwrap_or_default().trim()
    }

    fn usage_type<'r>(&self, record: &'r StringRecord) -> &'r str {
        self.get(record, if self.of_plan { "discountedusagetype" } else { "usagetype" })
    }

    fn row(
        &self,
        record: &StringRecord,
        sink: &mut Sink<'_>,
        fees: &mut BTreeMap<(Terms, Priced, String), Fees>,
    ) -> Result<(), String> {
        let get = |name: &str| self.get(record, name);
        let currency = get("currency");
        if self.of_plan {
            let words = PlanWords {
                kind: [get("productfamily"), get("servicecode"), get("usagetype"), sink.facts.offer.as_str()]
                    .join(" "),
                term: lease(get("leasecontractlength"), get("leasecontractlengthunit")),
                payment: get("purchaseoption").to_owned(),
                description: get("description").to_owned(),
            };
            return sink.take(Listed {
                terms: words.terms()?,
                of: Priced {
                    service: get("discountedservicecode").to_owned(),
                    usage_type: get("discountedusagetype").to_owned(),
                    operation: get("discountedoperation").to_owned(),
                    region: get("discountedregioncode").to_owned(),
                },
                price: amount(get("discountedrate"))?,
                upfront: Decimal::ZERO,
                currency: currency.to_owned(),
            });
        }
        let of = Priced {
            service: get("servicecode").to_owned(),
            usage_type: get("usagetype").to_owned(),
            operation: get("operation").to_owned(),
            region: get("regioncode").to_owned(),
        };
        let price = get("priceperunit");
        match get("termtype") {
            "OnDemand" => {
                if !matches!(get("startingrange"), "" | "0") {
                    return Ok(());
                }
                let (terms, price) = (Terms::OnDemand, amount(price)?);
                sink.take(Listed { terms, of, price, upfront: Decimal::ZERO, currency: currency.to_owned() })
            }
            "Reserved" => {
                let terms = reserved(get("leasecontractlength"), get("purchaseoption"), get("offeringclass"));
                match terms {
                    // Its fees are rows of their own.
                    Some(terms) => {
                        fees.entry((terms, of, currency.to_owned())).or_default().add(get("unit"), price)
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}
