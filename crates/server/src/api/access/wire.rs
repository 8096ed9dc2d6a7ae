//! What `/v1/access` shows.

use base::{ClassSet, Instant, Purpose};
use policy::access::{Assignment, Glass, Request};
use policy::{Kind, Reach, Rules, Verb};
use serde_json::{Value, json};

pub(super) fn time(at: Option<Instant>) -> Option<String> {
    at.map(|at| at.to_string())
}

fn classes(set: ClassSet) -> Vec<&'static str> {
    set.iter().map(base::Class::as_str).collect()
}

/// The same object with one more member.
pub(super) fn with(mut body: Value, name: &str, value: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    body
}

pub(super) fn request(it: &Request) -> Value {
    json!({
        "request": it.id,
        "account": it.account,
        "role": it.role,
        "reason": it.reason.as_str(),
        "asked_by": it.asked_by,
        "asked_at": it.asked_at.to_string(),
        "ends_at": time(it.ends_at),
        "state": it.state.as_str(),
        "decided_by": it.decided_by,
        "decided_at": time(it.decided_at),
    })
}

pub(super) fn assignment(it: &Assignment, now: Instant) -> Value {
    let state = match it.ended_why {
        Some(why) => why.as_str(),
        None if it.is_overdue(now) => "waits_for_review",
        None if it.counts(now) => "held",
        None => "expired",
    };
    json!({
        "assignment": it.id,
        "account": it.account,
        "role": it.role,
        "state": state,
        "since": it.since.to_string(),
        "ends_at": time(it.ends_at),
        "granted_by": it.granted_by,
        "approved_by": it.approved_by,
        "review_due_at": it.review_due_at.to_string(),
        "reviewed_by": it.reviewed_by,
        "reviewed_at": time(it.reviewed_at),
        "ended_at": time(it.ended_at),
    })
}

pub(super) fn glass(it: &Glass, now: Instant) -> Value {
    let state = match (it.opened_at, it.until) {
        (Some(_), Some(until)) if now < until => "open",
        (Some(_), _) => "closed",
        (None, _) if now < it.asked_at.after(policy::access::GLASS_MAX) => "waits_for_second",
        (None, _) => "lapsed",
    };
    json!({
        "break_glass": it.id,
        "account": it.account,
        "role": it.role,
        "person": it.person,
        "reason": it.reason.as_str(),
        "state": state,
        "asked_at": it.asked_at.to_string(),
        "opened_at": time(it.opened_at),
        "until": time(it.until),
        "second_by": it.second_by,
        "review_due_at": it.review_due_at.to_string(),
        "review_overdue": it.opened_at.is_some() && it.reviewed_at.is_none() && it.review_due_at <= now,
        "reviewed_by": it.reviewed_by,
        "reviewed_at": time(it.reviewed_at),
        "verdict": it.verdict.map(policy::access::Verdict::as_str),
    })
}

/// One line for each thing that can be done, with all the purposes for which it shows the same.
pub(super) fn reaches(rules: &Rules, reaches: &[Reach]) -> Vec<Value> {
    type Line = (Verb, Kind, ClassSet, ClassSet, &'static str, bool);
    let mut lines: Vec<(Line, Vec<Purpose>)> = Vec::new();
    for it in reaches {
        let line = (it.verb, it.kind, it.clear, it.masked, it.rule, it.emergency);
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, purposes)) => purposes.extend(it.purpose),
            None => lines.push((line, it.purpose.into_iter().collect())),
        }
    }
    let about = |rule| {
        let found = rules.rules().iter().find(|it| it.id == rule);
        found.map(|it| it.about.clone())
    };
    lines
        .into_iter()
        .map(|((verb, kind, clear, masked, rule, emergency), purposes)| {
            json!({
                "verb": verb.word(),
                "thing": kind.as_str(),
                "purposes": purposes.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
                "clear": classes(clear),
                "masked": classes(masked),
                "only_with_break_glass": emergency,
                "policy": rule,
                "about": about(rule),
            })
        })
        .collect()
}
