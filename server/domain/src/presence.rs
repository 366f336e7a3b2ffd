//! Where one person is, as far as their beats tell: on the site, and in one room of it (U6 to U10).
//!
//! A beat from the room keeps both levels alive, one without a room the site alone. Going away changes a state and
//! deletes nothing. It is a part of other machines; a socket that closes means nothing here, the time-out decides.

use crate::{Span, Time};

/// When silence is noticed, and when it is being away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// More than this without a beat from the room, and the others see it (W25).
    pub notice: Span,
    /// More than this without any beat is being away (U7).
    pub away: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Site,
    Room,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Whereabouts {
    Here,
    /// Beats come, but not from the room.
    OnSite,
    /// No beats for more than the notice; perhaps only the connection is gone.
    Unheard,
    /// At site level, which is away in every room (U7).
    Away,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    Beat(Level),
    /// An explicit leave of the room acts at once (U10).
    LeftRoom,
    /// The deadline has come.
    Tick,
}

#[derive(Clone, Debug)]
pub struct Presence {
    limits: Limits,
    /// The last beat of any kind.
    on_site: Time,
    /// The last beat from the room, or when it was left.
    in_room: Time,
    room: Membership,
    told: Whereabouts,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Membership {
    Entered,
    Left,
}

impl Presence {
    /// Somebody who is in the room, or of whom it is not known since when they are not.
    pub fn new(now: Time, limits: Limits) -> Self {
        Self { limits, on_site: now, in_room: now, room: Membership::Entered, told: Whereabouts::Here }
    }

    /// What the others are to be told, if it has changed: a beat without a change is told to nobody (U9).
    pub fn step(&mut self, now: Time, input: Input) -> Option<Whereabouts> {
        match input {
            Input::Beat(Level::Site) => self.on_site = now,
            Input::Beat(Level::Room) => {
                (self.on_site, self.in_room, self.room) = (now, now, Membership::Entered);
            }
            Input::LeftRoom => (self.on_site, self.in_room, self.room) = (now, now, Membership::Left),
            Input::Tick => {}
        }
        let is_now = self.whereabouts(now);
        (std::mem::replace(&mut self.told, is_now) != is_now).then_some(is_now)
    }

    /// When the whereabouts change by themselves.
    pub fn deadline(&self) -> Option<Time> {
        let due = match self.told {
            Whereabouts::Here => self.in_room.plus(self.limits.notice),
            Whereabouts::OnSite | Whereabouts::Unheard => self.on_site.plus(self.limits.away),
            Whereabouts::Away => return None,
        };
        Some(due.plus(Span(1)))
    }

    pub fn whereabouts(&self, now: Time) -> Whereabouts {
        let heard_from_room = now.since(self.in_room) <= self.limits.notice;
        match self.room {
            _ if self.limits.away < now.since(self.on_site) => Whereabouts::Away,
            Membership::Left => Whereabouts::OnSite,
            Membership::Entered if heard_from_room => Whereabouts::Here,
            Membership::Entered if self.in_room < self.on_site => Whereabouts::OnSite,
            Membership::Entered => Whereabouts::Unheard,
        }
    }

    /// The last beat of any kind.
    pub fn last_heard(&self) -> Time {
        self.on_site
    }

    /// The last beat from the room, or when it was left.
    pub fn last_in_room(&self) -> Time {
        self.in_room
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STUDENT: Limits = Limits { notice: Span::seconds(15), away: Span::seconds(120) };

    fn seconds(at: i64) -> Time {
        Time(at * 1_000)
    }

    #[test]
    fn more_than_120_s_without_a_beat_is_being_away() {
        // U-T1, U7
        let mut presence = Presence::new(seconds(0), STUDENT);
        for at in (20..=100).step_by(20) {
            presence.step(seconds(at), Input::Beat(Level::Room));
        }
        assert_ne!(presence.whereabouts(seconds(220)), Whereabouts::Away);
        assert_eq!(presence.whereabouts(seconds(221)), Whereabouts::Away);
        // U9: coming back is the same person, told once.
        presence.step(seconds(221), Input::Tick);
        assert_eq!(presence.step(seconds(300), Input::Beat(Level::Room)), Some(Whereabouts::Here));
        assert_eq!(presence.step(seconds(301), Input::Beat(Level::Room)), None);
    }

    #[test]
    fn a_beat_without_a_room_keeps_only_the_site_level() {
        // U6
        let mut presence = Presence::new(seconds(0), STUDENT);
        presence.step(seconds(10), Input::Beat(Level::Site));
        assert_eq!(presence.whereabouts(seconds(15)), Whereabouts::Here);
        assert_eq!(presence.step(seconds(16), Input::Tick), Some(Whereabouts::OnSite));
        assert_eq!(presence.step(seconds(131), Input::Tick), Some(Whereabouts::Away));
    }

    #[test]
    fn a_beat_from_the_room_keeps_both_levels() {
        // U6, W25: unheard, not away, while nothing is heard from either.
        let mut presence = Presence::new(seconds(0), STUDENT);
        presence.step(seconds(50), Input::Beat(Level::Room));
        assert_eq!(presence.step(seconds(65), Input::Tick), None);
        assert_eq!(presence.deadline(), Some(Time(65_001)));
        assert_eq!(presence.step(Time(65_001), Input::Tick), Some(Whereabouts::Unheard));
        assert_eq!(presence.deadline(), Some(Time(170_001)));
    }

    #[test]
    fn leaving_the_room_does_not_change_the_site_level() {
        // U-T4, U8, U10
        let mut presence = Presence::new(seconds(0), STUDENT);
        assert_eq!(presence.step(seconds(1), Input::LeftRoom), Some(Whereabouts::OnSite));
        presence.step(seconds(100), Input::Beat(Level::Site));
        assert_eq!(presence.whereabouts(seconds(200)), Whereabouts::OnSite);
        assert_eq!(presence.last_in_room(), seconds(1), "away from the room since then");
        assert_eq!(presence.step(seconds(201), Input::Beat(Level::Room)), Some(Whereabouts::Here));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// U9: whoever has seen a snapshot and heard every change since knows what a later snapshot says; and nothing
        /// is told that was known.
        #[test]
        fn a_snapshot_and_the_changes_since_are_a_later_snapshot(
            script in proptest::collection::vec((0_u8..4, 0_i64..90), 1..60),
        ) {
            let mut presence = Presence::new(seconds(0), STUDENT);
            let (mut now, mut known) = (seconds(0), presence.whereabouts(seconds(0)));
            for (kind, pause) in script {
                now = now.plus(Span::seconds(pause));
                while let Some(due) = presence.deadline().filter(|due| *due <= now) {
                    let told = presence.step(due, Input::Tick);
                    prop_assert!(told.is_some(), "an alarm that rang for nothing");
                    known = told.unwrap_or(known);
                }
                prop_assert_eq!(known, presence.whereabouts(now));
                let input = match kind {
                    0 => Input::Beat(Level::Site),
                    1 => Input::LeftRoom,
                    2 => Input::Tick,
                    _ => Input::Beat(Level::Room),
                };
                if let Some(told) = presence.step(now, input) {
                    prop_assert_ne!(told, known);
                    known = told;
                }
                prop_assert_eq!(known, presence.whereabouts(now));
            }
        }
    }
}
