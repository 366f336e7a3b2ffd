//! The yardstick: a bare tokio TCP relay with no framing, no JSON, no store and one thread.
//!
//! For each line it reads as many bytes as the portal was sent, and writes to both sides as many as the portal wrote
//! to each, because the portal's sender hears its own line too. It runs as a process of its own: this bench, started
//! again with another word.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    rc::Rc,
    thread,
};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    task::{LocalSet, spawn_local},
};

use crate::portal::Watch;

pub const VERB: &str = "relay";

/// The bytes of a line that say when and from which seat; the rest is filling.
const MARKS: usize = 9;

pub struct Relay {
    child: Child,
    pub address: SocketAddr,
}

impl Relay {
    pub fn start(bytes: (usize, usize)) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([VERB, &bytes.0.to_string(), &bytes.1.to_string()])
            // Held open: the relay ends when this process does, however that comes about.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut said = String::new();
        BufReader::new(child.stdout.take().context("the relay's output")?).read_line(&mut said)?;
        Ok(Self { child, address: said.trim().parse()? })
    }

    pub fn watch(&self) -> Watch {
        Watch::of(self.child.id())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the started process does: pairs connections by their first two bytes, and relays.
pub fn serve(bytes_in: usize, bytes_out: usize) -> Result<()> {
    thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let mut waiting: HashMap<u16, TcpStream> = HashMap::new();
        loop {
            let (mut stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let pair = stream.read_u16().await?;
            let Some(other) = waiting.remove(&pair) else {
                waiting.insert(pair, stream);
                continue;
            };
            let both = Rc::new([other, stream]);
            for seat in 0..2 {
                spawn_local(relay(Rc::clone(&both), seat, bytes_in, bytes_out));
            }
        }
    })
}

async fn relay(both: Rc<[TcpStream; 2]>, seat: usize, bytes_in: usize, bytes_out: usize) -> Result<()> {
    let mut line = vec![0; bytes_in];
    let mut told = vec![b'x'; bytes_out];
    let mut have = 0;
    loop {
        both[seat].readable().await?;
        match both[seat].try_read(&mut line[have..]) {
            Ok(0) => return Ok(()),
            Ok(read) => have += read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error.into()),
        }
        if have == bytes_in {
            have = 0;
            told[..MARKS].copy_from_slice(&line[..MARKS]);
            for side in &*both {
                // With one line under way in a room, a socket's buffer is never full.
                ensure!(side.try_write(&told)? == bytes_out, "a full socket");
            }
        }
    }
}
