//! A person at a page, over a real socket: what they say, and what they hear.
//!
//! A client of its own make (tokio-tungstenite), so a mistake of the server's library is not repeated here. `hears` waits
//! for the next frame of a kind, never for a duration; everything heard is kept, so that a test can say what was never
//! heard.

use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};
use uuid::Uuid;

use super::{
    PATIENCE,
    reading::{self, Ends, Socket},
    sealed::{envelope, offer},
};

/// What a browser says beside what all browsers say.
pub type Header = (&'static str, String);

pub struct Person {
    ends: Ends,
    /// How many secrets this desk will have been handed once it can talk in every room that it has taken.
    keys: u64,
    /// Every frame, opened.
    pub heard: Vec<String>,
    pub key: String,
    pub room: String,
    pub cookie: String,
}

impl Person {
    pub async fn connect(address: &str, path: &str, cookie: Option<&str>) -> Self {
        Self::connect_saying(address, path, cookie, &[]).await
    }

    /// A page that leaves keys to the person: nothing is answered, opened or left out.
    pub async fn connect_plainly(address: &str, path: &str, cookie: Option<&str>) -> Self {
        let socket = open(address, path, cookie, &[]).await;
        Self::over(reading::read_plainly(socket), cookie)
    }

    /// With headers beside those that every browser sends.
    pub async fn connect_saying(address: &str, path: &str, cookie: Option<&str>, more: &[Header]) -> Self {
        let socket = open(address, path, cookie, more).await;
        Self::over(reading::read(socket), cookie)
    }

    fn over(ends: Ends, cookie: Option<&str>) -> Self {
        let cookie = cookie.unwrap_or_default().to_owned();
        Self { ends, keys: 0, heard: Vec::new(), key: String::new(), room: String::new(), cookie }
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

    /// Waits for the room and what of it is shown, and for the key of one that was taken.
    pub async fn enters(&mut self) -> (Value, Vec<Value>) {
        let room = self.hears("room").await;
        self.room = room["room"].as_str().expect("an id").to_owned();
        let lines = self.hears("lines").await;
        let keys = self.keys;
        timeout(PATIENCE, self.ends.handed.wait_for(|&handed| keys <= handed))
            .await
            .expect("in time")
            .expect("is open");
        (room, lines["lines"].as_array().expect("lines").clone())
    }

    /// *Give me a student*, and the room that was given.
    pub async fn takes(&mut self) -> (Value, Vec<Value>) {
        self.tell(json!({"type": "take", "claim": Uuid::new_v4()})).await;
        self.hears("taken").await;
        self.keys += 1;
        self.enters().await
    }

    /// Presses, and returns the room or the reason there is none.
    pub async fn presses(&mut self, claim: Uuid) -> Result<String, String> {
        self.tell(json!({"type": "take", "claim": claim})).await;
        loop {
            let answer = self.next().await;
            match answer["type"].as_str() {
                Some("taken") => {
                    self.keys += 1;
                    return Ok(answer["room"].as_str().expect("an id").to_owned());
                }
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
        let body = envelope(text, self.key_epoch());
        self.tells_room(json!({"type": "say", "cid": cid, "body": body})).await;
    }

    /// What is sealed in the room last entered is sealed with this.
    pub fn key_epoch(&self) -> u64 {
        self.ends.key_epochs.lock().expect("whole").get(&self.room).copied().unwrap_or(1)
    }

    /// Adds the room where this person's page must name it.
    pub async fn tells_room(&mut self, mut what: Value) {
        if !self.cookie.is_empty() {
            what["room"] = json!(self.room);
        }
        self.tell(what).await;
    }

    /// Says this; whoever accepts a room asks for its key.
    pub async fn tell(&mut self, mut what: Value) {
        if what["type"] == "accept" && what.get("offer").is_none() {
            what["offer"] = offer(2);
        }
        self.send(Message::text(what.to_string())).await;
    }

    pub async fn send(&mut self, message: Message) {
        let (sent, is_sent) = oneshot::channel();
        self.ends.says.send((message, sent)).expect("the page is there");
        is_sent.await.expect("sends");
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
            match self.ends.hears.recv().await.expect("is open").expect("is well-formed") {
                Message::Text(text) => {
                    self.heard.push(text.to_string());
                    return serde_json::from_str(&text).expect("is JSON");
                }
                Message::Close(reason) => panic!("closed: {reason:?}, after {:?}", self.heard),
                _ => {}
            }
        }
    }

    /// Whatever comes next, as long as the page is open.
    pub async fn hears_anything(&mut self) -> Option<Result<Message, Error>> {
        self.ends.hears.recv().await
    }

    /// Reads until so many pings have been answered.
    pub async fn is_pinged(&mut self, times: usize) {
        let mut pings = 0;
        while pings < times {
            let message = timeout(PATIENCE, self.ends.hears.recv()).await.expect("is pinged in time");
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
            match timeout(PATIENCE, self.ends.hears.recv()).await.expect("is closed in time") {
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

async fn open(address: &str, path: &str, cookie: Option<&str>, more: &[Header]) -> Socket {
    let mut request = format!("ws://{address}{path}").into_client_request().expect("a request");
    let headers = request.headers_mut();
    headers.insert("origin", HeaderValue::from_str(&format!("http://{address}")).expect("a header"));
    if let Some(cookie) = cookie {
        headers.insert("cookie", HeaderValue::from_str(&format!("quietline={cookie}")).expect("a header"));
    }
    for (name, value) in more {
        headers.insert(*name, HeaderValue::from_str(value).expect("a header"));
    }
    connect_async(request).await.expect("connects").0
}

/// The texts of these lines, in order.
pub fn texts(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["body"]["text"].as_str().expect("text")).collect()
}
