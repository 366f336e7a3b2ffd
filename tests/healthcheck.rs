//! Stories of `quietline healthcheck`: what an orchestrator sees, and what it must not do.
//!
//! The built program asks the built server, or a listener that answers as a sick one would. Each asks from an empty
//! folder of its own, which stays empty: a health check opens no database.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
};

use serde_json::{Value, json};

fn quietline(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quietline"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Asks the address; returns the exit status and the only line that was printed, wherever it was printed.
fn healthcheck(listen: &str, words: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let Output { status, stdout, stderr } =
        quietline(folder.path()).arg("healthcheck").args(["--listen", listen]).args(words).output().unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "a health check left something behind");
    let wanted = if status.success() || words.contains(&"--json") { &stdout } else { &stderr };
    let text = String::from_utf8(wanted.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    (status.code(), text.trim_end().to_owned())
}

fn object(listen: &str) -> (Option<i32>, Value) {
    let (status, line) = healthcheck(listen, &["--json"]);
    (status, serde_json::from_str(&line).unwrap())
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that listens there, and the port that it took.
fn serve(folder: &Path, listen: &str) -> (Serving, String) {
    let mut child = quietline(folder).args(["--listen", listen]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end_matches(['/', '\n']).rsplit(':').next().unwrap().to_owned();
    (Serving(child), port)
}

/// Answers every request for `/readyz` with one status line, and every other with another; an empty one is silence.
fn answering(healthz: &'static str, readyz: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut silent = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            BufReader::new(&mut stream).read_line(&mut request).unwrap();
            match if request.contains("/readyz") { readyz } else { healthz } {
                "" => silent.push(stream),
                status => drop(write!(stream, "{status}\r\ncontent-length: 0\r\n\r\n")),
            }
        }
    });
    address
}

#[test]
fn a_server_that_serves_is_healthy_and_ready() {
    let folder = tempfile::tempdir().unwrap();
    for (listen, asked) in [("127.0.0.1:0", "127.0.0.1"), ("0.0.0.0:0", "0.0.0.0")] {
        let (_serving, port) = serve(folder.path(), listen);
        let (status, sentence) = healthcheck(&format!("{asked}:{port}"), &[]);
        assert_eq!((status, sentence), (Some(0), format!("the server at 127.0.0.1:{port} is healthy and ready")));
        assert_eq!(object(&format!("{asked}:{port}")), (Some(0), json!({ "healthy": true, "ready": true })));
    }
}

#[test]
fn a_server_that_is_gone_is_not_healthy() {
    let folder = tempfile::tempdir().unwrap();
    let (serving, port) = serve(folder.path(), "127.0.0.1:0");
    drop(serving);
    let (status, sentence) = healthcheck(&format!("127.0.0.1:{port}"), &[]);
    assert_eq!(status, Some(1));
    assert!(sentence.contains(&format!("the server at 127.0.0.1:{port} is not healthy: /healthz")), "{sentence}");
    let (status, object) = object(&format!("127.0.0.1:{port}"));
    assert_eq!((status, &object["healthy"], &object["ready"]), (Some(1), &json!(false), &json!(false)));
}

#[test]
fn a_server_whose_database_is_away_is_healthy_so_that_nobody_restarts_it() {
    for readyz in ["HTTP/1.1 503 Service Unavailable", ""] {
        let address = answering("HTTP/1.1 200 OK", readyz);
        let (status, sentence) = healthcheck(&address, &[]);
        assert_eq!(status, Some(0));
        assert!(sentence.contains("is healthy, but not ready: /readyz"), "{sentence}");
        let (status, object) = object(&address);
        assert_eq!((status, &object["healthy"], &object["ready"]), (Some(0), &json!(true), &json!(false)));
    }
}

#[test]
fn whatever_else_answers_is_not_healthy() {
    for (healthz, why) in [
        ("", "not answered within 3 s"),
        ("HTTP/1.1 404 Not Found", "another program's port"),
        ("HTTP/1.1 503 Service Unavailable", "answers 503"),
        ("SSH-2.0-OpenSSH_9.2 200", "another program's port"),
    ] {
        let (status, sentence) = healthcheck(&answering(healthz, "HTTP/1.1 200 OK"), &[]);
        assert_eq!(status, Some(1));
        assert!(sentence.contains(why), "{sentence}");
    }
}

#[test]
fn a_port_that_nobody_knows_is_not_asked() {
    let (status, sentence) = healthcheck("127.0.0.1:0", &[]);
    assert_eq!(status, Some(1));
    assert!(sentence.contains("--listen"), "{sentence}");
}
