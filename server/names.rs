//! When two nicknames are the same, and when one poses as a guest's.
//!
//! Nicknames are compared by two forms, of which only keyed digests leave this file; the key is a file in the folder of
//! slots, never in the database. Nothing here knows who has a nickname, or whether it is free.

use std::path::Path;

use anyhow::{Result, anyhow};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use unicase::UniCase;
use unicode_security::confusable_detection::skeleton;
use zeroize::Zeroizing;

use crate::{
    private::{Digested, Forms, Nickname},
    vault,
};

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
        let (path, held) = vault::read_or_make(folder, KEY_FILE, random_key)?;
        let bytes: [u8; KEY_BYTES] = held.as_slice().try_into().map_err(|_| {
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

fn random_key() -> Result<Zeroizing<Vec<u8>>> {
    let mut key = Zeroizing::new(vec![0; KEY_BYTES]);
    getrandom::fill(&mut key)?;
    Ok(key)
}

#[cfg(test)]
#[path = "names_stories.rs"]
mod stories;
