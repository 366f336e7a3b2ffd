//! The portal as a process on a disk that fails: started on data that outlives it, killed, and started again.
//!
//! The binary is the real one, QUIETLINE_TEST_BINARY or the one that Cargo has built. It knows nothing of what people
//! do.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

use super::{
    control::{Control, Slot},
    ledger::broken,
    portal::{self, Home, Portal},
};

/// The data of one portal, and who can sign in to it.
pub struct Data {
    pub home: Home,
    /// One session for each desk, as its cookie stands in the header.
    pub cookies: Vec<String>,
}

/// Whether the disk notes what a power cut would take back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disk {
    Plain,
    Forgetful,
}

pub struct Server {
    child: Child,
    _said: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

/// The shim and the control file, beside the data.
pub struct Workshop {
    folder: TempDir,
}

impl Data {
    /// With so many counsellors, signed in, and nobody else.
    pub fn prepare(home: Home, desks: usize) -> Self {
        let mut portal = Portal::start(home.with(desks).expect("accounts")).expect("starts");
        let cookies = (0..desks).map(|no| portal.sign_in(&format!("c{no}")).expect("signs in")).collect();
        Self { home: portal.remains().expect("copies"), cookies }
    }

    pub fn copy(&self) -> Self {
        Self { home: self.home.copied().expect("copies"), cookies: self.cookies.clone() }
    }

    pub fn desks(&self) -> usize {
        self.cookies.len()
    }

    /// After a power cut nothing is left of what was only mapped into memory.
    pub fn forget_memory(&self) {
        let _ = std::fs::remove_file(self.home.folder.path().join("quietline.sqlite-shm"));
    }

    fn command(&self) -> std::process::Command {
        let mut command = portal::quietline(&self.home);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--rooms-per-counsellor", "1000", "--log"])
            // A disk that fails is a thousand errors.
            .arg(std::env::var_os("QUIETLINE_TEST_LOG").unwrap_or_else(|| "off".into()))
            .args(["--join-limit", "1000000 in 1s", "--line-limit", "1000000 in 1s"]);
        command
    }
}

impl Workshop {
    /// Builds the shim with the machine's own compiler.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/shim.c");
        let built = std::process::Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-pthread", "-o"])
            .arg(folder.path().join("shim.so"))
            .arg(source)
            .status();
        assert!(built.expect("cc is needed").success(), "the shim does not compile");
        Self { folder }
    }

    pub fn control(&self, disk: Disk) -> Control {
        let control = Control::new(&self.control_path());
        control.set(Slot::CutHow, u64::from(disk == Disk::Forgetful));
        control
    }

    fn control_path(&self) -> PathBuf {
        self.folder.path().join("control")
    }

    /// Puts the shim between this program and the files of the folder.
    pub fn preload(&self, command: &mut std::process::Command, folder: &Path) {
        command
            .env("LD_PRELOAD", self.folder.path().join("shim.so"))
            .env("CRASH_SHIM_FOLDER", folder)
            .env("CRASH_SHIM_CONTROL", self.control_path());
    }

    /// `None` when the process ended before it served.
    pub async fn start(&self, data: &Data) -> Option<Server> {
        self.start_with(data, &[]).await
    }

    pub async fn start_with(&self, data: &Data, settings: &[&str]) -> Option<Server> {
        self.start_over(data.home.folder.path(), data, settings).await
    }

    /// The shim stands before the files of this folder alone.
    pub async fn start_over(&self, folder: &Path, data: &Data, settings: &[&str]) -> Option<Server> {
        let mut command = data.command();
        command.args(settings);
        command.stdout(Stdio::piped());
        self.preload(&mut command, folder);
        let mut child = Command::from(command).kill_on_drop(true).spawn().expect("starts");
        let mut said = BufReader::new(child.stdout.take().expect("standard output"));
        let mut first = String::new();
        said.read_line(&mut first).await.expect("reads");
        let Some(at) = first.split("http://").nth(1) else {
            let status = child.wait().await.expect("ends");
            is_a_kill(status.code());
            return None;
        };
        let address = at.trim().trim_end_matches('/').parse().expect("an address");
        Some(Server { child, _said: said, address })
    }
}

impl Server {
    /// kill -9, whether it still lives or not.
    pub async fn kill(&mut self) {
        let _ = self.child.start_kill();
        self.ends().await;
    }

    /// Returns once the process is no more.
    pub async fn ends(&mut self) {
        let status = self.child.wait().await.expect("ends");
        is_a_kill(status.code());
    }
}

/// A portal that refuses to start on what a crash has left, or ends by itself, has a status.
fn is_a_kill(status: Option<i32>) {
    if let Some(status) = status {
        broken(&format!("the portal ended by itself, with status {status}"));
    }
}
