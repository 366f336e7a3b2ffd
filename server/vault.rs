//! The vault: the folder that `--slots` names, with what must be in no backup.
//!
//! It is made for this user alone. A file appears in it whole or not at all, and once it is there its name is as durable
//! as what it says. Nothing here knows what that is.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use zeroize::Zeroizing;

use crate::private::Credential;

/// Makes the folder when it is not there.
///
/// # Errors
/// One sentence, when it cannot be made.
pub fn make(folder: &Path) -> Result<()> {
    let made = || {
        if folder.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let outer = folder.parent().filter(|outer| !outer.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_names(outer)
    };
    made().map_err(|error: io::Error| {
        anyhow!("the folder {} cannot be made ({error}): name one that can with --slots", folder.display())
    })
}

/// What the key file of this name says, and where it lies. Makes folder and file when they are not there.
///
/// # Errors
/// One sentence, when either cannot be used.
pub fn read_or_make(
    folder: &Path,
    name: &str,
    key: impl FnOnce() -> Result<Zeroizing<Vec<u8>>>,
) -> Result<(PathBuf, Zeroizing<Vec<u8>>)> {
    make(folder)?;
    let path = folder.join(name);
    if !path.try_exists().with_context(|| unusable(&path))? {
        place(&path, &key()?).with_context(|| unusable(&path))?;
    }
    let held = fs::read(&path).with_context(|| unusable(&path))?;
    Ok((path, Zeroizing::new(held)))
}

/// Written whole under a name of its own and then linked: of two processes the first wins, and neither sees half a file.
pub fn place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = draft_beside(path)?;
    let linked = write(&draft, bytes).and_then(|()| fs::hard_link(&draft, path));
    // A draft that stays behind is a file that nothing uses.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        // The name must be as durable as what is made with the file.
        _ => sync_names(path.parent().unwrap_or(Path::new("."))),
    }
}

/// Makes durable which names are in this folder.
pub fn sync_names(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub fn unusable(path: &Path) -> String {
    format!("{} cannot be used: let this user read and write its folder, or name another with --slots", path.display())
}

fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    let mut name = OsString::from(path);
    name.push(format!(".{}", Credential::random()?.expose()));
    Ok(name.into())
}

fn write(draft: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(bytes)?;
    file.sync_all()
}
