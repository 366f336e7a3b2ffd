//! What a student has answered: to items, about optional modules, how much a concern weighs, and what is to be done
//! about it. Each is kept by its node's key, so that none moves by accident when paths do (Q5).
//!
//! An answer that is hidden or no longer a concern's is kept and does not count. It knows neither paths nor the walk.

use std::{collections::HashMap, error::Error, fmt};

use super::{
    Typed,
    definition::Priority,
    path::Path,
    rebuild::Gone,
    tree::{Body, Key, Kind, Node},
};

/// An item's answer; no is a concern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    Yes,
    No,
    NotApplicable,
    Later,
}

/// What was said to an optional module's question. Only yes un-skips it (Q6).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    Yes,
    No,
    /// The student went on without an answer.
    Postponed,
}

/// How a student weighs a concern (Q8).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    Chosen(Priority),
    Calculated { likelihood: Likelihood, frequency: Frequency, burden: Burden },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likelihood {
    Unlikely = 1,
    Possible = 3,
    Likely = 5,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Frequency {
    Rare = 1,
    Occasional = 4,
    Frequent = 7,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Burden {
    Light = 1,
    Moderate = 5,
    Heavy = 10,
}

/// A step of the plan (Q9).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Step {
    pub what: Typed,
    /// In the writer's words; nothing here has a calendar.
    pub by_when: Typed,
    pub who: Typed,
}

#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answers {
    items: HashMap<Key, Noted>,
    modules: HashMap<Key, Decision>,
}

/// Everything about one item.
#[derive(Clone, PartialEq, Eq, Default)]
struct Noted {
    answer: Option<Answer>,
    weight: Option<Weight>,
    steps: Vec<Step>,
}

/// The node at this path asks nothing of the kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAsked {
    NoItem(Path),
    NotOptional(Path),
}

impl Answers {
    pub fn answer(&mut self, node: &Node, answer: Answer) -> Result<(), NotAsked> {
        self.noted_mut(node)?.answer = Some(answer);
        Ok(())
    }

    pub fn decide(&mut self, node: &Node, decision: Decision) -> Result<(), NotAsked> {
        if !node.is_optional() {
            return Err(NotAsked::NotOptional(node.path));
        }
        self.modules.insert(node.key.clone(), decision);
        Ok(())
    }

    /// Takes effect while the item is a concern.
    pub fn weigh(&mut self, node: &Node, weight: Weight) -> Result<(), NotAsked> {
        self.noted_mut(node)?.weight = Some(weight);
        Ok(())
    }

    /// All steps of an item, in the place of those before. They are shown while it is a concern.
    pub fn plan(&mut self, node: &Node, steps: Vec<Step>) -> Result<(), NotAsked> {
        self.noted_mut(node)?.steps = steps;
        Ok(())
    }

    pub fn of(&self, item: &Key) -> Option<Answer> {
        self.items.get(item)?.answer
    }

    pub fn decision(&self, module: &Key) -> Option<Decision> {
        self.modules.get(module).copied()
    }

    pub fn weight(&self, item: &Key) -> Option<Weight> {
        self.items.get(item)?.weight
    }

    pub fn steps(&self, item: &Key) -> &[Step] {
        self.items.get(item).map_or(&[], |noted| &noted.steps)
    }

    pub fn is_concern(&self, node: &Node) -> bool {
        node.kind() == Kind::Item && self.of(&node.key) == Some(Answer::No)
    }

    /// A concern's: the operator's when it is fixed, else the student's, else none yet (Q8).
    pub fn priority(&self, node: &Node) -> Option<Priority> {
        match node.body {
            Body::Item { fixed, .. } if self.is_concern(node) => {
                fixed.or_else(|| self.weight(&node.key).map(Weight::priority))
            }
            _ => None,
        }
    }

    /// Whether a node that asks has been answered; later and postponed are no answers (Q10).
    pub fn is_answered(&self, node: &Node) -> bool {
        match node.kind() {
            Kind::Item => self.of(&node.key).is_some_and(Answer::counts),
            Kind::Module => self.decision(&node.key).is_some_and(Decision::counts),
        }
    }

    /// Leaves out what belongs to none of the nodes that `stays` knows by key, and says how much that was.
    pub(super) fn only<'a>(&self, stays: impl Fn(&Key) -> Option<&'a Node>) -> (Self, Gone) {
        let mut kept = self.clone();
        let mut gone = Gone::default();
        kept.items.retain(|key, noted| {
            let stay = stays(key).is_some_and(|node| node.kind() == Kind::Item);
            if !stay {
                gone.answers += usize::from(noted.answer.is_some_and(Answer::counts));
                gone.steps += noted.steps.len();
            }
            stay
        });
        kept.modules.retain(|key, decision| {
            let stay = stays(key).is_some_and(Node::is_optional);
            gone.answers += usize::from(!stay && decision.counts());
            stay
        });
        (kept, gone)
    }

    fn noted_mut(&mut self, node: &Node) -> Result<&mut Noted, NotAsked> {
        match node.kind() {
            Kind::Item => Ok(self.items.entry(node.key.clone()).or_default()),
            Kind::Module => Err(NotAsked::NoItem(node.path)),
        }
    }
}

impl Answer {
    /// Whether it counts as answered (Q10).
    pub fn counts(self) -> bool {
        self != Self::Later
    }
}

impl Decision {
    pub fn counts(self) -> bool {
        self != Self::Postponed
    }
}

impl Weight {
    pub fn priority(self) -> Priority {
        match self {
            Self::Chosen(priority) => priority,
            Self::Calculated { likelihood, frequency, burden } => {
                match likelihood as u16 * frequency as u16 * burden as u16 {
                    ..=15 => Priority::Low,
                    16..=50 => Priority::Medium,
                    51.. => Priority::High,
                }
            }
        }
    }
}

/// What somebody answered is as private as what they typed.
impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answers(…)")
    }
}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoItem(path) => write!(f, "The node {} is not an item.", path.number()),
            Self::NotOptional(path) => write!(f, "The node {} is not an optional module.", path.number()),
        }
    }
}

impl Error for NotAsked {}
