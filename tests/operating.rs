//! What server/OPERATING.md tells an operator to type, typed: a backup keeps the staff, and nothing of anybody else.
//!
//! The commands are read from that page as they stand there; only the data's place is another. They need sqlite3, which
//! the program does not: without it there is nothing to try, which is said.

// A test says on standard error what it left out.
#![allow(clippy::print_stderr)]

mod common;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use common::{Portal, database::Database, new_key, patient};
use quietline::clock::Clock;
use quietline_domain::Time;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_quietline");

/// The commands below this comment on the operator's page, for data in this folder.
fn page_says(comment: &str, data: &Path) -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/server/OPERATING.md")).unwrap();
    let from = page.find(comment).unwrap_or_else(|| panic!("the page says nothing of {comment}"));
    let commands = page[from + 1..].split("```").next().unwrap().split("\n# ").next().unwrap();
    let (_, commands) = commands.split_once('\n').unwrap();
    commands.replace("/var/lib/quietline", data.to_str().unwrap())
}

fn types(commands: &str, folder: &Path) {
    let path = format!("{}:{}", Path::new(PROGRAM).parent().unwrap().display(), env::var("PATH").unwrap());
    let typed = quiet(Command::new("sh")).args(["-e", "-c", commands]).current_dir(folder).env("PATH", path).output();
    let Output { status, stderr, .. } = typed.unwrap();
    assert!(status.success() && stderr.is_empty(), "{commands}\n{}", String::from_utf8_lossy(&stderr));
}

/// Without the settings of whoever runs the tests.
fn quiet(mut command: Command) -> Command {
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_")) {
        command.env_remove(name);
    }
    command
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(data: &Path) -> (Serving, String) {
    let mut command = quiet(Command::new(PROGRAM));
    let serving = command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).stdout(Stdio::piped()).spawn();
    let mut child = serving.unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    (Serving(child), said.trim_end_matches(['/', '\n']).rsplit('/').next().unwrap().to_owned())
}

fn sign_in(address: &str) -> String {
    let body = json!({ "login": "asha", "password": "correct horse battery" }).to_string();
    let head =
        format!("POST /api/sign-in HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close");
    let kind = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{head}\r\n{kind}\r\n\r\n{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[actix_web::test]
async fn a_backup_keeps_the_staff_and_nothing_of_anybody_else() {
    // U3, U4
    if Command::new("sqlite3").arg("-version").stdout(Stdio::null()).status().is_err() {
        eprintln!("SKIP the backup: there is no sqlite3");
        return;
    }
    let portal = talking_on(Database::sqlite()).await;
    let folder = tempfile::tempdir().unwrap();
    types(&page_says("# backup, SQLite", portal.database.file().parent().unwrap()), folder.path());
    let kept = fs::read_to_string(folder.path().join("staff.sql")).unwrap();
    assert_eq!(kept.matches("INSERT").count(), 2, "an account and its nickname: {kept}");
    holds_the_staff_alone(&kept);

    let restored = folder.path().join("restored");
    types(&page_says("# restore, SQLite", &restored), folder.path());
    let (_serving, address) = serve(&restored);
    assert!(sign_in(&address).starts_with("HTTP/1.1 200"), "asha cannot sign in");
    let account = |words: &[&str]| {
        let mut command = quiet(Command::new(PROGRAM));
        command.arg("account").args(words).arg("--data").arg(&restored).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(b"correct horse battery\n");
        child.wait_with_output().unwrap()
    };
    let listed: Value = serde_json::from_slice(&account(&["list", "--json"]).stdout).unwrap();
    assert_eq!((&listed["login"], &listed["nickname"]), (&json!("asha"), &json!("Asha")));
    // The key by which nicknames are compared is a new one, and still nobody can be her.
    let imitation = account(&["add", "zora", "--nickname", "ASHA", "--password-stdin"]);
    assert!(String::from_utf8_lossy(&imitation.stderr).contains("nickname already"), "{imitation:?}");
}

#[actix_web::test]
async fn a_backup_of_postgres_keeps_the_staff_and_can_be_restored() {
    let Some(database) = Database::postgres().await else { return };
    if Command::new("psql").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("SKIP the backup of Postgres: there is no psql");
        return;
    }
    let portal = talking_on(database).await;
    let folder = tempfile::tempdir().unwrap();
    let through = |comment: &str, database: &Database| {
        let commands =
            page_says(comment, Path::new("")).replace("docker compose exec -T database psql -U quietline", "psql");
        let commands: Vec<_> = commands.lines().filter(|line| !line.starts_with("docker compose")).collect();
        commands.join("\n").replace("psql ", &format!("psql '{}' ", database.url()))
    };
    types(&through("# backup, Postgres", &portal.database), folder.path());
    holds_the_staff_alone(&fs::read_to_string(folder.path().join("staff.sql")).unwrap());

    let empty = Database::postgres().await.unwrap();
    let listed = || {
        let mut list = quiet(Command::new(PROGRAM));
        let data = folder.path().join("data");
        let output = list.args(["account", "list", "--json", "--database", &empty.url(), "--data"]).arg(data).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert_eq!(listed(), "", "the version that made the backup makes the tables");
    types(&through("# restore, Postgres", &empty), folder.path());
    let account: Value = serde_json::from_str(&listed()).unwrap();
    assert_eq!((&account["login"], &account["nickname"]), (&json!("asha"), &json!("Asha")));
}

/// A portal on this database in which somebody is talking.
async fn talking_on(database: Database) -> Portal {
    let portal = Portal::on(database, patient(), Clock::by_hand(Time(1_000_000))).await;
    let mut asha = portal.available("Asha").await;
    let mut student = portal.visitor().await;
    student.tell(json!({"type": "hello"})).await;
    student.tell(json!({"type": "join", "key": new_key(), "nickname": "Mimi"})).await;
    student.enters().await;
    asha.takes().await;
    student.says("nobody shall keep this").await;
    portal
}

fn holds_the_staff_alone(kept: &str) {
    assert!(kept.contains("asha") && kept.contains("Asha") && kept.contains("$argon2id$"), "{kept}");
    assert!(!kept.contains("Mimi") && !kept.contains("nobody shall"), "{kept}");
}
