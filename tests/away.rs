//! The database goes away, in mid-conversation and for as long as it likes: nothing that was answered is lost, nobody's
//! silence counts meanwhile, and everything goes on by itself.
//!
//! Postgres is stopped as a crash would stop it; what a disk can do to SQLite is in disk.rs.

mod common;

use std::{net::SocketAddr, time::Duration};

use common::{
    PATIENCE, Portal,
    cluster::Cluster,
    crowd::{Count, Crowd},
    database::{Database, at},
    patient,
    proxy::Dice,
    way::{QUICK, Way},
};
use quietline::{
    clock::Clock,
    config::Settings,
    store::{self, Address, Standing, StoreError, postgres},
};
use quietline_domain::{Span, Time, window::Limit};
use serde_json::json;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const TRY_AGAIN: u16 = 1013;

async fn becomes(held: bool, clock: &Clock) {
    let waiting = async {
        while clock.is_held() != held {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, waiting).await.expect("the clock is held while the database is away, and not longer");
}

#[actix_web::test]
async fn while_the_database_is_away_no_time_passes_and_nobody_is_let_in() {
    // W24, promise 6: an hour without the database closes no room, and costs nobody their place.
    let Some(cluster) = Cluster::start() else { return };
    let database = Database::on(&cluster.url()).await;
    let portal = Portal::on(database, Settings::default(), Clock::by_hand(Time(1_000_000))).await;
    let (mut asha, mut student) = portal.two_people().await;
    let kept = student.says("kept").await;

    cluster.stop();
    portal.seconds_pass(2);
    becomes(true, &portal.clock).await;
    portal.seconds_pass(3_600);
    let cid = Uuid::new_v4();
    student.sends(cid, "while it is away").await;
    assert_eq!(student.is_closed_with().await, TRY_AGAIN);
    assert!(!student.heard_text(&cid.to_string()), "nothing is said to be sent that is not");
    assert_eq!(asha.is_closed_with().await, TRY_AGAIN, "whoever only listens would take it for silence");
    assert_eq!(portal.returns(&student.key).await.is_closed_with().await, TRY_AGAIN);
    assert_eq!(readiness(&portal).await, 503);

    cluster.start_again();
    becomes(false, &portal.clock).await;
    assert_eq!(readiness(&portal).await, 200);
    let mut student = portal.returns(&student.key).await;
    let (room, lines) = student.enters().await;
    assert!(room["counsellor"].is_string() && lines.len() == 1, "{room}");
    student.sends(cid, "while it is away").await;
    assert_eq!(student.hears("line").await["seq"], json!(kept + 1));
}

#[actix_web::test]
async fn a_database_that_hangs_is_away_and_everything_goes_on_when_it_answers_again() {
    // Promises 1, 2 and 6: nothing refuses and nothing fails, there is only no answer.
    let Some(cluster) = Cluster::start() else { return };
    let portal = Portal::on(Database::on(&cluster.url()).await, Settings::default(), Clock::system()).await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("before").await;
    cluster.freezes();
    let cid = Uuid::new_v4();
    student.sends(cid, "meanwhile").await;
    becomes(true, &portal.clock).await;
    assert_eq!(portal.returns(&student.key).await.is_closed_with().await, TRY_AGAIN);
    assert_eq!(student.is_closed_with().await, TRY_AGAIN, "once the batch has had its time");
    cluster.thaws();
    becomes(false, &portal.clock).await;
    let mut student = portal.returns(&student.key).await;
    let (_, lines) = student.enters().await;
    // What was asked while nothing answered happened once or not at all.
    student.sends(cid, "meanwhile").await;
    assert_eq!(student.hears("line").await["seq"], json!(2), "{lines:?}");
    assert_eq!(asha.is_closed_with().await, TRY_AGAIN);
}

#[actix_web::test]
async fn whoever_leaves_while_the_database_is_away_has_left_when_it_is_back() {
    // U10, W18: the tab is gone and cannot ask again.
    let Some(cluster) = Cluster::start() else { return };
    let database = Database::on(&cluster.url()).await;
    let portal = Portal::on(database, Settings::default(), Clock::by_hand(Time(1_000_000))).await;
    let (_asha, mut student) = portal.two_people().await;
    student.says("nobody shall read this").await;
    cluster.stop();
    portal.seconds_pass(2);
    becomes(true, &portal.clock).await;
    // On the first try the room is awake and falls; then it rests.
    for _ in 0..2 {
        let left = awc::Client::default().post(format!("http://{}/api/leave", portal.address));
        let left = left.insert_header(("origin", format!("http://{}", portal.address)));
        let answer = left.send_body(student.key.clone()).await.expect("answers");
        assert_eq!(answer.status(), 204);
    }
    cluster.start_again();
    becomes(false, &portal.clock).await;
    let erased = async {
        while !portal.parts.store.rooms().await.is_ok_and(|rooms| rooms.is_empty()) {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, erased).await.expect("the room is erased by itself");
}

#[actix_web::test]
async fn a_conversation_goes_on_over_every_restart_of_the_database() {
    // Promises 1 and 2: stopped three times in the middle of a batch.
    let Some(cluster) = Cluster::start() else { return };
    let seed = Dice::seed();
    let settings = Settings {
        line_limit: Limit { most: 1_000, within: Span::seconds(1) },
        join_limit: Limit { most: 1_000, within: Span::seconds(1) },
        ..Settings::default()
    };
    let portal = Portal::on(Database::on(&cluster.url()).await, settings, Clock::system()).await;
    let mut cookies = Vec::new();
    for number in 0..3 {
        cookies.push(format!("quietline={}", portal.account(&format!("Asha {number}")).await));
    }
    let address: SocketAddr = portal.address.parse().expect("an address");
    let way = Way { portal: address, through: address, patience: QUICK };
    let crowd = Crowd::arrive(way.clone(), &cookies, 9, seed).await;
    assert!(crowd.take(3).await, "a desk does not get its rooms");
    for round in 0..3 {
        crowd.say(40 * round..40 * (round + 1));
        sleep(Duration::from_millis(30)).await;
        cluster.stop();
        cluster.start_again();
    }
    assert!(crowd.settles(120, Duration::from_secs(60)).await, "not every line was answered, seed {seed}");
    assert_eq!(crowd.count(120, way).await, Count::default(), "seed {seed}");
}

#[tokio::test]
async fn a_database_has_one_server_and_a_verb_may_work_beside_it() {
    for database in Database::each().await {
        let address = database.address();
        let server = store::serve(&address).await.expect("serves");
        let second = sentence(store::serve(&address).await);
        assert!(second.contains("another Quietline"), "{second}");
        assert_eq!(store::visit(&address).await.expect("opens").1, Standing::BesideServer);
        server.close().await;
        drop(server);
        assert_eq!(store::visit(&address).await.expect("opens").1, Standing::Alone);
        store::serve(&address).await.expect("the one before has stopped");
    }
}

#[tokio::test]
async fn a_server_whose_connection_was_cut_goes_on_and_one_that_was_superseded_does_not() {
    let Some(database) = Database::postgres().await else { return };
    let address = database.address();
    let first = store::serve(&address).await.expect("serves");
    database.run(CUT_ALL).await;
    assert!(matches!(first.alive(Time(1)).await, Err(StoreError::Away)));
    first.alive(Time(2)).await.expect("a new connection has the lock again");

    database.run(CUT_ALL).await;
    let second = store::serve(&address).await.expect("the lock is free");
    assert!(matches!(first.alive(Time(3)).await, Err(StoreError::Away)));
    assert!(matches!(first.alive(Time(3)).await, Err(StoreError::Away)), "the second one has the lock");
    second.close().await;
    drop(second);
    let mut answer = first.alive(Time(4)).await;
    if matches!(answer, Err(StoreError::Away)) {
        // The second one's connection may take a moment to go.
        sleep(Duration::from_millis(500)).await;
        answer = first.alive(Time(4)).await;
    }
    assert!(matches!(answer, Err(StoreError::Superseded)), "{answer:?}");
}

const CUT_ALL: &str = "select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'quietline'";

#[actix_web::test]
async fn a_superseded_server_stops_with_an_error() {
    let Some(database) = Database::postgres().await else { return };
    let parts = parts_on(&database).await;
    database.run(CUT_ALL).await;
    let second = store::serve(&database.address()).await.expect("the lock is free");
    second.close().await;
    drop(second);
    let beating = quietline::pulse::beat(parts);
    let ended = timeout(PATIENCE, beating).await.expect("notices in time");
    assert!(matches!(ended, StoreError::Superseded), "{ended:?}");
}

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_with_the_remedy() {
    let Some(cluster) = Cluster::start() else { return };
    let server = cluster.url();
    let owner = Database::on(&server).await;
    store::serve(&owner.address()).await.expect("serves").close().await;
    owner.run("create role reader login password 'right'").await;
    owner.run("create role nobody_in_particular login").await;
    let name =
        owner.url().rsplit('/').next().and_then(|rest| rest.split('?').next().map(str::to_owned)).expect("a name");
    let newer = Database::on(&server).await;
    store::serve(&newer.address()).await.expect("serves").close().await;
    newer
        .run(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (9999, 'of tomorrow', true, '\\x00', 0)",
        )
        .await;
    newer.run("create database of_one_script encoding 'LATIN1' locale 'C' template template0").await;
    let nowhere = "postgres://postgres@127.0.0.1:1/quietline".to_owned();
    let reader = server.replace("postgres@", "reader:right@");
    for (url, says) in [
        (server.replace("postgres@", "locked:wrong@"), "does not let the user locked in"),
        (nowhere, "cannot be reached"),
        (at(&server, "missing"), "does not exist: create it"),
        (at(&reader, &name), "may not be written by the user reader"),
        (newer.url(), "is from a newer version of Quietline"),
        (at(&server, "of_one_script"), "keeps text as LATIN1: create it anew"),
        // As the resolver knows it, without the brackets.
        (
            "postgres://postgres@[::1]:1/quietline".to_owned(),
            "quietline at ::1:1 cannot be reached (Connection refused",
        ),
    ] {
        let address = Address::Postgres(postgres::Url::parse(&url).expect("is an address"));
        let said = sentence(store::serve(&address).await);
        assert!(said.contains(says) && !said.contains("wrong") && !said.contains("right"), "{url}: {said}");
    }
}

fn sentence<T>(opened: Result<T, StoreError>) -> String {
    match opened {
        Err(StoreError::Unusable(sentence)) => sentence,
        Err(other) => panic!("no sentence: {other}"),
        Ok(_) => panic!("it was opened"),
    }
}

async fn parts_on(database: &Database) -> quietline::Parts {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings { slots: folder.path().join("slots"), ..patient() };
    let store = store::serve(&database.address()).await.expect("serves");
    quietline::Parts::start(settings, Clock::system(), store, quietline::shares::Missing::Refuse).await.expect("starts")
}

async fn readiness(portal: &Portal) -> u16 {
    let answer = awc::Client::default().get(format!("http://{}/readyz", portal.address)).send().await;
    answer.expect("answers").status().as_u16()
}
