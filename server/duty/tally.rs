//! Counts how long people waited and talked, as coarsely as it is kept.
//!
//! Who it was is not known here, and nobody waits for it: what is lost with a store that fails is one count.

use std::sync::Arc;

use jiff::tz::TimeZone;
use quietline_domain::{Span, Time};

use super::hours;
use crate::{
    clock::Clock,
    store::{Store, activity::Lasted},
};

pub struct Tally {
    store: Arc<dyn Store>,
    clock: Clock,
    /// Where hours of the week are counted.
    zone: TimeZone,
}

impl Tally {
    pub fn new(store: Arc<dyn Store>, clock: Clock, zone: TimeZone) -> Self {
        Self { store, clock, zone }
    }

    /// It began then and was over then, as the clock of rooms has it.
    pub fn lasted(&self, what: Lasted, began: Time, over: Time) {
        let lasted = Span(over.since(began).0.max(0));
        let began = Time(self.clock.date().0 - self.clock.now().since(began).0);
        let (store, coarse) = (self.store.clone(), hours::coarse(what, began, lasted, &self.zone));
        tokio::spawn(async move {
            if let Err(error) = store.count(coarse).await {
                log::warn!("not counted: {error}");
            }
        });
    }
}
