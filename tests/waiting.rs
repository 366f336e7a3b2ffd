//! The door, the queue and the desk: who may come in, who is next, and what is said about it.

mod common;

use common::{Portal, new_key};
use quietline::config::Settings;
use quietline_domain::{Span, window::Limit};
use serde_json::json;
use uuid::Uuid;

#[actix_web::test]
async fn the_door_says_live_whether_someone_is_free() {
    // W1, W9
    let portal = Portal::open().await;
    let mut visitor = portal.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    assert_eq!(visitor.hears("door").await["available"], 0);
    let mut asha = portal.available("Asha").await;
    assert_eq!(visitor.hears("door").await["available"], 1);
    asha.tell(json!({"type": "switch", "available": false})).await;
    assert_eq!(visitor.hears("door").await["available"], 0);
}

#[actix_web::test]
async fn with_nobody_available_nothing_is_made() {
    // W3
    let portal = Portal::open().await;
    let mut visitor = portal.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    visitor.tell(json!({"type": "join", "key": new_key()})).await;
    assert_eq!(visitor.hears("refused").await["reason"], "nobody_available");
    assert!(portal.parts.store.rooms().await.expect("reads").is_empty());
}

#[actix_web::test]
async fn asking_again_leads_back_to_the_same_room() {
    // W2, W4: also when both questions are on their way at once.
    let portal = Portal::open().await;
    portal.available("Asha").await;
    let key = new_key();
    let (mut one, mut two) = (portal.visitor().await, portal.visitor().await);
    for page in [&mut one, &mut two] {
        page.tell(json!({"type": "hello"})).await;
        page.tell(json!({"type": "join", "key": key})).await;
    }
    assert_eq!(one.hears("room").await["room"], two.hears("room").await["room"]);
    assert_eq!(portal.parts.store.rooms().await.expect("reads").len(), 1);
}

#[actix_web::test]
async fn desks_see_how_many_wait_and_for_how_long_and_nothing_else() {
    // W5
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let first = portal.student().await;
    let told = asha.hears("queue").await;
    assert_eq!((told["waiting"].as_u64(), told["longest_ms"].as_i64()), (Some(1), Some(0)));
    portal.seconds_pass(60);
    let mut second = portal.student().await;
    let told = asha.hears("queue").await;
    assert_eq!((told["waiting"].as_u64(), told["longest_ms"].as_i64()), (Some(2), Some(60_000)));
    assert!(!asha.heard_text(&first.room) && !asha.heard_text("guest_"));
    second.tell(json!({"type": "close"})).await;
    assert_eq!(asha.hears("queue").await["waiting"], 1);
    asha.takes().await;
    let last = asha.heard.iter().rfind(|frame| frame.contains("queue"));
    let waiting = match last.filter(|frame| frame.contains(r#""waiting":0"#)) {
        Some(_) => json!(0),
        None => asha.hears("queue").await["waiting"].clone(),
    };
    assert_eq!(waiting, 0);
}

#[actix_web::test]
async fn whoever_waited_longest_is_given_first_and_places_move_up() {
    // W6, W7
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let (one, mut two) = (portal.student().await, portal.student().await);
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(one.room));
    while two.hears("place").await["ahead"] != 0 {}
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(two.room));
    assert_eq!(asha.presses(Uuid::new_v4()).await, Err("nobody_waiting".to_owned()));
}

#[actix_web::test]
async fn sixteen_who_press_at_once_never_get_the_same_student() {
    // W6: every third answer is thrown away and the press repeated.
    let portal = Portal::with(Settings { rooms_per_counsellor: 100, ..common::patient() }).await;
    portal.available("Asha").await;
    let mut waiting = Vec::new();
    for _ in 0..60 {
        waiting.push(portal.student().await);
    }
    let mut desks = Vec::new();
    for n in 0..16 {
        desks.push(portal.counsellor(&format!("Counsellor{n}")).await);
    }
    let pressing = desks.into_iter().map(|mut desk| async move {
        let mut given = Vec::new();
        loop {
            let claim = Uuid::new_v4();
            let Ok(room) = desk.presses(claim).await else { return given };
            if given.len() % 3 == 0 {
                assert_eq!(desk.presses(claim).await.as_ref(), Ok(&room), "the same press, the same student");
            }
            given.push(room);
        }
    });
    let given = futures_util::future::join_all(pressing).await.concat();
    let mut expected: Vec<_> = waiting.iter().map(|student| student.room.clone()).collect();
    let mut sorted = given.clone();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected, "nobody twice, nobody never");
}

#[actix_web::test]
async fn nobody_holds_more_than_their_limit() {
    // W8
    let portal = Portal::with(Settings { rooms_per_counsellor: 1, ..common::patient() }).await;
    let mut asha = portal.available("Asha").await;
    let _students = (portal.student().await, portal.student().await);
    asha.takes().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Err("limit".to_owned()));
}

#[actix_web::test]
async fn whoever_waits_is_told_when_the_last_counsellor_goes() {
    // W9: the place is kept.
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.student().await;
    asha.tell(json!({"type": "switch", "available": false})).await;
    loop {
        let place = student.hears("place").await;
        if place["attended"] == false {
            assert_eq!(place["ahead"], 0);
            break;
        }
    }
    // A counsellor who is not available may still take (W6).
    asha.takes().await;
}

#[actix_web::test]
async fn a_signed_in_counsellor_cannot_open_a_student_room() {
    // W1
    let portal = Portal::open().await;
    let asha = portal.available("Asha").await;
    let mut page = portal.student_page_of(&asha.cookie).await;
    page.tell(json!({"type": "hello"})).await;
    page.tell(json!({"type": "join", "key": new_key()})).await;
    assert_eq!(page.hears("refused").await["reason"], "signed_in");
}

#[actix_web::test]
async fn a_nickname_is_optional_and_cannot_pose_as_a_guests() {
    let portal = Portal::open().await;
    portal.available("Asha").await;
    let mut page = portal.visitor().await;
    page.tell(json!({"type": "hello"})).await;
    for bad in ["Guest_7", &"x".repeat(51), "a\u{7}b"] {
        page.tell(json!({"type": "join", "key": new_key(), "nickname": bad})).await;
        assert_eq!(page.hears("refused").await["reason"], "nickname", "{bad}");
    }
    page.tell(json!({"type": "join", "key": new_key(), "nickname": "  moss "})).await;
    assert_eq!(page.hears("called").await["nickname"], "moss");
}

#[actix_web::test]
async fn too_many_joins_from_one_place_are_refused_with_when() {
    let join_limit = Limit { most: 3, within: Span::seconds(60) };
    let portal = Portal::with(Settings { join_limit, ..common::patient() }).await;
    portal.available("Asha").await;
    for _ in 0..3 {
        portal.student().await;
    }
    let mut page = portal.visitor().await;
    page.tell(json!({"type": "hello"})).await;
    page.tell(json!({"type": "join", "key": new_key()})).await;
    let refused = page.hears("refused").await;
    assert_eq!((refused["reason"].as_str(), refused["retry_ms"].as_u64()), (Some("too_many"), Some(60_000)));
    portal.seconds_pass(60);
    page.tell(json!({"type": "join", "key": new_key()})).await;
    page.hears("room").await;
}

#[actix_web::test]
async fn a_newer_desk_takes_over_and_a_disabled_one_is_signed_out() {
    let portal = Portal::open().await;
    let mut first = portal.counsellor("Asha").await;
    let mut second = portal.desk(&first.cookie).await;
    second.tell(json!({"type": "hello", "rooms": []})).await;
    second.hears("welcome").await;
    assert_eq!(first.is_closed_with().await, 4001);
    // As another process would: the server notices by itself.
    portal.disables("asha").await;
    assert_eq!(second.is_closed_with().await, 4003);
}
