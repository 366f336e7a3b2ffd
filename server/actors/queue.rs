//! The queue's actor: it owns the machine of `domain::queue`, asks the store, and tells desks and doors.
//!
//! Joins and clicks are asked of the store side by side, so that they share commits; the machine keeps two clicks from
//! asking for the same room. It knows of a student nothing but a room's id and a place.

mod desks;
mod messages;
mod staff;
mod telling;

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, WrapFuture};
use quietline_domain::{
    AccountId, ClaimId, RoomId, Span, Time, duty,
    queue::{self as domain, Answer, Effect, Input},
};
use uuid::Uuid;

pub use desks::{DeskBeat, DeskCame, DeskLeft, Entrance, Glance, Glanced, Switched};
pub use messages::{
    Accepted, Arrived, Asked, Declined, DoorCame, DoorLeft, Drain, Ended, HandedOver, Held, NotHandedOver, Offered,
    Pressed, Reach, Returned, StaffChanged,
};
pub use staff::available;
use staff::by_account;
use telling::refusal;

use super::{Ear, EarId, Heard, alarm::Alarm, lobby};
use crate::{
    clock::Clock,
    duty::journal::Journal,
    metrics,
    private::Digested,
    protocol::{CloseCode, FromRoom, KeyOffer, Refusal, Refused, frame},
    shares::Shares,
    store::{AccountRow, Availability, ClaimRow, Kept, NewRoom, NewTake, Opening, Sharing, StaffRole, Store, Take},
};

/// How often the queue looks whether another process changed an account.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a look at a room that failed rests before it is tried again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How long news is gathered.
const NEWS_EVERY: Duration = Duration::from_millis(50);

pub struct Queue {
    store: Arc<dyn Store>,
    shares: Arc<Shares>,
    /// What the colleague who accepts just now asks for the key with.
    accepting: Option<KeyOffer>,
    journal: Arc<Journal>,
    clock: Clock,
    lobby: Addr<lobby::Lobby>,
    rules: Rules,
    machine: domain::Queue,
    alarm: Alarm,
    /// Every account, as last seen.
    staff: HashMap<AccountId, AccountRow>,
    desks: HashMap<AccountId, Desk>,
    doors: HashMap<EarId, Ear>,
    news: News,
    staff_revision: i64,
    /// The looks asked for and the last one answered: one that a later one has overtaken is dropped.
    looks: (u64, u64),
    looked_at: Time,
}

/// What has changed since it was last told. Gathered for a moment, so that a hundred joins at once are one frame for
/// each page and not a hundred.
#[derive(Default)]
struct News {
    places: HashMap<RoomId, domain::Place>,
    numbers: bool,
    door: bool,
    is_due: bool,
}

impl News {
    fn is_some(&self) -> bool {
        self.numbers || self.door || !self.places.is_empty()
    }
}

struct Desk {
    ear: Ear,
    session: Digested,
    role: StaffRole,
}

/// What the queue needs from the house.
pub struct House {
    pub store: Arc<dyn Store>,
    pub shares: Arc<Shares>,
    pub journal: Arc<Journal>,
    pub clock: Clock,
    pub lobby: Addr<lobby::Lobby>,
}

/// What the queue is told at the start, and does not decide.
#[derive(Clone, Copy)]
pub struct Rules {
    /// How many rooms one counsellor may hold.
    pub limit: usize,
    /// Whether two visitors may have the same nickname (U5).
    pub sharing: Sharing,
    /// How often a page outside any room is asked to beat (U6).
    pub beat: Span,
    /// When a desk tells of its keyboard.
    pub duty: duty::Rules,
}

impl Queue {
    /// A queue that knows which rooms are held, which clicks were answered before the start, and who is available.
    pub fn new(house: House, rules: Rules, machine: domain::Queue, staff: Vec<AccountRow>) -> Self {
        let House { store, shares, journal, clock, lobby } = house;
        Self {
            store,
            shares,
            accepting: None,
            journal,
            clock,
            lobby,
            rules,
            machine,
            alarm: Alarm::default(),
            staff: by_account(staff),
            desks: HashMap::new(),
            doors: HashMap::new(),
            news: News::default(),
            staff_revision: -1,
            looks: (0, 0),
            looked_at: Time(0),
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = self.clock.now();
        for effect in self.machine.step(now, input) {
            match effect {
                Effect::Take { account, claim, room } => {
                    self.take(NewTake { room, account, claim, now: self.clock.moment() }, ctx)
                }
                Effect::Remember { account, claim, answer } => self.remember(account, claim, answer, now, ctx),
                Effect::Yours { account, claim, room } => self.tell_taken(account, claim, room),
                Effect::Again { account, claim, answer } => self.refuse(account, claim, refusal(answer)),
                Effect::Place { room, place } => drop(self.news.places.insert(room, place)),
                Effect::Numbers => self.news.numbers = true,
                Effect::Door => self.news.door = true,
                Effect::SwitchOff { account } => self.switch(account, Availability::Away, ctx),
                Effect::Offer { room, from, to } => self.tell_offer(room, from, to, now),
                Effect::OfferRefused { room, from, holds } => self.refuse_offer(room, from, holds),
                Effect::OfferOver { room, to, end } => self.tell_offer_over(room, to, end),
                Effect::HandOver { room, to } => self.tell_accepted(room, to),
                Effect::NotAccepted { room, by, why } => self.tell_not_accepted(room, by, why),
            }
        }
        if self.news.is_some() && !self.news.is_due {
            self.news.is_due = true;
            ctx.run_later(NEWS_EVERY, |queue, _| queue.tell_news());
        }
        self.set_alarm(ctx);
    }

    fn set_alarm(&mut self, ctx: &mut Context<Self>) {
        let (deadline, clock) = (self.machine.deadline(), self.clock.clone());
        let mut alarm = std::mem::take(&mut self.alarm);
        alarm.set(deadline, &clock, self, ctx, |queue, ctx| {
            queue.alarm.rang();
            queue.feed(Input::Tick, ctx);
        });
        self.alarm = alarm;
    }

    fn open(&mut self, Asked { key, nickname, forms, ear }: Asked, ctx: &mut Context<Self>) {
        let new = NewRoom {
            room: RoomId(Uuid::new_v4().as_u128()),
            epoch: Uuid::new_v4().as_u128(),
            key,
            forms,
            shared: self.rules.sharing,
            now: self.clock.now(),
        };
        let opening = open(self.store.clone(), self.shares.clone(), new).into_actor(self);
        ctx.spawn(opening.map(move |opened, queue, _| match opened {
            Ok(Opening::NicknameTaken) => queue.turn_away(key, &ear, Refusal::NicknameTaken),
            Ok(Opening::Room(row)) => queue.lobby.do_send(lobby::Opened { key, room: row.room, nickname, ear }),
            Err(error) => {
                log::error!("join fault: {error}");
                queue.lobby.do_send(lobby::NotOpened(key));
                let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
            }
        }));
    }

    fn turn_away(&mut self, key: Digested, ear: &Ear, reason: Refusal) {
        self.lobby.do_send(lobby::NotOpened(key));
        metrics::refused(reason);
        let _ = ear.frame(frame(&FromRoom::Refused(Refused { reason, ..Refused::default() })));
    }

    fn take(&mut self, take: NewTake, ctx: &mut Context<Self>) {
        let (room, account, claim) = (take.room, take.account, take.claim);
        let store = self.store.clone();
        let taking = async move { store.take(take).await }.into_actor(self);
        ctx.spawn(taking.map(move |taken, queue, ctx| match taken {
            Ok(Take::Taken(row)) => {
                // The room first: the desk takes its seat with the answer to its click.
                if let Some(by) = row.counsellor {
                    queue.lobby.do_send(lobby::Given { room: row.room, by });
                }
                queue.feed(Input::TakeConfirmed { account, claim, room: row.room }, ctx);
            }
            Ok(Take::Lost) => queue.feed(Input::TakeLost { account, claim }, ctx),
            Err(error) => {
                log::error!("take fault: {error}");
                queue.feed(Input::TakeFailed { account, claim }, ctx);
                queue.lobby.do_send(lobby::Doubt(room));
                queue.close_desk(account, CloseCode::TryAgain);
            }
        }));
    }

    /// What is remembered of a room and what was read of it differ, as after a write that failed and yet happened, or
    /// because one of them is older: reading once more decides.
    fn look_at(&mut self, room: RoomId, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let reading = async move { store.room(room).await }.into_actor(self);
        ctx.spawn(reading.map(move |read, queue, ctx| match read {
            Ok(Some(row)) => match row.counsellor {
                Some(by) => queue.feed(Input::Held { room, account: by.account, claim: by.claim }, ctx),
                None => queue.feed(Input::Returned { room, number: row.queue_no, arrived: row.arrived }, ctx),
            },
            Ok(None) => queue.feed(Input::Ended { room }, ctx),
            Err(error) => {
                log::error!("room fault {}: {error}", Uuid::from_u128(room.0));
                ctx.run_later(LOOK_AGAIN, move |queue, ctx| queue.look_at(room, ctx));
            }
        }));
    }

    fn remember(&mut self, account: AccountId, claim: ClaimId, answer: Answer, at: Time, ctx: &mut Context<Self>) {
        let row = ClaimRow { claim, account, answer, at };
        let store = self.store.clone();
        let keeping = async move { store.answer_claim(row).await }.into_actor(self);
        ctx.spawn(keeping.map(move |kept, queue, _| match kept {
            Ok(()) => queue.refuse(account, claim, refusal(answer)),
            Err(error) => {
                log::error!("take fault: {error}");
                queue.close_desk(account, CloseCode::TryAgain);
            }
        }));
    }

    fn switch(&mut self, account: AccountId, state: Availability, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let switching = async move { store.set_available(account, state).await }.into_actor(self);
        ctx.spawn(switching.map(move |switched, queue, ctx| match switched {
            Ok(()) => {
                // Until a look succeeds, each second looks again.
                queue.looked_at = Time(0);
                queue.look_again(ctx);
            }
            Err(error) => {
                log::error!("switch fault: {error}");
                queue.close_desk(account, CloseCode::TryAgain);
            }
        }));
    }
}

/// The share first, so that no room is ever without one. A share without a room is wiped.
async fn open(store: Arc<dyn Store>, shares: Arc<Shares>, new: NewRoom) -> Kept<Opening> {
    let room = new.room;
    shares.give(room).await?;
    let opened = store.open_room(new).await;
    // A room that was made all the same, and not answered, is over with this: nobody was told of it.
    if !matches!(&opened, Ok(Opening::Room(row)) if row.room == room) {
        shares.wipe(room).await?;
    }
    opened
}

impl Actor for Queue {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
        self.look_for_changes(ctx);
        ctx.run_interval(LOOK_EVERY, Self::look_for_changes);
    }
}
