//! Lines on SQLite: a batch is one statement, and a line is saved once however often it is sent.
//!
//! Knows nothing of who may read them.

use std::collections::{HashMap, HashSet};

use quietline_domain::{RoomId, Seq, Time};
use serde::Serialize;
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use uuid::Uuid;

use super::{Appended, NewLine, sqlite::misread};
use crate::{
    private::SealedText,
    protocol::{Body, Role, Said},
};

/// Saves a batch and answers in its order. A room's actor waits for its answer before it says more, so there is
/// almost always one round: two lines of one room would ask for the same number.
pub async fn append_all(db: &mut SqliteConnection, lines: &[NewLine]) -> Result<Vec<Appended>, sqlx::Error> {
    let mut answers = vec![Appended::NoRoom; lines.len()];
    let mut left: Vec<usize> = (0..lines.len()).collect();
    while !left.is_empty() {
        let mut rooms = HashSet::new();
        let (round, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|&n| rooms.insert(lines[n].room));
        let saved = append_round(db, &round.iter().map(|&n| &lines[n]).collect::<Vec<_>>()).await?;
        for (n, answer) in round.into_iter().zip(saved) {
            answers[n] = answer;
        }
        left = later;
    }
    Ok(answers)
}

/// Whether no room has two of these lines.
pub fn is_one_round(lines: &[NewLine]) -> bool {
    let mut rooms = HashSet::new();
    lines.iter().all(|line| rooms.insert(line.room))
}

/// The room's lines after `since`, in order.
pub async fn after(db: &SqlitePool, room: RoomId, since: Seq) -> Result<Vec<Said>, sqlx::Error> {
    const AFTER: &str = "select seq, cid, sender, said_at, suite, body from line
         where room = $1 and seq > $2 order by seq";
    let rows = sqlx::query(AFTER)
        .bind(Uuid::from_u128(room.0))
        .bind(i64::try_from(since).unwrap_or(i64::MAX))
        .fetch_all(db)
        .await?;
    rows.iter().map(said).collect()
}

/// A line on its way into the one statement of its batch.
#[derive(Serialize)]
struct Sent<'a> {
    room: String,
    cid: String,
    sender: Role,
    at: i64,
    suite: u8,
    body: &'a SealedText,
}

/// Saves lines of different rooms with one statement, each numbered in the transaction that saves it.
async fn append_round(db: &mut SqliteConnection, lines: &[&NewLine]) -> Result<Vec<Appended>, sqlx::Error> {
    const APPEND: &str = "insert into line (room, seq, cid, sender, said_at, suite, body)
         select room.id, coalesce((select max(seq) from line where line.room = room.id), 0) + 1,
            unhex(sent.value ->> 'cid'), sent.value ->> 'sender', sent.value ->> 'at', sent.value ->> 'suite',
            sent.value ->> 'body'
         from json_each($1) as sent cross join room on room.id = unhex(sent.value ->> 'room')
         where true
         on conflict (room, cid) do nothing
         returning room, seq";
    let sent: Vec<_> = lines.iter().map(|line| sent(line)).collect();
    let sent = serde_json::to_string(&sent).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let rows = sqlx::query(APPEND).bind(sent).fetch_all(&mut *db).await?;
    let mut saved = HashMap::with_capacity(rows.len());
    for row in &rows {
        saved.insert(row.try_get::<Uuid, _>(0)?, row.try_get::<i64, _>(1)?);
    }
    let mut appended = Vec::with_capacity(lines.len());
    for &line in lines {
        appended.push(match saved.remove(&Uuid::from_u128(line.room.0)) {
            Some(seq) => Appended::New { seq: seq as Seq },
            None => saved_before(db, line).await?,
        });
    }
    Ok(appended)
}

fn sent(line: &NewLine) -> Sent<'_> {
    Sent {
        room: Uuid::from_u128(line.room.0).simple().to_string(),
        cid: Uuid::from_u128(line.cid.0).simple().to_string(),
        sender: line.from.into(),
        at: line.at.0,
        suite: line.body.suite,
        body: &line.body.text,
    }
}

/// Why a line was not inserted: it is there already, its cid holds something else, or the room is gone.
async fn saved_before(db: &mut SqliteConnection, line: &NewLine) -> Result<Appended, sqlx::Error> {
    const SAVED: &str = "select seq, cid, sender, said_at, suite, body from line where room = $1 and cid = $2";
    let row = sqlx::query(SAVED)
        .bind(Uuid::from_u128(line.room.0))
        .bind(Uuid::from_u128(line.cid.0))
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else {
        return Ok(Appended::NoRoom);
    };
    let before = said(&row)?;
    let same = before.from == Role::from(line.from) && before.body == line.body;
    Ok(if same { Appended::Again { seq: before.seq, at: Time(before.at) } } else { Appended::CidTaken })
}

fn said(row: &SqliteRow) -> Result<Said, sqlx::Error> {
    Ok(Said {
        seq: row.try_get::<i64, _>("seq")? as Seq,
        cid: row.try_get("cid")?,
        from: match row.try_get::<&str, _>("sender")? {
            "student" => Role::Student,
            "counsellor" => Role::Counsellor,
            _ => return Err(misread("sender")),
        },
        at: row.try_get("said_at")?,
        body: Body { suite: row.try_get("suite")?, text: SealedText::new(row.try_get("body")?) },
    })
}
