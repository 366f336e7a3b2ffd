//! The line of those who wait, read from what their pages are told: how many are before each.
//!
//! The portal gathers news of the queue for a moment, so places are looked at until they make a line: every number
//! from 0 on, once each. Whether the line is the right one is for others to judge.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use tokio::time::sleep;

use crate::{crowd::Crowd, page::Shown};

const LOOK: Duration = Duration::from_millis(20);

/// The rooms of those who wait, first come first, as soon as their places make a line; none when they do not in time.
pub async fn line(crowd: &Crowd, waiting: usize, within: Duration) -> Option<Vec<String>> {
    let began = Instant::now();
    while began.elapsed() < within {
        let places = crowd.students.iter().filter_map(|student| student.look(place));
        let line: BTreeMap<u64, String> = places.collect();
        if line.len() == waiting && line.keys().copied().eq(0..waiting as u64) {
            return Some(line.into_values().collect());
        }
        sleep(LOOK).await;
    }
    None
}

/// How many are before a student who waits, and their room.
fn place(shown: &Shown) -> Option<(u64, String)> {
    let (room, talk) = shown.rooms.iter().next()?;
    let ahead = shown.ahead.filter(|_| talk.counsellor.is_none())?;
    Some((ahead, room.clone()))
}
