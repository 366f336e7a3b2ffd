//! The lobby finds rooms, by a student's key or by their id, and wakes the ones whose actor is gone.
//!
//! A dead actor is not an error: whoever comes next finds the room woken from the store, and nothing but the store
//! wakes one. It knows who may knock, not what is said inside.

mod messages;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use quietline_domain::RoomId;
use uuid::Uuid;

pub use messages::{
    Accept, Dismiss, Doubt, Drain, Ended, Fell, Given, Handing, Join, Knock, Leave, NamesChanged, NotOpened, Opened,
    Places, Sit, TellOffer, Unfinished, Wake,
};

use super::{
    Ear, Heard, queue,
    room::{self, House, Room},
};
use crate::{
    metrics,
    private::Digested,
    protocol::{CloseCode, ToStudent, frame},
    store::RoomRow,
};

/// How long a room that fell rests before it is woken: whatever broke may still be broken.
const REST: Duration = Duration::from_secs(5);

pub struct Lobby {
    house: Arc<House>,
    rooms: HashMap<RoomId, Here>,
    keys: HashMap<Digested, RoomId>,
    /// Keys whose rooms are being made.
    opening: HashMap<Digested, Opening>,
    /// Rooms whose students have left, and that are not erased yet: they are told so however often they are woken.
    left: HashSet<RoomId>,
    doors: Doors,
}

/// Whether pages are let in. Once the server stops, whoever comes is told to come back to the next one, and is told
/// nothing about any room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doors {
    Open,
    Closed,
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

/// Who is told when a room turns out not to be there.
enum Asker {
    Student(Ear),
    Desk(Ear),
    Nobody,
}

impl Lobby {
    pub fn new(house: House) -> Self {
        let (rooms, keys, opening, left) = (HashMap::new(), HashMap::new(), HashMap::new(), HashSet::new());
        Self { house: Arc::new(house), rooms, keys, opening, left, doors: Doors::Open }
    }

    /// Wakes a room from what the store says of it, unless it is awake, and reports to the queue whose it is. A room
    /// without a share is over: what is left of it is deleted.
    pub fn wake(&mut self, row: RoomRow, ctx: &mut Context<Self>) -> Option<Addr<Room>> {
        if let Some(room) = self.awake(row.room) {
            return Some(room);
        }
        let Some(share) = self.house.shares.of(row.room) else {
            self.finish(row.room, ctx);
            return None;
        };
        let queue = &self.house.queue;
        match &row.counsellor {
            None => queue.do_send(queue::Arrived { room: row.room, number: row.queue_no, arrived: row.arrived }),
            Some(by) => queue.do_send(queue::Held { room: row.room, account: by.account, claim: by.claim }),
        }
        let (id, key) = (row.room, row.key);
        let room = Room::new(self.house.clone(), row, share).start();
        self.keys.insert(key, id);
        self.rooms.insert(id, Here { room: room.clone(), key });
        if self.left.contains(&id) {
            room.do_send(room::Abandon);
        }
        metrics::rooms_open(self.rooms.len());
        Some(room)
    }

    /// Its closing was interrupted.
    fn finish(&mut self, id: RoomId, ctx: &mut Context<Self>) {
        let erasing = room::erase(self.house.clone(), id).into_actor(self);
        ctx.spawn(erasing.map(move |erased, lobby, ctx| match erased {
            Ok(_) => {
                log::info!("room erased {}", Uuid::from_u128(id.0));
                lobby.forget(id);
                lobby.house.queue.do_send(queue::Ended(id));
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                lobby.wake_later(id, ctx);
            }
        }));
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
        if let (Some(why), Asker::Student(ear) | Asker::Desk(ear)) = (self.refuses(), &asker) {
            let _ = ear.tell(Heard::Close(why));
            return;
        }
        if let Some(room) = self.awake(id) {
            return then(room, ctx);
        }
        if self.house.clock.is_held() {
            return self.wake_later(id, ctx);
        }
        let store = self.house.store.clone();
        let reading = async move { store.room(id).await }.into_actor(self);
        ctx.spawn(reading.map(move |row, lobby, ctx| match row {
            Ok(Some(row)) => match lobby.wake(row, ctx) {
                Some(room) => then(room, ctx),
                None => turn_away(&asker),
            },
            Ok(None) => {
                lobby.forget(id);
                lobby.house.queue.do_send(queue::Ended(id));
                turn_away(&asker);
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                match asker {
                    Asker::Student(ear) | Asker::Desk(ear) => drop(ear.tell(Heard::Close(CloseCode::TryAgain))),
                    // Nobody may ever come: its time is over some day all the same.
                    Asker::Nobody => lobby.wake_later(id, ctx),
                }
            }
        }));
    }

    /// Why nobody is let in just now.
    fn refuses(&self) -> Option<CloseCode> {
        match self.doors {
            Doors::Closed => Some(CloseCode::Restarting),
            Doors::Open => self.house.clock.is_held().then_some(CloseCode::TryAgain),
        }
    }

    fn wake_later(&mut self, id: RoomId, ctx: &mut Context<Self>) {
        ctx.run_later(REST, move |lobby, ctx| lobby.with_room(id, Asker::Nobody, ctx, |_, _| ()));
    }

    fn forget(&mut self, id: RoomId) {
        self.left.remove(&id);
        if let Some(here) = self.rooms.remove(&id) {
            self.keys.remove(&here.key);
            metrics::rooms_open(self.rooms.len());
        }
    }
}

fn turn_away(asker: &Asker) {
    let _ = match asker {
        Asker::Student(ear) => ear.frame(frame(&ToStudent::Gone {})),
        // The desk was told of a room that has ended since; its next welcome knows.
        Asker::Desk(ear) => ear.tell(Heard::Close(CloseCode::TryAgain)),
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
