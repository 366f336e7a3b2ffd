//! How a desk comes back after a crash, and what must be as it was: its rooms, its lines, its clicks, the line of those
//! who wait.
//!
//! Nothing else is going on meanwhile, so every answer is known beforehand.

use std::net::SocketAddr;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    common::sealed::envelope,
    desk::{DeskPage, Stay},
    explain::Holder,
    ledger::{Answer, Click, broken},
    link::Lost,
};

/// As many answered lines, and clicks, are repeated after a crash.
const AGAIN: usize = 3;

impl DeskPage {
    /// The rooms that this desk was found to hold, and no others.
    pub async fn returns(&mut self, portal: SocketAddr) -> Result<(), Lost> {
        let (mut told, held) = (self.comes(portal).await?, self.ledger.borrow().held_by(self.no));
        told.sort_unstable();
        if told != held {
            broken(&format!("desk {} holds {held:?}, and is told {told:?}", self.no));
        }
        self.until("the lines of the rooms that are held", |desk, _| {
            held.iter().all(|room| desk.held.get(room).is_some_and(|stay| *stay != Stay::Entering)).then_some(())
        })
        .await
    }

    /// In every room that is held: what was not answered, some of what was, and something else under one cid.
    pub async fn repeats(&mut self) -> Result<(), Lost> {
        let held = self.ledger.borrow().held_by(self.no);
        for room in held {
            let mut lines: Vec<_> = {
                let ledger = self.ledger.borrow();
                let all = ledger.rooms[&room].lines.iter();
                let mine = all.filter(|(_, line)| line.by == Some(self.no) && !line.is_refused);
                mine.map(|(cid, line)| (line.seq.is_some(), *cid, line.key_epoch, line.text.clone())).collect()
            };
            lines.sort_unstable();
            let answered = lines.iter().filter(|(is_answered, ..)| *is_answered).count();
            lines.truncate(lines.len() - answered.saturating_sub(AGAIN));
            for (_, cid, key_epoch, text) in &lines {
                let answer = self.says_again(room, *cid, envelope(text, *key_epoch)).await?;
                if answer["type"] != "line" && answer["reason"] != "key_epoch" {
                    broken(&format!("line {cid} was sent again, and is answered by {answer}"));
                }
            }
            // The last was answered before this crash, if any was.
            if let Some((true, cid, key_epoch, _)) = lines.last() {
                let answer = self.says_again(room, *cid, envelope("something else", *key_epoch)).await?;
                if answer["reason"] != "cid_taken" {
                    broken(&format!("line {cid} was sent with other content, and is answered by {answer}"));
                }
            }
        }
        Ok(())
    }

    async fn says_again(&mut self, room: Uuid, cid: Uuid, body: Value) -> Result<Value, Lost> {
        self.say(room, cid, body).await?;
        self.until("a line that was sent again", |_, frame| (frame["cid"] == json!(cid)).then(|| frame.clone())).await
    }

    /// The same click, the same answer.
    pub async fn presses_again(&mut self) -> Result<(), Lost> {
        let clicks = self.ledger.borrow().last_clicks(self.no, AGAIN);
        for Click { claim, answer, .. } in clicks {
            let taken = Holder::Desk(self.no, Some(claim));
            let room = self.ledger.borrow().rooms.iter().find(|(_, story)| story.holder == taken).map(|(id, _)| *id);
            let expected = match (room, answer) {
                (Some(room), _) => Some(Answer::Room(room)),
                (None, Some(Answer::Room(_))) => Some(Answer::Refused("answered_before".to_owned())),
                (None, before) => before,
            };
            let found = self.presses(claim).await?;
            if expected.as_ref().is_some_and(|expected| *expected != found) {
                broken(&format!("click {claim} is answered by {found:?}, and not by {expected:?}"));
            }
        }
        Ok(())
    }

    /// Those who wait are given out in the order in which they came.
    pub async fn takes_in_order(&mut self, most: usize) -> Result<(), Lost> {
        let waiting = self.now_waiting();
        let all = waiting.len() as u64;
        self.until("all who wait are back in the queue", |desk, _| (desk.queue == Some((all, 0))).then_some(()))
            .await?;
        for room in waiting.into_iter().take(most) {
            let claim = self.ledger.borrow_mut().presses(self.no);
            let found = self.presses(claim).await?;
            if found != Answer::Room(room) {
                broken(&format!("{room} is the next of those who wait, and {found:?} is given out"));
            }
            self.until("the lines of a room that was taken", |desk, _| {
                (desk.held.get(&room) == Some(&Stay::Talking)).then_some(())
            })
            .await?;
        }
        Ok(())
    }

    pub async fn is_available(&mut self) -> Result<(), Lost> {
        let switch = self.ledger.borrow().switches[self.no];
        if !switch.stands {
            self.asks_to_switch(true).await?;
        }
        self.until("a switch", |desk, _| desk.ledger.borrow().switches[desk.no].stands.then_some(())).await
    }

    /// As found after the crash, without those who were taken since.
    fn now_waiting(&self) -> Vec<Uuid> {
        let ledger = self.ledger.borrow();
        let mut waiting = ledger.waiting();
        waiting.retain(|room| ledger.rooms[room].deeds.is_empty());
        waiting
    }

    async fn presses(&mut self, claim: Uuid) -> Result<Answer, Lost> {
        self.press(claim).await?;
        self.until("a click", |_, frame| match frame["type"].as_str() {
            _ if frame["claim"] != json!(claim) => None,
            Some("taken") => Some(Answer::Room(super::student::id(&frame["room"]))),
            _ => Some(Answer::Refused(frame["reason"].as_str().expect("a reason").to_owned())),
        })
        .await
    }

    /// Takes in what comes, until something holds that is looked for. It may hold already.
    async fn until<T>(&mut self, what: &str, found: impl Fn(&Self, &Value) -> Option<T>) -> Result<T, Lost> {
        let mut frame = Value::Null;
        loop {
            if let Some(found) = found(self, &frame) {
                return Ok(found);
            }
            frame = self.link().until(what, |_| true).await?;
            self.hear(&frame).await?;
        }
    }
}
