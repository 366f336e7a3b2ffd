//! The lobby finds rooms, by a student's key or by their id, and wakes the ones whose actor is gone.
//!
//! A dead actor is not an error: whoever comes next finds the room woken from the store, and nothing but the store
//! wakes one. It knows who may knock, not what is said inside.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use quietline_domain::{AccountId, RoomId, Seq, queue::Place};
use uuid::Uuid;

use super::{
    Ear, Heard, queue,
    room::{self, House, Room, Who},
};
use crate::{
    private::{Digested, Nickname},
    protocol::{CloseCode, FromRoom, Refused, ToStudent, frame},
    store::{RoomRow, Seated},
};

/// How long a room that fell rests before it is woken: whatever broke may still be broken.
const REST: Duration = Duration::from_secs(5);

pub struct Lobby {
    house: Arc<House>,
    rooms: HashMap<RoomId, Here>,
    keys: HashMap<Digested, RoomId>,
    /// Keys whose rooms are being made.
    opening: HashMap<Digested, Opening>,
}

struct Here {
    room: Addr<Room>,
    key: Digested,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    Wanted,
    /// The student left before the room was there.
    Abandoned,
}

/// A student's page returns with a key. Whether the key never opened a room or the room was erased looks the same.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Knock {
    pub key: Digested,
    pub ear: Ear,
    pub shows: Option<(Uuid, Seq)>,
}

/// A student asks to talk. With a key that has a room, this leads back to it (W4).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Join {
    pub key: Digested,
    pub nickname: Nickname,
    pub ear: Ear,
}

/// A room was made, or was found to be there already.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Opened {
    pub key: Digested,
    pub room: RoomId,
    pub ear: Ear,
}

/// No room was made for this key.
#[derive(Message)]
#[rtype(result = "()")]
pub struct NotOpened(pub Digested);

/// A counsellor was given a room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Given {
    pub room: RoomId,
    pub by: Seated,
    pub ear: Option<Ear>,
}

/// A counsellor's page takes its seat in a room it holds.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Sit {
    pub account: AccountId,
    pub room: RoomId,
    pub ear: Ear,
    pub shows: Option<(Uuid, Seq)>,
}

/// New places in the queue.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Places(pub Vec<(RoomId, Place)>);

/// A student left by the quick exit: the room of this key is closed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave {
    pub key: Digested,
}

/// This room is erased.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ended(pub RoomId);

/// This room's actor is gone, and the room is not.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Fell(pub RoomId);

/// Who is told when a room turns out not to be there.
enum Asker {
    Student(Ear),
    Desk(Ear),
    Nobody,
}

impl Lobby {
    pub fn new(house: House) -> Self {
        Self { house: Arc::new(house), rooms: HashMap::new(), keys: HashMap::new(), opening: HashMap::new() }
    }

    /// Wakes a room from what the store says of it, unless it is awake. One that waits is reported to the queue.
    pub fn wake(&mut self, row: RoomRow) -> Addr<Room> {
        if let Some(room) = self.awake(row.room) {
            return room;
        }
        if row.counsellor.is_none() {
            let arrived = queue::Arrived { room: row.room, number: row.queue_no, arrived: row.arrived };
            self.house.queue.do_send(arrived);
        }
        let (id, key) = (row.room, row.key);
        let room = Room::new(self.house.clone(), row).start();
        self.keys.insert(key, id);
        self.rooms.insert(id, Here { room: room.clone(), key });
        room
    }

    fn awake(&self, room: RoomId) -> Option<Addr<Room>> {
        self.rooms.get(&room).map(|here| here.room.clone()).filter(Addr::connected)
    }

    /// Does something with a room, waking it first if its actor is gone.
    fn with_room(
        &mut self,
        id: RoomId,
        asker: Asker,
        ctx: &mut Context<Self>,
        then: impl FnOnce(Addr<Room>, &mut Context<Self>) + 'static,
    ) {
        if let Some(room) = self.awake(id) {
            return then(room, ctx);
        }
        let store = self.house.store.clone();
        let reading = async move { store.room(id).await }.into_actor(self);
        ctx.spawn(reading.map(move |row, lobby, ctx| match row {
            Ok(Some(row)) => {
                let room = lobby.wake(row);
                then(room, ctx);
            }
            Ok(None) => {
                lobby.forget(id);
                lobby.house.queue.do_send(queue::Ended(id));
                turn_away(&asker, id);
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                if let Asker::Student(ear) | Asker::Desk(ear) = asker {
                    let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
                }
            }
        }));
    }

    fn forget(&mut self, id: RoomId) {
        if let Some(here) = self.rooms.remove(&id) {
            self.keys.remove(&here.key);
        }
    }
}

fn turn_away(asker: &Asker, room: RoomId) {
    let room = Some(Uuid::from_u128(room.0));
    let _ = match asker {
        Asker::Student(ear) => ear.frame(frame(&ToStudent::Gone {})),
        Asker::Desk(ear) => ear.frame(frame(&FromRoom::Refused(Refused { room, ..Refused::default() }))),
        Asker::Nobody => Ok(()),
    };
}

/// Enters a room. If it ends before it has let the page in, the question is asked anew, and answered without it.
fn enter<M>(room: Addr<Room>, enter: room::Enter, again: M, ctx: &mut Context<Lobby>)
where
    M: Message<Result = ()> + Send + 'static,
    Lobby: Handler<M>,
{
    let lobby = ctx.address();
    actix::spawn(async move {
        if room.send(enter).await.is_err() {
            lobby.do_send(again);
        }
    });
}

impl Actor for Lobby {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
    }
}

impl Handler<Knock> for Lobby {
    type Result = ();

    fn handle(&mut self, Knock { key, ear, shows }: Knock, ctx: &mut Self::Context) {
        let Some(id) = self.keys.get(&key).copied() else {
            let _ = ear.frame(frame(&ToStudent::Gone {}));
            return;
        };
        self.with_room(id, Asker::Student(ear.clone()), ctx, move |room, ctx| {
            let entering = room::Enter { who: Who::Student, ear: ear.clone(), shows };
            enter(room, entering, Knock { key, ear, shows: None }, ctx);
        });
    }
}

impl Handler<Join> for Lobby {
    type Result = ();

    fn handle(&mut self, Join { key, nickname, ear }: Join, ctx: &mut Self::Context) {
        if self.keys.contains_key(&key) {
            return ctx.notify(Knock { key, ear, shows: None });
        }
        if let Entry::Vacant(vacant) = self.opening.entry(key) {
            vacant.insert(Opening::Wanted);
        }
        self.house.queue.do_send(queue::Asked { key, nickname, ear });
    }
}

impl Handler<Opened> for Lobby {
    type Result = ();

    fn handle(&mut self, Opened { key, room, ear }: Opened, ctx: &mut Self::Context) {
        let is_abandoned = self.opening.remove(&key) == Some(Opening::Abandoned);
        self.with_room(room, Asker::Student(ear.clone()), ctx, move |room, ctx| {
            if is_abandoned {
                return room.do_send(room::Abandon);
            }
            let entering = room::Enter { who: Who::Student, ear: ear.clone(), shows: None };
            enter(room, entering, Knock { key, ear, shows: None }, ctx);
        });
    }
}

impl Handler<NotOpened> for Lobby {
    type Result = ();

    fn handle(&mut self, NotOpened(key): NotOpened, _: &mut Self::Context) {
        self.opening.remove(&key);
    }
}

impl Handler<Given> for Lobby {
    type Result = ();

    fn handle(&mut self, Given { room, by, ear }: Given, ctx: &mut Self::Context) {
        let account = by.account;
        let asker = ear.clone().map_or(Asker::Nobody, Asker::Desk);
        self.with_room(room, asker, ctx, move |at, ctx| {
            at.do_send(room::Given(by));
            if let Some(ear) = ear {
                ctx.notify(Sit { account, room, ear, shows: None });
            }
        });
    }
}

impl Handler<Sit> for Lobby {
    type Result = ();

    fn handle(&mut self, sit: Sit, ctx: &mut Self::Context) {
        self.with_room(sit.room, Asker::Desk(sit.ear.clone()), ctx, move |room, ctx| {
            let who = Who::Counsellor(sit.account);
            let entering = room::Enter { who, ear: sit.ear.clone(), shows: sit.shows };
            enter(room, entering, Sit { shows: None, ..sit }, ctx);
        });
    }
}

impl Handler<Places> for Lobby {
    type Result = ();

    fn handle(&mut self, Places(places): Places, _: &mut Self::Context) {
        for (id, place) in places {
            if let Some(room) = self.awake(id) {
                room.do_send(room::Placed(place));
            }
        }
    }
}

impl Handler<Leave> for Lobby {
    type Result = ();

    fn handle(&mut self, Leave { key }: Leave, ctx: &mut Self::Context) {
        if let Some(opening) = self.opening.get_mut(&key) {
            *opening = Opening::Abandoned;
        }
        if let Some(id) = self.keys.get(&key).copied() {
            self.with_room(id, Asker::Nobody, ctx, |room, _| room.do_send(room::Abandon));
        }
    }
}

impl Handler<Ended> for Lobby {
    type Result = ();

    fn handle(&mut self, Ended(room): Ended, _: &mut Self::Context) {
        self.forget(room);
    }
}

impl Handler<Fell> for Lobby {
    type Result = ();

    fn handle(&mut self, Fell(room): Fell, ctx: &mut Self::Context) {
        ctx.run_later(REST, move |lobby, ctx| lobby.with_room(room, Asker::Nobody, ctx, |_, _| ()));
    }
}
