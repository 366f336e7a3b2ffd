//! From an activity log to sessions in one pass: memory grows with the sessions, not with the log.
//!
//! Nothing is printed before every line has been read, so that whoever reads the output never has half of it.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    ops::RangeInclusive,
    path::Path,
};

use anyhow::{Context, Result, bail, ensure};
use quietline_domain::{
    Span, Time,
    duty::{Entry, Kind, Log, Session},
};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// In bytes; an entry takes about a hundred.
const LONGEST_LINE: usize = 64 * 1024;

/// # Errors
/// The number of the first line that is no entry, and why.
pub fn run(log: Option<&Path>, expire: Span) -> Result<()> {
    let people = match log {
        Some(file) => {
            let opened = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
            read(BufReader::with_capacity(1 << 16, opened), expire)
        }
        None => read(io::stdin().lock(), expire),
    }?;
    print(&people)
}

/// Everybody in the order in which they first appear.
#[derive(Default)]
struct People {
    logs: Vec<(Option<String>, Log)>,
    places: HashMap<Option<String>, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    #[serde(borrow)]
    at: Cow<'l, str>,
    #[serde(borrow)]
    kind: Cow<'l, str>,
    #[serde(borrow, default)]
    who: Option<Cow<'l, str>>,
}

#[derive(Serialize)]
struct Printed<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<&'p str>,
    start: String,
    end: String,
    minutes: i64,
    reply_count: u64,
}

fn read(mut from: impl BufRead, expire: Span) -> Result<People> {
    let mut people = People::default();
    // Most lines are about whoever the line before was about.
    let mut last = 0;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = io::Read::take(&mut from, LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line);
        if read.context("the log cannot be read")? == 0 {
            break;
        }
        if line.len() > LONGEST_LINE {
            bail!("line {number}: is longer than 64 KiB");
        }
        let (who, entry) = entry(&line).with_context(|| format!("line {number}"))?;
        if people.logs.get(last).is_none_or(|(known, _)| known.as_deref() != who.as_deref()) {
            last = people.place(who.as_deref(), expire);
        }
        if let Some((_, log)) = people.logs.get_mut(last) {
            log.add(entry);
        }
    }
    Ok(people)
}

impl People {
    fn place(&mut self, who: Option<&str>, expire: Span) -> usize {
        let key = who.map(str::to_owned);
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        self.logs.push((key.clone(), Log::new(expire)));
        self.places.insert(key, self.logs.len() - 1);
        self.logs.len() - 1
    }
}

fn entry(line: &[u8]) -> Result<(Option<Cow<'_, str>>, Entry)> {
    let Line { at, kind, who } = serde_json::from_slice(line)?;
    let Some(kind) = Kind::from_word(&kind) else {
        let words = Kind::ALL.map(Kind::word).join(", ");
        bail!("`kind` is none of {words}");
    };
    Ok((who, Entry { at: moment(&at)?, kind }))
}

/// The years 0000 to 9999 of UTC, which is what the format of times can say.
const PRINTABLE: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

fn moment(text: &str) -> Result<Time> {
    let said = OffsetDateTime::parse(text, &Rfc3339)
        .context("`at` is no time with an offset, such as 2026-01-05T09:00:00Z")?;
    let moment = Time(i64::try_from(said.unix_timestamp_nanos().div_euclid(1_000_000))?);
    ensure!(PRINTABLE.contains(&moment.0), "`at` lies outside the years 0000 to 9999 of UTC");
    Ok(moment)
}

fn printed(at: Time) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).ok()?;
    at.to_offset(UtcOffset::UTC).format(&Rfc3339).ok()
}

fn print(people: &People) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut print = || -> io::Result<()> {
        for (who, log) in &people.logs {
            for session in log.sessions() {
                serde_json::to_writer(&mut out, &shown(who.as_deref(), session))?;
                out.write_all(b"\n")?;
            }
        }
        out.flush()
    };
    match print() {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed.context("standard output cannot be written"),
    }
}

fn shown(who: Option<&str>, session: Session) -> Printed<'_> {
    let time = |at| printed(at).unwrap_or_default();
    let minutes = session.length().0 / 60_000;
    Printed { who, start: time(session.start), end: time(session.end), minutes, reply_count: session.reply_count }
}
