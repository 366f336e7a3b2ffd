//! What an intake asks of a store: one transaction for each change, from a revision; nothing below a session outlives it,
//! and nothing beside it goes with it.
//!
//! Stories of the contract; what is sealed is opaque here as it is there.

use quietline::{
    private::{Credential, Digested, SealedText},
    store::{
        Fate, Store,
        intakes::{BodyRow, Change, Grown, Held, IntakeRow, NewIntake, NodeRow, Opener, TitleRow},
    },
};
use quietline_domain::{
    Role, RoomId, Time,
    intake::{Decision, Key, Path, definition::Priority},
};
use sqlx::Row;

use super::stored::{counsellor, new_room, open, say, stores, take};
use crate::common::database::Database;

fn sealed(text: &str) -> SealedText {
    SealedText::new(text.to_owned())
}

fn digest() -> Digested {
    Credential::random().expect("random").digest()
}

fn path(text: &str) -> Path {
    Path::from_stored(text).expect("a path")
}

/// 1 a list's wrapper, 1.1 an entry with an item; 2 optional.
fn grown() -> Grown {
    let node = |at: &str, key: &str, title, body| NodeRow {
        path: path(at),
        key: Key::from_stored(key.to_owned()),
        title,
        body,
    };
    let module =
        |asks: Option<&str>| BodyRow::Module { asks: asks.map(str::to_owned), description: None, decision: None };
    let item = BodyRow::Item { statement: "A".to_owned(), fixed: Some(Priority::High), noted: None };
    let defined = |title: &str| TitleRow::Defined(title.to_owned());
    Grown {
        definition: "first".to_owned(),
        profile: vec![("R".to_owned(), sealed("names"))],
        nodes: vec![
            node("001", "R", defined("list"), module(None)),
            node("001001", "R@1", TitleRow::Sealed(sealed("name")), module(None)),
            node("001001001", "R@1/a", defined("A"), item),
            node("002", "O", defined("other"), module(Some("More?"))),
        ],
    }
}

async fn begin(store: &dyn Store, session: u128, key: Digested, at: i64) -> bool {
    let new = NewIntake { session, key, sealed_key: sealed("key"), grown: grown(), now: Time(at) };
    store.add_intake(new).await.expect("writes")
}

async fn read(store: &dyn Store, by: Opener) -> Option<IntakeRow> {
    store.intake(by).await.expect("reads")
}

async fn there(store: &dyn Store, key: Digested) -> IntakeRow {
    read(store, Opener::Tab(key)).await.expect("is there")
}

async fn change(store: &dyn Store, key: Digested, at: i64, what: Change) {
    let from = there(store, key).await.revision;
    assert!(store.change_intake(from, Time(at), what).await.expect("writes"), "it was changed meanwhile");
}

/// How many rows each of the six tables has.
async fn rows(database: &Database) -> [i64; 6] {
    [
        database.number("select count(*) from intake_session").await,
        database.number("select count(*) from intake_profile_answer").await,
        database.number("select count(*) from intake_tree").await,
        database.number("select count(*) from intake_module").await,
        database.number("select count(*) from intake_item").await,
        database.number("select count(*) from intake_action_plan").await,
    ]
}

// Q1, Q3
#[tokio::test]
async fn a_session_is_kept_whole_and_read_in_document_order() {
    for (store, database) in stores().await {
        let (store, key) = (&*store, digest());
        assert!(begin(store, 1, key, 10).await);
        assert!(!begin(store, 2, key, 20).await, "one for each key");
        assert_eq!(rows(&database).await, [1, 1, 4, 3, 1, 0]);
        let row = there(store, key).await;
        let paths: Vec<_> = row.nodes.iter().map(|node| node.path.stored()).collect();
        assert_eq!(paths, ["001", "001001", "001001001", "002"]);
        let BodyRow::Item { statement, fixed, noted } = &row.nodes[2].body else { panic!("is an item") };
        assert_eq!((statement.as_str(), *fixed, noted.is_some()), ("A", Some(Priority::High), false));
        assert!(matches!(&row.nodes[1].title, TitleRow::Sealed(title) if title.expose() == "name"));
        assert_eq!(
            (row.definition.as_str(), row.room, row.has_code, row.is_shared),
            ("first", Held::NoRoom, false, false)
        );
        assert!(read(store, Opener::Tab(digest())).await.is_none());
        assert_eq!(database.number("select count(*) from intake_tree where parent is null and depth = 1").await, 2);
        assert_eq!(database.number("select count(*) from intake_tree where parent = '001001' and depth = 3").await, 1);
    }
}

#[tokio::test]
async fn of_two_changes_from_one_revision_the_second_is_told_to_look_again() {
    for (store, _) in stores().await {
        let (store, key) = (&*store, digest());
        begin(store, 1, key, 10).await;
        let from = there(store, key).await.revision;
        let noted = |text: &str| Change::Noted { path: path("001001001"), sealed: sealed(text) };
        assert!(store.change_intake(from, Time(20), noted("one")).await.expect("writes"));
        assert!(!store.change_intake(from, Time(30), noted("two")).await.expect("writes"));
        change(store, key, 40, Change::Decided { path: path("002"), decision: Decision::Postponed }).await;
        change(store, key, 40, Change::Step { step: 7, sealed: sealed("walk") }).await;
        change(store, key, 40, Change::Step { step: 8, sealed: sealed("call") }).await;
        change(store, key, 40, Change::Step { step: 7, sealed: sealed("a longer walk") }).await;
        let row = there(store, key).await;
        assert!(matches!(&row.nodes[2].body, BodyRow::Item { noted: Some(noted), .. } if noted.expose() == "one"));
        let BodyRow::Module { decision, .. } = row.nodes[3].body else { panic!("is a module") };
        assert_eq!(decision, Some(Decision::Postponed));
        let steps: Vec<_> = row.steps.iter().map(|(id, sealed)| (*id, sealed.expose().to_owned())).collect();
        assert_eq!(steps, [(7, "a longer walk".to_owned()), (8, "call".to_owned())]);

        // Another tree takes the place of the whole one; of the steps, those that are named stay.
        let mut other = grown();
        other.nodes.truncate(1);
        change(store, key, 50, Change::Grown { grown: other, steps: vec![8] }).await;
        let row = there(store, key).await;
        assert_eq!((row.nodes.len(), row.steps.len(), row.steps[0].0), (1, 1, 8));
    }
}

#[tokio::test]
async fn a_step_of_another_session_cannot_be_changed() {
    for (store, _) in stores().await {
        let (store, mine, theirs) = (&*store, digest(), digest());
        begin(store, 1, mine, 10).await;
        begin(store, 2, theirs, 10).await;
        change(store, theirs, 20, Change::Step { step: 7, sealed: sealed("theirs") }).await;
        change(store, mine, 20, Change::Step { step: 7, sealed: sealed("mine") }).await;
        assert_eq!(there(store, mine).await.steps[0].1.expose(), "mine");
        change(store, mine, 20, Change::NoStep(7)).await;
        assert_eq!(there(store, theirs).await.steps[0].1.expose(), "theirs");
        assert!(there(store, mine).await.steps.is_empty());
    }
}

// Q12
#[tokio::test]
async fn it_opens_by_three_keys_and_by_each_only_as_long_as_it_stands() {
    for (store, _) in stores().await {
        let (store, key, code, share) = (&*store, digest(), digest(), digest());
        begin(store, 1, key, 10).await;
        let asha = counsellor(store, 1).await;
        open(store, quietline::store::NewRoom { key, ..new_room(1) }).await;
        change(store, key, 20, Change::Code { digest: code, sealed_key: sealed("by code") }).await;
        change(store, key, 20, Change::Shared { digest: share, sealed_key: sealed("by share") }).await;
        let by_code = read(store, Opener::Code(code)).await.expect("opens");
        assert_eq!((by_code.sealed_key.expose(), by_code.has_code, by_code.is_shared), ("by code", true, true));
        let shared =
            async || read(store, Opener::Share(share)).await.map(|row| (row.sealed_key.expose().to_owned(), row.room));
        assert_eq!(shared().await, Some(("by share".to_owned(), Held::ByNobody)));
        take(store, 1, asha, 1, 30).await.expect("is taken");
        assert_eq!(shared().await, Some(("by share".to_owned(), Held::By(asha))));
        // What opens this one can open no other; and whoever is refused has troubled nobody.
        let beside = digest();
        begin(store, 2, beside, 10).await;
        for taken in [
            Change::Shared { digest: share, sealed_key: sealed("x") },
            Change::Code { digest: code, sealed_key: sealed("x") },
            Change::Tab { key, sealed_key: sealed("x") },
        ] {
            let from = there(store, beside).await.revision;
            assert!(!store.change_intake(from, Time(40), taken).await.expect("answers"));
        }
        change(store, key, 40, Change::NotShared).await;
        assert_eq!(shared().await, None);

        // Another tab has it by its code; the one before has nothing.
        let other = digest();
        change(store, key, 50, Change::Shared { digest: share, sealed_key: sealed("by share") }).await;
        change(store, key, 60, Change::Tab { key: other, sealed_key: sealed("by tab") }).await;
        assert!(read(store, Opener::Tab(key)).await.is_none() && shared().await.is_none());
        assert_eq!(there(store, other).await.sealed_key.expose(), "by tab");
    }
}

// Q12
#[tokio::test]
async fn it_goes_with_its_room_unless_there_is_a_code() {
    for (store, database) in stores().await {
        let store = &*store;
        let [with_code, without, beside] = [digest(), digest(), digest()];
        let code = digest();
        for (n, key) in [(1, with_code), (2, without), (3, beside)] {
            begin(store, n, key, 10).await;
            change(store, key, 20, Change::Step { step: n, sealed: sealed("step") }).await;
        }
        change(store, with_code, 20, Change::Code { digest: code, sealed_key: sealed("by code") }).await;
        for (n, key, fate) in [(1, with_code, Fate::Kept), (2, without, Fate::Erased)] {
            open(store, quietline::store::NewRoom { key, ..new_room(n) }).await;
            say(store, n, n, Role::Student).await;
            let erased = store.erase(RoomId(n), None).await.expect("erases").expect("was there");
            assert_eq!((erased.lines, erased.intake), (1, fate));
            assert!(read(store, Opener::Tab(key)).await.is_none());
        }
        open(store, new_room(4)).await;
        assert_eq!(store.erase(RoomId(4), None).await.expect("erases").expect("was there").intake, Fate::None);
        assert!(read(store, Opener::Code(code)).await.is_some() && read(store, Opener::Tab(beside)).await.is_some());
        assert_eq!(rows(&database).await, [2, 2, 8, 6, 2, 2]);
        assert_eq!(store.leave_intake(beside).await.expect("answers"), Fate::Erased);
        assert!(!store.drop_intake(beside).await.expect("answers"));
        assert_eq!(rows(&database).await, [1, 1, 4, 3, 1, 1]);
    }
}

// Q11
#[tokio::test]
async fn the_stale_go_with_everything_below_them_and_nothing_else() {
    for (store, database) in stores().await {
        let store = &*store;
        let keys: Vec<_> = (0..5).map(|_| digest()).collect();
        for (n, key) in (0..).zip(&keys) {
            begin(store, n, *key, 10).await;
            change(store, *key, 10 * n as i64, Change::Step { step: n, sealed: sealed("step") }).await;
        }
        // Changed at 0, 10, 20, 30 and 40; then one is read, one resumed, and one goes on.
        there(store, keys[0]).await;
        change(store, keys[1], 50, Change::Resumed).await;
        assert!(store.stand_at(keys[2], path("001001"), Time(50)).await.expect("writes"));
        assert!(!store.stand_at(keys[0], path("009"), Time(50)).await.expect("writes"), "no such node");
        assert!(!store.stand_at(digest(), path("001"), Time(50)).await.expect("writes"), "no such session");
        assert_eq!(there(store, keys[2]).await.at, Some(Key::from_stored("R@1".to_owned())));
        assert_eq!(store.drop_stale_intakes(Time(30), 10).await.expect("drops"), 1, "30 is not before 30");
        assert_eq!(store.drop_stale_intakes(Time(50), 1).await.expect("drops"), 1, "no more than asked for");
        assert_eq!(store.drop_stale_intakes(Time(50), 10).await.expect("drops"), 1);
        for (key, stays) in keys.iter().zip([false, true, true, false, false]) {
            assert_eq!(read(store, Opener::Tab(*key)).await.is_some(), stays);
        }
        assert_eq!(rows(&database).await, [2, 2, 8, 6, 2, 2]);
    }
}

// Q3: what lies below a node lies between its own path and that with a colon behind it.
#[tokio::test]
async fn what_lies_below_a_node_is_found_by_the_index() {
    const BELOW: &str = "select path from intake_tree where session = '00000000-0000-0000-0000-000000000001'
         and '001' < path and path < '001:' order by path";
    for (store, database) in stores().await {
        begin(&*store, 1, digest(), 10).await;
        let plan = match &database {
            Database::Sqlite(_) => {
                let explain = sqlx::AssertSqlSafe(format!("explain query plan {BELOW}"));
                let rows = sqlx::query(explain).fetch_all(&mut database.sqlite_file().await).await.expect("explains");
                rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
            }
            Database::Postgres(_) => {
                let mut server = database.postgres_server().await;
                // A table of a few rows is read whole unless that is made dear, as our own connections do.
                sqlx::raw_sql("set enable_seqscan = off; set enable_bitmapscan = off")
                    .execute(&mut server)
                    .await
                    .expect("sets");
                let explain = sqlx::AssertSqlSafe(format!("explain {BELOW}"));
                let rows = sqlx::query(explain).fetch_all(&mut server).await.expect("explains");
                rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
            }
        };
        let by_index = match &database {
            Database::Sqlite(_) => plan.contains("SEARCH") && plan.contains("path>? AND path<?"),
            Database::Postgres(_) => {
                plan.contains("Index") && plan.contains("(path > '001'::text)") && !plan.contains("Filter")
            }
        };
        assert!(by_index, "{plan}");
    }
}
