//! One cause, one event: the object with the best harmonic mean of coverage (its share of the unexplained change) and
//! purity (the share of its own cost that moved) is taken, its parts are taken out, and so on until what is left is less
//! than the least amount.

use super::object::{Attribute, Object};
use super::parts::{Moved, Parts};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Part of the whole change that is not looked at any more.
const REST: f64 = 0.15;
/// Change of an object that makes it a candidate.
const CHANGED: f64 = 0.25;
/// Among objects that explain as much, one with more attributes is that much worse.
const PER_ATTRIBUTE: f64 = 0.02;
/// Least coverage of a cause that is named.
const LEAST_COVERAGE: f64 = 0.05;
/// Causes that are named at most.
const MOST_CAUSES: usize = 5;

/// Parts and how they moved.
pub(super) type Moves = BTreeMap<usize, Moved>;

/// Objects that explain the change of some parts, best first, with the places of their parts: so many at most.
pub(super) fn cover(
    parts: &Parts<'_>,
    moves: &Moves,
    flagged: &BTreeSet<&Object>,
    minimum: f64,
    most: usize,
) -> Vec<(Object, Vec<usize>)> {
    let mut rest: BTreeMap<usize, f64> =
        moves.iter().filter(|(_, moved)| moved.much).map(|(place, moved)| (*place, moved.by)).collect();
    let whole: f64 = rest.values().sum();
    let candidates = candidates(parts, moves, flagged, minimum);
    let covered_of = |places: &[usize], rest: &BTreeMap<usize, f64>| -> f64 {
        places.iter().filter_map(|place| rest.get(place)).sum()
    };
    let purities: Vec<f64> = candidates.iter().map(|(_, places)| purity(places, moves)).collect();
    let mut covered: Vec<f64> = candidates.iter().map(|(_, places)| covered_of(places, &rest)).collect();
    // Candidates of each place: with a place that is explained, what they cover changes, and nothing else does.
    let mut of_place: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, (_, places)) in candidates.iter().enumerate() {
        for place in places {
            of_place.entry(*place).or_default().push(at);
        }
    }
    let mut found = vec![];
    while found.len() < most {
        let unexplained: f64 = rest.values().sum();
        if unexplained < minimum.max(REST * whole) {
            break;
        }
        let mut best: Option<(usize, f64)> = None;
        for (at, (covered, purity)) in covered.iter().zip(&purities).enumerate() {
            // A chosen one covers nothing any more.
            let score = if *covered < minimum { 0.0 } else { harmonic(covered / unexplained, *purity) };
            if score > best.map_or(0.0, |(_, best)| best + 1e-9) {
                best = Some((at, score));
            }
        }
        let Some((best, _)) = best else { break };
        let explained = candidates[best].1.iter().filter(|place| rest.remove(place).is_some());
        let touched: BTreeSet<usize> =
            explained.filter_map(|place| of_place.get(place)).flatten().copied().collect();
        for at in touched {
            covered[at] = covered_of(&candidates[at].1, &rest);
        }
        found.push(best);
    }
    found.into_iter().map(|at| candidates[at].clone()).collect()
}

/// Flagged objects and what is below them, by one more attribute of an account × service, that changed enough; coarse ones
/// first.
fn candidates(
    parts: &Parts<'_>,
    moves: &Moves,
    flagged: &BTreeSet<&Object>,
    minimum: f64,
) -> Vec<(Object, Vec<usize>)> {
    let mut objects: BTreeMap<Object, Vec<usize>> = BTreeMap::new();
    for object in flagged {
        objects.insert((*object).clone(), parts.within(object));
    }
    for place in moves.keys().copied() {
        let object = parts.get(place).object;
        let whose = [Attribute::Account, Attribute::Service];
        let values = whose.iter().map(|attribute| Some((attribute.clone(), object.get(attribute)?)));
        let Some(values) = values.collect::<Option<Vec<_>>>() else { continue };
        let whose = Object::of(values);
        for (attribute, value) in object.parts().filter(|(attribute, _)| explains(attribute, &whose)) {
            let finer = whose.with(attribute.clone(), value);
            if !flagged.contains(&finer) {
                objects.entry(finer).or_default().push(place);
            }
        }
    }
    let changed = |(_, places): &(Object, Vec<usize>)| {
        let of = |part: fn(&Moved) -> f64| {
            places.iter().filter_map(|place| moves.get(place)).map(part).sum::<f64>()
        };
        of(|moved| moved.by) >= minimum.max(CHANGED * of(|moved| moved.before))
    };
    let mut all: Vec<_> = objects.into_iter().filter(changed).collect();
    all.sort_by(|one, other| one.0.parts().len().cmp(&other.0.parts().len()).then(one.0.cmp(&other.0)));
    all
}

fn harmonic(coverage: f64, purity: f64) -> f64 {
    2.0 * coverage * purity / (coverage + purity + 1e-12)
}

fn purity(places: &[usize], moves: &Moves) -> f64 {
    let (mut much, mut all) = (0.0, 0.0);
    for moved in places.iter().filter_map(|place| moves.get(place)) {
        all += moved.weight();
        much += if moved.much { moved.weight() } else { 0.0 };
    }
    if all > 0.0 { much / all } else { 0.0 }
}

/// A part of an object that explains its change.
pub(super) struct Ranked {
    pub(super) object: Object,
    pub(super) places: Vec<usize>,
    pub(super) coverage: f64,
    pub(super) purity: f64,
}

/// What explains the change of some parts of an object: one or two attributes that the object itself leaves open,
/// best first.
pub(super) fn causes(parts: &Parts<'_>, moves: &Moves, object: &Object) -> Vec<Ranked> {
    let whole: f64 = moves.values().filter(|moved| moved.much).map(|moved| moved.by).sum();
    let mut candidates: BTreeMap<Object, Vec<usize>> = BTreeMap::new();
    for place in moves.keys() {
        let open: Vec<(&Attribute, &str)> =
            parts.get(*place).object.parts().filter(|(attribute, _)| explains(attribute, object)).collect();
        for (at, one) in open.iter().enumerate() {
            candidates.entry(Object::of([((*one.0).clone(), one.1)])).or_default().push(*place);
            for other in &open[at + 1..] {
                let both = Object::of([((*one.0).clone(), one.1), ((*other.0).clone(), other.1)]);
                candidates.entry(both).or_default().push(*place);
            }
        }
    }
    let mut ranked: Vec<(f64, Ranked)> = vec![];
    for (object, places) in candidates {
        let moved = places.iter().map(|place| moves[place]).filter(|moved| moved.much);
        let coverage = moved.map(|moved| moved.by).sum::<f64>() / whole.max(1e-9);
        if coverage > LEAST_COVERAGE {
            let purity = purity(&places, moves);
            let attributes = object.parts().len() as f64 - 1.0;
            let score = harmonic(coverage, purity) - PER_ATTRIBUTE * attributes;
            ranked.push((score, Ranked { object, places, coverage, purity }));
        }
    }
    ranked.sort_by(|one, other| {
        other.0.total_cmp(&one.0).then_with(|| one.1.places.len().cmp(&other.1.places.len()))
    });
    let mut named: Vec<Ranked> = vec![];
    for (_, cause) in ranked {
        if named.len() < MOST_CAUSES && named.iter().all(|before| before.places != cause.places) {
            named.push(cause);
        }
    }
    named
}

fn explains(attribute: &Attribute, object: &Object) -> bool {
    !matches!(attribute, Attribute::Subset | Attribute::Filter) && object.get(attribute).is_none()
}
