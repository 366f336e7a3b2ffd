//! SQLite: one file, one writer, write-ahead log, `synchronous=FULL`, deleted text overwritten.
//!
//! How its connections are made and what it says differently; everything else is in `sql/`, compiled here with SQLite's
//! types. It decides nothing.

use std::{
    cmp::Ordering,
    collections::HashMap,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::LazyLock,
    time::Duration,
};

use quietline_domain::duty::Kind;
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection, SqlitePool, Transaction,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use uuid::Uuid;

use super::{Kept, MIGRATIONS, NewLine, Scrubbed, Standing, StoreError, activity::Entry};
use crate::hold::{self, Hold};

type Db = SqliteConnection;
type Reader = SqlitePool;
type Record = SqliteRow;
type Engine = sqlx::Sqlite;

/// SQLite has one writer at a time: nobody else can be in the middle of having the row.
macro_rules! unless_another_has_it {
    () => {
        ""
    };
}

#[path = "sql/mod.rs"]
mod sql;

pub use sql::Database as Sqlite;

impl Sqlite {
    /// Opens the file for a server, alone: creates it and its folder when they are not there, and brings its tables up
    /// to date. The hold is taken before the file is opened, so that a newer version started by mistake does not update
    /// it under a running server.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence: another server runs on it, it cannot be opened, or it is from a newer
    /// version.
    pub async fn serve(path: &Path) -> Kept<Self> {
        make_folder(path)?;
        let hold = hold::take(&alone_with(path)).await?;
        up_to_date(Source { path: path.to_owned(), hold: Some(hold) }).await
    }

    /// Opens the file for a verb: under a running server as it is, otherwise brought up to date.
    ///
    /// # Errors
    /// As for [`Sqlite::serve`], except that a running server of this version is welcome.
    pub async fn visit(path: &Path) -> Kept<(Self, Standing)> {
        make_folder(path)?;
        let path = path.to_owned();
        Ok(match hold::ask(&alone_with(&path))? {
            Some(hold) => (up_to_date(Source { path, hold: Some(hold) }).await?, Standing::Alone),
            None => (as_it_is(Source { path, hold: None }).await?, Standing::BesideServer),
        })
    }

    /// Opens the file without asking who else has it open.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence when the file cannot be opened or is from a newer version.
    pub async fn open(path: &Path) -> Kept<Self> {
        make_folder(path)?;
        up_to_date(Source { path: path.to_owned(), hold: None }).await
    }
}

/// Where connections come from.
struct Source {
    path: PathBuf,
    /// Let go of with the last connection.
    #[expect(dead_code, reason = "held, not read")]
    hold: Option<Hold>,
}

impl Source {
    /// The first connection: makes the file when it is not there.
    async fn begin(&self) -> Kept<Db> {
        // Made before SQLite would, for nobody else to read; its log and index get the same rights.
        let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path);
        made.map_err(|error| self.cannot_be_opened(&error))?;
        self.connect().await
    }

    /// One that follows a failure: a file that is not there any more, because its disk is not, is not made anew.
    async fn connect(&self) -> Kept<Db> {
        let options = self.options().pragma("cache_size", "-16000");
        SqliteConnection::connect_with(&options).await.map_err(|error| self.cannot_be_opened(&error))
    }

    fn cannot_be_opened(&self, why: &dyn std::fmt::Display) -> StoreError {
        self.unusable(&format!("cannot be opened ({why}). Name a folder that can be written with --data."))
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("secure_delete", "on")
            // A line touches two index pages of its own room: with SQLite's own 1,000 pages of log and 2 MB of cache, a busy
            // house writes the same pages back after every few commits. The first of these bounds the log, to 32 MB.
            .pragma("wal_autocheckpoint", "8000")
            // A batch's answers are not handed over in parts.
            .row_buffer_size(ROWS_AT_ONCE)
            // A statement may hold what belongs in no log.
            .disable_statement_logging()
    }

    fn unusable(&self, why: &str) -> StoreError {
        StoreError::Unusable(format!("The database {} {why}", self.path.display()))
    }
}

/// More than one batch answers with.
const ROWS_AT_ONCE: usize = 1_024;

/// How long one batch may take; a file either answers or fails.
const PATIENCE: Option<Duration> = None;

async fn begin(db: &mut Db) -> sqlx::Result<Transaction<'_, sqlx::Sqlite>> {
    db.begin_with("begin immediate").await
}

/// Writes the log back and truncates it, so that what was deleted is not in it either. Does not wait for readers: lines
/// go on meanwhile, and it is tried again.
async fn scrub(db: &mut Db) -> sqlx::Result<Scrubbed> {
    sqlx::query("pragma busy_timeout = 50").execute(&mut *db).await?;
    let truncated = sqlx::query("pragma wal_checkpoint(truncate)").fetch_one(&mut *db).await;
    sqlx::query("pragma busy_timeout = 5000").execute(&mut *db).await?;
    Ok(match truncated?.try_get::<i64, _>(0)? {
        0 => Scrubbed::Done,
        _ => Scrubbed::NotYet,
    })
}

/// The sizes of batches that have a statement of their own, so that each is prepared once and stays so; a batch in
/// between is filled up with lines of no room.
const SIZES: [usize; 18] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];

/// Saves lines of different rooms with one statement, each numbered in the transaction that saves it; and the same with a
/// transaction that it begins. A statement is a trip to the thread that has the file, and so are two in one text.
static INSERTS: LazyLock<Vec<(usize, String, String)>> = LazyLock::new(|| {
    let insert = |rows| {
        let rows = vec!["(?, ?, ?, ?, ?)"; rows].join(", ");
        format!(
            "insert into line (room, seq, cid, sender, said_at, body)
             select room.id, coalesce((select max(seq) from line where line.room = room.id), 0) + 1,
                sent.column2, sent.column3, sent.column4, sent.column5
             from (values {rows}) as sent cross join room on room.id = sent.column1
             where true
             on conflict (room, cid) do nothing
             returning room, seq"
        )
    };
    SIZES.map(|size| (size, insert(size), format!("begin immediate; {}", insert(size)))).into()
});

/// Within a transaction: returns the numbers by room; a line that is there already, or whose room is gone, has none. At most
/// 512 lines. Appends to the activity log whose work they are.
async fn insert_lines(db: &mut Db, lines: &[&NewLine]) -> sqlx::Result<HashMap<Uuid, i64>> {
    let (_, insert, _) = fitting(lines)?;
    let saved = run(db, insert, lines).await?;
    sql::activity::append(db, &work(lines, &saved)).await?;
    Ok(saved)
}

/// The same as a transaction of its own, in one trip, or in two when some of them are somebody's work. After a failure the
/// connection is let go, and what was not committed with it.
async fn save_lines(db: &mut Db, lines: &[&NewLine]) -> sqlx::Result<HashMap<Uuid, i64>> {
    let (_, insert, begin) = fitting(lines)?;
    if lines.iter().all(|line| line.by.is_none()) {
        return run(db, insert, lines).await;
    }
    let saved = run(db, begin, lines).await?;
    sql::activity::append_with(db, &COMMITS, &work(lines, &saved)).await?;
    Ok(saved)
}

/// Entries of the activity log, and the commit of the transaction that is under way.
static COMMITS: LazyLock<Vec<(usize, String)>> = LazyLock::new(|| {
    sql::activity::INSERTS.iter().map(|(size, insert)| (*size, format!("{insert}; commit"))).collect()
});

fn fitting(lines: &[&NewLine]) -> sqlx::Result<&'static (usize, String, String)> {
    let fits = INSERTS.iter().find(|(size, ..)| lines.len() <= *size);
    fits.ok_or_else(|| sqlx::Error::Protocol("more lines than a batch holds".into()))
}

/// What is not bound is null, and null is no room.
async fn run(db: &mut Db, insert: &'static str, lines: &[&NewLine]) -> sqlx::Result<HashMap<Uuid, i64>> {
    let mut query = sqlx::query(insert);
    for line in lines {
        query = query
            .bind(Uuid::from_u128(line.room.0))
            .bind(Uuid::from_u128(line.cid.0))
            .bind(sql::sender_word(line.from))
            .bind(line.at.at.0)
            .bind(line.body.to_text());
    }
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

fn work(lines: &[&NewLine], saved: &HashMap<Uuid, i64>) -> Vec<Entry> {
    let saved = lines.iter().filter(|line| saved.contains_key(&Uuid::from_u128(line.room.0)));
    saved.filter_map(|line| Some(Entry { account: line.by?, at: line.at.date, kind: Kind::Work })).collect()
}

async fn up_to_date(source: Source) -> Kept<Sqlite> {
    let mut db = source.begin().await?;
    match MIGRATIONS.run(&mut db).await {
        Ok(()) => Ok(on(source, db)),
        Err(MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..)) => Err(source.unusable(NEWER)),
        Err(MigrateError::VersionMismatch(version)) => Err(source.unusable(&format!(
            "was made by a build whose migration {version} differs from this one. Start that build, or name another --data."
        ))),
        Err(other) => Err(source
            .unusable(&format!("could not be brought up to date ({other}). Check that it can be written."))),
    }
}

/// Beside a running server: nothing is brought up to date under it.
async fn as_it_is(source: Source) -> Kept<Sqlite> {
    let mut db = source.begin().await?;
    match super::version(sqlx::query_scalar(super::APPLIED).fetch_one(&mut db).await?) {
        Ordering::Equal => Ok(on(source, db)),
        Ordering::Greater => Err(source.unusable(NEWER)),
        Ordering::Less => Err(source.unusable("is served by an older version of Quietline. Stop that server first.")),
    }
}

fn on(source: Source, db: Db) -> Sqlite {
    let reader = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(source.options());
    Sqlite::on(source, db, reader)
}

const NEWER: &str = "is from a newer version of Quietline. Start that version, or name another --data.";

/// The lock lies beside the file, because SQLite has locks of its own on that.
fn alone_with(path: &Path) -> hold::Subject<'_> {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    hold::Subject { path, lock: lock.into(), flag: "--data" }
}

/// The folder of the file, when it is not there: the operator's own, and nobody else's on the machine.
fn make_folder(path: &Path) -> Kept<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        let folder = folder.display();
        StoreError::Unusable(format!(
            "The data directory {folder} cannot be created ({error}). Name one that can be written with --data."
        ))
    })
}
