//! What the server holds pages to, without being able to read: which envelopes it takes, and who has to have the key.
//!
//! Envelopes here are opaque and of the right size; that real pages can open each other's is told in the browser.

mod common;

use actix_web::web;
use common::{
    Portal, new_key,
    program::ask,
    sealed::{envelope, offer},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A page that sees to no key: what it hears is all that comes.
async fn plain_page(portal: &Portal, path: &str, cookie: Option<&str>) -> common::Person {
    common::Person::connect_plainly(&portal.address, path, cookie).await
}

async fn plain_student(portal: &Portal) -> common::Person {
    let mut student = plain_page(portal, "/ws/student", None).await;
    student.joins(&new_key()).await;
    student
}

#[actix_web::test]
async fn envelopes_of_another_suite_or_size_are_refused_and_talk_goes_on() {
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    let fits = envelope("hi", 1);
    let sealed = fits["sealed"].as_str().expect("text");
    for (suite, sealed) in [
        (0, sealed.to_owned()),
        (2, sealed.to_owned()),
        (1, sealed[1..].to_owned()),
        (1, format!("{sealed}A")),
        (1, String::new()),
        (1, "hi".to_owned()),
        (1, sealed.replace('A', "+")),
    ] {
        for person in [&mut student, &mut asha] {
            let body = json!({"suite": suite, "key_epoch": 1, "sealed": sealed});
            let cid = Uuid::new_v4();
            person.tells_room(json!({"type": "say", "cid": cid, "body": body})).await;
            let refused = person.hears("refused").await;
            assert_eq!((&refused["reason"], &refused["cid"]), (&json!("suite"), &json!(cid)), "{suite} {sealed:.20}");
        }
    }
    assert_eq!(student.says("and on").await, 1);
    assert_eq!(asha.says("and on").await, 2);
}

#[actix_web::test]
async fn what_is_sealed_with_an_older_key_is_refused_unless_it_was_saved_before() {
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    let cid = Uuid::new_v4();
    student.sends(cid, "before").await;
    assert_eq!(student.hears("line").await["seq"], 1);
    asha.tells_room(json!({"type": "give_back"})).await;
    asha.hears("moved").await;
    while student.hears("notice").await["notice"] != json!("back_to_queue") {}
    assert_eq!(student.key_epoch(), 4);

    // A page whose answer was lost says it once more, as it was.
    let again = json!({"type": "say", "cid": cid, "body": envelope("before", 1)});
    student.tell(again).await;
    assert_eq!(student.hears("line").await["seq"], 1);
    for (text, key_epoch, cid, reason) in [
        ("other words", 1, cid, "cid_taken"),
        ("late", 1, Uuid::new_v4(), "key_epoch"),
        ("early", 5, Uuid::new_v4(), "key_epoch"),
    ] {
        student.tell(json!({"type": "say", "cid": cid, "body": envelope(text, key_epoch)})).await;
        assert_eq!(student.hears("refused").await["reason"], reason, "{text}");
    }
    assert_eq!(student.says("in time").await, 2);
}

#[actix_web::test]
async fn a_counsellor_says_nothing_before_they_have_the_key_and_is_not_there_without_it() {
    // W25: fifteen seconds, and the room waits at its place as if nobody had taken it.
    let portal = Portal::open().await;
    let mut asha = plain_page(&portal, "/ws/desk", Some(&portal.account("Asha").await)).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    asha.hears("welcome").await;
    asha.tell(json!({"type": "switch", "available": true})).await;
    while asha.hears("switched").await["available"] != json!(true) {}
    let mut student = plain_student(&portal).await;
    asha.tell(json!({"type": "take", "claim": Uuid::new_v4()})).await;
    asha.hears("taken").await;
    asha.room = asha.hears("room").await["room"].as_str().expect("an id").to_owned();
    let say = json!({"type": "say", "cid": Uuid::new_v4(), "body": envelope("hello", 1)});
    asha.tells_room(say).await;
    assert_eq!(asha.hears("refused").await["reason"], "key_epoch");

    asha.tells_room(json!({"type": "offer_key", "offer": offer(7)})).await;
    let offered = student.hears("key_offered").await;
    assert_eq!((&offered["counsellor"], &offered["key_epoch"]), (&json!("Asha"), &json!(1)));
    assert_eq!(offered["offer"], offer(7));
    portal.seconds_pass(15);
    portal.clock.pass(1);
    assert_eq!(asha.hears("moved").await["why"], "no_key");
    let room = student.hears("room").await;
    assert_eq!((&room["counsellor"], &room["key_epoch"]), (&Value::Null, &json!(1)));
    let row = &portal.parts.store.rooms().await.expect("reads")[0];
    assert!(row.counsellor.is_none() && row.past.is_empty());
}

/// A desk that opens nothing, available, with nobody.
async fn plain_desk(portal: &Portal, name: &str) -> common::Person {
    let mut desk = plain_page(portal, "/ws/desk", Some(&portal.account(name).await)).await;
    desk.tell(json!({"type": "hello", "rooms": []})).await;
    desk.hears("welcome").await;
    desk.tell(json!({"type": "switch", "available": true})).await;
    while desk.hears("switched").await["available"] != json!(true) {}
    desk
}

async fn takes(desk: &mut common::Person) {
    desk.tell(json!({"type": "take", "claim": Uuid::new_v4()})).await;
    desk.room = desk.hears("room").await["room"].as_str().expect("an id").to_owned();
}

fn answer(asker: u8) -> Value {
    let wrapped = json!({"public": offer(1)["public"], "nonce": offer(1)["commitment"], "wrapped": "AAAA"});
    json!({"type": "hand_key", "key_epoch": 1, "for": offer(asker)["public"], "answer": wrapped})
}

#[actix_web::test]
async fn keys_are_carried_between_the_two_and_to_nobody_else() {
    // W16
    let portal = Portal::open().await;
    let (mut asha, mut ben) = (plain_desk(&portal, "Asha").await, plain_desk(&portal, "Ben").await);
    let mut student = plain_student(&portal).await;
    takes(&mut asha).await;
    let mut other = plain_student(&portal).await;
    takes(&mut ben).await;
    asha.tells_room(json!({"type": "offer_key", "offer": offer(7)})).await;
    assert_eq!(student.hears("key_offered").await["offer"], offer(7));
    // An answer to a key that does not ask here goes nowhere, whoever says it.
    other.tell(answer(7)).await;
    student.tell(answer(8)).await;
    student.tell(answer(7)).await;
    assert_eq!(asha.hears("key_handed").await["for"], offer(7)["public"]);
    other.tell(json!({"type": "beat"})).await;
    other.hears("heard").await;
    for desk in [&mut ben, &mut asha] {
        desk.tell(json!({"type": "beat", "rooms": []})).await;
        desk.hears("heard").await;
    }
    let about_keys = |person: &common::Person| person.heard.iter().filter(|frame| frame.contains("\"key_")).count();
    assert_eq!(asha.heard.iter().filter(|frame| frame.contains("key_handed")).count(), 1);
    for person in [&ben, &other] {
        let heard: Vec<_> = person.heard.iter().filter(|frame| frame.contains("key_handed")).collect();
        assert!(heard.is_empty() && !person.heard.iter().any(|frame| frame.contains("key_offered")), "{heard:?}");
    }
    assert!(about_keys(&student) > 0, "frames are read as they came");
}

#[actix_web::test]
async fn a_page_that_floods_its_room_with_keys_is_cut_off_and_not_the_other_side() {
    let portal = Portal::open().await;
    let mut asha = plain_desk(&portal, "Asha").await;
    let mut student = plain_student(&portal).await;
    takes(&mut asha).await;
    asha.tells_room(json!({"type": "offer_key", "offer": offer(7)})).await;
    student.hears("key_offered").await;
    student.tell(answer(7)).await;
    asha.hears("key_handed").await;
    for _ in 0..41 {
        student.tell(answer(7)).await;
    }
    assert_eq!(student.is_closed_with().await, 1013);
    asha.tell(json!({"type": "beat", "rooms": []})).await;
    asha.hears("heard").await;
}

/// A request of one of the portal's own pages: the status, and what was answered.
async fn asks(portal: &Portal, method: &str, cookie: &str, body: &str) -> (u16, Value) {
    let address = portal.address.clone();
    let request = format!(
        "{method} /api/identity HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: quietline={cookie}\r\n\
         Connection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = web::block(move || ask(&address, request.as_bytes())).await.expect("answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[actix_web::test]
async fn a_counsellors_own_key_is_certified_for_whoever_is_signed_in() {
    let portal = Portal::open().await;
    let cookie = portal.account("Asha").await;
    let public = offer(1)["identity"].clone();
    assert_eq!(asks(&portal, "GET", "nobody", "").await.0, 401);
    assert_eq!(asks(&portal, "PUT", "nobody", &json!({"public": public, "kept": null}).to_string()).await.0, 401);
    assert_eq!(asks(&portal, "GET", &cookie, "").await, (200, json!({"public": null, "kept": null})));

    // For now: certified, and not kept.
    let (status, certified) = asks(&portal, "PUT", &cookie, &json!({"public": public, "kept": null}).to_string()).await;
    assert_eq!((status, certified["certificate"].as_str().map(str::len)), (200, Some(86)));
    assert_eq!(asks(&portal, "GET", &cookie, "").await.1["public"], Value::Null);
    let kept = json!({"public": public, "kept": "sealed"}).to_string();
    assert_eq!(asks(&portal, "PUT", &cookie, &kept).await.0, 200);
    assert_eq!(asks(&portal, "GET", &cookie, "").await.1, json!({"public": public, "kept": "sealed"}));

    let no_point = offer(9)["public"].clone();
    for wrong in [
        json!({"public": no_point, "kept": null}),
        json!({"public": "AAAA", "kept": null}),
        json!({"public": public, "kept": "x".repeat(2_049)}),
        json!({"public": public, "more": 1}),
    ] {
        assert_eq!(asks(&portal, "PUT", &cookie, &wrong.to_string()).await.0, 400, "{wrong:.80}");
    }
}
