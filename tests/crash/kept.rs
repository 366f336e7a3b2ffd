//! What the store and the slots hold while nobody serves them: a copy of their files, opened as a start would.
//!
//! A copy, because opening the files of a dead portal already heals them, and that is left to the portal. It judges
//! nothing but whether they can be opened, and the database itself is whole.

use std::{collections::HashMap, path::Path};

use quietline::{
    shares::{Missing, Shares},
    store::{Availability, RoomRow, Store, postgres, postgres::Postgres, sqlite::Sqlite},
};
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
    /// In queue order. One without a share is none any more: its closing was interrupted, and nobody can read it.
    pub rooms: Vec<KeptRoom>,
    pub available: Vec<bool>,
}

pub struct KeptRoom {
    pub row: RoomRow,
    pub id: Uuid,
    pub holder: Holder,
    pub share: Vec<u8>,
    pub lines: Vec<quietline::protocol::Said>,
}

impl Kept {
    pub async fn of(data: &Data) -> Self {
        let copy = tempfile::tempdir().expect("a folder");
        copy_folder(data.home.folder.path(), copy.path()).expect("copies");
        let slots = copy.path().join("slots");
        if let Some(cluster) = &data.home.cluster {
            let url = postgres::Url::parse(&cluster.url()).expect("is an address");
            let store = Postgres::open(&url).await.expect("opens");
            let kept = Self::in_store(&store, &slots, data.desks()).await;
            store.close().await;
            return kept;
        }
        let path = copy.path().join("quietline.sqlite");
        // The index is rebuilt from the log, as after every crash of the machine.
        let _ = std::fs::remove_file(copy.path().join("quietline.sqlite-shm"));
        let store = Sqlite::open(&path).await.unwrap_or_else(|error| broken(&format!("the database is lost: {error}")));
        let kept = Self::in_store(&store, &slots, data.desks()).await;
        store.close().await;
        is_whole(path.to_str().expect("a path")).await;
        kept
    }

    async fn in_store(store: &dyn Store, slots: &Path, desks: usize) -> Self {
        let accounts = store.accounts().await.expect("reads");
        let number = |login: &str| login.strip_prefix('c').and_then(|no| no.parse::<DeskNo>().ok()).expect("a desk");
        let desk_of: HashMap<AccountId, DeskNo> =
            accounts.iter().map(|account| (account.account, number(&account.login))).collect();
        let mut available = vec![false; desks];
        for account in &accounts {
            available[desk_of[&account.account]] = account.available == Availability::Available;
        }
        let mut rooms = Vec::new();
        let rows = store.rooms().await.expect("reads");
        let ids: Vec<_> = rows.iter().map(|row| row.room).collect();
        let installation = Uuid::from_u128(store.installation().await.expect("reads"));
        let opened = Shares::open(slots, installation, &ids, Missing::Refuse).await;
        let shares = opened.unwrap_or_else(|error| broken(&format!("the slots are lost: {error}"))).shares;
        for row in rows {
            let Some(share) = shares.of(row.room).map(|share| share.bytes().to_vec()) else { continue };
            let holder = row.counsellor.as_ref().map_or(Holder::Nobody, |seated| {
                Holder::Desk(desk_of[&seated.account], seated.claim.map(|claim| Uuid::from_u128(claim.0)))
            });
            let lines = store.lines(row.room, 0).await.expect("reads");
            rooms.push(KeptRoom { id: Uuid::from_u128(row.room.0), holder, share, lines, row });
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
