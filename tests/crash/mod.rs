//! People who use the real binary while it is killed, and the book in which their promises are kept.
//!
//! play.rs is the play: a portal is started, everybody comes back and looks, goes on, and the next crash comes. What
//! was asked and answered stands in ledger.rs; check.rs holds it against the store.

#![allow(dead_code)]
// The seed is said before anything can go wrong with it.
#![allow(clippy::print_stdout)]

pub mod check;
pub mod control;
pub mod desk;
mod desk_back;
pub mod explain;
pub mod first;
pub mod kept;
pub mod ledger;
pub mod link;
pub mod play;
#[path = "../bench/portal.rs"]
pub mod portal;
pub mod server;
pub mod shares;
pub mod student;

pub(crate) use super::common::{self, cluster};
