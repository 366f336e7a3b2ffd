//! The installation's staff key: it certifies counsellors' own keys, so that a student's page hands its secret to nobody
//! else.
//!
//! ECDSA on P-256 with SHA-256. It lies with the slots, in no backup; a new one certifies everybody anew. Who is signed
//! in, and as whom, is not known here.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};

use crate::{
    private::Nickname,
    protocol::{Fixed, PublicKey},
    vault,
};

const KEY_FILE: &str = "staff.key";

/// What is certified begins with this.
const LABEL: &[u8] = b"quietline 1 staff\0";

pub struct StaffKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
    random: SystemRandom,
}

impl StaffKey {
    /// Reads the key in this folder. Makes both when they are not there and no rooms are open: a page keeps to the key
    /// that it saw first, and would refuse every counsellor.
    ///
    /// # Errors
    /// One sentence, when the folder cannot be used, the file is no such key, or open rooms need one that is missing.
    pub fn open(folder: &Path, open_rooms: usize) -> Result<Self> {
        let random = SystemRandom::new();
        let file = folder.join(KEY_FILE);
        if open_rooms > 0 && !file.try_exists().with_context(|| vault::unusable(&file))? {
            bail!(
                "{} is missing, and the pages of {open_rooms} open rooms would trust no counsellor with another: put it \
                 back, or start once with --forget-rooms, which erases those rooms",
                file.display()
            );
        }
        let (path, stored) = vault::read_or_make(folder, KEY_FILE, || {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
            Ok(made.map_err(|_| anyhow!("the system gives no random numbers"))?.as_ref().to_vec().into())
        })?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &stored, &random).map_err(|_| {
            anyhow!(
                "{} is no staff key: put the right file back; or remove it and start once with --forget-rooms, which \
                 erases every open room, because their pages would trust no counsellor with a new one",
                path.display()
            )
        })?;
        let public = pair.public_key().as_ref().try_into().context("a staff key of another curve")?;
        Ok(Self { pair, public: Fixed::new(public), random })
    }

    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs that this is the key of the counsellor who is called so.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn certify(&self, identity: &PublicKey, nickname: &Nickname) -> Result<Fixed<64>> {
        let certified = [LABEL, identity.bytes(), nickname.expose().as_bytes()].concat();
        let signed = self.pair.sign(&self.random, &certified).map_err(|_| anyhow!("no random numbers"))?;
        Ok(Fixed::new(signed.as_ref().try_into()?))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_certificate_is_good_for_one_key_and_one_nickname_and_through_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = StaffKey::open(folder.path(), 0).expect("a key");
        let (identity, asha) = (Fixed::new([4; 65]), Nickname::stored("Asha".to_owned()));
        let certificate = key.certify(&identity, &asha).expect("a signature");
        let again = StaffKey::open(folder.path(), 0).expect("the same key");
        assert!(again.public() == key.public());
        let staff = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, again.public().bytes().to_vec());
        let certified = |identity: &[u8], nickname: &str| [LABEL, identity, nickname.as_bytes()].concat();
        assert!(staff.verify(&certified(&[4; 65], "Asha"), certificate.bytes()).is_ok());
        assert!(staff.verify(&certified(&[4; 65], "Ben"), certificate.bytes()).is_err());
        assert!(staff.verify(&certified(&[5; 65], "Asha"), certificate.bytes()).is_err());
    }

    #[test]
    fn a_file_that_is_no_key_is_said_to_be_none() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(KEY_FILE), "no key").expect("a file");
        let refused = StaffKey::open(folder.path(), 0).err().expect("refused").to_string();
        assert!(refused.contains("is no staff key") && refused.contains("remove it"), "{refused}");
    }
}
