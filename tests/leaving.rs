//! Ending: by either side, by silence, by the quick exit; and what is left afterwards.

mod common;

use common::{
    PATIENCE, Portal, listening_ear,
    sealed::{envelope, offer},
};
use quietline::actors::{
    Heard, lobby,
    room::{Coming, Deed, Done},
};
use quietline_domain::Role;
use serde_json::json;

#[actix_web::test]
async fn either_side_closes_and_both_are_told_what_was_erased() {
    // W18, W21
    for closer in ["student", "counsellor"] {
        let portal = Portal::open().await;
        let (mut asha, mut student) = portal.two_people().await;
        student.says("one").await;
        asha.says("two").await;
        match closer {
            "student" => student.tells_room(json!({"type": "close"})).await,
            _ => asha.tells_room(json!({"type": "close"})).await,
        }
        for person in [&mut student, &mut asha] {
            let ended = person.hears("ended").await;
            assert_eq!((ended["by"].as_str(), ended["lines"].as_u64()), (Some(closer), Some(2)));
            assert_eq!(ended["at"], portal.clock.now().0);
        }
        assert!(portal.parts.store.rooms().await.expect("reads").is_empty());
        assert_eq!(portal.returns(&student.key).await.next().await, json!({"type": "gone"}));
    }
}

#[actix_web::test]
async fn silence_closes_the_room_after_a_warning_and_one_tap_keeps_it() {
    // W19, W24: by the server's own timer, whoever is looking.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    portal.seconds_pass(480);
    for person in [&mut student, &mut asha] {
        assert_eq!(person.hears("warning").await["closes_in_ms"], 120_000);
    }
    student.tells_room(json!({"type": "stay"})).await;
    for person in [&mut student, &mut asha] {
        person.hears("stayed").await;
    }
    portal.seconds_pass(480);
    student.hears("warning").await;
    portal.seconds_pass(121);
    for person in [&mut student, &mut asha] {
        assert_eq!(person.hears("ended").await["by"], "silence");
    }
}

#[actix_web::test]
async fn nobody_else_can_read_write_or_close_a_room() {
    // W16, W-T9: byte for byte as for a room that never was.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    let mut ben = portal.counsellor("Ben").await;
    let never = "00000000-0000-4000-8000-000000000000";
    for what in ["say", "typing", "stay", "close", "offer_key", "reveal"] {
        let mut answers = Vec::new();
        for room in [student.room.as_str(), never] {
            let mut asked = json!({"type": what, "room": room});
            if what == "say" {
                asked["cid"] = json!("11111111-0000-4000-8000-000000000000");
                asked["body"] = envelope("x", 1);
            }
            match what {
                "offer_key" => asked["offer"] = offer(9),
                "reveal" => {
                    (asked["for"], asked["nonce"]) = (offer(9)["public"].clone(), json!("A".repeat(43)));
                }
                _ => {}
            }
            ben.tell(asked).await;
            ben.hears("refused").await;
            answers.push(ben.heard.pop().expect("an answer").replace(room, "ROOM"));
        }
        assert_eq!(answers[0], answers[1]);
    }
    // Nor past the desk's own map of seats: the room lets in the one who holds it, and nobody else.
    let stranger = quietline_domain::AccountId(4711);
    let room = quietline_domain::RoomId(student.room.parse::<uuid::Uuid>().expect("an id").as_u128());
    let (ear, mut hears) = listening_ear();
    let sit = lobby::Sit { account: stranger, room, ear, shows: None, coming: Coming::First };
    portal.parts.lobby.do_send(sit);
    assert!(
        matches!(hears.recv().await, Some(Heard::Close(quietline::protocol::CloseCode::TryAgain))),
        "told nothing of the room"
    );
    assert_eq!(asha.says("nobody took my seat").await, 2);
    // A page that claims to show the room is not let in either.
    let mut again = portal.desk(&ben.cookie).await;
    again.tell(json!({"type": "hello", "rooms": [{"room": student.room, "epoch": never, "since": 0}]})).await;
    assert_eq!(again.hears("welcome").await["rooms"], json!([]));
    assert_eq!(student.says("still here").await, 3);
}

#[actix_web::test]
async fn a_page_whose_seat_another_took_can_do_nothing() {
    // W16: also when what it does comes after it was told.
    let portal = Portal::open().await;
    let (mut asha, student) = portal.two_people().await;
    let (ear, mut hears) = listening_ear();
    let (id, key) = (ear.id, quietline::private::Credential::parse(&student.key).expect("fits").digest());
    portal.parts.lobby.do_send(lobby::Knock { key, ear, shows: None, called: None });
    let Some(Heard::Seated { at, .. }) = hears.recv().await else { panic!("it has the seat first") };
    let mut returned = portal.returns(&student.key).await;
    returned.enters().await;
    at.send(Done { role: Role::Student, ear: id, what: Deed::Close }).await.expect("is handled");
    assert_eq!(asha.says("are you there?").await, 1);
    assert_eq!(returned.says("yes").await, 2);
}

#[actix_web::test]
async fn the_quick_exit_closes_the_room_without_a_socket() {
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    let origin = format!("http://{}", portal.address);
    let leave = awc::Client::default()
        .post(format!("{origin}/api/leave"))
        .insert_header(("origin", origin.clone()))
        .insert_header(("content-type", "text/plain"));
    let answer = leave.send_body(student.key.clone()).await.expect("answers");
    assert_eq!(answer.status(), 204);
    assert_eq!(asha.hears("ended").await["by"], "student");
}

#[actix_web::test]
async fn whoever_leaves_before_the_room_is_there_leaves_no_room() {
    // W18: the key is known before the room is.
    let portal = Portal::open().await;
    let asha = portal.available("Asha").await;
    for _ in 0..20 {
        let key = common::new_key();
        let mut page = portal.visitor().await;
        page.tell(json!({"type": "hello"})).await;
        page.hears("door").await;
        let digest = quietline::private::Credential::parse(&key).expect("fits").digest();
        let nickname = quietline::private::Nickname::parse("moss").expect("fits");
        let (ear, _) = listening_ear();
        portal.parts.lobby.do_send(lobby::Join {
            key: digest,
            forms: portal.parts.names.forms(&nickname),
            nickname,
            ear,
        });
        portal.parts.lobby.do_send(lobby::Leave { key: digest });
    }
    // One more press, and its answer, come after all of them.
    let mut last = portal.student().await;
    last.tell(json!({"type": "close"})).await;
    last.hears("ended").await;
    drop(asha);
    let all_gone = async {
        while !portal.parts.store.rooms().await.expect("reads").is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all_gone).await.expect("no room is left");
}

#[actix_web::test]
async fn a_key_that_never_opened_a_room_and_one_of_an_erased_room_get_the_same_answer() {
    // W16, W21
    let portal = Portal::open().await;
    portal.available("Asha").await;
    let mut student = portal.student().await;
    student.tell(json!({"type": "close"})).await;
    student.hears("ended").await;
    let (mut erased, mut never) = (portal.returns(&student.key).await, portal.returns(&common::new_key()).await);
    assert_eq!((erased.next().await, never.next().await), (json!({"type": "gone"}), json!({"type": "gone"})));
    assert_eq!(erased.heard, never.heard);
}
