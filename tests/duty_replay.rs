//! The verb `duty replay`: the built program against the tables D-T, a shuffled log, and everything a log should not hold.

mod common;

use std::{
    io::Write,
    process::{Output, Stdio},
};

use common::program::quietline;
use quietline_domain::{
    Span, Time,
    duty::{Entry, Kind, Rules, Session},
};
use serde_json::{Value, json};

/// Its standard input is this log.
fn replay(log: &str, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = quietline(folder.path());
    command.args(["duty", "replay"]).args(more);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("is piped");
    // Whoever refuses early need not read everything.
    let _ = stdin.write_all(log.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("ends")
}

fn sessions(log: &str) -> Vec<Value> {
    let output = replay(log, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

fn log(entries: &[(&str, &str)]) -> String {
    let line = |(at, kind): &(&str, &str)| format!("{{\"at\":\"2026-01-05T{at}\",\"kind\":\"{kind}\"}}\n");
    entries.iter().map(line).collect()
}

// D-T1, D-T2, D-T3, D-T4, D-T5: the same file that the page's tests read.
#[test]
fn the_tables_hold_for_the_built_program() {
    let vectors: Value = serde_json::from_str(include_str!("vectors/duty.json")).expect("is JSON");
    let vectors = vectors["log"].as_array().expect("a list");
    assert_eq!(vectors.len(), 7);
    for vector in vectors {
        let text = |part: &Value| part.as_str().expect("text").to_owned();
        let line =
            |entry: &Value| json!({"at": format!("2026-01-05T{}Z", text(&entry[0])), "kind": entry[1]}).to_string();
        let entries = vector["entries"].as_array().expect("entries").iter();
        let log = entries.map(line).collect::<Vec<_>>().join("\n");
        let told: Vec<_> = sessions(&log)
            .iter()
            .map(|one| {
                let clock = |key: &str| text(&one[key])[11..19].to_owned();
                json!([clock("start"), clock("end"), one["reply_count"]])
            })
            .collect();
        assert_eq!(json!(told), vector["sessions"], "{}", vector["id"]);
    }
}

// D-T1
#[test]
fn a_day_with_a_break_is_two_sessions() {
    let day = log(&[
        ("09:00:00Z", "desk"),
        ("09:05:00Z", "open"),
        ("09:15:00Z", "work"),
        ("09:25:00Z", "open"),
        ("09:40:00Z", "work"),
        ("10:15:00Z", "open"),
        ("10:25:00Z", "work"),
        ("10:40:00Z", "open"),
    ]);
    let expected = [
        json!({"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T09:40:00Z", "minutes": 40, "reply_count": 2}),
        json!({"start": "2026-01-05T10:15:00Z", "end": "2026-01-05T10:40:00Z", "minutes": 25, "reply_count": 1}),
    ];
    assert_eq!(sessions(&day), expected);
    let backwards: String = day.lines().rev().map(|line| format!("{line}\r\n")).collect();
    assert_eq!(sessions(&backwards), expected);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("log.jsonl");
    std::fs::write(&file, day.trim_end()).expect("writes");
    let by_name = quietline(folder.path()).args(["duty", "replay", "log.jsonl"]).output().expect("runs");
    assert_eq!(String::from_utf8_lossy(&by_name.stderr), "");
    let first =
        "{\"start\":\"2026-01-05T09:00:00Z\",\"end\":\"2026-01-05T09:40:00Z\",\"minutes\":40,\"reply_count\":2}";
    assert_eq!(String::from_utf8_lossy(&by_name.stdout).lines().next(), Some(first));
}

// D-T2, D-T3
#[test]
fn the_expiry_is_exceeded_only_by_more() {
    let one = log(&[("09:00:00Z", "desk"), ("10:20:00+01:00", "open")]);
    assert_eq!(
        sessions(&one),
        [json!({"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T09:20:00Z", "minutes": 20, "reply_count": 0})]
    );
    assert_eq!(sessions(&log(&[("09:00:00Z", "desk"), ("09:20:01Z", "open")])).len(), 2);
    let late = log(&[("10:00:00Z", "open"), ("10:36:00Z", "key"), ("10:18:00Z", "key_cached")]);
    assert_eq!(sessions(&late).len(), 1);
    let shorter = replay(&one, &["--duty-expire", "18min"]);
    assert_eq!(String::from_utf8_lossy(&shorter.stdout).lines().count(), 2);
}

#[test]
fn people_are_apart_in_the_order_in_which_they_first_appear() {
    let day = "{\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"desk\",\"who\":\"zoe\"}
{\"at\":\"2026-01-05T08:00:00Z\",\"kind\":\"desk\",\"who\":\"anna\"}
{\"kind\":\"work\",\"who\":\"zo\\u0065\",\"at\":\"2026-01-05T09:10:00.5Z\"}
{\"at\":\"2026-01-05T12:00:00-01:30\",\"kind\":\"switch\",\"who\":\"anna\"}
";
    let told = sessions(day);
    let short: Vec<_> = told.iter().map(|one| (one["who"].clone(), one["minutes"].clone())).collect();
    assert_eq!(short, [(json!("zoe"), json!(10)), (json!("anna"), json!(0)), (json!("anna"), json!(0))]);
    assert_eq!(
        (&told[0]["end"], &told[2]["start"]),
        (&json!("2026-01-05T09:10:00.5Z"), &json!("2026-01-05T13:30:00Z"))
    );
    assert_eq!(sessions(""), Vec::<Value>::new());
}

#[test]
fn a_line_that_is_no_entry_is_named_and_nothing_is_printed() {
    let good = "{\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"desk\"}";
    for (bad, reason) in [
        ("{\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"typed\"}", "key_cached"),
        ("{\"at\":\"2026-01-05T09:00:00\",\"kind\":\"desk\"}", "offset"),
        ("{\"at\":\"2026-01-05\",\"kind\":\"desk\"}", "offset"),
        ("{\"at\":\"0000-01-01T00:00:00+00:01\",\"kind\":\"desk\"}", "years 0000 to 9999"),
        ("{\"at\":\"9999-12-31T23:59:59-00:01\",\"kind\":\"desk\"}", "years 0000 to 9999"),
        ("{\"at\":\"2026-02-30T09:00:00Z\",\"kind\":\"desk\"}", "offset"),
        ("{\"at\":5,\"kind\":\"desk\"}", "string"),
        ("{\"kind\":\"desk\"}", "at"),
        ("{\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"desk\",\"room\":\"1\"}", "room"),
        ("[]", "struct"),
        ("9:00 desk", "line 2"),
        ("", "EOF"),
    ] {
        let output = replay(&format!("{good}\n{bad}\n{good}\n"), &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{bad}: {said}");
        assert!(said.contains("line 2") && said.contains(reason) && said.lines().count() == 1, "{bad}: {said}");
    }
    for (edge, minutes) in [("0000-01-01T00:00:00Z", 0), ("9999-12-31T23:59:59.999Z", 0)] {
        let told = sessions(&format!("{{\"at\":\"{edge}\",\"kind\":\"desk\"}}"));
        assert_eq!((&told[0]["start"], &told[0]["minutes"]), (&json!(edge), &json!(minutes)));
    }
    let long = format!("{{\"at\":\"{}\",\"kind\":\"desk\"}}", " ".repeat(70_000));
    assert!(String::from_utf8_lossy(&replay(&long, &[]).stderr).contains("64 KiB"));
}

// D6
#[test]
fn settings_under_which_reports_come_too_late_are_refused() {
    for (flag, value) in [("--duty-break", "20min"), ("--duty-interval", "15min"), ("--duty-expire", "15min")] {
        let output = replay("", &[flag, value]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(1) && said.contains(flag) && said.contains("shorter than"), "{said}");
    }
}

// D2
#[test]
fn a_shuffled_log_of_many_gives_what_the_rule_gives() {
    // A small generator of our own, so that the same log can be had again.
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut logs: Vec<Vec<Entry>> = vec![Vec::new(); 7];
    let (mut text, mut order) = (String::new(), Vec::new());
    for _ in 0..20_000 {
        let (who, seconds) = (random(7) as usize, random(30 * 86_400) as i64);
        let kind = Kind::ALL[random(6) as usize];
        let at = Time((1_767_571_200 + seconds) * 1_000);
        logs[who].push(Entry { at, kind });
        if !order.contains(&who) {
            order.push(who);
        }
        let day = time::OffsetDateTime::from_unix_timestamp(1_767_571_200 + seconds).expect("a time");
        let shown = day.format(&time::format_description::well_known::Rfc3339).expect("a text");
        text += &format!("{{\"at\":\"{shown}\",\"kind\":\"{}\",\"who\":\"c{who}\"}}\n", kind.word());
    }
    let expire = Rules::default().expire();
    let expected: Vec<_> = order
        .iter()
        .flat_map(|&who| by_the_rule(logs[who].clone(), expire).into_iter().map(move |session| (who, session)))
        .map(|(who, session)| (json!(format!("c{who}")), session.length().0 / 60_000, session.reply_count))
        .collect();
    let told: Vec<_> = sessions(&text)
        .into_iter()
        .map(|one| {
            (one["who"].clone(), one["minutes"].as_i64().expect("a number"), one["reply_count"].as_u64().expect("one"))
        })
        .collect();
    assert_eq!(told, expected);
}

/// D2 word for word.
fn by_the_rule(mut entries: Vec<Entry>, expire: Span) -> Vec<Session> {
    entries.sort_by_key(|entry| entry.at);
    let mut all: Vec<Session> = Vec::new();
    for Entry { at, kind } in entries {
        let replies = u64::from(kind == Kind::Work);
        match all.last_mut() {
            Some(open) if at.since(open.end) <= expire => {
                open.end = at;
                open.reply_count += replies;
            }
            _ => all.push(Session { start: at, end: at, reply_count: replies }),
        }
    }
    all
}
