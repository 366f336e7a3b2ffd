//! Answers, decisions and weights as the wire and what is sealed have them; the domain's own types know no JSON.

use quietline_domain::intake::{Answer, Burden, Decision, Frequency, Likelihood, Weight, definition::Priority};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerWord {
    #[serde(rename = "yes")]
    Yes,
    #[serde(rename = "no")]
    No,
    #[serde(rename = "n/a")]
    NotApplicable,
    #[serde(rename = "later")]
    Later,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionWord {
    Yes,
    No,
    Later,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    Medium,
    High,
}

/// How a student weighs a concern (Q8). The numbers are those of the rule, and no others are understood.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, try_from = "Numbers", into = "Numbers")]
pub enum Weighed {
    Chosen(Level),
    Calculated(Likelihood, Frequency, Burden),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Numbers {
    Chosen { chosen: Level },
    Calculated { likelihood: u8, frequency: u8, burden: u8 },
}

impl TryFrom<Numbers> for Weighed {
    type Error = &'static str;

    fn try_from(numbers: Numbers) -> Result<Self, Self::Error> {
        Ok(match numbers {
            Numbers::Chosen { chosen } => Self::Chosen(chosen),
            Numbers::Calculated { likelihood, frequency, burden } => Self::Calculated(
                match likelihood {
                    1 => Likelihood::Unlikely,
                    3 => Likelihood::Possible,
                    5 => Likelihood::Likely,
                    _ => return Err("a likelihood is 1, 3 or 5"),
                },
                match frequency {
                    1 => Frequency::Rare,
                    4 => Frequency::Occasional,
                    7 => Frequency::Frequent,
                    _ => return Err("a frequency is 1, 4 or 7"),
                },
                match burden {
                    1 => Burden::Light,
                    5 => Burden::Moderate,
                    10 => Burden::Heavy,
                    _ => return Err("a burden is 1, 5 or 10"),
                },
            ),
        })
    }
}

impl From<Weighed> for Numbers {
    fn from(weighed: Weighed) -> Self {
        match weighed {
            Weighed::Chosen(chosen) => Self::Chosen { chosen },
            Weighed::Calculated(likelihood, frequency, burden) => {
                Self::Calculated { likelihood: likelihood as u8, frequency: frequency as u8, burden: burden as u8 }
            }
        }
    }
}

impl From<Weighed> for Weight {
    fn from(weighed: Weighed) -> Self {
        match weighed {
            Weighed::Chosen(level) => Self::Chosen(level.into()),
            Weighed::Calculated(likelihood, frequency, burden) => Self::Calculated { likelihood, frequency, burden },
        }
    }
}

impl From<Weight> for Weighed {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Chosen(priority) => Self::Chosen(priority.into()),
            Weight::Calculated { likelihood, frequency, burden } => Self::Calculated(likelihood, frequency, burden),
        }
    }
}

macro_rules! same {
    ($word:ident, $domain:ident: $($one:ident = $other:ident),+) => {
        impl From<$word> for $domain {
            fn from(word: $word) -> Self {
                match word {
                    $($word::$one => Self::$other),+
                }
            }
        }

        impl From<$domain> for $word {
            fn from(meant: $domain) -> Self {
                match meant {
                    $($domain::$other => Self::$one),+
                }
            }
        }
    };
}
same!(AnswerWord, Answer: Yes = Yes, No = No, NotApplicable = NotApplicable, Later = Later);
same!(DecisionWord, Decision: Yes = Yes, No = No, Later = Postponed);
same!(Level, Priority: Low = Low, Medium = Medium, High = High);

#[cfg(test)]
mod tests {
    use super::*;

    // Q8
    #[test]
    fn a_weight_is_chosen_or_three_numbers_of_the_rule() {
        let read = |text: &str| serde_json::from_str::<Weighed>(text).map(|read| serde_json::to_string(&read).unwrap());
        for text in ["{\"chosen\":\"low\"}", "{\"likelihood\":3,\"frequency\":7,\"burden\":10}"] {
            assert_eq!(read(text).unwrap(), text);
        }
        for text in [
            "{\"chosen\":\"none\"}",
            "{\"likelihood\":2,\"frequency\":7,\"burden\":10}",
            "{\"likelihood\":3,\"frequency\":7}",
            "{\"chosen\":\"low\",\"burden\":1}",
            "{}",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
