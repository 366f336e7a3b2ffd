//! The portal as a process: started on a folder of its own, given counsellors, asked over HTTP, watched in /proc.
//!
//! It is the shipped binary, started as an operator would; only its limits are raised, and each with a flag.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::cluster::Cluster;

const PASSWORD: &str = "twelve or more letters";

/// The release binary that `./dev bench` names, or the one that Cargo built beside this bench.
pub fn binary() -> PathBuf {
    std::env::var_os("QUIETLINE_TEST_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_quietline").into()).into()
}

/// How many lines each side of a room may send.
#[derive(Clone, Copy)]
pub enum Lines {
    AsManyAsCome,
    AsShipped,
}

/// Where a portal keeps what it keeps: a folder, and a Postgres of its own or else SQLite in the folder.
pub struct Home {
    pub folder: TempDir,
    pub cluster: Option<Cluster>,
}

impl Home {
    pub fn sqlite() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()?, cluster: None })
    }

    /// None where Postgres is not installed.
    pub fn postgres() -> Result<Option<Self>> {
        let Some(cluster) = Cluster::start() else { return Ok(None) };
        Ok(Some(Self { folder: tempfile::tempdir()?, cluster: Some(cluster) }))
    }

    /// One of each kind, with what their figures are called.
    pub fn each() -> Result<Vec<(Self, &'static str)>> {
        let postgres = Self::postgres()?.map(|home| (home, " (Postgres)"));
        Ok([Some((Self::sqlite()?, "")), postgres].into_iter().flatten().collect())
    }

    /// As `--database` takes it.
    pub fn url(&self) -> String {
        match &self.cluster {
            Some(cluster) => cluster.url(),
            None => format!("sqlite:{}", self.folder.path().join("quietline.sqlite").display()),
        }
    }

    /// With this many counsellors, whose logins are `c0`, `c1`, …
    pub fn with(self, counsellors: usize) -> Result<Self> {
        for number in 0..counsellors {
            let mut add = quietline(&self)
                .args(["account", "add", &format!("c{number}"), "--nickname", &format!("C {number}")])
                .arg("--password-stdin")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()?;
            add.stdin.take().context("standard input")?.write_all(PASSWORD.as_bytes())?;
            ensure!(add.wait()?.success(), "adding an account");
        }
        Ok(self)
    }

    /// As it is now, a second time; nothing may be running on it.
    pub fn copied(&self) -> Result<Self> {
        let copy = tempfile::tempdir()?;
        copy_folder(self.folder.path(), copy.path())?;
        let cluster = self.cluster.as_ref().map(Cluster::copied);
        Ok(Self { folder: copy, cluster })
    }
}

pub struct Portal {
    child: Child,
    pub address: SocketAddr,
    home: Home,
    lines: Lines,
    /// From exec to the first /healthz that says yes.
    pub started_in: Duration,
}

impl Portal {
    pub fn start(home: Home) -> Result<Self> {
        Self::start_at("127.0.0.1:0", home, Lines::AsManyAsCome)
    }

    pub fn start_with(lines: Lines, home: Home) -> Result<Self> {
        Self::start_at("127.0.0.1:0", home, lines)
    }

    /// Starts where no client's own end can ever be, so that the port is still free after a kill.
    pub fn start_to_be_killed(home: Home) -> Result<Self> {
        let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
        let first: u16 = range.split_whitespace().next().context("no range")?.parse()?;
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let port = (10_000..first).rev().find(is_free).context("no free port")?;
        Self::start_at(&format!("127.0.0.1:{port}"), home, Lines::AsManyAsCome)
    }

    fn start_at(listen: &str, home: Home, lines: Lines) -> Result<Self> {
        let began = Instant::now();
        let (child, address) = launch(listen, &home, lines)?;
        let mut portal = Self { child, address, home, lines, started_in: Duration::ZERO };
        portal.started_in = portal.is_well_since(began)?;
        Ok(portal)
    }

    /// kill -9, and another on the same data and the same port. Returns once /healthz says yes again.
    pub fn kill_and_start_again(&mut self) -> Result<()> {
        self.kill()?;
        let began = Instant::now();
        (self.child, _) = launch(&self.address.to_string(), &self.home, self.lines)?;
        self.started_in = self.is_well_since(began)?;
        Ok(())
    }

    /// Kills it for good and returns what it left behind, to start others on.
    pub fn remains(&mut self) -> Result<Home> {
        self.kill()?;
        self.home.copied()
    }

    fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn is_well_since(&self, began: Instant) -> Result<Duration> {
        while !self.get("/healthz", "").is_ok_and(|answer| answer.is_ok()) {
            ensure!(began.elapsed() < Duration::from_secs(20), "/healthz does not say yes");
            thread::sleep(Duration::from_millis(1));
        }
        Ok(began.elapsed())
    }

    /// Where it keeps what it keeps.
    pub fn home(&self) -> &Home {
        &self.home
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn watch(&self) -> Watch {
        Watch { portal: self.child.id(), database: self.home.cluster.as_ref().map(Cluster::process) }
    }

    /// Signs a counsellor in and returns the cookie.
    pub fn sign_in(&self, login: &str) -> Result<String> {
        let body = format!(r#"{{"login":"{login}","password":"{PASSWORD}"}}"#);
        let origin = self.origin();
        let headers =
            format!("Origin: {origin}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let answer = self.ask("POST", "/api/sign-in", &headers, &body)?;
        ensure!(answer.is_ok(), "signing in: {}", answer.head);
        let cookie = answer.header("set-cookie").context("no cookie")?;
        Ok(cookie.split(';').next().unwrap_or(cookie).to_owned())
    }

    pub fn get(&self, path: &str, headers: &str) -> Result<Answer> {
        self.ask("GET", path, headers, "")
    }

    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let host = self.address;
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n{body}")?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all)?;
        let end = all.windows(4).position(|four| four == b"\r\n\r\n").context("no end of the headers")?;
        Ok(Answer { head: String::from_utf8_lossy(&all[..end]).into_owned(), body: all.split_off(end + 4) })
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The process, and the address it says.
fn launch(listen: &str, home: &Home, lines: Lines) -> Result<(Child, SocketAddr)> {
    let mut child = quietline(home)
        .args(["serve", "--listen", listen, "--log", "error", "--rooms-per-counsellor", "1000"])
        .args(["--join-limit", "1000000 in 1s"])
        .args(match lines {
            Lines::AsManyAsCome => &["--line-limit", "1000000 in 1s"][..],
            Lines::AsShipped => &[],
        })
        .stdout(Stdio::piped())
        .spawn()
        .context("starting the portal")?;
    let said = child.stdout.take().context("the portal's standard output")?;
    // Reads one line and leaves the rest: the pipe holds more than the portal ever says.
    let mut first = String::new();
    BufReader::new(said).read_line(&mut first)?;
    let at = first.split("http://").nth(1).with_context(|| format!("no address in {first:?}"))?;
    Ok((child, at.trim().trim_end_matches('/').parse()?))
}

pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir(&there)?;
            copy_folder(&entry.path(), &there)?;
        } else {
            fs::copy(entry.path(), there)?;
        }
    }
    Ok(())
}

pub fn quietline(home: &Home) -> Command {
    let mut command = Command::new(binary());
    command.arg("--data").arg(home.folder.path()).args(["--database", &home.url()]);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("QUIETLINE_")) {
        command.env_remove(name);
    }
    command
}

pub struct Answer {
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn is_ok(&self) -> bool {
        self.head.starts_with("HTTP/1.1 200") || self.head.starts_with("HTTP/1.1 204")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

/// What Linux knows of a portal, and of the database below it where that is a server of its own.
#[derive(Clone, Copy)]
pub struct Watch {
    pub portal: u32,
    pub database: Option<u32>,
}

impl Watch {
    pub fn of(process: u32) -> Self {
        Self { portal: process, database: None }
    }

    /// Time on a processor so far, of all threads, in user mode and in the kernel, the database's processes included.
    pub fn cpu(self) -> Result<Duration> {
        let mut ticks = cpu_ticks(self.portal, Children::Alone)?;
        if let Some(server) = self.database {
            ticks += cpu_ticks(server, Children::ThatEnded)?;
            for child in children(server)? {
                // One that has ended since is counted with its parent the next time.
                ticks += cpu_ticks(child, Children::Alone).unwrap_or(0);
            }
        }
        // On every architecture that Linux shows to programs, a tick is 10 ms.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory of the portal in use, in KiB.
    pub fn resident(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.portal))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// How many files the portal has open, connections among them.
    pub fn open_files(self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.portal))?.count())
    }
}

/// Whose time is counted beside a process's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Children {
    Alone,
    ThatEnded,
}

/// The fields of /proc/…/stat behind the name in brackets, which may hold spaces.
fn stat(process: u32) -> Result<Vec<u64>> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(1);
    Ok(fields.map(|field| field.parse().unwrap_or(0)).collect())
}

fn cpu_ticks(process: u32, children: Children) -> Result<u64> {
    // From the parent's id on: user and system time are the 11th and 12th, those of children that ended follow.
    let counted = if children == Children::ThatEnded { 10..14 } else { 10..12 };
    Ok(stat(process)?[counted].iter().sum())
}

fn children(parent: u32) -> Result<Vec<u32>> {
    let processes = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Ok(processes
        .filter(|&process| stat(process).is_ok_and(|fields| fields.first() == Some(&u64::from(parent))))
        .collect())
}
