//! A rehearsal: a room is opened and a line said in it, and all of it is taken back.
//!
//! What keeps a line from being saved need not keep a number from being set: a full disk has room in a page that is
//! there. After a failed batch the next sign of life therefore does what people do. Nobody sees a rehearsal.

use quietline_domain::{Cid, Role, RoomId, Time};
use sqlx::Connection;
use uuid::Uuid;

use super::{Db, lines, rooms};
use crate::{
    clock::Moment,
    private::{Credential, Forms, SealedText},
    protocol::Envelope,
    store::{NewLine, NewRoom, Opening, Sharing},
};

/// About as many characters as a page of a database takes a few of.
const CHARS: usize = 2_048;

/// Within a transaction, which is as before when this returns.
pub async fn rehearse(db: &mut Db) -> sqlx::Result<()> {
    let mut stage = db.begin().await?;
    let played = play(&mut stage).await;
    stage.rollback().await?;
    played
}

async fn play(stage: &mut Db) -> sqlx::Result<()> {
    let random = || Credential::random().map_err(|error| sqlx::Error::Io(error.into()));
    let (key, room) = (random()?, RoomId(Uuid::new_v4().as_u128()));
    let new = NewRoom {
        room,
        epoch: 0,
        key: key.digest(),
        forms: Forms { folded_first: key.digest(), skeleton_first: key.digest() },
        shared: Sharing::Allowed,
        now: Time(0),
    };
    if let Opening::NicknameTaken = rooms::open(stage, new).await? {
        return Ok(());
    }
    let mut text = String::with_capacity(CHARS);
    while text.len() < CHARS {
        // Random, so that no database makes less of it.
        text += &random()?.expose();
    }
    let body = Envelope { suite: 0, key_epoch: 0, sealed: SealedText::new(text) };
    let line = NewLine { room, cid: Cid(room.0), from: Role::Student, by: None, at: Moment::of(Time(0)), body };
    lines::append_all(stage, &[line]).await.map(drop)
}
