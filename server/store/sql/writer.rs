//! The one writer: it gathers what waits, makes it durable in one transaction, and then answers everybody.
//!
//! Group commit without a timer: while one commit runs, the next batch gathers (yardsticks: 4,400 rows a second at one
//! row a commit, 239,000 at 64). Lines travel as one statement. It knows what each write promises, not who asks.

use std::{
    collections::VecDeque,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    Db, Source, begin, in_time,
    lines::{append_all, is_one_round, save_round},
    link::Link,
    scrub,
};
use crate::{
    clock::Stopwatch,
    metrics,
    store::{Appended, Kept, NewLine, Scrubbed, StoreError},
};

/// As many writes as one transaction holds at most; bounds its time and its memory.
const BATCH: usize = 512;

/// As many writes as may wait; whoever comes later waits outside.
const QUEUE: usize = 4_096;

/// A transaction takes up no further job after this long. Each costs some trips to a database that may be far away, and
/// whoever comes next, a sign of life among them, must not wait for all of a rush.
const SLICE: Duration = Duration::from_secs(1);

/// How long to let readers finish before the log is truncated after all.
const SCRUB_AGAIN: Duration = Duration::from_millis(200);

/// A write under way, within the transaction of its connection.
pub type Writing<'c, T> = Pin<Box<dyn Future<Output = sqlx::Result<T>> + Send + 'c>>;

type Job = Box<dyn for<'c> FnOnce(&'c mut Db) -> Writing<'c, Answer> + Send>;

/// Says the outcome to whoever asked: once the commit is done, or the error that undid it.
type Answer = Box<dyn FnOnce(Outcome) + Send>;

/// Whether the transaction was committed.
type Outcome = Result<(), StoreError>;

enum Write {
    Line(NewLine, oneshot::Sender<Kept<Appended>>),
    Job(Job, After),
    /// Before all jobs that wait.
    First(Job),
    Close(oneshot::Sender<()>),
}

/// What follows the commit, before the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum After {
    Nothing,
    /// The log is written back and truncated, so that what was deleted is not in it either.
    Scrub,
}

pub struct Writer {
    waiting: mpsc::Sender<Write>,
    superseded: Arc<AtomicBool>,
    /// How many batches have failed.
    failures: Arc<AtomicU64>,
}

impl Writer {
    /// Starts over a connection; when it fails, the next ones come from `source`.
    pub fn start(source: Source, db: Db) -> Self {
        let (waiting, receiver) = mpsc::channel(QUEUE);
        let (superseded, failures) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        tokio::spawn(write_all(Link::over(source, db, superseded.clone()), receiver, failures.clone()));
        Self { waiting, superseded, failures }
    }

    /// How many batches have failed since the start.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// Saves a line together with its neighbours.
    pub async fn line(&self, line: NewLine) -> Kept<Appended> {
        let (answer, answered) = oneshot::channel();
        self.send(Write::Line(line, answer)).await?;
        answered.await.map_err(|_| self.unanswered())?
    }

    /// Runs one write within the next transaction.
    pub async fn run<T, F>(&self, after: After, write: F) -> Kept<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Db) -> Writing<'c, T> + Send + 'static,
    {
        let (job, answered) = asked(write);
        self.send(Write::Job(job, after)).await?;
        answered.await.map_err(|_| self.unanswered())?
    }

    /// The same, before all that wait to be run.
    pub async fn run_first<T, F>(&self, write: F) -> Kept<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Db) -> Writing<'c, T> + Send + 'static,
    {
        let (job, answered) = asked(write);
        self.send(Write::First(job)).await?;
        answered.await.map_err(|_| self.unanswered())?
    }

    /// Returns once all that waited is written and the connection is closed.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Write::Close(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    async fn send(&self, write: Write) -> Kept<()> {
        self.waiting.send(write).await.map_err(|_| self.unanswered())
    }

    /// Why a write was dropped without an answer. The database's own words are in the log.
    fn unanswered(&self) -> StoreError {
        if self.superseded.load(Ordering::Relaxed) { StoreError::Superseded } else { StoreError::Away }
    }
}

/// A write as a job, and where its answer will be.
fn asked<T, F>(write: F) -> (Job, oneshot::Receiver<Kept<T>>)
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Db) -> Writing<'c, T> + Send + 'static,
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
    (job, answered)
}

/// What has come and is not written yet.
#[derive(Default)]
struct Waiting {
    lines: Vec<(NewLine, oneshot::Sender<Kept<Appended>>)>,
    jobs: VecDeque<(Job, After)>,
    close: Option<oneshot::Sender<()>>,
}

impl Waiting {
    fn take_in(&mut self, write: Write) {
        match write {
            Write::Line(line, answer) => self.lines.push((line, answer)),
            Write::Job(job, after) => self.jobs.push_back((job, after)),
            Write::First(job) => self.jobs.push_front((job, After::Nothing)),
            Write::Close(answer) => self.close = Some(answer),
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.jobs.is_empty()
    }
}

async fn write_all(mut link: Link, mut receiver: mpsc::Receiver<Write>, failures: Arc<AtomicU64>) {
    let mut gathered = Vec::with_capacity(BATCH);
    let mut waiting = Waiting::default();
    // Erasures whose rows are gone and whose log is not truncated yet: not answered before it is.
    let mut owed = Answers::new();
    loop {
        if !waiting.is_empty() {
            // Jobs that the last transaction had no time for go on, with whatever has come meanwhile.
            while gathered.len() < BATCH
                && let Ok(write) = receiver.try_recv()
            {
                gathered.push(write);
            }
        } else if owed.is_empty() {
            if receiver.recv_many(&mut gathered, BATCH).await == 0 {
                return;
            }
        } else {
            // A short pause, so that whoever reads the database can finish.
            let _ = timeout(SCRUB_AGAIN, receiver.recv_many(&mut gathered, BATCH)).await;
        }
        gathered.drain(..).for_each(|write| waiting.take_in(write));
        if !waiting.is_empty() {
            match write_batch(&mut link, &mut waiting).await {
                Ok(mut answers) => owed.append(&mut answers),
                Err(()) => drop(failures.fetch_add(1, Ordering::Relaxed)),
            }
        }
        if !owed.is_empty() {
            match scrubbed(&mut link).await {
                Scrubbed::Done => owed.drain(..).for_each(|answer| answer(Ok(()))),
                Scrubbed::NotYet => {}
            }
        }
        if waiting.is_empty()
            && let Some(answer) = waiting.close.take()
        {
            link.close().await;
            let _ = answer.send(());
            return;
        }
    }
}

/// Commits, answers, and returns the answers that wait for the log to be truncated. After a failure nothing waits any
/// more: whoever asked is told by the closed channel.
async fn write_batch(link: &mut Link, waiting: &mut Waiting) -> Result<Answers, ()> {
    let (lines, askers): (Vec<_>, Vec<_>) = waiting.lines.drain(..).unzip();
    match committed(link, &lines, &mut waiting.jobs).await {
        Ok((appended, answers)) => {
            link.worked();
            for (asker, outcome) in askers.into_iter().zip(appended) {
                let _ = asker.send(Ok(outcome));
            }
            let (at_once, owed): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|(_, after)| *after == After::Nothing);
            at_once.into_iter().for_each(|(answer, _)| answer(Ok(())));
            Ok(owed.into_iter().map(|(answer, _)| answer).collect())
        }
        Err(error) => {
            link.failed(&error);
            waiting.jobs.clear();
            Err(())
        }
    }
}

type Answers = Vec<Answer>;
type Committed = (Vec<Appended>, Vec<(Answer, After)>);

async fn committed(link: &mut Link, lines: &[NewLine], jobs: &mut VecDeque<(Job, After)>) -> Kept<Committed> {
    let db = link.ready().await?;
    let watch = Stopwatch::start();
    let (appended, answers) = in_time(async { Ok(commit(db, lines, jobs, &watch).await?) }).await?;
    metrics::batch_saved(appended.len() + answers.len(), watch.elapsed());
    Ok((appended, answers))
}

async fn commit(
    db: &mut Db,
    lines: &[NewLine],
    jobs: &mut VecDeque<(Job, After)>,
    watch: &Stopwatch,
) -> sqlx::Result<Committed> {
    if jobs.is_empty() && is_one_round(lines) {
        // Spares the trips of beginning and ending a transaction.
        return Ok((save_round(db, lines).await?, Vec::new()));
    }
    let mut transaction = begin(db).await?;
    let appended = append_all(&mut transaction, lines).await?;
    let mut answers = Vec::with_capacity(jobs.len());
    while watch.elapsed() < SLICE
        && let Some((job, after)) = jobs.pop_front()
    {
        answers.push((job(&mut transaction).await?, after));
    }
    transaction.commit().await?;
    Ok((appended, answers))
}

async fn scrubbed(link: &mut Link) -> Scrubbed {
    let scrubbed = match link.ready().await {
        Ok(db) => in_time(async { Ok(scrub(db).await?) }).await,
        Err(error) => Err(error),
    };
    scrubbed.unwrap_or_else(|error| {
        link.failed(&error);
        Scrubbed::NotYet
    })
}
