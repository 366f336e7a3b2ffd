//! One actor for each room: it owns the machine of `domain::room`, saves before it tells, and sets one alarm.
//!
//! While the store works, only this room's mailbox waits. It knows neither HTTP nor who else is in the house.

mod ending;
mod keys;
mod messages;
mod telling;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, WrapFuture};
use quietline_domain::{
    AccountId, Cid, Role, RoomId, Seq, Time,
    outage::{self, Outage},
    queue::Place,
    room::{self as domain, Effect, Input, TurnEnd, Whose},
};
use uuid::Uuid;

pub use ending::erase;
pub use messages::{
    Abandon, Accept, Coming, Deed, Dismiss, Done, Doubt, Drain, Enter, Given, Handing, Placed, Renamed, TellOffer,
    Tick, Who,
};

use super::{Ear, EarId, Heard, alarm::Alarm, lobby, queue};
use crate::{
    clock::{Clock, Moment},
    duty::tally::Tally,
    names::Names,
    private::{Nickname, Share},
    protocol::{CloseCode, Envelope, FromRoom, Lines, PublicKey, frame},
    shares::Shares,
    store::{Appended, Fate, Kept, NewLine, RoomRow, Seated, Store, StoreError},
};

/// As many deeds as may wait for one commit; whoever does more in that time is asked to come back.
const INBOUND: usize = 256;

/// What every room needs from the house.
#[derive(Clone)]
pub struct House {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub rules: domain::Rules,
    /// How often a page is asked to beat in a room.
    pub beat: quietline_domain::Span,
    pub names: Arc<Names>,
    pub shares: Arc<Shares>,
    pub tally: Arc<Tally>,
    /// What counsellors' own keys are certified with.
    pub staff_key: PublicKey,
    /// When the server was down, as far as any room remembers.
    pub outages: Vec<Outage>,
    pub lobby: Addr<lobby::Lobby>,
    pub queue: Addr<queue::Queue>,
}

pub struct Room {
    house: Arc<House>,
    id: RoomId,
    epoch: Uuid,
    queue_no: i64,
    arrived: Time,
    /// The server's half of its keys: gone, nobody can read this room.
    share: Share,
    /// The student's, as their page has sealed it, and what stands before it.
    nickname: Option<Envelope>,
    renamed: Option<String>,
    /// What opens the student's intake, as their page has sealed it, while they share it.
    intake: Option<Envelope>,
    keys: keys::Keys,
    /// What every counsellor is called who has held this room.
    counsellors: HashMap<AccountId, Nickname>,
    place: Option<Place>,
    talk: Talk,
    /// Whom the counsellor has asked to take over.
    handing_to: Option<Nickname>,
    machine: domain::Room,
    student_ear: Option<Ear>,
    counsellor_ear: Option<Ear>,
    /// The line that is being saved. The mailbox waits meanwhile, so there is at most one.
    in_flight: Option<InFlight>,
    todo: VecDeque<Effect>,
    /// What became of the intake, once the room is erased.
    fate: Fate,
    alarm: Alarm,
    stopping: Stopping,
}

/// What it means when this actor is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stopping {
    /// Something broke: pages come back, and the lobby wakes the room anew.
    Fallen,
    /// The server stops, or the room has ended.
    Meant,
}

/// How far its first conversation has come, as far as it is counted.
#[derive(Clone, Copy)]
enum Talk {
    /// Nobody has come yet, or as if nobody had.
    Awaited,
    /// Somebody has come at this time, and cannot read yet.
    Given(Time),
    /// It has begun at this time.
    Had(Time),
    /// It was given back, or had begun before this actor ran: neither a wait nor a length.
    Uncounted,
}

struct InFlight {
    from: Role,
    cid: Cid,
    at: Moment,
    body: Envelope,
}

impl InFlight {
    fn of(&self, room: RoomId, by: Option<AccountId>) -> NewLine {
        NewLine { room, cid: self.cid, from: self.from, by, at: self.at, body: self.body.clone() }
    }
}

impl Room {
    pub fn new(house: Arc<House>, row: RoomRow, share: Share) -> Self {
        let past = row.past.iter().map(|past| domain::PastTurn {
            account: past.account,
            after: past.after,
            left: past.left,
            why: past.why,
        });
        let before = domain::Before {
            turn: row.counsellor.as_ref().map(turn),
            past: past.collect(),
            first_student: row.first_student,
            first_counsellor: row.first_counsellor,
            last: row.last,
            active: outage::without(&house.outages, row.active),
        };
        let talk = if row.counsellor.is_none() && row.past.is_empty() { Talk::Awaited } else { Talk::Uncounted };
        let past = row.past.into_iter().map(|past| (past.account, past.nickname));
        Self {
            machine: domain::Room::wake(house.clock.now(), house.rules, before),
            house,
            id: row.room,
            epoch: Uuid::from_u128(row.epoch),
            queue_no: row.queue_no,
            arrived: row.arrived,
            share,
            nickname: row.nickname,
            renamed: row.renamed,
            intake: row.intake,
            keys: keys::Keys::default(),
            counsellors: past.chain(row.counsellor.map(|by| (by.account, by.nickname))).collect(),
            place: None,
            talk,
            handing_to: None,
            student_ear: None,
            counsellor_ear: None,
            in_flight: None,
            todo: VecDeque::new(),
            fate: Fate::None,
            alarm: Alarm::default(),
            stopping: Stopping::Fallen,
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let effects = self.machine.step(self.house.clock.now(), input);
        // What follows from an answer comes before what was still to be done.
        for effect in effects.into_iter().rev() {
            self.todo.push_front(effect);
        }
        self.carry_out(ctx);
    }

    /// Carries out effects in order, up to the first that needs the store; its answer goes on from there.
    fn carry_out(&mut self, ctx: &mut Context<Self>) {
        while let Some(effect) = self.todo.pop_front() {
            match effect {
                Effect::Save { from, .. } => return self.save(from, ctx),
                Effect::Recall { from, .. } => return self.recall(from, ctx),
                Effect::PutBack => return self.put_back(ctx),
                Effect::Replay { to, whose, since, until } => return self.replay(to, whose, since, until, ctx),
                Effect::Release { why } => return self.release(why, ctx),
                Effect::HandOver { to } => return self.hand_over(to, ctx),
                Effect::ShareOlder => return self.share_older(ctx),
                Effect::Erase { work } => return self.erase(work, ctx),
                Effect::Touch => self.touch(ctx),
                Effect::Moved { why } => self.moved(why),
                Effect::Reach { reach } => self.house.queue.do_send(queue::Reach { room: self.id, reach }),
                Effect::NotHandedOver { to } => {
                    self.house.queue.do_send(queue::NotHandedOver { room: self.id, to });
                }
                Effect::Ended { by, lines } => self.ended(by, lines, ctx),
                told => self.tell_effect(told),
            }
        }
        self.set_alarm(ctx);
    }

    fn counsellor(&self) -> Option<AccountId> {
        self.machine.turn().map(|turn| turn.account)
    }

    fn save(&mut self, from: Role, ctx: &mut Context<Self>) {
        let by = match from {
            Role::Student => None,
            Role::Counsellor => self.counsellor(),
        };
        let Some(line) = self.in_flight.as_ref().map(|line| line.of(self.id, by)) else { return };
        let (store, cid) = (self.house.store.clone(), line.cid);
        let saving = async move { store.append(line).await }.into_actor(self);
        ctx.wait(saving.map(move |saved, room, ctx| room.saved(from, cid, saved, ctx)));
    }

    fn saved(&mut self, from: Role, cid: Cid, saved: Kept<Appended>, ctx: &mut Context<Self>) {
        match saved {
            Ok(Appended::New { seq }) => self.feed(Input::Saved { from, seq }, ctx),
            Ok(Appended::Again { seq, at }) => {
                if let Some(line) = &mut self.in_flight {
                    line.at.at = at;
                }
                self.feed(Input::SavedBefore { from, seq }, ctx);
            }
            Ok(Appended::CidTaken) => self.feed(Input::CidTaken { from, cid }, ctx),
            // Erased by another process: nobody may be told otherwise.
            Ok(Appended::NoRoom) => self.fault(&StoreError::Away, ctx),
            Err(error) => self.fault(&error, ctx),
        }
    }

    fn recall(&mut self, from: Role, ctx: &mut Context<Self>) {
        let Some(line) = self.in_flight.as_ref().map(|line| line.of(self.id, None)) else { return };
        let (store, cid) = (self.house.store.clone(), line.cid);
        let looking = async move { store.recall(line).await }.into_actor(self);
        ctx.wait(looking.map(move |found, room, ctx| match found {
            Ok(Appended::NoRoom) => room.feed(Input::NotSaved { from, cid }, ctx),
            found => room.saved(from, cid, found, ctx),
        }));
    }

    fn replay(&mut self, to: Role, whose: Whose, since: Seq, until: Seq, ctx: &mut Context<Self>) {
        let (store, id) = (self.house.store.clone(), self.id);
        let reading = async move { store.lines(id, since).await }.into_actor(self);
        ctx.wait(reading.map(move |read, room, ctx| match read {
            Ok(mut lines) => {
                lines.retain(|line| line.seq <= until && whose.includes(line.from.into()));
                room.tell(to, FromRoom::Lines(Lines { room: room.uuid(), lines }));
                room.carry_out(ctx);
            }
            Err(error) => room.fault(&error, ctx),
        }));
    }

    fn release(&mut self, why: TurnEnd, ctx: &mut Context<Self>) {
        let Some(from) = self.counsellor() else { return };
        let (store, id, now) = (self.house.store.clone(), self.id, self.house.clock.moment());
        let releasing = async move { store.release(id, from, why, now).await }.into_actor(self);
        ctx.wait(releasing.map(move |released, room, ctx| match released {
            Ok(Some(left)) => {
                room.talk = Talk::Uncounted;
                room.feed(Input::Released { why, left }, ctx);
            }
            // The store knows better who holds the room: it is woken from there.
            Ok(None) => room.fault(&StoreError::Away, ctx),
            Err(error) => room.fault(&error, ctx),
        }));
    }

    fn put_back(&mut self, ctx: &mut Context<Self>) {
        let Some(from) = self.counsellor() else { return };
        let (store, id, now) = (self.house.store.clone(), self.id, self.house.clock.now());
        let putting = async move { store.put_back(id, from, now).await }.into_actor(self);
        ctx.wait(putting.map(|back, room, ctx| match back {
            Ok(true) => {
                if let Talk::Given(_) = room.talk {
                    room.talk = Talk::Awaited;
                }
                room.feed(Input::PutBack, ctx);
            }
            Ok(false) => room.fault(&StoreError::Away, ctx),
            Err(error) => room.fault(&error, ctx),
        }));
    }

    fn hand_over(&mut self, to: AccountId, ctx: &mut Context<Self>) {
        let Some(from) = self.counsellor() else { return };
        let (store, id, now) = (self.house.store.clone(), self.id, self.house.clock.moment());
        let handing = async move { store.hand_over(id, from, to, now).await }.into_actor(self);
        ctx.wait(handing.map(move |handed, room, ctx| match handed {
            Ok(Some(by)) => {
                room.counsellors.insert(by.account, by.nickname.clone());
                room.feed(Input::HandedOver(turn(&by)), ctx);
            }
            Ok(None) => room.feed(Input::NotHandedOver { to }, ctx),
            Err(error) => {
                room.house.queue.do_send(queue::NotHandedOver { room: room.id, to });
                room.fault(&error, ctx);
            }
        }));
    }

    fn share_older(&mut self, ctx: &mut Context<Self>) {
        let (store, id) = (self.house.store.clone(), self.id);
        let sharing = async move { store.share_older(id).await }.into_actor(self);
        ctx.wait(sharing.map(|shared, room, ctx| match shared {
            Ok(()) => room.feed(Input::OlderShared, ctx),
            Err(error) => room.fault(&error, ctx),
        }));
    }

    /// Nobody waits for it: what is lost with it is a few seconds of patience after a kill.
    fn touch(&mut self, ctx: &mut Context<Self>) {
        let (store, id, active) = (self.house.store.clone(), self.id, self.machine.active());
        let touching = async move { store.touch(id, active).await }.into_actor(self);
        ctx.spawn(touching.map(|touched, room, _| {
            if let Err(error) = touched {
                log::warn!("room activity not kept {}: {error}", room.uuid());
            }
        }));
    }

    /// Nothing is half-told: both pages come back to a room that is woken from the store.
    fn fault(&mut self, error: &StoreError, ctx: &mut Context<Self>) {
        log::error!("room fault {}: {error}", self.uuid());
        ctx.stop();
    }

    fn tell(&mut self, to: Role, what: FromRoom) {
        self.send(to, Heard::Frame(frame(&what)));
    }

    fn hang_up(&mut self, why: CloseCode) {
        self.send(Role::Student, Heard::Close(why));
        self.send(Role::Counsellor, Heard::Close(why));
    }

    fn send(&mut self, to: Role, heard: Heard) {
        let ear = match to {
            Role::Student => &self.student_ear,
            Role::Counsellor => &self.counsellor_ear,
        };
        // A page that is gone says so itself, when its socket stops.
        let _ = ear.as_ref().map(|ear| ear.tell(heard));
    }

    fn has_seat(&self, role: Role, ear: EarId) -> bool {
        let seat = match role {
            Role::Student => &self.student_ear,
            Role::Counsellor => &self.counsellor_ear,
        };
        seat.as_ref().is_some_and(|seat| seat.id == ear)
    }

    fn set_alarm(&mut self, ctx: &mut Context<Self>) {
        let (deadline, clock) = (self.machine.deadline(), self.house.clock.clone());
        let mut alarm = std::mem::take(&mut self.alarm);
        alarm.set(deadline, &clock, self, ctx, |room, ctx| {
            room.alarm.rang();
            room.feed(Input::Tick, ctx);
        });
        self.alarm = alarm;
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(self.id.0)
    }
}

/// However a room falls, by a fault or by a panic: its pages are told to come back, and the lobby to wake it.
impl Drop for Room {
    fn drop(&mut self) {
        if self.stopping == Stopping::Fallen {
            self.hang_up(CloseCode::TryAgain);
            self.house.lobby.do_send(lobby::Fell(self.id));
        }
    }
}

impl Actor for Room {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(INBOUND);
        self.set_alarm(ctx);
    }
}

fn turn(by: &Seated) -> domain::Turn {
    domain::Turn { account: by.account, after: by.after, reads_after: by.reads_after }
}
