//! When counsellors were at work: who writes the log of it, what it comes to, and who is shown what.
//!
//! What a session is, is the domain's to decide; the log itself is kept by the store. `journal.rs` writes, and `tally.rs`
//! counts how long people waited and talked; `worked.rs` reads, `report.rs` adds up, and `api.rs`, `csv.rs` and `verbs.rs` show. No student is in any of it.

pub mod api;
mod csv;
mod days;
mod hours;
pub mod journal;
mod log;
mod report;
pub mod shown;
pub mod tally;
mod verbs;
mod worked;

use quietline_domain::duty::Sessions;

pub use log::{Unreadable, read};
pub use verbs::{Duty, run};

/// Whose sessions these are; nobody's by name when the log names nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub who: Option<String>,
    pub sessions: Sessions,
}
