//! A day of traffic through the built program, and then the search: its log and its figures name nobody.
//!
//! Everything that people bring is marked: what they say, how they are called, their passwords, keys, cookies, ids,
//! addresses and browsers. The search must find none of it, at the loudest level, in both formats; and it must find
//! whatever is planted, or it would be worth nothing. Lines of every kind have to be there, or nothing was searched.

// How much was searched is said.
#![allow(clippy::print_stdout)]

mod common;
#[path = "log/day.rs"]
mod day;
#[path = "log/search.rs"]
mod search;

use std::{
    io::Read,
    time::{Duration, Instant},
};

use common::{
    Person, new_key,
    program::{ask, deaf_page},
    sealed::envelope,
};
use day::{Account, Day};
use futures_util::future::join;
use search::Marks;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

/// People have time, and whoever is too fast is told so.
const PATIENT: [&str; 4] = ["--line-limit", "20 in 60s", "--join-limit", "3 in 60s"];
/// Nobody is too fast.
const LOUD: [&str; 2] = ["--line-limit", "1000000 in 1s"];
/// Everything that a clock does in a day happens within seconds.
#[rustfmt::skip]
const HASTY: [&str; 18] = [
    "--inactivity", "4s", "--inactivity-warning", "2s", "--absence", "3s", "--notice", "1s", "--release", "2s",
    "--away-student", "3s", "--away-counsellor", "3s", "--beat-room", "300ms", "--beat-site", "500ms",
];

#[actix_web::test]
async fn a_whole_day_names_nobody_in_words() {
    let day = a_whole_day("text").await;
    is_clean(&day);
}

#[actix_web::test]
async fn a_whole_day_names_nobody_in_objects() {
    let day = a_whole_day("json").await;
    is_clean(&day);
    for line in day.log.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let names: Vec<_> = entry.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names, ["event", "level", "target", "time"], "{line}");
        let time = entry["time"].as_str().expect("a time");
        assert!(humantime::parse_rfc3339(time).is_ok(), "{time}");
        assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&entry["level"].as_str().expect("a level")));
    }
}

#[test]
fn the_search_finds_whatever_is_planted() {
    let clean = "[2026-11-23T02:41:19Z INFO  quietline::actors] slow reader cut off\n\
                 quietline_refusals_total{kind=\"nobody_available\"} 3\n";
    search::finds_what_is_planted(&mut Marks::default(), clean);
}

fn is_clean(day: &Day) {
    let searched = day.log.lines().count();
    let figures = day.figures.lines().count();
    println!("searched {searched} lines of log and {figures} of figures for {} marks", day.marks.how_many());
    for event in
        ["room erased ", "slow reader cut off", "room fault ", "signing in: the database failed", "stream error"]
    {
        assert!(day.log.contains(event), "{event:?} did not happen: {}", day.log);
    }
    let found = [&day.log, &day.figures, &day.printed].map(|text| day.marks.find_in(text)).concat();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
    // The very log of this day, with one word too many.
    let doctored = format!("{}{}\n", day.log, day.marks.any());
    assert_eq!(day.marks.find_in(&doctored).len(), 1);
}

async fn a_whole_day(format: &'static str) -> Day {
    let mut day = Day::begin(format, &PATIENT);
    let asha = day.first_account();
    let bela = day.another_account();
    people_sign_in(&mut day, &asha);
    day.is_asked_nonsense();
    nobody_is_let_in_wrongly(&mut day, &asha).await;
    let mut desk = day.available_desk(&asha).await;
    some_are_refused(&mut day, &mut desk).await;
    rooms_change_hands(&mut day, &mut desk, &asha, &bela).await;
    pages_speak_nonsense(&mut day, &mut desk).await;
    day.is_killed_and_starts(&LOUD);
    let mut desk = day.available_desk(&asha).await;
    a_reader_stops(&mut day, &mut desk).await;
    the_database_is_away(&mut day, &mut desk).await;
    let mut desk = day.available_desk(&asha).await;
    let mut talking = day.student().await;
    day.takes(&mut desk).await;
    day.talk(&mut talking, &mut desk).await;
    let _waiting = day.student().await;

    day.is_killed_and_starts(&HASTY);
    drop(desk);
    let desk = time_passes(&mut day, &asha, talking).await;
    day.runs(&["sweep"]);
    day.runs(&["account", "role", &bela.login, "--role", "administrator"]);
    day.runs(&["account", "disable", &asha.login]);
    drop(desk);
    let mut door = day.visitor().await;
    door.tell(json!({"type": "hello"})).await;
    day.ends();
    assert_eq!(door.is_closed_with().await, 1012);
    day
}

fn people_sign_in(day: &mut Day, asha: &Account) {
    let (login, password) = (day.marks.word("login"), day.marks.word("password"));
    for _ in 0..6 {
        assert_ne!(day.signs_in(&asha.login, &password).0, 200);
        assert_ne!(day.signs_in(&login, &password).0, 200);
    }
    let unfit = format!("{login} @example.org");
    assert_ne!(day.signs_in(&unfit, &password).0, 200);
}

/// While nobody is available, without a session, and in a browser of the staff.
async fn nobody_is_let_in_wrongly(day: &mut Day, asha: &Account) {
    let mut early = day.visitor().await;
    early.tell(json!({"type": "hello"})).await;
    let (key, nickname) = (day.marks.credential(&new_key()), day.marks.word("nickname"));
    early.tell(json!({"type": "join", "key": key, "nickname": nickname})).await;
    assert_eq!(early.hears("refused").await["reason"], "nobody_available");

    let forged = day.marks.credential(&new_key());
    let mut desk = Person::connect(&day.program.address, "/ws/desk", Some(&forged)).await;
    desk.tell(json!({"type": "hello", "rooms": []})).await;
    assert_eq!(desk.hears_or_ends("welcome").await, None);
    let mut staff = Person::connect(&day.program.address, "/ws/student", Some(&asha.cookie)).await;
    staff.tell(json!({"type": "hello"})).await;
    staff.tell(json!({"type": "join", "key": key, "nickname": nickname})).await;
    assert_eq!(staff.hears("refused").await["reason"], "signed_in");
    let mut gone = day.returns(&key).await;
    gone.hears("gone").await;
}

async fn some_are_refused(day: &mut Day, desk: &mut Person) {
    let mut visitor = day.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    let long = day.marks.word("nickname").repeat(9);
    let like_a_guest = format!("guest_{}", day.marks.word("nickname"));
    for nickname in [&long, &like_a_guest, &long, &like_a_guest] {
        visitor.tell(json!({"type": "join", "key": new_key(), "nickname": nickname})).await;
        visitor.hears("refused").await;
    }
    let click = day.marks.cid();
    assert!(desk.presses(click).await.is_err());

    let mut student = day.student().await;
    day.takes(desk).await;
    day.talk(&mut student, desk).await;
    let stranger = json!({"type": "say", "room": day.marks.cid(), "cid": day.marks.cid(),
        "body": envelope(&day.marks.word("line"), 1)});
    desk.tell(stranger).await;
    assert_eq!(desk.hears("refused").await["reason"], "no_such_room");
    let cid = day.marks.cid();
    for _ in 0..2 {
        let text = day.marks.word("line");
        student.sends(cid, &text).await;
    }
    assert_eq!(student.hears("refused").await["reason"], "cid_taken");
    for _ in 0..20 {
        let (cid, text) = (day.marks.cid(), day.marks.word("line"));
        student.sends(cid, &text).await;
    }
    assert_eq!(student.hears("refused").await["reason"], "too_many");
    let mut student = day.returns(&student.key).await;
    let long = day.marks.word("line").repeat(1_000);
    student.enters().await;
    student.sends(day.marks.cid(), &long).await;
    assert_eq!(student.is_closed_with().await, 1009);
    let (status, _) = day.post("/api/leave", &json!(student.key));
    assert_eq!(status, 204);
    desk.tells_room(json!({"type": "close"})).await;
    desk.hears("ended").await;
}

async fn rooms_change_hands(day: &mut Day, desk: &mut Person, asha: &Account, bela: &Account) {
    let mut other = day.available_desk(bela).await;
    let mut student = day.student().await;
    day.takes(desk).await;
    other.room = desk.room.clone();
    day.talk(&mut student, desk).await;
    let mut asking = day.desk(asha).await;
    asking.enters().await;
    let to = Day::colleague(&mut other, &bela.nickname).await;
    for answer in ["decline", "accept"] {
        asking.tells_room(json!({"type": "hand_over", "to": to})).await;
        other.hears("offered").await;
        other.tells_room(json!({"type": answer})).await;
        if answer == "decline" {
            other.hears("offer_ended").await;
        }
    }
    other.enters().await;
    day.says(&mut other).await;
    student.tells_room(json!({"type": "older", "share": true, "nth": 3})).await;
    other.tells_room(json!({"type": "give_back"})).await;
    other.hears("moved").await;
    day.takes(&mut other).await;
    other.tells_room(json!({"type": "leave"})).await;
    student.tells_room(json!({"type": "close"})).await;
    other.hears("ended").await;
    // Its first page took over from this desk; both are one counsellor's.
    *desk = asking;
}

async fn pages_speak_nonsense(day: &mut Day, desk: &mut Person) {
    let mut student = day.student().await;
    day.takes(desk).await;
    let word = day.marks.word("frame");
    let say = json!({"type": "say", "cid": word, "body": {"suite": 0, "text": word}}).to_string();
    let part = |text: &str, is_last| {
        Message::Frame(Frame::message(text.as_bytes().to_vec(), OpCode::Data(Data::Text), is_last))
    };
    for frame in [
        Message::text(word.clone()),
        Message::text(say),
        Message::text(format!("{{\"type\":\"{word}\"}}")),
        Message::binary(word.clone().into_bytes()),
        Message::text(word.repeat(3_000)),
        Message::Frame(Frame::message([b"\xff\xfe", word.as_bytes()].concat(), OpCode::Data(Data::Text), true)),
        part(&word, false),
    ] {
        let mut page = day.returns(&student.key).await;
        page.enters().await;
        page.send(frame.clone()).await;
        if frame == part(&word, false) {
            page.send(part(&word, true)).await;
        }
        page.is_closed_with().await;
    }
    let mut desk_page = Person::connect(&day.program.address, "/ws/desk", Some(&desk.cookie)).await;
    desk_page.send(Message::text(word)).await;
    desk_page.is_closed_with().await;
    student = day.returns(&student.key).await;
    student.enters().await;
    day.says(&mut student).await;
    student.tells_room(json!({"type": "close"})).await;
    student.hears("ended").await;
    desk.hears("ended").await;
}

/// The other side says so much that it is cut off.
async fn a_reader_stops(day: &mut Day, desk: &mut Person) {
    let mut student = day.student().await;
    day.takes(desk).await;
    day.talk(&mut student, desk).await;
    let mut deaf = deaf_page(&day.program.address, &student.key);
    student.is_closed_with().await;
    let text = format!("{} {}", day.marks.word("line"), "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}".repeat(800));
    let begun = Instant::now();
    while !day.program.shown_figures().contains("quietline_readers_cut_total 1") {
        assert!(begun.elapsed() < Duration::from_secs(60), "is never cut off");
        for _ in 0..100 {
            desk.sends(day.marks.cid(), &text).await;
            desk.hears("line").await;
            desk.heard.clear();
        }
    }
    while deaf.read(&mut [0; 65_536]).is_ok_and(|read| read != 0) {}
    desk.tells_room(json!({"type": "close"})).await;
    desk.hears("ended").await;
}

/// A table is missing for a while: whatever is asked of it fails, and says so without what was said.
async fn the_database_is_away(day: &mut Day, desk: &mut Person) {
    let mut student = day.student().await;
    day.takes(desk).await;
    day.says(&mut student).await;
    let path = day.folder.path().join("data/quietline.sqlite");
    let mut database = SqliteConnection::connect(path.to_str().expect("a path")).await.expect("opens");
    for statement in ["alter table line rename to line_away", "alter table account rename to account_away"] {
        sqlx::query(statement).execute(&mut database).await.expect("is renamed");
    }
    let host = day.program.address.clone();
    ask(&host, format!("GET /readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes());
    let (login, password) = (day.marks.word("login"), day.marks.word("password"));
    assert_ne!(day.signs_in(&login, &password).0, 200);
    let (cid, text) = (day.marks.cid(), day.marks.word("line"));
    student.sends(cid, &text).await;
    student.hears_or_ends("line").await;
    for statement in ["alter table line_away rename to line", "alter table account_away rename to account"] {
        sqlx::query(statement).execute(&mut database).await.expect("is renamed");
    }
    database.close().await.expect("closes");
    let mut student = day.comes_back(&student.key).await;
    student.tells_room(json!({"type": "close"})).await;
    student.hears("ended").await;
}

/// Silence, a counsellor who is gone, a student who is gone: whatever the clock does in a day.
async fn time_passes(day: &mut Day, asha: &Account, talking: Person) -> Person {
    let mut desk = day.available_desk(asha).await;
    let mut student = day.returns(&talking.key).await;
    let ((_, lines), _) = join(student.enters(), desk.enters()).await;
    assert_eq!(lines.len(), 10, "nothing was lost");
    // Both answer pings while they listen, and say nothing.
    let (ended, _) = join(student.hears("ended"), desk.hears("ended")).await;
    assert_eq!(ended["by"], "silence");

    let mut left = day.student().await;
    day.takes(&mut desk).await;
    drop(desk);
    while left.hears("notice").await["notice"] != "back_to_queue" {}
    drop(left);
    let begun = Instant::now();
    while !day.program.shown_figures().contains("quietline_rooms_open 0") {
        assert!(begun.elapsed() < Duration::from_secs(60), "absence ends no room");
    }
    day.desk(asha).await
}
