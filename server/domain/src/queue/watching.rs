//! What the queue learns from its own inputs: how long conversations last, how soon free counsellors press, how long
//! people wait before they give up, and how many rooms each counsellor lately held at once.
//!
//! It lives in memory only and starts anew with the server. It knows no parameters, only what has happened.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Click, Holder, Input, Queue, Since, Waiting};
use crate::{
    AccountId, Span, Time,
    room::Reach,
    waits::{
        Range,
        durations::{Durations, End},
        forecast::{self, Desk, Known, Mood, Waiter},
    },
};

/// After a conversation a counsellor may be resting for so long.
const REST: Span = Span::seconds(600);

/// Whoever has not pressed for so long while somebody waited wants no more rooms than they hold.
const CONTENT: Span = Span::seconds(900);

/// How long it is remembered that a counsellor held so many rooms.
const APPETITE_KEPT: Span = Span::seconds(7 * 24 * 3_600);

#[derive(Debug, Default)]
pub(super) struct Learnt {
    talks: Durations,
    answers: Durations,
    pauses: Durations,
    patience: Durations,
    stays: Durations,
    /// How long until the next counsellor came, while somebody was there.
    comings: Durations,
    last_coming: Option<Since>,
    was_told: bool,
    habits: BTreeMap<AccountId, Habit>,
}

/// How somebody's waiting ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    IntoARoom,
    /// They gave up.
    ByThemselves,
    /// The store no longer had them.
    Otherwise,
}

/// How a counsellor lately worked.
#[derive(Clone, Copy, Debug)]
struct Habit {
    /// How many rooms they held at once, and when last.
    appetite: usize,
    reached: Time,
    /// When a conversation ended, unless they took another since.
    freed: Option<Time>,
    /// Since when they could have taken somebody.
    watch: Option<Time>,
    /// Since when they are available.
    here: Option<Since>,
}

impl Habit {
    fn new(now: Time) -> Self {
        Self { appetite: 1, reached: now, freed: None, watch: None, here: None }
    }

    /// When their rest began, if they were still resting when somebody could be taken.
    fn rests_since(&self) -> Option<Time> {
        self.freed.filter(|&freed| self.watch.is_some_and(|watch| watch.since(freed) < REST))
    }

    fn mood(&self, now: Time) -> Mood {
        let resting = self.rests_since().or(self.freed.filter(|&freed| now.since(freed) < REST));
        match (resting, self.watch) {
            (Some(freed), _) => Mood::Rests(now.since(freed).0),
            (None, watch) => Mood::Sees(watch.map_or(0, |watch| now.since(watch).0)),
        }
    }
}

impl Learnt {
    /// Without presses nothing can be foretold.
    pub(super) fn is_empty(&self) -> bool {
        !self.answers.says_something() && !self.pauses.says_something()
    }

    pub(super) fn pressed(&mut self, now: Time, account: AccountId) {
        if let Some(habit) = self.habits.get(&account) {
            self.watch_ends(now, *habit, End::Over);
        }
        if let Some(habit) = self.habits.get_mut(&account) {
            habit.watch = None;
            habit.freed = None;
        }
    }

    pub(super) fn holds(&mut self, now: Time, account: AccountId, rooms: usize) {
        let habit = self.habits.entry(account).or_insert(Habit::new(now));
        habit.freed = None;
        if habit.appetite <= rooms {
            (habit.appetite, habit.reached) = (rooms, now);
        }
    }

    pub(super) fn freed(&mut self, now: Time, holder: Holder, end: End) {
        if let Since::Began(began) = holder.since {
            self.talks.learn(now.since(began), end);
        }
        self.handed_on(now, holder.account);
    }

    /// This counsellor has one room less.
    pub(super) fn handed_on(&mut self, now: Time, account: AccountId) {
        self.habits.entry(account).or_insert(Habit::new(now)).freed = Some(now);
    }

    pub(super) fn waited(&mut self, length: Span, how: Left) {
        self.patience.learn(length, if how == Left::ByThemselves { End::Over } else { End::Cut });
    }

    /// Those who are there when the queue is told for the first time may have been there for long.
    pub(super) fn available(&mut self, now: Time, before: &BTreeSet<AccountId>, accounts: &BTreeSet<AccountId>) {
        let since = if self.was_told { Since::Began(now) } else { Since::Found(now) };
        self.was_told = true;
        for account in before.difference(accounts) {
            let habit = self.habits.get_mut(account).and_then(|habit| habit.here.take());
            if let Some(Since::Began(came)) = habit {
                self.stays.learn(now.since(came), End::Over);
            }
        }
        for &account in accounts.difference(before) {
            self.habits.entry(account).or_insert(Habit::new(now)).here = Some(since);
        }
        if !accounts.is_subset(before) {
            if let Some(Since::Began(last)) = self.last_coming {
                self.comings.learn(now.since(last), End::Over);
            }
            self.last_coming = Some(since);
        }
        if accounts.is_empty()
            && let Some(Since::Began(last)) = self.last_coming.take()
        {
            self.comings.learn(now.since(last), End::Cut);
        }
    }

    /// Starts and stops the watch of everyone who is available: it runs while they hold fewer rooms than they would
    /// and somebody can be taken.
    fn watch(&mut self, now: Time, account: AccountId, can_take: Option<usize>) {
        let habit = self.habits.entry(account).or_insert(Habit::new(now));
        let runs = can_take.is_some_and(|rooms| rooms < habit.appetite);
        let before = *habit;
        match (runs, habit.watch) {
            (true, None) => habit.watch = Some(now),
            (false, Some(_)) => {
                habit.watch = None;
                self.watch_ends(now, before, End::Cut);
            }
            _ => {}
        }
    }

    fn watch_ends(&mut self, now: Time, habit: Habit, end: End) {
        match (habit.watch, habit.rests_since()) {
            (Some(watch), Some(freed)) => self.pauses.learn_from(watch.since(freed), now.since(freed), end),
            (Some(watch), None) => self.answers.learn(now.since(watch), end),
            (None, _) => {}
        }
    }

    fn forget_old_habits(&mut self, now: Time, holdings: &HashMap<AccountId, usize>) {
        for (account, habit) in &mut self.habits {
            let rooms = holdings.get(account).copied().unwrap_or(0).max(1);
            let content = 1 < habit.appetite && habit.watch.is_some_and(|watch| CONTENT < now.since(watch));
            if rooms < habit.appetite && (content || APPETITE_KEPT < now.since(habit.reached)) {
                (habit.appetite, habit.reached) = (rooms, now);
            }
        }
    }
}

impl Queue {
    /// Called after whatever may have changed who could take somebody.
    pub(super) fn has_moved(&mut self, now: Time) {
        self.told.has_changed(now);
        let somebody = self.waiting.values().any(Waiting::can_be_taken);
        let holdings = self.holdings();
        let accounts: Vec<_> = self.learnt.habits.keys().chain(&self.available).copied().collect();
        for account in accounts {
            let rooms = holdings.get(&account).copied().unwrap_or(0);
            let can_take = somebody && self.available.contains(&account) && rooms < self.rules.limit;
            self.learnt.watch(now, account, can_take.then_some(rooms));
        }
    }

    /// The range of each place that could be known now.
    pub(super) fn forecast(&mut self, now: Time, newcomer: Option<Range>) -> Vec<Option<Range>> {
        let holdings = self.holdings();
        self.learnt.forget_old_habits(now, &holdings);
        let known = self.known(now);
        let mut talks: HashMap<AccountId, Vec<i64>> = HashMap::new();
        for held in self.held.values() {
            talks.entry(held.account).or_default().push(now.since(held.since.time()).0.max(0));
        }
        let desk = |account: &AccountId| {
            let habit = self.learnt.habits.get(account).copied().unwrap_or(Habit::new(now));
            let mut talks = talks.remove(account).unwrap_or_default();
            // Those on their way to them begin now.
            talks.resize(holdings.get(account).copied().unwrap_or(0).max(talks.len()), 0);
            talks.sort_unstable();
            Desk {
                talks,
                appetite: habit.appetite.min(self.rules.limit),
                mood: habit.mood(now),
                here: habit.here.map_or(0, |here| now.since(here.time()).0.max(0)),
            }
        };
        let desks: Vec<_> = self.available.iter().map(desk).collect();
        let waiter = |waiting: &Waiting| match waiting.can_be_taken() {
            true => Waiter::Here(now.since(waiting.arrived).0.max(0)),
            false => Waiter::Gone,
        };
        let waiters: Vec<_> = self.waiting.values().take(forecast::PLACES).map(waiter).collect();
        let mut shown: Vec<_> =
            self.waiting.values().take(forecast::PLACES).map(|waiting| waiting.heard.shown()).collect();
        shown.push(newcomer);
        forecast::ranges(&known, &desks, &waiters, self.told.share(), &shown)
    }

    fn known(&self, now: Time) -> Known {
        let going_on = self.held.values().filter_map(|held| match held.since {
            Since::Began(began) => Some(now.since(began)),
            Since::Found(_) => None,
        });
        let watching = |habit: &&Habit| habit.rests_since().is_none();
        let seen = self.learnt.habits.values().filter(watching).filter_map(|habit| Some(now.since(habit.watch?)));
        let here = self.learnt.habits.values().filter_map(|habit| habit.here);
        let stays = here.map(|here| now.since(here.time()));
        let last_coming = self.learnt.last_coming.map(|last| now.since(last.time()));
        let appetite = |habit: &Habit| habit.appetite.min(self.rules.limit);
        Known {
            talks: self.learnt.talks.curve(going_on),
            answers: self.learnt.answers.curve(seen),
            pauses: self.learnt.pauses.curve([].into_iter()),
            stays: self.learnt.stays.curve(stays),
            comings: self.learnt.comings.curve(last_coming.into_iter()),
            appetites: self.learnt.habits.values().filter(|habit| habit.here.is_none()).map(appetite).collect(),
            last_coming: last_coming.map_or(0, |span| span.0),
            patience: self.learnt.patience.curve(self.waiting.values().map(|waiting| now.since(waiting.arrived))),
        }
    }

    /// How many rooms each holds, with those the store is being asked for.
    fn holdings(&self) -> HashMap<AccountId, usize> {
        let asking = self.clicks.iter().filter(|(_, click)| matches!(click, Click::Asking { .. }));
        let accounts = self.held.values().map(|held| held.account).chain(asking.map(|(&(account, _), _)| account));
        let mut holdings = HashMap::new();
        accounts.for_each(|account| *holdings.entry(account).or_insert(0) += 1);
        holdings
    }
}

/// When an input may have changed who waits, who is free, or who holds whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Moves {
    Never,
    /// Otherwise everything was already so.
    WhenToldToAnybody,
    Always,
}

impl Input {
    pub(super) fn moves_the_queue(&self) -> Moves {
        match self {
            Self::Heard { .. } | Self::Tick => Moves::Never,
            Self::Offered { .. } | Self::Accepted { .. } | Self::Declined { .. } | Self::NotHandedOver { .. } => {
                Moves::Never
            }
            Self::Arrived { .. } | Self::Reach { .. } | Self::Available { .. } => Moves::WhenToldToAnybody,
            _ => Moves::Always,
        }
    }
}

impl Waiting {
    pub(super) fn can_be_taken(&self) -> bool {
        self.reach == Reach::Present && !self.being_taken
    }
}
