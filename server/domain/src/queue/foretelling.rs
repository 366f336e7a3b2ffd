//! When waiting times are computed anew, whom they are told, and how surely they must hold.
//!
//! A step never computes them, it notes that something has changed: a join stays cheap. `Tick` computes, at most once a
//! second. What was told is held against what then came, and the next ranges are wider or narrower for it.

use super::{Effect, Place, Queue, Waiting, watching::Left};
use crate::{
    Span, Time,
    waits::{Range, forecast::PLACES},
};

/// Not sooner after the last time, whatever changes.
const AT_MOST_EVERY: Span = Span::seconds(1);

/// Time alone changes the ranges while somebody waits.
const AT_LEAST_EVERY: Span = Span::seconds(10);

/// With nobody waiting, conversations that go on change what somebody who came would be told.
const FOR_NEWCOMERS_EVERY: Span = Span::seconds(30);

/// The share of ranges that shall hold, and the share of runs that a range must at least and at most hold for it.
const SHALL_HOLD: f64 = 0.81;
const SHARE_AT_FIRST: f64 = 0.85;
const SHARES: (f64, f64) = (0.78, 0.95);

/// How much a single wait changes the share.
const LESSON: f64 = 0.02;

/// More changes than these of one range are not remembered.
const CHANGES_KEPT: usize = 200;

/// What is told at present, and how sure it must be.
#[derive(Debug)]
pub(super) struct Told {
    /// By the number of those ahead; one more than wait, for whoever comes.
    ranges: Vec<Option<Range>>,
    newcomer: Option<Range>,
    computed: Option<Time>,
    /// When something has changed that was not computed yet.
    changed: Option<Time>,
    share: f64,
}

impl Default for Told {
    fn default() -> Self {
        Self { ranges: vec![], newcomer: None, computed: None, changed: None, share: SHARE_AT_FIRST }
    }
}

impl Told {
    pub(super) fn share(&self) -> f64 {
        self.share
    }

    pub(super) fn has_changed(&mut self, now: Time) {
        self.changed.get_or_insert(now);
    }

    fn learn(&mut self, missed: f64) {
        self.share = (self.share + LESSON * (missed - (1.0 - SHALL_HOLD))).clamp(SHARES.0, SHARES.1);
    }
}

/// What one who waits was told, and when.
#[derive(Debug, Default)]
pub(super) struct Heard {
    shown: Option<Range>,
    changes: Vec<(Time, Option<Range>)>,
}

impl Heard {
    pub(super) fn shown(&self) -> Option<Range> {
        self.shown
    }

    fn hear(&mut self, now: Time, range: Option<Range>) {
        if range != self.shown && self.changes.len() < CHANGES_KEPT {
            self.changes.push((now, range));
        }
        self.shown = range;
    }

    /// How much of what was told did not hold: half for the first range, half for those that followed; None when nothing
    /// was told.
    fn missed(&self, taken: Time) -> Option<f64> {
        let told = self.changes.iter().filter_map(|&(since, range)| Some((since, range?)));
        let missed = told.map(|(since, range)| if range.holds(taken.since(since)) { 0.0 } else { 1.0 });
        let missed: Vec<f64> = missed.collect();
        let (first, later) = missed.split_first()?;
        let later = if later.is_empty() { *first } else { later.iter().sum::<f64>() / later.len() as f64 };
        Some((first + later) / 2.0)
    }
}

impl Queue {
    /// What somebody who came now would be told; None when that is not known or nobody is available.
    pub fn wait_of_newcomer(&self) -> Option<Range> {
        self.range(self.waiting.len())
    }

    /// Nothing is due while nobody is available, or as long as nothing can be known.
    pub(super) fn forecast_due(&self) -> Option<Time> {
        if !self.is_open() || self.learnt.is_empty() {
            return None;
        }
        let after = |span| self.told.computed.map(|computed| computed.plus(span));
        match self.told.changed {
            Some(changed) => Some(after(AT_MOST_EVERY).map_or(changed, |soonest| soonest.max(changed))),
            None if self.waiting.is_empty() && self.held.is_empty() => None,
            None if self.waiting.is_empty() => after(FOR_NEWCOMERS_EVERY),
            None => after(AT_LEAST_EVERY),
        }
    }

    pub(super) fn foretell(&mut self, now: Time) -> Vec<Effect> {
        if self.forecast_due().is_none_or(|due| now < due) {
            return vec![];
        }
        self.told.ranges = self.forecast(now, self.told.newcomer);
        (self.told.computed, self.told.changed) = (Some(now), None);
        let ranges: Vec<_> = (0..self.waiting.len()).map(|ahead| self.range(ahead)).collect();
        let mut effects = Vec::new();
        for ((ahead, waiting), wait) in (0..).zip(self.waiting.values_mut()).zip(ranges) {
            if waiting.heard.shown() != wait {
                waiting.heard.hear(now, wait);
                effects.push(Effect::Place { room: waiting.room, place: Place { ahead, attended: true, wait } });
            }
        }
        if self.told.newcomer != self.wait_of_newcomer() {
            self.told.newcomer = self.wait_of_newcomer();
            effects.push(Effect::Numbers);
        }
        effects
    }

    /// Nobody is told a time when nobody is available.
    pub(super) fn forget_ranges(&mut self) -> Vec<Effect> {
        self.told.ranges.clear();
        if self.told.newcomer.take().is_some() { vec![Effect::Numbers] } else { vec![] }
    }

    /// Somebody no longer waits: what they were told is held against it, and how long they stayed is remembered.
    pub(super) fn waited(&mut self, now: Time, waiting: &Waiting, how: Left) {
        if how == Left::IntoARoom
            && let Some(missed) = waiting.heard.missed(now)
        {
            self.told.learn(missed);
        }
        self.learnt.waited(now.since(waiting.arrived), how);
    }

    /// The places of everyone who came at `number` or later.
    pub(super) fn places_from(&mut self, now: Time, number: i64) -> Vec<Effect> {
        let attended = self.is_open();
        let before = self.waiting.range(..number).count();
        let ranges: Vec<_> = (before..self.waiting.len()).map(|ahead| self.range(ahead)).collect();
        let places = (before as u32..).zip(self.waiting.range_mut(number..)).zip(ranges);
        places
            .map(|((ahead, (_, waiting)), known)| {
                // Whoever moves up keeps what they were shown until it is computed: what was foretold to the one before
                // them had to do with who was about to take that one.
                let wait = known.map(|known| waiting.heard.shown.unwrap_or(known));
                waiting.heard.hear(now, wait);
                Effect::Place { room: waiting.room, place: Place { ahead, attended, wait } }
            })
            .collect()
    }

    fn range(&self, ahead: usize) -> Option<Range> {
        let known = self.told.ranges.get(ahead.min(PLACES)).copied().flatten().filter(|_| self.is_open())?;
        if ahead <= PLACES { Some(known) } else { Some(Range { to: None, ..known }) }
    }
}
