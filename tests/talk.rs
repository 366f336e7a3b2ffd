//! Two people talk: who hears what, and when. What leaves the server is what is tested.

mod common;

use common::{Portal, texts};
use serde_json::json;
use uuid::Uuid;

#[actix_web::test]
async fn two_people_meet_and_talk() {
    // W2, W6, W13, W-T7
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.student().await;
    student.says("hi").await;
    student.says("I feel bad").await;

    let (room, lines) = asha.takes().await;
    assert_eq!((room["revealed"].as_bool(), lines.len()), (Some(false), 0));
    asha.says("hello").await;
    assert_eq!(student.hears("line").await["body"]["text"], "hello");

    let revealed = asha.heard.iter().find(|frame| frame.contains("I feel bad")).expect("was revealed");
    let revealed: serde_json::Value = serde_json::from_str(revealed).expect("is JSON");
    assert_eq!(texts(revealed["lines"].as_array().expect("lines")), ["hi", "I feel bad"]);
    let backlogs = asha.heard.iter().filter(|frame| frame.contains("I feel bad")).count();
    assert_eq!(backlogs, 1, "once");

    student.says("thank you").await;
    assert_eq!(asha.hears("line").await["seq"], 4);
}

/// W12, cell by cell: who has spoken, and what has left the server for whom.
#[actix_web::test]
async fn neither_side_receives_the_others_lines_before_saying_one() {
    for (student_spoke, counsellor_spoke) in [(false, false), (true, false), (false, true), (true, true)] {
        let portal = Portal::open().await;
        let (mut asha, mut student) = portal.two_people().await;
        student.hears("notice").await;
        if student_spoke {
            student.says("student-text").await;
        }
        if counsellor_spoke {
            asha.says("counsellor-text").await;
        }
        // A reload of both pages asks for everything there is; the room answers in order, so it has told all by then.
        let mut student_again = portal.returns(&student.key).await;
        let (_, to_student) = student_again.enters().await;
        let mut asha_again = portal.desk(&asha.cookie).await;
        asha_again.tell(json!({"type": "hello", "rooms": []})).await;
        let (_, to_counsellor) = asha_again.enters().await;

        let revealed = student_spoke && counsellor_spoke;
        let cell = format!("student spoke: {student_spoke}, counsellor spoke: {counsellor_spoke}");
        assert_eq!(texts(&to_student).contains(&"counsellor-text"), revealed, "{cell}");
        assert_eq!(texts(&to_student).contains(&"student-text"), student_spoke, "{cell}");
        assert_eq!(texts(&to_counsellor).contains(&"student-text"), revealed, "{cell}");
        assert_eq!(texts(&to_counsellor).contains(&"counsellor-text"), counsellor_spoke, "{cell}");
        if !revealed {
            // W12, W14: not in any frame, also not while the pages were open.
            assert_eq!(student.is_closed_with().await, 4001);
            assert_eq!(asha.is_closed_with().await, 4001);
            for (person, hidden) in [(&student, "counsellor-text"), (&asha, "student-text")] {
                assert!(!person.heard_text(hidden), "{cell}");
            }
        }
    }
}

#[actix_web::test]
async fn each_is_asked_to_say_hi_and_the_student_is_told_what_happens() {
    // W10, W11
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.visitor().await;
    student.tell(json!({"type": "hello"})).await;
    student.tell(json!({"type": "join", "key": common::new_key()})).await;
    let (room, _) = student.enters().await;
    assert_eq!(room["notices"][0]["notice"], "say_hi");
    student.says("hi").await;
    let told = student.hears("notice").await;
    assert_eq!((told["notice"].as_str(), told["after"].as_u64()), (Some("wait_for_counsellor"), Some(1)));
    let (room, _) = asha.takes().await;
    assert_eq!(room["notices"].as_array().map(Vec::len), Some(1));
    assert_eq!(room["notices"][0]["notice"], "say_hi");
    let told = student.hears("notice").await;
    assert_eq!((told["notice"].as_str(), told["counsellor"].as_str()), (Some("counsellor_came"), Some("Asha")));
}

#[actix_web::test]
async fn a_reload_on_either_side_shows_everything_that_was_revealed() {
    // W15
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.says("one").await;
    asha.says("two").await;
    student.says("three").await;

    let (room, lines) = portal.returns(&student.key).await.enters().await;
    assert_eq!(texts(&lines), ["one", "two", "three"]);
    assert_eq!(room["resume"], "full");
    let mut again = portal.desk(&asha.cookie).await;
    again.tell(json!({"type": "hello", "rooms": []})).await;
    assert_eq!(texts(&again.enters().await.1), ["one", "two", "three"]);

    // With what it shows already, a page gets the rest alone.
    let mut third = portal.visitor().await;
    third.tell(json!({"type": "hello", "key": student.key, "epoch": room["epoch"], "since": 2})).await;
    let (view, lines) = third.enters().await;
    assert_eq!((view["resume"].as_str(), texts(&lines)), (Some("delta"), vec!["three"]));
    // Another epoch's numbers mean nothing.
    let mut fourth = portal.visitor().await;
    fourth.tell(json!({"type": "hello", "key": student.key, "epoch": Uuid::new_v4(), "since": 2})).await;
    assert_eq!(fourth.enters().await.0["resume"], "full");
}

#[actix_web::test]
async fn a_line_sent_again_is_said_once_and_other_content_is_refused() {
    let portal = Portal::open().await;
    portal.available("Asha").await;
    let mut student = portal.student().await;
    let cid = Uuid::new_v4();
    for _ in 0..3 {
        student.sends(cid, "hi").await;
        assert_eq!(student.hears("line").await["seq"], 1);
    }
    student.sends(cid, "something else").await;
    let refused = student.hears("refused").await;
    assert_eq!((refused["reason"].as_str(), &refused["cid"]), (Some("cid_taken"), &json!(cid)));
    assert_eq!(student.says("next").await, 2);
}

#[actix_web::test]
async fn typing_is_told_without_what_is_typed() {
    // W24
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    student.tells_room(json!({"type": "typing"})).await;
    assert_eq!(asha.hears("typing").await, json!({"type": "typing", "room": student.room}));
    asha.tells_room(json!({"type": "typing"})).await;
    student.hears("typing").await;
}

#[actix_web::test]
async fn more_than_twenty_lines_in_ten_seconds_are_refused_with_when_and_none_is_lost() {
    let portal = Portal::open().await;
    portal.available("Asha").await;
    let mut student = portal.student().await;
    for n in 0..20 {
        student.says(&n.to_string()).await;
    }
    let cid = Uuid::new_v4();
    student.sends(cid, "20").await;
    let refused = student.hears("refused").await;
    assert_eq!((refused["reason"].as_str(), refused["retry_ms"].as_u64()), (Some("too_many"), Some(10_000)));
    portal.seconds_pass(10);
    student.sends(cid, "20").await;
    assert_eq!(student.hears("line").await["seq"], 21);
}

#[actix_web::test]
async fn a_conversation_goes_on_after_a_restart() {
    // W6, W9, W15: rooms, places and clicks are as they were answered.
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut first = portal.student().await;
    let second = portal.student().await;
    let third = portal.student().await;
    first.says("hi").await;
    let claim = Uuid::new_v4();
    let given = asha.presses(claim).await.expect("a room");
    asha.enters().await;
    asha.says("hello").await;
    let portal = portal.restart().await;

    let mut asha = portal.desk(&asha.cookie).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    let (_, lines) = asha.enters().await;
    assert_eq!(texts(&lines), ["hi", "hello"]);
    assert_eq!(asha.presses(claim).await, Ok(given), "the same click, the same student");
    let (_, lines) = portal.returns(&first.key).await.enters().await;
    assert_eq!(texts(&lines), ["hi", "hello"]);
    let mut returned = portal.returns(&third.key).await;
    let (room, _) = returned.enters().await;
    let place = if room["place"].is_null() { returned.hears("place").await } else { room["place"].clone() };
    assert_eq!(place["ahead"], 1);
    let mut second_page = portal.returns(&second.key).await;
    second_page.enters().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Ok(second.room));
}
