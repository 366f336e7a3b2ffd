//! kill -9 under a thousand rooms and five hundred who wait, and a start on the same data and the same port.
//!
//! Pages are left to themselves and come back as the real ones do. Afterwards everyone must be where they were: the
//! same order of the waiting, the same rooms at the same desks, the same line in each.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::{
    crowd::Crowd,
    figures::{millis, runtime, sign_in_all},
    line::line,
    page::{Page, Shown},
    portal::{Home, Portal},
    progress,
    proxy::Dice,
    table::{Bar, Table},
    way::{REAL, Way},
};

const DESKS: usize = 40;
const ROOMS_EACH: usize = 25;
const WAITING: usize = 500;
const PATIENCE: Duration = Duration::from_secs(60);
/// The portal gathers news of the queue, so a place may be told a moment after the room.
const NEWS: Duration = Duration::from_secs(2);

/// What a page's place is: its rooms with who is in them, and what a desk holds.
#[derive(PartialEq, Eq)]
struct Place {
    rooms: Vec<(String, Option<String>)>,
    held: Vec<String>,
}

pub fn kill(table: &mut Table) -> Result<()> {
    let seed = Dice::seed();
    progress(&format!("kill -9 under 1,000 rooms and 500 who wait, QUIETLINE_TEST_SEED={seed}"));
    let portal = Portal::start_to_be_killed(Home::sqlite()?.with(DESKS)?)?;
    let cookies = sign_in_all(&portal, DESKS)?;
    runtime()?.block_on(async {
        let way = Way { portal: portal.address, through: portal.address, patience: REAL };
        let crowd = Crowd::arrive(way.clone(), &cookies, DESKS * ROOMS_EACH + WAITING, seed).await;
        ensure!(crowd.take(ROOMS_EACH).await, "a desk does not get its rooms");
        crowd.say(0..1);
        ensure!(crowd.settles(1, PATIENCE).await, "the first lines do not arrive");
        let waited = line(&crowd, WAITING, PATIENCE).await.context("the places of those who wait make no line")?;
        // A desk is told what it holds when it comes, so each comes once more before the kill.
        let arrivals = crowd.arrivals();
        crowd.desks.iter().for_each(Page::lose_connection);
        ensure!(crowd.desks_return(&arrivals, PATIENCE).await, "a desk did not come back");

        let before: Vec<Place> = crowd.pages().map(|page| page.look(place)).collect();
        let arrivals = crowd.arrivals();
        let killed = Instant::now();
        let portal = tokio::task::spawn_blocking(move || restarted(portal)).await.map_err(|_| anyhow!("a panic"))??;
        let well = portal.started_in;
        ensure!(crowd.returns(&arrivals, PATIENCE).await, "not everyone came back");
        let back = killed.elapsed();
        let waits = line(&crowd, WAITING, NEWS).await.unwrap_or_default();
        let moved = waited.iter().zip(waits.iter().map(Some).chain(std::iter::repeat(None)));
        let moved = moved.filter(|(before, after)| Some(*before) != *after).count();
        let changed = crowd.pages().zip(&before).filter(|(page, before)| page.look(place) != **before).count();
        let count = crowd.count(1, way).await;
        table.add("kill -9: from exec to /healthz, 1,500 rooms", millis(well), "ms", Bar::AtMost(1_000.0));
        table.add("· every page is back by itself", millis(back), "ms", Bar::AtMost(5_000.0));
        table.never("· places in the line that changed, of 500", moved as u64);
        table.never("· pages whose rooms or people changed, of 1,540", changed as u64);
        table.never("· lines lost, doubled or out of order", count.lost + count.doubled + count.out_of_order);
        table.never("· rooms whose sides are not equal", count.unequal + count.broken);
        Ok(())
    })
}

fn restarted(mut portal: Portal) -> Result<Portal> {
    portal.kill_and_start_again()?;
    Ok(portal)
}

fn place(shown: &Shown) -> Place {
    let rooms = shown.rooms.iter().map(|(room, talk)| (room.clone(), talk.counsellor.clone())).collect();
    Place { rooms, held: shown.held.clone() }
}
