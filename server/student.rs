//! What a student's page may say, and where it goes: the door, the queue, and one room.
//!
//! It translates and decides nothing. It never sees what is said, and knows of a person nothing but this socket.

use actix::Addr;
use actix_web::web;
use quietline_domain::{
    Cid, Role, RoomId, Span,
    presence::Level,
    window::{Limit, Window},
};
use uuid::Uuid;

use crate::{
    Parts,
    actors::{
        Ear, EarId, lobby, queue,
        room::{Deed, Done, Room},
    },
    metrics, names,
    place::Place,
    private::{Credential, Nickname},
    protocol::{CloseCode, FromRoom, FromStudent, Refusal, Refused, ToStudent, frame},
    ws::Edge,
};

/// As many signs (typing, beats, what was seen) as are passed on; more only keep a room's mailbox full, and with it the
/// other side waiting.
const SIGNS: Limit = Limit { most: 20, within: Span::seconds(1) };

pub struct Student {
    parts: web::Data<Parts>,
    visitor: Visitor,
    place: Place,
    signs: Window,
    stage: Stage,
}

/// A counsellor who is signed in in this browser cannot open a student room (W1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    Anyone,
    SignedInCounsellor,
}

enum Stage {
    /// Before `hello`.
    Silent,
    Door,
    Room(Seat),
}

struct Seat {
    at: Addr<Room>,
    room: RoomId,
    /// What the page's last beat named, for its pongs (U6).
    named: Level,
}

impl Student {
    pub fn new(parts: web::Data<Parts>, visitor: Visitor, place: Place) -> Self {
        Self { parts, visitor, place, signs: Window::default(), stage: Stage::Silent }
    }

    fn hello(&mut self, key: Option<Credential>, shows: Option<(Uuid, u64)>, ear: &Ear) -> Result<(), CloseCode> {
        self.stage = Stage::Door;
        match key {
            Some(key) => {
                let called = None;
                self.to_lobby(lobby::Knock { key: key.digest(), ear: ear.clone(), shows, called })
            }
            None => self.parts.queue.try_send(queue::DoorCame(ear.clone())).map_err(|_| CloseCode::TryAgain),
        }
    }

    fn join(&mut self, key: &Credential, nickname: Option<&str>, ear: &Ear) -> Result<(), CloseCode> {
        if self.visitor == Visitor::SignedInCounsellor {
            return refuse(ear, Refusal::SignedIn);
        }
        let Some(nickname) = self.nickname(nickname) else {
            return refuse(ear, Refusal::Nickname);
        };
        let limit = self.parts.settings.join_limit;
        if let Err(retry) = self.parts.places.count_join(self.place, self.parts.clock.now(), limit) {
            let retry_ms = Some(u32::try_from(retry.0).unwrap_or(u32::MAX));
            return tell(ear, Refused { reason: Refusal::TooMany, retry_ms, ..Refused::default() });
        }
        let forms = self.parts.names.forms(&nickname);
        self.to_lobby(lobby::Join { key: key.digest(), nickname, forms, ear: ear.clone() })
    }

    /// What they asked to be called, or a generated name.
    fn nickname(&self, asked: Option<&str>) -> Option<Nickname> {
        let prefix = &self.parts.settings.guest_prefix;
        match asked.map(str::trim).filter(|asked| !asked.is_empty()) {
            None => Nickname::parse(&format!("{prefix}{:04}", Uuid::new_v4().as_u128() % 10_000)),
            Some(asked) => Nickname::parse(asked).filter(|name| !names::is_like_a_guest(name, prefix)),
        }
    }

    fn to_lobby<M>(&self, message: M) -> Result<(), CloseCode>
    where
        M: actix::Message + Send + 'static,
        M::Result: Send,
        lobby::Lobby: actix::Handler<M>,
    {
        self.parts.lobby.try_send(message).map_err(|_| CloseCode::TryAgain)
    }

    fn to_room(&self, what: Deed, ear: &Ear) -> Result<(), CloseCode> {
        match &self.stage {
            Stage::Room(seat) => deliver(&seat.at, Role::Student, what, ear),
            Stage::Door | Stage::Silent => refuse(ear, Refusal::NoSuchRoom),
        }
    }

    /// A beat for a room one is not in keeps only the site level alive, and is refused like any deed there.
    fn beat(&mut self, room: Option<Uuid>, ear: &Ear) -> Result<(), CloseCode> {
        let own = match &mut self.stage {
            Stage::Room(seat) => {
                let own = Uuid::from_u128(seat.room.0);
                seat.named = if room == Some(own) { Level::Room } else { Level::Site };
                beat(&seat.at, Role::Student, seat.named, ear);
                Some(own)
            }
            Stage::Door | Stage::Silent => None,
        };
        match room {
            Some(room) if own != Some(room) => tell(ear, Refused { room: Some(room), ..Refused::default() }),
            _ => ear.frame(frame(&ToStudent::Heard {})).map_err(|_| CloseCode::TryAgain),
        }
    }
}

impl Edge for Student {
    const SIDE: Option<Role> = Some(Role::Student);

    fn hear(&mut self, text: &str, ear: &Ear) -> Result<(), CloseCode> {
        let said = serde_json::from_str(text).map_err(|_| CloseCode::NotUnderstood)?;
        if is_sign(&said) && self.signs.count(self.parts.clock.now(), SIGNS).is_err() {
            return Ok(());
        }
        match (&self.stage, said) {
            (Stage::Silent, FromStudent::Hello { key, epoch, since }) => self.hello(key, epoch.zip(since), ear),
            (Stage::Silent, _) | (_, FromStudent::Hello { .. }) => Err(CloseCode::NotUnderstood),
            (Stage::Room(_), FromStudent::Join { .. }) => Err(CloseCode::NotUnderstood),
            (_, FromStudent::Join { key, nickname }) => self.join(&key, nickname.as_deref(), ear),
            (_, FromStudent::Say { cid, body }) => self.to_room(Deed::Say { cid: Cid(cid.as_u128()), body }, ear),
            (_, FromStudent::Typing {}) => self.to_room(Deed::Typing, ear),
            (_, FromStudent::Stay {}) => self.to_room(Deed::Stay, ear),
            (_, FromStudent::Beat { room }) => self.beat(room, ear),
            (_, FromStudent::Seen { seq }) => self.to_room(Deed::Seen { seq }, ear),
            (_, FromStudent::Older { share: true, nth }) => self.to_room(Deed::ShareOlder { nth }, ear),
            (_, FromStudent::Older { share: false, nth }) => self.to_room(Deed::KeepOlder { nth }, ear),
            (_, FromStudent::HandKey { key_epoch, asker, answer }) => {
                self.to_room(Deed::HandKey { key_epoch, asker, answer }, ear)
            }
            (_, FromStudent::Nickname { body }) => self.to_room(Deed::Nickname(body), ear),
            (_, FromStudent::ShareIntake { body }) => self.to_room(Deed::ShareIntake(Some(body)), ear),
            (_, FromStudent::StopSharing {}) => self.to_room(Deed::ShareIntake(None), ear),
            (_, FromStudent::Close {}) => self.to_room(Deed::Close, ear),
        }
    }

    fn seated(&mut self, room: RoomId, at: Addr<Room>, ear: &Ear) {
        let seat = Seat { at: at.clone(), room, named: Level::Room };
        // Two joins at once with two keys: the first room is left, and closes like any that was left.
        if let Stage::Room(before) = std::mem::replace(&mut self.stage, Stage::Room(seat))
            && before.at != at
        {
            before.at.do_send(Done { role: Role::Student, ear: ear.id, what: Deed::Disconnect });
        }
        let _ = self.parts.queue.try_send(queue::DoorLeft(ear.id));
    }

    /// A student's only seat goes with its room.
    fn unseated(&mut self, _: RoomId) {}

    fn beat_every(&self) -> Span {
        match self.stage {
            Stage::Room(_) | Stage::Silent => self.parts.settings.beat_room,
            Stage::Door => self.parts.settings.beat_site,
        }
    }

    fn pong(&mut self, ear: &Ear) {
        if let Stage::Room(seat) = &self.stage {
            beat(&seat.at, Role::Student, seat.named, ear);
        }
    }

    fn is_greeted(&self) -> bool {
        !matches!(self.stage, Stage::Silent)
    }

    fn left(&mut self, ear: EarId) {
        match &self.stage {
            Stage::Room(seat) => seat.at.do_send(Done { role: Role::Student, ear, what: Deed::Disconnect }),
            Stage::Door => self.parts.queue.do_send(queue::DoorLeft(ear)),
            Stage::Silent => {}
        }
    }
}

/// What is said again soon, and may be passed over.
fn is_sign(said: &FromStudent) -> bool {
    use FromStudent::{Beat, Older, Seen, Stay, Typing};
    matches!(said, Typing {} | Stay {} | Beat { .. } | Seen { .. } | Older { .. })
}

/// Hands a deed to its room. A room that is gone or full asks the page to come back: then it hears how things stand.
pub fn deliver(at: &Addr<Room>, role: Role, what: Deed, ear: &Ear) -> Result<(), CloseCode> {
    at.try_send(Done { role, ear: ear.id, what }).map_err(|_| CloseCode::TryAgain)
}

/// A sign of life. One that finds the room's mailbox full is not worth coming back for: the next follows soon.
pub fn beat(at: &Addr<Room>, role: Role, level: Level, ear: &Ear) {
    let _ = at.try_send(Done { role, ear: ear.id, what: Deed::Beat(level) });
}

fn refuse(ear: &Ear, reason: Refusal) -> Result<(), CloseCode> {
    tell(ear, Refused { reason, ..Refused::default() })
}

fn tell(ear: &Ear, refused: Refused) -> Result<(), CloseCode> {
    metrics::refused(refused.reason);
    ear.frame(frame(&FromRoom::Refused(refused))).map_err(|_| CloseCode::TryAgain)
}
