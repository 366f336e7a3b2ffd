//! Two thousand sockets are gone at one instant, and all of them come back by themselves, as the real page does.
//!
//! A thousand students sit in rooms with counsellors who hold many, the others wait. Lines are under way when it
//! happens, and lines are written while nobody is connected; none of them may be lost.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::{
    crowd::Crowd,
    figures::{millis, runtime, sign_in_all},
    portal::{Home, Portal},
    progress,
    proxy::Dice,
    table::{Bar, Table},
    way::{REAL, Way},
};

const DESKS: usize = 40;
const ROOMS_EACH: usize = 25;
const STUDENTS: usize = 2_000 - DESKS;
const PATIENCE: Duration = Duration::from_secs(120);

pub fn storm(table: &mut Table) -> Result<()> {
    let seed = Dice::seed();
    progress(&format!("2,000 sockets are dropped at once, QUIETLINE_TEST_SEED={seed}"));
    let portal = Portal::start(Home::sqlite()?.with(DESKS)?)?;
    let cookies = sign_in_all(&portal, DESKS)?;
    runtime()?.block_on(async {
        let way = Way { portal: portal.address, through: portal.address, patience: REAL };
        let crowd = Crowd::arrive(way.clone(), &cookies, STUDENTS, seed).await;
        ensure!(crowd.take(ROOMS_EACH).await, "a desk does not get its rooms");
        crowd.say(0..2);
        ensure!(crowd.settles(2, PATIENCE).await, "the first lines do not arrive");

        let arrivals = crowd.arrivals();
        crowd.say(2..3);
        // Lets those lines leave, and waits for none of their answers.
        tokio::task::yield_now().await;
        let dropped = Instant::now();
        crowd.pages().for_each(crate::page::Page::lose_connection);
        crowd.say(3..5);
        ensure!(crowd.returns(&arrivals, PATIENCE).await, "not everyone came back");
        let back = dropped.elapsed();
        crowd.settles(5, PATIENCE).await;
        let settled = dropped.elapsed();
        let count = crowd.count(5, way).await;
        table.add("storm: 2,000 dropped sockets, all back", millis(back), "ms", Bar::AtMost(10_000.0));
        table.add("· every line of the time between is there", millis(settled), "ms", Bar::None);
        table.never("· lines lost", count.lost);
        table.never("· lines doubled", count.doubled);
        table.never("· lines out of order", count.out_of_order);
        table.never("· rooms whose sides are not equal", count.unequal + count.broken);
        Ok(())
    })
}
