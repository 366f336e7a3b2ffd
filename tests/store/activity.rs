//! What the log of work asks of a store: what a room's write tells of is appended with it, and what the log comes to is the
//! same however far it was looked through.
//!
//! Stories of the contract; what a session is stands in the domain.

use std::{collections::BTreeMap, io::Write};

use quietline::{
    clock::Moment,
    store::{
        Appended, NewLine, Store,
        activity::{Asked, Batch, Coarse, Entry, Lasted, Part, Whose},
    },
};
use quietline_domain::{
    AccountId, Role, RoomId, Span, Time,
    duty::{Kind, Rules, Session, Sessions, sessions},
    room::TurnEnd,
};

use super::stored::{counsellor, line, new_room, open, stores, take};
use crate::common::proxy::Dice;

const LOG: &str = "select kind || ' ' || at from activity order by nth";
const MINUTE: i64 = 60_000;

fn rules(expire: i64) -> Rules {
    Rules::new(Span(expire * MINUTE), Span(2), Span(1), 300).expect("in order")
}

fn always(rules: Rules, whose: Whose) -> Asked {
    Asked { rules, from: Time(i64::MIN), until: Time(i64::MAX), whose }
}

/// By date, at a moment that rooms have another time of: their clock leaves standstills out.
fn dated(date: i64) -> Moment {
    Moment { at: Time(date / 10), date: Time(date) }
}

/// What the parts come to, by counsellor.
fn together(parts: Vec<Part>, rules: Rules) -> BTreeMap<AccountId, Vec<Session>> {
    let mut people = BTreeMap::<AccountId, Sessions>::new();
    for part in parts {
        people.entry(part.account).or_insert_with(|| Sessions::new(&rules)).join(part.session);
    }
    people.into_iter().map(|(account, sessions)| (account, sessions.iter().collect())).collect()
}

async fn duty(store: &dyn Store, rules: Rules) -> BTreeMap<AccountId, Vec<Session>> {
    together(store.duty(always(rules, Whose::Everyones)).await.expect("reads"), rules)
}

// D1
#[tokio::test]
async fn what_a_room_does_for_a_counsellor_is_in_the_log_with_it_and_once() {
    for (store, database) in stores().await {
        let (asha, ben) = (counsellor(&*store, 1).await, counsellor(&*store, 2).await);
        for n in 1..=3 {
            open(&*store, new_room(n)).await;
        }
        assert!(take(&*store, 1, asha, 7, 100).await.is_some());
        assert!(take(&*store, 1, asha, 7, 101).await.is_some(), "the same click again");
        assert!(take(&*store, 1, ben, 8, 102).await.is_none(), "somebody else's");
        let said = || NewLine { by: Some(asha), at: dated(200), ..line(1, 1, Role::Counsellor, "x") };
        assert_eq!(store.append(said()).await.expect("saves"), Appended::New { seq: 1 });
        assert_eq!(store.append(said()).await.expect("saves"), Appended::Again { seq: 1, at: dated(200).at });
        store.append(line(1, 2, Role::Student, "x")).await.expect("saves");
        let nowhere = NewLine { by: Some(asha), ..line(9, 3, Role::Counsellor, "x") };
        assert_eq!(store.append(nowhere).await.expect("answers"), Appended::NoRoom);
        assert_eq!(database.texts(LOG).await, ["open 100", "work 200"]);

        store.hand_over(RoomId(1), asha, ben, dated(300)).await.expect("writes").expect("theirs");
        store.hand_over(RoomId(1), asha, ben, dated(301)).await.expect("writes").expect("as before");
        store.release(RoomId(1), ben, TurnEnd::Away, dated(400)).await.expect("writes").expect("theirs");
        assert!(take(&*store, 1, ben, 9, 500).await.is_some());
        store.release(RoomId(1), ben, TurnEnd::GivenBack, dated(600)).await.expect("writes").expect("theirs");
        assert_eq!(store.release(RoomId(1), ben, TurnEnd::GivenBack, dated(601)).await.expect("writes"), None);
        assert!(take(&*store, 1, ben, 10, 700).await.is_some());
        assert!(store.put_back(RoomId(1), ben, Time(800)).await.expect("writes"));
        let closed = Some(Entry { account: asha, at: Time(900), kind: Kind::Work });
        assert!(store.erase(RoomId(2), closed).await.expect("erases").is_some());
        assert!(store.erase(RoomId(2), closed).await.expect("answers").is_none(), "it is gone already");
        let later = ["work 300", "open 300", "open 500", "work 600", "open 700", "work 900"];
        assert_eq!(database.texts(LOG).await[2..], later);
        let sums = "select count(*) from activity where account = (select id from account where login = 'login2')";
        assert_eq!(database.number(sums).await, 4);
    }
}

// D1: whoever gets no answer sends it again.
#[tokio::test]
async fn a_batch_whose_answer_was_lost_stands_in_the_log_once() {
    for (store, database) in stores().await {
        let asha = counsellor(&*store, 1).await;
        let work = |at| Entry { account: asha, at: Time(at), kind: Kind::Work };
        let (first, second) = (Batch::of(vec![work(1), work(2)]), Batch::of(vec![work(2)]));
        for batch in [&first, &first, &second, &second, &Batch::of(Vec::new())] {
            store.note(batch.clone()).await.expect("writes");
        }
        assert_eq!(database.texts(LOG).await, ["work 1", "work 2", "work 2"]);
    }
}

// D1: lines of many counsellors that share a commit.
#[tokio::test]
async fn a_batch_of_lines_leaves_one_entry_for_each_line_of_a_counsellor() {
    for (store, database) in stores().await {
        let asha = counsellor(&*store, 1).await;
        for n in 1..=40 {
            open(&*store, new_room(n)).await;
        }
        let says = (0..400_u128).map(|n| {
            let (store, by) = (store.clone(), (n % 3 > 0).then_some(asha));
            let from = if by.is_some() { Role::Counsellor } else { Role::Student };
            tokio::spawn(async move { store.append(NewLine { by, ..line(1 + n % 40, n, from, "x") }).await })
        });
        for said in says.collect::<Vec<_>>() {
            assert!(matches!(said.await.expect("runs").expect("saves"), Appended::New { .. }));
        }
        assert_eq!(database.number("select count(*) from line").await, 400);
        assert_eq!(database.number("select count(*) from activity where kind = 'work'").await, 266);
        assert_eq!(database.number("select max(nth) from activity").await, 266);
    }
}

// D2
#[tokio::test]
async fn what_the_log_comes_to_does_not_depend_on_how_far_it_was_looked_through() {
    let seed = Dice::seed();
    let _ = writeln!(std::io::stderr(), "QUIETLINE_TEST_SEED={seed}");
    let mut dice = Dice::new(seed);
    for (store, _) in stores().await {
        for round in 0..12 {
            let people = [counsellor(&*store, 2 * round).await, counsellor(&*store, 2 * round + 1).await];
            let mut expected = people.map(|account| (account, Vec::new()));
            for _ in 0..40 {
                let (account, log) = &mut expected[dice.below(2) as usize];
                let at = Time(dice.below(400) as i64 * MINUTE);
                let kind = Kind::ALL[dice.below(6) as usize];
                store.note(Batch::of(vec![Entry { account: *account, at, kind }])).await.expect("writes");
                log.push((at, kind));
                if dice.one_in(8) {
                    store.look_through(rules(20), 1 + dice.below(9) as u32).await.expect("looks");
                }
                let asked = always(rules(20), Whose::Of(*account));
                let seen = together(store.duty(asked).await.expect("reads"), rules(20));
                assert_eq!(seen[account], sessions(&rules(20), log.iter().copied()), "seed {seed}");
            }
        }
    }
}

// D6: other rules make other sessions of the same log, at once and for good.
#[tokio::test]
async fn other_rules_look_the_log_through_anew() {
    for (store, database) in stores().await {
        let asha = counsellor(&*store, 1).await;
        for minute in [0, 15, 30, 60] {
            store
                .note(Batch::of(vec![Entry { account: asha, at: Time(minute * MINUTE), kind: Kind::Key }]))
                .await
                .expect("writes");
        }
        let many = async |expire| duty(&*store, rules(expire)).await[&asha].len();
        assert_eq!((many(20).await, many(10).await, many(40).await), (2, 4, 1));
        assert_eq!(store.look_through(rules(20), 3).await.expect("looks"), 3);
        assert_eq!(store.look_through(rules(20), 3).await.expect("looks"), 1);
        assert_eq!(store.look_through(rules(20), 3).await.expect("looks"), 0);
        assert_eq!((many(20).await, many(10).await, many(40).await), (2, 4, 1));
        assert_eq!(store.look_through(rules(10), 100).await.expect("looks"), 4);
        assert_eq!((many(20).await, many(10).await, many(40).await), (2, 4, 1));
        assert_eq!(database.number("select count(*) from duty_session").await, 4);
    }
}

#[tokio::test]
async fn what_lies_beside_the_days_asked_for_is_not_read_and_neither_is_another_persons() {
    let day = 86_400_000;
    for (store, _) in stores().await {
        let (asha, ben) = (counsellor(&*store, 1).await, counsellor(&*store, 2).await);
        for (account, at) in [(asha, 0), (asha, 10 * day), (ben, 10 * day), (asha, 20 * day)] {
            store.note(Batch::of(vec![Entry { account, at: Time(at), kind: Kind::Work }])).await.expect("writes");
        }
        for _ in 0..2 {
            let asked = |whose| Asked { rules: rules(20), from: Time(9 * day), until: Time(11 * day), whose };
            assert_eq!(store.duty(asked(Whose::Everyones)).await.expect("reads").len(), 2);
            let of_ben = store.duty(asked(Whose::Of(ben))).await.expect("reads");
            assert_eq!(of_ben.iter().map(|part| part.account).collect::<Vec<_>>(), [ben]);
            store.look_through(rules(20), 100).await.expect("looks");
        }
        assert_eq!(store.last_noted(asha, Kind::Work).await.expect("reads"), Some(Time(20 * day)));
        assert_eq!(store.last_noted(asha, Kind::Desk).await.expect("reads"), None);
    }
}

#[tokio::test]
async fn waits_are_counted_by_hour_and_step_alone() {
    for (store, database) in stores().await {
        let about = |block, step| Coarse { what: Lasted::Wait, block, step };
        for coarse in [about(0, 3), about(0, 3), about(55, 0), Coarse { what: Lasted::Conversation, ..about(0, 3) }] {
            store.count(coarse).await.expect("counts");
        }
        let mut counted = store.counted().await.expect("reads");
        counted.sort();
        let talked = Coarse { what: Lasted::Conversation, ..about(0, 3) };
        assert_eq!(counted, [(about(0, 3), 2), (about(55, 0), 1), (talked, 1)]);
        assert_eq!(database.number("select count(*) from service_hour").await, 3);
    }
}
