//! Stories of answers: who takes which, how a concern weighs, the plan, and where to go on.

use super::*;
use crate::intake::answers::NotAsked;

const LIKELIHOODS: [Likelihood; 3] = [Likelihood::Unlikely, Likelihood::Possible, Likelihood::Likely];
const FREQUENCIES: [Frequency; 3] = [Frequency::Rare, Frequency::Occasional, Frequency::Frequent];
const BURDENS: [Burden; 3] = [Burden::Light, Burden::Moderate, Burden::Heavy];

fn step(what: &str) -> Step {
    Step { what: Typed::new(what), by_when: Typed::new("Friday"), who: Typed::new("me") }
}

fn answered(tree: &Tree, given: &[(&str, Answer)]) -> Answers {
    let mut answers = Answers::default();
    given.iter().for_each(|(stored, answer)| answers.answer(node(tree, stored), *answer).unwrap());
    answers
}

#[test]
fn every_weight_has_its_priority() {
    // Q8: up to 15 low, up to 50 medium, above high.
    let (l, m, h) = (Priority::Low, Priority::Medium, Priority::High);
    let expected = [
        [[l, l, l], [l, m, m], [l, m, h]], // 1: 1 5 10, 4 20 40, 7 35 70
        [[l, l, m], [l, h, h], [m, h, h]], // 3: 3 15 30, 12 60 120, 21 105 210
        [[l, m, m], [m, h, h], [m, h, h]], // 5: 5 25 50, 20 100 200, 35 175 350
    ];
    for (row, likelihood) in LIKELIHOODS.into_iter().enumerate() {
        for (column, frequency) in FREQUENCIES.into_iter().enumerate() {
            let of = |burden| Weight::Calculated { likelihood, frequency, burden }.priority();
            assert_eq!(BURDENS.map(of), expected[row][column], "{likelihood:?} {frequency:?}");
        }
    }
    assert_eq!(Weight::Chosen(Priority::Medium).priority(), Priority::Medium);
}

#[test]
fn only_a_concern_has_a_priority_and_a_fixed_one_wins() {
    // Q8
    let tree = tree_of(Given::Yes, Given::Yes);
    let mut fixed = node(&tree, "001001").clone();
    fixed.body = Body::Item { statement: "a is well".into(), fixed: Some(Priority::Low) };
    let free = node(&tree, "001002");
    let mut answers = answered(&tree, &[("001001", Answer::No), ("001002", Answer::No)]);
    assert_eq!((answers.priority(&fixed), answers.priority(free)), (Some(Priority::Low), None));
    for node in [&fixed, free] {
        answers.weigh(node, Weight::Chosen(Priority::High)).unwrap();
    }
    assert_eq!((answers.priority(&fixed), answers.priority(free)), (Some(Priority::Low), Some(Priority::High)));
    for node in [&fixed, free] {
        answers.answer(node, Answer::Yes).unwrap();
    }
    assert_eq!((answers.priority(&fixed), answers.priority(free)), (None, None));
    answers.answer(free, Answer::No).unwrap();
    assert_eq!(answers.priority(free), Some(Priority::High), "a change of mind loses nothing");
}

#[test]
fn a_node_takes_only_what_it_asks() {
    // Q6: only optional modules are decided about.
    let tree = tree_of(Given::Yes, Given::Yes);
    let (mut answers, module, item) = (Answers::default(), node(&tree, "001"), node(&tree, "001001"));
    assert_eq!(answers.answer(module, Answer::Yes), Err(NotAsked::NoItem(module.path)));
    assert_eq!(answers.weigh(module, Weight::Chosen(Priority::Low)), Err(NotAsked::NoItem(module.path)));
    assert_eq!(answers.plan(module, vec![step("ask")]), Err(NotAsked::NoItem(module.path)));
    assert_eq!(answers.decide(module, Decision::Yes), Err(NotAsked::NotOptional(module.path)));
    let error = answers.decide(item, Decision::Yes).unwrap_err();
    assert_eq!(error.to_string(), "The node 1.1 is not an optional module.");
    assert_eq!(answers, Answers::default());
}

#[test]
fn skipping_hides_every_descendant_and_brings_all_back() {
    // Q6: at any depth, also below a module that is itself un-skipped.
    let inner = module("I", Some("I?"), None, vec![item("x"), Child::Module(module("J", None, None, vec![item("y")]))]);
    let outer = module("O", Some("O?"), None, vec![Child::Module(inner), item("z")]);
    let definition = Definition { title: "Nested".into(), profile: Vec::new(), modules: vec![outer] };
    let tree = build(&definition, &Profile::default()).unwrap();
    let mut answers = answered(&tree, &[("001001002001", Answer::No)]);
    let (outer, inner) = (node(&tree, "001"), node(&tree, "001001"));
    let hidden = |answers: &Answers| {
        let walk = Walk::new(&tree, answers);
        let hidden = tree.nodes().iter().filter(|node| walk.is_hidden(node.path));
        hidden.map(|node| node.title.as_str()).collect::<String>()
    };
    assert_eq!(hidden(&answers), "IxJyz");
    answers.decide(inner, Decision::Yes).unwrap();
    assert_eq!(hidden(&answers), "IxJyz");
    assert_eq!(walked(&tree, &answers), "1");
    answers.decide(outer, Decision::Yes).unwrap();
    assert_eq!(hidden(&answers), "");
    assert_eq!(walked(&tree, &answers), "1, 1.1, 1.1.1, 1.1.2.1, 1.2");
    assert_eq!(Walk::new(&tree, &answers).plan().len(), 4, "the answer is back");
    for decision in [Decision::No, Decision::Postponed] {
        answers.decide(inner, decision).unwrap();
        assert_eq!(hidden(&answers), "xJy");
        assert_eq!(Walk::new(&tree, &answers).plan().len(), 0);
        assert_eq!(Walk::new(&tree, &answers).progress(), 0, "an answer under a hidden node does not count (Q10)");
    }
}

#[test]
fn the_plan_holds_the_concerns_and_their_modules() {
    // Q9: also a module that has nothing else to show; not what is hidden.
    let tree = tree_of(names(&["North", "South"]), Given::Yes);
    let no = |stored| (stored, Answer::No);
    let mut answers = answered(
        &tree,
        &[no("001001002"), no("001002001"), no("001002002"), ("002001", Answer::Yes), no("003002001"), no("003003")],
    );
    let plan = |answers: &Answers| {
        Walk::new(&tree, answers).plan().iter().map(|node| node.path.number()).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(plan(&answers), "1, 1.1, 1.1.2, 1.2, 1.2.1, 1.2.2, 3, 3.3");
    answers.decide(node(&tree, "003002"), Decision::Yes).unwrap();
    assert_eq!(plan(&answers), "1, 1.1, 1.1.2, 1.2, 1.2.1, 1.2.2, 3, 3.2, 3.2.1, 3.3");
    let concern = node(&tree, "003003");
    let steps = vec![step("ask the landlord"), step("ask again")];
    answers.plan(concern, steps.clone()).unwrap();
    assert_eq!(answers.steps(&concern.key), steps);
    assert!(answers.steps(&node(&tree, "001001002").key).is_empty());
}

#[test]
fn a_session_goes_on_where_it_was_left() {
    // Q7: the last visited if it still counts, else the first unanswered, else the first.
    let tree = tree_of(Given::Yes, Given::Yes);
    let mut answers = answered(&tree, &[("001001", Answer::Yes), ("001002", Answer::Later), ("002001", Answer::No)]);
    let to = |answers: &Answers, last: Option<&str>| {
        let last = last.map(|stored| &node(&tree, stored).key);
        Walk::new(&tree, answers).resume(last).map(|node| node.path.number()).unwrap_or_default()
    };
    assert_eq!(to(&answers, Some("002")), "2");
    assert_eq!(to(&answers, Some("003002001")), "1.2", "hidden since");
    assert_eq!(to(&answers, Some("003")), "1.2", "never visited");
    assert_eq!(to(&answers, None), "1.2", "later is no answer");
    for stored in ["001002", "003001", "003003"] {
        answers.answer(node(&tree, stored), Answer::NotApplicable).unwrap();
    }
    answers.decide(node(&tree, "003002"), Decision::Postponed).unwrap();
    assert_eq!(to(&answers, None), "3.2", "neither is postponed");
    answers.decide(node(&tree, "003002"), Decision::No).unwrap();
    assert_eq!(to(&answers, None), "1", "everything is answered");
    assert_eq!(Walk::new(&Tree::default(), &answers).resume(None), None);
}

#[test]
fn progress_rounds_halves_up() {
    // Q10
    let progress = |all: usize, yes: usize| {
        let items = (0..all).map(|nth| item(&format!("i{nth}"))).collect();
        let definition =
            Definition { title: "Flat".into(), profile: Vec::new(), modules: vec![module("M", None, None, items)] };
        let tree = build(&definition, &Profile::default()).unwrap();
        let mut answers = Answers::default();
        let items = tree.nodes().iter().filter(|node| node.kind() == Kind::Item);
        items.take(yes).for_each(|node| answers.answer(node, Answer::Yes).unwrap());
        Walk::new(&tree, &answers).progress()
    };
    assert_eq!(progress(0, 0), 0);
    assert_eq!([progress(8, 1), progress(8, 3), progress(200, 1), progress(201, 1)], [13, 38, 1, 0]);
    assert_eq!([progress(3, 1), progress(3, 2), progress(3, 3), progress(200, 199)], [33, 67, 100, 100]);
}

#[test]
fn the_student_is_asked_about_what_would_go() {
    // Q5: later and postponed hold nothing; a part that the operator has moved is another one.
    let (before, after) = (shops(QuestionKind::Optional), shops(QuestionKind::Repeatable));
    let yes = profile(&before, &[("P", Given::Yes)]);
    let tree = build(&before, &yes).unwrap();
    let mut answers = answered(&tree, &[("001001", Answer::No), ("001002", Answer::Later), ("002001", Answer::Yes)]);
    answers.decide(node(&tree, "002002"), Decision::Yes).unwrap();
    answers.plan(node(&tree, "001001"), vec![step("one"), step("two")]).unwrap();
    let listed = profile(&after, &[("P", names(&["North"]))]);
    assert_eq!(rebuild(&answers, &after, &listed).unwrap().gone, Gone { answers: 1, steps: 2 });
    let mut fewer = before.clone();
    fewer.modules.clear();
    assert!(rebuild(&answers, &before, &yes).unwrap().gone.is_nothing());
    assert_eq!(rebuild(&answers, &fewer, &yes).unwrap().gone, Gone { answers: 2, steps: 0 });
}
