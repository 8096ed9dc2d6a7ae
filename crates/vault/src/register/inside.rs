//! Reads what a collection says about the inside of its fields: elements with a class of their own, and what is searched.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use base::{Class, Name};
use toml::Spanned;

use super::compile::Reader;
use super::model::{Element, Field, Kind, Mask, Parameter, Path, Scope};
use super::pattern::{self, Automaton, Lift, Rule, Step};
use super::report::{Report, nearest};
use super::shape::Form;
use super::source::{self, Named};

/// The automata made so far: many fields have the same patterns below them.
#[derive(Default)]
pub(super) struct Automata(RefCell<HashMap<(Class, Vec<Rule>), Made>>);

/// What a field's patterns come to; nothing where they lift nothing.
type Made = Option<Arc<Automaton>>;

impl Automata {
    fn of(&self, rules: Vec<Rule>, host: Class) -> Result<Made, String> {
        let key = (host, rules);
        if let Some(known) = self.0.borrow().get(&key) {
            return Ok(known.clone());
        }
        let made = Automaton::new(&key.1, host)?.map(Arc::new);
        self.0.borrow_mut().insert(key, made.clone());
        Ok(made)
    }
}

impl Reader<'_> {
    /// Reads the patterns and gives each field its automaton.
    pub(super) fn elements(
        &self,
        report: &mut Report<'_>,
        source: &source::Collection,
        fields: &mut [Field],
    ) -> Vec<Element> {
        let mut rules: Vec<(Vec<Step>, Lift, &Spanned<String>)> = Vec::new();
        let mut elements = Vec::new();
        let shared = source.patterns.iter().filter_map(|name| {
            let group = self
                .patterns
                .0
                .iter()
                .find(|(group, _)| group.as_ref() == name.as_ref());
            if group.is_none() {
                report.add(
                    name,
                    format!("there is no set of patterns `{}`", name.as_ref()),
                    "add [patterns.NAME]",
                );
            }
            group.map(|(_, group)| group)
        });
        let shared: Vec<&Named<source::Element>> = shared.collect();
        let all = shared
            .iter()
            .flat_map(|group| group.0.iter().map(|entry| (entry, true)));
        for ((path, element), is_shared) in
            all.chain(source.elements.0.iter().map(|entry| (entry, false)))
        {
            let class = report.class(&element.class);
            let mask = element.mask.as_ref().map_or(Some(Mask::Absent), |word| {
                report.word("mask", word, Mask::WORDS)
            });
            let steps = match pattern::parse(path.as_ref()) {
                Ok(steps) => steps,
                Err(message) => {
                    report.add(
                        path,
                        message,
                        "for example \"contact.name\" or \"**.valueAddress\"",
                    );
                    continue;
                }
            };
            let reaches = fields.iter().any(|field| {
                matches!(field.shape.form, Form::Object | Form::Any)
                    && pattern::below(&steps, field.name.as_str())
                        .iter()
                        .any(|rest| !rest.is_empty())
            });
            if is_shared && !reaches {
                continue;
            }
            if !reaches {
                let message = format!("`{}` reaches into no field", path.as_ref());
                report.add(
                    path,
                    message,
                    "a pattern begins with a field that is an object and goes on below it",
                );
            }
            if let (Some(class), Some(mask)) = (class, mask) {
                elements.push(Element {
                    path: path.as_ref().clone(),
                    class,
                    mask,
                });
                rules.push((steps, Lift { class, mask }, path));
            }
        }
        // The fewest wildcards decide; among equals the first in the file.
        rules.sort_by_key(|(steps, _, _)| {
            steps
                .iter()
                .filter(|step| !matches!(step, Step::Name(_)))
                .count()
        });
        for field in fields {
            if !matches!(field.shape.form, Form::Object | Form::Any) {
                continue;
            }
            let mut own = Vec::new();
            let mut place = None;
            for (steps, lift, path) in &rules {
                // A pattern of the field's own class lifts nothing, but may keep a wilder one from doing so.
                for rest in pattern::below(steps, field.name.as_str()) {
                    if !rest.is_empty() {
                        own.push(Rule {
                            steps: rest.to_vec(),
                            lift: *lift,
                        });
                        place = Some(*path);
                    }
                }
            }
            match self.automata.of(own, field.class) {
                Ok(lifts) => field.lifts = lifts,
                Err(message) => {
                    if let Some(place) = place {
                        report.add(place, message, "use fewer patterns with `**`");
                    }
                }
            }
        }
        elements
    }

    pub(super) fn search(
        &self,
        report: &mut Report<'_>,
        source: &source::Collection,
        fields: &[Field],
    ) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for (name, search) in &source.search.0 {
            let id = report.name::<Name>(name);
            let kind = report.word("kind of search", &search.kind, Kind::WORDS);
            let scope = report.word("scope", &search.scope, Scope::WORDS);
            let paths: Vec<Path> = search
                .paths
                .iter()
                .filter_map(|path| search_path(report, path, fields))
                .collect();
            if search.paths.is_empty() {
                report.add(
                    name,
                    "nothing is searched".to_owned(),
                    "paths = [\"FIELD\"]",
                );
            }
            let also = search
                .also
                .iter()
                .filter_map(|name| report.name::<Name>(name))
                .collect();
            let mut targets = Vec::new();
            for target in &search.targets {
                if !self.names.contains(target.as_ref().as_str()) {
                    report.add(
                        target,
                        format!("there is no collection `{}`", target.as_ref()),
                        "",
                    );
                }
                targets.extend(report.name::<Name>(target));
            }
            if let (Some(name), Some(kind), Some(scope)) = (id, kind, scope) {
                parameters.push(Parameter {
                    name,
                    paths,
                    kind,
                    scope,
                    targets,
                    also,
                });
            }
        }
        parameters
    }
}

/// The field and the members below it that `path` names.
fn search_path(report: &mut Report<'_>, path: &Spanned<String>, fields: &[Field]) -> Option<Path> {
    let mut parts = path.as_ref().split('.');
    let first = parts.next().unwrap_or_default();
    let Some((index, field)) = fields
        .iter()
        .enumerate()
        .find(|(_, field)| field.name.as_str() == first)
    else {
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let hint = nearest(first, &names)
            .map(|near| format!("did you mean `{near}`?"))
            .unwrap_or_default();
        report.add(
            path,
            format!("there is no field `{first}` to search"),
            &hint,
        );
        return None;
    };
    let below: Result<Vec<Name>, _> = parts.map(str::parse).collect();
    let Ok(below) = below else {
        report.add(
            path,
            "a search path is a field and names of members below it, joined by `.`".to_owned(),
            "",
        );
        return None;
    };
    if !below.is_empty() && !matches!(field.shape.form, Form::Object | Form::Any) {
        report.add(path, format!("`{first}` has no members"), "");
    }
    if field.class == Class::Credential {
        report.add(
            path,
            format!("`{first}` lets somebody in and is not searched"),
            "",
        );
    }
    Some(Path {
        field: index,
        below,
    })
}
