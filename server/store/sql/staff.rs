//! Accounts and their sessions. Knows nothing of rooms.

use quietline_domain::{AccountId, Time};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record, accounts::audit, misread, names};
use crate::{
    private::{Digested, Nickname, SealedText},
    protocol::PublicKey,
    store::{
        Access, AccountRow, Availability, Identity, NewAccount, StaffRole,
        accounts::{Audit, Deed, Doer},
    },
};

macro_rules! account_rows {
    ($where:literal) => {
        concat!(
            "select account.id, login, nickname, role, available, disabled_at, password_hash
             from account join chat_user on chat_user.account = account.id ",
            $where
        )
    };
}

pub async fn add(db: &mut Db, new: NewAccount, by: Doer) -> sqlx::Result<Option<AccountId>> {
    const ADD: &str = "insert into account (id, login, role, password_hash, available, created_at)
         values ($1, $2, $3, $4, 0, $5) on conflict (login) do nothing";
    if names::is_registered(db, new.forms).await? {
        return Ok(None);
    }
    let added = sqlx::query(ADD)
        .bind(Uuid::from_u128(new.account.0))
        .bind(new.login)
        .bind(role_word(new.role))
        .bind(new.password_hash)
        .bind(new.now.0)
        .execute(&mut *db)
        .await?;
    if added.rows_affected() == 0 {
        return Ok(None);
    }
    names::rename_visitors(db, &new.renamed_prefix, new.forms).await?;
    names::add_registered(db, new.account, &new.nickname, new.forms).await?;
    changed(db).await?;
    let about = Some(new.account);
    audit(db, Audit { at: new.now, by, deed: Deed::Added, about }).await?;
    audit(db, Audit { at: new.now, by, deed: Deed::made(new.role), about }).await?;
    Ok(about)
}

/// A role's name in the column.
pub fn role_word(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Counsellor => "counsellor",
        StaffRole::Supervisor => "supervisor",
        StaffRole::Administrator => "administrator",
    }
}

pub async fn identity(db: &Reader, account: AccountId) -> sqlx::Result<Identity> {
    let row = sqlx::query("select identity, identity_sealed from account where id = $1")
        .bind(Uuid::from_u128(account.0))
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(Identity::default()) };
    let public: Option<&str> = row.try_get("identity")?;
    Ok(Identity {
        public: public.map(|text| PublicKey::from_text(text).ok_or_else(|| misread("identity"))).transpose()?,
        sealed: row.try_get::<Option<String>, _>("identity_sealed")?.map(SealedText::new),
    })
}

pub async fn keep_identity(
    db: &mut Db,
    account: AccountId,
    public: PublicKey,
    sealed: SealedText,
    now: Time,
) -> sqlx::Result<()> {
    sqlx::query("update account set identity = $2, identity_sealed = $3 where id = $1")
        .bind(Uuid::from_u128(account.0))
        .bind(public.to_text())
        .bind(sealed.expose().to_owned())
        .execute(&mut *db)
        .await?;
    audit(db, Audit { at: now, by: Doer::Account(account), deed: Deed::ChangedKey, about: None }).await
}

pub async fn all(db: &Reader) -> sqlx::Result<Vec<AccountRow>> {
    let rows = sqlx::query(account_rows!("order by login")).fetch_all(db).await?;
    rows.iter().map(account).collect()
}

pub async fn by_id(db: &Reader, id: AccountId) -> sqlx::Result<Option<AccountRow>> {
    let row =
        sqlx::query(account_rows!("where account.id = $1")).bind(Uuid::from_u128(id.0)).fetch_optional(db).await?;
    row.as_ref().map(account).transpose()
}

pub async fn by_login(db: &Reader, login: &str) -> sqlx::Result<Option<(AccountRow, String)>> {
    let row = sqlx::query(account_rows!("where login = $1")).bind(login.to_owned()).fetch_optional(db).await?;
    row.map(|row| Ok((account(&row)?, row.try_get("password_hash")?))).transpose()
}

pub async fn set_available(db: &mut Db, id: AccountId, state: Availability) -> sqlx::Result<()> {
    sqlx::query("update account set available = $2 where id = $1 and disabled_at is null")
        .bind(Uuid::from_u128(id.0))
        .bind(i64::from(state == Availability::Available))
        .execute(&mut *db)
        .await?;
    Ok(())
}

pub async fn add_session(db: &mut Db, session: Digested, id: AccountId, until: Time, now: Time) -> sqlx::Result<()> {
    sqlx::query("insert into session (digest, account, until) values ($1, $2, $3)")
        .bind(session.to_text())
        .bind(Uuid::from_u128(id.0))
        .bind(until.0)
        .execute(&mut *db)
        .await?;
    audit(db, Audit { at: now, by: Doer::Account(id), deed: Deed::SignedIn, about: None }).await
}

pub async fn by_session(db: &Reader, session: Digested, now: Time) -> sqlx::Result<Option<AccountRow>> {
    const SIGNED_IN: &str = account_rows!(
        "join session on session.account = account.id
         where session.digest = $1 and $2 < session.until and disabled_at is null"
    );
    let row = sqlx::query(SIGNED_IN).bind(session.to_text()).bind(now.0).fetch_optional(db).await?;
    row.as_ref().map(account).transpose()
}

pub async fn end_session(db: &mut Db, session: Digested, now: Time) -> sqlx::Result<()> {
    const LAST_ONE: &str = "update account set available = 0
         where id in (select account from session where digest = $1)
           and not exists (select 1 from session where session.account = account.id and digest <> $1)";
    changed(db).await?;
    // A session that is over counts for nobody.
    sqlx::query("delete from session where until <= $1").bind(now.0).execute(&mut *db).await?;
    sqlx::query(LAST_ONE).bind(session.to_text()).execute(&mut *db).await?;
    let ended = sqlx::query("delete from session where digest = $1 returning account").bind(session.to_text());
    if let Some(row) = ended.fetch_optional(&mut *db).await? {
        let by = Doer::Account(AccountId(row.try_get::<Uuid, _>(0)?.as_u128()));
        audit(db, Audit { at: now, by, deed: Deed::SignedOut, about: None }).await?;
    }
    Ok(())
}

pub async fn revision(db: &Reader) -> sqlx::Result<i64> {
    sqlx::query("select value from counter where name = 'staff'").fetch_one(db).await?.try_get(0)
}

/// The running server looks again.
pub async fn changed(db: &mut Db) -> sqlx::Result<()> {
    sqlx::query("update counter set value = value + 1 where name = 'staff'").execute(db).await?;
    Ok(())
}

fn account(row: &Record) -> sqlx::Result<AccountRow> {
    Ok(AccountRow {
        account: AccountId(row.try_get::<Uuid, _>("id")?.as_u128()),
        login: row.try_get("login")?,
        nickname: Nickname::stored(row.try_get("nickname")?),
        role: match row.try_get::<&str, _>("role")? {
            "counsellor" => StaffRole::Counsellor,
            "supervisor" => StaffRole::Supervisor,
            "administrator" => StaffRole::Administrator,
            _ => return Err(misread("role")),
        },
        available: match row.try_get::<i64, _>("available")? {
            0 => Availability::Away,
            _ => Availability::Available,
        },
        access: match (row.try_get::<Option<i64>, _>("disabled_at")?, row.try_get::<&str, _>("password_hash")?) {
            (Some(_), _) => Access::Disabled,
            (None, "") => Access::Invited,
            (None, _) => Access::Enabled,
        },
    })
}
