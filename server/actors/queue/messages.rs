//! What the queue may be told: by students at the door, by counsellors about rooms, and by rooms. Desks are in `desks.rs`.
//!
//! Each becomes an input of the machine, or a page that listens.

use actix::{Context, Handler, Message};
use quietline_domain::{AccountId, ClaimId, RoomId, Time, queue::Input};

use super::Queue;
use crate::{
    actors::{Ear, EarId, Heard},
    private::{Digested, Forms, Nickname},
    protocol::{CloseCode, KeyOffer, Refusal, frame},
};

/// A student asks to talk, and has no room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Asked {
    pub key: Digested,
    pub nickname: Nickname,
    pub forms: Forms,
    pub ear: Ear,
}

/// A room waits.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Arrived {
    pub room: RoomId,
    pub number: i64,
    pub arrived: Time,
}

/// A room is a counsellor's, as the store says.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Held {
    pub room: RoomId,
    pub account: AccountId,
    pub claim: Option<ClaimId>,
}

/// *Give me a student*.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Pressed {
    pub account: AccountId,
    pub claim: ClaimId,
}

/// A page watches the door.
#[derive(Message)]
#[rtype(result = "()")]
pub struct DoorCame(pub Ear);

#[derive(Message)]
#[rtype(result = "()")]
pub struct DoorLeft(pub EarId);

/// An account or a session changed: look again.
#[derive(Message)]
#[rtype(result = "()")]
pub struct StaffChanged;

/// This room is erased.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ended(pub RoomId);

/// Whether the student who waits in this room can be taken now (W6).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Reach {
    pub room: RoomId,
    pub reach: quietline_domain::room::Reach,
}

/// A room went back to the queue, to the place it had (W25).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Returned {
    pub room: RoomId,
    pub number: i64,
    pub arrived: Time,
}

/// A counsellor asks a colleague to take over (W26).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Offered {
    pub room: RoomId,
    pub from: AccountId,
    pub to: AccountId,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct Accepted {
    pub room: RoomId,
    pub by: AccountId,
    /// By which they ask for the room's next secret.
    pub offer: KeyOffer,
}

/// *Not now*.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Declined {
    pub room: RoomId,
    pub by: AccountId,
}

/// A room has changed hands, or has not.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HandedOver {
    pub room: RoomId,
    pub to: AccountId,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct NotHandedOver {
    pub room: RoomId,
    pub to: AccountId,
}

/// The server stops: pages outside rooms are told to come back.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

impl Handler<Asked> for Queue {
    type Result = ();

    fn handle(&mut self, asked: Asked, ctx: &mut Context<Self>) {
        // W3
        if self.machine.is_open() {
            self.open(asked, ctx);
        } else {
            self.turn_away(asked.key, &asked.ear, Refusal::NobodyAvailable);
        }
    }
}

impl Handler<Arrived> for Queue {
    type Result = ();

    fn handle(&mut self, Arrived { room, number, arrived }: Arrived, ctx: &mut Context<Self>) {
        if self.machine.holder(room).is_some() {
            return self.look_at(room, ctx);
        }
        self.feed(Input::Arrived { room, number, arrived }, ctx);
    }
}

impl Handler<Held> for Queue {
    type Result = ();

    fn handle(&mut self, Held { room, account, claim }: Held, ctx: &mut Context<Self>) {
        self.feed(Input::Held { room, account, claim }, ctx);
    }
}

impl Handler<Pressed> for Queue {
    type Result = ();

    fn handle(&mut self, Pressed { account, claim }: Pressed, ctx: &mut Context<Self>) {
        self.feed(Input::Pressed { account, claim }, ctx);
    }
}

impl Handler<DoorCame> for Queue {
    type Result = ();

    fn handle(&mut self, DoorCame(ear): DoorCame, _: &mut Context<Self>) {
        if ear.frame(frame(&self.door())).is_ok() {
            self.doors.insert(ear.id, ear);
        }
    }
}

impl Handler<DoorLeft> for Queue {
    type Result = ();

    fn handle(&mut self, DoorLeft(ear): DoorLeft, _: &mut Context<Self>) {
        self.doors.remove(&ear);
    }
}

impl Handler<StaffChanged> for Queue {
    type Result = ();

    fn handle(&mut self, StaffChanged: StaffChanged, ctx: &mut Context<Self>) {
        self.look_again(ctx);
    }
}

impl Handler<Ended> for Queue {
    type Result = ();

    fn handle(&mut self, Ended(room): Ended, ctx: &mut Context<Self>) {
        self.feed(Input::Ended { room }, ctx);
    }
}

impl Handler<Reach> for Queue {
    type Result = ();

    fn handle(&mut self, Reach { room, reach }: Reach, ctx: &mut Context<Self>) {
        self.feed(Input::Reach { room, reach }, ctx);
    }
}

impl Handler<Returned> for Queue {
    type Result = ();

    fn handle(&mut self, Returned { room, number, arrived }: Returned, ctx: &mut Context<Self>) {
        self.feed(Input::Returned { room, number, arrived }, ctx);
    }
}

impl Handler<Offered> for Queue {
    type Result = ();

    fn handle(&mut self, Offered { room, from, to }: Offered, ctx: &mut Context<Self>) {
        self.feed(Input::Offered { room, from, to }, ctx);
    }
}

impl Handler<Accepted> for Queue {
    type Result = ();

    fn handle(&mut self, Accepted { room, by, offer }: Accepted, ctx: &mut Context<Self>) {
        self.accepting = Some(offer);
        self.feed(Input::Accepted { room, by }, ctx);
        self.accepting = None;
    }
}

impl Handler<Declined> for Queue {
    type Result = ();

    fn handle(&mut self, Declined { room, by }: Declined, ctx: &mut Context<Self>) {
        self.feed(Input::Declined { room, by }, ctx);
    }
}

impl Handler<HandedOver> for Queue {
    type Result = ();

    fn handle(&mut self, HandedOver { room, to }: HandedOver, ctx: &mut Context<Self>) {
        self.feed(Input::HandedOver { room, to }, ctx);
    }
}

impl Handler<NotHandedOver> for Queue {
    type Result = ();

    fn handle(&mut self, NotHandedOver { room, to }: NotHandedOver, ctx: &mut Context<Self>) {
        self.feed(Input::NotHandedOver { room, to }, ctx);
    }
}

impl Handler<Drain> for Queue {
    type Result = ();

    fn handle(&mut self, Drain: Drain, _: &mut Context<Self>) {
        let desks = self.desks.drain().map(|(_, desk)| desk.ear);
        for ear in desks.chain(self.doors.drain().map(|(_, ear)| ear)) {
            let _ = ear.tell(Heard::Close(CloseCode::Restarting));
        }
    }
}
