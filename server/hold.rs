//! One server for each database: a second one that is started on it by mistake refuses.
//!
//! A lock on a file beside the database, which the kernel lets go of however the process ends. Verbs that only write to
//! the database need no hold: they work beside a running server.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::store::sqlite::{Sqlite, make_folder};

/// How often, and for how long between, a server asks for a hold that a verb may have for a moment.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Held for as long as it lives.
pub struct Hold {
    _file: File,
}

/// Whether somebody else serves this database.
pub enum Asked {
    Ours(Hold),
    Theirs,
}

/// Opens the database for a verb: under a running server as it is, otherwise brought up to date.
///
/// # Errors
/// When it cannot be opened, or is served by another version.
pub async fn open(database: &Path) -> Result<(Sqlite, Asked)> {
    make_folder(database)?;
    let asked = ask(database)?;
    let store = match asked {
        Asked::Ours(_) => Sqlite::open(database).await?,
        Asked::Theirs => Sqlite::beside(database).await?,
    };
    Ok((store, asked))
}

fn ask(database: &Path) -> Result<Asked> {
    let path = beside(database);
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
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

/// Takes hold of the database before it is opened, so that a newer version started by mistake does not update it under a
/// running server. Makes its folder.
///
/// # Errors
/// When another server runs on this database.
pub async fn take(database: &Path) -> Result<Hold> {
    make_folder(database)?;
    for _ in 0..TRIES {
        if let Asked::Ours(hold) = ask(database)? {
            return Ok(hold);
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("another Quietline serves {}: stop that one first, or name another --data", database.display())
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
