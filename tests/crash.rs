//! The real binary is killed, and what it promised before is there afterwards.
//!
//! At a random moment, at a write or a sync, and with the power, under people who talk all the time;
//! QUIETLINE_TEST_CYCLES says how often, QUIETLINE_TEST_SEED plays a script again. What is promised is in
//! crash/ledger.rs, what is checked in crash/check.rs and crash/desk_back.rs.

// The seed is said before anything can go wrong with it.
#![allow(clippy::print_stdout)]

mod common;
#[path = "crash/mod.rs"]
mod crash;

use common::proxy::Dice;
use crash::{
    first::starts_are_cut,
    play::{Crash, play, runtime},
    portal::Home,
};

// W2, W4, W6, W14
#[test]
fn random_kills() {
    play("random", sqlite(), Crash::Random, 100);
}

#[test]
fn kills_at_a_write() {
    play("nth", sqlite(), Crash::AtACall, 150);
}

#[test]
fn power_cuts() {
    play("power", sqlite(), Crash::Power, 100);
}

#[test]
fn a_first_start_that_is_cut_anywhere_is_followed_by_one_that_succeeds() {
    let seed = Dice::seed();
    println!("QUIETLINE_TEST_SEED={seed}");
    let calls = runtime().block_on(starts_are_cut(&mut Dice::new(seed), seed));
    println!("a first start was cut at each of {calls} calls");
    assert!(20 < calls, "a first start that writes so little is none: {calls} calls");
}

#[test]
fn random_kills_on_postgres() {
    let Some(home) = Home::postgres().expect("a folder") else { return };
    play("random, Postgres", home, Crash::Random, 60);
}

fn sqlite() -> Home {
    Home::sqlite().expect("a folder")
}
