//! The figures of the README, measured in one run against the release binary, as `./dev bench` does.
//!
//! Only ratios within one run travel between machines, so a bare TCP relay of the same bytes and one flush of the same
//! disk are measured beside the portal. The load comes from this process, the portal and the relay are processes of
//! their own, and everything stays on the loopback. A figure over its bar is said, and is no failure of the run.

// A bench speaks on standard output.
#![allow(clippy::print_stdout)]

mod disk;
mod figures;
mod portal;
mod relay;
mod seat;
mod traffic;

use anyhow::Result;
use figures::Table;

const NAMES: [&str; 5] = ["size", "start", "latency", "lines", "idle"];

fn main() -> Result<()> {
    // `cargo bench` adds a flag of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    // The bench starts itself again as the relay, with the sizes of a line on its way in and out.
    if let [word, bytes_in, bytes_out] = asked.as_slice()
        && word == relay::VERB
    {
        return relay::serve(bytes_in.parse()?, bytes_out.parse()?);
    }
    if let Some(unknown) = asked.iter().find(|word| !NAMES.contains(&word.as_str())) {
        anyhow::bail!("{unknown} is none of the figures: {}", NAMES.join(", "));
    }
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|word| word == name);
    // Five thousand students are as many open files, on each side.
    rlimit::increase_nofile_limit(65_536)?;

    warn_of_company()?;
    let mut table = Table::default();
    if wanted("size") {
        figures::size(&mut table)?;
    }
    if wanted("start") {
        figures::start(&mut table)?;
    }
    if wanted("latency") || wanted("lines") {
        figures::talk(&mut table)?;
    }
    if wanted("idle") {
        figures::idle(&mut table)?;
    }
    table.print();
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
