//! Is a password good enough, and if not, why?

use base::Secret;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::zxcvbn;

use super::{Breached, tried};
use crate::settings::PasswordSettings;

/// Characters (code points, after normalisation) that a password may have.
pub const CHARS_MAX: usize = 128;
/// Characters that zxcvbn is given: its cost grows with the square of the length.
const ZXCVBN_CHARS_MAX: usize = 100;
/// Shorter own words are left out: they occur by chance.
const OWN_WORD_CHARS_MIN: usize = 4;

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Too short.
    Short {
        /// Characters it needs.
        least: usize,
    },
    /// Too long.
    Long {
        /// Characters it may have.
        most: usize,
    },
    /// It is one of those that everybody tries first.
    Common,
    /// It leaked somewhere before.
    Breached,
    /// A program guesses it quickly.
    Guessable,
    /// It holds a word of the service, the tenant or the person.
    OwnWord,
}

impl Weakness {
    /// A stable name for pages and programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Short { .. } => "short",
            Self::Long { .. } => "long",
            Self::Common => "common",
            Self::Breached => "breached",
            Self::Guessable => "guessable",
            Self::OwnWord => "own_word",
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn public(&self) -> String {
        match self {
            Self::Short { least } => {
                format!("The password needs {least} characters: several unrelated words make a good one.")
            }
            Self::Long { most } => format!("The password may have {most} characters."),
            Self::Common => "This password is among those that everybody tries first.".to_owned(),
            Self::Breached => {
                "This password has leaked from some service before, so it is among those that are tried.".to_owned()
            }
            Self::Guessable => {
                "A program guesses this password quickly: add unrelated words.".to_owned()
            }
            Self::OwnWord => {
                "The password holds a word that has to do with you or this service: leave it out.".to_owned()
            }
        }
    }
}

/// What came of judging a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How hard it is to guess, 0 to 4.
    pub score: u8,
    /// Why it is refused; empty when it is taken.
    pub weaknesses: Vec<Weakness>,
    /// Whether it is long enough to be the only factor.
    pub alone: bool,
}

/// A password in the form that is hashed and measured: NFKC, so that the same keys on another keyboard give the same.
#[must_use]
pub(crate) fn prepared(password: &str) -> Secret<String> {
    // Room for the longest expansion of NFKC, so that nothing is moved and left behind.
    let mut text = String::with_capacity(password.len().min(CHARS_MAX * 4) * 18);
    text.extend(password.nfkc());
    Secret::new(text)
}

/// Judge a password. `words` are the person's own: name, address. Takes milliseconds: not on an async thread.
#[must_use]
pub fn judge(
    password: &str,
    words: &[&str],
    alone: bool,
    settings: &PasswordSettings,
    service_words: &[String],
    breached: Option<&Breached>,
) -> Verdict {
    let prepared = prepared(password);
    let text = prepared.expose().as_str();
    let chars = text.chars().count();
    let alone_min = settings.alone_chars_min.max(15);
    let least = if alone {
        alone_min
    } else {
        settings.second_chars_min.max(8)
    };
    let mut weaknesses = Vec::new();
    if chars < least {
        weaknesses.push(Weakness::Short { least });
    }
    if chars > CHARS_MAX {
        // Nothing more is computed about what is not taken anyway.
        return Verdict {
            score: 0,
            weaknesses: vec![Weakness::Long { most: CHARS_MAX }],
            alone: false,
        };
    }
    let own = own_words(
        words
            .iter()
            .copied()
            .chain(service_words.iter().map(String::as_str)),
    );
    let folded: String = text.chars().flat_map(char::to_lowercase).collect();
    if tried::is_common(&folded) {
        weaknesses.push(Weakness::Common);
    }
    if breached.is_some_and(|list| list.holds(text)) {
        weaknesses.push(Weakness::Breached);
    }
    if own.iter().any(|word| folded.contains(word.as_str())) {
        weaknesses.push(Weakness::OwnWord);
    }
    let cut: String = text.chars().take(ZXCVBN_CHARS_MAX).collect();
    let inputs: Vec<&str> = own.iter().map(String::as_str).collect();
    let score = u8::from(zxcvbn(&cut, &inputs).score());
    if score < settings.score_min.max(3) {
        weaknesses.push(Weakness::Guessable);
    }
    Verdict {
        score,
        weaknesses,
        alone: chars >= alone_min,
    }
}

/// Names and addresses in words, folded.
fn own_words<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut words = Vec::new();
    for text in texts {
        let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if word.chars().count() >= OWN_WORD_CHARS_MIN && !words.iter().any(|it| it == word) {
                words.push(word.to_owned());
            }
        }
    }
    words
}
