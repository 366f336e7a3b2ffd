//! A room changes hands: offered, accepted, refused, given back; what the newcomer reads and what the student is told.

mod common;

use common::{Person, Portal, texts};
use serde_json::{Value, json};
use uuid::Uuid;

/// Asha talks with a student, and Ben is available.
async fn three_people(portal: &Portal) -> (Person, Person, Person) {
    let ben = portal.available("Ben").await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("hi").await;
    asha.says("hello").await;
    (asha, ben, student)
}

async fn colleague(desk: &mut Person, name: &str) -> Value {
    loop {
        let colleagues = desk.hears("colleagues").await;
        let found = colleagues["available"].as_array().expect("a list").iter().find(|one| one["nickname"] == name);
        if let Some(found) = found {
            return found["id"].clone();
        }
    }
}

async fn offered(portal: &Portal) -> (Person, Person, Person) {
    let (asha, mut ben, mut student) = three_people(portal).await;
    let mut asha_again = portal.desk(&asha.cookie).await;
    asha_again.tell(json!({"type": "hello", "rooms": []})).await;
    let to = colleague(&mut asha_again, "Ben").await;
    asha_again.enters().await;
    asha_again.tells_room(json!({"type": "hand_over", "to": to})).await;
    let offer = ben.hears("offered").await;
    assert_eq!((offer["from"].as_str(), offer["expires_in_ms"].as_u64()), (Some("Asha"), Some(60_000)));
    ben.room = offer["room"].as_str().expect("an id").to_owned();
    assert_eq!(student.hears("handing").await["to"], "Ben");
    assert_eq!(asha_again.hears("handing").await["to"], "Ben");
    (asha_again, ben, student)
}

#[actix_web::test]
async fn a_colleague_who_accepts_has_the_room_and_passes_the_gate() {
    // W26, W12, W13, W16
    let portal = Portal::open().await;
    let (mut asha, mut ben, mut student) = offered(&portal).await;
    asha.says("Ben comes now").await;
    ben.tells_room(json!({"type": "accept"})).await;
    let (room, lines) = ben.enters().await;
    assert_eq!((room["reads_after"].as_u64(), texts(&lines)), (Some(3), vec![]));
    assert_eq!(asha.hears("moved").await["why"], "handed_over");
    let mut nth = 0;
    for (notice, name) in [("handed_over", "Asha"), ("counsellor_came", "Ben")] {
        let mut told = student.hears("notice").await;
        while told["notice"] != json!(notice) || told["counsellor"] != json!(name) {
            told = student.hears("notice").await;
        }
        nth = told["nth"].as_u64().expect("a number");
    }
    assert_eq!(student.hears("older").await["older"], "asked");
    student.says("are you Ben?").await;
    ben.says("yes").await;
    assert!(!ben.heard_text("hello") && ben.heard_text("are you Ben?"));
    asha.tells_room(json!({"type": "typing"})).await;
    assert_eq!(asha.hears("refused").await["reason"], "no_such_room");

    // Said of the counsellor before, it says nothing of this one.
    student.tell(json!({"type": "older", "share": true, "nth": nth - 1})).await;
    student.says("I have thought about it").await;
    assert_eq!(ben.hears("line").await["body"]["text"], "I have thought about it");
    student.tell(json!({"type": "older", "share": true, "nth": nth})).await;
    let (room, lines) = ben.enters().await;
    assert_eq!(room["reads_after"], 0);
    assert_eq!(texts(&lines), ["hi", "hello", "Ben comes now", "are you Ben?", "yes", "I have thought about it"]);
    assert_eq!(student.hears("older").await["older"], "shared");

    // All of it is as it was after a restart (W15).
    let portal = portal.restart().await;
    let (room, lines) = portal.returns(&student.key).await.enters().await;
    let notices: Vec<_> = room["notices"].as_array().expect("notices").iter().map(|one| &one["notice"]).collect();
    assert_eq!(notices, ["say_hi", "counsellor_came", "handed_over", "counsellor_came"]);
    assert_eq!((lines.len(), room["counsellor"].as_str()), (6, Some("Ben")));
}

#[actix_web::test]
async fn not_now_no_answer_and_a_colleague_who_goes_leave_the_room_where_it_was() {
    // W26: and the student is told each time.
    for way in ["declines", "is silent", "goes"] {
        let portal = Portal::open().await;
        let (mut asha, mut ben, mut student) = offered(&portal).await;
        match way {
            "declines" => ben.tells_room(json!({"type": "decline"})).await,
            "is silent" => portal.seconds_pass(61),
            _ => ben.tell(json!({"type": "switch", "available": false})).await,
        }
        assert_eq!(ben.hears("offer_ended").await["room"], json!(student.room), "{way}");
        assert_eq!(student.hears("handing").await["to"], Value::Null, "{way}");
        ben.tells_room(json!({"type": "accept"})).await;
        assert_eq!(ben.hears("refused").await["reason"], "offer_ended", "{way}");
        asha.says("I stay").await;
    }
}

#[actix_web::test]
async fn a_student_who_closes_takes_the_offer_along() {
    // W26, W18
    let portal = Portal::open().await;
    let (mut asha, mut ben, mut student) = offered(&portal).await;
    student.tell(json!({"type": "close"})).await;
    student.hears("ended").await;
    asha.hears("ended").await;
    ben.hears("offer_ended").await;
    ben.tells_room(json!({"type": "accept"})).await;
    assert_eq!(ben.hears("refused").await["reason"], "offer_ended");
}

#[actix_web::test]
async fn an_offer_is_there_again_after_a_reload_of_the_colleagues_desk() {
    // W26
    let portal = Portal::open().await;
    let (_asha, ben, _student) = offered(&portal).await;
    let mut ben = portal.desk(&ben.cookie).await;
    ben.tell(json!({"type": "hello", "rooms": []})).await;
    assert_eq!(ben.hears("offered").await["from"], "Asha");
}

#[actix_web::test]
async fn only_an_available_colleague_can_be_asked_about_a_room_one_holds() {
    // W26, W16: oneself, nobody, and a room of somebody else's.
    let portal = Portal::open().await;
    let (mut asha, mut ben, _student) = three_people(&portal).await;
    let own = {
        let mut again = portal.desk(&asha.cookie).await;
        again.tell(json!({"type": "hello", "rooms": []})).await;
        let own = colleague(&mut again, "Asha").await;
        again.enters().await;
        asha = again;
        own
    };
    asha.tells_room(json!({"type": "hand_over", "to": own})).await;
    assert_eq!(asha.hears("refused").await["reason"], "colleague");
    asha.tells_room(json!({"type": "hand_over", "to": Uuid::new_v4()})).await;
    assert_eq!(asha.hears("refused").await["reason"], "colleague");
    ben.tell(json!({"type": "hand_over", "room": asha.room, "to": own})).await;
    let real = ben.hears("refused").await.to_string().replace(&asha.room, "X");
    let never = Uuid::new_v4().to_string();
    ben.tell(json!({"type": "hand_over", "room": never, "to": own})).await;
    assert_eq!(ben.hears("refused").await.to_string().replace(&never, "X"), real, "byte for byte");
}

#[actix_web::test]
async fn a_room_given_back_waits_at_its_place_and_the_student_is_told() {
    // W26, W25, W6
    let portal = Portal::open().await;
    let (mut asha, mut ben, mut student) = three_people(&portal).await;
    let _later = portal.student().await;
    asha.tells_room(json!({"type": "give_back"})).await;
    assert_eq!(asha.hears("moved").await["why"], "given_back");
    let mut told = student.hears("notice").await;
    while told["notice"] != json!("back_to_queue") {
        told = student.hears("notice").await;
    }
    assert_eq!(student.hears("place").await["ahead"], 0);
    let (room, lines) = ben.takes().await;
    assert_eq!((room["room"].as_str(), lines.len()), (Some(student.room.as_str()), 0));
    assert!(!ben.heard_text("hello"));
}

#[actix_web::test]
async fn a_counsellor_who_leaves_the_room_is_shown_as_out_of_it() {
    // U-T4, U8: still its counsellor; the next hello enters it again.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    asha.tells_room(json!({"type": "leave"})).await;
    assert_eq!(student.hears("presence").await["whereabouts"], "on_site");
    asha.says("still its counsellor").await;
    let mut again = portal.desk(&asha.cookie).await;
    again.tell(json!({"type": "hello", "rooms": []})).await;
    again.enters().await;
    assert_eq!(student.hears("presence").await["whereabouts"], "here");
}
