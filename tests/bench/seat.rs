//! One end of a conversation, as light as it can be: a raw socket, a buffer, and just enough of WebSocket.
//!
//! It reads what it needs from a frame without parsing JSON, so that the load takes little from the two processors that
//! it shares with the portal. At the relay the same seat speaks lines of fixed size without any framing.

use std::{net::SocketAddr, sync::LazyLock, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What the portal is told in each line: the smallest envelope there is.
static LINE: LazyLock<String> = LazyLock::new(|| envelope(256));

/// A sealed text of so many bytes, as nobody can tell it from another. Every room here is with its first counsellor, so
/// that its key epoch is the first.
pub fn envelope(bytes: usize) -> String {
    format!(r#"{{"suite":1,"key_epoch":1,"sealed":"{}"}}"#, "Q".repeat(((12 + bytes + 16) * 4).div_ceil(3)))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Student,
    Counsellor,
}

pub struct Seat {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// How much of the buffer was used up by the frame before.
    used: usize,
    role: Role,
    end: End,
    /// The sizes on the wire of the last line said and of the last one heard.
    pub said_bytes: usize,
    pub heard_bytes: usize,
}

/// What the seat is connected to.
enum End {
    /// A counsellor names the room in each line.
    Portal {
        room: Option<String>,
    },
    Relay {
        bytes_in: usize,
        bytes_out: usize,
    },
}

/// A line as it was heard: whether another said it, and when.
pub struct Heard {
    pub from_other: bool,
    /// Nanoseconds since the start of the run.
    pub stamp: u64,
}

impl Seat {
    /// Opens a WebSocket. `cookie` is the counsellor's; a student has none.
    pub async fn at_portal(address: SocketAddr, cookie: Option<&str>) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let path = if cookie.is_some() { "/ws/desk" } else { "/ws/student" };
        let cookie_line = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n{cookie_line}Upgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let role = if cookie.is_some() { Role::Counsellor } else { Role::Student };
        let mut seat = Self::new(stream, role, End::Portal { room: None });
        let end = loop {
            if let Some(end) = find(&seat.buffer, b"\r\n\r\n") {
                break end + 4;
            }
            seat.read_more().await?;
        };
        ensure!(seat.buffer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&seat.buffer));
        seat.used = end;
        Ok(seat)
    }

    /// Takes a seat at the relay: the first bytes name the pair.
    pub async fn at_relay(address: SocketAddr, role: Role, pair: u16, bytes: (usize, usize)) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(&pair.to_be_bytes()).await?;
        Ok(Self::new(stream, role, End::Relay { bytes_in: bytes.0, bytes_out: bytes.1 }))
    }

    fn new(stream: TcpStream, role: Role, end: End) -> Self {
        Self { stream, buffer: Vec::new(), used: 0, role, end, said_bytes: 0, heard_bytes: 0 }
    }

    pub fn role(&self) -> Role {
        self.role
    }

    /// From now on this counsellor's lines go to that room.
    pub fn sit_in(&mut self, named: String) {
        self.end = End::Portal { room: Some(named) };
    }

    /// Says a line that carries its own time.
    pub async fn say(&mut self, run: Instant) -> Result<()> {
        let stamp = u64::try_from(run.elapsed().as_nanos())?;
        match &self.end {
            End::Portal { room } => {
                let room = room.as_ref().map(|room| format!(r#""room":"{room}","#)).unwrap_or_default();
                // The page makes the cid; here it tells the time and the seat, which is unique enough for one room.
                let cid = uuid::Uuid::from_u128(u128::from(stamp) << 64 | self.role as u128);
                let body = LINE.as_str();
                self.send(&format!(r#"{{"type":"say",{room}"cid":"{cid}","body":{body}}}"#)).await
            }
            End::Relay { bytes_in, .. } => {
                let mut line = vec![b'x'; *bytes_in];
                line[..8].copy_from_slice(&stamp.to_be_bytes());
                line[8] = self.role as u8;
                self.said_bytes = line.len();
                Ok(self.stream.write_all(&line).await?)
            }
        }
    }

    /// Says this envelope in the counsellor's room, which is named.
    pub async fn say_at_length(&mut self, body: &str) -> Result<()> {
        let End::Portal { room: Some(room) } = &self.end else { bail!("this seat has no room of its own") };
        let cid = uuid::Uuid::new_v4();
        self.send(&format!(r#"{{"type":"say","room":"{room}","cid":"{cid}","body":{body}}}"#)).await
    }

    /// The next line that reaches this seat. Dropping the future loses nothing.
    pub async fn heard(&mut self) -> Result<Heard> {
        if let End::Relay { bytes_out, .. } = self.end {
            self.have(bytes_out).await?;
            let line = &self.buffer[self.used..self.used + bytes_out];
            let stamp = u64::from_be_bytes(line[..8].try_into()?);
            let heard = Heard { from_other: line[8] != self.role as u8, stamp };
            self.used += bytes_out;
            self.heard_bytes = bytes_out;
            return Ok(heard);
        }
        let role = self.role;
        loop {
            let frame = self.frame().await?;
            if frame.starts_with(br#"{"type":"line","#) {
                let cid = find(frame, br#""cid":""#).context("no cid")? + 7;
                let stamp = uuid::Uuid::try_parse_ascii(&frame[cid..cid + 36])?.as_u128() >> 64;
                let from_student = find(frame, br#""from":"student""#).is_some();
                let stamp = u64::try_from(stamp)?;
                return Ok(Heard { from_other: from_student != (role == Role::Student), stamp });
            }
            ensure!(!frame.starts_with(br#"{"type":"refused""#), "{}", String::from_utf8_lossy(frame));
        }
    }

    /// The first frame from here on that begins like this.
    pub async fn until(&mut self, beginning: &str) -> Result<String> {
        loop {
            let frame = self.frame().await?;
            if frame.starts_with(beginning.as_bytes()) {
                return Ok(String::from_utf8(frame.to_vec())?);
            }
        }
    }

    /// Sends one text frame, masked with zeros: the portal takes the mask off all the same.
    pub async fn send(&mut self, text: &str) -> Result<()> {
        self.said_bytes = self.control(0x81, text.as_bytes()).await?;
        Ok(())
    }

    async fn control(&mut self, first: u8, payload: &[u8]) -> Result<usize> {
        let mut frame = Vec::with_capacity(payload.len() + 8);
        frame.push(first);
        match payload.len() {
            short @ 0..126 => frame.push(0x80 | short as u8),
            long => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&u16::try_from(long)?.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        self.stream.write_all(&frame).await?;
        Ok(frame.len())
    }

    /// The payload of the next text frame; pings are answered on the way.
    async fn frame(&mut self) -> Result<&[u8]> {
        loop {
            self.have(2).await?;
            let (first, length) = (self.buffer[self.used], self.buffer[self.used + 1]);
            let (head, length) = match length {
                126 => {
                    self.have(4).await?;
                    (4, usize::from(u16::from_be_bytes([self.buffer[self.used + 2], self.buffer[self.used + 3]])))
                }
                127 => bail!("a frame over 64 KiB"),
                short => (2, usize::from(short)),
            };
            self.have(head + length).await?;
            let payload = self.used + head..self.used + head + length;
            self.used = payload.end;
            match first & 0x0f {
                1 => {
                    self.heard_bytes = head + length;
                    return Ok(&self.buffer[payload]);
                }
                8 => bail!("closed by the portal: {:?}", &self.buffer[payload]),
                9 => {
                    let echo = self.buffer[payload].to_vec();
                    self.control(0x8a, &echo).await?;
                }
                _ => {}
            }
        }
    }

    /// Waits until so many unused bytes are in the buffer.
    async fn have(&mut self, bytes: usize) -> Result<()> {
        while self.buffer.len() < self.used + bytes {
            self.buffer.drain(..std::mem::take(&mut self.used));
            self.read_more().await?;
        }
        Ok(())
    }

    async fn read_more(&mut self) -> Result<()> {
        ensure!(self.stream.read_buf(&mut self.buffer).await? != 0, "the other end has closed");
        Ok(())
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
