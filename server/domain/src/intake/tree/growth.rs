//! How a tree grows from a definition and a profile: part by part, numbered as it goes, until it is done or too much.
//!
//! What the profile leaves out is not numbered, so that paths have no gaps. It knows nothing of answers.

use super::super::{
    definition::{Child, Definition, DefinitionId, Item, Module, Question, QuestionKind},
    path::{Path, PathError},
    profile::{Entry, Profile, ProfileAnswer},
};
use super::{Body, Key, Node, OutOfPlace, Title, TooMuch, Tree};

/// How many nodes a tree may have. A long list times a long module would otherwise be a million rows for one student.
pub const MOST_NODES: usize = 50_000;

/// Grows the tree. A profile's answer to no question, or of a kind that its question no longer has, is as none.
pub fn build(definition: &Definition, profile: &Profile) -> Result<Tree, TooMuch> {
    let mut growth = Growth { nodes: Vec::new() };
    let mut top = Below { path: None, key: None, id: None, children: 0 };
    for question in &definition.profile {
        growth.question(&mut top, question, profile.get(&question.id))?;
    }
    for module in &definition.modules {
        growth.module(&mut top, module)?;
    }
    // Nodes are numbered as they grow, and only below modules: none is out of place.
    Tree::from_rows(growth.nodes).map_err(|OutOfPlace(_)| TooMuch::Nodes)
}

struct Growth {
    nodes: Vec<Node>,
}

/// Where the next child goes.
struct Below {
    path: Option<Path>,
    key: Option<Key>,
    id: Option<DefinitionId>,
    children: u16,
}

impl Growth {
    fn question(
        &mut self,
        top: &mut Below,
        question: &Question,
        answer: Option<&ProfileAnswer>,
    ) -> Result<(), TooMuch> {
        match (question.kind, answer) {
            (QuestionKind::Optional, Some(ProfileAnswer::Yes)) => {
                let mut below = self.wrapper(top, question)?;
                self.children(&mut below, &question.children)
            }
            (QuestionKind::Repeatable, Some(ProfileAnswer::List(entries))) if !entries.is_empty() => {
                let mut wrapper = self.wrapper(top, question)?;
                entries.iter().try_for_each(|entry| {
                    let mut below = self.entry(&mut wrapper, entry)?;
                    self.children(&mut below, &question.children)
                })
            }
            _ => Ok(()),
        }
    }

    fn wrapper(&mut self, top: &mut Below, question: &Question) -> Result<Below, TooMuch> {
        let title = Title::Defined(question.title.clone());
        let body = Body::Module { asks: None, description: question.description.clone() };
        self.node(top, top.key_of(&question.id), &question.id, title, body)
    }

    fn entry(&mut self, wrapper: &mut Below, entry: &Entry) -> Result<Below, TooMuch> {
        let id = wrapper.id.clone().unwrap_or_default();
        let key = wrapper.key.as_ref().map_or_else(|| Key::top(&id), |key| key.entry(entry.id));
        let body = Body::Module { asks: None, description: None };
        self.node(wrapper, key, &id, Title::Entry(entry.name.clone()), body)
    }

    fn children(&mut self, below: &mut Below, children: &[Child]) -> Result<(), TooMuch> {
        children.iter().try_for_each(|child| match child {
            Child::Module(module) => self.module(below, module),
            Child::Item(item) => self.item(below, item),
        })
    }

    fn module(&mut self, below: &mut Below, module: &Module) -> Result<(), TooMuch> {
        let title = Title::Defined(module.title.clone());
        let body = Body::Module { asks: module.asks.clone(), description: module.description.clone() };
        let mut inner = self.node(below, below.key_of(&module.id), &module.id, title, body)?;
        self.children(&mut inner, &module.children)
    }

    fn item(&mut self, below: &mut Below, item: &Item) -> Result<(), TooMuch> {
        let title = Title::Defined(item.title.as_ref().unwrap_or(&item.statement).clone());
        let body = Body::Item { statement: item.statement.clone(), fixed: item.priority };
        self.node(below, below.key_of(&item.id), &item.id, title, body).map(|_| ())
    }

    /// Puts a node at the next place below its parent, and says where its own children go.
    fn node(&mut self, parent: &mut Below, key: Key, id: &str, title: Title, body: Body) -> Result<Below, TooMuch> {
        if self.nodes.len() == MOST_NODES {
            return Err(TooMuch::Nodes);
        }
        let path = parent.next_path()?;
        self.nodes.push(Node { path, key: key.clone(), title, body });
        Ok(Below { path: Some(path), key: Some(key), id: Some(id.to_owned()), children: 0 })
    }
}

impl Below {
    fn next_path(&mut self) -> Result<Path, TooMuch> {
        self.children += 1;
        let path = self.path.map_or_else(|| Path::top(self.children), |path| path.child(self.children));
        path.map_err(|error| match error {
            PathError::Level => TooMuch::Levels(self.id.clone()),
            _ => TooMuch::Children(self.id.clone()),
        })
    }

    fn key_of(&self, id: &str) -> Key {
        self.key.as_ref().map_or_else(|| Key::top(id), |key| key.child(id))
    }
}
