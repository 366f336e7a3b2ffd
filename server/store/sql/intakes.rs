//! Intake sessions: how one is kept, changed from a revision, read whole, and dropped.
//!
//! What lies below a session goes with it by the references of the schema. Trees are written in `intake_trees.rs`.
//! Knows nothing of what is asked, and opens nothing that is sealed.

use async_trait::async_trait;
use quietline_domain::{
    AccountId, Time,
    intake::{Key, Path},
};
use sqlx::Row;
use uuid::Uuid;

use super::{After, Database, Db, Reader, in_time, intake_trees};
use crate::{
    private::{Digested, SealedText},
    store::Kept,
    store::intakes::{Change, Fate, Held, IntakeRow, Intakes, NewIntake, Opener, Revision},
};

#[async_trait]
impl Intakes for Database {
    async fn intake(&self, by: Opener) -> Kept<Option<IntakeRow>> {
        in_time(async { Ok(read(&self.reader, by).await?) }).await
    }

    async fn add_intake(&self, new: NewIntake) -> Kept<bool> {
        self.write(move |db| Box::pin(add(db, new))).await
    }

    async fn change_intake(&self, from: Revision, now: Time, what: Change) -> Kept<bool> {
        // What was taken back must not stay in the log either.
        let after = if what.takes_away() { After::Scrub } else { After::Nothing };
        self.writer.run(after, move |db| Box::pin(change(db, from, now, what))).await
    }

    async fn stand_at(&self, key: Digested, path: Path, now: Time) -> Kept<bool> {
        self.write(move |db| Box::pin(stand(db, key, path, now))).await
    }

    async fn drop_intake(&self, key: Digested) -> Kept<bool> {
        self.writer.run(After::Scrub, move |db| Box::pin(dropped(db, key.to_text()))).await
    }

    async fn leave_intake(&self, key: Digested) -> Kept<Fate> {
        self.writer.run(After::Scrub, move |db| Box::pin(end(db, key.to_text()))).await
    }

    async fn drop_stale_intakes(&self, before: Time, most: u32) -> Kept<u64> {
        self.write(move |db| Box::pin(drop_stale(db, before, most))).await
    }
}

/// What becomes of the intake of a key whose room ends: it goes, unless there is a return code, which alone opens it then.
pub async fn end(db: &mut Db, key: String) -> sqlx::Result<Fate> {
    const KEEP: &str = "update intake_session
         set key_digest = null, key_sealed = null, share_digest = null, share_sealed = null, revision = revision + 1
         where key_digest = $1 and code_digest is not null";
    if 0 < sqlx::query(KEEP).bind(key.clone()).execute(&mut *db).await?.rows_affected() {
        return Ok(Fate::Kept);
    }
    Ok(if dropped(db, key).await? { Fate::Erased } else { Fate::None })
}

async fn stand(db: &mut Db, key: Digested, path: Path, now: Time) -> sqlx::Result<bool> {
    const STAND: &str = "update intake_session
         set modified = $3, at_node = (select node from intake_tree where session = intake_session.id and path = $2)
         where key_digest = $1 and exists (select 1 from intake_tree where session = intake_session.id and path = $2)";
    let stands = sqlx::query(STAND).bind(key.to_text()).bind(path.stored()).bind(now.0).execute(db).await?;
    Ok(0 < stands.rows_affected())
}

async fn dropped(db: &mut Db, key: String) -> sqlx::Result<bool> {
    let gone = sqlx::query("delete from intake_session where key_digest = $1").bind(key).execute(db).await?;
    Ok(0 < gone.rows_affected())
}

async fn drop_stale(db: &mut Db, before: Time, most: u32) -> sqlx::Result<u64> {
    const DROP: &str = "delete from intake_session where id in
         (select id from intake_session where modified < $1 order by modified limit $2)";
    Ok(sqlx::query(DROP).bind(before.0).bind(i64::from(most)).execute(db).await?.rows_affected())
}

async fn add(db: &mut Db, new: NewIntake) -> sqlx::Result<bool> {
    const ADD: &str = "insert into intake_session (id, key_digest, key_sealed, definition, revision, modified)
         values ($1, $2, $3, $4, 0, $5) on conflict (key_digest) do nothing";
    let session = Uuid::from_u128(new.session);
    let added = sqlx::query(ADD)
        .bind(session)
        .bind(new.key.to_text())
        .bind(new.sealed_key.expose().to_owned())
        .bind(new.grown.definition.clone())
        .bind(new.now.0)
        .execute(&mut *db)
        .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    intake_trees::grow(db, session, &new.grown).await?;
    Ok(true)
}

async fn change(db: &mut Db, from: Revision, now: Time, what: Change) -> sqlx::Result<bool> {
    const NEXT: &str =
        "update intake_session set revision = revision + 1, modified = $3 where id = $1 and revision = $2";
    let session = Uuid::from_u128(from.session);
    if opens_another(db, session, &what).await? {
        return Ok(false);
    }
    let at = sqlx::query(NEXT).bind(session).bind(from.nth).bind(now.0).execute(&mut *db).await?;
    if at.rows_affected() == 0 {
        return Ok(false);
    }
    match what {
        Change::Resumed => {}
        Change::Grown { grown, steps } => {
            sqlx::query("update intake_session set definition = $2 where id = $1")
                .bind(session)
                .bind(grown.definition.clone())
                .execute(&mut *db)
                .await?;
            intake_trees::clear(db, session).await?;
            intake_trees::grow(db, session, &grown).await?;
            keep_steps(db, session, &steps).await?;
        }
        Change::Noted { path, sealed } => {
            sqlx::query("update intake_item set sealed = $3 where session = $1 and path = $2")
                .bind(session)
                .bind(path.stored())
                .bind(sealed.expose().to_owned())
                .execute(db)
                .await?;
        }
        Change::Decided { path, decision } => {
            sqlx::query("update intake_module set decision = $3 where session = $1 and path = $2")
                .bind(session)
                .bind(path.stored())
                .bind(intake_trees::decision_word(decision))
                .execute(db)
                .await?;
        }
        Change::Step { step, sealed } => keep_step(db, session, step, &sealed).await?,
        Change::NoStep(step) => {
            sqlx::query("delete from intake_action_plan where session = $1 and id = $2")
                .bind(session)
                .bind(Uuid::from_u128(step))
                .execute(db)
                .await?;
        }
        Change::Code { digest, sealed_key } => {
            const CODE: &str = "update intake_session set code_digest = $2, code_sealed = $3 where id = $1";
            open_by(db, session, CODE, digest, &sealed_key).await?;
        }
        Change::Shared { digest, sealed_key } => {
            const SHARED: &str = "update intake_session set share_digest = $2, share_sealed = $3 where id = $1";
            open_by(db, session, SHARED, digest, &sealed_key).await?;
        }
        Change::NotShared => not_shared(db, session).await?,
        Change::Tab { key, sealed_key } => {
            const TAB: &str = "update intake_session set key_digest = $2, key_sealed = $3 where id = $1";
            open_by(db, session, TAB, key, &sealed_key).await?;
            not_shared(db, session).await?;
        }
    }
    Ok(true)
}

/// Whether what is to open this session opens another one already. The schema refuses that too, but with an error that
/// would undo what neighbours write in the same transaction.
async fn opens_another(db: &mut Db, session: Uuid, what: &Change) -> sqlx::Result<bool> {
    let (statement, digest) = match what {
        Change::Code { digest, .. } => ("select 1 from intake_session where code_digest = $1 and id <> $2", digest),
        Change::Shared { digest, .. } => ("select 1 from intake_session where share_digest = $1 and id <> $2", digest),
        Change::Tab { key, .. } => ("select 1 from intake_session where key_digest = $1 and id <> $2", key),
        _ => return Ok(false),
    };
    Ok(sqlx::query(statement).bind(digest.to_text()).bind(session).fetch_optional(db).await?.is_some())
}

async fn open_by(
    db: &mut Db,
    session: Uuid,
    statement: &'static str,
    digest: Digested,
    key: &SealedText,
) -> sqlx::Result<()> {
    let (digest, key) = (digest.to_text(), key.expose().to_owned());
    sqlx::query(statement).bind(session).bind(digest).bind(key).execute(db).await?;
    Ok(())
}

async fn not_shared(db: &mut Db, session: Uuid) -> sqlx::Result<()> {
    const NOT_SHARED: &str = "update intake_session set share_digest = null, share_sealed = null where id = $1";
    sqlx::query(NOT_SHARED).bind(session).execute(db).await?;
    Ok(())
}

async fn keep_step(db: &mut Db, session: Uuid, step: u128, sealed: &SealedText) -> sqlx::Result<()> {
    const KEEP: &str = "insert into intake_action_plan (id, session, nth, sealed)
         values ($1, $2, (select coalesce(max(nth), 0) + 1 from intake_action_plan where session = $2), $3)
         on conflict (session, id) do update set sealed = excluded.sealed";
    sqlx::query(KEEP).bind(Uuid::from_u128(step)).bind(session).bind(sealed.expose().to_owned()).execute(db).await?;
    Ok(())
}

async fn keep_steps(db: &mut Db, session: Uuid, left: &[u128]) -> sqlx::Result<()> {
    let rows = sqlx::query("select id from intake_action_plan where session = $1").bind(session).fetch_all(&mut *db);
    for row in rows.await? {
        let id: Uuid = row.try_get(0)?;
        if !left.contains(&id.as_u128()) {
            sqlx::query("delete from intake_action_plan where session = $1 and id = $2")
                .bind(session)
                .bind(id)
                .execute(&mut *db)
                .await?;
        }
    }
    Ok(())
}

macro_rules! session_rows {
    ($sealed:literal, $by:literal) => {
        concat!(
            "select intake_session.id, definition, at_node, revision, code_digest, share_digest, ",
            $sealed,
            " as sealed_key, room.id as room, room.counsellor
             from intake_session left join room on room.key_digest = intake_session.key_digest
             where intake_session.",
            $by,
            " = $1"
        )
    };
}

async fn read(db: &Reader, by: Opener) -> sqlx::Result<Option<IntakeRow>> {
    let (statement, digest) = match by {
        Opener::Tab(key) => (session_rows!("key_sealed", "key_digest"), key),
        Opener::Code(code) => (session_rows!("code_sealed", "code_digest"), code),
        Opener::Share(share) => (session_rows!("share_sealed", "share_digest"), share),
    };
    // One transaction, so that a tree and its answers are of the same moment.
    let mut reading = db.begin().await?;
    let Some(row) = sqlx::query(statement).bind(digest.to_text()).fetch_optional(&mut *reading).await? else {
        return Ok(None);
    };
    let session: Uuid = row.try_get("id")?;
    let is_there = |name: &str| row.try_get::<Option<String>, _>(name).map(|text| text.is_some());
    let room: Option<Uuid> = row.try_get("room")?;
    let counsellor: Option<Uuid> = row.try_get("counsellor")?;
    let found = IntakeRow {
        revision: Revision { session: session.as_u128(), nth: row.try_get("revision")? },
        definition: row.try_get("definition")?,
        at: row.try_get::<Option<String>, _>("at_node")?.map(Key::from_stored),
        sealed_key: SealedText::new(row.try_get("sealed_key")?),
        has_code: is_there("code_digest")?,
        is_shared: is_there("share_digest")?,
        room: match (room, counsellor) {
            (None, _) => Held::NoRoom,
            (Some(_), None) => Held::ByNobody,
            (Some(_), Some(by)) => Held::By(AccountId(by.as_u128())),
        },
        profile: intake_trees::profile(&mut reading, session).await?,
        nodes: intake_trees::nodes(&mut reading, session).await?,
        steps: steps(&mut reading, session).await?,
    };
    reading.commit().await?;
    Ok(Some(found))
}

async fn steps(db: &mut Db, session: Uuid) -> sqlx::Result<Vec<(u128, SealedText)>> {
    let rows = sqlx::query("select id, sealed from intake_action_plan where session = $1 order by nth, id")
        .bind(session)
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| Ok((row.try_get::<Uuid, _>(0)?.as_u128(), SealedText::new(row.try_get(1)?)))).collect()
}
