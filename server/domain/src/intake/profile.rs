//! What a student said about themselves first, from which their questionnaire grows (Q2, Q4).
//!
//! Every entry of a list has an identity that outlives new names, new orders and removed neighbours (Q5). New
//! identities are given in; nothing here makes them up. It knows nothing of the tree.

use std::{collections::BTreeMap, collections::BTreeSet, error::Error, fmt};

use super::{
    Typed,
    definition::{Definition, DefinitionId, Question, QuestionKind},
    path::MOST_SIBLINGS,
};

/// How many characters an entry's name may have, without the white space around it.
pub const LONGEST_NAME: usize = 100;

/// How many entries a list may have: each is a child of its wrapper.
pub const MOST_ENTRIES: usize = MOST_SIBLINGS as usize;

/// Random, and given in, so that it says nothing about the name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EntryId(pub u128);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub id: EntryId,
    pub name: Typed,
}

/// The answers by question; one that is missing is unanswered and leaves its part out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile(BTreeMap<DefinitionId, ProfileAnswer>);

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProfileAnswer {
    Yes,
    No,
    List(Vec<Entry>),
}

/// An answer as the page gives it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Given {
    Yes,
    No,
    List(Vec<Named>),
}

/// An entry as the page gives it: with the identity that it was shown with, if any.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    pub id: Option<EntryId>,
    pub name: Typed,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProfileError {
    UnknownQuestion(DefinitionId),
    WrongKind {
        question: DefinitionId,
        asks: QuestionKind,
    },
    /// The `nth` name, counted from 1 without the blank ones. The name itself is private.
    NameTooLong {
        question: DefinitionId,
        nth: usize,
    },
    TooManyEntries(DefinitionId),
}

impl Profile {
    /// Puts an answer in the place of the old one, or refuses and changes nothing. `fresh` gives identities that were
    /// never used before.
    pub fn answer(
        &mut self,
        definition: &Definition,
        question: &str,
        given: Given,
        fresh: impl FnMut() -> EntryId,
    ) -> Result<(), ProfileError> {
        let asked = definition.question(question).ok_or_else(|| ProfileError::UnknownQuestion(question.to_owned()))?;
        let answer = match (asked.kind, given) {
            (QuestionKind::Optional, Given::Yes) => ProfileAnswer::Yes,
            (QuestionKind::Optional, Given::No) => ProfileAnswer::No,
            (QuestionKind::Repeatable, Given::List(names)) => {
                ProfileAnswer::List(identified(self.entries(question), acceptable(question, names)?, fresh))
            }
            (asks, _) => return Err(ProfileError::WrongKind { question: question.to_owned(), asks }),
        };
        self.0.insert(question.to_owned(), answer);
        Ok(())
    }

    /// Leaves a question unanswered again.
    pub fn forget(&mut self, question: &str) {
        self.0.remove(question);
    }

    pub fn get(&self, question: &str) -> Option<&ProfileAnswer> {
        self.0.get(question)
    }

    /// What has been answered, in the order of the questions' ids.
    pub fn iter(&self) -> impl Iterator<Item = (&DefinitionId, &ProfileAnswer)> {
        self.0.iter()
    }

    /// The questions that have no answer yet, in order: they come before the tree (Q2), and none has to be answered
    /// (Q13). An answer that no longer fits its question, because the operator has changed its kind, is none.
    pub fn unanswered<'a>(&'a self, definition: &'a Definition) -> impl Iterator<Item = &'a Question> {
        definition.profile.iter().filter(|question| match (question.kind, self.get(&question.id)) {
            (QuestionKind::Optional, answer) => !matches!(answer, Some(ProfileAnswer::Yes | ProfileAnswer::No)),
            (QuestionKind::Repeatable, answer) => !matches!(answer, Some(ProfileAnswer::List(_))),
        })
    }

    fn entries(&self, question: &str) -> &[Entry] {
        match self.get(question) {
            Some(ProfileAnswer::List(entries)) => entries,
            _ => &[],
        }
    }
}

/// As it was kept.
impl FromIterator<(DefinitionId, ProfileAnswer)> for Profile {
    fn from_iter<T: IntoIterator<Item = (DefinitionId, ProfileAnswer)>>(kept: T) -> Self {
        Self(kept.into_iter().collect())
    }
}

/// The entries that have a name, if nothing is wrong with any.
fn acceptable(question: &str, names: Vec<Named>) -> Result<Vec<Named>, ProfileError> {
    let named: Vec<_> = names.into_iter().filter(|entry| !entry.name.is_blank()).collect();
    let too_long = |entry: &Named| entry.name.as_str().chars().count() > LONGEST_NAME;
    if let Some(at) = named.iter().position(too_long) {
        return Err(ProfileError::NameTooLong { question: question.to_owned(), nth: at + 1 });
    }
    if named.len() > MOST_ENTRIES {
        return Err(ProfileError::TooManyEntries(question.to_owned()));
    }
    Ok(named)
}

/// Every entry with its identity: the one that the page sent, if the list had it; else that of the first old entry of
/// the same name that nobody has claimed; else a fresh one. Whoever sends an identity comes before all who go by name,
/// and each is claimed once: of two entries named alike, the second gets or keeps an identity of its own.
fn identified(old: &[Entry], named: Vec<Named>, mut fresh: impl FnMut() -> EntryId) -> Vec<Entry> {
    let mut free: BTreeSet<EntryId> = old.iter().map(|entry| entry.id).collect();
    let sent: Vec<_> = named.iter().map(|entry| entry.id.filter(|id| free.remove(id))).collect();
    let mut by_name: BTreeMap<&str, Vec<EntryId>> = BTreeMap::new();
    for entry in old.iter().rev().filter(|entry| free.contains(&entry.id)) {
        by_name.entry(entry.name.as_str()).or_default().push(entry.id);
    }
    let mut own = |entry: &Named| by_name.get_mut(entry.name.as_str()).and_then(Vec::pop).unwrap_or_else(&mut fresh);
    named
        .into_iter()
        .zip(sent)
        .map(|(entry, sent)| Entry { id: sent.unwrap_or_else(|| own(&entry)), name: entry.name })
        .collect()
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownQuestion(question) => write!(f, "There is no profile question {question}."),
            Self::WrongKind { question, asks: QuestionKind::Optional } => {
                write!(f, "The profile question {question} is answered by yes or no.")
            }
            Self::WrongKind { question, asks: QuestionKind::Repeatable } => {
                write!(f, "The profile question {question} is answered by a list of names.")
            }
            Self::NameTooLong { question, nth } => {
                write!(f, "Name {nth} of the profile question {question} has more than {LONGEST_NAME} characters.")
            }
            Self::TooManyEntries(question) => {
                write!(f, "The profile question {question} takes at most {MOST_ENTRIES} names.")
            }
        }
    }
}

impl Error for ProfileError {}
