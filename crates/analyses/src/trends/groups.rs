//! Runs joined to what they have in common: one group for one cause.

use super::cover::{Moves, cover};
use super::definition::{Definition, Method};
use super::fit::{GAP, SEEN};
use super::input::{Leaves, Measure};
use super::memory::Memory;
use super::object::{Attribute, Object};
use super::parts::{Parts, Window};
use super::runs::Run;
use super::sustained::LAG;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Days within which what begins may have one cause.
const TOGETHER: usize = 3;
/// Days of the longest span.
const LONGEST: usize = 30;
/// Days of a beginning that tell what is to blame.
const BEGINNING: usize = 7;
/// Part of a run that a group has to explain to be its cause.
const EXPLAINED: f64 = 0.5;
/// Series that move together are the organization's from so many on, from this part of those that cost anything on,
/// in so many accounts, unless one account or service holds that part of it.
const MANY: usize = 5;
const MANY_PART: f64 = 0.1;
const MANY_ACCOUNTS: usize = 3;
const ONE_OF_THEM: f64 = 0.6;

/// Part of a level by which another one is the same.
const SAME_LEVEL: f64 = 0.25;

/// What has one cause.
pub(super) struct Group {
    pub(super) object: Object,
    pub(super) up: bool,
    /// Places of its runs.
    pub(super) runs: Vec<usize>,
    /// Parts and how they moved at its beginning.
    pub(super) moves: Moves,
    /// Whether its parts are leaves.
    pub(super) leaves: bool,
    pub(super) window: Window,
    first: usize,
    last: usize,
    /// Places of the series of its runs.
    seen: HashSet<usize>,
}

impl Group {
    /// The same, told of another object.
    pub(super) fn of(&self, object: Object, parts: &Parts<'_>, window: &Window) -> Self {
        let moved = |place| {
            let known = self.moves.get(&place).copied();
            (place, known.unwrap_or_else(|| parts.moved(place, window, self.up)))
        };
        let moves = parts.within(&object).into_iter().map(moved).collect();
        let (runs, seen) = (self.runs.clone(), self.seen.clone());
        Self { object, moves, runs, seen, window: self.window.clone(), ..*self }
    }
}

/// What groups are made of.
pub(super) struct Grouping<'a> {
    pub(super) memory: &'a Memory,
    pub(super) definitions: &'a [Definition],
    pub(super) runs: &'a [Run],
    pub(super) series: Parts<'a>,
    pub(super) leaves: Option<Parts<'a>>,
}

impl<'a> Grouping<'a> {
    pub(super) fn new(
        memory: &'a Memory,
        leaves: &'a Leaves,
        definitions: &'a [Definition],
        runs: &'a [Run],
    ) -> Self {
        let series = Parts::of_series(memory);
        let leaves = Parts::of_leaves(leaves, memory);
        Self { memory, definitions, runs, series, leaves }
    }

    pub(super) fn parts(&self, leaves: bool) -> &Parts<'a> {
        self.leaves.as_ref().filter(|_| leaves).unwrap_or(&self.series)
    }

    fn object(&self, run: usize) -> &'a Object {
        &self.memory.bill().series[self.runs[run].series].object
    }

    /// All groups, in order of time.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut all: Vec<Group> = vec![];
        for up in [true, false] {
            let mut runs: Vec<usize> = (0..self.runs.len()).filter(|run| self.runs[*run].up == up).collect();
            runs.sort_by_key(|run| {
                let found = &self.runs[*run];
                (found.first, found.span, self.object(*run), found.definition)
            });
            let mut of_direction: Vec<Group> = vec![];
            // Places of the groups that may go on.
            let mut active: Vec<usize> = vec![];
            let mut rest = runs.as_slice();
            while let Some(first) = rest.first() {
                let onset = self.runs[*first].first;
                let length = rest.partition_point(|run| self.runs[*run].first <= onset + TOGETHER);
                let (cluster, after) = rest.split_at(length);
                active.retain(|place| of_direction[*place].last + GAP + LONGEST >= onset);
                let mut unexplained = vec![];
                for run in cluster {
                    match self.explaining(*run, &of_direction, &active) {
                        Some(place) => self.join(&mut of_direction[place], *run),
                        None => unexplained.push(*run),
                    }
                }
                if !unexplained.is_empty() {
                    let before = of_direction.len();
                    of_direction.extend(self.split(&unexplained, up));
                    active.extend(before..of_direction.len());
                }
                rest = after;
            }
            all.extend(of_direction);
        }
        self.without_returns(all)
    }

    fn join(&self, group: &mut Group, run: usize) {
        let found = &self.runs[run];
        group.runs.push(run);
        group.seen.insert(found.series);
        if found.span == 1 {
            group.last = group.last.max(found.last);
        }
    }

    /// The earlier group, of those that may go on, that explains a run which begins later.
    fn explaining(&self, run: usize, groups: &[Group], active: &[usize]) -> Option<usize> {
        let found = &self.runs[run];
        let object = self.object(run);
        let goes_on = |group: &Group| {
            group.first <= found.last
                && found.first <= group.last + GAP + if found.span > 1 { found.span } else { 0 }
        };
        let active: Vec<usize> =
            active.iter().rev().copied().filter(|place| goes_on(&groups[*place])).collect();
        let saw = |place: &usize| groups[*place].seen.contains(&found.series);
        if let Some(place) = active.iter().copied().find(saw) {
            return Some(place);
        }
        let mut within: [Option<Vec<usize>>; 2] = [None, None];
        let shares = active.into_iter().map(|place| {
            let group = &groups[place];
            let within = within[usize::from(group.leaves)]
                .get_or_insert_with(|| self.parts(group.leaves).within(object));
            let share = |of: &Moves| {
                let moved = within.iter().filter_map(|part| of.get(part)).filter(|moved| moved.much);
                moved.map(|moved| moved.by).sum::<f64>()
            };
            (place, share(&group.moves) / of_beginning(found).max(1e-9))
        });
        let best = shares.max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)))?;
        (best.1 >= EXPLAINED).then_some(best.0)
    }

    /// The days that tell what is to blame for runs that begin together.
    fn window(&self, cluster: &[usize]) -> Window {
        let of = |run: &usize| &self.runs[*run];
        let daily: Vec<&Run> = cluster.iter().map(of).filter(|run| run.span == 1).collect();
        if let Some(onset) = daily.iter().map(|run| run.first).min() {
            let days: BTreeSet<usize> = daily.iter().flat_map(|run| run.days.iter().copied()).collect();
            let days: Vec<usize> = days.into_iter().filter(|day| *day < onset + BEGINNING).collect();
            let lag = if daily.iter().all(|run| run.slow) { LAG } else { 0 };
            return Window { base: onset.saturating_sub(lag), days };
        }
        let widest = cluster.iter().map(of).max_by(|one, other| one.excess.total_cmp(&other.excess));
        let Some(widest) = widest else { return Window { base: 0, days: vec![] } };
        let end = widest.days.first().copied().unwrap_or(widest.last) + 1;
        let first = end.saturating_sub(widest.span);
        Window { base: first, days: (first..end).collect() }
    }

    /// Groups of runs that begin together.
    fn split(&self, cluster: &[usize], up: bool) -> Vec<Group> {
        let window = self.window(cluster);
        let leaves = self.leaves.as_ref().is_some_and(|parts| parts.cover(&window));
        let parts = self.parts(leaves);
        let objects: BTreeSet<&Object> = cluster.iter().map(|run| self.object(*run)).collect();
        let mut moves = Moves::new();
        for object in &objects {
            for part in parts.within(object) {
                moves.entry(part).or_insert_with(|| parts.moved(part, &window, up));
            }
        }
        let flagged: BTreeSet<&Object> =
            objects.into_iter().filter(|object| !relabelled(parts, object, &window, up)).collect();
        let known: Vec<usize> =
            cluster.iter().copied().filter(|run| flagged.contains(self.object(*run))).collect();
        let minimum = known.iter().map(|run| self.definitions[self.runs[*run].definition].minimum.to_f64());
        let minimum = minimum.fold(f64::INFINITY, f64::min);
        // Where all moves together, the first object tells whether it is one of them; the others are not looked for.
        if self.all_together(&known, window.base) {
            let chosen = cover(parts, &moves, &flagged, minimum, 1);
            let of_first = chosen.first().map_or(0.0, |(_, places)| risen(&moves, places.iter()));
            if of_first < ONE_OF_THEM * risen(&moves, moves.keys()) {
                return vec![self.group(Object::organization(), known, moves, leaves, window)];
            }
        }
        let chosen = cover(parts, &moves, &flagged, minimum, usize::MAX);
        let mut groups: Vec<(Object, Vec<usize>, Moves)> = vec![];
        let mut taken = BTreeSet::new();
        for (object, places) in chosen {
            let own: Moves = places
                .into_iter()
                .filter(|place| taken.insert(*place))
                .map(|place| (place, moves[&place]))
                .collect();
            groups.push((object, vec![], own));
        }
        let mut alone = vec![];
        let places = groups.iter().enumerate();
        let owners: HashMap<usize, usize> =
            places.flat_map(|(group, (_, _, own))| own.keys().map(move |place| (*place, group))).collect();
        for run in known {
            match best_of(parts, self.object(run), &moves, &owners) {
                Some(place) => groups[place].1.push(run),
                None => alone.push(run),
            }
        }
        groups.retain(|(_, runs, _)| !runs.is_empty());
        self.add_alone(alone, parts, &moves, &mut groups);
        let finished = |(object, runs, moves): (Object, Vec<usize>, Moves)| {
            let window = self.window(&runs);
            self.group(object, runs, moves, leaves, window)
        };
        groups.into_iter().map(finished).collect()
    }

    /// Runs that no chosen object explains: those of the parts that are not known (a filter without leaves) with what is
    /// as large, the others by object.
    fn add_alone(
        &self,
        alone: Vec<usize>,
        parts: &Parts<'_>,
        moves: &Moves,
        groups: &mut Vec<(Object, Vec<usize>, Moves)>,
    ) {
        for run in alone {
            let object = self.object(run);
            let places = parts.within(object);
            let excess = self.runs[run].excess;
            let as_large = |group: &(Object, Vec<usize>, Moves)| {
                let largest = || group.1.iter().map(|run| self.runs[*run].excess).fold(0.0, f64::max);
                group.0 == *object
                    || (places.is_empty() && (0.5..=2.0).contains(&(largest() / excess.max(1e-9))))
                    || (group.0 != Object::organization() && group.0.contains(object))
                    || (object.contains(&group.0) && largest() >= EXPLAINED * excess)
            };
            match groups.iter_mut().find(|group| as_large(group)) {
                Some(group) => group.1.push(run),
                None => {
                    let own =
                        places.into_iter().filter_map(|place| Some((place, *moves.get(&place)?))).collect();
                    groups.push((object.clone(), vec![run], own));
                }
            }
        }
    }

    fn group(&self, object: Object, runs: Vec<usize>, moves: Moves, leaves: bool, window: Window) -> Group {
        let of = |run: &usize| &self.runs[*run];
        let up = runs.first().is_some_and(|run| of(run).up);
        let first = runs.iter().map(of).map(|run| run.first).min().unwrap_or(0);
        let daily = runs.iter().map(of).filter(|run| run.span == 1).map(|run| run.last).max();
        let last = daily.or_else(|| runs.iter().map(of).map(|run| run.last).max()).unwrap_or(first);
        let seen = runs.iter().map(of).map(|run| run.series).collect();
        Group { object, up, runs, moves, leaves, window, first, last, seen }
    }

    /// Whether so many series move together that it is the organization: a holiday, a late delivery.
    fn all_together(&self, cluster: &[usize], base: usize) -> bool {
        let mut by: BTreeMap<&Object, f64> = BTreeMap::new();
        for run in cluster {
            let found = &self.runs[*run];
            let robust = self.definitions[found.definition].method == Method::Robust;
            let object = self.object(*run);
            if robust && object.has_exactly(&[Attribute::Account, Attribute::Service]) {
                by.insert(object, found.excess);
            }
        }
        if by.len() < MANY {
            return false;
        }
        let series = self.memory.bill().series.iter();
        let costs = |costs: &[model::Decimal]| {
            costs[base.saturating_sub(7).min(costs.len())..base.min(costs.len())]
                .iter()
                .copied()
                .sum::<model::Decimal>()
        };
        let living = series.filter(|series| {
            series.measure == Measure::Usage
                && series.object.has_exactly(&[Attribute::Account, Attribute::Service])
                && costs(&series.costs) >= model::Decimal::from(7)
        });
        let part = by.len() as f64 / living.count().max(1) as f64;
        let largest = |attribute: &Attribute| {
            let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
            for (object, excess) in &by {
                *sums.entry(object.get(attribute).unwrap_or_default()).or_default() += excess;
            }
            (sums.len(), sums.values().copied().fold(0.0, f64::max))
        };
        let whole: f64 = by.values().sum();
        let (accounts, of_account) = largest(&Attribute::Account);
        let (_, of_service) = largest(&Attribute::Service);
        part >= MANY_PART && accounts >= MANY_ACCOUNTS && of_account.max(of_service) < ONE_OF_THEM * whole
    }

    /// Without groups that are the way back from another one: a shift that ends, a drop that is over.
    fn without_returns(&self, groups: Vec<Group>) -> Vec<Group> {
        let is_return = |group: &Group| {
            let robust = self.robust(group);
            groups.iter().any(|other| self.returns_from(group, robust, other))
        };
        let keep: Vec<bool> = groups.iter().map(|group| !is_return(group)).collect();
        groups.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(group, _)| group).collect()
    }

    fn returns_from(&self, group: &Group, robust: Option<&Run>, other: &Group) -> bool {
        if other.up == group.up || other.first >= group.first || group.first > other.first + SEEN {
            return false;
        }
        match robust {
            // To much the level that was expected before the other one.
            Some(run) if !other.seen.contains(&run.series) => false,
            Some(run) => other.runs.iter().map(|place| &self.runs[*place]).any(|before| {
                let robust = self.definitions[before.definition].method == Method::Robust;
                let former = before.expected / before.days.len().max(1) as f64;
                let change = if run.up { run.excess } else { -run.excess };
                let now = (run.expected + change) / run.days.len().max(1) as f64;
                let back = if run.up {
                    now <= former * (1.0 + SAME_LEVEL)
                } else {
                    now >= former * (1.0 - SAME_LEVEL)
                };
                robust && before.series == run.series && back
            }),
            // A range knows no level: what it finds while the other one is among its spans.
            None => {
                let span = group.runs.iter().map(|run| self.runs[*run].span).max().unwrap_or(1);
                let since = group.first.saturating_sub(5 * span.max(7));
                let kin = other.object.contains(&group.object) || group.object.contains(&other.object);
                other.last >= since && kin
            }
        }
    }

    /// The widest run of the robust method.
    fn robust(&self, group: &Group) -> Option<&'a Run> {
        let runs = group.runs.iter().map(|run| &self.runs[*run]);
        runs.filter(|run| self.definitions[run.definition].method == Method::Robust)
            .max_by(|one, other| one.excess.total_cmp(&other.excess))
    }
}

/// What the parts that moved much moved by.
fn risen<'m>(moves: &'m Moves, places: impl Iterator<Item = &'m usize>) -> f64 {
    places.filter_map(|place| moves.get(place)).filter(|moved| moved.much).map(|moved| moved.by).sum()
}

/// The group, of those that own the places, that explains most of a run's object, if all of them together explain enough.
fn best_of(
    parts: &Parts<'_>,
    object: &Object,
    moves: &Moves,
    owners: &HashMap<usize, usize>,
) -> Option<usize> {
    let places = parts.within(object);
    let much = |place: &usize| moves.get(place).filter(|moved| moved.much).map_or(0.0, |moved| moved.by);
    let whole: f64 = places.iter().map(much).sum();
    let mut shares: BTreeMap<usize, f64> = BTreeMap::new();
    for place in &places {
        if let Some(group) = owners.get(place) {
            *shares.entry(*group).or_default() += much(place);
        }
    }
    let (best, most) =
        shares.iter().max_by(|one, other| one.1.total_cmp(other.1).then(other.0.cmp(one.0)))?;
    (whole > 0.0 && shares.values().sum::<f64>() >= EXPLAINED * whole && *most > 0.0).then_some(*best)
}

/// Whether costs only changed their tag: what is the same but for the tag did not move as much.
fn relabelled(parts: &Parts<'_>, object: &Object, window: &Window, up: bool) -> bool {
    if !object.parts().any(|(attribute, _)| matches!(attribute, Attribute::Tag(_))) {
        return false;
    }
    let own = parts.within(object);
    let moved: f64 = own.iter().map(|place| parts.moved(*place, window, up).by).sum();
    let without_tags = |place: usize| {
        let kept = [Attribute::Account, Attribute::Service, Attribute::UsageType, Attribute::Region];
        let object = parts.get(place).object;
        Object::of(
            kept.into_iter().filter_map(|attribute| Some((attribute.clone(), object.get(&attribute)?))),
        )
    };
    let kin: BTreeSet<Object> = own.iter().map(|place| without_tags(*place)).collect();
    let of_kin: BTreeSet<usize> = kin.iter().flat_map(|object| parts.within(object)).collect();
    let net: f64 = of_kin.into_iter().map(|place| parts.moved(place, window, up).by).sum();
    !own.is_empty() && net < EXPLAINED * moved
}

/// What a run's first days are beyond the expected.
fn of_beginning(run: &Run) -> f64 {
    run.excess * run.days.len().min(BEGINNING) as f64 / run.days.len().max(1) as f64
}
