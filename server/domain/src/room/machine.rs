//! How a room moves: what each input changes, and what is to be done about it.
//!
//! Every path ends in effects for the actor to carry out in order. Time and absence are in `attendance.rs`. It knows
//! neither sockets nor the store.

use super::{
    Audience, Before, Connection, Effect, EndedBy, Input, Keys, Moved, Older, PastTurn, Phase, Reach, Refusal, Resume,
    Room, Rules, Seat, Turn, TurnEnd, Whose,
};
use crate::{
    Cid, KeyEpoch, Role, Seq, Span, Time,
    presence::{self, Level, Limits, Presence},
    window::Window,
};

/// The least time between two tellings that somebody types (W24).
const TYPING_EVERY: Span = Span::seconds(3);

impl Room {
    /// A room that opens, or wakes from the store. Of nobody it is known since when they are not here, so everybody's
    /// absence starts now: nothing happens because the server was down.
    pub fn wake(now: Time, rules: Rules, before: Before) -> Self {
        let Before { turn, past, first_student, first_counsellor, last, active } = before;
        let older = turn.and_then(|turn| older_of(turn, &past));
        Self {
            phase: turn.map_or(Phase::Waiting, |turn| Phase::Talking { turn }),
            student: Seat::new(now, rules.student, first_student),
            counsellor: Seat::new(now, rules.counsellor, first_counsellor),
            rules,
            past,
            last,
            active: if turn.is_some() { active } else { now },
            touched: active,
            warned: false,
            older,
            keys: Keys::default(),
            keyless_takes: 0,
            rests_until: None,
            told_to_wait: None,
            reach: Reach::Reconnecting,
        }
    }

    pub fn turn(&self) -> Option<Turn> {
        match self.phase {
            Phase::Talking { turn } => Some(turn),
            Phase::Waiting | Phase::Ending { .. } | Phase::Ended => None,
        }
    }

    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Whether this seat receives the other's lines: once it has said one itself (W12).
    pub fn revealed(&self, role: Role) -> bool {
        self.seat_of(role).first_line.is_some()
    }

    /// This seat reads the lines behind this one (W13).
    pub fn reads_after(&self, role: Role) -> Seq {
        match (role, self.turn()) {
            (Role::Counsellor, Some(turn)) => turn.reads_after,
            _ => 0,
        }
    }

    /// How far the other side's page has shown the lines.
    pub fn seen_by_other(&self, role: Role) -> Seq {
        self.seat_of(role.other()).seen
    }

    /// For the student: what became of the question whether the newcomer may read what is older.
    pub fn older(&self) -> Option<Older> {
        self.older
    }

    pub fn step(&mut self, now: Time, input: Input) -> Vec<Effect> {
        match (self.phase, input) {
            (Phase::Ending { by }, Input::Erased { lines }) => {
                self.phase = Phase::Ended;
                vec![Effect::Ended { by, lines }]
            }
            (Phase::Ending { .. } | Phase::Ended, _) => vec![],
            (_, Input::Entered { role, since }) => self.entered(now, role, since),
            (_, Input::Disconnected { role }) => self.connection(now, role, Connection::Down),
            (_, Input::Beat { role, level }) => self.here(now, role, presence::Input::Beat(level)),
            (Phase::Waiting, Input::Taken(turn)) => self.taken(now, turn),
            (Phase::Talking { .. }, Input::PutBack) => self.put_back(now),
            (Phase::Talking { .. }, Input::KeyOffered) => self.key_offered(),
            (Phase::Talking { .. }, Input::KeyHanded { key_epoch }) => self.key_handed(key_epoch),
            (Phase::Talking { .. }, Input::CounsellorLeft) => {
                self.here(now, Role::Counsellor, presence::Input::LeftRoom)
            }
            (Phase::Talking { .. }, Input::GiveBack) => vec![Effect::Release { why: TurnEnd::GivenBack }],
            (Phase::Talking { turn }, Input::Released { why, left }) => self.released(now, turn, why, left),
            (Phase::Talking { turn }, Input::Accepted { by }) if turn.account != by => self.accepted(now, by),
            (Phase::Talking { turn }, Input::HandedOver(next)) => self.handed_over(now, turn, next),
            (_, Input::NotHandedOver { to } | Input::Accepted { by: to }) => vec![Effect::NotHandedOver { to }],
            (Phase::Talking { .. }, Input::ShareOlder { nth }) if self.is_asked(nth) => {
                vec![Effect::ShareOlder]
            }
            (Phase::Talking { .. }, Input::KeepOlder { nth }) if self.is_asked(nth) => {
                self.older = Some(Older::Kept);
                vec![Effect::Older { older: Older::Kept }]
            }
            (Phase::Talking { turn }, Input::OlderShared) => self.older_shared(turn),
            (_, Input::Say { from, cid, key_epoch }) => self.say(now, from, cid, key_epoch),
            (_, Input::Saved { from, seq }) => self.saved(now, from, seq),
            (_, Input::SavedBefore { from, seq }) => vec![Effect::Line { to: Audience::Only(from), seq }],
            (_, Input::CidTaken { from, cid }) => vec![Effect::Refuse { to: from, cid, why: Refusal::CidTaken }],
            (_, Input::NotSaved { from, cid }) => vec![Effect::Refuse { to: from, cid, why: Refusal::KeyEpoch }],
            (_, Input::Seen { by, seq }) => self.has_seen(by, seq),
            (_, Input::Typing { from }) => self.typing(now, from),
            (_, Input::Stay { .. }) => self.is_active_without_a_line(now),
            (_, Input::Close { by: Role::Student }) => self.end(EndedBy::Student),
            (_, Input::Close { by: Role::Counsellor }) => self.end(EndedBy::Counsellor),
            (_, Input::Tick) => self.tick(now),
            (Phase::Waiting, _)
            | (
                Phase::Talking { .. },
                Input::Taken(_) | Input::ShareOlder { .. } | Input::KeepOlder { .. } | Input::Erased { .. },
            ) => {
                vec![]
            }
        }
    }

    fn entered(&mut self, now: Time, role: Role, since: Option<Seq>) -> Vec<Effect> {
        let mut effects = self.connection(now, role, Connection::Up);
        effects.extend(self.here(now, role, presence::Input::Beat(Level::Room)));
        // A page that shows more than there is shows another room's lines, or a mistake.
        let since = since.filter(|&since| since <= self.last);
        let known = match (self.seat_of(role).first_line, since) {
            // What was shared may have been shared while the page was gone.
            _ if role == Role::Counsellor && self.older == Some(Older::Shared) => None,
            // A page that left before its reveal lacks the other's earlier lines, so it gets everything.
            (Some(first), Some(since)) if first <= since => Some(since),
            (None, Some(0)) => Some(0),
            _ => None,
        };
        effects.extend(self.show(role, known));
        effects.extend(match role {
            Role::Student => self.ask_student_again(),
            Role::Counsellor => Vec::from_iter(self.hand_newcomer_key()),
        });
        effects
    }

    /// The room as it stands, and the lines that go with it.
    pub(super) fn show(&self, role: Role, known: Option<Seq>) -> Vec<Effect> {
        let is_revealed = self.revealed(role);
        let (whose, from) = match self.turn() {
            _ if is_revealed => (Whose::Everyones, self.reads_after(role)),
            // Not what a counsellor before them has said.
            Some(turn) if role == Role::Counsellor => (Whose::Only(role), turn.after),
            _ => (Whose::Only(role), 0),
        };
        let resume = if known.is_some() { Resume::Delta } else { Resume::Full };
        let since = known.unwrap_or(0).max(from);
        vec![Effect::View { to: role, resume }, Effect::Replay { to: role, whose, since, until: Seq::MAX }]
    }

    fn taken(&mut self, now: Time, turn: Turn) -> Vec<Effect> {
        let effects = self.begins(now, turn, 1);
        self.key_is_due(now);
        effects
    }

    fn begins(&mut self, now: Time, turn: Turn, notices: usize) -> Vec<Effect> {
        self.phase = Phase::Talking { turn };
        self.empty_counsellors_seat(now);
        self.older = older_of(turn, &self.past);
        let mut effects = self.is_active(now);
        self.touched = now;
        if !self.past.is_empty() {
            effects.push(Effect::KeyEpoch { key_epoch: self.key_epoch() });
        }
        effects.extend(self.newest(notices));
        effects.extend(self.older.map(|older| Effect::Older { older }));
        effects
    }

    fn released(&mut self, now: Time, turn: Turn, why: TurnEnd, left: Seq) -> Vec<Effect> {
        self.past.push(PastTurn { account: turn.account, after: turn.after, left, why });
        let mut effects = vec![Effect::Moved { why: Moved::Turn(why) }];
        effects.extend(self.nobody_asks());
        effects.extend(self.is_active(now));
        self.phase = Phase::Waiting;
        effects.push(Effect::KeyEpoch { key_epoch: self.key_epoch() });
        effects.extend(self.newest(1));
        effects.extend(self.waits_again(now));
        effects
    }

    /// In the queue's eyes it has just come back, with this.
    pub(super) fn waits_again(&mut self, now: Time) -> Vec<Effect> {
        self.empty_counsellors_seat(now);
        self.older = None;
        self.reach = self.reach(now);
        vec![Effect::Reach { reach: self.reach }]
    }

    fn handed_over(&mut self, now: Time, turn: Turn, next: Turn) -> Vec<Effect> {
        let why = TurnEnd::HandedOver;
        self.past.push(PastTurn { account: turn.account, after: turn.after, left: next.after, why });
        let mut effects = vec![Effect::Moved { why: Moved::Turn(why) }];
        effects.extend(self.nobody_asks());
        self.newcomer_has_key();
        effects.extend(self.begins(now, next, 2));
        effects
    }

    /// What a counsellor has seen stays seen.
    fn empty_counsellors_seat(&mut self, now: Time) {
        self.counsellor = Seat { seen: self.counsellor.seen, ..Seat::new(now, self.rules.counsellor, None) };
    }

    /// Whether the student is asked, or may still change a no, about the counsellor whom that notice told.
    fn is_asked(&self, nth: u32) -> bool {
        let came = self.notices(Role::Student).last().map(|notice| notice.nth);
        came == Some(nth) && matches!(self.older, Some(Older::Asked | Older::Kept))
    }

    fn older_shared(&mut self, turn: Turn) -> Vec<Effect> {
        self.phase = Phase::Talking { turn: Turn { reads_after: 0, ..turn } };
        self.older = Some(Older::Shared);
        let mut effects = vec![Effect::Older { older: Older::Shared }];
        if self.counsellor.connection == Connection::Up {
            effects.extend(self.show(Role::Counsellor, None));
        }
        effects
    }

    fn say(&mut self, now: Time, from: Role, cid: Cid, key_epoch: KeyEpoch) -> Vec<Effect> {
        let limit = self.rules.lines;
        if let Err(retry) = self.seat(from).said.count(now, limit) {
            return vec![Effect::Refuse { to: from, cid, why: Refusal::TooMany { retry } }];
        }
        let has_key = from == Role::Student || self.counsellor_has_key();
        if has_key && key_epoch == self.key_epoch() {
            vec![Effect::Save { from, cid }]
        } else {
            vec![Effect::Recall { from, cid }]
        }
    }

    fn saved(&mut self, now: Time, from: Role, seq: Seq) -> Vec<Effect> {
        self.last = seq;
        let is_first = self.seat(from).first_line.is_none();
        self.seat(from).first_line.get_or_insert(seq);
        self.seat(from).typing_told = None;
        let mut effects = self.is_active(now);
        self.touched = now;

        if is_first {
            // Whoever has just spoken for the first time receives all that was kept back (W13).
            let (whose, since) = (Whose::Everyones, self.reads_after(from));
            if since + 1 < seq {
                effects.push(Effect::Replay { to: from, whose, since, until: seq - 1 });
            }
        }
        let to = if self.revealed(from.other()) { Audience::Both } else { Audience::Only(from) };
        effects.push(Effect::Line { to, seq });
        if is_first && from == Role::Student && self.phase == Phase::Waiting && self.past.is_empty() {
            self.told_to_wait = Some(seq);
            effects.extend(self.newest(1));
        }
        effects
    }

    fn has_seen(&mut self, by: Role, seq: Seq) -> Vec<Effect> {
        let (is_revealed, last) = (self.revealed(by), self.last);
        let seat = self.seat(by);
        // A page cannot have shown what was not said, or what it was not sent.
        if !is_revealed || last < seq || seq <= seat.seen {
            return vec![];
        }
        seat.seen = seq;
        vec![Effect::Seen { to: by.other(), seq }]
    }

    fn typing(&mut self, now: Time, from: Role) -> Vec<Effect> {
        let mut effects = self.is_active_without_a_line(now);
        let seat = self.seat(from);
        if seat.typing_told.is_none_or(|told| TYPING_EVERY <= now.since(told)) {
            seat.typing_told = Some(now);
            effects.push(Effect::Typing { to: from.other() });
        }
        effects
    }

    pub(super) fn end(&mut self, by: EndedBy) -> Vec<Effect> {
        let work = self.turn().map(|turn| turn.account).filter(|_| by == EndedBy::Counsellor);
        self.phase = Phase::Ending { by };
        vec![Effect::Erase { work }]
    }

    pub(super) fn seat(&mut self, role: Role) -> &mut Seat {
        match role {
            Role::Student => &mut self.student,
            Role::Counsellor => &mut self.counsellor,
        }
    }
}

impl Seat {
    fn new(now: Time, limits: Limits, first_line: Option<Seq>) -> Self {
        let presence = Presence::new(now, limits);
        let (connection, said) = (Connection::Down, Window::default());
        Self { first_line, presence, connection, seen: 0, said, typing_told: None }
    }
}

/// Whoever came first reads everything, also on coming back when nobody else was there between; of a later one the student is asked, if there is anything older.
fn older_of(turn: Turn, past: &[PastTurn]) -> Option<Older> {
    match turn {
        _ if past.iter().all(|past| past.account == turn.account) => None,
        Turn { after: 0, .. } => None,
        Turn { reads_after: 0, .. } => Some(Older::Shared),
        _ => Some(Older::Asked),
    }
}
