//! How long "erased" takes: from the press that closes a room until both screens say so, with a thousand rooms open.
//!
//! What is between: the share is wiped and synced, the rows are deleted, the database's log is truncated. Nine hundred
//! students wait meanwhile, and those whose turn has not come yet go on talking.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    figures::{conversations, join, keep, millis, runtime, sign_in_all},
    portal::{Home, Portal},
    progress,
    table::{Bar, Table},
};

const WAITING: usize = 900;
const TALKING: usize = 100;
const BETWEEN: Duration = Duration::from_millis(50);

pub fn close(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        progress(&format!("100 of 1,000 rooms are closed, one after the other{on}"));
        let mut took = closes(home.with(TALKING)?)?;
        took.sort();
        let name = format!("from close to erased on both screens, 1,000 rooms open, p50{on}");
        table.add(&name, millis(took[took.len() / 2]), "ms", Bar::None);
        table.add("· p99", millis(took[took.len() * 99 / 100]), "ms", Bar::AtMost(250.0));
    }
    Ok(())
}

fn closes(home: Home) -> Result<Vec<Duration>> {
    let portal = Portal::start(home)?;
    let cookies = sign_in_all(&portal, TALKING)?;
    runtime()?.block_on(async {
        let mut seats = conversations(&portal, &cookies, Instant::now()).await?.into_iter();
        for _ in 0..WAITING {
            keep(join(portal.address).await?);
        }
        let mut took = Vec::new();
        while let (Some(mut student), Some(mut desk)) = (seats.next(), seats.next()) {
            sleep(BETWEEN).await;
            let begun = Instant::now();
            student.send(r#"{"type":"close"}"#).await?;
            student.until(r#"{"type":"ended""#).await?;
            desk.until(r#"{"type":"ended""#).await?;
            took.push(begun.elapsed());
        }
        Ok(took)
    })
}
