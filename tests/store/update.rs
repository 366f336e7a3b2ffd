//! A database of the first house is brought up to date: staff and sessions stay, conversations that were not sealed end.
//!
//! It is made by the first migration alone and filled by hand: no version of today could write it.

use quietline::{
    private::Digested,
    store::{Access, Availability, Opening},
};
use quietline_domain::{ClaimId, RoomId, Time, outage::Outage};
use sqlx::migrate::Migrator;

use crate::common::database::Database;

use super::stored::{forms, new_room};

/// Two counsellors, one of them signed in; a room that waits, and one that was taken behind its second line.
const FIRST_HOUSE: &str = "
    insert into account (id, login, nickname, role, password_hash, available, disabled_at, created_at) values
        (x'000000000000000000000000000000a1', 'asha@example.org', 'Asha', 'counsellor', 'hash', 1, null, 10),
        (x'000000000000000000000000000000a2', 'shadow', 'ASHA', 'administrator', 'other', 0, 30, 20);
    insert into session (digest, account, until) values
        ('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', x'000000000000000000000000000000a1', 9000);
    insert into chat_user (id, nickname) values
        (x'000000000000000000000000000000c1', 'moss'), (x'000000000000000000000000000000c2', 'fern');
    insert into room (id, epoch, key_digest, student, queue_no, arrived_at, counsellor, claim, taken_after) values
        (x'00000000000000000000000000000001', x'00000000000000000000000000000011',
            'BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', x'000000000000000000000000000000c1', 1, 100,
            x'000000000000000000000000000000a1', x'000000000000000000000000000000f1', 2),
        (x'00000000000000000000000000000002', x'00000000000000000000000000000012',
            'CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', x'000000000000000000000000000000c2', 2, 200,
            null, null, null);
    insert into line (room, seq, cid, sender, said_at, suite, body) values
        (x'00000000000000000000000000000001', 1, x'000000000000000000000000000000d1', 'student', 110, 0, 'hi'),
        (x'00000000000000000000000000000001', 2, x'000000000000000000000000000000d2', 'student', 120, 0, 'there'),
        (x'00000000000000000000000000000001', 3, x'000000000000000000000000000000d3', 'counsellor', 300, 0, 'hello');
    insert into claim (account, id, answer, answered_at) values
        (x'000000000000000000000000000000a1', x'000000000000000000000000000000f1', 'student', 350);
    update counter set value = 2 where name = 'queue';
    update counter set value = 5 where name = 'staff';
";

async fn first_house() -> Database {
    let database = Database::sqlite();
    let migrations = tempfile::tempdir().expect("a folder");
    let first = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/0001_house.sql");
    std::fs::copy(first, migrations.path().join("0001_house.sql")).expect("copies");
    let mut file = database.sqlite_file().await;
    Migrator::new(migrations.path()).await.expect("reads").run(&mut file).await.expect("migrates");
    sqlx::raw_sql(FIRST_HOUSE).execute(&mut file).await.expect("fills");
    database
}

#[tokio::test]
async fn a_database_of_the_first_house_is_brought_up_to_date_and_open_conversations_end() {
    // U1, promise 1
    let database = first_house().await;
    let store = database.open().await;
    let mut file = database.sqlite_file().await;
    let broken = sqlx::query("pragma foreign_key_check").fetch_all(&mut file).await.expect("reads");
    assert!(broken.is_empty());
    let left = "select name from sqlite_master where type = 'table' and name like '%\\_1' escape '\\'";
    assert!(sqlx::query(left).fetch_all(&mut file).await.expect("reads").is_empty());

    // What was said was not sealed, and nobody can seal it any more.
    assert!(
        store.rooms().await.expect("reads").is_empty() && store.lines(RoomId(1), 0).await.expect("reads").is_empty()
    );
    let visitors = "select 1 from chat_user where account is null";
    assert!(sqlx::query(visitors).fetch_all(&mut file).await.expect("reads").is_empty());
    assert_eq!(store.claims(Time(0)).await.expect("reads")[0].claim, ClaimId(0xf1));

    let session = Digested::from_text("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("is one");
    let asha = store.session(session, Time(400)).await.expect("reads").expect("is signed in");
    assert_eq!((asha.nickname.expose(), asha.available), ("Asha", Availability::Available));
    assert_eq!(
        store.accounts().await.expect("reads").iter().filter(|account| account.access == Access::Disabled).count(),
        1
    );
    assert_eq!(store.staff_revision().await.expect("reads"), 5);
}

#[tokio::test]
async fn an_update_reserves_the_nicknames_that_were_registered_and_costs_nobody_time() {
    // U3, W24
    let database = first_house().await;
    let store = database.open().await;
    let known = Outage { from: Time(350), until: Time(90_000) };
    assert_eq!(store.started(Time(90_000)).await.expect("answers"), [known], "since the last sign of life");

    // Two accounts whose nicknames are the same now stop nothing.
    let fold = |nickname: &str| forms(&nickname.to_lowercase(), &nickname.to_lowercase());
    for _ in 0..2 {
        store.complete_forms(&|nickname| fold(nickname.expose())).await.expect("writes");
    }
    let mut poses = new_room(3);
    poses.forms = fold("aSHa");
    assert!(matches!(store.open_room(poses).await.expect("answers"), Opening::NicknameTaken));
}
