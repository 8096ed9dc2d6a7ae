//! What pages say, in the five languages: Fluent catalogues, compiled in.
//!
//! A crate keeps its catalogues beside its templates, one `.ftl` file per language, and reads them once. Each language is written,
//! not translated word by word; [`problems`] finds what one of them lacks, and a test in each crate asks it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast;

use crate::{Lang, format};

/// One catalogue in five languages, in the order of [`Lang::ALL`].
pub type Sources = [&'static str; 5];

/// The kit's own words: the shell, notices, what a failure means.
pub static KIT: Sources = [
    include_str!("../words/sv.ftl"),
    include_str!("../words/de.ftl"),
    include_str!("../words/it.ftl"),
    include_str!("../words/fr.ftl"),
    include_str!("../words/en.ftl"),
];

/// The kit's words and an area's, in five languages.
pub struct Words([FluentBundle<FluentResource>; 5]);

impl Words {
    /// Read the kit's catalogue and `areas`. A message that cannot be read is missing; [`problems`] says which.
    #[must_use]
    pub fn read(areas: &[&Sources]) -> Self {
        Self(Lang::ALL.map(|lang| {
            let mut bundle = FluentBundle::new_concurrent(vec![identifier(lang)]);
            // Every page is written in one direction; the marks would only get into what people copy.
            bundle.set_use_isolating(false);
            bundle.set_transform(Some(if lang == Lang::Fr { french } else { set }));
            bundle.set_formatter(Some(match lang {
                Lang::Sv => |it, _| counted(it, Lang::Sv),
                Lang::De => |it, _| counted(it, Lang::De),
                Lang::It => |it, _| counted(it, Lang::It),
                Lang::Fr => |it, _| counted(it, Lang::Fr),
                Lang::En => |it, _| counted(it, Lang::En),
            }));
            for sources in [&[&KIT][..], areas].concat() {
                let resource = FluentResource::try_new(lang.of(sources).to_owned())
                    .unwrap_or_else(|(resource, _)| resource);
                bundle.add_resource_overriding(resource);
            }
            bundle
        }))
    }

    /// These words in one language.
    #[must_use]
    pub const fn tongue(&'static self, lang: Lang) -> Tongue {
        Tongue { lang, words: self }
    }

    const fn bundle(&self, lang: Lang) -> &FluentBundle<FluentResource> {
        let [sv, de, it, fr, en] = &self.0;
        match lang {
            Lang::Sv => sv,
            Lang::De => de,
            Lang::It => it,
            Lang::Fr => fr,
            Lang::En => en,
        }
    }
}

fn identifier(lang: Lang) -> unic_langid::LanguageIdentifier {
    lang.code().parse().unwrap_or_default()
}

/// A whole number, as its language sets thousands apart.
fn counted(value: &FluentValue<'_>, lang: Lang) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    // Counts are far below what a float holds exactly.
    let digits = number.value.to_string();
    digits.parse().ok().map(|it| format::number(it, lang))
}

fn set(text: &str) -> Cow<'_, str> {
    format::set(text, Lang::En).into()
}

fn french(text: &str) -> Cow<'_, str> {
    format::set(text, Lang::Fr).into()
}

/// A value that a message shows.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A text, as it is.
    Text(&'a str),
    /// A count: the message may choose its words by it.
    Count(u64),
}

impl<'a> From<&'a str> for Told<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Told<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Told<'_> {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// Words in one language.
#[derive(Clone, Copy)]
pub struct Tongue {
    lang: Lang,
    words: &'static Words,
}

impl Tongue {
    /// Which language.
    #[must_use]
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The message `key`.
    #[must_use]
    pub fn say(&self, key: &str) -> String {
        self.say_all(key, &[])
    }

    /// The message `key` with one value in it.
    #[must_use]
    pub fn say_with<'a>(
        &self,
        key: &str,
        name: &'static str,
        value: impl Into<Told<'a>>,
    ) -> String {
        self.say_all(key, &[(name, value.into())])
    }

    /// The message `key` with values in it. What is missing shows its key: better than an empty button.
    #[must_use]
    pub fn say_all(&self, key: &str, values: &[(&'static str, Told<'_>)]) -> String {
        self.find(key, values).unwrap_or_else(|| {
            tracing::warn!(key, lang = self.lang.code(), "a message is missing");
            key.to_owned()
        })
    }

    /// The message `key`, if there is one.
    #[must_use]
    pub fn find(&self, key: &str, values: &[(&'static str, Told<'_>)]) -> Option<String> {
        let bundle = self.words.bundle(self.lang);
        let pattern = bundle.get_message(key)?.value()?;
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            let value = match value {
                Told::Text(text) => FluentValue::from(*text),
                Told::Count(count) => FluentValue::from(*count),
            };
            args.set(*name, value);
        }
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&args), &mut errors);
        Some(text.into_owned())
    }

    /// A day.
    #[must_use]
    pub fn day(&self, date: jiff::civil::Date) -> String {
        format::day(date, self.lang)
    }

    /// A whole number.
    #[must_use]
    pub fn number(&self, number: u64) -> String {
        format::number(number, self.lang)
    }

    /// Day and minute in UTC.
    #[must_use]
    pub fn moment(&self, at: base::Instant) -> String {
        format::moment(at, self.lang)
    }
}

/// Every message of a catalogue in one language, with the values that it shows.
fn messages(source: &str, problems: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let resource =
        FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, errors)| {
            problems.extend(
                errors
                    .iter()
                    .map(|error| format!("cannot be read: {error}")),
            );
            resource
        });
    let mut found = BTreeMap::new();
    for entry in resource.entries() {
        if let ast::Entry::Message(message) = entry {
            let mut names = Vec::new();
            match &message.value {
                Some(pattern) => values(pattern, &mut names),
                None => problems.push(format!("{} says nothing", message.id.name)),
            }
            names.sort();
            names.dedup();
            if found.insert(message.id.name.to_owned(), names).is_some() {
                problems.push(format!("{} stands twice", message.id.name));
            }
        }
    }
    found
}

fn values(pattern: &ast::Pattern<&str>, names: &mut Vec<String>) {
    for element in &pattern.elements {
        if let ast::PatternElement::Placeable { expression } = element {
            expression_values(expression, names);
        }
    }
}

fn expression_values(expression: &ast::Expression<&str>, names: &mut Vec<String>) {
    let inline = match expression {
        ast::Expression::Inline(inline) => inline,
        ast::Expression::Select { selector, variants } => {
            for variant in variants {
                values(&variant.value, names);
            }
            selector
        }
    };
    match inline {
        ast::InlineExpression::VariableReference { id } => names.push(id.name.to_owned()),
        ast::InlineExpression::Placeable { expression } => expression_values(expression, names),
        _ => {}
    }
}

/// What is wrong with a catalogue: a message that a language lacks, has too many, or that shows other values than in English.
#[must_use]
pub fn problems(sources: &Sources) -> Vec<String> {
    let mut found = Vec::new();
    let english = messages(Lang::En.of(sources), &mut found);
    for lang in Lang::ALL {
        let mut own = Vec::new();
        let said = messages(lang.of(sources), &mut own);
        for (key, names) in &english {
            match said.get(key) {
                None => own.push(format!("{key} is missing")),
                Some(others) if others != names => {
                    own.push(format!(
                        "{key} shows {others:?} where English shows {names:?}"
                    ));
                }
                Some(_) => {}
            }
        }
        own.extend(
            said.keys()
                .filter(|key| !english.contains_key(*key))
                .map(|key| format!("{key} is not there in English")),
        );
        found.extend(
            own.iter()
                .map(|problem| format!("{}: {problem}", lang.code())),
        );
    }
    found
}

/// The keys of a catalogue, as English has them.
#[must_use]
pub fn keys(sources: &Sources) -> Vec<String> {
    messages(Lang::En.of(sources), &mut Vec::new())
        .into_keys()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kit_speaks_five_languages() {
        assert_eq!(problems(&KIT), Vec::<String>::new());
    }

    #[test]
    fn what_a_language_lacks_is_found() {
        let sources: Sources = [
            "a = Hej { $name }",
            "a = Hallo\nb = Zu viel",
            "c =",
            "a = { $n ->\n [one] un { $name }\n *[other] { $n }\n }",
            "a = Hello { $name }",
        ];
        let found = problems(&sources);
        for problem in [
            "de: a shows [] where English shows [\"name\"]",
            "de: b is not there in English",
            "it: a is missing",
        ] {
            assert!(found.iter().any(|it| it == problem), "{problem}: {found:?}");
        }
        assert!(!found.iter().any(|it| it.starts_with("sv")), "{found:?}");
    }

    #[test]
    fn messages_show_values_and_choose_words_by_counts() {
        static AREA: Sources = [
            "n = { $n ->\n    [one] en sak\n   *[other] { $n } saker\n }",
            "n = { $n }",
            "n = { $n }",
            "n = « { $n } »",
            "n = { $n }",
        ];
        static WORDS: std::sync::LazyLock<Words> =
            std::sync::LazyLock::new(|| Words::read(&[&AREA]));
        let sv = WORDS.tongue(Lang::Sv);
        assert_eq!(sv.say_with("n", "n", 1), "en sak");
        assert_eq!(sv.say_with("n", "n", 2), "2 saker");
        assert_eq!(sv.say_with("n", "n", 12_000), "12\u{a0}000 saker");
        assert_eq!(WORDS.tongue(Lang::En).say_with("n", "n", 5_000), "5,000");
        assert_eq!(
            WORDS.tongue(Lang::Fr).say_with("n", "n", 2),
            "«\u{a0}2\u{a0}»"
        );
        assert_eq!(sv.say("nothing-like-it"), "nothing-like-it");
        assert!(sv.find("nothing-like-it", &[]).is_none());
    }
}
