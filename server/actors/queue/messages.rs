//! What the queue may be told: by students at the door, by desks, and by rooms that ended.
//!
//! Each becomes an input of the machine, or a page that listens.

use std::collections::HashMap;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture};
use quietline_domain::{AccountId, ClaimId, RoomId, Seq, Time, queue::Input};
use uuid::Uuid;

use super::{Desk, Queue, switched};
use crate::{
    actors::{Ear, EarId, Heard, lobby, room::Coming},
    private::{Digested, Forms, Nickname},
    protocol::{CloseCode, KeyOffer, Refusal, ToDesk, frame},
    store::{AccountRow, Availability},
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

/// The switch *Available* (W9).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Switched {
    pub account: AccountId,
    pub state: Availability,
}

/// A counsellor's page is there. A second one of the same account takes over from the first.
#[derive(Message)]
#[rtype(result = "()")]
pub struct DeskCame {
    pub account: AccountRow,
    pub session: Digested,
    pub ear: Ear,
    /// What the page says it shows.
    pub shows: HashMap<RoomId, (Uuid, Seq)>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct DeskLeft {
    pub account: AccountId,
    pub ear: EarId,
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

/// A sign of life of a counsellor's page (U6).
#[derive(Message)]
#[rtype(result = "()")]
pub struct DeskBeat {
    pub account: AccountId,
}

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

impl Handler<Switched> for Queue {
    type Result = ();

    fn handle(&mut self, Switched { account, state }: Switched, ctx: &mut Context<Self>) {
        self.feed(Input::Heard { account }, ctx);
        self.switch(account, state, ctx);
    }
}

impl Handler<DeskCame> for Queue {
    type Result = ();

    fn handle(&mut self, came: DeskCame, ctx: &mut Context<Self>) {
        let id = came.account.account;
        if self.desks.get(&id).is_some_and(|desk| desk.ear.id != came.ear.id) {
            self.close_desk(id, CloseCode::Superseded);
        }
        self.desks.insert(id, Desk { ear: came.ear.clone(), session: came.session });
        self.feed(Input::Heard { account: id }, ctx);
        let held = self.machine.held_by(id);
        if came.shows.keys().all(|room| held.contains(room)) {
            return self.greet(came, &[]);
        }
        // What it shows and does not hold has ended, or is with somebody else now.
        let store = self.store.clone();
        let asking = async move { store.left_by(id).await }.into_actor(self);
        ctx.spawn(asking.map(move |left, queue, _| match left {
            Ok(left) => queue.greet(came, &left),
            Err(error) => {
                log::error!("desk fault: {error}");
                queue.close_desk(id, CloseCode::TryAgain);
            }
        }));
    }
}

impl Queue {
    /// `left` are open rooms that this counsellor held before.
    fn greet(&mut self, DeskCame { account, ear, mut shows, .. }: DeskCame, left: &[RoomId]) {
        let id = account.account;
        if self.desks.get(&id).is_none_or(|desk| desk.ear.id != ear.id) {
            return;
        }
        let rooms = self.machine.held_by(id);
        let uuid = |room: &RoomId| Uuid::from_u128(room.0);
        let moved = left.iter().filter(|room| shows.contains_key(room) && !rooms.contains(room));
        let welcome = ToDesk::Welcome {
            nickname: account.nickname.clone(),
            limit: u32::try_from(self.rules.limit).unwrap_or(u32::MAX),
            rooms: rooms.iter().map(uuid).collect(),
            moved: moved.map(uuid).collect(),
            beat_ms: self.beat_ms(),
        };
        // What the page's own session was signed in with may be older than what was seen since.
        let now = self.staff.get(&id).map_or_else(|| switched(&account), switched);
        for told in [welcome, now, self.numbers(), self.colleagues()] {
            self.tell_desk(id, &told);
        }
        self.tell_offers_again(id);
        for room in rooms {
            let (shows, coming) = (shows.remove(&room), Coming::Back);
            self.lobby.do_send(lobby::Sit { account: id, room, ear: ear.clone(), shows, coming });
        }
    }
}

impl Handler<DeskLeft> for Queue {
    type Result = ();

    fn handle(&mut self, DeskLeft { account, ear }: DeskLeft, _: &mut Context<Self>) {
        if self.desks.get(&account).is_some_and(|desk| desk.ear.id == ear) {
            self.desks.remove(&account);
        }
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

impl Handler<DeskBeat> for Queue {
    type Result = ();

    fn handle(&mut self, DeskBeat { account }: DeskBeat, ctx: &mut Context<Self>) {
        self.feed(Input::Heard { account }, ctx);
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
