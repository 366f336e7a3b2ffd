//! The store in SQL that both databases speak: the contract of [`Store`], and which statement answers what.
//!
//! This folder is compiled once for each database, under the file that names its types ([`Db`], [`Reader`],
//! [`Record`]), how a connection is made, and the few statements that differ. It decides nothing.

mod clicks;
mod lines;
mod link;
mod names;
mod rooms;
mod staff;
mod tidying;
mod turns;
mod writer;

use async_trait::async_trait;
use quietline_domain::{AccountId, RoomId, Seq, Time, outage::Outage, room::TurnEnd};

use super::{Db, PATIENCE, Reader, Record, Source, begin, insert_lines, scrub};
use crate::{
    private::{Digested, Forms, Nickname},
    protocol::Said,
    store::{
        AccountRow, Appended, Availability, ClaimRow, Kept, NewAccount, NewLine, NewRoom, NewTake, Opening, RoomRow,
        Seated, Store, Sweeps, Take,
    },
};
pub use lines::sender_word;
use writer::{After, Writer, Writing};

/// A database in use: one connection writes, a few read.
pub struct Database {
    reader: Reader,
    writer: Writer,
}

impl Database {
    /// Writes over `connection`, which is from `source`, as its successors will be.
    pub(super) fn on(source: Source, connection: Db, reader: Reader) -> Self {
        Self { reader, writer: Writer::start(source, connection) }
    }

    /// One write, within the writer's next transaction.
    async fn write<T, F>(&self, write: F) -> Kept<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Db) -> Writing<'c, T> + Send + 'static,
    {
        self.writer.run(After::Nothing, write).await
    }
}

#[async_trait]
impl Store for Database {
    async fn open_room(&self, new: NewRoom) -> Kept<Opening> {
        self.write(move |db| Box::pin(rooms::open(db, new))).await
    }

    async fn rooms(&self) -> Kept<Vec<RoomRow>> {
        Ok(rooms::all(&self.reader).await?)
    }

    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>> {
        Ok(rooms::one(&self.reader, room).await?)
    }

    async fn take(&self, take: NewTake) -> Kept<Take> {
        self.write(move |db| Box::pin(rooms::take(db, take))).await
    }

    async fn release(&self, room: RoomId, from: AccountId, why: TurnEnd, now: Time) -> Kept<Option<Seq>> {
        self.write(move |db| Box::pin(turns::release(db, room, from, why, now))).await
    }

    async fn hand_over(&self, room: RoomId, from: AccountId, to: AccountId, now: Time) -> Kept<Option<Seated>> {
        self.write(move |db| Box::pin(turns::hand_over(db, room, from, to, now))).await
    }

    async fn share_older(&self, room: RoomId) -> Kept<()> {
        self.write(move |db| Box::pin(turns::share_older(db, room))).await
    }

    async fn touch(&self, room: RoomId, at: Time) -> Kept<()> {
        self.write(move |db| Box::pin(rooms::touch(db, room, at))).await
    }

    async fn left_by(&self, account: AccountId) -> Kept<Vec<RoomId>> {
        Ok(turns::left_by(&self.reader, account).await?)
    }

    async fn nicknames(&self) -> Kept<Vec<(RoomId, Nickname)>> {
        Ok(names::of_rooms(&self.reader).await?)
    }

    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()> {
        self.write(move |db| Box::pin(clicks::keep(db, claim))).await
    }

    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>> {
        Ok(clicks::after(&self.reader, since).await?)
    }

    async fn append(&self, line: NewLine) -> Kept<Appended> {
        self.writer.line(line).await
    }

    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>> {
        Ok(lines::after(&self.reader, room, since).await?)
    }

    async fn erase(&self, room: RoomId) -> Kept<Option<u64>> {
        self.writer.run(After::Scrub, move |db| Box::pin(rooms::erase(db, room))).await
    }

    async fn alive(&self, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(tidying::alive(db, now))).await
    }

    async fn started(&self, now: Time) -> Kept<Vec<Outage>> {
        self.write(move |db| Box::pin(tidying::started(db, now))).await
    }

    async fn sweep(&self, now: Time) -> Kept<u64> {
        self.writer.run(After::Scrub, move |db| Box::pin(tidying::sweep(db, now))).await
    }

    async fn complete_forms(&self, forms: &(dyn for<'n> Fn(&'n Nickname) -> Forms + Sync)) -> Kept<()> {
        let formless = names::formless(&self.reader).await?;
        let completed: Vec<_> = formless
            .into_iter()
            .map(|user| {
                let forms = forms(&user.nickname);
                (user, forms)
            })
            .collect();
        if completed.is_empty() {
            return Ok(());
        }
        self.write(move |db| Box::pin(names::complete(db, completed))).await
    }

    async fn add_account(&self, account: NewAccount) -> Kept<Option<AccountId>> {
        self.write(move |db| Box::pin(staff::add(db, account))).await
    }

    async fn accounts(&self) -> Kept<Vec<AccountRow>> {
        Ok(staff::all(&self.reader).await?)
    }

    async fn account(&self, id: AccountId) -> Kept<Option<AccountRow>> {
        Ok(staff::by_id(&self.reader, id).await?)
    }

    async fn account_by_login(&self, login: &str) -> Kept<Option<(AccountRow, String)>> {
        Ok(staff::by_login(&self.reader, login).await?)
    }

    async fn reset_account(&self, login: &str, password_hash: &str) -> Kept<bool> {
        let (login, hash) = (login.to_owned(), password_hash.to_owned());
        self.write(move |db| Box::pin(async move { staff::reset(db, &login, &hash).await })).await
    }

    async fn disable_account(&self, login: &str, now: Time) -> Kept<bool> {
        let login = login.to_owned();
        self.write(move |db| Box::pin(async move { staff::disable(db, &login, now).await })).await
    }

    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()> {
        self.write(move |db| Box::pin(staff::set_available(db, account, state))).await
    }

    async fn add_session(&self, session: Digested, account: AccountId, until: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::add_session(db, session, account, until))).await
    }

    async fn session(&self, session: Digested, now: Time) -> Kept<Option<AccountRow>> {
        Ok(staff::by_session(&self.reader, session, now).await?)
    }

    async fn end_session(&self, session: Digested, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::end_session(db, session, now))).await
    }

    async fn staff_revision(&self) -> Kept<i64> {
        Ok(staff::revision(&self.reader).await?)
    }

    async fn ask_sweep(&self) -> Kept<i64> {
        self.write(move |db| Box::pin(tidying::ask_sweep(db))).await
    }

    async fn sweeps(&self) -> Kept<Sweeps> {
        Ok(tidying::sweeps(&self.reader).await?)
    }

    async fn swept(&self, wish: i64, erased: u64) -> Kept<()> {
        self.write(move |db| Box::pin(tidying::swept(db, wish, erased))).await
    }

    async fn ready(&self) -> Kept<()> {
        sqlx::query("select 1").execute(&self.reader).await?;
        Ok(())
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A column that holds what no version of ours writes.
fn misread(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "not a value of ours".into() }
}
