//! Connections that break, people who vanish and come back, and what the others see of it.

mod common;

use common::{Portal, patient, texts};
use quietline::{config::Settings, pulse, store::Availability};
use quietline_domain::{ClaimId, RoomId, Span, Time};
use serde_json::json;
use uuid::Uuid;

#[actix_web::test]
async fn a_vanished_counsellor_is_told_at_15_s_and_the_room_waits_at_its_place_after_60() {
    // W25, W6, W5, U10: the closed socket alone tells nobody anything.
    let portal = Portal::with(Settings::default()).await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    asha.says("hello").await;
    let later = portal.student().await;
    let shown = json!({"room": asha.room, "epoch": Uuid::new_v4(), "since": 2});
    let cookie = asha.cookie.clone();
    drop(asha);
    student.beats().await;
    portal.seconds_pass(16);
    let told = student.hears("presence").await;
    assert_eq!(told["whereabouts"], "reconnecting");
    student.beats().await;
    portal.seconds_pass(45);
    let notice = student.hears("notice").await;
    assert_eq!((notice["notice"].as_str(), notice["counsellor"].as_str()), (Some("back_to_queue"), Some("Asha")));
    assert_eq!(student.hears("place").await["ahead"], 0, "before whoever came later: {}", later.room);

    // A laptop that slept for longer: the room is not hers, and it is not erased either.
    let mut asha = portal.desk(&cookie).await;
    asha.tell(json!({"type": "hello", "rooms": [shown]})).await;
    let welcome = asha.hears("welcome").await;
    assert_eq!((welcome["rooms"].clone(), welcome["moved"].clone()), (json!([]), json!([student.room])));
    student.beats().await;
    let mut beaten = portal.returns(&student.key).await;
    beaten.enters().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(student.room));
}

#[actix_web::test]
async fn a_counsellor_sees_whether_the_student_is_here() {
    // U6, U9, W25: levels, changes alone, and a beat for a room one is not in.
    let portal = Portal::with(Settings::default()).await;
    let (mut asha, mut student) = portal.two_people().await;
    for (seconds, beat, expected) in [
        (10, json!({"type": "beat"}), None),
        (6, json!({"type": "beat"}), Some("on_site")),
        (1, json!({"type": "beat", "room": student.room}), Some("here")),
        (16, json!({"type": "typing"}), Some("reconnecting")),
    ] {
        portal.seconds_pass(seconds);
        asha.beats().await;
        student.tell(beat).await;
        // Its answer comes after whatever the room made of the beat.
        student.says("…").await;
        if let Some(whereabouts) = expected {
            assert_eq!(asha.hears("presence").await["whereabouts"], whereabouts);
        }
    }
    student.tell(json!({"type": "beat", "room": Uuid::new_v4()})).await;
    assert_eq!(student.hears("refused").await["reason"], "no_such_room");
    assert_eq!(asha.hears("presence").await["whereabouts"], "on_site", "it kept the site level alive");
}

#[actix_web::test]
async fn the_pongs_of_a_hidden_page_keep_it_present() {
    // U6: neither page sends a beat, as if its timers stood still; the browser answers pings by itself.
    let settings = Settings {
        beat_room: Span(50),
        beat_site: Span(100),
        notice: Span(1_000),
        release: Span(1_500),
        away_counsellor: Span(2_000),
        away_student: Span(2_000),
        ..Settings::default()
    };
    let portal = Portal::ticking(settings).await;
    let (mut asha, mut student) = portal.two_people().await;
    // Far more than every limit's worth of pings.
    tokio::join!(asha.is_pinged(60), student.is_pinged(60));
    for (person, gone) in [
        (&asha, r#""type":"presence""#),
        (&asha, r#""type":"moved""#),
        (&student, r#""type":"presence""#),
        (&student, "back_to_queue"),
    ] {
        assert!(!person.heard_text(gone), "{gone}");
    }
    student.says("still here").await;
    assert!(portal.parts.store.accounts().await.expect("reads")[0].available == Availability::Available);
}

#[actix_web::test]
async fn a_student_whose_connection_is_down_keeps_the_place_and_is_passed_over() {
    // W5, W6
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let first = portal.student().await;
    let (key, room) = (first.key.clone(), first.room.clone());
    drop(first);
    while asha.hears("queue").await["reconnecting"] != json!(1) {}
    assert_eq!(asha.presses(Uuid::new_v4()).await, Err("nobody_here".to_owned()));
    let second = portal.student().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(second.room.clone()));
    let mut back = portal.returns(&key).await;
    back.enters().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(room));
}

#[actix_web::test]
async fn available_goes_off_when_its_page_is_not_heard_for_more_than_60_s() {
    // W9, U7: and the five who wait are told, and keep their places.
    let portal = Portal::with(Settings::default()).await;
    let asha = portal.available("Asha").await;
    let mut waiting = Vec::new();
    for _ in 0..5 {
        waiting.push(portal.student().await);
    }
    let mut visitor = portal.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    visitor.hears("door").await;
    drop(asha);
    portal.seconds_pass(61);
    // What was true before may still be on its way.
    while visitor.hears("door").await["available"] != json!(0) {}
    for (ahead, student) in waiting.iter_mut().enumerate() {
        let mut place = student.hears("place").await;
        while place["attended"] == json!(true) {
            place = student.hears("place").await;
        }
        assert_eq!(place["ahead"], ahead);
    }
}

#[actix_web::test]
async fn the_server_being_down_is_nobodys_silence() {
    // W-T4, W24, promise 6: S@100 of the room's silence, 300 s of downtime, and 601 s of silence in all.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    asha.says("hello").await;
    portal.seconds_pass(100);
    let portal = portal.restart_after(300).await;
    let mut student = portal.returns(&student.key).await;
    student.enters().await;
    portal.seconds_pass(380);
    assert_eq!(student.hears("warning").await["closes_in_ms"], 120_000);
    portal.seconds_pass(120);
    student.tell(json!({"type": "seen", "seq": 1})).await;
    portal.seconds_pass(1);
    assert_eq!(student.hears("ended").await["by"], "silence");
}

#[actix_web::test]
async fn what_a_page_says_it_shows_is_believed_only_as_far_as_it_can_be_true() {
    // An old epoch and a line beyond the end get everything; what is true gets the rest.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("one").await;
    asha.says("two").await;
    let (room, _) = portal.returns(&student.key).await.enters().await;
    let epoch = room["epoch"].clone();
    for (epoch, since, resume, expected) in [
        (json!(Uuid::new_v4()), 2, "full", vec!["one", "two"]),
        (epoch.clone(), 3, "full", vec!["one", "two"]),
        (epoch.clone(), 1, "delta", vec!["two"]),
        (epoch, 2, "delta", vec![]),
    ] {
        let mut page = portal.visitor().await;
        page.tell(json!({"type": "hello", "key": student.key, "epoch": epoch, "since": since})).await;
        let (room, lines) = page.enters().await;
        assert_eq!((room["resume"].as_str(), texts(&lines)), (Some(resume), expected));
    }
}

#[actix_web::test]
async fn a_line_is_seen_once_the_other_page_has_shown_it() {
    // The mark is never ahead of the truth, and a reload shows it again.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    asha.says("hello").await;
    student.says("hi").await;
    asha.tells_room(json!({"type": "seen", "seq": 9})).await;
    asha.tells_room(json!({"type": "seen", "seq": 2})).await;
    assert_eq!(student.hears("seen").await["seq"], 2);
    let (room, _) = portal.returns(&student.key).await.enters().await;
    assert_eq!(room["seen"], 2);
}

#[actix_web::test]
async fn the_sweep_erases_what_should_have_been_erased_and_was_not() {
    // W20: a room that no actor knows, silent for too long while the server ran; and nothing else.
    let portal = Portal::open().await;
    let (_asha, student) = portal.two_people().await;
    let store = &portal.parts.store;
    let account = store.accounts().await.expect("reads")[0].account;
    let nickname = quietline::private::Nickname::parse("moss").expect("fits");
    let new = quietline::store::NewRoom {
        room: RoomId(7),
        epoch: 1,
        key: quietline::private::Credential::random().expect("random").digest(),
        forms: portal.parts.names.forms(&nickname),
        shared: quietline::store::Sharing::Allowed,
        now: Time(1_000_000),
    };
    portal.parts.shares.give(new.room).await.expect("gives");
    store.open_room(new).await.expect("opens");
    let take = quietline::store::NewTake {
        room: RoomId(7),
        account,
        claim: ClaimId(1),
        now: quietline::clock::Moment::of(Time(1_000_000)),
    };
    store.take(take).await.expect("takes");
    portal.seconds_pass(590);
    let mut page = portal.returns(&student.key).await;
    page.enters().await;
    page.says("still here").await;
    portal.seconds_pass(11);
    assert_eq!(pulse::sweep(&portal.parts).await.expect("sweeps"), 1);
    let left: Vec<_> = store.rooms().await.expect("reads").into_iter().map(|row| row.room.0).collect();
    assert_eq!(left, [Uuid::parse_str(&page.room).expect("an id").as_u128()]);
}

#[actix_web::test]
async fn a_disabled_account_gives_its_rooms_back_to_the_queue() {
    // W23, W25: nothing is erased.
    let portal = Portal::with(patient()).await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    asha.says("hello").await;
    portal.disables("asha").await;
    let mut told = student.hears("notice").await;
    while told["notice"] != json!("back_to_queue") {
        told = student.hears("notice").await;
    }
    assert_eq!(asha.is_closed_with().await, 4003);
    let rows = portal.parts.store.rooms().await.expect("reads");
    assert_eq!((rows.len(), rows[0].counsellor.is_none(), rows[0].last), (1, true, 2));
}
