//! An intake session, opened: what a student has said, in clear, for as long as one request is answered.
//!
//! It turns rows into the domain's types and back, and seals on the way. What may be answered is decided by the domain;
//! who may ask was decided before.

use std::collections::HashMap;

use anyhow::{Context, Result};
use quietline_domain::intake::{
    Answers, Body, Decision, Entry, EntryId, Key, Node, Path, Profile, ProfileAnswer, Step, Title, Tree, Typed,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    sealing::{DataKey, Place, Wrap},
    words::{AnswerWord, Weighed},
};
use crate::{
    private::SealedText,
    protocol::Role,
    store::intakes::{BodyRow, Grown, Held, IntakeRow, NodeRow, Revision, TitleRow},
};

pub struct Session {
    pub revision: Revision,
    pub key: DataKey,
    /// Which definition the tree has grown from.
    pub definition: String,
    pub profile: Profile,
    pub tree: Tree,
    pub answers: Answers,
    pub steps: Vec<Planned>,
    pub at: Option<Key>,
    pub has_code: bool,
    pub is_shared: bool,
    pub room: Held,
}

/// A step of the plan, with what the domain need not know of it.
pub struct Planned {
    pub id: u128,
    pub node: Key,
    pub from: Role,
    pub step: Step,
}

/// What is sealed of a profile answer.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptAnswer {
    Yes,
    No,
    List(Vec<KeptEntry>),
}

#[derive(Serialize, Deserialize)]
struct KeptEntry {
    id: Uuid,
    name: String,
}

/// What is sealed of an item.
#[derive(Serialize, Deserialize, Default, Clone, Copy)]
pub struct Note {
    pub answer: Option<AnswerWord>,
    pub weight: Option<Weighed>,
}

#[derive(Serialize, Deserialize)]
struct KeptStep {
    node: String,
    from: Role,
    what: String,
    by_when: String,
    who: String,
}

/// The session's own key, with what it is sealed under for whoever has asked.
///
/// # Errors
/// When it does not open.
pub fn key_of(row: &IntakeRow, wrap: &Wrap) -> Result<DataKey> {
    Ok(DataKey::unwrapped(row.revision.session, wrap, &row.sealed_key)?)
}

impl Session {
    /// # Errors
    /// When something sealed does not open, or opens to what no version of ours has sealed.
    pub fn opened(row: IntakeRow, wrap: &Wrap) -> Result<Self> {
        let key = key_of(&row, wrap)?;
        let profile = row.profile.iter().map(|(question, sealed)| {
            let kept: KeptAnswer = read(&key, &Place::Profile(question), sealed)?;
            Ok((question.clone(), kept.into()))
        });
        let profile = profile.collect::<Result<Profile>>()?;
        let mut answers = Answers::default();
        let mut nodes = Vec::with_capacity(row.nodes.len());
        for row in row.nodes {
            nodes.push(node(&key, row, &mut answers)?);
        }
        let tree = Tree::from_rows(nodes).context("a stored tree is not one")?;
        let steps = row.steps.iter().map(|(id, sealed)| {
            let kept: KeptStep = read(&key, &Place::Step(*id), sealed)?;
            let [what, by_when, who] = [kept.what, kept.by_when, kept.who].map(|words| Typed::new(&words));
            let step = Step { what, by_when, who };
            Ok(Planned { id: *id, node: Key::from_stored(kept.node), from: kept.from, step })
        });
        let mut session = Self {
            revision: row.revision,
            steps: steps.collect::<Result<_>>()?,
            key,
            definition: row.definition,
            profile,
            tree,
            answers,
            at: row.at,
            has_code: row.has_code,
            is_shared: row.is_shared,
            room: row.room,
        };
        session.plan();
        Ok(session)
    }

    pub fn node(&self, path: &str) -> Option<&Node> {
        self.tree.get(Path::from_stored(path).ok()?)
    }

    pub fn node_of(&self, key: &Key) -> Option<&Node> {
        self.tree.find(key)
    }

    /// What is kept of an item now.
    pub fn note(&self, item: &Node) -> Note {
        Note {
            answer: self.answers.of(&item.key).map(AnswerWord::from),
            weight: self.answers.weight(&item.key).map(Weighed::from),
        }
    }

    /// The domain counts steps when it says what a new tree would drop.
    fn plan(&mut self) {
        let mut of: HashMap<&Key, Vec<Step>> = HashMap::new();
        for planned in &self.steps {
            of.entry(&planned.node).or_default().push(planned.step.clone());
        }
        for node in self.tree.nodes() {
            if let Some(steps) = of.remove(&node.key) {
                // Steps of what is no item any more count for nothing.
                let _ = self.answers.plan(node, steps);
            }
        }
    }
}

/// # Errors
/// When the operating system has no randomness to give.
pub fn sealed_note(key: &DataKey, item: &Key, note: Note) -> Result<SealedText> {
    sealed(key, &Place::Item(item.as_str()), &note)
}

/// # Errors
/// When the operating system has no randomness to give.
pub fn sealed_step(key: &DataKey, planned: &Planned) -> Result<SealedText> {
    let Step { what, by_when, who } = &planned.step;
    let [what, by_when, who] = [what, by_when, who].map(|words| words.as_str().to_owned());
    let kept = KeptStep { node: planned.node.as_str().to_owned(), from: planned.from, what, by_when, who };
    sealed(key, &Place::Step(planned.id), &kept)
}

/// A tree and its answers as rows.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn grown(key: &DataKey, definition: &str, profile: &Profile, tree: &Tree, answers: &Answers) -> Result<Grown> {
    let profile = profile.iter().map(|(question, answer)| {
        Ok((question.clone(), sealed(key, &Place::Profile(question), &KeptAnswer::from(answer))?))
    });
    let nodes = tree.nodes().iter().map(|node| node_row(key, node, answers));
    Ok(Grown {
        definition: definition.to_owned(),
        profile: profile.collect::<Result<_>>()?,
        nodes: nodes.collect::<Result<_>>()?,
    })
}

fn node(key: &DataKey, row: NodeRow, answers: &mut Answers) -> Result<Node> {
    let title = match row.title {
        TitleRow::Defined(title) => Title::Defined(title),
        TitleRow::Sealed(sealed) => {
            Title::Entry(Typed::new(&read::<String>(key, &Place::Title(row.key.as_str()), &sealed)?))
        }
    };
    let (body, note, decision) = match row.body {
        BodyRow::Item { statement, fixed, noted } => {
            let note = noted.map(|sealed| read::<Note>(key, &Place::Item(row.key.as_str()), &sealed)).transpose()?;
            (Body::Item { statement, fixed }, note.unwrap_or_default(), None)
        }
        BodyRow::Module { asks, description, decision } => {
            (Body::Module { asks, description }, Note::default(), decision)
        }
    };
    let node = Node { path: row.path, key: row.key, title, body };
    if let Some(answer) = note.answer {
        answers.answer(&node, answer.into())?;
    }
    if let Some(weight) = note.weight {
        answers.weigh(&node, weight.into())?;
    }
    if let Some(decision) = decision {
        answers.decide(&node, decision)?;
    }
    Ok(node)
}

fn node_row(key: &DataKey, node: &Node, answers: &Answers) -> Result<NodeRow> {
    let title = match &node.title {
        Title::Defined(title) => TitleRow::Defined(title.clone()),
        Title::Entry(name) => TitleRow::Sealed(sealed(key, &Place::Title(node.key.as_str()), &name.as_str())?),
    };
    let body = match &node.body {
        Body::Item { statement, fixed } => {
            let (answer, weight) = (answers.of(&node.key), answers.weight(&node.key));
            let note = Note { answer: answer.map(AnswerWord::from), weight: weight.map(Weighed::from) };
            let is_noted = answer.is_some() || weight.is_some();
            let noted = is_noted.then(|| sealed_note(key, &node.key, note)).transpose()?;
            BodyRow::Item { statement: statement.clone(), fixed: *fixed, noted }
        }
        Body::Module { asks, description } => {
            let decision: Option<Decision> = answers.decision(&node.key);
            BodyRow::Module { asks: asks.clone(), description: description.clone(), decision }
        }
    };
    Ok(NodeRow { path: node.path, key: node.key.clone(), title, body })
}

fn sealed(key: &DataKey, place: &Place<'_>, what: &impl Serialize) -> Result<SealedText> {
    key.seal(place, &zeroize::Zeroizing::new(serde_json::to_vec(what)?))
}

fn read<T: for<'de> Deserialize<'de>>(key: &DataKey, place: &Place<'_>, sealed: &SealedText) -> Result<T> {
    let opened = key.open(place, sealed)?;
    // Its own words would repeat what is private.
    serde_json::from_slice(&opened).map_err(|_| anyhow::anyhow!("something sealed was not sealed by this version"))
}

impl From<KeptAnswer> for ProfileAnswer {
    fn from(kept: KeptAnswer) -> Self {
        let entry = |KeptEntry { id, name }| Entry { id: EntryId(id.as_u128()), name: Typed::new(&name) };
        match kept {
            KeptAnswer::Yes => Self::Yes,
            KeptAnswer::No => Self::No,
            KeptAnswer::List(entries) => Self::List(entries.into_iter().map(entry).collect()),
        }
    }
}

impl From<&ProfileAnswer> for KeptAnswer {
    fn from(answer: &ProfileAnswer) -> Self {
        let entry = |entry: &Entry| KeptEntry { id: Uuid::from_u128(entry.id.0), name: entry.name.as_str().to_owned() };
        match answer {
            ProfileAnswer::Yes => Self::Yes,
            ProfileAnswer::No => Self::No,
            ProfileAnswer::List(entries) => Self::List(entries.iter().map(entry).collect()),
        }
    }
}
