//! Asking a colleague to take over a room (W26): who may be asked, for how long, and how it ends.
//!
//! Until the room has changed hands the first counsellor holds it. It knows nothing of what the student is told.

use super::{Effect, Holder, Holds, NotAccepted, OFFER_STANDS, Offer, OfferEnd, Queue, Since, Stage};
use crate::{AccountId, RoomId, Span, Time, waits::durations::End};

impl Queue {
    /// The open offers to this counsellor: the room, who asks, and how long the offer stands.
    pub fn offers_to(&self, account: AccountId, now: Time) -> Vec<(RoomId, AccountId, Span)> {
        let offers = self.offers.iter().filter(|(_, offer)| offer.to == account);
        offers
            .filter(|(_, offer)| offer.stage == Stage::Open)
            .map(|(&room, offer)| (room, offer.from, offer.until.since(now)))
            .collect()
    }

    pub(super) fn offered(&mut self, now: Time, room: RoomId, from: AccountId, to: AccountId) -> Vec<Effect> {
        let holds = match self.held.get(&room) {
            Some(holder) if holder.account == from => Holds::Yes,
            _ => Holds::No,
        };
        if holds == Holds::No || from == to || !self.available.contains(&to) || self.offers.contains_key(&room) {
            return vec![Effect::OfferRefused { room, from, holds }];
        }
        let until = now.plus(OFFER_STANDS);
        self.offers.insert(room, Offer { from, to, until, stage: Stage::Open });
        vec![Effect::Offer { room, from, to }]
    }

    pub(super) fn accepted(&mut self, now: Time, room: RoomId, by: AccountId) -> Vec<Effect> {
        let is_full = self.rules.limit <= self.holding(by);
        match self.offers.get_mut(&room).filter(|offer| offer.to == by) {
            None => vec![Effect::NotAccepted { room, by, why: NotAccepted::Over }],
            Some(Offer { stage: Stage::Accepted, .. }) => vec![],
            Some(_) if is_full => vec![Effect::NotAccepted { room, by, why: NotAccepted::Limit }],
            Some(offer) => {
                offer.stage = Stage::Accepted;
                offer.until = now.plus(OFFER_STANDS);
                vec![Effect::HandOver { room, to: by }]
            }
        }
    }

    pub(super) fn declined(&mut self, room: RoomId, by: AccountId) -> Vec<Effect> {
        match self.offers.get(&room) {
            Some(Offer { to, stage: Stage::Open, .. }) if *to == by => self.over(room, OfferEnd::Stays),
            _ => vec![],
        }
    }

    pub(super) fn handed_over(&mut self, now: Time, room: RoomId, to: AccountId) -> Vec<Effect> {
        self.taken += 1;
        let before = self.held.get(&room).copied();
        // The conversation goes on.
        let since = before.map_or(Since::Found(now), |holder| holder.since);
        self.held.insert(room, Holder { account: to, claim: None, nth: self.taken, since });
        if let Some(before) = before {
            self.learnt.handed_on(now, before.account);
        }
        self.learnt.holds(now, to, self.holding(to));
        self.over(room, OfferEnd::HandedOver)
    }

    pub(super) fn not_handed_over(&mut self, room: RoomId, to: AccountId) -> Vec<Effect> {
        let mut effects = self.over(room, OfferEnd::Stays);
        effects.push(Effect::NotAccepted { room, by: to, why: NotAccepted::Over });
        effects
    }

    pub(super) fn no_longer_held(&mut self, now: Time, room: RoomId, end: End) -> Vec<Effect> {
        if let Some(holder) = self.held.remove(&room) {
            self.learnt.freed(now, holder, end);
        }
        self.over(room, OfferEnd::RoomGone)
    }

    pub(super) fn withdraw_offers_to_the_unavailable(&mut self) -> Vec<Effect> {
        self.end_offers(|queue, offer| offer.stage == Stage::Open && !queue.available.contains(&offer.to))
    }

    pub(super) fn expire_offers(&mut self, now: Time) -> Vec<Effect> {
        self.end_offers(|_, offer| offer.until < now)
    }

    pub(super) fn offers_end(&self) -> Option<Time> {
        self.offers.values().map(|offer| offer.until.plus(Span(1))).min()
    }

    /// How many rooms are being handed over to this counsellor.
    pub(super) fn accepting(&self, account: AccountId) -> usize {
        self.offers.values().filter(|offer| offer.to == account && offer.stage == Stage::Accepted).count()
    }

    fn end_offers(&mut self, ends: impl Fn(&Self, &Offer) -> bool) -> Vec<Effect> {
        let ended = self.offers.iter().filter(|(_, offer)| ends(self, offer));
        let ended: Vec<_> = ended.map(|(&room, _)| room).collect();
        ended.into_iter().flat_map(|room| self.over(room, OfferEnd::Stays)).collect()
    }

    fn over(&mut self, room: RoomId, end: OfferEnd) -> Vec<Effect> {
        match self.offers.remove(&room) {
            Some(Offer { to, .. }) => vec![Effect::OfferOver { room, to, end }],
            None => vec![],
        }
    }
}
