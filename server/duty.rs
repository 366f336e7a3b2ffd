//! When counsellors were at work: reading a log of what they did, and the verb that shows what it comes to.
//!
//! What a session is, is the domain's to decide. Nothing here keeps a log; the store does. What a report says of sessions
//! is ready in `report.rs`, before there is a store to report on.

mod log;
pub mod report;
mod verbs;

use quietline_domain::duty::Sessions;

pub use log::{Unreadable, read};
pub use verbs::{Duty, run};

/// Whose sessions these are; nobody's by name when the log names nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub who: Option<String>,
    pub sessions: Sessions,
}
