//! The verb `healthcheck`: asks the server of these settings whether it answers, and whether its database does.
//!
//! Only a server that does not answer is unhealthy. One whose database is away would come back no sooner for being
//! restarted, so that is said and is no failure. Nothing here opens the database, or knows more of HTTP than a status.

use std::{
    fmt, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::config::Settings;

/// How long each of the two questions may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// A status line is far shorter; whatever listens there need not be ours.
const STATUS_BYTES: u64 = 256;

#[derive(Args)]
pub struct Healthcheck {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// # Errors
/// When the server does not answer as a healthy one does: the sentence says how.
pub async fn run(Healthcheck { json }: Healthcheck, settings: &Settings) -> Result<()> {
    let address = reachable(settings.listen)?;
    let found = look(address).await;
    if json || found.is_healthy() {
        let line = if json { found.object().to_string() } else { format!("the server at {address} {found}") };
        io::Write::write_all(&mut io::stdout(), format!("{line}\n").as_bytes())
            .context("standard output cannot be written")?;
    }
    match found {
        Found::Unhealthy(why) => bail!("the server at {address} is not healthy: {why}"),
        Found::Ready | Found::NotReady(_) => Ok(()),
    }
}

enum Found {
    Ready,
    NotReady(String),
    Unhealthy(String),
}

impl Found {
    fn is_healthy(&self) -> bool {
        !matches!(self, Self::Unhealthy(_))
    }

    fn object(&self) -> serde_json::Value {
        let is_ready = matches!(self, Self::Ready);
        match self {
            Self::Ready => serde_json::json!({ "healthy": true, "ready": is_ready }),
            Self::NotReady(why) | Self::Unhealthy(why) => {
                serde_json::json!({ "healthy": self.is_healthy(), "ready": is_ready, "why": why })
            }
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => write!(out, "is healthy and ready"),
            Self::NotReady(why) => write!(out, "is healthy, but not ready: {why}"),
            Self::Unhealthy(why) => write!(out, "is not healthy: {why}"),
        }
    }
}

/// Where a server that listens everywhere can be asked from this machine.
fn reachable(mut listen: SocketAddr) -> Result<SocketAddr> {
    ensure!(listen.port() != 0, "a server at port 0 took any free one: name the one it took with --listen");
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    Ok(listen)
}

async fn look(address: SocketAddr) -> Found {
    if let Err(why) = is_well(address, "/healthz").await {
        return Found::Unhealthy(why);
    }
    match is_well(address, "/readyz").await {
        Ok(()) => Found::Ready,
        Err(why) => Found::NotReady(why),
    }
}

/// Whether this path is answered with 200, and otherwise what happened instead.
async fn is_well(address: SocketAddr, path: &str) -> Result<(), String> {
    let status = match timeout(PATIENCE, status(address, path)).await {
        Ok(asked) => asked.map_err(|error| format!("{path} cannot be asked ({error})"))?,
        Err(_) => return Err(format!("{path} was not answered within {} s", PATIENCE.as_secs())),
    };
    let code = status.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    match code {
        Some("200") => Ok(()),
        Some("503") => Err(format!("{path} answers 503, so the database cannot be used; the server's log says why")),
        _ => Err(format!("{path} is not answered as Quietline does: is it another program's port?")),
    }
}

async fn status(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream.take(STATUS_BYTES)).read_line(&mut line).await?;
    Ok(line)
}
