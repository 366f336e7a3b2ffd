//! When two nicknames are the same, and when one poses as a guest's.
//!
//! Nicknames are compared by two forms, of which only keyed digests leave this file; the key is a file in the folder of
//! slots, never in the database. Nothing here knows who has a nickname, or whether it is free.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicase::UniCase;
use unicode_security::confusable_detection::skeleton;

use crate::private::{Credential, Digested, Forms, Nickname};

/// Turns nicknames into what the store may keep of them.
pub struct Names {
    /// One block of SHA-256, so that HMAC takes it as it is: the key, and the zeros that HMAC itself would add.
    key: [u8; 64],
}

const KEY_FILE: &str = "names.key";
const KEY_BYTES: usize = 32;

impl Names {
    /// Reads the key in this folder. Makes both when they are not there.
    ///
    /// # Errors
    /// One sentence, when the folder cannot be written or the key is not one.
    pub fn open(folder: &Path) -> Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| {
            anyhow!("the folder {} cannot be made ({error}): name one that can with --slots", folder.display())
        })?;
        let path = folder.join(KEY_FILE);
        if !path.try_exists().with_context(|| unusable(&path))? {
            place_key(folder, &path).with_context(|| unusable(&path))?;
        }
        let held = fs::read(&path).with_context(|| unusable(&path))?;
        let bytes: [u8; KEY_BYTES] = held.try_into().map_err(|held: Vec<u8>| {
            let (path, found) = (path.display(), held.len());
            anyhow!(
                "{path} has {found} bytes instead of {KEY_BYTES}, so it is no key for nicknames: put the right file back, or name another folder with --slots"
            )
        })?;
        let mut key = [0; 64];
        key[..KEY_BYTES].copy_from_slice(&bytes);
        Ok(Self { key })
    }

    pub fn forms(&self, nickname: &Nickname) -> Forms {
        let name = nickname.expose();
        Forms {
            folded_first: self.digest("folded", &folded_first(name)),
            skeleton_first: self.digest("skeleton", &skeleton_first(name)),
        }
    }

    fn digest(&self, label: &str, form: &str) -> Digested {
        let mut digest = Hmac::<Sha256>::new(&self.key.into());
        digest.update(label.as_bytes());
        // No label contains it, so no label and form can be read as another pair.
        digest.update(&[0]);
        digest.update(form.as_bytes());
        Digested::keyed(digest.finalize().into_bytes().into())
    }
}

/// Whether a nickname begins like a guest's, or could be read as if it did (U-T3).
pub fn is_like_a_guest(nickname: &Nickname, prefix: &str) -> bool {
    let name = nickname.expose();
    folded_first(name).starts_with(&folded_first(prefix)) || skeleton_first(name).starts_with(&skeleton_first(prefix))
}

fn folded_first(name: &str) -> String {
    skeleton(&folded(&spaced(name))).collect()
}

/// The skeleton once more at the end, because folding may bring out a letter that has one: `МАRA` with Cyrillic letters
/// folds to `mara`, and `m` looks like `rn`. It only adds matches to those of U4.
fn skeleton_first(name: &str) -> String {
    let bones: String = skeleton(&spaced(name)).collect();
    skeleton(&folded(&bones)).collect()
}

/// Full folding (ß is ss, final sigma is sigma), which lower case is not.
fn folded(text: &str) -> String {
    UniCase::new(text).to_folded_case()
}

/// Every run of white space is one space.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Written whole under a name of its own and then linked: of two processes the first wins, and neither sees half a key.
fn place_key(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; KEY_BYTES];
    getrandom::fill(&mut key)?;
    let draft = draft_beside(path)?;
    let linked = write_key(&draft, &key).and_then(|()| fs::hard_link(&draft, path));
    // A draft that stays behind is a key that nothing uses.
    let _ = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        // The name must be as durable as what is digested with the key.
        _ => File::open(folder)?.sync_all(),
    }
}

fn draft_beside(path: &Path) -> io::Result<PathBuf> {
    let own = Credential::random()?.expose();
    Ok(path.with_extension(format!("key.{own}")))
}

fn write_key(draft: &Path, key: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(key)?;
    file.sync_all()
}

fn unusable(path: &Path) -> String {
    format!("{} cannot be used: let this user read and write its folder, or name another with --slots", path.display())
}

#[cfg(test)]
#[path = "names_stories.rs"]
mod stories;
