//! The verb `sweep`: erases, once and now, whatever should have been erased and was not (W20).
//!
//! A running server does it itself when asked; without one this process wakes the rooms, asks them, and stops. It knows
//! no rule of its own: rooms judge by their own clocks, in which downtime does not count.

use std::{io::Write, sync::Arc};

use anyhow::{Context, Result, bail};
use clap::Args;
use quietline_domain::Span;

use crate::{
    Parts,
    clock::Clock,
    config::Settings,
    pulse,
    shares::Missing,
    store::{self, Standing, Store},
};

/// How long a running server may take to answer.
const ANSWER_WITHIN: Span = Span::seconds(30);
const ASK_EVERY: Span = Span(100);

#[derive(Args)]
pub struct Sweep {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// # Errors
/// When the database cannot be used, or a running server does not answer.
pub async fn run(Sweep { json }: Sweep, settings: Settings) -> Result<()> {
    let (store, standing) = store::visit(&settings.database).await?;
    let clock = Clock::system();
    let erased = match standing {
        Standing::BesideServer => by_the_server(&*store, &clock).await,
        Standing::Alone => by_ourselves(settings, &clock, store.clone()).await,
    };
    store.close().await;
    let erased = erased?;
    let line = match json {
        true => serde_json::json!({ "erased": erased }).to_string(),
        false => format!("{erased} rooms erased"),
    };
    writeln!(std::io::stdout(), "{line}").context("standard output cannot be written")
}

async fn by_ourselves(settings: Settings, clock: &Clock, store: Arc<dyn Store>) -> Result<u64> {
    let parts = Parts::start(settings, clock.clone(), store, Missing::Refuse).await?;
    let erased = pulse::sweep(&parts).await;
    parts.shares.close().await;
    Ok(erased?)
}

async fn by_the_server(store: &dyn Store, clock: &Clock) -> Result<u64> {
    let wish = store.ask_sweep().await?;
    let patience = clock.now().plus(ANSWER_WITHIN);
    while clock.now() < patience {
        let sweeps = store.sweeps().await?;
        if wish <= sweeps.done {
            return Ok(sweeps.erased);
        }
        clock.until(clock.now().plus(ASK_EVERY)).await;
    }
    bail!("the running server has not swept within 30 s: its log says why")
}
