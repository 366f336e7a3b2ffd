//! Chat users and what they are called: whose a nickname is, and who gives way (U3, U4).
//!
//! Compares keyed digests and cannot make them: it knows neither the key nor how a nickname is folded.

use quietline_domain::{AccountId, RoomId};
use sqlx::Row;
use uuid::Uuid;

use super::{Db, Reader, Record};
use crate::{
    private::{Forms, Nickname},
    protocol::Envelope,
    store::Sharing,
};

/// Whether somebody has this nickname, in either form, whom a visitor may not share it with.
pub async fn is_taken(db: &mut Db, forms: Forms, shared: Sharing) -> sqlx::Result<bool> {
    const BY_ANYBODY: &str = "select 1 from chat_user where folded_first = $1 or skeleton_first = $2 limit 1";
    match shared {
        Sharing::Allowed => is_registered(db, forms).await,
        Sharing::Refused => has_any(db, BY_ANYBODY, forms).await,
    }
}

/// Whether an account has this nickname, in either form.
pub async fn is_registered(db: &mut Db, forms: Forms) -> sqlx::Result<bool> {
    const BY_ACCOUNT: &str = "select 1 from chat_user
         where account is not null and (folded_first = $1 or skeleton_first = $2) limit 1";
    has_any(db, BY_ACCOUNT, forms).await
}

/// Makes a chat user without an account, and returns its id. What it is called is not kept: their page seals it.
pub async fn add_visitor(db: &mut Db, forms: Forms) -> sqlx::Result<Uuid> {
    let id = Uuid::new_v4();
    add(db, id, None, forms, None).await?;
    Ok(id)
}

/// Makes the chat user of an account. It has the account's id: there is one for each.
pub async fn add_registered(db: &mut Db, account: AccountId, nickname: &Nickname, forms: Forms) -> sqlx::Result<()> {
    let id = Uuid::from_u128(account.0);
    add(db, id, Some(nickname), forms, Some(id)).await
}

/// Visitors who have this nickname are called `prefix` and it from now on. They keep no forms: nobody else can have a
/// nickname that begins like that.
pub async fn rename_visitors(db: &mut Db, prefix: &str, forms: Forms) -> sqlx::Result<()> {
    const RENAME: &str = "update chat_user
         set renamed = $1, folded_first = null, skeleton_first = null
         where account is null and (folded_first = $2 or skeleton_first = $3)";
    sqlx::query(RENAME)
        .bind(prefix.to_owned())
        .bind(forms.folded_first.to_text())
        .bind(forms.skeleton_first.to_text())
        .execute(db)
        .await?;
    Ok(())
}

/// The rooms of visitors who were renamed, and what stands before their nicknames.
pub async fn renamed(db: &Reader) -> sqlx::Result<Vec<(RoomId, String)>> {
    const RENAMED: &str = "select room.id, renamed from room join chat_user on chat_user.id = room.student
         where renamed is not null";
    let rows = sqlx::query(RENAMED).fetch_all(db).await?;
    rows.iter().map(|row| Ok((RoomId(row.try_get::<Uuid, _>("id")?.as_u128()), row.try_get("renamed")?))).collect()
}

/// What this room's student is called, as their page has sealed it.
pub async fn keep_sealed(db: &mut Db, room: RoomId, sealed: Envelope) -> sqlx::Result<()> {
    const KEEP: &str = "update chat_user set sealed = $2
         where account is null and id = (select student from room where room.id = $1)";
    sqlx::query(KEEP).bind(Uuid::from_u128(room.0)).bind(sealed.to_text()).execute(db).await?;
    Ok(())
}

/// An account's chat user, whose forms may have been made with another key.
pub struct Formless {
    id: Uuid,
    pub nickname: Nickname,
}

/// Everybody with an account, the oldest first: theirs is the older right. The key of their forms is in no backup.
pub async fn formless(db: &Reader) -> sqlx::Result<Vec<Formless>> {
    const FORMLESS: &str = "select chat_user.id, nickname from chat_user join account on account.id = chat_user.account
         order by account.created_at, chat_user.id";
    let rows = sqlx::query(FORMLESS).fetch_all(db).await?;
    rows.iter().map(|row| Ok(Formless { id: row.try_get("id")?, nickname: called(row)? })).collect()
}

/// Fills in forms. Of two accounts whose nicknames have become the same the later one stays without: its nickname is
/// reserved all the same.
pub async fn complete(db: &mut Db, completed: Vec<(Formless, Forms)>) -> sqlx::Result<()> {
    const COMPLETE: &str = "update chat_user set folded_first = $3, skeleton_first = $4
         where id = $1 and nickname = $2 and not exists (
            select 1 from chat_user as other
            where other.account is not null and other.id <> chat_user.id
                and (other.folded_first = $3 or other.skeleton_first = $4))";
    for (user, forms) in completed {
        sqlx::query(COMPLETE)
            .bind(user.id)
            .bind(user.nickname.expose().to_owned())
            .bind(forms.folded_first.to_text())
            .bind(forms.skeleton_first.to_text())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

async fn has_any(db: &mut Db, query: &'static str, forms: Forms) -> sqlx::Result<bool> {
    let row = sqlx::query(query)
        .bind(forms.folded_first.to_text())
        .bind(forms.skeleton_first.to_text())
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

async fn add(
    db: &mut Db,
    id: Uuid,
    nickname: Option<&Nickname>,
    forms: Forms,
    account: Option<Uuid>,
) -> sqlx::Result<()> {
    const ADD: &str = "insert into chat_user (id, nickname, folded_first, skeleton_first, account)
         values ($1, $2, $3, $4, $5)";
    sqlx::query(ADD)
        .bind(id)
        .bind(nickname.map(|nickname| nickname.expose().to_owned()))
        .bind(forms.folded_first.to_text())
        .bind(forms.skeleton_first.to_text())
        .bind(account)
        .execute(db)
        .await?;
    Ok(())
}

fn called(row: &Record) -> sqlx::Result<Nickname> {
    row.try_get("nickname").map(Nickname::stored)
}
