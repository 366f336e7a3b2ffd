//! The slot file at a start of the program: what is finished, what is refused with a sentence, and what gives up.
//!
//! The built program in a folder of its own; what a slot file looks like inside is told in server/shares/stories.rs.

mod common;

use std::{fs, path::Path};

use common::{
    Person, new_key,
    program::{Program, quietline},
};
use serde_json::json;

const PASSWORD: &str = "correct horse battery";

/// A student in a room, and the program that was killed under them. Returns their key.
async fn a_room_is_left_open(folder: &Path) -> String {
    let mut program = Program::start(folder, &[]);
    let token = program.first.clone().expect("nobody was here");
    let asked = json!({"token": token, "login": "asha", "nickname": "Asha", "password": PASSWORD});
    let cookie = program.post("/api/first-account", &asked, "").cookie.expect("is signed in");
    let mut asha = Person::connect(&program.address, "/ws/desk", Some(&cookie)).await;
    asha.tell(json!({"type": "hello", "rooms": []})).await;
    asha.tell(json!({"type": "switch", "available": true})).await;
    while asha.hears("switched").await["available"] != json!(true) {}
    let key = new_key();
    let mut student = Person::connect(&program.address, "/ws/student", None).await;
    student.joins(&key).await;
    student.says("hi").await;
    program.kill();
    key
}

/// The sentence of a program that does not start.
fn refusal(folder: &Path, words: &[&str]) -> String {
    let output = quietline(folder).args(["--listen", "127.0.0.1:0"]).args(words).output().expect("runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = String::from_utf8(output.stderr).expect("text");
    said.lines().last().unwrap_or_default().to_owned()
}

/// What the student with this key is told.
async fn told(folder: &Path, flags: &[&str], key: &str) -> String {
    let program = Program::start(folder, flags);
    let mut student = Person::connect(&program.address, "/ws/student", None).await;
    student.tell(json!({"type": "hello", "key": key})).await;
    student.next().await["type"].as_str().expect("a kind").to_owned()
}

#[actix_web::test]
async fn a_slot_file_that_is_missing_or_anothers_is_refused_and_rooms_can_be_given_up() {
    // Promise 4
    let (home, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let key = a_room_is_left_open(home.path()).await;
    a_room_is_left_open(other.path()).await;
    let file = home.path().join("data/slots/rooms-0001.slots");
    let whole = fs::read(&file).expect("a slot file");
    assert_eq!(told(home.path(), &[], &key).await, "room", "as it was");

    fs::remove_file(&file).expect("was there");
    let said = refusal(home.path(), &[]);
    assert!(said.contains("holds no slot file") && said.contains("serve --forget-rooms"), "{said}");
    fs::write(&file, &whole[..whole.len() - 64]).expect("writes");
    let said = refusal(home.path(), &[]);
    assert!(said.contains("rooms-0001.slots") && said.contains("--slots"), "{said}");
    fs::write(&file, fs::read(other.path().join("data/slots/rooms-0001.slots")).expect("a file")).expect("writes");
    let said = refusal(home.path(), &[]);
    assert!(said.contains("another"), "{said}");
    // Somebody else's conversations are not given up by a mistake in a path.
    assert_eq!(refusal(home.path(), &["serve", "--forget-rooms"]), said);

    fs::write(&file, &whole).expect("writes");
    assert_eq!(told(home.path(), &[], &key).await, "room", "put back");
    fs::remove_file(&file).expect("was there");
    assert_eq!(told(home.path(), &["serve", "--forget-rooms"], &key).await, "gone");
    assert_eq!(told(home.path(), &[], &key).await, "gone", "and it starts as ever");
}

#[actix_web::test]
async fn a_start_finishes_an_erasing_that_was_interrupted() {
    // Promise 4: the slot was wiped, and nothing else was done yet.
    let home = tempfile::tempdir().expect("a folder");
    let key = a_room_is_left_open(home.path()).await;
    let file = home.path().join("data/slots/rooms-0001.slots");
    let mut bytes = fs::read(&file).expect("a slot file");
    bytes[4_096..].fill(0);
    fs::write(&file, bytes).expect("writes");
    assert_eq!(told(home.path(), &[], &key).await, "gone");
}

#[test]
fn what_gives_rooms_up_is_said_where_it_is_looked_for() {
    let home = tempfile::tempdir().expect("a folder");
    let output = quietline(home.path()).args(["serve", "--help"]).output().expect("runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("--forget-rooms"));
}
