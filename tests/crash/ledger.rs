//! What people asked of the portal, and what they were answered: the promises that a crash may not break.
//!
//! Pages write here before they send and as soon as they hear; check.rs holds what is found afterwards against it. It
//! knows no sockets and no store.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use quietline::private::{Credential, Digested};
use serde_json::Value;
use uuid::Uuid;

use super::{
    explain::{Deed, DeskNo, Holder, What},
    shares,
};

pub type Shared = Rc<RefCell<Ledger>>;

thread_local! {
    /// Where in the play this thread is, for whoever reads of a broken promise.
    static NOW: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn now_playing(what: String) {
    NOW.set(what);
}

/// Ends the test: this was promised, and that was found.
pub fn broken(what: &str) -> ! {
    panic!("a promise is broken. {}: {what}", NOW.with_borrow(String::clone))
}

#[derive(Default)]
pub struct Ledger {
    /// Counts what was asked and answered, so that one can be said to have come before another.
    moment: u64,
    pub students: Vec<Student>,
    /// Every room that anybody has heard of and that is not known to be erased.
    pub rooms: BTreeMap<Uuid, Story>,
    /// The shares of rooms that are erased.
    pub wiped: Vec<(Uuid, Vec<u8>)>,
    pub clicks: Vec<Click>,
    /// One for each desk.
    pub switches: Vec<Switch>,
    pub told: Told,
}

pub struct Student {
    pub key: String,
    pub digest: Digested,
    pub asked: Option<u64>,
    /// When the room was shown, or found.
    pub answered: Option<u64>,
    pub room: Option<Uuid>,
    pub epoch: Option<Uuid>,
    /// The place in the queue, once it was seen.
    pub place: Option<i64>,
    pub is_gone: bool,
}

/// How often people were told what; a play in which nobody is told anything proves nothing.
#[derive(Default)]
pub struct Told {
    /// One's own line, for each page by its number.
    pub lines: Vec<u64>,
    pub rooms: u64,
    pub taken: u64,
    pub given_back: u64,
    pub handed_over: u64,
    pub ended: u64,
    pub switched: u64,
    /// The key of a room, for each desk that asked.
    pub keys_handed: u64,
    /// That a line has to be sealed anew.
    pub refused: u64,
    /// That the other side is not there.
    pub absent: u64,
    /// To come back.
    pub closed: u64,
}

/// What is known of one room since the last look.
pub struct Story {
    pub holder: Holder,
    pub deeds: Vec<Deed>,
    pub lines: HashMap<Uuid, Line>,
    /// Once somebody was shown it.
    pub share: Option<Vec<u8>>,
    /// The latest that each desk was told, and the student.
    pub key_epochs: HashMap<Option<DeskNo>, u64>,
}

#[derive(Clone)]
pub struct Line {
    /// A desk, or the room's student.
    pub by: Option<DeskNo>,
    pub text: String,
    /// With which secret it was sealed; it is sent again as it is.
    pub key_epoch: u64,
    /// Sealed with a secret that was not in use any more: nobody kept it, and nobody may keep it.
    pub is_refused: bool,
    /// The number it was answered with.
    pub seq: Option<u64>,
}

#[derive(Clone)]
pub struct Click {
    pub claim: Uuid,
    pub by: DeskNo,
    pub asked: u64,
    pub answer: Option<Answer>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Room(Uuid),
    Refused(String),
}

#[derive(Clone, Copy, Default)]
pub struct Switch {
    pub stands: bool,
    pub asked: Option<bool>,
}

impl Ledger {
    pub fn new(desks: usize, pages: usize) -> Shared {
        let told = Told { lines: vec![0; pages], ..Told::default() };
        Rc::new(RefCell::new(Self { switches: vec![Switch::default(); desks], told, ..Self::default() }))
    }

    pub fn moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    pub fn new_student(&mut self) -> usize {
        let key = Credential::random().expect("random");
        self.students.push(Student {
            key: key.expose(),
            digest: key.digest(),
            asked: None,
            answered: None,
            room: None,
            epoch: None,
            place: None,
            is_gone: false,
        });
        self.students.len() - 1
    }

    pub fn asks_to_join(&mut self, student: usize) {
        let asked = self.moment();
        self.students[student].asked.get_or_insert(asked);
    }

    pub fn joined(&mut self, student: usize, room: Uuid, epoch: Uuid) {
        let answered = self.moment();
        let known = &mut self.students[student];
        self.told.rooms += u64::from(known.answered.is_none());
        known.answered.get_or_insert(answered);
        let before = (*known.room.get_or_insert(room), *known.epoch.get_or_insert(epoch));
        if before != (room, epoch) {
            broken(&format!("a key led to room {before:?}, and now to {:?}", (room, epoch)));
        }
        self.room(room);
    }

    pub fn room(&mut self, room: Uuid) -> &mut Story {
        let new = || Story {
            holder: Holder::Nobody,
            deeds: Vec::new(),
            lines: HashMap::new(),
            share: None,
            key_epochs: HashMap::new(),
        };
        self.rooms.entry(room).or_insert_with(new)
    }

    /// What a page is told of a room's keys: the one share, for as long as the room is there, and no older epoch.
    pub fn shows_keys(&mut self, room: Uuid, to: Option<DeskNo>, view: &Value) {
        self.has_share(room, &shares::of(&view["share"]));
        self.hears_key_epoch(room, to, view);
    }

    pub fn has_share(&mut self, room: Uuid, share: &[u8]) {
        if self.room(room).share.get_or_insert_with(|| share.to_vec()) != share {
            broken(&format!("room {room} has another share than before"));
        }
    }

    pub fn hears_key_epoch(&mut self, room: Uuid, to: Option<DeskNo>, said: &Value) {
        let key_epoch = said["key_epoch"].as_u64().expect("a key epoch");
        let before = self.room(room).key_epochs.insert(to, key_epoch).unwrap_or_default();
        if key_epoch < before {
            broken(&format!("room {room} was in key epoch {before}, and is in {key_epoch}"));
        }
    }

    pub fn says(&mut self, room: Uuid, cid: Uuid, by: Option<DeskNo>, text: &str) {
        let key_epoch = self.room(room).key_epochs[&by];
        let line = Line { by, text: text.to_owned(), key_epoch, is_refused: false, seq: None };
        self.room(room).lines.entry(cid).or_insert(line);
    }

    /// A line is not taken because of its key epoch; returns its words, to be said anew.
    pub fn refuses_line(&mut self, room: Uuid, cid: Uuid) -> String {
        self.told.refused += 1;
        let Story { lines, key_epochs, .. } = self.room(room);
        match lines.get_mut(&cid) {
            Some(line) if line.seq.is_none() && line.key_epoch != key_epochs[&line.by] => {
                line.is_refused = true;
                line.text.clone()
            }
            line => {
                let line = line.map(|line| (line.seq, line.key_epoch));
                broken(&format!("line {cid} of room {room}, {line:?}, is refused for its key epoch: {key_epochs:?}"));
            }
        }
    }

    /// Whoever hears a line is told that it is kept.
    pub fn hears_line(&mut self, room: Uuid, cid: Uuid, seq: u64) {
        let Some(line) = self.room(room).lines.get_mut(&cid) else {
            broken(&format!("room {room} shows line {cid}, which nobody sent"));
        };
        if line.is_refused {
            broken(&format!("line {cid} of room {room} was refused, and is kept as {seq}"));
        }
        let before = *line.seq.get_or_insert(seq);
        if before != seq {
            broken(&format!("line {cid} of room {room} was number {before} and is {seq}"));
        }
    }

    pub fn asks(&mut self, room: Uuid, what: What) {
        let asked = self.moment();
        let deeds = &mut self.room(room).deeds;
        // An offer may be accepted twice, as when it is told again. It is one deed, of which both sides hear.
        let is_offer = matches!(what, What::HandOver { .. });
        if !(is_offer && deeds.iter().any(|deed| deed.what == what && deed.answered.is_none())) {
            deeds.push(Deed { what, asked, answered: None });
        }
    }

    /// The oldest such deed that is still open was answered.
    pub fn answers(&mut self, room: Uuid, is_it: impl Fn(What) -> bool) {
        let answered = self.moment();
        let open = |deed: &&mut Deed| deed.answered.is_none() && is_it(deed.what);
        let Some(deed) = self.room(room).deeds.iter_mut().find(open) else { return };
        deed.answered = Some(answered);
        let what = deed.what;
        match what {
            What::Take { .. } => {}
            What::GiveBack { .. } => self.told.given_back += 1,
            What::HandOver { .. } => self.told.handed_over += 1,
            What::Close => self.told.ended += 1,
        }
    }

    /// Both sides may hear it, and any of those who asked may have been the cause.
    pub fn ended(&mut self, room: Uuid) {
        let deeds = &self.room(room).deeds;
        let closes = |deed: &&Deed| deed.what == What::Close;
        match deeds.iter().filter(closes).map(|deed| deed.answered).max() {
            None => broken(&format!("room {room} ended, and nobody had asked for it")),
            Some(None) => self.answers(room, |what| what == What::Close),
            Some(Some(_)) => {}
        }
    }

    pub fn presses(&mut self, by: DeskNo) -> Uuid {
        let (claim, asked) = (Uuid::new_v4(), self.moment());
        self.clicks.push(Click { claim, by, asked, answer: None });
        claim
    }

    /// The answer to a click, whether it is given for the first time or again.
    pub fn click_answered(&mut self, claim: Uuid, answer: Answer) {
        let answered = self.moment();
        let Some(click) = self.clicks.iter_mut().find(|click| click.claim == claim) else {
            broken(&format!("click {claim} is answered, and nobody made it"));
        };
        let (by, asked) = (click.by, click.asked);
        if click.answer.replace(answer.clone()).is_none()
            && let Answer::Room(room) = answer
            // One that was found taken by this very click is not taken a second time.
            && self.room(room).holder != Holder::Desk(by, Some(claim))
        {
            let take = Deed { what: What::Take { by, claim }, asked, answered: Some(answered) };
            self.room(room).deeds.push(take);
            self.told.taken += 1;
        }
    }

    /// Of one desk's clicks, the last so many.
    pub fn last_clicks(&self, by: DeskNo, most: usize) -> Vec<Click> {
        self.clicks.iter().rev().filter(|click| click.by == by).take(most).cloned().collect()
    }

    pub fn asks_to_switch(&mut self, desk: DeskNo, to: bool) {
        self.switches[desk].asked = Some(to);
    }

    pub fn hears_switched(&mut self, desk: DeskNo, to: bool) {
        let switch = &mut self.switches[desk];
        if switch.asked == Some(to) {
            *switch = Switch { stands: to, asked: None };
            self.told.switched += 1;
        }
    }

    pub fn held_by(&self, desk: DeskNo) -> Vec<Uuid> {
        let held = self.rooms.iter().filter(|(_, story)| matches!(story.holder, Holder::Desk(by, _) if by == desk));
        held.map(|(room, _)| *room).collect()
    }

    /// Those who wait, in the order in which they came.
    pub fn waiting(&self) -> Vec<Uuid> {
        let waits = |room: &Uuid| self.rooms.get(room).is_some_and(|story| story.holder == Holder::Nobody);
        let mut waiting: Vec<_> =
            self.students.iter().filter_map(|student| Some((student.place?, student.room?))).collect();
        waiting.retain(|(_, room)| waits(room));
        waiting.sort_unstable();
        waiting.into_iter().map(|(_, room)| room).collect()
    }
}
