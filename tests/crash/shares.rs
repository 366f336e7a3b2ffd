//! Shares of rooms as people are shown them, and whether anything of one that was wiped is left in any file.
//!
//! It knows nothing of the form of slots: whatever lies in the folder is looked through, byte by byte.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use uuid::Uuid;

/// So many bytes in a row are no accident.
const WINDOW: usize = 8;

/// As the wire has it.
pub fn of(share: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(share.as_str().expect("a share")).expect("base64url")
}

/// The first file in which there is a part of one of these, and of which room.
pub fn left_in(folder: &Path, wiped: &[(Uuid, Vec<u8>)]) -> Option<(PathBuf, Uuid)> {
    let looked_for = Windows::of(wiped);
    files(folder).into_iter().find_map(|path| {
        let room = looked_for.first_in(&fs::read(&path).expect("reads"))?;
        Some((path, room))
    })
}

struct Windows {
    rooms: HashMap<[u8; WINDOW], Uuid>,
    /// Which first two bytes any of them has, so that nearly every place in a file is passed by at once.
    beginnings: Vec<bool>,
}

impl Windows {
    fn of(wiped: &[(Uuid, Vec<u8>)]) -> Self {
        let (mut rooms, mut beginnings) = (HashMap::new(), vec![false; 1 << 16]);
        for (room, share) in wiped {
            for window in share.windows(WINDOW) {
                beginnings[beginning(window)] = true;
                rooms.insert(window.try_into().expect("as long"), *room);
            }
        }
        Self { rooms, beginnings }
    }

    fn first_in(&self, bytes: &[u8]) -> Option<Uuid> {
        let windows = bytes.windows(WINDOW).filter(|window| self.beginnings[beginning(window)]);
        windows.filter_map(|window| self.rooms.get(window)).next().copied()
    }
}

fn beginning(window: &[u8]) -> usize {
    usize::from(window[0]) << 8 | usize::from(window[1])
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bytes_of_a_share_are_found_wherever_they_lie() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("slots");
        fs::create_dir(&below).expect("a folder");
        let share: Vec<u8> = (100..132).collect();
        let wiped = [(Uuid::from_u128(7), share.clone())];
        let file = below.join("rooms-0001.slots");
        fs::write(&file, [&[0; 77], &share[20..27], &[0; 50]].concat()).expect("writes");
        assert_eq!(left_in(folder.path(), &wiped), None, "seven bytes");
        fs::write(&file, [&[0; 77], &share[20..28], &[0; 50]].concat()).expect("writes");
        assert_eq!(left_in(folder.path(), &wiped), Some((file, Uuid::from_u128(7))));
    }
}
