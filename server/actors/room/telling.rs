//! What a room's effects become on the wire: frames for the page on each seat, and news for the queue.
//!
//! Everything is told at once and nobody is waited for. What may be told to whom was decided by the machine.

use quietline_domain::{
    Cid, Role, Seq, Span,
    presence::Whereabouts as Presence,
    room::{self as domain, Audience, Effect, TurnEnd},
};
use uuid::Uuid;

use super::{InFlight, Room};
use crate::{
    actors::{Heard, queue},
    metrics,
    protocol::{
        self, FromRoom, Line, Moved, Notice, Older, PlacedNotice, Refusal, Refused, Resume, RoomView, Said, ToDesk,
        Warning, Whereabouts, frame,
    },
};

impl Room {
    /// An effect that is a word to somebody, and no more.
    pub(super) fn tell_effect(&mut self, effect: Effect) {
        let room = self.uuid();
        match effect {
            Effect::Line { to, seq } => self.tell_line(to, seq),
            Effect::View { to, resume } => self.tell_view(to, resume),
            Effect::Notice { to, notice } => self.tell(to, FromRoom::Notice(self.placed_notice(notice))),
            Effect::Typing { to } => self.tell(to, FromRoom::Typing { room }),
            Effect::Presence { to, other } => {
                self.tell(to, FromRoom::Presence { room, whereabouts: whereabouts(other) });
            }
            Effect::Seen { to, seq } => self.tell(to, FromRoom::Seen { room, seq }),
            Effect::Warning { to, closes_in } => {
                let closes_in_ms = milliseconds(closes_in);
                self.tell(to, FromRoom::Warning(Warning { room, closes_in_ms }));
            }
            Effect::Stayed { to } => self.tell(to, FromRoom::Stayed { room }),
            Effect::Refuse { to, cid, why } => self.refuse(to, cid, why),
            Effect::Older { older } => {
                self.tell(Role::Student, FromRoom::Older { room, older: asked_older(older) });
            }
            Effect::OfferKey { to } => self.tell_key_offered(to),
            Effect::HandKey => self.tell_key_handed(),
            Effect::KeyEpoch { key_epoch } => self.tell(Role::Student, FromRoom::KeyEpoch { room, key_epoch }),
            // These are deeds and not words; the actor has done them.
            Effect::Save { .. }
            | Effect::Recall { .. }
            | Effect::PutBack
            | Effect::Replay { .. }
            | Effect::Release { .. }
            | Effect::HandOver { .. }
            | Effect::NotHandedOver { .. }
            | Effect::Moved { .. }
            | Effect::ShareOlder
            | Effect::Reach { .. }
            | Effect::Touch
            | Effect::Erase { .. }
            | Effect::Ended { .. } => {}
        }
    }

    /// To the counsellor who had the room until now; and the queue learns who has it instead.
    pub(super) fn moved(&mut self, why: domain::Moved) {
        let (id, room) = (self.id, self.uuid());
        let why_told = match why {
            domain::Moved::Turn(TurnEnd::GivenBack) => Moved::GivenBack,
            domain::Moved::Turn(TurnEnd::HandedOver) => Moved::HandedOver,
            domain::Moved::Turn(TurnEnd::Away) => Moved::Away,
            domain::Moved::Turn(TurnEnd::NoKey) | domain::Moved::NoKey => Moved::NoKey,
        };
        self.keys.nobody_asks();
        self.send(Role::Counsellor, Heard::Frame(frame(&ToDesk::Moved { room, why: why_told })));
        self.send(Role::Counsellor, Heard::Unseated { room: id });
        self.counsellor_ear = None;
        self.handing_to = None;
        match self.counsellor() {
            Some(to) => self.house.queue.do_send(queue::HandedOver { room: id, to }),
            None => {
                let returned = queue::Returned { room: id, number: self.queue_no, arrived: self.arrived };
                self.house.queue.do_send(returned);
            }
        }
    }

    /// To whoever sits in the room.
    pub(super) fn tell_both(&mut self, what: &FromRoom) {
        let told = frame(what);
        self.send(Role::Student, Heard::Frame(told.clone()));
        self.send(Role::Counsellor, Heard::Frame(told));
    }

    fn tell_line(&mut self, to: Audience, seq: Seq) {
        let Some(InFlight { from, cid, at, body }) = self.in_flight.take() else {
            return;
        };
        let said = Said { seq, cid: Uuid::from_u128(cid.0), from: from.into(), at: at.at.0, body };
        let line = frame(&FromRoom::Line(Line { room: self.uuid(), said }));
        for role in [Role::Student, Role::Counsellor].into_iter().filter(|&role| to.includes(role)) {
            self.send(role, Heard::Frame(line.clone()));
        }
    }

    fn tell_view(&mut self, to: Role, resume: domain::Resume) {
        let now = self.house.clock.now();
        let counsellor = self.counsellor().and_then(|account| self.counsellors.get(&account)).cloned();
        let view = RoomView {
            room: self.uuid(),
            epoch: self.epoch,
            share: self.share.clone(),
            key_epoch: self.machine.key_epoch(),
            staff: self.house.staff_key,
            nickname: self.nickname.clone(),
            renamed: self.renamed.clone(),
            intake: self.intake.clone(),
            place: self.place.filter(|_| counsellor.is_none()).map(protocol::Place::from),
            counsellor,
            revealed: self.machine.revealed(to),
            reads_after: self.machine.reads_after(to),
            resume: match resume {
                domain::Resume::Full => Resume::Full,
                domain::Resume::Delta => Resume::Delta,
            },
            notices: self.machine.notices(to).into_iter().map(|notice| self.placed_notice(notice)).collect(),
            closes_in_ms: self.machine.closes_in(now).map(milliseconds),
            whereabouts: self.machine.whereabouts_for(to, now).map(whereabouts),
            seen: self.machine.seen_by_other(to),
            handing_to: self.handing_to.clone(),
            older: self.machine.older().filter(|_| to == Role::Student).map(asked_older),
            beat_ms: milliseconds(self.house.beat),
        };
        self.tell(to, FromRoom::Room(Box::new(view)));
    }

    fn placed_notice(&self, domain::PlacedNotice { nth, after, notice }: domain::PlacedNotice) -> PlacedNotice {
        let (notice, about) = match notice {
            domain::Notice::SayHi => (Notice::SayHi, None),
            domain::Notice::WaitForCounsellor => (Notice::WaitForCounsellor, None),
            domain::Notice::CounsellorCame(account) => (Notice::CounsellorCame, Some(account)),
            domain::Notice::BackToQueue(account) => (Notice::BackToQueue, Some(account)),
            domain::Notice::HandedOver(account) => (Notice::HandedOver, Some(account)),
        };
        let counsellor = about.and_then(|account| self.counsellors.get(&account)).cloned();
        PlacedNotice { room: self.uuid(), nth, after, notice, counsellor }
    }

    fn refuse(&mut self, to: Role, cid: Cid, why: domain::Refusal) {
        self.in_flight = None;
        let (reason, retry_ms) = match why {
            domain::Refusal::TooMany { retry } => (Refusal::TooMany, Some(milliseconds(retry))),
            domain::Refusal::CidTaken => (Refusal::CidTaken, None),
            domain::Refusal::KeyEpoch => (Refusal::KeyEpoch, None),
        };
        self.tell_refused(to, cid, reason, retry_ms);
    }

    /// A line in an envelope that this version does not know.
    pub(super) fn refuse_suite(&mut self, to: Role, cid: Cid) {
        self.tell_refused(to, cid, Refusal::Suite, None);
    }

    fn tell_refused(&mut self, to: Role, cid: Cid, reason: Refusal, retry_ms: Option<u32>) {
        metrics::refused(reason);
        let refused =
            Refused { reason, room: Some(self.uuid()), cid: Some(Uuid::from_u128(cid.0)), claim: None, retry_ms };
        self.send(to, Heard::Frame(frame(&FromRoom::Refused(refused))));
    }
}

fn whereabouts(presence: Presence) -> Whereabouts {
    match presence {
        Presence::Here => Whereabouts::Here,
        Presence::OnSite => Whereabouts::OnSite,
        Presence::Unheard => Whereabouts::Reconnecting,
        Presence::Away => Whereabouts::Away,
    }
}

fn asked_older(older: domain::Older) -> Older {
    match older {
        domain::Older::Asked => Older::Asked,
        domain::Older::Shared => Older::Shared,
        domain::Older::Kept => Older::Kept,
    }
}

fn milliseconds(span: Span) -> u32 {
    u32::try_from(span.0.max(0)).unwrap_or(u32::MAX)
}
