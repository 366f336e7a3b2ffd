//! The activity log in SQL, and the sessions it comes to.
//!
//! Each entry has a number in the order of arrival, so that how far the log was looked through is one number too. It asks
//! the domain what a session is and says nothing of it itself.

use std::{collections::BTreeMap, sync::LazyLock};

use async_trait::async_trait;
use quietline_domain::{
    AccountId, Span, Time,
    duty::{Kind, Rules, Session, Sessions},
};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::{Database, Db, Engine, Reader, Record, in_time, misread};
use crate::store::{
    Kept,
    activity::{Activity, Asked, BESIDE, Batch, Coarse, Entry, Lasted, Part, Whose},
};

#[async_trait]
impl Activity for Database {
    async fn note(&self, batch: Batch) -> Kept<()> {
        self.write(move |db| Box::pin(note(db, batch))).await
    }

    async fn last_noted(&self, account: AccountId, kind: Kind) -> Kept<Option<Time>> {
        in_time(async { Ok(last(&self.reader, account, kind).await?) }).await
    }

    async fn duty(&self, asked: Asked) -> Kept<Vec<Part>> {
        in_time(async { Ok(parts(&self.reader, asked).await?) }).await
    }

    async fn look_through(&self, rules: Rules, most: u32) -> Kept<u64> {
        self.write(move |db| Box::pin(look_through(db, rules, most))).await
    }

    async fn count(&self, about: Coarse) -> Kept<()> {
        self.write(move |db| Box::pin(count(db, about))).await
    }

    async fn counted(&self) -> Kept<Vec<(Coarse, u64)>> {
        in_time(async { Ok(counted(&self.reader).await?) }).await
    }
}

/// The numbers of entries that have a statement of their own, so that each is prepared once; what is not bound is null, and
/// nobody's.
const SIZES: [usize; 6] = [1, 4, 16, 64, 256, 512];

pub static INSERTS: LazyLock<Vec<(usize, String)>> = LazyLock::new(|| {
    let insert = |rows: usize| {
        let row = |n: usize| format!("(${}, ${}, ${})", 3 * n + 1, 3 * n + 2, 3 * n + 3);
        let rows = (0..rows).map(row).collect::<Vec<_>>().join(", ");
        format!(
            "with noted (account, at, kind) as (values {rows})
             insert into activity (nth, account, at, kind)
             select coalesce((select max(nth) from activity), 0) + row_number() over (), account, at, kind
             from noted where account is not null"
        )
    };
    SIZES.map(|size| (size, insert(size))).into()
});

/// Not a second time when it is the batch that was written last: then its answer was lost.
async fn note(db: &mut Db, batch: Batch) -> sqlx::Result<()> {
    const NUMBER: &str = "update counter set value = $1 where name = 'activity_batch' and value <> $1";
    let numbered = sqlx::query(NUMBER).bind(batch.number).execute(&mut *db).await?;
    if numbered.rows_affected() == 0 {
        return Ok(());
    }
    append(db, &batch.entries).await
}

/// At most 512 entries, in this order.
pub async fn append(db: &mut Db, entries: &[Entry]) -> sqlx::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    append_with(db, &INSERTS, entries).await
}

/// With one of these statements, each of which is for so many entries.
pub async fn append_with(db: &mut Db, inserts: &'static [(usize, String)], entries: &[Entry]) -> sqlx::Result<()> {
    let fits = inserts.iter().find(|(size, _)| entries.len() <= *size);
    let (size, insert) = fits.ok_or_else(|| sqlx::Error::Protocol("more entries than a batch holds".into()))?;
    let mut query = sqlx::query(insert.as_str());
    for entry in entries {
        query = query.bind(Some(Uuid::from_u128(entry.account.0))).bind(Some(entry.at.0)).bind(Some(entry.kind.text()));
    }
    for _ in entries.len()..*size {
        query = query.bind(None::<Uuid>).bind(None::<i64>).bind(None::<&str>);
    }
    query.execute(db).await?;
    Ok(())
}

pub async fn last(db: &Reader, account: AccountId, kind: Kind) -> sqlx::Result<Option<Time>> {
    let row = sqlx::query("select at from activity where account = $1 and kind = $2 order by nth desc limit 1")
        .bind(Uuid::from_u128(account.0))
        .bind(kind.text())
        .fetch_optional(db)
        .await?;
    row.map(|row| row.try_get(0).map(Time)).transpose()
}

macro_rules! parts {
    ($whose:literal) => {
        concat!(
            "select account, started, ended, reply_count, null as kind from duty_session
             where $1 <= started and started < $2",
            $whose,
            " and (select value from counter where name = 'activity_expire') = $3
             union all
             select account, at, at, 0, kind from activity
             where nth > (select case when expire.value = $3 then folded.value else 0 end
                    from counter as expire, counter as folded
                    where expire.name = 'activity_expire' and folded.name = 'activity_folded')
                and $1 <= at and at < $2",
            $whose
        )
    };
}

/// One statement, so that no entry is seen twice or not at all while the log is being looked through.
pub async fn parts(db: &Reader, asked: Asked) -> sqlx::Result<Vec<Part>> {
    const EVERYONES: &str = parts!("");
    const OF_ONE: &str = parts!(" and account = $4");
    let (from, until) = (asked.from.0.saturating_sub(BESIDE.0), asked.until.plus(BESIDE).0);
    let expire = asked.rules.expire().0;
    let query = match asked.whose {
        Whose::Everyones => sqlx::query(EVERYONES).bind(from).bind(until).bind(expire),
        Whose::Of(account) => sqlx::query(OF_ONE).bind(from).bind(until).bind(expire).bind(Uuid::from_u128(account.0)),
    };
    query.fetch_all(db).await?.iter().map(part).collect()
}

/// How many entries it were.
pub async fn look_through(db: &mut Db, rules: Rules, most: u32) -> sqlx::Result<u64> {
    begin_anew_if_changed(db, rules.expire()).await?;
    const NEXT: &str = "select nth, account, at, kind from activity
         where nth > (select value from counter where name = 'activity_folded') order by nth limit $1";
    let rows = sqlx::query(NEXT).bind(i64::from(most)).fetch_all(&mut *db).await?;
    let Some(last) = rows.last() else { return Ok(0) };
    let reached: i64 = last.try_get("nth")?;
    let mut by_account = BTreeMap::<Uuid, Sessions>::new();
    for row in &rows {
        let kind = Kind::parse(row.try_get("kind")?).ok_or_else(|| misread("kind"))?;
        let sessions = by_account.entry(row.try_get("account")?).or_insert_with(|| Sessions::new(&rules));
        sessions.recognise(Time(row.try_get("at")?), kind);
    }
    let mut joined = Vec::new();
    for (account, mut sessions) in by_account {
        join(db, account, &mut sessions, rules.expire()).await?;
        joined.extend(sessions.iter().map(|session| (account, session)));
    }
    let mut add = QueryBuilder::<Engine>::new("insert into duty_session (account, started, ended, reply_count) ");
    add.push_values(joined, |mut row, (account, session)| {
        row.push_bind(account).push_bind(session.start.0).push_bind(session.end.0);
        row.push_bind(session.reply_count as i64);
    });
    add.build().execute(&mut *db).await?;
    set(db, "activity_folded", reached).await?;
    Ok(rows.len() as u64)
}

pub async fn count(db: &mut Db, about: Coarse) -> sqlx::Result<()> {
    const COUNT: &str = "insert into service_hour (what, block, step, n) values ($1, $2, $3, 1)
         on conflict (what, block, step) do update set n = service_hour.n + 1";
    sqlx::query(COUNT)
        .bind(word(about.what))
        .bind(i64::from(about.block))
        .bind(i64::from(about.step))
        .execute(db)
        .await?;
    Ok(())
}

pub async fn counted(db: &Reader) -> sqlx::Result<Vec<(Coarse, u64)>> {
    let rows = sqlx::query("select what, block, step, n from service_hour").fetch_all(db).await?;
    let number = |row: &Record, name: &str| row.try_get::<i64, _>(name);
    let coarse = |row: &Record| {
        let what = match row.try_get::<&str, _>("what")? {
            "wait" => Lasted::Wait,
            "length" => Lasted::Conversation,
            _ => return Err(misread("what")),
        };
        let small = |name: &str| u8::try_from(number(row, name)?).map_err(|_| misread(name));
        Ok((Coarse { what, block: small("block")?, step: small("step")? }, number(row, "n")? as u64))
    };
    rows.iter().map(coarse).collect()
}

/// Sessions that lie beside new entries become one with them; as they were, they are no more.
async fn join(db: &mut Db, account: Uuid, sessions: &mut Sessions, expire: Span) -> sqlx::Result<()> {
    const NEAR: &str = "delete from duty_session where account = $1 and started <= $2 and $3 <= ended
         returning account, started, ended, reply_count, null as kind";
    let (first, last) = (sessions.iter().next(), sessions.iter().last());
    let (Some(first), Some(last)) = (first, last) else { return Ok(()) };
    let near = sqlx::query(NEAR)
        .bind(account)
        .bind(last.end.plus(expire).0)
        .bind(first.start.0.saturating_sub(expire.0))
        .fetch_all(&mut *db)
        .await?;
    for row in &near {
        sessions.join(part(row)?.session);
    }
    Ok(())
}

async fn begin_anew_if_changed(db: &mut Db, expire: Span) -> sqlx::Result<()> {
    let row = sqlx::query("select value from counter where name = 'activity_expire'").fetch_one(&mut *db).await?;
    if row.try_get::<i64, _>(0)? != expire.0 {
        sqlx::query("delete from duty_session").execute(&mut *db).await?;
        set(db, "activity_folded", 0).await?;
        set(db, "activity_expire", expire.0).await?;
    }
    Ok(())
}

async fn set(db: &mut Db, name: &'static str, value: i64) -> sqlx::Result<()> {
    sqlx::query("update counter set value = $2 where name = $1").bind(name).bind(value).execute(db).await?;
    Ok(())
}

/// A session, or an entry of some kind.
fn part(row: &Record) -> sqlx::Result<Part> {
    let (start, end) = (Time(row.try_get(1)?), Time(row.try_get(2)?));
    let session = match row.try_get::<Option<&str>, _>("kind")? {
        Some(kind) => Session::of(start, Kind::parse(kind).ok_or_else(|| misread("kind"))?),
        None => Session { start, end, reply_count: row.try_get::<i64, _>(3)? as u64 },
    };
    Ok(Part { account: AccountId(row.try_get::<Uuid, _>(0)?.as_u128()), session })
}

fn word(what: Lasted) -> &'static str {
    match what {
        Lasted::Wait => "wait",
        Lasted::Conversation => "length",
    }
}
