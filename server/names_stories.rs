//! Stories of nicknames: which are the same, which pose as a guest's, and where the key comes from.
//!
//! Each works in a folder of its own. Whether a nickname is free is the store's to say, and told with it.

use std::{fs, os::unix::fs::PermissionsExt, sync::Barrier, thread};

use super::*;

fn named(text: &str) -> Nickname {
    Nickname::parse(text).unwrap()
}

fn same(names: &Names, one: &str, other: &str) -> bool {
    let (one, other) = (names.forms(&named(one)), names.forms(&named(other)));
    one.folded_first == other.folded_first || one.skeleton_first == other.skeleton_first
}

// U4, U-T2
#[test]
fn a_nickname_cannot_be_borrowed_by_writing_it_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let names = Names::open(folder.path()).unwrap();
    for (one, other) in [
        (" mARA ", "Mara"),
        ("M\u{430}ra", "Mara"),
        ("\u{41C}\u{410}RA", "Mara"),
        ("Ｍａｒａ", "Mara"),
        ("Anna  Maria", "Anna\u{A0}Maria"),
        ("Zoë", "ZOE\u{308}"),
        ("Weiß", "WEISS"),
        ("Οδυσσεύς", "ΟΔΥΣΣΕΎΣ"),
        ("İ", "i\u{307}"),
        ("Ba\u{131}k", "Baik"),
        ("modem", "rnodern"),
        ("R0SE", "ROSE"),
        ("rose", "R0SE"),
        ("lris", "Iris"),
        ("1ris", "Iris"),
        ("iris", "IRIS"),
    ] {
        assert!(same(&names, one, other), "{one} and {other}");
        assert!(same(&names, other, one), "{other} and {one}");
    }
    for (one, other) in
        [("Mara", "Mora"), ("Mara", "Mara1"), ("AnnaMaria", "Anna Maria"), ("lris", "iris"), ("Zoë", "Zoe")]
    {
        assert!(!same(&names, one, other), "{one} and {other}");
    }
}

// U-T3
#[test]
fn nobody_poses_as_a_guest() {
    for name in
        ["Guest_7", "guest_", "GUEST_0001", "ｇｕｅｓｔ＿7", "gu\u{435}st_7", "\u{261}uest_7", " Gue\u{455}t_ 7"]
    {
        assert!(is_like_a_guest(&named(name), "guest_"), "{name}");
    }
    for name in ["Guest", "guest7", "my guest_7", "Gast_7", "gues_t"] {
        assert!(!is_like_a_guest(&named(name), "guest_"), "{name}");
    }
    assert!(is_like_a_guest(&named("STRASSE 9"), "straße"));
}

// U4
#[test]
fn forms_differ_from_key_to_key_and_from_label_to_label() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = Names::open(here.path()).unwrap().forms(&named("zoe"));
    let again = Names::open(here.path()).unwrap().forms(&named("zoe"));
    let other = Names::open(there.path()).unwrap().forms(&named("zoe"));
    assert_eq!(one, again);
    assert!(one.folded_first != other.folded_first && one.skeleton_first != other.skeleton_first);
    assert!(one.folded_first != one.skeleton_first, "the two texts are equal, their digests are not");
}

#[test]
fn the_key_is_the_operators_alone_and_of_two_starts_the_first_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let slots = folder.path().join("far/slots");
    let together = Barrier::new(8);
    let forms: Vec<Forms> = thread::scope(|scope| {
        let start = || {
            together.wait();
            Names::open(&slots).unwrap().forms(&named("Mara"))
        };
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(forms.iter().all(|one| *one == forms[0]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&slots), mode(&slots.join("names.key"))), (0o700, 0o600));
    assert_eq!(fs::read(slots.join("names.key")).unwrap().len(), 32);
    assert_eq!(fs::read_dir(&slots).unwrap().count(), 1, "no draft stays behind");
}

#[test]
fn a_key_of_another_size_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.key");
    for held in [0, 31, 33] {
        fs::write(&path, vec![7; held]).unwrap();
        let sentence = format!("{:#}", Names::open(folder.path()).err().unwrap());
        let named =
            [path.to_str().unwrap(), &format!("{held} bytes"), "--slots"].iter().all(|one| sentence.contains(one));
        assert!(named && sentence.lines().count() == 1, "{sentence}");
        assert_eq!(fs::read(&path).unwrap(), vec![7; held]);
    }
}
