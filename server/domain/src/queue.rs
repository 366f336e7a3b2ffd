//! The queue: who waits, who may be taken, and by whom. First come, first served, one counsellor each.
//!
//! It decides; the store confirms (`Effect::Take` is answered by `TakeConfirmed` or `TakeLost`), so a click is
//! answered only once it is durable. It knows no sockets, and of a student nothing but a place and an arrival.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::{AccountId, ClaimId, RoomId, Span, Time};

/// How long an answered click is remembered (W6).
pub const CLAIMS_KEPT: Span = Span::seconds(600);

#[derive(Debug)]
pub struct Queue {
    /// How many rooms one counsellor may hold (W8).
    limit: usize,
    /// By queue number: the order of arrival.
    waiting: BTreeMap<i64, Waiting>,
    held: HashMap<RoomId, Holder>,
    taken: u64,
    available: BTreeSet<AccountId>,
    clicks: HashMap<(AccountId, ClaimId), Click>,
    /// Clicks in the order of their answers, so that the old ones are found without searching.
    answered: VecDeque<(Time, AccountId, ClaimId)>,
}

#[derive(Debug)]
struct Waiting {
    room: RoomId,
    arrived: Time,
    being_taken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    account: AccountId,
    claim: ClaimId,
    /// The order of taking, which is the order of rooms on a desk.
    nth: u64,
}

#[derive(Clone, Copy, Debug)]
enum Click {
    /// The store is being asked for this room.
    Asking {
        number: i64,
        room: RoomId,
    },
    Answered(Answer),
}

/// How a click was answered. Holds no room: that reference ends with the room (W6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Student,
    Nobody,
    Limit,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// A room is durable and waits.
    Arrived {
        room: RoomId,
        number: i64,
        arrived: Time,
    },
    /// *Give me a student*.
    Pressed {
        account: AccountId,
        claim: ClaimId,
    },
    TakeConfirmed {
        account: AccountId,
        claim: ClaimId,
    },
    /// The room is no longer to be had; the click goes on to the next.
    TakeLost {
        account: AccountId,
        claim: ClaimId,
    },
    /// The store could not be asked: the click is unanswered and the room still waits.
    TakeFailed {
        account: AccountId,
        claim: ClaimId,
    },
    /// Who is available now (W9).
    Available {
        accounts: BTreeSet<AccountId>,
    },
    Ended {
        room: RoomId,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Ask the store for this room, for this click.
    Take { account: AccountId, claim: ClaimId, room: RoomId },
    /// Make the answer durable, then say it.
    Remember { account: AccountId, claim: ClaimId, answer: Answer },
    /// This click has this room, now or as it had before.
    Yours { account: AccountId, claim: ClaimId, room: RoomId },
    /// This click was answered so before.
    Again { account: AccountId, claim: ClaimId, answer: Answer },
    /// This student's place has changed.
    Place { room: RoomId, place: Place },
    /// The numbers at the desks have changed (W5).
    Numbers,
    /// How many are available has changed (W1).
    Door,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    pub ahead: u32,
    /// Whether any counsellor is available (W9).
    pub attended: bool,
}

impl Queue {
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            waiting: BTreeMap::new(),
            held: HashMap::new(),
            taken: 0,
            available: BTreeSet::new(),
            clicks: HashMap::new(),
            answered: VecDeque::new(),
        }
    }

    /// What the store knew at the start: a room that a counsellor holds.
    pub fn restore_held(&mut self, room: RoomId, account: AccountId, claim: ClaimId) {
        self.taken += 1;
        self.held.insert(room, Holder { account, claim, nth: self.taken });
    }

    /// What the store knew at the start: a click answered at `at`. Called in the order of the answers.
    pub fn restore_click(&mut self, at: Time, account: AccountId, claim: ClaimId, answer: Answer) {
        self.remember(at, account, claim, answer);
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How long the one who came first has waited.
    pub fn longest(&self, now: Time) -> Span {
        self.waiting.values().next().map_or(Span(0), |first| Span(now.since(first.arrived).0.max(0)))
    }

    pub fn available(&self) -> usize {
        self.available.len()
    }

    /// Whether a student who asks is let in: with nobody available nothing is made (W3).
    pub fn is_open(&self) -> bool {
        !self.available.is_empty()
    }

    /// In the order of taking; after a restart, in the order of arrival.
    pub fn held_by(&self, account: AccountId) -> Vec<RoomId> {
        let mut rooms: Vec<_> = self.held.iter().filter(|(_, held)| held.account == account).collect();
        rooms.sort_by_key(|(_, held)| held.nth);
        rooms.into_iter().map(|(room, _)| *room).collect()
    }

    pub fn step(&mut self, now: Time, input: Input) -> Vec<Effect> {
        match input {
            Input::Arrived { room, number, arrived } => self.arrived(room, number, arrived),
            Input::Pressed { account, claim } => self.pressed(now, account, claim),
            Input::TakeConfirmed { account, claim } => self.confirmed(now, account, claim),
            Input::TakeLost { account, claim } => match self.clicks.remove(&(account, claim)) {
                Some(Click::Asking { number, .. }) => {
                    let mut effects = self.left(number);
                    effects.extend(self.pressed(now, account, claim));
                    effects
                }
                _ => vec![],
            },
            Input::TakeFailed { account, claim } => {
                if let Some(Click::Asking { number, .. }) = self.clicks.remove(&(account, claim))
                    && let Some(waiting) = self.waiting.get_mut(&number)
                {
                    waiting.being_taken = false;
                }
                vec![]
            }
            Input::Available { accounts } => self.available_now(accounts),
            Input::Ended { room } => {
                self.held.remove(&room);
                match self.waiting.iter().find(|(_, waiting)| waiting.room == room) {
                    Some((&number, _)) => self.left(number),
                    None => vec![],
                }
            }
        }
    }

    /// A room may be reported more than once: two joins with one key, or a room that was woken.
    fn arrived(&mut self, room: RoomId, number: i64, arrived: Time) -> Vec<Effect> {
        if self.held.contains_key(&room) || self.waiting.contains_key(&number) {
            return self.places_from(number);
        }
        self.waiting.insert(number, Waiting { room, arrived, being_taken: false });
        // Almost always the newcomer is last, and nobody else's place changes.
        let mut effects = self.places_from(number);
        effects.push(Effect::Numbers);
        effects
    }

    fn pressed(&mut self, now: Time, account: AccountId, claim: ClaimId) -> Vec<Effect> {
        self.forget_old_clicks(now);
        match self.clicks.get(&(account, claim)) {
            Some(Click::Asking { .. }) => return vec![],
            Some(&Click::Answered(answer)) => return vec![self.answer_again(account, claim, answer)],
            None => {}
        }
        if self.limit <= self.holding(account) {
            return self.answered(now, account, claim, Answer::Limit);
        }
        let Some((&number, first)) = self.waiting.iter_mut().find(|(_, waiting)| !waiting.being_taken) else {
            return self.answered(now, account, claim, Answer::Nobody);
        };
        first.being_taken = true;
        let room = first.room;
        self.clicks.insert((account, claim), Click::Asking { number, room });
        vec![Effect::Take { account, claim, room }]
    }

    fn answer_again(&self, account: AccountId, claim: ClaimId, answer: Answer) -> Effect {
        let held = self.held.iter().find(|(_, held)| held.account == account && held.claim == claim);
        match held {
            Some((&room, _)) => Effect::Yours { account, claim, room },
            None => Effect::Again { account, claim, answer },
        }
    }

    /// Rooms held, and those the store is being asked for.
    fn holding(&self, account: AccountId) -> usize {
        let asking = |(&(who, _), click): (&(AccountId, ClaimId), &Click)| {
            who == account && matches!(click, Click::Asking { .. })
        };
        self.held.values().filter(|held| held.account == account).count()
            + self.clicks.iter().filter(|&click| asking(click)).count()
    }

    fn confirmed(&mut self, now: Time, account: AccountId, claim: ClaimId) -> Vec<Effect> {
        let Some(&Click::Asking { number, room }) = self.clicks.get(&(account, claim)) else {
            return vec![];
        };
        self.restore_held(room, account, claim);
        self.remember(now, account, claim, Answer::Student);
        let mut effects = vec![Effect::Yours { account, claim, room }];
        effects.extend(self.left(number));
        effects
    }

    fn answered(&mut self, now: Time, account: AccountId, claim: ClaimId, answer: Answer) -> Vec<Effect> {
        self.remember(now, account, claim, answer);
        vec![Effect::Remember { account, claim, answer }]
    }

    fn remember(&mut self, at: Time, account: AccountId, claim: ClaimId, answer: Answer) {
        self.clicks.insert((account, claim), Click::Answered(answer));
        self.answered.push_back((at, account, claim));
    }

    fn forget_old_clicks(&mut self, now: Time) {
        while let Some(&(at, account, claim)) = self.answered.front()
            && CLAIMS_KEPT < now.since(at)
        {
            self.answered.pop_front();
            self.clicks.remove(&(account, claim));
        }
    }

    fn left(&mut self, number: i64) -> Vec<Effect> {
        if self.waiting.remove(&number).is_none() {
            return vec![];
        }
        let mut effects = self.places_from(number);
        effects.push(Effect::Numbers);
        effects
    }

    fn available_now(&mut self, accounts: BTreeSet<AccountId>) -> Vec<Effect> {
        if accounts == self.available {
            return vec![];
        }
        let was_attended = !self.available.is_empty();
        self.available = accounts;
        let mut effects = vec![Effect::Door];
        if was_attended == self.available.is_empty() {
            effects.extend(self.places_from(i64::MIN));
        }
        effects
    }

    /// The places of everyone who came at `number` or later.
    fn places_from(&self, number: i64) -> Vec<Effect> {
        let attended = !self.available.is_empty();
        let before = self.waiting.range(..number).count();
        let places = (before as u32..).zip(self.waiting.range(number..));
        places
            .map(|(ahead, (_, waiting))| Effect::Place { room: waiting.room, place: Place { ahead, attended } })
            .collect()
    }
}

#[cfg(test)]
mod stories;
