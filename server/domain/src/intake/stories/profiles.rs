//! Stories of profiles: what is refused, and how entries stay themselves while their list is edited.

use super::*;
use crate::intake::profile::{LONGEST_NAME, MOST_ENTRIES};

/// A row of the page: `North`, or `North#1` with the identity that it was shown with.
fn rows(text: &str) -> Given {
    let row = |row: &str| match row.split_once('#') {
        Some((name, id)) => Named { id: id.parse().ok().map(EntryId), name: Typed::new(name) },
        None => Named { id: None, name: Typed::new(row) },
    };
    Given::List(text.split(',').map(row).collect())
}

fn shown(profile: &Profile) -> String {
    let Some(ProfileAnswer::List(entries)) = profile.get("P") else { return "none".into() };
    let entries = entries.iter().map(|entry| format!("{}#{}", entry.name.as_str(), entry.id.0));
    entries.collect::<Vec<_>>().join(",")
}

#[test]
fn entries_stay_themselves_while_their_list_is_edited() {
    // Q4, Q5
    let definition = shops(QuestionKind::Repeatable);
    let table = [
        ("at first", "North,South", "North#1,South#2"),
        ("the same again", "North,South", "North#1,South#2"),
        ("blanks and spaces", "  North , ,South,", "North#1,South#2"),
        ("another order", "South,North", "South#2,North#1"),
        ("one removed", "South", "South#2"),
        ("renamed by id", "East#2", "East#2"),
        ("a new one with the old name", "South,East#2", "South#3,East#2"),
        ("exchanged names, by id", "East#3,South#2", "East#3,South#2"),
        ("a name that its owner keeps by id", "South,South#2,East#3", "South#4,South#2,East#3"),
        ("named alike, by name", "South,South,South", "South#4,South#2,South#5"),
        ("an id sent twice", "South#2,South#2", "South#2,South#4"),
        ("an id that the list never had", "West#77", "West#6"),
        ("none left", " , ", ""),
        ("and again", "West", "West#7"),
    ];
    let (mut profile, mut fresh) = (Profile::default(), counted());
    for (story, given, expected) in table {
        profile.answer(&definition, "P", rows(given), &mut fresh).unwrap();
        assert_eq!(shown(&profile), expected, "{story}");
    }
}

#[test]
fn an_empty_list_and_no_answer_leave_the_part_out() {
    // Q4
    let definition = shops(QuestionKind::Repeatable);
    let general = "001 G, 001001 d, 001002 O, 001002001 e, 001002002 f, 001003 g";
    let mut profile = profile(&definition, &[("P", rows(" "))]);
    assert_eq!(written(&build(&definition, &profile).unwrap()), general);
    profile.forget("P");
    assert_eq!(profile, Profile::default());
    assert_eq!(written(&build(&definition, &profile).unwrap()), general);
}

#[test]
fn questions_come_first_and_none_has_to_be_answered() {
    // Q2, Q13
    let definition = shops(QuestionKind::Repeatable);
    let open = |profile: &Profile| profile.unanswered(&definition).map(|asked| asked.id.clone()).collect::<Vec<_>>();
    assert_eq!(open(&Profile::default()), ["P", "Q"]);
    assert_eq!(open(&profile(&definition, &[("Q", Given::No)])), ["P"]);
    assert_eq!(open(&profile(&definition, &[("Q", Given::Yes), ("P", rows(""))])), [""; 0]);
    let without = Definition { profile: Vec::new(), ..definition.clone() };
    assert_eq!(Profile::default().unanswered(&without).count(), 0);
    assert!(!build(&without, &Profile::default()).unwrap().nodes().is_empty());
}

#[test]
fn an_answer_to_what_the_operator_has_changed_is_none() {
    // Q4, Q5: neither does it stop the tree from growing.
    let (before, after) = (shops(QuestionKind::Optional), shops(QuestionKind::Repeatable));
    let profile = profile(&before, &[("P", Given::Yes), ("Q", Given::Yes)]);
    assert_eq!(profile.unanswered(&after).map(|asked| asked.id.as_str()).collect::<Vec<_>>(), ["P"]);
    assert!(written(&build(&after, &profile).unwrap()).starts_with("001 Q, 001001 c"));
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    // Q4
    let definition = shops(QuestionKind::Repeatable);
    let kept = profile(&definition, &[("P", rows("North"))]);
    let long = "ä".repeat(LONGEST_NAME + 1);
    let refused = |question: &str, given: Given| {
        let mut profile = kept.clone();
        let error = profile.answer(&definition, question, given, counted()).unwrap_err();
        assert_eq!(profile, kept);
        error.to_string()
    };
    assert_eq!(refused("R", Given::Yes), "There is no profile question R.");
    assert_eq!(refused("P", Given::Yes), "The profile question P is answered by a list of names.");
    assert_eq!(refused("Q", rows("North")), "The profile question Q is answered by yes or no.");
    let too_long = "Name 2 of the profile question P has more than 100 characters.";
    assert_eq!(refused("P", rows(&format!("North, ,{long}"))), too_long);
    let many = Given::List(vec![Named { id: None, name: Typed::new("Again") }; MOST_ENTRIES + 1]);
    assert_eq!(refused("P", many), "The profile question P takes at most 999 names.");
    let longest = format!("  {}  ", "ä".repeat(LONGEST_NAME));
    assert!(profile(&definition, &[("P", rows(&longest))]).get("P").is_some());
}
