//! What is said to a person about their request, in their language, and the names of kinds and states.

use std::sync::LazyLock;

use jiff::civil::Date;
use web::words::{Sources, Tongue, Words};

use super::{Days, Right};

/// What these texts say.
pub static SOURCES: Sources = [
    include_str!("../../words/rights/sv.ftl"),
    include_str!("../../words/rights/de.ftl"),
    include_str!("../../words/rights/it.ftl"),
    include_str!("../../words/rights/fr.ftl"),
    include_str!("../../words/rights/en.ftl"),
];

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(&[&SOURCES]));

/// Steps that a draft is there for.
pub(crate) const DRAFTS: [&str; 4] = ["confirm", "extend", "answer", "refuse"];

/// The draft of what the person is told with a step, in their language, with what is known filled in.
pub(crate) fn draft(right: &Right, step: &str, days: Days) -> Option<String> {
    let step = DRAFTS.into_iter().find(|it| *it == step)?;
    let t: Tongue = WORDS.tongue(right.lang);
    let kind = t.say(&format!("right-{}", right.kind.as_str()));
    let day = |date: Date| t.day(date);
    let received = day(right.received);
    let last = days.last.map(day).unwrap_or_default();
    let longer = days.longer.map(day).unwrap_or_default();
    let key = match (step, last.is_empty()) {
        ("confirm", true) => "draft-confirm-open".to_owned(),
        (step, _) => format!("draft-{step}"),
    };
    let mut text = t.say_all(
        &key,
        &[
            ("kind", (&kind).into()),
            ("received", (&received).into()),
            ("last", (&last).into()),
            ("longer", (&longer).into()),
        ],
    );
    if step == "answer"
        && let Some(done) = t.find(&format!("draft-done-{}", right.kind.as_str()), &[])
    {
        text.push_str("\n\n");
        text.push_str(&done);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use govern::rights::{Kind, State};

    #[test]
    fn five_languages_say_the_same() {
        assert_eq!(web::words::problems(&super::SOURCES), Vec::<String>::new());
    }

    #[test]
    fn each_kind_and_state_has_words() {
        let keys = web::words::keys(&super::SOURCES);
        let kinds = Kind::ALL.iter().map(|it| format!("right-{}", it.as_str()));
        let states = State::ALL
            .iter()
            .map(|it| format!("right-state-{}", it.as_str().replace('_', "-")));
        for key in kinds.chain(states) {
            assert!(keys.contains(&key), "{key} has no words");
        }
    }
}
