//! What a room may be told by the house and by the pages that have its seats, and what it makes of it.
//!
//! Only who may do something is checked here; what follows is the machine's to say.

use actix::{AsyncContext, Context, Handler, Message};
use quietline_domain::{
    AccountId, Cid, Role, Seq,
    queue::Place,
    room::{self as domain, Input},
};
use uuid::Uuid;

use super::{InFlight, Room};
use crate::{
    actors::{Ear, EarId, Heard},
    protocol::{self, Body, CloseCode, frame},
    store::Seated,
};

/// A page takes its seat. A counsellor who does not hold the room is told what a stranger is told (W16).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Enter {
    pub who: Who,
    pub ear: Ear,
    /// What the page says it shows: an epoch, and the last line.
    pub shows: Option<(Uuid, Seq)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Student,
    Counsellor(AccountId),
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
    Typing,
    Stay,
    Close,
    /// The socket is gone; the seat stays.
    Leave,
}

/// The student leaves by the quick exit, and the tab with it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Abandon;

impl Handler<Enter> for Room {
    type Result = ();

    fn handle(&mut self, Enter { who, ear, shows }: Enter, ctx: &mut Context<Self>) {
        let role = match who {
            Who::Student => Role::Student,
            Who::Counsellor(account) if self.counsellor.as_ref().is_some_and(|(holder, _)| *holder == account) => {
                Role::Counsellor
            }
            Who::Counsellor(_) => return,
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
        let since = shows.filter(|(epoch, _)| *epoch == self.epoch).map(|(_, since)| since);
        self.feed(Input::Entered { role, since }, ctx);
    }
}

impl Handler<Given> for Room {
    type Result = ();

    fn handle(&mut self, Given(by): Given, ctx: &mut Context<Self>) {
        if self.counsellor.is_some() {
            return;
        }
        let taken = domain::Taken { account: by.account, after: by.after };
        self.counsellor = Some((by.account, by.nickname));
        self.place = None;
        self.feed(Input::Taken(taken), ctx);
    }
}

impl Handler<Placed> for Room {
    type Result = ();

    fn handle(&mut self, Placed(place): Placed, _: &mut Context<Self>) {
        if self.counsellor.is_none() && self.place != Some(place) {
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
            Deed::Say { cid, body } => {
                self.in_flight = Some(InFlight { from: role, cid, at: self.house.clock.now(), body });
                self.feed(Input::Say { from: role, cid }, ctx);
            }
            Deed::Typing => self.feed(Input::Typing { from: role }, ctx),
            Deed::Stay => self.feed(Input::Stay { from: role }, ctx),
            Deed::Close => self.feed(Input::Close { by: role }, ctx),
            Deed::Leave => {
                match role {
                    Role::Student => self.student_ear = None,
                    Role::Counsellor => self.counsellor_ear = None,
                }
                self.feed(Input::Left { role }, ctx);
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
