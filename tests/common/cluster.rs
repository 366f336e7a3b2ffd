//! A Postgres server of a test's own, that can be stopped in the middle of a batch and started again.
//!
//! It lives in a temporary folder, on a port of its own, as an unprivileged user: Postgres refuses to run as root. Its
//! writes are durable, as an operator's are.

#![allow(dead_code)]

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub struct Cluster {
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    /// A running server, or none where Postgres is not installed; in continuous integration that fails.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(!std::env::var("CI").is_ok_and(|ci| ci != "false"), "Postgres is not installed");
            let _ = writeln!(std::io::stderr(), "SKIPPED: Postgres is not installed; ./dev test installs it");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            let owned = Command::new("chown").arg("nobody").arg(folder.path()).status().expect("chown runs");
            assert!(owned.success());
        }
        let cluster = Self { folder, port: free_port() };
        let data = cluster.data();
        let data = data.to_str().expect("UTF-8");
        run(programs.join("initdb"), &["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", data]);
        // Everybody is let in, except one user who is asked for a password.
        let rules = cluster.data().join("pg_hba.conf");
        let open = fs::read_to_string(&rules).expect("is written by initdb");
        fs::write(&rules, format!("host all locked 127.0.0.1/32 scram-sha-256\n{open}")).expect("writes");
        cluster.start_again();
        Some(cluster)
    }

    /// Another one with the same data. This one is stopped for it.
    pub fn copied(&self) -> Self {
        if self.data().join("postmaster.pid").exists() {
            self.shuts_down();
        }
        let folder = tempfile::tempdir().expect("a folder");
        let copied = Command::new("cp").arg("-a").args([self.data().as_path(), folder.path()]).status();
        assert!(copied.expect("cp runs").success());
        if is_root() {
            assert!(Command::new("chown").arg("nobody").arg(folder.path()).status().expect("chown runs").success());
        }
        let copy = Self { folder, port: free_port() };
        copy.start_again();
        copy
    }

    /// The process whose children do the work.
    pub fn process(&self) -> u32 {
        let written = fs::read_to_string(self.data().join("postmaster.pid")).expect("runs");
        written.lines().next().and_then(|line| line.trim().parse().ok()).expect("begins with its number")
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub fn start_again(&self) {
        let folder = self.folder.path().to_str().expect("UTF-8");
        let options = format!("-c listen_addresses=127.0.0.1 -p {} -k {folder}", self.port);
        self.control(&["-o", &options, "-l", &format!("{folder}/log"), "start"]);
    }

    /// As a crash would: whatever is not committed is gone, every connection is cut.
    pub fn stop(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Everything that it holds in memory alone is on its disk.
    pub fn writes_out(&self) {
        let port = self.port.to_string();
        run(
            programs().expect("was found before").join("psql"),
            &["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-c", "checkpoint"],
        );
    }

    /// As an operator stops it.
    pub fn shuts_down(&self) {
        self.control(&["-m", "fast", "stop"]);
    }

    /// Its data and its own log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// It keeps every connection and answers nothing, until it thaws.
    pub fn freezes(&self) {
        self.signal("-STOP");
    }

    pub fn thaws(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let server = self.process().to_string();
        for (program, arguments) in [("pkill", vec![signal, "-P", &server]), ("kill", vec![signal, &server])] {
            assert!(Command::new(program).args(arguments).status().expect("runs").success());
        }
    }

    fn control(&self, arguments: &[&str]) {
        let data = self.data();
        let mut all = vec!["-w", "-D", data.to_str().expect("UTF-8")];
        all.extend(arguments);
        run(programs().expect("was found before").join("pg_ctl"), &all);
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let all = ["-D", data.to_str().expect("UTF-8"), "-m", "immediate", "stop"];
        let _ = command(programs().expect("was found before").join("pg_ctl"), &all).output();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// Where Postgres's own programs are; Debian keeps them off the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debians = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).chain(debians).collect();
    folders.retain(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists());
    folders.pop()
}

fn run(program: PathBuf, arguments: &[&str]) {
    let Output { status, .. } = command(program.clone(), arguments).output().expect("Postgres's programs run");
    assert!(status.success(), "{} {arguments:?}: {status}", program.display());
}

fn command(program: PathBuf, arguments: &[&str]) -> Command {
    let mut command = match is_root() {
        true => {
            let mut as_nobody = Command::new("setpriv");
            as_nobody.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
            as_nobody
        }
        false => Command::new(program),
    };
    // The server outlives pg_ctl and must not hold on to pipes that somebody reads to the end.
    command.args(arguments).current_dir("/").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    Path::new("/proc/self").metadata().is_ok_and(|process| process.uid() == 0)
}
