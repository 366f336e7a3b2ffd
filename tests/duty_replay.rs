//! Stories of the verb `duty replay`: the tables of the requirements, whole logs in any order, and logs that are none.
//!
//! Each runs the built binary. How single lines are read is told in `server/duty/log_stories.rs`; the page is held to the
//! same tables by `web/test/tracker.test.ts`.

mod common;

use std::{
    fmt::Write as _,
    fs,
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use quietline_domain::{
    Time,
    duty::{Kind, Rules},
};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use common::program::quietline;

fn replayed(log: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = quietline(folder.path());
    command.args(["duty", "replay"]).args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses before it has read all leaves nobody to write to.
    let _ = child.stdin.take().unwrap().write_all(log.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
    output
}

#[track_caller]
fn sessions(log: &str, more: &[&str]) -> Vec<Value> {
    let output = replayed(log, more);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What is said about a log that is none.
#[track_caller]
fn refusal(log: &str, more: &[&str]) -> String {
    let output = replayed(log, more);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    sentence
}

fn lines(entries: &[Value]) -> String {
    entries.iter().map(|entry| format!("{entry}\n")).collect()
}

// D-T1, D-T2, D-T3, D-T4, D-T5, D-T6
#[test]
fn the_tables_hold_for_the_program_in_both_directions() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/duty.json");
    let file: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let rows = file["rows"].as_array().unwrap();
    for row in rows {
        let mut log = row["log"].as_array().unwrap().clone();
        let expected = row["sessions"].as_array().unwrap();
        assert_eq!(&sessions(&lines(&log), &[]), expected, "{}", row["id"]);
        log.reverse();
        assert_eq!(&sessions(&lines(&log), &[]), expected, "{} backwards", row["id"]);
    }
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["D-T1", "D-T2", "D-T2", "D-T3", "D-T4", "D-T5", "D-T6", "D-T6"]);
}

// D6
#[test]
fn settings_decide_when_a_session_ends_and_are_refused_when_they_contradict_each_other() {
    let log =
        lines(&["09:00", "09:20", "09:41"].map(|at| json!({"at": format!("2026-01-05T{at}:00Z"), "kind": "key"})));
    assert_eq!(sessions(&log, &[]).len(), 2);
    assert_eq!(sessions(&log, &["--duty-expire", "21min"]).len(), 1);
    assert_eq!(sessions(&log, &["--duty-expire", "19min"]).len(), 3);
    for (flag, time) in [("--duty-expire", "15min"), ("--duty-break", "5min"), ("--duty-interval", "15min")] {
        let sentence = refusal(&log, &[flag, time]);
        assert!(sentence.contains(flag) && sentence.contains("must be shorter than"), "{sentence}");
    }
}

#[test]
fn any_zone_goes_in_and_utc_comes_out() {
    let log = r#"
        {"kind":"work","at":"2026-01-05T10:00:00.25+01:00"}

        {"at":"2026-01-04T23:15:59-10:00","kind":"switch"}
    "#;
    let expected =
        json!({"start": "2026-01-05T09:00:00.25Z", "end": "2026-01-05T09:15:59Z", "minutes": 15, "reply_count": 1});
    assert_eq!(sessions(log, &[]), [expected]);
    assert_eq!(sessions("", &[]), [] as [Value; 0]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("log.jsonl"), log).unwrap();
    let output = quietline(folder.path()).args(["duty", "replay", "log.jsonl", "--json"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    let missing = quietline(folder.path()).args(["duty", "replay", "none.jsonl"]).output().unwrap();
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(missing.stderr).unwrap().starts_with("quietline: none.jsonl cannot be read"));
}

#[test]
fn people_come_in_the_order_in_which_they_are_first_named() {
    let entry = |who: &str, at: &str| json!({"who": who, "at": format!("2026-01-05T{at}:00Z"), "kind": "work"});
    let log = [entry("zoe", "12:00"), entry("anna", "08:00"), entry("zoe", "09:00"), entry("anna", "08:10")];
    let told: Vec<_> = sessions(&lines(&log), &[])
        .iter()
        .map(|session| format!("{} {} {}", session["who"], session["start"], session["reply_count"]))
        .collect();
    assert_eq!(
        told,
        [
            r#""zoe" "2026-01-05T09:00:00Z" 1"#,
            r#""zoe" "2026-01-05T12:00:00Z" 1"#,
            r#""anna" "2026-01-05T08:00:00Z" 2"#
        ]
    );
}

// D1: the bad input of the story, each after good lines that must not be told either.
#[test]
fn a_log_with_one_wrong_line_is_told_its_number_and_why_and_nothing_else() {
    let good = r#"{"at":"2026-01-05T09:00:00Z","kind":"desk"}"#;
    let long = " ".repeat(70_000);
    for (line, why) in [
        (r#"{"at":"2026-01-05T09:00:00Z","kind":"lunch"}"#, "unknown kind `lunch`"),
        (r#"{"at":"2026-01-05T09:00:00","kind":"desk"}"#, "write date, time and zone"),
        (r#"{"at":"0000-01-01T00:00:00+23:59","kind":"desk"}"#, "years are 0001 to 9998"),
        (r#"{"at":"9999-12-31T23:59:59-23:59","kind":"desk"}"#, "years are 0001 to 9998"),
        ("09:00 desk", "is not a JSON object"),
        (r#"[["at","2026-01-05T09:00:00Z"],["kind","desk"]]"#, "is not a JSON object"),
        (r#"{"at":"2026-01-05T09:00:00Z","kind":"desk","who":"anna"}"#, "has `who`"),
        (r#"{"at":"2026-01-05T09:00:00Z","kind":"desk","text":"hi"}"#, "unknown field `text`"),
        (r#"{"at":"2026-01-05T09:00:00Z","at":"2026-01-05T09:00:00Z","kind":"desk"}"#, "duplicate field `at`"),
        ("{}", "missing field `at`"),
        (&long, "longer than 64 KiB"),
    ] {
        let sentence = refusal(&format!("{good}\n\n{line}\n{good}\n"), &[]);
        assert!(sentence.contains("line 3: ") && sentence.contains(why), "{sentence}");
    }
}

/// D2 word for word, on a log in time order, for one person after the other.
fn expected(log: &[(String, Time, Kind)]) -> Vec<Value> {
    let mut people: Vec<&str> = Vec::new();
    for (who, ..) in log {
        if !people.contains(&who.as_str()) {
            people.push(who);
        }
    }
    people.into_iter().flat_map(|who| of_one(who, log)).collect()
}

fn of_one(who: &str, log: &[(String, Time, Kind)]) -> Vec<Value> {
    let mut own: Vec<_> = log.iter().filter(|(other, ..)| who == other).collect();
    own.sort_by_key(|(_, at, _)| *at);
    let mut sessions: Vec<(Time, Time, u64)> = Vec::new();
    for (_, at, kind) in own {
        let replies = u64::from(*kind == Kind::Work);
        match sessions.last_mut().filter(|(_, end, _)| at.since(*end) <= rules().expire()) {
            Some((_, end, count)) => (*end, *count) = (*at, *count + replies),
            None => sessions.push((*at, *at, replies)),
        }
    }
    let told = |(start, end, count): (Time, Time, u64)| {
        let minutes = end.since(start).0 / 60_000;
        json!({"who": who, "start": written(start, 0), "end": written(end, 0), "minutes": minutes, "reply_count": count})
    };
    sessions.into_iter().map(told).collect()
}

fn rules() -> Rules {
    quietline::config::Settings::default().duty
}

fn written(at: Time, quarters: i32) -> String {
    let offset = UtcOffset::from_whole_seconds(quarters * 900).unwrap();
    let at = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(at.0);
    at.to_offset(offset).format(&Rfc3339).unwrap()
}

// D2, D3: a shuffled log, with times in all zones, against the rule word for word.
#[test]
fn a_shuffled_log_comes_to_what_the_rule_says() {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    let seconds = 1_767_600_000_i64..1_767_700_000;
    let entry = (0_u8..4, seconds, kind, -48_i32..=48);
    let mut runner = TestRunner::new(Config { cases: 30, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&prop::collection::vec(entry, 0..800), |entries| {
        let mut text = String::new();
        let mut log = Vec::new();
        for (who, second, kind, quarters) in entries {
            let (who, at) = (format!("p{who}"), Time(second * 1_000));
            let entry = json!({"at": written(at, quarters), "kind": kind.text(), "who": who});
            writeln!(text, "{entry}").unwrap();
            log.push((who, at, kind));
        }
        prop_assert_eq!(sessions(&text, &[]), expected(&log));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
