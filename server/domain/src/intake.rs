//! The intake: a questionnaire that grows from its profile. What is asked, the tree that a profile gives, and the walk
//! through it. It knows neither the store nor the page, and nothing of how answers are sealed.

use std::fmt;

pub mod answers;
pub mod definition;
pub mod path;
pub mod profile;
pub mod rebuild;
pub mod tree;
pub mod walk;

pub use answers::{Answer, Answers, Burden, Decision, Frequency, Likelihood, Step, Weight};
pub use path::{Path, PathError};
pub use profile::{Entry, EntryId, Given, Named, Profile, ProfileAnswer, ProfileError};
pub use rebuild::{Gone, Rebuilt, rebuild};
pub use tree::{Body, Key, Kind, Node, Title, TooMuch, Tree, build};
pub use walk::Walk;

/// Words that somebody typed. They cannot be printed; the store seals them and the wire carries them, by `as_str`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Typed(String);

impl Typed {
    /// Without the white space around it.
    pub fn new(words: &str) -> Self {
        Self(words.trim().to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(…)")
    }
}

#[cfg(test)]
mod stories;
