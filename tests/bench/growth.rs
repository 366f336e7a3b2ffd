//! What a line costs as the house grows: the same traffic in 10, 100, 1,000 and 5,000 open rooms.
//!
//! A thousand lines a second, spread over all rooms, whatever their number; what so many rooms cost without a word, their
//! signs of life, is measured first and taken off. Each room has its counsellor, who has spoken and hears every line.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::{
    figures::{join, keep, micros, open_desk, runtime, sign_in_all, take},
    portal::{Home, Portal},
    progress,
    seat::Seat,
    table::{Bar, Table},
};

const SIZES: [usize; 4] = [10, 100, 1_000, 5_000];
/// As many rooms as one desk may hold (`--rooms-per-counsellor`).
const AT_ONE_DESK: usize = 1_000;
const LINES_A_SECOND: usize = 1_000;
const FOR: Duration = Duration::from_secs(10);
/// A desk that presses more than a hundred times a second is asked to come back.
const BETWEEN_TAKES: Duration = Duration::from_millis(11);

pub fn growth(table: &mut Table) -> Result<()> {
    for (postgres, name) in [(false, ""), (true, " (Postgres)")] {
        let mut costs = Vec::new();
        for rooms in SIZES {
            let Some(home) = (if postgres { Home::postgres()? } else { Some(Home::sqlite()?) }) else { return Ok(()) };
            progress(&format!("1,000 lines a second in {rooms} rooms{name}"));
            let cost = cost_of_a_line(home, rooms)?;
            table.add(&format!("CPU per line in {rooms} rooms{name}"), micros(cost), "µs", Bar::None);
            costs.push(cost.as_secs_f64());
        }
        let ratio = costs[SIZES.len() - 1] / costs[0];
        table.add(&format!("· at 5,000 rooms to that at 10{name}"), ratio, "×", Bar::AtMost(1.3));
    }
    Ok(())
}

fn cost_of_a_line(home: Home, rooms: usize) -> Result<Duration> {
    let desks = rooms.div_ceil(AT_ONE_DESK);
    let portal = Portal::start(home.with(desks)?)?;
    let cookies = sign_in_all(&portal, desks)?;
    runtime()?.block_on(async {
        let run = Instant::now();
        let mut students = Vec::new();
        for cookie in &cookies {
            students.extend(fill(&portal, cookie, rooms.min(AT_ONE_DESK), run).await?);
        }
        let (heard, talking) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        for (place, student) in students.into_iter().enumerate() {
            tokio::spawn(talk(student, place, rooms, run, heard.clone(), talking.clone()));
        }
        sleep(Duration::from_secs(2)).await;
        let watch = portal.watch();
        let begun = watch.cpu()?;
        sleep(FOR).await;
        let silent = watch.cpu()? - begun;
        talking.store(true, Ordering::Relaxed);
        sleep(Duration::from_secs(1)).await;
        let (begun, before) = (watch.cpu()?, heard.load(Ordering::Relaxed));
        sleep(FOR).await;
        let (talk, lines) = (watch.cpu()? - begun, heard.load(Ordering::Relaxed) - before);
        let least = (LINES_A_SECOND as u64 * FOR.as_secs()) / 2;
        anyhow::ensure!(least < lines, "only {lines} lines were heard");
        Ok(talk.saturating_sub(silent) / u32::try_from(lines)?)
    })
}

/// A desk with so many rooms, each revealed to both; returns the students.
async fn fill(portal: &Portal, cookie: &str, rooms: usize, run: Instant) -> Result<Vec<Seat>> {
    let mut desk = open_desk(portal, cookie, true).await?;
    let mut students = Vec::new();
    for _ in 0..rooms {
        let mut student = join(portal.address).await?;
        take(&mut desk, &mut student).await?;
        // The student speaks first, so that the counsellor's line comes live and not with what was kept back.
        student.say(run).await?;
        student.heard().await?;
        desk.say(run).await?;
        while !student.heard().await?.from_other {}
        students.push(student);
        sleep(BETWEEN_TAKES).await;
    }
    keep(desk);
    Ok(students)
}

/// Says a line whenever it is this student's turn, once everybody may talk, and counts those that came back durable.
async fn talk(
    mut student: Seat,
    place: usize,
    rooms: usize,
    run: Instant,
    heard: Arc<AtomicU64>,
    talking: Arc<AtomicBool>,
) -> Result<()> {
    let every = Duration::from_secs(1) * u32::try_from(rooms)? / u32::try_from(LINES_A_SECOND)?;
    sleep(every * u32::try_from(place)? / u32::try_from(rooms)?).await;
    let mut turns = interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            line = student.heard() => {
                line?;
                heard.fetch_add(1, Ordering::Relaxed);
            }
            _ = turns.tick() => {
                if talking.load(Ordering::Relaxed) {
                    student.say(run).await?;
                }
            }
        }
    }
}
