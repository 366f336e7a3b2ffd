//! The Caddyfile as it is shipped, between real people and a real portal, wherever there is a caddy to read it.
//!
//! Only two things are put in its place: where the portal is, and a site without TLS, so that no certificate is needed.
//! Without caddy there is nothing to try, which is said.

// A test says on standard error what it left out.
#![allow(clippy::print_stderr)]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, ChildStderr, Command, Stdio},
};

use common::Portal;

struct Caddy {
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
    _folder: tempfile::TempDir,
}

impl Caddy {
    /// In front of whoever listens there, or does not.
    fn before(portal: &str) -> Option<Self> {
        if Command::new("caddy").arg("version").stdout(Stdio::null()).status().is_err() {
            eprintln!("SKIP the Caddyfile: there is no caddy");
            return None;
        }
        let shipped = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Caddyfile")).unwrap();
        let caddyfile = shipped.replace("portal:8080", portal).replace("lb_try_duration 10s", "lb_try_duration 100ms");
        assert!(caddyfile.contains(portal) && caddyfile.contains("100ms"), "the Caddyfile says something else");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Caddyfile"), caddyfile).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("localhost:{free}");
        let mut child = Command::new("caddy")
            .args(["run", "--config", "Caddyfile"])
            .env("DOMAIN", format!("http://{address}"))
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving initial configuration") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "caddy does not start");
        }
        Some(Self { child, log, address, _folder: folder })
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: recognisable\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// What it wrote from its start until its end, which this is.
    fn log(mut self) -> String {
        Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[actix_web::test]
async fn two_people_talk_through_the_proxy() {
    let mut portal = Portal::open().await;
    let Some(caddy) = Caddy::before(&portal.address) else { return };
    portal.address = caddy.address.clone();
    let (mut asha, mut student) = portal.two_people().await;
    student.says("is somebody there?").await;
    asha.says("I am.").await;
    assert_eq!(student.hears("line").await["body"]["text"], "I am.");

    let (page, log) = actix_web::web::block(move || (caddy.get("/").to_lowercase(), caddy.log())).await.unwrap();
    assert!(page.starts_with("http/1.1 200"), "{page}");
    for header in ["content-security-policy: default-src 'none'", "strict-transport-security: max-age=31536000"] {
        assert!(page.contains(header), "{header} in {page}");
    }
    assert!(!log.contains("remote_ip") && !log.contains("recognisable"), "{log}");
}

#[test]
fn nobody_is_named_when_the_portal_is_away() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let Some(caddy) = Caddy::before(&nobody) else { return };
    let answer = caddy.get("/");
    assert!(answer.starts_with("HTTP/1.1 502"), "{answer}");
    let log = caddy.log();
    assert!(log.contains("shutting down"), "{log}");
    assert!(!log.contains("remote_ip") && !log.contains("recognisable"), "{log}");
}
