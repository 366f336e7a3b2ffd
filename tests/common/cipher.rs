//! Sealing as PROTOCOL.md describes it, with other people's cryptography: what a page does, for tests that look for what
//! was said in whatever the server keeps.

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

pub fn label(name: &str) -> Vec<u8> {
    [b"quietline 1 ", name.as_bytes(), &[0]].concat()
}

pub fn about(name: &str, room: Uuid, key_epoch: u32) -> Vec<u8> {
    [label(name), room.as_bytes().to_vec(), key_epoch.to_be_bytes().to_vec()].concat()
}

pub fn hkdf(secret: &[u8], salt: &[u8], info: &[u8]) -> Vec<u8> {
    let mut key = vec![0; 32];
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut key).expect("32 bytes are not many");
    key
}

/// What a page needs to seal and to open: the room, the server's share, and one secret of its own.
#[derive(Clone)]
pub struct Keys {
    pub room: Uuid,
    pub share: Vec<u8>,
    pub secret: [u8; 32],
    pub key_epoch: u32,
}

impl Keys {
    /// From a `room` frame, with a secret made for it.
    pub fn of(room: &Value, secret: [u8; 32]) -> Self {
        let share = room["share"].as_str().expect("a share");
        Self {
            room: room["room"].as_str().and_then(|id| id.parse().ok()).expect("an id"),
            share: BASE64_URL_SAFE_NO_PAD.decode(share).expect("base64url"),
            secret,
            key_epoch: room["key_epoch"].as_u64().and_then(|k| k.try_into().ok()).expect("a key epoch"),
        }
    }

    pub fn seal(&self, direction: &str, cid: Uuid, counter: u32, text: &str) -> Value {
        let mut plain = [&counter.to_be_bytes()[..], &(text.len() as u32).to_be_bytes(), text.as_bytes()].concat();
        let padded = if direction == "nickname" { 512 } else { plain.len().next_power_of_two().max(256) };
        plain.resize(padded, 0);
        let iv: [u8; 12] = Uuid::new_v4().as_bytes()[..12].try_into().expect("twelve");
        let aad = self.about(direction, cid);
        let payload = Payload { msg: &plain, aad: &aad };
        let sealed = self.cipher(direction).encrypt(&Nonce::from(iv), payload).expect("seals");
        let sealed = BASE64_URL_SAFE_NO_PAD.encode([&iv[..], &sealed].concat());
        json!({"suite": 1, "key_epoch": self.key_epoch, "sealed": sealed})
    }

    pub fn open(&self, direction: &str, cid: Uuid, envelope: &Value) -> Option<String> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(envelope["sealed"].as_str()?).ok()?;
        let (iv, msg) = sealed.split_at_checked(12)?;
        let aad = self.about(direction, cid);
        let plain = self.cipher(direction).decrypt(&Nonce::try_from(iv).ok()?, Payload { msg, aad: &aad }).ok()?;
        let length = u32::from_be_bytes(plain.get(4..8)?.try_into().ok()?) as usize;
        String::from_utf8(plain.get(8..8 + length)?.to_vec()).ok()
    }

    fn cipher(&self, direction: &str) -> Aes256Gcm {
        let key = hkdf(&self.secret, &self.share, &about(direction, self.room, self.key_epoch));
        Aes256Gcm::new_from_slice(&key).expect("32 bytes")
    }

    fn about(&self, direction: &str, cid: Uuid) -> Vec<u8> {
        [about(direction, self.room, self.key_epoch), cid.as_bytes().to_vec()].concat()
    }
}
