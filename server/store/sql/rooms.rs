//! Rooms: how one is opened, taken, read and erased.
//!
//! Knows nothing of what is said in them, nor how a turn ends (`turns.rs`). It decides nothing: what may happen to a
//! room only once is a condition of the statement that does it.

use quietline_domain::{AccountId, ClaimId, RoomId, Seq, Time, duty::Kind, queue::Answer};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, activity, clicks, intakes, misread, names, turns};
use crate::{
    private::{Digested, Nickname},
    protocol::Envelope,
    store::{ClaimRow, Erasure, NewRoom, NewTake, Opening, PastTurn, RoomRow, Seated, Take, activity::Entry},
};

macro_rules! room_rows {
    ($rest:literal) => {
        concat!(
            "select room.id, room.epoch, room.key_digest, room.queue_no, room.arrived_at, room.active_at,
                room.counsellor, room.claim, room.taken_after, room.reads_after, room.intake, student.sealed, student.renamed,
                holder.nickname as counsellor_nickname,
                (select min(seq) from line where line.room = room.id and sender = 'student') as first_student,
                (select min(seq) from line
                 where line.room = room.id and sender = 'counsellor' and seq > room.taken_after) as first_counsellor,
                (select max(seq) from line where line.room = room.id) as last,
                (select said_at from line where line.room = room.id order by seq desc limit 1) as last_said_at
             from room join chat_user as student on student.id = room.student
                left join chat_user as holder on holder.account = room.counsellor ",
            $rest
        )
    };
}

/// Every open room, in queue order.
pub async fn all(db: &Reader) -> sqlx::Result<Vec<RoomRow>> {
    // One transaction, so that a room and its past are of the same moment.
    let mut reading = db.begin().await?;
    let rows = sqlx::query(room_rows!("order by room.queue_no")).fetch_all(&mut *reading).await?;
    let mut past = turns::past_of_all(&mut reading).await?;
    reading.commit().await?;
    rows.iter().map(|row| room_row(row, past.remove(&row.try_get("id")?).unwrap_or_default())).collect()
}

pub async fn one(db: &Reader, room: RoomId) -> sqlx::Result<Option<RoomRow>> {
    let mut reading = db.begin().await?;
    let row = by_id(&mut reading, room).await?;
    reading.commit().await?;
    Ok(row)
}

/// As it stands within the transaction that asks.
pub async fn by_id(db: &mut Db, room: RoomId) -> sqlx::Result<Option<RoomRow>> {
    const BY_ID: &str = room_rows!("where room.id = $1");
    let row = sqlx::query(BY_ID).bind(Uuid::from_u128(room.0)).fetch_optional(&mut *db).await?;
    with_past(db, row).await
}

pub async fn open(db: &mut Db, new: NewRoom) -> sqlx::Result<Opening> {
    if let Some(row) = by_key(db, new.key).await? {
        return Ok(Opening::Room(Box::new(row)));
    }
    if names::is_taken(db, new.forms, new.shared).await? {
        return Ok(Opening::NicknameTaken);
    }
    let student = names::add_visitor(db, new.forms).await?;
    let queue_no = add(db, &new, student).await?;
    Ok(Opening::Room(Box::new(RoomRow {
        room: new.room,
        epoch: new.epoch,
        key: new.key,
        nickname: None,
        renamed: None,
        intake: None,
        queue_no,
        arrived: new.now,
        active: new.now,
        counsellor: None,
        past: Vec::new(),
        first_student: None,
        first_counsellor: None,
        last: 0,
    })))
}

/// One conditional statement: it changes the room only while it waits, so two clicks cannot have the same one. A click
/// that has a room already finds it as it is.
pub async fn take(db: &mut Db, take: NewTake) -> sqlx::Result<Take> {
    if let Some(room) = taken_by(db, take.account, take.claim).await? {
        return Ok(by_id(db, room).await?.map_or(Take::Lost, |row| Take::Taken(Box::new(row))));
    }
    const TAKE: &str = concat!(
        "update room set counsellor = $2, claim = $3,
            taken_after = (select coalesce(max(seq), 0) from line where line.room = $1),
            reads_after = case
                when exists (select 1 from past_turn where past_turn.room = $1 and past_turn.counsellor <> $2)
                then (select coalesce(max(seq), 0) from line where line.room = $1)
                else 0 end,
            active_at = $4
         where id = (select id from room where id = $1 and counsellor is null",
        unless_another_has_it!(),
        ")"
    );
    let taken = sqlx::query(TAKE)
        .bind(Uuid::from_u128(take.room.0))
        .bind(Uuid::from_u128(take.account.0))
        .bind(Uuid::from_u128(take.claim.0))
        .bind(take.now.at.0)
        .execute(&mut *db)
        .await?;
    if taken.rows_affected() == 0 {
        return Ok(Take::Lost);
    }
    let answer = Answer::Student;
    clicks::keep(db, ClaimRow { claim: take.claim, account: take.account, answer, at: take.now.at }).await?;
    activity::append(db, &[Entry { account: take.account, at: take.now.date, kind: Kind::Open }]).await?;
    let row = by_id(db, take.room).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Take::Taken(Box::new(row)))
}

/// The room that this click was given, as long as it is this counsellor's.
async fn taken_by(db: &mut Db, account: AccountId, claim: ClaimId) -> sqlx::Result<Option<RoomId>> {
    let row = sqlx::query("select id from room where counsellor = $1 and claim = $2")
        .bind(Uuid::from_u128(account.0))
        .bind(Uuid::from_u128(claim.0))
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(RoomId(row.try_get::<Uuid, _>(0)?.as_u128()))).transpose()
}

/// Never moves a room's last activity back.
pub async fn touch(db: &mut Db, room: RoomId, at: Time) -> sqlx::Result<()> {
    sqlx::query("update room set active_at = $2 where id = $1 and active_at < $2")
        .bind(Uuid::from_u128(room.0))
        .bind(at.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn keep_shared(db: &mut Db, room: RoomId, sealed: Option<Envelope>) -> sqlx::Result<()> {
    sqlx::query("update room set intake = $2 where id = $1")
        .bind(Uuid::from_u128(room.0))
        .bind(sealed.map(|sealed| sealed.to_text()))
        .execute(db)
        .await?;
    Ok(())
}

pub async fn erase(db: &mut Db, room: RoomId, work: Option<Entry>) -> sqlx::Result<Option<Erasure>> {
    let id = Uuid::from_u128(room.0);
    let lines = sqlx::query("delete from line where room = $1").bind(id).execute(&mut *db).await?.rows_affected();
    sqlx::query("delete from past_turn where room = $1").bind(id).execute(&mut *db).await?;
    let student = sqlx::query("delete from room where id = $1 returning student, key_digest")
        .bind(id)
        .fetch_optional(&mut *db)
        .await?;
    let Some(student) = student else {
        return Ok(None);
    };
    activity::append(db, work.as_slice()).await?;
    let (student, key): (Uuid, String) = (student.try_get(0)?, student.try_get(1)?);
    sqlx::query("delete from chat_user where id = $1 and account is null").bind(student).execute(&mut *db).await?;
    Ok(Some(Erasure { lines, intake: intakes::end(db, key).await? }))
}

async fn by_key(db: &mut Db, key: Digested) -> sqlx::Result<Option<RoomRow>> {
    const BY_KEY: &str = room_rows!("where room.key_digest = $1");
    let row = sqlx::query(BY_KEY).bind(key.to_text()).fetch_optional(&mut *db).await?;
    with_past(db, row).await
}

/// Puts a room at the end of the queue, and returns its place.
async fn add(db: &mut Db, new: &NewRoom, student: Uuid) -> sqlx::Result<i64> {
    const ADD: &str = "insert into room (id, epoch, key_digest, student, queue_no, arrived_at, active_at)
         values ($1, $2, $3, $4, $5, $6, $6)";
    let queue_no: i64 = sqlx::query("update counter set value = value + 1 where name = 'queue' returning value")
        .fetch_one(&mut *db)
        .await?
        .try_get(0)?;
    sqlx::query(ADD)
        .bind(Uuid::from_u128(new.room.0))
        .bind(Uuid::from_u128(new.epoch))
        .bind(new.key.to_text())
        .bind(student)
        .bind(queue_no)
        .bind(new.now.0)
        .execute(&mut *db)
        .await?;
    Ok(queue_no)
}

async fn with_past(db: &mut Db, row: Option<Record>) -> sqlx::Result<Option<RoomRow>> {
    let Some(row) = row else {
        return Ok(None);
    };
    let past = turns::past_of(db, row.try_get("id")?).await?;
    room_row(&row, past).map(Some)
}

fn room_row(row: &Record, past: Vec<PastTurn>) -> sqlx::Result<RoomRow> {
    let id = |name: &str| row.try_get::<Uuid, _>(name).map(|id| id.as_u128());
    let seq = |name: &str| row.try_get::<Option<i64>, _>(name).map(|seq| seq.map(|seq| seq as Seq));
    let key: String = row.try_get("key_digest")?;
    let active: i64 = row.try_get("active_at")?;
    let said: Option<i64> = row.try_get("last_said_at")?;
    let envelope = |name: &str| {
        let text: Option<&str> = row.try_get(name)?;
        text.map(|text| Envelope::from_text(text).ok_or_else(|| misread(name))).transpose()
    };
    Ok(RoomRow {
        room: RoomId(id("id")?),
        epoch: id("epoch")?,
        key: Digested::from_text(&key).ok_or_else(|| misread("key_digest"))?,
        nickname: envelope("sealed")?,
        renamed: row.try_get("renamed")?,
        intake: envelope("intake")?,
        queue_no: row.try_get("queue_no")?,
        arrived: Time(row.try_get("arrived_at")?),
        active: Time(said.map_or(active, |said| said.max(active))),
        counsellor: seated(row)?,
        past,
        first_student: seq("first_student")?,
        first_counsellor: seq("first_counsellor")?,
        last: seq("last")?.unwrap_or(0),
    })
}

fn seated(row: &Record) -> sqlx::Result<Option<Seated>> {
    let Some(account) = row.try_get::<Option<Uuid>, _>("counsellor")? else {
        return Ok(None);
    };
    Ok(Some(Seated {
        account: AccountId(account.as_u128()),
        nickname: Nickname::stored(row.try_get("counsellor_nickname")?),
        claim: row.try_get::<Option<Uuid>, _>("claim")?.map(|claim| ClaimId(claim.as_u128())),
        after: row.try_get::<i64, _>("taken_after")? as Seq,
        reads_after: row.try_get::<i64, _>("reads_after")? as Seq,
    }))
}
