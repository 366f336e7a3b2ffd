//! Stories of the program at a terminal: what it refuses with one sentence, and what it does to accounts.
//!
//! Each runs the built binary in an empty folder of its own. How settings are read is told in
//! `server/config_stories.rs`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    slice,
};

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery\n";

fn quietline(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quietline"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut command = quietline(folder);
    let mut child =
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses before it reads leaves nobody to write to.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// The one sentence of a program that refused, after making sure that it left nothing behind.
fn refusal(folder: &TempDir, output: Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert_eq!(sentence.trim_end().lines().count(), 1, "{sentence}");
    let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.is_empty(), "{left:?}");
    sentence
}

fn lines(output: Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A running server, ended with the story.
struct Serving {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut command = quietline(folder);
        let mut child = command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn stop(mut self) -> Option<i32> {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own: the whole answer.
fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = request.replace("HOST", address);
    stream.write_all(format!("{request}\r\n").replace('\n', "\r\n").replace("\r\r", "\r").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn post(address: &str, path: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nConnection: close");
    ask(address, &format!("{head}\nContent-Type: application/json\nContent-Length: {length}\n\n{body}"))
}

#[test]
fn an_unknown_setting_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let output = quietline(folder.path()).env("QUIETLINE_LINE_LIMITS", "1 in 1s").output().unwrap();
    let sentence = refusal(&folder, output);
    assert!(sentence.contains("the nearest is QUIETLINE_LINE_LIMIT"), "{sentence}");
}

#[test]
fn a_secret_that_was_not_written_is_not_taken_for_none() {
    // With the default in its place an empty portal would be served.
    let (folder, secrets) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = secrets.path().join("database_url");
    for (held, why) in [("", "has 0 lines"), (" \n", "has 0 lines"), ("postgres://a@h/b\nmore", "has 2 lines")] {
        fs::write(&file, held).unwrap();
        let output = quietline(folder.path()).env("QUIETLINE_DATABASE_FILE", &file).output().unwrap();
        let sentence = refusal(&folder, output);
        assert!(sentence.contains("QUIETLINE_DATABASE_FILE") && sentence.contains(why), "{sentence}");
    }
}

#[test]
fn a_value_that_makes_no_sense_names_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let sentence = refusal(&folder, run(folder.path(), &["--database", "postgres://anna:secret@db:port/q"], ""));
    assert!(sentence.contains("--database") && sentence.contains("postgres://user:password@host/name"), "{sentence}");
    assert!(!sentence.contains("secret"), "{sentence}");
    // A password with a sign in it is cut there, and its pieces must not be shown as host and database.
    for url in
        ["anna:SE@CRET/x@h/q", "anna:12/SECRET@h/q", "anna:p@SECRET:1@h/q", "anna:#SECRET@h/q", "anna:?SECRET@h/q"]
    {
        let sentence = refusal(&folder, run(folder.path(), &["--database", &format!("postgres://{url}")], ""));
        assert!(sentence.contains("percent-encoded"), "{sentence}");
        assert!(!sentence.contains("SE") && !sentence.contains("CRET"), "{sentence}");
    }
    let sentence = refusal(&folder, run(folder.path(), &["account", "list", "--inactivity", "60s"], ""));
    assert!(sentence.contains("must be shorter than --inactivity"), "{sentence}");
    let sentence = refusal(&folder, run(folder.path(), &["--beat-room", "15s"], ""));
    assert!(sentence.contains("--beat-room must be shorter than QUIETLINE_NOTICE"), "{sentence}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let data = file.path().join("data");
    for words in [["account", "list"], ["serve", "--listen=127.0.0.1:0"]] {
        let mut words = words.to_vec();
        words.extend(["--data", data.to_str().unwrap()]);
        let sentence = refusal(&folder, run(folder.path(), &words, ""));
        assert!(sentence.contains(data.to_str().unwrap()) && sentence.contains("--data"), "{sentence}");
    }
}

#[test]
fn a_port_in_use_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let sentence = refusal(&folder, run(folder.path(), &["--listen", &address], ""));
    assert!(sentence.contains(&format!("{address} is already in use")) && sentence.contains("--listen"), "{sentence}");
}

#[tokio::test]
async fn a_database_from_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["account", "list"], "").status.success());
    let path = folder.path().join("data/quietline.sqlite");
    let mut database = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values (9999, 'from the future', true, x'00', 0)";
    sqlx::query(newer).execute(&mut database).await.unwrap();
    database.close().await.unwrap();

    for words in [["account", "list"], ["serve", "--listen=127.0.0.1:0"]] {
        let output = run(folder.path(), &words, "");
        assert_eq!(output.status.code(), Some(1));
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains("newer version") && sentence.lines().count() == 1, "{sentence}");
    }
}

#[test]
fn accounts_are_added_listed_disabled_and_reset() {
    let folder = tempfile::tempdir().unwrap();
    let account = |words: &[&str], input: &str| {
        let words: Vec<&str> = ["account", "--json"].iter().chain(words).copied().collect();
        run(folder.path(), &words, input)
    };
    assert!(lines(account(&["list"], "")).is_empty());

    let anna = json!({ "login": "anna", "nickname": "Anna", "role": "counsellor", "disabled": false });
    let berta = json!({ "login": "berta", "nickname": "Berta", "role": "supervisor", "disabled": false });
    let add_anna = ["add", "Anna", "--nickname", "Anna", "--password-stdin"];
    assert_eq!(lines(account(&add_anna, PASSWORD)), slice::from_ref(&anna));
    let add_berta = ["add", "berta", "--nickname", "Berta", "--role", "supervisor", "--password-stdin"];
    assert_eq!(lines(account(&add_berta, PASSWORD)), slice::from_ref(&berta));
    assert_eq!(lines(account(&["list"], "")), [anna.clone(), berta.clone()]);

    let disabled = json!({ "login": "anna", "nickname": "Anna", "role": "counsellor", "disabled": true });
    assert_eq!(lines(account(&["disable", "anna"], "")), slice::from_ref(&disabled));
    assert_eq!(lines(account(&["list"], "")), [disabled, berta]);
    assert_eq!(lines(account(&["reset", "anna", "--password-stdin"], PASSWORD)), [anna]);

    for (words, input, why) in [
        (&add_anna[..], PASSWORD, "this login or this nickname already"),
        (&["add", "carla", "--nickname", "Guest_1", "--password-stdin"], PASSWORD, "like a guest's"),
        (&["add", "carla", "--nickname", "Car\u{202e}la", "--password-stdin"], PASSWORD, "visible characters"),
        (&["add", "carla", "--nickname", "Carla", "--password-stdin"], "short\n", "at least 12 characters"),
        (&["add", "car la", "--nickname", "Carla", "--password-stdin"], PASSWORD, "the login must be"),
        (&["disable", "nobody"], "", "no account \"nobody\""),
        (&["reset", "nobody", "--password-stdin"], PASSWORD, "no account \"nobody\""),
    ] {
        let output = account(words, input);
        assert_eq!(output.status.code(), Some(1));
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert!(sentence.contains(why) && sentence.lines().count() == 1 && output.stdout.is_empty(), "{sentence}");
    }
    let kept = fs::read(folder.path().join("data/quietline.sqlite")).unwrap();
    assert!(!kept.windows(12).any(|bytes| bytes == &PASSWORD.as_bytes()[..12]));
}

// D7: an empty table would say that nobody was at work.
#[test]
fn a_report_from_where_nobody_serves_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let report = ["duty", "report", "--since", "2026-11-01", "--until", "2026-11-02"];
    let sentence = refusal(&folder, run(folder.path(), &report, ""));
    assert!(sentence.contains("there is no database") && sentence.contains("--data"), "{sentence}");
}

#[test]
fn a_server_says_where_it_is_and_who_may_be_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(folder.path());
    let students = serving.line();
    let address = students.strip_prefix("Students:    http://").unwrap().trim_end_matches('/').to_owned();
    assert_eq!(serving.line(), format!("Counsellors: http://{address}/desk"));
    let link = serving.line();
    let token = link.strip_prefix(&format!("First account: http://{address}/desk#first=")).unwrap();

    assert!(ask(&address, "GET /healthz HTTP/1.1\nHost: HOST\nConnection: close\n").starts_with("HTTP/1.1 200"));
    assert!(ask(&address, "GET /readyz HTTP/1.1\nHost: HOST\nConnection: close\n").starts_with("HTTP/1.1 200"));
    let nothing = ask(&address, "GET /assets/nothing.js HTTP/1.1\nHost: HOST\nConnection: close\n");
    assert!(nothing.starts_with("HTTP/1.1 404"), "{nothing}");
    for header in ["content-security-policy: default-src 'none'; ", "cache-control: no-store", "nosniff"] {
        assert!(nothing.contains(header), "{header} in {nothing}");
    }

    let first = json!({ "token": token, "login": "anna", "nickname": "Anna", "password": PASSWORD.trim() });
    let made = post(&address, "/api/first-account", &first);
    assert!(
        made.starts_with("HTTP/1.1 200") && made.ends_with(r#"{"nickname":"Anna","role":"administrator"}"#),
        "{made}"
    );
    let cookie = made.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    assert!(cookie.contains("HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let me = ask(&address, &format!("GET /api/me HTTP/1.1\nHost: HOST\nConnection: close\nCookie: {cookie}\n"));
    assert!(me.ends_with(r#"{"nickname":"Anna","role":"administrator"}"#), "{me}");
    assert!(post(&address, "/api/first-account", &first).starts_with("HTTP/1.1 403"));

    // Beside the running server; it must see the change. Somebody has to remain who can add, disable and reset.
    assert_eq!(run(folder.path(), &["account", "disable", "anna", "--json"], "").status.code(), Some(1));
    let second =
        ["account", "add", "ben", "--nickname", "Ben", "--role", "administrator", "--password-stdin", "--json"];
    lines(run(folder.path(), &second, PASSWORD));
    let disabled = lines(run(folder.path(), &["account", "disable", "anna", "--json"], ""));
    assert_eq!(disabled[0]["disabled"], true);
    let me = ask(&address, &format!("GET /api/me HTTP/1.1\nHost: HOST\nConnection: close\nCookie: {cookie}\n"));
    assert!(me.starts_with("HTTP/1.1 401"), "{me}");
    assert_eq!(serving.stop(), Some(0));
}

#[test]
fn signing_in_and_out_answers_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["account", "add", "anna", "--nickname", "Anna", "--password-stdin"], PASSWORD);
    let mut serving = Serving::start(folder.path());
    let students = serving.line();
    let address = students.strip_prefix("Students:    http://").unwrap().trim_end_matches('/').to_owned();
    let credentials = |password: &str| json!({ "login": "anna", "password": password });

    let foreign = "POST /api/sign-in HTTP/1.1\nHost: HOST\nOrigin: http://evil.example\nConnection: close\n";
    assert!(ask(&address, &format!("{foreign}Content-Length: 0\n")).starts_with("HTTP/1.1 403"));
    let silent = "POST /api/sign-in HTTP/1.1\nHost: HOST\nConnection: close\nContent-Length: 0\n";
    assert!(ask(&address, silent).starts_with("HTTP/1.1 403"));
    for malformed in [json!({}), json!({ "login": "anna", "password": 5 }), json!("x".repeat(9_000))] {
        let answer = post(&address, "/api/sign-in", &malformed);
        assert!(answer.starts_with("HTTP/1.1 400") && answer.ends_with(r#"{"reason":"malformed"}"#), "{answer}");
    }

    let signed_in = post(&address, "/api/sign-in", &credentials(PASSWORD.trim()));
    assert!(signed_in.starts_with("HTTP/1.1 200"), "{signed_in}");
    let cookie = signed_in.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let head = format!("HTTP/1.1\nHost: HOST\nOrigin: http://HOST\nConnection: close\nCookie: {cookie}\n");
    let signed_out = ask(&address, &format!("POST /api/sign-out {head}Content-Length: 0\n"));
    assert!(signed_out.starts_with("HTTP/1.1 204") && signed_out.contains("Max-Age=0"), "{signed_out}");
    assert!(ask(&address, &format!("GET /api/me {head}")).starts_with("HTTP/1.1 401"));

    for _ in 0..5 {
        let wrong = post(&address, "/api/sign-in", &credentials("wrong"));
        assert!(wrong.starts_with("HTTP/1.1 401") && wrong.ends_with(r#"{"reason":"wrong"}"#), "{wrong}");
    }
    let slowed = post(&address, "/api/sign-in", &credentials(PASSWORD.trim()));
    assert!(slowed.starts_with("HTTP/1.1 429") && slowed.contains(r#"{"reason":"too_many","retry_ms":"#), "{slowed}");

    for (origin, status) in [("http://HOST", "204"), ("null", "204"), ("http://evil.example", "403")] {
        let head = format!("POST /api/leave HTTP/1.1\nHost: HOST\nOrigin: {origin}\nConnection: close");
        let answer = ask(&address, &format!("{head}\nContent-Type: text/plain\nContent-Length: 7\n\nunknown"));
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
}
