//! Accounts as administrators change them, and the log of what staff did, in SQL.
//!
//! Writers go one after the other, in whichever process (`begin`): of two administrators who go at once the second sees that
//! they are the last.

use async_trait::async_trait;
use quietline_domain::{AccountId, Time};
use sqlx::Row;
use uuid::Uuid;

use super::{Database, Db, Reader, in_time, misread, staff};
use crate::{
    private::{Digested, Nickname},
    store::{
        Kept, NewAccount, StaffRole,
        accounts::{Accounts, Audit, Audited, Changed, Deed, Doer, Link},
    },
};

#[async_trait]
impl Accounts for Database {
    async fn invite(&self, new: NewAccount, link: Link, by: AccountId) -> Kept<bool> {
        self.write(move |db| Box::pin(invite(db, new, link, by))).await
    }

    async fn reissue(&self, account: AccountId, link: Link, now: Time, by: AccountId) -> Kept<Changed> {
        self.write(move |db| Box::pin(reissue(db, account, link, now, by))).await
    }

    async fn reset(&self, account: AccountId, password_hash: &str, now: Time) -> Kept<Changed> {
        let hash = password_hash.to_owned();
        self.write(move |db| Box::pin(reset(db, account, hash, now))).await
    }

    async fn disable(&self, account: AccountId, now: Time, by: Doer) -> Kept<Changed> {
        self.write(move |db| Box::pin(disable(db, account, now, by))).await
    }

    async fn set_role(&self, account: AccountId, role: StaffRole, now: Time, by: Doer) -> Kept<Changed> {
        self.write(move |db| Box::pin(set_role(db, account, role, now, by))).await
    }

    async fn invited_by(&self, link: Digested, now: Time) -> Kept<Option<AccountId>> {
        in_time(async { Ok(invited_by(&self.reader, link, now).await?) }).await
    }

    async fn choose_password(&self, link: Digested, password_hash: &str, now: Time) -> Kept<Option<AccountId>> {
        let hash = password_hash.to_owned();
        self.write(move |db| Box::pin(choose(db, link, hash, now))).await
    }

    async fn audit(&self, entry: Audit) -> Kept<()> {
        self.write(move |db| Box::pin(audit(db, entry))).await
    }

    async fn audited(&self, before: Option<i64>, most: u32) -> Kept<Vec<Audited>> {
        in_time(async { Ok(audited(&self.reader, before, most).await?) }).await
    }
}

/// Within the transaction of what it tells of.
pub async fn audit(db: &mut Db, entry: Audit) -> sqlx::Result<()> {
    const AUDIT: &str = "insert into audit (nth, at, by_account, action, about)
         select value, $1, $2, $3, $4 from counter where name = 'audit'";
    sqlx::query("update counter set value = value + 1 where name = 'audit'").execute(&mut *db).await?;
    let by = match entry.by {
        Doer::Account(account) => Some(Uuid::from_u128(account.0)),
        Doer::Terminal => None,
    };
    sqlx::query(AUDIT)
        .bind(entry.at.0)
        .bind(by)
        .bind(entry.deed.text())
        .bind(entry.about.map(|about| Uuid::from_u128(about.0)))
        .execute(db)
        .await?;
    Ok(())
}

async fn disable(db: &mut Db, account: AccountId, now: Time, by: Doer) -> sqlx::Result<Changed> {
    const DISABLE: &str =
        "update account set disabled_at = $2, available = 0, invited = null, invited_until = null where id = $1";
    staff::changed(db).await?;
    if !exists(db, account).await? {
        return Ok(Changed::NoSuchAccount);
    }
    if is_last_administrator(db, account).await? {
        return Ok(Changed::LastAdministrator);
    }
    sqlx::query(DISABLE).bind(Uuid::from_u128(account.0)).bind(now.0).execute(&mut *db).await?;
    sign_out(db, account).await?;
    audit(db, Audit { at: now, by, deed: Deed::Disabled, about: Some(account) }).await?;
    Ok(Changed::Done)
}

async fn invite(db: &mut Db, new: NewAccount, link: Link, by: AccountId) -> sqlx::Result<bool> {
    let Some(account) = staff::add(db, new, Doer::Account(by)).await? else { return Ok(false) };
    offer(db, account, link).await?;
    Ok(true)
}

async fn reissue(db: &mut Db, account: AccountId, link: Link, now: Time, by: AccountId) -> sqlx::Result<Changed> {
    staff::changed(db).await?;
    if !exists(db, account).await? {
        return Ok(Changed::NoSuchAccount);
    }
    // Without a password they could not administer: whoever resets the last one would lock everybody out.
    if is_last_administrator(db, account).await? {
        return Ok(Changed::LastAdministrator);
    }
    offer(db, account, link).await?;
    sign_out(db, account).await?;
    let by = Doer::Account(by);
    audit(db, Audit { at: now, by, deed: Deed::Reset, about: Some(account) }).await?;
    Ok(Changed::Done)
}

async fn reset(db: &mut Db, account: AccountId, hash: String, now: Time) -> sqlx::Result<Changed> {
    const RESET: &str = "update account
         set password_hash = $2, disabled_at = null, available = 0, invited = null, invited_until = null where id = $1";
    staff::changed(db).await?;
    if !exists(db, account).await? {
        return Ok(Changed::NoSuchAccount);
    }
    sqlx::query(RESET).bind(Uuid::from_u128(account.0)).bind(hash).execute(&mut *db).await?;
    sign_out(db, account).await?;
    audit(db, Audit { at: now, by: Doer::Terminal, deed: Deed::Reset, about: Some(account) }).await?;
    Ok(Changed::Done)
}

async fn set_role(db: &mut Db, account: AccountId, role: StaffRole, now: Time, by: Doer) -> sqlx::Result<Changed> {
    staff::changed(db).await?;
    if !exists(db, account).await? {
        return Ok(Changed::NoSuchAccount);
    }
    if role != StaffRole::Administrator && is_last_administrator(db, account).await? {
        return Ok(Changed::LastAdministrator);
    }
    sqlx::query("update account set role = $2 where id = $1")
        .bind(Uuid::from_u128(account.0))
        .bind(staff::role_word(role))
        .execute(&mut *db)
        .await?;
    audit(db, Audit { at: now, by, deed: Deed::made(role), about: Some(account) }).await?;
    Ok(Changed::Done)
}

const INVITED: &str = "select id from account where invited = $1 and $2 < invited_until and disabled_at is null";

async fn invited_by(db: &Reader, link: Digested, now: Time) -> sqlx::Result<Option<AccountId>> {
    let row = sqlx::query(INVITED).bind(link.to_text()).bind(now.0).fetch_optional(db).await?;
    row.map(|row| Ok(AccountId(row.try_get::<Uuid, _>(0)?.as_u128()))).transpose()
}

async fn choose(db: &mut Db, link: Digested, hash: String, now: Time) -> sqlx::Result<Option<AccountId>> {
    const CHOOSE: &str = "update account set password_hash = $2, invited = null, invited_until = null where id = $1";
    staff::changed(db).await?;
    let row = sqlx::query(INVITED).bind(link.to_text()).bind(now.0).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(None) };
    let id: Uuid = row.try_get(0)?;
    sqlx::query(CHOOSE).bind(id).bind(hash).execute(&mut *db).await?;
    let account = AccountId(id.as_u128());
    let by = Doer::Account(account);
    audit(db, Audit { at: now, by, deed: Deed::ChosePassword, about: Some(account) }).await?;
    Ok(Some(account))
}

async fn audited(db: &Reader, before: Option<i64>, most: u32) -> sqlx::Result<Vec<Audited>> {
    const AUDITED: &str = "select audit.nth, audit.at, audit.action, doer.nickname as doer, whose.nickname as whose
         from audit
            left join chat_user as doer on doer.account = audit.by_account
            left join chat_user as whose on whose.account = audit.about
         where audit.nth < $1 order by audit.nth desc limit $2";
    let rows = sqlx::query(AUDITED).bind(before.unwrap_or(i64::MAX)).bind(i64::from(most)).fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let action: &str = row.try_get("action")?;
            Ok(Audited {
                nth: row.try_get("nth")?,
                at: Time(row.try_get("at")?),
                by: row.try_get::<Option<String>, _>("doer")?.map(Nickname::stored),
                deed: Deed::ALL.into_iter().find(|deed| deed.text() == action).ok_or_else(|| misread("action"))?,
                about: row.try_get::<Option<String>, _>("whose")?.map(Nickname::stored),
            })
        })
        .collect()
}

/// No password fits, and this link lets its person choose one.
async fn offer(db: &mut Db, account: AccountId, link: Link) -> sqlx::Result<()> {
    const OFFER: &str = "update account
         set password_hash = '', disabled_at = null, available = 0, invited = $2, invited_until = $3 where id = $1";
    sqlx::query(OFFER)
        .bind(Uuid::from_u128(account.0))
        .bind(link.digest.to_text())
        .bind(link.until.0)
        .execute(db)
        .await?;
    Ok(())
}

async fn exists(db: &mut Db, account: AccountId) -> sqlx::Result<bool> {
    let row = sqlx::query("select 1 from account where id = $1").bind(Uuid::from_u128(account.0));
    Ok(row.fetch_optional(db).await?.is_some())
}

/// Who was invited and has no password yet administers nothing.
async fn is_last_administrator(db: &mut Db, account: AccountId) -> sqlx::Result<bool> {
    const ABLE: &str = "select id from account
         where role = 'administrator' and disabled_at is null and password_hash <> ''";
    let rows = sqlx::query(ABLE).fetch_all(db).await?;
    let able = rows.iter().map(|row| row.try_get::<Uuid, _>(0)).collect::<sqlx::Result<Vec<_>>>()?;
    Ok(able == [Uuid::from_u128(account.0)])
}

async fn sign_out(db: &mut Db, account: AccountId) -> sqlx::Result<()> {
    sqlx::query("delete from session where account = $1").bind(Uuid::from_u128(account.0)).execute(db).await?;
    Ok(())
}
