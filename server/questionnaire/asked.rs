//! What requests about an intake may say. Anything else is malformed. Texts are private: nothing here can be printed.

use std::collections::BTreeMap;

use quietline_domain::intake::{EntryId, Given, Named, Step, Typed};
use serde::Deserialize;
use uuid::Uuid;

use super::words::{AnswerWord, DecisionWord, Weighed};
use crate::private::Credential;

/// The answers to all profile questions; one that is missing is unanswered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedProfile {
    pub answers: BTreeMap<String, Option<GivenWord>>,
    /// How much the student has agreed to lose.
    #[serde(default)]
    pub drop: usize,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum GivenWord {
    YesOrNo(bool),
    Names(Vec<NamedWord>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedWord {
    #[serde(default)]
    id: Option<Uuid>,
    name: String,
}

/// One of these, about one node.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum AskedNode {
    Answer(AnswerWord),
    Decision(DecisionWord),
    /// `null` takes the weight away again.
    Weight(Option<Weighed>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedAt {
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStep {
    /// Made by the page and kept for every retry: the same step twice is one.
    pub id: Uuid,
    pub path: String,
    what: String,
    by_when: String,
    who: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedStep {
    what: String,
    by_when: String,
    who: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedReturn {
    pub code: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedShare {
    pub share: Credential,
}

impl From<&GivenWord> for Given {
    fn from(given: &GivenWord) -> Self {
        let named = |NamedWord { id, name }: &NamedWord| Named {
            id: id.map(|id| EntryId(id.as_u128())),
            name: Typed::new(name),
        };
        match given {
            GivenWord::YesOrNo(true) => Self::Yes,
            GivenWord::YesOrNo(false) => Self::No,
            GivenWord::Names(names) => Self::List(names.iter().map(named).collect()),
        }
    }
}

impl From<&NewStep> for Step {
    fn from(NewStep { what, by_when, who, .. }: &NewStep) -> Self {
        step(what, by_when, who)
    }
}

impl From<&AskedStep> for Step {
    fn from(AskedStep { what, by_when, who }: &AskedStep) -> Self {
        step(what, by_when, who)
    }
}

fn step(what: &str, by_when: &str, who: &str) -> Step {
    Step { what: Typed::new(what), by_when: Typed::new(by_when), who: Typed::new(who) }
}
