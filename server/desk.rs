//! What a counsellor's page may say, and where it goes: the queue, and the rooms it has a seat in.
//!
//! A room is reached only through the seat that was given here: for any other id the answer is the one for a room
//! that never was (W16). It translates and decides nothing.

use std::collections::{HashMap, HashSet};

use actix::Addr;
use actix_web::web;
use quietline_domain::{
    AccountId, Cid, ClaimId, Role, RoomId, Span, duty,
    presence::Level,
    window::{Limit, Window},
};
use uuid::Uuid;

use crate::{
    Parts,
    actors::{
        Ear, EarId, Heard, queue,
        room::{Deed, Done, Room},
    },
    duty::journal::Reported,
    metrics,
    private::Digested,
    protocol::{CloseCode, FromDesk, FromRoom, Known, Refusal, Refused, ToDesk, frame},
    rights::{self, Action},
    store::{AccountRow, Availability},
    student::{beat, deliver},
    ws::Edge,
};

/// As many rooms as a page may say it shows; far more than anyone holds.
const KNOWN: usize = 1_000;

/// As many frames as one desk may send in a second, lines apart; far more than hands can do. A page that sends more is
/// asked to come back, so that it does not keep the queue waiting for everybody.
const FRAMES: Limit = Limit { most: 100, within: Span::seconds(1) };

pub struct Desk {
    parts: web::Data<Parts>,
    session: Digested,
    account: AccountRow,
    frames: Window,
    stage: Stage,
}

enum Stage {
    /// Before `hello`.
    Silent,
    Open {
        seats: HashMap<Uuid, Addr<Room>>,
        /// The rooms that the page's last beat named, for its pongs (U6).
        named: HashSet<Uuid>,
    },
}

impl Desk {
    pub fn new(parts: web::Data<Parts>, session: Digested, account: AccountRow) -> Self {
        Self { parts, session, account, frames: Window::default(), stage: Stage::Silent }
    }

    fn hello(&mut self, rooms: Vec<Known>, entrance: queue::Entrance, ear: &Ear) -> Result<(), CloseCode> {
        if KNOWN < rooms.len() {
            return Err(CloseCode::NotUnderstood);
        }
        self.stage = Stage::Open { seats: HashMap::new(), named: HashSet::new() };
        self.to_queue(queue::DeskCame {
            account: self.account.clone(),
            session: self.session,
            ear: ear.clone(),
            entrance,
            shows: rooms.into_iter().map(|known| (RoomId(known.room.as_u128()), (known.epoch, known.since))).collect(),
        })
    }

    fn to_queue<M>(&self, message: M) -> Result<(), CloseCode>
    where
        M: actix::Message + Send + 'static,
        M::Result: Send,
        queue::Queue: actix::Handler<M>,
    {
        self.parts.queue.try_send(message).map_err(|_| CloseCode::TryAgain)
    }

    fn to_room(&self, room: Uuid, what: Deed, ear: &Ear) -> Result<(), CloseCode> {
        if let Stage::Open { seats, .. } = &self.stage
            && let Some(at) = seats.get(&room)
        {
            return deliver(at, Role::Counsellor, what, ear);
        }
        let cid = match what {
            Deed::Say { cid, .. } => Some(Uuid::from_u128(cid.0)),
            _ => None,
        };
        no_such_room(room, cid, ear)
    }

    fn beat(&mut self, rooms: Vec<Uuid>, ear: &Ear) -> Result<(), CloseCode> {
        if KNOWN < rooms.len() {
            return Err(CloseCode::NotUnderstood);
        }
        let Stage::Open { seats, named } = &mut self.stage else { return Ok(()) };
        for room in rooms.iter().filter(|room| !seats.contains_key(room)) {
            no_such_room(*room, None, ear)?;
        }
        *named = rooms.into_iter().filter(|room| seats.contains_key(room)).collect();
        self.is_alive(ear);
        ear.frame(frame(&ToDesk::Heard {})).map_err(|_| CloseCode::TryAgain)
    }

    /// A sign of life: in the rooms the page named, and on the site.
    fn is_alive(&self, ear: &Ear) {
        let Stage::Open { seats, named } = &self.stage else { return };
        for (room, at) in seats {
            let level = if named.contains(room) { Level::Room } else { Level::Site };
            beat(at, Role::Counsellor, level, ear);
        }
        // One that finds the mailbox full is followed by another soon.
        let _ = self.parts.queue.try_send(queue::DeskBeat { account: self.account.account });
    }

    /// Nobody waits for the log: what comes of it is said when it is known.
    fn report(&self, report: duty::Report, ear: &Ear) {
        let (journal, account, session) = (self.parts.journal.clone(), self.account.account, self.session);
        let ear = ear.clone();
        actix_web::rt::spawn(async move {
            match journal.report(account, session, report).await {
                Ok(Reported::Noted) => {}
                Ok(Reported::Refused(why)) => refuse_report(why, &ear),
                Ok(Reported::SignedOut) => drop(ear.tell(Heard::Close(CloseCode::SignedOut))),
                Err(error) => {
                    log::error!("keyboard fault: {error}");
                    let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
                }
            }
        });
    }

    fn leave(&mut self, room: Uuid, ear: &Ear) -> Result<(), CloseCode> {
        if let Stage::Open { named, .. } = &mut self.stage {
            named.remove(&room);
        }
        self.to_room(room, Deed::Leave, ear)
    }
}

fn refuse_role(ear: &Ear) -> Result<(), CloseCode> {
    let refused = Refused { reason: Refusal::Role, ..Refused::default() };
    metrics::refused(refused.reason);
    ear.frame(frame(&FromRoom::Refused(refused))).map_err(|_| CloseCode::TryAgain)
}

fn refuse_report(why: duty::Implausible, ear: &Ear) {
    let (reason, retry_ms) = match why {
        duty::Implausible::TooSoon { left } => (Refusal::TooMany, u32::try_from(left.0).ok()),
        duty::Implausible::Future | duty::Implausible::BeforeOpening | duty::Implausible::Backwards => {
            (Refusal::Implausible, None)
        }
    };
    metrics::refused(reason);
    let _ = ear.frame(frame(&FromRoom::Refused(Refused { reason, retry_ms, ..Refused::default() })));
}

/// The answer for any room that one has no seat in.
fn no_such_room(room: Uuid, cid: Option<Uuid>, ear: &Ear) -> Result<(), CloseCode> {
    let refused = Refused { room: Some(room), cid, ..Refused::default() };
    metrics::refused(refused.reason);
    ear.frame(frame(&FromRoom::Refused(refused))).map_err(|_| CloseCode::TryAgain)
}

impl Edge for Desk {
    const SIDE: Option<Role> = Some(Role::Counsellor);

    fn hear(&mut self, text: &str, ear: &Ear) -> Result<(), CloseCode> {
        let said = serde_json::from_str(text).map_err(|_| CloseCode::NotUnderstood)?;
        let account = self.account.account;
        if !rights::may(self.account.role, Action::of_frame(&said)) {
            return refuse_role(ear);
        }
        // Lines have a limit of their own, and a page that lost its keys asks for all of them at once.
        let is_free = matches!(said, FromDesk::Say { .. } | FromDesk::OfferKey { .. } | FromDesk::Reveal { .. });
        if !is_free && self.frames.count(self.parts.clock.now(), FRAMES).is_err() {
            return Err(CloseCode::TryAgain);
        }
        match (&self.stage, said) {
            (Stage::Silent, FromDesk::Hello { rooms, opened }) => {
                let entrance = if opened { queue::Entrance::Opened } else { queue::Entrance::Back };
                self.hello(rooms, entrance, ear)
            }
            (Stage::Silent, _) | (_, FromDesk::Hello { .. }) => Err(CloseCode::NotUnderstood),
            (_, FromDesk::Switch { available }) => {
                let state = if available { Availability::Available } else { Availability::Away };
                self.to_queue(queue::Switched { account, state })
            }
            (_, FromDesk::Take { claim }) => self.to_queue(queue::Pressed { account, claim: ClaimId(claim.as_u128()) }),
            (_, FromDesk::Say { room, cid, body }) => {
                self.to_room(room, Deed::Say { cid: Cid(cid.as_u128()), body }, ear)
            }
            (_, FromDesk::Typing { room }) => self.to_room(room, Deed::Typing, ear),
            (_, FromDesk::Stay { room }) => self.to_room(room, Deed::Stay, ear),
            (_, FromDesk::Beat { rooms }) => self.beat(rooms, ear),
            (_, FromDesk::Keyboard { key_ms, cached_ms }) => {
                self.report(duty::Report { key: Span(key_ms), cached: cached_ms.map(Span) }, ear);
                Ok(())
            }
            (_, FromDesk::Seen { room, seq }) => self.to_room(room, Deed::Seen { seq }, ear),
            (_, FromDesk::Leave { room }) => self.leave(room, ear),
            (_, FromDesk::GiveBack { room }) => self.to_room(room, Deed::GiveBack, ear),
            (_, FromDesk::HandOver { room, to }) => {
                let to = AccountId(to.as_u128());
                self.to_queue(queue::Offered { room: RoomId(room.as_u128()), from: account, to })
            }
            (_, FromDesk::Accept { room, offer }) => {
                self.to_queue(queue::Accepted { room: RoomId(room.as_u128()), by: account, offer })
            }
            (_, FromDesk::OfferKey { room, offer }) => self.to_room(room, Deed::OfferKey(offer), ear),
            (_, FromDesk::Reveal { room, offer, nonce }) => self.to_room(room, Deed::Reveal { offer, nonce }, ear),
            (_, FromDesk::Decline { room }) => {
                self.to_queue(queue::Declined { room: RoomId(room.as_u128()), by: account })
            }
            (_, FromDesk::Close { room }) => self.to_room(room, Deed::Close, ear),
        }
    }

    fn seated(&mut self, room: RoomId, at: Addr<Room>, _: &Ear) {
        if let Stage::Open { seats, named } = &mut self.stage {
            // Rooms that ended are forgotten here, so that a long night does not gather them.
            seats.retain(|_, at| at.connected());
            named.insert(Uuid::from_u128(room.0));
            seats.insert(Uuid::from_u128(room.0), at);
        }
    }

    fn unseated(&mut self, room: RoomId) {
        if let Stage::Open { seats, named } = &mut self.stage {
            seats.remove(&Uuid::from_u128(room.0));
            named.remove(&Uuid::from_u128(room.0));
        }
    }

    fn beat_every(&self) -> Span {
        match &self.stage {
            Stage::Open { seats, .. } if seats.is_empty() => self.parts.settings.beat_site,
            Stage::Open { .. } | Stage::Silent => self.parts.settings.beat_room,
        }
    }

    fn pong(&mut self, ear: &Ear) {
        self.is_alive(ear);
    }

    fn is_greeted(&self) -> bool {
        matches!(self.stage, Stage::Open { .. })
    }

    fn left(&mut self, ear: EarId) {
        let Stage::Open { seats, .. } = &self.stage else {
            return;
        };
        self.parts.queue.do_send(queue::DeskLeft { account: self.account.account, ear });
        for room in seats.values() {
            room.do_send(Done { role: Role::Counsellor, ear, what: Deed::Disconnect });
        }
    }
}
