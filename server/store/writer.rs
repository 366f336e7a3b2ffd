//! The one writer: it gathers what waits, makes it durable in one transaction, and then answers everybody.
//!
//! Group commit without a timer: while one commit runs, the next batch gathers (yardsticks: 4,400 rows a second at one
//! row a commit, 239,000 at 64). Lines travel as one statement. It knows what each write promises, not who asks.

use std::{future::Future, pin::Pin, time::Duration};

use sqlx::{Connection, Row, SqliteConnection};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    Appended, Kept, NewLine, StoreError,
    lines::{append_all, is_one_round},
};

/// As many writes as one transaction holds at most; bounds its time and its memory.
const BATCH: usize = 512;

/// As many writes as may wait; whoever comes later waits outside.
const QUEUE: usize = 4_096;

/// How long to let readers finish before the log is truncated after all.
const SCRUB_AGAIN: Duration = Duration::from_millis(200);

/// A write under way, within the transaction of its connection.
pub type Writing<'c, T> = Pin<Box<dyn Future<Output = sqlx::Result<T>> + Send + 'c>>;

type Job = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, Answer> + Send>;

/// Says the outcome to whoever asked: once the commit is done, or the error that undid it.
type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// Whether the transaction was committed.
type Outcome = Result<(), StoreError>;

enum Write {
    Line(NewLine, oneshot::Sender<Kept<Appended>>),
    Job(Job, After),
    Close(oneshot::Sender<()>),
}

/// What follows the commit, before the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum After {
    Nothing,
    /// The log is written back and truncated, so that what was deleted is not in it either.
    Scrub,
}

#[derive(Clone)]
pub struct Writer(mpsc::Sender<Write>);

impl Writer {
    pub fn start(connection: SqliteConnection) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(write_all(connection, receiver));
        Self(sender)
    }

    /// Saves a line together with its neighbours.
    pub async fn line(&self, line: NewLine) -> Kept<Appended> {
        let (answer, answered) = oneshot::channel();
        self.send(Write::Line(line, answer)).await?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Runs one write within the next transaction.
    pub async fn run<T, F>(&self, after: After, write: F) -> Kept<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel::<Kept<T>>();
        let job: Job = Box::new(move |connection| {
            Box::pin(async move {
                let value = write(connection).await?;
                let answer: Answer = Box::new(move |outcome| {
                    // Who asked may be gone; the write stands all the same.
                    let _ = answer.send(outcome.map(|()| value));
                });
                Ok(answer)
            })
        });
        self.send(Write::Job(job, after)).await?;
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// Returns once all that waited is written and the connection is closed.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Write::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    async fn send(&self, write: Write) -> Kept<()> {
        self.0.send(write).await.map_err(|_| StoreError::Stopped)
    }
}

async fn write_all(mut connection: SqliteConnection, mut receiver: mpsc::Receiver<Write>) {
    let mut gathered = Vec::with_capacity(BATCH);
    // Erasures whose rows are gone and whose log is not truncated yet: not answered before it is.
    let mut owed = Answers::new();
    loop {
        if owed.is_empty() {
            if receiver.recv_many(&mut gathered, BATCH).await == 0 {
                return;
            }
        } else {
            // A short pause, so that whoever reads the database can finish.
            let _ = timeout(SCRUB_AGAIN, receiver.recv_many(&mut gathered, BATCH)).await;
        }
        let mut lines = Vec::new();
        let mut jobs = Vec::new();
        let mut close = None;
        for write in gathered.drain(..) {
            match write {
                Write::Line(line, answer) => lines.push((line, answer)),
                Write::Job(job, after) => jobs.push((job, after)),
                Write::Close(answer) => close = Some(answer),
            }
        }
        if !lines.is_empty() || !jobs.is_empty() {
            owed.append(&mut write_batch(&mut connection, lines, jobs).await);
        }
        if !owed.is_empty() {
            match scrub(&mut connection).await {
                Ok(()) => owed.drain(..).for_each(|answer| answer(Ok(()))),
                Err(error) => log::warn!("an erased room is still in the log: {error}"),
            }
        }
        if let Some(answer) = close {
            if let Err(error) = connection.close().await {
                log::warn!("database close failed: {error}");
            }
            let _ = answer.send(());
            return;
        }
    }
}

/// Commits, answers, and returns the answers that wait for the log to be truncated.
async fn write_batch(
    connection: &mut SqliteConnection,
    lines: Vec<(NewLine, oneshot::Sender<Kept<Appended>>)>,
    jobs: Vec<(Job, After)>,
) -> Answers {
    let (lines, askers): (Vec<_>, Vec<_>) = lines.into_iter().unzip();
    match commit(connection, &lines, jobs).await {
        Ok((appended, answers)) => {
            for (asker, outcome) in askers.into_iter().zip(appended) {
                let _ = asker.send(Ok(outcome));
            }
            let (at_once, owed): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|(_, after)| *after == After::Nothing);
            at_once.into_iter().for_each(|(answer, _)| answer(Ok(())));
            owed.into_iter().map(|(answer, _)| answer).collect()
        }
        Err(error) => {
            // Jobs that were dropped unanswered tell their askers by the closed channel.
            log::error!("database write failed: {error}");
            for asker in askers {
                let _ = asker.send(Err(StoreError::Stopped));
            }
            Answers::new()
        }
    }
}

type Answers = Vec<Answer>;
type Committed = Vec<(Answer, After)>;

async fn commit(
    connection: &mut SqliteConnection,
    lines: &[NewLine],
    jobs: Vec<(Job, After)>,
) -> Result<(Vec<Appended>, Committed), sqlx::Error> {
    if jobs.is_empty() && is_one_round(lines) {
        // One statement is a transaction of its own, and spares the hops of beginning and ending one.
        return Ok((append_all(connection, lines).await?, Committed::new()));
    }
    let mut transaction = connection.begin_with("begin immediate").await?;
    let appended = append_all(&mut transaction, lines).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    for (job, after) in jobs {
        answers.push((job(&mut transaction).await?, after));
    }
    transaction.commit().await?;
    Ok((appended, answers))
}

/// Does not wait for readers: lines go on meanwhile, and it is tried again.
async fn scrub(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    sqlx::query("pragma busy_timeout = 50").execute(&mut *connection).await?;
    let truncated = sqlx::query("pragma wal_checkpoint(truncate)").fetch_one(&mut *connection).await;
    sqlx::query("pragma busy_timeout = 5000").execute(&mut *connection).await?;
    match truncated?.try_get::<i64, _>(0)? {
        0 => Ok(()),
        _ => Err(sqlx::Error::Protocol("another process reads the database; it is tried again".into())),
    }
}
