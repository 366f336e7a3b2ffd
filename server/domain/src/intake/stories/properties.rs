//! What holds for every definition, profile and set of answers, whatever they are.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;

/// A level and a sort of node; levels are cut to what the nodes before allow.
type Mark = (u8, u8);

fn marks() -> impl Strategy<Value = Vec<Mark>> {
    vec((0_u8..6, 0_u8..8), 1..40)
}

/// What is answered about each node in turn: 0 is nothing.
fn said() -> impl Strategy<Value = Vec<u8>> {
    vec(0_u8..5, 1..60)
}

/// For each list of entries: which old entry, whether its id is sent, whether it gets another name.
fn edits() -> impl Strategy<Value = Vec<(u8, bool, bool)>> {
    vec((0_u8..6, any::<bool>(), any::<bool>()), 0..6)
}

fn definition(marks: &[Mark], kept: impl Fn(usize) -> bool) -> Definition {
    let mut definition = Definition { title: "Any".into(), profile: Vec::new(), modules: Vec::new() };
    let numbered: Vec<_> = marks.iter().copied().enumerate().filter(|(nth, _)| kept(*nth)).collect();
    let mut rest = &numbered[..];
    while let [(nth, (_, sort)), behind @ ..] = rest {
        rest = behind;
        let (id, children) = (format!("n{nth}"), children(&mut rest, 1));
        match sort {
            0 => definition.profile.push(question(&id, QuestionKind::Optional, children)),
            1..=3 => definition.profile.push(question(&id, QuestionKind::Repeatable, children)),
            _ => definition.modules.push(any_module(&id, *sort, children)),
        }
    }
    definition
}

fn children(rest: &mut &[(usize, Mark)], level: u8) -> Vec<Child> {
    let mut children = Vec::new();
    while let [(nth, (deep, sort)), behind @ ..] = *rest {
        if *deep < level {
            break;
        }
        *rest = behind;
        let id = format!("n{nth}");
        children.push(match sort {
            0..=3 => item(&id),
            _ => Child::Module(any_module(&id, *sort, self::children(rest, level + 1))),
        });
    }
    children
}

fn any_module(id: &str, sort: u8, children: Vec<Child>) -> Module {
    module(id, (sort >= 6).then_some("Really?"), (sort % 2 == 1).then_some("About it"), children)
}

/// Yes to all questions, and to each list three entries, two of which are named alike.
fn all(definition: &Definition, fresh: &mut impl FnMut() -> EntryId) -> Profile {
    let mut profile = Profile::default();
    for question in &definition.profile {
        let given = match question.kind {
            QuestionKind::Optional => Given::Yes,
            QuestionKind::Repeatable => names(&["One", "Two", "One"]),
        };
        profile.answer(definition, &question.id, given, &mut *fresh).unwrap();
    }
    profile
}

/// Who a node is, found without its key: its title in the definition, and the entry that its path leads through.
fn identity(tree: &Tree, definition: &Definition, profile: &Profile, node: &Node) -> String {
    let top = Path::top(node.path.segments()[0]).ok().and_then(|top| tree.get(top)).unwrap();
    let asked = definition.question(top.title.as_str()).and_then(|question| profile.get(&question.id));
    let entry = match (asked, node.path.segments().get(1)) {
        (Some(ProfileAnswer::List(entries)), Some(nth)) => Some(entries[usize::from(*nth) - 1].id),
        _ => None,
    };
    format!("{} of {entry:?}", node.title.as_str())
}

/// Answers, and on every item a step that says whose it is.
fn answers(tree: &Tree, said: &[u8], whose: impl Fn(&Node) -> String) -> Answers {
    let mut answers = Answers::default();
    for (node, said) in tree.nodes().iter().zip(said.iter().cycle()) {
        let step = || Step { what: Typed::new(&whose(node)), ..Step::default() };
        let answer = [Answer::Later, Answer::Yes, Answer::No, Answer::NotApplicable, Answer::No];
        let decision = [Decision::Postponed, Decision::Yes, Decision::Yes, Decision::Yes, Decision::No];
        if node.is_optional() && *said > 0 {
            answers.decide(node, decision[usize::from(*said)]).unwrap();
        }
        if node.kind() == Kind::Item {
            answers.answer(node, answer[usize::from(*said)]).unwrap();
            answers.plan(node, vec![step()]).unwrap();
        }
    }
    answers
}

fn edited(old: &[Entry], edits: &[(u8, bool, bool)]) -> Given {
    let row = |(nth, sends, renames): &(u8, bool, bool)| {
        let entry = old.get(usize::from(*nth));
        let name = if *renames { Some("Two") } else { entry.map(|entry| entry.name.as_str()) };
        Named { id: entry.filter(|_| *sends).map(|entry| entry.id), name: Typed::new(name.unwrap_or("New")) }
    };
    Given::List(edits.iter().map(row).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    // Q3
    #[test]
    fn a_path_and_its_texts_are_the_same(
        a in vec(1_u16..=999, 1..=13), b in vec(1_u16..=999, 1..=13), cut in 1_usize..13
    ) {
        let of = |segments: &[u16]| {
            segments[1..].iter().fold(Path::top(segments[0]).unwrap(), |path, nth| path.child(*nth).unwrap())
        };
        let (one, other, above) = (of(&a), of(&b), of(&a[..cut.min(a.len())]));
        prop_assert_eq!(Path::from_stored(&one.stored()), Ok(one));
        prop_assert_eq!(Path::from_number(&one.number()), Ok(one));
        prop_assert_eq!(one.segments(), &a[..]);
        for (one, other) in [(one, other), (above, one)] {
            prop_assert_eq!(one.cmp(&other), one.stored().cmp(&other.stored()));
            prop_assert_eq!(one.cmp(&other), one.segments().cmp(other.segments()));
            let (from, until) = (one.stored(), one.stored() + ":");
            prop_assert_eq!(one.is_above(&other), from < other.stored() && other.stored() < until);
        }
    }

    // Q3
    #[test]
    fn paths_and_adjacency_agree(marks in marks()) {
        let definition = definition(&marks, |_| true);
        let tree = build(&definition, &all(&definition, &mut counted())).unwrap();
        let stored: Vec<_> = tree.nodes().iter().map(|node| node.path.stored()).collect();
        prop_assert!(stored.is_sorted());
        let keys: BTreeSet<_> = tree.nodes().iter().map(|node| &node.key).collect();
        prop_assert_eq!(keys.len(), tree.nodes().len());
        for parent in std::iter::once(None).chain(tree.nodes().iter().map(|node| Some(node.path))) {
            let children = tree.nodes().iter().filter(|node| node.parent() == parent);
            let last: Vec<_> = children.map(|child| *child.path.segments().last().unwrap()).collect();
            prop_assert_eq!(&last, &(1..=last.len() as u16).collect::<Vec<_>>());
            let parent = parent.and_then(|parent| tree.get(parent));
            prop_assert!(last.is_empty() || parent.is_none_or(|parent| parent.kind() == Kind::Module));
        }
    }

    // Q6, Q7, Q9, Q10: against what each says, read node by node.
    #[test]
    fn every_way_through_is_what_it_says(marks in marks(), said in said()) {
        let definition = definition(&marks, |_| true);
        let tree = build(&definition, &all(&definition, &mut counted())).unwrap();
        let answers = answers(&tree, &said, |_| String::new());
        let walk = Walk::new(&tree, &answers);
        let skipped = |node: &&Node| node.is_optional() && answers.decision(&node.key) != Some(Decision::Yes);
        let hidden = |at: &Node| tree.nodes().iter().filter(skipped).any(|module| module.path.is_above(&at.path));
        let visible: Vec<_> = tree.nodes().iter().filter(|node| !hidden(node)).collect();
        let visited: Vec<_> = visible.iter().copied().filter(|node| node.shows()).collect();
        prop_assert_eq!(walk.visible().collect::<Vec<_>>(), visible.clone());
        prop_assert_eq!(walk.visited().collect::<Vec<_>>(), visited.clone());
        for node in tree.nodes() {
            prop_assert_eq!(walk.is_hidden(node.path), hidden(node));
            let (next, previous) = (walk.next(node.path), walk.previous(node.path));
            prop_assert_eq!(next, visited.iter().copied().find(|other| other.path > node.path));
            prop_assert_eq!(previous, visited.iter().copied().rfind(|other| other.path < node.path));
            if let Some(next) = next.filter(|_| visited.contains(&node)) {
                prop_assert_eq!(walk.previous(next.path), Some(node));
            }
        }
        let concerns: Vec<_> = visible.iter().filter(|node| answers.is_concern(node)).collect();
        let planned = |node: &&&Node| {
            answers.is_concern(node) || concerns.iter().any(|concern| node.path.is_above(&concern.path))
        };
        prop_assert_eq!(walk.plan(), visible.iter().filter(planned).copied().collect::<Vec<_>>());
        prop_assert!(walk.progress() <= 100);
    }

    // Q5
    #[test]
    fn the_same_profile_changes_nothing(marks in marks(), said in said()) {
        let definition = definition(&marks, |_| true);
        let mut profile = all(&definition, &mut counted());
        let tree = build(&definition, &profile).unwrap();
        let answers = answers(&tree, &said, |_| String::new());
        let before = profile.clone();
        for question in definition.profile.iter().filter(|question| question.kind == QuestionKind::Repeatable) {
            let never = || panic!("a new identity for an old entry");
            profile.answer(&definition, &question.id, names(&["One", "Two", "One"]), never).unwrap();
        }
        prop_assert_eq!(&profile, &before);
        let rebuilt = rebuild(&answers, &definition, &profile).unwrap();
        prop_assert_eq!(rebuilt, Rebuilt { tree, kept: answers, gone: Gone::default() });
    }

    // Q4, Q5: by another profile, by another definition, or by both.
    #[test]
    fn no_answer_ever_moves_to_another_entry(
        marks in marks(), said in said(), edits in vec(edits(), 1..4), lost in 0_usize..60
    ) {
        let before = definition(&marks, |_| true);
        let mut fresh = counted();
        let mut profile = all(&before, &mut fresh);
        let old = build(&before, &profile).unwrap();
        let answers = answers(&old, &said, |node| identity(&old, &before, &profile, node));
        let after = definition(&marks, |nth| nth != lost);
        let repeatable = after.profile.iter().filter(|question| question.kind == QuestionKind::Repeatable);
        for (question, edits) in repeatable.zip(edits.iter().cycle()) {
            let Some(ProfileAnswer::List(entries)) = profile.get(&question.id).cloned() else { continue };
            profile.answer(&after, &question.id, edited(&entries, edits), &mut fresh).unwrap();
            let Some(ProfileAnswer::List(now)) = profile.get(&question.id) else { continue };
            let ids: BTreeSet<_> = now.iter().map(|entry| entry.id).collect();
            prop_assert_eq!(ids.len(), now.len(), "two entries share an identity");
        }
        let Rebuilt { tree, kept, gone } = rebuild(&answers, &after, &profile).unwrap();
        let mut steps = 0;
        for node in tree.nodes() {
            for step in kept.steps(&node.key) {
                prop_assert_eq!(step.what.as_str(), identity(&tree, &after, &profile, node));
                steps += 1;
            }
            prop_assert_eq!(kept.of(&node.key), answers.of(&node.key));
        }
        let all = old.nodes().iter().filter(|node| node.kind() == Kind::Item).count();
        prop_assert_eq!(gone.steps, all - steps);
    }
}
