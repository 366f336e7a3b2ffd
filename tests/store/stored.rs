//! What the contract's stories put into a store: rooms, lines, counsellors, and nicknames that are the same.
//!
//! Forms are digests of whatever text a story names; how real nicknames are folded is not known here.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use quietline::{
    clock::Moment,
    private::{Credential, Digested, Forms, Nickname, SealedText},
    protocol::Envelope,
    store::{NewAccount, NewLine, NewRoom, NewTake, Opening, RoomRow, Seated, Sharing, StaffRole, Store, Take},
};
use quietline_domain::{AccountId, Cid, ClaimId, Role, RoomId, Time};
use sha2::{Digest, Sha256};

use crate::common::database::Database;

/// A store of each kind, with the database below it.
pub async fn stores() -> Vec<(Arc<dyn Store>, Database)> {
    let mut stores = Vec::new();
    for database in Database::each().await {
        stores.push((database.open().await, database));
    }
    stores
}

pub fn forms(folded_first: &str, skeleton_first: &str) -> Forms {
    let digest = |order: &str, text: &str| {
        let digest = Sha256::digest(format!("{order} {text}"));
        Digested::from_text(&BASE64_URL_SAFE_NO_PAD.encode(digest)).expect("is a digest")
    };
    Forms { folded_first: digest("folded", folded_first), skeleton_first: digest("skeleton", skeleton_first) }
}

pub fn new_room(n: u128) -> NewRoom {
    NewRoom {
        room: RoomId(n),
        epoch: n + 1_000,
        key: Credential::random().expect("random").digest(),
        forms: forms("moss", "moss"),
        shared: Sharing::Allowed,
        now: Time(n as i64),
    }
}

pub async fn open(store: &dyn Store, new: NewRoom) -> RoomRow {
    match store.open_room(new).await.expect("opens") {
        Opening::Room(row) => *row,
        Opening::NicknameTaken => panic!("the nickname is taken"),
    }
}

pub fn line(room: u128, cid: u128, from: Role, text: &str) -> NewLine {
    NewLine { room: RoomId(room), cid: Cid(cid), from, by: None, at: Moment::of(Time(5)), body: envelope(1, text) }
}

/// A store keeps whatever is in it.
pub fn envelope(key_epoch: u32, sealed: &str) -> Envelope {
    Envelope { suite: 1, key_epoch, sealed: SealedText::new(sealed.to_owned()) }
}

pub async fn say(store: &dyn Store, room: u128, cid: u128, from: Role) {
    store.append(line(room, cid, from, "x")).await.expect("saves");
}

pub fn new_account(n: u128) -> NewAccount {
    let nickname = format!("Asha{n}");
    NewAccount {
        account: AccountId(n),
        login: format!("login{n}"),
        forms: forms(&nickname, &nickname),
        nickname: Nickname::parse(&nickname).expect("fits"),
        renamed_prefix: "guest_".to_owned(),
        role: StaffRole::Counsellor,
        password_hash: "hash".to_owned(),
        now: Time(0),
    }
}

pub async fn counsellor(store: &dyn Store, n: u128) -> AccountId {
    store.add_account(new_account(n)).await.expect("writes").expect("is new")
}

pub async fn take(store: &dyn Store, room: u128, account: AccountId, claim: u128, now: i64) -> Option<Seated> {
    let take = NewTake { room: RoomId(room), account, claim: ClaimId(claim), now: Moment::of(Time(now)) };
    match store.take(take).await.expect("answers") {
        Take::Taken(row) => row.counsellor,
        Take::Lost => None,
    }
}

pub async fn room(store: &dyn Store, n: u128) -> RoomRow {
    store.room(RoomId(n)).await.expect("reads").expect("is there")
}
