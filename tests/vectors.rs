//! Sealing as PROTOCOL.md describes it, written a second time with other people's cryptography.
//!
//! What the page has computed (tests/vectors/sealing.json, held to the page by web/test/vectors.test.ts) is computed,
//! opened and refused here as well, so that the description suffices for another client. The server does none of this.

use std::collections::BTreeMap;

use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use p256::{
    PublicKey, SecretKey,
    ecdh::diffie_hellman,
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePrivateKey,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The one answer to whatever does not fit.
type Opened<T> = Option<T>;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors/sealing.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    decoded(text(value)).unwrap()
}

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn list(value: &Value) -> &[Value] {
    let list = value.as_array().unwrap();
    assert!(!list.is_empty(), "a list of vectors is empty");
    list
}

fn decoded(text: &str) -> Opened<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn label(name: &str) -> Vec<u8> {
    [b"quietline 1 ", name.as_bytes(), &[0]].concat()
}

fn room(text: &str) -> [u8; 16] {
    *Uuid::parse_str(text).unwrap().as_bytes()
}

fn about(name: &str, id: &str, key_epoch: u32) -> Vec<u8> {
    [label(name), room(id).to_vec(), key_epoch.to_be_bytes().to_vec()].concat()
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    Sha256::digest(parts.concat()).to_vec()
}

fn hkdf(secret: &[u8], salt: &[u8], info: &[u8]) -> Vec<u8> {
    let mut key = vec![0; 32];
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut key).unwrap();
    key
}

/// iv ‖ ciphertext ‖ tag.
fn unsealed(key: &[u8], sealed: &[u8], aad: &[u8]) -> Opened<Vec<u8>> {
    let (iv, msg) = sealed.split_at_checked(12)?;
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    cipher.decrypt(&Nonce::try_from(iv).ok()?, Payload { msg, aad }).ok()
}

struct Secrets {
    share: Vec<u8>,
    by_epoch: BTreeMap<u32, Vec<u8>>,
}

impl Secrets {
    fn of(vectors: &Value) -> Self {
        let given = &vectors["given"];
        let by_epoch = list(&given["secrets"]).iter().map(|one| (number(&one["key_epoch"]), bytes(&one["secret"])));
        Self { share: bytes(&given["share"]), by_epoch: by_epoch.collect() }
    }

    fn key(&self, direction: &str, id: &str, key_epoch: u32) -> Opened<Vec<u8>> {
        Some(hkdf(self.by_epoch.get(&key_epoch)?, &self.share, &about(direction, id, key_epoch)))
    }

    fn open(
        &self,
        (direction, id, key_epoch): (&str, &str, u32),
        cid: &str,
        envelope: &Value,
    ) -> Opened<(u32, String)> {
        if number(&envelope["suite"]) != 1 || number(&envelope["key_epoch"]) != key_epoch {
            return None;
        }
        let aad = [about(direction, id, key_epoch), room(cid).to_vec()].concat();
        let sealed = decoded(text(&envelope["sealed"]))?;
        let (counter, words) = unpadded(direction, &unsealed(&self.key(direction, id, key_epoch)?, &sealed, &aad)?)?;
        (direction != "nickname" || counter == 0).then_some((counter, words))
    }
}

fn unpadded(direction: &str, plain: &[u8]) -> Opened<(u32, String)> {
    let (head, rest) = plain.split_at_checked(8)?;
    let counter = u32::from_be_bytes(head[..4].try_into().ok()?);
    let length = u32::from_be_bytes(head[4..].try_into().ok()?) as usize;
    let fits = if direction == "nickname" { 512 } else { (length + 8).next_power_of_two().max(256) };
    if length > 16_000 || plain.len() != fits {
        return None;
    }
    let (words, zeros) = rest.split_at_checked(length)?;
    let words = String::from_utf8(words.to_vec()).ok()?;
    zeros.iter().all(|byte| *byte == 0).then_some((counter, words))
}

#[test]
fn every_key_is_derived_alike() {
    let vectors = vectors();
    let secrets = Secrets::of(&vectors);
    let id = text(&vectors["given"]["room"]);
    for one in list(&vectors["keys"]) {
        let key = secrets.key(text(&one["direction"]), id, number(&one["key_epoch"])).unwrap();
        assert_eq!(key, bytes(&one["key"]), "{one}");
    }
}

#[test]
fn every_envelope_opens() {
    let vectors = vectors();
    let secrets = Secrets::of(&vectors);
    let id = text(&vectors["given"]["room"]);
    for one in list(&vectors["envelopes"]) {
        let place = (text(&one["direction"]), id, number(&one["envelope"]["key_epoch"]));
        let opened = secrets.open(place, text(&one["cid"]), &one["envelope"]);
        assert_eq!(opened, Some((number(&one["counter"]), text(&one["text"]).to_owned())), "{}", one["name"]);
    }
}

#[test]
fn what_is_tampered_with_moved_or_misshapen_does_not_open() {
    let vectors = vectors();
    let secrets = Secrets::of(&vectors);
    for one in list(&vectors["refused_envelopes"]) {
        let place = (text(&one["direction"]), text(&one["room"]), number(&one["key_epoch"]));
        assert_eq!(secrets.open(place, text(&one["cid"]), &one["envelope"]), None, "{}", one["why"]);
    }
}

#[test]
fn a_counter_never_goes_back() {
    for one in list(&vectors()["refused_orders"]) {
        let mut last = BTreeMap::new();
        let accepted = list(&one["lines"]).iter().map(|line| {
            let sender = (text(&line["from"]).to_owned(), number(&line["key_epoch"]));
            let (counter, before) = (number(&line["counter"]), last.get(&sender).copied().unwrap_or(0));
            last.insert(sender, counter.max(before));
            counter > before
        });
        let accepted: Vec<bool> = accepted.collect();
        let (refused, others) = accepted.split_last().unwrap();
        assert!(!refused && others.iter().all(|one| *one), "{}: {accepted:?}", one["why"]);
    }
}

fn verified(by: &[u8], signature: &[u8], said: &[u8]) -> Opened<()> {
    VerifyingKey::from_sec1_bytes(by).ok()?.verify(said, &Signature::from_slice(signature).ok()?).ok()
}

/// What a student's page asks of an offer before it hands over anything.
fn examined(told: &Value) -> Opened<()> {
    let offer = &told["offer"];
    let identity = bytes(&offer["identity"]);
    let certified = [label("staff"), identity.clone(), text(&told["counsellor"]).into()].concat();
    verified(&bytes(&told["staff"]), &bytes(&offer["certificate"]), &certified)?;
    let occasion = about("offer", text(&told["room"]), number(&told["key_epoch"]));
    let said = [occasion, bytes(&offer["public"]), bytes(&offer["commitment"])].concat();
    verified(&identity, &bytes(&offer["signature"]), &said)
}

fn transcript(id: &str, key_epoch: u32, offer: &Value, answer: &Value) -> Vec<u8> {
    let ours = [bytes(&offer["identity"]), bytes(&offer["public"]), bytes(&offer["commitment"])].concat();
    let theirs = [bytes(&answer["public"]), bytes(&answer["nonce"])].concat();
    sha256(&[&about("transcript", id, key_epoch), &ours, &theirs])
}

fn wrapping_key(id: &str, key_epoch: u32, own: &SecretKey, other: &[u8], transcript: &[u8]) -> Opened<Vec<u8>> {
    let other = PublicKey::from_sec1_bytes(other).ok()?;
    let shared = diffie_hellman(own.to_nonzero_scalar(), other.as_affine());
    Some(hkdf(shared.raw_secret_bytes(), transcript, &about("wrap", id, key_epoch)))
}

fn received(handing: &Value, told: &Value) -> Opened<BTreeMap<u32, Vec<u8>>> {
    let (id, key_epoch, answer) = (text(&told["room"]), number(&told["key_epoch"]), &told["answer"]);
    let own = SecretKey::from_slice(&bytes(&handing["private"]["counsellor"])).ok()?;
    let transcript = transcript(id, key_epoch, &handing["offer"], answer);
    let key = wrapping_key(id, key_epoch, &own, &bytes(&answer["public"]), &transcript)?;
    let plain = unsealed(&key, &bytes(&answer["wrapped"]), &about("wrap", id, key_epoch))?;
    let secrets = plain.chunks(36).map(|one| {
        let (epoch, secret) = one.split_at_checked(4)?;
        Some((u32::from_be_bytes(epoch.try_into().ok()?), secret.to_vec()))
    });
    secrets.collect::<Option<BTreeMap<_, _>>>().filter(|secrets| secrets.contains_key(&key_epoch))
}

#[test]
fn the_secrets_are_handed_over_to_whoever_made_the_offer() {
    let vectors = vectors();
    let handing = &vectors["handing"];
    examined(handing).unwrap();
    assert_eq!(received(handing, handing).unwrap(), Secrets::of(&vectors).by_epoch);
    let (id, key_epoch) = (text(&handing["room"]), number(&handing["key_epoch"]));
    let transcript = transcript(id, key_epoch, &handing["offer"], &handing["answer"]);
    assert_eq!(transcript, bytes(&handing["transcript"]));
    // The student's side of the same agreement.
    let student = SecretKey::from_slice(&bytes(&handing["private"]["student"])).unwrap();
    let key = wrapping_key(id, key_epoch, &student, &bytes(&handing["offer"]["public"]), &transcript);
    assert_eq!(key, Some(bytes(&handing["wrapping_key"])));
}

#[test]
fn the_words_are_the_same_and_were_committed_to() {
    let vectors = vectors();
    let handing = &vectors["handing"];
    let (id, key_epoch) = (text(&handing["room"]), number(&handing["key_epoch"]));
    let committed =
        |nonce: &[u8]| sha256(&[&about("commit", id, key_epoch), &bytes(&handing["offer"]["public"]), nonce]);
    let nonce = bytes(&handing["nonce_c"]);
    assert_eq!(committed(&nonce), bytes(&handing["offer"]["commitment"]));
    assert_ne!(committed(&bytes(&handing["refused_nonce"])), bytes(&handing["offer"]["commitment"]));
    let hash = sha256(&[&label("words"), &bytes(&handing["transcript"]), &nonce]);
    let words: Vec<&Value> = hash[..4].iter().map(|index| &vectors["words"][*index as usize]).collect();
    assert_eq!(words, list(&handing["four_words"]).iter().collect::<Vec<_>>());
    assert_eq!(list(&vectors["words"]).len(), 256);
}

#[test]
fn offers_and_answers_that_do_not_fit_are_refused() {
    let vectors = vectors();
    let handing = &vectors["handing"];
    for one in list(&handing["refused_offers"]) {
        assert_eq!(examined(one), None, "{}", one["why"]);
    }
    for one in list(&handing["refused_answers"]) {
        assert_eq!(received(handing, one), None, "{}", one["why"]);
    }
}

/// 26 letters hold 130 bits: the code's 128, and the first two of a digest.
fn read_code(typed: &str) -> Opened<[u8; 16]> {
    let letters = typed.to_uppercase().replace(['-', ' '], "").replace('O', "0").replace(['I', 'L'], "1");
    let (first, last) = letters.split_at_checked(25)?;
    let value = |letter: u8| LETTERS.iter().position(|one| *one == letter).map(|value| value as u128);
    let bits = first.bytes().try_fold(0u128, |sum, letter| Some((sum << 5) | value(letter)?))?;
    let [last] = last.as_bytes() else { return None };
    let code = ((bits << 3) | (value(*last)? >> 2)).to_be_bytes();
    let check = sha256(&[&label("code"), &code])[0] >> 6;
    (u128::from(check) == value(*last)? & 3).then_some(code)
}

#[test]
fn the_recovery_code_brings_the_key_back() {
    let vectors = vectors();
    let recovery = &vectors["recovery"];
    let code = bytes(&recovery["bytes"]);
    for typed in list(&recovery["also_typed"]).iter().chain([&recovery["code"]]) {
        assert_eq!(read_code(text(typed)).unwrap().to_vec(), code, "{typed}");
    }
    for typed in list(&recovery["refused_codes"]) {
        assert_eq!(read_code(text(typed)), None, "{typed}");
    }
    let public = bytes(&recovery["public"]);
    let pkcs8 = unsealed(&hkdf(&code, &label("recovery"), &public), &bytes(&recovery["kept"]), &[]).unwrap();
    assert_eq!(pkcs8, bytes(&recovery["pkcs8"]));
    let key = SecretKey::from_pkcs8_der(&pkcs8).unwrap();
    assert_eq!(key.public_key().to_sec1_bytes().to_vec(), public);
}
