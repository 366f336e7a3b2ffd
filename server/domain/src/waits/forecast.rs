//! The ways in which a queue may go on, played through many times, and from them a range for each place.
//!
//! Conversations end, counsellors rest and take the next, some who wait leave. Always the same dice are thrown, so the
//! same state has the same forecast, and one that has hardly changed a similar one. It knows no rooms and no accounts.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    Range,
    durations::{Curve, UnderWay},
};

/// How often the future is played through.
const RUNS: usize = 160;

/// The most places that are looked at; those behind them are told only that it takes longer.
pub(crate) const PLACES: usize = 50;

/// In how many of the runs a place must come to its turn, for its range to be known.
const KNOWN_RUNS: usize = RUNS * 9 / 10;

/// Nobody looks further ahead.
const HORIZON: i64 = 4 * 3_600_000;

/// What is known about how long things take; None where it is not.
#[derive(Debug)]
pub(crate) struct Known {
    /// Conversations.
    pub talks: Option<Curve>,
    /// From the moment when somebody waits to the press of a counsellor who is free.
    pub answers: Option<Curve>,
    /// From the end of a conversation to the press, while somebody waits.
    pub pauses: Option<Curve>,
    /// How long people wait before they give up.
    pub patience: Option<Curve>,
    /// How long counsellors stay available.
    pub stays: Option<Curve>,
    /// How long it is from one counsellor's coming to the next's.
    pub comings: Option<Curve>,
    pub last_coming: i64,
    /// How many rooms each of those who are not here held at once.
    pub appetites: Vec<usize>,
}

/// A counsellor who is available. All lengths are milliseconds.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// How long each conversation has gone on.
    pub talks: Vec<i64>,
    /// How many they lately held at once.
    pub appetite: usize,
    pub mood: Mood,
    /// How long they have been available.
    pub here: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mood {
    /// Free, and has seen somebody wait for so long.
    Sees(i64),
    /// The last conversation ended so long ago.
    Rests(i64),
}

/// Somebody who waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Waiter {
    /// Reachable, and has waited for so long.
    Here(i64),
    /// Passed over, or on the way into a room already.
    Gone,
}

/// A range for each who waits, in their order, and one more for whoever would come now; `shown` is what they see.
pub(crate) fn ranges(
    known: &Known,
    desks: &[Desk],
    waiters: &[Waiter],
    share: f64,
    shown: &[Option<Range>],
) -> Vec<Option<Range>> {
    let mut waits = vec![Vec::with_capacity(RUNS); waiters.len() + 1];
    let begin = Begin::of(known, desks, waiters);
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..RUNS {
        let run = Run { known, dice: &mut dice, events: BinaryHeap::new(), desks: begin.desks.clone() };
        run.play(&begin, &mut waits);
    }
    let range = |(mut waits, shown): (Vec<i64>, &Option<Range>)| {
        waits.sort_unstable();
        (KNOWN_RUNS <= waits.len()).then(|| Range::of(&waits, share, *shown))
    };
    waits.into_iter().zip(shown).map(range).collect()
}

/// How every run begins.
struct Begin<'a> {
    desks: Vec<Now>,
    /// What is under way, and of whom; what nobody knows the length of does not come at all.
    events: Vec<(usize, Event, UnderWay<'a>)>,
    waiters: Vec<Stays<'a>>,
}

enum Stays<'a> {
    For(UnderWay<'a>),
    ToTheEnd,
    IsGone,
}

impl<'a> Begin<'a> {
    fn of(known: &'a Known, desks: &[Desk], waiters: &[Waiter]) -> Self {
        let mut begin = Self { desks: vec![], events: vec![], waiters: vec![] };
        for (nth, desk) in desks.iter().enumerate() {
            begin.desk(known, nth, desk);
        }
        begin.event(0, Event::Comes, &known.comings, known.last_coming);
        let waiter = |waiter: &Waiter| match (waiter, &known.patience) {
            (Waiter::Gone, _) => Stays::IsGone,
            (Waiter::Here(_), None) => Stays::ToTheEnd,
            (Waiter::Here(elapsed), Some(patience)) => Stays::For(patience.after(*elapsed)),
        };
        // Whoever would come now stays.
        begin.waiters = waiters.iter().map(waiter).chain([Stays::ToTheEnd]).collect();
        begin
    }

    fn desk(&mut self, known: &'a Known, nth: usize, desk: &Desk) {
        let mut next = Next::Nothing;
        for &elapsed in &desk.talks {
            self.event(nth, Event::TalkEnds, &known.talks, elapsed);
        }
        if desk.talks.len() < desk.appetite {
            next = Next::WillPress;
            match desk.mood {
                Mood::Sees(elapsed) => self.event(nth, Event::Press, &known.answers, elapsed),
                Mood::Rests(elapsed) => self.event(nth, Event::Press, &known.pauses, elapsed),
            }
        }
        self.event(nth, Event::Goes, &known.stays, desk.here);
        self.desks.push(Now { held: desk.talks.len(), appetite: desk.appetite, next });
    }

    fn event(&mut self, nth: usize, event: Event, curve: &'a Option<Curve>, elapsed: i64) {
        self.events.extend(curve.as_ref().map(|curve| (nth, event, curve.after(elapsed))));
    }
}

struct Run<'a> {
    known: &'a Known,
    dice: &'a mut Dice,
    events: BinaryHeap<Reverse<(i64, usize, Event)>>,
    desks: Vec<Now>,
}

/// How many rooms a counsellor holds now, how many they would, and whether a press of theirs is to come.
#[derive(Clone, Copy)]
struct Now {
    held: usize,
    appetite: usize,
    next: Next,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    TalkEnds,
    Press,
    Goes,
    /// Another counsellor.
    Comes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    WillPress,
    Nothing,
    /// Takes nobody any more.
    Gone,
}

impl Run<'_> {
    fn play(mut self, begin: &Begin, waits: &mut [Vec<i64>]) {
        for &(nth, event, under_way) in &begin.events {
            self.comes_after(0, nth, event, under_way);
        }
        let queue: Vec<_> = begin.waiters.iter().map(|stays| self.leaves(stays)).collect();
        let mut next = 0;
        while let Some(Reverse((at, nth, event))) = self.events.pop() {
            if HORIZON <= at {
                // Nor would anything later count.
                waits[next..].iter_mut().for_each(|waits| waits.push(HORIZON));
                return;
            }
            match event {
                Event::TalkEnds => self.talk_ends(at, nth),
                Event::Goes => self.desks[nth].next = Next::Gone,
                Event::Comes => self.comes(at),
                Event::Press if self.desks[nth].next == Next::Gone => {}
                Event::Press => {
                    // Whoever has left by now would have been taken now at the latest, had they stayed.
                    let behind = queue[next..].iter().position(|&leaves| at < leaves);
                    let taken = behind.map_or(queue.len() - 1, |ahead| next + ahead);
                    waits[next..=taken].iter_mut().for_each(|waits| waits.push(at));
                    next = taken + 1;
                    if next == queue.len() {
                        return;
                    }
                    self.takes(at, nth);
                }
            }
        }
    }

    fn comes(&mut self, at: i64) {
        let nth = (self.dice.chance() * self.known.appetites.len() as f64) as usize;
        let appetite = self.known.appetites.get(nth).copied().unwrap_or(1);
        self.desks.push(Now { held: 0, appetite, next: Next::Nothing });
        self.may_press(at, self.desks.len() - 1, &self.known.answers);
        self.begins(at, 0, Event::Comes, &self.known.comings);
    }

    fn talk_ends(&mut self, at: i64, nth: usize) {
        self.desks[nth].held -= 1;
        if self.desks[nth].next == Next::Nothing {
            self.may_press(at, nth, &self.known.pauses);
        }
    }

    fn takes(&mut self, at: i64, nth: usize) {
        self.desks[nth].held += 1;
        self.desks[nth].next = Next::Nothing;
        self.begins(at, nth, Event::TalkEnds, &self.known.talks);
        self.may_press(at, nth, &self.known.answers);
    }

    fn leaves(&mut self, stays: &Stays) -> i64 {
        match stays {
            Stays::IsGone => 0,
            Stays::ToTheEnd => HORIZON,
            Stays::For(under_way) => under_way.remaining(self.dice.chance()),
        }
    }

    fn may_press(&mut self, from: i64, nth: usize, curve: &Option<Curve>) {
        if self.desks[nth].held < self.desks[nth].appetite {
            self.desks[nth].next = Next::WillPress;
            self.begins(from, nth, Event::Press, curve);
        }
    }

    fn begins(&mut self, from: i64, nth: usize, event: Event, curve: &Option<Curve>) {
        if let Some(curve) = curve {
            self.comes_after(from, nth, event, curve.after(0));
        }
    }

    fn comes_after(&mut self, from: i64, nth: usize, event: Event, under_way: UnderWay) {
        let remaining = under_way.remaining(self.dice.chance());
        self.events.push(Reverse((from + remaining, nth, event)));
    }
}

/// Numbers as good as random, the same ones each time (the mixing of SplitMix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// Above 0, up to 1.
    pub(super) fn chance(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON
    }
}
