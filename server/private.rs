//! Privacy as types: what people say, what opens a room, and what they are called.
//!
//! None of these can be printed or logged: no `Display`, and `Debug` shows the type's name alone.
//! They know nothing of where they are stored; only the wire and the store take them apart.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest, Sha256};

/// The inside of a line's envelope.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct SealedText(String);

/// What someone is called in the room.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct Nickname(String);

/// 256 random bits that open something: a student's room, a staff session, the first account.
/// Only its digest is kept.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Credential([u8; 32]);

/// What the store keeps of a [`Credential`]: enough to recognise it, not enough to use it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digested([u8; 32]);

macro_rules! unprintable {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
unprintable!(SealedText, Nickname, Credential, Digested);

impl SealedText {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the store and the wire alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Nickname {
    /// The longest nickname, in characters (U4).
    pub const CHARS: usize = 50;

    /// Trims; `None` unless 1 to 50 characters remain and none of them is a control character.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=Self::CHARS).contains(&text.chars().count());
        (fits && !text.chars().any(char::is_control)).then(|| Self(text.to_owned()))
    }

    /// What the store gave back.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// For the store and the wire alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Credential {
    /// 256 bits from the operating system. Errors when it has none to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// `None` unless 43 characters of base64url.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// For the one who is to hold it.
    pub fn expose(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn digest(&self) -> Digested {
        Digested(Sha256::digest(self.0).into())
    }
}

impl Digested {
    /// As the store keeps it.
    pub fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not 43 characters of base64url"))
    }
}
