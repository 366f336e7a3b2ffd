//! The verb `intake`: what the author of a definition looks at before anybody is asked.
//!
//! It reads files and prints; it opens no database and asks no server. What a profile makes of a definition, what is
//! hidden and what is walked through is decided by the domain.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path as File, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use quietline_domain::intake::{
    Answer, Answers, Decision, EntryId, Given, Kind, Named, Node, Path, Profile, ProfileError, Tree, Typed, Walk,
    build,
    definition::{Child, Definition, QuestionKind},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::read;

const TREE: &str = "\
Example:
  profile.json   {\"studies\":[\"Biology\",\"Music\"],\"job\":false}
  answers.json   {\"001001001\":\"no\",\"003002\":true}
  quietline intake tree own.yaml --profile profile.json --answers answers.json --walk

A profile is keyed by the ids of profile questions: true or false, or a list of names; what is missing is unanswered.
Answers are keyed by path: yes, no, n/a or later for an item, true or false for an optional module.
Each node is one JSON object a line; with --answers a last line has the progress in percent.";

#[derive(Args)]
pub struct Intake {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Say everything that is wrong with a definition, with line and column; exit status 1 if there is anything
    Check {
        file: PathBuf,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Print the tree that a profile gives, one node a line
    #[command(after_help = TREE)]
    Tree {
        file: PathBuf,
        /// The answers to the profile questions, a JSON file
        #[arg(long, value_name = "FILE")]
        profile: PathBuf,
        /// The answers to items and optional modules, a JSON file
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// Only what next and previous visit
        #[arg(long)]
        walk: bool,
        /// Always so
        #[arg(long, hide = true)]
        json: bool,
    },
}

/// # Errors
/// One sentence: what cannot be read, or that something is wrong with it.
pub fn run(Intake { deed }: Intake) -> Result<()> {
    match deed {
        Deed::Check { file, json } => check(&file, if json { Form::Json } else { Form::Text }),
        Deed::Tree { file, profile, answers, walk, .. } => {
            let definition = definition(&file, Form::Text)?;
            let profile = profile_in(&definition, &profile)?;
            let tree = build(&definition, &profile)?;
            let given = answers.as_deref().map(|file| answers_in(&tree, file)).transpose()?;
            print(&tree, given.as_ref(), if walk { Nodes::Visited } else { Nodes::All })
        }
    }
}

#[derive(Clone, Copy)]
enum Form {
    Text,
    Json,
}

fn check(file: &File, form: Form) -> Result<()> {
    let Definition { profile, modules, .. } = definition(file, form)?;
    let below = profile.iter().map(|question| &question.children).chain(modules.iter().map(|module| &module.children));
    let items = below.flatten().map(items).sum::<usize>();
    let (profile, modules) = (profile.len(), modules.len());
    say([match form {
        Form::Json => json!({"profile": profile, "modules": modules, "items": items}).to_string(),
        Form::Text => {
            format!("{} is sound: {profile} profile questions, {modules} modules, {items} items", file.display())
        }
    }])
}

fn items(child: &Child) -> usize {
    match child {
        Child::Item(_) => 1,
        Child::Module(module) => module.children.iter().map(items).sum(),
    }
}

/// Says on standard output whatever is wrong.
fn definition(file: &File, form: Form) -> Result<Definition> {
    let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    read(&bytes).or_else(|wrong| {
        say(wrong.iter().map(|wrong| match form {
            Form::Json => line_of(wrong),
            Form::Text => format!("{}:{}:{}: {}", file.display(), wrong.line, wrong.column, wrong.error),
        }))?;
        bail!("{} is no definition: {} to mend", file.display(), wrong.len())
    })
}

fn object(file: &File) -> Result<Map<String, Value>> {
    let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not one JSON object", file.display()))
}

fn profile_in(definition: &Definition, file: &File) -> Result<Profile> {
    let (mut profile, mut entries) = (Profile::default(), 0);
    for (question, value) in object(file)? {
        let wrong = || anyhow!("{}: the answer to `{question}` is {}", file.display(), expected(definition, &question));
        let given = match value {
            Value::Bool(true) => Given::Yes,
            Value::Bool(false) => Given::No,
            Value::Array(names) => Given::List(
                names
                    .iter()
                    .map(|name| Some(Named { id: None, name: Typed::new(name.as_str()?) }))
                    .collect::<Option<_>>()
                    .ok_or_else(wrong)?,
            ),
            _ => return Err(wrong()),
        };
        let fresh = || {
            entries += 1;
            EntryId(entries)
        };
        profile.answer(definition, &question, given, fresh).map_err(|error| match error {
            ProfileError::WrongKind { .. } => wrong(),
            error => anyhow!("{}: {error}", file.display()),
        })?;
    }
    Ok(profile)
}

fn expected(definition: &Definition, question: &str) -> &'static str {
    match definition.question(question).map(|question| question.kind) {
        Some(QuestionKind::Optional) => "true or false",
        Some(QuestionKind::Repeatable) => "a list of names",
        None => "to a question that this definition does not have",
    }
}

fn answers_in(tree: &Tree, file: &File) -> Result<Answers> {
    let mut answers = Answers::default();
    for (path, value) in object(file)? {
        let node = Path::from_stored(&path).ok().and_then(|path| tree.get(path));
        let node = node.ok_or_else(|| anyhow!("{}: this tree has no path `{path}`", file.display()))?;
        let answered = match (node.kind(), value.as_str(), value.as_bool()) {
            (Kind::Item, Some("yes"), _) => answers.answer(node, Answer::Yes),
            (Kind::Item, Some("no"), _) => answers.answer(node, Answer::No),
            (Kind::Item, Some("n/a"), _) => answers.answer(node, Answer::NotApplicable),
            (Kind::Item, Some("later"), _) => answers.answer(node, Answer::Later),
            (Kind::Module, _, Some(true)) => answers.decide(node, Decision::Yes),
            (Kind::Module, _, Some(false)) => answers.decide(node, Decision::No),
            (Kind::Item, ..) => bail!("{}: the answer at `{path}` is yes, no, n/a or later", file.display()),
            (Kind::Module, ..) => bail!("{}: the answer at `{path}`, a module, is true or false", file.display()),
        };
        answered.map_err(|error| anyhow!("{}: {error}", file.display()))?;
    }
    Ok(answers)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Nodes {
    All,
    Visited,
}

#[derive(Serialize)]
struct Line<'t> {
    path: String,
    number: String,
    kind: &'static str,
    title: &'t str,
    hidden: bool,
}

fn print(tree: &Tree, given: Option<&Answers>, nodes: Nodes) -> Result<()> {
    let nothing = Answers::default();
    let walk = Walk::new(tree, given.unwrap_or(&nothing));
    let line = |node: &Node| {
        let line = Line {
            path: node.path.stored(),
            number: node.path.number(),
            kind: if node.kind() == Kind::Item { "item" } else { "module" },
            title: node.title.as_str(),
            hidden: walk.is_hidden(node.path),
        };
        line_of(&line)
    };
    let progress = given.map(|_| json!({"progress": walk.progress()}).to_string());
    match nodes {
        Nodes::All => say(tree.nodes().iter().map(line).chain(progress)),
        Nodes::Visited => say(walk.visited().map(line).chain(progress)),
    }
}

/// With its keys in the order of the type.
fn line_of(what: &impl Serialize) -> String {
    // Nothing here has a key that is no text.
    serde_json::to_string(what).unwrap_or_default()
}

fn say(lines: impl IntoIterator<Item = String>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let said = lines.into_iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    match said {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said.context("standard output cannot be written"),
    }
}
