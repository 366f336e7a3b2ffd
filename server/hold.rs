//! One server for each SQLite file and each folder of slots: a second one that is started on it by mistake refuses.
//!
//! A lock on a file, which the kernel lets go of however the process ends. It knows nothing of what it is held for but
//! the name, and the setting by which another can be named.

use std::{
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// How often, and for how long between, a server asks for a hold that a verb may have for a moment.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Held for as long as it lives.
pub struct Hold {
    _file: File,
}

/// What one server has to itself.
pub struct Subject<'a> {
    pub path: &'a Path,
    pub lock: PathBuf,
    /// The flag that names another one.
    pub flag: &'static str,
}

/// One sentence: who has it, or why nobody can.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HoldError(String);

/// # Errors
/// When another server has it, or the lock cannot be written.
pub async fn take(subject: &Subject<'_>) -> Result<Hold, HoldError> {
    for _ in 0..TRIES {
        if let Some(hold) = ask(subject)? {
            return Ok(hold);
        }
        tokio::time::sleep(PAUSE).await;
    }
    let Subject { path, flag, .. } = subject;
    Err(HoldError(format!("another Quietline serves {}: stop that one first, or name another {flag}", path.display())))
}

/// The hold, unless somebody else has it.
///
/// # Errors
/// When files in that folder cannot be written or locked.
pub fn ask(Subject { lock, flag, .. }: &Subject<'_>) -> Result<Option<Hold>, HoldError> {
    let cannot = |what: &str, error| HoldError(format!("{} cannot be {what} ({error})", lock.display()));
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(lock);
    let file = file.map_err(|error| cannot(&format!("written: name a folder that can with {flag}"), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Hold { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(cannot("locked: a local disk is needed", error)),
    }
}
