//! What the room has said to each seat: a function of the room's history, so that a reload shows what was shown.
//!
//! Who held the room behind which line, and the student's first line, give the same notices at the same places after
//! any reload or restart (W10, W11, W15, W25, W26). Nothing is stored for them.

use super::{Effect, Notice, PlacedNotice, Room, TurnEnd};
use crate::{Role, Seq};

impl Room {
    /// Every notice this seat has been given, in order.
    pub fn notices(&self, role: Role) -> Vec<PlacedNotice> {
        let told = match role {
            Role::Counsellor => self.turn().map(|turn| (turn.after, Notice::SayHi)).into_iter().collect(),
            Role::Student => self.told_student(),
        };
        let numbered = (0..).zip(told);
        numbered.map(|(nth, (after, notice))| PlacedNotice { nth, after, notice }).collect()
    }

    fn told_student(&self) -> Vec<(Seq, Notice)> {
        let turn = self.turn().map(|turn| (turn.after, turn.account));
        let first_came = self.past.first().map(|past| past.after).or(turn.map(|(after, _)| after));
        let waited = self.student.first_line.filter(|&first| first_came.is_none_or(|came| first <= came));
        let mut told = vec![(0, Notice::SayHi)];
        told.extend(waited.or(self.told_to_wait).map(|first| (first, Notice::WaitForCounsellor)));
        for past in &self.past {
            told.push((past.after, Notice::CounsellorCame(past.account)));
            told.push((
                past.left,
                match past.why {
                    TurnEnd::GivenBack | TurnEnd::Away | TurnEnd::NoKey => Notice::BackToQueue(past.account),
                    TurnEnd::HandedOver => Notice::HandedOver(past.account),
                },
            ));
        }
        told.extend(turn.map(|(after, account)| (after, Notice::CounsellorCame(account))));
        told
    }

    /// The newest notices of the student, as they are told live.
    pub(super) fn newest(&self, how_many: usize) -> Vec<Effect> {
        let notices = self.notices(Role::Student);
        let newest = notices.iter().skip(notices.len().saturating_sub(how_many));
        newest.map(|&notice| Effect::Notice { to: Role::Student, notice }).collect()
    }
}
