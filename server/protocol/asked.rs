//! What pages may say. Anything else is refused before it reaches a room: unknown types and fields, wrong kinds.
//!
//! It knows what a frame looks like, not what follows from it.

use serde::Deserialize;
#[cfg(test)]
use ts_rs::TS;
use uuid::Uuid;

use super::{Envelope, Fixed, KeyAnswer, KeyOffer, PublicKey};
use crate::private::Credential;

/// What a student's page says.
#[derive(Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromStudent {
    /// The first frame of every socket. Without `key` the page only watches the door. With `key` it returns to its
    /// room; `epoch` and `since` say what it already shows, so that only the rest is sent.
    Hello {
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        key: Option<Credential>,
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        epoch: Option<Uuid>,
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        since: Option<u64>,
    },
    /// Asks to talk. The page makes `key` itself (43 characters of base64url, 256 random bits), so asking again with
    /// the same key leads back to the same room (W4).
    Join {
        key: Credential,
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        nickname: Option<String>,
    },
    /// One line. `cid` is made when the person presses send and kept for every retry.
    Say { cid: Uuid, body: Envelope },
    /// The person is typing; sent at once and then at most every 3 s.
    Typing {},
    /// "I'm still here".
    Stay {},
    /// A sign of life. It names the room it is sent from; without one, only the site level is kept alive (U6).
    Beat {
        #[serde(default)]
        #[cfg_attr(test, ts(optional))]
        room: Option<Uuid>,
    },
    /// This page has shown every line up to `seq`.
    Seen { seq: u64 },
    /// Whether the counsellor who came later may read what was said before (W13). `nth` is the number of the notice
    /// that told who came: an answer about another counsellor is passed over.
    Older { share: bool, nth: u32 },
    /// What this student is called, sealed with the newest secret; sent again with each new one.
    Nickname { body: Envelope },
    /// What opens the student's intake for their counsellor, sealed with the newest secret; sent again with each new one.
    ShareIntake { body: Envelope },
    /// The counsellor may not see the intake any more.
    StopSharing {},
    /// The answer to `key_offered`: the secret of that epoch, and older ones that the counsellor may have, wrapped for
    /// the public key that asked.
    HandKey {
        key_epoch: u32,
        #[serde(rename = "for")]
        #[cfg_attr(test, ts(type = "string"))]
        asker: PublicKey,
        answer: KeyAnswer,
    },
    /// Erase and close.
    Close {},
}

/// What a counsellor's page says.
#[derive(Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FromDesk {
    /// The first frame of every socket: the rooms this page already shows, and how far.
    Hello {
        #[serde(default)]
        rooms: Vec<Known>,
        /// Whether somebody has just opened this page, and it does not come back by itself: then it is noted that they
        /// have (D1).
        #[serde(default)]
        opened: bool,
    },
    /// How long ago somebody was at the keyboard of this desk, in milliseconds, and perhaps an older time that the page
    /// had kept back (D4). At most one in 10 s.
    Keyboard {
        #[cfg_attr(test, ts(type = "number"))]
        key_ms: i64,
        #[serde(default)]
        #[cfg_attr(test, ts(optional, type = "number"))]
        cached_ms: Option<i64>,
    },
    /// The switch *Available* (W9).
    Switch {
        available: bool,
    },
    /// *Give me a student*. The same `claim` again gets the same answer (W6).
    Take {
        claim: Uuid,
    },
    Say {
        room: Uuid,
        cid: Uuid,
        body: Envelope,
    },
    Typing {
        room: Uuid,
    },
    Stay {
        room: Uuid,
    },
    /// A sign of life. It names the rooms on the page; the site level is kept alive in any case (U6).
    Beat {
        #[serde(default)]
        rooms: Vec<Uuid>,
    },
    /// This page has shown every line of the room up to `seq`.
    Seen {
        room: Uuid,
        seq: u64,
    },
    /// Leaves the room and stays its counsellor, shown as away (U8). Entered again by the next `hello`.
    Leave {
        room: Uuid,
    },
    /// Back to the queue (W26).
    GiveBack {
        room: Uuid,
    },
    /// Asks a colleague to take over (W26).
    HandOver {
        room: Uuid,
        to: Uuid,
    },
    /// Takes over the room that was offered, once its student's page has answered this offer.
    Accept {
        room: Uuid,
        offer: KeyOffer,
    },
    /// Asks the student's page for the room's secret.
    OfferKey {
        room: Uuid,
        offer: KeyOffer,
    },
    /// What the offer had committed to.
    Reveal {
        room: Uuid,
        #[serde(rename = "for")]
        #[cfg_attr(test, ts(type = "string"))]
        offer: PublicKey,
        #[cfg_attr(test, ts(type = "string"))]
        nonce: Fixed<32>,
    },
    /// *Not now*.
    Decline {
        room: Uuid,
    },
    Close {
        room: Uuid,
    },
}

/// A room that a desk already shows, and how far.
#[derive(Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(deny_unknown_fields)]
pub struct Known {
    pub room: Uuid,
    pub epoch: Uuid,
    pub since: u64,
}
