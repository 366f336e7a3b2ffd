//! The store in SQL that both databases speak: the contract of [`Store`], and which statement answers what.
//!
//! This folder is compiled once for each database, under the file that names its types ([`Db`], [`Reader`],
//! [`Record`]), how a connection is made, and the few statements that differ. It decides nothing.

mod accounts;
pub mod activity;
mod clicks;
mod intake_trees;
mod intakes;
mod lines;
mod link;
mod names;
mod rehearsal;
mod rooms;
mod staff;
mod tidying;
mod turns;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use quietline_domain::{AccountId, RoomId, Seq, Time, outage::Outage, room::TurnEnd};
use tokio::time::timeout;

use super::{Db, Engine, PATIENCE, Reader, Record, Source, begin, insert_lines, save_lines, scrub};
use crate::{
    clock::Moment,
    private::{Digested, Forms, Nickname, SealedText},
    protocol::{Envelope, PublicKey, Said},
    store::{
        AccountRow, Appended, Availability, ClaimRow, Erasure, Identity, Kept, NewAccount, NewLine, NewRoom, NewTake,
        Opening, RoomRow, Seated, Store, StoreError, Sweeps, Take, accounts::Doer, activity::Entry,
    },
};
pub use lines::sender_word;
use writer::{After, Writer, Writing};

/// A database in use: one connection writes, a few read.
pub struct Database {
    reader: Reader,
    writer: Writer,
    /// After how many failures a rehearsal, or their absence, has shown that lines can be saved.
    rehearsed: AtomicU64,
}

impl Database {
    /// Writes over `connection`, which is from `source`, as its successors will be.
    pub(super) fn on(source: Source, connection: Db, reader: Reader) -> Self {
        Self { reader, writer: Writer::start(source, connection), rehearsed: AtomicU64::new(0) }
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
        in_time(async { Ok(rooms::all(&self.reader).await?) }).await
    }

    async fn room(&self, room: RoomId) -> Kept<Option<RoomRow>> {
        in_time(async { Ok(rooms::one(&self.reader, room).await?) }).await
    }

    async fn take(&self, take: NewTake) -> Kept<Take> {
        self.write(move |db| Box::pin(rooms::take(db, take))).await
    }

    async fn release(&self, room: RoomId, from: AccountId, why: TurnEnd, now: Moment) -> Kept<Option<Seq>> {
        self.write(move |db| Box::pin(turns::release(db, room, from, why, now))).await
    }

    async fn hand_over(&self, room: RoomId, from: AccountId, to: AccountId, now: Moment) -> Kept<Option<Seated>> {
        self.write(move |db| Box::pin(turns::hand_over(db, room, from, to, now))).await
    }

    async fn share_older(&self, room: RoomId) -> Kept<()> {
        self.write(move |db| Box::pin(turns::share_older(db, room))).await
    }

    async fn touch(&self, room: RoomId, at: Time) -> Kept<()> {
        self.write(move |db| Box::pin(rooms::touch(db, room, at))).await
    }

    async fn left_by(&self, account: AccountId) -> Kept<Vec<RoomId>> {
        in_time(async { Ok(turns::left_by(&self.reader, account).await?) }).await
    }

    async fn put_back(&self, room: RoomId, from: AccountId, now: Time) -> Kept<bool> {
        self.write(move |db| Box::pin(turns::put_back(db, room, from, now))).await
    }

    async fn keep_nickname(&self, room: RoomId, sealed: Envelope) -> Kept<()> {
        self.write(move |db| Box::pin(names::keep_sealed(db, room, sealed))).await
    }

    async fn keep_shared(&self, room: RoomId, sealed: Option<Envelope>) -> Kept<()> {
        self.write(move |db| Box::pin(rooms::keep_shared(db, room, sealed))).await
    }

    async fn renamed(&self) -> Kept<Vec<(RoomId, String)>> {
        in_time(async { Ok(names::renamed(&self.reader).await?) }).await
    }

    async fn answer_claim(&self, claim: ClaimRow) -> Kept<()> {
        self.write(move |db| Box::pin(clicks::keep(db, claim))).await
    }

    async fn claims(&self, since: Time) -> Kept<Vec<ClaimRow>> {
        in_time(async { Ok(clicks::after(&self.reader, since).await?) }).await
    }

    async fn append(&self, line: NewLine) -> Kept<Appended> {
        self.writer.line(line).await
    }

    async fn recall(&self, line: NewLine) -> Kept<Appended> {
        self.write(move |db| Box::pin(async move { lines::recall(db, &line).await })).await
    }

    async fn lines(&self, room: RoomId, since: Seq) -> Kept<Vec<Said>> {
        in_time(async { Ok(lines::after(&self.reader, room, since).await?) }).await
    }

    async fn erase(&self, room: RoomId, work: Option<Entry>) -> Kept<Option<Erasure>> {
        self.writer.run(After::Scrub, move |db| Box::pin(rooms::erase(db, room, work))).await
    }

    async fn alive(&self, now: Time) -> Kept<()> {
        let failures = self.writer.failures();
        let is_in_doubt = self.rehearsed.load(Ordering::Relaxed) != failures;
        self.writer
            .run_first(move |db| {
                Box::pin(async move {
                    if is_in_doubt {
                        rehearsal::rehearse(&mut *db).await?;
                    }
                    tidying::alive(db, now).await
                })
            })
            .await?;
        self.rehearsed.store(failures, Ordering::Relaxed);
        Ok(())
    }

    async fn started(&self, now: Time) -> Kept<Vec<Outage>> {
        self.write(move |db| Box::pin(tidying::started(db, now))).await
    }

    async fn installation(&self) -> Kept<u128> {
        self.write(move |db| Box::pin(tidying::installation(db))).await
    }

    async fn sweep(&self, now: Moment) -> Kept<u64> {
        self.writer.run(After::Scrub, move |db| Box::pin(tidying::sweep(db, now))).await
    }

    async fn complete_forms(&self, forms: &(dyn for<'n> Fn(&'n Nickname) -> Forms + Sync)) -> Kept<()> {
        let formless = in_time(async { Ok(names::formless(&self.reader).await?) }).await?;
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
        self.write(move |db| Box::pin(staff::add(db, account, Doer::Terminal))).await
    }

    async fn accounts(&self) -> Kept<Vec<AccountRow>> {
        in_time(async { Ok(staff::all(&self.reader).await?) }).await
    }

    async fn account(&self, id: AccountId) -> Kept<Option<AccountRow>> {
        in_time(async { Ok(staff::by_id(&self.reader, id).await?) }).await
    }

    async fn account_by_login(&self, login: &str) -> Kept<Option<(AccountRow, String)>> {
        in_time(async { Ok(staff::by_login(&self.reader, login).await?) }).await
    }

    async fn identity(&self, account: AccountId) -> Kept<Identity> {
        in_time(async { Ok(staff::identity(&self.reader, account).await?) }).await
    }

    async fn keep_identity(&self, account: AccountId, public: PublicKey, sealed: SealedText, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::keep_identity(db, account, public, sealed, now))).await
    }

    async fn set_available(&self, account: AccountId, state: Availability) -> Kept<()> {
        self.write(move |db| Box::pin(staff::set_available(db, account, state))).await
    }

    async fn add_session(&self, session: Digested, account: AccountId, until: Time, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::add_session(db, session, account, until, now))).await
    }

    async fn session(&self, session: Digested, now: Time) -> Kept<Option<AccountRow>> {
        in_time(async { Ok(staff::by_session(&self.reader, session, now).await?) }).await
    }

    async fn end_session(&self, session: Digested, now: Time) -> Kept<()> {
        self.write(move |db| Box::pin(staff::end_session(db, session, now))).await
    }

    async fn staff_revision(&self) -> Kept<i64> {
        in_time(async { Ok(staff::revision(&self.reader).await?) }).await
    }

    async fn ask_sweep(&self) -> Kept<i64> {
        self.write(move |db| Box::pin(tidying::ask_sweep(db))).await
    }

    async fn sweeps(&self) -> Kept<Sweeps> {
        in_time(async { Ok(tidying::sweeps(&self.reader).await?) }).await
    }

    async fn swept(&self, wish: i64, erased: u64) -> Kept<()> {
        self.write(move |db| Box::pin(tidying::swept(db, wish, erased))).await
    }

    async fn ready(&self) -> Kept<()> {
        in_time(async {
            sqlx::query("select 1").execute(&self.reader).await?;
            Ok(())
        })
        .await
    }

    async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// Bounded, where the database may be at the end of a network that says nothing.
async fn in_time<T>(work: impl Future<Output = Kept<T>>) -> Kept<T> {
    match PATIENCE {
        Some(patience) => timeout(patience, work).await.map_err(|_| StoreError::Silent)?,
        None => work.await,
    }
}

/// A column that holds what no version of ours writes.
fn misread(column: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: "not a value of ours".into() }
}
