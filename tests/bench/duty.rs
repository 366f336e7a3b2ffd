//! Duty: how long a supervisor waits for a month of fifty counsellors, while the newest entries have not been looked
//! through yet, and how fast `duty replay` reads a million lines.

use std::{
    fmt::Write as _,
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use futures_util::future::join_all;
use quietline::store::{
    self, Store,
    activity::{Batch, Entry, MOST_AT_ONCE},
};
use quietline_domain::{
    Span, Time,
    duty::{Kind, Rules},
};

use crate::{
    figures::{millis, runtime},
    portal::{Home, Portal, quietline},
    progress,
    table::{Bar, Table},
    traffic::share,
};

const COUNSELLORS: usize = 50;
/// Twenty days of four hours with an entry every two minutes, for each.
const DAYS: i64 = 20;
const ENTRIES_A_DAY: i64 = 120;
/// What half a minute may add before it is looked through.
const NEW: usize = 500;
const ASKED: usize = 300;
const LINES: usize = 1_000_000;
const DAY: i64 = 86_400_000;

pub fn duty(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        progress(&format!("a month of {COUNSELLORS} counsellors{on}"));
        month(table, home.with(COUNSELLORS + 1)?, on)?;
    }
    progress(&format!("a log of {LINES} lines"));
    replay(table)
}

fn month(table: &mut Table, home: Home, on: &str) -> Result<()> {
    let boss = format!("c{COUNSELLORS}");
    let made =
        quietline(&home).args(["account", "role", &boss, "--role", "supervisor"]).stdout(Stdio::null()).status()?;
    ensure!(made.success(), "making a supervisor");
    let address = crate::store::address(&home)?;
    let entries = runtime()?.block_on(async {
        let (store, _) = store::visit(&address).await?;
        let entries = fill(&*store).await?;
        store.close().await;
        anyhow::Ok(entries)
    })?;
    let portal = Portal::start(home)?;
    let cookie = format!("Cookie: {}\r\n", portal.sign_in(&boss)?);
    let path = format!("/api/duty/everyone?from={}&until={}", "1970-02-01", "1970-03-01");
    let mut took = Vec::with_capacity(ASKED);
    let mut bytes = 0;
    for _ in 0..ASKED {
        let began = Instant::now();
        let answer = portal.get(&path, &cookie)?;
        took.push(began.elapsed());
        ensure!(answer.is_ok(), "the month was refused");
        bytes = answer.body.len();
    }
    ensure!(50_000 < bytes, "a month is more than {bytes} bytes");
    let [middle, late] = [0.5, 0.99].map(|part| millis(share(&mut took, part)));
    table.add(&format!("a month of 50 counsellors, {entries} entries, over HTTP, p50{on}"), middle, "ms", Bar::None);
    table.add(&format!("· p99{on}"), late, "ms", Bar::AtMost(100.0));
    Ok(())
}

/// All but the newest entries are looked through, as the server does every half a minute.
async fn fill(store: &dyn Store) -> Result<usize> {
    let rules = Rules::new(Span::seconds(1_200), Span::seconds(900), Span::seconds(300), 300)
        .map_err(|_| anyhow::anyhow!("rules out of order"))?;
    let staff = store.accounts().await?;
    let mut log = Vec::new();
    for day in 0..DAYS {
        for nth in 0..ENTRIES_A_DAY {
            for (who, account) in staff.iter().take(COUNSELLORS).enumerate() {
                let begins = (31 + day) * DAY + who as i64 * 20 * 60_000;
                // With a break in the middle.
                let at = begins + nth * 120_000 + if ENTRIES_A_DAY / 2 < nth { 3_600_000 } else { 0 };
                let kind = if nth % 3 == 0 { Kind::Work } else { Kind::Key };
                log.push(Entry { account: account.account, at: Time(at), kind });
            }
        }
    }
    let (old, new) = log.split_at(log.len() - NEW);
    for some in old.chunks(2_000) {
        keep(store, some).await?;
    }
    while 0 < store.look_through(rules, 2_000).await? {}
    keep(store, new).await?;
    Ok(log.len())
}

async fn keep(store: &dyn Store, entries: &[Entry]) -> Result<()> {
    for kept in join_all(entries.chunks(MOST_AT_ONCE).map(|some| store.note(Batch::of(some.to_vec())))).await {
        kept?;
    }
    Ok(())
}

fn replay(table: &mut Table) -> Result<()> {
    let home = Home::sqlite()?;
    let mut log = String::with_capacity(LINES * 72);
    let mut nth = 1_u64;
    for _ in 0..LINES {
        // Every line once, in no order of time: a full cycle of a congruential generator.
        nth = (nth.wrapping_mul(1_103_515_245).wrapping_add(12_345)) % (1 << 31);
        let (day, second) = (1 + nth % 28, nth / 28 % 86_400);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let kind = Kind::ALL[(nth % 6) as usize].text();
        let who = nth / 6 % 50;
        writeln!(
            log,
            r#"{{"at":"2026-01-{day:02}T{hour:02}:{minute:02}:{second:02}Z","kind":"{kind}","who":"c{who}"}}"#
        )?;
    }
    let file = home.folder.path().join("log.jsonl");
    fs::write(&file, log)?;
    let mut took = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        let done = quietline(&home).args(["duty", "replay"]).arg(&file).stdout(Stdio::null()).status()?;
        took.push(began.elapsed());
        ensure!(done.success(), "duty replay");
    }
    let best = took.iter().min().copied().context("none")?.max(Duration::from_millis(1));
    table.add(
        "duty replay, entries a second, 1,000,000 shuffled of 50 people",
        LINES as f64 / best.as_secs_f64(),
        "",
        Bar::AtLeast(1e6),
    );
    Ok(())
}
