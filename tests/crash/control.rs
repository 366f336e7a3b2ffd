//! What a test tells the failing disk of shim.c, and what the disk says: numbers in a file that both have open.
//!
//! The numbers and their order are those of `enum slot` there. It knows neither the portal nor its data.

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::Path,
};

#[derive(Clone, Copy)]
pub enum Slot {
    /// Writes, truncations and syncs so far.
    Calls,
    Syncs,
    /// Calls that were let fail.
    Failed,
    /// 1 once the kill or the power cut has begun.
    Cut,
    /// The call at which it comes; 0 for never.
    CutAt,
    /// 0: killed; 1: the power goes. Set before the portal starts.
    CutHow,
    /// How many microseconds that call hangs before it, while other threads go on.
    CutPause,
    /// Which of the unsynced writes survive.
    CutSeed,
    /// The call from which calls fail; 0 for none.
    FailFrom,
    FailWith,
    /// 1: writes and truncations, 2: syncs, 3: both.
    FailWhich,
    /// How many microseconds every sync takes longer.
    SyncDelay,
}

const SLOTS: u64 = 12;

pub struct Control(File);

impl Control {
    /// A new one: nothing counted, nothing asked.
    pub fn new(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(path);
        let file = file.expect("a control file");
        file.set_len(SLOTS * 8).expect("room for every slot");
        Self(file)
    }

    pub fn get(&self, slot: Slot) -> u64 {
        let mut bytes = [0; 8];
        self.0.read_exact_at(&mut bytes, slot as u64 * 8).expect("reads the control file");
        u64::from_ne_bytes(bytes)
    }

    pub fn set(&self, slot: Slot, value: u64) {
        self.0.write_all_at(&value.to_ne_bytes(), slot as u64 * 8).expect("writes the control file");
    }

    /// The so many-th call from now ends the process.
    pub fn cut_after(&self, calls: u64) {
        self.set(Slot::CutAt, self.get(Slot::Calls) + calls.max(1));
    }

    /// From the next call on, these calls fail with this error.
    pub fn fail(&self, which: Fails, with: Errno) {
        self.set(Slot::FailWith, with as u64);
        self.set(Slot::FailWhich, which as u64);
        self.set(Slot::FailFrom, self.get(Slot::Calls) + 1);
    }

    pub fn work_again(&self) {
        self.set(Slot::FailFrom, 0);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fails {
    Writes = 1,
    Syncs = 2,
    Everything = 3,
}

/// As Linux numbers them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errno {
    InputOutput = 5,
    NoSpace = 28,
    ReadOnly = 30,
}
