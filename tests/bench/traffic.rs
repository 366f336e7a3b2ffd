//! Two kinds of traffic, the same for the portal and for the relay: as fast as answers come, and at a walking pace.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::{sleep, sleep_until};

use crate::{
    portal::Watch,
    seat::{Role, Seat},
};

/// Each seat of a walking conversation says a line this often, so a room has one a second.
const PACE: Duration = Duration::from_secs(2);
const PACED_FOR: Duration = Duration::from_secs(12);

const WARM_UP: Duration = Duration::from_secs(1);
const FLAT_OUT_FOR: Duration = Duration::from_secs(8);

/// What came of lines as fast as answers come.
pub struct Pace {
    pub cpu_per_line: Duration,
    pub lines_per_second: f64,
    /// The bytes of a line on the wire to the server and from it to each side, both seats averaged.
    pub bytes: (usize, usize),
}

/// Ping-pong: whoever hears a line answers at once, so each room has one line under way.
pub async fn flat_out(seats: Vec<Seat>, server: Watch, run: Instant) -> Result<Pace> {
    let heard = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let mut playing = Vec::new();
    for mut seat in seats {
        let (heard, stop) = (Arc::clone(&heard), Arc::clone(&stop));
        playing.push(tokio::spawn(async move {
            if seat.role() == Role::Student {
                seat.say(run).await?;
            }
            while !stop.load(Ordering::Relaxed) {
                if seat.heard().await?.from_other {
                    heard.fetch_add(1, Ordering::Relaxed);
                    seat.say(run).await?;
                }
            }
            anyhow::Ok((seat.said_bytes, seat.heard_bytes))
        }));
    }
    sleep(WARM_UP).await;
    let (began, cpu_before, before) = (Instant::now(), server.cpu()?, heard.load(Ordering::Relaxed));
    sleep(FLAT_OUT_FOR).await;
    let (cpu, lines) = (server.cpu()? - cpu_before, heard.load(Ordering::Relaxed) - before);
    let took = began.elapsed();
    stop.store(true, Ordering::Relaxed);

    // In each room one seat stops, and the other waits for a line that nobody says any more.
    sleep(Duration::from_millis(300)).await;
    let (mut said, mut heard, mut seats) = (0, 0, 0);
    for seat in playing {
        if seat.is_finished() {
            let sizes = seat.await??;
            (said, heard, seats) = (said + sizes.0, heard + sizes.1, seats + 1);
        } else {
            seat.abort();
        }
    }
    anyhow::ensure!(seats != 0 && lines != 0, "nothing was said");
    Ok(Pace {
        cpu_per_line: cpu / u32::try_from(lines)?,
        lines_per_second: lines as f64 / took.as_secs_f64(),
        bytes: (said / seats, heard / seats),
    })
}

/// Lines at a walking pace, both seats in turn, all rooms spread over the time; how long each took to the other side.
pub async fn at_a_walk(seats: Vec<Seat>, run: Instant) -> Result<(Vec<Seat>, Vec<Duration>)> {
    let start = tokio::time::Instant::now();
    let count = u32::try_from(seats.len())?;
    let mut walking = Vec::new();
    for (place, mut seat) in (0..count).zip(seats) {
        walking.push(tokio::spawn(async move {
            let mut took = Vec::new();
            let mut next = start + PACE * place / count;
            // After the last line, the seat listens for as long again as it has to.
            let end = start + PACED_FOR + PACE;
            loop {
                tokio::select! {
                    heard = seat.heard() => {
                        let heard = heard?;
                        if heard.from_other {
                            took.push(run.elapsed().saturating_sub(Duration::from_nanos(heard.stamp)));
                        }
                    }
                    () = sleep_until(next) => {
                        if end <= next {
                            return anyhow::Ok((seat, took));
                        }
                        seat.say(run).await?;
                        next += PACE;
                        if start + PACED_FOR <= next {
                            next = end;
                        }
                    }
                }
            }
        }));
    }
    let (mut seats, mut all) = (Vec::new(), Vec::new());
    for seat in walking {
        let (seat, took) = seat.await??;
        seats.push(seat);
        all.extend(took);
    }
    Ok((seats, all))
}

/// The value below which this share of all lies.
pub fn share(took: &mut [Duration], share: f64) -> Duration {
    took.sort_unstable();
    let last = took.len().saturating_sub(1);
    took.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}
