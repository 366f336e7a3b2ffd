//! What the queue may be told by counsellors' desks: that one is there, gone, alive or switched, and what it is told first.
//!
//! Each becomes an input of the machine, or an entry in the log of their work.

use std::collections::HashMap;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture, dev::MessageResponse};
use quietline_domain::{AccountId, RoomId, Seq, Span, duty::Kind, queue::Input};
use uuid::Uuid;

use super::{Desk, Queue, telling::switched};
use crate::{
    actors::{Ear, EarId, lobby, room::Coming},
    private::Digested,
    protocol::{CloseCode, Expected, ToDesk},
    store::{AccountRow, Availability},
};

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
    pub entrance: Entrance,
    /// What the page says it shows.
    pub shows: HashMap<RoomId, (Uuid, Seq)>,
}

/// Why a desk's page is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entrance {
    /// Somebody has just opened it.
    Opened,
    /// By itself, after its connection was down.
    Back,
}

#[derive(Message)]
#[rtype(result = "()")]
pub struct DeskLeft {
    pub account: AccountId,
    pub ear: EarId,
}

/// A sign of life of a counsellor's page (U6).
#[derive(Message)]
#[rtype(result = "()")]
pub struct DeskBeat {
    pub account: AccountId,
}

/// The service at a glance, for whoever supervises it.
#[derive(Message)]
#[rtype(result = "Glanced")]
pub struct Glance;

#[derive(MessageResponse)]
pub struct Glanced {
    pub waiting: usize,
    pub reconnecting: usize,
    pub longest: Span,
    pub available: usize,
    /// How long somebody who comes now may wait, if that can be said.
    pub wait: Option<Expected>,
}

impl Handler<Switched> for Queue {
    type Result = ();

    fn handle(&mut self, Switched { account, state }: Switched, ctx: &mut Context<Self>) {
        self.feed(Input::Heard { account }, ctx);
        self.journal.note(account, Kind::Switch);
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
        self.desks.insert(id, Desk { ear: came.ear.clone(), session: came.session, role: came.account.role });
        if came.entrance == Entrance::Opened {
            self.journal.note(id, Kind::Desk);
        }
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
            role: account.role.into(),
            limit: u32::try_from(self.rules.limit).unwrap_or(u32::MAX),
            rooms: rooms.iter().map(uuid).collect(),
            moved: moved.map(uuid).collect(),
            beat_ms: self.beat_ms(),
            keyboard: self.rules.duty.into(),
        };
        // What the page's own session was signed in with may be older than what was seen since.
        let now = self.staff.get(&id).map_or_else(|| switched(&account), switched);
        for told in [welcome, now, self.numbers(), self.colleagues()] {
            self.tell_desk(id, &told);
        }
        self.tell_offers_again(id);
        // What a page shows already is not opened again when it comes back (D5).
        if rooms.iter().any(|room| !shows.contains_key(room)) {
            self.journal.note(id, Kind::Open);
        }
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

impl Handler<DeskBeat> for Queue {
    type Result = ();

    fn handle(&mut self, DeskBeat { account }: DeskBeat, ctx: &mut Context<Self>) {
        self.feed(Input::Heard { account }, ctx);
    }
}

impl Handler<Glance> for Queue {
    type Result = Glanced;

    fn handle(&mut self, Glance: Glance, _: &mut Context<Self>) -> Glanced {
        Glanced {
            waiting: self.machine.waiting(),
            reconnecting: self.machine.reconnecting(),
            longest: self.machine.longest(self.clock.now()),
            available: self.machine.available().len(),
            wait: self.wait(),
        }
    }
}
