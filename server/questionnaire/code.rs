//! Return codes: six words that a person can write down, and what becomes of them (Q12).
//!
//! One slow hash of the words, with one salt for the installation, gives two labels: one by which a session is found, and
//! one that opens it. A copy of the database holds neither. It knows no session.

use std::{fmt, sync::LazyLock};

use argon2::{Algorithm, Argon2, Params, Version};
use bip39::Language;
use zeroize::Zeroizing;

use super::sealing::{Wrap, derive};
use crate::private::Digested;

/// How many words a code has.
pub const WORDS: usize = 6;

/// In letters, twice what any word of the list has: more is not worth comparing.
const LONGEST_WORD: usize = 16;

/// What the slow hash costs: 19 MiB, two passes, one lane. With other numbers no code that was written down would open
/// anything.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Six words, as they were made or typed. They cannot be printed; `expose` is for the one who is to keep them.
pub struct Code(Zeroizing<String>);

/// What a code leads to: where a session is found, and what opens it.
pub struct Opens {
    pub found_by: Digested,
    pub wrap: Wrap,
}

/// Why some words are no code. Told to whoever typed them, and to nobody else.
#[derive(PartialEq, Eq)]
pub enum NoCode {
    /// Not six, but so many.
    Words(usize),
    /// This word is in no code; the nearest one that could be.
    Unknown { word: String, nearest: &'static str },
}

/// Words that nobody should be handed in such an hour, out of a list that was made for wallets.
const UNKIND: &str = "abandon abuse accident accuse addict afraid alcohol alone anger angry anxiety army arrest attack avoid awful \
    awkward bitter blade blame blast bleak blind blood body bomb bone broken bullet burden burst cage cancel \
    casino casual clinic club coach crack crash crazy crime critic cross cruel crumble crush cry damage damp \
    danger decline decrease defense defy deny depart despair destroy dirt disagree disease dismiss disorder \
    divorce drama drastic drink drip drop dumb empty end enemy erode erosion error escape evil exile exit expire \
    expose false fatal fatigue fault fetch fever fiction fire fit flee foil force forget fragile frozen gas \
    ghost grief guilt gun hammer harsh hazard hidden hollow horror hospital hungry hunt hurt ill illegal illness \
    inmate insane jealous kick kid knife knock lawsuit lonely loud mad mask master misery mistake monster naive \
    nasty neck nerve never nothing obey obscure orphan panic patient peasant penalty pill pistol police poverty \
    prison problem punch raw razor rebel reject retire rifle riot risk rough sad scare script sentence shock \
    shoot shove shy sick siege silent skull slice slim smoke snake sorry stumble suffer suspect sword tank \
    target thumb tired tobacco tragic trap trash trigger trouble tumble ugly unaware unfair unhappy upset \
    useless vanish vicious virus void waste weapon weird wolf worry worth wreck wrist wrong zero";

static LIST: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let is_kind = |word: &&str| !UNKIND.split_ascii_whitespace().any(|unkind| unkind == *word);
    Language::English.word_list().iter().copied().filter(is_kind).collect()
});

impl Code {
    /// Errors when the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        let words: Vec<&str> = (0..WORDS).map(|_| random_word()).collect::<Result<_, _>>()?;
        Ok(Self(Zeroizing::new(words.join(" "))))
    }

    /// However the words are set apart, in whatever letters.
    pub fn parse(typed: &str) -> Result<Self, NoCode> {
        let typed = Zeroizing::new(typed.to_lowercase());
        let words: Vec<&str> = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.len() != WORDS {
            return Err(NoCode::Words(words.len()));
        }
        // A code that somebody has written down stays one, whatever is thought unkind since.
        match words.iter().find(|word| Language::English.find_word(word).is_none()) {
            None => Ok(Self(Zeroizing::new(words.join(" ")))),
            Some(word) => {
                let word: String = word.chars().take(LONGEST_WORD).collect();
                let nearest = nearest(&word);
                Err(NoCode::Unknown { word, nearest })
            }
        }
    }

    /// For the one who is to keep it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes some 20 MiB and as many milliseconds, on purpose: it belongs on a thread that may be busy.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn opens(&self, installation: u128) -> anyhow::Result<Opens> {
        let mut hash = Zeroizing::new([0; 32]);
        let failed = |error| anyhow::anyhow!("a return code could not be hashed: {error}");
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, Some(hash.len())).map_err(failed)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), &installation.to_be_bytes(), &mut hash[..])
            .map_err(failed)?;
        Ok(Opens {
            found_by: Digested::keyed(*derive(&hash[..], "code, to look up")?),
            wrap: Wrap::derived(&hash[..], "code, to open")?,
        })
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Each as likely as the others: what lies beyond the last multiple of their number is drawn again.
fn random_word() -> Result<&'static str, getrandom::Error> {
    let words = LIST.len();
    loop {
        let mut drawn = [0; 2];
        getrandom::fill(&mut drawn)?;
        let drawn = usize::from(u16::from_be_bytes(drawn));
        if drawn < (1 << 16) / words * words {
            return Ok(LIST[drawn % words]);
        }
    }
}

fn nearest(word: &str) -> &'static str {
    LIST.iter().min_by_key(|known| strsim::damerau_levenshtein(word, known)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(typed: &str) -> String {
        match Code::parse(typed) {
            Ok(code) => code.expose().to_owned(),
            Err(NoCode::Words(count)) => format!("{count} words"),
            Err(NoCode::Unknown { word, nearest }) => format!("{word}? {nearest}"),
        }
    }

    // Q12
    #[test]
    fn a_code_is_typed_as_people_type() {
        let code = "river garden window apple music forest";
        for typed in [code, "River  garden, window-apple\nmusic. FOREST ", "river/garden/window/apple/music/forest"] {
            assert_eq!(parsed(typed), code);
        }
        assert_eq!(parsed("river garden window apple music"), "5 words");
        assert_eq!(parsed(""), "0 words");
        assert_eq!(parsed("river gardn window apple music forest"), "gardn? garden");
        let long = "r".repeat(8_000);
        assert!(parsed(&format!("{long} garden window apple music forest")).starts_with("rrrrrrrrrrrrrrrr? "));
        // Not handed out any more, and still opens what it opened.
        assert_eq!(parsed("river garden window apple music alone"), "river garden window apple music alone");
    }

    #[test]
    fn a_code_has_six_kind_words_out_of_enough() {
        let code = Code::random().unwrap();
        assert_eq!(parsed(code.expose()), code.expose());
        assert!(Code::random().unwrap().expose() != code.expose());
        // 6 × log2 of the list: above 64 bits.
        assert!(1_700 < LIST.len(), "{}", LIST.len());
        assert!(LIST.is_sorted(), "words are looked up by halving");
        for unkind in UNKIND.split_ascii_whitespace() {
            assert!(Language::English.find_word(unkind).is_some(), "{unkind} is in no code anyway");
            assert!(!LIST.contains(&unkind), "{unkind}");
        }
    }

    #[test]
    fn a_code_that_was_written_down_opens_the_same_in_every_version() {
        let code = Code::parse("river garden window apple music forest").unwrap_or_else(|_| panic!("is a code"));
        assert_eq!(code.opens(1).unwrap().found_by.to_text(), "bqvmoBsa6JGN4ErqW-kDYi1XqucNNpVwGwvQ63dRp08");
    }

    #[test]
    fn a_code_opens_one_thing_in_one_installation() {
        let code = Code::random().unwrap();
        let found = |code: &Code, installation| code.opens(installation).unwrap().found_by;
        assert!(found(&code, 1) == found(&code, 1));
        assert!(found(&code, 1) != found(&code, 2));
        assert!(found(&code, 1) != found(&Code::random().unwrap(), 1));
        assert_eq!(format!("{code:?}"), "Code(…)");
    }
}
