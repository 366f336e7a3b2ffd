//! Which room has which slot, and what becomes of slots when the disk fails.
//!
//! In memory stands only what is surely on the disk: a share is kept once it is synced, and forgotten once its zeros are.
//! After a failure it is not known what the disk has, so it is written again. Who waits for it is not known here.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    io,
    sync::Arc,
};

use quietline_domain::RoomId;
use zeroize::Zeroizing;

use super::{
    Held, Kept, ShareError,
    files::{Disk, Slot},
    slots::{FREE, Found, Layout, SLOT},
};
use crate::private::Share;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    Give,
    Wipe,
}

pub struct Book<D> {
    disk: D,
    layout: Layout,
    held: Arc<Held>,
    rooms: HashMap<RoomId, Entry>,
    /// The next to be used is the last.
    free: Vec<Slot>,
    /// May hold what belongs to no room; zeroed before anything else is written, and free only then.
    stale: Vec<Slot>,
}

struct Entry {
    slot: Slot,
    on_disk: OnDisk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OnDisk {
    Share,
    /// A write over it has failed: the share or zeros.
    Doubtful,
}

/// What one wish comes to.
enum Step {
    /// It is so already.
    Rests,
    Fills(RoomId, Slot, Share),
    Frees(RoomId, Slot),
}

impl<D: Disk> Book<D> {
    pub fn over(disk: D, layout: Layout, held: Arc<Held>) -> Self {
        Self { disk, layout, held, rooms: HashMap::new(), free: Vec::new(), stale: Vec::new() }
    }

    /// Reads the files, and zeroes what belongs to none of these rooms. Returns those that have no share.
    pub fn read(&mut self, contents: &[Zeroizing<Vec<u8>>], rooms: &[RoomId]) -> io::Result<Vec<RoomId>> {
        let known: HashSet<RoomId> = rooms.iter().copied().collect();
        let layout = self.layout.clone();
        for (file, content) in contents.iter().enumerate() {
            for (index, found) in layout.found(content).enumerate() {
                let slot = Slot { file, index };
                match found {
                    Found::Nothing => self.free.push(slot),
                    // Of two slots for a room neither was answered, so either will do.
                    Found::Room(room, share) if known.contains(&room) && !self.rooms.contains_key(&room) => {
                        self.rooms.insert(room, Entry { slot, on_disk: OnDisk::Share });
                        self.held.keep(room, share);
                    }
                    Found::Room(..) | Found::Torn => self.stale.push(slot),
                }
            }
        }
        self.free.reverse();
        self.write(&[])?;
        Ok(rooms.iter().filter(|room| !self.rooms.contains_key(room)).copied().collect())
    }

    /// Carries out wishes of different rooms with one sync for each file, and says what became of each.
    pub fn carry_out(&mut self, wishes: &[(Deed, RoomId)]) -> Vec<Kept<()>> {
        let steps: Vec<_> = wishes.iter().map(|(deed, room)| self.plan(*deed, *room)).collect();
        let written = self.write(&steps);
        if let Err(error) = &written {
            log::error!("slot fault: {error}");
        }
        steps.into_iter().map(|step| self.settle(step?, &written)).collect()
    }

    fn plan(&mut self, deed: Deed, room: RoomId) -> Kept<Step> {
        let entry = self.rooms.get(&room).map(|entry| (entry.slot, entry.on_disk));
        Ok(match (deed, entry) {
            (Deed::Give, Some((_, OnDisk::Share))) | (Deed::Wipe, None) => Step::Rests,
            (Deed::Wipe, Some((slot, _))) => Step::Frees(room, slot),
            (Deed::Give, doubtful) => {
                let share = self.held.of(room).map_or_else(Share::random, Ok).map_err(away)?;
                let slot = doubtful.map_or_else(|| self.free_slot(), |(slot, _)| Ok(slot)).map_err(away)?;
                Step::Fills(room, slot, share)
            }
        })
    }

    fn free_slot(&mut self) -> io::Result<Slot> {
        if self.free.is_empty() {
            let file = self.disk.grow()?;
            self.free.extend((0..self.layout.slots()).rev().map(|index| Slot { file, index }));
        }
        self.free.pop().ok_or_else(|| io::ErrorKind::StorageFull.into())
    }

    /// Stale slots first, then the steps; then each file that was touched is synced.
    fn write(&mut self, steps: &[Kept<Step>]) -> io::Result<()> {
        let mut touched = BTreeSet::new();
        for slot in &self.stale {
            self.disk.write(*slot, &FREE)?;
            touched.insert(slot.file);
        }
        for (slot, bytes) in steps.iter().flatten().filter_map(|step| step.bytes(&self.layout)) {
            self.disk.write(slot, &bytes)?;
            touched.insert(slot.file);
        }
        for file in touched {
            self.disk.sync(file)?;
        }
        self.free.append(&mut self.stale);
        Ok(())
    }

    fn settle(&mut self, step: Step, written: &io::Result<()>) -> Kept<()> {
        match (step, written) {
            (Step::Rests, Ok(())) => {}
            (Step::Fills(room, slot, share), Ok(())) => {
                self.rooms.insert(room, Entry { slot, on_disk: OnDisk::Share });
                self.held.keep(room, share);
            }
            (Step::Frees(room, slot), Ok(())) => {
                self.rooms.remove(&room);
                self.held.forget(room);
                self.free.push(slot);
            }
            (Step::Rests, Err(_)) => return Err(ShareError::Away),
            (Step::Fills(room, slot, _) | Step::Frees(room, slot), Err(_)) => {
                match self.rooms.get_mut(&room) {
                    Some(entry) => entry.on_disk = OnDisk::Doubtful,
                    None => self.stale.push(slot),
                }
                return Err(ShareError::Away);
            }
        }
        Ok(())
    }
}

impl Step {
    fn bytes(&self, layout: &Layout) -> Option<(Slot, Zeroizing<[u8; SLOT]>)> {
        match self {
            Self::Rests => None,
            Self::Fills(room, slot, share) => Some((*slot, layout.write(*room, share))),
            Self::Frees(_, slot) => Some((*slot, Zeroizing::new(FREE))),
        }
    }
}

fn away(error: impl std::fmt::Display) -> ShareError {
    log::error!("slot fault: {error}");
    ShareError::Away
}
