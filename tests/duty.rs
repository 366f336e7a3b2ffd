//! When counsellors were at work, as a whole portal tells it: what enters the log, what of a page's reports does not, and
//! what is read of it.
//!
//! What a session is stands in the domain; that a room's work and its entry are one write, in `tests/store/activity.rs`.

mod common;

use common::{Person, Portal, asking::asks};
use quietline::{auth::SESSION, store::StaffRole};
use serde_json::{Value, json};
use uuid::Uuid;

const LOG: &str = "select kind || ' ' || (at / 1000) from activity order by nth";

/// Opens the desk as a person does.
async fn opens(portal: &Portal, cookie: &str) -> Person {
    let mut desk = portal.desk(cookie).await;
    desk.tell(json!({"type": "hello", "rooms": [], "opened": true})).await;
    desk.hears("welcome").await;
    desk
}

/// Nobody waits for an entry: once there are so many, whatever else was noted is written too.
async fn log(portal: &Portal, many: usize) -> Vec<String> {
    while portal.database.texts(LOG).await.len() < many {
        tokio::task::yield_now().await;
    }
    settled(portal).await
}

/// All that was noted.
async fn settled(portal: &Portal) -> Vec<String> {
    portal.parts.journal.settled().await;
    portal.database.texts(LOG).await
}

/// What comes after the entries that were there before.
async fn since(portal: &Portal, before: usize, many: usize) -> Vec<String> {
    let mut entries = log(portal, before + many).await.split_off(before);
    entries.iter_mut().for_each(|entry| drop(entry.drain(entry.find(' ').unwrap()..)));
    entries.sort();
    entries
}

// D1, D5
#[actix_web::test]
async fn what_a_counsellor_does_is_in_the_log_and_what_a_page_does_by_itself_is_not() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    let mut asha = opens(&portal, &cookie).await;
    assert_eq!(log(&portal, 1).await, ["desk 1000"]);

    asha.tell(json!({"type": "switch", "available": true})).await;
    while asha.hears("switched").await["available"] != json!(true) {}
    assert_eq!(since(&portal, 1, 1).await, ["switch"]);

    let mut student = portal.student().await;
    asha.takes().await;
    student.says("hello").await;
    let room = asha.room.clone();
    let cid = Uuid::new_v4();
    for _ in 0..3 {
        asha.sends(cid, "hi").await;
        asha.hears("line").await;
    }
    assert_eq!(since(&portal, 2, 2).await, ["open", "work"], "a line that is sent again is one");

    // A page that comes back by itself shows its room already.
    let mut back = portal.desk(&cookie).await;
    let known = json!([{"room": room, "epoch": Uuid::nil(), "since": 0}]);
    back.tell(json!({"type": "hello", "rooms": known})).await;
    back.enters().await;
    // One that is opened anew, or lost what it showed, is opened rooms by the server.
    let mut again = opens(&portal, &cookie).await;
    again.enters().await;
    assert_eq!(since(&portal, 4, 2).await, ["desk", "open"]);

    again.tells_room(json!({"type": "give_back"})).await;
    again.hears("moved").await;
    again.takes().await;
    again.tells_room(json!({"type": "close"})).await;
    again.hears("ended").await;
    assert_eq!(since(&portal, 6, 3).await, ["open", "work", "work"]);
    assert_eq!(settled(&portal).await.len(), 9, "and nothing else");
}

fn told(key: i64, cached: Option<i64>) -> Value {
    match cached {
        Some(cached) => json!({"type": "keyboard", "key_ms": key, "cached_ms": cached}),
        None => json!({"type": "keyboard", "key_ms": key}),
    }
}

// D4
#[actix_web::test]
async fn a_keyboard_report_that_cannot_be_true_is_refused_and_leaves_nothing() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    let mut asha = opens(&portal, &cookie).await;
    assert_eq!(log(&portal, 1).await, ["desk 1000"]);
    portal.seconds_pass(600);
    let refused = [
        told(-1, None),
        told(600_001, None),
        told(0, Some(600_001)),
        told(5, Some(4)),
        told(i64::MAX, None),
        told(i64::MIN, None),
    ];
    for report in refused {
        asha.tell(report.clone()).await;
        assert_eq!(asha.hears("refused").await["reason"], "implausible", "{report}");
    }
    asha.tell(told(60_000, Some(300_000))).await;
    assert_eq!(log(&portal, 3).await[1..], ["key_cached 1300", "key 1540"]);
    // Every second, however it is tried: also over a new connection.
    for _ in 0..3 {
        portal.seconds_pass(1);
        asha.tell(told(0, None)).await;
        let refused = asha.hears("refused").await;
        assert_eq!((refused["reason"].as_str(), refused["retry_ms"].is_u64()), (Some("too_many"), true));
        asha = portal.desk(&cookie).await;
        asha.tell(json!({"type": "hello", "rooms": []})).await;
        asha.hears("welcome").await;
    }
    portal.seconds_pass(7);
    asha.tell(told(0, None)).await;
    assert_eq!(log(&portal, 4).await[3..], ["key 1610"]);

    // What is no report is none of the protocol.
    asha.tell(json!({"type": "keyboard", "key_ms": "now"})).await;
    assert_eq!(asha.is_closed_with().await, 4000);
    assert_eq!(settled(&portal).await.len(), 4);
}

// D4: also when this server has not seen the desk open.
#[actix_web::test]
async fn before_the_desk_was_opened_is_known_after_a_restart() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    drop(opens(&portal, &cookie).await);
    log(&portal, 1).await;
    let portal = portal.restart_after(900).await;
    let mut asha = portal.desk(&cookie).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    asha.hears("welcome").await;
    asha.tell(told(900_001, None)).await;
    assert_eq!(asha.hears("refused").await["reason"], "implausible");
    asha.tell(told(899_000, None)).await;
    assert_eq!(log(&portal, 2).await[1..], ["key 1001"]);
}

// D1, W24: rooms' time stands still while the database is away; what is told by date does not.
#[actix_web::test]
async fn after_an_outage_work_is_dated_as_the_calendar_has_it() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    let mut asha = opens(&portal, &cookie).await;
    asha.tell(json!({"type": "switch", "available": true})).await;
    while asha.hears("switched").await["available"] != json!(true) {}
    let mut student = portal.student().await;
    portal.clock.hold();
    portal.seconds_pass(2_400);
    portal.clock.go_on();
    asha.takes().await;
    student.says("hello").await;
    asha.says("hi").await;
    asha.tell(json!({"type": "switch", "available": false})).await;
    while asha.hears("switched").await["available"] != json!(false) {}
    // Not from before the desk was opened.
    asha.tell(told(2_000_000, None)).await;
    let noted = ["desk 1000", "switch 1000", "open 3400", "work 3400", "switch 3400", "key 1400"];
    assert_eq!(log(&portal, 6).await, noted);
    assert_eq!(portal.database.number("select max(said_at) from line").await, 1_000_000);
}

// D4: a desk that was opened in an earlier sign-in vouches for nothing that is older than any sign-in.
#[actix_web::test]
async fn what_is_older_than_a_sign_in_lasts_is_refused() {
    let portal = Portal::open().await;
    let first = portal.account("Asha").await;
    drop(opens(&portal, &first).await);
    log(&portal, 1).await;
    portal.seconds_pass(3 * 86_400);
    let store = &portal.parts.store;
    let (account, _) = store.account_by_login("asha").await.unwrap().unwrap();
    let cookie = quietline::private::Credential::random().unwrap();
    let now = portal.clock.date();
    store.add_session(cookie.digest(), account.account, now.plus(SESSION), now).await.unwrap();
    let mut asha = portal.desk(&cookie.expose()).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    asha.hears("welcome").await;
    asha.tell(told(SESSION.0 + 1, None)).await;
    assert_eq!(asha.hears("refused").await["reason"], "implausible");
    asha.tell(told(SESSION.0, None)).await;
    assert_eq!(log(&portal, 2).await.len(), 2);
}

#[actix_web::test]
async fn a_signed_out_tab_tells_nothing() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    let mut asha = opens(&portal, &cookie).await;
    log(&portal, 1).await;
    // Past the queue, which closes such a desk as soon as it hears of it.
    let session = quietline::private::Credential::parse(&cookie).unwrap().digest();
    portal.parts.store.end_session(session, portal.clock.now()).await.unwrap();
    asha.tell(told(0, None)).await;
    assert_eq!(asha.is_closed_with().await, 4003);
    assert_eq!(settled(&portal).await, ["desk 1000"]);
}

// D-T5, D7: what the page sends of it, and what the server makes of it.
#[actix_web::test]
async fn a_morning_is_read_as_sessions_days_weeks_and_files() {
    let portal = Portal::open().await;
    let cookie = portal.account_as("=Asha", StaffRole::Supervisor).await;
    // 2026-01-05 10:00 in UTC, a Monday.
    portal.seconds_pass(1_767_607_200 - 1_000);
    let mut asha = opens(&portal, &cookie).await;
    portal.seconds_pass(360);
    asha.tell(told(0, None)).await;
    log(&portal, 2).await;
    portal.seconds_pass(27 * 60 - 360);
    asha.tell(told(0, Some(16 * 60_000 + 30_000))).await;
    log(&portal, 4).await;

    let read = async |path: &str| asks(&portal.address, "GET", path, &cookie, None).await;
    for _ in 0..2 {
        for path in ["/api/duty/own", "/api/duty/everyone", "/api/duty/everyone?from=2026-01-05&until=2026-01-05"] {
            let answer = read(path).await;
            let duty = answer.json();
            assert_eq!(answer.status, 200, "{path}");
            let who = duty["staff"][0]["id"].clone();
            let row = json!({"who": who, "day": "2026-01-05", "sessions": 1, "minutes": 27, "reply_count": 0});
            assert_eq!(
                duty["sessions"],
                json!([{"who": who, "day": "2026-01-05", "start": "2026-01-05T10:00:00+00:00",
                    "end": "2026-01-05T10:27:00+00:00", "minutes": 27, "reply_count": 0}]),
                "{path}"
            );
            assert_eq!((&duty["days"], &duty["weeks"]), (&json!([row]), &json!([row])));
            assert_eq!(duty["totals"], json!([{"who": who, "sessions": 1, "minutes": 27, "reply_count": 0}]));
            assert_eq!((&duty["today"], &duty["zone"]), (&json!("2026-01-05"), &json!("UTC")));
            assert_eq!(duty["chart"].as_array().unwrap().last().unwrap(), &json!({"day": "2026-01-05", "minutes": 27}));
        }
        // Whether the log was looked through does not show.
        portal.parts.store.look_through(portal.parts.settings.duty, 100).await.unwrap();
    }
    let csv = read("/api/duty/everyone.csv?by=session").await;
    assert!(
        csv.head.contains("text/csv") && csv.head.contains("attachment; filename=\"duty-2026-01-01-2026-01-05.csv\"")
    );
    assert!(csv.body.ends_with("\r\n'=Asha,2026-01-05,2026-01-05T10:00:00+00:00,2026-01-05T10:27:00+00:00,27,0\r\n"));
    assert!(read("/api/duty/everyone.csv?by=week").await.body.ends_with("\r\n'=Asha,2026-01-05,1,27,0\r\n"));

    for wrong in
        ["from=2026-01-06&until=2026-01-05", "from=yesterday", "from=2024-01-01&until=2026-01-05", "by=year", "x=1"]
    {
        let (status, reason) = read(&format!("/api/duty/everyone?{wrong}")).await.refusal();
        assert_eq!((status, reason.as_str()), (400, "dates"), "{wrong}");
    }
    assert_eq!(read(&format!("/api/duty/everyone?who={}", Uuid::nil())).await.json()["sessions"], json!([]));
}

#[actix_web::test]
async fn the_service_is_seen_at_a_glance_and_nobody_who_waits() {
    let portal = Portal::open().await;
    let cookie = portal.account_as("Mia", StaffRole::Supervisor).await;
    let read = async || asks(&portal.address, "GET", "/api/service", &cookie, None).await.json();
    assert_eq!((&read().await["waiting"], &read().await["available"]), (&json!(0), &json!(0)));
    let mut asha = portal.available("Asha").await;
    for n in 0..5 {
        let mut student = portal.student().await;
        portal.seconds_pass(180);
        let seen = read().await;
        assert_eq!(
            (&seen["waiting"], &seen["longest_ms"], &seen["available"]),
            (&json!(1), &json!(180_000), &json!(1))
        );
        let waits =
            |seen: &Value| seen["hours"].as_array().unwrap().iter().filter(|hour| !hour["waits"].is_null()).count();
        assert_eq!(waits(&seen), 0, "{n} are fewer than five");
        asha.takes().await;
        student.tell(json!({"type": "close"})).await;
        asha.hears("ended").await;
    }
    let counted = "select coalesce(sum(n), 0) from service_hour where what = 'wait'";
    while portal.database.number(counted).await < 5 {
        tokio::task::yield_now().await;
    }
    let seen = read().await;
    let shown: Vec<_> = seen["hours"].as_array().unwrap().iter().filter(|hour| !hour["waits"].is_null()).collect();
    assert_eq!(shown[0]["waits"], json!({"from_min": 2, "to_min": 5}));
    assert_eq!((shown.len(), seen["hours"].as_array().unwrap().len()), (1, 56));
}

// A wait ends once somebody can read; a conversation that was given back in between is neither a wait nor a length.
#[actix_web::test]
async fn what_was_given_back_is_not_counted_again() {
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.student().await;
    asha.takes().await;
    asha.tells_room(json!({"type": "give_back"})).await;
    asha.hears("moved").await;
    asha.takes().await;
    student.tell(json!({"type": "close"})).await;
    asha.hears("ended").await;
    let mut other = portal.student().await;
    asha.takes().await;
    portal.seconds_pass(400);
    other.tell(json!({"type": "close"})).await;
    asha.hears("ended").await;
    let length = "select count(*) from service_hour where what = 'length'";
    while portal.database.number(length).await < 1 {
        tokio::task::yield_now().await;
    }
    let counted = portal.database.texts("select what || ' ' || step || ' ' || n from service_hour order by what").await;
    assert_eq!(counted, ["length 1 1", "wait 0 2"]);
}
