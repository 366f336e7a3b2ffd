//! The wire's stories: what is not of this protocol is refused, and the page's types are ours.

use std::{fs, path::Path};

use ts_rs::Config;

use super::*;
use crate::private::{Credential, SealedText, Share};

macro_rules! declarations {
    ($heading:literal, $($type:ty),* $(,)?) => {{
        let config = Config::new().with_large_int("number");
        let mut text = $heading.to_owned();
        $(text += &format!("\nexport {}\n", <$type>::decl(&config));)*
        text
    }};
}

/// All types of the wire, as the page sees them.
fn typescript() -> String {
    declarations!(
        "// The wire, written by `cargo test` from server/protocol.rs. Do not edit it here.\n",
        FromStudent,
        FromDesk,
        Known,
        Envelope,
        KeyOffer,
        KeyAnswer,
        ToStudent,
        ToDesk,
        Colleague,
        Moved,
        FromRoom,
        RoomView,
        Whereabouts,
        Older,
        Place,
        Expected,
        KeyboardRules,
        StaffRole,
        Resume,
        Lines,
        Line,
        Said,
        Role,
        PlacedNotice,
        Notice,
        Warning,
        Ended,
        Erased,
        Remaining,
        EndedBy,
        Refused,
        Refusal,
        CloseCode,
        Credential,
        Nickname,
        SealedText,
    )
}

/// What the pages below /desk are answered.
fn typescript_of_office() -> String {
    use crate::{duty::shown, http, staff, store};
    declarations!(
        "// What the pages below /desk are answered, written by `cargo test` from server/duty/shown.rs and server/staff.rs. Do not
// edit it here.

import type { Expected, Nickname, StaffRole } from \"./protocol.gen\";
",
        http::Me,
        shown::Duty,
        shown::Counsellor,
        shown::Session,
        shown::Row,
        shown::Totals,
        shown::Chart,
        shown::Service,
        shown::Hours,
        shown::Coarse,
        staff::Account,
        store::Access,
        staff::Invited,
        staff::Entry,
        store::accounts::Deed,
    )
}

#[test]
fn the_pages_types_are_up_to_date() {
    for (file, expected) in [("protocol.gen.ts", typescript()), ("office.gen.ts", typescript_of_office())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src").join(file);
        if fs::read_to_string(&path).unwrap_or_default() != expected {
            fs::write(&path, expected).expect("can be written");
            panic!("web/src/{file} was not up to date and has been written anew: look at it and commit it");
        }
    }
}

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const ID: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn what_is_of_this_protocol_is_understood() {
    for text in [
        r#"{"type":"hello"}"#.to_owned(),
        format!(r#"{{"type":"hello","key":"{KEY}","epoch":"{ID}","since":4}}"#),
        format!(r#"{{"type":"join","key":"{KEY}","nickname":"moss"}}"#),
        format!(r#"{{"type":"say","cid":"{ID}","body":{{"suite":1,"key_epoch":1,"sealed":"hi"}}}}"#),
        r#"{"type":"typing"}"#.to_owned(),
    ] {
        assert!(serde_json::from_str::<FromStudent>(&text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_not_of_this_protocol_is_refused() {
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for text in [
        "",
        "hello",
        "null",
        "[]",
        r#"{"type":"shout"}"#,
        r#"{"type":"typing","more":1}"#,
        r#"{"type":"say","cid":"x","body":{"suite":0,"text":"hi"}}"#,
        r#"{"type":"say","cid":"00000000-0000-4000-8000-000000000000","body":{"suite":1,"key_epoch":1,"sealed":5}}"#,
        r#"{"type":"say","cid":"00000000-0000-4000-8000-000000000000","body":{"suite":1,"sealed":"hi"}}"#,
        r#"{"type":"say","cid":"00000000-0000-4000-8000-000000000000","body":{"suite":256,"key_epoch":1,"sealed":""}}"#,
        r#"{"type":"say","cid":"00000000-0000-4000-8000-000000000000","body":{"suite":1,"key_epoch":1,"sealed":"","x":1}}"#,
        r#"{"type":"join","key":"short"}"#,
        r#"{"type":"join"}"#,
        r#"{"type":"hello","since":-1}"#,
        &nested,
    ] {
        assert!(serde_json::from_str::<FromStudent>(text).is_err(), "{text}");
        assert!(serde_json::from_str::<FromDesk>(text).is_err(), "{text}");
    }
}

#[test]
fn a_line_is_the_same_frame_for_both_seats() {
    let said = Said {
        seq: 12,
        cid: Uuid::nil(),
        from: Role::Student,
        at: 5,
        body: Envelope { suite: 1, key_epoch: 4, sealed: SealedText::new("hi".to_owned()) },
    };
    let line = Line { room: Uuid::nil(), said };
    let text = frame(&FromRoom::Line(line));
    let nil = Uuid::nil();
    assert_eq!(
        text,
        format!(
            r#"{{"type":"line","room":"{nil}","seq":12,"cid":"{nil}","from":"student","at":5,"body":{{"suite":1,"key_epoch":4,"sealed":"hi"}}}}"#
        )
    );
}

#[test]
fn what_is_private_does_not_print() {
    let text = SealedText::new("I feel bad".to_owned());
    let name = Nickname::parse("moss").expect("fits");
    let key = Credential::parse(KEY).expect("fits");
    let share = Share::random().expect("random");
    let printed = format!("{text:?} {name:?} {key:?} {share:?} {:?}", key.digest());
    assert_eq!(printed, "SealedText(…) Nickname(…) Credential(…) Share(…) Digested(…)");
}
