//! Figures, as whoever watches the portal reads them: through the listener of the built program.
//!
//! Each story is a process of its own, so that one's counters are never another's. That the figures name nobody is
//! told here for a small crowd, and in tests/log.rs for a whole day.

mod common;

use std::{fs, io::Read, net::TcpListener, time::Instant};

use common::{
    Person, new_key,
    program::{Program, deaf_page, quietline},
};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";
const FIGURES: [&str; 2] = ["--metrics-listen", "127.0.0.1:0"];

struct Watched {
    program: Program,
    cookie: String,
    _folder: TempDir,
}

impl Watched {
    fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program::start(folder.path(), &[&FIGURES, flags].concat());
        let token = program.first.as_deref().expect("nobody was here");
        let asked = json!({"token": token, "login": "asha", "nickname": "Asha", "password": PASSWORD});
        let cookie = program.post("/api/first-account", &asked, "").cookie.expect("is signed in");
        Self { program, cookie, _folder: folder }
    }

    /// A desk that is available.
    async fn desk(&self) -> Person {
        let mut desk = Person::connect(&self.program.address, "/ws/desk", Some(&self.cookie)).await;
        desk.tell(json!({"type": "hello", "rooms": []})).await;
        desk.tell(json!({"type": "switch", "available": true})).await;
        while desk.hears("switched").await["available"] != json!(true) {}
        desk
    }

    async fn visitor(&self) -> Person {
        Person::connect(&self.program.address, "/ws/student", None).await
    }

    fn figure(&self, name: &str) -> f64 {
        let shown = self.program.shown_figures();
        let value = shown.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("{name} is not in {shown}")).parse().expect("a number")
    }

    /// Figures are told after the page is, so they are asked for until they agree.
    async fn shows(&self, name: &str, value: f64) {
        let begun = Instant::now();
        while self.figure(name) != value {
            assert!(begun.elapsed() < common::PATIENCE, "{name} is {} and not {value}", self.figure(name));
            // Pages that were left are closed meanwhile.
            tokio::task::yield_now().await;
        }
    }
}

#[actix_web::test]
async fn who_waits_and_who_was_taken_is_counted() {
    let watched = Watched::start(&[]);
    let mut asha = watched.desk().await;
    let mut student = watched.visitor().await;
    student.joins(&new_key()).await;
    watched.shows("quietline_students_waiting", 1.0).await;
    watched.shows("quietline_students_reconnecting", 0.0).await;
    watched.shows("quietline_rooms_open", 1.0).await;
    watched.shows("quietline_wait_seconds_count", 0.0).await;
    watched.shows("quietline_sockets{side=\"student\"}", 1.0).await;
    watched.shows("quietline_sockets{side=\"counsellor\"}", 1.0).await;
    watched.shows("quietline_store_up", 1.0).await;

    asha.takes().await;
    watched.shows("quietline_students_waiting", 0.0).await;
    watched.shows("quietline_rooms_open", 1.0).await;
    watched.shows("quietline_wait_seconds_count", 1.0).await;
    watched.shows("quietline_wait_seconds_bucket{le=\"+Inf\"}", 1.0).await;

    // Taken a second time, after a conversation that was no waiting.
    asha.tells_room(json!({"type": "give_back"})).await;
    asha.hears("moved").await;
    watched.shows("quietline_students_waiting", 1.0).await;
    asha.takes().await;
    watched.shows("quietline_students_waiting", 0.0).await;
    watched.shows("quietline_wait_seconds_count", 1.0).await;

    asha.tells_room(json!({"type": "close"})).await;
    student.hears("ended").await;
    watched.shows("quietline_rooms_open", 0.0).await;
    watched.shows("quietline_rooms_erased_total{by=\"counsellor\"}", 1.0).await;
    watched.shows("quietline_rooms_erased_total{by=\"student\"}", 0.0).await;
    drop(student);
    watched.shows("quietline_sockets{side=\"student\"}", 0.0).await;
}

#[actix_web::test]
async fn a_page_that_comes_back_is_counted_by_side() {
    let watched = Watched::start(&[]);
    let mut asha = watched.desk().await;
    let mut student = watched.visitor().await;
    student.joins(&new_key()).await;
    asha.takes().await;
    for side in ["student", "counsellor"] {
        watched.shows(&format!("quietline_returns_total{{side=\"{side}\"}}"), 0.0).await;
    }
    let mut again = watched.visitor().await;
    again.tell(json!({"type": "hello", "key": student.key})).await;
    again.enters().await;
    watched.shows("quietline_returns_total{side=\"student\"}", 1.0).await;
    watched.shows("quietline_returns_total{side=\"counsellor\"}", 0.0).await;

    let mut desk = Person::connect(&watched.program.address, "/ws/desk", Some(&watched.cookie)).await;
    desk.tell(json!({"type": "hello", "rooms": []})).await;
    desk.enters().await;
    watched.shows("quietline_returns_total{side=\"counsellor\"}", 1.0).await;
    watched.shows("quietline_returns_total{side=\"student\"}", 1.0).await;
}

#[actix_web::test]
async fn refusals_are_counted_by_kind() {
    let watched = Watched::start(&["--line-limit", "1 in 60s", "--join-limit", "2 in 60s"]);
    let refused = async |kind: &str, times: f64| {
        watched.shows(&format!("quietline_refusals_total{{kind=\"{kind}\"}}"), times).await;
    };
    let mut early = watched.visitor().await;
    early.tell(json!({"type": "hello"})).await;
    early.tell(json!({"type": "join", "key": new_key()})).await;
    early.hears("refused").await;
    refused("nobody_available", 1.0).await;

    let mut asha = watched.desk().await;
    assert_eq!(asha.presses(Uuid::new_v4()).await, Err("nobody_waiting".into()));
    refused("nobody_waiting", 1.0).await;
    let mut student = watched.visitor().await;
    student.joins(&new_key()).await;
    early.tell(json!({"type": "join", "key": new_key()})).await;
    assert_eq!(early.hears("refused").await["reason"], "too_many");
    refused("too_many", 1.0).await;
    early.tell(json!({"type": "join", "key": new_key(), "nickname": "guest_9"})).await;
    early.hears("refused").await;
    refused("nickname", 1.0).await;

    asha.room = Uuid::new_v4().to_string();
    asha.sends(Uuid::new_v4(), "into somebody else's room").await;
    asha.hears("refused").await;
    refused("no_such_room", 1.0).await;
    student.says("one").await;
    student.sends(Uuid::new_v4(), "two").await;
    student.hears("refused").await;
    refused("too_many", 2.0).await;
    refused("cid_taken", 0.0).await;
}

#[actix_web::test]
async fn a_reader_that_stops_is_counted_once() {
    let watched = Watched::start(&["--line-limit", "1000000 in 1s"]);
    let mut asha = watched.desk().await;
    let mut student = watched.visitor().await;
    student.joins(&new_key()).await;
    asha.takes().await;
    student.says("hi").await;
    asha.says("hello").await;
    let mut stopped = deaf_page(&watched.program.address, &student.key);
    assert_eq!(student.is_closed_with().await, 4001);

    let text = "x".repeat(16_000);
    for _ in 0..1_000 {
        asha.says(&text).await;
        asha.heard.clear();
    }
    watched.shows("quietline_readers_cut_total", 1.0).await;
    watched.shows("quietline_sockets{side=\"student\"}", 0.0).await;
    assert_eq!(watched.figure("quietline_readers_cut_total"), 1.0);
    let mut rest = vec![0; 1 << 20];
    while stopped.read(&mut rest).is_ok_and(|read| read != 0) {}
}

#[actix_web::test]
async fn figures_name_nobody_and_carry_only_labels_from_closed_lists() {
    let watched = Watched::start(&[]);
    let mut asha = watched.desk().await;
    let mut student = watched.visitor().await;
    student.tell(json!({"type": "hello"})).await;
    student.tell(json!({"type": "join", "key": new_key(), "nickname": "Seraphina"})).await;
    student.enters().await;
    asha.takes().await;
    student.says("somethingprivate").await;
    asha.tells_room(json!({"type": "close"})).await;
    asha.hears("ended").await;

    let shown = watched.program.shown_figures();
    let hex = student.room.replace('-', "");
    for word in ["Seraphina", "seraphina", "asha", "Asha", "somethingprivate", &student.room, &hex, &watched.cookie] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
    let (_, page) = shown.split_once("\r\n\r\n").expect("a body");
    let samples: Vec<_> = page.lines().filter(|line| line.starts_with("quietline_")).collect();
    assert!(30 <= samples.len(), "{page}");
    for sample in samples {
        let labels = sample.split_once('{').map_or("", |(_, rest)| rest.split_once('}').expect("closes").0);
        for label in labels.split(',').filter(|label| !label.is_empty()) {
            let (name, value) = label.split_once('=').expect("a value");
            let value = value.trim_matches('"');
            let is_listed = match name {
                "side" => ["student", "counsellor"].contains(&value),
                "by" => ["student", "counsellor", "silence", "absence"].contains(&value),
                "kind" => include_str!("../web/src/protocol.gen.ts").contains(&format!("\"{value}\"")),
                "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                _ => false,
            };
            assert!(is_listed, "{label} in {sample}");
        }
    }
    for name in page.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = name.split(' ').next().expect("a name");
        assert!(page.contains(&format!("# HELP {name} ")), "{name} is not described");
    }
}

#[test]
fn without_the_setting_nothing_is_shown_and_an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(Program::start(folder.path(), &[]).figures.is_none());

    let folder = tempfile::tempdir().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let words = ["--listen", "127.0.0.1:0", "--metrics-listen", &address];
    let output = quietline(folder.path()).args(words).output().expect("runs");
    let sentence = String::from_utf8(output.stderr).expect("text");
    assert_eq!((output.status.code(), sentence.lines().count()), (Some(1), 1), "{sentence}");
    assert!(sentence.contains("already in use") && sentence.contains("--metrics-listen"), "{sentence}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "nothing is left behind");
}

#[test]
fn a_public_address_for_figures_is_warned_of() {
    for (address, is_warned) in [("0.0.0.0:0", true), ("127.0.0.1:0", false)] {
        let folder = tempfile::tempdir().expect("a folder");
        let log = Program::start(folder.path(), &["--metrics-listen", address]).stop();
        assert_eq!(log.contains("QUIETLINE_METRICS_LISTEN is not a private address"), is_warned, "{log}");
    }
}
