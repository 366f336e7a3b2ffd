//! A page that delivers as the real one does: an outbox in order, one line unanswered at a time, `since`, coming back,
//! and no line of a desk before it was handed the key.
//!
//! It is the rules of web/src/{conversation,talk,socket}.ts written a second time, for a student and for a desk with
//! several rooms, so that they meet the server at full speed and in bad weather. Frames and fields it does not know
//! pass it by. It judges nothing: what it shows can be looked at, and waited for.

use std::{collections::BTreeMap, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{
    outbox::{Heard, Talk},
    proxy::Dice,
    sealed::{answer, offer},
    way::{Patience, Seat, Socket, Way, open, open_twin},
};

const BEAT: Duration = Duration::from_secs(5);

const SUPERSEDED: u16 = 4001;

/// What the page shows.
#[derive(Default)]
pub struct Shown {
    /// By room; a student's page has at most one.
    pub rooms: BTreeMap<String, Talk>,
    /// How many sockets have greeted and were answered.
    pub arrivals: u64,
    pub is_up: bool,
    /// What the portal said last of the rooms this desk holds.
    pub held: Vec<String>,
    /// Each press and all its answers: the room, or the reason there is none.
    pub presses: BTreeMap<Uuid, Vec<Result<String, String>>>,
    /// How many are before this student.
    pub ahead: Option<u64>,
    /// Counts what a desk was told of the queue.
    pub queue_news: u64,
    /// What may never happen: a key that opens nothing, a room that has ended.
    pub gone: u64,
}

/// A page that runs until this is dropped.
pub struct Page {
    orders: mpsc::UnboundedSender<Order>,
    shown: watch::Receiver<Shown>,
}

enum Order {
    Say { room: Option<String>, text: String },
    Press(Uuid),
    Available,
    Lose,
}

impl Page {
    pub fn open(seat: Seat, way: Way, dice: Dice) -> Self {
        let (orders, ordered) = mpsc::unbounded_channel();
        let (show, shown) = watch::channel(Shown::default());
        let life = Life { seat, way, dice, ordered, show, failures: 0, claim: None, wants_available: false };
        tokio::spawn(life.live());
        Self { orders, shown }
    }

    /// Writes a line; a desk names the room.
    pub fn say(&self, room: Option<&str>, text: String) {
        self.order(Order::Say { room: room.map(str::to_owned), text });
    }

    /// *Give me a student*. Unanswered, it is pressed again under the same claim on the next socket.
    pub fn press(&self, claim: Uuid) {
        self.order(Order::Press(claim));
    }

    pub fn switch_on(&self) {
        self.order(Order::Available);
    }

    /// The connection is gone at once; the page comes back by itself.
    pub fn lose_connection(&self) {
        self.order(Order::Lose);
    }

    pub fn look<T>(&self, at: impl FnOnce(&Shown) -> T) -> T {
        at(&self.shown.borrow())
    }

    /// Waits until the page shows this; false when it does not in time.
    pub async fn shows(&self, within: Duration, what: impl FnMut(&Shown) -> bool) -> bool {
        let mut shown = self.shown.clone();
        timeout(within, shown.wait_for(what)).await.is_ok_and(|seen| seen.is_ok())
    }

    fn order(&self, order: Order) {
        // A page whose life has ended shows nothing new, which whoever waits for it notices.
        let _ = self.orders.send(order);
    }
}

struct Life {
    seat: Seat,
    way: Way,
    dice: Dice,
    ordered: mpsc::UnboundedReceiver<Order>,
    show: watch::Sender<Shown>,
    failures: u32,
    /// A press that was not answered.
    claim: Option<Uuid>,
    wants_available: bool,
}

/// Why a page is no longer on its socket.
#[derive(PartialEq, Eq)]
enum Left {
    /// To come back at once: something is missing.
    Gap,
    Lost,
    /// Nobody looks at the page any more.
    Closed,
}

impl Life {
    async fn live(mut self) {
        loop {
            let left = match self.connect().await {
                Some(socket) => self.stay(socket).await,
                None => Left::Lost,
            };
            self.show.send_modify(|shown| {
                shown.is_up = false;
                shown.rooms.values_mut().for_each(Talk::down);
            });
            if left == Left::Closed || (left == Left::Lost && self.back_off().await == Left::Closed) {
                return;
            }
        }
    }

    /// Full jitter below a ceiling that doubles. What is written meanwhile waits in its room.
    async fn back_off(&mut self) -> Left {
        let Patience { first, longest, .. } = self.way.patience;
        let ceiling = longest.min(first * 2_u32.saturating_pow(self.failures.min(16)));
        self.failures += 1;
        let until = Instant::now() + self.dice.part_of(ceiling);
        loop {
            match timeout_at(until, self.ordered.recv()).await {
                Ok(Some(order)) => drop(self.obey(order)),
                Ok(None) => return Left::Closed,
                Err(_) => return Left::Lost,
            }
        }
    }

    async fn connect(&mut self) -> Option<Socket> {
        let twins = self.way.patience.twins;
        if twins == 0 || !self.dice.one_in(twins) {
            return open(&self.seat, &self.way).await;
        }
        // The twin lives until this page's own socket is open and takes the seat from it.
        let oldest = self.oldest();
        let _twin = open_twin(&self.seat, &self.way, self.greeting(), oldest).await;
        open(&self.seat, &self.way).await
    }

    async fn stay(&mut self, mut socket: Socket) -> Left {
        self.failures = 0;
        let mut outgoing = self.greeting();
        let mut beat = Instant::now() + BEAT;
        loop {
            outgoing.extend(self.pump());
            for frame in outgoing.drain(..) {
                match timeout(self.way.patience.answer, socket.send(Message::text(frame.to_string()))).await {
                    Ok(Ok(())) => {}
                    _ => return Left::Lost,
                }
            }
            let now = Instant::now();
            if self.show.borrow().rooms.values().any(|talk| talk.is_unheard(now, self.way.patience.answer)) {
                return Left::Gap;
            }
            let next = self.alarm().unwrap_or(beat).min(beat);
            tokio::select! {
                order = self.ordered.recv() => match order {
                    None => return Left::Closed,
                    Some(Order::Lose) => return Left::Lost,
                    Some(order) => outgoing.extend(self.obey(order)),
                },
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => match self.hear(&text) {
                        Ok(frames) => outgoing.extend(frames),
                        Err(left) => return left,
                    },
                    // A person would press "continue here"; this one does so a moment later.
                    Some(Ok(Message::Close(Some(reason)))) if u16::from(reason.code) == SUPERSEDED => return Left::Lost,
                    // Pings are answered below this.
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return Left::Lost,
                },
                () = sleep_until(next) => {
                    if beat <= Instant::now() {
                        beat += BEAT;
                        outgoing.extend(self.beat());
                    }
                }
            }
        }
    }

    /// What is said on every new socket.
    fn greeting(&self) -> Vec<Value> {
        let shown = self.show.borrow();
        let known = |(room, talk): (&String, &Talk)| {
            talk.since().map(|since| json!({"room": room, "epoch": talk.epoch, "since": since}))
        };
        match &self.seat {
            Seat::Student(key) => match shown.rooms.values().next() {
                None => vec![json!({"type": "hello"}), json!({"type": "join", "key": key})],
                Some(talk) => vec![match talk.since() {
                    Some(since) => json!({"type": "hello", "key": key, "epoch": talk.epoch, "since": since}),
                    None => json!({"type": "hello", "key": key}),
                }],
            },
            Seat::Desk(_) => {
                let rooms: Vec<_> = shown.rooms.iter().filter_map(known).collect();
                vec![json!({"type": "hello", "rooms": rooms})]
            }
        }
    }

    /// Says that this page is there.
    fn beat(&self) -> Option<Value> {
        let shown = self.show.borrow();
        if shown.rooms.is_empty() {
            return None;
        }
        let rooms: Vec<_> = shown.rooms.keys().collect();
        Some(match &self.seat {
            Seat::Student(_) => json!({"type": "beat", "room": rooms[0]}),
            Seat::Desk(_) => json!({"type": "beat", "rooms": rooms}),
        })
    }

    /// What a person does; the frames that say so at once.
    fn obey(&mut self, order: Order) -> Vec<Value> {
        match order {
            Order::Say { room, text } => {
                let cid = Uuid::from_u64_pair(self.dice.next(), self.dice.next());
                self.show.send_modify(|shown| {
                    let talk = match &room {
                        Some(room) => shown.rooms.get_mut(room),
                        None => shown.rooms.values_mut().next(),
                    };
                    if let Some(talk) = talk {
                        talk.write(cid, text);
                    }
                });
                Vec::new()
            }
            Order::Press(claim) => {
                self.claim = Some(claim);
                vec![json!({"type": "take", "claim": claim})]
            }
            Order::Available => {
                self.wants_available = true;
                vec![json!({"type": "switch", "available": true})]
            }
            Order::Lose => Vec::new(),
        }
    }

    fn hear(&mut self, text: &str) -> Result<Vec<Value>, Left> {
        let Ok(frame) = serde_json::from_str::<Value>(text) else { return Err(Left::Lost) };
        let mut back = Vec::new();
        let Self { show, claim, wants_available, seat, .. } = self;
        let mine = if let Seat::Student(_) = seat { "student" } else { "counsellor" };
        let mut left = None;
        show.send_modify(|shown| match frame["type"].as_str().unwrap_or_default() {
            "welcome" => {
                (shown.is_up, shown.arrivals) = (true, shown.arrivals + 1);
                shown.held = frame["rooms"].as_array().into_iter().flatten().filter_map(text_of).collect();
                shown.gone += shown.rooms.keys().filter(|room| !shown.held.contains(room)).count() as u64;
                back.extend(claim.map(|claim| json!({"type": "take", "claim": claim})));
                back.extend(wants_available.then(|| json!({"type": "switch", "available": true})));
            }
            "switched" if frame["available"] == true => *wants_available = false,
            "queue" => shown.queue_news += 1,
            "place" => shown.ahead = frame["ahead"].as_u64(),
            "taken" => answered(shown, claim, &frame, Ok(text_of(&frame["room"]).unwrap_or_default())),
            "refused" if frame.get("claim").is_some() => {
                answered(shown, claim, &frame, Err(text_of(&frame["reason"]).unwrap_or_default()));
            }
            // Where joining is refused the page would be asked again by a person; here it comes back.
            "refused" if frame.get("cid").is_none() && frame.get("room").is_none() && mine == "student" => {
                left = Some(Left::Lost);
            }
            "room" => {
                if mine == "student" {
                    (shown.is_up, shown.arrivals) = (true, shown.arrivals + 1);
                    shown.ahead = frame["place"]["ahead"].as_u64();
                }
                let talk = shown.rooms.entry(text_of(&frame["room"]).unwrap_or_default()).or_default();
                talk.enter(&frame, mine);
                let lacks_key = !talk.may_seal();
                back.extend(lacks_key.then(|| json!({"type": "offer_key", "room": frame["room"], "offer": offer(1)})));
            }
            "key_offered" => back.push(answer(&frame)),
            // Its student was not there to hand over the key: it waits again.
            "moved" if frame["why"] == "no_key" => drop(shown.rooms.remove(frame["room"].as_str().unwrap_or_default())),
            "gone" | "ended" => shown.gone += 1,
            kind => {
                let room = frame["room"].as_str().map(str::to_owned);
                let talk = match &room {
                    Some(room) => shown.rooms.get_mut(room),
                    // A student's refusal names no room.
                    None => shown.rooms.values_mut().next(),
                };
                if talk.is_some_and(|talk| talk.hear(kind, &frame, mine) == Heard::Gap) {
                    left = Some(Left::Gap);
                }
            }
        });
        left.map_or(Ok(back), Err)
    }

    /// The oldest line of each room that was not answered, as it was said before.
    fn oldest(&self) -> Vec<Value> {
        let mut frames = Vec::new();
        self.show.send_if_modified(|shown| {
            let oldest = shown.rooms.iter_mut().filter_map(|(room, talk)| Some((room, talk.oldest()?)));
            frames.extend(oldest.map(|(room, frame)| self.in_room(room, frame)));
            false
        });
        frames
    }

    /// A desk names the room.
    fn in_room(&self, room: &str, mut frame: Value) -> Value {
        if let Seat::Desk(_) = self.seat {
            frame["room"] = json!(room);
        }
        frame
    }

    /// The next line of every room that may say one.
    fn pump(&self) -> Vec<Value> {
        let mut frames = Vec::new();
        let now = Instant::now();
        self.show.send_if_modified(|shown| {
            let said = shown.rooms.iter_mut().filter_map(|(room, talk)| Some((room, talk.pump(now)?)));
            frames.extend(said.map(|(room, frame)| self.in_room(room, frame)));
            // What is under way is not shown, so nobody is told.
            false
        });
        frames
    }

    /// When something is due that nobody else says.
    fn alarm(&self) -> Option<Instant> {
        let answer = self.way.patience.answer;
        self.show.borrow().rooms.values().filter_map(|talk| talk.alarm(answer)).min()
    }
}

fn answered(shown: &mut Shown, claim: &mut Option<Uuid>, frame: &Value, answer: Result<String, String>) {
    let Some(answered) = frame["claim"].as_str().and_then(|claim| claim.parse().ok()) else { return };
    if *claim == Some(answered) {
        *claim = None;
    }
    shown.presses.entry(answered).or_default().push(answer);
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
