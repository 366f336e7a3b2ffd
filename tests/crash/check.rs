//! What was promised, held against what is kept after a crash.
//!
//! Whatever is found is then taken as it stands: from here on it is promised, and must survive the next crash too.

use std::collections::{BTreeSet, HashSet};

use quietline::protocol::Role;
use uuid::Uuid;

use super::{
    common::sealed::envelope,
    explain::{Deed, Holder, What, explains},
    kept::{Kept, KeptRoom},
    ledger::{Ledger, Line, Switch, broken},
};

impl Ledger {
    /// Ends the test at the first promise that is broken.
    pub fn holds_against(&mut self, kept: &Kept) {
        let found: Vec<usize> = kept.rooms.iter().map(|room| self.student_of(room)).collect();
        self.each_once(kept, &found);
        for (room, &student) in kept.rooms.iter().zip(&found) {
            self.is_the_same(student, room);
            self.has_share(room.id, &room.share);
        }
        self.keeps_the_order(&found);
        for room in &kept.rooms {
            self.is_explained(room.id, room.holder);
            self.keeps_its_lines(room);
        }
        self.others_have_ended(kept);
        self.keeps_the_switches(kept);
    }

    fn student_of(&self, room: &KeptRoom) -> usize {
        let student = self.students.iter().position(|student| student.digest == room.row.key);
        let student = student.unwrap_or_else(|| broken(&format!("room {} is nobody's", room.id)));
        if self.students[student].is_gone {
            broken(&format!("room {} was erased, and is back", room.id));
        }
        student
    }

    fn each_once(&self, kept: &Kept, found: &[usize]) {
        if found.iter().collect::<HashSet<_>>().len() < found.len() {
            broken("one key has two rooms");
        }
        let claims = kept.rooms.iter().filter_map(|room| match room.holder {
            Holder::Desk(_, claim) => claim,
            _ => None,
        });
        let mut seen = HashSet::new();
        if let Some(twice) = claims.into_iter().find(|claim| !seen.insert(*claim)) {
            broken(&format!("click {twice} has two rooms"));
        }
    }

    /// The same key, the same room, the same epoch, the same place.
    fn is_the_same(&mut self, student: usize, room: &KeptRoom) {
        self.joined(student, room.id, Uuid::from_u128(room.row.epoch));
        let student = &mut self.students[student];
        let place = *student.place.get_or_insert(room.row.queue_no);
        if place != room.row.queue_no {
            broken(&format!("room {} had place {place} and has {}", room.id, room.row.queue_no));
        }
    }

    /// Whoever was shown a room before another asked for one comes before them.
    fn keeps_the_order(&self, in_order: &[usize]) {
        for (n, &earlier) in in_order.iter().enumerate() {
            for &later in &in_order[n + 1..] {
                let (before, after) = (&self.students[earlier], &self.students[later]);
                if after.answered < before.asked {
                    broken(&format!("{:?} was there before {:?}, and is behind", after.room, before.room));
                }
            }
        }
    }

    fn is_explained(&mut self, room: Uuid, found: Holder) {
        let unanswered = self.clicks.iter().filter(|click| click.answer.is_none());
        let maybe =
            unanswered.map(|click| (What::Take { by: click.by, claim: click.claim }, click.asked)).collect::<Vec<_>>();
        let story = self.room(room);
        let maybe = maybe.into_iter().map(|(what, asked)| Deed { what, asked, answered: None });
        let deeds: Vec<_> = story.deeds.drain(..).chain(maybe).collect();
        let before = std::mem::replace(&mut story.holder, found);
        if !explains(before, &deeds, found) {
            broken(&format!("room {room} was {before:?}, then {deeds:?}, and is {found:?}"));
        }
    }

    /// All that was answered, nothing that nobody sent, nothing twice, 1 to n.
    fn keeps_its_lines(&mut self, room: &KeptRoom) {
        let (id, mut there) = (room.id, HashSet::new());
        for (said, seq) in room.lines.iter().zip(1..) {
            if said.seq != seq {
                broken(&format!("room {id} has number {} where {seq} belongs", said.seq));
            }
            if !there.insert(said.cid) {
                broken(&format!("room {id} has line {} twice", said.cid));
            }
            self.hears_line(id, said.cid, seq);
            let line = &self.room(id).lines[&said.cid];
            let is_students = said.from == Role::Student;
            let sent = envelope(&line.text, line.key_epoch);
            if serde_json::to_value(&said.body).ok() != Some(sent) || line.by.is_none() != is_students {
                broken(&format!("line {} of room {id} is not what was sent", said.cid));
            }
        }
        let answered = |line: &(&Uuid, &Line)| line.1.seq.is_some();
        let lost: Vec<_> = self.rooms[&id].lines.iter().filter(answered).collect();
        let lost = lost.into_iter().find(|(cid, _)| !there.contains(*cid)).map(|(cid, line)| (*cid, line.seq));
        if let Some((cid, seq)) = lost {
            broken(&format!("line {cid} of room {id} was answered as {seq:?}, and is lost"));
        }
    }

    /// A room that is not there was closed by somebody, or never confirmed.
    fn others_have_ended(&mut self, kept: &Kept) {
        let there: BTreeSet<Uuid> = kept.rooms.iter().map(|room| room.id).collect();
        let missing: Vec<Uuid> = self.rooms.keys().filter(|room| !there.contains(room)).copied().collect();
        for room in missing {
            self.is_explained(room, Holder::Erased);
            let share = self.rooms.remove(&room).and_then(|story| story.share);
            self.wiped.extend(share.map(|share| (room, share)));
            for student in self.students.iter_mut().filter(|student| student.room == Some(room)) {
                student.is_gone = true;
            }
        }
    }

    fn keeps_the_switches(&mut self, kept: &Kept) {
        for (desk, &found) in kept.available.iter().enumerate() {
            let switch = self.switches[desk];
            if found != switch.stands && switch.asked != Some(found) {
                broken(&format!("desk {desk} is available: {found}, and was told {}", switch.stands));
            }
            self.switches[desk] = Switch { stands: found, asked: None };
        }
    }
}
