//! Stories of reports: whose day a session belongs to, and what days come to.

use jiff::Timestamp;
use quietline_domain::Time;

use super::*;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// From a moment in UTC, for so many seconds.
fn session(start: &str, seconds: i64, reply_count: u64) -> Session {
    let start = Time(start.parse::<Timestamp>().unwrap().as_millisecond());
    Session { start, end: start.plus(Span::seconds(seconds)), reply_count }
}

/// `day sessions minutes replies` of each row.
fn told(rows: &[Row<&str>]) -> Vec<String> {
    let told = |row: &Row<&str>| {
        let Total { sessions, reply_count, .. } = row.total;
        format!("{} {} {sessions} {} {reply_count}", row.who, row.day, row.total.minutes())
    };
    rows.iter().map(told).collect()
}

// D7
#[test]
fn a_session_belongs_to_the_day_on_which_it_starts_there() {
    let night = [session("2026-01-05T22:50:00Z", 3_600, 2), session("2026-01-05T23:10:00Z", 600, 0)];
    let utc = Report::new([("anna", night)], &TimeZone::UTC);
    assert_eq!(told(&utc.rows), ["anna 2026-01-05 2 70 2"]);
    let berlin = Report::new([("anna", night)], &zone("Europe/Berlin"));
    assert_eq!(told(&berlin.rows), ["anna 2026-01-05 1 60 2", "anna 2026-01-06 1 10 0"]);
    let auckland = Report::new([("anna", night)], &zone("Pacific/Auckland"));
    assert_eq!(told(&auckland.rows), ["anna 2026-01-06 2 70 2"]);
}

// D7: the clock goes forward in the night of 29 March and back in that of 25 October; a length is what passed.
#[test]
fn a_day_of_twenty_three_or_twenty_five_hours_is_one_day() {
    let berlin = zone("Europe/Berlin");
    for (first, last, day, hours) in [
        ("2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29", 23),
        ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "2026-10-25", 25),
    ] {
        let whole = [session(first, hours * 3_600 - 1, 1), session(last, 0, 1)];
        let report = Report::new([("anna", whole)], &berlin);
        assert_eq!(told(&report.rows), [format!("anna {day} 2 {} 2", hours * 60 - 1)]);
        let around = [session(first, -1, 0).end, session(last, 1, 0).end].map(|at| days::day(at, &berlin).to_string());
        assert!(around[0].as_str() < day && day < around[1].as_str(), "{around:?}");
    }
}

// D7, D3
#[test]
fn totals_are_of_counsellors_and_of_weeks_and_rounded_down_once() {
    let anna = [
        session("2026-01-04T09:00:00Z", 90, 1),
        session("2026-01-05T09:00:00Z", 90, 0),
        session("2026-01-11T09:00:00Z", 90, 3),
        session("2026-01-12T09:00:00Z", 0, 0),
    ];
    let ben = [session("2026-01-12T09:00:00Z", 60, 0)];
    let report =
        Report::new([("ben", &ben[..]), ("anna", &anna[..])].map(|(who, all)| (who, all.to_vec())), &TimeZone::UTC);
    assert_eq!(report.rows.iter().map(|row| row.who).collect::<Vec<_>>(), ["ben", "anna", "anna", "anna", "anna"]);
    assert_eq!(
        told(&report.by_week()),
        ["ben 2026-01-12 1 1 0", "anna 2025-12-29 1 1 1", "anna 2026-01-05 2 3 3", "anna 2026-01-12 1 0 0"]
    );
    let totals = report.by_counsellor();
    assert_eq!(
        totals.iter().map(|(who, total)| (*who, total.minutes())).collect::<Vec<_>>(),
        [("ben", 1), ("anna", 4)]
    );
    let days = report.by_day();
    let last = days.values().last().unwrap();
    assert_eq!((days.len(), last.sessions, last.minutes(), last.reply_count), (4, 2, 1, 0));
    assert_eq!(Report::new([("anna", Vec::new())], &TimeZone::UTC).rows, []);
}

#[test]
fn a_moment_out_of_all_calendars_has_a_day_too() {
    for at in [Time(i64::MIN), Time(i64::MAX)] {
        let report = Report::new([("anna", [Session { start: at, end: at, reply_count: 0 }])], &zone("Asia/Kathmandu"));
        assert_eq!(report.rows.len(), 1);
    }
}
