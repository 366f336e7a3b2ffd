//! What becomes of a questionnaire when its profile or its definition changes (Q5).
//!
//! The old tree is not needed: an answer's key says what it answers and of which entry, so the new tree alone decides
//! whether that is still asked. It changes nothing; whoever calls asks the student first, and then keeps the outcome.

use std::collections::HashMap;

use super::{
    answers::Answers,
    definition::Definition,
    profile::Profile,
    tree::{Key, Node, TooMuch, Tree, build},
};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rebuilt {
    pub tree: Tree,
    /// What is still asked, hidden or not.
    pub kept: Answers,
    pub gone: Gone,
}

/// How much is dropped, for the question that is asked before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gone {
    /// Of items and of optional modules. Later and postponed hold nothing that could be lost (Q10).
    pub answers: usize,
    pub steps: usize,
}

impl Gone {
    /// Whether there is nothing to ask about.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The same definition and profile give the same tree, and lose nothing.
pub fn rebuild(answers: &Answers, definition: &Definition, profile: &Profile) -> Result<Rebuilt, TooMuch> {
    let tree = build(definition, profile)?;
    let asked: HashMap<&Key, &Node> = tree.nodes().iter().map(|node| (&node.key, node)).collect();
    let (kept, gone) = answers.only(|key| asked.get(key).copied());
    Ok(Rebuilt { tree, kept, gone })
}
