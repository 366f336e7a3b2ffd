//! The tables D-T, and what holds for any log: order does not matter, and an older entry only ever joins.

use proptest::prelude::*;

use super::*;

const DAY: i64 = 20_458 * 86_400_000;

/// `09:05` or `09:05:30` of one day.
fn at(clock: &str) -> Time {
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).unwrap_or(&0);
    Time(DAY + seconds * 1_000)
}

/// `09:00 desk, 09:05 open`.
fn log(text: &str) -> Vec<Entry> {
    let entry = |one: &str| {
        let (clock, word) = one.trim().split_once(' ').unwrap();
        Entry { at: at(clock), kind: Kind::from_word(word).unwrap() }
    };
    text.split(',').map(entry).collect()
}

/// `09:00–09:40, 2`.
fn told(entries: Vec<Entry>) -> Vec<String> {
    let clock = |time: Time| {
        let seconds = (time.0 - DAY) / 1_000;
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        let rest = if seconds == 0 { String::new() } else { format!(":{seconds:02}") };
        format!("{:02}:{:02}{rest}", minutes / 60, minutes % 60)
    };
    let one = |session: Session| format!("{}–{}, {}", clock(session.start), clock(session.end), session.reply_count);
    sessions(entries, Rules::default().expire()).into_iter().map(one).collect()
}

#[test]
fn d_t1_two_sessions_with_a_break_between() {
    // D-T1, D1, D2, D3
    let entries = log("09:00 desk, 09:05 open, 09:15 work, 09:25 open, 09:40 work, 10:15 open, 10:25 work, 10:40 open");
    assert_eq!(told(entries), ["09:00–09:40, 2", "10:15–10:40, 1"]);
}

#[test]
fn d_t2_twenty_minutes_are_not_more_than_twenty_minutes() {
    // D-T2, D2
    assert_eq!(told(log("09:00 desk, 09:20 open")), ["09:00–09:20, 0"]);
    assert_eq!(told(log("09:00 desk, 09:20:01 open")), ["09:00–09:00, 0", "09:20:01–09:20:01, 0"]);
}

#[test]
fn d_t3_an_older_time_joins_what_was_apart() {
    // D-T3
    assert_eq!(told(log("10:00 open, 10:18 key_cached, 10:36 key")), ["10:00–10:36, 0"]);
    assert_eq!(told(log("10:00 open, 10:36 key, 10:18 key_cached")), ["10:00–10:36, 0"]);
}

#[test]
fn d_t4_and_d_t5_what_the_page_reports_makes_one_session() {
    // D-T4, D-T5
    assert_eq!(told(log("10:00 open, 10:07 key, 10:12 key, 10:17 key, 10:22 key, 10:25 work")), ["10:00–10:25, 1"]);
    let reported = log("10:00 open, 10:06 key, 10:10:30 key_cached, 10:27 key");
    assert_eq!(told(reported), ["10:00–10:27, 0"]);
}

#[test]
fn a_log_of_nothing_has_no_sessions() {
    assert_eq!(told(Vec::new()), Vec::<String>::new());
}

// D6
#[test]
fn a_break_is_longer_than_an_interval_and_shorter_than_the_expiry() {
    let minutes = |minutes: i64| Span::seconds(minutes * 60);
    let rules = |expire, pause, interval| Rules::new(minutes(expire), minutes(pause), minutes(interval), 300);
    assert_eq!(rules(20, 15, 5), Ok(Rules::default()));
    for (expire, pause, interval) in [(20, 20, 5), (15, 20, 5), (20, 5, 5), (20, 5, 15), (20, 15, 0), (20, 15, -5)] {
        assert_eq!(rules(expire, pause, interval), Err(Unordered), "{interval} < {pause} < {expire}");
    }
}

// D1
#[test]
fn every_kind_has_a_word_of_its_own() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_word(kind.word()), Some(kind));
    }
    assert_eq!(Kind::from_word("Desk"), None);
    assert_eq!(Kind::from_word("typed"), None);
}

/// D2 word for word, on entries in the order of time.
fn reference(mut entries: Vec<Entry>, expire: Span) -> Vec<Session> {
    entries.sort_by_key(|entry| entry.at);
    let mut all: Vec<Session> = Vec::new();
    for Entry { at, kind } in entries {
        let replies = u64::from(kind == Kind::Work);
        match all.last_mut() {
            Some(open) if at.0 - open.end.0 <= expire.0 => {
                open.end = at;
                open.reply_count += replies;
            }
            _ => all.push(Session { start: at, end: at, reply_count: replies }),
        }
    }
    all
}

/// Gaps around the expiry, and the same time more than once.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (0..400_i64, 0..Kind::ALL.len());
    let made = |(nth, kind): (i64, usize)| Entry { at: Time(nth * 100), kind: Kind::ALL[kind] };
    prop::collection::vec(entry.prop_map(made), 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_order_of_arrival_gives_the_sessions_of_the_rule(
        (arrived, expire) in (entries().prop_shuffle(), prop_oneof![Just(0), Just(100), Just(500), Just(1_500), 0..4_000_i64])
    ) {
        // D2
        let expire = Span(expire);
        prop_assert_eq!(sessions(arrived.clone(), expire), reference(arrived, expire));
    }

    #[test]
    fn one_more_entry_joins_sessions_and_never_splits_one(
        (before, more, expire) in (entries(), entries(), 0..2_000_i64)
    ) {
        // D2
        let mut log = Log::new(Span(expire));
        before.into_iter().for_each(|entry| log.add(entry));
        for entry in more {
            let earlier: Vec<_> = log.sessions().collect();
            log.add(entry);
            let later: Vec<_> = log.sessions().collect();
            for session in earlier {
                let within = later.iter().filter(|one| one.start <= session.start && session.end <= one.end).count();
                prop_assert_eq!(within, 1);
            }
        }
    }

    #[test]
    fn all_lengths_together_are_no_longer_than_the_span(entries in entries()) {
        let all = sessions(entries.clone(), Span(1_000));
        let length: i64 = all.iter().map(|session| session.length().0).sum();
        let times = || entries.iter().map(|entry| entry.at.0);
        let span = times().max().unwrap_or(0) - times().min().unwrap_or(0);
        prop_assert!(length <= span);
        let replies: u64 = all.iter().map(|session| session.reply_count).sum();
        prop_assert_eq!(replies, entries.iter().filter(|entry| entry.kind == Kind::Work).count() as u64);
    }
}
