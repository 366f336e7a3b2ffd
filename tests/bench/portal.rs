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

pub struct Portal {
    child: Child,
    pub address: SocketAddr,
    folder: TempDir,
    lines: Lines,
    /// From exec to the first /healthz that says yes.
    pub started_in: Duration,
}

impl Portal {
    /// Starts on `folder`, which may hold accounts already.
    pub fn start(folder: TempDir) -> Result<Self> {
        Self::start_at("127.0.0.1:0", folder, Lines::AsManyAsCome)
    }

    pub fn start_with(lines: Lines, folder: TempDir) -> Result<Self> {
        Self::start_at("127.0.0.1:0", folder, lines)
    }

    /// Starts where no client's own end can ever be, so that the port is still free after a kill.
    pub fn start_to_be_killed(folder: TempDir) -> Result<Self> {
        let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range")?;
        let first: u16 = range.split_whitespace().next().context("no range")?.parse()?;
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let port = (10_000..first).rev().find(is_free).context("no free port")?;
        Self::start_at(&format!("127.0.0.1:{port}"), folder, Lines::AsManyAsCome)
    }

    fn start_at(listen: &str, folder: TempDir, lines: Lines) -> Result<Self> {
        let began = Instant::now();
        let (child, address) = launch(listen, &folder, lines)?;
        let mut portal = Self { child, address, folder, lines, started_in: Duration::ZERO };
        portal.started_in = portal.is_well_since(began)?;
        Ok(portal)
    }

    /// kill -9, and another on the same data and the same port. Returns once /healthz says yes again.
    pub fn kill_and_start_again(&mut self) -> Result<()> {
        self.kill()?;
        let began = Instant::now();
        (self.child, _) = launch(&self.address.to_string(), &self.folder, self.lines)?;
        self.started_in = self.is_well_since(began)?;
        Ok(())
    }

    /// Kills it for good and returns what it left behind, to start others on.
    pub fn remains(&mut self) -> Result<TempDir> {
        self.kill()?;
        let copy = tempfile::tempdir()?;
        copy_folder(self.folder.path(), copy.path())?;
        Ok(copy)
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

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn watch(&self) -> Watch {
        Watch(self.child.id())
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
fn launch(listen: &str, folder: &TempDir, lines: Lines) -> Result<(Child, SocketAddr)> {
    let mut child = quietline(folder)
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

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
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

/// A folder with this many counsellors, whose logins are `c0`, `c1`, …
pub fn folder_with(counsellors: usize) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for number in 0..counsellors {
        let mut add = quietline(&folder)
            .args(["account", "add", &format!("c{number}"), "--nickname", &format!("C {number}"), "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        add.stdin.take().context("standard input")?.write_all(PASSWORD.as_bytes())?;
        ensure!(add.wait()?.success(), "adding an account");
    }
    Ok(folder)
}

fn quietline(folder: &TempDir) -> Command {
    let mut command = Command::new(binary());
    command.arg("--data").arg(folder.path());
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

/// What Linux knows of a process.
#[derive(Clone, Copy)]
pub struct Watch(pub u32);

impl Watch {
    /// Time on a processor so far, of all threads, in user mode and in the kernel.
    pub fn cpu(self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // The name in brackets may hold spaces; after it, user and system time are the 12th and the 13th field.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        // On every architecture that Linux shows to programs, a tick is 10 ms.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory in use, in KiB.
    pub fn resident(self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
    /// How many files it has open, connections among them.
    pub fn open_files(self) -> Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.0))?.count())
    }
}
