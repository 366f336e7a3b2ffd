//! The house rules that the compiler cannot hold, one row of a table each.
//!
//! Every row carries a sample that breaks its rule and one that keeps it, so that no rule can fall asleep unnoticed.
//! The samples are read as if they were files of this repository; nothing here knows what the program does.

use std::{collections::BTreeSet, fs, path::Path};

/// The rules that are built, and the tables' rows, by the numbers that tests carry.
const RULES_BUILT: [&str; 86] = [
    "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9", "W10", "W11", "W12", "W13", "W14", "W15", "W16", "W17",
    "W18", "W19", "W20", "W21", "W22", "W23", "W24", "W25", "W26", "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8",
    "U9", "U10", "W-T1", "W-T2", "W-T3", "W-T4", "W-T5", "W-T6", "W-T7", "W-T8", "W-T9", "U-T1", "U-T2", "U-T3",
    "U-T4", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "Q10", "Q11", "Q12", "Q13", "Q-T1", "Q-T2", "Q-T3",
    "Q-T4", "Q-T5", "Q-T6", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D-T1", "D-T2", "D-T3", "D-T4", "D-T5", "D-T6",
    "E1", "E2", "E3", "E4", "E5",
];

/// Written by tools or by the program itself, or not ours.
const NOT_OURS: [&str; 8] = [".git", "node_modules", "target", "dist", "data", "results", "test-results", ".vite"];

const LONGEST: usize = 400;

struct File {
    path: String,
    text: String,
}

struct Rule {
    name: &'static str,
    /// Whether the rule speaks of the file at this path.
    concerns: fn(&str) -> bool,
    /// What is wrong with it; nothing when it keeps the rule.
    wrong: fn(&File) -> Vec<String>,
    breaks: (&'static str, &'static str),
    keeps: (&'static str, &'static str),
}

const RULES: [Rule; 14] = [
    Rule {
        name: "a source file ends within 400 lines",
        concerns: |path| written(path, &[".rs", ".ts", ".tsx", ".css"]),
        wrong: |file| {
            let lines = file.text.lines().count();
            if lines > LONGEST { vec![format!("{lines} lines")] } else { Vec::new() }
        },
        breaks: ("web/src/a.css", LONG),
        keeps: ("web/src/a.gen.ts", LONG),
    },
    Rule {
        name: "a source file says first what it is for",
        concerns: |path| written(path, &[".rs", ".ts", ".tsx"]),
        wrong: |file| if is_comment(&file.text) { Vec::new() } else { vec!["begins without a comment".into()] },
        breaks: ("server/a.rs", "use std::fs;\n//! Too late.\n"),
        keeps: ("web/src/a.tsx", "/* Says it. */\n"),
    },
    Rule {
        name: "only server/ws.rs names actix-web-actors",
        concerns: |path| path.ends_with(".rs") && path != "server/ws.rs" && path != "tests/tidy.rs",
        wrong: |file| mentions(&file.text, &["actix_web_actors"]),
        breaks: ("server/desk.rs", "use actix_web_actors::ws;\n"),
        keeps: ("server/ws.rs", "use actix_web_actors::ws;\n"),
    },
    Rule {
        name: "only server/metrics.rs names the metrics crates",
        concerns: |path| path.ends_with(".rs") && path != "server/metrics.rs" && path != "tests/tidy.rs",
        wrong: |file| mentions(&file.text, &["metrics_exporter_prometheus", "counter!", "gauge!", "histogram!"]),
        breaks: ("server/actors/room.rs", "metrics::counter!(\"lines\", \"room\" => id).increment(1);\n"),
        keeps: ("server/actors/room.rs", "metrics::room_erased(by);\n"),
    },
    Rule {
        name: "only server/store speaks SQL",
        concerns: |path| in_server(path) && !path.starts_with("server/store/"),
        wrong: |file| sql(&shipped(file)),
        breaks: ("server/actors/room.rs", "fn f() { run(\"  SELECT seq FROM line\") }\n"),
        keeps: ("server/actors/room.rs", "// select nothing here\nfn f() { say(\"Select a room\") }\n"),
    },
    Rule {
        name: "only server/clock.rs asks what time it is",
        concerns: |path| in_server(path) && path != "server/clock.rs",
        wrong: |file| mentions(&code(&shipped(file)), &["now_utc", "now_local", "SystemTime::now", "Instant::now"]),
        breaks: ("server/auth.rs", "let t = OffsetDateTime::now_utc();\n"),
        keeps: ("server/auth.rs", "let t = clock.now();\n#[cfg(test)]\nmod tests {\n    let t = Instant::now();\n}\n"),
    },
    Rule {
        name: "the domain depends on nothing",
        concerns: |path| path == "server/domain/Cargo.toml",
        wrong: |file| file.text.lines().filter(|line| brings_in(line)).map(String::from).collect(),
        breaks: ("server/domain/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nserde = \"1\"\n"),
        keeps: ("server/domain/Cargo.toml", "[dev-dependencies]\nproptest = \"1\"\n"),
    },
    Rule {
        name: "the domain knows no outside",
        concerns: |path| path.starts_with("server/domain/src/") && path.ends_with(".rs"),
        wrong: |file| {
            let outside = ["serde", "tokio", "actix", "sqlx", "std::time", "std::fs", "std::net", "rand", "getrandom"];
            mentions(&code(&file.text), &outside)
        },
        breaks: ("server/domain/src/queue.rs", "use std::time::Duration;\n"),
        keeps: ("server/domain/src/queue.rs", "// No serde, no rand.\nlet operand = strand;\n"),
    },
    Rule {
        name: "a file is named for what it is",
        concerns: |_| true,
        wrong: |file| {
            let name = file.path.rsplit('/').next().unwrap_or_default().to_lowercase();
            ["manager", "service", "helper", "util"]
                .into_iter()
                .filter(|word| name.contains(word))
                .map(String::from)
                .collect()
        },
        breaks: ("web/src/dateUtils.ts", "// Dates.\n"),
        keeps: ("web/src/moment.ts", "// Dates; a helper of nobody.\n"),
    },
    Rule {
        name: "the server logs, it does not print",
        concerns: in_server,
        wrong: |file| mentions(&code(&file.text), &["println!", "eprintln!", "print!", "eprint!", "dbg!"]),
        breaks: ("server/http.rs", "eprintln!(\"{address}\");\n"),
        keeps: ("server/http.rs", "// println! is forbidden\nlog::info!(\"up\");\n"),
    },
    Rule {
        name: "nothing shipped stops at a surprise",
        concerns: in_server,
        wrong: |file| mentions(&code(&shipped(file)), &[".unwrap()", ".expect("]),
        breaks: ("server/place.rs", "#[cfg(test)]\nmod place_stories;\nfn f() { held.lock().unwrap(); }\n"),
        keeps: (
            "server/place.rs",
            "fn f() { a.unwrap_or(b); }\n#[cfg(test)]\nmod tests {\n    fn g() { a.unwrap(); }\n}\n",
        ),
    },
    Rule {
        name: "a migration begins with why",
        concerns: |path| path.starts_with("migrations/"),
        wrong: |file| if file.text.starts_with("--") { Vec::new() } else { vec!["begins without a comment".into()] },
        breaks: ("migrations/0002_a.sql", "CREATE TABLE a (b BIGINT);\n"),
        keeps: ("migrations/0002_a.sql", "-- Rooms need b.\nCREATE TABLE a (b BIGINT);\n"),
    },
    Rule {
        name: "no path of somebody's machine",
        concerns: |_| true,
        wrong: |file| mentions(&file.text, &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")]),
        breaks: ("README.md", concat!("cd /wo", "rk/main\n")),
        keeps: ("README.md", "cd quietline; paperwork/later; ./root/x\n"),
    },
    Rule {
        name: "every setting is in the README",
        concerns: |path| path == "server/config/table.rs",
        wrong: |file| {
            let readme = fs::read_to_string(root().join("README.md")).unwrap();
            let missing = settings(&file.text).into_iter().filter(|name| !readme.contains(&format!("`{name}`")));
            missing.map(|name| format!("{name} is not there")).collect()
        },
        breaks: ("server/config/table.rs", "Setting { name: \"colour\", takes: \"NAME\" }\n"),
        keeps: ("server/config/table.rs", "Setting { name: \"line_limit\", takes: \"LIMIT\" }\n"),
    },
];

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let files = files();
    let complaints: Vec<String> =
        RULES.iter().flat_map(|rule| files.iter().flat_map(|file| rule.judge(file))).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_rule_of_the_house_can_be_broken_and_can_be_kept() {
    for rule in &RULES {
        assert!(!rule.judge(&File::new(rule.breaks)).is_empty(), "did not notice: {}", rule.name);
        assert_eq!(rule.judge(&File::new(rule.keeps)), Vec::<String>::new(), "{}", rule.name);
        assert!(files().iter().any(|file| (rule.concerns)(&file.path)), "speaks of no file: {}", rule.name);
    }
}

#[test]
fn every_rule_of_the_workflow_has_a_test_with_its_number() {
    let numbers: BTreeSet<String> = files().iter().flat_map(|file| carried(&tests_in(file))).collect();
    let without: Vec<_> = RULES_BUILT.iter().filter(|rule| !numbers.contains(**rule)).collect();
    assert!(without.is_empty(), "no test carries {without:?}");
}

#[test]
fn a_number_counts_only_in_a_test_and_only_whole() {
    let shipped =
        File::new(("server/a.rs", "// W2\nfn f() {}\n#[cfg(test)]\nmod tests {\n    fn w12_hidden() {}\n}\n"));
    assert_eq!(carried(&tests_in(&shipped)), BTreeSet::from(["W12".to_owned()]));
    let page = File::new(("web/test/a.test.ts", "// W3, W-T7\ntest(\"W21: the tab\")"));
    assert_eq!(carried(&tests_in(&page)), BTreeSet::from(["W3", "W-T7", "W21"].map(str::to_owned)));
    assert_eq!(tests_in(&File::new(("web/src/a.ts", "// W3"))), "");
    assert_eq!(tests_in(&File::new(("tests/tidy.rs", "// W3"))), "");
}

impl Rule {
    fn judge(&self, file: &File) -> Vec<String> {
        if !(self.concerns)(&file.path) {
            return Vec::new();
        }
        (self.wrong)(file).into_iter().map(|what| format!("{}: {} ({what})", file.path, self.name)).collect()
    }
}

impl File {
    fn new((path, text): (&str, &str)) -> Self {
        Self { path: path.into(), text: if text == LONG { "//\n".repeat(LONGEST + 1) } else { text.into() } }
    }
}

/// Stands in samples for a text that is too long; a constant cannot repeat.
const LONG: &str = "long";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of ours that is text, tracked or not.
fn files() -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if NOT_OURS.iter().any(|name| entry.file_name() == *name) {
                continue;
            }
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push(File { path, text });
            }
        }
    }
    found
}

fn in_server(path: &str) -> bool {
    path.starts_with("server/") && path.ends_with(".rs")
}

/// Written by hand, with one of these endings.
fn written(path: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| path.ends_with(ending)) && !path.contains(".gen.")
}

fn is_comment(text: &str) -> bool {
    text.starts_with("//") || text.starts_with("/*")
}

/// Those of `words` that stand in `text`, not as a part of a longer word.
fn mentions(text: &str, words: &[&str]) -> Vec<String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    // A path counts from its root alone: not behind a name or a dot.
    let part = |at: usize, found: &str| {
        let joined = |inner: Option<char>, outer: Option<char>| inner.is_some_and(word) && outer.is_some_and(word);
        joined(found.chars().next(), text[..at].chars().next_back())
            || joined(found.chars().next_back(), text[at + found.len()..].chars().next())
            || found.starts_with('/') && text[..at].ends_with(|c| word(c) || c == '.')
    };
    words
        .iter()
        .filter(|word| text.match_indices(**word).any(|(at, found)| !part(at, found)))
        .map(|word| word.to_string())
        .collect()
}

/// The lines that are not only comment.
fn code(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What of a Rust file is part of the program: stories are tests, and so is the module at a file's end.
fn shipped(file: &File) -> String {
    if is_stories(&file.path) { String::new() } else { file.text[..tests_begin(&file.text)].into() }
}

/// What of a file is a test. This file names every number and is none of them.
fn tests_in(file: &File) -> String {
    let whole = ["tests/", "web/test/"].iter().any(|folder| file.path.starts_with(folder)) || is_stories(&file.path);
    match file.path.as_str() {
        "tests/tidy.rs" => String::new(),
        path if whole && written(path, &[".rs", ".ts", ".tsx"]) => file.text.clone(),
        path if in_server(path) => file.text[tests_begin(&file.text)..].into(),
        _ => String::new(),
    }
}

fn is_stories(path: &str) -> bool {
    path.ends_with("stories.rs") || path.contains("/stories/")
}

/// Where the test module begins that stands in the file itself; its end without one.
fn tests_begin(text: &str) -> usize {
    let modules = text.match_indices("#[cfg(test)]\nmod ");
    modules
        .map(|(at, _)| at)
        .find(|at| text[*at..].lines().nth(1).is_some_and(|line| line.ends_with('{')))
        .unwrap_or(text.len())
}

/// Whether a text literal is a statement, or the database's crate is used.
fn sql(text: &str) -> Vec<String> {
    let code = code(text);
    let statement = |literal: &&str| {
        let literal = literal.trim_start().to_lowercase();
        let begins = ["insert into ", "delete from ", "create table ", "pragma ", "with recursive "];
        begins.iter().any(|begin| literal.starts_with(begin))
            || literal.starts_with("select ") && literal.contains(" from ")
            || literal.starts_with("update ") && literal.contains(" set ")
    };
    // Every second piece between quotation marks stands inside them, but for escaped ones; looking at all is safer.
    let literals = code.split('"').filter(statement).map(String::from);
    literals.chain(mentions(&code, &["sqlx::"])).collect()
}

/// A table of a manifest that would give the shipped domain a dependency.
fn brings_in(line: &str) -> bool {
    line.starts_with('[') && line.contains("dependencies") && !line.contains("dev-dependencies")
}

/// The names in the table of settings, as variables.
fn settings(text: &str) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.trim().strip_prefix("Setting { name: \"")?.split('"').next());
    rows.map(str::to_uppercase).collect()
}

/// The rules that a text names: `W12`, also as part of a name, `w12_hidden`, and rows of tables, `W-T4`.
fn carried(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').map(str::to_uppercase);
    words.filter(|word| RULES_BUILT.iter().any(|rule| rule == word)).collect()
}
