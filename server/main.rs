//! The program: reads what was asked, chooses the implementations, and serves until it is told to stop.
//!
//! It decides nothing about rooms or people. Whatever goes wrong here is one sentence on standard error and status 1.

use std::{
    env,
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow};
use clap::{Parser, Subcommand};
use log::LevelFilter;
use quietline::{
    Parts, account,
    clock::Clock,
    config::{Flags, Settings},
    store, sweep,
};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::signal::unix::{SignalKind, signal};

/// How many connections may wait to be accepted; a whole school that comes at once fits.
const BACKLOG: i32 = 4096;

/// How many open files the program asks for; each socket is one.
const OPEN_FILES: u64 = 65_536;

const EXAMPLES: &str = "\
Examples:
  quietline                                        serve on http://127.0.0.1:8080 with data in ./data
  quietline --listen 127.0.0.1:0 --data /srv/talk  any free port, data elsewhere
  quietline --origin https://talk.example.org      behind a proxy that speaks TLS
  quietline account add anna --nickname Anna --password-stdin < password.txt
  quietline account list --json

On the first start the program prints a link that makes the first account.
A setting is a flag, or a variable (QUIETLINE_LINE_LIMIT), or a file named by a variable (QUIETLINE_LINE_LIMIT_FILE),
or a line of the file that --config names (line_limit = \"20 in 10s\"); the first of these counts.
Times are written 90s, 10min, 1h or 30d. `--help` lists every setting, `-h` leaves them out.";

/// An anonymous counselling portal: one button, an honest queue, and nothing left behind.
#[derive(Parser)]
#[command(name = "quietline", version, after_help = EXAMPLES)]
struct Asked {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve the portal (what happens without a verb)
    Serve,
    /// Staff accounts; works beside a running server, which notices within 2 s
    Account(account::Account),
    /// Erase, once and now, what should have been erased; a running server does it itself
    Sweep(sweep::Sweep),
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let outcome = actix_web::rt::System::new().block_on(async {
        let settings = Settings::read(asked.flags, variables()?)?;
        match asked.verb.unwrap_or(Verb::Serve) {
            Verb::Serve => serve(settings).await,
            Verb::Account(account) => account::run(account, &settings).await,
            Verb::Sweep(asked) => sweep::run(asked, settings).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(io::stderr(), "quietline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn variables() -> Result<Vec<(String, String)>> {
    let ours = env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_"));
    ours.map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let value = value.into_string().map_err(|_| anyhow!("{name} is not UTF-8: write its value in UTF-8"))?;
        Ok((name, value))
    })
    .collect()
}

async fn serve(settings: Settings) -> Result<()> {
    start_log(settings.log);
    // Without more open files the portal works too, for fewer people.
    if let Err(error) = rlimit::increase_nofile_limit(OPEN_FILES) {
        log::warn!("the limit of open files stays as it is: {error}");
    }
    // Before anything is created: a second start by mistake leaves no trace.
    let listener = listen(settings.listen)?;
    let listening = listener.local_addr().context("asking for the port")?;
    let stop = stop_asked()?;

    let clock = Clock::system();
    let store = store::serve(&settings.database).await?;
    let parts = Parts::start(settings, clock, store).await?;
    announce(&parts, listening).await?;
    quietline::serve(listener, parts, stop).await
}

/// Other crates say at most warnings: what they log may hold an address.
fn start_log(level: LevelFilter) {
    let others = level.min(LevelFilter::Warn);
    env_logger::Builder::new().filter_level(others).filter_module("quietline", level).init();
}

/// The address may be used again at once after a stop, but never by two at the same time.
fn listen(address: SocketAddr) -> Result<TcpListener> {
    let bound = || -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        Ok(socket.into())
    };
    bound().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => anyhow!(
            "{address} is already in use: stop the program that listens there, or name another address with --listen"
        ),
        io::ErrorKind::PermissionDenied => {
            anyhow!("{address} may not be used by this user: name a port from 1024 with --listen")
        }
        io::ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is not an address of this machine: name one that is with --listen")
        }
        _ => anyhow!("cannot listen on {address} ({error}): name another address with --listen"),
    })
}

/// Asked here and now, so that a signal during the start is not lost.
fn stop_asked() -> Result<impl Future<Output = ()>> {
    let mut terminated = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupted = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

/// Says where the pages are: at the configured origin, or at the address itself.
async fn announce(parts: &Parts, listening: SocketAddr) -> Result<()> {
    let settings = &parts.settings;
    let mut shown = listening;
    if listening.ip().is_unspecified() {
        shown.set_ip(if listening.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    let own = settings.origin.clone().unwrap_or_else(|| format!("http://{shown}"));
    let mut text = format!("Students:    {own}/\nCounsellors: {own}/desk\n");
    if settings.origin.is_some() {
        text += &format!("Listening:   http://{shown}/\n");
    }
    if let Some(token) = parts.staff.offer_first(&*parts.store).await? {
        text += &format!("First account: {own}/desk#first={}\n", token.expose());
        text += "  (good until the first account exists; every start makes a new link)\n";
    }
    // A closed standard output is no reason not to serve.
    let _ = io::stdout().write_all(text.as_bytes());
    warn_of_plain_http(settings, listening);
    Ok(())
}

fn warn_of_plain_http(settings: &Settings, listening: SocketAddr) {
    match &settings.origin {
        Some(origin) => {
            let host = origin.strip_prefix("http://");
            if host.is_some_and(|host| !quietline::auth::is_loopback(host)) {
                log::warn!("QUIETLINE_ORIGIN is plain http: browsers will keep no counsellor signed in; use https");
            }
        }
        None if listening.ip().is_loopback() => {}
        None => log::warn!("without QUIETLINE_ORIGIN the pages work at loopback names alone; set it to their address"),
    }
}
