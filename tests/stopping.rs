//! The server stops and starts: what was begun is finished, pages are told to come back, and there is one of it.

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

use common::{Portal, texts};
use serde_json::json;
use uuid::Uuid;

#[actix_web::test]
async fn a_stop_finishes_what_was_begun_and_tells_pages_to_come_back() {
    // Every line that was answered is there afterwards, once and in order; what was not answered is sent again.
    let portal = Portal::open().await;
    let (mut asha, mut student) = portal.two_people().await;
    asha.says("hello").await;
    let mut waiting = portal.student().await;
    let mut visitor = portal.visitor().await;
    visitor.tell(json!({"type": "hello"})).await;
    visitor.hears("door").await;
    let said: Vec<_> = (0..15).map(|n| (Uuid::new_v4(), format!("line {n}"))).collect();
    for (cid, text) in &said {
        student.sends(*cid, text).await;
    }
    let portal = portal.restart().await;
    // A line that comes when its room has finished is told to try again, which is the same to a page.
    assert!([1012, 1013].contains(&student.is_closed_with().await));
    for page in [&mut asha, &mut waiting, &mut visitor] {
        assert_eq!(page.is_closed_with().await, 1012);
    }
    let frames = student.heard.iter().map(|frame| serde_json::from_str::<serde_json::Value>(frame).expect("is JSON"));
    let answered: Vec<_> = frames.filter(|frame| frame["type"] == "line").map(|frame| frame["cid"].clone()).collect();
    let mut back = portal.returns(&student.key).await;
    let (_, lines) = back.enters().await;
    let kept: Vec<_> = lines.iter().map(|line| line["cid"].clone()).collect();
    assert!(answered.iter().all(|cid| kept.contains(cid)), "shown as sent and not kept");
    for (cid, text) in &said {
        back.sends(*cid, text).await;
    }
    back.says("the last").await;
    let (_, lines) = portal.returns(&student.key).await.enters().await;
    let expected: Vec<_> = ["hello"].into_iter().chain(said.iter().map(|(_, text)| text.as_str())).collect();
    assert_eq!(texts(&lines[..16]), expected);
    assert_eq!(lines.len(), 17);
}

#[actix_web::test]
async fn whoever_comes_while_the_server_stops_is_told_nothing_but_to_come_back() {
    // Nobody's room is called gone, and whoever leaves by the quick exit has left (W18).
    let portal = Portal::open().await;
    let (asha, student) = portal.two_people().await;
    let (mut student_page, mut desk, mut newcomer) =
        (portal.visitor().await, portal.desk(&asha.cookie).await, portal.visitor().await);
    newcomer.tell(json!({"type": "hello"})).await;
    newcomer.hears("door").await;
    portal.parts.lobby.send(quietline::actors::lobby::Drain).await.expect("drains");
    student_page.tell(json!({"type": "hello", "key": student.key})).await;
    assert_eq!(student_page.is_closed_with().await, 1012);
    newcomer.tell(json!({"type": "join", "key": common::new_key()})).await;
    assert_eq!(newcomer.is_closed_with().await, 1012);
    desk.tell(json!({"type": "hello", "rooms": []})).await;
    assert_eq!(desk.is_closed_with().await, 1012);
    assert!(!student_page.heard_text("gone") && !newcomer.heard_text("refused"));
    let key = quietline::private::Credential::parse(&student.key).expect("fits").digest();
    portal.parts.lobby.send(quietline::actors::lobby::Leave { key }).await.expect("is heard");
    let swept = quietline::pulse::sweep(&portal.parts).await;
    swept.expect("sweeps");
    let rooms = portal.restart().await.parts.store.rooms().await.expect("reads");
    assert!(rooms.is_empty(), "left, and still there");
}

struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quietline"))
            .args(["--listen", "127.0.0.1:0", "--log", "error", "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut first = String::new();
        let said = child.stdout.as_mut().expect("standard output");
        BufReader::new(said).read_line(&mut first).expect("reads");
        Self(child)
    }

    fn into_refusal(mut self) -> String {
        let status = self.0.wait().expect("ends");
        assert_eq!(status.code(), Some(1));
        let mut why = String::new();
        self.0.stderr.take().expect("standard error").read_to_string(&mut why).expect("reads");
        why
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_server_on_the_same_data_refuses_and_a_killed_one_is_no_obstacle() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Server::start(folder.path());
    let why = Server::start(folder.path()).into_refusal();
    assert!(why.contains("another Quietline serves") && why.contains("--data"), "{why}");
    // Killed, not stopped.
    drop(first);
    let mut again = Server::start(folder.path());
    assert!(again.0.try_wait().expect("asks").is_none(), "serves");
}

#[test]
fn the_sweep_is_asked_of_a_running_server_and_done_without_one() {
    // W20
    let folder = tempfile::tempdir().expect("a folder");
    let sweep = || {
        let swept = Command::new(env!("CARGO_BIN_EXE_quietline"))
            .args(["sweep", "--json", "--data"])
            .arg(folder.path())
            .output()
            .expect("runs");
        assert!(swept.status.success(), "{}", String::from_utf8_lossy(&swept.stderr));
        String::from_utf8(swept.stdout).expect("text")
    };
    assert_eq!(sweep(), "{\"erased\":0}\n");
    let _server = Server::start(folder.path());
    assert_eq!(sweep(), "{\"erased\":0}\n");
}
