//! The figures of the README, measured in one run against the release binary, as `./dev bench` does.
//!
//! Only ratios within one run travel between machines, so a bare TCP relay of the same bytes and one flush of the same
//! disk are measured beside the portal. The load comes from this process, the portal and the relay are processes of
//! their own, and everything stays on the loopback. A cost over its bar is said, and is no failure of the run; a promise
//! that is broken is.

// A bench speaks on standard output.
#![allow(clippy::print_stdout)]

mod chaos;
mod close;
#[path = "../common/cluster.rs"]
mod cluster;
#[path = "../common/crowd.rs"]
mod crowd;
mod deaf;
mod disk;
mod duty;
mod figures;
mod growth;
mod intake;
mod kill;
mod line;
#[path = "../common/outbox.rs"]
mod outbox;
#[path = "../common/page.rs"]
mod page;
mod portal;
#[path = "../common/proxy.rs"]
mod proxy;
mod relay;
mod rush;
#[path = "../common/sealed.rs"]
mod sealed;
mod seat;
mod store;
mod storm;
mod table;
mod traffic;
#[path = "../common/way.rs"]
mod way;

use std::process::ExitCode;

use anyhow::Result;
use table::Table;

const NAMES: [&str; 16] = [
    "size", "start", "latency", "lines", "idle", "growth", "commit", "restart", "close", "intake", "duty", "chaos",
    "rush", "storm", "deaf", "kill",
];

type Measure = fn(&mut Table) -> Result<()>;

/// What is measured beside the figures of figures.rs; the last five are promises.
const MEASURES: [(&str, Measure); 11] = [
    ("growth", growth::growth),
    ("commit", store::commit),
    ("restart", store::restart),
    ("close", close::close),
    ("intake", intake::intake),
    ("duty", duty::duty),
    ("chaos", chaos::chaos),
    ("rush", rush::rush),
    ("storm", storm::storm),
    ("deaf", deaf::deaf),
    ("kill", kill::kill),
];

fn main() -> Result<ExitCode> {
    // `cargo bench` adds a flag of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    // The bench starts itself again as the relay, with the sizes of a line on its way in and out.
    if let [word, bytes_in, bytes_out] = asked.as_slice()
        && word == relay::VERB
    {
        relay::serve(bytes_in.parse()?, bytes_out.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = asked.iter().find(|word| !NAMES.contains(&word.as_str())) {
        anyhow::bail!("{unknown} is none of the figures: {}", NAMES.join(", "));
    }
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|word| word == name);
    // Five thousand students are as many open files, on each side.
    rlimit::increase_nofile_limit(65_536)?;

    warn_of_company()?;
    let mut table = Table::default();
    // What was measured before something failed is said all the same.
    let measured = measure(wanted, &mut table);
    table.print();
    measured?;
    Ok(if table.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measure(wanted: impl Fn(&str) -> bool, table: &mut Table) -> Result<()> {
    if wanted("size") {
        figures::size(table)?;
    }
    if wanted("start") {
        figures::start(table)?;
    }
    if wanted("latency") || wanted("lines") {
        figures::talk(table)?;
    }
    if wanted("idle") {
        figures::idle(table)?;
    }
    for (name, measure) in MEASURES {
        if wanted(name) {
            measure(table)?;
        }
    }
    Ok(())
}

/// Times and batches mean little on a machine that is busy with something else.
fn warn_of_company() -> Result<()> {
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load: f64 = load.split_whitespace().next().unwrap_or_default().parse()?;
    if 0.5 < load {
        println!("Something else ran here in the last minute (load {load}): run this again on a quiet machine.");
    }
    Ok(())
}

/// Says what is being done, so that nobody waits in the dark.
fn progress(what: &str) {
    println!("… {what}");
}
