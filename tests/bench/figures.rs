//! What the program costs: its size, its start, a line, an idle student. What each figure sets up, measures, and is held
//! to. What it promises is measured by the files named for what is done to it.

use std::{
    collections::BTreeSet,
    fs,
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use serde_json::json;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::{
    disk,
    portal::{Home, Portal, Watch, binary},
    progress,
    relay::Relay,
    sealed::{answer, offer},
    seat::{Role, Seat},
    table::{Bar, Table},
    traffic::{Pace, at_a_walk, flat_out, share},
};

const ROOMS: usize = 200;
const IDLE: usize = 5_000;
const STARTS: usize = 5;

/// How long the idle portal is left alone before it is weighed.
const SETTLE: Duration = Duration::from_secs(3);

/// The program's size, and what a browser loads before the student's page is complete.
pub fn size(table: &mut Table) -> Result<()> {
    progress("size");
    let bytes = fs::metadata(binary()).context("the binary")?.len();
    table.add("size of the binary", bytes as f64 / 1e6, "MB", Bar::AtMost(30.0));

    let portal = Portal::start(Home::sqlite()?)?;
    let page = portal.get("/", "Accept-Encoding: br\r\n")?;
    let text = match page.header("content-encoding") {
        // To see what it refers to, the page is asked for once more as it is.
        Some(_) => portal.get("/", "")?.body,
        None => page.body.clone(),
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let parts: BTreeSet<&str> = text.split('"').filter(|part| part.starts_with("/assets/")).collect();
    let mut loaded = page.body.len();
    for part in parts {
        let answer = portal.get(part, "Accept-Encoding: br\r\n")?;
        anyhow::ensure!(answer.is_ok(), "{part} is not there");
        loaded += answer.body.len();
    }
    table.add("first load of / over the wire", loaded as f64 / 1e3, "kB", Bar::AtMost(40.0));
    Ok(())
}

/// From exec to the first /healthz that says yes, each time on an empty folder.
pub fn start(table: &mut Table) -> Result<()> {
    progress("start");
    let mut took = Vec::new();
    for _ in 0..STARTS {
        took.push(Portal::start(Home::sqlite()?)?.started_in);
    }
    table.add("start-up, median of 5", millis(share(&mut took, 0.5)), "ms", Bar::AtMost(300.0));
    Ok(())
}

/// Two hundred conversations, at a walk and flat out, at the portal on each database and then at the relay.
pub fn talk(table: &mut Table) -> Result<()> {
    let runtime = runtime()?;
    let run = Instant::now();
    let mut portals = Vec::new();
    for (home, on) in Home::each()? {
        progress(&format!("200 counsellors sign in, 200 students are taken{on}"));
        let portal = Portal::start(home.with(ROOMS)?)?;
        let cookies = sign_in_all(&portal, ROOMS)?;
        let (walk, pace) = runtime.block_on(async {
            let seats = conversations(&portal, &cookies, run).await?;
            both_kinds(seats, portal.watch(), run).await
        })?;
        portals.push((walk, pace, on));
    }
    let bytes = portals[0].1.bytes;
    let relay = Relay::start(bytes)?;
    progress("the same through a bare TCP relay");
    let (mut bare_walk, bare) = runtime.block_on(async {
        let mut seats = Vec::new();
        for pair in 0..u16::try_from(ROOMS)? {
            for role in [Role::Student, Role::Counsellor] {
                seats.push(Seat::at_relay(relay.address, role, pair, bytes).await?);
            }
        }
        both_kinds(seats, relay.watch(), run).await
    })?;
    let mut flushes = disk::flushes()?;

    println!("  a line is {} bytes to the server and {} bytes to each side", bytes.0, bytes.1);
    for ((mut walk, pace, on), bar) in portals.into_iter().zip([5.0, 8.0]) {
        let ratio = pace.cpu_per_line.as_secs_f64() / bare.cpu_per_line.as_secs_f64();
        table.add(&format!("CPU per durable line, to a bare TCP relay{on}"), ratio, "×", Bar::AtMost(bar));
        table.add("· in all", micros(pace.cpu_per_line), "µs", Bar::None);
        table.add("· durable lines a second, load beside it", pace.lines_per_second, "/s", Bar::None);
        let name = format!("send to receipt, 200 lines a second, p50{on}");
        table.add(&name, millis(share(&mut walk, 0.5)), "ms", Bar::None);
        table.add("· p99", millis(share(&mut walk, 0.99)), "ms", Bar::None);
    }
    table.add("the relay: CPU per line", micros(bare.cpu_per_line), "µs", Bar::None);
    table.add("· lines a second", bare.lines_per_second, "/s", Bar::None);
    table.add("· send to receipt, p50", millis(share(&mut bare_walk, 0.5)), "ms", Bar::None);
    table.add("· p99", millis(share(&mut bare_walk, 0.99)), "ms", Bar::None);
    table.add("one flush of this disk, p50", millis(share(&mut flushes, 0.5)), "ms", Bar::None);
    table.add("· p99", millis(share(&mut flushes, 0.99)), "ms", Bar::None);
    Ok(())
}

async fn both_kinds(seats: Vec<Seat>, server: Watch, run: Instant) -> Result<(Vec<Duration>, Pace)> {
    progress("lines at a walk");
    let (seats, walk) = at_a_walk(seats, run).await?;
    progress("lines flat out");
    Ok((walk, flat_out(seats, server, run).await?))
}

/// Memory for each of five thousand students who wait, room and everything included.
pub fn idle(table: &mut Table) -> Result<()> {
    progress("5,000 students wait");
    let portal = Portal::start(Home::sqlite()?.with(1)?)?;
    let cookie = portal.sign_in("c0")?;
    let grown = runtime()?.block_on(async {
        keep(open_desk(&portal, &cookie, true).await?);
        tokio::time::sleep(SETTLE).await;
        let before = portal.watch().resident()?;
        // Fifty at a time, so that their rooms share commits.
        for _ in 0..IDLE / 50 {
            let coming: Vec<_> = (0..50).map(|_| tokio::spawn(join(portal.address))).collect();
            for student in coming {
                keep(student.await??);
            }
        }
        tokio::time::sleep(SETTLE).await;
        anyhow::Ok(portal.watch().resident()? - before)
    })?;
    table.add("memory per idle student, of 5,000", grown as f64 / IDLE as f64, "KiB", Bar::AtMost(14.0));
    Ok(())
}

/// Reads what comes until the run ends, so that nobody is a reader who stopped.
pub fn keep(mut seat: Seat) {
    tokio::spawn(async move { while seat.heard().await.is_ok() {} });
}

/// Every room with a counsellor of its own, and both have spoken once, so that lines pass.
pub async fn conversations(portal: &Portal, cookies: &[String], run: Instant) -> Result<Vec<Seat>> {
    let mut desks = Vec::new();
    for (number, cookie) in cookies.iter().enumerate() {
        desks.push(open_desk(portal, cookie, number == 0).await?);
    }
    let mut seats = Vec::new();
    for mut desk in desks {
        // One at a time: who is taken is then who has just come.
        let mut student = join(portal.address).await?;
        take(&mut desk, &mut student).await?;
        for seat in [&mut student, &mut desk] {
            seat.say(run).await?;
            while seat.heard().await?.from_other {}
        }
        // The counsellor's first line is the student's reveal.
        student.heard().await?;
        seats.extend([student, desk]);
    }
    Ok(seats)
}

/// Takes the next student, who is this one, and is handed the key.
pub async fn take(desk: &mut Seat, student: &mut Seat) -> Result<()> {
    desk.send(&format!(r#"{{"type":"take","claim":"{}"}}"#, Uuid::new_v4())).await?;
    let taken = desk.until(r#"{"type":"taken""#).await?;
    let room = after(&taken, r#""room":""#)?;
    desk.sit_in(room.clone());
    desk.until(r#"{"type":"lines""#).await?;
    desk.send(&json!({"type": "offer_key", "room": room, "offer": offer(1)}).to_string()).await?;
    let offered = serde_json::from_str(&student.until(r#"{"type":"key_offered""#).await?)?;
    student.send(&answer(&offered).to_string()).await?;
    desk.until(r#"{"type":"key_handed""#).await?;
    Ok(())
}

pub async fn open_desk(portal: &Portal, cookie: &str, available: bool) -> Result<Seat> {
    let mut desk = Seat::at_portal(portal.address, Some(cookie)).await?;
    desk.send(r#"{"type":"hello","rooms":[]}"#).await?;
    desk.until(r#"{"type":"welcome""#).await?;
    if available {
        desk.send(r#"{"type":"switch","available":true}"#).await?;
        desk.until(r#"{"type":"switched","available":true"#).await?;
    }
    Ok(desk)
}

pub async fn join(portal: SocketAddr) -> Result<Seat> {
    let mut student = Seat::at_portal(portal, None).await?;
    student.send(r#"{"type":"hello"}"#).await?;
    // The key is 32 bytes in base64url; two random ids are as good here, and need no encoder.
    let random = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let key = format!("{}A", &random[..42]);
    student.send(&format!(r#"{{"type":"join","key":"{key}"}}"#)).await?;
    student.until(r#"{"type":"lines""#).await?;
    Ok(student)
}

pub fn sign_in_all(portal: &Portal, counsellors: usize) -> Result<Vec<String>> {
    // Two at a time, because a password costs a processor on purpose.
    let half = |from: usize| {
        (from..counsellors).step_by(2).map(|number| portal.sign_in(&format!("c{number}"))).collect::<Result<Vec<_>>>()
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut cookies = half(0)?;
        cookies.extend(other.join().map_err(|_| anyhow!("a sign-in panicked"))??);
        Ok(cookies)
    })
}

/// The value, up to the next quotation mark, behind a beginning.
pub fn after(frame: &str, beginning: &str) -> Result<String> {
    let rest = frame.split_once(beginning).with_context(|| format!("no {beginning} in {frame}"))?.1;
    Ok(rest.split('"').next().unwrap_or(rest).to_owned())
}

/// One thread: the load may not take both processors from the portal.
pub fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
