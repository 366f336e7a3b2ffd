//! One flush of the disk that the portal writes to: what durability costs here before any program adds to it.

use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    time::{Duration, Instant},
};

use anyhow::Result;

const FLUSHES: usize = 300;

/// How long each of a few hundred flushes of one page took.
pub fn flushes() -> Result<Vec<Duration>> {
    let folder = tempfile::tempdir()?;
    let mut file = File::create(folder.path().join("page"))?;
    let page = [7; 4096];
    let mut took = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        file.seek(SeekFrom::Start(0))?;
        let began = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        took.push(began.elapsed());
    }
    Ok(took)
}
