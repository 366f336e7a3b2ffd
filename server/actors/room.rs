//! One actor for each room: it owns the machine of `domain::room`, saves before it tells, and sets one alarm.
//!
//! While the store works, only this room's mailbox waits. It knows neither HTTP nor who else is in the house.

mod messages;

use std::{collections::VecDeque, sync::Arc};

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, SpawnHandle, WrapFuture};
use quietline_domain::{
    AccountId, Cid, Role, RoomId, Seq, Span, Time,
    queue::Place,
    room::{self as domain, Audience, Effect, Input, Whose},
};
use uuid::Uuid;

pub use messages::{Abandon, Deed, Done, Enter, Given, Placed, Who};

use super::{Ear, EarId, Heard, lobby, queue};
use crate::{
    clock::Clock,
    private::Nickname,
    protocol::{
        self, Body, CloseCode, Ended, EndedBy, FromRoom, Line, Lines, Notice, PlacedNotice, Refusal, Refused, Resume,
        RoomView, Said, Warning, frame,
    },
    store::{Appended, NewLine, RoomRow, Store, StoreError},
};

/// As many deeds as may wait for one commit; whoever does more in that time is asked to come back.
const INBOUND: usize = 256;

/// What every room needs from the house.
#[derive(Clone)]
pub struct House {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub rules: domain::Rules,
    pub lobby: Addr<lobby::Lobby>,
    pub queue: Addr<queue::Queue>,
}

pub struct Room {
    house: Arc<House>,
    id: RoomId,
    epoch: Uuid,
    nickname: Nickname,
    counsellor: Option<(AccountId, Nickname)>,
    place: Option<Place>,
    machine: domain::Room,
    student_ear: Option<Ear>,
    counsellor_ear: Option<Ear>,
    /// The line that is being saved. The mailbox waits meanwhile, so there is at most one.
    in_flight: Option<InFlight>,
    todo: VecDeque<Effect>,
    alarm: Option<(Time, SpawnHandle)>,
}

struct InFlight {
    from: Role,
    cid: Cid,
    at: Time,
    body: Body,
}

impl Room {
    pub fn new(house: Arc<House>, row: RoomRow) -> Self {
        let before = domain::Before {
            taken: row.counsellor.as_ref().map(|by| domain::Taken { account: by.account, after: by.after }),
            first_student: row.first_student,
            first_counsellor: row.first_counsellor,
        };
        Self {
            machine: domain::Room::wake(house.clock.now(), house.rules, before),
            house,
            id: row.room,
            epoch: Uuid::from_u128(row.epoch),
            nickname: row.nickname,
            counsellor: row.counsellor.map(|by| (by.account, by.nickname)),
            place: None,
            student_ear: None,
            counsellor_ear: None,
            in_flight: None,
            todo: VecDeque::new(),
            alarm: None,
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
                Effect::Replay { to, whose, since } => return self.replay(to, whose, since, ctx),
                Effect::Erase => return self.erase(ctx),
                Effect::Line { to, seq } => self.tell_line(to, seq),
                Effect::View { to, resume } => self.tell_view(to, resume),
                Effect::Notice { to, after, notice } => {
                    self.tell(to, FromRoom::Notice(self.placed_notice(after, notice)));
                }
                Effect::Typing { to } => self.tell(to, FromRoom::Typing { room: self.uuid() }),
                Effect::Warning { to, closes_in } => {
                    let closes_in_ms = milliseconds(closes_in);
                    self.tell(to, FromRoom::Warning(Warning { room: self.uuid(), closes_in_ms }));
                }
                Effect::Stayed { to } => self.tell(to, FromRoom::Stayed { room: self.uuid() }),
                Effect::Refuse { to, cid, why } => self.refuse(to, cid, why),
                Effect::Ended { by, lines } => self.ended(by, lines, ctx),
            }
        }
        self.set_alarm(ctx);
    }

    fn save(&mut self, from: Role, ctx: &mut Context<Self>) {
        let Some(&InFlight { cid, at, ref body, .. }) = self.in_flight.as_ref() else {
            return;
        };
        let line = NewLine { room: self.id, cid, from, at, body: body.clone() };
        let store = self.house.store.clone();
        let saving = async move { store.append(line).await }.into_actor(self);
        ctx.wait(saving.map(move |saved, room, ctx| match saved {
            Ok(Appended::New { seq }) => room.feed(Input::Saved { from, seq }, ctx),
            Ok(Appended::Again { seq, at }) => {
                if let Some(line) = &mut room.in_flight {
                    line.at = at;
                }
                room.feed(Input::SavedBefore { from, seq }, ctx);
            }
            Ok(Appended::CidTaken) => room.feed(Input::CidTaken { from, cid }, ctx),
            // Erased by another process: nobody may be told otherwise.
            Ok(Appended::NoRoom) => room.fault(&StoreError::Stopped, ctx),
            Err(error) => room.fault(&error, ctx),
        }));
    }

    fn replay(&mut self, to: Role, whose: Whose, since: Seq, ctx: &mut Context<Self>) {
        let (store, id) = (self.house.store.clone(), self.id);
        let reading = async move { store.lines(id, since).await }.into_actor(self);
        ctx.wait(reading.map(move |read, room, ctx| match read {
            Ok(mut lines) => {
                lines.retain(|line| whose.includes(line.from.into()));
                room.tell(to, FromRoom::Lines(Lines { room: room.uuid(), lines }));
                room.carry_out(ctx);
            }
            Err(error) => room.fault(&error, ctx),
        }));
    }

    fn erase(&mut self, ctx: &mut Context<Self>) {
        let (store, id) = (self.house.store.clone(), self.id);
        let erasing = async move { store.erase(id).await }.into_actor(self);
        ctx.wait(erasing.map(move |erased, room, ctx| match erased {
            Ok(lines) => room.feed(Input::Erased { lines: lines.unwrap_or(0) }, ctx),
            Err(error) => room.fault(&error, ctx),
        }));
    }

    /// One frame, shared by all who may hear it.
    fn tell_line(&mut self, to: Audience, seq: Seq) {
        let Some(InFlight { from, cid, at, body }) = self.in_flight.take() else {
            return;
        };
        let said = Said { seq, cid: Uuid::from_u128(cid.0), from: from.into(), at: at.0, body };
        let line = frame(&FromRoom::Line(Line { room: self.uuid(), said }));
        for role in [Role::Student, Role::Counsellor].into_iter().filter(|&role| to.includes(role)) {
            self.send(role, Heard::Frame(line.clone()));
        }
    }

    fn tell_view(&mut self, to: Role, resume: domain::Resume) {
        let now = self.house.clock.now();
        let view = RoomView {
            room: self.uuid(),
            epoch: self.epoch,
            nickname: self.nickname.clone(),
            counsellor: self.counsellor.as_ref().map(|(_, nickname)| nickname.clone()),
            revealed: self.machine.revealed(),
            resume: match resume {
                domain::Resume::Full => Resume::Full,
                domain::Resume::Delta => Resume::Delta,
            },
            notices: self
                .machine
                .notices(to)
                .into_iter()
                .map(|(after, notice)| self.placed_notice(after, notice))
                .collect(),
            closes_in_ms: self.machine.closes_in(now).map(milliseconds),
            place: self.place.filter(|_| self.counsellor.is_none()).map(protocol::Place::from),
        };
        self.tell(to, FromRoom::Room(view));
    }

    fn placed_notice(&self, after: Seq, notice: domain::Notice) -> PlacedNotice {
        let (notice, counsellor) = match notice {
            domain::Notice::SayHi => (Notice::SayHi, None),
            domain::Notice::WaitForCounsellor => (Notice::WaitForCounsellor, None),
            domain::Notice::CounsellorCame => {
                (Notice::CounsellorCame, self.counsellor.as_ref().map(|(_, nickname)| nickname.clone()))
            }
        };
        PlacedNotice { room: self.uuid(), after, notice, counsellor }
    }

    fn refuse(&mut self, to: Role, cid: Cid, why: domain::Refusal) {
        self.in_flight = None;
        let (reason, retry_ms) = match why {
            domain::Refusal::TooMany { retry } => (Refusal::TooMany, Some(milliseconds(retry))),
            domain::Refusal::CidTaken => (Refusal::CidTaken, None),
        };
        let refused =
            Refused { reason, room: Some(self.uuid()), cid: Some(Uuid::from_u128(cid.0)), claim: None, retry_ms };
        self.send(to, Heard::Frame(frame(&FromRoom::Refused(refused))));
    }

    fn ended(&mut self, by: domain::EndedBy, lines: u64, ctx: &mut Context<Self>) {
        let by = match by {
            domain::EndedBy::Student => EndedBy::Student,
            domain::EndedBy::Counsellor => EndedBy::Counsellor,
            domain::EndedBy::Silence => EndedBy::Silence,
        };
        let ended = frame(&FromRoom::Ended(Ended { room: self.uuid(), at: self.house.clock.now().0, lines, by }));
        self.send(Role::Student, Heard::Frame(ended.clone()));
        self.send(Role::Counsellor, Heard::Frame(ended));
        self.house.queue.do_send(queue::Ended(self.id));
        self.house.lobby.do_send(lobby::Ended(self.id));
        log::info!("room erased {}", self.uuid());
        ctx.stop();
    }

    /// Nothing is half-told: both pages come back to a room that is woken from the store.
    fn fault(&mut self, error: &StoreError, ctx: &mut Context<Self>) {
        log::error!("room fault {}: {error}", self.uuid());
        ctx.stop();
    }

    fn tell(&mut self, to: Role, what: FromRoom) {
        self.send(to, Heard::Frame(frame(&what)));
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

    /// One alarm, set from the deadline. One that rings too early is set anew, so activity need not touch it.
    fn set_alarm(&mut self, ctx: &mut Context<Self>) {
        let deadline = self.machine.deadline();
        match (deadline, self.alarm) {
            (Some(due), Some((set, _))) if set <= due => return,
            (_, Some((_, alarm))) => drop(ctx.cancel_future(alarm)),
            (None, None) => return,
            (Some(_), None) => {}
        };
        self.alarm = deadline.map(|due| {
            let clock = self.house.clock.clone();
            let ringing = async move { clock.until(due).await }.into_actor(self).map(|(), room, ctx| {
                room.alarm = None;
                room.feed(Input::Tick, ctx);
            });
            (due, ctx.spawn(ringing))
        });
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(self.id.0)
    }
}

/// However a room falls, by a fault or by a panic: its pages are told to come back, and the lobby to wake it.
impl Drop for Room {
    fn drop(&mut self) {
        if !self.machine.has_ended() {
            self.send(Role::Student, Heard::Close(CloseCode::TryAgain));
            self.send(Role::Counsellor, Heard::Close(CloseCode::TryAgain));
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

fn milliseconds(span: Span) -> u32 {
    u32::try_from(span.0.max(0)).unwrap_or(u32::MAX)
}
