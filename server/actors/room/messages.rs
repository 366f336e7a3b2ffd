//! What a room may be told by the house and by the pages that have its seats, and what it makes of it.
//!
//! Only who may do something is checked here; what follows is the machine's to say.

use actix::{ActorContext, AsyncContext, Context, Handler, Message};
use quietline_domain::{AccountId, Cid, Role, Seq, presence::Level, queue::Place, room::Input};
use uuid::Uuid;

use super::{InFlight, Room, Stopping, turn};
use crate::{
    actors::{Ear, EarId, Heard},
    metrics,
    private::Nickname,
    protocol::{self, Body, CloseCode, FromRoom, frame},
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
        body: Body,
    },
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

/// A colleague has accepted this room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Accept {
    pub by: AccountId,
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

/// What the student is called now.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Named(pub Nickname);

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

    fn handle(&mut self, Enter { who, ear, shows, coming }: Enter, ctx: &mut Context<Self>) {
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

impl Handler<Done> for Room {
    type Result = ();

    fn handle(&mut self, Done { role, ear, what }: Done, ctx: &mut Context<Self>) {
        if !self.has_seat(role, ear) {
            return;
        }
        match what {
            // It could not be kept: the page says whose trouble it is, and comes back.
            Deed::Say { .. } if self.house.clock.is_held() => self.send(role, Heard::Close(CloseCode::TryAgain)),
            Deed::Say { cid, body } => {
                self.in_flight = Some(InFlight { from: role, cid, at: self.house.clock.now(), body });
                self.feed(Input::Say { from: role, cid }, ctx);
            }
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

    fn handle(&mut self, Accept { by }: Accept, ctx: &mut Context<Self>) {
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

impl Handler<Named> for Room {
    type Result = ();

    fn handle(&mut self, Named(nickname): Named, _: &mut Context<Self>) {
        if self.nickname != nickname {
            self.nickname = nickname.clone();
            self.tell_both(&FromRoom::Named { room: self.uuid(), nickname });
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
        self.send(Role::Student, Heard::Close(CloseCode::Restarting));
        self.send(Role::Counsellor, Heard::Close(CloseCode::Restarting));
        self.stopping = Stopping::Meant;
        ctx.stop();
    }
}
