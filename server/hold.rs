//! One server for each database: a second one that is started on it by mistake refuses.
//!
//! A lock on a file beside the database, which the kernel lets go of however the process ends. Verbs that only write to
//! the database need no hold: they work beside a running server.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// Held for as long as it lives.
pub struct Hold {
    _file: File,
}

/// Whether somebody else serves this database.
pub enum Asked {
    Ours(Hold),
    Theirs,
}

/// Takes hold of the database, whose folder must exist.
///
/// # Errors
/// When the lock's file cannot be made.
pub fn ask(database: &Path) -> Result<Asked> {
    let path = beside(database);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file =
        file.with_context(|| format!("{} cannot be written: name a folder that can with --data", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Asked::Ours(Hold { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(Asked::Theirs),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked: a local disk is needed", path.display()))
        }
    }
}

/// As [`ask`], for whoever cannot go on without.
///
/// # Errors
/// When another server runs on this database.
pub fn take(database: &Path) -> Result<Hold> {
    match ask(database)? {
        Asked::Ours(hold) => Ok(hold),
        Asked::Theirs => {
            bail!("another Quietline serves {}: stop that one first, or name another --data", database.display())
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
