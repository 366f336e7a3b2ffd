//! How the queue moves: arrivals, clicks, who is available, and the time that each may take.
//!
//! What a colleague may be asked is in `offers.rs`. It knows neither sockets nor the store.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::{
    Answer, CLAIMS_KEPT, Click, Effect, Holder, Input, Queue, Rules, Since, Waiting,
    foretelling::{Heard, Told},
    watching::{Learnt, Left, Moves},
};
use crate::{AccountId, ClaimId, RoomId, Span, Time, room::Reach, waits::durations::End};

impl Queue {
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            waiting: BTreeMap::new(),
            numbers: HashMap::new(),
            held: HashMap::new(),
            taken: 0,
            available: BTreeSet::new(),
            heard: HashMap::new(),
            offers: BTreeMap::new(),
            clicks: HashMap::new(),
            answered: VecDeque::new(),
            learnt: Learnt::default(),
            told: Told::default(),
        }
    }

    /// What the store knew at the start: a click answered at `at`. Called in the order of the answers.
    pub fn restore_click(&mut self, at: Time, account: AccountId, claim: ClaimId, answer: Answer) {
        self.remember(at, account, claim, answer);
    }

    /// Who holds this room, as far as is remembered.
    pub fn holder(&self, room: RoomId) -> Option<AccountId> {
        self.held.get(&room).map(|held| held.account)
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many of those who wait cannot be reached just now (W5).
    pub fn reconnecting(&self) -> usize {
        self.waiting.values().filter(|waiting| waiting.reach == Reach::Reconnecting).count()
    }

    /// How long the one who came first has waited.
    pub fn longest(&self, now: Time) -> Span {
        self.waiting.values().next().map_or(Span(0), |first| Span(now.since(first.arrived).0.max(0)))
    }

    pub fn available(&self) -> &BTreeSet<AccountId> {
        &self.available
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
        let moves = input.moves_the_queue();
        let effects = self.moved(now, input);
        if moves == Moves::Always || (moves == Moves::WhenToldToAnybody && !effects.is_empty()) {
            self.has_moved(now);
        }
        effects
    }

    fn moved(&mut self, now: Time, input: Input) -> Vec<Effect> {
        match input {
            Input::Arrived { room, number, arrived } => self.arrived(now, room, number, arrived),
            Input::Pressed { account, claim } => self.pressed(now, account, claim),
            Input::TakeConfirmed { account, claim, room } => self.confirmed(now, account, claim, room),
            Input::Held { room, account, claim } => self.found_held(now, room, account, claim),
            Input::TakeLost { account, claim } => match self.clicks.remove(&(account, claim)) {
                Some(Click::Asking { number }) => {
                    let mut effects = self.left(now, number, Left::Otherwise);
                    effects.extend(self.pressed(now, account, claim));
                    effects
                }
                _ => vec![],
            },
            Input::TakeFailed { account, claim } => {
                if let Some(Click::Asking { number }) = self.clicks.remove(&(account, claim)) {
                    self.no_longer_asked_for(number);
                }
                vec![]
            }
            Input::Returned { room, number, arrived } => {
                let mut effects = self.no_longer_held(now, room, End::Cut);
                effects.extend(self.arrived(now, room, number, arrived));
                effects
            }
            Input::Reach { room, reach } => self.reach(room, reach),
            Input::Available { accounts } => self.available_now(now, accounts),
            Input::Heard { account } => {
                self.heard.insert(account, now);
                vec![]
            }
            Input::Offered { room, from, to } => self.offered(now, room, from, to),
            Input::Accepted { room, by } => self.accepted(now, room, by),
            Input::Declined { room, by } => self.declined(room, by),
            Input::HandedOver { room, to } => self.handed_over(now, room, to),
            Input::NotHandedOver { room, to } => self.not_handed_over(room, to),
            Input::Ended { room } => {
                let mut effects = self.no_longer_held(now, room, End::Over);
                if let Some(&number) = self.numbers.get(&room) {
                    effects.extend(self.left(now, number, Left::ByThemselves));
                }
                effects
            }
            Input::Tick => self.tick(now),
        }
    }

    /// When `Tick` is next due.
    pub fn deadline(&self) -> Option<Time> {
        let away = self.available.iter().filter_map(|account| self.heard.get(account)).min();
        let away = away.map(|heard| heard.plus(self.rules.away).plus(Span(1)));
        [away, self.offers_end(), self.forecast_due()].into_iter().flatten().min()
    }

    fn tick(&mut self, now: Time) -> Vec<Effect> {
        let is_away =
            |account: &&AccountId| self.heard.get(account).is_some_and(|&heard| self.rules.away < now.since(heard));
        let away: Vec<_> = self.available.iter().filter(is_away).copied().collect();
        let mut effects: Vec<_> = away.iter().map(|&account| Effect::SwitchOff { account }).collect();
        if !away.is_empty() {
            let still = self.available.iter().filter(|account| !away.contains(account)).copied().collect();
            effects.extend(self.available_now(now, still));
            self.has_moved(now);
        }
        effects.extend(self.expire_offers(now));
        effects.extend(self.foretell(now));
        effects
    }

    fn reach(&mut self, room: RoomId, reach: Reach) -> Vec<Effect> {
        let waiting = self.numbers.get(&room).and_then(|number| self.waiting.get_mut(number));
        match waiting {
            Some(waiting) if waiting.reach != reach => {
                waiting.reach = reach;
                vec![Effect::Numbers]
            }
            _ => vec![],
        }
    }

    /// A room may be reported more than once: two joins with one key, or a room that was woken.
    fn arrived(&mut self, now: Time, room: RoomId, number: i64, arrived: Time) -> Vec<Effect> {
        if self.held.contains_key(&room) {
            return vec![];
        }
        if self.waiting.contains_key(&number) {
            // Woken anew: whether its student can be reached is not known any more.
            let mut effects = self.reach(room, Reach::Reconnecting);
            effects.extend(self.places_from(now, number));
            return effects;
        }
        self.numbers.insert(room, number);
        self.waiting.insert(
            number,
            Waiting { room, arrived, reach: Reach::Reconnecting, being_taken: false, heard: Heard::default() },
        );
        // Almost always the newcomer is last, and nobody else's place changes.
        let mut effects = self.places_from(now, number);
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
        if self.rules.limit <= self.holding(account) {
            return self.answered(now, account, claim, Answer::Limit);
        }
        let mut free = self.waiting.iter_mut().filter(|(_, waiting)| !waiting.being_taken).peekable();
        let answer = if free.peek().is_some() { Answer::NobodyHere } else { Answer::Nobody };
        let Some((&number, first)) = free.find(|(_, waiting)| waiting.reach == Reach::Present) else {
            return self.answered(now, account, claim, answer);
        };
        first.being_taken = true;
        let room = first.room;
        self.clicks.insert((account, claim), Click::Asking { number });
        self.learnt.pressed(now, account);
        vec![Effect::Take { account, claim, room }]
    }

    fn answer_again(&self, account: AccountId, claim: ClaimId, answer: Answer) -> Effect {
        let held = self.held.iter().find(|(_, held)| held.account == account && held.claim == Some(claim));
        match held {
            Some((&room, _)) => Effect::Yours { account, claim, room },
            None if answer == Answer::Student => Effect::Again { account, claim, answer },
            // Perhaps the store did not take it the first time: nothing is told that it does not keep.
            None => Effect::Remember { account, claim, answer },
        }
    }

    /// Rooms held, those the store is being asked for, and those that are being handed over to them.
    pub(super) fn holding(&self, account: AccountId) -> usize {
        let asking = |(&(who, _), click): (&(AccountId, ClaimId), &Click)| {
            who == account && matches!(click, Click::Asking { .. })
        };
        self.held.values().filter(|held| held.account == account).count()
            + self.clicks.iter().filter(|&click| asking(click)).count()
            + self.accepting(account)
    }

    fn confirmed(&mut self, now: Time, account: AccountId, claim: ClaimId, room: RoomId) -> Vec<Effect> {
        let Some(&Click::Asking { number }) = self.clicks.get(&(account, claim)) else {
            return vec![];
        };
        self.no_longer_asked_for(number);
        self.remember(now, account, claim, Answer::Student);
        let mut effects = vec![Effect::Yours { account, claim, room }];
        effects.extend(self.taken(now, room, account, Some(claim), Since::Began(now)));
        effects
    }

    /// The order of taking stays as it is remembered, where it is.
    fn found_held(&mut self, now: Time, room: RoomId, account: AccountId, claim: Option<ClaimId>) -> Vec<Effect> {
        self.taken(now, room, account, claim, Since::Found(now))
    }

    fn taken(
        &mut self,
        now: Time,
        room: RoomId,
        account: AccountId,
        claim: Option<ClaimId>,
        since: Since,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.held.get_mut(&room) {
            Some(held) if held.account == account => held.claim = claim,
            _ => {
                effects = self.no_longer_held(now, room, End::Cut);
                self.taken += 1;
                self.held.insert(room, Holder { account, claim, nth: self.taken, since });
                self.learnt.holds(now, account, self.holding(account));
            }
        }
        if let Some(&number) = self.numbers.get(&room) {
            effects.extend(self.left(now, number, Left::IntoARoom));
        }
        effects
    }

    fn no_longer_asked_for(&mut self, number: i64) {
        if let Some(waiting) = self.waiting.get_mut(&number) {
            waiting.being_taken = false;
        }
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

    fn left(&mut self, now: Time, number: i64, how: Left) -> Vec<Effect> {
        let Some(waiting) = self.waiting.remove(&number) else {
            return vec![];
        };
        self.numbers.remove(&waiting.room);
        self.waited(now, &waiting, how);
        let mut effects = self.places_from(now, number);
        effects.push(Effect::Numbers);
        effects
    }

    fn available_now(&mut self, now: Time, accounts: BTreeSet<AccountId>) -> Vec<Effect> {
        self.heard.retain(|account, _| accounts.contains(account));
        for &account in &accounts {
            // Nobody is away because the server was.
            self.heard.entry(account).or_insert(now);
        }
        if accounts == self.available {
            return vec![];
        }
        let was_attended = !self.available.is_empty();
        self.learnt.available(now, &self.available, &accounts);
        self.available = accounts;
        let mut effects = vec![Effect::Door];
        if self.available.is_empty() {
            effects.extend(self.forget_ranges());
        }
        if was_attended == self.available.is_empty() {
            effects.extend(self.places_from(now, i64::MIN));
        }
        effects.extend(self.withdraw_offers_to_the_unavailable());
        effects
    }
}
