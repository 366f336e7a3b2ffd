//! The one writer of slots: a thread that gathers what waits, has it synced once, and then answers everybody.
//!
//! Group commit without a timer, as in `store/sql/writer.rs`: while one sync runs, the next wishes gather. It has a thread
//! of its own because a disk that hangs must hang nothing else. What is written where is the book's to say.

use std::collections::HashSet;

use quietline_domain::RoomId;
use tokio::sync::{mpsc, oneshot};

use super::{
    Kept,
    book::{Book, Deed},
    files::Disk,
};

/// As many wishes as share one sync at most; bounds its time.
const BATCH: usize = 512;

pub enum Asked {
    Wish(Wish),
    Close(oneshot::Sender<()>),
}

pub struct Wish {
    pub deed: Deed,
    pub room: RoomId,
    pub answer: oneshot::Sender<Kept<()>>,
}

/// Writes until nobody can ask any more, or somebody asks to close: they are to be answered once all is let go of.
pub fn write_all<D: Disk>(mut book: Book<D>, mut asked: mpsc::UnboundedReceiver<Asked>) -> Option<oneshot::Sender<()>> {
    let mut gathered = Vec::with_capacity(BATCH);
    while asked.blocking_recv_many(&mut gathered, BATCH) != 0 {
        let mut waiting = Vec::new();
        let mut close = None;
        for one in gathered.drain(..) {
            match one {
                Asked::Wish(wish) => waiting.push(wish),
                Asked::Close(answer) => close = Some(answer),
            }
        }
        while !waiting.is_empty() {
            carry_out(&mut book, next_round(&mut waiting));
        }
        if close.is_some() {
            return close;
        }
    }
    None
}

/// As many wishes, in order, as speak of different rooms: what one does to a room, the next must find done.
fn next_round(waiting: &mut Vec<Wish>) -> Vec<Wish> {
    let mut rooms = HashSet::new();
    let fits = waiting.iter().take_while(|wish| rooms.insert(wish.room)).count();
    waiting.drain(..fits).collect()
}

fn carry_out<D: Disk>(book: &mut Book<D>, round: Vec<Wish>) {
    let wishes: Vec<_> = round.iter().map(|wish| (wish.deed, wish.room)).collect();
    for (wish, outcome) in round.into_iter().zip(book.carry_out(&wishes)) {
        // Who asked may be gone; what was done stands all the same.
        let _ = wish.answer.send(outcome);
    }
}
