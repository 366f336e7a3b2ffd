//! Answered clicks, for ten minutes and without a reference to a room (W6).
//!
//! Knows how a click was answered, not why.

use quietline_domain::{
    AccountId, ClaimId, Time,
    queue::{Answer, CLAIMS_KEPT},
};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, misread};
use crate::store::ClaimRow;

/// Remembers a click, unless it was answered before.
pub async fn keep(db: &mut Db, claim: ClaimRow) -> sqlx::Result<()> {
    const KEEP: &str = "insert into claim (account, id, answer, answered_at) values ($1, $2, $3, $4)
         on conflict do nothing";
    forget(db, claim.at).await?;
    let answer = match claim.answer {
        Answer::Student => "student",
        Answer::Nobody => "nobody",
        Answer::NobodyHere => "nobody_here",
        Answer::Limit => "limit",
    };
    sqlx::query(KEEP)
        .bind(Uuid::from_u128(claim.account.0))
        .bind(Uuid::from_u128(claim.claim.0))
        .bind(answer)
        .bind(claim.at.0)
        .execute(&mut *db)
        .await?;
    Ok(())
}

/// Forgets the clicks that are older than they are kept for, and returns how many they were.
pub async fn forget(db: &mut Db, now: Time) -> sqlx::Result<u64> {
    let oldest = now.0 - CLAIMS_KEPT.0;
    let gone = sqlx::query("delete from claim where answered_at < $1").bind(oldest).execute(db).await?;
    Ok(gone.rows_affected())
}

/// Those answered after `since`, in order.
pub async fn after(db: &Reader, since: Time) -> sqlx::Result<Vec<ClaimRow>> {
    const AFTER: &str =
        "select id, account, answer, answered_at from claim where answered_at > $1 order by answered_at";
    let rows = sqlx::query(AFTER).bind(since.0).fetch_all(db).await?;
    rows.iter().map(claim_row).collect()
}

fn claim_row(row: &Record) -> sqlx::Result<ClaimRow> {
    Ok(ClaimRow {
        claim: ClaimId(row.try_get::<Uuid, _>("id")?.as_u128()),
        account: AccountId(row.try_get::<Uuid, _>("account")?.as_u128()),
        answer: match row.try_get::<&str, _>("answer")? {
            "student" => Answer::Student,
            "nobody" => Answer::Nobody,
            "nobody_here" => Answer::NobodyHere,
            "limit" => Answer::Limit,
            _ => return Err(misread("answer")),
        },
        at: Time(row.try_get("answered_at")?),
    })
}
