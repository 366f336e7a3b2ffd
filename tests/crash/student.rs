//! A student's page that lives through crashes: it joins, talks, closes, and comes back with its key.
//!
//! It says its next line as soon as an answer leaves room for one, so that the portal is never idle, hands over the key
//! whenever it is asked, and writes down everything that it asks and hears.

use std::{collections::HashSet, net::SocketAddr};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    common::{
        proxy::Dice,
        sealed::{answer, envelope},
        way::Seat,
    },
    explain::What,
    ledger::{Line, Shared, broken},
    link::{Link, Lost},
};

/// As many lines may be on their way at once.
const UNANSWERED: usize = 2;
/// One deed in so many closes the room.
const CLOSES: u64 = 40;
/// As many answered lines are sent again after a crash.
const AGAIN: usize = 4;

/// What people do besides talking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    Lively,
    /// They stay, and talk.
    Steady,
}

pub struct StudentPage {
    pub habit: Habit,
    ledger: Shared,
    dice: Dice,
    /// The page's own number, whoever uses it.
    page: usize,
    student: usize,
    room: Option<Uuid>,
    link: Option<Link>,
    unanswered: HashSet<Uuid>,
}

enum Visit {
    Ended,
}

impl StudentPage {
    pub fn new(ledger: Shared, page: usize, dice: Dice) -> Self {
        let student = ledger.borrow_mut().new_student();
        let habit = Habit::Lively;
        Self { habit, ledger, dice, page, student, room: None, link: None, unanswered: HashSet::new() }
    }

    /// After a start: the room is there with all its lines, or the key opens nothing, as was found in the store.
    pub async fn returns(&mut self, portal: SocketAddr) -> Result<(), Lost> {
        if self.is_gone() {
            self.knocks(portal).await?;
            let answer = self.hears("an answer to the key of an erased room", &["room", "gone"]).await?;
            if answer["type"] != "gone" {
                broken(&format!("the key of an erased room opens {}", answer["room"]));
            }
            self.begins_anew();
        }
        self.knocks(portal).await?;
        match self.ledger.borrow().students[self.student].room {
            None => return Ok(()),
            Some(room) => self.room = Some(room),
        }
        let view = self.hears("the room of a key", &["room", "gone"]).await?;
        if view["type"] == "gone" {
            broken(&format!("room {:?} is in the store, and its student is told that it is gone", self.room));
        }
        self.enters(&view);
        let shown = self.hears("the lines of a room", &["lines"]).await?;
        self.shows_all(&shown["lines"]);
        Ok(())
    }

    /// Sends again what was not answered, and some of what was; and for one line something else under its cid.
    pub async fn repeats(&mut self) -> Result<(), Lost> {
        let Some(room) = self.room else { return Ok(()) };
        let (mut again, mut answered) = (Vec::new(), Vec::new());
        let may_send = |line: &&Line| line.by.is_none() && !line.is_refused;
        for (cid, line) in self.ledger.borrow().rooms[&room].lines.iter().filter(|(_, line)| may_send(line)) {
            if line.seq.is_none() { &mut again } else { &mut answered }.push((*cid, line.clone()));
        }
        answered.truncate(AGAIN);
        let other = answered.first().cloned();
        for (cid, line) in again.into_iter().chain(answered) {
            self.tell(say(cid, &line.text, line.key_epoch)).await?;
            let answer = self.answer_to(cid).await?;
            if answer["reason"] == "key_epoch" {
                self.ledger.borrow_mut().refuses_line(room, cid);
            } else if answer["type"] != "line" {
                broken(&format!("line {cid} was sent again, and is answered by {answer}"));
            }
        }
        if let Some((cid, line)) = other {
            self.tell(say(cid, "something else", line.key_epoch)).await?;
            let answer = self.answer_to(cid).await?;
            if answer["reason"] != "cid_taken" {
                broken(&format!("line {cid} was sent with other content, and is answered by {answer}"));
            }
        }
        Ok(())
    }

    /// Until the portal is no more.
    pub async fn lives(&mut self, portal: SocketAddr) {
        loop {
            let visit = self.visits(portal).await;
            self.unanswered.clear();
            match visit {
                Ok(Visit::Ended) => self.begins_anew(),
                // What was still on its way to a portal that hangs up can take its last word with it.
                Err(lost) if self.link.take().is_none() && lost == Lost::Dead => return,
                Err(_) => self.ledger.borrow_mut().told.closed += 1,
            }
        }
    }

    async fn visits(&mut self, portal: SocketAddr) -> Result<Visit, Lost> {
        if self.link.is_none() {
            self.knocks(portal).await?;
            self.room = None;
        }
        if self.room.is_none() {
            let key = self.ledger.borrow().students[self.student].key.clone();
            if self.ledger.borrow().students[self.student].room.is_none() {
                self.ledger.borrow_mut().asks_to_join(self.student);
                self.tell(json!({"type": "join", "key": key})).await?;
            }
        }
        loop {
            while let Some(room) = self.room
                && self.unanswered.len() < UNANSWERED
            {
                self.acts(room).await?;
            }
            let frame = self.link().next().await?;
            if let Some(visit) = self.hear(&frame).await? {
                return Ok(visit);
            }
        }
    }

    /// Says nothing, and hands over the key to whoever takes the room.
    pub async fn waits(&mut self) -> Lost {
        let waiting: Result<(), Lost> = async {
            loop {
                let frame = self.link().next().await?;
                self.hear(&frame).await?;
            }
        }
        .await;
        waiting.expect_err("only a loss ends it")
    }

    async fn acts(&mut self, room: Uuid) -> Result<(), Lost> {
        if self.dice.one_in(CLOSES) && self.habit == Habit::Lively {
            self.unanswered.insert(Uuid::new_v4());
            self.ledger.borrow_mut().asks(room, What::Close);
            return self.tell(json!({"type": "close"})).await;
        }
        let text = format!("{} of student {}", self.dice.below(1_000_000), self.student);
        self.says(room, &text).await
    }

    async fn says(&mut self, room: Uuid, text: &str) -> Result<(), Lost> {
        let cid = Uuid::new_v4();
        self.unanswered.insert(cid);
        self.ledger.borrow_mut().says(room, cid, None, text);
        let key_epoch = self.ledger.borrow().rooms[&room].lines[&cid].key_epoch;
        self.tell(say(cid, text, key_epoch)).await
    }

    async fn hear(&mut self, frame: &Value) -> Result<Option<Visit>, Lost> {
        match frame["type"].as_str().unwrap_or_default() {
            "room" => self.enters(frame),
            "lines" => self.shows(&frame["lines"]),
            "line" => self.hears_line(frame),
            "ended" => {
                self.ledger.borrow_mut().ended(id(&frame["room"]));
                return Ok(Some(Visit::Ended));
            }
            "presence" => self.ledger.borrow_mut().told.absent += is_absence(frame),
            "gone" => return Ok(Some(self.is_turned_away())),
            "key_epoch" => self.ledger.borrow_mut().hears_key_epoch(id(&frame["room"]), None, frame),
            "key_offered" => self.tell(answer(frame)).await?,
            "refused" if frame["reason"] == "key_epoch" => {
                let (room, cid) = (id(&frame["room"]), id(&frame["cid"]));
                self.unanswered.remove(&cid);
                let text = self.ledger.borrow_mut().refuses_line(room, cid);
                self.says(room, &text).await?;
            }
            "refused" => broken(&format!("student {} is told {frame}", self.student)),
            _ => {}
        }
        Ok(None)
    }

    /// In the middle of a life a key opens nothing only when its room was closed, of which this page may never have
    /// heard.
    fn is_turned_away(&self) -> Visit {
        let room = self.ledger.borrow().students[self.student].room;
        if let Some(room) = room {
            self.ledger.borrow_mut().ended(room);
        }
        Visit::Ended
    }

    fn hears_line(&mut self, line: &Value) {
        let (room, cid) = (id(&line["room"]), id(&line["cid"]));
        self.ledger.borrow_mut().hears_line(room, cid, line["seq"].as_u64().expect("a number"));
        if self.unanswered.remove(&cid) {
            self.ledger.borrow_mut().told.lines[self.page] += 1;
        }
    }

    fn enters(&mut self, view: &Value) {
        let room = id(&view["room"]);
        self.ledger.borrow_mut().joined(self.student, room, id(&view["epoch"]));
        self.ledger.borrow_mut().shows_keys(room, None, view);
        self.room = Some(room);
    }

    /// Whatever is shown is kept.
    fn shows(&mut self, lines: &Value) {
        let Some(room) = self.room else { return };
        for line in lines.as_array().expect("lines") {
            let seq = line["seq"].as_u64().expect("a number");
            self.ledger.borrow_mut().hears_line(room, id(&line["cid"]), seq);
        }
    }

    /// And while nobody speaks, every line of one's own that is kept is shown.
    fn shows_all(&mut self, lines: &Value) {
        self.shows(lines);
        let Some(room) = self.room else { return };
        let own = lines.as_array().expect("lines").iter().filter(|line| line["from"] == "student").count();
        let ledger = self.ledger.borrow();
        let kept = ledger.rooms[&room].lines.values().filter(|line| line.by.is_none() && line.seq.is_some()).count();
        if own != kept {
            broken(&format!("room {room} keeps {kept} lines of its student, who is shown {own}"));
        }
    }

    async fn knocks(&mut self, portal: SocketAddr) -> Result<(), Lost> {
        let (key, is_known) = {
            let student = &self.ledger.borrow().students[self.student];
            (student.key.clone(), student.room.is_some())
        };
        (self.link, self.room) = (Some(Link::open(&Seat::Student(key.clone()), portal).await?), None);
        self.tell(if is_known { json!({"type": "hello", "key": key}) } else { json!({"type": "hello"}) }).await
    }

    fn is_gone(&self) -> bool {
        self.ledger.borrow().students[self.student].is_gone
    }

    fn begins_anew(&mut self) {
        self.student = self.ledger.borrow_mut().new_student();
        (self.link, self.room) = (None, None);
        self.unanswered.clear();
    }

    async fn answer_to(&mut self, cid: Uuid) -> Result<Value, Lost> {
        let answer = self.until("a line that was sent again", |frame| frame["cid"] == json!(cid)).await?;
        if answer["type"] == "line" {
            self.hears_line(&answer);
        }
        Ok(answer)
    }

    async fn hears(&mut self, what: &str, kinds: &[&str]) -> Result<Value, Lost> {
        self.until(what, |frame| kinds.iter().any(|kind| frame["type"] == *kind)).await
    }

    /// What is looked for; the key is handed over meanwhile.
    async fn until(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Result<Value, Lost> {
        loop {
            let found = self.link().until(what, |frame| is_it(frame) || frame["type"] == "key_offered").await?;
            if is_it(&found) {
                return Ok(found);
            }
            self.tell(answer(&found)).await?;
        }
    }

    async fn tell(&mut self, what: Value) -> Result<(), Lost> {
        self.link().tell(what).await
    }

    fn link(&mut self) -> &mut Link {
        self.link.as_mut().expect("a link")
    }
}

pub fn id(value: &Value) -> Uuid {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no id"))
}

/// Somebody who was there is missed. Whoever has only left the room is not.
pub fn is_absence(presence: &Value) -> u64 {
    u64::from(presence["whereabouts"] == "reconnecting" || presence["whereabouts"] == "away")
}

fn say(cid: Uuid, text: &str, key_epoch: u64) -> Value {
    json!({"type": "say", "cid": cid, "body": envelope(text, key_epoch)})
}
