//! Whole days, where the operator says that they begin: which of them are asked for, and on which one a moment lies.
//!
//! A day may have 23 or 25 hours. Nothing here knows what happened on them.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use quietline_domain::Time;

/// As many days as may be asked for at once.
pub const MOST_DAYS: i32 = 366;

/// From one day to another; both belong to it.
#[derive(Clone, Debug)]
pub struct Days {
    pub first: Date,
    pub last: Date,
    pub zone: TimeZone,
}

/// Why these are no days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoDays {
    #[error("a day is written as year, month and day, such as 2026-11-23, in the years 1 to 9998")]
    NotADay,
    #[error("the first day is after the last")]
    Backwards,
    #[error("no more than 366 days at once")]
    TooMany,
}

impl Days {
    /// # Errors
    /// When the first is after the last, or there are more than [`MOST_DAYS`].
    pub fn new(first: Date, last: Date, zone: TimeZone) -> Result<Self, NoDays> {
        let between = first.until(last).map_or(i32::MAX, |span| span.get_days());
        if between < 0 {
            Err(NoDays::Backwards)
        } else if MOST_DAYS <= between {
            Err(NoDays::TooMany)
        } else {
            Ok(Self { first, last, zone })
        }
    }

    /// The first moment that belongs to it.
    pub fn from(&self) -> Time {
        begin(self.first, &self.zone)
    }

    /// The first moment that does not belong to it any more.
    pub fn until(&self) -> Time {
        begin(self.last.saturating_add(1.day()), &self.zone)
    }

    pub fn each(&self) -> impl Iterator<Item = Date> + use<> {
        let (first, last) = (self.first, self.last);
        first.series(1.day()).take_while(move |day| *day <= last)
    }
}

/// # Errors
/// When it is not a day, or lies where calendars end.
pub fn read(text: &str) -> Result<Date, NoDays> {
    let written = text.len() == "2026-11-23".len();
    let day: Option<Date> = text.parse().ok().filter(|day: &Date| written && (1..=9_998).contains(&day.year()));
    day.ok_or(NoDays::NotADay)
}

/// The day, there, on which this moment lies. Moments out of all calendars lie on its first or last day.
pub fn day(at: Time, zone: &TimeZone) -> Date {
    zone.to_datetime(timestamp(at)).date()
}

/// The Monday of this day's week.
pub fn monday(day: Date) -> Date {
    day.saturating_sub(jiff::Span::new().days(day.weekday().to_monday_zero_offset()))
}

/// The hour of the week in which this moment lies there, from 0 on Monday at midnight to 167.
pub fn hour_of_week(at: Time, zone: &TimeZone) -> u8 {
    let there = zone.to_datetime(timestamp(at));
    let hour = i32::from(there.date().weekday().to_monday_zero_offset()) * 24 + i32::from(there.hour());
    u8::try_from(hour).unwrap_or(0)
}

/// As RFC 3339 writes it, to the second, with what the zone has there then.
pub fn written(at: Time, zone: &TimeZone) -> String {
    let there = timestamp(at).to_zoned(zone.clone());
    let offset = there.offset().seconds().div_euclid(60);
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    format!("{}{sign}{hours:02}:{minutes:02}", there.strftime("%Y-%m-%dT%H:%M:%S"))
}

fn begin(day: Date, zone: &TimeZone) -> Time {
    let begins = day.to_zoned(zone.clone()).map(|begins| begins.timestamp());
    Time(begins.unwrap_or(Timestamp::MAX).as_millisecond())
}

fn timestamp(at: Time) -> Timestamp {
    let end = if at < Time(0) { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(at.0).unwrap_or(end)
}

#[cfg(test)]
mod stories {
    use super::*;

    fn days(first: &str, last: &str, zone: &str) -> Result<Days, NoDays> {
        Days::new(read(first)?, read(last)?, TimeZone::get(zone).unwrap())
    }

    #[test]
    fn days_begin_where_the_operator_says() {
        let utc = days("2026-01-05", "2026-01-05", "UTC").unwrap();
        assert_eq!(utc.until().since(utc.from()).0, 86_400_000);
        let short = days("2026-03-29", "2026-03-29", "Europe/Berlin").unwrap();
        assert_eq!(short.until().since(short.from()).0, 23 * 3_600_000);
        let two = days("2026-10-24", "2026-10-25", "Europe/Berlin").unwrap();
        assert_eq!((two.until().since(two.from()).0, two.each().count()), (49 * 3_600_000, 2));
        assert_eq!(written(short.from(), &short.zone), "2026-03-29T00:00:00+01:00");
        assert_eq!(written(short.until(), &short.zone), "2026-03-30T00:00:00+02:00");
        assert_eq!(written(utc.from(), &TimeZone::get("America/St_Johns").unwrap()), "2026-01-04T20:30:00-03:30");
    }

    #[test]
    fn what_is_no_span_of_days_is_refused() {
        assert_eq!(days("2026-01-06", "2026-01-05", "UTC").err(), Some(NoDays::Backwards));
        assert_eq!(days("2026-01-01", "2027-01-02", "UTC").err(), Some(NoDays::TooMany));
        assert!(days("2026-01-01", "2027-01-01", "UTC").is_ok());
        for none in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "05.01.2026",
            "2026-01-05T00:00",
            "0000-01-01",
            "9999-01-01",
            "-001-01-01",
        ] {
            assert_eq!(days(none, none, "UTC").err(), Some(NoDays::NotADay), "{none}");
        }
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Time(text.parse::<Timestamp>().unwrap().as_millisecond());
        assert_eq!(hour_of_week(at("2026-01-04T22:59:59Z"), &berlin), 167);
        assert_eq!(hour_of_week(at("2026-01-04T23:00:00Z"), &berlin), 0);
        assert_eq!(hour_of_week(at("2026-07-07T09:30:00Z"), &berlin), 24 + 11);
        assert_eq!(monday(read("2026-01-04").unwrap()).to_string(), "2025-12-29");
    }
}
