//! Who writes to the activity log, where no write of a room tells it: desks that open, the switch, plans, the keyboard.
//!
//! Nobody waits for the log. Entries are written in the order in which they were noted, some at a time, and what the store does
//! not take is tried again until it does; then it stands there once. It knows no room, no student and nothing that is said;
//! what of a report can be true is the domain's to decide.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quietline_domain::{
    AccountId, Span,
    duty::{Implausible, Keyboard, Kind, Report},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    auth::SESSION,
    clock::Clock,
    private::Digested,
    store::{
        Kept, Store, StoreError,
        activity::{Batch, Entry, MOST_AT_ONCE},
    },
};

/// How long the store is left alone before what it did not take is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(2);

/// As many entries may wait for a store that takes nothing; of more than this only the number is told.
const MOST_WAITING: usize = 10_000;

/// How long a server that stops waits for a store that does not take what is left.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

/// One for the whole house.
pub struct Journal {
    store: Arc<dyn Store>,
    clock: Clock,
    keyboards: Mutex<HashMap<AccountId, Keyboard>>,
    pen: mpsc::Sender<Noted>,
}

/// What became of a keyboard report.
pub enum Reported {
    Noted,
    Refused(Implausible),
    /// Whoever reports is not signed in any more.
    SignedOut,
}

enum Noted {
    Entry(Entry),
    /// Somebody wants to know when all before this is written.
    Settled(oneshot::Sender<()>),
}

impl Journal {
    /// Begins to write, on the runtime of whoever calls.
    pub fn start(store: Arc<dyn Store>, clock: Clock) -> Self {
        let (pen, noted) = mpsc::channel(MOST_WAITING);
        tokio::spawn(write(store.clone(), noted));
        Self { store, clock, keyboards: Mutex::default(), pen }
    }

    /// This counsellor did that, now.
    pub fn note(&self, account: AccountId, kind: Kind) {
        let at = self.clock.date();
        if kind == Kind::Desk {
            let mut keyboards = self.keyboards();
            let before = keyboards.get(&account).copied();
            keyboards.insert(account, before.map_or(Keyboard::opened(at), |keyboard| keyboard.opened_again(at)));
        }
        self.keep(Entry { account, at, kind });
    }

    /// What a desk says of its keyboard (D4).
    ///
    /// # Errors
    /// When the store cannot be read; then nothing is noted.
    pub async fn report(&self, account: AccountId, session: Digested, report: Report) -> Kept<Reported> {
        if self.store.session(session, self.clock.date()).await?.is_none() {
            return Ok(Reported::SignedOut);
        }
        let known = self.keyboards().get(&account).copied();
        let opened = match known {
            Some(keyboard) => keyboard,
            // The desk has been open for longer than this server runs.
            None => {
                let opened = self.store.last_noted(account, Kind::Desk).await?;
                Keyboard::opened(opened.unwrap_or_else(|| self.clock.date()))
            }
        };
        let now = self.clock.date();
        let noted = {
            let mut keyboards = self.keyboards();
            let keyboard = keyboards.entry(account).or_insert(opened);
            keyboard.not_before(now.plus(Span(-SESSION.0)));
            keyboard.report(now, report)
        };
        Ok(match noted {
            Ok(moments) => {
                moments.into_iter().for_each(|(at, kind)| self.keep(Entry { account, at, kind }));
                Reported::Noted
            }
            Err(why) => Reported::Refused(why),
        })
    }

    /// Returns once all that was noted before is written, however long the store is away.
    pub async fn settled(&self) {
        let (written, all_written) = oneshot::channel();
        if self.pen.send(Noted::Settled(written)).await.is_ok() {
            let _ = all_written.await;
        }
    }

    /// Before the store is closed.
    pub async fn close(&self) {
        if tokio::time::timeout(CLOSE_WITHIN, self.settled()).await.is_err() {
            log::error!("activity not kept: the database did not take it before the server stopped");
        }
    }

    fn keep(&self, entry: Entry) {
        if self.pen.try_send(Noted::Entry(entry)).is_err() {
            log::error!("activity not kept: too many entries wait for the database");
        }
    }

    fn keyboards(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Keyboard>> {
        self.keyboards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Until nobody can note anything any more.
async fn write(store: Arc<dyn Store>, mut noted: mpsc::Receiver<Noted>) {
    let mut next = Vec::new();
    while 0 < noted.recv_many(&mut next, MOST_AT_ONCE).await {
        let (mut entries, mut waiting) = (Vec::new(), Vec::new());
        for noted in next.drain(..) {
            match noted {
                Noted::Entry(entry) => entries.push(entry),
                Noted::Settled(written) => waiting.push(written),
            }
        }
        write_once(&*store, Batch::of(entries)).await;
        // Whoever has stopped waiting does not want to know.
        for written in waiting {
            let _ = written.send(());
        }
    }
}

/// An outage is told once, when it begins and when it is over.
async fn write_once(store: &dyn Store, batch: Batch) {
    let mut is_told = false;
    loop {
        match store.note(batch.clone()).await {
            Err(error) if !matches!(error, StoreError::Superseded) => {
                if !is_told {
                    log::warn!("activity not kept yet: {error}");
                }
                is_told = true;
            }
            _ if is_told => return log::info!("activity is kept again"),
            _ => return,
        }
        tokio::time::sleep(TRY_AGAIN).await;
    }
}
