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
    store::{Erasure, Kept, RoomRow},
};

/// How long a room that fell rests before it is woken: whatever broke may still be broken.
const REST: Duration = Duration::from_secs(5);

pub struct Lobby {
    house: Arc<House>,
    rooms: HashMap<RoomId, Here>,
    keys: HashMap<Digested, RoomId>,
    /// Keys whose rooms are being made.
    opening: HashMap<Digested, Opening>,
    /// Rooms whose end has begun: nobody wakes them any more, and what is left of them goes.
    ending: HashSet<RoomId>,
    /// Rooms that are looked at again after a rest.
    resting: HashSet<RoomId>,
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

/// What came of waking a room.
#[derive(Clone, PartialEq, Eq)]
pub enum Woken {
    Room(Addr<Room>),
    /// It was over, and is erased now.
    Erased,
    /// It was erased before.
    Gone,
    /// It cannot be read or erased just now.
    NotYet,
}

/// Who is told when a room turns out not to be there.
enum Asker {
    Student(Ear),
    Desk(Ear),
    Nobody,
}

impl Lobby {
    pub fn new(house: House) -> Self {
        let (rooms, keys, opening) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (ending, resting) = (HashSet::new(), HashSet::new());
        Self { house: Arc::new(house), rooms, keys, opening, ending, resting, doors: Doors::Open }
    }

    /// What the store holds as the server starts.
    pub fn begin(&mut self, rows: Vec<RoomRow>, ctx: &mut Context<Self>) {
        for row in rows {
            let id = row.room;
            if self.wake(row).is_none() {
                self.finish(id, Asker::Nobody, ctx);
            }
        }
    }

    /// Wakes a room from what the store says of it, unless it is awake, and reports to the queue whose it is. None for
    /// one that is over: its end has begun, or it has no share.
    fn wake(&mut self, row: RoomRow) -> Option<Addr<Room>> {
        if let Some(room) = self.awake(row.room) {
            return Some(room);
        }
        let share = self.house.shares.of(row.room).filter(|_| !self.ending.contains(&row.room))?;
        let queue = &self.house.queue;
        match &row.counsellor {
            None => queue.do_send(queue::Arrived { room: row.room, number: row.queue_no, arrived: row.arrived }),
            Some(by) => queue.do_send(queue::Held { room: row.room, account: by.account, claim: by.claim }),
        }
        let (id, key) = (row.room, row.key);
        let room = Room::new(self.house.clone(), row, share).start();
        self.keys.insert(key, id);
        self.rooms.insert(id, Here { room: room.clone(), key });
        metrics::rooms_open(self.rooms.len());
        Some(room)
    }

    /// Its closing was interrupted. Whoever asks hears that it is gone once it is, and until then to try again.
    fn finish(&mut self, id: RoomId, asker: Asker, ctx: &mut Context<Self>) {
        self.ending.insert(id);
        let erasing = room::erase(self.house.clone(), id, None).into_actor(self);
        ctx.spawn(erasing.map(move |erased, lobby, ctx| match lobby.finished(id, erased, ctx) {
            Woken::NotYet => try_again(&asker),
            _ => turn_away(&asker),
        }));
    }

    fn finished(&mut self, id: RoomId, erased: Kept<Option<Erasure>>, ctx: &mut Context<Self>) -> Woken {
        match erased {
            Ok(lines) => {
                self.forget(id);
                self.house.queue.do_send(queue::Ended(id));
                if lines.is_none() {
                    return Woken::Gone;
                }
                log::info!("room erased {}", Uuid::from_u128(id.0));
                Woken::Erased
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                self.wake_later(id, ctx);
                Woken::NotYet
            }
        }
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
        if self.ending.contains(&id) {
            return self.finish(id, asker, ctx);
        }
        let store = self.house.store.clone();
        let reading = async move { store.room(id).await }.into_actor(self);
        ctx.spawn(reading.map(move |row, lobby, ctx| match row {
            Ok(Some(row)) => match lobby.wake(row) {
                Some(room) => then(room, ctx),
                None => lobby.finish(id, asker, ctx),
            },
            Ok(None) => {
                lobby.forget(id);
                lobby.house.queue.do_send(queue::Ended(id));
                turn_away(&asker);
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                try_again(&asker);
                // Nobody may ever come: its time is over some day all the same.
                lobby.wake_later(id, ctx);
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
        if !self.resting.insert(id) {
            return;
        }
        ctx.run_later(REST, move |lobby, ctx| {
            lobby.resting.remove(&id);
            lobby.with_room(id, Asker::Nobody, ctx, |_, _| ());
        });
    }

    fn forget(&mut self, id: RoomId) {
        self.ending.remove(&id);
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

fn try_again(asker: &Asker) {
    if let Asker::Student(ear) | Asker::Desk(ear) = asker {
        let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
    }
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
