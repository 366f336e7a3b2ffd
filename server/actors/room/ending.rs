//! How a room ends: its share is wiped, its rows go, and only then are its people told.
//!
//! That it ends, and by whom, was decided by the machine. Whatever interrupts the end is finished by the lobby.

use std::sync::Arc;

use actix::{ActorContext, ActorFutureExt, AsyncContext, Context, WrapFuture};
use quietline_domain::{
    AccountId, Role, RoomId,
    duty::Kind,
    room::{self as domain, Input},
};
use uuid::Uuid;

use super::{House, Room, Stopping, Talk};
use crate::{
    actors::{lobby, queue},
    metrics,
    protocol::{Ended, EndedBy, Erased, FromRoom, Remaining},
    store::{
        Erasure, Fate, Kept,
        activity::{Entry, Lasted},
    },
};

/// The one way in which a room ends, in this order: once the share is wiped nobody can read it any more, from whatever
/// copy; then what there is of it goes, and only then may anybody be told. Whatever interrupts it, a start goes on from
/// here, because a room without a share is over.
///
/// # Errors
/// When either cannot be written; then nobody may be told, and it may be repeated. Whose work it was is logged with the
/// rows that go, so whoever repeats it for somebody else names nobody.
pub async fn erase(house: Arc<House>, room: RoomId, work: Option<AccountId>) -> Kept<Option<Erasure>> {
    house.shares.wipe(room).await?;
    let work = work.map(|account| Entry { account, at: house.clock.date(), kind: Kind::Work });
    house.store.erase(room, work).await
}

impl Room {
    pub(super) fn erase(&mut self, work: Option<AccountId>, ctx: &mut Context<Self>) {
        let erasing = erase(self.house.clone(), self.id, work).into_actor(self);
        ctx.wait(erasing.map(move |erased, room, ctx| match erased {
            Ok(erased) => {
                let Erasure { lines, intake } = erased.unwrap_or_default();
                room.fate = intake;
                room.feed(Input::Erased { lines }, ctx);
            }
            Err(error) => {
                // Its share may be gone from the disk: what was begun is finished, whoever asks for the room.
                room.house.lobby.do_send(lobby::Unfinished(room.id));
                room.fault(&error, ctx);
            }
        }));
    }

    pub(super) fn ended(&mut self, by: domain::EndedBy, lines: u64, ctx: &mut Context<Self>) {
        if let Talk::Had(since) = self.talk {
            self.house.tally.lasted(Lasted::Conversation, since, self.house.clock.now());
        }
        self.tell_ended(by, lines);
        self.house.queue.do_send(queue::Ended(self.id));
        self.house.lobby.do_send(lobby::Ended(self.id));
        log::info!("room erased {}", self.uuid());
        self.stopping = Stopping::Meant;
        ctx.stop();
    }

    /// Each side hears what of its own is gone: that there was an intake is the student's to know.
    fn tell_ended(&mut self, by: domain::EndedBy, lines: u64) {
        let by = match by {
            domain::EndedBy::Student => EndedBy::Student,
            domain::EndedBy::Counsellor => EndedBy::Counsellor,
            domain::EndedBy::Silence => EndedBy::Silence,
            domain::EndedBy::Absence => EndedBy::Absence,
        };
        metrics::room_erased(by);
        let (room, at, receipt) = (self.uuid(), self.house.clock.now().0, receipt());
        let ended = |erased, kept| Ended { room, at, lines, erased, kept, receipt: receipt.clone(), by };
        let gone = vec![Erased::Room, Erased::Lines, Erased::Nickname, Erased::Key];
        self.tell(Role::Counsellor, FromRoom::Ended(ended(gone.clone(), Vec::new())));
        let to_student = match self.fate {
            Fate::None => ended(gone, Vec::new()),
            Fate::Erased => ended([gone, vec![Erased::Intake]].concat(), Vec::new()),
            Fate::Kept => ended(gone, vec![Remaining::Intake]),
        };
        self.tell(Role::Student, FromRoom::Ended(to_student));
    }
}

/// Random, so that it says nothing but which of two erasures somebody means. Without letters that are read as digits.
fn receipt() -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let random = Uuid::new_v4();
    let letters: Vec<char> =
        random.as_bytes().iter().map(|&byte| char::from(LETTERS[usize::from(byte) % 32])).collect();
    let (first, rest) = letters.split_at(4);
    first.iter().chain(['-'].iter()).chain(&rest[rest.len() - 4..]).collect()
}
