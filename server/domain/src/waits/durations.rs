//! How long something has lately taken, and from that how long what is under way may still take.
//!
//! Some of it was cut short: a counsellor who saw somebody wait was forestalled by a colleague, a conversation still
//! goes on. That they took at least so long counts too (the product-limit estimate of Kaplan and Meier), or the short
//! ones would speak for all. It knows nothing of what it measures.

use std::collections::VecDeque;

use crate::Span;

/// How many that came to their end are remembered.
const REMEMBERED: usize = 50;

/// How many in all: those that were cut short say less.
const REMEMBERED_IN_ALL: usize = 150;

/// Fewer than these say nothing.
const ENOUGH: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct Durations {
    seen: VecDeque<Seen>,
    over: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    /// It was watched only from here on: had it been shorter, nobody would know of it.
    from: Span,
    length: Span,
    end: End,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum End {
    /// It came to its end.
    Over,
    /// It took longer than this; how long, nobody knows.
    Cut,
}

impl Durations {
    pub fn learn(&mut self, length: Span, end: End) {
        self.learn_from(Span(0), length, end);
    }

    pub fn learn_from(&mut self, from: Span, length: Span, end: End) {
        self.seen.push_back(Seen { from, length: length.max(from), end });
        self.over += usize::from(end == End::Over);
        while REMEMBERED < self.over || REMEMBERED_IN_ALL < self.seen.len() {
            let oldest = self.seen.pop_front();
            self.over -= usize::from(oldest.is_some_and(|seen| seen.end == End::Over));
        }
    }

    pub fn says_something(&self) -> bool {
        ENOUGH <= self.over
    }

    /// The chances, given also what has been under way for so long; None while too little is known.
    pub fn curve(&self, under_way: impl Iterator<Item = Span>) -> Option<Curve> {
        if !self.says_something() {
            return None;
        }
        let mut seen: Vec<_> = self.seen.iter().map(|seen| (seen.length.0, seen.end)).collect();
        seen.extend(under_way.map(|length| (length.0, End::Cut)));
        seen.sort_unstable();
        let mut from: Vec<_> = self.seen.iter().map(|seen| seen.from.0).filter(|&from| 0 < from).collect();
        from.sort_unstable();
        let mut points = vec![(0, 1.0)];
        let mut chance = 1.0;
        for (nth, &(length, end)) in seen.iter().enumerate() {
            if end == End::Over {
                let not_yet = from.len() - from.partition_point(|&from| from < length);
                let watched = (seen.len() - nth).saturating_sub(not_yet).max(1);
                // As if one more had never ended: the longest that was seen is not the longest there is.
                chance *= 1.0 - 1.0 / (watched + 1) as f64;
                points.push((length, chance));
            }
        }
        let beyond = beyond(&seen, &points);
        Some(Curve::through(points, beyond))
    }
}

/// How long the longest fourth went on beyond the others: the time in which that was watched, for each that ended.
fn beyond(seen: &[(i64, End)], points: &[(i64, f64)]) -> f64 {
    let long = points.get(points.len() * 3 / 4).map_or(0, |point| point.0);
    let watched: i64 = seen.iter().map(|&(length, _)| (length - long).max(0)).sum();
    let ended = seen.iter().filter(|&&(length, end)| long < length && end == End::Over).count();
    (watched.max(1) as f64) / ended.max(1) as f64
}

/// The chance that something takes longer than a given time, falling evenly between what was seen.
#[derive(Debug)]
pub(crate) struct Curve {
    points: Vec<(i64, f64)>,
    /// Beyond the last point, it goes on for so long on average.
    beyond: f64,
    /// The lengths for evenly falling chances: they are looked up much more often than there are points.
    lengths: Vec<f64>,
}

/// How finely lengths are looked up.
const LENGTHS: usize = 128;

/// Something that has gone on for a while already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnderWay<'a> {
    curve: &'a Curve,
    elapsed: i64,
    chance: f64,
}

impl UnderWay<'_> {
    /// How long it still takes, in a world in which only this share takes longer.
    pub fn remaining(&self, share: f64) -> i64 {
        let last = self.curve.points.last().map_or(0, |point| point.0);
        if last <= self.elapsed {
            // What has gone on for longer than anything is likely to go on.
            return (self.curve.beyond.max(self.elapsed as f64 / 4.0) * -share.ln()).max(0.0) as i64;
        }
        (self.curve.length(self.chance * share) as i64 - self.elapsed).max(0)
    }
}

impl Curve {
    fn through(points: Vec<(i64, f64)>, beyond: f64) -> Self {
        let mut curve = Self { points, beyond, lengths: Vec::with_capacity(LENGTHS) };
        curve.lengths = (0..LENGTHS).map(|nth| curve.length_at(1.0 - nth as f64 / LENGTHS as f64)).collect();
        curve
    }

    pub fn after(&self, elapsed: i64) -> UnderWay<'_> {
        let chance = if elapsed <= 0 { 1.0 } else { self.chance_of_longer(elapsed) };
        UnderWay { curve: self, elapsed, chance }
    }

    fn length(&self, chance: f64) -> f64 {
        let at = (1.0 - chance).max(0.0) * LENGTHS as f64;
        let nth = at as usize;
        match (self.lengths.get(nth), self.lengths.get(nth + 1)) {
            (Some(from), Some(to)) => from + (to - from) * (at - nth as f64),
            _ => self.length_at(chance),
        }
    }

    fn chance_of_longer(&self, length: i64) -> f64 {
        let after = self.points.partition_point(|point| point.0 <= length);
        match (after.checked_sub(1).and_then(|at| self.points.get(at)), self.points.get(after)) {
            (Some(from), Some(to)) => from.1 - (from.1 - to.1) * (length - from.0) as f64 / (to.0 - from.0) as f64,
            (Some(last), None) => last.1,
            (None, _) => 1.0,
        }
    }

    fn length_at(&self, chance: f64) -> f64 {
        let after = self.points.partition_point(|point| chance <= point.1);
        match (after.checked_sub(1).and_then(|at| self.points.get(at)), self.points.get(after)) {
            (Some(from), Some(to)) => from.0 as f64 + (to.0 - from.0) as f64 * (from.1 - chance) / (from.1 - to.1),
            (Some(last), None) => last.0 as f64 + self.beyond * (last.1 / chance).ln(),
            (None, _) => 0.0,
        }
    }
}
