//! The intake as it is served: sessions that only their student's key, return code or counsellor's share opens.
//!
//! `api.rs` and `shared.rs` are the requests of the two pages; `changes.rs` says what a request makes of a session;
//! `session.rs` opens and seals one; `sealing.rs` and `code.rs` hold the keys. What is asked, hidden and counted is the
//! domain's; that a room takes its intake with it is the store's.

mod api;
mod asked;
mod changes;
mod code;
mod refusals;
mod sealing;
mod session;
mod shared;
mod view;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use actix_web::web;
use anyhow::Context;
use quietline_domain::{Span, Time, intake::definition::Definition, window::Limit};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

pub use api::routes;
pub use shared::routes as shared_routes;

use crate::{
    place::{Place, Windows},
    private::Digested,
};
use code::{Code, Opens};

/// How many nodes a tree that is kept may have. One that grows further is refused: its rows are one write.
pub const MOST_NODES: usize = 10_000;

/// Up to so many nodes a tree counts as one.
const NODES_OF_ONE: usize = 200;

/// Wrong return codes from one place (Q12).
const WRONG_CODES: Limit = Limit { most: 10, within: Span::seconds(60) };

/// Return codes made from one place: each costs as much as a try.
const MADE_CODES: Limit = WRONG_CODES;

/// What one tab may ask: faster than anybody answers questions, and two tabs at once.
const REQUESTS: Limit = Limit { most: 100, within: Span::seconds(10) };

/// What is asked, and what is remembered about who asks; the latter ends with the process.
pub struct Questionnaire {
    pub definition: Definition,
    /// Which definition a tree has grown from.
    pub fingerprint: String,
    /// The salt of return codes.
    installation: u128,
    /// One slow hash at a time, which bounds the memory it takes.
    one_code: Arc<Semaphore>,
    asked: Mutex<Asked>,
}

#[derive(Default)]
struct Asked {
    by_key: Windows<Digested>,
    grown: Windows<Place>,
    wrong_codes: Windows<Place>,
    made_codes: Windows<Place>,
}

impl Questionnaire {
    pub fn new(definition: Definition, installation: u128) -> Self {
        // Another build may write it differently: then trees grow anew, and are the same.
        let fingerprint = Digested::keyed(Sha256::digest(format!("{definition:?}")).into()).to_text();
        let (one_code, asked) = (Arc::new(Semaphore::new(1)), Mutex::default());
        Self { definition, fingerprint, installation, one_code, asked }
    }

    /// Counts one request with this key, or says how long to wait until one more fits.
    fn count(&self, key: Digested, now: Time) -> Result<(), Span> {
        self.asked().by_key.count(key, now, REQUESTS)
    }

    /// Counts a tree of so many nodes from this place, or says how long to wait until one more fits. A large one counts
    /// for several, so that nobody fills the disk with large ones.
    fn count_grown(&self, from: Place, now: Time, limit: Limit, nodes: usize) -> Result<(), Span> {
        let mut asked = self.asked();
        (0..=nodes / NODES_OF_ONE).try_for_each(|_| asked.grown.count(from, now, limit))
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this code leads to. The hash is slow, and runs where it holds up nobody; the next one waits for it even when
    /// whoever asked has gone.
    async fn opens(&self, code: Code) -> anyhow::Result<Opens> {
        let (installation, one) = (self.installation, self.one_code.clone().acquire_owned().await?);
        let hashing = web::block(move || {
            let opens = code.opens(installation);
            drop(one);
            opens
        });
        hashing.await.context("a return code could not be hashed")?
    }
}
