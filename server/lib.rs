//! Quietline: an anonymous counselling portal in one binary.
//!
//! `Parts` is the whole house, wired once, in reading order; `serve` opens its doors on a listener, the same way for
//! the program and for the tests. Start with server/README.md.

pub mod account;
pub mod actors;
pub mod auth;
pub mod clock;
pub mod config;
mod desk;
pub mod http;
pub mod page;
pub mod place;
pub mod private;
pub mod protocol;
pub mod store;
mod student;
mod ws;

use std::{future::Future, net::TcpListener, sync::Arc};

use actix::{Actor, Addr, AsyncContext};
use actix_web::{App, HttpServer, web};
use quietline_domain::{queue as domain, room::Rules};

use actors::{lobby::Lobby, queue::Queue, room::House};
use store::Store;

/// Everything a running portal consists of. Cheap to clone; clones are the same portal.
#[derive(Clone)]
pub struct Parts {
    pub settings: Arc<config::Settings>,
    pub clock: clock::Clock,
    pub store: Arc<dyn Store>,
    pub staff: Arc<auth::Staff>,
    pub lobby: Addr<Lobby>,
    pub queue: Addr<Queue>,
    pub places: Arc<place::Places>,
    watchdog: Arc<ws::Watchdog>,
}

impl Parts {
    /// Wakes what the store holds: rooms, places, clicks. Must run inside an actix system.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn start(settings: config::Settings, clock: clock::Clock, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let settings = Arc::new(settings);
        let rooms = store.rooms().await?;
        let forgotten = quietline_domain::Time(clock.now().0 - domain::CLAIMS_KEPT.0);
        let claims = store.claims(forgotten).await?;

        let mut machine = domain::Queue::new(settings.rooms_per_counsellor);
        for room in &rooms {
            if let Some(by) = &room.counsellor {
                machine.restore_held(room.room, by.account, by.claim);
            }
        }
        for claim in claims {
            machine.restore_click(claim.at, claim.account, claim.claim, claim.answer);
        }

        let rules =
            Rules { inactivity: settings.inactivity, warning: settings.inactivity_warning, lines: settings.line_limit };
        // Lobby and queue know each other, so the queue is built with the address the lobby is about to have.
        let (limit, queue_store, queue_clock) = (settings.rooms_per_counsellor, store.clone(), clock.clone());
        let mut house = None;
        let lobby = Lobby::create(|ctx| {
            let lobby = ctx.address();
            let queue = Queue::new(queue_store, queue_clock, lobby.clone(), limit, machine).start();
            let built = House { store: store.clone(), clock: clock.clone(), rules, lobby, queue };
            let mut lobby = Lobby::new(house.insert(built).clone());
            rooms.into_iter().for_each(|row| drop(lobby.wake(row)));
            lobby
        });
        let queue = house.map(|house| house.queue).ok_or_else(|| anyhow::anyhow!("the queue was not built"))?;

        Ok(Self {
            staff: Arc::new(auth::Staff::new()),
            places: Arc::new(place::Places::new(clock.now())?),
            watchdog: Arc::default(),
            settings,
            clock,
            store,
            lobby,
            queue,
        })
    }
}

/// Serves the portal until `shutdown` resolves; then lets go of every socket and closes the store.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(listener: TcpListener, parts: Parts, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let watchdog = parts.watchdog.clone();
    let watching = tokio::spawn({
        let clock = parts.clock.clone();
        async move { watchdog.run(clock).await }
    });
    let store = parts.store.clone();
    let parts = web::Data::new(parts);
    let server = HttpServer::new(move || App::new().app_data(parts.clone()).configure(http::routes))
        .on_connect(ws::on_connect)
        // A line is a small frame that must not wait for the one before it to be acknowledged.
        .tcp_nodelay(true)
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run();

    let handle = server.handle();
    let running = actix_web::rt::spawn(server);
    shutdown.await;
    handle.stop(false).await;
    running.await??;
    watching.abort();
    store.close().await;
    Ok(())
}
