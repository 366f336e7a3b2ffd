//! Where a node stands in its tree: its ancestors' numbers and its own, each counted from 1 below its parent (Q3).
//!
//! A path has two texts. The stored one, `002003001`, sorts as the document reads; the shown one is `2.3.1`. Whatever
//! lies below a path is stored between its own text and that text with a colon behind it, the character after `9`.

use std::{error::Error, fmt};

/// How many children a parent may have, and how many parts a questionnaire: what three digits hold.
pub const MOST_SIBLINGS: u16 = 999;

/// How deep a tree may be; an entry of a list takes a level of its own.
pub const MOST_LEVELS: usize = 13;

const DIGITS: usize = 3;

/// Ordered as the document reads: a parent, what is below it, its next sibling.
// Unused levels hold 0, which no segment is, so that the derived order puts a parent before its children.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    segments: [u16; MOST_LEVELS],
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathError {
    NotStored,
    NotNumber,
    Sibling,
    Level,
}

impl Path {
    /// The `nth` part of the questionnaire.
    pub fn top(nth: u16) -> Result<Self, PathError> {
        Self::from_segments([nth])
    }

    pub fn child(&self, nth: u16) -> Result<Self, PathError> {
        Self::from_segments(self.segments().iter().copied().chain([nth]))
    }

    /// From `002003001`.
    pub fn from_stored(text: &str) -> Result<Self, PathError> {
        let digits = text.as_bytes();
        if digits.is_empty() || !digits.len().is_multiple_of(DIGITS) || !digits.iter().all(u8::is_ascii_digit) {
            return Err(PathError::NotStored);
        }
        let value = |three: &[u8]| three.iter().fold(0, |value, digit| value * 10 + u16::from(digit - b'0'));
        Self::from_segments(digits.chunks(DIGITS).map(value))
    }

    /// From `2.3.1`. A segment is written in one way only, so that nothing is lost either way.
    pub fn from_number(text: &str) -> Result<Self, PathError> {
        let written = |part: &str| part.bytes().all(|c| c.is_ascii_digit()) && !part.is_empty();
        let padded = |part: &str| part.len() > 1 && part.starts_with('0');
        if !text.split('.').all(|part| written(part) && !padded(part)) {
            return Err(PathError::NotNumber);
        }
        // What is too long for a number is too large for a segment.
        Self::from_segments(text.split('.').map(|part| part.parse().unwrap_or(u16::MAX)))
    }

    pub fn stored(&self) -> String {
        self.segments().iter().map(|segment| format!("{segment:03}")).collect()
    }

    pub fn number(&self) -> String {
        let segments: Vec<_> = self.segments().iter().map(u16::to_string).collect();
        segments.join(".")
    }

    /// From the top; at least one.
    pub fn segments(&self) -> &[u16] {
        &self.segments[..self.depth]
    }

    /// 1 for a part of the questionnaire.
    pub fn depth(&self) -> usize {
        self.depth
    }

    pub fn parent(&self) -> Option<Self> {
        self.segments().split_last().and_then(|(_, above)| Self::from_segments(above.iter().copied()).ok())
    }

    /// `None` behind the last that three digits can hold.
    pub fn next_sibling(&self) -> Option<Self> {
        let (last, above) = self.segments().split_last()?;
        Self::from_segments(above.iter().copied().chain([last + 1])).ok()
    }

    /// Whether `other` lies below, at any depth; nothing lies below itself.
    pub fn is_above(&self, other: &Self) -> bool {
        self.depth < other.depth && other.segments().starts_with(self.segments())
    }

    fn from_segments(given: impl IntoIterator<Item = u16>) -> Result<Self, PathError> {
        let mut path = Self { segments: [0; MOST_LEVELS], depth: 0 };
        for segment in given {
            if !(1..=MOST_SIBLINGS).contains(&segment) {
                return Err(PathError::Sibling);
            }
            *path.segments.get_mut(path.depth).ok_or(PathError::Level)? = segment;
            path.depth += 1;
        }
        if path.depth == 0 { Err(PathError::NotStored) } else { Ok(path) }
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.number())
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStored => write!(f, "A path is three digits for each level, such as 002003001."),
            Self::NotNumber => write!(f, "A number is written with dots and without zeros in front, such as 2.3.1."),
            Self::Sibling => write!(f, "The places below one parent are counted from 1 to {MOST_SIBLINGS}."),
            Self::Level => write!(f, "A tree has at most {MOST_LEVELS} levels."),
        }
    }
}

impl Error for PathError {}
