//! A connection of a page that may be lost at any moment, because the portal may be.
//!
//! Frames go out and come in; whoever uses it writes down what was asked and what was answered. It knows no rules.

use std::{net::SocketAddr, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{
    common::way::{REAL, Seat, Socket, Way, open},
    ledger::broken,
};

/// Far longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// The connection is gone, and with it every answer that was on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// The portal said so, with this code.
    Closed(u16),
    /// Nobody is there.
    Dead,
}

pub struct Link(Socket);

impl Link {
    pub async fn open(seat: &Seat, portal: SocketAddr) -> Result<Self, Lost> {
        let way = Way { portal, through: portal, patience: REAL };
        open(seat, &way).await.map(Self).ok_or(Lost::Dead)
    }

    pub async fn tell(&mut self, what: Value) -> Result<(), Lost> {
        self.0.send(Message::text(what.to_string())).await.map_err(|_| Lost::Dead)
    }

    pub async fn next(&mut self) -> Result<Value, Lost> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).expect("is JSON")),
                Some(Ok(Message::Close(Some(reason)))) => return Err(Lost::Closed(reason.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(Lost::Dead),
            }
        }
    }

    /// The next frame that is looked for. What is not answered in time is a broken promise.
    pub async fn until(&mut self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Result<Value, Lost> {
        let looking = async {
            loop {
                let frame = self.next().await?;
                if is_it(&frame) {
                    return Ok(frame);
                }
            }
        };
        timeout(PATIENCE, looking).await.unwrap_or_else(|_| broken(&format!("{what}: never answered")))
    }

    pub async fn hears(&mut self, kind: &str) -> Result<Value, Lost> {
        self.until(kind, |frame| frame["type"] == kind).await
    }
}
