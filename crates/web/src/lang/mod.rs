//! The five languages of the pages, which one a reader gets, and how each writes dates and numbers.

pub mod format;

use serde::Serialize;

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Swedish.
    Sv,
    /// German.
    De,
    /// Italian.
    It,
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::Sv, Self::De, Self::It, Self::Fr, Self::En];

    /// The code as in `lang="sv"`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sv => "sv",
            Self::De => "de",
            Self::It => "it",
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// What its readers call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sv => "Svenska",
            Self::De => "Deutsch",
            Self::It => "Italiano",
            Self::Fr => "Français",
            Self::En => "English",
        }
    }

    /// The one of five texts (in the order of [`Lang::ALL`]) that is in this language.
    #[must_use]
    pub const fn of<'a>(self, [sv, de, it, fr, en]: &[&'a str; 5]) -> &'a str {
        match self {
            Self::Sv => sv,
            Self::De => de,
            Self::It => it,
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// The language with this tag, e.g. `de`, `de-CH`, `FR_be`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL
            .into_iter()
            .find(|lang| lang.code().eq_ignore_ascii_case(primary))
    }

    /// What the reader gets: what the link says (`?lang=`), else the best of `Accept-Language`, else English.
    #[must_use]
    pub fn choose(query: Option<&str>, accept_language: Option<&str>) -> Self {
        query
            .and_then(Self::from_tag)
            .or_else(|| accept_language.and_then(Self::accepted))
            .unwrap_or(Self::En)
    }

    /// The wanted language with the highest weight (RFC 9110, 12.5.4); the first of equals.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        // A browser sends a handful; what comes after the 32nd is somebody's joke.
        for item in header.split(',').take(32) {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = weight(parameters);
            if let Some(lang) = Self::from_tag(tag)
                && weight > best.map_or(0, |(_, weight)| weight)
            {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }
}

/// `q=0.8` in thousandths; 1,000 where none is given, 0 where it makes no sense.
fn weight(parameters: &str) -> u16 {
    let Some(text) = parameters.trim().strip_prefix("q=") else {
        return 1_000;
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let plain = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    match (whole, plain) {
        ("1", true) => 1_000,
        ("0", true) => format!("{fraction:0<3}").parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_wins_then_the_browser_then_english() {
        let browser = Some("pl, fr-CH;q=0.7, de;q=0.9, en;q=0.8");
        assert_eq!(Lang::choose(Some("it"), browser), Lang::It);
        assert_eq!(Lang::choose(Some("pl"), browser), Lang::De);
        assert_eq!(Lang::choose(None, browser), Lang::De);
        assert_eq!(Lang::choose(None, Some("pl, *;q=0.1")), Lang::En);
        assert_eq!(Lang::choose(None, None), Lang::En);
    }

    #[test]
    fn odd_headers_do_no_harm() {
        for (header, lang) in [
            ("sv-SE", Lang::Sv),
            ("SV", Lang::Sv),
            ("de;q=0", Lang::En),
            ("de;q=0.000, sv;q=0.001", Lang::Sv),
            ("de;q=NaN, fr", Lang::Fr),
            (";;;,,,=", Lang::En),
            ("it; q=0.7 , fr ; q=0.6", Lang::It),
        ] {
            assert_eq!(Lang::choose(None, Some(header)), lang, "{header}");
        }
    }
}
