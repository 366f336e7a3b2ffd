//! Quietline: an anonymous counselling portal in one binary.
//!
//! `Parts` is the whole house, wired once, in reading order; `serve` opens its doors on a listener, the same way for
//! the program and for the tests. Start with server/README.md.

pub mod account;
pub mod actors;
pub mod auth;
pub mod clock;
pub mod config;
pub mod definition;
mod desk;
pub mod duty;
pub mod healthcheck;
mod hold;
pub mod http;
mod identity;
pub mod inventory;
pub mod metrics;
pub mod names;
pub mod page;
pub mod place;
pub mod private;
pub mod protocol;
pub mod pulse;
pub mod questionnaire;
pub mod rights;
pub mod shares;
pub mod staff;
pub mod staff_key;
pub mod store;
mod student;
pub mod sweep;
mod vault;
mod ws;

use std::{future::Future, net::TcpListener, sync::Arc, time::Duration};

use actix::{Actor, Addr, AsyncContext};
use actix_web::{App, HttpServer, web};
use futures_util::future::join_all;
use quietline_domain::{presence::Limits, queue as domain, room::Rules};

use actors::{
    lobby::{self, Lobby},
    queue::{self, Queue},
    room::{self, House},
};
use shares::{Missing, Opened, Shares};
use store::Store;
use uuid::Uuid;

/// How long rooms may take to finish what was begun, and then sockets to say goodbye.
const DRAIN: Duration = Duration::from_secs(5);

/// Everything a running portal consists of. Cheap to clone; clones are the same portal.
#[derive(Clone)]
pub struct Parts {
    pub settings: Arc<config::Settings>,
    pub clock: clock::Clock,
    pub store: Arc<dyn Store>,
    pub staff: Arc<auth::Staff>,
    pub names: Arc<names::Names>,
    pub staff_key: Arc<staff_key::StaffKey>,
    pub shares: Arc<Shares>,
    pub lobby: Addr<Lobby>,
    pub queue: Addr<Queue>,
    pub journal: Arc<duty::journal::Journal>,
    pub places: Arc<place::Places>,
    pub questionnaire: Arc<questionnaire::Questionnaire>,
    watchdog: Arc<ws::Watchdog>,
}

impl Parts {
    /// Wakes what the store holds: rooms, places, clicks. Must run inside an actix system.
    ///
    /// # Errors
    /// When the store or the key of nicknames cannot be read.
    pub async fn start(
        settings: config::Settings,
        clock: clock::Clock,
        store: Arc<dyn Store>,
        missing: Missing,
    ) -> anyhow::Result<Self> {
        let settings = Arc::new(settings);
        let definition = definition::of(settings.intake.as_deref())?;
        let rooms = store.rooms().await?;
        let ids: Vec<_> = rooms.iter().map(|row| row.room).collect();
        let installation = store.installation().await?;
        let belongs_to = Uuid::from_u128(installation);
        let Opened { shares, unfinished } = Shares::open(&settings.slots, belongs_to, &ids, missing).await?;
        let shares = Arc::new(shares);
        // Only now that this is known to be the right folder is anything made in it, or written because of it.
        let open_rooms = ids.len() - unfinished.len();
        let staff_key = Arc::new(staff_key::StaffKey::open(&settings.slots, open_rooms)?);
        let names = Arc::new(names::Names::open(&settings.slots)?);
        store.complete_forms(&|nickname| names.forms(nickname)).await?;
        let outages = store.started(clock.now()).await?;
        if !unfinished.is_empty() {
            log::info!("rooms without a share, whose erasing is finished: {}", unfinished.len());
        }
        if let Some(warning) = shares::copies_on_write(&settings.slots) {
            log::warn!("{warning}");
        }
        let forgotten = quietline_domain::Time(clock.now().0 - domain::CLAIMS_KEPT.0);
        let claims = store.claims(forgotten).await?;

        let queue_rules = domain::Rules { limit: settings.rooms_per_counsellor, away: settings.away_counsellor };
        let mut machine = domain::Queue::new(queue_rules);
        for claim in claims {
            machine.restore_click(claim.at, claim.account, claim.claim, claim.answer);
        }

        let staff = store.accounts().await?;
        // Before anybody is let in: a student who comes at once must not be told that nobody is there (W9).
        machine.step(clock.now(), domain::Input::Available { accounts: queue::available(&staff) });

        let (rules, beat) = (room_rules(&settings), settings.beat_room);
        // Lobby and queue know each other, so the queue is built with the address the lobby is about to have.
        let rules_of_queue = queue::Rules {
            limit: settings.rooms_per_counsellor,
            sharing: settings.sharing,
            beat: settings.beat_site,
            duty: settings.duty,
        };
        let (queue_store, queue_clock, names_of_house) = (store.clone(), clock.clone(), names.clone());
        let journal = Arc::new(duty::journal::Journal::start(store.clone(), clock.clone()));
        let journal_of_queue = journal.clone();
        let tally = duty::tally::Tally::new(store.clone(), clock.clone(), settings.time_zone.clone());
        let mut house = None;
        let lobby = Lobby::create(|ctx| {
            let lobby = ctx.address();
            let around = queue::House {
                store: queue_store,
                shares: shares.clone(),
                journal: journal_of_queue,
                clock: queue_clock,
                lobby: lobby.clone(),
            };
            let queue = Queue::new(around, rules_of_queue, machine, staff).start();
            let built = House {
                tally: Arc::new(tally),
                names: names_of_house,
                shares: shares.clone(),
                staff_key: staff_key.public(),
                store: store.clone(),
                clock: clock.clone(),
                rules,
                beat,
                outages,
                lobby,
                queue,
            };
            let mut lobby = Lobby::new(house.insert(built).clone());
            lobby.begin(rooms, ctx);
            lobby
        });
        let queue = house.map(|house| house.queue).ok_or_else(|| anyhow::anyhow!("the queue was not built"))?;

        Ok(Self {
            staff: Arc::new(auth::Staff::new()),
            places: Arc::new(place::Places::new(clock.now())?),
            questionnaire: Arc::new(questionnaire::Questionnaire::new(definition, installation)),
            journal,
            names,
            staff_key,
            shares,
            watchdog: Arc::default(),
            settings,
            clock,
            store,
            lobby,
            queue,
        })
    }
}

fn room_rules(settings: &config::Settings) -> Rules {
    Rules {
        inactivity: settings.inactivity,
        warning: settings.inactivity_warning,
        absence: settings.absence,
        release: settings.release,
        student: Limits { notice: settings.notice, away: settings.away_student },
        counsellor: Limits { notice: settings.notice, away: settings.away_counsellor },
        lines: settings.line_limit,
    }
}

/// Serves the portal until `shutdown` resolves; then finishes what was begun, tells every page to come back, and closes
/// the store.
///
/// # Errors
/// When the listener cannot be used, or another server has had the database since its connection was lost.
pub async fn serve(listener: TcpListener, parts: Parts, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let watchdog = parts.watchdog.clone();
    let watching = tokio::spawn(async move { watchdog.run().await });
    let mut beating = tokio::spawn(pulse::beat(parts.clone()));
    let served = web::Data::new(parts.clone());
    let server = HttpServer::new(move || App::new().app_data(served.clone()).configure(http::routes))
        .on_connect(ws::on_connect)
        // A line is a small frame that must not wait for the one before it to be acknowledged.
        .tcp_nodelay(true)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();

    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    let superseded = tokio::select! {
        () = shutdown => None,
        ended = &mut beating => Some(ended.map_or_else(anyhow::Error::from, anyhow::Error::from)),
    };
    // Nobody new is let in, so that whoever is told to come back meets the server that starts next.
    handle.pause().await;
    drain(&parts).await;
    beating.abort();
    handle.stop(true).await;
    running.await??;
    watching.abort();
    if let Some(error) = superseded {
        return Err(error);
    }
    if let Err(error) = parts.store.alive(parts.clock.now()).await {
        log::error!("the database does not take the last sign of life: {error}");
    }
    parts.journal.close().await;
    parts.shares.close().await;
    parts.store.close().await;
    Ok(())
}

/// Rooms finish what stands in their mailboxes, lines that are being saved among it, and then let their pages go.
async fn drain(parts: &Parts) {
    let draining = async {
        let rooms = parts.lobby.send(lobby::Drain).await.unwrap_or_default();
        join_all(rooms.iter().map(|room| room.send(room::Drain))).await;
        let _ = parts.queue.send(queue::Drain).await;
    };
    if tokio::time::timeout(DRAIN, draining).await.is_err() {
        log::warn!("not every room could finish in time; its pages come back to what was kept");
    }
}
