//! Time in which the server was down, and how much of a wait it was (W24: it never counts).
//!
//! It knows of whole outages only; that a room's clock stood still is said by moving its last activity.

use crate::{Span, Time};

/// From when the server was last known to be alive until it was alive again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    pub from: Time,
    pub until: Time,
}

/// When it would have been, had no outage come after it: `at`, moved on by every outage since.
pub fn without(outages: &[Outage], at: Time) -> Time {
    let lost = outages.iter().map(|outage| outage.until.since(outage.from.max(at)).0.max(0)).sum();
    at.plus(Span(lost))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(at: i64) -> Time {
        Time(at * 1_000)
    }

    #[test]
    fn only_what_lies_after_it_moves_a_time() {
        // W24, W-T4: S@3100, the server stopped from 3150 to 3450
        let outages = [Outage { from: seconds(3_150), until: seconds(3_450) }];
        assert_eq!(without(&outages, seconds(3_100)), seconds(3_400));
        assert_eq!(without(&outages, seconds(3_450)), seconds(3_450));
        assert_eq!(without(&outages, seconds(3_300)), seconds(3_450), "said by a clock that was ahead");
        assert_eq!(without(&[], seconds(7)), seconds(7));
    }

    #[test]
    fn outages_add_up() {
        let outages =
            [Outage { from: seconds(10), until: seconds(20) }, Outage { from: seconds(30), until: seconds(35) }];
        assert_eq!(without(&outages, seconds(5)), seconds(20));
        assert_eq!(without(&outages, seconds(25)), seconds(30));
    }
}
