//! The built program itself, in a process of its own: started, asked over HTTP, stopped, killed.
//!
//! What it prints and what it logs are kept apart, because only the first may hold the link of the first account. It
//! knows nothing of what is said to the program.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{PATIENCE, Person};

/// What is no test, such as the portal by hand, has none.
const PROGRAM: Option<&str> = option_env!("CARGO_BIN_EXE_quietline");

/// The program in this folder, with no settings but those that are given.
pub fn quietline(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM.expect("Cargo builds it for tests"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

pub struct Program {
    child: Child,
    /// Where its pages are.
    pub address: String,
    /// Where its figures are.
    pub figures: Option<String>,
    /// What the link of the first account carries.
    pub first: Option<String>,
    /// What it has printed, apart from that link.
    pub printed: String,
    said: BufReader<ChildStdout>,
    log: Option<JoinHandle<String>>,
}

impl Program {
    /// Any free port, data in this folder. Returns once it has said where it is.
    pub fn start(folder: &Path, flags: &[&str]) -> Self {
        let mut command = quietline(folder);
        command.args(["--listen", "127.0.0.1:0"]).args(flags);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut stderr = child.stderr.take().expect("is piped");
        let log = thread::spawn(move || {
            let mut log = Vec::new();
            stderr.read_to_end(&mut log).expect("a log");
            String::from_utf8_lossy(&log).into_owned()
        });
        let mut said = BufReader::new(child.stdout.take().expect("is piped"));
        let mut all = String::new();
        said.read_line(&mut all).expect("says where it is");
        // It says everything at once.
        let rest = said.buffer().to_vec();
        said.consume(rest.len());
        all += &String::from_utf8(rest).expect("text");
        let find = |label: &str| all.lines().find_map(|line| Some(line.strip_prefix(label)?.trim().to_owned()));
        let bare =
            |url: String| url.trim_start_matches("http://").trim_end_matches("/metrics").trim_matches('/').into();
        let address = find("Students:").map(bare).unwrap_or_default();
        let first = find("First account:").and_then(|link| Some(link.split_once("#first=")?.1.to_owned()));
        let printed = all.lines().filter(|line| !line.starts_with("First account:")).collect::<Vec<_>>().join("\n");
        Self { child, address, figures: find("Figures:").map(bare), first, printed, said, log: Some(log) }
    }

    /// `kill -9`: whatever it had logged until then.
    pub fn kill(&mut self) -> String {
        self.child.kill().expect("is killed");
        self.end()
    }

    /// SIGTERM: its whole log.
    pub fn stop(&mut self) -> String {
        Command::new("kill").arg(self.child.id().to_string()).status().expect("is told");
        self.end()
    }

    fn end(&mut self) -> String {
        self.child.wait().expect("ends");
        let mut more = String::new();
        self.said.read_to_string(&mut more).expect("text");
        assert_eq!(more, "", "nothing is printed after the start");
        self.log.take().expect("runs").join().expect("a log")
    }

    /// What whoever watches it sees.
    pub fn shown_figures(&self) -> String {
        let address = self.figures.as_ref().expect("shows figures");
        let answer = ask(address, b"GET /metrics HTTP/1.1\r\nHost: figures\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    /// A request of one of its own pages: status, cookie and body.
    pub fn post(&self, path: &str, body: &Value, more: &str) -> Answer {
        let (address, body) = (&self.address, body.to_string());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n{more}\r\n",
            body.len()
        );
        Answer::read(&ask(address, format!("{head}{body}").as_bytes()))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Answer {
    pub status: u16,
    /// The value of the session's cookie.
    pub cookie: Option<String>,
}

impl Answer {
    fn read(answer: &str) -> Self {
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: quietline="));
        Self { status, cookie: cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned) }
    }
}

impl Person {
    /// The next frame of this kind, or nothing when the socket ends before it.
    pub async fn hears_or_ends(&mut self, kind: &str) -> Option<Value> {
        let hearing = async {
            while let Some(Ok(message)) = self.hears_anything().await {
                let Message::Text(text) = message else { continue };
                self.heard.push(text.to_string());
                let frame: Value = serde_json::from_str(&text).expect("is JSON");
                if frame["type"] == kind {
                    return Some(frame);
                }
            }
            None
        };
        timeout(PATIENCE, hearing).await.expect("hears something in time")
    }
}

/// Some bytes on a connection of their own, and everything that is answered until it closes.
pub fn ask(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    // Whoever refuses early may close before everything is written.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A WebSocket by hand, with a small window, that enters a room and reads no more.
pub fn deaf_page(address: &str, key: &str) -> TcpStream {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(8 * 1024).expect("a size");
    socket.connect(&address.parse::<SocketAddr>().expect("an address").into()).expect("connects");
    let mut page = TcpStream::from(socket);
    page.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let handshake = format!(
        "GET /ws/student HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    let hello = json!({"type": "hello", "key": key}).to_string();
    let mut frame = vec![0x81, 0x80 | u8::try_from(hello.len()).expect("is short"), 0, 0, 0, 0];
    frame.extend_from_slice(hello.as_bytes());
    page.write_all(&[handshake.as_bytes(), &frame].concat()).expect("writes");
    page
}
