//! Lines: a batch is one statement, and a line is saved once however often it is sent.
//!
//! Knows nothing of who may read them.

use std::collections::{HashMap, HashSet};

use quietline_domain::{Role as Side, RoomId, Seq, Time};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, insert_lines, misread, save_lines};
use crate::{
    protocol::{Envelope, Role, Said},
    store::{Appended, NewLine},
};

/// Saves a batch and answers in its order. A room's actor waits for its answer before it says more, so there is
/// almost always one round: two lines of one room would ask for the same number.
pub async fn append_all(db: &mut Db, lines: &[NewLine]) -> sqlx::Result<Vec<Appended>> {
    let mut answers = vec![Appended::NoRoom; lines.len()];
    let mut left: Vec<usize> = (0..lines.len()).collect();
    while !left.is_empty() {
        let mut rooms = HashSet::new();
        let (round, later): (Vec<_>, Vec<_>) = left.into_iter().partition(|&n| rooms.insert(lines[n].room));
        let round_lines: Vec<_> = round.iter().map(|&n| &lines[n]).collect();
        let saved = insert_lines(db, &round_lines).await?;
        let saved = appended(db, &round_lines, saved).await?;
        for (n, answer) in round.into_iter().zip(saved) {
            answers[n] = answer;
        }
        left = later;
    }
    Ok(answers)
}

/// Saves a batch in which no room has two lines, as a transaction of its own.
pub async fn save_round(db: &mut Db, lines: &[NewLine]) -> sqlx::Result<Vec<Appended>> {
    let lines: Vec<_> = lines.iter().collect();
    let saved = save_lines(db, &lines).await?;
    appended(db, &lines, saved).await
}

/// Whether no room has two of these lines.
pub fn is_one_round(lines: &[NewLine]) -> bool {
    let mut rooms = HashSet::new();
    lines.iter().all(|line| rooms.insert(line.room))
}

/// Why a line was not inserted: it is there already, its cid holds something else, or the room is gone.
pub async fn recall(db: &mut Db, line: &NewLine) -> sqlx::Result<Appended> {
    const SAVED: &str = "select seq, cid, sender, said_at, body from line where room = $1 and cid = $2";
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

/// The room's lines after `since`, in order.
pub async fn after(db: &Reader, room: RoomId, since: Seq) -> sqlx::Result<Vec<Said>> {
    const AFTER: &str = "select seq, cid, sender, said_at, body from line
         where room = $1 and seq > $2 order by seq";
    let rows = sqlx::query(AFTER)
        .bind(Uuid::from_u128(room.0))
        .bind(i64::try_from(since).unwrap_or(i64::MAX))
        .fetch_all(db)
        .await?;
    rows.iter().map(said).collect()
}

/// A side's name in the column `sender`.
pub fn sender_word(from: Side) -> &'static str {
    match from {
        Side::Student => "student",
        Side::Counsellor => "counsellor",
    }
}

/// What became of each line, with the numbers of those that were saved now.
async fn appended(db: &mut Db, lines: &[&NewLine], mut saved: HashMap<Uuid, i64>) -> sqlx::Result<Vec<Appended>> {
    let mut appended = Vec::with_capacity(lines.len());
    for &line in lines {
        appended.push(match saved.remove(&Uuid::from_u128(line.room.0)) {
            Some(seq) => Appended::New { seq: seq as Seq },
            None => recall(db, line).await?,
        });
    }
    Ok(appended)
}

fn said(row: &Record) -> sqlx::Result<Said> {
    Ok(Said {
        seq: row.try_get::<i64, _>("seq")? as Seq,
        cid: row.try_get("cid")?,
        from: match row.try_get::<&str, _>("sender")? {
            "student" => Role::Student,
            "counsellor" => Role::Counsellor,
            _ => return Err(misread("sender")),
        },
        at: row.try_get("said_at")?,
        body: Envelope::from_text(row.try_get("body")?).ok_or_else(|| misread("body"))?,
    })
}
