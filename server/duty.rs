//! Counsellors' duty: the verb that turns an activity log into sessions. What a session is, is the domain's to say.
//!
//! It reads a file or standard input and prints; it opens no database and asks no server.

mod replay;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::config::Settings;

const REPLAY: &str = "\
Each line of the log is one JSON object, in any order:
  {\"at\":\"2026-01-05T09:00:00Z\",\"kind\":\"desk\"}
  {\"at\":\"2026-01-05T10:15:00+01:00\",\"kind\":\"work\",\"who\":\"anna\"}

`at` is a time with its offset from UTC (RFC 3339). `kind` is desk (opened the desk), open (took a student or opened a
room), work (sent a line, closed, handed over, edited a plan), switch (of availability), key (at the keyboard) or
key_cached (the same, at an older time). `who` may tell people apart.

Sessions are printed as JSON lines, in UTC, people in the order in which they first appear:
  {\"start\":\"2026-01-05T09:00:00Z\",\"end\":\"2026-01-05T09:40:00Z\",\"minutes\":40,\"reply_count\":2}
A line that is no such object ends it: its number and the reason, exit status 1, and nothing printed.
A session ends when nothing is recognised for longer than QUIETLINE_DUTY_EXPIRE.";

#[derive(Args)]
pub struct Duty {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Print the sessions that an activity log makes, one a line
    #[command(after_help = REPLAY)]
    Replay {
        /// Standard input, without a file
        #[arg(value_name = "LOG.jsonl")]
        file: Option<PathBuf>,
        /// Always so
        #[arg(long, hide = true)]
        json: bool,
    },
}

/// # Errors
/// One sentence: what cannot be read, or which line of it and why.
pub fn run(Duty { deed }: Duty, settings: &Settings) -> Result<()> {
    match deed {
        Deed::Replay { file, .. } => replay::run(file.as_deref(), settings.duty.expire()),
    }
}
