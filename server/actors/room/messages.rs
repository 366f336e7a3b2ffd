//! What a room may be told by the house and by the pages that have its seats, and what it makes of it.
//!
//! Only who may do something is checked here; what follows is the machine's to say.

use actix::{ActorContext, AsyncContext, Context, Handler, Message};
use quietline_domain::{AccountId, Cid, KeyEpoch, Role, Seq, presence::Level, queue::Place, room::Input};
use uuid::Uuid;

use super::{InFlight, Room, Stopping, Talk, keys::Handed, turn};
use crate::{
    actors::{Ear, EarId, Heard},
    metrics,
    private::Nickname,
    protocol::{self, CloseCode, Envelope, Fixed, FromRoom, KeyAnswer, KeyOffer, PublicKey, ToStudent, frame},
    store::Seated,
};

/// A page takes its seat. A desk whose room has become somebody else's meanwhile is asked to come back, and hears then
/// which rooms are its own.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enter {
    pub who: Who,
    pub ear: Ear,
    /// What the page says it shows: an epoch, and the last line.
    pub shows: Option<(Uuid, Seq)>,
    pub coming: Coming,
    /// What a student who has just asked to talk is called, for their page to seal.
    pub called: Option<Nickname>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Student,
    Counsellor(AccountId),
}

/// Whether a page enters because the room has just become its own, or after it was away. Only figures depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    First,
    Back,
}

/// A counsellor was given this room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Given(pub Seated);

/// The student's place in the queue.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Placed(pub Place);

/// Something done from a seat. Counts only while `ear` is the one that has the seat.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Done {
    pub role: Role,
    pub ear: EarId,
    pub what: Deed,
}

pub enum Deed {
    Say {
        cid: Cid,
        body: Envelope,
    },
    /// The counsellor's page asks for the secret.
    OfferKey(KeyOffer),
    /// The student's page answers whoever asked with that public key.
    HandKey {
        key_epoch: KeyEpoch,
        asker: PublicKey,
        answer: KeyAnswer,
    },
    /// What the counsellor's offer had committed to.
    Reveal {
        offer: PublicKey,
        nonce: Fixed<32>,
    },
    /// What the student is called, as their page has sealed it.
    Nickname(Envelope),
    /// What opens the student's intake, as their page has sealed it; nothing, when they share it no more.
    ShareIntake(Option<Envelope>),
    Beat(Level),
    Seen {
        seq: Seq,
    },
    Typing,
    Stay,
    /// The student lets the newcomer read what is older, or does not.
    ShareOlder {
        nth: u32,
    },
    KeepOlder {
        nth: u32,
    },
    /// The counsellor leaves the room, and stays its counsellor.
    Leave,
    /// The counsellor gives it back to the queue.
    GiveBack,
    Close,
    /// The socket is gone; the seat stays.
    Disconnect,
}

/// The student leaves by the quick exit, and the tab with it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Abandon;

/// A colleague has accepted this room, and asks for its next secret.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Accept {
    pub by: AccountId,
    pub nickname: Nickname,
    pub offer: KeyOffer,
}

/// Tell this page that it is asked to take over.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TellOffer {
    pub ear: Ear,
    pub from: Nickname,
    pub expires_in_ms: u32,
}

/// Whom the counsellor has asked to take over, or nobody any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Handing(pub Option<Nickname>);

/// This counsellor's account was disabled: the room goes back to the queue (W23).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Dismiss {
    pub account: AccountId,
}

/// What stands before the student's nickname from now on.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Renamed(pub String);

/// Look whether something is due; answered once it was done.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Tick;

/// What this room remembers may not be what the store holds: it falls, and is woken from there.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Doubt;

/// The server stops: what came before this is finished, and pages are told to come back.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

impl Handler<Enter> for Room {
    type Result = ();

    fn handle(&mut self, Enter { who, ear, shows, coming, called }: Enter, ctx: &mut Context<Self>) {
        let role = match who {
            Who::Student => Role::Student,
            Who::Counsellor(account) if self.counsellor() == Some(account) => Role::Counsellor,
            Who::Counsellor(_) => {
                let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
                return;
            }
        };
        if self.has_seat(role, ear.id) {
            return;
        }
        self.send(role, Heard::Close(CloseCode::Superseded));
        if ear.tell(Heard::Seated { room: self.id, at: ctx.address() }).is_err() {
            return;
        }
        match role {
            Role::Student => self.student_ear = Some(ear),
            Role::Counsellor => self.counsellor_ear = Some(ear),
        }
        if coming == Coming::Back {
            metrics::came_back(role);
        }
        let since = shows.filter(|(epoch, _)| *epoch == self.epoch).map(|(_, since)| since);
        self.feed(Input::Entered { role, since }, ctx);
        if let (Some(nickname), None, Role::Student) = (called, &self.nickname, role) {
            self.tell_student(&ToStudent::Called { room: self.uuid(), nickname });
        }
        if role == Role::Student {
            self.tell_nonce();
        }
    }
}

impl Handler<Given> for Room {
    type Result = ();

    fn handle(&mut self, Given(by): Given, ctx: &mut Context<Self>) {
        // A room that was woken after the take knows it already.
        if self.counsellor().is_some() {
            return;
        }
        self.place = None;
        let taken = turn(&by);
        if let Talk::Awaited = self.talk {
            self.talk = Talk::Given(self.house.clock.now());
        }
        self.counsellors.insert(by.account, by.nickname);
        self.feed(Input::Taken(taken), ctx);
    }
}

impl Handler<Placed> for Room {
    type Result = ();

    fn handle(&mut self, Placed(place): Placed, _: &mut Context<Self>) {
        if self.counsellor().is_none() && self.place != Some(place) {
            self.place = Some(place);
            self.send(Role::Student, Heard::Frame(frame(&protocol::ToStudent::Place(place.into()))));
        }
    }
}

impl Deed {
    fn is_about_keys(&self) -> bool {
        use Deed::{HandKey, Nickname, OfferKey, Reveal, ShareIntake};
        matches!(self, OfferKey(_) | HandKey { .. } | Reveal { .. } | Nickname(_) | ShareIntake(_))
    }
}

impl Handler<Done> for Room {
    type Result = ();

    fn handle(&mut self, Done { role, ear, what }: Done, ctx: &mut Context<Self>) {
        if !self.has_seat(role, ear) {
            return;
        }
        if what.is_about_keys() && self.keys.count(role, self.house.clock.now()).is_err() {
            return self.send(role, Heard::Close(CloseCode::TryAgain));
        }
        match what {
            // It could not be kept: both pages say whose trouble it is, and come back. Whoever only listens would take
            // it for silence.
            Deed::Say { .. } if self.house.clock.is_held() => self.hang_up(CloseCode::TryAgain),
            Deed::Say { cid, body } if !body.is_well_formed() => self.refuse_suite(role, cid),
            Deed::Say { cid, body } => {
                let key_epoch = body.key_epoch;
                self.in_flight = Some(InFlight { from: role, cid, at: self.house.clock.moment(), body });
                self.feed(Input::Say { from: role, cid, key_epoch }, ctx);
            }
            Deed::OfferKey(offer) => {
                self.keys.of_counsellor = Some(offer);
                self.feed(Input::KeyOffered, ctx);
            }
            Deed::HandKey { key_epoch, asker, answer } => {
                if self.asks_for(&asker) == Some(key_epoch) {
                    self.keys.in_hand = Some(Handed { key_epoch, asker, answer });
                    self.feed(Input::KeyHanded { key_epoch }, ctx);
                }
            }
            Deed::Reveal { offer, nonce } => {
                self.keys.revealed = Some((offer, nonce));
                self.tell_nonce();
            }
            Deed::Nickname(sealed) => self.keep_nickname(sealed, ctx),
            Deed::ShareIntake(sealed) => self.share_intake(sealed, ctx),
            Deed::Beat(level) => self.feed(Input::Beat { role, level }, ctx),
            Deed::Seen { seq } => self.feed(Input::Seen { by: role, seq }, ctx),
            Deed::Typing => self.feed(Input::Typing { from: role }, ctx),
            Deed::Stay => self.feed(Input::Stay { from: role }, ctx),
            Deed::ShareOlder { nth } => self.feed(Input::ShareOlder { nth }, ctx),
            Deed::KeepOlder { nth } => self.feed(Input::KeepOlder { nth }, ctx),
            Deed::Leave => self.feed(Input::CounsellorLeft, ctx),
            Deed::GiveBack => self.feed(Input::GiveBack, ctx),
            Deed::Close => self.feed(Input::Close { by: role }, ctx),
            Deed::Disconnect => {
                match role {
                    Role::Student => self.student_ear = None,
                    Role::Counsellor => self.counsellor_ear = None,
                }
                self.feed(Input::Disconnected { role }, ctx);
            }
        }
    }
}

impl Handler<Abandon> for Room {
    type Result = ();

    fn handle(&mut self, Abandon: Abandon, ctx: &mut Context<Self>) {
        self.feed(Input::Close { by: Role::Student }, ctx);
    }
}

impl Handler<Accept> for Room {
    type Result = ();

    fn handle(&mut self, Accept { by, nickname, offer }: Accept, ctx: &mut Context<Self>) {
        self.keys.of_colleague = Some((by, nickname, offer));
        self.feed(Input::Accepted { by }, ctx);
    }
}

impl Handler<Handing> for Room {
    type Result = ();

    fn handle(&mut self, Handing(to): Handing, _: &mut Context<Self>) {
        if self.counsellor().is_some() {
            self.handing_to = to.clone();
            self.tell_both(&FromRoom::Handing { room: self.uuid(), to });
        }
    }
}

impl Handler<Dismiss> for Room {
    type Result = ();

    fn handle(&mut self, Dismiss { account }: Dismiss, ctx: &mut Context<Self>) {
        if self.counsellor() == Some(account) {
            self.feed(Input::GiveBack, ctx);
        }
    }
}

impl Handler<TellOffer> for Room {
    type Result = ();

    fn handle(&mut self, TellOffer { ear, from, expires_in_ms }: TellOffer, _: &mut Context<Self>) {
        self.tell_offered(&ear, from, expires_in_ms);
    }
}

impl Handler<Renamed> for Room {
    type Result = ();

    fn handle(&mut self, Renamed(prefix): Renamed, _: &mut Context<Self>) {
        if self.renamed.as_ref() != Some(&prefix) {
            self.renamed = Some(prefix.clone());
            self.tell_both(&FromRoom::Renamed { room: self.uuid(), prefix });
        }
    }
}

impl Handler<Tick> for Room {
    type Result = ();

    fn handle(&mut self, Tick: Tick, ctx: &mut Context<Self>) {
        self.feed(Input::Tick, ctx);
    }
}

impl Handler<Doubt> for Room {
    type Result = ();

    fn handle(&mut self, Doubt: Doubt, ctx: &mut Context<Self>) {
        ctx.stop();
    }
}

impl Handler<Drain> for Room {
    type Result = ();

    fn handle(&mut self, Drain: Drain, ctx: &mut Context<Self>) {
        self.hang_up(CloseCode::Restarting);
        self.stopping = Stopping::Meant;
        ctx.stop();
    }
}
