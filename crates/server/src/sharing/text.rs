//! The whole text that a person agrees to, composed of the notice and of what is asked, the same wherever it is shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use consent::{Offer, PartOffered};
use vault::register::Register;
use web::Lang;
use web::words::{Sources, Tongue, Words};

/// What these texts say.
pub static SOURCES: Sources = [
    include_str!("../../words/sharing/sv.ftl"),
    include_str!("../../words/sharing/de.ftl"),
    include_str!("../../words/sharing/it.ftl"),
    include_str!("../../words/sharing/fr.ftl"),
    include_str!("../../words/sharing/en.ftl"),
];

static WORDS: LazyLock<Words> =
    LazyLock::new(|| Words::read(&[&crate::portal::FIELDS, &crate::portal::SOURCES, &SOURCES]));

/// The words in a language.
pub(crate) fn tongue(lang: Lang) -> Tongue {
    WORDS.tongue(lang)
}

/// What one part lets be done, in a line.
pub(crate) fn part(t: Tongue, register: &Register, part: &PartOffered) -> String {
    let what = match &part.collection {
        None => t.say("ask-everything"),
        Some(name) => register
            .collection(name.as_str())
            .map_or_else(|| name.to_string(), |it| crate::portal::title(t, it)),
    };
    let key = match (part.verbs.reads(), part.verbs.changes()) {
        (true, true) => "ask-read-change",
        (true, false) => "ask-read",
        (false, _) => "ask-change",
    };
    let mut line = t.say_with(key, "what", &what);
    if let Some(fields) = &part.fields {
        let fields: Vec<_> = fields
            .iter()
            .map(|it| {
                let kind = part.collection.as_ref().map_or("", |it| it.as_str());
                crate::portal::label(t, kind, it)
            })
            .collect();
        let _ = write!(
            line,
            ", {}",
            t.say_with("ask-fields", "fields", &fields.join(", "))
        );
    }
    line
}

/// The text in one language.
pub(crate) fn text(lang: Lang, register: &Register, who: &str, offer: &Offer) -> String {
    let t = tongue(lang);
    let mut out = String::new();
    if let Some(notice) = offer.notice(lang.code()) {
        let _ = write!(out, "{}\n\n{}\n\n", notice.title.trim(), notice.text.trim());
    }
    let _ = writeln!(out, "{}\n", t.say_with("ask-who", "who", who));
    let _ = writeln!(out, "{}", t.say("ask-what"));
    for it in &offer.parts {
        let optional = if it.optional {
            format!(" {}", t.say("ask-optional"))
        } else {
            String::new()
        };
        let _ = writeln!(out, "- {}{optional}", part(t, register, it));
    }
    let _ = writeln!(out, "\n{}", t.say("ask-why"));
    for purpose in &offer.purposes {
        let _ = writeln!(out, "- {}", t.say(&format!("for-{purpose}")));
    }
    let days = offer.days.to_string();
    let _ = write!(
        out,
        "\n{}\n{}\n",
        t.say_with("ask-long", "days", &days),
        t.say("ask-back")
    );
    out
}

/// The text in every language.
#[must_use]
pub fn texts(register: &Register, who: &str, offer: &Offer) -> BTreeMap<String, String> {
    Lang::ALL
        .iter()
        .map(|lang| (lang.code().to_owned(), text(*lang, register, who, offer)))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn five_languages_say_the_same() {
        assert_eq!(web::words::problems(&super::SOURCES), Vec::<String>::new());
    }
}
