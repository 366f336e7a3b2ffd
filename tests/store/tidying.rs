//! When the server was down, what a sweep takes with it, and how one is asked for.
//!
//! Stories of the contract; whose clock an outage moves is the domain's to say.

use quietline::{
    clock::Moment,
    private::Credential,
    store::{self, ClaimRow, OUTAGES_KEPT, Sweeps},
};
use quietline_domain::{ClaimId, Role, RoomId, Time, outage::Outage, queue::Answer, queue::CLAIMS_KEPT};

use super::stored::{counsellor, line, new_room, open, stores};

fn outage(from: i64, until: i64) -> Outage {
    Outage { from: Time(from), until: Time(until) }
}

#[tokio::test]
async fn the_time_between_two_lives_of_the_server_is_an_outage() {
    // W24, W-T4
    for (store, _) in stores().await {
        let started = async |now| store.started(Time(now)).await.expect("answers");
        assert_eq!(started(100).await, [], "it never ran before");
        store.alive(Time(150)).await.expect("writes");
        assert_eq!(started(450).await, [outage(150, 450)]);
        // It died again before it said that it was alive.
        assert_eq!(started(500).await, [outage(150, 450), outage(450, 500)]);
        assert_eq!(started(500).await.len(), 2, "no time was lost");
        store.alive(Time(900)).await.expect("writes");
        assert_eq!(started(700).await.len(), 2, "a clock that was set back says nothing");
        assert_eq!(started(710).await.last(), Some(&outage(700, 710)));

        let later = 450 + OUTAGES_KEPT.0;
        store.alive(Time(later)).await.expect("writes");
        assert_eq!(started(later).await[0], outage(150, 450));
        assert_eq!(started(later + 1).await[0], outage(450, 500), "one that ended longer ago is forgotten");
    }
}

#[tokio::test]
async fn a_store_that_can_set_a_number_and_keep_no_line_is_not_alive() {
    // Promise 6: a full disk has room in a page that is there, and none for what people say.
    for (visited, database) in stores().await {
        visited.close().await;
        // As a server, which makes another connection after a failure.
        let store = store::serve(&database.address()).await.expect("opens");
        open(&*store, new_room(1)).await;
        database
            .run_on_each(
                "create trigger full before insert on line begin select raise(abort, 'full'); end",
                "alter table line add constraint full_disk check (seq < 0) not valid",
            )
            .await;
        store.alive(Time(1)).await.expect("nothing has failed yet");
        store.append(line(1, 1, Role::Student, "hi")).await.expect_err("cannot be saved");
        for _ in 0..2 {
            store.alive(Time(2)).await.expect_err("and the store says so, until it can");
        }
        database.run_on_each("drop trigger full", "alter table line drop constraint full_disk").await;
        // Postgres lets go of the lost connection's lock in its own time.
        let well = async { while store.alive(Time(3)).await.is_err() {} };
        tokio::time::timeout(std::time::Duration::from_secs(20), well).await.expect("is well");
        store.append(line(1, 1, Role::Student, "hi")).await.expect("is saved");
        // Nothing is left of what was tried out.
        assert_eq!(database.number("select count(*) from chat_user").await, 1);
        assert_eq!(open(&*store, new_room(2)).await.queue_no, 2);
    }
}

#[tokio::test]
async fn a_sweep_takes_what_belongs_to_nothing_and_leaves_the_rest() {
    // W20
    for (store, database) in stores().await {
        let account = counsellor(&*store, 1).await;
        open(&*store, new_room(1)).await;
        let now = CLAIMS_KEPT.0 + 1_000;
        let click = |n, at| ClaimRow { claim: ClaimId(n), account, answer: Answer::NobodyHere, at: Time(at) };
        store.answer_claim(click(1, 999)).await.expect("writes");
        store.answer_claim(click(2, 1_000)).await.expect("writes");
        let [over, signed_in] = [(); 2].map(|()| Credential::random().expect("random").digest());
        store.add_session(over, account, Time(now), Time(0)).await.expect("writes");
        store.add_session(signed_in, account, Time(now + 1), Time(0)).await.expect("writes");
        // Any id will do.
        database.run("insert into chat_user (id, nickname) select epoch, 'lost' from room").await;

        assert_eq!(store.sweep(Moment::of(Time(now))).await.expect("sweeps"), 3);
        assert_eq!(store.sweep(Moment::of(Time(now))).await.expect("sweeps"), 0);
        assert_eq!(store.claims(Time(0)).await.expect("reads"), [click(2, 1_000)]);
        assert!(store.session(signed_in, Time(now)).await.expect("reads").is_some());
        assert!(store.room(RoomId(1)).await.expect("reads").is_some());
        assert!(store.account(account).await.expect("reads").is_some());
    }
}

#[tokio::test]
async fn a_wish_for_a_sweep_has_a_number_and_is_answered_by_it() {
    // W20
    for (store, _) in stores().await {
        assert_eq!(store.sweeps().await.expect("reads"), Sweeps { asked: 0, done: 0, erased: 0 });
        assert_eq!(store.ask_sweep().await.expect("writes"), 1);
        assert_eq!(store.ask_sweep().await.expect("writes"), 2);
        store.swept(1, 7).await.expect("writes");
        assert_eq!(store.sweeps().await.expect("reads"), Sweeps { asked: 2, done: 1, erased: 7 });
    }
}
