//! Stories of paths and trees: what is too wide, too deep or too much.

use super::*;
use crate::intake::{
    path::{MOST_LEVELS, MOST_SIBLINGS},
    tree::{MOST_NODES, OutOfPlace},
};

fn items(count: usize) -> Vec<Child> {
    (0..count).map(|nth| item(&format!("i{nth}"))).collect()
}

fn only(modules: Vec<Module>) -> Definition {
    Definition { title: "Only".into(), profile: Vec::new(), modules }
}

/// A repeatable question whose children go on until an item stands on the last of so many levels.
fn deep(levels: usize) -> Definition {
    let inner = (2..levels - 1).rev().fold(vec![item("last")], |children, level| {
        vec![Child::Module(module(&format!("m{level}"), None, None, children))]
    });
    Definition {
        title: "Deep".into(),
        profile: vec![question("R", QuestionKind::Repeatable, inner)],
        modules: Vec::new(),
    }
}

#[test]
fn a_path_is_read_as_it_is_written_and_otherwise_not() {
    // Q3
    for (stored, number) in [("002003001", "2.3.1"), ("010100", "10.100"), ("001", "1"), ("999", "999")] {
        assert_eq!(path(stored).number(), number);
        assert_eq!(Path::from_number(number).unwrap().stored(), stored);
    }
    let stored = |text: &str| Path::from_stored(text).unwrap_err();
    let number = |text: &str| Path::from_number(text).unwrap_err();
    for text in ["", "01", "0010", "00a", "1.1", "+01", "０01"] {
        assert_eq!(stored(text), PathError::NotStored, "{text}");
    }
    for text in ["", ".", "1.", ".1", "1..1", "01", "1.02", "00", "-1", "+1", " 1", "a"] {
        assert_eq!(number(text), PathError::NotNumber, "{text}");
    }
    assert_eq!(stored("001000"), PathError::Sibling);
    for text in ["0", "1.1000", "99999999999999999999"] {
        assert_eq!(number(text), PathError::Sibling, "{text}");
    }
    assert!(Path::from_stored(&"001".repeat(MOST_LEVELS)).is_ok());
    assert_eq!(stored(&"001".repeat(MOST_LEVELS + 1)), PathError::Level);
    assert_eq!(number(&["1"; MOST_LEVELS + 1].join(".")), PathError::Level);
    assert_eq!(number("2.x").to_string(), "A number is written with dots and without zeros in front, such as 2.3.1.");
}

#[test]
fn a_path_knows_its_relatives() {
    // Q3
    let at = path("002003");
    assert_eq!(at.parent(), Some(path("002")));
    assert_eq!(path("002").parent(), None);
    assert_eq!(at.depth(), 2);
    assert_eq!(at.next_sibling(), Some(path("002004")));
    assert_eq!(path("002999").next_sibling(), None);
    assert!(at.is_above(&path("002003001")));
    assert!(!at.is_above(&at) && !at.is_above(&path("002")) && !at.is_above(&path("002004001")));
}

#[test]
fn too_many_children_are_refused() {
    // Q3: 999 children are not too many, neither are 999 parts.
    let wide = |count| build(&only(vec![module("W", None, None, items(count))]), &Profile::default());
    assert_eq!(wide(usize::from(MOST_SIBLINGS)).unwrap().nodes().len(), 1_000);
    let error = wide(1_000).unwrap_err();
    assert_eq!(error, TooMuch::Children(Some("W".into())));
    assert_eq!(error.to_string(), "W has more than 999 children.");
    let parts = |count| (0..count).map(|nth| module(&format!("m{nth}"), None, None, Vec::new())).collect();
    assert!(build(&only(parts(999)), &Profile::default()).is_ok());
    assert_eq!(build(&only(parts(1_000)), &Profile::default()), Err(TooMuch::Children(None)));
}

#[test]
fn an_entry_takes_a_level_of_its_own() {
    // Q3
    let grown = |levels| {
        let definition = deep(levels);
        build(&definition, &profile(&definition, &[("R", names(&["One"]))]))
    };
    let tree = grown(MOST_LEVELS).unwrap();
    assert_eq!(tree.nodes().last().unwrap().depth(), 13);
    assert_eq!(grown(14).unwrap_err().to_string(), "m12 has children on more than 13 levels.");
}

#[test]
fn a_list_cannot_grow_a_tree_beyond_all_measure() {
    // Q4
    let children = items(999);
    let definition = Definition {
        title: "Much".into(),
        profile: vec![question("R", QuestionKind::Repeatable, children)],
        modules: Vec::new(),
    };
    let entries = |count| names(&vec!["Again"; count]);
    let grown = |count| build(&definition, &profile(&definition, &[("R", entries(count))]));
    assert_eq!(grown(MOST_NODES / 1_000).unwrap_err(), TooMuch::Nodes, "one wrapper too many");
    assert_eq!(grown(MOST_NODES / 1_000 - 1).unwrap().nodes().len(), MOST_NODES - 1_000 + 1);
}

#[test]
fn a_kept_tree_is_the_tree_again() {
    // Q3, Q5
    let tree = tree_of(names(&["North", "South"]), Given::Yes);
    let mut rows = tree.nodes().to_vec();
    rows.reverse();
    assert_eq!(Tree::from_rows(rows.clone()), Ok(tree.clone()));
    let same = |node: &Node| tree.find(&Key::from_stored(node.key.as_str().to_owned())) == Some(node);
    assert!(tree.nodes().iter().all(same));
    let without = |stored: &str| tree.nodes().iter().filter(|node| node.path != path(stored)).cloned().collect();
    assert_eq!(Tree::from_rows(without("001001")), Err(OutOfPlace(path("001001001"))));
    rows.push(rows[3].clone());
    assert_eq!(Tree::from_rows(rows.clone()), Err(OutOfPlace(rows[3].path)));
    let below_item = Node { path: path("002001001"), ..tree.nodes()[1].clone() };
    let rows = tree.nodes().iter().cloned().chain([below_item]).collect();
    assert_eq!(Tree::from_rows(rows), Err(OutOfPlace(path("002001001"))));
}

#[test]
fn what_a_student_typed_is_not_printed() {
    let definition = shops(QuestionKind::Repeatable);
    let given = names(&["Wednesdays"]);
    let profile = profile(&definition, &[("P", given.clone())]);
    let tree = build(&definition, &profile).unwrap();
    let step = Step { what: Typed::new("Wednesdays"), ..Step::default() };
    assert_eq!(tree.get(path("001001")).unwrap().title.as_str(), "Wednesdays");
    assert!(!format!("{given:?} {profile:?} {tree:?} {step:?}").contains("Wednesdays"));
}
