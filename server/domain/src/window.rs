//! A limit of so many in so long, counted exactly: any window of that length holds at most that many.
//!
//! It knows neither what is counted nor for whom. Used for lines, joins and wrong passwords.

use std::collections::VecDeque;

use crate::{Span, Time};

/// So many in so long.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    pub most: usize,
    pub within: Span,
}

/// What was counted within one limit's length. Holds at most `limit.most` times.
#[derive(Clone, Debug, Default)]
pub struct Window(VecDeque<Time>);

impl Window {
    /// Counts one more, or says how long to wait until one more fits.
    pub fn count(&mut self, now: Time, limit: Limit) -> Result<(), Span> {
        self.room(now, limit)?;
        self.0.push_back(now);
        Ok(())
    }

    /// Whether one more would fit, without counting it.
    pub fn room(&mut self, now: Time, limit: Limit) -> Result<(), Span> {
        while self.0.front().is_some_and(|&first| first.plus(limit.within) <= now) {
            self.0.pop_front();
        }
        if self.0.len() < limit.most {
            return Ok(());
        }
        let first = self.0.front().copied().unwrap_or(now);
        Err(first.plus(limit.within).since(now))
    }

    /// What was counted last did not count after all.
    pub fn take_back(&mut self) {
        self.0.pop_back();
    }

    /// Whether nothing is counted any more, so that this window may be forgotten.
    pub fn is_over(&self, now: Time, limit: Limit) -> bool {
        self.0.back().is_none_or(|&last| last.plus(limit.within) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_fit_and_the_next_is_told_when() {
        let limit = Limit { most: 20, within: Span::seconds(10) };
        let mut window = Window::default();
        for n in 0..20 {
            assert_eq!(window.count(Time(n * 100), limit), Ok(()));
        }
        assert_eq!(window.count(Time(2_000), limit), Err(Span(8_000)));
        assert_eq!(window.count(Time(10_000), limit), Ok(()));
        assert_eq!(window.count(Time(10_000), limit), Err(Span(100)));
        window.take_back();
        assert_eq!(window.count(Time(10_000), limit), Ok(()));
        assert!(!window.is_over(Time(19_999), limit));
        assert!(window.is_over(Time(20_000), limit));
    }
}
