//! What an operator asks in an intake: reading a definition, saying everything that is wrong with it, and the verbs with
//! which its author looks at it. What a profile makes of a definition is the domain's.

mod document;
mod reader;
mod verbs;

use serde::Serialize;

pub use reader::read;
pub use verbs::{Intake, run};

/// What is wrong with a definition, and where, both counted from 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Wrong {
    pub line: usize,
    pub column: usize,
    /// A sentence that names the cause and the remedy.
    pub error: String,
}
