//! What the queue may be told: by students at the door, by desks, and by rooms that ended.
//!
//! Each becomes an input of the machine, or a page that listens.

use std::collections::HashMap;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture};
use quietline_domain::{AccountId, ClaimId, RoomId, Seq, Time, queue::Input};
use uuid::Uuid;

use super::{Desk, Queue, switched};
use crate::{
    actors::{Ear, EarId, lobby},
    private::{Digested, Nickname},
    protocol::{CloseCode, ToDesk, frame},
    store::{AccountRow, Availability},
};

/// A student asks to talk, and has no room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Asked {
    pub key: Digested,
    pub nickname: Nickname,
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

impl Handler<Asked> for Queue {
    type Result = ();

    fn handle(&mut self, asked: Asked, ctx: &mut Context<Self>) {
        // W3
        if self.machine.is_open() { self.open(asked, ctx) } else { self.turn_away(asked) }
    }
}

impl Handler<Arrived> for Queue {
    type Result = ();

    fn handle(&mut self, Arrived { room, number, arrived }: Arrived, ctx: &mut Context<Self>) {
        self.feed(Input::Arrived { room, number, arrived }, ctx);
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
        let store = self.store.clone();
        let switching = async move { store.set_available(account, state).await }.into_actor(self);
        ctx.spawn(switching.map(move |switched, queue, ctx| match switched {
            Ok(()) => queue.look_again(ctx),
            Err(error) => {
                log::error!("switch fault: {error}");
                queue.close_desk(account, CloseCode::TryAgain);
            }
        }));
    }
}

impl Handler<DeskCame> for Queue {
    type Result = ();

    fn handle(&mut self, DeskCame { account, session, ear, mut shows }: DeskCame, _: &mut Context<Self>) {
        let id = account.account;
        if self.desks.get(&id).is_some_and(|desk| desk.ear.id != ear.id) {
            self.close_desk(id, CloseCode::Superseded);
        }
        let rooms = self.machine.held_by(id);
        let welcome = ToDesk::Welcome {
            nickname: account.nickname.clone(),
            limit: u32::try_from(self.limit).unwrap_or(u32::MAX),
            rooms: rooms.iter().map(|room| Uuid::from_u128(room.0)).collect(),
        };
        self.desks.insert(id, Desk { ear: ear.clone(), session });
        for told in [welcome, switched(&account), self.numbers()] {
            self.tell_desk(id, &told);
        }
        for room in rooms {
            let shows = shows.remove(&room);
            self.lobby.do_send(lobby::Sit { account: id, room, ear: ear.clone(), shows });
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
