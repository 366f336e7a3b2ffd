//! Privacy as types: what people say, what opens a room and its lines, and what they are called.
//!
//! None of these can be printed or logged: no `Display`, and `Debug` shows the type's name alone.
//! They know nothing of where they are stored; only the wire and the store take them apart.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use unicode_properties::{GeneralCategory as Category, GeneralCategoryGroup as Group, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroizing;

/// The inside of a line's envelope. Any text but one with a NUL, which Postgres cannot keep.
#[derive(Clone, PartialEq, Eq, Serialize)]
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

/// What somebody with an account knows. Only a hash of it is kept; overwritten where it lies when it is dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Password(Zeroizing<String>);

/// What the store keeps of a [`Credential`]: enough to recognise it, not enough to use it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digested([u8; 32]);

/// Keyed digests of the two forms by which nicknames are compared (U4). Equal in either, two nicknames are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Forms {
    /// Case folding, then the confusable skeleton.
    pub folded_first: Digested,
    /// The confusable skeleton, then case folding.
    pub skeleton_first: Digested,
}

/// The server's half of a room's key: 256 random bits without which none of its lines can be opened. Overwritten where it
/// lies when it is dropped; boxed, so that it lies in one place however often it is handed on.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Share(Box<Zeroizing<[u8; 32]>>);

macro_rules! unprintable {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
unprintable!(SealedText, Nickname, Credential, Password, Share, Digested, Forms);

impl SealedText {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For the store and the wire alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for SealedText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.contains('\0') { Err(de::Error::custom("a NUL")) } else { Ok(Self(text)) }
    }
}

impl Nickname {
    /// The longest nickname, in characters (U4).
    pub const CHARS: usize = 50;

    /// The longest nickname in bytes: a character may carry any number of marks.
    pub const BYTES: usize = 400;

    /// Trims; `None` unless 1 to 50 characters, as a person counts them, remain that all show what they are.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = text.len() <= Self::BYTES && text.graphemes(true).count() <= Self::CHARS;
        let is_seen = text.chars().any(is_visible_base) && !text.chars().any(is_hidden);
        (fits && is_seen).then(|| Self(text.to_owned()))
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

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Password {
    /// For hashing alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Digested {
    /// A digest that was made with a key, as [`Forms`] are.
    pub fn keyed(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// As the store keeps it.
    pub fn to_text(self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl Share {
    /// 256 bits from the operating system. Errors when it has none to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut share = Self(Box::default());
        getrandom::fill(&mut share.0[..])?;
        Ok(share)
    }

    /// What a slot holds; its bytes are copied to where they stay.
    pub fn stored(bytes: &[u8; 32]) -> Self {
        let mut share = Self(Box::default());
        share.0.copy_from_slice(bytes);
        share
    }

    /// For the slot alone.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// For the two who talk in the room.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(self.bytes()))
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for Credential {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not 43 characters of base64url"))
    }
}

/// For what comes from a link: what is no credential opens nothing, as one that nobody has.
pub fn perhaps<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Credential>, D::Error> {
    String::deserialize(from).map(|text| Credential::parse(&text))
}

/// Something to see by itself; marks and spaces alone make no name.
fn is_visible_base(c: char) -> bool {
    !matches!(c.general_category_group(), Group::Mark | Group::Separator | Group::Other) && !is_filler(c)
}

/// What turns, hides or splits the text around it, or shows nothing, or differently on every device.
fn is_hidden(c: char) -> bool {
    let category = c.general_category();
    c.general_category_group() == Group::Other
        || matches!(category, Category::LineSeparator | Category::ParagraphSeparator)
        || is_filler(c)
}

/// Letters, marks and symbols that show nothing. Variation selector 16 is not here: it makes emoji of symbols.
fn is_filler(c: char) -> bool {
    matches!(c, '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0E}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_goes_over_the_wire_and_into_no_log() {
        let share = Share::stored(&[0xFB; 32]);
        assert_eq!(serde_json::to_string(&share).unwrap(), "\"-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s\"");
        assert_eq!(*share.expose(), "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert_eq!(format!("{share:?}"), "Share(…)");
        assert!(Share::random().unwrap() != Share::random().unwrap());
    }

    // U4
    #[test]
    fn a_nickname_is_one_to_fifty_characters_that_can_be_seen() {
        let fifty = ["e\u{301}".repeat(50), "अ".repeat(50), "👍🏽".repeat(50)];
        for name in [
            "Mara",
            "  Mara ",
            "م",
            "مريم",
            "प्रिया",
            "हिन्दी",
            "Ні",
            "李雷",
            "🙂",
            "❤\u{FE0F}",
            "1\u{FE0F}\u{20E3}",
            "Zoë",
            "Zoe\u{308}",
            "O'Neill 7",
            "a b",
        ] {
            assert!(Nickname::parse(name).is_some_and(|parsed| parsed.expose() == name.trim()), "{name:?}");
        }
        for name in fifty.iter().filter(|name| name.len() <= Nickname::BYTES) {
            assert!(Nickname::parse(name).is_some(), "{name:?}");
            assert!(Nickname::parse(&format!("{name}a")).is_none(), "{name:?} and one more");
        }
        assert!(fifty[2].len() == 400 && fifty[0].len() == 150, "the fifty were meant to fit");
        for name in [
            "",
            "  ",
            "\u{301}",
            "\u{301} \u{302}",
            "\u{FE0F}",
            "\u{200B}",
            "Ma\u{200B}ra",
            "Ma\u{200D}ra",
            "Ma\u{202E}ra",
            "Ma\u{2066}ra",
            "Ma\u{AD}ra",
            "\u{FEFF}Mara",
            "Ma\u{2028}ra",
            "Ma\u{2029}ra",
            "Ma\nra",
            "Ma\tra",
            "Ma\u{0}ra",
            "\u{115F}",
            "Ma\u{1160}ra",
            "\u{3164}",
            "\u{FFA0}",
            "\u{2800}",
            "Ma\u{E0061}ra",
            "Ma\u{FE00}ra",
            "Ma\u{E0100}ra",
            "Ma\u{34F}ra",
            "Ma\u{E000}ra",
            "Ma\u{10FFFF}ra",
            "Ma\u{378}ra",
        ] {
            assert!(Nickname::parse(name).is_none(), "{name:?}");
        }
        assert!(Nickname::parse(&"a".repeat(50)).is_some() && Nickname::parse(&"a".repeat(51)).is_none());
        let heaped = |marks| Nickname::parse(&format!("a{}", "\u{301}".repeat(marks)));
        assert!(heaped(199).is_some() && heaped(200).is_none(), "399 bytes and 401");
    }
}
