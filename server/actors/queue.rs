//! The queue's actor: it owns the machine of `domain::queue`, asks the store, and tells desks and doors.
//!
//! Joins and clicks are asked of the store side by side, so that they share commits; the machine keeps two clicks from
//! asking for the same room. It knows of a student nothing but a room's id and a place.

mod messages;

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, WrapFuture};
use quietline_domain::{
    AccountId, ClaimId, RoomId, Time,
    queue::{self as domain, Answer, Effect, Input, Ticket},
};
use uuid::Uuid;

pub use messages::{Arrived, Asked, DeskCame, DeskLeft, DoorCame, DoorLeft, Ended, Pressed, StaffChanged, Switched};

use super::{Ear, EarId, Heard, lobby};
use crate::{
    clock::Clock,
    private::Digested,
    protocol::{CloseCode, Refusal, Refused, ToDesk, ToStudent, frame},
    store::{AccountRow, Availability, ClaimAnswer, ClaimRow, Kept, NewRoom, NewTake, Store, Take},
};

/// How often the queue looks whether another process changed an account.
const LOOK_EVERY: Duration = Duration::from_secs(1);

pub struct Queue {
    store: Arc<dyn Store>,
    clock: Clock,
    lobby: Addr<lobby::Lobby>,
    limit: usize,
    machine: domain::Queue,
    last_ticket: Ticket,
    asking: HashMap<Ticket, Asked>,
    desks: HashMap<AccountId, Desk>,
    doors: HashMap<EarId, Ear>,
    staff_revision: i64,
    /// How often was looked: an answer that a later look has overtaken is dropped.
    looks: u64,
}

struct Desk {
    ear: Ear,
    session: Digested,
}

impl Queue {
    /// A queue that knows which rooms are held and which clicks were answered before the start.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Clock,
        lobby: Addr<lobby::Lobby>,
        limit: usize,
        machine: domain::Queue,
    ) -> Self {
        Self {
            store,
            clock,
            lobby,
            limit,
            machine,
            last_ticket: 0,
            asking: HashMap::new(),
            desks: HashMap::new(),
            doors: HashMap::new(),
            staff_revision: -1,
            looks: 0,
        }
    }

    fn feed(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = self.clock.now();
        let mut places = Vec::new();
        for effect in self.machine.step(now, input) {
            match effect {
                Effect::Open { ticket } => self.open(ticket, now, ctx),
                Effect::TurnAway { ticket } => {
                    if let Some(asked) = self.asking.remove(&ticket) {
                        let refused = Refused { reason: Refusal::NobodyAvailable, ..Refused::default() };
                        let _ = asked.ear.frame(frame(&ToStudent::Refused(refused)));
                    }
                }
                Effect::Take { account, claim, room } => self.take(NewTake { room, account, claim, now }, ctx),
                Effect::Remember { account, claim, answer } => self.remember(account, claim, answer, now, ctx),
                // A room just taken is on its way from the store; one held before takes its seat here.
                Effect::Yours { account, claim, room } => self.tell_taken(account, claim, room),
                Effect::Again { account, claim, answer } => self.refuse(account, claim, refusal(answer)),
                Effect::Place { room, place } => places.push((room, place)),
                Effect::Numbers => self.tell_numbers(),
                Effect::Door => self.tell_doors(),
            }
        }
        if !places.is_empty() {
            self.lobby.do_send(lobby::Places(places));
        }
    }

    fn open(&mut self, ticket: Ticket, now: Time, ctx: &mut Context<Self>) {
        let Some(Asked { key, nickname, ear }) = self.asking.remove(&ticket) else {
            return;
        };
        let room = RoomId(Uuid::new_v4().as_u128());
        let new = NewRoom { room, epoch: Uuid::new_v4().as_u128(), key, nickname, now };
        let store = self.store.clone();
        let opening = async move { store.open_room(new).await }.into_actor(self);
        ctx.spawn(opening.map(move |opened, queue, _| match opened {
            Ok(row) => {
                queue.doors.remove(&ear.id);
                queue.lobby.do_send(lobby::Opened { row, ear });
            }
            Err(error) => {
                log::error!("join fault: {error}");
                let _ = ear.tell(Heard::Close(CloseCode::TryAgain));
            }
        }));
    }

    fn take(&mut self, take: NewTake, ctx: &mut Context<Self>) {
        let (account, claim) = (take.account, take.claim);
        let store = self.store.clone();
        let taking = async move { store.take(take).await }.into_actor(self);
        ctx.spawn(taking.map(move |taken, queue, ctx| match taken {
            Ok(Take::Taken(row)) => {
                queue.feed(Input::TakeConfirmed { account, claim }, ctx);
                let ear = queue.desks.get(&account).map(|desk| desk.ear.clone());
                queue.lobby.do_send(lobby::Given { row: *row, ear });
            }
            Ok(Take::Lost) => queue.feed(Input::TakeLost { account, claim }, ctx),
            Err(error) => {
                log::error!("take fault: {error}");
                queue.feed(Input::TakeFailed { account, claim }, ctx);
                queue.close_desk(account, CloseCode::TryAgain);
            }
        }));
    }

    fn remember(&mut self, account: AccountId, claim: ClaimId, answer: Answer, at: Time, ctx: &mut Context<Self>) {
        let row = ClaimRow { claim, account, answer: stored(answer), at };
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

    fn tell_taken(&mut self, account: AccountId, claim: ClaimId, room: RoomId) {
        let taken = ToDesk::Taken { claim: Uuid::from_u128(claim.0), room: Uuid::from_u128(room.0) };
        self.tell_desk(account, &taken);
        if let Some(desk) = self.desks.get(&account) {
            self.lobby.do_send(lobby::Sit { account, room, ear: desk.ear.clone(), shows: None });
        }
    }

    fn refuse(&mut self, account: AccountId, claim: ClaimId, reason: Refusal) {
        let claim = Some(Uuid::from_u128(claim.0));
        self.tell_desk(account, &ToDesk::Refused(Refused { reason, claim, ..Refused::default() }));
    }

    fn tell_desk(&mut self, account: AccountId, what: &ToDesk) {
        if let Some(desk) = self.desks.get(&account)
            && desk.ear.frame(frame(what)).is_err()
        {
            self.desks.remove(&account);
        }
    }

    fn close_desk(&mut self, account: AccountId, code: CloseCode) {
        if let Some(desk) = self.desks.remove(&account) {
            let _ = desk.ear.tell(Heard::Close(code));
        }
    }

    fn numbers(&self) -> ToDesk {
        let waiting = u32::try_from(self.machine.waiting()).unwrap_or(u32::MAX);
        ToDesk::Queue { waiting, longest_ms: self.machine.longest(self.clock.now()).0 }
    }

    fn tell_numbers(&mut self) {
        let numbers = frame(&self.numbers());
        self.desks.retain(|_, desk| desk.ear.frame(numbers.clone()).is_ok());
    }

    fn door(&self) -> ToStudent {
        ToStudent::Door { available: u32::try_from(self.machine.available()).unwrap_or(u32::MAX) }
    }

    fn tell_doors(&mut self) {
        let door = frame(&self.door());
        self.doors.retain(|_, ear| ear.frame(door.clone()).is_ok());
    }

    /// Reads who is available, and which desks are still signed in.
    fn look_again(&mut self, ctx: &mut Context<Self>) {
        let (store, now) = (self.store.clone(), self.clock.now());
        let sessions: Vec<_> = self.desks.iter().map(|(account, desk)| (*account, desk.session)).collect();
        self.looks += 1;
        let look_no = self.looks;
        let looking = async move { look(&*store, sessions, now).await }.into_actor(self);
        ctx.spawn(looking.map(move |seen, queue, ctx| match seen {
            Ok(_) if queue.looks != look_no => {}
            Ok(Seen { accounts, signed_out }) => {
                for account in &accounts {
                    queue.tell_desk(account.account, &switched(account));
                }
                for (account, session) in signed_out {
                    if queue.desks.get(&account).is_some_and(|desk| desk.session == session) {
                        queue.close_desk(account, CloseCode::SignedOut);
                    }
                }
                let available = accounts.iter().filter(|account| is_available(account));
                let accounts = available.map(|account| account.account).collect();
                queue.feed(Input::Available { accounts }, ctx);
            }
            Err(error) => log::error!("staff fault: {error}"),
        }));
    }

    fn look_for_changes(&mut self, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let looking = async move { store.staff_revision().await }.into_actor(self);
        ctx.spawn(looking.map(|seen, queue, ctx| match seen {
            Ok(revision) if revision == queue.staff_revision => {}
            Ok(revision) => {
                queue.staff_revision = revision;
                queue.look_again(ctx);
            }
            Err(error) => log::error!("staff fault: {error}"),
        }));
    }
}

struct Seen {
    accounts: Vec<AccountRow>,
    signed_out: Vec<(AccountId, Digested)>,
}

async fn look(store: &dyn Store, sessions: Vec<(AccountId, Digested)>, now: Time) -> Kept<Seen> {
    let mut signed_out = Vec::new();
    for (account, session) in sessions {
        if store.session(session, now).await?.is_none() {
            signed_out.push((account, session));
        }
    }
    Ok(Seen { accounts: store.accounts().await?, signed_out })
}

fn is_available(account: &AccountRow) -> bool {
    account.available == Availability::Available && !account.disabled
}

fn switched(account: &AccountRow) -> ToDesk {
    ToDesk::Switched { available: is_available(account) }
}

fn refusal(answer: Answer) -> Refusal {
    match answer {
        Answer::Student => Refusal::AnsweredBefore,
        Answer::Nobody => Refusal::NobodyWaiting,
        Answer::Limit => Refusal::Limit,
    }
}

fn stored(answer: Answer) -> ClaimAnswer {
    match answer {
        Answer::Student => ClaimAnswer::Student,
        Answer::Nobody => ClaimAnswer::Nobody,
        Answer::Limit => ClaimAnswer::Limit,
    }
}

impl Actor for Queue {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(4_096);
        self.look_for_changes(ctx);
        ctx.run_interval(LOOK_EVERY, Self::look_for_changes);
    }
}
