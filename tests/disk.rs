//! The disk fills up, fails, turns read-only or slow under people who talk, and works again.
//!
//! What was answered is there after a restart, nothing else was; and once the disk works, the same process goes on by
//! itself. The disk is that of crash/shim.c, the promises are those of crash/ledger.rs.

// The seed is said before anything can go wrong with it.
#![allow(clippy::print_stdout)]

mod common;
#[path = "crash/mod.rs"]
mod crash;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use common::{proxy::Dice, way::Seat};
use crash::{
    control::{Control, Errno, Fails, Slot},
    ledger::{Ledger, now_playing},
    link::Link,
    play::{World, runtime},
    portal::Home,
    server::{Data, Disk, Server, Workshop},
};

use serde_json::{Value, json};
use tokio::time::sleep;

const DESKS: usize = 3;
/// Lines that people have had answered before anything goes wrong.
const BEFORE: u64 = 60;
/// So many calls fail, so that everybody has met the failure.
const FAILURES: u64 = 80;
const SLOW: Duration = Duration::from_millis(200);

struct Stage {
    workshop: Workshop,
    control: Control,
    world: World,
    server: Server,
}

#[test]
fn a_full_disk_loses_nothing_that_was_answered() {
    runtime().block_on(goes_through(Fails::Writes, Errno::NoSpace));
}

#[test]
fn a_disk_that_cannot_write_loses_nothing_that_was_answered() {
    runtime().block_on(goes_through(Fails::Writes, Errno::InputOutput));
}

#[test]
fn a_disk_that_cannot_sync_loses_nothing_that_was_answered() {
    runtime().block_on(goes_through(Fails::Syncs, Errno::InputOutput));
}

#[test]
fn a_disk_that_turns_read_only_loses_nothing_that_was_answered() {
    runtime().block_on(goes_through(Fails::Everything, Errno::ReadOnly));
}

#[test]
fn a_slow_disk_is_felt_by_nobody_but_as_slowness() {
    runtime().block_on(async {
        // Pages answer pings, which count as beats; one that is missed would be told within six seconds.
        let settings = ["--beat-room", "1s", "--beat-site", "1s", "--notice", "6s"];
        let Stage { control, mut world, server, .. } = Stage::set(&settings).await;
        // A room that ends while it is taken asks its desk to come back, on any disk: what was asked before is let happen.
        world.settles();
        everybody_is_answered(&mut world, &server).await;
        everybody_is_answered(&mut world, &server).await;
        let before_all = world.ledger.borrow().told.closed;
        control.set(Slot::SyncDelay, SLOW.as_micros() as u64);
        let (syncs, before) = (control.get(Slot::Syncs), lines(&world));
        world.goes_on_until(server.address, "lines on a slow disk", |told| before + 150 <= sum(told)).await;
        let (syncs, lines) = (control.get(Slot::Syncs) - syncs, lines(&world) - before);
        println!("{syncs} syncs of {SLOW:?} for {lines} lines");
        assert!(syncs < lines, "{syncs} syncs for {lines} lines: they are not gathered");
        let told = &world.ledger.borrow().told;
        assert_eq!(
            (told.absent, told.closed - before_all),
            (0, 0),
            "told that somebody is missed, and told to come back"
        );
    });
}

#[test]
fn readyz_says_no_while_the_store_cannot_be_written_and_yes_again_afterwards() {
    runtime().block_on(async {
        let Stage { control, mut world, server, .. } = Stage::set(&[]).await;
        is_ready(server.address, true);
        for (which, with) in [(Fails::Writes, Errno::NoSpace), (Fails::Everything, Errno::ReadOnly)] {
            trouble(&control, &mut world, &server, which, with).await;
            is_ready(server.address, false);
            control.work_again();
            everybody_is_answered(&mut world, &server).await;
            is_ready(server.address, true);
        }
    });
}

#[test]
fn whoever_closes_while_the_disk_fails_has_closed_when_it_works_again() {
    // U10: the share may be gone from the disk and not from memory, so the room must not go on.
    runtime().block_on(async {
        let Stage { control, server, .. } = Stage::set(&[]).await;
        let (seat, hello) = joins(&server).await;
        let mut link = Link::open(&seat, server.address).await.expect("is let in");
        link.tell(hello.clone()).await.expect("is heard");
        link.hears("lines").await.expect("the room is there");
        control.fail(Fails::Writes, Errno::NoSpace);
        link.tell(json!({"type": "close"})).await.expect("is heard");
        while let Ok(frame) = link.next().await {
            assert_ne!(frame["type"], "ended", "nothing is said to be erased that is not");
        }
        control.work_again();
        let answer = answer(&server, &seat, &hello).await;
        assert_eq!(answer["type"], "gone", "{answer}");
    });
}

#[test]
fn a_closing_that_only_the_slots_refuse_is_tried_again_and_hammers_nobody() {
    // The slots can be on a disk of their own: people talk on, and whoever closes is asked to come back.
    runtime().block_on(async {
        let (workshop, data) = (Workshop::new(), Data::prepare(Home::sqlite().expect("a folder"), DESKS));
        let control = workshop.control(Disk::Plain);
        let slots = data.home.folder.path().join("slots");
        let mut world = World::new(data, &mut Dice::new(Dice::seed()));
        let server = workshop.start_over(&slots, &world.data, &[]).await.expect("starts");
        assert_eq!(world.comes_back(server.address, 0).await, Ok(()));
        let (seat, hello) = joins(&server).await;
        control.fail(Fails::Everything, Errno::InputOutput);
        let mut closes = Some(json!({"type": "close"}));
        let mut closed = 0;
        for _ in 0..20 {
            let mut link = Link::open(&seat, server.address).await.expect("is let in");
            link.tell(hello.clone()).await.expect("is heard");
            if let Some(close) = closes.take() {
                link.hears("lines").await.expect("the room is there");
                link.tell(close).await.expect("is heard");
            }
            while let Ok(frame) = link.next().await {
                assert!(frame["type"] != "ended" && frame["type"] != "gone", "{frame}");
            }
            closed += 1;
            sleep(Duration::from_millis(100)).await;
        }
        let failed = control.get(Slot::Failed);
        assert!(failed <= 3 * closed, "{failed} writes were tried for {closed} visits");
        is_ready(server.address, true);
        control.work_again();
        assert_eq!(answer(&server, &seat, &hello).await["type"], "gone");
    });
}

/// A student with a room, and what their page says on coming back.
async fn joins(server: &Server) -> (Seat, Value) {
    let key = "c".repeat(42) + "A";
    let (seat, hello) = (Seat::Student(key.clone()), json!({"type": "hello", "key": key}));
    let mut link = Link::open(&seat, server.address).await.expect("is let in");
    link.tell(json!({"type": "hello"})).await.expect("is heard");
    link.tell(json!({"type": "join", "key": key})).await.expect("is heard");
    link.hears("lines").await.expect("has a room");
    (seat, hello)
}

/// Comes back until it is answered.
async fn answer(server: &Server, seat: &Seat, hello: &Value) -> Value {
    loop {
        let Ok(mut link) = Link::open(seat, server.address).await else { continue };
        let _ = link.tell(hello.clone()).await;
        match link.until("an answer", |frame| frame["type"] == "room" || frame["type"] == "gone").await {
            Ok(answer) => return answer,
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Trouble, and a kill within it; trouble again, and the disk works again under the same process.
async fn goes_through(which: Fails, with: Errno) {
    let Stage { workshop, control, mut world, mut server } = Stage::set(&[]).await;
    trouble(&control, &mut world, &server, which, with).await;
    server.kill().await;
    world.looks().await;

    let control = workshop.control(Disk::Plain);
    let mut server = workshop.start(&world.data).await.expect("starts");
    assert_eq!(world.comes_back(server.address, 1).await, Ok(()));
    trouble(&control, &mut world, &server, which, with).await;
    control.work_again();
    everybody_is_answered(&mut world, &server).await;
    world.settles();
    // Whatever was asked before the last of them settled has been done when everybody has been heard twice.
    everybody_is_answered(&mut world, &server).await;
    everybody_is_answered(&mut world, &server).await;
    assert_eq!(world.students_return(server.address).await, Ok(()));
    server.kill().await;
    world.looks().await;

    let mut server = workshop.start(&world.data).await.expect("starts");
    assert_eq!(world.comes_back(server.address, usize::MAX).await, Ok(()));
    server.kill().await;
    world.looks().await;
}

impl Stage {
    /// A portal on a disk that works still, and people in the middle of talking.
    async fn set(settings: &[&str]) -> Self {
        let seed = Dice::seed();
        println!("QUIETLINE_TEST_SEED={seed}");
        let workshop = Workshop::new();
        let control = workshop.control(Disk::Plain);
        let mut world = World::new(Data::prepare(Home::sqlite().expect("a folder"), DESKS), &mut Dice::new(seed));
        now_playing(format!("QUIETLINE_TEST_SEED={seed}"));
        let server = workshop.start_with(&world.data, settings).await.expect("starts");
        assert_eq!(world.comes_back(server.address, 0).await, Ok(()));
        world.goes_on_until(server.address, "the first lines", |told| BEFORE <= sum(told)).await;
        Self { workshop, control, world, server }
    }
}

async fn trouble(control: &Control, world: &mut World, server: &Server, which: Fails, with: Errno) {
    control.fail(which, with);
    let enough = control.get(Slot::Failed) + FAILURES;
    world.goes_on_until(server.address, "failures", |_| enough <= control.get(Slot::Failed)).await;
}

/// Students come back by themselves, and every one of them has a line kept; so do desks, all together.
async fn everybody_is_answered(world: &mut World, server: &Server) {
    let before = world.ledger.borrow().told.lines.clone();
    world
        .goes_on_until(server.address, "everybody talks again", |ledger| {
            let more: Vec<bool> = ledger.told.lines.iter().zip(&before).map(|(now, before)| before < now).collect();
            more[..DESKS].contains(&true) && more[DESKS..].iter().all(|is_more| *is_more)
        })
        .await;
}

/// Signs of life are a second apart, so that is how late the answer may be.
fn is_ready(portal: SocketAddr, expected: bool) {
    let status = if expected { "HTTP/1.1 200" } else { "HTTP/1.1 503" };
    let mut answer = readiness(portal);
    for _ in 0..50 {
        if answer.starts_with(status) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
        answer = readiness(portal);
    }
    panic!("{status} is expected: {answer}");
}

fn readiness(portal: SocketAddr) -> String {
    let mut stream = TcpStream::connect(portal).expect("connects");
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {portal}\r\nConnection: close\r\n\r\n").expect("asks");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("is answered");
    answer
}

fn lines(world: &World) -> u64 {
    sum(&world.ledger.borrow())
}

fn sum(ledger: &Ledger) -> u64 {
    ledger.told.lines.iter().sum()
}
