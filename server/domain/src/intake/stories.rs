//! The stories of the intake: the tables of requirements Q, row by row. The numbers are those of RULES.md.

mod answering;
mod profiles;
mod properties;
mod shapes;

use super::{
    definition::{Child, Definition, Item, Module, Priority, Question, QuestionKind},
    *,
};

fn item(id: &str) -> Child {
    Child::Item(Item { id: id.into(), statement: format!("{id} is well"), title: Some(id.into()), priority: None })
}

fn module(id: &str, asks: Option<&str>, description: Option<&str>, children: Vec<Child>) -> Module {
    let text = |text: Option<&str>| text.map(String::from);
    Module { id: id.into(), title: id.into(), description: text(description), asks: text(asks), children }
}

fn question(id: &str, kind: QuestionKind, children: Vec<Child>) -> Question {
    let description = Some(format!("About {id}"));
    Question { id: id.into(), kind, question: format!("{id}?"), title: id.into(), description, children }
}

/// The definition that stands above the tables.
fn shops(p: QuestionKind) -> Definition {
    let o = module("O", Some("O?"), None, vec![item("e"), item("f")]);
    Definition {
        title: "Shops".into(),
        profile: vec![
            question("P", p, vec![item("a"), item("b")]),
            question("Q", QuestionKind::Optional, vec![item("c")]),
        ],
        modules: vec![module("G", None, None, vec![item("d"), Child::Module(o), item("g")])],
    }
}

fn names(names: &[&str]) -> Given {
    Given::List(names.iter().map(|name| Named { id: None, name: Typed::new(name) }).collect())
}

/// Identities 1, 2, 3 … in the order of need.
fn counted() -> impl FnMut() -> EntryId {
    let mut last = 0;
    move || {
        last += 1;
        EntryId(last)
    }
}

fn profile(definition: &Definition, answers: &[(&str, Given)]) -> Profile {
    let (mut profile, mut fresh) = (Profile::default(), counted());
    for (question, given) in answers {
        profile.answer(definition, question, given.clone(), &mut fresh).unwrap();
    }
    profile
}

fn tree_of(p: Given, q: Given) -> Tree {
    let kind = if matches!(p, Given::List(_)) { QuestionKind::Repeatable } else { QuestionKind::Optional };
    let definition = shops(kind);
    build(&definition, &profile(&definition, &[("P", p), ("Q", q)])).unwrap()
}

fn path(stored: &str) -> Path {
    Path::from_stored(stored).unwrap()
}

fn node<'a>(tree: &'a Tree, stored: &str) -> &'a Node {
    tree.get(path(stored)).unwrap()
}

/// As the tables write it: `001 P, 001001 a`.
fn written(tree: &Tree) -> String {
    let node = |node: &Node| format!("{} {}", node.path.stored(), node.title.as_str());
    tree.nodes().iter().map(node).collect::<Vec<_>>().join(", ")
}

/// As the tables write it: `1, 1.1, 1.2`; and the same backwards, from the end, with `previous`.
fn walked(tree: &Tree, answers: &Answers) -> String {
    let walk = Walk::new(tree, answers);
    let numbers = |nodes: &[&Node]| nodes.iter().map(|node| node.path.number()).collect::<Vec<_>>().join(", ");
    let first = walk.visited().next();
    let forth: Vec<_> = std::iter::successors(first, |node| walk.next(node.path)).collect();
    let mut back: Vec<_> = std::iter::successors(forth.last().copied(), |node| walk.previous(node.path)).collect();
    back.reverse();
    assert_eq!(numbers(&forth), numbers(&back), "there and back");
    assert_eq!(numbers(&forth), numbers(&walk.visited().collect::<Vec<_>>()), "step by step and at once");
    numbers(&forth)
}

#[test]
fn everything_that_the_profile_says_yes_to() {
    // Q-T1, Q3, Q4, Q7: the general module has nothing to show, the optional one hides its items.
    let tree = tree_of(Given::Yes, Given::Yes);
    let expected = "001 P, 001001 a, 001002 b, 002 Q, 002001 c, 003 G, 003001 d, 003002 O, 003002001 e, \
                    003002002 f, 003003 g";
    assert_eq!(written(&tree), expected);
    assert_eq!(walked(&tree, &Answers::default()), "1, 1.1, 1.2, 2, 2.1, 3.1, 3.2, 3.3");
}

#[test]
fn a_no_leaves_its_part_out_and_no_gap() {
    // Q-T2, Q4
    let tree = tree_of(Given::No, Given::Yes);
    let expected = "001 Q, 001001 c, 002 G, 002001 d, 002002 O, 002002001 e, 002002002 f, 002003 g";
    assert_eq!(written(&tree), expected);
    assert_eq!(walked(&tree, &Answers::default()), "1, 1.1, 2.1, 2.2, 2.3");
}

#[test]
fn a_list_gives_a_wrapper_with_a_module_for_each_entry() {
    // Q-T3, Q4, Q7: an entry shows its name.
    let tree = tree_of(names(&["North", "South"]), Given::Yes);
    let expected = "001 P, 001001 North, 001001001 a, 001001002 b, 001002 South, 001002001 a, 001002002 b, \
                    002 Q, 002001 c, 003 G, 003001 d, 003002 O, 003002001 e, 003002002 f, 003003 g";
    assert_eq!(written(&tree), expected);
    let walk = "1, 1.1, 1.1.1, 1.1.2, 1.2, 1.2.1, 1.2.2, 2, 2.1, 3.1, 3.2, 3.3";
    assert_eq!(walked(&tree, &Answers::default()), walk);
    assert!(tree.nodes().iter().all(|node| (node.kind() == Kind::Item) == "abcdefg".contains(node.title.as_str())));
}

#[test]
fn one_step_ahead_and_one_back() {
    // Q-T4, Q6, Q7
    let (tree, answers) = (tree_of(Given::Yes, Given::Yes), Answers::default());
    let walk = Walk::new(&tree, &answers);
    let to = |node: Option<&Node>| node.map(|node| node.path.stored());
    assert_eq!(to(walk.next(path("002001"))).as_deref(), Some("003001"));
    assert_eq!(to(walk.next(path("003002"))).as_deref(), Some("003003"));
    assert_eq!(to(walk.next(path("003003"))), None);
    assert_eq!(to(walk.previous(path("001"))), None);
    // Q7: from where another tab has just hidden it, and from what is gone.
    assert_eq!(to(walk.next(path("003002001"))).as_deref(), Some("003003"));
    assert_eq!(to(walk.previous(path("003002002"))).as_deref(), Some("003002"));
    assert_eq!(to(walk.next(path("001900"))).as_deref(), Some("002"));
}

#[test]
fn answers_move_with_what_they_answer() {
    // Q-T5, Q5
    let definition = shops(QuestionKind::Optional);
    let tree = tree_of(Given::Yes, Given::Yes);
    let mut answers = Answers::default();
    for (stored, answer) in [("001001", Answer::No), ("002001", Answer::Yes), ("003001", Answer::No)] {
        answers.answer(node(&tree, stored), answer).unwrap();
    }
    let changed = profile(&definition, &[("P", Given::No), ("Q", Given::Yes)]);
    let Rebuilt { tree: new, kept, gone } = rebuild(&answers, &definition, &changed).unwrap();
    assert_eq!(gone, Gone { answers: 1, steps: 0 });
    assert_eq!(kept.of(&node(&new, "001001").key), Some(Answer::Yes), "c");
    assert_eq!(kept.of(&node(&new, "002001").key), Some(Answer::No), "d");
    assert_eq!(kept.of(&node(&tree, "001001").key), None, "a is gone");
    let back = rebuild(&kept, &definition, &profile(&definition, &[("P", Given::Yes), ("Q", Given::Yes)])).unwrap();
    assert_eq!(back.tree, tree);
    assert_eq!(back.kept.of(&node(&tree, "001001").key), None, "and does not come back");
}

#[test]
fn what_is_skipped_does_not_count_until_it_is_not() {
    // Q-T6, Q6, Q10
    let tree = tree_of(Given::Yes, Given::Yes);
    let mut answers = Answers::default();
    answers.decide(node(&tree, "003002"), Decision::No).unwrap();
    answers.answer(node(&tree, "001001"), Answer::Yes).unwrap();
    answers.answer(node(&tree, "003003"), Answer::NotApplicable).unwrap();
    answers.answer(node(&tree, "003001"), Answer::Later).unwrap();
    assert_eq!(Walk::new(&tree, &answers).progress(), 40);
    answers.decide(node(&tree, "003002"), Decision::Yes).unwrap();
    assert_eq!(Walk::new(&tree, &answers).progress(), 29);
    assert_eq!(walked(&tree, &answers), "1, 1.1, 1.2, 2, 2.1, 3.1, 3.2, 3.2.1, 3.2.2, 3.3");
}
