//! Duty: from a counsellor's activity log to the sessions they were at work (D1 to D3, D6).
//!
//! Sessions depend on what was logged and not on when it arrived, so entries may come late and in any order: each is a
//! recognised time, and times no further apart than the expiry belong together. Memory grows with the sessions, not with
//! the entries. Knows no counsellor, and of what they did only that and when.

use std::{collections::BTreeMap, error::Error, fmt};

use crate::{Span, Time};

/// What a counsellor did (D1). Never where, with whom, or what.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Opened the desk.
    Desk,
    /// Took a student, or opened a room from the server.
    Open,
    /// Sent a line, closed, handed over, edited a plan.
    Work,
    /// Switched *Available*.
    Switch,
    /// Was at the keyboard.
    Key,
    /// The same, at an older time.
    KeyCached,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub at: Time,
    pub kind: Kind,
}

/// From the first recognised time to the last. One entry by itself makes a session of no length.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    pub start: Time,
    pub end: Time,
    /// How many entries of [`Kind::Work`] it has (D3).
    pub reply_count: u64,
}

/// How long what may last (D6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    expire: Span,
    pause: Span,
    interval: Span,
    /// How many characters are reported at once.
    pub keys: u32,
}

/// Settings under which reports would come too late for the session that they belong to (D6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unordered;

/// One counsellor's sessions, entry by entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    expire: Span,
    /// By their start. No two are as close as the expiry.
    sessions: BTreeMap<Time, Session>,
}

impl Rules {
    /// # Errors
    /// Unless the interval of reports is shorter than a break, and that shorter than the expiry of a session.
    pub fn new(expire: Span, pause: Span, interval: Span, keys: u32) -> Result<Self, Unordered> {
        if Span(0) < interval && interval < pause && pause < expire {
            Ok(Self { expire, pause, interval, keys })
        } else {
            Err(Unordered)
        }
    }

    /// A session ends when nothing is recognised for longer.
    pub fn expire(&self) -> Span {
        self.expire
    }

    /// Whoever comes back to the keyboard after longer was away.
    pub fn pause(&self) -> Span {
        self.pause
    }

    /// How often somebody at the keyboard is reported.
    pub fn interval(&self) -> Span {
        self.interval
    }
}

/// 20, 15 and 5 minutes, and 300 characters.
impl Default for Rules {
    fn default() -> Self {
        let minutes = |minutes: i64| Span::seconds(minutes * 60);
        Self { expire: minutes(20), pause: minutes(15), interval: minutes(5), keys: 300 }
    }
}

impl Log {
    pub fn new(expire: Span) -> Self {
        Self { expire, sessions: BTreeMap::new() }
    }

    /// Joins the sessions that this entry lies in or between, or begins one. It never splits any.
    pub fn add(&mut self, Entry { at, kind }: Entry) {
        let mut session = Session { start: at, end: at, reply_count: u64::from(kind == Kind::Work) };
        if let Some((_, before)) = self.sessions.range_mut(..=at).next_back()
            && at.since(before.end) <= self.expire
        {
            if at <= before.end {
                // Most entries lie inside a session that is there: nothing moves.
                before.reply_count += session.reply_count;
                return;
            }
            session.start = before.start;
            session.reply_count += before.reply_count;
        }
        let after = self.sessions.range(at..).next().map(|(start, _)| *start);
        if let Some(start) = after.filter(|start| start.since(at) <= self.expire)
            && let Some(after) = self.sessions.remove(&start)
        {
            session.end = after.end;
            session.reply_count += after.reply_count;
        }
        self.sessions.insert(session.start, session);
    }

    /// In the order of time.
    pub fn sessions(&self) -> impl Iterator<Item = Session> {
        self.sessions.values().copied()
    }
}

/// All of a log at once.
pub fn sessions(entries: impl IntoIterator<Item = Entry>, expire: Span) -> Vec<Session> {
    let mut log = Log::new(expire);
    entries.into_iter().for_each(|entry| log.add(entry));
    log.sessions().collect()
}

impl Session {
    pub fn length(&self) -> Span {
        self.end.since(self.start)
    }
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Desk, Self::Open, Self::Work, Self::Switch, Self::Key, Self::KeyCached];

    pub fn word(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Open => "open",
            Self::Work => "work",
            Self::Switch => "switch",
            Self::Key => "key",
            Self::KeyCached => "key_cached",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl fmt::Display for Unordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the interval of reports must be shorter than a break, and a break shorter than the expiry")
    }
}

impl Error for Unordered {}

#[cfg(test)]
mod stories;
