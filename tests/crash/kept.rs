//! What the store holds while nobody serves it: a copy of its files, opened as a start would.
//!
//! A copy of SQLite's files, because opening the files of a dead portal already heals them, and that is left to the portal. It judges
//! nothing but whether the database itself is whole.

use std::collections::HashMap;

use quietline::store::{Availability, RoomRow, Store, postgres, postgres::Postgres, sqlite::Sqlite};
use quietline_domain::AccountId;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use super::{
    explain::{DeskNo, Holder},
    ledger::broken,
    portal::copy_folder,
    server::Data,
};

pub struct Kept {
    /// In queue order.
    pub rooms: Vec<KeptRoom>,
    pub available: Vec<bool>,
}

pub struct KeptRoom {
    pub row: RoomRow,
    pub id: Uuid,
    pub holder: Holder,
    pub lines: Vec<quietline::protocol::Said>,
}

impl Kept {
    pub async fn of(data: &Data) -> Self {
        if let Some(cluster) = &data.home.cluster {
            let url = postgres::Url::parse(&cluster.url()).expect("is an address");
            let store = Postgres::open(&url).await.expect("opens");
            let kept = Self::in_store(&store, data.desks()).await;
            store.close().await;
            return kept;
        }
        let copy = tempfile::tempdir().expect("a folder");
        copy_folder(data.home.folder.path(), copy.path()).expect("copies");
        let path = copy.path().join("quietline.sqlite");
        // The index is rebuilt from the log, as after every crash of the machine.
        let _ = std::fs::remove_file(copy.path().join("quietline.sqlite-shm"));
        let store = Sqlite::open(&path).await.unwrap_or_else(|error| broken(&format!("the database is lost: {error}")));
        let kept = Self::in_store(&store, data.desks()).await;
        store.close().await;
        is_whole(path.to_str().expect("a path")).await;
        kept
    }

    async fn in_store(store: &dyn Store, desks: usize) -> Self {
        let accounts = store.accounts().await.expect("reads");
        let number = |login: &str| login.strip_prefix('c').and_then(|no| no.parse::<DeskNo>().ok()).expect("a desk");
        let desk_of: HashMap<AccountId, DeskNo> =
            accounts.iter().map(|account| (account.account, number(&account.login))).collect();
        let mut available = vec![false; desks];
        for account in &accounts {
            available[desk_of[&account.account]] = account.available == Availability::Available;
        }
        let mut rooms = Vec::new();
        for row in store.rooms().await.expect("reads") {
            let holder = row.counsellor.as_ref().map_or(Holder::Nobody, |seated| {
                Holder::Desk(desk_of[&seated.account], seated.claim.map(|claim| Uuid::from_u128(claim.0)))
            });
            let lines = store.lines(row.room, 0).await.expect("reads");
            rooms.push(KeptRoom { id: Uuid::from_u128(row.room.0), holder, lines, row });
        }
        Self { rooms, available }
    }
}

async fn is_whole(path: &str) {
    let mut database = SqliteConnection::connect(&format!("sqlite:{path}")).await.expect("opens");
    let found: String = sqlx::query_scalar("pragma integrity_check").fetch_one(&mut database).await.expect("checks");
    if found != "ok" {
        broken(&format!("the database is not whole: {found}"));
    }
}
