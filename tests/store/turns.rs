//! A room that changes hands: its place, its gate, and who may end a turn.
//!
//! Stories of the contract; what is done about them in a room is not known here.

use quietline::{
    clock::Moment,
    store::{Erasure, RoomRow, Seated, accounts::Doer},
};
use quietline_domain::{AccountId, ClaimId, Role, RoomId, Time, room::TurnEnd};

use super::stored::{counsellor, new_room, open, room, say, stores, take};

/// Who sits where: account, since which line, and behind which they read.
fn seat(by: &Seated) -> (AccountId, u64, u64) {
    (by.account, by.after, by.reads_after)
}

fn past(row: &RoomRow) -> Vec<(AccountId, u64, u64, TurnEnd)> {
    row.past.iter().map(|turn| (turn.account, turn.after, turn.left, turn.why)).collect()
}

#[tokio::test]
async fn a_room_given_back_waits_at_its_old_place_and_remembers_who_was_there() {
    // W25, W26
    for (store, _) in stores().await {
        let store = &*store;
        let (asha, bo) = (counsellor(store, 1).await, counsellor(store, 2).await);
        for n in [1, 2] {
            open(store, new_room(n)).await;
        }
        say(store, 1, 1, Role::Student).await;
        take(store, 1, asha, 7, 20).await.expect("is given");
        say(store, 1, 2, Role::Counsellor).await;
        let release = |from, now| store.release(RoomId(1), from, TurnEnd::Away, Moment::of(Time(now)));
        assert_eq!(release(bo, 30).await.expect("answers"), None, "it is not Bo's");
        assert_eq!(release(asha, 40).await.expect("answers"), Some(2));
        assert_eq!(release(asha, 50).await.expect("answers"), None, "it is nobody's any more");

        assert_eq!(store.left_by(asha).await.expect("reads"), [RoomId(1)]);
        let rooms = store.rooms().await.expect("reads");
        let first = &rooms[0];
        assert_eq!((first.room, first.queue_no, first.arrived), (RoomId(1), 1, Time(1)));
        assert_eq!((first.active, first.last, first.first_counsellor), (Time(40), 2, None));
        assert!(first.counsellor.is_none());
        assert_eq!(past(first), [(asha, 1, 2, TurnEnd::Away)]);
        assert_eq!(first.past[0].nickname.expose(), "Asha1");
        assert!(rooms[1].past.is_empty());

        // The next one is another turn: reading begins where it begins (W13).
        let by = take(store, 1, bo, 8, 60).await.expect("is given");
        assert_eq!(seat(&by), (bo, 2, 2));
        say(store, 1, 3, Role::Student).await;
        let again = take(store, 1, bo, 8, 65).await.expect("is the same click");
        assert_eq!(seat(&again), (bo, 2, 2));
        store.release(RoomId(1), bo, TurnEnd::GivenBack, Moment::of(Time(70))).await.expect("answers");
        let turns = [(asha, 1, 2, TurnEnd::Away), (bo, 2, 3, TurnEnd::GivenBack)];
        assert_eq!(past(&room(store, 1).await), turns);
        assert_eq!(past(&store.rooms().await.expect("reads")[0]), turns);
    }
}

#[tokio::test]
async fn the_first_line_of_one_counsellor_opens_no_gate_for_the_next() {
    // W12, W13
    for (store, _) in stores().await {
        let store = &*store;
        let (asha, bo) = (counsellor(store, 1).await, counsellor(store, 2).await);
        open(store, new_room(1)).await;
        say(store, 1, 1, Role::Student).await;
        let by = take(store, 1, asha, 7, 1).await.expect("is given");
        assert_eq!(seat(&by), (asha, 1, 0), "the first counsellor reads everything");
        say(store, 1, 2, Role::Counsellor).await;
        assert_eq!(room(store, 1).await.first_counsellor, Some(2));

        store.hand_over(RoomId(1), asha, bo, Moment::of(Time(2))).await.expect("answers").expect("is Bo's");
        assert_eq!(room(store, 1).await.first_counsellor, None);
        say(store, 1, 3, Role::Counsellor).await;
        say(store, 1, 4, Role::Counsellor).await;
        let row = room(store, 1).await;
        assert_eq!((row.first_student, row.first_counsellor, row.last), (Some(1), Some(3), 4));

        store.share_older(RoomId(1)).await.expect("writes");
        assert_eq!(seat(&room(store, 1).await.counsellor.expect("is held")), (bo, 2, 0));
        store.hand_over(RoomId(1), bo, asha, Moment::of(Time(3))).await.expect("answers");
        let back = room(store, 1).await;
        assert_eq!(seat(&back.counsellor.expect("is held")), (asha, 4, 4), "what was shared was shared with Bo");
    }
}

#[tokio::test]
async fn a_hand_over_asked_again_is_the_same_and_nobody_unknown_is_handed_a_room() {
    // W26, W23
    for (store, _) in stores().await {
        let store = &*store;
        let (asha, bo, cy) = (counsellor(store, 1).await, counsellor(store, 2).await, counsellor(store, 3).await);
        open(store, new_room(1)).await;
        take(store, 1, asha, 7, 1).await.expect("is given");
        let hand_over =
            async |from, to, now| store.hand_over(RoomId(1), from, to, Moment::of(Time(now))).await.expect("answers");
        store.disable(cy, Time(2), Doer::Terminal).await.expect("writes");
        for (from, to) in [(asha, cy), (asha, AccountId(99)), (asha, asha), (bo, asha)] {
            assert!(hand_over(from, to, 3).await.is_none());
        }
        assert_eq!(room(store, 1).await.counsellor.expect("is held").claim, Some(ClaimId(7)));
        assert!(room(store, 1).await.past.is_empty());

        let given = hand_over(asha, bo, 4).await.expect("is Bo's");
        assert_eq!((seat(&given), given.claim, given.nickname.expose()), ((bo, 0, 0), None, "Asha2"));
        say(store, 1, 1, Role::Student).await;
        let again = hand_over(asha, bo, 90).await.expect("is Bo's still");
        assert_eq!(seat(&again), (bo, 0, 0));
        let row = room(store, 1).await;
        assert_eq!((row.past.len(), row.active), (1, Time(5)));
        assert!(take(store, 1, asha, 7, 91).await.is_none(), "an old click does not bring it back");

        assert_eq!(store.left_by(asha).await.expect("reads"), [RoomId(1)]);
        assert!(store.left_by(bo).await.expect("reads").is_empty());
        assert!(hand_over(bo, asha, 92).await.is_some());
        assert!(store.left_by(asha).await.expect("reads").is_empty(), "holds it again");
        assert_eq!(store.left_by(bo).await.expect("reads"), [RoomId(1)]);
    }
}

#[tokio::test]
async fn of_all_who_end_one_turn_at_once_exactly_one_does() {
    // W25, W26
    for (store, _) in stores().await {
        let asha = counsellor(&*store, 1).await;
        let colleagues = [counsellor(&*store, 2).await, counsellor(&*store, 3).await];
        // Each room has another kind of ending first in line.
        for first in 0..3 {
            let id = first as u128;
            open(&*store, new_room(id)).await;
            take(&*store, id, asha, 7, 1).await.expect("is given");
            let endings = (0..30).map(|n| {
                let (store, room) = (store.clone(), RoomId(id));
                tokio::spawn(async move {
                    let Some(&to) = colleagues.get((first + n) % 3) else {
                        let left =
                            store.release(room, asha, TurnEnd::GivenBack, Moment::of(Time(2))).await.expect("answers");
                        return left.map(|_| asha);
                    };
                    store.hand_over(room, asha, to, Moment::of(Time(2))).await.expect("answers").map(|by| by.account)
                })
            });
            let mut won = Vec::new();
            for ending in endings.collect::<Vec<_>>() {
                won.extend(ending.await.expect("runs"));
            }
            // A hand-over asked again is answered again, a release is not: the winners are all of one kind.
            assert!(won.len() == if won[0] == asha { 1 } else { 10 }, "room {first}: {won:?}");
            assert!(won.iter().all(|account| *account == won[0]), "room {first}: {won:?}");
            let row = room(&*store, id).await;
            assert_eq!(row.past.len(), 1);
            assert_eq!(row.counsellor.map_or(asha, |by| by.account), won[0]);
        }
    }
}

#[tokio::test]
async fn the_last_activity_is_whichever_came_last_and_never_goes_back() {
    // W24
    for (store, _) in stores().await {
        let store = &*store;
        let asha = counsellor(store, 1).await;
        open(store, new_room(1)).await;
        let active = async || room(store, 1).await.active.0;
        assert_eq!(active().await, 1, "it arrived");
        say(store, 1, 1, Role::Student).await;
        assert_eq!(active().await, 5, "a line");
        take(store, 1, asha, 7, 8).await.expect("is given");
        take(store, 1, asha, 7, 9).await.expect("is the same click");
        assert_eq!(active().await, 8, "a counsellor came, once");
        store.touch(RoomId(1), Time(20)).await.expect("writes");
        store.touch(RoomId(1), Time(10)).await.expect("writes");
        assert_eq!(active().await, 20);
    }
}

#[tokio::test]
async fn a_room_that_changed_hands_is_erased_with_its_past() {
    // W18
    for (store, database) in stores().await {
        let asha = counsellor(&*store, 1).await;
        open(&*store, new_room(1)).await;
        take(&*store, 1, asha, 7, 1).await.expect("is given");
        store.release(RoomId(1), asha, TurnEnd::GivenBack, Moment::of(Time(2))).await.expect("answers");
        assert_eq!(store.erase(RoomId(1), None).await.expect("erases"), Some(Erasure::default()));
        assert!(store.left_by(asha).await.expect("reads").is_empty());
        assert_eq!(database.number("select count(*) from past_turn").await, 0);
    }
}
