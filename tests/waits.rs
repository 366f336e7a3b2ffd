//! How long it may still take, as students and desks hear it: a range, or that nobody can say, and never with nobody there.
//!
//! What the range is worth is told by the simulation in the domain; here is who hears it, and when.

mod common;

use common::{Person, Portal};
use quietline::config::Settings;
use quietline_domain::Span;
use serde_json::{Value, json};

/// The next place that says something about the time, or the next at all.
async fn place(student: &mut Person) -> Value {
    student.hears("place").await["wait"].clone()
}

/// So many have waited twenty seconds, talked half an hour, and gone.
async fn an_afternoon(portal: &Portal, asha: &mut Person, many: usize) {
    for _ in 0..many {
        let mut student = portal.student().await;
        while asha.hears("queue").await["waiting"] != json!(1) {}
        portal.seconds_pass(20);
        asha.takes().await;
        portal.seconds_pass(1_800);
        student.tell(json!({"type": "close"})).await;
        asha.hears("ended").await;
        portal.seconds_pass(900);
    }
}

// E1, E2, E3
#[actix_web::test]
async fn a_waiting_time_is_said_once_it_can_be_and_never_with_nobody_there() {
    let portal = Portal::open().await;
    let mut asha = portal.available("Asha").await;
    let mut first = portal.student().await;
    assert_eq!(place(&mut first).await, Value::Null, "nobody knows yet");
    first.tell(json!({"type": "close"})).await;
    first.hears("ended").await;
    an_afternoon(&portal, &mut asha, 12).await;

    // At the desk: for whoever would come now.
    while asha.hears("queue").await["wait"].is_null() {}

    let mut student = portal.student().await;
    // Within two seconds of the change.
    for _ in 0..2 {
        portal.seconds_pass(1);
    }
    let said = loop {
        let wait = place(&mut student).await;
        if wait != Value::Null {
            break wait;
        }
    };
    let (from, to) = (said["from_ms"].as_i64().expect("from"), said["to_ms"].as_i64().expect("an end"));
    assert!((0..=20_000).contains(&from) && (15_000..=120_000).contains(&to), "{said}");
    asha.tell(json!({"type": "switch", "available": false})).await;
    loop {
        let told = student.hears("place").await;
        if told["attended"] == json!(false) {
            assert_eq!(told["wait"], Value::Null);
            break;
        }
    }
    portal.seconds_pass(60);
    // Whatever is told from here on says no time either.
    let mut late = portal.returns(&student.key).await;
    let (room, _) = late.enters().await;
    assert_eq!((&room["place"]["attended"], &room["place"]["wait"]), (&json!(false), &Value::Null));
    loop {
        let queue = asha.hears("queue").await;
        if queue["wait"].is_null() {
            break;
        }
    }
}

// E1, E3: also for those behind the first, who wait for conversations to end.
#[actix_web::test]
async fn everyone_in_a_queue_is_told_their_own_time() {
    // Nobody says a line, and their rooms are to stay.
    let settings = Settings { inactivity: Span::seconds(86_400), ..common::patient() };
    let portal = Portal::with(settings).await;
    let mut asha = portal.available("Asha").await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        waiting.push(portal.student().await);
    }
    for nth in 0..12 {
        waiting.push(portal.student().await);
        portal.seconds_pass(20 + nth);
        asha.takes().await;
        for _ in 0..30 {
            portal.seconds_pass(60);
        }
        let mut taken = waiting.remove(0);
        taken.tell(json!({"type": "close"})).await;
        asha.hears("ended").await;
        portal.seconds_pass(60);
    }
    for (ahead, mut student) in waiting.into_iter().enumerate() {
        let said = loop {
            let told = student.hears("place").await;
            if told["ahead"] == json!(ahead) && !told["wait"].is_null() {
                break told["wait"].clone();
            }
        };
        let (from, to) = (said["from_ms"].as_i64().expect("from"), said["to_ms"].as_i64().expect("an end"));
        let expected = 1_800_000 * ahead as i64;
        assert!(from <= expected + 120_000 && expected <= to, "{ahead}: {said}");
    }
}
