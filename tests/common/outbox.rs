//! One room as a page of tests/common/page.rs holds it: the portal's lines by number, and those not yet answered.
//!
//! The rules of web/src/{conversation,talk}.ts a second time. Hearing anything twice changes nothing; hearing something
//! else under a number that was heard before is counted, because it may never happen. It knows no socket.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::sealed::{envelope, text_in};

#[derive(Default)]
pub struct Talk {
    pub epoch: String,
    /// The counsellor's nickname, once there is one.
    pub counsellor: Option<String>,
    /// What is shown, by number.
    pub lines: BTreeMap<u64, Said>,
    /// Lines that were shown and then were others, or none.
    pub contradictions: u64,
    is_revealed: bool,
    /// The lines that come next are everything.
    is_anew: bool,
    /// The room's lines have arrived on the present socket, so it may be spoken into.
    is_live: bool,
    /// What is sealed now is sealed with the secret of this one.
    key_epoch: u64,
    /// The last secret this page has: a student's page makes each, a desk is handed them.
    has_key: Option<u64>,
    pending: VecDeque<Pending>,
    /// The line that is under way, and since when.
    unanswered: Option<(Uuid, Instant)>,
    /// Too many lines: nothing is sent until then.
    held_until: Option<Instant>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    pub cid: String,
    pub from: String,
    pub text: String,
}

/// A line that was not answered yet.
struct Pending {
    cid: Uuid,
    text: String,
    /// With which secret, once it was said: a line that is said again is the same envelope.
    sealed_with: Option<u64>,
}

#[derive(PartialEq, Eq)]
pub enum Heard {
    Well,
    /// Lines are missing: the page must come back and ask for them.
    Gap,
}

impl Talk {
    pub fn is_live(&self) -> bool {
        self.is_live
    }

    /// Live, and with nothing left to say.
    pub fn is_settled(&self) -> bool {
        self.is_live && self.pending.is_empty()
    }

    pub fn write(&mut self, cid: Uuid, text: String) {
        self.pending.push_back(Pending { cid, text, sealed_with: None });
    }

    /// Up to where nothing is missing; none asks for everything.
    pub fn since(&self) -> Option<u64> {
        let highest = self.highest();
        (highest != 0 && self.lines.len() as u64 == highest).then_some(highest)
    }

    /// Whether what is said now can be sealed.
    pub fn may_seal(&self) -> bool {
        self.has_key == Some(self.key_epoch)
    }

    /// The room as the portal describes it. What is shown stays until its lines arrive.
    pub fn enter(&mut self, view: &Value, mine: &str) {
        let epoch = view["epoch"].as_str().unwrap_or_default();
        if self.epoch != epoch {
            self.contradictions += self.lines.len() as u64;
            self.lines.clear();
            self.epoch = epoch.to_owned();
        }
        self.counsellor = view["counsellor"].as_str().map(str::to_owned);
        self.is_revealed = view["revealed"] == true;
        self.is_anew = view["resume"] == "full";
        self.seals_with(view, mine);
        self.down();
    }

    pub fn hear(&mut self, kind: &str, frame: &Value, mine: &str) -> Heard {
        match kind {
            "lines" => self.catch_up(frame["lines"].as_array().map_or(&[], Vec::as_slice), mine),
            "line" => return self.hear_line(frame, mine),
            "notice" => {
                if let Some(came) = frame["counsellor"].as_str() {
                    self.counsellor = Some(came.to_owned());
                }
            }
            "key_epoch" => self.seals_with(frame, mine),
            "key_handed" => self.has_key = frame["key_epoch"].as_u64(),
            "refused" => self.refused(frame),
            _ => {}
        }
        Heard::Well
    }

    /// The socket is gone, and with it every answer that was on its way.
    pub fn down(&mut self) {
        (self.is_live, self.unanswered) = (false, None);
    }

    /// The next waiting line, if one may be sent now.
    pub fn pump(&mut self, now: Instant) -> Option<Value> {
        if self.held_until.is_some_and(|until| until <= now) {
            self.held_until = None;
        }
        if !self.is_live || self.held_until.is_some() || self.unanswered.is_some() {
            return None;
        }
        let said = self.oldest()?;
        self.unanswered = self.pending.front().map(|line| (line.cid, now));
        Some(said)
    }

    /// The line that waits longest, as it is said every time; none before the first can be sealed.
    pub fn oldest(&mut self) -> Option<Value> {
        let present = Some(self.key_epoch).filter(|_| self.may_seal());
        let line = self.pending.front_mut()?;
        line.sealed_with = line.sealed_with.or(present);
        Some(json!({"type": "say", "cid": line.cid, "body": envelope(&line.text, line.sealed_with?)}))
    }

    pub fn is_unheard(&self, now: Instant, patience: Duration) -> bool {
        self.unanswered.is_some_and(|(_, said)| said + patience <= now)
    }

    pub fn alarm(&self, patience: Duration) -> Option<Instant> {
        let unheard = self.unanswered.map(|(_, said)| said + patience);
        [unheard, self.held_until].into_iter().flatten().min()
    }

    fn seals_with(&mut self, said: &Value, mine: &str) {
        self.key_epoch = said["key_epoch"].as_u64().unwrap_or_default();
        if mine == "student" {
            self.has_key = Some(self.key_epoch);
        }
    }

    fn catch_up(&mut self, lines: &[Value], mine: &str) {
        let before = if self.is_anew { std::mem::take(&mut self.lines) } else { BTreeMap::new() };
        lines.iter().for_each(|line| self.put(line, mine));
        self.contradictions += before.iter().filter(|(seq, said)| self.lines.get(seq) != Some(said)).count() as u64;
        (self.is_live, self.is_anew) = (true, false);
    }

    fn hear_line(&mut self, line: &Value, mine: &str) -> Heard {
        let must_follow = self.is_revealed || line["from"] != mine;
        if must_follow && self.highest() + 1 < line["seq"].as_u64().unwrap_or_default() {
            return Heard::Gap;
        }
        self.put(line, mine);
        Heard::Well
    }

    fn put(&mut self, line: &Value, mine: &str) {
        let said = Said {
            cid: line["cid"].as_str().unwrap_or_default().to_owned(),
            from: line["from"].as_str().unwrap_or_default().to_owned(),
            text: text_in(&line["body"]).unwrap_or_default(),
        };
        if said.from == mine {
            let is_this = |cid: &Uuid| cid.to_string() == said.cid;
            self.pending.retain(|line| !is_this(&line.cid));
            self.unanswered = self.unanswered.filter(|(cid, _)| !is_this(cid));
        } else {
            // A line of the other side is only ever sent after the reveal, so it tells of it too.
            self.is_revealed = true;
        }
        let before = self.lines.insert(line["seq"].as_u64().unwrap_or_default(), said.clone());
        self.contradictions += u64::from(before.is_some_and(|before| before != said));
    }

    fn refused(&mut self, refused: &Value) {
        let cid = refused["cid"].as_str().unwrap_or_default();
        if self.unanswered.is_some_and(|(waiting, _)| waiting.to_string() == cid) {
            self.unanswered = None;
            if refused["reason"] == "key_epoch" {
                return self.seal_anew();
            }
            let wait = refused["retry_ms"].as_u64().unwrap_or(1_000);
            self.held_until = Some(Instant::now() + Duration::from_millis(wait));
        }
    }

    /// The same words under another cid. The next one, so that a seed gives the same play.
    fn seal_anew(&mut self) {
        if let Some(line) = self.pending.front_mut() {
            (line.cid, line.sealed_with) = (Uuid::from_u128(line.cid.as_u128().wrapping_add(1)), None);
        }
    }

    fn highest(&self) -> u64 {
        self.lines.last_key_value().map_or(0, |(seq, _)| *seq)
    }
}
