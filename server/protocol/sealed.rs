//! What pages seal for each other and hand to each other: envelopes, offers and answers, none of which the server reads.
//!
//! It holds sizes and nothing else. Which key opens what is in PROTOCOL.md, and in the pages.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
#[cfg(test)]
use ts_rs::TS;

use crate::private::SealedText;

/// The one suite there is: AES-256-GCM under keys of HKDF-SHA-256, handed over by ECDH on P-256.
const SUITE: u8 = 1;

/// An initialisation vector and a tag.
const AROUND: usize = 12 + 16;

/// A sealed text has 256·2^n bytes, for n up to this.
const DOUBLINGS: u32 = 6;

/// A text that only the two pages of a room can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    pub suite: u8,
    /// Which of the room's secrets it is sealed with.
    pub key_epoch: u32,
    /// base64url: 12 bytes, then the ciphertext of 256·2^n bytes, then 16.
    pub sealed: SealedText,
}

impl Envelope {
    /// Whether it is of the suite and of one of the sizes that this version knows.
    pub fn is_well_formed(&self) -> bool {
        let sealed = self.sealed.expose();
        let is_encoded = || sealed.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        self.suite == SUITE && (0..=DOUBLINGS).any(|n| sealed.len() == encoded(AROUND + (256 << n))) && is_encoded()
    }

    /// As the store keeps it.
    pub fn to_text(&self) -> String {
        format!("{}.{}.{}", self.suite, self.key_epoch, self.sealed.expose())
    }

    /// `None` for anything that `to_text` has not made.
    pub fn from_text(text: &str) -> Option<Self> {
        let (suite, rest) = text.split_once('.')?;
        let (key_epoch, sealed) = rest.split_once('.')?;
        let sealed = SealedText::new(sealed.to_owned());
        Some(Self { suite: suite.parse().ok()?, key_epoch: key_epoch.parse().ok()?, sealed })
    }
}

/// How many characters of base64url so many bytes are.
const fn encoded(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// So many bytes, in base64url on the wire. What it holds is handed on and not looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fixed<const N: usize>([u8; N]);

/// A point on P-256, uncompressed.
pub type PublicKey = Fixed<65>;

impl<const N: usize> Fixed<N> {
    pub const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    pub fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// `None` unless so many bytes in base64url.
    pub fn from_text(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl<const N: usize> fmt::Debug for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fixed(…)")
    }
}

impl<const N: usize> Serialize for Fixed<N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_text())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Fixed<N> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::from_text(&text).ok_or_else(|| de::Error::custom("not so many bytes of base64url"))
    }
}

/// A counsellor's page asks for a secret: to whom it is to be wrapped, and why that one may be believed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct KeyOffer {
    /// Made for this one hand-over.
    #[cfg_attr(test, ts(type = "string"))]
    pub public: PublicKey,
    /// The counsellor's own, and the staff key's signature of it.
    #[cfg_attr(test, ts(type = "string"))]
    pub identity: PublicKey,
    #[cfg_attr(test, ts(type = "string"))]
    pub certificate: Fixed<64>,
    /// To a number that is shown later.
    #[cfg_attr(test, ts(type = "string"))]
    pub commitment: Fixed<32>,
    /// By the counsellor's own key, of all this.
    #[cfg_attr(test, ts(type = "string"))]
    pub signature: Fixed<64>,
}

/// The student's page answers: one or more secrets, wrapped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct KeyAnswer {
    #[cfg_attr(test, ts(type = "string"))]
    pub public: PublicKey,
    #[cfg_attr(test, ts(type = "string"))]
    pub nonce: Fixed<32>,
    pub wrapped: SealedText,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_has_one_suite_and_seven_sizes() {
        let envelope = |suite, bytes| {
            let sealed = SealedText::new(BASE64_URL_SAFE_NO_PAD.encode(vec![7; bytes]));
            Envelope { suite, key_epoch: 1, sealed }
        };
        for size in [256, 512, 1_024, 2_048, 4_096, 8_192, 16_384] {
            assert!(envelope(1, 28 + size).is_well_formed(), "{size}");
            assert!(!envelope(1, 27 + size).is_well_formed() && !envelope(1, 29 + size).is_well_formed(), "{size}");
        }
        assert!(!envelope(0, 284).is_well_formed() && !envelope(2, 284).is_well_formed(), "another suite");
        assert!(!envelope(1, 28 + 128).is_well_formed() && !envelope(1, 28 + 32_768).is_well_formed());
        let plain = Envelope { sealed: SealedText::new("I feel bad.".repeat(40)[..379].to_owned()), ..envelope(1, 0) };
        assert!(!plain.is_well_formed(), "not base64url, of the right length");
    }

    #[test]
    fn what_the_store_keeps_of_an_envelope_is_the_envelope() {
        let envelope = Envelope { suite: 1, key_epoch: 4, sealed: SealedText::new("abc".to_owned()) };
        assert!(Envelope::from_text(&envelope.to_text()) == Some(envelope));
        for text in ["", "1", "1.4", "one.4.abc", "1.four.abc"] {
            assert!(Envelope::from_text(text).is_none(), "{text}");
        }
    }
}
