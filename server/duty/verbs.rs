//! The verb `duty`: what a log of counsellors' work comes to, for whoever wants to look before they believe, and what the
//! installation's own log comes to.
//!
//! `replay` reads a file, opens no database and asks no server; `report` reads the database beside a running server.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use jiff::civil::Date;
use quietline_domain::{
    AccountId, Time,
    duty::{Rules, Session},
};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Person, Unreadable, days,
    days::{Days, NoDays},
    read, report, worked,
};
use crate::{
    config::Settings,
    store::{self, Address, Store, activity::Whose},
};

const REPORT: &str = "\
Example:
  quietline duty report --since 2026-11-01 --until 2026-11-30
              who   day         sessions  length  replies
              anna  2026-11-02         2    3:40       31

A session belongs whole to the day on which it starts, where --time-zone says that days begin. Counsellors by login; days
without a session are left out. With --json one object a line: who, day, sessions, minutes (rounded down once),
reply_count. Works beside a running server.";

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
    /// Print how long each counsellor was at work on each day, and how often they replied
    #[command(after_help = REPORT)]
    Report {
        /// The first day, such as 2026-11-01
        #[arg(long, value_name = "DAY", value_parser = day)]
        since: Date,
        /// The last day, which belongs to it
        #[arg(long, value_name = "DAY", value_parser = day)]
        until: Date,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
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
pub async fn run(Duty { deed }: Duty, settings: &Settings) -> Result<()> {
    match deed {
        Deed::Replay { file, .. } => {
            let people = people(file, &settings.duty)?;
            print(|out| write_all(&people, out))
        }
        Deed::Report { since, until, json } => {
            let days = Days::new(since, until, settings.time_zone.clone())?;
            // An empty table of a folder that was mistyped would say that nobody was at work.
            if let Address::Sqlite(path) = &settings.database
                && !path.exists()
            {
                bail!("there is no database {}: name the server's folder with --data", path.display());
            }
            let (store, _) = store::visit(&settings.database).await?;
            let rows = rows(&*store, &days, settings).await;
            store.close().await;
            let rows = rows?;
            print(|out| if json { write_json(&rows, out) } else { write_table(&rows, out) })
        }
    }
}

fn day(text: &str) -> std::result::Result<Date, NoDays> {
    days::read(text)
}

/// A counsellor's day; a terminal knows people by their logins.
#[derive(Serialize)]
struct Row {
    who: String,
    day: String,
    sessions: u64,
    minutes: i64,
    reply_count: u64,
}

async fn rows(store: &dyn Store, days: &Days, settings: &Settings) -> Result<Vec<Row>> {
    let staff = store.accounts().await?;
    let people: Vec<_> = staff.iter().map(|account| account.account).collect();
    let worked = worked::on(days, Whose::Everyones, settings.duty, store).await?;
    let login = |who| staff.iter().find(|account| account.account == who).map(|account| account.login.clone());
    let row = |row: report::Row<AccountId>| Row {
        who: login(row.who).unwrap_or_default(),
        day: row.day.to_string(),
        sessions: row.total.sessions,
        minutes: row.total.minutes(),
        reply_count: row.total.reply_count,
    };
    Ok(worked.report(&people, days).rows.into_iter().map(row).collect())
}

fn write_json(rows: &[Row], out: &mut dyn Write) -> Result<()> {
    rows.iter().try_for_each(|row| Ok(writeln!(out, "{}", serde_json::to_string(row)?)?))
}

fn write_table(rows: &[Row], out: &mut dyn Write) -> Result<()> {
    let width = rows.iter().map(|row| row.who.len()).max().unwrap_or(0).max("who".len());
    writeln!(out, "{:width$}  {:10}  sessions  length  replies", "who", "day")?;
    for Row { who, day, sessions, minutes, reply_count } in rows {
        let length = format!("{}:{:02}", minutes / 60, minutes % 60);
        writeln!(out, "{who:width$}  {day}  {sessions:>8}  {length:>6}  {reply_count:>7}")?;
    }
    Ok(())
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

fn print(write: impl FnOnce(&mut dyn Write) -> Result<()>) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| Ok(out.flush()?)) {
        // Whoever reads has seen enough.
        Err(error) if error.downcast_ref::<io::Error>().map(io::Error::kind) == Some(io::ErrorKind::BrokenPipe) => {
            Ok(())
        }
        Err(error) if error.is::<io::Error>() => Err(error).context("standard output cannot be written"),
        written => written,
    }
}

fn write_all(people: &[Person], out: &mut dyn Write) -> Result<()> {
    for person in people {
        for session in person.sessions.iter() {
            writeln!(out, "{}", serde_json::to_string(&Line::new(person, &session)?)?)?;
        }
    }
    Ok(())
}
