//! A crowd: desks and students who arrive, are taken, say numbered lines, and are counted afterwards.
//!
//! Every line carries its number and its room, so that what was lost, doubled or out of order is a matter of reading.
//! It knows pages and nothing of what stands between them and the portal.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use futures_util::future::join_all;
use uuid::Uuid;

use super::{
    outbox::{Said, Talk},
    page::{Page, Shown},
    proxy::Dice,
    way::{Seat, Way},
};

/// As many students arrive at once, so that their rooms share commits.
const TOGETHER: usize = 50;
/// How long a person waits before pressing again when nobody was there.
const A_MOMENT: Duration = Duration::from_millis(200);

pub struct Crowd {
    pub students: Vec<Page>,
    pub desks: Vec<Page>,
    keys: Vec<String>,
    way: Way,
    seed: u64,
}

/// What came of all lines. All of it must be 0.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Count {
    /// Written, and missing from what the portal keeps.
    pub lost: u64,
    /// Kept more than once.
    pub doubled: u64,
    /// Kept before a line that the same person wrote before.
    pub out_of_order: u64,
    /// Rooms in which what a side shows is not what the portal keeps, line for line.
    pub unequal: u64,
    /// Lines that a page had shown and that were others later, rooms that were gone.
    pub broken: u64,
}

impl Crowd {
    /// Desks for these cookies, the first of them available, and so many students who wait.
    pub async fn arrive(way: Way, cookies: &[String], students: usize, seed: u64) -> Self {
        let dice = |number: usize| Dice::of(!seed, number as u64);
        let desk = |(number, cookie): (usize, &String)| {
            Page::open(Seat::Desk(cookie.clone()), way.clone(), dice(students + number))
        };
        let desks: Vec<_> = cookies.iter().enumerate().map(desk).collect();
        desks[0].switch_on();
        let keys: Vec<_> = (0..students).map(|number| key(&mut dice(number))).collect();
        let mut crowd = Self { students: Vec::new(), desks, keys, way, seed };
        for number in 0..students {
            let mut own = dice(number);
            own.next();
            crowd.students.push(Page::open(Seat::Student(crowd.keys[number].clone()), crowd.way.clone(), own));
            if (number + 1) % TOGETHER == 0 || number + 1 == students {
                let coming = &crowd.students[number / TOGETHER * TOGETHER..];
                join_all(coming.iter().map(|page| page.shows(A_MINUTE, |shown| !shown.rooms.is_empty()))).await;
            }
        }
        crowd
    }

    /// Every desk presses until it holds so many rooms; false when one does not get them.
    pub async fn take(&self, each: usize) -> bool {
        let pressing = self.desks.iter().enumerate().map(|(number, desk)| async move {
            let mut dice = Dice::of(self.seed, u64::MAX - number as u64);
            while desk.look(|shown| shown.rooms.len()) < each {
                let claim = Uuid::from_u64_pair(dice.next(), dice.next());
                desk.press(claim);
                if !desk.shows(A_MINUTE, |shown| shown.presses.contains_key(&claim)).await {
                    return;
                }
                let (answer, news) = desk.look(|shown| (shown.presses[&claim][0].clone(), shown.queue_news));
                match answer {
                    Ok(room) => drop(desk.shows(A_MINUTE, |shown| shown.rooms.contains_key(&room)).await),
                    Err(_) => drop(desk.shows(A_MOMENT, |shown| shown.queue_news != news).await),
                }
            }
        });
        join_all(pressing).await;
        self.desks.iter().all(|desk| desk.look(|shown| shown.rooms.len()) == each)
    }

    /// Everyone writes lines with these numbers, in every room.
    pub fn say(&self, numbers: Range<u64>) {
        for number in numbers {
            for student in &self.students {
                let room = student.look(|shown| shown.rooms.keys().next().cloned().unwrap_or_default());
                student.say(None, format!("{number} of student in {room}"));
            }
            for desk in &self.desks {
                let rooms: Vec<_> = desk.look(|shown| shown.rooms.keys().cloned().collect());
                for room in rooms {
                    desk.say(Some(&room), format!("{number} of counsellor in {room}"));
                }
            }
        }
    }

    /// Waits until every page shows every line, so many of each side, and has nothing left to say.
    pub async fn settles(&self, each: u64, within: Duration) -> bool {
        let due = |talk: &Talk| if talk.counsellor.is_some() { 2 * each } else { each };
        let done = |talk: &Talk| talk.is_settled() && due(talk) <= talk.lines.len() as u64;
        self.all(within, |_, shown| shown.rooms.values().all(done)).await
    }

    /// Waits until every page has come back since its arrivals were counted, and may speak in all its rooms.
    pub async fn returns(&self, arrivals: &[u64], within: Duration) -> bool {
        self.all(within, |number, shown| {
            arrivals[number] < shown.arrivals && shown.is_up && shown.rooms.values().all(Talk::is_live)
        })
        .await
    }

    /// The same for the desks alone.
    pub async fn desks_return(&self, arrivals: &[u64], within: Duration) -> bool {
        let first = self.students.len();
        self.all(within, |number, shown| number < first || arrivals[number] < shown.arrivals && shown.is_up).await
    }

    async fn all(&self, within: Duration, what: impl Fn(usize, &Shown) -> bool) -> bool {
        let what = &what;
        let pages = self.pages().enumerate();
        let all = join_all(pages.map(|(number, page)| page.shows(within, move |shown| what(number, shown)))).await;
        all.into_iter().all(|shows| shows)
    }

    pub fn arrivals(&self) -> Vec<u64> {
        self.pages().map(|page| page.look(|shown| shown.arrivals)).collect()
    }

    pub fn pages(&self) -> impl Iterator<Item = &Page> {
        self.students.iter().chain(&self.desks)
    }

    /// Compares what both sides show with what a page without any memory is given by `clear`, the way without weather.
    pub async fn count(self, each: u64, clear: Way) -> Count {
        let Self { students, desks, keys, seed, .. } = self;
        let mut count = Count::default();
        let mut at_desks = BTreeMap::new();
        for desk in &desks {
            desk.look(|shown| at_desks.extend(logs(shown, &mut count)));
        }
        let at_students: Vec<_> = students.iter().map(|page| page.look(|shown| logs(shown, &mut count))).collect();
        // A page that takes the seat would else be answered by the old one's coming back.
        drop((students, desks));
        for (at_students, keys) in at_students.chunks(TOGETHER).zip(keys.chunks(TOGETHER)) {
            let fresh = keys.iter().map(|key| Page::open(Seat::Student(key.clone()), clear.clone(), Dice::new(seed)));
            let fresh: Vec<_> = fresh.collect();
            let is_settled = |shown: &Shown| shown.rooms.values().any(Talk::is_settled);
            join_all(fresh.iter().map(|page| page.shows(A_MINUTE, is_settled))).await;
            for (at_student, page) in at_students.iter().zip(&fresh) {
                let kept = page.look(|shown| logs(shown, &mut count));
                let mut is_equal = kept.len() == 1 && *at_student == kept;
                for (room, log) in &kept {
                    count.add(log, "student", each);
                    if let Some(at_desk) = at_desks.remove(room) {
                        count.add(log, "counsellor", each);
                        is_equal &= at_desk == *log;
                    }
                }
                count.unequal += u64::from(!is_equal);
            }
        }
        // Whatever room a desk has left over is one that no student has.
        count.unequal += at_desks.len() as u64;
        count
    }
}

type Log = Vec<Said>;

impl Count {
    /// Reads what is kept of one person's lines. What a side does not show of them makes its room unequal.
    fn add(&mut self, kept: &Log, from: &str, each: u64) {
        let numbers: Vec<u64> = kept.iter().filter(|said| said.from == from).map(number).collect();
        for line in 0..each {
            let times = numbers.iter().filter(|&&number| number == line).count() as u64;
            self.doubled += times.saturating_sub(1);
            self.lost += u64::from(times == 0);
        }
        self.out_of_order += numbers.windows(2).filter(|two| two[1] < two[0]).count() as u64;
    }
}

/// Far longer than anything takes; whoever waits so long is counted as what went wrong.
const A_MINUTE: Duration = Duration::from_secs(60);

fn logs(shown: &Shown, count: &mut Count) -> BTreeMap<String, Log> {
    count.broken += shown.gone + shown.rooms.values().map(|talk| talk.contradictions).sum::<u64>();
    shown.rooms.iter().map(|(room, talk)| (room.clone(), talk.lines.values().cloned().collect())).collect()
}

fn number(said: &Said) -> u64 {
    said.text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(u64::MAX)
}

/// 43 characters of base64url, as a page makes them.
fn key(dice: &mut Dice) -> String {
    let random = format!("{:016x}{:016x}{:016x}", dice.next(), dice.next(), dice.next());
    format!("{}A", &random[..42])
}
