//! Time in a room: who is here, who has been away for too long, and how long nothing has happened.
//!
//! Presence and inactivity are two clocks (W24): a beat is no activity in a conversation, except while one waits.
//! Every wait of a room is in `deadline`; `Tick` may come early and then changes nothing.

use super::{Connection, Effect, EndedBy, Phase, Reach, Room, Seat, TurnEnd};
use crate::{
    Role, Span, Time,
    presence::{self, Whereabouts},
};

/// How much of a conversation's last activity may be unknown to the store.
const TOUCH_EVERY: Span = Span::seconds(10);

impl Room {
    /// When `Tick` is next due.
    pub fn deadline(&self) -> Option<Time> {
        match self.phase {
            Phase::Waiting => earliest([Some(self.waiting_ends()), self.student.presence.deadline(), self.rests_until]),
            Phase::Talking { .. } => earliest([
                Some(if self.warned { self.silence_ends() } else { self.warning_due() }),
                Some(self.absence_ends()),
                Some(self.release_due()),
                self.key_deadline(),
                self.student.presence.deadline(),
                self.counsellor.presence.deadline(),
            ]),
            Phase::Ending { .. } | Phase::Ended => None,
        }
    }

    /// Where the other side is, as this seat may know it. A student knows of nobody before somebody has come.
    pub fn whereabouts_for(&self, role: Role, now: Time) -> Option<Whereabouts> {
        match (role, self.turn()) {
            (Role::Student, None) => None,
            _ => Some(self.seat_of(role.other()).presence.whereabouts(now)),
        }
    }

    /// Whether the student who waits can be taken now.
    pub fn reach(&self, now: Time) -> Reach {
        let is_here = self.student.presence.whereabouts(now) == Whereabouts::Here && !self.rests(now);
        match self.student.connection {
            Connection::Up if is_here => Reach::Present,
            Connection::Up | Connection::Down => Reach::Reconnecting,
        }
    }

    /// How long is left, once both have been warned.
    pub fn closes_in(&self, now: Time) -> Option<Span> {
        self.warned.then(|| Span(self.active.plus(self.rules.inactivity).since(now).0.max(0)))
    }

    /// When something last happened in the conversation.
    pub fn active(&self) -> Time {
        self.active
    }

    pub(super) fn here(&mut self, now: Time, role: Role, sign: presence::Input) -> Vec<Effect> {
        if self.phase == Phase::Waiting && role == Role::Student {
            self.active = now;
        }
        let changed = self.seat(role).presence.step(now, sign);
        let mut effects = Vec::from_iter(self.tell_presence(role, changed));
        effects.extend(self.tell_reach(now));
        effects
    }

    pub(super) fn connection(&mut self, now: Time, role: Role, connection: Connection) -> Vec<Effect> {
        self.seat(role).connection = connection;
        Vec::from_iter(self.tell_reach(now))
    }

    /// W24: whatever is activity starts the clock anew.
    pub(super) fn is_active(&mut self, now: Time) -> Vec<Effect> {
        self.active = now;
        if !std::mem::take(&mut self.warned) {
            return vec![];
        }
        vec![Effect::Stayed { to: Role::Student }, Effect::Stayed { to: Role::Counsellor }]
    }

    /// Activity that leaves no line behind: the store is told of it now and then.
    pub(super) fn is_active_without_a_line(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = self.is_active(now);
        if TOUCH_EVERY <= now.since(self.touched) {
            self.touched = now;
            effects.push(Effect::Touch);
        }
        effects
    }

    pub(super) fn tick(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = Vec::new();
        for role in [Role::Student, Role::Counsellor] {
            let changed = self.seat(role).presence.step(now, presence::Input::Tick);
            effects.extend(self.tell_presence(role, changed));
        }
        effects.extend(self.tell_reach(now));
        let keyless = self.tick_keys(now);
        if !keyless.is_empty() {
            effects.extend(keyless);
            return effects;
        }
        match self.phase {
            Phase::Waiting if self.waiting_ends() <= now => effects.extend(self.end(EndedBy::Absence)),
            Phase::Talking { .. } if self.absence_ends() <= now => effects.extend(self.end(EndedBy::Absence)),
            Phase::Talking { .. } if self.silence_ends() <= now => effects.extend(self.end(EndedBy::Silence)),
            Phase::Talking { .. } if self.release_due() <= now => {
                effects.push(Effect::Release { why: TurnEnd::Away });
            }
            Phase::Talking { .. } if !self.warned && self.warning_due() <= now => {
                self.warned = true;
                let closes_in = self.active.plus(self.rules.inactivity).since(now);
                effects.extend([Role::Student, Role::Counsellor].map(|to| Effect::Warning { to, closes_in }));
            }
            _ => {}
        }
        effects
    }

    fn tell_presence(&self, of: Role, changed: Option<Whereabouts>) -> Option<Effect> {
        let other = changed?;
        self.turn()?;
        Some(Effect::Presence { to: of.other(), other })
    }

    fn tell_reach(&mut self, now: Time) -> Option<Effect> {
        let reach = self.reach(now);
        if self.phase != Phase::Waiting || std::mem::replace(&mut self.reach, reach) == reach {
            return None;
        }
        Some(Effect::Reach { reach })
    }

    /// While one waits, being here is activity (W24), so that silence and absence are the same.
    fn waiting_ends(&self) -> Time {
        self.active.plus(self.rules.inactivity.min(self.rules.absence)).plus(Span(1))
    }

    fn absence_ends(&self) -> Time {
        self.student.presence.last_heard().plus(self.rules.absence).plus(Span(1))
    }

    fn silence_ends(&self) -> Time {
        self.active.plus(self.rules.inactivity).plus(Span(1))
    }

    fn warning_due(&self) -> Time {
        self.active.plus(Span(self.rules.inactivity.0 - self.rules.warning.0))
    }

    fn release_due(&self) -> Time {
        self.counsellor.presence.last_in_room().plus(self.rules.release).plus(Span(1))
    }

    pub(super) fn seat_of(&self, role: Role) -> &Seat {
        match role {
            Role::Student => &self.student,
            Role::Counsellor => &self.counsellor,
        }
    }
}

fn earliest<const N: usize>(times: [Option<Time>; N]) -> Option<Time> {
    times.into_iter().flatten().min()
}
