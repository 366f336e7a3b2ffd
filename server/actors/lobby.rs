//! The lobby finds rooms, by a student's key or by their id, and wakes the ones whose actor is gone.
//!
//! A dead actor is not an error: the next page that comes finds the room woken from the store. It knows who may knock,
//! not what is said inside.

use std::{collections::HashMap, sync::Arc};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, WrapFuture};
use quietline_domain::{AccountId, RoomId, Seq, queue::Place};
use uuid::Uuid;

use super::{
    Ear, Heard, queue,
    room::{self, House, Room, Who},
};
use crate::{
    private::{Digested, Nickname},
    protocol::{CloseCode, ToStudent, frame},
    store::RoomRow,
};

#[derive(Default)]
pub struct Lobby {
    house: Option<Arc<House>>,
    rooms: HashMap<RoomId, Addr<Room>>,
    keys: HashMap<Digested, RoomId>,
    key_of: HashMap<RoomId, Digested>,
}

/// The house is complete: the rooms of the last run are woken.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Furnish {
    pub house: House,
    pub rooms: Vec<RoomRow>,
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
    pub row: RoomRow,
    pub ear: Ear,
}

/// A counsellor was given a room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Given {
    pub row: RoomRow,
    pub ear: Option<Ear>,
}

/// A counsellor's page takes its seat in a room it holds.
#[derive(Message)]
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

impl Lobby {
    fn is_here(&self, room: RoomId) -> Option<&Addr<Room>> {
        self.rooms.get(&room).filter(|room| room.connected())
    }

    fn wake(&mut self, house: &Arc<House>, row: RoomRow) -> Addr<Room> {
        if let Some(room) = self.is_here(row.room) {
            return room.clone();
        }
        let (id, key) = (row.room, row.key);
        let room = Room::new(house.clone(), row).start();
        self.rooms.insert(id, room.clone());
        self.keys.insert(key, id);
        self.key_of.insert(id, key);
        room
    }

    /// Does something with a room, waking it first if its actor is gone.
    fn with_room(
        &mut self,
        id: RoomId,
        ctx: &mut Context<Self>,
        ear: Option<Ear>,
        then: impl FnOnce(&Addr<Room>) + 'static,
    ) {
        if let Some(room) = self.is_here(id) {
            return then(room);
        }
        let Some(house) = self.house.clone() else {
            return;
        };
        let store = house.store.clone();
        let reading = async move { store.room(id).await }.into_actor(self);
        ctx.spawn(reading.map(move |row, lobby, _| match row {
            Ok(Some(row)) => then(&lobby.wake(&house, row)),
            Ok(None) => {
                lobby.forget(id);
                ear.inspect(turn_away);
            }
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(id.0));
                ear.inspect(|ear| drop(ear.tell(Heard::Close(CloseCode::TryAgain))));
            }
        }));
    }

    fn forget(&mut self, id: RoomId) {
        self.rooms.remove(&id);
        if let Some(key) = self.key_of.remove(&id) {
            self.keys.remove(&key);
        }
    }
}

fn turn_away(ear: &Ear) {
    let _ = ear.frame(frame(&ToStudent::Gone {}));
}

impl Actor for Lobby {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
    }
}

impl Handler<Furnish> for Lobby {
    type Result = ();

    fn handle(&mut self, Furnish { house, rooms }: Furnish, _: &mut Self::Context) {
        let house = Arc::new(house);
        self.house = Some(house.clone());
        for row in rooms {
            let arrived = queue::Arrived { room: row.room, number: row.queue_no, arrived: row.arrived };
            let is_waiting = row.counsellor.is_none();
            self.wake(&house, row);
            if is_waiting {
                house.queue.do_send(arrived);
            }
        }
    }
}

impl Handler<Knock> for Lobby {
    type Result = ();

    fn handle(&mut self, Knock { key, ear, shows }: Knock, ctx: &mut Self::Context) {
        match self.keys.get(&key).copied() {
            None => turn_away(&ear),
            Some(id) => self.with_room(id, ctx, Some(ear.clone()), move |room| {
                room.do_send(room::Enter { who: Who::Student, ear, shows });
            }),
        }
    }
}

impl Handler<Join> for Lobby {
    type Result = ();

    fn handle(&mut self, Join { key, nickname, ear }: Join, ctx: &mut Self::Context) {
        match self.keys.get(&key).copied() {
            Some(_) => ctx.notify(Knock { key, ear, shows: None }),
            None => {
                if let Some(house) = &self.house {
                    house.queue.do_send(queue::Asked { key, nickname, ear });
                }
            }
        }
    }
}

impl Handler<Opened> for Lobby {
    type Result = ();

    fn handle(&mut self, Opened { row, ear }: Opened, _: &mut Self::Context) {
        let Some(house) = self.house.clone() else {
            return;
        };
        let arrived = queue::Arrived { room: row.room, number: row.queue_no, arrived: row.arrived };
        let is_waiting = row.counsellor.is_none();
        let room = self.wake(&house, row);
        room.do_send(room::Enter { who: Who::Student, ear, shows: None });
        if is_waiting {
            house.queue.do_send(arrived);
        }
    }
}

impl Handler<Given> for Lobby {
    type Result = ();

    fn handle(&mut self, Given { row, ear }: Given, _: &mut Self::Context) {
        let (Some(house), Some(by)) = (self.house.clone(), row.counsellor.clone()) else {
            return;
        };
        let account = by.account;
        let room = self.wake(&house, row);
        room.do_send(room::Given(by));
        if let Some(ear) = ear {
            room.do_send(room::Enter { who: Who::Counsellor(account), ear, shows: None });
        }
    }
}

impl Handler<Sit> for Lobby {
    type Result = ();

    fn handle(&mut self, Sit { account, room, ear, shows }: Sit, ctx: &mut Self::Context) {
        self.with_room(room, ctx, None, move |room| {
            room.do_send(room::Enter { who: Who::Counsellor(account), ear, shows });
        });
    }
}

impl Handler<Places> for Lobby {
    type Result = ();

    fn handle(&mut self, Places(places): Places, _: &mut Self::Context) {
        for (id, place) in places {
            if let Some(room) = self.is_here(id) {
                room.do_send(room::Placed(place));
            }
        }
    }
}

impl Handler<Leave> for Lobby {
    type Result = ();

    fn handle(&mut self, Leave { key }: Leave, ctx: &mut Self::Context) {
        if let Some(id) = self.keys.get(&key).copied() {
            self.with_room(id, ctx, None, |room| room.do_send(room::Abandon));
        }
    }
}

impl Handler<Ended> for Lobby {
    type Result = ();

    fn handle(&mut self, Ended(room): Ended, _: &mut Self::Context) {
        self.forget(room);
    }
}

/// Starts a lobby that does not know its house yet: house and lobby need each other.
pub fn start() -> Addr<Lobby> {
    Lobby::default().start()
}
