//! A counsellor's page that lives through crashes: it takes, talks, gives back, hands over, closes and switches.
//!
//! It does the next thing as soon as an answer leaves room for one, and writes down everything that it asks and hears.
//! In a room whose key it lacks it asks for that, and does nothing before. How it comes back after a crash is told in
//! desk_back.rs.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::SocketAddr,
};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    common::{
        proxy::Dice,
        sealed::{envelope, offer},
        way::Seat,
    },
    explain::{DeskNo, What},
    ledger::{Answer, Shared, broken},
    link::{Link, Lost},
    student::{Habit, id, is_absence},
};

/// As many lines may be on their way at once.
const UNANSWERED: usize = 3;
/// As many rooms a desk takes by itself; so few that somebody is always waiting.
const WANTED: usize = 1;

pub struct DeskPage {
    pub habit: Habit,
    pub(super) ledger: Shared,
    pub(super) no: DeskNo,
    pub(super) held: BTreeMap<Uuid, Stay>,
    /// The key epoch of which it was handed the secret; a crash of the portal takes nothing from a page.
    keys: HashMap<Uuid, u64>,
    dice: Dice,
    cookie: String,
    link: Option<Link>,
    /// With the room in which each was said.
    unanswered: HashMap<Uuid, Uuid>,
    pressed: Option<Uuid>,
    /// Rooms that were accepted, and neither entered nor refused.
    accepted: BTreeSet<Uuid>,
    /// Told that there is nobody to take, and nothing else of the queue since.
    is_in_vain: bool,
    /// Those who wait, and those of them whose connection is down.
    pub(super) queue: Option<(u64, u64)>,
    /// Everybody who is available, this one among them.
    colleagues: Vec<(Uuid, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// The lines have not come yet.
    Entering,
    /// They have, and the key has not.
    Waiting,
    Talking,
    /// Something was asked that may end it.
    Leaving,
}

impl DeskPage {
    pub fn new(ledger: Shared, no: DeskNo, cookie: String, dice: Dice) -> Self {
        let (held, unanswered, colleagues) = (BTreeMap::new(), HashMap::new(), Vec::new());
        let (link, pressed, accepted, queue, is_in_vain) = (None, None, BTreeSet::new(), None, false);
        let habit = Habit::Lively;
        Self {
            habit,
            ledger,
            no,
            held,
            keys: HashMap::new(),
            dice,
            cookie,
            link,
            unanswered,
            pressed,
            accepted,
            is_in_vain,
            queue,
            colleagues,
        }
    }

    /// Until the portal is no more.
    pub async fn lives(&mut self, portal: SocketAddr) {
        loop {
            let lost = self.visits(portal).await;
            // What was still on its way to a portal that hangs up can take its last word with it.
            if self.link.take().is_none() && lost == Lost::Dead {
                return;
            }
            self.ledger.borrow_mut().told.closed += 1;
        }
    }

    async fn visits(&mut self, portal: SocketAddr) -> Lost {
        let visit = async {
            if self.link.is_none() {
                self.comes(portal).await?;
                // As a page does: the click that was not answered is made again.
                if let Some(claim) = self.last_unanswered() {
                    self.press(claim).await?;
                }
            }
            loop {
                while self.acts().await? == Did::Something {}
                let frame = self.link().next().await?;
                self.hear(&frame).await?;
            }
        };
        let lost: Result<(), Lost> = visit.await;
        lost.expect_err("only a loss ends a visit")
    }

    /// Opens the connection and hears what is held.
    pub(super) async fn comes(&mut self, portal: SocketAddr) -> Result<Vec<Uuid>, Lost> {
        self.held.clear();
        self.unanswered.clear();
        self.accepted.clear();
        (self.pressed, self.queue, self.is_in_vain) = (None, None, false);
        self.link = Some(Link::open(&Seat::Desk(self.cookie.clone()), portal).await?);
        self.tell(json!({"type": "hello", "rooms": []})).await?;
        let welcome = self.link().hears("welcome").await?;
        Ok(welcome["rooms"].as_array().expect("rooms").iter().map(id).collect())
    }

    async fn acts(&mut self) -> Result<Did, Lost> {
        let waits = self.queue.is_some_and(|(waiting, _)| 0 < waiting);
        if self.pressed.is_none() && waits && !self.is_in_vain && self.held.len() < WANTED {
            let claim = self.ledger.borrow_mut().presses(self.no);
            self.press(claim).await?;
            return Ok(Did::Something);
        }
        let talking: Vec<_> = self.held.iter().filter(|(_, stay)| **stay == Stay::Talking).map(|(id, _)| *id).collect();
        if talking.is_empty() || UNANSWERED <= self.unanswered.len() {
            return Ok(Did::Nothing);
        }
        let room = talking[self.dice.below(talking.len() as u64) as usize];
        match self.dice.below(120) {
            _ if self.habit == Habit::Steady => self.says(room).await?,
            0..2 => self.asks_room(room, What::Close, json!({"type": "close", "room": room})).await?,
            2..5 => {
                let back = What::GiveBack { by: self.no };
                self.asks_room(room, back, json!({"type": "give_back", "room": room})).await?;
            }
            5..11 => self.offers(room).await?,
            11..13 => self.switches().await?,
            _ => self.says(room).await?,
        }
        Ok(Did::Something)
    }

    async fn asks_room(&mut self, room: Uuid, what: What, frame: Value) -> Result<(), Lost> {
        self.held.insert(room, Stay::Leaving);
        self.ledger.borrow_mut().asks(room, what);
        self.tell(frame).await
    }

    async fn offers(&mut self, room: Uuid) -> Result<(), Lost> {
        let me = name(self.no);
        let others: Vec<_> = self.colleagues.iter().filter(|(_, called)| *called != me).map(|(id, _)| *id).collect();
        if others.is_empty() {
            return self.says(room).await;
        }
        let to = others[self.dice.below(others.len() as u64) as usize];
        self.held.insert(room, Stay::Leaving);
        self.tell(json!({"type": "hand_over", "room": room, "to": to})).await
    }

    /// The first desk stays available, so that there is always somebody to ask for.
    async fn switches(&mut self) -> Result<(), Lost> {
        let switch = self.ledger.borrow().switches[self.no];
        if self.no != 0 && switch.asked.is_none() {
            self.asks_to_switch(!switch.stands).await?;
        }
        Ok(())
    }

    pub(super) async fn asks_to_switch(&mut self, to: bool) -> Result<(), Lost> {
        self.ledger.borrow_mut().asks_to_switch(self.no, to);
        self.tell(json!({"type": "switch", "available": to})).await
    }

    async fn says(&mut self, room: Uuid) -> Result<(), Lost> {
        let (cid, text) = (Uuid::new_v4(), format!("{} of desk {}", self.dice.below(1_000_000), self.no));
        self.unanswered.insert(cid, room);
        self.ledger.borrow_mut().says(room, cid, Some(self.no), &text);
        let key_epoch = self.ledger.borrow().rooms[&room].lines[&cid].key_epoch;
        self.say(room, cid, envelope(&text, key_epoch)).await
    }

    pub(super) async fn say(&mut self, room: Uuid, cid: Uuid, body: Value) -> Result<(), Lost> {
        self.tell(json!({"type": "say", "room": room, "cid": cid, "body": body})).await
    }

    pub(super) async fn press(&mut self, claim: Uuid) -> Result<(), Lost> {
        self.pressed = Some(claim);
        self.tell(json!({"type": "take", "claim": claim})).await
    }

    /// Takes in one frame; what it calls for is asked at once.
    pub(super) async fn hear(&mut self, frame: &Value) -> Result<(), Lost> {
        let room = || id(&frame["room"]);
        match frame["type"].as_str().unwrap_or_default() {
            "taken" => self.click_answered(id(&frame["claim"]), Answer::Room(room())),
            "refused" => self.refused(frame),
            "room" => self.enters(room(), frame).await?,
            "key_handed" => self.is_handed_key(room(), frame),
            "lines" => self.shows(room(), &frame["lines"]),
            "line" => self.hears_line(frame),
            "moved" => self.moved(room(), &frame["why"]),
            "ended" => {
                self.ledger.borrow_mut().ended(room());
                self.leaves(room());
            }
            "offered" => self.is_offered(room(), &frame["from"]).await?,
            "handing" if frame["to"].is_null() => self.stays(room()),
            "presence" => self.ledger.borrow_mut().told.absent += is_absence(frame),
            "switched" => {
                let stands = frame["available"] == true;
                self.ledger.borrow_mut().hears_switched(self.no, stands);
            }
            "queue" => {
                self.queue = frame["waiting"].as_u64().zip(frame["reconnecting"].as_u64());
                self.is_in_vain = false;
            }
            "colleagues" => {
                let all = frame["available"].as_array().expect("colleagues").iter();
                self.colleagues = all.map(|one| (id(&one["id"]), text(&one["nickname"]))).collect();
            }
            _ => {}
        }
        Ok(())
    }

    fn click_answered(&mut self, claim: Uuid, answer: Answer) {
        self.ledger.borrow_mut().click_answered(claim, answer);
        self.pressed = self.pressed.filter(|pressed| *pressed != claim);
    }

    fn refused(&mut self, frame: &Value) {
        if !frame["claim"].is_null() {
            self.click_answered(id(&frame["claim"]), Answer::Refused(text(&frame["reason"])));
            self.is_in_vain = true;
        }
        if !frame["cid"].is_null() {
            // A line of an earlier turn, sent again: whoever has the key of their turn may speak all that turn.
            if frame["reason"] == "key_epoch" {
                self.ledger.borrow_mut().refuses_line(id(&frame["room"]), id(&frame["cid"]));
            }
            self.unanswered.remove(&id(&frame["cid"]));
        } else if frame["reason"] == "offer_ended" || frame["reason"] == "limit" {
            self.accepted.retain(|room| frame["room"] != room.to_string());
        } else if frame["reason"] == "colleague" {
            self.stays(id(&frame["room"]));
        }
    }

    fn stays(&mut self, room: Uuid) {
        if let Some(stay) = self.held.get_mut(&room) {
            *stay = Stay::Talking;
        }
    }

    async fn enters(&mut self, room: Uuid, view: &Value) -> Result<(), Lost> {
        let no = self.no;
        self.held.insert(room, Stay::Entering);
        self.ledger.borrow_mut().shows_keys(room, Some(no), view);
        if self.accepted.remove(&room) {
            // The key was asked for with that, and comes behind the lines.
            self.ledger.borrow_mut().answers(room, |what| matches!(what, What::HandOver { to, .. } if to == no));
            return Ok(());
        }
        if self.has_key(room) {
            return Ok(());
        }
        let mark = self.dice.below(256) as u8;
        self.tell(json!({"type": "offer_key", "room": room, "offer": offer(mark)})).await
    }

    fn has_key(&self, room: Uuid) -> bool {
        let key_epoch =
            self.ledger.borrow().rooms.get(&room).and_then(|story| story.key_epochs.get(&Some(self.no)).copied());
        key_epoch.is_some() && self.keys.get(&room).copied() == key_epoch
    }

    fn is_handed_key(&mut self, room: Uuid, handed: &Value) {
        self.ledger.borrow_mut().told.keys_handed += 1;
        self.keys.insert(room, handed["key_epoch"].as_u64().expect("a key epoch"));
        if self.has_key(room) && self.held.get(&room) == Some(&Stay::Waiting) {
            self.held.insert(room, Stay::Talking);
        }
    }

    fn shows(&mut self, room: Uuid, lines: &Value) {
        for line in lines.as_array().expect("lines") {
            let seq = line["seq"].as_u64().expect("a number");
            self.ledger.borrow_mut().hears_line(room, id(&line["cid"]), seq);
        }
        if self.held.get(&room) == Some(&Stay::Entering) {
            self.held.insert(room, if self.has_key(room) { Stay::Talking } else { Stay::Waiting });
        }
    }

    fn hears_line(&mut self, line: &Value) {
        let (room, cid) = (id(&line["room"]), id(&line["cid"]));
        let mut ledger = self.ledger.borrow_mut();
        ledger.hears_line(room, cid, line["seq"].as_u64().expect("a number"));
        ledger.told.lines[self.no] += u64::from(self.unanswered.remove(&cid).is_some());
    }

    fn moved(&mut self, room: Uuid, why: &Value) {
        let no = self.no;
        let mut ledger = self.ledger.borrow_mut();
        let hands_over = |what| matches!(what, What::HandOver { from, .. } if from == no);
        if *why == "no_key" {
            broken(&format!("room {room} is taken from desk {no} for want of a key, and its student is there"));
        } else if *why == "given_back" {
            ledger.answers(room, |what| what == What::GiveBack { by: no });
        } else if ledger.room(room).deeds.iter().filter(|deed| hands_over(deed.what)).count() == 1 {
            // With two of them it is whoever got it that says which.
            ledger.answers(room, hands_over);
        }
        drop(ledger);
        self.leaves(room);
    }

    fn leaves(&mut self, room: Uuid) {
        self.held.remove(&room);
        self.unanswered.retain(|_, said_in| *said_in != room);
    }

    async fn is_offered(&mut self, room: Uuid, from: &Value) -> Result<(), Lost> {
        if self.dice.one_in(5) {
            return self.tell(json!({"type": "decline", "room": room})).await;
        }
        let from = (0..).find(|no| *from == name(*no)).expect("a desk");
        self.ledger.borrow_mut().asks(room, What::HandOver { from, to: self.no });
        self.accepted.insert(room);
        let mark = self.dice.below(256) as u8;
        self.tell(json!({"type": "accept", "room": room, "offer": offer(mark)})).await
    }

    fn last_unanswered(&self) -> Option<Uuid> {
        let last = self.ledger.borrow().last_clicks(self.no, 1);
        last.first().filter(|click| click.answer.is_none()).map(|click| click.claim)
    }

    pub(super) async fn tell(&mut self, what: Value) -> Result<(), Lost> {
        self.link().tell(what).await
    }

    pub(super) fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("a link")
    }
}

#[derive(PartialEq, Eq)]
enum Did {
    Something,
    Nothing,
}

/// What tests/bench/portal.rs calls the counsellors.
fn name(desk: DeskNo) -> String {
    format!("C {desk}")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}
