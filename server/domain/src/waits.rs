//! How long somebody who waits may still have to wait, as a range in steps that people understand.
//!
//! What the recent past says is in `waits/durations.rs`, what may come of it in `waits/forecast.rs`; here a range is
//! chosen from the ways in which it may go. It knows neither rooms nor accounts, and shows nothing it has no ground for.

pub(crate) mod durations;
pub(crate) mod forecast;

use crate::Span;

/// From now on. An open end means: longer than anybody could tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Range {
    pub from: Span,
    pub to: Option<Span>,
}

/// Where ranges begin and end, in seconds. What may take longer than the last has an open end.
const STEPS: [i64; 29] = [
    0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 900, 1_200, 1_500, 1_800, 2_400, 3_000,
    3_600, 4_500, 5_400, 7_200, 9_000, 10_800,
];

impl Range {
    pub fn holds(self, span: Span) -> bool {
        self.from <= span && self.to.is_none_or(|to| span <= to)
    }

    /// The narrowest range, or the one that was shown as long as it is hardly worse: nobody likes numbers that flicker.
    pub(crate) fn of(waits: &[i64], share: f64, shown: Option<Self>) -> Self {
        let narrowest = Self::narrowest(waits, share);
        shown.filter(|shown| shown.is_nearly(narrowest) && shown.is_held_by(waits, share)).unwrap_or(narrowest)
    }

    fn is_nearly(self, narrowest: Self) -> bool {
        match (self.to, narrowest.to) {
            (Some(to), Some(least)) => 4 * (to.0 - self.from.0) <= 5 * (least.0 - narrowest.from.0),
            (None, None) => narrowest.from <= self.from,
            _ => false,
        }
    }

    fn is_held_by(self, waits: &[i64], share: f64) -> bool {
        let held = waits.iter().filter(|&&wait| self.holds(Span(wait))).count();
        waits.len() as f64 * share <= held as f64
    }

    /// The narrowest range that holds this share of the waits, which are in order and in milliseconds.
    fn narrowest(waits: &[i64], share: f64) -> Self {
        let needed = (waits.len() as f64 * share).ceil() as usize;
        let below = |seconds: i64| waits.partition_point(|&wait| wait < seconds * 1_000);
        let up_to = |seconds: i64| waits.partition_point(|&wait| wait <= seconds * 1_000);
        let (begins, ends) = (STEPS.map(below), STEPS.map(up_to));
        let mut best: Option<(i64, usize, Self)> = None;
        for (&from, &begin) in STEPS.iter().zip(&begins) {
            let closed = STEPS.iter().zip(&ends).find(|&(&to, &end)| from < to && begin + needed <= end);
            let Some((&to, &end)) = closed else { break };
            let (width, held) = (to - from, end - begin);
            if best.is_none_or(|(least, most, _)| width < least || (width == least && most < held)) {
                best = Some((width, held, Self { from: Span::seconds(from), to: Some(Span::seconds(to)) }));
            }
        }
        best.map_or_else(|| Self::longer_than(waits, share), |(_, _, range)| range)
    }

    /// With an open end: only the part that is too short is left out.
    fn longer_than(waits: &[i64], share: f64) -> Self {
        let spare = waits.len() - (waits.len() as f64 * share).ceil() as usize;
        let shortest = waits.get(spare).copied().unwrap_or(0);
        let from = STEPS.iter().rev().find(|&&seconds| seconds * 1_000 <= shortest).copied().unwrap_or(0);
        Self { from: Span::seconds(from), to: None }
    }
}

#[cfg(test)]
mod stories;
