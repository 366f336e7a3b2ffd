//! Where somebody comes from, as far as slowing needs to know it, and how often something came.
//!
//! A [`Place`] is a keyed digest of an address prefix. The key lives in memory, is thrown away every 15 minutes, and is
//! written nowhere, so a place leads back to no address. Nothing here can be printed, and no account or room is known.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
};

use actix_web::HttpRequest;
use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use quietline_domain::{
    Span, Time,
    window::{Limit, Window},
};
use sha2::Sha256;

/// An address prefix (/24, or /56 of IPv6) that cannot be read back. Two are equal only under the same key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place([u8; 32]);

/// Makes places, and counts what comes from each.
pub struct Places(Mutex<Keyed>);

/// How long one key is used.
const KEY_KEPT: Span = Span::seconds(900);

/// One block of SHA-256, so that HMAC takes it as it is.
type Key = [u8; 64];

struct Keyed {
    key: Key,
    since: Time,
    joins: Windows<Place>,
}

impl Places {
    /// Errors when the operating system has no randomness to give.
    pub fn new(now: Time) -> Result<Self, getrandom::Error> {
        Ok(Self(Mutex::new(Keyed { key: random_key()?, since: now, joins: Windows::default() })))
    }

    /// The place of whoever sent this request.
    pub fn of_request(&self, request: &HttpRequest, trusted: &[IpNet], now: Time) -> Place {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
        self.of(sender(peer, &forwarded, trusted), now)
    }

    pub fn of(&self, address: IpAddr, now: Time) -> Place {
        let mut keyed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keyed.change_key(now);
        let mut digest = Hmac::<Sha256>::new(&keyed.key.into());
        match address.to_canonical() {
            IpAddr::V4(address) => digest.update(&address.octets()[..3]),
            IpAddr::V6(address) => digest.update(&address.octets()[..7]),
        }
        Place(digest.finalize().into_bytes().into())
    }

    /// Counts one join, or says how long to wait until one more fits.
    pub fn count_join(&self, place: Place, now: Time, limit: Limit) -> Result<(), Span> {
        let mut keyed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keyed.joins.count(place, now, limit)
    }
}

/// Who sent it: the peer, or what a trusted peer says of the one before it, as far as the chain is trusted.
fn sender(peer: IpAddr, forwarded: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut sender = peer.to_canonical();
    for entry in forwarded.iter().rev() {
        let is_trusted = trusted.iter().any(|net| net.contains(&sender));
        match entry.trim().parse::<IpAddr>() {
            Ok(before) if is_trusted => sender = before.to_canonical(),
            // Whatever stands further left was written by somebody we do not trust, or cannot be read.
            _ => break,
        }
    }
    sender
}

impl Keyed {
    /// What was counted under the old key is forgotten with it: it could not be found again.
    fn change_key(&mut self, now: Time) {
        if now.since(self.since) < KEY_KEPT {
            return;
        }
        // Without randomness the old key stays: turning students away would be worse.
        if let Ok(key) = random_key() {
            *self = Self { key, since: now, joins: Windows::default() };
        }
    }
}

fn random_key() -> Result<Key, getrandom::Error> {
    let mut key = [0; 64];
    getrandom::fill(&mut key)?;
    Ok(key)
}

/// A window for each key, all with the same limit. Those that are over are forgotten, and there are never more than
/// [`Windows::MOST`], so that a flood costs no memory.
pub struct Windows<K> {
    kept: HashMap<K, Kept>,
    swept: Time,
}

struct Kept {
    last: Time,
    window: Window,
}

impl<K> Default for Windows<K> {
    fn default() -> Self {
        Self { kept: HashMap::new(), swept: Time(0) }
    }
}

impl<K: Clone + Eq + Hash> Windows<K> {
    pub const MOST: usize = 10_000;

    /// Whether one more would fit, without counting it.
    pub fn room(&mut self, key: &K, now: Time, limit: Limit) -> Result<(), Span> {
        self.kept.get_mut(key).map_or(Ok(()), |kept| kept.window.room(now, limit))
    }

    /// Counts one more, or says how long to wait until one more fits.
    pub fn count(&mut self, key: K, now: Time, limit: Limit) -> Result<(), Span> {
        if limit.within <= now.since(self.swept) {
            self.swept = now;
            self.kept.retain(|_, kept| !kept.window.is_over(now, limit));
        }
        if Self::MOST <= self.kept.len() && !self.kept.contains_key(&key) {
            self.forget_the_quietest();
        }
        let kept = self.kept.entry(key).or_insert_with(|| Kept { last: now, window: Window::default() });
        kept.last = now;
        kept.window.count(now, limit)
    }

    /// What was counted last for this one did not count after all.
    pub fn take_back(&mut self, key: &K) {
        if let Some(kept) = self.kept.get_mut(key) {
            kept.window.take_back();
        }
    }

    /// Makes space a tenth at a time, so that a flood does not search through all of them for each newcomer.
    fn forget_the_quietest(&mut self) {
        let mut by_age: Vec<_> = self.kept.iter().map(|(key, kept)| (kept.last, key.clone())).collect();
        by_age.sort_unstable_by_key(|(last, _)| *last);
        for (_, key) in by_age.into_iter().take(Self::MOST / 10) {
            self.kept.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_a_prefix() {
        let places = Places::new(Time(0)).unwrap();
        let same = |one, other| places.of(ip(one), Time(1)) == places.of(ip(other), Time(1));
        assert!(same("203.0.113.1", "203.0.113.254"));
        assert!(same("203.0.113.1", "::ffff:203.0.113.9"));
        assert!(!same("203.0.113.1", "203.0.114.1"));
        assert!(same("2001:db8:0:11::1", "2001:db8:0:22::1"));
        assert!(!same("2001:db8:0:1100::1", "2001:db8:0:2200::1"));
    }

    #[test]
    fn the_key_is_thrown_away_with_what_was_counted() {
        let places = Places::new(Time(0)).unwrap();
        let once = Limit { most: 1, within: Span::seconds(3_600) };
        let before = places.of(ip("203.0.113.1"), Time(899_999));
        assert_eq!(places.count_join(before, Time(899_999), once), Ok(()));
        assert!(places.count_join(before, Time(899_999), once).is_err());
        let after = places.of(ip("203.0.113.1"), Time(900_000));
        assert!(before != after);
        assert_eq!(places.count_join(after, Time(900_000), once), Ok(()));
    }

    #[test]
    fn only_trusted_peers_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        let from = |peer: &str, forwarded: &[&str]| sender(ip(peer), forwarded, &trusted);
        assert_eq!(from("203.0.113.1", &["198.51.100.1"]), ip("203.0.113.1"));
        assert_eq!(from("127.0.0.1", &["198.51.100.66", " 198.51.100.1", " 10.1.1.1"]), ip("198.51.100.1"));
        assert_eq!(from("127.0.0.1", &["198.51.100.1", "unknown"]), ip("127.0.0.1"));
        assert_eq!(from("::ffff:127.0.0.1", &["198.51.100.1"]), ip("198.51.100.1"));
        assert_eq!(from("127.0.0.1", &[]), ip("127.0.0.1"));
    }

    #[test]
    fn a_flood_of_places_costs_no_memory() {
        let limit = Limit { most: 1, within: Span::seconds(60) };
        let mut windows = Windows::default();
        for key in 0..25_000 {
            assert_eq!(windows.count(key, Time(1_000_000 + key), limit), Ok(()));
            assert!(windows.kept.len() <= Windows::<i64>::MOST);
        }
        assert!(windows.count(24_999, Time(1_025_000), limit).is_err());
        assert_eq!(windows.count(1, Time(1_100_000), limit), Ok(()));
        assert_eq!(windows.kept.len(), 1);
    }
}
