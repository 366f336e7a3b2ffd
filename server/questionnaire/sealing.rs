//! Keys of an intake: a random one for each session, which exists in clear only while a request is answered, and what
//! opens it: the key in the student's tab, their return code, or what they gave their counsellor (Q12).
//!
//! AES-256-GCM, with keys by HKDF-SHA-256. What is sealed names its session and its place, and is filled up to coarse
//! sizes, so that neither another row nor a length can stand for an answer; whoever can write the database can still put an
//! older answer back. Keys are overwritten where they lay; words that came in a request are not. It knows no questions.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf::{HKDF_SHA256, Salt},
};
use zeroize::Zeroizing;

use crate::private::{Credential, SealedText};

/// A session's own key.
pub struct DataKey {
    bytes: Zeroizing<[u8; 32]>,
    /// What it seals is of this session and of no other.
    session: u128,
}

/// What a session's own key is sealed under.
pub struct Wrap(Zeroizing<[u8; 32]>);

/// Sealed by another key, for another place, or changed since.
#[derive(Debug, thiserror::Error)]
#[error("something sealed does not open")]
pub struct DoesNotOpen;

/// What a sealed thing is, so that it opens as nothing else.
pub enum Place<'p> {
    /// The answer to this profile question.
    Profile(&'p str),
    /// The title of this node.
    Title(&'p str),
    /// The answer at this node.
    Item(&'p str),
    Step(u128),
}

/// So many bytes, or twice, four times, … as many.
const FILL: usize = 128;

impl DataKey {
    /// Errors when the operating system has no randomness to give.
    pub fn random(session: u128) -> anyhow::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut bytes[..])?;
        Ok(Self { bytes, session })
    }

    pub fn seal(&self, place: &Place<'_>, clear: &[u8]) -> anyhow::Result<SealedText> {
        let size = FILL * clear.len().div_ceil(FILL).next_power_of_two();
        let mut filled = Vec::with_capacity(size);
        filled.extend_from_slice(clear);
        // What is sealed is JSON, after which spaces mean nothing.
        filled.resize(size, b' ');
        seal(&self.bytes, &place.named(self.session), filled)
    }

    pub fn open(&self, place: &Place<'_>, sealed: &SealedText) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        open(&self.bytes, &place.named(self.session), sealed)
    }

    /// As it is kept for whoever has what makes this wrap.
    pub fn wrapped(&self, wrap: &Wrap) -> anyhow::Result<SealedText> {
        seal(&wrap.0, &named(self.session, "key", ""), self.bytes.to_vec())
    }

    pub fn unwrapped(session: u128, wrap: &Wrap, sealed: &SealedText) -> Result<Self, DoesNotOpen> {
        let opened = open(&wrap.0, &named(session, "key", ""), sealed)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if opened.len() != bytes.len() {
            return Err(DoesNotOpen);
        }
        bytes.copy_from_slice(&opened);
        Ok(Self { bytes, session })
    }
}

impl Wrap {
    /// From what has 256 random bits: the key in a tab, or a share. `purpose` keeps the two apart.
    pub fn of(credential: &Credential, purpose: &str) -> anyhow::Result<Self> {
        Self::derived(&Zeroizing::new(credential.expose().into_bytes()), purpose)
    }

    /// From the output of a slow hash.
    pub fn derived(secret: &[u8], purpose: &str) -> anyhow::Result<Self> {
        derive(secret, purpose).map(Self)
    }
}

/// 256 bits for this purpose alone.
pub fn derive(secret: &[u8], purpose: &str) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    let info = [b"quietline intake 1 ".as_slice(), purpose.as_bytes()];
    Salt::new(HKDF_SHA256, &[])
        .extract(secret)
        .expand(&info, HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut bytes[..]))
        .map_err(|_| anyhow::anyhow!("a key could not be derived"))?;
    Ok(bytes)
}

impl Place<'_> {
    fn named(&self, session: u128) -> String {
        match self {
            Self::Profile(question) => named(session, "profile", question),
            Self::Title(node) => named(session, "title", node),
            Self::Item(node) => named(session, "item", node),
            Self::Step(step) => named(session, "step", &format!("{step:032x}")),
        }
    }
}

/// No part but the last can hold a space.
fn named(session: u128, kind: &str, which: &str) -> String {
    format!("{session:032x} {kind} {which}")
}

fn seal(key: &[u8; 32], place: &str, mut clear: Vec<u8>) -> anyhow::Result<SealedText> {
    let failed = |_| anyhow::anyhow!("something could not be sealed");
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce)?;
    let aad = Aad::from(place.as_bytes());
    let tag =
        aead(key).seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, &mut clear).map_err(failed)?;
    let sealed = [nonce.as_slice(), &clear, tag.as_ref()].concat();
    Ok(SealedText::new(BASE64_URL_SAFE_NO_PAD.encode(sealed)))
}

fn open(key: &[u8; 32], place: &str, sealed: &SealedText) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(sealed.expose()).map_err(|_| DoesNotOpen)?;
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(DoesNotOpen)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| DoesNotOpen)?;
    let mut rest = Zeroizing::new(rest.to_vec());
    let length = aead(key).open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest).map_err(|_| DoesNotOpen)?.len();
    rest.truncate(length);
    Ok(rest)
}

fn aead(key: &[u8; 32]) -> LessSafeKey {
    match UnboundKey::new(&AES_256_GCM, key) {
        Ok(key) => LessSafeKey::new(key),
        Err(_) => unreachable!("the key has the length that the cipher takes, by its type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let key = DataKey::random(1).unwrap();
        let sealed = key.seal(&Place::Item("sleep"), b"{\"answer\":\"no\"}").unwrap();
        let opened = key.open(&Place::Item("sleep"), &sealed).unwrap();
        assert_eq!(opened.trim_ascii_end(), b"{\"answer\":\"no\"}");
        assert!(key.open(&Place::Item("eating"), &sealed).is_err(), "another node");
        assert!(key.open(&Place::Title("sleep"), &sealed).is_err(), "another kind");
        let elsewhere = DataKey { bytes: key.bytes.clone(), session: 2 };
        assert!(elsewhere.open(&Place::Item("sleep"), &sealed).is_err(), "another session");
        assert!(DataKey::random(1).unwrap().open(&Place::Item("sleep"), &sealed).is_err(), "another key");
    }

    #[test]
    fn an_answer_is_not_told_by_its_length() {
        let key = DataKey::random(1).unwrap();
        let sealed = |text: &str| key.seal(&Place::Item("a"), text.as_bytes()).unwrap().expose().len();
        assert_eq!(sealed("{\"answer\":\"no\"}"), sealed("{\"answer\":\"later\"}"));
        assert_eq!(sealed(""), sealed(&"x".repeat(FILL)));
        assert!(sealed(&"x".repeat(FILL)) < sealed(&"x".repeat(FILL + 1)));
        assert_eq!(sealed(&"x".repeat(2 * FILL + 1)), sealed(&"x".repeat(4 * FILL)));
    }

    #[test]
    fn a_key_opens_for_whom_it_was_wrapped() {
        let (tab, other) = (Credential::random().unwrap(), Credential::random().unwrap());
        let key = DataKey::random(1).unwrap();
        let kept = key.wrapped(&Wrap::of(&tab, "tab").unwrap()).unwrap();
        let opened = DataKey::unwrapped(1, &Wrap::of(&tab, "tab").unwrap(), &kept).unwrap();
        assert!(*opened.bytes == *key.bytes);
        assert!(DataKey::unwrapped(1, &Wrap::of(&other, "tab").unwrap(), &kept).is_err());
        assert!(DataKey::unwrapped(1, &Wrap::of(&tab, "share").unwrap(), &kept).is_err());
        assert!(DataKey::unwrapped(2, &Wrap::of(&tab, "tab").unwrap(), &kept).is_err());
    }
}
