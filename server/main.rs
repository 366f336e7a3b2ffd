//! The program: reads what was asked, chooses the implementations, and serves until it is told to stop.
//!
//! It decides nothing about rooms or people. Whatever goes wrong here is one sentence on standard error and status 1.

use std::{
    env,
    io::{self, Write},
    net::{IpAddr, SocketAddr, TcpListener},
    panic,
    process::ExitCode,
};

use anyhow::{Context, Result, anyhow};
use clap::{Args, Parser, Subcommand};
use env_logger::fmt::Formatter;
use log::Record;
use quietline::{
    Parts, account,
    clock::Clock,
    config::{Flags, LogFormat, Settings},
    definition, duty, healthcheck,
    metrics::{self, Standing},
    shares::Missing,
    store, sweep,
};
use serde::Serialize;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::signal::unix::{SignalKind, signal};

/// The system's allocator takes a tenth more time for each line, and musl's, in the image, far more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
  quietline healthcheck --listen 127.0.0.1:8080    exit status 0 while the server there answers

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
    Serve(Serve),
    /// Staff accounts; works beside a running server, which notices within 2 s
    Account(account::Account),
    /// Erase, once and now, what should have been erased; a running server does it itself
    Sweep(sweep::Sweep),
    /// Look at a questionnaire before anybody is asked: what is wrong with it, and what a profile makes of it
    Intake(definition::Intake),
    /// Look at counsellors' duty: the sessions that an activity log makes
    Duty(duty::Duty),
    /// Ask the server at `listen` whether it is healthy: exit status 0 or 1
    Healthcheck(healthcheck::Healthcheck),
}

#[derive(Args, Default)]
struct Serve {
    /// Give up every open conversation, because the slots that open them are lost: erases them, and starts
    #[arg(long)]
    forget_rooms: bool,
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let outcome = actix_web::rt::System::new().block_on(async {
        let settings = Settings::read(asked.flags, variables()?)?;
        match asked.verb.unwrap_or(Verb::Serve(Serve::default())) {
            Verb::Serve(asked) => serve(settings, asked).await,
            Verb::Account(account) => account::run(account, &settings).await,
            Verb::Sweep(asked) => sweep::run(asked, settings).await,
            Verb::Intake(asked) => definition::run(asked),
            Verb::Duty(asked) => duty::run(asked, &settings).await,
            Verb::Healthcheck(asked) => healthcheck::run(asked, &settings).await,
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

async fn serve(settings: Settings, asked: Serve) -> Result<()> {
    let missing = if asked.forget_rooms { Missing::Forget } else { Missing::Refuse };
    start_log(&settings);
    // Without more open files the portal works too, for fewer people.
    if let Err(error) = rlimit::increase_nofile_limit(OPEN_FILES) {
        log::warn!("the limit of open files stays as it is: {error}");
    }
    // Before anything is created: a start by mistake leaves no trace.
    definition::of(settings.intake.as_deref())?;
    let listener = listen(settings.listen, "--listen")?;
    let listening = listener.local_addr().context("asking for the port")?;
    let watched = settings.metrics_listen.map(|address| listen(address, "--metrics-listen")).transpose()?;
    let stop = stop_asked()?;

    let clock = Clock::system();
    let store = store::serve(&settings.database).await?;
    let figures_at = watched.as_ref().map(TcpListener::local_addr).transpose().context("asking for the port")?;
    let figures = watched.map(metrics::serve).transpose()?;
    metrics::store_is(Standing::Up);
    let parts = Parts::start(settings, clock, store, missing).await?;
    announce(&parts, listening, figures_at).await?;
    let served = quietline::serve(listener, parts, stop).await;
    if let Some(figures) = figures {
        figures.stop(false).await;
    }
    served
}

/// Not every address of the machine either: one of them may be public.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

/// Other crates say at most warnings: what they log may hold an address.
fn start_log(settings: &Settings) {
    let level = settings.log;
    let mut log = env_logger::Builder::new();
    log.filter_level(level.min(log::LevelFilter::Warn)).filter_module("quietline", level);
    if settings.log_format == LogFormat::Json {
        log.format(write_object);
    }
    log.init();
    // What a panic says may quote what it stumbled over: of it the log holds the place alone.
    panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("panic at {}:{}", place.file(), place.line()),
        None => log::error!("panic"),
    }));
}

/// A line of the log, for a program that reads it.
#[derive(Serialize)]
struct Entry<'a> {
    /// As RFC 3339 has it, in UTC.
    time: String,
    level: &'a str,
    event: String,
    target: &'a str,
}

fn write_object(line: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let entry = Entry {
        time: line.timestamp_millis().to_string(),
        level: record.level().as_str(),
        event: record.args().to_string(),
        target: record.target(),
    };
    serde_json::to_writer(&mut *line, &entry)?;
    writeln!(line)
}

/// The address may be used again at once after a stop, but never by two at the same time.
fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener> {
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
            "{address} is already in use: stop the program that listens there, or name another address with {flag}"
        ),
        io::ErrorKind::PermissionDenied => {
            anyhow!("{address} may not be used by this user: name a port from 1024 with {flag}")
        }
        io::ErrorKind::AddrNotAvailable => {
            anyhow!("{address} is not an address of this machine: name one that is with {flag}")
        }
        _ => anyhow!("cannot listen on {address} ({error}): name another address with {flag}"),
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
async fn announce(parts: &Parts, listening: SocketAddr, figures: Option<SocketAddr>) -> Result<()> {
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
    if let Some(figures) = figures {
        text += &format!("Figures:     http://{figures}/metrics\n");
    }
    if let Some(token) = parts.staff.offer_first(&*parts.store).await? {
        text += &format!("First account: {own}/desk#first={}\n", token.expose());
        text += "  (good until the first account exists; every start makes a new link)\n";
    }
    // A closed standard output is no reason not to serve.
    let _ = io::stdout().write_all(text.as_bytes());
    warn_of_plain_http(settings, listening);
    if figures.is_some_and(|figures| !is_private(figures.ip())) {
        log::warn!("QUIETLINE_METRICS_LISTEN is not a private address: whoever reaches it can read the figures");
    }
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
