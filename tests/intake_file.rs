//! Stories of the verb `intake`: what is wrong with a definition is said all at once and with its place, and the tree of
//! a profile is printed as requirements.md has it. Each runs the built binary.

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Output},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The definition of the vectors Q-T1 to Q-T6.
const VECTORS: &str = r#"
title: Vectors
profile:
  - {id: P, kind: KIND, question: "Mobile shop?", title: mobile shop, description: Wheels., children: [
      {id: a, statement: A.}, {id: b, statement: B.}]}
  - {id: Q, kind: optional, question: "Open nights?", title: open nights, description: Late., children: [
      {id: c, statement: C.}]}
modules:
  - id: G
    title: general
    children:
      - {id: d, statement: D.}
      - id: O
        title: more
        optional: true
        question: More?
        children: [{id: e, statement: E.}, {id: f, statement: F.}]
      - {id: g, statement: G.}
"#;

struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn writes(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), bytes).expect("writes");
    }

    fn runs(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quietline"));
        command.arg("intake").args(words).current_dir(self.0.path()).output().expect("runs")
    }

    /// Line, column and sentence of everything that is wrong.
    fn wrong(&self, definition: impl AsRef<[u8]>) -> Vec<(u64, u64, String)> {
        self.writes("own.yaml", definition);
        let began = Instant::now();
        let output = self.runs(&["check", "own.yaml", "--json"]);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        let lines = lines(&output);
        assert_eq!(output.status.success(), lines.iter().all(|line| line.get("error").is_none()), "{output:?}");
        let at = |line: &Value, key: &str| line[key].as_u64().expect("a number");
        let wrong = lines.iter().filter(|line| line.get("error").is_some());
        wrong.map(|line| (at(line, "line"), at(line, "column"), line["error"].as_str().expect("text").into())).collect()
    }

    /// The numbers of a tree, hidden ones in brackets, and the progress.
    fn tree(&self, definition: &str, profile: &Value, answers: Option<&Value>, walk: &[&str]) -> String {
        self.writes("own.yaml", definition);
        self.writes("profile.json", profile.to_string());
        let mut words = vec!["tree", "own.yaml", "--profile", "profile.json"];
        if let Some(answers) = answers {
            self.writes("answers.json", answers.to_string());
            words.extend(["--answers", "answers.json"]);
        }
        words.extend(walk);
        let output = self.runs(&words);
        assert!(output.status.success(), "{output:?}");
        let shown = |line: &Value| match (line["progress"].as_u64(), line["number"].as_str()) {
            (Some(progress), _) => format!("{progress} %"),
            (_, Some(number)) if line["hidden"] == true => format!("({number})"),
            (_, number) => number.expect("a number").to_owned(),
        };
        lines(&output).iter().map(shown).collect::<Vec<_>>().join(" ")
    }

    fn refusal(&self, words: &[&str]) -> String {
        let output = self.runs(words);
        assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    }
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn optional() -> String {
    VECTORS.replace("KIND", "optional")
}

#[test]
fn a_profile_gives_the_tree_and_the_walk_of_the_vectors() {
    // Q-T1, Q-T2, Q-T3
    let (desk, walk) = (Desk::new(), &["--walk"][..]);
    let both = json!({"P": true, "Q": true});
    let all = "1 1.1 1.2 2 2.1 3 3.1 3.2 (3.2.1) (3.2.2) 3.3";
    assert_eq!(desk.tree(&optional(), &both, None, &[]), all);
    assert_eq!(desk.tree(&optional(), &both, None, walk), "1 1.1 1.2 2 2.1 3.1 3.2 3.3");
    assert_eq!(desk.tree(&optional(), &json!({"P": false, "Q": true}), None, walk), "1 1.1 2.1 2.2 2.3");
    assert_eq!(desk.tree(&optional(), &json!({"Q": true}), None, walk), "1 1.1 2.1 2.2 2.3", "missing is unanswered");
    let repeatable = VECTORS.replace("KIND", "repeatable");
    let towns = json!({"P": [" North ", "", "South"], "Q": true});
    let walked = "1 1.1 1.1.1 1.1.2 1.2 1.2.1 1.2.2 2 2.1 3.1 3.2 3.3";
    assert_eq!(desk.tree(&repeatable, &towns, None, walk), walked);
    let output = desk.runs(&["tree", "own.yaml", "--profile", "profile.json"]);
    let second = String::from_utf8(output.stdout).expect("UTF-8").lines().nth(1).map(str::to_owned);
    let north = r#"{"path":"001001","number":"1.1","kind":"module","title":"North","hidden":false}"#;
    assert_eq!(second.as_deref(), Some(north));
}

#[test]
fn progress_is_the_last_line_when_there_are_answers() {
    // Q-T6
    let (desk, both) = (Desk::new(), json!({"P": true, "Q": true}));
    let two = json!({"001001": "yes", "002001": "n/a", "003001": "later"});
    assert!(desk.tree(&optional(), &both, Some(&two), &[]).ends_with("3.3 40 %"));
    let mut opened = two.clone();
    opened["003002"] = json!(true);
    assert!(desk.tree(&optional(), &both, Some(&opened), &["--walk"]).ends_with("3.2 3.2.1 3.2.2 3.3 29 %"));
}

#[test]
fn everything_that_is_wrong_with_the_content_is_said_at_once_and_in_order() {
    let definition = "\
titel: Own
title: Own
profile:
  - id: P
    kind: sometimes
    question: Well?
    children: []
modules:
  - id: M
    title: One
    optional: true
    children:
      - id: a
        statement: A.
        priority: urgent
      - id: a
        statement: '  '
      - id: b/c
      - id: c
        statement: C.
        children: []
  - id: x
    statement: No module.
";
    let wrong = Desk::new().wrong(definition);
    let expected = [
        (1, 1, "a definition has no key `titel`; the nearest is `title`"),
        (4, 5, "a profile question needs `title`"),
        (5, 11, "a kind is `optional` (yes or no) or `repeatable` (a list of names)"),
        (9, 5, "an optional module needs a `question`, which opens it"),
        (15, 19, "a priority is `low`, `medium` or `high`"),
        (16, 13, "the id `a` stands in line 13 already: each is used once"),
        (17, 20, "`statement` is empty: write something, or leave the key out"),
        (18, 9, "this has neither a `statement`, as an item has, nor `children`, as a module has"),
        (19, 9, "this has a `statement` and `children`: an item has the one, a module the other"),
        (22, 5, "an item stands in a module: put it below the `children` of one"),
    ];
    assert_eq!(wrong, expected.map(|(line, column, error)| (line, column, error.to_owned())));
}

#[test]
fn the_first_error_of_syntax_is_said_with_its_place() {
    let desk = Desk::new();
    let says = |definition: &[u8], line: u64, words: &str| {
        let wrong = desk.wrong(definition);
        assert!(wrong.len() == 1 && wrong[0].0 == line && wrong[0].2.contains(words), "{words}: {wrong:?}");
    };
    says(b"title: A\nmodules:\n\t- id: a\n", 3, "tabs cannot indent YAML: use spaces");
    says(b"title: \"A\nmodules: [", 1, "not YAML");
    says(b"title: A\nmodules: \xff\n", 2, "not UTF-8");
    says(b"", 1, "empty");
    says(b"- a\n", 1, "keys with values");
    says(b"title: A\n---\ntitle: B\n", 2, "second document");
    says(&[b"title: A\nmodules: ".as_slice(), &b"[".repeat(10_000)].concat(), 2, "recursion limit");
    says(&b"# ten megabytes\n".repeat(700_000), 1, "larger than 1024 KiB");
    // Each alias is nine of the one before.
    let mut bomb = "title: A\nbomb:\n  - &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 0..9 {
        let _ = writeln!(bomb, "  - &a{} [{}]", n + 1, vec![format!("*a{n}"); 9].join(", "));
    }
    says(bomb.as_bytes(), 8, "aliases");
}

#[test]
fn the_limits_of_a_tree_are_those_of_a_definition() {
    // Q3
    let desk = Desk::new();
    let items =
        |count: usize| (0..count).map(|n| format!("{{id: i{n}, statement: S.}}")).collect::<Vec<_>>().join(", ");
    let wide = |count: usize| format!("title: A\nmodules:\n  - {{id: M, title: M, children: [{}]}}\n", items(count));
    assert_eq!(desk.wrong(wide(999)), []);
    assert_eq!(desk.wrong(wide(1_000))[0].2, "`children` has 1000 parts: there are 999 at most");
    // Modules on levels 1 to n, and an item below the last.
    let deep = |modules: usize| {
        let below = "{id: i, statement: S.}".to_owned();
        let nest = |below: String, n: usize| format!("{{id: m{n}, title: M, children: [{below}]}}");
        format!("title: A\nmodules: [{}]\n", (0..modules).fold(below, nest))
    };
    assert_eq!(desk.wrong(deep(12)), []);
    assert_eq!(desk.wrong(deep(13))[0].2, "this is on level 14: there are 13 at most");
    // An entry's own level counts.
    let asked = |kind: &str, modules: usize| {
        let question = format!("{{id: Q, kind: {kind}, question: Q, title: Q, children: [");
        deep(modules).replace("modules: [", &format!("profile: [{question}")).replace("]\n", "]}]\n")
    };
    assert_eq!(desk.wrong(asked("optional", 11)), []);
    assert_eq!(desk.wrong(asked("repeatable", 10)), []);
    assert_eq!(desk.wrong(asked("repeatable", 11))[0].2, "this is on level 14: there are 13 at most");
}

#[test]
fn five_thousand_nodes_are_a_tree_within_a_second() {
    let mut definition = "title: A\nmodules:\n".to_owned();
    for module in 0..50 {
        let _ = writeln!(definition, "  - id: m{module}\n    title: M\n    children:");
        for item in 0..99 {
            let _ = writeln!(definition, "      - id: i{module}-{item}\n        statement: S.");
        }
    }
    let (desk, began) = (Desk::new(), Instant::now());
    let tree = desk.tree(&definition, &json!({}), None, &[]);
    // The bar is one second for what ships; this may be a debug build beside others.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(tree.split(' ').count(), 5_000);
}

#[test]
fn answers_that_fit_nothing_are_refused_by_name() {
    let desk = Desk::new();
    desk.writes("own.yaml", optional());
    desk.writes("none.json", "{}");
    for (profile, words) in [
        (r#"{"R":true}"#, "no profile question R"),
        (r#"{"P":["North"]}"#, "the answer to `P` is true or false"),
        (r#"{"P":"yes"}"#, "the answer to `P` is true or false"),
        ("[]", "not one JSON object"),
        ("{", "not one JSON object"),
    ] {
        desk.writes("profile.json", profile);
        let said = desk.refusal(&["tree", "own.yaml", "--profile", "profile.json"]);
        assert!(said.contains(words) && said.contains("profile.json"), "{said}");
    }
    desk.writes("profile.json", r#"{"P":true}"#);
    for (answers, words) in [
        (r#"{"009":"yes"}"#, "no path `009`"),
        (r#"{"1.1":"yes"}"#, "no path `1.1`"),
        (r#"{"001001":"maybe"}"#, "the answer at `001001` is yes, no, n/a or later"),
        (r#"{"001001":true}"#, "the answer at `001001` is yes, no, n/a or later"),
        (r#"{"002002":"yes"}"#, "the answer at `002002`, a module, is true or false"),
        (r#"{"002":true}"#, "not an optional module"),
    ] {
        desk.writes("answers.json", answers);
        let said = desk.refusal(&["tree", "own.yaml", "--profile", "profile.json", "--answers", "answers.json"]);
        assert!(said.contains(words) && said.contains("answers.json"), "{said}");
    }
    assert!(desk.refusal(&["tree", "gone.yaml", "--profile", "profile.json"]).contains("gone.yaml cannot be read"));
}

#[test]
fn the_shipped_definition_is_sound_and_json_is_read_as_well() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/definition/default.yaml");
    let desk = Desk::new();
    let output = desk.runs(&["check", shipped.to_str().expect("UTF-8"), "--json"]);
    assert!(output.status.success(), "{output:?}");
    let items = lines(&output)[0]["items"].as_u64().expect("a number");
    assert!((20..=30).contains(&items), "{items} items");
    let definition =
        json!({"title": "A", "modules": [{"id": "m", "title": "M", "children": [{"id": "i", "statement": "S."}]}]});
    assert_eq!(desk.wrong(definition.to_string()), []);
}
