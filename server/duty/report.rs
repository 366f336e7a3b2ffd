//! What a supervisor reads of duty sessions: for each counsellor and day how many sessions, how long, how many replies.
//!
//! A session belongs whole to the day on which it starts, where the operator says that days begin. Nothing here knows
//! where the sessions come from, nor when it is now.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use quietline_domain::{Span, Time, duty::Session};

/// What some sessions come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Total {
    pub sessions: u64,
    pub length: Span,
    pub reply_count: u64,
}

/// One counsellor's day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row<'w> {
    pub who: &'w str,
    pub day: Date,
    pub total: Total,
}

/// One row for each counsellor and day with a session, in the order in which counsellors are given; days in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report<'w> {
    pub rows: Vec<Row<'w>>,
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

impl<'w> Report<'w> {
    pub fn new<S: IntoIterator<Item = Session>>(
        people: impl IntoIterator<Item = (&'w str, S)>,
        zone: &TimeZone,
    ) -> Self {
        let days = |(who, sessions): (&'w str, S)| {
            let mut days = BTreeMap::<Date, Total>::new();
            for session in sessions {
                days.entry(day(session.start, zone)).or_default().add(session.into());
            }
            days.into_iter().map(move |(day, total)| Row { who, day, total })
        };
        Self { rows: people.into_iter().flat_map(days).collect() }
    }

    /// What each counsellor's rows come to.
    pub fn by_counsellor(&self) -> Vec<(&'w str, Total)> {
        let mut totals: Vec<(&'w str, Total)> = Vec::new();
        for row in &self.rows {
            match totals.last_mut().filter(|(who, _)| *who == row.who) {
                Some((_, total)) => total.add(row.total),
                None => totals.push((row.who, row.total)),
            }
        }
        totals
    }

    /// What each counsellor's weeks come to, by their Mondays.
    pub fn by_week(&self) -> Vec<Row<'w>> {
        let mut weeks: Vec<Row<'w>> = Vec::new();
        for row in &self.rows {
            let monday = row.day.saturating_sub(jiff::Span::new().days(row.day.weekday().to_monday_zero_offset()));
            match weeks.last_mut().filter(|week| (week.who, week.day) == (row.who, monday)) {
                Some(week) => week.total.add(row.total),
                None => weeks.push(Row { day: monday, ..row.clone() }),
            }
        }
        weeks
    }

    pub fn total(&self) -> Total {
        let mut total = Total::default();
        self.rows.iter().for_each(|row| total.add(row.total));
        total
    }

    /// As RFC 4180 has it, for a spreadsheet. Totals are the spreadsheet's to make.
    pub fn write_csv(&self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "who,day,sessions,minutes,reply_count\r\n")?;
        for Row { who, day, total } in &self.rows {
            let Total { sessions, reply_count, .. } = total;
            write!(out, "{},{day},{sessions},{},{reply_count}\r\n", cell(who), total.minutes())?;
        }
        Ok(())
    }
}

/// The day, there, on which this moment lies. Moments out of all calendars lie on its first or last day.
fn day(at: Time, zone: &TimeZone) -> Date {
    let end = if at < Time(0) { Timestamp::MIN } else { Timestamp::MAX };
    zone.to_datetime(Timestamp::from_millisecond(at.0).unwrap_or(end)).date()
}

/// A spreadsheet takes a cell that begins so for a formula and runs it; behind an apostrophe it is text.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

fn cell(text: &str) -> String {
    let mut held = if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() };
    if held.contains(['"', ',', '\r', '\n']) {
        held = format!("\"{}\"", held.replace('"', "\"\""));
    }
    held
}

#[cfg(test)]
#[path = "report_stories.rs"]
mod stories;
