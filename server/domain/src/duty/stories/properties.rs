//! What holds for every log, in whatever order it comes.

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// Dense enough that gaps fall on both sides of the limit, and often on the limit itself.
fn logs() -> impl Strategy<Value = Vec<(Time, Kind)>> {
    let near = (0_i64..300).prop_map(|minutes| Time(minutes * MINUTE));
    let finer = (0_i64..300 * MINUTE).prop_map(Time);
    vec((prop_oneof![near, finer], select(Kind::ALL.to_vec())), 0..60)
}

/// D2 word for word, for entries in time order.
fn word_for_word(log: &[(Time, Kind)]) -> Vec<Session> {
    let mut closed = Vec::new();
    let mut open: Option<Session> = None;
    for &(at, kind) in log {
        let mut session = match open {
            Some(session) if at.since(session.end) <= rules().expire() => Session { end: at, ..session },
            earlier => {
                closed.extend(earlier);
                Session { start: at, end: at, reply_count: 0 }
            }
        };
        if kind == Kind::Work {
            session.reply_count += 1;
        }
        open = Some(session);
    }
    closed.extend(open);
    closed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // D2, D3
    #[test]
    fn sessions_are_what_the_rule_says_word_for_word(log in logs()) {
        let mut in_order = log.clone();
        in_order.sort_by_key(|(at, _)| *at);
        prop_assert_eq!(sessions(&rules(), log), word_for_word(&in_order));
    }

    // D2
    #[test]
    fn the_order_of_arrival_does_not_matter((log, shuffled) in logs().prop_flat_map(|log| {
        (Just(log.clone()), Just(log).prop_shuffle())
    })) {
        prop_assert_eq!(sessions(&rules(), log), sessions(&rules(), shuffled));
    }

    // D2: a log may be looked through in parts, each by itself, and what they come to put together.
    #[test]
    fn sessions_of_parts_come_to_the_sessions_of_all(log in logs(), other in logs()) {
        let mut together = Sessions::new(&rules());
        for part in [&log, &other].into_iter().flat_map(|part| sessions(&rules(), part.iter().copied())) {
            together.join(part);
        }
        let all = log.into_iter().chain(other);
        prop_assert_eq!(together.iter().collect::<Vec<_>>(), sessions(&rules(), all));
    }

    // D2: after each entry, not only at the end.
    #[test]
    fn an_entry_joins_sessions_or_founds_one_and_never_splits_one(log in logs()) {
        let mut kept = Sessions::new(&rules());
        for (at, kind) in log {
            let before: Vec<_> = kept.iter().collect();
            kept.recognise(at, kind);
            let after: Vec<_> = kept.iter().collect();
            for old in &before {
                let around = after.iter().filter(|new| new.start <= old.start && old.end <= new.end).count();
                prop_assert_eq!(around, 1);
            }
            prop_assert_eq!(after.iter().filter(|new| new.start <= at && at <= new.end).count(), 1);
            prop_assert!(after.len() <= before.len() + 1 && before.len() <= after.len() + 1);
        }
    }

    // D2, D3
    #[test]
    fn sessions_lie_apart_and_hold_no_more_than_the_log(log in logs()) {
        let sessions = sessions(&rules(), log.iter().copied());
        for pair in sessions.windows(2) {
            prop_assert!(pair[1].start.since(pair[0].end) > rules().expire());
        }
        let times = || log.iter().map(|(at, _)| *at);
        let span = times().max().zip(times().min()).map_or(Span(0), |(last, first)| last.since(first));
        prop_assert!(sessions.iter().map(|session| session.length().0).sum::<i64>() <= span.0);
        let work = log.iter().filter(|(_, kind)| *kind == Kind::Work).count();
        prop_assert_eq!(sessions.iter().map(|session| session.reply_count).sum::<u64>(), work as u64);
    }
}
