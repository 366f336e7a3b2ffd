//! The play: a portal, its people, and one crash after the other on the same data.
//!
//! After a score of crashes everybody who still waits is given out in order, and the play begins anew on fresh data.
//! All chance comes from one seed; what the machine does in between is not in its hands, so a seed that is played again
//! is the same script and not the same moment.

use std::{future::Future, net::SocketAddr, time::Duration};

use futures_util::future::{join_all, select_all, try_join_all};
use serde_json::json;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{
    common::{proxy::Dice, way::Seat},
    control::Slot,
    desk::DeskPage,
    kept::Kept,
    ledger::{Ledger, Shared, Told, broken, now_playing},
    link::{Link, Lost},
    portal::Home,
    server::{Data, Disk, Server, Workshop},
    shares,
    student::{Habit, StudentPage},
};

const DESKS: usize = 3;
const STUDENTS: usize = 6;
/// As many crashes the same rooms live through.
const LIVES: u64 = 20;
/// One crash in so many comes while the portal starts, or while people come back to it.
const EARLY: u64 = 5;
const EARLY_CALLS: u64 = 80;
const CALLS: u64 = 700;
/// People go on for so long at most before a kill at a random moment.
const RANDOM: Duration = Duration::from_millis(350);
/// The call that is the last hangs so long at most, so that an answer given too early is heard.
const PAUSE_MICROSECONDS: u64 = 15_000;
/// A portal that has not come to its call by then is killed all the same.
const LONGEST: Duration = Duration::from_secs(10);
/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// As many keys of erased rooms are tried after a crash.
const GONE: usize = 3;
/// After so many crashes everything that people do has been done.
const ENOUGH: u64 = 50;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crash {
    /// kill -9, at any moment.
    Random,
    /// kill -9, at a write or a sync.
    AtACall,
    /// As before, and what was never synced is lost in part.
    Power,
}

/// The people, and the data of their portal.
pub struct World {
    pub data: Data,
    pub ledger: Shared,
    pub students: Vec<StudentPage>,
    pub desks: Vec<DeskPage>,
}

/// How many crashes, from QUIETLINE_TEST_CYCLES or as many as usual.
pub fn cycles(usual: u64) -> u64 {
    std::env::var("QUIETLINE_TEST_CYCLES").ok().and_then(|cycles| cycles.parse().ok()).unwrap_or(usual)
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// As many crashes of this kind, and not one broken promise.
pub fn play(name: &str, home: Home, crash: Crash, usual: u64) {
    let (seed, cycles) = (Dice::seed(), cycles(usual));
    println!("{name}: {cycles} cycles, QUIETLINE_TEST_SEED={seed}");
    let (prepared, workshop) = (Data::prepare(home, DESKS), Workshop::new());
    let (mut dice, mut told, mut missed) = (Dice::of(seed, crash as u64), Tally::default(), 0);
    let mut cycle = 0;
    runtime().block_on(async {
        while cycle < cycles {
            let mut world = World::new(prepared.copy(), &mut dice);
            for _ in 0..LIVES.min(cycles - cycle) {
                cycle += 1;
                now_playing(format!("{name}, cycle {cycle}, QUIETLINE_TEST_SEED={seed}"));
                missed += u64::from(world.lives(&workshop, crash, &mut dice).await == Came::NotInTime);
                if cycle.is_multiple_of(25) {
                    println!("{name}: {cycle} cycles, {} lines answered", told.with(&world.ledger.borrow().told).lines);
                }
            }
            world.ends(&workshop).await;
            told = told.with(&world.ledger.borrow().told);
        }
    });
    assert!(missed * 4 <= cycles, "{missed} of {cycles} crashes did not come by themselves: too little was written");
    println!("{name}: {told:?}");
    assert!(cycles < ENOUGH || told.is_all(), "something was never answered: {told:?}");
    println!("{name}: {cycles} cycles, {} lines answered, 0 violations", told.lines);
}

/// What was answered in all.
#[derive(Clone, Copy, Default, Debug)]
struct Tally {
    lines: u64,
    rooms: u64,
    taken: u64,
    given_back: u64,
    handed_over: u64,
    ended: u64,
    switched: u64,
    keys_handed: u64,
    refused: u64,
}

impl Tally {
    fn with(self, told: &Told) -> Self {
        Self {
            lines: self.lines + told.lines.iter().sum::<u64>(),
            rooms: self.rooms + told.rooms,
            taken: self.taken + told.taken,
            given_back: self.given_back + told.given_back,
            handed_over: self.handed_over + told.handed_over,
            ended: self.ended + told.ended,
            switched: self.switched + told.switched,
            keys_handed: self.keys_handed + told.keys_handed,
            refused: self.refused + told.refused,
        }
    }

    /// Whether a line is refused for its key epoch is left to chance.
    fn is_all(self) -> bool {
        let Self { lines, rooms, taken, given_back, handed_over, ended, switched, keys_handed, .. } = self;
        [lines, rooms, taken, given_back, handed_over, ended, switched, keys_handed].iter().all(|times| 0 < *times)
    }
}

#[derive(PartialEq, Eq)]
enum Came {
    InTime,
    NotInTime,
}

impl World {
    pub fn new(data: Data, dice: &mut Dice) -> Self {
        let desks = data.desks();
        let ledger = Ledger::new(desks, desks + STUDENTS);
        let desk =
            |(no, cookie): (usize, &String)| DeskPage::new(ledger.clone(), no, cookie.clone(), Dice::new(dice.next()));
        let desk_pages = data.cookies.iter().enumerate().map(desk).collect();
        let students = (desks..desks + STUDENTS)
            .map(|page| StudentPage::new(ledger.clone(), page, Dice::new(dice.next())))
            .collect();
        Self { data, ledger, students, desks: desk_pages }
    }

    /// One start, and what people do until the crash.
    async fn lives(&mut self, workshop: &Workshop, crash: Crash, dice: &mut Dice) -> Came {
        self.looks().await;
        let disk = if crash == Crash::Power { Disk::Forgetful } else { Disk::Plain };
        let control = workshop.control(disk);
        control.set(Slot::CutSeed, dice.next());
        control.set(Slot::CutPause, dice.below(PAUSE_MICROSECONDS));
        let (is_early, calls, after, taken) =
            (dice.one_in(EARLY), dice.next(), dice.part_of(RANDOM), dice.below(3) as usize);
        if crash != Crash::Random && is_early {
            control.cut_after(1 + calls % EARLY_CALLS);
        }
        let Some(mut server) = workshop.start(&self.data).await else {
            self.is_down(crash);
            return Came::InTime;
        };
        let (at, goes) = (server.address, Notify::new());
        if is_early {
            goes.notify_one();
        }
        let ends = async {
            goes.notified().await;
            ending(crash, &mut server, after).await
        };
        let goes_on = async {
            let back = self.comes_back(at, taken).await;
            goes.notify_one();
            match back {
                Ok(()) => {}
                Err(Lost::Dead) => return,
                Err(Lost::Closed(code)) => {
                    broken(&format!("nothing was going on, and a page is closed with {code}"));
                }
            }
            if crash != Crash::Random && !is_early {
                control.cut_after(1 + calls % CALLS);
            }
            self.goes_on(at).await;
        };
        let (came, ()) = tokio::join!(ends, goes_on);
        self.is_down(crash);
        came
    }

    /// Holds what was promised against what the store has kept.
    pub async fn looks(&mut self) {
        let kept = Kept::of(&self.data).await;
        self.ledger.borrow_mut().holds_against(&kept);
        let left = shares::left_in(self.data.home.folder.path(), &self.ledger.borrow().wiped);
        if let Some((file, room)) = left {
            broken(&format!("room {room} is erased, and a part of its share is left in {}", file.display()));
        }
    }

    /// Everybody returns, sees what is theirs, repeats what was not answered; and so many who wait are taken.
    pub async fn comes_back(&mut self, at: SocketAddr, taken: usize) -> Result<(), Lost> {
        let students = try_join_all(self.students.iter_mut().map(|student| student.returns(at)));
        let desks = try_join_all(self.desks.iter_mut().map(|desk| desk.returns(at)));
        both(students, desks).await?;
        let students = try_join_all(self.students.iter_mut().map(StudentPage::repeats));
        let desks = try_join_all(self.desks.iter_mut().map(DeskPage::repeats));
        both(students, desks).await?;
        self.stay_gone(at).await?;
        let waiting = self.students.iter_mut().map(|student| Box::pin(student.waits()));
        let taking = async {
            for desk in &mut self.desks {
                desk.presses_again().await?;
            }
            self.desks[0].is_available().await?;
            self.desks[0].takes_in_order(taken).await
        };
        // Whoever takes a room is handed its key by the student.
        tokio::select! {
            taken = taking => taken,
            (lost, ..) = select_all(waiting) => Err(lost),
        }
    }

    /// From here on everybody stays where they are, and talks.
    pub fn settles(&mut self) {
        self.students.iter_mut().for_each(|student| student.habit = Habit::Steady);
        self.desks.iter_mut().for_each(|desk| desk.habit = Habit::Steady);
    }

    /// As `comes_back`, for students alone and in the middle of a life.
    pub async fn students_return(&mut self, at: SocketAddr) -> Result<(), Lost> {
        try_join_all(self.students.iter_mut().map(|student| student.returns(at))).await?;
        try_join_all(self.students.iter_mut().map(StudentPage::repeats)).await.map(drop)
    }

    /// The keys of the rooms that ended last open nothing.
    async fn stay_gone(&self, at: SocketAddr) -> Result<(), Lost> {
        let gone: Vec<_> = {
            let ledger = self.ledger.borrow();
            let gone = ledger.students.iter().rev().filter(|student| student.is_gone);
            gone.take(GONE).map(|student| student.key.clone()).collect()
        };
        for key in gone {
            let mut link = Link::open(&Seat::Student(key.clone()), at).await?;
            link.tell(json!({"type": "hello", "key": key})).await?;
            let answer = link.next().await?;
            if answer["type"] != "gone" {
                broken(&format!("the key of an erased room is answered by {answer}"));
            }
        }
        Ok(())
    }

    /// Everybody does what they do, until the portal is no more.
    pub async fn goes_on(&mut self, at: SocketAddr) {
        let students = join_all(self.students.iter_mut().map(|student| student.lives(at)));
        let desks = join_all(self.desks.iter_mut().map(|desk| desk.lives(at)));
        tokio::join!(students, desks);
    }

    /// As before, until something holds. It is asked again and again, because a control file tells nobody of itself.
    pub async fn goes_on_until(&mut self, at: SocketAddr, what: &str, mut holds: impl FnMut(&Ledger) -> bool) {
        let ledger = self.ledger.clone();
        let looks = async {
            while !holds(&ledger.borrow()) {
                sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::select! {
            () = self.goes_on(at) => broken(&format!("{what}: the portal went away")),
            looked = timeout(PATIENCE, looks) => looked.unwrap_or_else(|_| broken(&format!("{what}: never"))),
        }
    }

    /// The last look: everybody who waits is given out in order, each once.
    async fn ends(&mut self, workshop: &Workshop) {
        self.looks().await;
        workshop.control(Disk::Plain);
        let mut server = workshop.start(&self.data).await.expect("starts");
        let back = self.comes_back(server.address, usize::MAX).await;
        if back != Ok(()) {
            broken("the portal went away by itself");
        }
        server.kill().await;
        self.looks().await;
    }

    fn is_down(&self, crash: Crash) {
        if crash == Crash::Power {
            self.data.forget_memory();
        }
    }
}

async fn ending(crash: Crash, server: &mut Server, after: Duration) -> Came {
    if crash == Crash::Random {
        sleep(after).await;
        server.kill().await;
    } else if timeout(LONGEST, server.ends()).await.is_err() {
        server.kill().await;
        return Came::NotInTime;
    }
    Came::InTime
}

async fn both<A, B>(
    a: impl Future<Output = Result<A, Lost>>,
    b: impl Future<Output = Result<B, Lost>>,
) -> Result<(), Lost> {
    tokio::try_join!(a, b).map(drop)
}
