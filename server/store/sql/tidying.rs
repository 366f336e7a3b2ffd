//! Time and tidiness: when the server was down, and what belongs to nothing any more.
//!
//! Knows nothing of what is done about either; the sweep's wishes are numbers, so that one process can ask another.

use quietline_domain::{Time, outage::Outage};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, clicks};
use crate::{
    clock::Moment,
    store::{OUTAGES_KEPT, Sweeps},
};

/// Makes it when there is none yet.
pub async fn installation(db: &mut Db) -> sqlx::Result<u128> {
    let known = sqlx::query("select id from installation").fetch_optional(&mut *db).await?;
    if let Some(row) = known {
        return Ok(row.try_get::<Uuid, _>(0)?.as_u128());
    }
    let id = Uuid::new_v4();
    sqlx::query("insert into installation (id) values ($1)").bind(id).execute(db).await?;
    Ok(id.as_u128())
}

pub async fn alive(db: &mut Db, now: Time) -> sqlx::Result<()> {
    set(db, "alive", now.0).await
}

/// Remembers the outage that ends now, and returns all that are remembered.
pub async fn started(db: &mut Db, now: Time) -> sqlx::Result<Vec<Outage>> {
    let last: i64 =
        sqlx::query("select value from counter where name = 'alive'").fetch_one(&mut *db).await?.try_get(0)?;
    // 0 is a server that never ran before; what lies ahead was said by a clock that has been set back since.
    if 0 < last && last < now.0 {
        remember(db, Outage { from: Time(last), until: now }).await?;
    }
    alive(db, now).await?;
    sqlx::query("delete from outage where until_at < $1").bind(now.0 - OUTAGES_KEPT.0).execute(&mut *db).await?;
    outages(db).await
}

/// Returns how many rows went.
pub async fn sweep(db: &mut Db, now: Moment) -> sqlx::Result<u64> {
    const ORPHANS: &str = "delete from chat_user
         where account is null and not exists (select 1 from room where room.student = chat_user.id)";
    const WORTHLESS: &str = "update account set invited = null, invited_until = null where invited_until <= $1";
    let orphans = sqlx::query(ORPHANS).execute(&mut *db).await?.rows_affected();
    let over = sqlx::query("delete from session where until <= $1").bind(now.date.0).execute(&mut *db).await?;
    sqlx::query(WORTHLESS).bind(now.date.0).execute(&mut *db).await?;
    Ok(orphans + over.rows_affected() + clicks::forget(db, now.at).await?)
}

pub async fn ask_sweep(db: &mut Db) -> sqlx::Result<i64> {
    const ASK: &str = "update counter set value = value + 1 where name = 'sweep_asked' returning value";
    sqlx::query(ASK).fetch_one(db).await?.try_get(0)
}

pub async fn sweeps(db: &Reader) -> sqlx::Result<Sweeps> {
    const SWEEPS: &str = "select name, value from counter where name in ('sweep_asked', 'sweep_done', 'sweep_erased')";
    let mut sweeps = Sweeps { asked: 0, done: 0, erased: 0 };
    for row in sqlx::query(SWEEPS).fetch_all(db).await? {
        let value: i64 = row.try_get("value")?;
        match row.try_get("name")? {
            "sweep_asked" => sweeps.asked = value,
            "sweep_done" => sweeps.done = value,
            _ => sweeps.erased = value as u64,
        }
    }
    Ok(sweeps)
}

pub async fn swept(db: &mut Db, wish: i64, erased: u64) -> sqlx::Result<()> {
    set(db, "sweep_done", wish).await?;
    set(db, "sweep_erased", erased as i64).await
}

async fn remember(db: &mut Db, outage: Outage) -> sqlx::Result<()> {
    // The same beginning again comes from a clock that was set back: the longer outage holds.
    const REMEMBER: &str = "insert into outage (from_at, until_at) values ($1, $2)
         on conflict (from_at) do update set until_at = excluded.until_at where outage.until_at < excluded.until_at";
    sqlx::query(REMEMBER).bind(outage.from.0).bind(outage.until.0).execute(db).await?;
    Ok(())
}

async fn outages(db: &mut Db) -> sqlx::Result<Vec<Outage>> {
    let rows = sqlx::query("select from_at, until_at from outage order by from_at").fetch_all(db).await?;
    let times =
        |row: &Record| Ok(Outage { from: Time(row.try_get("from_at")?), until: Time(row.try_get("until_at")?) });
    rows.iter().map(times).collect()
}

async fn set(db: &mut Db, name: &'static str, value: i64) -> sqlx::Result<()> {
    sqlx::query("update counter set value = $2 where name = $1").bind(name).bind(value).execute(db).await?;
    Ok(())
}
