//! The store on SQLite: one file, one writer, write-ahead log, `synchronous=FULL`, deleted text overwritten.
//!
//! It holds the contract of [`Store`] and says which statement answers what; the statements are in the files beside it,
//! by what they are about. It decides nothing.

use std::{
    cmp::Ordering,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
    time::Duration,
};

use async_trait::async_trait;
use quietline_domain::{AccountId, RoomId, Seq, Time, outage::Outage, room::TurnEnd};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    AccountRow, Appended, Availability, ClaimRow, Kept, NewAccount, NewLine, NewRoom, NewTake, Opening, RoomRow,
    Seated, Store, StoreError, Sweeps, Take, clicks, lines, names, rooms, staff, tidying, turns,
    writer::{After, Writer, Writing},
};
use crate::{
    private::{Digested, Forms, Nickname},
    protocol::Said,
};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

pub struct Sqlite {
    reader: SqlitePool,
    writer: Writer,
}

impl Sqlite {
    /// Opens the file, creating it and its folder when they are not there, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence when the file cannot be opened or is from a newer version.
    pub async fn open(path: &Path) -> Kept<Self> {
        make_folder(path)?;
        let mut writer = connect(path).await?;
        let unusable = |why: &str| Err(unusable(path, why));
        match MIGRATIONS.run(&mut writer).await {
            Ok(()) => Ok(Self::on(path, writer)),
            Err(MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..)) => unusable(NEWER),
            Err(MigrateError::VersionMismatch(version)) => unusable(&format!(
                "was made by a build whose migration {version} differs from this one. Start that build, or name another --data."
            )),
            Err(other) => {
                unusable(&format!("could not be brought up to date ({other}). Check that it can be written."))
            }
        }
    }

    /// Opens the file beside a running server: nothing is brought up to date under it.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] with a sentence when the server is of another version.
    pub async fn beside(path: &Path) -> Kept<Self> {
        let mut writer = connect(path).await?;
        let applied: i64 =
            sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&mut writer).await?;
        let ours = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
        match applied.cmp(&ours) {
            Ordering::Equal => Ok(Self::on(path, writer)),
            Ordering::Greater => Err(unusable(path, NEWER)),
            Ordering::Less => {
                Err(unusable(path, "is served by an older version of Quietline. Stop that server first."))
            }
        }
    }

    fn on(path: &Path, writer: SqliteConnection) -> Self {
        let reader = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options(path));
        Self { reader, writer: Writer::start(writer) }
    }

    /// One write, within the writer's next transaction.
    async fn write<T, F>(&self, write: F) -> Kept<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T> + Send + 'static,
    {
        self.writer.run(After::Nothing, write).await
    }
}

const NEWER: &str = "is from a newer version of Quietline. Start that version, or name another --data.";

fn unusable(path: &Path, why: &str) -> StoreError {
    StoreError::Unusable(format!("The database {} {why}", path.display()))
}

async fn connect(path: &Path) -> Kept<SqliteConnection> {
    // Made before SQLite would, for nobody else to read; its log and index get the same rights.
    let made = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    made.map_err(|error| {
        unusable(path, &format!("cannot be opened ({error}). Name a folder that can be written with --data."))
    })?;
    SqliteConnection::connect_with(&options(path)).await.map_err(|error| {
        unusable(path, &format!("cannot be opened ({error}). Name a folder that can be written with --data."))
    })
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("secure_delete", "on")
        .pragma("wal_autocheckpoint", "1000")
}

/// The folder of the file, when it is not there: the operator's own, and nobody else's on the machine.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence when it cannot be made.
pub fn make_folder(path: &Path) -> Kept<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
        let folder = folder.display();
        StoreError::Unusable(format!(
            "The data directory {folder} cannot be created ({error}). Name one that can be written with --data."
        ))
    })
}

#[async_trait]
impl Store for Sqlite {
    async fn open_room(&self, new: NewRoom) -> Kept<Opening> {
        self.write(move |db| Box::pin(rooms::open(db, new))).await
    }

    async fn rooms(&self) -> Kept<Vec<RoomRow>> {
        Ok(rooms::all(&self.reader).await?)
    }

    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>> {
        Ok(rooms::one(&self.reader, room).await?)
    }

    async fn take(&self, take: NewTake) -> Kept<Take> {
        self.write(move |db| Box::pin(rooms::take(db, take))).await
    }

    async fn release(&self, room: RoomId, from: AccountId, why: TurnEnd, now: Time) -> Kept<Option<Seq>> {
        self.write(move |db| Box::pin(turns::release(db, room, from, why, now))).await
    }

    async fn hand_over(&self, room: RoomId, from: AccountId, to: AccountId, now: Time) -> Kept<Option<Seated>> {
        self.write(move |db| Box::pin(turns::hand_over(db, room, from, to, now))).await
    }

    async fn share_older(&self, room: RoomId) -> Kept<()> {
        self.write(move |db| Box::pin(turns::share_older(db, room))).await
    }

    async fn touch(&self, room: RoomId, at: Time) -> Kept<()> {
        self.write(move |db| Box::pin(rooms::touch(db, room, at))).await
    }

    async fn left_by(&self, account: AccountId) -> Kept<Vec<RoomId>> {
        Ok(turns::left_by(&self.reader, account).await?)
    }

    async fn nicknames(&self) -> Kept<Vec<(RoomId, Nickname)>> {
        Ok(names::of_rooms(&self.reader).await?)
    }

    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()> {
        self.write(move |db| Box::pin(clicks::keep(db, claim))).await
    }

    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>> {
        Ok(clicks::after(&self.reader, since).await?)
    }

    async fn append(&self, line: NewLine) -> Kept<Appended> {
        self.writer.line(line).await
    }

    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>> {
        Ok(lines::after(&self.reader, room, since).await?)
    }

    async fn erase(&self, room: RoomId) -> Kept<Option<u64>> {
        self.writer.run(After::Scrub, move |db| Box::pin(rooms::erase(db, room))).await
    }

    async fn alive(&self, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(tidying::alive(db, now))).await
    }

    async fn started(&self, now: Time) -> Kept<Vec<Outage>> {
        self.write(move |db| Box::pin(tidying::started(db, now))).await
    }

    async fn sweep(&self, now: Time) -> Kept<u64> {
        self.writer.run(After::Scrub, move |db| Box::pin(tidying::sweep(db, now))).await
    }

    async fn complete_forms(&self, forms: &(dyn for<'n> Fn(&'n Nickname) -> Forms + Sync)) -> Kept<()> {
        let formless = names::formless(&self.reader).await?;
        let completed: Vec<_> = formless
            .into_iter()
            .map(|user| {
                let forms = forms(&user.nickname);
                (user, forms)
            })
            .collect();
        if completed.is_empty() {
            return Ok(());
        }
        self.write(move |db| Box::pin(names::complete(db, completed))).await
    }

    async fn add_account(&self, account: NewAccount) -> Kept<Option<AccountId>> {
        self.write(move |db| Box::pin(staff::add(db, account))).await
    }

    async fn accounts(&self) -> Kept<Vec<AccountRow>> {
        Ok(staff::all(&self.reader).await?)
    }

    async fn account(&self, id: AccountId) -> Kept<Option<AccountRow>> {
        Ok(staff::by_id(&self.reader, id).await?)
    }

    async fn account_by_login(&self, login: &str) -> Kept<Option<(AccountRow, String)>> {
        Ok(staff::by_login(&self.reader, login).await?)
    }

    async fn reset_account(&self, login: &str, password_hash: &str) -> Kept<bool> {
        let (login, hash) = (login.to_owned(), password_hash.to_owned());
        self.write(move |db| Box::pin(async move { staff::reset(db, &login, &hash).await })).await
    }

    async fn disable_account(&self, login: &str, now: Time) -> Kept<bool> {
        let login = login.to_owned();
        self.write(move |db| Box::pin(async move { staff::disable(db, &login, now).await })).await
    }

    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()> {
        self.write(move |db| Box::pin(staff::set_available(db, account, state))).await
    }

    async fn add_session(&self, session: Digested, account: AccountId, until: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::add_session(db, session, account, until))).await
    }

    async fn session(&self, session: Digested, now: Time) -> Kept<Option<AccountRow>> {
        Ok(staff::by_session(&self.reader, session, now).await?)
    }

    async fn end_session(&self, session: Digested, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::end_session(db, session, now))).await
    }

    async fn staff_revision(&self) -> Kept<i64> {
        Ok(staff::revision(&self.reader).await?)
    }

    async fn ask_sweep(&self) -> Kept<i64> {
        self.write(move |db| Box::pin(tidying::ask_sweep(db))).await
    }

    async fn sweeps(&self) -> Kept<Sweeps> {
        Ok(tidying::sweeps(&self.reader).await?)
    }

    async fn swept(&self, wish: i64, erased: u64) -> Kept<()> {
        self.write(move |db| Box::pin(tidying::swept(db, wish, erased))).await
    }

    async fn ready(&self) -> Kept<()> {
        sqlx::query("select 1").execute(&self.reader).await?;
        Ok(())
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A column that holds what no version of ours writes.
pub(super) fn misread(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "not a value of ours".into() }
}
