//! What a slot file says: a block of header, then slots of 64 bytes, each for one room.
//!
//! ```text
//! header  0 magic (16)   16 version (4)   20 file's number (4)   24 installation (16)   zeros to 4,096
//! slot    0 room (16)    16 share (32)    48 check (16): SHA-256 over installation ‖ room ‖ share
//! ```
//!
//! Numbers are big-endian; a slot of zeros is free. Bytes alone: no file is opened here.

use quietline_domain::RoomId;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::private::Share;

/// One block of every file system, so that no slot is written together with it.
pub const HEADER: usize = 4_096;

/// A part of a sector: a disk writes all of it or nothing. Whatever does not is found by the check.
pub const SLOT: usize = 64;

/// A slot without a room.
pub const FREE: [u8; SLOT] = [0; SLOT];

const MAGIC: &[u8; 16] = b"quietline slots\0";
const VERSION: u32 = 1;
const SLOTS: usize = 4_096;

/// Whose files they are, and how many slots each has.
#[derive(Clone)]
pub struct Layout {
    installation: Uuid,
    slots: usize,
}

/// What is in a slot.
pub enum Found {
    Nothing,
    /// Half a write: its room was never told.
    Torn,
    Room(RoomId, Share),
}

/// Why a file is not the one that it should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    NoSlotFile,
    Version(u32),
    Foreign,
    Number(u32),
    Size,
    Header,
}

impl Layout {
    pub fn of(installation: Uuid) -> Self {
        Self { installation, slots: SLOTS }
    }

    #[cfg(test)]
    pub fn small(installation: Uuid, slots: usize) -> Self {
        Self { installation, slots }
    }

    pub fn slots(&self) -> usize {
        self.slots
    }

    /// How long a file is, always.
    pub fn size(&self) -> usize {
        HEADER + self.slots * SLOT
    }

    pub fn offset(index: usize) -> u64 {
        (HEADER + index * SLOT) as u64
    }

    /// A whole file without rooms.
    pub fn blank(&self, number: u32) -> Vec<u8> {
        let fields = [MAGIC.as_slice(), &VERSION.to_be_bytes(), &number.to_be_bytes(), self.installation.as_bytes()];
        let mut file = fields.concat();
        file.resize(self.size(), 0);
        file
    }

    /// Whether these bytes are the file of this number. Whose it is can be told of every version.
    pub fn judge(&self, number: u32, file: &[u8]) -> Result<(), Wrong> {
        if field::<16>(file, 0)? != *MAGIC {
            return Err(Wrong::NoSlotFile);
        }
        let [version, found] = [u32::from_be_bytes(field(file, 16)?), u32::from_be_bytes(field(file, 20)?)];
        if field::<16>(file, 24)? != *self.installation.as_bytes() {
            Err(Wrong::Foreign)
        } else if version != VERSION {
            Err(Wrong::Version(version))
        } else if found != number {
            Err(Wrong::Number(found))
        } else if file.len() != self.size() {
            Err(Wrong::Size)
        } else if file[40..HEADER].iter().any(|byte| *byte != 0) {
            Err(Wrong::Header)
        } else {
            Ok(())
        }
    }

    /// The slots of a file that was judged right.
    pub fn found<'f>(&self, file: &'f [u8]) -> impl Iterator<Item = Found> + use<'_, 'f> {
        file.get(HEADER..).unwrap_or_default().as_chunks::<SLOT>().0.iter().map(|slot| self.read(slot))
    }

    pub fn write(&self, room: RoomId, share: &Share) -> Zeroizing<[u8; SLOT]> {
        let mut slot = Zeroizing::new(FREE);
        slot[..16].copy_from_slice(&room.0.to_be_bytes());
        slot[16..48].copy_from_slice(share.bytes());
        let check = self.check(&slot);
        slot[48..].copy_from_slice(&check);
        slot
    }

    fn read(&self, slot: &[u8; SLOT]) -> Found {
        if *slot == FREE {
            return Found::Nothing;
        }
        match (slot.first_chunk::<16>(), slot[16..].first_chunk::<32>()) {
            (Some(room), Some(share)) if slot[48..] == self.check(slot) => {
                Found::Room(RoomId(u128::from_be_bytes(*room)), Share::stored(share))
            }
            _ => Found::Torn,
        }
    }

    fn check(&self, slot: &[u8; SLOT]) -> [u8; 16] {
        let digest = Sha256::new().chain_update(self.installation).chain_update(&slot[..48]).finalize();
        let mut check = [0; 16];
        check.copy_from_slice(&digest[..16]);
        check
    }
}

fn field<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N], Wrong> {
    file.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(Wrong::Size)
}
