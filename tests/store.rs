//! The contract of a store: every implementation passes every one of these.
//!
//! Rooms, lines, clicks and sessions are here; the rest of the contract is beside it, by what it is about.

#[path = "store/accounts.rs"]
mod accounts;
#[path = "store/activity.rs"]
mod activity;
mod common;
#[path = "store/intakes.rs"]
mod intakes;
#[path = "store/names.rs"]
mod names;
#[path = "store/sealed.rs"]
mod sealed;
#[path = "store/stored.rs"]
mod stored;
#[path = "store/tidying.rs"]
mod tidying;
#[path = "store/turns.rs"]
mod turns;
#[path = "store/update.rs"]
mod update;

use quietline::{
    clock::Moment,
    private::Credential,
    store::{Access, Appended, Availability, Changed, ClaimRow, Erasure, Fate, NewTake, Take, accounts::Doer},
};
use quietline_domain::{
    ClaimId, Role, RoomId, Time,
    queue::{Answer, CLAIMS_KEPT},
};

use common::database::Database;
use stored::{counsellor, line, new_room, open, stores};

#[tokio::test]
async fn lines_are_numbered_without_gaps_however_many_come_at_once() {
    for (store, _) in stores().await {
        open(&*store, new_room(1)).await;
        open(&*store, new_room(2)).await;
        let says = (0..400_u128).map(|n| {
            let store = store.clone();
            tokio::spawn(async move { store.append(line(1 + n % 2, n, Role::Student, "x")).await.expect("saves") })
        });
        for said in says.collect::<Vec<_>>() {
            assert!(matches!(said.await.expect("runs"), Appended::New { .. }));
        }
        for room in [1, 2] {
            let seqs: Vec<_> = store.lines(RoomId(room), 0).await.expect("reads").iter().map(|line| line.seq).collect();
            assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
        }
        assert_eq!(store.lines(RoomId(1), 198).await.expect("reads").len(), 2);
    }
}

#[tokio::test]
async fn the_same_line_again_is_the_same_line_and_other_content_is_refused() {
    for (store, _) in stores().await {
        open(&*store, new_room(1)).await;
        let first = store.append(line(1, 9, Role::Student, "hi")).await.expect("saves");
        assert_eq!(first, Appended::New { seq: 1 });
        let again = store.append(line(1, 9, Role::Student, "hi")).await.expect("saves");
        assert_eq!(again, Appended::Again { seq: 1, at: Time(5) });
        for other in [line(1, 9, Role::Student, "ho"), line(1, 9, Role::Counsellor, "hi")] {
            assert_eq!(store.append(other).await.expect("saves"), Appended::CidTaken);
        }
        assert_eq!(store.append(line(7, 1, Role::Student, "hi")).await.expect("saves"), Appended::NoRoom);
        assert_eq!(store.lines(RoomId(1), 0).await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn one_key_has_one_room() {
    // W4
    for (store, _) in stores().await {
        let (first, mut second) = (new_room(1), new_room(2));
        second.key = first.key;
        open(&*store, first).await;
        assert_eq!(open(&*store, second).await.room, RoomId(1));
        assert_eq!(store.rooms().await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn rooms_come_back_in_the_order_of_arrival_with_who_spoke_first() {
    for (store, _) in stores().await {
        for n in [3, 1, 2] {
            open(&*store, new_room(n)).await;
        }
        store.append(line(1, 1, Role::Student, "hi")).await.expect("saves");
        let rooms = store.rooms().await.expect("reads");
        assert_eq!(rooms.iter().map(|room| room.room.0).collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!(rooms.iter().map(|room| room.queue_no).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(rooms[1].first_student, Some(1));
        assert_eq!(rooms[1].first_counsellor, None);
    }
}

#[tokio::test]
async fn a_room_is_given_once_however_many_ask() {
    // W6
    for (store, _) in stores().await {
        let asha = counsellor(&*store, 1).await;
        open(&*store, new_room(1)).await;
        store.append(line(1, 1, Role::Student, "hi")).await.expect("saves");
        let takes = (0..50_u128).map(|n| {
            let store = store.clone();
            let take = NewTake { room: RoomId(1), account: asha, claim: ClaimId(n), now: Moment::of(Time(1)) };
            tokio::spawn(async move { store.take(take).await.expect("answers") })
        });
        let mut taken = 0;
        for take in takes.collect::<Vec<_>>() {
            if let Take::Taken(row) = take.await.expect("runs") {
                let by = row.counsellor.expect("has a counsellor");
                assert_eq!((by.account, by.after), (asha, 1));
                taken += 1;
            }
        }
        assert_eq!(taken, 1);
        let row = store.room(RoomId(1)).await.expect("reads").expect("is there");
        let claim = row.counsellor.expect("has a counsellor").claim.expect("was a click");
        store.append(line(1, 2, Role::Student, "more")).await.expect("saves");
        let again = store.take(NewTake { room: RoomId(1), account: asha, claim, now: Moment::of(Time(2)) }).await;
        let Ok(Take::Taken(row)) = again else { panic!("the same click has the same answer") };
        assert_eq!(row.counsellor.expect("has a counsellor").after, 1);
        assert_eq!(store.claims(Time(0)).await.expect("reads").len(), 1, "a lost click is not remembered");
    }
}

#[tokio::test]
async fn answered_clicks_are_remembered_for_ten_minutes() {
    // W6
    for (store, _) in stores().await {
        let account = counsellor(&*store, 1).await;
        let click = |n, at| ClaimRow { claim: ClaimId(n), account, answer: Answer::Nobody, at: Time(at) };
        store.answer_claim(click(1, 1_000)).await.expect("writes");
        store.answer_claim(click(2, 2_000)).await.expect("writes");
        assert_eq!(store.claims(Time(0)).await.expect("reads"), [click(1, 1_000), click(2, 2_000)]);
        store.answer_claim(click(3, CLAIMS_KEPT.0 + 1_500)).await.expect("writes");
        let kept: Vec<_> = store.claims(Time(0)).await.expect("reads").iter().map(|click| click.claim.0).collect();
        assert_eq!(kept, [2, 3]);
    }
}

#[tokio::test]
async fn an_erased_room_leaves_nothing_and_its_key_opens_a_new_one() {
    // W18
    for (store, _) in stores().await {
        let room = new_room(1);
        let key = room.key;
        open(&*store, room).await;
        store.append(line(1, 1, Role::Student, "hi")).await.expect("saves");
        assert_eq!(store.erase(RoomId(1), None).await.expect("erases"), Some(Erasure { lines: 1, intake: Fate::None }));
        assert_eq!(store.erase(RoomId(1), None).await.expect("erases"), None);
        assert!(store.rooms().await.expect("reads").is_empty());
        assert!(store.lines(RoomId(1), 0).await.expect("reads").is_empty());
        assert_eq!(store.append(line(1, 2, Role::Student, "x")).await.expect("saves"), Appended::NoRoom);
        let mut again = new_room(2);
        again.key = key;
        assert_eq!(open(&*store, again).await.room, RoomId(2));
    }
}

#[tokio::test]
async fn sessions_end_with_their_account_and_the_switch_with_the_last_of_them() {
    // W9, W21
    for (store, _) in stores().await {
        let account = counsellor(&*store, 1).await;
        let [one, two] = [(); 2].map(|()| Credential::random().expect("random").digest());
        store.add_session(one, account, Time(100), Time(0)).await.expect("writes");
        store.add_session(two, account, Time(100), Time(0)).await.expect("writes");
        store.set_available(account, Availability::Available).await.expect("writes");
        assert!(store.session(one, Time(99)).await.expect("reads").is_some());
        assert!(store.session(one, Time(100)).await.expect("reads").is_none(), "expired");

        let revision = store.staff_revision().await.expect("reads");
        store.end_session(one, Time(1)).await.expect("writes");
        assert_ne!(store.staff_revision().await.expect("reads"), revision);
        let available = async || store.account(account).await.expect("reads").expect("is there").available;
        assert_eq!(available().await, Availability::Available);
        store.end_session(two, Time(1)).await.expect("writes");
        assert_eq!(available().await, Availability::Away);

        // A session that is over does not keep the switch on.
        store.add_session(one, account, Time(5), Time(0)).await.expect("writes");
        store.add_session(two, account, Time(100), Time(0)).await.expect("writes");
        store.set_available(account, Availability::Available).await.expect("writes");
        store.end_session(two, Time(6)).await.expect("writes");
        assert_eq!(available().await, Availability::Away);

        store.add_session(one, account, Time(100), Time(0)).await.expect("writes");
        assert_eq!(store.disable(account, Time(1), Doer::Terminal).await.expect("writes"), Changed::Done);
        assert!(store.session(one, Time(1)).await.expect("reads").is_none());
        assert_eq!(
            store.disable(quietline_domain::AccountId(99), Time(1), Doer::Terminal).await.expect("writes"),
            Changed::NoSuchAccount
        );
        assert_eq!(store.reset(account, "other", Time(2)).await.expect("writes"), Changed::Done);
        let (row, hash) = store.account_by_login("login1").await.expect("reads").expect("is there");
        assert_eq!((row.access, hash.as_str()), (Access::Enabled, "other"));
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    for database in Database::each().await {
        let store = database.open().await;
        let account = counsellor(&*store, 1).await;
        open(&*store, new_room(1)).await;
        store.append(line(1, 1, Role::Student, "hi")).await.expect("saves");
        store
            .take(NewTake { room: RoomId(1), account, claim: ClaimId(4), now: Moment::of(Time(3)) })
            .await
            .expect("answers");
        drop(store);

        let store = database.open().await;
        let rooms = store.rooms().await.expect("reads");
        assert_eq!(rooms[0].counsellor.as_ref().map(|by| (by.account, by.claim)), Some((account, Some(ClaimId(4)))));
        assert_eq!(store.lines(RoomId(1), 0).await.expect("reads").len(), 1);
        assert_eq!(store.claims(Time(0)).await.expect("reads").len(), 1);
    }
}

#[tokio::test]
async fn a_click_has_one_room_whichever_it_is_asked_with() {
    // W6: an answer that was lost on its way from the database.
    for (store, _) in stores().await {
        let account = counsellor(&*store, 1).await;
        let [first, second] =
            [1, 2].map(|n| NewTake { room: RoomId(n), account, claim: ClaimId(4), now: Moment::of(Time(3)) });
        open(&*store, new_room(1)).await;
        open(&*store, new_room(2)).await;
        for take in [first, second] {
            let Take::Taken(row) = store.take(take).await.expect("answers") else { panic!("nothing was taken") };
            assert_eq!(row.room, RoomId(1));
        }
        assert!(store.room(RoomId(2)).await.expect("reads").expect("is there").counsellor.is_none());
    }
}
