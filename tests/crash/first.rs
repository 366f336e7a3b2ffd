//! The very first start, on an empty folder, ended at each of its writes and syncs in turn: the next ones are no worse off.
//!
//! It makes the database, the slots and the keys beside them, each of which depends on another. Nobody is there yet, so
//! what must hold is that a portal starts.

use super::{
    common::proxy::Dice,
    control::Slot,
    ledger::{broken, now_playing},
    portal::Home,
    server::{Data, Disk, Workshop},
};

/// Cuts the power at the first call, at the second, and so on, and in the start that follows somewhere once more.
/// Returns at how many calls a first start can be cut.
pub async fn starts_are_cut(dice: &mut Dice, seed: u64) -> u64 {
    let workshop = Workshop::new();
    for call in 1.. {
        now_playing(format!("first start, call {call}, QUIETLINE_TEST_SEED={seed}"));
        let data = Data { home: Home::sqlite().expect("a folder"), cookies: Vec::new() };
        if cut_at(call, &workshop, &data, dice).await == Start::Served {
            return call - 1;
        }
        let again = 1 + dice.below(call);
        cut_at(again, &workshop, &data, dice).await;
        workshop.control(Disk::Plain);
        let Some(mut server) = workshop.start(&data).await else { broken("the portal did not start") };
        server.kill().await;
    }
    unreachable!("calls do not end")
}

#[derive(PartialEq, Eq)]
enum Start {
    Cut,
    Served,
}

async fn cut_at(call: u64, workshop: &Workshop, data: &Data, dice: &mut Dice) -> Start {
    let control = workshop.control(Disk::Forgetful);
    control.set(Slot::CutSeed, dice.next());
    control.cut_after(call);
    let started = workshop.start(data).await;
    let start = if started.is_some() { Start::Served } else { Start::Cut };
    if let Some(mut server) = started {
        server.kill().await;
    }
    data.forget_memory();
    start
}
