//! What an operator asks in an intake: reading a definition, saying everything that is wrong with it, and the verbs with
//! which its author looks at it. What a profile makes of a definition is the domain's.

mod document;
mod reader;
mod verbs;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use quietline_domain::intake::definition::Definition;

use serde::Serialize;

pub use reader::read;
pub use verbs::{Intake, run};

/// What is asked when the operator names nothing else.
const DEFAULT: &[u8] = include_bytes!("definition/default.yaml");

/// The operator's definition, or the shipped one.
///
/// # Errors
/// When the file cannot be read, or is no definition: then with everything that is wrong with it.
pub fn of(file: Option<&Path>) -> Result<Definition> {
    let Some(file) = file else {
        return read(DEFAULT).map_err(|_| anyhow!("the shipped definition is not sound"));
    };
    let name = file.display();
    let bytes = std::fs::read(file)
        .with_context(|| format!("QUIETLINE_INTAKE names {name}, which cannot be read: name a definition"))?;
    read(&bytes).map_err(|wrong| {
        let places = wrong.iter().map(|wrong| format!("\n{name}:{}:{}: {}", wrong.line, wrong.column, wrong.error));
        anyhow!(
            "QUIETLINE_INTAKE names {name}, which is no definition; mend this, or leave the setting out:{}",
            places.collect::<String>()
        )
    })
}

/// What is wrong with a definition, and where, both counted from 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Wrong {
    pub line: usize,
    pub column: usize,
    /// A sentence that names the cause and the remedy.
    pub error: String,
}
