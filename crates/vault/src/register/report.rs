//! Gathers mistakes with their places, and guesses what was meant.

use std::str::FromStr;

use base::Class;
use toml::Spanned;

use super::problem::Problem;
use super::source::Text;

/// Gathers the mistakes of one file.
pub(super) struct Report<'a> {
    pub text: &'a Text,
    pub problems: &'a mut Vec<Problem>,
}

impl Report<'_> {
    pub(super) fn add<T>(&mut self, place: &Spanned<T>, message: String, hint: &str) {
        self.problems.push(Problem {
            file: self.text.name.clone(),
            line: self.text.line(place.span().start),
            message,
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
        });
    }

    /// A name in the narrow form that `T` demands.
    pub(super) fn name<T: FromStr<Err = base::InvalidId>>(
        &mut self,
        word: &Spanned<String>,
    ) -> Option<T> {
        word.as_ref()
            .parse()
            .map_err(|error: base::InvalidId| {
                self.add(word, format!("`{}` is {error}", word.as_ref()), "")
            })
            .ok()
    }

    /// One word of a closed list.
    pub(super) fn word<T: Copy>(
        &mut self,
        what: &str,
        word: &Spanned<String>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let known = words
            .iter()
            .find(|(known, _)| *known == word.as_ref().as_str());
        if known.is_none() {
            let list: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
            let hint = nearest(word.as_ref(), &list).map_or_else(
                || format!("one of: {}", list.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            self.add(word, format!("`{}` is not a {what}", word.as_ref()), &hint);
        }
        known.map(|(_, value)| *value)
    }

    pub(super) fn class(&mut self, word: &Spanned<String>) -> Option<Class> {
        let words: Vec<(&str, Class)> = Class::ALL
            .iter()
            .map(|class| (class.as_str(), *class))
            .collect();
        let class = self.word("class", word, &words)?;
        if class == Class::Payment {
            let hint = "payment data stay with the payment provider; keep the provider's token, as class `internal`";
            self.add(word, "payment data are not stored".to_owned(), hint);
            return None;
        }
        Some(class)
    }
}

/// The word of `words` that `word` was probably meant to be.
pub(super) fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let known = words.iter().map(|known| {
        (
            distance(&word.to_lowercase(), &known.to_lowercase()),
            *known,
        )
    });
    known
        .min()
        .filter(|(distance, known)| distance * 3 <= known.len().max(3))
        .map(|(_, known)| known)
}

/// How many letters must be changed, added or taken away (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = diagonal + usize::from(x != *y);
            diagonal = *cell;
            left = cost.min(left + 1).min(*cell + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
