//! A YAML document as a tree that knows where each part stands. The parser is a library's; here are the bounds within
//! which somebody else's file is read: its size, its depth, and what aliases make of it. Knows nothing of definitions.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::Wrong;

/// The largest definition, in bytes.
pub const MOST_BYTES: usize = 1024 * 1024;
/// Far deeper than thirteen levels of modules.
const DEEPEST: usize = 64;
/// As many parts, those that aliases repeat included.
const MOST_PARTS: usize = 200_000;

#[derive(Clone, Debug)]
pub struct Part {
    pub line: usize,
    pub column: usize,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Text(String),
    /// Nothing stands there, or `null`.
    Nothing,
    List(Vec<Part>),
    Map(Vec<(Part, Part)>),
}

impl Part {
    pub fn wrong(&self, error: impl Into<String>) -> Wrong {
        Wrong { line: self.line, column: self.column, error: error.into() }
    }

    fn parts(&self) -> usize {
        1 + match &self.what {
            What::Text(_) | What::Nothing => 0,
            What::List(list) => list.iter().map(Self::parts).sum(),
            What::Map(pairs) => pairs.iter().map(|(key, value)| key.parts() + value.parts()).sum(),
        }
    }
}

/// # Errors
/// The first thing that keeps it from being read.
pub fn document(bytes: &[u8]) -> Result<Part, Wrong> {
    let at_start = |error: String| Wrong { line: 1, column: 1, error };
    if bytes.len() > MOST_BYTES {
        return Err(at_start(format!("the file is larger than {} KiB: a definition is text alone", MOST_BYTES / 1024)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = (before.lines().count().max(1), before.lines().last().unwrap_or("").chars().count() + 1);
        Wrong { line, column, error: "this is not UTF-8: save the file as UTF-8".to_owned() }
    })?;
    let mut building = Building::default();
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event.map_err(|error| Wrong {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            error: syntax(error.info(), text, error.marker().line()),
        })?;
        building.hears(event, span)?;
    }
    building.done.ok_or_else(|| at_start("the file is empty: it needs a title, and what is asked".to_owned()))
}

/// The parser's own words, and what is most often behind them.
fn syntax(info: &str, text: &str, line: usize) -> String {
    let lines = || text.lines().take(line).skip(line.saturating_sub(2));
    if lines().any(|line| line.trim_start_matches(' ').starts_with('\t')) {
        return "tabs cannot indent YAML: use spaces".to_owned();
    }
    format!("this is not YAML: {info}")
}

/// What has begun and is not complete.
struct Open {
    part: Part,
    anchor: usize,
    /// The key whose value comes next.
    key: Option<Part>,
}

#[derive(Default)]
struct Building {
    open: Vec<Open>,
    anchors: HashMap<usize, Part>,
    parts: usize,
    done: Option<Part>,
}

impl Building {
    fn hears(&mut self, event: Event, span: Span) -> Result<(), Wrong> {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let part = |what| Part { line, column, what };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_nothing = style == ScalarStyle::Plain && ["", "~", "null"].contains(&text.as_ref());
                let what = if is_nothing { What::Nothing } else { What::Text(text.into_owned()) };
                self.completes(part(what), anchor)
            }
            Event::SequenceStart(anchor, _) => self.begins(part(What::List(Vec::new())), anchor),
            Event::MappingStart(anchor, _) => self.begins(part(What::Map(Vec::new())), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { part, anchor, .. }) => self.completes(part, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => {
                let again = self.anchors.get(&anchor).cloned();
                let again =
                    again.ok_or_else(|| part(What::Nothing).wrong("this alias stands within its own anchor"))?;
                self.parts += again.parts();
                self.completes(Part { line, column, ..again }, 0)
            }
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(part(What::Nothing).wrong("a second document begins here: a file has one definition"))
            }
            _ => Ok(()),
        }
    }

    fn begins(&mut self, part: Part, anchor: usize) -> Result<(), Wrong> {
        if self.open.len() == DEEPEST {
            return Err(part.wrong(format!("this is nested more than {DEEPEST} deep")));
        }
        self.open.push(Open { part, anchor, key: None });
        Ok(())
    }

    fn completes(&mut self, part: Part, anchor: usize) -> Result<(), Wrong> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(
                part.wrong(format!("there are more than {MOST_PARTS} parts, those that aliases repeat included"))
            );
        }
        if anchor > 0 {
            self.anchors.insert(anchor, part.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.done = Some(part);
            return Ok(());
        };
        match (&mut open.part.what, open.key.take()) {
            (What::List(list), _) => list.push(part),
            (What::Map(pairs), Some(key)) => pairs.push((key, part)),
            (_, _) => open.key = Some(part),
        }
        Ok(())
    }
}
