//! An activity log as JSON lines, read once from beginning to end into the sessions of each person.
//!
//! The lines may come in any order. Only one line is held at a time, and of the entries nothing but the sessions they
//! belong to. A log with one wrong line is no log: what it would come to is not told.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::{self, BufRead, Read},
    ops::{Range, RangeInclusive},
};

use quietline_domain::{
    Time,
    duty::{Kind, Rules, Sessions},
};
use serde::{Deserialize, Deserializer};
use thiserror::Error;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::Person;

/// Far longer than any entry.
const LONGEST: usize = 64 * 1024;

#[derive(Debug, Error)]
pub enum Unreadable {
    #[error("the log cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("line {number}: {reason}")]
    Line { number: u64, reason: String },
}

/// People in the order in which they first appear.
pub fn read(mut log: impl BufRead, rules: &Rules) -> Result<Vec<Person>, Unreadable> {
    let mut people = People { rules, numbers: HashMap::new(), found: Vec::new() };
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if log.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let entry = if line.len() > LONGEST { Err(TOO_LONG.to_owned()) } else { Entry::read(&line) };
        let noted = entry.and_then(|entry| entry.map_or(Ok(()), |entry| people.note(&entry)));
        noted.map_err(|reason| Unreadable::Line { number, reason })?;
    }
    Ok(people.found)
}

const TOO_LONG: &str = "is longer than 64 KiB; write one entry on each line";

struct People<'r> {
    rules: &'r Rules,
    /// The place of each name in `found`.
    numbers: HashMap<String, usize>,
    found: Vec<Person>,
}

impl People<'_> {
    fn note(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let who = entry.who.as_deref();
        if self.found.first().is_some_and(|first| first.who.is_some() != who.is_some()) {
            return Err(match who {
                Some(_) => "has `who`, and lines before it do not: give every line a `who`, or none".into(),
                None => "has no `who`, and lines before it do: give every line a `who`, or none".into(),
            });
        }
        let known = match who {
            Some(who) => self.numbers.get(who).copied(),
            None => (!self.found.is_empty()).then_some(0),
        };
        let number = known.unwrap_or_else(|| self.meet(who));
        self.found[number].sessions.recognise(entry.at, entry.kind);
        Ok(())
    }

    fn meet(&mut self, who: Option<&str>) -> usize {
        let number = self.found.len();
        if let Some(who) = who {
            self.numbers.insert(who.to_owned(), number);
        }
        self.found.push(Person { who: who.map(str::to_owned), sessions: Sessions::new(self.rules) });
        number
    }
}

/// What a line says, understood.
struct Entry<'l> {
    at: Time,
    kind: Kind,
    who: Option<Cow<'l, str>>,
}

impl<'l> Entry<'l> {
    /// `None` for a line that is empty.
    fn read(line: &'l [u8]) -> Result<Option<Self>, String> {
        match line.trim_ascii_start().first() {
            None => return Ok(None),
            Some(b'{') => {}
            // A list of three texts would do for the parser.
            Some(_) => return Err(format!("is not a JSON object such as {EXAMPLE}")),
        }
        let written: Written<'_> = serde_json::from_slice(line).map_err(|error| wrong(&error))?;
        let Written { at: Text(at), kind: Text(kind), who } = written;
        let at = moment(&at)?;
        let kind = Kind::parse(&kind)
            .ok_or_else(|| format!("has the unknown kind `{}`; known are {}", short(&kind), kinds()))?;
        Ok(Some(Self { at, kind, who: who.map(|Text(who)| who) }))
    }
}

const EXAMPLE: &str = r#"{"at":"2026-01-05T09:00:00Z","kind":"desk"}"#;

/// What a line says, as texts. A field more would be a log that knows too much, or a misspelt name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'l> {
    #[serde(borrow)]
    at: Text<'l>,
    #[serde(borrow)]
    kind: Text<'l>,
    #[serde(borrow, default, deserialize_with = "named")]
    who: Option<Text<'l>>,
}

/// Copied only when the line writes it with escapes.
#[derive(Deserialize)]
struct Text<'l>(#[serde(borrow)] Cow<'l, str>);

/// Nobody's name is null.
fn named<'de: 'l, 'l, D: Deserializer<'de>>(text: D) -> Result<Option<Text<'l>>, D::Error> {
    Text::deserialize(text).map(Some)
}

fn kinds() -> String {
    Kind::ALL.map(Kind::text).join(", ")
}

/// The parser's own words, without its count of lines, which begins anew with each line.
fn wrong(error: &serde_json::Error) -> String {
    let (words, place) = (error.to_string(), format!(" at line {} column {}", error.line(), error.column()));
    let sort = if error.is_data() { "is not an entry" } else { "is not JSON" };
    format!("{sort}, column {}: {}", error.column(), short(words.strip_suffix(&place).unwrap_or(&words)))
}

/// What a terminal can show of what somebody else wrote.
fn short(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c });
    visible.take(MOST_SHOWN).collect()
}

const MOST_SHOWN: usize = 120;

/// To the millisecond; what is finer is cut off.
fn moment(text: &str) -> Result<Time, String> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        format!("has the time `{}`: write date, time and zone, such as 2026-01-05T09:00:00Z", short(text))
    })?;
    // Whoever asks for the year in UTC when there is none such stops the program, so it is told from the milliseconds.
    let milliseconds = moment.unix_timestamp_nanos().div_euclid(1_000_000) as i64;
    if YEARS.contains(&moment.year()) && YEARS_IN_UTC.contains(&milliseconds) {
        Ok(Time(milliseconds))
    } else {
        Err(format!("has the time `{}`: years are 0001 to 9998, also in UTC", short(text)))
    }
}

/// Others are a clock that was never set, or were written for show.
const YEARS: RangeInclusive<i32> = 1..=9998;
/// From the first millisecond of the year 1 until that of 9999.
const YEARS_IN_UTC: Range<i64> = -62_135_596_800_000..253_370_764_800_000;

#[cfg(test)]
#[path = "log_stories.rs"]
mod stories;
