//! Turns: how a counsellor's time in a room ends, who comes next, and who held it before.
//!
//! Both ways of ending a turn begin with the same conditional statement, so of two that come at once one finds nothing
//! to end. Knows nothing of how a room is taken (`rooms.rs`).

use std::collections::HashMap;

use quietline_domain::{AccountId, RoomId, Seq, Time, duty::Kind, room::TurnEnd};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, activity, misread, rooms};
use crate::{
    clock::Moment,
    private::Nickname,
    store::{PastTurn, Seated, activity::Entry},
};

/// The room waits again; its place and its arrival are as they were (W25).
pub async fn release(
    db: &mut Db,
    room: RoomId,
    from: AccountId,
    why: TurnEnd,
    now: Moment,
) -> sqlx::Result<Option<Seq>> {
    const RELEASE: &str = "update room
         set counsellor = null, claim = null, taken_after = null, reads_after = null, active_at = $2 where id = $1";
    let left = end_turn(db, room, from, why).await?;
    if left.is_some() {
        sqlx::query(RELEASE).bind(Uuid::from_u128(room.0)).bind(now.at.0).execute(&mut *db).await?;
        // Who was away, or got no key, has done nothing.
        if why == TurnEnd::GivenBack {
            activity::append(db, &[Entry { account: from, at: now.date, kind: Kind::Work }]).await?;
        }
    }
    Ok(left)
}

/// As if it had not been taken: no turn is remembered.
pub async fn put_back(db: &mut Db, room: RoomId, from: AccountId, now: Time) -> sqlx::Result<bool> {
    const PUT_BACK: &str = "update room
         set counsellor = null, claim = null, taken_after = null, reads_after = null, active_at = $3
         where id = $1 and counsellor = $2";
    let back = sqlx::query(PUT_BACK)
        .bind(Uuid::from_u128(room.0))
        .bind(Uuid::from_u128(from.0))
        .bind(now.0)
        .execute(db)
        .await?;
    Ok(0 < back.rows_affected())
}

pub async fn hand_over(
    db: &mut Db,
    room: RoomId,
    from: AccountId,
    to: AccountId,
    now: Moment,
) -> sqlx::Result<Option<Seated>> {
    // Whoever comes reads from here on; what was said before is the student's to share (W13).
    const HAND_OVER: &str = "update room
         set counsellor = $2, claim = null, taken_after = $3, reads_after = $3, active_at = $4 where id = $1";
    if let Some(seated) = handed_over_before(db, room, from, to).await? {
        return Ok(Some(seated));
    }
    if from == to || !is_enabled(db, to).await? {
        return Ok(None);
    }
    let Some(left) = end_turn(db, room, from, TurnEnd::HandedOver).await? else {
        return Ok(None);
    };
    sqlx::query(HAND_OVER)
        .bind(Uuid::from_u128(room.0))
        .bind(Uuid::from_u128(to.0))
        .bind(left as i64)
        .bind(now.at.0)
        .execute(&mut *db)
        .await?;
    let handed = Entry { account: from, at: now.date, kind: Kind::Work };
    activity::append(db, &[handed, Entry { account: to, at: now.date, kind: Kind::Open }]).await?;
    Ok(rooms::by_id(db, room).await?.and_then(|row| row.counsellor))
}

pub async fn share_older(db: &mut Db, room: RoomId) -> sqlx::Result<()> {
    sqlx::query("update room set reads_after = 0 where id = $1 and counsellor is not null")
        .bind(Uuid::from_u128(room.0))
        .execute(db)
        .await?;
    Ok(())
}

pub async fn left_by(db: &Reader, account: AccountId) -> sqlx::Result<Vec<RoomId>> {
    const LEFT: &str = "select id from room
         where (counsellor is null or counsellor <> $1)
            and id in (select room from past_turn where past_turn.counsellor = $1)
         order by queue_no";
    let rows = sqlx::query(LEFT).bind(Uuid::from_u128(account.0)).fetch_all(db).await?;
    rows.iter().map(|row| Ok(RoomId(row.try_get::<Uuid, _>("id")?.as_u128()))).collect()
}

macro_rules! past_turns {
    ($rest:literal) => {
        concat!(
            "select past_turn.room, past_turn.counsellor, came_after, left_after, why, nickname
             from past_turn join chat_user on chat_user.account = past_turn.counsellor ",
            $rest
        )
    };
}

pub async fn past_of(db: &mut Db, room: Uuid) -> sqlx::Result<Vec<PastTurn>> {
    let rows = sqlx::query(past_turns!("where past_turn.room = $1 order by nth")).bind(room).fetch_all(db).await?;
    rows.iter().map(past_turn).collect()
}

/// Of every room that has changed hands, with one query for all of them.
pub async fn past_of_all(db: &mut Db) -> sqlx::Result<HashMap<Uuid, Vec<PastTurn>>> {
    let mut past: HashMap<_, Vec<_>> = HashMap::new();
    for row in sqlx::query(past_turns!("order by past_turn.room, nth")).fetch_all(db).await? {
        past.entry(row.try_get("room")?).or_default().push(past_turn(&row)?);
    }
    Ok(past)
}

/// Remembers the turn as past, while the room is still this counsellor's. Returns the last line's number.
async fn end_turn(db: &mut Db, room: RoomId, from: AccountId, why: TurnEnd) -> sqlx::Result<Option<Seq>> {
    const END: &str = "insert into past_turn (room, nth, counsellor, came_after, left_after, why)
         select room.id,
            coalesce((select max(past.nth) from past_turn as past where past.room = room.id), 0) + 1,
            room.counsellor, room.taken_after,
            coalesce((select max(seq) from line where line.room = room.id), 0), $3
         from room where room.id = $1 and room.counsellor = $2
         returning left_after";
    let ended = sqlx::query(END)
        .bind(Uuid::from_u128(room.0))
        .bind(Uuid::from_u128(from.0))
        .bind(why_word(why))
        .fetch_optional(db)
        .await?;
    ended.map(|row| row.try_get::<i64, _>(0).map(|left| left as Seq)).transpose()
}

/// The answer that was given, when the room's last change of hands was this very one.
async fn handed_over_before(db: &mut Db, room: RoomId, from: AccountId, to: AccountId) -> sqlx::Result<Option<Seated>> {
    let Some(row) = rooms::by_id(db, room).await? else {
        return Ok(None);
    };
    let gave = row.past.last().is_some_and(|turn| turn.account == from && turn.why == TurnEnd::HandedOver);
    Ok(row.counsellor.filter(|by| gave && by.account == to && by.claim.is_none()))
}

async fn is_enabled(db: &mut Db, account: AccountId) -> sqlx::Result<bool> {
    let enabled = sqlx::query("select 1 from account where id = $1 and disabled_at is null")
        .bind(Uuid::from_u128(account.0))
        .fetch_optional(db)
        .await?;
    Ok(enabled.is_some())
}

fn why_word(why: TurnEnd) -> &'static str {
    match why {
        TurnEnd::GivenBack => "given_back",
        TurnEnd::HandedOver => "handed_over",
        TurnEnd::Away => "away",
        TurnEnd::NoKey => "no_key",
    }
}

fn past_turn(row: &Record) -> sqlx::Result<PastTurn> {
    Ok(PastTurn {
        account: AccountId(row.try_get::<Uuid, _>("counsellor")?.as_u128()),
        nickname: Nickname::stored(row.try_get("nickname")?),
        after: row.try_get::<i64, _>("came_after")? as Seq,
        left: row.try_get::<i64, _>("left_after")? as Seq,
        why: match row.try_get::<&str, _>("why")? {
            "given_back" => TurnEnd::GivenBack,
            "handed_over" => TurnEnd::HandedOver,
            "away" => TurnEnd::Away,
            "no_key" => TurnEnd::NoKey,
            _ => return Err(misread("why")),
        },
    })
}
