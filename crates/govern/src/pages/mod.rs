//! The trust page: a page of sentences, each with its state in the margin and its evidence behind it. No script.

mod labels;
mod words;
mod wrongs;

use askama::Template;
use base::Instant;

use crate::ledger::{Record, Verdict};
use crate::{Fact, GovernError, Group, Kind, Lang, Problem, PromiseView, Seen, State};
use web::format;
use words::Words;

/// Whose page it is and where it is served.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// Who promises: the company's name.
    pub name: &'a str,
    /// Host and port that readers reach it by.
    pub host: &'a str,
    /// The tenant whose log the results stand in.
    pub tenant: &'a str,
    /// The name of that log, as its checkpoint says it.
    pub log: &'a str,
    /// The present moment.
    pub now: Instant,
}

/// The trust page in `lang`.
///
/// # Errors
/// [`GovernError::Page`]: our own mistake.
pub fn trust(
    lang: Lang,
    site: &Site<'_>,
    views: &[PromiseView<'_>],
) -> Result<String, GovernError> {
    let words = Words::of(lang);
    let page = Page {
        lang: lang.code(),
        languages: Lang::ALL.map(|other| (other.code(), other.name(), other == lang)),
        words,
        site,
        summary: summary(words, lang, views),
        tally: tally(lang, views),
        sections: sections(lang, site, views),
        legend: [State::Kept, State::Broken, State::Stale, State::Unproven].map(|state| {
            (
                class(state),
                labels::state(state, lang),
                words.legend_of(state),
            )
        }),
        as_of: words
            .as_of
            .replace("{date}", &format::moment(site.now, lang)),
    };
    page.render()
        .map_err(|error| GovernError::Page(error.to_string()))
}

#[derive(Template)]
#[template(path = "trust.html")]
struct Page<'a> {
    lang: &'static str,
    languages: [(&'static str, &'static str, bool); 5],
    words: &'static Words,
    site: &'a Site<'a>,
    summary: String,
    tally: Vec<(&'static str, &'static str, usize)>,
    sections: Vec<Section<'a>>,
    legend: [(&'static str, &'static str, &'static str); 4],
    as_of: String,
}

struct Section<'a> {
    title: &'static str,
    items: Vec<Item<'a>>,
}

/// One promise as the template shows it.
struct Item<'a> {
    id: &'a str,
    class: &'static str,
    state: &'static str,
    sentence: String,
    meaning: String,
    measured: Option<String>,
    why: Option<&'static str>,
    attempt: Option<String>,
    /// Label, texts, whether it is bad news.
    rows: Vec<(&'static str, Vec<String>, bool)>,
    digest: Option<String>,
    commands: Vec<String>,
}

fn class(state: State) -> &'static str {
    match state {
        State::Kept => "kept",
        State::Broken => "broken",
        State::Stale => "stale",
        State::Unproven => "unproven",
    }
}

fn measurable<'v, 'p>(views: &'v [PromiseView<'p>]) -> impl Iterator<Item = &'v PromiseView<'p>> {
    views.iter().filter(|view| view.promise.kind != Kind::V)
}

fn summary(words: &Words, lang: Lang, views: &[PromiseView<'_>]) -> String {
    let all = measurable(views).count();
    let kept = measurable(views)
        .filter(|view| view.state == State::Kept)
        .count();
    let text = if kept == all && all > 0 {
        words.all_kept
    } else {
        words.some_kept
    };
    let show = |count: usize| format::number(count as u64, lang);
    text.replace("{kept}", &show(kept))
        .replace("{n}", &show(all))
}

/// How many are in each state that is not kept.
fn tally(lang: Lang, views: &[PromiseView<'_>]) -> Vec<(&'static str, &'static str, usize)> {
    [State::Broken, State::Stale, State::Unproven]
        .into_iter()
        .map(|state| {
            let count = measurable(views).filter(|view| view.state == state).count();
            (class(state), labels::state(state, lang), count)
        })
        .filter(|(_, _, count)| *count > 0)
        .collect()
}

fn sections<'a>(lang: Lang, site: &Site<'_>, views: &'a [PromiseView<'_>]) -> Vec<Section<'a>> {
    Group::ALL
        .into_iter()
        .map(|group| {
            let items = views
                .iter()
                .filter(|view| view.promise.group == group)
                .map(|view| item(lang, site, view));
            Section {
                title: Words::of(lang).group(group),
                items: items.collect(),
            }
        })
        .filter(|section| !section.items.is_empty())
        .collect()
}

fn item<'a>(lang: Lang, site: &Site<'_>, view: &'a PromiseView<'_>) -> Item<'a> {
    let words = Words::of(lang);
    let text = view.promise.text(lang);
    let intent = view.promise.kind == Kind::V;
    let index = view.measured.as_ref().and_then(|record| record.log_index);
    Item {
        id: &view.promise.id,
        class: if intent { "intent" } else { class(view.state) },
        state: if intent {
            words.intent
        } else {
            labels::state(view.state, lang)
        },
        sentence: format::set(&text.sentence, lang),
        meaning: format::set(&text.meaning, lang),
        measured: text.measured.as_deref().map(|text| format::set(text, lang)),
        why: if intent { None } else { why(words, view) },
        attempt: view.attempted.as_ref().map(|record| {
            words
                .attempt_failed
                .replace("{date}", &format::moment(record.at, lang))
        }),
        rows: if intent {
            Vec::new()
        } else {
            rows(lang, site, view)
        },
        digest: view
            .measured
            .as_ref()
            .map(|record| hex::encode(record.digest)),
        commands: view
            .promise
            .verify
            .iter()
            .filter(|command| index.is_some() || !command.contains("{index}"))
            .map(|command| {
                command
                    .replace("{host}", site.host)
                    .replace("{tenant}", site.tenant)
                    .replace("{index}", &index.unwrap_or_default().to_string())
            })
            .collect(),
    }
}

/// Why a promise is not shown as kept.
fn why(words: &'static Words, view: &PromiseView<'_>) -> Option<&'static str> {
    match view.state {
        State::Kept => None,
        State::Broken => Some(words.why_broken),
        State::Stale => Some(words.why_stale),
        State::Unproven if view.measured.is_none() => Some(words.why_never_measured),
        State::Unproven => Some(words.why_never_failed),
    }
}

fn rows(
    lang: Lang,
    site: &Site<'_>,
    view: &PromiseView<'_>,
) -> Vec<(&'static str, Vec<String>, bool)> {
    let words = Words::of(lang);
    let mut rows = Vec::new();
    if let Some(record) = &view.measured {
        rows.push((words.when, vec![format::moment(record.at, lang)], false));
        let held = record.verdict == Verdict::Held;
        rows.push((
            words.result,
            vec![if held { words.held } else { words.did_not_hold }.to_owned()],
            !held,
        ));
        if !held {
            rows.push((words.what_is_wrong, problems(lang, record), true));
        }
        rows.extend(record.outcome.facts.iter().map(|fact| {
            (
                labels::seen(fact.seen, lang),
                vec![shown(lang, fact)],
                false,
            )
        }));
        let entry = record.log_index.map_or_else(
            || words.not_yet_in_the_log.to_owned(),
            |index| {
                words
                    .entry
                    .replace("{index}", &format::number(index, lang))
                    .replace("{log}", site.log)
            },
        );
        rows.push((words.in_the_log, vec![entry], false));
        let hours = format::number(view.promise.fresh_for().as_secs() / 3_600, lang);
        rows.push((
            words.counts_for,
            vec![words.hours.replace("{n}", &hours)],
            false,
        ));
    }
    let drill = view.drilled.as_ref().map_or_else(
        || words.never.to_owned(),
        |record| {
            words
                .in_a_drill
                .replace("{date}", &format::moment(record.at, lang))
        },
    );
    rows.push((words.last_seen_failing, vec![drill], false));
    rows
}

fn problems(lang: Lang, record: &Record) -> Vec<String> {
    let problems = record.outcome.problems.iter();
    problems.map(|one| problem(one, lang)).collect()
}

/// A problem in a few words of `lang`.
#[must_use]
pub fn problem(problem: &Problem, lang: Lang) -> String {
    let what = wrongs::wrong(problem.wrong, lang);
    if problem.at.is_empty() {
        what.to_owned()
    } else {
        format!("{what}: {}", problem.at)
    }
}

fn shown(lang: Lang, fact: &Fact) -> String {
    match (fact.number, &fact.text, &fact.list) {
        (Some(number), ..) if fact.seen == Seen::BytesSearched => format::bytes(number, lang),
        (Some(number), ..) => format::number(number, lang),
        (_, Some(text), _) => text.clone(),
        (_, _, Some(list)) => list.join(" · "),
        _ => String::new(),
    }
}
