//! What people may be called: nobody borrows the name of somebody who is registered.

mod common;

use common::{Person, Portal, new_key, patient};
use quietline::{config::Settings, store::Sharing};
use serde_json::json;

async fn asks_as(portal: &Portal, nickname: &str) -> Result<Person, String> {
    let mut visitor = portal.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    visitor.hears("door").await;
    visitor.key = new_key();
    visitor.tell(json!({"type": "join", "key": visitor.key, "nickname": nickname})).await;
    loop {
        let answer = visitor.next().await;
        match answer["type"].as_str() {
            Some("called") => {
                visitor.room = answer["room"].as_str().expect("an id").to_owned();
                return Ok(visitor);
            }
            Some("refused") => return Err(answer["reason"].as_str().expect("a reason").to_owned()),
            _ => {}
        }
    }
}

#[actix_web::test]
async fn nobody_enters_under_a_registered_name_or_one_that_looks_like_it() {
    // U-T2, U3, U4: also while she is away.
    let portal = Portal::open().await;
    let _ben = portal.available("Ben").await;
    portal.account("Mara").await;
    for taken in [" mARA ", "M\u{430}ra", "MARA", "Ben"] {
        assert_eq!(asks_as(&portal, taken).await.err().as_deref(), Some("nickname_taken"), "{taken:?}");
    }
    let rows = portal.parts.store.rooms().await.expect("reads");
    assert!(rows.is_empty(), "nothing was made");
    assert!(asks_as(&portal, "Mora").await.is_ok());
}

#[actix_web::test]
async fn a_nickname_that_is_none_is_refused() {
    // U-T3, U4
    let portal = Portal::open().await;
    let _ben = portal.available("Ben").await;
    let long = "x".repeat(51);
    let marks = "\u{301}\u{302}";
    for wrong in ["Guest_7", "\u{ff27}uest_7", &long, marks, "a\u{202e}b", "a\u{200b}b"] {
        assert_eq!(asks_as(&portal, wrong).await.err().as_deref(), Some("nickname"), "{wrong:?}");
    }
}

#[actix_web::test]
async fn whoever_gives_no_name_is_given_one_and_an_account_is_no_matter() {
    // U2: also with the name of an account they are not signed in to, which stays that account's.
    let portal = Portal::open().await;
    let mut ben = portal.available("Ben").await;
    let mut student = portal.visitor().await;
    student.tell(json!({"type": "hello"})).await;
    student.tell(json!({"type": "join", "key": new_key()})).await;
    let called = student.hears("called").await;
    let given = called["nickname"].as_str().expect("a name");
    assert!(given.starts_with("guest_") && given.len() == 10, "{given}");
    // Their page has sealed it; the counsellor's opens it, now or with the room.
    let (room, _) = ben.takes().await;
    let shown = if room["nickname"].is_null() { ben.hears("nickname").await } else { room };
    assert_eq!(shown["nickname"], given);
    assert_eq!(asks_as(&portal, "Ben").await.err().as_deref(), Some("nickname_taken"));
}

#[actix_web::test]
async fn two_visitors_share_a_nickname_unless_the_operator_says_otherwise() {
    // U5
    for (sharing, second) in [(Sharing::Allowed, None), (Sharing::Refused, Some("nickname_taken"))] {
        let portal = Portal::with(Settings { sharing, ..patient() }).await;
        let _ben = portal.available("Ben").await;
        let _first = asks_as(&portal, "moss").await.expect("is free");
        assert_eq!(asks_as(&portal, "MOSS").await.err().as_deref(), second);
    }
}

#[actix_web::test]
async fn a_visitor_whose_name_a_registered_person_takes_is_renamed_and_told() {
    // U4: while in the room, and what the store keeps.
    let portal = Portal::open().await;
    let _ben = portal.available("Ben").await;
    let mut moss = asks_as(&portal, "Moss").await.expect("is free");
    portal.account("moss").await;
    assert_eq!(moss.hears("renamed").await["prefix"], "guest_");
    let (room, _) = portal.returns(&moss.key).await.enters().await;
    assert_eq!((&room["nickname"], &room["renamed"]), (&json!("Moss"), &json!("guest_")));
}

#[actix_web::test]
async fn a_registered_name_is_reserved_also_under_a_new_key() {
    // U3: the key is in no backup, so a restored database meets another one.
    let portal = Portal::open().await;
    let _ben = portal.available("Ben").await;
    portal.account("Mara").await;
    std::fs::remove_file(portal.folder.path().join("slots/names.key")).expect("was there");
    let portal = portal.restart().await;
    assert_eq!(asks_as(&portal, "mara").await.err().as_deref(), Some("nickname_taken"));
}
