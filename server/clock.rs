//! The only place that asks what time it is, and the only one that waits for a time.
//!
//! The system clock is read once, at the start; from then on time passes as the monotonic clock says, so that no
//! adjustment of the machine's clock closes a room. Tests hold a clock whose hands they move.

use std::{sync::Arc, time::Instant};

use quietline_domain::Time;
use time::OffsetDateTime;
use tokio::sync::watch;

/// Cheap to clone; clones show the same time.
#[derive(Clone)]
pub struct Clock(Arc<Hands>);

enum Hands {
    System { started: Time, since: Instant },
    Moved(watch::Sender<Time>),
}

impl Clock {
    pub fn system() -> Self {
        let started = Time((OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000) as i64);
        Self(Arc::new(Hands::System { started, since: Instant::now() }))
    }

    /// A clock that stands still until it is moved.
    pub fn by_hand(start: Time) -> Self {
        Self(Arc::new(Hands::Moved(watch::Sender::new(start))))
    }

    pub fn now(&self) -> Time {
        match &*self.0 {
            Hands::System { started, since } => Time(started.0 + since.elapsed().as_millis() as i64),
            Hands::Moved(hands) => *hands.borrow(),
        }
    }

    /// Moves a clock by hand; the system's clock cannot be moved and stays as it is.
    pub fn pass(&self, ms: i64) {
        if let Hands::Moved(hands) = &*self.0 {
            hands.send_modify(|now| now.0 += ms);
        }
    }

    /// Returns once the time has come.
    pub async fn until(&self, time: Time) {
        match &*self.0 {
            Hands::System { .. } => {
                let left = time.0.saturating_sub(self.now().0).max(0) as u64;
                tokio::time::sleep(std::time::Duration::from_millis(left)).await;
            }
            Hands::Moved(hands) => {
                let mut seen = hands.subscribe();
                // The sender lives as long as this clock, so waiting cannot fail.
                let _ = seen.wait_for(|now| time <= *now).await;
            }
        }
    }
}
