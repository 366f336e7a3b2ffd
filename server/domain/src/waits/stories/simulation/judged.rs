//! What students were told, and how it compares with what came.
//!
//! The first range is judged once for each student, when it is told; after that what is shown is judged every ten
//! seconds, as time that remains. It knows nothing of how the ranges came about.

use std::fmt;

use crate::{Span, waits::Range};

/// One who waits: what is shown now, and what was shown at the moments that are judged.
pub struct Student {
    came: i64,
    shown: Option<Range>,
    told: Vec<(i64, Range)>,
    looks: Vec<(i64, Option<Range>)>,
}

impl Student {
    pub fn new(now: i64) -> Self {
        Self { came: now, shown: None, told: Vec::new(), looks: Vec::new() }
    }

    pub fn is_told(&mut self, now: i64, range: Option<Range>) {
        if range != self.shown {
            self.told.extend(range.map(|range| (now, range)));
        }
        self.shown = range;
    }

    pub fn looked_at(&mut self, now: i64) {
        self.looks.push((now, self.shown));
    }
}

#[derive(Default)]
pub struct Judged {
    pub waits: Vec<i64>,
    pub first: Ranges,
    pub later: Ranges,
    pub looks: Ranges,
    pub moments: usize,
    pub moments_unknown: usize,
    pub never_told: usize,
    pub gave_up: usize,
    /// Gave up after the first range had passed.
    pub gave_up_late: usize,
}

#[derive(Default)]
pub struct Ranges {
    pub widths: Vec<i64>,
    pub held: usize,
}

impl Ranges {
    fn judge(&mut self, range: Range, remaining: i64) {
        self.widths.push(range.to.map_or(i64::MAX, |to| to.0 - range.from.0));
        self.held += usize::from(range.holds(Span(remaining)));
    }

    pub fn share(&self) -> f64 {
        self.held as f64 / self.widths.len() as f64
    }

    fn add(&mut self, other: Self) {
        self.widths.extend(other.widths);
        self.held += other.held;
    }
}

impl Judged {
    pub fn taken(&mut self, now: i64, student: &Student) {
        self.waits.push(now - student.came);
        match student.told.split_first() {
            Some((&(at, range), later)) => {
                self.first.judge(range, now - at);
                later.iter().for_each(|&(at, range)| self.later.judge(range, now - at));
            }
            None => self.never_told += 1,
        }
        for &(at, shown) in &student.looks {
            self.moments += 1;
            match shown {
                Some(range) => self.looks.judge(range, now - at),
                None => self.moments_unknown += 1,
            }
        }
    }

    pub fn gave_up(&mut self, now: i64, student: &Student) {
        self.gave_up += 1;
        let late = |(at, range): (i64, Range)| range.to.is_some_and(|to| to < Span(now - at));
        self.gave_up_late += usize::from(student.told.first().copied().is_some_and(late));
    }

    /// The median of all that was shown.
    pub fn width(&self) -> i64 {
        median(&[&self.first.widths[..], &self.later.widths[..]].concat())
    }

    pub fn add(&mut self, other: Self) {
        self.waits.extend(other.waits);
        self.first.add(other.first);
        self.later.add(other.later);
        self.looks.add(other.looks);
        self.moments += other.moments;
        self.moments_unknown += other.moments_unknown;
        self.never_told += other.never_told;
        self.gave_up += other.gave_up;
        self.gave_up_late += other.gave_up_late;
    }
}

pub fn median(values: &[i64]) -> i64 {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// The narrowest span that holds four fifths of these, whatever one knew beforehand.
pub fn spread(values: &[i64]) -> i64 {
    let mut values = values.to_vec();
    values.sort_unstable();
    let held = values.len() * 4 / 5;
    (held..values.len()).map(|at| values[at] - values[at - held]).min().unwrap_or(0)
}

impl fmt::Display for Judged {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |values: &[i64]| median(values) / 1_000;
        writeln!(out)?;
        writeln!(out, "  {:>6} taken after {} s in the middle", self.waits.len(), seconds(&self.waits))?;
        writeln!(out, "  {:>6} s hold four fifths of all waits", spread(&self.waits) / 1_000)?;
        writeln!(out, "  {:>6} gave up, {} of them later than told", self.gave_up, self.gave_up_late)?;
        let kinds = [("first", &self.first), ("later", &self.later), ("every 10 s", &self.looks)];
        for (kind, ranges) in kinds {
            let (shown, held) = (ranges.widths.len(), 100.0 * ranges.share());
            writeln!(out, "  {shown:>6} ranges {kind}: {held:.1} % held, width {} s", seconds(&ranges.widths))?;
        }
        writeln!(out, "  {:>6} s is the width of all that were shown", self.width() / 1_000)?;
        let unknown = 100.0 * self.moments_unknown as f64 / self.moments.max(1) as f64;
        write!(out, "  {unknown:>6.1} % of the moments nothing was known; {} were never told", self.never_told)
    }
}
