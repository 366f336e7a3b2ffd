//! One room: two seats, numbered lines, the gate between them (W12), and the end.
//!
//! The machine never sees what is said. It decides who is told which line, when the other side's lines are revealed,
//! what counts as activity (W24), and when silence has lasted too long (W19). It knows no sockets and no store: it
//! asks for a save and hears `Saved`, asks for an erasure and hears `Erased`.

use crate::{
    AccountId, Cid, Role, Seq, Span, Time,
    window::{Limit, Window},
};

/// The numbers a room lives by.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// More than this without activity closes the room (W19).
    pub inactivity: Span,
    /// Both are warned this long before.
    pub warning: Span,
    /// How many lines one seat may say (and how many a page may re-send).
    pub lines: Limit,
}

/// The least time between two tellings that somebody types (W24).
const TYPING_EVERY: Span = Span::seconds(3);

#[derive(Clone, Debug)]
pub struct Room {
    rules: Rules,
    phase: Phase,
    student: Seat,
    counsellor: Seat,
    /// When something last happened in the conversation.
    active: Time,
    warned: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Waiting,
    Talking {
        taken: Taken,
    },
    /// The erasure was asked for and is not done yet.
    Ending {
        by: EndedBy,
    },
    Ended,
}

/// Who took the room, and the last line before that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    pub account: AccountId,
    pub after: Seq,
}

#[derive(Clone, Debug, Default)]
struct Seat {
    first_line: Option<Seq>,
    here: bool,
    said: Window,
    typing_told: Option<Time>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// A page has taken this seat. `since` is the last line it shows, if its epoch was ours.
    Entered {
        role: Role,
        since: Option<Seq>,
    },
    /// The page of this seat is gone; the seat stays.
    Left {
        role: Role,
    },
    /// A counsellor was given this room.
    Taken(Taken),
    Say {
        from: Role,
        cid: Cid,
    },
    /// The store's answers to [`Effect::Save`].
    Saved {
        from: Role,
        seq: Seq,
    },
    SavedBefore {
        from: Role,
        seq: Seq,
    },
    CidTaken {
        from: Role,
        cid: Cid,
    },
    Typing {
        from: Role,
    },
    Stay {
        from: Role,
    },
    Close {
        by: Role,
    },
    /// The store's answer to [`Effect::Erase`].
    Erased {
        lines: u64,
    },
    /// The deadline has come.
    Tick,
}

/// What is to be done, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Make the line durable, then say so.
    Save {
        from: Role,
        cid: Cid,
    },
    /// Send the line just saved.
    Line {
        to: Audience,
        seq: Seq,
    },
    /// Show this seat the room as it stands.
    View {
        to: Role,
        resume: Resume,
    },
    /// Send lines from the store.
    Replay {
        to: Role,
        whose: Whose,
        since: Seq,
    },
    Notice {
        to: Role,
        after: Seq,
        notice: Notice,
    },
    Typing {
        to: Role,
    },
    Warning {
        to: Role,
        closes_in: Span,
    },
    Stayed {
        to: Role,
    },
    Refuse {
        to: Role,
        cid: Cid,
        why: Refusal,
    },
    /// Erase physically, then say so.
    Erase,
    /// To both: it is gone.
    Ended {
        by: EndedBy,
        lines: u64,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    Both,
    Only(Role),
}

impl Audience {
    pub fn includes(self, role: Role) -> bool {
        self == Self::Both || self == Self::Only(role)
    }
}

/// Whose lines are sent: before the reveal only one's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whose {
    Everyones,
    Only(Role),
}

impl Whose {
    pub fn includes(self, role: Role) -> bool {
        self == Self::Everyones || self == Self::Only(role)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resume {
    Full,
    Delta,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    SayHi,
    WaitForCounsellor,
    CounsellorCame,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    TooMany { retry: Span },
    CidTaken,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    Student,
    Counsellor,
    Silence,
}

/// What the store knows of a room that wakes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Before {
    pub taken: Option<Taken>,
    pub first_student: Option<Seq>,
    pub first_counsellor: Option<Seq>,
}

impl Room {
    /// A room that opens, or wakes from the store. Its clock starts now: time in which nobody could have spoken,
    /// because the server was down, does not count.
    pub fn wake(now: Time, rules: Rules, before: Before) -> Self {
        Self {
            rules,
            phase: before.taken.map_or(Phase::Waiting, |taken| Phase::Talking { taken }),
            student: Seat { first_line: before.first_student, ..Seat::default() },
            counsellor: Seat { first_line: before.first_counsellor, ..Seat::default() },
            active: now,
            warned: false,
        }
    }

    pub fn taken(&self) -> Option<Taken> {
        match self.phase {
            Phase::Talking { taken } => Some(taken),
            Phase::Waiting | Phase::Ending { .. } | Phase::Ended => None,
        }
    }

    /// Whether each side receives the other's lines (W12).
    pub fn revealed(&self) -> bool {
        self.revealed_at().is_some()
    }

    /// How long is left, once both have been warned.
    pub fn closes_in(&self, now: Time) -> Option<Span> {
        self.warned.then(|| Span(self.active.plus(self.rules.inactivity).since(now).0.max(0)))
    }

    /// Every notice this seat has been given and the line it stands behind, in order. A function of the room's
    /// history, so a reload shows what was shown.
    pub fn notices(&self, role: Role) -> Vec<(Seq, Notice)> {
        let taken = self.taken();
        match role {
            Role::Counsellor => taken.map(|taken| (taken.after, Notice::SayHi)).into_iter().collect(),
            Role::Student => {
                let waited = self.student.first_line.filter(|&first| taken.is_none_or(|taken| first <= taken.after));
                [
                    Some((0, Notice::SayHi)),
                    waited.map(|first| (first, Notice::WaitForCounsellor)),
                    taken.map(|taken| (taken.after, Notice::CounsellorCame)),
                ]
                .into_iter()
                .flatten()
                .collect()
            }
        }
    }

    /// When `Tick` is next due.
    pub fn deadline(&self) -> Option<Time> {
        let silence_ends = self.active.plus(self.rules.inactivity).plus(Span(1));
        match self.phase {
            // A student who waits and is here may be silent for as long as it takes (W24).
            Phase::Waiting => (!self.student.here).then_some(silence_ends),
            Phase::Talking { .. } if self.warned => Some(silence_ends),
            Phase::Talking { .. } => Some(self.warning_due()),
            Phase::Ending { .. } | Phase::Ended => None,
        }
    }

    pub fn step(&mut self, now: Time, input: Input) -> Vec<Effect> {
        match (self.phase, input) {
            (Phase::Ending { by }, Input::Erased { lines }) => {
                self.phase = Phase::Ended;
                vec![Effect::Ended { by, lines }]
            }
            (Phase::Ending { .. } | Phase::Ended, _) => vec![],
            (_, Input::Entered { role, since }) => self.entered(now, role, since),
            (phase, Input::Left { role }) => {
                self.seat(role).here = false;
                if phase == Phase::Waiting && role == Role::Student {
                    self.active = now;
                }
                vec![]
            }
            (Phase::Waiting, Input::Taken(taken)) => {
                self.phase = Phase::Talking { taken };
                self.active = now;
                vec![Effect::Notice { to: Role::Student, after: taken.after, notice: Notice::CounsellorCame }]
            }
            (_, Input::Say { from, cid }) => self.say(now, from, cid),
            (_, Input::Saved { from, seq }) => self.saved(now, from, seq),
            (_, Input::SavedBefore { from, seq }) => vec![Effect::Line { to: Audience::Only(from), seq }],
            (_, Input::Typing { from }) => self.typing(now, from),
            (_, Input::Stay { .. }) => self.is_active(now),
            (_, Input::Close { by: Role::Student }) => self.end(EndedBy::Student),
            (_, Input::Close { by: Role::Counsellor }) => self.end(EndedBy::Counsellor),
            (_, Input::Tick) => self.tick(now),
            (_, Input::CidTaken { from, cid }) => vec![Effect::Refuse { to: from, cid, why: Refusal::CidTaken }],
            (Phase::Talking { .. }, Input::Taken(_)) | (_, Input::Erased { .. }) => vec![],
        }
    }

    fn entered(&mut self, now: Time, role: Role, since: Option<Seq>) -> Vec<Effect> {
        self.seat(role).here = true;
        if self.phase == Phase::Waiting {
            self.active = now;
        }
        let whose = if self.revealed() { Whose::Everyones } else { Whose::Only(role) };
        // A page that left before the reveal lacks the other's earlier lines, so it gets everything.
        let known = since.filter(|&since| self.revealed_at().is_none_or(|revealed| revealed <= since));
        let resume = if known.is_some() { Resume::Delta } else { Resume::Full };
        vec![Effect::View { to: role, resume }, Effect::Replay { to: role, whose, since: known.unwrap_or(0) }]
    }

    fn say(&mut self, now: Time, from: Role, cid: Cid) -> Vec<Effect> {
        let limit = self.rules.lines;
        match self.seat(from).said.count(now, limit) {
            Ok(()) => vec![Effect::Save { from, cid }],
            Err(retry) => vec![Effect::Refuse { to: from, cid, why: Refusal::TooMany { retry } }],
        }
    }

    fn saved(&mut self, now: Time, from: Role, seq: Seq) -> Vec<Effect> {
        let was_revealed = self.revealed();
        let is_first = self.seat(from).first_line.is_none();
        self.seat(from).first_line.get_or_insert(seq);
        self.seat(from).typing_told = None;
        let mut effects = self.is_active(now);

        if self.revealed() && !was_revealed {
            // Whoever has just spoken for the first time receives all that was kept back (W13).
            effects.push(Effect::Replay { to: from, whose: Whose::Only(from.other()), since: 0 });
        }
        let to = if self.revealed() { Audience::Both } else { Audience::Only(from) };
        effects.push(Effect::Line { to, seq });
        if is_first && from == Role::Student && self.phase == Phase::Waiting {
            effects.push(Effect::Notice { to: Role::Student, after: seq, notice: Notice::WaitForCounsellor });
        }
        effects
    }

    fn typing(&mut self, now: Time, from: Role) -> Vec<Effect> {
        let mut effects = self.is_active(now);
        let seat = self.seat(from);
        if seat.typing_told.is_none_or(|told| TYPING_EVERY <= now.since(told)) {
            seat.typing_told = Some(now);
            effects.push(Effect::Typing { to: from.other() });
        }
        effects
    }

    fn is_active(&mut self, now: Time) -> Vec<Effect> {
        self.active = now;
        if !std::mem::take(&mut self.warned) {
            return vec![];
        }
        vec![Effect::Stayed { to: Role::Student }, Effect::Stayed { to: Role::Counsellor }]
    }

    fn end(&mut self, by: EndedBy) -> Vec<Effect> {
        self.phase = Phase::Ending { by };
        vec![Effect::Erase]
    }

    fn tick(&mut self, now: Time) -> Vec<Effect> {
        if self.deadline().is_none() {
            return vec![];
        }
        if self.rules.inactivity < now.since(self.active) {
            return self.end(EndedBy::Silence);
        }
        if matches!(self.phase, Phase::Talking { .. }) && !self.warned && self.warning_due() <= now {
            self.warned = true;
            let closes_in = self.active.plus(self.rules.inactivity).since(now);
            return [Role::Student, Role::Counsellor].map(|to| Effect::Warning { to, closes_in }).to_vec();
        }
        vec![]
    }

    fn warning_due(&self) -> Time {
        self.active.plus(Span(self.rules.inactivity.0 - self.rules.warning.0))
    }

    /// The line with which both had spoken.
    fn revealed_at(&self) -> Option<Seq> {
        Some(self.student.first_line?.max(self.counsellor.first_line?))
    }

    fn seat(&mut self, role: Role) -> &mut Seat {
        match role {
            Role::Student => &mut self.student,
            Role::Counsellor => &mut self.counsellor,
        }
    }
}

#[cfg(test)]
#[path = "room_stories.rs"]
mod stories;
