//! Dates, times, numbers and sizes the way a language writes them.

use std::borrow::Cow;

use base::Instant;
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::Lang;

/// Day and minute in UTC, e.g. `23 November 2026, 05:02 UTC`.
#[must_use]
pub fn moment(at: Instant, lang: Lang) -> String {
    let Ok(timestamp) = Timestamp::from_second(at.seconds()) else {
        return at.to_string();
    };
    let zoned = timestamp.to_zoned(TimeZone::UTC);
    let (day, hour, minute) = (day(zoned.date(), lang), zoned.hour(), zoned.minute());
    match lang {
        Lang::Sv => format!("{day} kl. {hour:02}.{minute:02} UTC"),
        Lang::De => format!("{day}, {hour:02}:{minute:02} Uhr UTC"),
        Lang::It => format!("{day}, ore {hour:02}:{minute:02} UTC"),
        Lang::Fr => format!("{day} à {hour}\u{a0}h\u{a0}{minute:02} UTC"),
        Lang::En => format!("{day}, {hour:02}:{minute:02} UTC"),
    }
}

/// A day, e.g. `23 November 2026`.
#[must_use]
pub fn day(date: Date, lang: Lang) -> String {
    let month = usize::try_from(date.month() - 1)
        .ok()
        .and_then(|index| Marks::of(lang).months.get(index));
    let month = month.copied().unwrap_or_default();
    let (day, year) = (date.day(), date.year());
    match lang {
        Lang::De => format!("{day}. {month} {year}"),
        Lang::It if day == 1 => format!("1º {month} {year}"),
        Lang::Fr if day == 1 => format!("1er {month} {year}"),
        Lang::Sv | Lang::It | Lang::Fr | Lang::En => format!("{day} {month} {year}"),
    }
}

/// Somebody's own words within a line of ours: whatever they say of the direction of writing ends with them, and the rest of the line stands
/// as it is. A text that says nothing of it comes back as it was.
#[must_use]
pub fn isolated(text: &str) -> Cow<'_, str> {
    if !text.chars().any(turns) {
        return text.into();
    }
    const POP: char = '\u{202c}';
    const END: char = '\u{2069}';
    let mut out = String::with_capacity(text.len() + 16);
    out.push('\u{2068}');
    // What still has to be closed, the innermost last.
    let mut open: Vec<char> = Vec::new();
    for letter in text.chars() {
        match letter {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push(POP),
            '\u{2066}'..='\u{2068}' => open.push(END),
            POP => {
                if open.last() != Some(&POP) {
                    continue;
                }
                open.pop();
            }
            // What closes nothing of theirs would close ours.
            END => match open.iter().rposition(|it| *it == END) {
                Some(at) => open.truncate(at),
                None => continue,
            },
            _ => {}
        }
        out.push(letter);
    }
    out.extend(open.into_iter().rev());
    out.push(END);
    out.into()
}

/// Whether a letter is written from the right, or says something of the direction.
const fn turns(letter: char) -> bool {
    matches!(
        letter,
        '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{590}'..='\u{8ff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

/// A text with the spaces and hyphens at which its language does not break lines. Files are written with ordinary ones.
#[must_use]
pub fn set(text: &str, lang: Lang) -> String {
    let text = text
        .replace("AES-256", "AES\u{2011}256")
        .replace("TLS 1.", "TLS\u{a0}1.")
        .replace(" –", "\u{a0}–");
    if lang != Lang::Fr {
        return text;
    }
    text.replace(" ;", "\u{202f};")
        .replace(" :", "\u{a0}:")
        .replace("« ", "«\u{a0}")
        .replace(" »", "\u{a0}»")
}

/// A whole number with its thousands set apart.
#[must_use]
pub fn number(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    // Four digits stand together, except in English.
    if digits.len() < 4 || (digits.len() == 4 && lang != Lang::En) {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(Marks::of(lang).thousands);
        }
        out.push(digit);
    }
    out
}

/// A size with one decimal place.
#[must_use]
pub fn bytes(bytes: u64, lang: Lang) -> String {
    let marks = Marks::of(lang);
    let [single, units @ ..] = marks.byte_units;
    if bytes < 1_000 {
        return format!("{bytes}\u{a0}{single}");
    }
    let mut tenths = bytes / 100;
    let mut chosen = "";
    for unit in units {
        chosen = unit;
        if tenths < 10_000 {
            break;
        }
        if unit != marks.byte_units[3] {
            tenths /= 1_000;
        }
    }
    format!(
        "{}{}{}\u{a0}{chosen}",
        number(tenths / 10, lang),
        marks.decimal,
        tenths % 10
    )
}

/// How a language writes dates and numbers.
struct Marks {
    months: [&'static str; 12],
    byte_units: [&'static str; 4],
    thousands: &'static str,
    decimal: &'static str,
}

impl Marks {
    const fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Sv => &SV,
            Lang::De => &DE,
            Lang::It => &IT,
            Lang::Fr => &FR,
            Lang::En => &EN,
        }
    }
}

const BYTES: [&str; 4] = ["byte", "kB", "MB", "GB"];

static SV: Marks = Marks {
    months: [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    byte_units: BYTES,
    thousands: "\u{a0}",
    decimal: ",",
};

static DE: Marks = Marks {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    byte_units: ["Byte", "kB", "MB", "GB"],
    thousands: ".",
    decimal: ",",
};

static IT: Marks = Marks {
    months: [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    byte_units: BYTES,
    thousands: ".",
    decimal: ",",
};

static FR: Marks = Marks {
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    byte_units: ["octets", "ko", "Mo", "Go"],
    thousands: "\u{202f}",
    decimal: ",",
};

static EN: Marks = Marks {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    byte_units: ["bytes", "kB", "MB", "GB"],
    thousands: ",",
    decimal: ".",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_people_write_them() {
        let at = Instant::from_micros(1_795_410_120_000_000);
        let texts: Vec<_> = Lang::ALL.iter().map(|lang| moment(at, *lang)).collect();
        assert_eq!(
            texts,
            [
                "23 november 2026 kl. 05.02 UTC",
                "23. November 2026, 05:02 Uhr UTC",
                "23 novembre 2026, ore 05:02 UTC",
                "23 novembre 2026 à 5\u{a0}h\u{a0}02 UTC",
                "23 November 2026, 05:02 UTC",
            ]
        );
    }

    #[test]
    fn days_read_as_people_write_them() {
        let days = |text: &str| {
            let date = text.parse().unwrap();
            Lang::ALL.map(|lang| day(date, lang))
        };
        assert_eq!(
            days("2026-12-28"),
            [
                "28 december 2026",
                "28. Dezember 2026",
                "28 dicembre 2026",
                "28 décembre 2026",
                "28 December 2026",
            ]
        );
        assert_eq!(
            days("2026-11-01")[2..4],
            ["1º novembre 2026", "1er novembre 2026"]
        );
    }

    #[test]
    fn what_turns_a_line_ends_with_whose_words_it_is() {
        assert_eq!(isolated("calm, 61 kg"), "calm, 61 kg");
        assert_eq!(isolated("a\u{202e}b"), "\u{2068}a\u{202e}b\u{202c}\u{2069}");
        // Nothing of theirs closes what is ours.
        assert_eq!(
            isolated("a\u{2069}\u{202c}\u{202e}b\u{2069}"),
            "\u{2068}a\u{202e}b\u{202c}\u{2069}"
        );
        assert_eq!(
            isolated("\u{2067}\u{202e}x\u{2069}y"),
            "\u{2068}\u{2067}\u{202e}x\u{2069}y\u{2069}"
        );
        assert_eq!(isolated("שלום"), "\u{2068}שלום\u{2069}");
    }

    #[test]
    fn numbers_and_sizes_have_their_own_marks() {
        assert_eq!(number(1_234_567, Lang::De), "1.234.567");
        assert_eq!(number(1_234, Lang::Sv), "1234");
        assert_eq!(number(1_234, Lang::En), "1,234");
        assert_eq!(number(0, Lang::Fr), "0");
        assert_eq!(bytes(999, Lang::En), "999\u{a0}bytes");
        assert_eq!(bytes(1_500, Lang::De), "1,5\u{a0}kB");
        assert_eq!(bytes(2_345_678, Lang::Fr), "2,3\u{a0}Mo");
        assert_eq!(bytes(999_999, Lang::En), "999.9\u{a0}kB");
        assert_eq!(bytes(12_000_000_000, Lang::En), "12.0\u{a0}GB");
        assert_eq!(bytes(4_000_000_000_000, Lang::En), "4,000.0\u{a0}GB");
    }
}
