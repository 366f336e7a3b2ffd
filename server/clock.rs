//! The only place that asks what time it is, and the one that waits for a time that matters to people.
//!
//! The system clock is read once, at the start; from then on time passes as the monotonic clock says, so that no
//! adjustment of the machine's clock closes a room. Time in which the whole process stood still, suspended or stopped,
//! does not pass here at all: nobody could be heard in it. Nor does time in which the clock is held, because nothing that
//! is said can be kept. What is told by date (work, who did what, how long a link is good) asks the calendar instead, which
//! leaves nothing out. Tests have a clock whose hands they move.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use quietline_domain::Time;
use time::OffsetDateTime;
use tokio::sync::watch;

/// How often the clock is looked at while the server runs, whatever else happens.
pub const TICK: Duration = Duration::from_secs(1);

/// Nobody looked for longer than this: then the process stood still. Far above any pause of a busy machine.
const STALL_MS: u64 = 5_000;

/// Cheap to clone; clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Hands>);

enum Hands {
    System { started: Time, since: Instant, passed: Passed },
    Moved { hands: watch::Sender<Time>, date: AtomicI64, held: AtomicBool },
}

/// One moment as a room's clock has it and as the calendar has it: they part with every standstill, and neither may be
/// taken for the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    pub at: Time,
    pub date: Time,
}

impl Moment {
    /// For a clock that has never stood still.
    pub fn of(time: Time) -> Self {
        Self { at: time, date: time }
    }
}

/// How much time has passed, in milliseconds, without the time in which nobody could look or nothing could be kept.
#[derive(Default)]
struct Passed(Mutex<Looks>);

#[derive(Default)]
struct Looks {
    last: u64,
    stood_still: u64,
    held: Held,
}

/// Whether time passes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Held {
    Yes,
    #[default]
    No,
}

impl Passed {
    /// `elapsed` is what the monotonic clock says. One look at a time: whoever looks first after a standstill decides
    /// for everybody that it was one.
    fn look(&self, elapsed: impl FnOnce() -> u64) -> u64 {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.at(elapsed())
    }

    fn hold(&self, elapsed: impl FnOnce() -> u64, held: Held) {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        looks.at(elapsed());
        looks.held = held;
    }

    fn is_held(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).held == Held::Yes
    }
}

impl Looks {
    fn at(&mut self, elapsed: u64) -> u64 {
        let pause = elapsed.saturating_sub(self.last);
        if self.held == Held::Yes || STALL_MS < pause {
            self.stood_still += pause;
        }
        self.last = self.last.max(elapsed);
        self.last.saturating_sub(self.stood_still)
    }
}

/// How long a piece of work takes, as the monotonic clock says: for figures, never for decisions.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

impl Clock {
    pub fn system() -> Self {
        Self(Arc::new(Hands::System { started: calendar(), since: Instant::now(), passed: Passed::default() }))
    }

    /// A clock that stands still until it is moved.
    pub fn by_hand(start: Time) -> Self {
        let (hands, date) = (watch::Sender::new(start), AtomicI64::new(start.0));
        Self(Arc::new(Hands::Moved { hands, date, held: AtomicBool::new(false) }))
    }

    pub fn now(&self) -> Time {
        match &*self.0 {
            Hands::System { started, since, passed } => {
                Time(started.0 + passed.look(|| since.elapsed().as_millis() as u64) as i64)
            }
            Hands::Moved { hands, .. } => *hands.borrow(),
        }
    }

    /// What time it is in the world. It can be set back.
    pub fn date(&self) -> Time {
        match &*self.0 {
            Hands::System { .. } => calendar(),
            Hands::Moved { date, .. } => Time(date.load(Ordering::Relaxed)),
        }
    }

    pub fn moment(&self) -> Moment {
        Moment { at: self.now(), date: self.date() }
    }

    /// From now on no time passes: nothing that anybody says can be kept, so nobody's silence counts.
    pub fn hold(&self) {
        self.set_held(Held::Yes);
    }

    /// Time passes again.
    pub fn go_on(&self) {
        self.set_held(Held::No);
    }

    pub fn is_held(&self) -> bool {
        match &*self.0 {
            Hands::System { passed, .. } => passed.is_held(),
            Hands::Moved { held, .. } => held.load(Ordering::Relaxed),
        }
    }

    fn set_held(&self, is_held: Held) {
        match &*self.0 {
            Hands::System { since, passed, .. } => passed.hold(|| since.elapsed().as_millis() as u64, is_held),
            Hands::Moved { held, .. } => held.store(is_held == Held::Yes, Ordering::Relaxed),
        }
    }

    /// Moves a clock by hand, and the date alone while it is held; the system's clock cannot be moved and stays as it is.
    pub fn pass(&self, ms: i64) {
        let Hands::Moved { hands, date, held } = &*self.0 else { return };
        date.fetch_add(ms, Ordering::Relaxed);
        if !held.load(Ordering::Relaxed) {
            hands.send_modify(|now| now.0 += ms);
        }
    }

    /// Returns once the time has come.
    pub async fn until(&self, time: Time) {
        match &*self.0 {
            // Looks again after every sleep: some of it may have been spent standing still.
            Hands::System { .. } => loop {
                let left = time.0.saturating_sub(self.now().0).max(0) as u64;
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(left)).await;
            },
            Hands::Moved { hands, .. } => {
                let mut seen = hands.subscribe();
                // The sender lives as long as this clock, so waiting cannot fail.
                let _ = seen.wait_for(|now| time <= *now).await;
            }
        }
    }
}

fn calendar() -> Time {
    Time((OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_which_the_process_stood_still_does_not_pass() {
        // W24: a machine that was suspended, or a process that was stopped, for a day.
        let passed = Passed::default();
        assert_eq!(passed.look(|| 1_000), 1_000);
        assert_eq!(passed.look(|| 5_000), 5_000);
        let day = 86_400_000;
        assert_eq!(passed.look(|| 5_000 + day), 5_000);
        assert_eq!(passed.look(|| 6_000 + day), 6_000);
        assert_eq!(passed.look(|| 6_500 + 2 * day), 6_000);
    }

    #[test]
    fn time_in_which_nothing_can_be_kept_does_not_pass() {
        // W24: the database is away for ten minutes.
        let passed = Passed::default();
        assert_eq!(passed.look(|| 1_000), 1_000);
        passed.hold(|| 1_500, Held::Yes);
        assert_eq!(passed.look(|| 2_000), 1_500);
        passed.hold(|| 601_500, Held::No);
        assert_eq!(passed.look(|| 602_000), 2_000);
    }
}
