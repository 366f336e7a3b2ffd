//! Stories of reading a log: what an entry may look like, and what each wrong one is told.
//!
//! `tests/duty_replay.rs` runs the program on whole logs; here stand the lines one by one.

use quietline_domain::Span;

use super::*;

fn rules() -> Rules {
    let minutes = |minutes: i64| Span(minutes * 60_000);
    Rules::new(minutes(20), minutes(15), minutes(5), 300).unwrap()
}

fn reason(line: &[u8]) -> String {
    Entry::read(line).err().unwrap_or_default()
}

fn milliseconds(at: &str) -> Option<i64> {
    moment(at).ok().map(|at| at.0)
}

// D1
#[test]
fn a_time_is_read_with_any_zone_and_to_the_millisecond() {
    let nine = 1_767_603_600_000;
    for at in [
        "2026-01-05T09:00:00Z",
        "2026-01-05t09:00:00z",
        "2026-01-05T10:00:00+01:00",
        "2026-01-04T23:30:00-09:30",
        "2026-01-05T09:00:00-00:00",
        "2026-01-05T09:00:00.000999999Z",
    ] {
        assert_eq!(milliseconds(at), Some(nine), "{at}");
    }
    assert_eq!(milliseconds("2026-01-05T09:00:00.001Z"), Some(nine + 1));
    assert_eq!(milliseconds("1969-12-31T23:59:59.9999Z"), Some(-1));
    assert_eq!(milliseconds("2016-12-31T23:59:60Z"), milliseconds("2016-12-31T23:59:59.999Z"));
}

#[test]
fn a_time_without_a_zone_or_out_of_all_years_is_none() {
    for at in [
        "",
        "2026-01-05",
        "2026-01-05T09:00:00",
        "2026-01-05T09:00Z",
        "2026-02-30T09:00:00Z",
        "2026-01-05T24:00:00Z",
        "2026-01-05T09:00:00+24:00",
        "2026-01-05T09:00:00Z ",
        "+2026-01-05T09:00:00Z",
        "20260105T090000Z",
        "2026-01-05T09:00:00+0100",
        "2026-01-05T09:00:60Z",
        "٢٠٢٦-01-05T09:00:00Z",
    ] {
        assert!(moment(at).is_err_and(|reason| reason.contains("date, time and zone")), "{at}");
    }
    for at in [
        "0000-01-01T00:00:00Z",
        "0000-12-31T23:59:59Z",
        "0000-01-01T00:00:00+23:59",
        "0001-01-01T00:30:00+01:00",
        "0000-12-31T23:30:00-01:00",
        "9999-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "9999-12-31T23:59:59-23:59",
        "9999-01-01T00:30:00+01:00",
        "9998-12-31T23:30:00-01:00",
    ] {
        assert!(moment(at).is_err_and(|reason| reason.contains("years are 0001 to 9998")), "{at}");
    }
    assert!(moment("0001-01-01T00:00:00Z").is_ok() && moment("9998-12-31T23:59:59Z").is_ok());
}

#[test]
fn a_line_that_is_no_entry_is_told_why() {
    for (line, why) in [
        (&b"desk"[..], "is not a JSON object"),
        (br#"["2026-01-05T09:00:00Z","desk"]"#, "is not a JSON object"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"desk""#, "is not JSON, column 42"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"desk"} {}"#, "is not JSON, column 45: trailing characters"),
        (br#"{"at":"2026-01-05T09:00:00Z"}"#, "missing field `kind`"),
        (br#"{"kind":"desk"}"#, "missing field `at`"),
        (br#"{"at":1767603600,"kind":"desk"}"#, "invalid type: integer `1767603600`, expected a string"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"Desk"}"#, "unknown kind `Desk`; known are desk, open, work, switch"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"desk","who":null}"#, "invalid type: null, expected a string"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"desk","room":"7"}"#, "unknown field `room`"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"desk","kind":"work"}"#, "duplicate field `kind`"),
        (b"{\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"\xff\"}", "is not JSON"),
        (br#"{"at":"2026-01-05T09:00:00Z","kind":"\u001b[2J"}"#, "unknown kind `\u{fffd}[2J`"),
    ] {
        let told = reason(line);
        assert!(told.contains(why), "{told}");
    }
    assert!(reason(format!(r#"{{"at":"{}","kind":"desk"}}"#, "9".repeat(9_000)).as_bytes()).len() < 300);
    for empty in [&b""[..], b"\n", b" \t\r\n"] {
        assert!(Entry::read(empty).is_ok_and(|entry| entry.is_none()));
    }
}

#[test]
fn a_line_is_counted_also_when_it_is_empty_and_none_is_too_long_for_memory() {
    let entry = r#"{"at":"2026-01-05T09:00:00Z","kind":"desk"}"#;
    let told = |log: String| read(log.as_bytes(), &rules()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told(format!("\n{entry}\r\n\nwhat\n")).starts_with("line 4: is not a JSON object"));
    let padded = |length: usize| format!("{entry}\n{entry}{}", " ".repeat(length - entry.len()));
    assert_eq!(told(padded(LONGEST)), "");
    assert_eq!(told(padded(LONGEST + 1)), "line 2: is longer than 64 KiB; write one entry on each line");
    assert_eq!(told(String::new()), "");
}

#[test]
fn people_are_kept_apart_and_named_always_or_never() {
    let of = |who: &str| format!(r#"{{"kind":"work","at":"2026-01-05T09:00:00Z"{who}}}"#);
    let [anna, escaped, ben, nobody] =
        [r#","who":"anna""#, r#","who":"\u0061nna""#, r#","who":"ben \"b\"""#, ""].map(of);
    let people = read(format!("{ben}\n{anna}\n{escaped}\n").as_bytes(), &rules()).unwrap();
    let told: Vec<_> = people
        .iter()
        .map(|person| (person.who.as_deref(), person.sessions.iter().map(|session| session.reply_count).sum()))
        .collect();
    assert_eq!(told, [(Some("ben \"b\""), 1), (Some("anna"), 2_u64)]);
    for (first, second, why) in [(&anna, &nobody, "has no `who`"), (&nobody, &anna, "has `who`")] {
        let error = read(format!("{first}\n{second}").as_bytes(), &rules()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("line 2: {why}")), "{error}");
    }
}
