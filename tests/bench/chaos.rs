//! Two hundred conversations in bad weather: the play of tests/chaos.rs with more people, against the release binary.
//!
//! The proxy stands in this process, and pages and proxy draw all their chance from one seed, which is said. What the
//! portal costs meanwhile is not looked at: this figure is a promise.

use std::{sync::atomic::Ordering, time::Duration};

use anyhow::{Result, ensure};

use crate::{
    crowd::Crowd,
    figures::{runtime, sign_in_all},
    portal::{Home, Portal},
    progress,
    proxy::{Dice, Proxy},
    table::{Bar, Table},
    way::{QUICK, REAL, Way},
};

const DESKS: usize = 20;
const ROOMS_EACH: usize = 10;
const LINES: u64 = 50;
/// What has not arrived by then is counted as lost.
const PATIENCE: Duration = Duration::from_secs(180);

pub fn chaos(table: &mut Table) -> Result<()> {
    let seed = Dice::seed();
    progress(&format!("200 conversations of 50 lines in bad weather, QUIETLINE_TEST_SEED={seed}"));
    let portal = Portal::start(Home::sqlite()?.with(DESKS)?)?;
    let cookies = sign_in_all(&portal, DESKS)?;
    let (count, weather) = runtime()?.block_on(async {
        let proxy = Proxy::before(portal.address, seed).await?;
        let way = Way { portal: portal.address, through: proxy.address, patience: QUICK };
        let crowd = Crowd::arrive(way.clone(), &cookies, DESKS * ROOMS_EACH, seed).await;
        ensure!(crowd.take(ROOMS_EACH).await, "a desk does not get its rooms");
        crowd.say(0..LINES);
        crowd.settles(LINES, PATIENCE).await;
        let clear = Way { through: portal.address, patience: REAL, ..way };
        anyhow::Ok((crowd.count(LINES, clear).await, proxy.weather.clone()))
    })?;
    let cuts = weather.cuts.load(Ordering::Relaxed);
    table.add("chaos: connections cut", cuts as f64, "", Bar::None);
    table.add("· of them after going deaf one way", weather.deaf.load(Ordering::Relaxed) as f64, "", Bar::None);
    table.never("· lines lost, of 20,000", count.lost);
    table.never("· lines doubled", count.doubled);
    table.never("· lines out of order", count.out_of_order);
    table.never("· rooms whose sides are not equal", count.unequal);
    table.never("· lines or rooms that were shown and gone", count.broken);
    Ok(())
}
