//! Duty sessions: when a counsellor was at work, told by the log of what they did and by nothing else.
//!
//! The log is only ever added to, and its entries may come late and in any order: an entry that a page kept back has an
//! older time. So sessions are kept as stretches of time that every entry either joins or founds, and never as the
//! entries themselves. Nothing here knows who somebody is, what was said, or what time it is now.

mod keyboard;

use std::collections::BTreeMap;

pub use keyboard::{Implausible, Keyboard, REPORT_EVERY, Report};

use crate::{Span, Time};

/// What a counsellor did. Each kind is a reason to believe that somebody was there at that moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Opened the desk.
    Desk,
    /// Took a student, or opened a room from the server.
    Open,
    /// Sent a line, closed, transferred, edited a plan.
    Work,
    /// Became available, or no longer.
    Switch,
    /// Used the keyboard or clicked.
    Key,
    /// The same, at an older time that the page had kept back.
    KeyCached,
}

impl Kind {
    pub const ALL: [Self; 6] = [Self::Desk, Self::Open, Self::Work, Self::Switch, Self::Key, Self::KeyCached];

    /// As logs have it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Open => "open",
            Self::Work => "work",
            Self::Switch => "switch",
            Self::Key => "key",
            Self::KeyCached => "key_cached",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.text() == text)
    }
}

/// When a session ends, and when a page tells of the keyboard. Exists only with interval < pause < expire: otherwise a
/// page that keeps a time back would tear a session that never paused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    expire: Span,
    pause: Span,
    interval: Span,
    keys: usize,
}

/// Which of the times must be shorter than which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misordered {
    /// The interval is not longer than none.
    NoInterval,
    IntervalAndPause,
    PauseAndExpire,
}

impl Rules {
    /// A session ends when more than `expire` passes without an entry. A page tells of the keyboard at most once in each
    /// `interval`, sooner after more than `keys` characters, and of the time it kept back after more than `pause`.
    pub fn new(expire: Span, pause: Span, interval: Span, keys: usize) -> Result<Self, Misordered> {
        if interval <= Span(0) {
            Err(Misordered::NoInterval)
        } else if pause <= interval {
            Err(Misordered::IntervalAndPause)
        } else if expire <= pause {
            Err(Misordered::PauseAndExpire)
        } else {
            Ok(Self { expire, pause, interval, keys })
        }
    }

    pub fn expire(&self) -> Span {
        self.expire
    }

    pub fn pause(&self) -> Span {
        self.pause
    }

    pub fn interval(&self) -> Span {
        self.interval
    }

    pub fn keys(&self) -> usize {
        self.keys
    }
}

/// From the first to the last recognised time, with how often there was `work`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    pub start: Time,
    pub end: Time,
    pub reply_count: u64,
}

impl Session {
    /// What one entry comes to by itself (D3).
    pub fn of(at: Time, kind: Kind) -> Self {
        Self { start: at, end: at, reply_count: u64::from(kind == Kind::Work) }
    }
}

impl Session {
    pub fn length(&self) -> Span {
        self.end.since(self.start)
    }
}

/// The sessions of one person's log, in whatever order its entries come.
pub fn sessions(rules: &Rules, log: impl IntoIterator<Item = (Time, Kind)>) -> Vec<Session> {
    let mut sessions = Sessions::new(rules);
    for (at, kind) in log {
        sessions.recognise(at, kind);
    }
    sessions.iter().collect()
}

/// One person's sessions, from the entries so far.
///
/// More than `expire` lies between any two of them, so that however many entries come there are never more sessions than
/// fit into the time that the log spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sessions {
    expire: Span,
    by_start: BTreeMap<Time, Stretch>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    end: Time,
    reply_count: u64,
}

impl Sessions {
    pub fn new(rules: &Rules) -> Self {
        Self { expire: rules.expire, by_start: BTreeMap::new() }
    }

    pub fn recognise(&mut self, at: Time, kind: Kind) {
        self.join(Session::of(at, kind));
    }

    /// Two neighbours in time belong together exactly when no more than `expire` lies between them. What comes between
    /// them can only shorten what lies between, so it may make one session of several and never two of one.
    pub fn join(&mut self, part: Session) {
        let near = |earlier: Time, later: Time| later.since(earlier) <= self.expire;
        let Session { start, mut end, mut reply_count } = part;
        while let Some((&later, &stretch)) = self.by_start.range(start..).next()
            && near(end, later)
        {
            self.by_start.remove(&later);
            end = end.max(stretch.end);
            reply_count += stretch.reply_count;
        }
        match self.by_start.range_mut(..start).next_back().filter(|(_, earlier)| near(earlier.end, start)) {
            Some((_, earlier)) => {
                earlier.end = earlier.end.max(end);
                earlier.reply_count += reply_count;
            }
            None => {
                self.by_start.insert(start, Stretch { end, reply_count });
            }
        }
    }

    /// In the order of time.
    pub fn iter(&self) -> impl Iterator<Item = Session> + '_ {
        self.by_start.iter().map(|(&start, &Stretch { end, reply_count })| Session { start, end, reply_count })
    }
}

#[cfg(test)]
mod stories;
