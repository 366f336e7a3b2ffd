//! Envelopes and keys as the server sees them: of the right size, and opaque. Inside is the text, so that a test can read
//! what was said; nothing here keeps a secret.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// As a page would seal this text with the secret of that key epoch. The same text gives the same envelope.
pub fn envelope(text: &str, key_epoch: u64) -> Value {
    let mut inside = (text.len() as u32).to_be_bytes().to_vec();
    inside.extend_from_slice(text.as_bytes());
    let padded = inside.len().next_power_of_two().max(256);
    inside.resize(padded, 0);
    let sealed = [&[0; 12], inside.as_slice(), &[0; 16]].concat();
    json!({"suite": 1, "key_epoch": key_epoch, "sealed": BASE64_URL_SAFE_NO_PAD.encode(sealed)})
}

/// What [`envelope`] put in.
pub fn text_in(envelope: &Value) -> Option<String> {
    let sealed = BASE64_URL_SAFE_NO_PAD.decode(envelope["sealed"].as_str()?).ok()?;
    let length = u32::from_be_bytes(sealed.get(12..16)?.try_into().ok()?) as usize;
    String::from_utf8(sealed.get(16..16 + length)?.to_vec()).ok()
}

/// What a counsellor's page asks with; `mark` tells one asker from another.
pub fn offer(mark: u8) -> Value {
    json!({"public": bytes(65, mark), "identity": bytes(65, 4), "certificate": bytes(64, 2), "commitment": bytes(32, 3),
        "signature": bytes(64, 5)})
}

/// What a student's page answers to this `key_offered`.
pub fn answer(offered: &Value) -> Value {
    json!({"type": "hand_key", "key_epoch": offered["key_epoch"], "for": offered["offer"]["public"],
        "answer": {"public": bytes(65, 6), "nonce": bytes(32, 7), "wrapped": bytes(64, 8)}})
}

fn bytes(how_many: usize, of: u8) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(vec![of; how_many])
}
