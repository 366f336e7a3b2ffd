//! The tree that a definition and a profile give: nodes in document order, each with its path and with all that the
//! walk needs, so that nobody who walks has to read the definition (Q3, Q4).
//!
//! It knows nothing of answers. A node's key says what it is, wherever it stands; answers move by it (Q5).

mod growth;

use std::{error::Error, fmt};

pub use growth::{MOST_NODES, build};

use super::{
    Typed,
    definition::{DefinitionId, Priority},
    path::{MOST_LEVELS, MOST_SIBLINGS, Path},
    profile::EntryId,
};

/// Which node of the definition it is, and of which entry: `studies@…/sleep`. The ids of all ancestors, joined by
/// slashes; an entry's identity stands behind its list's id. An id is letters, digits, `-` and `_`, so that neither
/// mark can be part of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key(String);

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    pub path: Path,
    pub key: Key,
    pub title: Title,
    pub body: Body,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Title {
    /// The operator's words; an item without a title has its statement.
    Defined(String),
    /// The student's words, which are sealed at rest. Only a list's entries have such a title.
    Entry(Typed),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    Item {
        statement: String,
        /// The operator's, which no student's choice replaces (Q8).
        fixed: Option<Priority>,
    },
    Module {
        /// The question of an optional module.
        asks: Option<String>,
        description: Option<String>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Item,
    Module,
}

/// Nodes in document order, in which every parent comes before its children.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// For each node, its neighbourhood.
    around: Vec<Around>,
}

/// By positions in the tree, so that a step to the parent or over a whole subtree costs the same in any tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Around {
    parent: Option<usize>,
    /// The first position that no longer lies below.
    end: usize,
}

/// Why there is no tree (Q3). Each names the id below which it went too far; `None` is the questionnaire itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TooMuch {
    Children(Option<DefinitionId>),
    Levels(Option<DefinitionId>),
    Nodes,
}

/// A row that is there twice, or whose parent is not there or is an item.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfPlace(pub Path);

impl Tree {
    /// A tree as it was kept, in whatever order its rows come.
    pub fn from_rows(mut rows: Vec<Node>) -> Result<Self, OutOfPlace> {
        rows.sort_by_key(|node| node.path);
        let mut around: Vec<Around> = Vec::with_capacity(rows.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, node) in rows.iter().enumerate() {
            while let Some(closed) = open.pop_if(|above| !rows[*above].path.is_above(&node.path)) {
                around[closed].end = at;
            }
            let parent = open.last().copied();
            let repeated = at > 0 && rows[at - 1].path == node.path;
            let below_item = parent.is_some_and(|parent| rows[parent].kind() == Kind::Item);
            if repeated || below_item || parent.map(|parent| rows[parent].path) != node.parent() {
                return Err(OutOfPlace(node.path));
            }
            around.push(Around { parent, end: rows.len() });
            open.push(at);
        }
        Ok(Self { nodes: rows, around })
    }

    /// In document order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub fn get(&self, path: Path) -> Option<&Node> {
        let at = self.nodes.binary_search_by_key(&path, |node| node.path).ok()?;
        self.nodes.get(at)
    }

    /// Looks at every node; a path is found faster.
    pub fn find(&self, key: &Key) -> Option<&Node> {
        self.nodes.iter().find(|node| node.key == *key)
    }

    /// How many nodes stand before this path, which need not be there.
    pub(super) fn before(&self, path: Path) -> usize {
        self.nodes.partition_point(|node| node.path < path)
    }

    pub(super) fn parent_of(&self, at: usize) -> Option<usize> {
        self.around.get(at)?.parent
    }

    /// Where the tree goes on when everything below is passed over.
    pub(super) fn end_of(&self, at: usize) -> usize {
        self.around.get(at).map_or(self.nodes.len(), |around| around.end)
    }
}

impl Node {
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Item { .. } => Kind::Item,
            Body::Module { .. } => Kind::Module,
        }
    }

    pub fn parent(&self) -> Option<Path> {
        self.path.parent()
    }

    pub fn depth(&self) -> usize {
        self.path.depth()
    }

    /// Whether it starts skipped and asks for a decision (Q6).
    pub fn is_optional(&self) -> bool {
        matches!(self.body, Body::Module { asks: Some(_), .. })
    }

    /// Whether there is anything to see on it, so that the walk stops here (Q7).
    pub fn shows(&self) -> bool {
        match &self.body {
            Body::Item { .. } => true,
            Body::Module { asks, description } => {
                asks.is_some() || description.is_some() || matches!(self.title, Title::Entry(_))
            }
        }
    }
}

impl Title {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Defined(title) => title,
            Self::Entry(name) => name.as_str(),
        }
    }
}

impl Key {
    /// As it was kept.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn top(id: &str) -> Self {
        Self(id.to_owned())
    }

    fn entry(&self, entry: EntryId) -> Self {
        Self(format!("{}@{:032x}", self.0, entry.0))
    }

    fn child(&self, id: &str) -> Self {
        Self(format!("{}/{id}", self.0))
    }
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |id: &Option<DefinitionId>| id.clone().unwrap_or_else(|| "The questionnaire".to_owned());
        match self {
            Self::Children(id) => write!(f, "{} has more than {MOST_SIBLINGS} children.", named(id)),
            Self::Levels(id) => write!(f, "{} has children on more than {MOST_LEVELS} levels.", named(id)),
            Self::Nodes => write!(f, "The questionnaire grows to more than {MOST_NODES} nodes."),
        }
    }
}

impl Error for TooMuch {}

impl fmt::Display for OutOfPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The node {} stands twice in its tree, or below no module.", self.0.number())
    }
}

impl Error for OutOfPlace {}
