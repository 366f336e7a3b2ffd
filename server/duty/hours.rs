//! How long people wait and talk, by the hour of the week: counted in coarse steps, so that no wait can be found again.
//!
//! Who waited is not known here. Fewer than five of a kind are not shown: they could be somebody's.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use quietline_domain::{Span, Time};

use super::days;
use crate::store::activity::{Coarse, Lasted};

/// Fewer are not shown.
pub const LEAST_SHOWN: u64 = 5;

/// As many hours of the week are counted together, as they are shown: in a quiet house a finer count would be one person.
pub const BLOCK: u8 = 3;

const BLOCKS: u8 = 24 / BLOCK;

/// Where each step begins, in minutes; the last one has no end. In the store they stand by their number: they may be
/// added to at the end alone.
const WAITS: [u32; 8] = [0, 1, 2, 5, 10, 20, 30, 60];
const LENGTHS: [u32; 8] = [0, 5, 10, 20, 30, 45, 60, 90];

/// What many came to, in some hours of a day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    /// In this step lies the one in the middle, in minutes; the last step has no end.
    pub from_min: u32,
    pub to_min: Option<u32>,
}

/// Some hours of a day of the week. A day has 24 of them, also those that have 23 or 25: what is counted is the clock's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Block {
    /// 0 is Monday.
    pub weekday: u8,
    pub hour: u8,
}

/// What is kept of it: the hours in which it began, and a step.
pub fn coarse(what: Lasted, began: Time, lasted: Span, zone: &TimeZone) -> Coarse {
    let minutes = lasted.0.max(0) / 60_000;
    let step = steps(what).iter().rposition(|&from| i64::from(from) <= minutes).unwrap_or(0);
    Coarse { what, block: days::hour_of_week(began, zone) / BLOCK, step: step as u8 }
}

/// Every block of a week in order, with what is to be shown of it.
pub fn week(what: Lasted, counted: &[(Coarse, u64)]) -> BTreeMap<Block, Option<Shown>> {
    let all = (0..7).flat_map(|weekday| (0..24).step_by(usize::from(BLOCK)).map(move |hour| Block { weekday, hour }));
    let mut by_block: BTreeMap<Block, BTreeMap<u8, u64>> = all.map(|block| (block, BTreeMap::new())).collect();
    for (coarse, n) in counted.iter().filter(|(coarse, _)| coarse.what == what) {
        let block = Block { weekday: coarse.block / BLOCKS, hour: coarse.block % BLOCKS * BLOCK };
        *by_block.entry(block).or_default().entry(coarse.step).or_default() += n;
    }
    by_block.into_iter().map(|(block, by_step)| (block, shown(what, &by_step))).collect()
}

fn shown(what: Lasted, by_step: &BTreeMap<u8, u64>) -> Option<Shown> {
    let n: u64 = by_step.values().sum();
    let middle = n.div_ceil(2);
    let mut up_to = 0;
    let step = by_step.iter().find(|(_, n)| {
        up_to += **n;
        middle <= up_to
    });
    let step = usize::from(*step.filter(|_| LEAST_SHOWN <= n)?.0).min(steps(what).len() - 1);
    Some(Shown { from_min: steps(what)[step], to_min: steps(what).get(step + 1).copied() })
}

fn steps(what: Lasted) -> &'static [u32] {
    match what {
        Lasted::Wait => &WAITS,
        Lasted::Conversation => &LENGTHS,
    }
}

#[cfg(test)]
mod stories {
    use super::*;

    fn waits(minutes: &[i64]) -> Vec<(Coarse, u64)> {
        let monday = Time(4 * 86_400_000);
        minutes.iter().map(|m| (coarse(Lasted::Wait, monday, Span(m * 60_000), &TimeZone::UTC), 1)).collect()
    }

    fn first(counted: &[(Coarse, u64)]) -> Option<Shown> {
        *week(Lasted::Wait, counted).first_key_value().unwrap().1
    }

    #[test]
    fn fewer_than_five_are_not_shown() {
        assert_eq!(first(&waits(&[3, 3, 3, 3])), None);
        assert_eq!(first(&waits(&[3, 3, 3, 3, 3])), Some(Shown { from_min: 2, to_min: Some(5) }));
        assert_eq!(week(Lasted::Conversation, &waits(&[3; 9])).values().flatten().count(), 0);
        assert_eq!(week(Lasted::Wait, &[]).len(), 7 * 8);
    }

    #[test]
    fn the_one_in_the_middle_counts_and_the_last_step_is_open() {
        assert_eq!(first(&waits(&[0, 0, 4, 90, 90])), Some(Shown { from_min: 2, to_min: Some(5) }));
        assert_eq!(first(&waits(&[61; 6])), Some(Shown { from_min: 60, to_min: None }));
        assert_eq!(first(&waits(&[-5; 6])), Some(Shown { from_min: 0, to_min: Some(1) }));
    }
}
