//! The actors: one for each room, one for the queue, and the lobby that finds rooms and wakes them.
//!
//! An actor owns one machine of the domain, feeds it, and carries out what it asks for, in order. Actors never wait
//! for actors: an answer is another message. They know sockets only as an [`Ear`].

mod alarm;
pub mod lobby;
pub mod queue;
pub mod room;

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use actix::{Addr, Message, Recipient, dev::SendError};
use bytestring::ByteString;
use quietline_domain::RoomId;

use crate::{metrics, protocol::CloseCode};

/// As many frames as may wait for one page. One more, and the page is cut off; it comes back and catches up.
pub const OUTBOUND_FRAMES: usize = 64;

/// As many bytes as may wait for one page before one more frame is too many: a few of the largest frames.
const OUTBOUND_BYTES: usize = 128 * 1024;

/// Added to the unread bytes of a page that was cut off: far more than ever wait, so that no frame fits any more.
const CUT_OFF: usize = 1 << (usize::BITS - 1);

/// What a socket is told.
#[derive(Message)]
#[rtype(result = "()")]
pub enum Heard {
    Frame(ByteString),
    /// This page has a seat in this room now: what it says of the room goes there.
    Seated {
        room: RoomId,
        at: Addr<room::Room>,
    },
    /// This page's seat in that room is somebody else's now.
    Unseated {
        room: RoomId,
    },
    Close(CloseCode),
}

/// Tells sockets apart, so that a superseded one can do nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EarId(u64);

impl EarId {
    pub fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// A page that listens. Nobody waits for it: one that does not read in time is cut off.
#[derive(Clone)]
pub struct Ear {
    pub id: EarId,
    pub to: Recipient<Heard>,
    /// The bytes of the frames that wait in the page's mailbox; whoever takes one out takes its bytes off.
    pub unread: Arc<AtomicUsize>,
    /// Ends the connection from outside, because a socket whose peer does not read is never polled again.
    pub cut: Arc<dyn Fn() + Send + Sync>,
}

/// The page no longer listens.
pub struct Gone;

impl Ear {
    pub fn tell(&self, heard: Heard) -> Result<(), Gone> {
        if let Heard::Frame(frame) = &heard
            && OUTBOUND_BYTES < self.unread.fetch_add(frame.len(), Ordering::Relaxed)
        {
            return self.cut_off();
        }
        match self.to.try_send(heard) {
            Ok(()) => Ok(()),
            Err(SendError::Full(_)) => self.cut_off(),
            Err(SendError::Closed(_)) => Err(Gone),
        }
    }

    fn cut_off(&self) -> Result<(), Gone> {
        // Whoever speaks to it before its socket has noticed finds it cut off already.
        if self.unread.fetch_or(CUT_OFF, Ordering::Relaxed) < CUT_OFF {
            log::info!("slow reader cut off");
            metrics::reader_cut_off();
            (self.cut)();
        }
        Err(Gone)
    }

    pub fn frame(&self, frame: ByteString) -> Result<(), Gone> {
        self.tell(Heard::Frame(frame))
    }
}
