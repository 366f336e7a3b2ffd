//! The server's half of each room's key: given when a room opens, wiped when it closes, never anywhere but in a slot.
//!
//! Zeroing a room's slot is what erases the room for good: in the database, its log, and every copy of either, its lines
//! cannot be opened any more. A share lies in no database, no backup and no log. It is not known here what a room is, nor
//! who may have its share.

mod book;
mod files;
mod ground;
mod slots;
mod writer;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use quietline_domain::RoomId;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{
    hold::{self, Hold, HoldError},
    private::Share,
    store::StoreError,
    vault,
};
use book::{Book, Deed};
use files::{Disk, Files};
use slots::Layout;
use writer::{Asked, Wish};

pub use ground::copies_on_write;

/// The shares of all open rooms. One server has them.
pub struct Shares {
    held: Arc<Held>,
    wishes: mpsc::UnboundedSender<Asked>,
}

/// What a start finds.
pub struct Opened {
    pub shares: Shares,
    /// Rooms of the database that have no share (any more): their closing was interrupted, and is to be finished.
    pub unfinished: Vec<RoomId>,
}

/// What to do about slot files that are not there or not whole, while the database has rooms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Missing {
    #[default]
    Refuse,
    /// Every room is forgotten, also those whose share is there, and the slot files are made anew.
    Forget,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum ShareError {
    /// Cannot be opened as they are; the sentence names the cause and the remedy.
    #[error("{0}")]
    Unusable(String),
    /// Whatever was asked happened or did not; asked again, it is written again. Why is in the log.
    #[error("the slot file cannot be written just now")]
    Away,
    #[error("the room was erased meanwhile")]
    Erased,
    #[error("the slot files are closed")]
    Closed,
}

impl From<HoldError> for ShareError {
    fn from(error: HoldError) -> Self {
        Self::Unusable(error.to_string())
    }
}

/// To whoever has a room to keep, it is all one what could not be written.
impl From<ShareError> for StoreError {
    fn from(error: ShareError) -> Self {
        match error {
            ShareError::Unusable(why) => Self::Unusable(why),
            ShareError::Away | ShareError::Erased | ShareError::Closed => Self::Away,
        }
    }
}

type Kept<T> = Result<T, ShareError>;

impl Shares {
    /// Opens this folder's slot files for an installation whose database has these rooms and no others; makes what is
    /// missing when there are none. Slots of other rooms, and slots that were half written, are zeroed before it returns.
    ///
    /// It waits for a server that is just ending; reading the files blocks, at a start that nobody can overtake.
    ///
    /// # Errors
    /// [`ShareError::Unusable`] with a sentence that names the cause and the remedy.
    pub async fn open(folder: &Path, installation: Uuid, rooms: &[RoomId], missing: Missing) -> Kept<Opened> {
        Self::open_as(folder, &Layout::of(installation), rooms, missing, |files| files).await
    }

    /// `lay` puts something between the book and the files, for tests.
    async fn open_as<D: Disk>(
        folder: &Path,
        layout: &Layout,
        rooms: &[RoomId],
        missing: Missing,
        lay: impl FnOnce(Files) -> D,
    ) -> Kept<Opened> {
        vault::make(folder).map_err(|error| ShareError::Unusable(format!("{error:#}")))?;
        let hold = hold::take(&alone_with(folder)).await?;
        if missing == Missing::Forget {
            files::destroy(folder, layout)?;
        }
        let there_must_be = if missing == Missing::Refuse { rooms.len() } else { 0 };
        let (files, contents) = Files::open(folder, layout, there_must_be)?;
        let held = Arc::new(Held::default());
        let mut book = Book::over(lay(files), layout.clone(), held.clone());
        let unfinished = book.read(&contents, rooms).map_err(|error| files::unwritable(folder, &error))?;
        let wishes = start(book, hold).map_err(|error| files::unwritable(folder, &error))?;
        Ok(Opened { shares: Self { held, wishes }, unfinished })
    }

    /// The room's share: a new one, unless it has one. It is on the disk once this returns. Dropping the future cancels
    /// nothing.
    pub async fn give(&self, room: RoomId) -> Kept<Share> {
        self.ask(Deed::Give, room).await?;
        self.of(room).ok_or(ShareError::Erased)
    }

    /// Zeroes the room's slot: once this returns, nobody can open its lines from what is on any disk. Dropping the
    /// future cancels nothing. Without a slot there is nothing to do.
    pub async fn wipe(&self, room: RoomId) -> Kept<()> {
        self.ask(Deed::Wipe, room).await
    }

    pub fn of(&self, room: RoomId) -> Option<Share> {
        self.held.of(room)
    }

    /// Returns once all that was asked is done and another server may have the files.
    pub async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.wishes.send(Asked::Close(answer)).is_ok() {
            // Without an answer it is closed already.
            let _ = answered.await;
        }
    }

    async fn ask(&self, deed: Deed, room: RoomId) -> Kept<()> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked::Wish(Wish { deed, room, answer });
        self.wishes.send(asked).map_err(|_| ShareError::Closed)?;
        answered.await.map_err(|_| ShareError::Closed)?
    }
}

/// The shares in memory; on the disk is what [`Book`] put there.
#[derive(Default)]
struct Held(Mutex<HashMap<RoomId, Share>>);

impl Held {
    fn of(&self, room: RoomId) -> Option<Share> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&room).cloned()
    }

    fn keep(&self, room: RoomId, share: Share) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(room, share);
    }

    fn forget(&self, room: RoomId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&room);
    }
}

fn alone_with(folder: &Path) -> hold::Subject<'_> {
    hold::Subject { path: folder, lock: folder.join("rooms.lock"), flag: "--slots" }
}

/// The hold goes with the book: nobody else may have the files while something may still be written.
fn start<D: Disk>(book: Book<D>, hold: Hold) -> std::io::Result<mpsc::UnboundedSender<Asked>> {
    let (wishes, asked) = mpsc::unbounded_channel();
    std::thread::Builder::new().name("slots".into()).spawn(move || {
        let closed = writer::write_all(book, asked);
        drop(hold);
        if let Some(closed) = closed {
            // Who asked may be gone.
            let _ = closed.send(());
        }
    })?;
    Ok(wishes)
}

#[cfg(test)]
mod stories;
