//! What the queue says: to desks, to pages at the door, and, through the lobby, to rooms.
//!
//! Everything is told at once and nobody is waited for; a page that does not listen any more is let go.

use quietline_domain::{
    AccountId, ClaimId, RoomId, Span, Time,
    queue::{Answer, Holds, NotAccepted, OFFER_STANDS, OfferEnd},
};
use uuid::Uuid;

use super::{Queue, staff::is_available};
use crate::{
    actors::{
        Heard, lobby,
        room::{self, Coming},
    },
    metrics,
    private::Nickname,
    protocol::{CloseCode, Colleague, Expected, FromRoom, Refusal, Refused, ToDesk, ToStudent, frame},
    store::AccountRow,
};

impl Queue {
    pub(super) fn tell_news(&mut self) {
        let news = std::mem::take(&mut self.news);
        if news.numbers {
            self.tell_numbers();
        }
        if news.door {
            self.tell_doors();
            self.tell_colleagues();
        }
        if !news.places.is_empty() {
            self.lobby.do_send(lobby::Places(news.places.into_iter().collect()));
        }
    }

    pub(super) fn tell_taken(&mut self, account: AccountId, claim: ClaimId, room: RoomId) {
        let taken = ToDesk::Taken { claim: Uuid::from_u128(claim.0), room: Uuid::from_u128(room.0) };
        self.tell_desk(account, &taken);
        self.sit(account, room);
    }

    pub(super) fn refuse(&mut self, account: AccountId, claim: ClaimId, reason: Refusal) {
        metrics::refused(reason);
        let claim = Some(Uuid::from_u128(claim.0));
        let refused = Refused { reason, claim, ..Refused::default() };
        self.tell_desk(account, &ToDesk::FromRoom(FromRoom::Refused(refused)));
    }

    pub(super) fn tell_desk(&mut self, account: AccountId, what: &ToDesk) {
        if let Some(desk) = self.desks.get(&account)
            && desk.ear.frame(frame(what)).is_err()
        {
            self.desks.remove(&account);
        }
    }

    pub(super) fn close_desk(&mut self, account: AccountId, code: CloseCode) {
        if let Some(desk) = self.desks.remove(&account) {
            let _ = desk.ear.tell(Heard::Close(code));
        }
    }

    pub(super) fn numbers(&self) -> ToDesk {
        let waiting = u32::try_from(self.machine.waiting()).unwrap_or(u32::MAX);
        let reconnecting = u32::try_from(self.machine.reconnecting()).unwrap_or(u32::MAX);
        let longest_ms = self.machine.longest(self.clock.now()).0;
        ToDesk::Queue { waiting, reconnecting, longest_ms, wait: self.wait() }
    }

    /// How long somebody who comes now may wait.
    pub(super) fn wait(&self) -> Option<Expected> {
        self.machine.wait_of_newcomer().map(Expected::from)
    }

    fn tell_numbers(&mut self) {
        metrics::students_wait(self.machine.waiting(), self.machine.reconnecting());
        let numbers = frame(&self.numbers());
        self.desks.retain(|_, desk| desk.ear.frame(numbers.clone()).is_ok());
    }

    pub(super) fn door(&self) -> ToStudent {
        let available = u32::try_from(self.machine.available().len()).unwrap_or(u32::MAX);
        ToStudent::Door { available }
    }

    fn tell_doors(&mut self) {
        let door = frame(&self.door());
        self.doors.retain(|_, ear| ear.frame(door.clone()).is_ok());
    }

    pub(super) fn colleagues(&self) -> ToDesk {
        let named = self.machine.available().iter().filter_map(|account| self.staff.get(account));
        let available = named
            .map(|account| Colleague { id: Uuid::from_u128(account.account.0), nickname: account.nickname.clone() });
        ToDesk::Colleagues { available: available.collect() }
    }

    fn tell_colleagues(&mut self) {
        let colleagues = frame(&self.colleagues());
        self.desks.retain(|_, desk| desk.ear.frame(colleagues.clone()).is_ok());
    }

    pub(super) fn tell_offer(&mut self, room: RoomId, from: AccountId, to: AccountId, now: Time) {
        let (Some(from), Some(nickname)) = (self.nickname(from), self.nickname(to)) else { return };
        let stands = self.machine.offers_to(to, now).into_iter().find(|(offered, ..)| *offered == room);
        let expires_in = stands.map_or(OFFER_STANDS, |(_, _, left)| left);
        self.tell_offered(room, to, from, expires_in);
        self.lobby.do_send(lobby::Handing { room, to: Some(nickname) });
    }

    /// The offers that a page which has just come does not know yet.
    pub(super) fn tell_offers_again(&mut self, to: AccountId) {
        for (room, from, left) in self.machine.offers_to(to, self.clock.now()) {
            if let Some(from) = self.nickname(from) {
                self.tell_offered(room, to, from, left);
            }
        }
    }

    /// The room tells it: what the colleague needs to ask for its key, only the room knows.
    fn tell_offered(&self, room: RoomId, to: AccountId, from: Nickname, expires_in: Span) {
        let Some(desk) = self.desks.get(&to) else { return };
        let expires_in_ms = u32::try_from(expires_in.0.max(0)).unwrap_or(u32::MAX);
        let tell = room::TellOffer { ear: desk.ear.clone(), from, expires_in_ms };
        self.lobby.do_send(lobby::TellOffer { room, tell });
    }

    pub(super) fn tell_accepted(&mut self, room: RoomId, by: AccountId) {
        let (Some(nickname), Some(offer)) = (self.nickname(by), self.accepting.take()) else { return };
        self.lobby.do_send(lobby::Accept { room, accept: room::Accept { by, nickname, offer } });
    }

    pub(super) fn refuse_offer(&mut self, room: RoomId, from: AccountId, holds: Holds) {
        let reason = match holds {
            Holds::Yes => Refusal::Colleague,
            Holds::No => Refusal::NoSuchRoom,
        };
        self.refuse_about(room, from, reason);
    }

    pub(super) fn tell_offer_over(&mut self, room: RoomId, to: AccountId, end: OfferEnd) {
        match end {
            // The room itself tells them, and what they have asked its key with still counts.
            OfferEnd::HandedOver => return self.sit(to, room),
            OfferEnd::Stays => self.lobby.do_send(lobby::Handing { room, to: None }),
            OfferEnd::RoomGone => {}
        }
        self.tell_desk(to, &ToDesk::OfferEnded { room: Uuid::from_u128(room.0) });
    }

    pub(super) fn tell_not_accepted(&mut self, room: RoomId, by: AccountId, why: NotAccepted) {
        let reason = match why {
            NotAccepted::Limit => Refusal::Limit,
            NotAccepted::Over => Refusal::OfferEnded,
        };
        self.refuse_about(room, by, reason);
    }

    pub(super) fn beat_ms(&self) -> u32 {
        u32::try_from(self.rules.beat.0).unwrap_or(u32::MAX)
    }

    fn refuse_about(&mut self, room: RoomId, account: AccountId, reason: Refusal) {
        metrics::refused(reason);
        let refused = Refused { reason, room: Some(Uuid::from_u128(room.0)), ..Refused::default() };
        self.tell_desk(account, &ToDesk::FromRoom(FromRoom::Refused(refused)));
    }

    fn sit(&self, account: AccountId, room: RoomId) {
        if let Some(desk) = self.desks.get(&account) {
            let sitting = lobby::Sit { account, room, ear: desk.ear.clone(), shows: None, coming: Coming::First };
            self.lobby.do_send(sitting);
        }
    }

    fn nickname(&self, account: AccountId) -> Option<Nickname> {
        self.staff.get(&account).map(|account| account.nickname.clone())
    }
}

pub(super) fn switched(account: &AccountRow) -> ToDesk {
    ToDesk::Switched { available: is_available(account) }
}

pub(super) fn refusal(answer: Answer) -> Refusal {
    match answer {
        Answer::Student => Refusal::AnsweredBefore,
        Answer::Nobody => Refusal::NobodyWaiting,
        Answer::NobodyHere => Refusal::NobodyHere,
        Answer::Limit => Refusal::Limit,
    }
}
