//! What is read of duty sessions: for each counsellor and day how many sessions, how long, how many replies.
//!
//! A session belongs whole to the day on which it starts, where the operator says that days begin. Nothing here knows
//! where the sessions come from, who the people are, nor when it is now.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use quietline_domain::{Span, duty::Session};

use super::days;

/// What some sessions come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Total {
    pub sessions: u64,
    pub length: Span,
    pub reply_count: u64,
}

/// One counsellor's day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row<W> {
    pub who: W,
    pub day: Date,
    pub total: Total,
}

/// One row for each counsellor and day with a session, in the order in which counsellors are given; days in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report<W> {
    pub rows: Vec<Row<W>>,
}

impl Total {
    /// Rounded down once: the minutes of a total may be more than the sum of its rows' minutes.
    pub fn minutes(&self) -> i64 {
        self.length.0 / 60_000
    }

    fn add(&mut self, more: Self) {
        self.sessions += more.sessions;
        self.length = Span(self.length.0.saturating_add(more.length.0));
        self.reply_count += more.reply_count;
    }
}

impl From<Session> for Total {
    fn from(session: Session) -> Self {
        Self { sessions: 1, length: session.length(), reply_count: session.reply_count }
    }
}

impl<W: Copy + PartialEq> Report<W> {
    pub fn new<S: IntoIterator<Item = Session>>(people: impl IntoIterator<Item = (W, S)>, zone: &TimeZone) -> Self {
        let days = |(who, sessions): (W, S)| {
            let mut by_day = BTreeMap::<Date, Total>::new();
            for session in sessions {
                by_day.entry(days::day(session.start, zone)).or_default().add(session.into());
            }
            by_day.into_iter().map(move |(day, total)| Row { who, day, total })
        };
        Self { rows: people.into_iter().flat_map(days).collect() }
    }

    /// What each counsellor's rows come to.
    pub fn by_counsellor(&self) -> Vec<(W, Total)> {
        let mut totals: Vec<(W, Total)> = Vec::new();
        for row in &self.rows {
            match totals.last_mut().filter(|(who, _)| *who == row.who) {
                Some((_, total)) => total.add(row.total),
                None => totals.push((row.who, row.total)),
            }
        }
        totals
    }

    /// What each counsellor's weeks come to, by their Mondays.
    pub fn by_week(&self) -> Vec<Row<W>> {
        let mut weeks: Vec<Row<W>> = Vec::new();
        for row in &self.rows {
            let monday = days::monday(row.day);
            match weeks.last_mut().filter(|week| (week.who, week.day) == (row.who, monday)) {
                Some(week) => week.total.add(row.total),
                None => weeks.push(Row { day: monday, ..row.clone() }),
            }
        }
        weeks
    }

    /// What everybody's rows come to, day by day.
    pub fn by_day(&self) -> BTreeMap<Date, Total> {
        let mut by_day = BTreeMap::<Date, Total>::new();
        for row in &self.rows {
            by_day.entry(row.day).or_default().add(row.total);
        }
        by_day
    }
}

#[cfg(test)]
#[path = "report_stories.rs"]
mod stories;
