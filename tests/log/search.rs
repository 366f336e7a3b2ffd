//! The search of a log for whatever must not be there: known words in any form, and what looks like an address or key.
//!
//! It knows which rooms there were, because an event may name its room, and nothing else of what happened.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use uuid::Uuid;

/// As long as a digest is: shorter runs of digits are times and numbers.
const HEX: usize = 32;
/// As long as a credential is, in the letters of base64.
const BASE64: usize = 43;
/// The only events that name their room.
const OF_A_ROOM: [&str; 3] = ["room erased ", "room fault ", "room activity not kept "];

/// What was used in a day, and must not be found.
#[derive(Default)]
pub struct Marks {
    words: BTreeSet<String>,
    pub rooms: BTreeSet<Uuid>,
    /// Where the program listens, the one address that may be named.
    pub listening: BTreeSet<String>,
}

impl Marks {
    /// A new word that stands nowhere else, for a text, a name or a header of this kind.
    pub fn word(&mut self, kind: &str) -> String {
        let number = Uuid::new_v4().as_u128() % 1_000_000_000_000;
        let word = format!("{kind}zq{number:012}");
        self.words.insert(word.clone());
        word
    }

    /// Something private as it was sent.
    pub fn exactly(&mut self, word: &str) -> String {
        self.words.insert(word.to_lowercase());
        word.to_owned()
    }

    /// A key or a cookie, in all its forms.
    pub fn credential(&mut self, credential: &str) -> String {
        let bytes = URL_SAFE_NO_PAD.decode(credential).expect("a credential");
        self.bytes(&bytes);
        self.exactly(credential)
    }

    /// The name of a line or of a click, in all its forms.
    pub fn cid(&mut self) -> Uuid {
        let cid = Uuid::new_v4();
        self.bytes(cid.as_bytes());
        self.exactly(&cid.to_string());
        cid
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let decimal = format!("{bytes:?}");
        for form in [hex, decimal, STANDARD_NO_PAD.encode(bytes), URL_SAFE_NO_PAD.encode(bytes)] {
            self.words.insert(form.to_lowercase());
        }
    }

    /// One of them, to be planted.
    pub fn any(&self) -> &str {
        self.words.first().expect("a day leaves marks")
    }

    pub fn how_many(&self) -> usize {
        self.words.len()
    }

    /// Everything in these lines that must not be there, with the line it stands in.
    pub fn find_in(&self, lines: &str) -> Vec<String> {
        let found =
            lines.lines().flat_map(|line| self.find(line).into_iter().map(move |what| format!("{what}: {line}")));
        found.collect()
    }

    fn find(&self, line: &str) -> Vec<String> {
        let small = line.to_lowercase();
        let mut found: Vec<_> = self.words.iter().filter(|word| small.contains(*word)).cloned().collect();
        found.extend(self.addresses(line));
        found.extend(self.opaque(line));
        found.extend(line.split_whitespace().filter(|word| is_mail(word)).map(|word| format!("mail {word}")));
        found
    }

    fn addresses(&self, line: &str) -> Vec<String> {
        let mut rest = line.to_owned();
        for own in &self.listening {
            rest = rest.replace(own, "");
        }
        let dotted = |c: char| c.is_ascii_digit() || c == '.';
        let parts = runs(&rest, dotted).into_iter().map(|run| run.split('.').map(String::from).collect::<Vec<_>>());
        let four: Vec<_> =
            parts.flat_map(|parts| parts.windows(4).map(|four| four.join(".")).collect::<Vec<_>>()).collect();
        let v4 = four.into_iter().filter(|four| four.parse::<Ipv4Addr>().is_ok());
        let word = |c: char| c.is_ascii_alphanumeric() || c == ':' || c == '_';
        let v6 = runs(&rest, word).into_iter().filter(|run| run.parse::<Ipv6Addr>().is_ok());
        v4.chain(v6).map(|address| format!("address {address}")).collect()
    }

    /// Ids, digests and credentials. A room's own id may stand in an event of the room.
    fn opaque(&self, line: &str) -> Vec<String> {
        let is_event = OF_A_ROOM.iter().any(|event| line.contains(event));
        let is_id = |run: &String| run.len() == 36 && Uuid::try_parse(run).is_ok();
        let hyphened = runs(line, |c| c.is_ascii_hexdigit() || c == '-');
        let ids: Vec<_> = hyphened.into_iter().filter(is_id).collect();
        let mut rest = line.to_owned();
        for id in ids.iter().filter(|id| is_event && id.parse().is_ok_and(|id| self.rooms.contains(&id))) {
            rest = rest.replace(id, "");
        }
        let of = |letter: fn(char) -> bool| runs(&rest, letter);
        let ids = of(|c| c.is_ascii_hexdigit() || c == '-').into_iter().filter(is_id);
        let hex = of(|c| c.is_ascii_hexdigit()).into_iter().filter(|run| HEX <= run.len());
        let base64 = of(|c| c.is_ascii_alphanumeric() || "-_+/".contains(c)).into_iter().filter(is_base64);
        ids.chain(hex).chain(base64).map(|run| format!("opaque {run}")).collect()
    }
}

fn runs(text: &str, letter: impl Fn(char) -> bool) -> Vec<String> {
    text.split(|c| !letter(c)).filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

/// Long, and of letters as chance draws them: a path or a name has no digits among capitals.
#[expect(clippy::ptr_arg, reason = "it filters texts that are owned")]
fn is_base64(run: &String) -> bool {
    let has = |of: fn(&char) -> bool| run.chars().any(|c| of(&c));
    BASE64 <= run.len() && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit)
}

fn is_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| {
        name.ends_with(|c: char| c.is_ascii_alphanumeric()) && host.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// The search is worth nothing if it cannot find: every kind of leak, planted into a log that is clean.
pub fn finds_what_is_planted(marks: &mut Marks, clean: &str) {
    assert_eq!(marks.find_in(clean), Vec::<String>::new());
    let room = Uuid::new_v4();
    marks.rooms.insert(room);
    marks.listening.insert("127.0.0.1:8080".into());
    let text = marks.word("planted");
    let key = URL_SAFE_NO_PAD.encode(room.as_bytes().repeat(2));
    let unknown = URL_SAFE_NO_PAD.encode(std::array::from_fn::<u8, 32, _>(|at| (at as u8).wrapping_mul(37)));
    let seen = marks.credential(&URL_SAFE_NO_PAD.encode([0x5a; 32]));
    let cid = marks.cid();
    for leak in [
        text.clone(),
        text.to_uppercase(),
        seen.clone(),
        "5a".repeat(32),
        format!("{:?}", [0x5a_u8; 32]),
        STANDARD_NO_PAD.encode([0x5a; 32]),
        cid.to_string(),
        cid.simple().to_string(),
        format!("room erased {cid}"),
        format!("room erased {}", Uuid::new_v4()),
        format!("lines of {room}"),
        room.simple().to_string(),
        format!("key {key}"),
        format!("cookie: quietline={unknown}; Path=/"),
        "peer 203.0.113.7:4411".into(),
        "peer=\"::ffff:203.0.113.7\"".into(),
        "from 127.0.0.1:50123".into(),
        "[2001:db8::7]:443".into(),
        "fe80::1%eth0".into(),
        "2001:db8:0:0:0:0:0:7,".into(),
        "asked by someone@example.org".into(),
        serde_json::json!({"event": format!("said {text}")}).to_string(),
    ] {
        let doctored = format!("{clean}[2026-11-23T02:41:19Z INFO  quietline::actors::room] {leak}\n");
        assert!(!marks.find_in(&doctored).is_empty(), "not found: {leak}");
    }
    for harmless in [
        format!("room erased {room}"),
        format!("room fault {room}: the database's writer has stopped"),
        "listening at 127.0.0.1:8080".into(),
        "panic at server/actors/room.rs:200".into(),
        "swept: 12 rooms erased in 0.0.1, 2026-11-23T02:41:19.123Z".into(),
        "quietline_wait_seconds_bucket{le=\"7200\"} 100000000000".into(),
        "src/index.crates.io-1949cf8c6b5b557f/metrics-exporter-prometheus-0.18.3/src/formatting.rs".into(),
    ] {
        assert_eq!(marks.find_in(&harmless), Vec::<String>::new());
    }
}
