//! A day of the portal: the program, everybody who comes to it, and a mark in everything that they bring.
//!
//! Whoever comes has an address of their own, as a proxy tells it, and a browser of their own. It knows how people get
//! in; what they do all day is told in tests/log.rs.

use quietline_domain::Role;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use super::search::Marks;
use crate::common::{
    Person, new_key,
    program::{Program, ask, quietline},
};

/// The log says as much as it can, and believes the proxy that tells everybody's address.
const ALWAYS: [&str; 6] = ["--log", "trace", "--trusted-proxies", "127.0.0.1", "--metrics-listen", "127.0.0.1:0"];

pub struct Day {
    pub folder: TempDir,
    pub marks: Marks,
    pub program: Program,
    /// What was logged by those of the day's programs that have ended.
    pub log: String,
    /// What the programs printed, the links of first accounts apart.
    pub printed: String,
    /// What was shown to whoever watches.
    pub figures: String,
    format: &'static str,
    came: u8,
}

pub struct Account {
    pub login: String,
    pub nickname: String,
    password: String,
    pub cookie: String,
}

impl Day {
    pub fn begin(format: &'static str, settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let program = Program::start(folder.path(), &[&ALWAYS[..], &["--log-format", format], settings].concat());
        let [log, printed, figures] = [const { String::new() }; 3];
        let marks = Marks::default();
        let mut day = Self { folder, marks, program, log, printed, figures, format, came: 0 };
        day.looks_around();
        day
    }

    /// A kill, and another start with other settings on the same data.
    pub fn is_killed_and_starts(&mut self, settings: &[&str]) {
        self.figures += &self.program.shown_figures();
        let flags = [&ALWAYS[..], &["--log-format", self.format], settings].concat();
        self.log += &self.program.kill();
        self.program = Program::start(self.folder.path(), &flags);
        self.looks_around();
    }

    /// SIGTERM: the end of the day.
    pub fn ends(&mut self) {
        self.figures += &self.program.shown_figures();
        self.log += &self.program.stop();
    }

    fn looks_around(&mut self) {
        self.printed += &format!("{}\n", self.program.printed);
        self.marks.listening.insert(self.program.address.clone());
        self.marks.listening.extend(self.program.figures.clone());
        if let Some(first) = self.program.first.clone() {
            self.marks.credential(&first);
        }
    }

    /// What a browser and its proxy say of whoever comes.
    fn headers(&mut self) -> Vec<(&'static str, String)> {
        self.came += 1;
        let address = match self.came % 2 {
            0 => format!("203.0.{}.7", self.came),
            _ => format!("2001:db8:{:x}::7", self.came),
        };
        vec![
            ("x-forwarded-for", address),
            ("user-agent", self.marks.word("agent")),
            ("x-own", self.marks.word("header")),
        ]
    }

    fn header_lines(&mut self) -> String {
        self.headers().into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
    }

    pub async fn visitor(&mut self) -> Person {
        let headers = self.headers();
        Person::connect_saying(&self.program.address, "/ws/student", None, &headers).await
    }

    /// A visitor who joins under a marked name, and what they hear first.
    pub async fn student(&mut self) -> Person {
        let mut student = self.visitor().await;
        let (key, nickname) = (self.marks.credential(&new_key()), self.marks.word("nickname"));
        student.tell(json!({"type": "hello"})).await;
        student.tell(json!({"type": "join", "key": key, "nickname": nickname})).await;
        student.key = key;
        student.enters().await;
        self.marks.rooms.insert(student.room.parse().expect("an id"));
        student
    }

    /// The page of a key, as after a reload.
    pub async fn returns(&mut self, key: &str) -> Person {
        let mut student = self.visitor().await;
        student.key = key.to_owned();
        student.tell(json!({"type": "hello", "key": key})).await;
        student
    }

    /// The same, as often as it is asked to try again, and in its room.
    pub async fn comes_back(&mut self, key: &str) -> Person {
        loop {
            let mut student = self.returns(key).await;
            if let Some(room) = student.hears_or_ends("room").await {
                student.room = room["room"].as_str().expect("an id").to_owned();
                return student;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    }

    pub async fn desk(&mut self, account: &Account) -> Person {
        let headers = self.headers();
        let mut desk = Person::connect_saying(&self.program.address, "/ws/desk", Some(&account.cookie), &headers).await;
        desk.tell(json!({"type": "hello", "rooms": []})).await;
        desk.hears("welcome").await;
        desk
    }

    pub async fn available_desk(&mut self, account: &Account) -> Person {
        let mut desk = self.desk(account).await;
        desk.tell(json!({"type": "switch", "available": true})).await;
        while desk.hears("switched").await["available"] != json!(true) {}
        desk
    }

    /// Gives the one who waits longest to this desk.
    pub async fn takes(&mut self, desk: &mut Person) {
        // Whoever has just come may not stand in the queue yet: then one presses again.
        while let Err(reason) = desk.presses(self.marks.cid()).await {
            assert!(reason.starts_with("nobody_"), "{reason}");
        }
        desk.enters().await;
    }

    /// A marked line, kept.
    pub async fn says(&mut self, person: &mut Person) {
        let (cid, text) = (self.marks.cid(), self.marks.word("line"));
        person.sends(cid, &text).await;
        while person.hears("line").await["cid"] != json!(cid) {}
    }

    pub async fn talk(&mut self, student: &mut Person, desk: &mut Person) {
        for role in [Role::Student, Role::Counsellor].repeat(5) {
            let person = if role == Role::Student { &mut *student } else { &mut *desk };
            person.tells_room(json!({"type": "typing"})).await;
            self.says(person).await;
        }
    }

    pub fn post(&mut self, path: &str, body: &Value) -> (u16, String) {
        let headers = self.header_lines();
        let answer = self.program.post(path, body, &headers);
        let cookie = answer.cookie.map(|cookie| self.marks.credential(&cookie));
        (answer.status, cookie.unwrap_or_default())
    }

    fn new_account(&mut self) -> Account {
        let mut word = |kind| self.marks.word(kind);
        Account { login: word("login"), nickname: word("staff"), password: word("password"), cookie: String::new() }
    }

    pub fn first_account(&mut self) -> Account {
        let account = self.new_account();
        let token = self.program.first.clone().expect("nobody was here");
        let Account { login, nickname, password, .. } = &account;
        let mut asked = json!({"token": new_key(), "login": login, "nickname": nickname, "password": password});
        assert_eq!(self.post("/api/first-account", &asked).0, 403);
        asked["token"] = json!(token);
        let (status, cookie) = self.post("/api/first-account", &asked);
        assert_eq!(status, 200);
        Account { cookie, ..account }
    }

    /// Made beside the running server, and signed in.
    pub fn another_account(&mut self) -> Account {
        let account = self.new_account();
        let secret = self.folder.path().join("password.txt");
        std::fs::write(&secret, &account.password).expect("writes");
        let mut adding = quietline(self.folder.path());
        adding.args(["account", "add", &account.login, "--nickname", &account.nickname, "--password-stdin"]);
        let made = adding.stdin(std::fs::File::open(&secret).expect("reads")).output().expect("runs");
        assert!(made.status.success(), "{made:?}");
        self.log += &String::from_utf8(made.stderr).expect("text");
        let (status, cookie) = self.signs_in(&account.login.clone(), &account.password.clone());
        assert_eq!(status, 200);
        Account { cookie, ..account }
    }

    pub fn signs_in(&mut self, login: &str, password: &str) -> (u16, String) {
        self.post("/api/sign-in", &json!({"login": login, "password": password}))
    }

    /// A verb at a terminal beside the server.
    pub fn runs(&mut self, words: &[&str]) {
        let done = quietline(self.folder.path()).args(words).output().expect("runs");
        assert!(done.status.success(), "{done:?}");
        self.log += &String::from_utf8(done.stderr).expect("text");
    }

    /// Requests that no page makes: marks in every part, and parts that are not HTTP.
    pub fn is_asked_nonsense(&mut self) {
        let host = self.program.address.clone();
        let more = self.header_lines();
        let mut word = |kind| self.marks.word(kind);
        let [path, query, cookie, basic, referrer, body] =
            [word("path"), word("query"), word("cookie"), word("basic"), word("referrer"), word("body")];
        let head = format!(
            "Host: {host}\r\nConnection: close\r\nCookie: quietline={cookie}\r\nAuthorization: Basic {basic}\r\n\
             Referer: http://{referrer}.example/\r\n{more}"
        );
        let mail = format!("{body}@example.org");
        for line in ["GET / ", "GET /readyz ", "HEAD /desk ", "PUT /api/me ", "GET /ws/student ", "BREW /assets/x "] {
            ask(&host, format!("{line}HTTP/1.1\r\n{head}\r\n").as_bytes());
        }
        for target in [format!("/{path}?{query}={mail}"), format!("/assets/{path}%00%ff?{query}"), format!("*{path}")] {
            ask(&host, format!("GET {target} HTTP/1.1\r\n{head}\r\n").as_bytes());
        }
        for origin in [format!("http://{host}"), format!("https://{referrer}.example"), "null".into()] {
            let head = format!("{head}Origin: {origin}\r\nContent-Type: application/json\r\n");
            let leaving = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
            for path in ["/api/sign-in", "/api/leave", "/api/first-account", "/api/sign-out"] {
                ask(&host, format!("POST {path} HTTP/1.1\r\n{leaving}").as_bytes());
            }
            let large = format!("{{\"login\":\"{}\"}}", body.repeat(1_000));
            let large = format!("{head}Content-Length: {}\r\n\r\n{large}", large.len());
            ask(&host, format!("POST /api/sign-in HTTP/1.1\r\n{large}").as_bytes());
            ask(
                &host,
                format!("POST /api/leave HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\nzz{body}").as_bytes(),
            );
        }
        let upgrade =
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n";
        ask(
            &host,
            format!("GET /ws/desk HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{upgrade}\r\n").as_bytes(),
        );
        for bytes in [
            format!("{body}\r\n\r\n").into_bytes(),
            format!("GET /{path} HTTP/9.9\r\n{body}\r\n\r\n").into_bytes(),
            format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{body}").into_bytes(),
            [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), body.as_bytes()].concat(),
            format!("GET / HTTP/1.1\r\n{}: x\r\n\r\n", body.repeat(10_000)).into_bytes(),
        ] {
            ask(&host, &bytes);
            ask(self.program.figures.as_deref().expect("shows figures"), &bytes);
        }
    }

    /// The id of an account, as desks name it.
    pub async fn colleague(desk: &mut Person, nickname: &str) -> Uuid {
        loop {
            let told = desk.hears("colleagues").await;
            let all = told["available"].as_array().expect("a list");
            if let Some(found) = all.iter().find(|one| one["nickname"] == nickname) {
                return found["id"].as_str().expect("an id").parse().expect("an id");
            }
        }
    }
}
