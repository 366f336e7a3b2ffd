//! An intake as a page sees it: everything, so that the page walks by itself. The wire of PROTOCOL.md, *The intake*.

use quietline_domain::intake::{
    Body, Entry, Kind, Node, Profile, ProfileAnswer, Walk,
    definition::{Definition, Question, QuestionKind},
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    session::{Planned, Session},
    words::{AnswerWord, DecisionWord, Level, Weighed},
};
use crate::protocol::Role;

#[derive(Serialize)]
pub struct View<'s> {
    title: &'s str,
    questions: Vec<Asked<'s>>,
    /// In document order, hidden ones included.
    nodes: Vec<Shown<'s>>,
    /// Where to go on.
    at: Option<String>,
    progress: u8,
    steps: Vec<ShownStep<'s>>,
    code: bool,
    shared: bool,
    /// When the operator asks other things by now, and something would go with what is no longer asked: how much.
    newer: Option<usize>,
}

/// What is asked first, before anybody has answered.
#[derive(Serialize)]
pub struct Outline<'d> {
    title: &'d str,
    questions: Vec<Asked<'d>>,
}

#[derive(Serialize)]
struct Asked<'s> {
    id: &'s str,
    kind: &'static str,
    question: &'s str,
    title: &'s str,
    description: Option<&'s str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Answered<'s>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answered<'s> {
    YesOrNo(bool),
    Names(Vec<Name<'s>>),
    NotYet,
}

#[derive(Serialize)]
struct Name<'s> {
    id: Uuid,
    name: &'s str,
}

#[derive(Serialize)]
struct Shown<'s> {
    path: String,
    number: String,
    depth: usize,
    kind: &'static str,
    title: &'s str,
    statement: Option<&'s str>,
    description: Option<&'s str>,
    asks: Option<&'s str>,
    hidden: bool,
    shows: bool,
    answer: Option<AnswerWord>,
    decision: Option<DecisionWord>,
    priority: Option<Weighs>,
    weight: Option<Weighed>,
}

#[derive(Serialize)]
struct Weighs {
    level: Level,
    why: &'static str,
}

#[derive(Serialize)]
struct ShownStep<'s> {
    id: Uuid,
    path: String,
    what: &'s str,
    by_when: &'s str,
    who: &'s str,
    from: Role,
}

pub fn outline(definition: &Definition) -> Outline<'_> {
    let questions = definition.profile.iter().map(|question| Asked::of(question, None)).collect();
    Outline { title: &definition.title, questions }
}

impl<'s> View<'s> {
    pub fn of(session: &'s Session, definition: &'s Definition, newer: Option<usize>) -> Self {
        let walk = Walk::new(&session.tree, &session.answers);
        let asked = |question| Asked::of(question, Some(&session.profile));
        Self {
            title: &definition.title,
            questions: definition.profile.iter().map(asked).collect(),
            nodes: session.tree.nodes().iter().map(|node| Shown::of(node, session, walk)).collect(),
            at: walk.resume(session.at.as_ref()).map(|node| node.path.stored()),
            progress: walk.progress(),
            steps: session.steps.iter().filter_map(|planned| ShownStep::of(planned, session)).collect(),
            code: session.has_code,
            shared: session.is_shared,
            newer,
        }
    }
}

impl<'s> Asked<'s> {
    fn of(question: &'s Question, answered: Option<&'s Profile>) -> Self {
        let kind = match question.kind {
            QuestionKind::Optional => "optional",
            QuestionKind::Repeatable => "repeatable",
        };
        let answer = answered.map(|profile| match (question.kind, profile.get(&question.id)) {
            (QuestionKind::Optional, Some(ProfileAnswer::Yes)) => Answered::YesOrNo(true),
            (QuestionKind::Optional, Some(ProfileAnswer::No)) => Answered::YesOrNo(false),
            (QuestionKind::Repeatable, Some(ProfileAnswer::List(entries))) => {
                Answered::Names(entries.iter().map(Name::of).collect())
            }
            _ => Answered::NotYet,
        });
        let Question { id, question, title, description, .. } = question;
        Self { id, kind, question, title, description: description.as_deref(), answer }
    }
}

impl<'s> Name<'s> {
    fn of(entry: &'s Entry) -> Self {
        Self { id: Uuid::from_u128(entry.id.0), name: entry.name.as_str() }
    }
}

impl<'s> Shown<'s> {
    fn of(node: &'s Node, session: &'s Session, walk: Walk<'_>) -> Self {
        let (statement, description, asks, fixed) = match &node.body {
            Body::Item { statement, fixed } => (Some(statement.as_str()), None, None, *fixed),
            Body::Module { asks, description } => (None, description.as_deref(), asks.as_deref(), None),
        };
        let weight = session.answers.weight(&node.key).map(Weighed::from);
        let why = match (fixed, weight) {
            (Some(_), _) => "fixed",
            (None, Some(Weighed::Calculated(..))) => "calculated",
            (None, _) => "chosen",
        };
        Self {
            path: node.path.stored(),
            number: node.path.number(),
            depth: node.depth(),
            kind: if node.kind() == Kind::Item { "item" } else { "module" },
            title: node.title.as_str(),
            statement,
            description,
            asks,
            hidden: walk.is_hidden(node.path),
            shows: node.shows(),
            answer: session.answers.of(&node.key).map(AnswerWord::from),
            decision: session.answers.decision(&node.key).map(DecisionWord::from),
            priority: session.answers.priority(node).map(|priority| Weighs { level: priority.into(), why }),
            weight,
        }
    }
}

impl<'s> ShownStep<'s> {
    /// Nothing, for a step of what is no longer asked.
    fn of(planned: &'s Planned, session: &Session) -> Option<Self> {
        let node = session.node_of(&planned.node)?;
        Some(Self {
            id: Uuid::from_u128(planned.id),
            path: node.path.stored(),
            what: planned.step.what.as_str(),
            by_when: planned.step.by_when.as_str(),
            who: planned.step.who.as_str(),
            from: planned.from,
        })
    }
}
