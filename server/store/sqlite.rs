//! The store on SQLite: one file, one writer, write-ahead log, `synchronous=FULL`, deleted text overwritten.
//!
//! It holds the contract of [`Store`]; rooms and lines are here, accounts in `staff.rs`. It decides nothing.

use std::{os::unix::fs::DirBuilderExt, path::Path, time::Duration};

use async_trait::async_trait;
use quietline_domain::{AccountId, ClaimId, RoomId, Seq, Time, queue::Answer};
use sqlx::{
    Connection, Row, SqliteConnection, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use uuid::Uuid;

use super::{
    AccountRow, Appended, Availability, ClaimRow, Kept, NewAccount, NewLine, NewRoom, NewTake, RoomRow, Seated, Store,
    StoreError, Take, lines, staff,
    writer::{After, Writer},
};
use crate::{
    private::{Digested, Nickname},
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
        let unusable = |why: String| StoreError::Unusable(format!("The database {} {why}", path.display()));
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            // The operator's own, and nobody else's on the machine.
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
                let folder = folder.display();
                StoreError::Unusable(format!(
                    "The data directory {folder} cannot be created ({error}). Name one that can be written with --data."
                ))
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("secure_delete", "on")
            .pragma("wal_autocheckpoint", "1000");

        let mut writer = SqliteConnection::connect_with(&options).await.map_err(|error| {
            unusable(format!("cannot be opened ({error}). Name a folder that can be written with --data."))
        })?;
        MIGRATIONS.run(&mut writer).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
                unusable("is from a newer version of Quietline. Start that version, or name another --data.".into())
            }
            MigrateError::VersionMismatch(version) => unusable(format!(
                "was made by a build whose migration {version} differs from this one. Start that build, or name another --data."
            )),
            other => unusable(format!("could not be brought up to date ({other}). Check that it can be written.")),
        })?;
        let reader = SqlitePoolOptions::new().max_connections(2).connect_lazy_with(options);
        Ok(Self { reader, writer: Writer::start(writer) })
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn open_room(&self, new: NewRoom) -> Kept<RoomRow> {
        self.writer.run(After::Nothing, move |db| Box::pin(async move { open_room(db, new).await })).await
    }

    async fn rooms(&self) -> Kept<Vec<RoomRow>> {
        let rows = sqlx::query(concat!(room_rows!(), " order by room.queue_no")).fetch_all(&self.reader).await?;
        Ok(rows.iter().map(room_row).collect::<Result<_, _>>()?)
    }

    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>> {
        let row = sqlx::query(ONE_ROOM).bind(Uuid::from_u128(room.0)).fetch_optional(&self.reader).await?;
        Ok(row.as_ref().map(room_row).transpose()?)
    }

    async fn take(&self, take: NewTake) -> Kept<Take> {
        self.writer.run(After::Nothing, move |db| Box::pin(async move { take_room(db, take).await })).await
    }

    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()> {
        self.writer.run(After::Nothing, move |db| Box::pin(async move { keep_claim(db, claim).await })).await
    }

    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>> {
        const ANSWERED: &str =
            "select id, account, answer, answered_at from claim where answered_at > $1 order by answered_at";
        let rows = sqlx::query(ANSWERED).bind(since.0).fetch_all(&self.reader).await?;
        Ok(rows.iter().map(claim_row).collect::<Result<_, _>>()?)
    }

    async fn append(&self, line: NewLine) -> Kept<Appended> {
        self.writer.line(line).await
    }

    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>> {
        Ok(lines::after(&self.reader, room, since).await?)
    }

    async fn erase(&self, room: RoomId) -> Kept<Option<u64>> {
        self.writer.run(After::Scrub, move |db| Box::pin(async move { erase_room(db, room).await })).await
    }

    async fn add_account(&self, account: NewAccount) -> Kept<Option<AccountId>> {
        self.writer.run(After::Nothing, move |db| Box::pin(async move { staff::add(db, account).await })).await
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
        self.writer.run(After::Nothing, move |db| Box::pin(async move { staff::reset(db, &login, &hash).await })).await
    }

    async fn disable_account(&self, login: &str, now: Time) -> Kept<bool> {
        let login = login.to_owned();
        self.writer.run(After::Nothing, move |db| Box::pin(async move { staff::disable(db, &login, now).await })).await
    }

    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()> {
        self.writer
            .run(After::Nothing, move |db| Box::pin(async move { staff::set_available(db, account, state).await }))
            .await
    }

    async fn add_session(&self, session: Digested, account: AccountId, until: Time) -> Kept<()> {
        self.writer
            .run(After::Nothing, move |db| {
                Box::pin(async move { staff::add_session(db, session, account, until).await })
            })
            .await
    }

    async fn session(&self, session: Digested, now: Time) -> Kept<Option<AccountRow>> {
        Ok(staff::by_session(&self.reader, session, now).await?)
    }

    async fn end_session(&self, session: Digested, now: Time) -> Kept<()> {
        self.writer
            .run(After::Nothing, move |db| Box::pin(async move { staff::end_session(db, session, now).await }))
            .await
    }

    async fn staff_revision(&self) -> Kept<i64> {
        Ok(staff::revision(&self.reader).await?)
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

macro_rules! room_rows {
    () => {
        "select room.id, room.epoch, room.key_digest, room.queue_no, room.arrived_at, room.counsellor, room.claim,
            room.taken_after, chat_user.nickname, account.nickname as counsellor_nickname,
            (select min(seq) from line where line.room = room.id and sender = 'student') as first_student,
            (select min(seq) from line where line.room = room.id and sender = 'counsellor') as first_counsellor
         from room join chat_user on chat_user.id = room.student left join account on account.id = room.counsellor"
    };
}
use room_rows;

const ONE_ROOM: &str = concat!(room_rows!(), " where room.id = $1");
const ROOM_OF_KEY: &str = concat!(room_rows!(), " where room.key_digest = $1");

async fn open_room(db: &mut SqliteConnection, new: NewRoom) -> Result<RoomRow, sqlx::Error> {
    let key = new.key.to_text();
    if let Some(row) = sqlx::query(ROOM_OF_KEY).bind(&key).fetch_optional(&mut *db).await? {
        return room_row(&row);
    }
    let id = Uuid::from_u128(new.room.0);
    let student = Uuid::new_v4();
    sqlx::query("insert into chat_user (id, nickname) values ($1, $2)")
        .bind(student)
        .bind(new.nickname.expose())
        .execute(&mut *db)
        .await?;
    let queue_no: i64 = sqlx::query("update counter set value = value + 1 where name = 'queue' returning value")
        .fetch_one(&mut *db)
        .await?
        .try_get(0)?;
    sqlx::query(
        "insert into room (id, epoch, key_digest, student, queue_no, arrived_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(Uuid::from_u128(new.epoch))
    .bind(&key)
    .bind(student)
    .bind(queue_no)
    .bind(new.now.0)
    .execute(&mut *db)
    .await?;
    Ok(RoomRow {
        room: new.room,
        epoch: new.epoch,
        key: new.key,
        nickname: new.nickname,
        queue_no,
        arrived: new.now,
        counsellor: None,
        first_student: None,
        first_counsellor: None,
    })
}

/// One conditional statement: it changes the room only while it waits, so two clicks cannot have the same one.
async fn take_room(db: &mut SqliteConnection, take: NewTake) -> Result<Take, sqlx::Error> {
    const TAKE: &str = "update room set counsellor = $2, claim = $3,
            taken_after = coalesce(taken_after, (select coalesce(max(seq), 0) from line where line.room = room.id))
         where id = $1 and (counsellor is null or (counsellor = $2 and claim = $3))";
    let id = Uuid::from_u128(take.room.0);
    let taken = sqlx::query(TAKE)
        .bind(id)
        .bind(Uuid::from_u128(take.account.0))
        .bind(Uuid::from_u128(take.claim.0))
        .execute(&mut *db)
        .await?;
    if taken.rows_affected() == 0 {
        return Ok(Take::Lost);
    }
    let answer = Answer::Student;
    keep_claim(db, ClaimRow { claim: take.claim, account: take.account, answer, at: take.now }).await?;
    let row = sqlx::query(ONE_ROOM).bind(id).fetch_one(&mut *db).await?;
    Ok(Take::Taken(Box::new(room_row(&row)?)))
}

async fn keep_claim(db: &mut SqliteConnection, claim: ClaimRow) -> Result<(), sqlx::Error> {
    let forgotten = claim.at.0 - quietline_domain::queue::CLAIMS_KEPT.0;
    sqlx::query("delete from claim where answered_at < $1").bind(forgotten).execute(&mut *db).await?;
    let answer = match claim.answer {
        Answer::Student => "student",
        Answer::Nobody => "nobody",
        Answer::Limit => "limit",
    };
    sqlx::query("insert into claim (account, id, answer, answered_at) values ($1, $2, $3, $4) on conflict do nothing")
        .bind(Uuid::from_u128(claim.account.0))
        .bind(Uuid::from_u128(claim.claim.0))
        .bind(answer)
        .bind(claim.at.0)
        .execute(&mut *db)
        .await?;
    Ok(())
}

async fn erase_room(db: &mut SqliteConnection, room: RoomId) -> Result<Option<u64>, sqlx::Error> {
    let id = Uuid::from_u128(room.0);
    let lines = sqlx::query("delete from line where room = $1").bind(id).execute(&mut *db).await?.rows_affected();
    let student =
        sqlx::query("delete from room where id = $1 returning student").bind(id).fetch_optional(&mut *db).await?;
    let Some(student) = student else {
        return Ok(None);
    };
    let student: Uuid = student.try_get(0)?;
    sqlx::query("delete from chat_user where id = $1").bind(student).execute(&mut *db).await?;
    Ok(Some(lines))
}

fn room_row(row: &SqliteRow) -> Result<RoomRow, sqlx::Error> {
    let id = |name: &str| row.try_get::<Uuid, _>(name).map(|id| id.as_u128());
    let seq = |name: &str| row.try_get::<Option<i64>, _>(name).map(|seq| seq.map(|seq| seq as Seq));
    let key: String = row.try_get("key_digest")?;
    let counsellor = match row.try_get::<Option<Uuid>, _>("counsellor")? {
        None => None,
        Some(account) => Some(Seated {
            account: AccountId(account.as_u128()),
            nickname: Nickname::stored(row.try_get("counsellor_nickname")?),
            claim: ClaimId(id("claim")?),
            after: row.try_get::<i64, _>("taken_after")? as Seq,
        }),
    };
    Ok(RoomRow {
        room: RoomId(id("id")?),
        epoch: id("epoch")?,
        key: Digested::from_text(&key).ok_or_else(|| misread("key_digest"))?,
        nickname: Nickname::stored(row.try_get("nickname")?),
        queue_no: row.try_get("queue_no")?,
        arrived: Time(row.try_get("arrived_at")?),
        counsellor,
        first_student: seq("first_student")?,
        first_counsellor: seq("first_counsellor")?,
    })
}

fn claim_row(row: &SqliteRow) -> Result<ClaimRow, sqlx::Error> {
    Ok(ClaimRow {
        claim: ClaimId(row.try_get::<Uuid, _>("id")?.as_u128()),
        account: AccountId(row.try_get::<Uuid, _>("account")?.as_u128()),
        answer: match row.try_get::<&str, _>("answer")? {
            "student" => Answer::Student,
            "nobody" => Answer::Nobody,
            "limit" => Answer::Limit,
            _ => return Err(misread("answer")),
        },
        at: Time(row.try_get("answered_at")?),
    })
}

/// A column that holds what no version of ours writes.
pub(super) fn misread(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "not a value of ours".into() }
}
