//! What the slot files stand on: whether overwriting them in place overwrites them on the disk.
//!
//! The numbers are Linux's, from `linux/magic.h` and the file systems' own sources. Elsewhere nothing is known, and
//! nothing said.

use std::path::Path;

macro_rules! keeps_old_blocks {
    ($name:literal) => {
        concat!(
            "the slot files lie on ",
            $name,
            ", which writes anew instead of in place: what was erased may stay on the disk for a while. ",
            "Name a folder on ext4 or XFS with --slots"
        )
    };
}

const KEEP_OLD_BLOCKS: [(u32, &str); 9] = [
    (0x9123_683E, keeps_old_blocks!("Btrfs")),
    (0x2FC1_2FC1, keeps_old_blocks!("ZFS")),
    (0xCA45_1A4E, keeps_old_blocks!("bcachefs")),
    (0xF2F5_2010, keeps_old_blocks!("F2FS")),
    (0x0000_3434, keeps_old_blocks!("NILFS2")),
    (0x2405_1905, keeps_old_blocks!("UBIFS")),
    (0x0000_72B6, keeps_old_blocks!("JFFS2")),
    (0x6175_6673, keeps_old_blocks!("aufs, a layer of a container")),
    (0x794C_7630, keeps_old_blocks!("overlayfs, a layer of a container")),
];

/// A warning, when this folder lies on a file system that keeps the old blocks of what is overwritten.
pub fn copies_on_write(folder: &Path) -> Option<&'static str> {
    // What cannot be asked is not known either.
    let found = rustix::fs::statfs(folder).ok()?;
    // Of different width and sign from machine to machine; the numbers have 32 bits.
    warning_of(found.f_type as u32)
}

fn warning_of(kind: u32) -> Option<&'static str> {
    KEEP_OLD_BLOCKS.iter().find(|(keeps, _)| *keeps == kind).map(|(_, warning)| *warning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_keeps_old_blocks_is_named_and_nobody_else() {
        for (kind, name) in [(0x9123_683E, "Btrfs"), (0x794C_7630, "overlayfs"), (0x2FC1_2FC1, "ZFS")] {
            let warning = warning_of(kind).unwrap();
            assert!(warning.contains(name) && warning.contains("--slots"), "{warning}");
        }
        for (kind, name) in [(0xEF53, "ext4"), (0x5846_5342, "XFS"), (0x0102_1994, "tmpfs")] {
            assert_eq!(warning_of(kind), None, "{name}");
        }
    }

    #[test]
    fn a_folder_is_asked_and_one_that_is_not_there_is_no_warning() {
        assert_eq!(copies_on_write(Path::new("/proc")), None);
        assert_eq!(copies_on_write(Path::new("/proc/not-there")), None);
    }
}
