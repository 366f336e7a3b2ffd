//! Stories of duty sessions: the tables of the requirements, a test a row, and what stands at their edges.
//!
//! Times are those of one day. What the pages of D-T4 to D-T6 send is proved by `web/test/tracker.test.ts`; here stands
//! what their logs come to.

mod properties;

use super::*;

const MINUTE: i64 = 60_000;

fn rules() -> Rules {
    let minutes = |minutes| Span(minutes * MINUTE);
    Rules::new(minutes(20), minutes(15), minutes(5), 300).unwrap()
}

/// `09:20` or `09:20:01`.
fn at(text: &str) -> Time {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().unwrap()).collect();
    Time((parts[0] * 60 + parts[1]) * MINUTE + parts.get(2).unwrap_or(&0) * 1_000)
}

/// `09:00 desk, 09:05 open`, as the tables write it.
fn log(text: &str) -> Vec<(Time, Kind)> {
    let entry = |entry: &str| {
        let (time, kind) = entry.trim().split_once(' ').unwrap();
        (at(time), Kind::parse(kind).unwrap())
    };
    text.split(',').map(entry).collect()
}

fn session(start: &str, end: &str, reply_count: u64) -> Session {
    Session { start: at(start), end: at(end), reply_count }
}

#[track_caller]
fn gives(text: &str, expected: &[Session]) {
    let mut log = log(text);
    assert_eq!(sessions(&rules(), log.iter().copied()), expected);
    log.reverse();
    assert_eq!(sessions(&rules(), log), expected, "the other way round");
}

// D1
#[test]
fn a_kind_has_one_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.text()), Some(kind));
    }
    for unknown in ["", "Desk", "key-cached", "work ", "reply"] {
        assert_eq!(Kind::parse(unknown), None, "{unknown}");
    }
}

// D-T1, D2, D3
#[test]
fn a_morning_with_a_break() {
    let morning = "09:00 desk, 09:05 open, 09:15 work, 09:25 open, 09:40 work, 10:15 open, 10:25 work, 10:40 open";
    gives(morning, &[session("09:00", "09:40", 2), session("10:15", "10:40", 1)]);
}

// D-T2
#[test]
fn twenty_minutes_are_no_break_and_a_second_more_is_one() {
    gives("09:00 desk, 09:20:00 open", &[session("09:00", "09:20", 0)]);
    gives("09:00 desk, 09:20:01 open", &[session("09:00", "09:00", 0), session("09:20:01", "09:20:01", 0)]);
    let split = sessions(&rules(), log("09:00 desk, 09:20:01 open"));
    assert!(split.iter().all(|session| session.length() == Span(0)));
    let finer = Time(at("09:20").0 + 1);
    assert_eq!(sessions(&rules(), [(at("09:00"), Kind::Desk), (finer, Kind::Open)]).len(), 2);
}

// D-T3, D1
#[test]
fn an_older_time_that_a_page_kept_back_joins_what_it_lies_between() {
    let mut kept = Sessions::new(&rules());
    kept.recognise(at("10:00"), Kind::Open);
    kept.recognise(at("10:36"), Kind::Key);
    assert_eq!(kept.iter().count(), 2);
    kept.recognise(at("10:18"), Kind::KeyCached);
    assert_eq!(kept.iter().collect::<Vec<_>>(), [session("10:00", "10:36", 0)]);
    gives("10:00 open, 10:18 key_cached, 10:36 key", &[session("10:00", "10:36", 0)]);
}

// D-T4
#[test]
fn what_a_page_sends_of_steady_typing_keeps_one_session() {
    let sent = "10:00 open, 10:07 key, 10:12 key, 10:17 key, 10:22 key, 10:25 work";
    gives(sent, &[session("10:00", "10:25", 1)]);
}

// D-T5
#[test]
fn what_a_page_sends_after_a_pause_keeps_one_session() {
    gives("10:00 open, 10:06 key, 10:10:30 key_cached, 10:27 key", &[session("10:00", "10:27", 0)]);
    gives("10:00 open, 10:06 key, 10:27 key", &[session("10:00", "10:06", 0), session("10:27", "10:27", 0)]);
}

// D-T6
#[test]
fn a_burst_of_typing_is_one_entry() {
    gives("10:00 open", &[session("10:00", "10:00", 0)]);
    gives("10:00 open, 10:03:30 key", &[session("10:00", "10:03:30", 0)]);
}

// D3
#[test]
fn work_alone_is_counted_and_counts_add_up_when_sessions_join() {
    let around = "09:00 work, 09:00 work, 09:05 key, 09:10 switch, 09:45 desk, 09:46 work";
    gives(around, &[session("09:00", "09:10", 2), session("09:45", "09:46", 1)]);
    gives(&format!("{around}, 09:28 key_cached"), &[session("09:00", "09:46", 3)]);
    gives(&format!("{around}, 09:28 work"), &[session("09:00", "09:46", 4)]);
}

#[test]
fn a_session_may_pass_midnight_and_a_log_may_be_empty() {
    gives("23:50 open, 24:05 work", &[session("23:50", "24:05", 1)]);
    assert_eq!(sessions(&rules(), []), []);
    let ends = [Time(i64::MAX), Time(i64::MIN), Time(0)].map(|at| (at, Kind::Work));
    assert_eq!(sessions(&rules(), ends).len(), 3);
}

// D6
#[test]
fn rules_that_contradict_each_other_do_not_exist() {
    let of = |expire, pause, interval| Rules::new(Span(expire), Span(pause), Span(interval), 300).err();
    assert_eq!(of(20, 15, 5), None);
    assert_eq!(of(20, 15, 15), Some(Misordered::IntervalAndPause));
    assert_eq!(of(20, 4, 5), Some(Misordered::IntervalAndPause));
    assert_eq!(of(15, 15, 5), Some(Misordered::PauseAndExpire));
    assert_eq!(of(14, 15, 5), Some(Misordered::PauseAndExpire));
    assert_eq!(of(20, 15, 0), Some(Misordered::NoInterval));
    let rules = Rules::new(Span(4), Span(3), Span(2), 1).unwrap();
    assert_eq!((rules.expire(), rules.pause(), rules.interval(), rules.keys()), (Span(4), Span(3), Span(2), 1));
}
