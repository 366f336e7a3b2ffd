//! A portal whose clock is moved by hand, for tests in real browsers of what takes a morning: it prints where it is, and
//! moves its clock by so many milliseconds with each line that it reads.
//!
//! Asha is a counsellor, Mia a supervisor. It knows nothing of what the pages do.

#[path = "../common/mod.rs"]
mod common;

use std::io::{self, BufRead, Write};

use common::{Portal, database::Database, patient};
use quietline::{clock::Clock, config::Settings, store::StaffRole};
use quietline_domain::{Span, Time};

/// 2026-01-05, a Monday, 10:00 in UTC.
const MORNING: Time = Time(1_767_607_200_000);

#[actix_web::main]
async fn main() -> io::Result<()> {
    // Nobody says a line in this morning, and the room is to stay.
    let settings = Settings { inactivity: Span::seconds(86_400), ..patient() };
    let portal = Portal::on(Database::sqlite(), settings, Clock::by_hand(MORNING)).await;
    portal.account_as("Asha", StaffRole::Counsellor).await;
    portal.account_as("Mia", StaffRole::Supervisor).await;
    say(&format!("http://{}", portal.address))?;
    let clock = portal.clock.clone();
    // Until whoever started it has gone.
    actix_web::web::block(move || {
        for line in io::stdin().lock().lines() {
            let ms = line?.trim().parse().map_err(io::Error::other)?;
            clock.pass(ms);
            say("passed")?;
        }
        io::Result::Ok(())
    })
    .await
    .map_err(io::Error::other)?
}

fn say(what: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{what}")?;
    out.flush()
}
