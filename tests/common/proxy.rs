//! Bad weather between a page and the portal: a TCP proxy that follows a script drawn from one seed.
//!
//! It cuts connections after so many bytes of either direction, hands chunks on late and in pieces, and lets a
//! connection go deaf one way for a while before it cuts it. These delays are its purpose and the only waiting in the
//! tests that use it. It carries bytes and knows nothing of frames, rooms or people.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    task::{AbortHandle, JoinSet},
    time::sleep,
};

/// All chance of a run comes from here, so a seed that is printed brings its script back.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// From `QUIETLINE_TEST_SEED`, or a new one.
    pub fn seed() -> u64 {
        let given = std::env::var("QUIETLINE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0)
    }

    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for one of many, which do not depend on when the others throw.
    pub fn of(seed: u64, number: u64) -> Self {
        Self(Self(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95)).next())
    }

    /// The splitmix64 generator: small, and good enough to play weather.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    /// Any part of this time.
    pub fn part_of(&mut self, whole: Duration) -> Duration {
        whole.mul_f64(self.below(1_000) as f64 / 1_000.0)
    }
}

/// What the weather has done so far.
#[derive(Default)]
pub struct Weather {
    pub connections: AtomicU64,
    pub cuts: AtomicU64,
    /// Those of the cuts that came after one way had gone deaf.
    pub deaf: AtomicU64,
    pub late: AtomicU64,
}

pub struct Proxy {
    pub address: SocketAddr,
    pub weather: Arc<Weather>,
    serving: AbortHandle,
}

impl Proxy {
    /// Stands before the portal until it is dropped. Must run inside a tokio runtime.
    pub async fn before(portal: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let weather = Arc::new(Weather::default());
        let serving = tokio::spawn(serve(listener, portal, seed, Arc::clone(&weather))).abort_handle();
        Ok(Self { address, weather, serving })
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What becomes of one connection.
#[derive(Clone, Copy)]
enum Fate {
    Calm,
    /// It ends after so many bytes one way.
    Cut {
        way: Way,
        after: u64,
    },
    /// After so many bytes nothing more comes through this way, and after this time it ends.
    Deaf {
        way: Way,
        after: u64,
        time: Duration,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    ToPortal,
    ToPage,
}

const DEAF_FOR: Duration = Duration::from_millis(400);
const LATE_BY: Duration = Duration::from_millis(15);
const CHUNK: usize = 4 * 1024;

impl Fate {
    fn drawn(dice: &mut Dice) -> Self {
        let way = if dice.one_in(2) { Way::ToPortal } else { Way::ToPage };
        // Doublings are drawn, so that a handshake is cut as often as a long answer; all that a page may have to hear
        // in one piece comes through some time.
        let after = 1 << (6 + dice.below(9));
        let after = after + dice.below(after);
        match dice.below(10) {
            0 => Self::Calm,
            1..=7 => Self::Cut { way, after },
            _ => Self::Deaf { way, after, time: dice.part_of(DEAF_FOR) },
        }
    }

    /// How many bytes may pass this way before it ends or goes deaf.
    fn allows(self, this: Way) -> u64 {
        match self {
            Self::Cut { way, after } | Self::Deaf { way, after, .. } if way == this => after,
            _ => u64::MAX,
        }
    }
}

async fn serve(listener: TcpListener, portal: SocketAddr, seed: u64, weather: Arc<Weather>) {
    // Dropped with the proxy, and every connection with it.
    let mut open = JoinSet::new();
    loop {
        let Ok((page, _)) = listener.accept().await else { continue };
        let number = weather.connections.fetch_add(1, Ordering::Relaxed);
        open.spawn(carry(page, portal, Dice::of(seed, number), Arc::clone(&weather)));
        while open.try_join_next().is_some() {}
    }
}

async fn carry(page: TcpStream, portal: SocketAddr, mut dice: Dice, weather: Arc<Weather>) {
    let Ok(server) = TcpStream::connect(portal).await else { return };
    let _ = (page.set_nodelay(true), server.set_nodelay(true));
    if dice.one_in(2) {
        // Half of the ends are resets, which throw away what is still on its way.
        for end in [&page, &server] {
            let _ = socket2::SockRef::from(end).set_linger(Some(Duration::ZERO));
        }
    }
    let fate = Fate::drawn(&mut dice);
    let ((from_page, to_page), (from_server, to_server)) = (page.into_split(), server.into_split());
    let (up_dice, down_dice) = (Dice::new(dice.next()), Dice::new(dice.next()));
    let up = pass(from_page, to_server, fate.allows(Way::ToPortal), up_dice, &weather);
    let down = pass(from_server, to_page, fate.allows(Way::ToPage), down_dice, &weather);
    tokio::pin!(up, down);
    // The halves are held until the end, because one that is dropped says so to the other side.
    let (how, way, _held) = tokio::select! {
        (how, halves) = &mut up => (how, Way::ToPortal, halves),
        (how, halves) = &mut down => (how, Way::ToPage, halves),
    };
    if let Pass::UsedUp = how {
        weather.cuts.fetch_add(1, Ordering::Relaxed);
        if let Fate::Deaf { time, .. } = fate {
            weather.deaf.fetch_add(1, Ordering::Relaxed);
            // The other way goes on meanwhile, or ends by itself.
            tokio::select! {
                () = sleep(time) => {}
                _ = &mut up, if way == Way::ToPage => {}
                _ = &mut down, if way == Way::ToPortal => {}
            }
        }
    }
}

enum Pass {
    /// One of the two ends is gone.
    Ended,
    /// As many bytes have passed as were allowed.
    UsedUp,
}

/// Hands bytes on, some of them late or in pieces. Gives the halves back, so that neither closes before its time.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut allowed: u64,
    mut dice: Dice,
    weather: &Weather,
) -> (Pass, (OwnedReadHalf, OwnedWriteHalf)) {
    let mut chunk = [0; CHUNK];
    while allowed != 0 {
        let room = if dice.one_in(4) { 1 + dice.below(64) } else { CHUNK as u64 };
        let room = room.min(allowed) as usize;
        let Ok(read @ 1..) = from.read(&mut chunk[..room]).await else {
            return (Pass::Ended, (from, to));
        };
        if dice.one_in(8) {
            weather.late.fetch_add(1, Ordering::Relaxed);
            sleep(dice.part_of(LATE_BY)).await;
        }
        if to.write_all(&chunk[..read]).await.is_err() {
            return (Pass::Ended, (from, to));
        }
        allowed -= read as u64;
    }
    (Pass::UsedUp, (from, to))
}
