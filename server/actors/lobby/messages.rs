//! What the lobby may be told: by students' pages, by the queue, and by rooms that ended or fell.
//!
//! Each finds its room, or turns somebody away; nothing is decided about a room here.

use std::collections::hash_map::Entry;

use actix::{
    ActorFutureExt, Addr, AsyncContext, Context, Handler, Message, MessageResult, ResponseActFuture, WrapFuture,
};
use quietline_domain::{AccountId, RoomId, Seq, queue::Place};
use uuid::Uuid;

use super::{Asker, Doors, Lobby, Opening, Woken, enter};
use crate::{
    actors::{
        Ear, Heard, queue,
        room::{self, Coming, Room, Who},
    },
    private::{Digested, Forms, Nickname},
    protocol::{ToStudent, frame},
    store::Seated,
};

/// A student's page returns with a key. Whether the key never opened a room or the room was erased looks the same.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Knock {
    pub key: Digested,
    pub ear: Ear,
    pub shows: Option<(Uuid, Seq)>,
    /// What a page that asked to talk, and has a room already, wants to be called.
    pub called: Option<Nickname>,
}

/// A student asks to talk. With a key that has a room, this leads back to it (W4).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Join {
    pub key: Digested,
    /// Told back to the page, and kept nowhere.
    pub nickname: Nickname,
    pub forms: Forms,
    pub ear: Ear,
}

/// A room was made, or was found to be there already.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Opened {
    pub key: Digested,
    pub room: RoomId,
    pub nickname: Nickname,
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
}

/// A counsellor's page takes its seat in a room it holds.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Sit {
    pub account: AccountId,
    pub room: RoomId,
    pub ear: Ear,
    pub shows: Option<(Uuid, Seq)>,
    pub coming: Coming,
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

/// This room was to be erased, and is not yet.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Unfinished(pub RoomId);

/// A write of the queue's to this room may have happened or not: the room is woken anew, from the store.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Doubt(pub RoomId);

/// A colleague has accepted this room (W26).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Accept {
    pub room: RoomId,
    pub accept: room::Accept,
}

/// Tell this page that it is asked to take this room over (W26).
#[derive(Message)]
#[rtype(result = "()")]
pub struct TellOffer {
    pub room: RoomId,
    pub tell: room::TellOffer,
}

/// Whom the counsellor of this room has asked to take over, or nobody any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Handing {
    pub room: RoomId,
    pub to: Option<Nickname>,
}

/// This counsellor's account was disabled (W23).
#[derive(Message)]
#[rtype(result = "()")]
pub struct Dismiss {
    pub room: RoomId,
    pub account: AccountId,
}

/// A registered person may have taken the nicknames of visitors (U4).
#[derive(Message)]
#[rtype(result = "()")]
pub struct NamesChanged;

/// Finds the room, waking it from the store if its actor is gone. What is left of one that is over goes.
#[derive(Message)]
#[rtype(result = "Woken")]
pub struct Wake(pub RoomId);

/// The server stops: answers with every room that is awake, and lets nobody in any more.
#[derive(Message)]
#[rtype(result = "Vec<Addr<Room>>")]
pub struct Drain;

impl Handler<Knock> for Lobby {
    type Result = ();

    fn handle(&mut self, Knock { key, ear, shows, called }: Knock, ctx: &mut Context<Self>) {
        let Some(id) = self.keys.get(&key).copied() else {
            let _ = ear.frame(frame(&ToStudent::Gone {}));
            return;
        };
        self.with_room(id, Asker::Student(ear.clone()), ctx, move |room, ctx| {
            let (who, coming) = (Who::Student, Coming::Back);
            let entering = room::Enter { who, ear: ear.clone(), shows, coming, called: called.clone() };
            enter(room, entering, Knock { key, ear, shows: None, called }, ctx);
        });
    }
}

impl Handler<Join> for Lobby {
    type Result = ();

    fn handle(&mut self, Join { key, nickname, forms, ear }: Join, ctx: &mut Context<Self>) {
        if let Some(why) = self.refuses() {
            let _ = ear.tell(Heard::Close(why));
            return;
        }
        if self.keys.contains_key(&key) {
            return ctx.notify(Knock { key, ear, shows: None, called: Some(nickname) });
        }
        if let Entry::Vacant(vacant) = self.opening.entry(key) {
            vacant.insert(Opening::Wanted);
        }
        self.house.queue.do_send(queue::Asked { key, nickname, forms, ear });
    }
}

impl Handler<Opened> for Lobby {
    type Result = ();

    fn handle(&mut self, Opened { key, room, nickname, ear }: Opened, ctx: &mut Context<Self>) {
        if self.opening.remove(&key) == Some(Opening::Abandoned) {
            return self.leave(room, ctx);
        }
        self.with_room(room, Asker::Student(ear.clone()), ctx, move |room, ctx| {
            let (who, coming) = (Who::Student, Coming::First);
            let called = Some(nickname);
            let entering = room::Enter { who, ear: ear.clone(), shows: None, coming, called: called.clone() };
            enter(room, entering, Knock { key, ear, shows: None, called }, ctx);
        });
    }
}

impl Handler<NotOpened> for Lobby {
    type Result = ();

    fn handle(&mut self, NotOpened(key): NotOpened, _: &mut Context<Self>) {
        self.opening.remove(&key);
    }
}

impl Handler<Given> for Lobby {
    type Result = ();

    fn handle(&mut self, Given { room, by }: Given, ctx: &mut Context<Self>) {
        self.with_room(room, Asker::Nobody, ctx, move |room, _| room.do_send(room::Given(by)));
    }
}

impl Handler<Sit> for Lobby {
    type Result = ();

    fn handle(&mut self, sit: Sit, ctx: &mut Context<Self>) {
        self.with_room(sit.room, Asker::Desk(sit.ear.clone()), ctx, move |room, ctx| {
            let who = Who::Counsellor(sit.account);
            let (ear, called) = (sit.ear.clone(), None);
            let entering = room::Enter { who, ear, shows: sit.shows, coming: sit.coming, called };
            enter(room, entering, Sit { shows: None, ..sit }, ctx);
        });
    }
}

impl Handler<Places> for Lobby {
    type Result = ();

    fn handle(&mut self, Places(places): Places, _: &mut Context<Self>) {
        for (id, place) in places {
            if let Some(room) = self.awake(id) {
                room.do_send(room::Placed(place));
            }
        }
    }
}

impl Handler<Leave> for Lobby {
    type Result = ();

    fn handle(&mut self, Leave { key }: Leave, ctx: &mut Context<Self>) {
        if let Some(opening) = self.opening.get_mut(&key) {
            *opening = Opening::Abandoned;
        }
        if let Some(id) = self.keys.get(&key).copied() {
            self.leave(id, ctx);
        }
    }
}

impl Lobby {
    /// The wish outlives a store that cannot erase just now (U10).
    fn leave(&mut self, id: RoomId, ctx: &mut Context<Self>) {
        self.ending.insert(id);
        if let Some(room) = self.awake(id) {
            return room.do_send(room::Abandon);
        }
        self.with_room(id, Asker::Nobody, ctx, |_, _| ());
    }
}

impl Handler<Ended> for Lobby {
    type Result = ();

    fn handle(&mut self, Ended(room): Ended, _: &mut Context<Self>) {
        self.forget(room);
    }
}

impl Handler<Fell> for Lobby {
    type Result = ();

    fn handle(&mut self, Fell(room): Fell, ctx: &mut Context<Self>) {
        self.wake_later(room, ctx);
    }
}

impl Handler<Unfinished> for Lobby {
    type Result = ();

    fn handle(&mut self, Unfinished(room): Unfinished, _: &mut Context<Self>) {
        self.ending.insert(room);
    }
}

impl Handler<Doubt> for Lobby {
    type Result = ();

    fn handle(&mut self, Doubt(room): Doubt, _: &mut Context<Self>) {
        if let Some(room) = self.awake(room) {
            room.do_send(room::Doubt);
        }
    }
}

impl Handler<Accept> for Lobby {
    type Result = ();

    fn handle(&mut self, Accept { room, accept }: Accept, ctx: &mut Context<Self>) {
        self.with_room(room, Asker::Nobody, ctx, move |room, _| room.do_send(accept));
    }
}

impl Handler<TellOffer> for Lobby {
    type Result = ();

    fn handle(&mut self, TellOffer { room, tell }: TellOffer, ctx: &mut Context<Self>) {
        self.with_room(room, Asker::Nobody, ctx, move |room, _| room.do_send(tell));
    }
}

impl Handler<Handing> for Lobby {
    type Result = ();

    fn handle(&mut self, Handing { room, to }: Handing, _: &mut Context<Self>) {
        if let Some(room) = self.awake(room) {
            room.do_send(room::Handing(to));
        }
    }
}

impl Handler<Dismiss> for Lobby {
    type Result = ();

    fn handle(&mut self, Dismiss { room, account }: Dismiss, ctx: &mut Context<Self>) {
        self.with_room(room, Asker::Nobody, ctx, move |room, _| room.do_send(room::Dismiss { account }));
    }
}

impl Handler<NamesChanged> for Lobby {
    type Result = ();

    fn handle(&mut self, NamesChanged: NamesChanged, ctx: &mut Context<Self>) {
        let (store, names) = (self.house.store.clone(), self.house.names.clone());
        let reading = async move {
            store.complete_forms(&|nickname| names.forms(nickname)).await?;
            store.renamed().await
        };
        let reading = reading.into_actor(self);
        ctx.spawn(reading.map(|read, lobby, _| match read {
            Ok(renamed) => {
                for (id, prefix) in renamed {
                    if let Some(room) = lobby.awake(id) {
                        room.do_send(room::Renamed(prefix));
                    }
                }
            }
            Err(error) => log::error!("names fault: {error}"),
        }));
    }
}

impl Handler<Wake> for Lobby {
    type Result = ResponseActFuture<Self, Woken>;

    fn handle(&mut self, Wake(id): Wake, _: &mut Context<Self>) -> Self::Result {
        if let Some(room) = self.awake(id) {
            return Box::pin(actix::fut::ready(Woken::Room(room)));
        }
        let store = self.house.store.clone();
        let reading = async move { store.room(id).await }.into_actor(self);
        Box::pin(reading.then(move |row, lobby: &mut Self, _| -> Self::Result {
            match row.map(|row| row.and_then(|row| lobby.wake(row))) {
                Ok(Some(room)) => Box::pin(actix::fut::ready(Woken::Room(room))),
                Ok(None) => {
                    let erasing = room::erase(lobby.house.clone(), id, None).into_actor(lobby);
                    Box::pin(erasing.map(move |erased, lobby, ctx| lobby.finished(id, erased, ctx)))
                }
                Err(_) => Box::pin(actix::fut::ready(Woken::NotYet)),
            }
        }))
    }
}

impl Handler<Drain> for Lobby {
    type Result = MessageResult<Drain>;

    fn handle(&mut self, Drain: Drain, _: &mut Context<Self>) -> Self::Result {
        self.doors = Doors::Closed;
        MessageResult(self.rooms.drain().map(|(_, here)| here.room).collect())
    }
}
