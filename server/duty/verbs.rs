//! The verb `duty`: what a log of counsellors' work comes to, for whoever wants to look before they believe.
//!
//! It reads a file and prints; it opens no database and asks no server.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, anyhow};
use clap::{Args, Subcommand};
use quietline_domain::{
    Time,
    duty::{Rules, Session},
};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Person, Unreadable, read};
use crate::config::Settings;

const REPLAY: &str = r#"Example:
  log.jsonl   {"at":"2026-01-05T09:00:00Z","kind":"desk","who":"anna"}
              {"at":"2026-01-05T10:20:00+01:00","kind":"work","who":"anna"}
  quietline duty replay log.jsonl
              {"who":"anna","start":"2026-01-05T09:00:00Z","end":"2026-01-05T09:20:00Z","minutes":20,"reply_count":1}

A log is one JSON object a line, in any order. Empty lines are passed over.
  at     when, as RFC 3339 with its zone, in the years 0001 to 9998; what is finer than a millisecond is cut off
  kind   desk (opened the desk), open (took a student or opened a room), work (sent a line, closed, handed over, edited
         a plan), switch (became available, or no longer), key (used the keyboard or clicked), key_cached (the same, told
         later)
  who    whose entry it is: a text, on every line or on none
Anything else, another field, a field twice, a line of more than 64 KiB: the line's number and the reason are said on
standard error, the exit status is 1, and nothing is printed.

Entries of one person belong to one session as long as no more than --duty-expire lies between neighbours. Each session is
one JSON object a line: times in UTC, minutes rounded down, `reply_count` how many entries were work. People come in the
order in which the log first names them. The log is read once; memory is taken for the sessions, not for the entries."#;

#[derive(Args)]
pub struct Duty {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the sessions that an activity log comes to, one JSON object a line
    #[command(after_help = REPLAY)]
    Replay {
        /// The log; without it, standard input
        #[arg(value_name = "LOG.jsonl")]
        file: Option<PathBuf>,
        /// Always so
        #[arg(long, hide = true)]
        json: bool,
    },
}

/// # Errors
/// One sentence: what cannot be read, or the line that is no entry and why.
pub fn run(Duty { deed: Deed::Replay { file, .. } }: Duty, settings: &Settings) -> Result<()> {
    print(&people(file, &settings.duty)?)
}

fn people(file: Option<PathBuf>, rules: &Rules) -> Result<Vec<Person>> {
    let Some(path) = file else {
        return read(io::stdin().lock(), rules).map_err(|unreadable| told("standard input", unreadable));
    };
    let name = path.display().to_string();
    let file = File::open(&path).with_context(|| format!("{name} cannot be read"))?;
    read(BufReader::with_capacity(BUFFER, file), rules).map_err(|unreadable| told(&name, unreadable))
}

/// Few calls for a long log, and nothing to speak of for a short one.
const BUFFER: usize = 128 * 1024;

fn told(name: &str, unreadable: Unreadable) -> anyhow::Error {
    match unreadable {
        Unreadable::File(error) => anyhow!("{name} cannot be read: {error}"),
        Unreadable::Line { number, reason } => anyhow!("{name}, line {number}: {reason}"),
    }
}

#[derive(Serialize)]
struct Line<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'p str>,
    start: String,
    end: String,
    minutes: i64,
    reply_count: u64,
}

impl<'p> Line<'p> {
    fn new(person: &'p Person, session: &Session) -> Result<Self> {
        Ok(Self {
            who: person.who.as_deref(),
            start: in_utc(session.start)?,
            end: in_utc(session.end)?,
            minutes: session.length().0 / 60_000,
            reply_count: session.reply_count,
        })
    }
}

fn in_utc(at: Time) -> Result<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)?;
    Ok(at.format(&Rfc3339)?)
}

fn print(people: &[Person]) -> Result<()> {
    match write_all(people, BufWriter::new(io::stdout().lock())) {
        // Whoever reads has seen enough.
        Err(error) if error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(io::ErrorKind::BrokenPipe) => {
            Ok(())
        }
        written => written.context("standard output cannot be written"),
    }
}

fn write_all(people: &[Person], mut out: impl Write) -> Result<()> {
    for person in people {
        for session in person.sessions.iter() {
            writeln!(out, "{}", serde_json::to_string(&Line::new(person, &session)?)?)?;
        }
    }
    Ok(out.flush()?)
}
