//! One server for each SQLite file: a second one that is started on it by mistake refuses.
//!
//! A lock on a file beside the database, which the kernel lets go of however the process ends. It knows nothing of what
//! is in the database.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Kept, StoreError};

/// How often, and for how long between, a server asks for a hold that a verb may have for a moment.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Held for as long as it lives.
pub struct Hold {
    _file: File,
}

/// # Errors
/// [`StoreError::Unusable`] with a sentence when another server runs on this file.
pub async fn take(database: &Path) -> Kept<Hold> {
    for _ in 0..TRIES {
        if let Some(hold) = ask(database)? {
            return Ok(hold);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(StoreError::Unusable(format!(
        "another Quietline serves {}: stop that one first, or name another --data",
        database.display()
    )))
}

/// The hold, unless somebody else has it.
///
/// # Errors
/// [`StoreError::Unusable`] with a sentence when files in that folder cannot be written or locked.
pub fn ask(database: &Path) -> Kept<Option<Hold>> {
    let path = beside(database);
    let cannot = |error, remedy| StoreError::Unusable(format!("{} {remedy} ({error})", path.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let file = file.map_err(|error| cannot(error, "cannot be written: name a folder that can with --data"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Hold { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(cannot(error, "cannot be locked: a local disk is needed")),
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
