//! The store by itself: lines that share a commit against one commit for each, and a start on ten thousand rooms.
//!
//! It speaks to the store as the portal does, through its trait, and knows nothing of sockets.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures_util::future::join_all;
use quietline::clock::Moment;
use quietline::{
    names::Names,
    private::{Credential, Nickname, SealedText},
    protocol::Envelope,
    shares::{Missing, Shares},
    store::{self, Address, NewLine, NewRoom, Sharing, Store, postgres},
};
use quietline_domain::{Cid, Role, RoomId, Time};
use uuid::Uuid;

use crate::{
    figures::{millis, runtime},
    portal::{Home, Portal},
    progress,
    table::{Bar, Table},
};

const AT_ONCE: usize = 512;
const FOR: Duration = Duration::from_secs(5);
const ROOMS: u128 = 10_000;
const LINES_EACH: u128 = 4;

pub fn commit(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        progress(&format!("one commit for each line, then {AT_ONCE} lines under way{on}"));
        let (alone, together) = runtime()?.block_on(async {
            let store = open(&home).await?;
            let next = fill(&*store, &home, AT_ONCE as u128, 0).await?;
            anyhow::Ok((lines_a_second(&store, 1, next).await?, lines_a_second(&store, AT_ONCE, next * 1_000).await?))
        })?;
        table.add(&format!("lines a second, a commit for each{on}"), alone, "/s", Bar::None);
        table.add("· with group commit", together, "/s", Bar::None);
        table.add("· gain", together / alone, "×", Bar::AtLeast(10.0));
    }
    Ok(())
}

pub fn restart(table: &mut Table) -> Result<()> {
    for (home, on) in Home::each()? {
        progress(&format!("10,000 rooms with 40,000 lines{on}"));
        runtime()?.block_on(async {
            let store = open(&home).await?;
            fill(&*store, &home, ROOMS, LINES_EACH).await?;
            store.close().await;
            anyhow::Ok(())
        })?;
        let portal = Portal::start(home)?;
        let name = format!("start on 10,000 rooms, exec to /healthz{on}");
        table.add(&name, millis(portal.started_in), "ms", Bar::AtMost(2_000.0));
    }
    Ok(())
}

async fn open(home: &Home) -> Result<Arc<dyn Store>> {
    Ok(store::serve(&address(home)?).await?)
}

pub fn address(home: &Home) -> Result<Address> {
    let url = home.url();
    Ok(match url.strip_prefix("sqlite:") {
        Some(path) => Address::Sqlite(path.into()),
        None => Address::Postgres(postgres::Url::parse(&url).context("an address")?),
    })
}

/// Makes rooms with lines in them, as many at once as share commits well. Returns an unused cid.
async fn fill(store: &dyn Store, home: &Home, rooms: u128, lines: u128) -> Result<u128> {
    let slots = home.folder.path().join("slots");
    let names = Names::open(&slots)?;
    let installation = Uuid::from_u128(store.installation().await?);
    let shares = Shares::open(&slots, installation, &[], Missing::Refuse).await?.shares;
    let nickname = Nickname::parse("moss").context("a nickname")?;
    for some in (0..rooms).collect::<Vec<_>>().chunks(AT_ONCE) {
        let keys = some.iter().map(|_| Credential::random()).collect::<Result<Vec<_>, _>>()?;
        let opening = some.iter().zip(keys).map(|(&room, key)| {
            let new = NewRoom {
                room: RoomId(room),
                epoch: room,
                key: key.digest(),
                forms: names.forms(&nickname),
                shared: Sharing::Allowed,
                now: now(),
            };
            let given = shares.give(new.room);
            async move {
                given.await?;
                anyhow::Ok(store.open_room(new).await?)
            }
        });
        for opened in join_all(opening).await {
            opened?;
        }
        for n in 0..lines {
            for said in join_all(some.iter().map(|&room| store.append(line(room, room * lines + n)))).await {
                said?;
            }
        }
    }
    Ok(rooms * lines.max(1))
}

/// So many rooms talk at once, each saying its next line when the last one is durable.
async fn lines_a_second(store: &Arc<dyn Store>, rooms: usize, first_cid: u128) -> Result<f64> {
    let began = Instant::now();
    let talking = (0..rooms as u128).map(|room| {
        let store = store.clone();
        async move {
            let mut said = 0_u128;
            while began.elapsed() < FOR {
                store.append(line(room, first_cid + (room << 64) + said)).await?;
                said += 1;
            }
            anyhow::Ok(said)
        }
    });
    let mut all = 0;
    for said in join_all(talking).await {
        all += said?;
    }
    Ok(all as f64 / began.elapsed().as_secs_f64())
}

fn line(room: u128, cid: u128) -> NewLine {
    // The smallest envelope there is.
    let body = Envelope { suite: 1, key_epoch: 1, sealed: SealedText::new("Q".repeat(379)) };
    NewLine { room: RoomId(room), cid: Cid(cid), from: Role::Student, by: None, at: Moment::of(now()), body }
}

fn now() -> Time {
    quietline::clock::Clock::system().now()
}
