//! How a room moves: what each input changes, and what is to be done about it.
//!
//! Every path ends in effects for the actor to carry out in order. It knows neither sockets nor the store.

use super::{
    Audience, Before, Effect, EndedBy, Input, Notice, Phase, Refusal, Resume, Room, Rules, Seat, Taken, Whose,
};
use crate::{Cid, Role, Seq, Span, Time};

/// The least time between two tellings that somebody types (W24).
const TYPING_EVERY: Span = Span::seconds(3);

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

    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
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
            Phase::Waiting => Some(silence_ends),
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
        if self.phase == Phase::Waiting && self.student.here {
            // Whoever waits and is here may be silent for as long as it takes (W24).
            self.active = now;
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
