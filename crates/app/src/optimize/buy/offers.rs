//! Offers with the prices that are known for a bill's SKUs: rows first, then the price book.

use super::super::prices::{Found, Plan, PriceBook, SourceKind, Terms};
use super::answer::PriceSource;
use super::case::{Case, Seen};
use analyses::commitments::{Class, Covers, Offer, Payment, Rate, Rates, Reserved, Sku, Term, Usage};
use chrono::NaiveDate;
use model::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Name of the customer's rows as a source.
const ROWS: &str = "the bill's own rows";

/// An offer of one pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pub(super) offer: Offer,
    /// Fee at the begin of the term for one step: $0.001 of a plan, or one reservation.
    pub(super) upfront: Decimal,
}

/// Makes offers of one term and payment, and notes where prices come from.
pub(super) struct Offers<'a> {
    case: &'a Case,
    book: &'a PriceBook,
    term: Term,
    payment: Payment,
    seen: HashMap<(Terms, usize), &'a Seen>,
    used: BTreeMap<(&'static str, SourceKind, String, Option<NaiveDate>), BTreeSet<usize>>,
}

impl<'a> Offers<'a> {
    pub(super) fn new(case: &'a Case, book: &'a PriceBook, term: Term, payment: Payment) -> Self {
        // Of several the newest.
        let mut seen: HashMap<(Terms, usize), &Seen> = HashMap::new();
        for one in &case.seen {
            let known = seen.entry((one.terms, one.sku)).or_insert(one);
            if one.date > known.date {
                *known = one;
            }
        }
        Self { case, book, term, payment, seen, used: BTreeMap::new() }
    }

    fn note(&mut self, of: &'static str, kind: SourceKind, name: &str, date: Option<NaiveDate>, sku: usize) {
        self.used.entry((of, kind, name.to_owned(), date)).or_default().insert(sku);
    }

    fn note_found(&mut self, of: &'static str, found: &Found, sku: usize) {
        let source = self.book.sources()[found.source].clone();
        self.note(of, source.kind, &source.name, source.date, sku);
    }

    /// A plan's rate of a SKU.
    fn rate(&mut self, plan: Plan, sku: usize) -> Option<Rate> {
        let (case, book) = (self.case, self.book);
        let terms = Terms::Plan { plan, term: self.term, payment: self.payment };
        if let Some(seen) = self.seen.get(&(terms, sku)).copied() {
            self.note("offer", SourceKind::Rows, ROWS, seen.date, sku);
            return Some(seen.rate);
        }
        let found = book.find(terms, &case.priced[sku], &case.currency)?;
        let rate = found.listed.effective().and_then(|price| Rate::try_new(price).ok())?;
        self.note_found("offer", found, sku);
        Some(rate)
    }

    /// A plan of one kind and scope.
    pub(super) fn plan(&mut self, plan: Plan, covers: Covers) -> Pool {
        let case = self.case;
        let skus = &case.usage.skus;
        let rates = (0..skus.len())
            .map(|sku| if covers.takes(&skus[sku]) { self.rate(plan, sku) } else { None })
            .collect();
        let halves = match self.payment {
            Payment::NoUpfront => 0,
            Payment::PartialUpfront => 1,
            Payment::AllUpfront => 2,
        };
        // $0.001 an hour over the term, in halves.
        let hours = i128::from(self.term.months()) / 12 * 8_760;
        let step = Decimal::from(1).units() / 1_000;
        let offer = Offer {
            covers,
            term: self.term,
            class: Class::Plan,
            payment: self.payment,
            rates: Arc::new(Rates(rates)),
            hourly: None,
        };
        Pool { offer, upfront: Decimal::from_units(step * hours * halves / 2) }
    }

    /// EC2 Instance plans of each family and region that a rate is known for.
    pub(super) fn ec2(&mut self, family: Option<&str>, region: Option<&str>) -> Vec<Pool> {
        let case = self.case;
        let skus = &case.usage.skus;
        let mut pools: BTreeSet<(String, String)> = BTreeSet::new();
        let wanted = |asked: Option<&str>, own: &str| asked.is_none_or(|asked| asked == own);
        for sku in skus.iter().filter(|sku| is_ec2(sku)) {
            if wanted(family, &sku.family) && wanted(region, &sku.region) {
                pools.insert((sku.family.clone(), sku.region.clone()));
            }
        }
        let pools: Vec<Pool> = pools
            .into_iter()
            .map(|(family, region)| self.plan(Plan::Ec2Instance, Covers::Ec2Instance { family, region }))
            .collect();
        pools.into_iter().filter(|pool| pool.offer.rates.0.iter().any(Option::is_some)).collect()
    }

    /// Reservations of each pool that a price is known for: of a family in one region where sizes are flexible, else of one
    /// size. Of flexible ones the smallest size whose price is known, which leaves the finest choice.
    pub(super) fn reserved(&mut self, class: Class, only: impl Fn(&Reserved) -> bool) -> Vec<Pool> {
        let case = self.case;
        let mut pools: BTreeMap<Reserved, Vec<usize>> = BTreeMap::new();
        for (sku, reserved) in case.reserved.iter().enumerate() {
            let Some(reserved) = reserved.as_ref().filter(|reserved| only(reserved)) else { continue };
            let mut key = Reserved { zone: None, count: 0, ..reserved.clone() };
            if key.flexible.is_some() {
                (key.size, key.deployment) = (String::new(), String::new());
                key.flexible = Rate::try_new(Decimal::from(1)).ok();
            }
            pools.entry(key).or_default().push(sku);
        }
        let mut found = vec![];
        for (_, mut skus) in pools {
            let own =
                |sku: &usize| case.reserved[*sku].as_ref().map(|own| (own.flexible, own.deployment.clone()));
            skus.sort_by_key(|sku| (own(sku), *sku));
            let priced = skus.iter().find_map(|sku| Some((*sku, self.price(class, *sku)?)));
            let Some((sku, (hourly, upfront))) = priced else { continue };
            let Some(reserved) = case.reserved[sku].clone() else { continue };
            found.push(Pool {
                offer: Offer {
                    covers: Covers::Reserved(Reserved { zone: None, count: 1, ..reserved }),
                    term: self.term,
                    class,
                    payment: self.payment,
                    rates: Arc::default(),
                    hourly: Some(hourly),
                },
                upfront,
            });
        }
        found
    }

    /// Price of one reservation an hour, and its fee at the begin.
    fn price(&mut self, class: Class, sku: usize) -> Option<(Rate, Decimal)> {
        let (case, book) = (self.case, self.book);
        let terms = Terms::Reserved { class, term: self.term, payment: self.payment };
        if let Some(seen) = self.seen.get(&(terms, sku)).copied() {
            self.note("offer", SourceKind::Rows, ROWS, seen.date, sku);
            let hours = i128::from(self.term.months()) / 12 * 8_760;
            let halves = match self.payment {
                Payment::NoUpfront => 0,
                Payment::PartialUpfront => 1,
                Payment::AllUpfront => 2,
            };
            let all = seen.rate.decimal().units().checked_mul(hours * halves)?;
            return Some((seen.rate, Decimal::from_units(all / 2)));
        }
        let found = book.find(terms, &case.priced[sku], &case.currency)?;
        let rate = found.listed.effective().and_then(|price| Rate::try_new(price).ok())?;
        self.note_found("offer", found, sku);
        Some((rate, found.listed.upfront))
    }

    /// Where prices come from, on-demand ones of some SKUs with them.
    pub(super) fn sources(mut self, on_demand: &[(usize, Option<&Found>)]) -> Vec<PriceSource> {
        for (sku, found) in on_demand {
            match found {
                Some(found) => self.note_found("on-demand", found, *sku),
                None => self.note("on-demand", SourceKind::Rows, ROWS, self.case.date, *sku),
            }
        }
        let one = |((of, source, name, date), skus): ((&'static str, _, _, _), BTreeSet<usize>)| {
            PriceSource { of, source, name, date, skus: skus.len() }
        };
        // One day a SKU would be a list without end: rows have the newest of them.
        let mut found: Vec<PriceSource> = vec![];
        for source in self.used.into_iter().map(one) {
            let same = found.iter_mut().find(|known| {
                (known.of, known.source, &known.name) == (source.of, source.source, &source.name)
                    && (known.source == SourceKind::Rows || known.date == source.date)
            });
            match same {
                Some(known) => {
                    known.skus += source.skus;
                    known.date = known.date.max(source.date);
                }
                None => found.push(source),
            }
        }
        found
    }
}

/// Whether an EC2 Instance plan could take it.
pub(super) fn is_ec2(sku: &Sku) -> bool {
    sku.service == "AmazonEC2" && sku.world == analyses::commitments::World::Compute && !sku.family.is_empty()
}

/// Fills on-demand prices that rows do not have from the price book; tells which SKUs have one, and from where.
pub(super) fn missing_on_demand<'b>(
    case: &Case,
    usage: &mut Usage,
    book: &'b PriceBook,
) -> Vec<(usize, Option<&'b Found>)> {
    let mut found = vec![];
    for (sku, of) in usage.skus.iter_mut().enumerate() {
        if of.on_demand.is_some() {
            found.push((sku, None));
            continue;
        }
        let Some(price) = book.find(Terms::OnDemand, &case.priced[sku], &case.currency) else { continue };
        of.on_demand = Rate::try_new(price.listed.price).ok();
        found.push((sku, Some(price)));
    }
    found
}
