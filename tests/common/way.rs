//! The way from a page to the portal: who goes it, through what, how patiently, and the handshake at its end.
//!
//! The page believes in the portal's own address, whatever it is connected to, as a browser behind a bad network does.
//! It knows nothing of what is said afterwards.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig},
};

pub type Socket = WebSocketStream<TcpStream>;

/// Who uses the page.
#[derive(Clone)]
pub enum Seat {
    /// Holds the key that opens the room.
    Student(String),
    /// Holds the cookie, as it stands in the header.
    Desk(String),
}

/// Where the portal is, and how long the page waits for it.
#[derive(Clone)]
pub struct Way {
    /// What the page believes to talk to.
    pub portal: SocketAddr,
    /// What it is connected to, which may be a proxy.
    pub through: SocketAddr,
    pub patience: Patience,
}

#[derive(Clone, Copy)]
pub struct Patience {
    pub first: Duration,
    pub longest: Duration,
    /// A line that is not answered for so long says that the connection only looks alive; so does a handshake.
    pub answer: Duration,
    /// One in so many sockets gets a twin with the same key; none with 0.
    pub twins: u64,
}

/// As the real page waits.
pub const REAL: Patience = Patience {
    first: Duration::from_millis(500),
    longest: Duration::from_secs(5),
    answer: Duration::from_secs(10),
    twins: 0,
};

/// For tests in bad weather, which would else consist of waiting.
pub const QUICK: Patience = Patience {
    first: Duration::from_millis(10),
    longest: Duration::from_millis(120),
    answer: Duration::from_millis(900),
    twins: 12,
};

/// Shakes hands with the portal.
pub async fn open(seat: &Seat, way: &Way) -> Option<Socket> {
    let (path, cookie) = match seat {
        Seat::Student(_) => ("/ws/student", None),
        Seat::Desk(cookie) => ("/ws/desk", Some(cookie)),
    };
    let mut request = format!("ws://{}{path}", way.portal).into_client_request().ok()?;
    request.headers_mut().insert("origin", HeaderValue::from_str(&format!("http://{}", way.portal)).ok()?);
    if let Some(cookie) = cookie {
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie).ok()?);
    }
    // Thousands of pages live in one process.
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let shaking = async {
        let stream = TcpStream::connect(way.through).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(client_async_with_config(request, stream, Some(config)).await.ok()?.0)
    };
    timeout(way.patience.answer, shaking).await.ok()?
}

/// A second socket of the same page, opened before its own: it takes the seat and says the oldest lines again.
pub async fn open_twin(seat: &Seat, way: &Way, greeting: Vec<Value>, oldest: Vec<Value>) -> Option<Socket> {
    let mut twin = open(seat, way).await?;
    let speaking = async {
        for frame in greeting {
            twin.send(Message::text(frame.to_string())).await.ok()?;
        }
        // It may speak once a room's lines are there; a desk without rooms never hears any.
        while !oldest.is_empty() {
            match twin.next().await?.ok()? {
                Message::Text(text) if text.starts_with(r#"{"type":"lines""#) => break,
                Message::Close(_) => return None,
                _ => {}
            }
        }
        for frame in oldest {
            twin.send(Message::text(frame.to_string())).await.ok()?;
        }
        Some(())
    };
    timeout(way.patience.answer, speaking).await.ok()??;
    Some(twin)
}
