//! The way through a tree: what is hidden, what comes next and before, where to go on, the plan, how far one has come
//! (Q6, Q7, Q9, Q10).
//!
//! A step looks at the ancestors of where it arrives, of which there are at most twelve, and jumps over what is hidden
//! as a whole; only finding where it starts, by halving, takes a little longer in a large tree. It changes nothing, and
//! knows no definition.

use std::iter;

use super::{
    answers::{Answers, Decision},
    path::Path,
    tree::{Key, Kind, Node, Tree},
};

#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    tree: &'a Tree,
    answers: &'a Answers,
}

impl<'a> Walk<'a> {
    pub fn new(tree: &'a Tree, answers: &'a Answers) -> Self {
        Self { tree, answers }
    }

    /// Whether a skipped module is above; a skipped module itself is not hidden, so that it can be un-skipped.
    pub fn is_hidden(&self, path: Path) -> bool {
        self.tree.get(path).is_some() && self.hidden_by(self.tree.before(path)).is_some()
    }

    /// What is not hidden, in document order.
    pub fn visible(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        let walk = *self;
        let first = walk.at(0).map(|node| (0, node));
        iter::successors(first, move |(at, node)| {
            let next = if walk.skips(node) { walk.tree.end_of(*at) } else { at + 1 };
            walk.at(next).map(|node| (next, node))
        })
        .map(|(_, node)| node)
    }

    /// What next and previous visit, in document order.
    pub fn visited(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        self.visible().filter(|node| node.shows())
    }

    /// The first node behind `from` that is not hidden and has something to show. `from` may itself be hidden or gone.
    ///
    /// A store does the same over its index on (session, path) without reading the tree. It takes the first row whose
    /// path is greater than `from`, and among the rows of that path's prefixes, which are at most twelve known texts,
    /// the shortest that is a skipped module. When there is one, it goes on with the first path that is not less than
    /// that prefix followed by a colon. When there is none and the row has nothing to show, it goes on behind that row.
    /// A skipped module shows, so that one jump is enough but for modules without anything to show.
    pub fn next(&self, from: Path) -> Option<&'a Node> {
        let mut at = self.tree.before(from);
        if self.at(at).is_some_and(|node| node.path == from) {
            at += 1;
        }
        while let Some(node) = self.at(at) {
            match self.hidden_by(at) {
                Some(skipped) => at = self.tree.end_of(skipped),
                None if node.shows() => return Some(node),
                None => at += 1,
            }
        }
        None
    }

    /// The last node before `from` that is not hidden and has something to show.
    ///
    /// A store takes the last row whose path is less than `from`. When one of its prefixes is a skipped module, the
    /// shortest of them is the answer: it is not hidden, and it shows its question. Without one, the row is the answer
    /// if it has something to show; otherwise the store goes on before that row.
    pub fn previous(&self, from: Path) -> Option<&'a Node> {
        let mut at = self.tree.before(from);
        while at > 0 {
            at = self.hidden_by(at - 1).unwrap_or(at - 1);
            if let Some(node) = self.at(at).filter(|node| node.shows()) {
                return Some(node);
            }
        }
        None
    }

    /// Where to go on: where the student was last, if that is still visited; else at the first item or optional module
    /// without an answer; else at the first node.
    pub fn resume(&self, last: Option<&Key>) -> Option<&'a Node> {
        let asks = |node: &Node| node.kind() == Kind::Item || node.is_optional();
        self.visited()
            .find(|node| last == Some(&node.key))
            .or_else(|| self.visited().find(|node| asks(node) && !self.answers.is_answered(node)))
            .or_else(|| self.visited().next())
    }

    /// The concerns that are not hidden, and the modules above them, in document order.
    pub fn plan(&self) -> Vec<&'a Node> {
        let mut plan: Vec<&Node> = Vec::new();
        for concern in self.visible().filter(|node| self.answers.is_concern(node)) {
            let behind = plan.len();
            let above = iter::successors(concern.parent(), Path::parent);
            // Modules that an earlier concern has brought in stand before; the others are found upwards.
            let last = plan.last().map(|node| node.path);
            let new = above.take_while(|module| last.is_none_or(|last| !module.is_above(&last)));
            plan.push(concern);
            plan.extend(new.filter_map(|module| self.tree.get(module)));
            plan[behind..].reverse();
        }
        plan
    }

    /// How much of what is not hidden has been answered, in percent, halves up; 0 when there are no items.
    pub fn progress(&self) -> u8 {
        let items = || self.visible().filter(|node| node.kind() == Kind::Item);
        let all = items().count();
        let answered = items().filter(|item| self.answers.is_answered(item)).count();
        let percent = (200 * answered + all).checked_div(2 * all).unwrap_or(0);
        u8::try_from(percent).unwrap_or(100)
    }

    fn at(&self, position: usize) -> Option<&'a Node> {
        self.tree.nodes().get(position)
    }

    fn skips(&self, node: &Node) -> bool {
        node.is_optional() && self.answers.decision(&node.key) != Some(Decision::Yes)
    }

    /// The highest module above that is skipped: it hides all the others that may be skipped below it.
    fn hidden_by(&self, at: usize) -> Option<usize> {
        let above = iter::successors(self.tree.parent_of(at), |module| self.tree.parent_of(*module));
        above.filter(|module| self.at(*module).is_some_and(|node| self.skips(node))).last()
    }
}
