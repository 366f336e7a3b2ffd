//! Who may have the student's secret, and when: the order of key epochs, and the time within which one is handed over.
//!
//! The machine never sees a key. It knows which secret is in use, who has asked for it, and that a counsellor without
//! one has not really come.

use super::{Asker, Connection, Effect, Keys, Moved, PastTurn, Phase, Room, TurnEnd};
use crate::{AccountId, KeyEpoch, Role, Span, Time};

/// Within this the student's page hands over its secret, or whoever came has not come.
const KEY_WITHIN: Span = Span::seconds(15);

/// A student's page that hands nothing over for the second time in a row is passed over for so long, and twice as long
/// each time after, so that pages that never do cannot stand before everybody else.
const FIRST_REST: Span = Span::seconds(60);
const DOUBLINGS: u32 = 3;

impl Room {
    /// What is sealed now is sealed with this. A function of the room's history: it is raised when a counsellor goes,
    /// and when a later one comes, so that whoever went cannot read on, and whoever comes cannot read back.
    pub fn key_epoch(&self) -> KeyEpoch {
        let begun = first_key_epoch_after(self.past.len());
        match (self.turn(), self.past.last()) {
            (None, _) | (_, None) => begun,
            (Some(_), Some(PastTurn { why: TurnEnd::HandedOver, .. })) => begun + 2,
            (Some(_), Some(_)) => begun + 1,
        }
    }

    /// What a colleague's lines will be sealed with, once they have the room. If they do not come, nobody else's are.
    pub fn next_key_epoch(&self) -> KeyEpoch {
        first_key_epoch_after(self.past.len() + 1) + 2
    }

    /// Whether the counsellor was given the secret, as far as this machine has seen. One that woke believes it.
    pub(super) fn counsellor_has_key(&self) -> bool {
        self.keys.due.is_none()
    }

    pub(super) fn key_is_due(&mut self, now: Time) {
        self.keys.due = Some(now.plus(KEY_WITHIN));
    }

    pub(super) fn key_offered(&mut self) -> Vec<Effect> {
        self.keys.asked = true;
        vec![Effect::OfferKey { to: Asker::Counsellor }]
    }

    /// The first counsellor keeps the room until the colleague can read.
    pub(super) fn accepted(&mut self, now: Time, by: AccountId) -> Vec<Effect> {
        let before = self.keys.colleague.replace((by, now.plus(KEY_WITHIN)));
        let mut effects = Vec::from_iter(before.map(|(to, _)| Effect::NotHandedOver { to }));
        effects.push(Effect::OfferKey { to: Asker::Colleague });
        effects
    }

    pub(super) fn key_handed(&mut self, key_epoch: KeyEpoch) -> Vec<Effect> {
        match self.keys.colleague {
            Some((to, _)) if key_epoch == self.next_key_epoch() => {
                self.keys.colleague = None;
                vec![Effect::HandOver { to }]
            }
            _ if key_epoch == self.key_epoch() && self.keys.asked => {
                (self.keys.due, self.keys.asked, self.keyless_takes) = (None, false, 0);
                vec![Effect::HandKey]
            }
            _ => vec![],
        }
    }

    /// A page that comes back is asked again.
    pub(super) fn ask_student_again(&self) -> Vec<Effect> {
        let counsellor = self.keys.asked.then_some(Asker::Counsellor);
        let colleague = self.keys.colleague.map(|_| Asker::Colleague);
        [counsellor, colleague].into_iter().flatten().map(|to| Effect::OfferKey { to }).collect()
    }

    /// Something was handed over for whoever has the room now.
    pub(super) fn newcomer_has_key(&mut self) {
        self.keys.kept_for_newcomer = true;
    }

    pub(super) fn hand_newcomer_key(&mut self) -> Option<Effect> {
        std::mem::take(&mut self.keys.kept_for_newcomer).then_some(Effect::HandKey)
    }

    /// The counsellor has changed, or has gone: whoever asked asks no more.
    pub(super) fn nobody_asks(&mut self) -> Option<Effect> {
        let Keys { colleague, .. } = std::mem::take(&mut self.keys);
        colleague.map(|(to, _)| Effect::NotHandedOver { to })
    }

    pub(super) fn key_deadline(&self) -> Option<Time> {
        let colleague = self.keys.colleague.map(|(_, until)| until);
        [self.keys.due, colleague].into_iter().flatten().min().map(|until| until.plus(Span(1)))
    }

    pub(super) fn tick_keys(&mut self, now: Time) -> Vec<Effect> {
        if self.rests_until.is_some_and(|until| until <= now) {
            self.rests_until = None;
        }
        if self.keys.due.is_some_and(|until| until < now) {
            self.keyless_takes += 1;
            let doublings = self.keyless_takes.checked_sub(2).map(|more| more.min(DOUBLINGS));
            self.rests_until = doublings.map(|doublings| now.plus(Span(FIRST_REST.0 << doublings)));
            // The first take leaves no trace. A later one has raised the key epoch, which never goes down.
            let is_first = self.past.is_empty();
            return vec![if is_first { Effect::PutBack } else { Effect::Release { why: TurnEnd::NoKey } }];
        }
        match self.keys.colleague {
            Some((to, until)) if until < now => {
                self.keys.colleague = None;
                vec![Effect::NotHandedOver { to }]
            }
            _ => vec![],
        }
    }

    /// Whether the student is passed over for now, like one who is not here.
    pub(super) fn rests(&self, now: Time) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// The room waits as if it had not been taken: nothing was read, and nothing was said.
    pub(super) fn put_back(&mut self, now: Time) -> Vec<Effect> {
        let mut effects = vec![Effect::Moved { why: Moved::NoKey }];
        effects.extend(self.nobody_asks());
        effects.extend(self.is_active(now));
        self.phase = Phase::Waiting;
        effects.extend(self.waits_again(now));
        if self.student.connection == Connection::Up {
            effects.extend(self.show(Role::Student, None));
        }
        effects
    }
}

/// Three for each turn that has ended: for waiting, for whoever takes the room then, and for whoever it is handed to.
fn first_key_epoch_after(turns: usize) -> KeyEpoch {
    1 + 3 * KeyEpoch::try_from(turns).unwrap_or(KeyEpoch::MAX / 4)
}
