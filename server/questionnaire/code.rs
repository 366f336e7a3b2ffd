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
const UNKIND: &str = "abandon abuse accident accuse addict afraid alcohol alone anger angry anxiety army arrest attack \
    avoid awful awkward bitter blame blast bleak blind blood body bomb bone broken brutal bullet burden burst casino \
    casual clinic club coach cough crash crazy crime critic cross cruel crush cry damage damp danger dead death decline \
    decrease defense defy deny depart despair desperate destroy die dirt disagree disease dismiss disorder drama \
    drastic dread drink drip drop drug drunk dumb dying enemy erode erosion error escape evil exile exit expire expose \
    fail false fatal fatigue fault fear fetch fever fiction fight fire fit flee foil force fragile gas ghost gun hammer \
    harsh hazard hell horror hospital hungry hunt hurt ill illegal illness insane jealous kick kid knife lawsuit lonely \
    loud lose loss mad mask master mistake misery monster murder naive naked nasty nerve obscure panic patient peasant \
    penalty pill poison police poor poverty prison problem punch punish rage raw razor reject rebel retire rifle riot \
    risk rope rotten rough sad satan scare scream script sentence shame shock shoot shove shy sick siege sin skull slave \
    slim smoke stress stumble suffer surrender suspect tank target thumb tobacco tragic trap trash trauma trigger \
    trouble ugly unfair unhappy upset useless vicious victim violate violent virus void war waste weapon weird worry \
    worth wound wreck wrong";

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
        for word in &words {
            if LIST.binary_search(word).is_err() {
                return Err(NoCode::Unknown { word: (*word).to_owned(), nearest: nearest(word) });
            }
        }
        match words.len() {
            WORDS => Ok(Self(Zeroizing::new(words.join(" ")))),
            other => Err(NoCode::Words(other)),
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
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
            .hash_password_into(self.0.as_bytes(), &installation.to_be_bytes(), &mut hash[..])
            .map_err(|error| anyhow::anyhow!("a return code could not be hashed: {error}"))?;
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
        assert_eq!(parsed("rivver"), "rivver? river");
    }

    #[test]
    fn a_code_has_six_kind_words_out_of_enough() {
        let code = Code::random().unwrap();
        assert_eq!(parsed(code.expose()), code.expose());
        assert!(Code::random().unwrap().expose() != code.expose());
        // 6 × log2 of the list: above 64 bits.
        assert!(1_700 < LIST.len(), "{}", LIST.len());
        assert!(LIST.is_sorted(), "words are looked up by halving");
        for unkind in ["alone", "die", "gun", "hurt", "victim"] {
            assert!(!LIST.contains(&unkind), "{unkind}");
        }
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
