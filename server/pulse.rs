//! The pulse: what the server does by itself, whether anybody comes or not.
//!
//! It keeps the clock looked at, tells the store that the server is alive, so that downtime is known to the second, holds
//! the clock while the store takes no sign of life, and sweeps at the start, at every interval, and when another process
//! asks (W20). It decides nothing about a room: a swept room is asked to look at its own clock.

use std::{convert::Infallible, time::Duration};

use quietline_domain::{Span, Time};

use crate::{
    Parts,
    actors::{
        lobby::{Wake, Woken},
        room::Tick,
    },
    clock::{Clock, TICK},
    metrics::{self, Standing},
    store::{Kept, Store, StoreError},
};

/// How much downtime may go unnoticed at a kill.
const ALIVE_EVERY: Span = Span::seconds(1);

/// A store that has not answered for so long is away. Far above the slowest disk that people can talk over.
const AWAY_AFTER: Duration = Duration::from_secs(5);

/// How often a store that is away is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How often it is looked whether another process has asked for a sweep.
const LOOK_EVERY: Span = Span::seconds(1);

/// How often the log of work is looked through.
const LOOK_THROUGH_EVERY: Span = Span::seconds(30);

/// As many entries in one transaction: so few that whoever says something meanwhile does not notice, also when each is another
/// counsellor's and the database is far.
const ENTRIES_AT_ONCE: u32 = 64;

/// Between two such transactions.
const LOOK_ON: Duration = Duration::from_millis(5);

/// Beats until another server has taken over the database.
pub async fn beat(parts: Parts) -> StoreError {
    // Side by side: a long sweep must not look like a process that stood still.
    tokio::select! {
        superseded = say_alive(&parts) => superseded,
        never = keep_looking(&parts.clock) => match never {},
        never = rounds(&parts) => match never {},
    }
}

/// How many intakes go in one transaction: so few that whoever says something meanwhile waits no longer for it than for
/// a neighbour's line.
const INTAKES_AT_ONCE: u32 = 3;

/// Erases whatever should have been erased and was not. Returns how many rooms it were.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn sweep(parts: &Parts) -> Kept<u64> {
    let Parts { store, lobby, clock, .. } = parts;
    // First, because what follows takes what they leave in the database's log; rooms do not wait for their luck.
    let intakes = sweep_intakes(&**store, clock.now().plus(Span(-parts.settings.intake_stale.0))).await;
    store.sweep(clock.moment()).await?;
    let mut erased = 0;
    for id in store.rooms().await?.into_iter().map(|row| row.room) {
        let room = match lobby.send(Wake(id)).await {
            Ok(Woken::Room(room)) => room,
            Ok(Woken::Erased) => {
                erased += 1;
                continue;
            }
            Ok(Woken::Gone | Woken::NotYet) | Err(_) => continue,
        };
        // The second is answered only once what follows from the first is done, or not at all.
        let _ = room.send(Tick).await;
        if room.send(Tick).await.is_err() {
            erased += 1;
        }
    }
    intakes.map(|()| erased)
}

/// Intakes that nobody has changed for so long (Q11).
async fn sweep_intakes(store: &dyn Store, before: Time) -> Kept<()> {
    let mut gone = 0;
    loop {
        let dropped = store.drop_stale_intakes(before, INTAKES_AT_ONCE).await?;
        gone += dropped;
        if dropped == 0 {
            break;
        }
    }
    if 0 < gone {
        log::info!("swept: {gone} intakes erased");
    }
    Ok(())
}

/// While the store is away the clock is held: lines cannot be kept, so nobody's silence may count, and nobody is let in.
async fn say_alive(parts: &Parts) -> StoreError {
    let clock = &parts.clock;
    loop {
        match tokio::time::timeout(AWAY_AFTER, parts.store.alive(clock.now())).await {
            Ok(Err(superseded @ StoreError::Superseded)) => return superseded,
            Ok(Ok(())) => {
                if clock.is_held() {
                    clock.go_on();
                    metrics::store_is(Standing::Up);
                    log::info!("people can go on");
                }
                clock.until(clock.now().plus(ALIVE_EVERY)).await;
            }
            Ok(Err(_)) | Err(_) => {
                if !clock.is_held() {
                    clock.hold();
                    metrics::store_is(Standing::Away);
                    log::error!(
                        "the database takes no sign of life: nobody is let in, and no time passes, until it does"
                    );
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
        }
    }
}

async fn rounds(parts: &Parts) -> Infallible {
    sweep_by_itself(parts).await;
    let mut swept = parts.clock.now();
    let mut looked_through = swept;
    loop {
        parts.clock.until(parts.clock.now().plus(LOOK_EVERY)).await;
        let now = parts.clock.now();
        if LOOK_THROUGH_EVERY <= now.since(looked_through) {
            looked_through = now;
            look_through(parts).await;
        }
        match parts.store.sweeps().await {
            Ok(sweeps) if sweeps.done < sweeps.asked => sweep_as_asked(parts, sweeps.asked).await,
            Ok(_) if parts.settings.sweep <= now.since(swept) => {
                swept = now;
                sweep_by_itself(parts).await;
            }
            Ok(_) => {}
            Err(error) => log::error!("sweep fault: {error}"),
        }
    }
}

/// What the log of work comes to is made ready, so that whoever asks waits for few entries.
async fn look_through(parts: &Parts) {
    while !parts.clock.is_held() {
        match parts.store.look_through(parts.settings.duty, ENTRIES_AT_ONCE).await {
            Ok(looked) if looked < u64::from(ENTRIES_AT_ONCE) => return,
            Ok(_) => tokio::time::sleep(LOOK_ON).await,
            Err(error) => return log::error!("activity fault: {error}"),
        }
    }
}

async fn keep_looking(clock: &Clock) -> Infallible {
    let mut rounds = tokio::time::interval(TICK);
    loop {
        rounds.tick().await;
        clock.now();
    }
}

async fn sweep_by_itself(parts: &Parts) {
    match sweep(parts).await {
        Ok(0) => {}
        Ok(erased) => log::info!("swept: {erased} rooms erased"),
        Err(error) => log::error!("sweep fault: {error}"),
    }
}

async fn sweep_as_asked(parts: &Parts, wish: i64) {
    let swept = sweep(parts).await;
    let kept = match swept {
        Ok(erased) => parts.store.swept(wish, erased).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        log::error!("sweep fault: {error}");
    }
}
