//! What a desk's page tells of its keyboard (D4), and which of it cannot be true.
//!
//! A page says how long ago somebody was at the keyboard and never at what time, because only the server's clock counts.
//! Of a report that cannot be true nothing is kept. Nothing here knows what was typed, nor whether there is such a page.

use super::Kind;
use crate::{Span, Time};

/// Between two reports of one desk there is at least this; a page that keeps to its rules is far below.
pub const REPORT_EVERY: Span = Span::seconds(10);

/// One counsellor's desk, as far as its keyboard goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keyboard {
    opened: Time,
    reported: Option<Time>,
}

/// How long ago somebody was at the keyboard, and perhaps an older time that the page had kept back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    pub key: Span,
    pub cached: Option<Span>,
}

/// Why a report cannot be true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Implausible {
    /// It has not happened yet.
    Future,
    /// Nobody had opened the desk then.
    BeforeOpening,
    /// The time that was kept back is the later one.
    Backwards,
    /// The one before it is less than [`REPORT_EVERY`] old.
    TooSoon { left: Span },
}

impl Keyboard {
    pub fn opened(at: Time) -> Self {
        Self { opened: at, reported: None }
    }

    /// Opened anew, as far as what is before that goes; how soon the next report may come, it does not change.
    pub fn opened_again(self, at: Time) -> Self {
        Self { opened: at, ..self }
    }

    /// Nothing from before then can be true: nobody who reports now was signed in.
    pub fn not_before(&mut self, at: Time) {
        self.opened = self.opened.max(at);
    }

    /// What is to be appended to the log, in the order of time.
    pub fn report(&mut self, now: Time, report: Report) -> Result<Vec<(Time, Kind)>, Implausible> {
        if let Some(before) = self.reported
            // A clock that was set back tells nothing of how long ago that was.
            && (Span(0)..REPORT_EVERY).contains(&now.since(before))
        {
            return Err(Implausible::TooSoon { left: Span(REPORT_EVERY.0 - now.since(before).0) });
        }
        let key = (self.moment(now, report.key)?, Kind::Key);
        let cached = report.cached.map(|age| Ok((self.moment(now, age)?, Kind::KeyCached))).transpose()?;
        if cached.is_some_and(|(at, _)| key.0 < at) {
            return Err(Implausible::Backwards);
        }
        self.reported = Some(now);
        Ok(cached.into_iter().chain([key]).collect())
    }

    fn moment(&self, now: Time, age: Span) -> Result<Time, Implausible> {
        if age < Span(0) {
            return Err(Implausible::Future);
        }
        let at = Time(now.0.saturating_sub(age.0));
        if at < self.opened { Err(Implausible::BeforeOpening) } else { Ok(at) }
    }
}

#[cfg(test)]
mod stories {
    use super::*;

    fn told(key: i64, cached: Option<i64>) -> Report {
        Report { key: Span(key), cached: cached.map(Span) }
    }

    const OPENED: Time = Time(1_000_000);
    const NOW: Time = Time(2_000_000);

    // D4: the page sends ages, the server computes times.
    #[test]
    fn times_are_the_servers() {
        let mut desk = Keyboard::opened(OPENED);
        assert_eq!(desk.report(NOW, told(0, None)), Ok(vec![(NOW, Kind::Key)]));
        let later = NOW.plus(REPORT_EVERY);
        let pair = vec![(Time(later.0 - 900_000), Kind::KeyCached), (Time(later.0 - 5), Kind::Key)];
        assert_eq!(desk.report(later, told(5, Some(900_000))), Ok(pair));
    }

    // D4: refused are times in the future, before the desk was opened, and more than one report or pair in 10 s.
    #[test]
    fn what_cannot_be_is_refused_and_leaves_nothing() {
        let mut desk = Keyboard::opened(OPENED);
        let before = desk;
        assert_eq!(desk.report(NOW, told(-1, None)), Err(Implausible::Future));
        assert_eq!(desk.report(NOW, told(0, Some(-1))), Err(Implausible::Future));
        assert_eq!(desk.report(NOW, told(1_000_001, None)), Err(Implausible::BeforeOpening));
        assert_eq!(desk.report(NOW, told(0, Some(1_000_001))), Err(Implausible::BeforeOpening));
        assert_eq!(desk.report(NOW, told(i64::MAX, None)), Err(Implausible::BeforeOpening));
        assert_eq!(desk.report(NOW, told(i64::MIN, None)), Err(Implausible::Future));
        assert_eq!(desk.report(NOW, told(10, Some(9))), Err(Implausible::Backwards));
        assert_eq!(desk, before, "a refused one does not count");
        assert!(desk.report(NOW, told(1_000_000, None)).is_ok(), "the very moment of opening");
        let soon = NOW.plus(Span(9_999));
        assert_eq!(desk.report(soon, told(0, None)), Err(Implausible::TooSoon { left: Span(1) }));
        let mut again = desk.opened_again(soon);
        assert!(
            matches!(again.report(soon, told(0, None)), Err(Implausible::TooSoon { .. })),
            "nor with a desk opened anew"
        );
        assert!(desk.report(soon.plus(Span(1)), told(0, None)).is_ok());
    }
}
