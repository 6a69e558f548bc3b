//! Places for connections: so many in all, so many for one address. Who comes when none is left takes the place of the
//! connection that has waited longest without a request; only what is being answered holds its place.

use crate::limits;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// All places.
pub(super) struct Places {
    most: usize,
    /// `None` behind a proxy: its address says nothing.
    of_address: Option<usize>,
    clock: Instant,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    places: HashMap<u64, Arc<Place>>,
    of: HashMap<IpAddr, usize>,
    next: u64,
}

/// What a connection is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// No byte of a request has come; the last answer is handed over.
    Waiting = 0,
    /// A request's head is coming.
    Head = 1,
    /// A request is being answered.
    Answering = 2,
}

/// The place of one connection.
pub(super) struct Place {
    id: u64,
    address: IpAddr,
    clock: Instant,
    /// What it is doing (the lowest two bits), and since which millisecond: one word, for every read looks at it.
    doing: AtomicU64,
    closed: Notify,
}

/// A connection's hold on its place; gives it back when dropped.
pub(super) struct Held {
    pub(super) place: Arc<Place>,
    places: Arc<Places>,
}

/// A request being answered, and the place's word for it.
pub(super) struct Answering(Arc<Place>, u64);

impl Places {
    pub(super) fn new(most: usize, of_address: Option<usize>) -> Arc<Self> {
        Arc::new(Self { most, of_address, clock: Instant::now(), taken: Mutex::default() })
    }

    /// A place for a connection from an address, if need be that of one that waits.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Held> {
        let address = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = taken.of.get(&address).copied().unwrap_or_default();
        if self.of_address.is_some_and(|most| of_it >= most) && !taken.make_room(Some(address)) {
            return None;
        }
        if taken.places.len() >= self.most && !taken.make_room(None) {
            return None;
        }
        let id = taken.next;
        taken.next += 1;
        let place = Place { id, address, clock: self.clock, doing: AtomicU64::new(0), closed: Notify::new() };
        place.doing.store(place.word(Doing::Waiting), Ordering::Relaxed);
        let place = Arc::new(place);
        taken.places.insert(id, Arc::clone(&place));
        *taken.of.entry(address).or_default() += 1;
        Some(Held { place, places: Arc::clone(self) })
    }

    /// Closes the connection that has waited longest, so that its descriptor can be used.
    pub(super) fn free_one(&self) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).make_room(None);
    }

    /// Closes connections that wait too long, or whose requests come too slowly.
    pub(super) fn sweep(&self) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for place in taken.places.values() {
            let (doing, since) = place.doing();
            let patience = match doing {
                Doing::Waiting => limits::IDLE,
                Doing::Head => limits::HEAD_PATIENCE,
                Doing::Answering => continue,
            };
            if self.clock.elapsed().saturating_sub(since) > patience {
                place.closed.notify_one();
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).places.len()
    }
}

impl Taken {
    /// Takes the place of the connection (of an address) that has waited longest; gives whether there is one.
    fn make_room(&mut self, of: Option<IpAddr>) -> bool {
        let waiting = self.places.values().filter(|place| of.is_none_or(|of| place.address == of));
        let waiting = waiting.filter_map(|place| match place.doing() {
            (Doing::Answering, _) => None,
            (_, since) => Some((since, place)),
        });
        let Some(oldest) = waiting.min_by_key(|(since, _)| *since).map(|(_, place)| Arc::clone(place)) else {
            return false;
        };
        self.remove(&oldest);
        oldest.closed.notify_one();
        true
    }

    /// Once: a connection that lost its place gives it back again when it ends.
    fn remove(&mut self, place: &Place) {
        if self.places.remove(&place.id).is_some()
            && let Some(count) = self.of.get_mut(&place.address)
        {
            *count -= 1;
            if *count == 0 {
                self.of.remove(&place.address);
            }
        }
    }
}

impl Place {
    fn word(&self, doing: Doing) -> u64 {
        let since = u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX >> 2);
        since << 2 | doing as u64
    }

    fn doing(&self) -> (Doing, Duration) {
        let word = self.doing.load(Ordering::Relaxed);
        let doing = match word & 3 {
            0 => Doing::Waiting,
            1 => Doing::Head,
            _ => Doing::Answering,
        };
        (doing, Duration::from_millis(word >> 2))
    }

    /// Bytes came in.
    pub(super) fn received(&self) {
        if self.doing().0 == Doing::Waiting {
            self.doing.store(self.word(Doing::Head), Ordering::Relaxed);
        }
    }

    /// Bytes went out: the last ones of an answer may take their time.
    pub(super) fn sent(&self) {
        if self.doing().0 == Doing::Waiting {
            self.doing.store(self.word(Doing::Waiting), Ordering::Relaxed);
        }
    }

    /// A request's head is whole: the place is held until the answer's last byte is handed over.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        let word = self.word(Doing::Answering);
        self.doing.store(word, Ordering::Relaxed);
        Answering(Arc::clone(self), word)
    }

    pub(super) fn is_answering(&self) -> bool {
        self.doing().0 == Doing::Answering
    }

    /// Waits until the connection has to close.
    pub(super) async fn closed(&self) {
        self.closed.notified().await;
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let waiting = self.0.word(Doing::Waiting);
        // Unless the next request has begun already.
        let _ = self.0.doing.compare_exchange(self.1, waiting, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.places.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.place);
    }
}

/// What one customer of a network gets: an IPv4 address, a /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        IpAddr::V4(address) => IpAddr::V4(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn who_waits_makes_room_and_who_is_answered_does_not() {
        let places = Places::new(3, Some(2));
        let one = places.take(at("10.0.0.1")).unwrap();
        let busy = one.place.answering();
        let two = places.take(at("10.0.0.1")).unwrap();
        // The address has its two: the one that waits goes.
        let three = places.take(at("::ffff:10.0.0.1")).unwrap();
        assert_eq!(places.len(), 2);
        let also_busy = three.place.answering();
        assert!(places.take(at("10.0.0.1")).is_none(), "both of its places are in use");
        // The connection that lost its place ends later, and gives nothing back that is another's.
        drop(two);
        assert_eq!(places.len(), 2);
        let other = places.take(at("10.0.0.2")).unwrap();
        let third = other.place.answering();
        assert!(places.take(at("10.0.0.3")).is_none(), "all places are in use");
        drop(third);
        assert!(places.take(at("10.0.0.3")).is_some());
        drop((busy, also_busy, one, three, other));
        assert_eq!(places.len(), 0);
    }

    #[test]
    fn a_customer_of_ipv6_has_many_addresses() {
        assert_eq!(network(at("2001:db8::1")), network(at("2001:db8::2:3:4")));
        assert_ne!(network(at("2001:db8::1")), network(at("2001:db8:0:1::1")));
    }
}
