//! A portal on a random port with a clock moved by hand, and the people who use it over real sockets.
//!
//! People are clients of their own make (tokio-tungstenite), so a mistake of the server's library is not repeated
//! here. `hears` waits for the next frame of a kind, never for a duration; everything heard is kept, so that a test can
//! say what was never heard.

#![allow(dead_code)]

pub mod cluster;
pub mod crowd;
pub mod database;
pub mod outbox;
pub mod page;
pub mod program;
pub mod proxy;
pub mod way;

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix::{Actor, Handler};
use database::Database;
use futures_util::{SinkExt, StreamExt};
use quietline::{
    Parts,
    actors::{Ear, EarId, Heard},
    auth::Staff,
    clock::Clock,
    config::Settings,
    private::{Credential, Nickname},
    store::{self, NewAccount, StaffRole},
};
use quietline_domain::{AccountId, Span, Time};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

/// Far longer than anything takes; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Portal {
    pub address: String,
    pub clock: Clock,
    pub parts: Parts,
    pub folder: Arc<tempfile::TempDir>,
    pub database: Database,
    stop: Option<oneshot::Sender<()>>,
    stopped: Option<oneshot::Receiver<()>>,
}

impl Portal {
    /// A portal in which nobody seems absent, however the clock is moved: most stories are not about that.
    pub async fn open() -> Self {
        Self::with(patient()).await
    }

    pub async fn with(settings: Settings) -> Self {
        Self::on(Database::of_stories().await, settings, Clock::by_hand(Time(1_000_000))).await
    }

    /// On this database, as a server of its own.
    pub async fn on(database: Database, settings: Settings, clock: Clock) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        Self::in_folder(settings, folder, database, clock).await
    }

    async fn in_folder(settings: Settings, folder: Arc<tempfile::TempDir>, database: Database, clock: Clock) -> Self {
        let settings = Settings { slots: folder.path().join("slots"), ..settings };
        let store = store::serve(&database.address()).await.expect("a store");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let parts = Parts::start(settings, clock.clone(), store).await.expect("starts");
        let (stop, stopping) = oneshot::channel();
        let (say_stopped, stopped) = oneshot::channel();
        let serving = parts.clone();
        actix_web::rt::spawn(async move {
            let shutdown = async { drop(stopping.await) };
            quietline::serve(listener, serving, shutdown).await.expect("serves");
            let _ = say_stopped.send(());
        });
        Self { address, clock, parts, folder, database, stop: Some(stop), stopped: Some(stopped) }
    }

    /// With the system's clock, for limits that pass by themselves.
    pub async fn ticking(settings: Settings) -> Self {
        Self::on(Database::of_stories().await, settings, Clock::system()).await
    }

    /// Stops the server and starts another on the same data.
    pub async fn restart(self) -> Self {
        self.restart_after(0).await
    }

    /// Stops the server, lets time pass, and starts another on the same data.
    pub async fn restart_after(mut self, seconds: i64) -> Self {
        let settings = (*self.parts.settings).clone();
        drop(self.stop.take());
        let _ = self.stopped.take().expect("runs").await;
        self.seconds_pass(seconds);
        Self::in_folder(settings, self.folder.clone(), self.database.clone(), self.clock.clone()).await
    }

    pub fn seconds_pass(&self, seconds: i64) {
        self.clock.pass(Span::seconds(seconds).0);
    }

    /// A counsellor's account, its session, and a desk that is open.
    pub async fn counsellor(&self, name: &str) -> Person {
        let cookie = self.account(name).await;
        let mut desk = self.desk(&cookie).await;
        desk.tell(json!({"type": "hello", "rooms": []})).await;
        desk.hears("welcome").await;
        desk
    }

    /// A counsellor who is available.
    pub async fn available(&self, name: &str) -> Person {
        let mut desk = self.counsellor(name).await;
        desk.tell(json!({"type": "switch", "available": true})).await;
        while desk.hears("switched").await["available"] != json!(true) {}
        desk
    }

    /// Makes an account and returns its cookie.
    pub async fn account(&self, name: &str) -> String {
        let account = AccountId(Uuid::new_v4().as_u128());
        let nickname = Nickname::parse(name).expect("fits");
        let new = NewAccount {
            account,
            login: name.to_lowercase(),
            forms: self.parts.names.forms(&nickname),
            renamed_prefix: self.parts.settings.guest_prefix.clone(),
            nickname,
            role: StaffRole::Counsellor,
            password_hash: Staff::new().hash_password("correct horse battery".to_owned()).await.expect("hashes"),
            now: Time(0),
        };
        let store = &self.parts.store;
        store.add_account(new).await.expect("writes").expect("is new");
        let session = Credential::random().expect("random");
        store.add_session(session.digest(), account, Time(i64::MAX)).await.expect("writes");
        session.expose()
    }

    pub async fn desk(&self, cookie: &str) -> Person {
        Person::connect(&self.address, "/ws/desk", Some(cookie)).await
    }

    /// A visitor's page, connected and silent.
    pub async fn visitor(&self) -> Person {
        Person::connect(&self.address, "/ws/student", None).await
    }

    /// A visitor's page in a browser that holds a staff cookie.
    pub async fn student_page_of(&self, cookie: &str) -> Person {
        Person::connect(&self.address, "/ws/student", Some(cookie)).await
    }

    /// A student in a room, waiting.
    pub async fn student(&self) -> Person {
        let mut student = self.visitor().await;
        student.joins(&new_key()).await;
        student
    }

    /// A student and the counsellor who has taken them; neither has said anything.
    pub async fn two_people(&self) -> (Person, Person) {
        let mut asha = self.available("Asha").await;
        let student = self.student().await;
        asha.takes().await;
        (asha, student)
    }

    /// A student's page that returns with its key.
    pub async fn returns(&self, key: &str) -> Person {
        let mut student = self.visitor().await;
        student.key = key.to_owned();
        student.tell(json!({"type": "hello", "key": key})).await;
        student
    }
}

/// Settings under which nobody is missed for a month.
pub fn patient() -> Settings {
    let month = Span::seconds(30 * 86_400);
    let (notice, release, absence) = (month, Span(month.0 + 1), month);
    Settings { notice, release, absence, away_student: month, away_counsellor: month, ..Settings::default() }
}

pub fn new_key() -> String {
    Credential::random().expect("random").expose()
}

/// A page below the edge, as an actor sees it: it always listens, and passes on what it hears.
pub fn listening_ear() -> (Ear, mpsc::UnboundedReceiver<Heard>) {
    let (heard, hears) = mpsc::unbounded_channel();
    let to = Listener(heard).start().recipient();
    (Ear { id: EarId::next(), to, unread: Arc::default(), cut: Arc::new(|| ()) }, hears)
}

struct Listener(mpsc::UnboundedSender<Heard>);

impl Actor for Listener {
    type Context = actix::Context<Self>;
}

impl Handler<Heard> for Listener {
    type Result = ();

    fn handle(&mut self, heard: Heard, _: &mut Self::Context) {
        let _ = self.0.send(heard);
    }
}

/// What a browser says beside what all browsers say.
pub type Header = (&'static str, String);

pub struct Person {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every frame, as it came.
    pub heard: Vec<String>,
    pub key: String,
    pub room: String,
    pub cookie: String,
}

impl Person {
    pub async fn connect(address: &str, path: &str, cookie: Option<&str>) -> Self {
        Self::connect_saying(address, path, cookie, &[]).await
    }

    /// With headers beside those that every browser sends.
    pub async fn connect_saying(address: &str, path: &str, cookie: Option<&str>, more: &[Header]) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(&format!("http://{address}")).expect("a header"));
        if let Some(cookie) = cookie {
            headers.insert("cookie", HeaderValue::from_str(&format!("quietline={cookie}")).expect("a header"));
        }
        for (name, value) in more {
            headers.insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        let (socket, _) = connect_async(request).await.expect("connects");
        let cookie = cookie.unwrap_or_default().to_owned();
        Self { socket, heard: Vec::new(), key: String::new(), room: String::new(), cookie }
    }

    /// A beat from the room last entered (U6).
    pub async fn beats(&mut self) {
        let beat = match self.cookie.is_empty() {
            true => json!({"type": "beat", "room": self.room}),
            false => json!({"type": "beat", "rooms": [self.room]}),
        };
        self.tell(beat).await;
    }

    pub async fn joins(&mut self, key: &str) {
        self.tell(json!({"type": "hello"})).await;
        self.tell(json!({"type": "join", "key": key})).await;
        self.key = key.to_owned();
        self.enters().await;
    }

    /// Waits for the room and what of it is shown.
    pub async fn enters(&mut self) -> (Value, Vec<Value>) {
        let room = self.hears("room").await;
        self.room = room["room"].as_str().expect("an id").to_owned();
        let lines = self.hears("lines").await;
        (room, lines["lines"].as_array().expect("lines").clone())
    }

    /// *Give me a student*, and the room that was given.
    pub async fn takes(&mut self) -> (Value, Vec<Value>) {
        self.tell(json!({"type": "take", "claim": Uuid::new_v4()})).await;
        self.hears("taken").await;
        self.enters().await
    }

    /// Presses, and returns the room or the reason there is none.
    pub async fn presses(&mut self, claim: Uuid) -> Result<String, String> {
        self.tell(json!({"type": "take", "claim": claim})).await;
        loop {
            let answer = self.next().await;
            match answer["type"].as_str() {
                Some("taken") => return Ok(answer["room"].as_str().expect("an id").to_owned()),
                Some("refused") => return Err(answer["reason"].as_str().expect("a reason").to_owned()),
                _ => {}
            }
        }
    }

    /// Says a line in the room last entered, and waits until it is durable.
    pub async fn says(&mut self, text: &str) -> u64 {
        let cid = Uuid::new_v4();
        self.sends(cid, text).await;
        loop {
            let line = self.hears("line").await;
            if line["cid"] == json!(cid) {
                return line["seq"].as_u64().expect("a seq");
            }
        }
    }

    pub async fn sends(&mut self, cid: Uuid, text: &str) {
        let body = json!({"suite": 0, "text": text});
        self.tells_room(json!({"type": "say", "cid": cid, "body": body})).await;
    }

    /// Adds the room where this person's page must name it.
    pub async fn tells_room(&mut self, mut what: Value) {
        if !self.cookie.is_empty() {
            what["room"] = json!(self.room);
        }
        self.tell(what).await;
    }

    pub async fn tell(&mut self, what: Value) {
        self.send(Message::text(what.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.expect("sends");
    }

    /// The next frame of this kind; others are kept in `heard`.
    pub async fn hears(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    pub async fn next(&mut self) -> Value {
        // Pings do not count as hearing something.
        timeout(PATIENCE, self.next_frame()).await.expect("hears something in time")
    }

    async fn next_frame(&mut self) -> Value {
        loop {
            match self.socket.next().await.expect("is open").expect("is well-formed") {
                Message::Text(text) => {
                    self.heard.push(text.to_string());
                    return serde_json::from_str(&text).expect("is JSON");
                }
                Message::Close(reason) => panic!("closed: {reason:?}, after {:?}", self.heard),
                _ => {}
            }
        }
    }

    /// Reads until so many pings have been answered.
    pub async fn is_pinged(&mut self, times: usize) {
        let mut pings = 0;
        while pings < times {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("is pinged in time");
            match message.expect("is open").expect("is well-formed") {
                Message::Ping(_) => pings += 1,
                Message::Text(text) => self.heard.push(text.to_string()),
                _ => {}
            }
        }
    }

    /// The code with which the server closes.
    pub async fn is_closed_with(&mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("is closed in time") {
                Some(Ok(Message::Close(Some(reason)))) => return reason.code.into(),
                Some(Ok(Message::Text(text))) => self.heard.push(text.to_string()),
                Some(Ok(_)) => {}
                other => panic!("closed without a code: {other:?}"),
            }
        }
    }

    pub fn heard_text(&self, text: &str) -> bool {
        self.heard.iter().any(|frame| frame.contains(text))
    }
}

/// The texts of these lines, in order.
pub fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["body"]["text"].as_str().expect("text")).collect()
}
