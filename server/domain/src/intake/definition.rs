//! What an operator asks: profile questions, modules and items, as read from a definition that has been found valid.
//!
//! Every id is unique in the whole definition (`server/definition/` sees to it, and to the limits of Q3). It knows neither
//! YAML nor what anybody has answered.

/// Named by the operator; unique in its definition.
pub type DefinitionId = String;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    pub title: String,
    pub profile: Vec<Question>,
    pub modules: Vec<Module>,
}

impl Definition {
    /// The profile question of this id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.profile.iter().find(|question| question.id == id)
    }
}

/// A profile question and the part of the questionnaire that hangs on its answer (Q4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    pub id: DefinitionId,
    pub kind: QuestionKind,
    /// What the student is asked.
    pub question: String,
    pub title: String,
    pub description: Option<String>,
    pub children: Vec<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuestionKind {
    /// Yes or no.
    Optional,
    /// A list of names, each of which gets the children once.
    Repeatable,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Module {
    pub id: DefinitionId,
    pub title: String,
    pub description: Option<String>,
    /// The question of an optional module, which starts skipped (Q6); `None` for one that is not optional.
    pub asks: Option<String>,
    pub children: Vec<Child>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Child {
    Module(Module),
    Item(Item),
}

/// A positive statement: yes is fine, no is a concern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    pub id: DefinitionId,
    pub statement: String,
    /// Stands for the statement where there is little room.
    pub title: Option<String>,
    /// Fixed by the operator (Q8).
    pub priority: Option<Priority>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Priority {
    Low,
    Medium,
    High,
}
