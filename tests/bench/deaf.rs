//! Two hundred students' sockets that are in a room and never read, while their counsellors say as much as they may.
//!
//! What a deaf socket costs is the portal's memory until it is cut off; that of the kernel is not the portal's. Once
//! within the limits as shipped, where the bar is, and once with the limit of lines raised, where every deaf socket has
//! a full mailbox of the longest lines before it goes: that is the most such sockets can ever cost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use crate::{
    figures::{conversations, runtime, sign_in_all},
    portal::{Home, Lines, Portal},
    progress,
    seat::{Role, Seat, envelope},
    table::{Bar, Table},
};

const SOCKETS: usize = 200;
/// As long as a sealed line may be.
const BYTES: usize = 16_384;
const LOOK: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(120);
const READS_FOR: Duration = Duration::from_secs(8);

pub fn deaf(table: &mut Table) -> Result<()> {
    let held = measure(Lines::AsShipped)?;
    table.add("deaf: 200 sockets that never read, memory grows", held.mebibytes(), "MiB", Bar::AtMost(32.0));
    table.add("· all of them are gone after", held.gone_after.as_secs_f64(), "s", Bar::AtMost(75.0));
    table.never("· still there", held.left as u64);
    let flooded = measure(Lines::AsManyAsCome)?;
    table.add("· the same without a limit of lines, memory grows", flooded.mebibytes(), "MiB", Bar::None);
    table.add("· gone after", flooded.gone_after.as_secs_f64(), "s", Bar::None);
    table.never("· still there", flooded.left as u64);
    Ok(())
}

struct Held {
    kibibytes: u64,
    gone_after: Duration,
    left: usize,
}

impl Held {
    fn mebibytes(&self) -> f64 {
        self.kibibytes as f64 / 1024.0
    }
}

fn measure(lines: Lines) -> Result<Held> {
    progress("200 counsellors speak, 200 students stop reading");
    let portal = Portal::start_with(lines, Home::sqlite()?.with(SOCKETS)?)?;
    let cookies = sign_in_all(&portal, SOCKETS)?;
    let pause = match lines {
        Lines::AsManyAsCome => Duration::ZERO,
        // Twenty in 10 s, and a little less than that.
        Lines::AsShipped => Duration::from_millis(505),
    };
    runtime()?.block_on(async {
        let seats = conversations(&portal, &cookies, Instant::now()).await?;
        let (students, desks): (Vec<_>, Vec<_>) = seats.into_iter().partition(|seat| seat.role() == Role::Student);
        let stop = Arc::new(AtomicBool::new(false));
        let speaking = desks.into_iter().map(|desk| tokio::spawn(speak(desk, pause, Arc::clone(&stop))));
        let speaking: Vec<_> = speaking.collect();
        // What the lines themselves cost is there before anybody is deaf.
        let deaf = join_all(students.into_iter().map(read_for_a_while)).await;

        let watch = portal.watch();
        let (began, before, files) = (Instant::now(), watch.resident()?, watch.open_files()?);
        let (mut most, mut left) = (before, SOCKETS);
        while left != 0 && began.elapsed() < PATIENCE {
            sleep(LOOK).await;
            most = most.max(watch.resident()?);
            // Nothing else closes meanwhile, and files of the store only come.
            left = SOCKETS.saturating_sub(files.saturating_sub(watch.open_files()?));
        }
        let gone_after = began.elapsed();
        stop.store(true, Ordering::Relaxed);
        for speaker in speaking {
            speaker.await??;
        }
        drop(deaf);
        Ok(Held { kibibytes: most - before, gone_after, left })
    })
}

/// Reads what comes, and then nothing more.
async fn read_for_a_while(mut student: Seat) -> Seat {
    let reading = async { while student.heard().await.is_ok() {} };
    let _ = timeout(READS_FOR, reading).await;
    student
}

/// Says line after line, each once the one before is durable.
async fn speak(mut desk: Seat, pause: Duration, stop: Arc<AtomicBool>) -> Result<()> {
    let line = envelope(BYTES);
    while !stop.load(Ordering::Relaxed) {
        sleep(pause).await;
        desk.say_at_length(&line).await?;
        desk.until(r#"{"type":"line""#).await?;
    }
    Ok(())
}
