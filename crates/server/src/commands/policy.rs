//! `strongroom policy`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base::{Class, ClassSet, Purpose};
use policy::{Change, Reach, RegisterShape, Role, RuleFile, Rules};
use serde_json::{Value, json};
use vault::register::Register;

use super::{Held, data, json, place, talk};
use crate::cli::{Place, Policy, PolicyDiff, PolicyExplain, PolicyFiles};
use crate::{Failure, installation};

/// Instead of a path: the policies that come with the program.
const BUILT_IN: &str = "built-in";

pub(super) fn run(args: Policy) -> Held {
    match args {
        Policy::Check(files) => check(&files),
        Policy::Test(files) => test(&files),
        Policy::Explain(args) => explain(&args),
        Policy::Diff(args) => differences(&args),
        Policy::Schema(place) => {
            data(Rules::schema(&shape(&place)?).trim_end());
            Ok(true)
        }
    }
}

/// The register of an installation, or the one that comes with the program, as far as rules can depend on it.
fn shape(place: &Place) -> Result<RegisterShape, Failure> {
    let register = if names_one(place) {
        installation::register(&place::read(place)?)?
    } else {
        Register::shipped()?
    };
    Ok(installation::shape(&register))
}

const fn names_one(place: &Place) -> bool {
    place.config.is_some() || place.data.is_some()
}

/// The rules of the paths; without, those of the installation.
fn rules(files: &PolicyFiles) -> Result<Rules, Failure> {
    if files.paths.is_empty() && names_one(&files.place) {
        let config = place::read(&files.place)?;
        return installation::rules(&config, &installation::register(&config)?);
    }
    let mut read = Vec::new();
    for path in &files.paths {
        read.extend(load(path)?);
    }
    Ok(Rules::of(&shape(&files.place)?, &read)?)
}

/// A file, or every `.cedar` file of a folder, by name.
fn load(path: &Path) -> Result<Vec<RuleFile>, Failure> {
    let failed = |error| Failure::file(path, &error);
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(failed)?;
        let all: Result<Vec<PathBuf>, _> = entries.map(|it| it.map(|it| it.path())).collect();
        paths = all.map_err(failed)?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "cedar"));
        paths.sort();
        if paths.is_empty() {
            return Err(Failure::usage(format!(
                "{} holds no .cedar file",
                path.display()
            )));
        }
    }
    paths
        .into_iter()
        .map(|path| {
            let text =
                std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
            Ok(RuleFile {
                name: path.display().to_string(),
                text,
            })
        })
        .collect()
}

fn check(files: &PolicyFiles) -> Held {
    let rules = rules(files)?;
    let (permits, forbids): (Vec<_>, Vec<_>) = rules.rules().iter().partition(|it| it.permits);
    if files.json {
        let list = |rules: &[&policy::Rule]| rules.iter().map(|it| it.id).collect::<Vec<_>>();
        json(&json!({ "permit": list(&permits), "forbid": list(&forbids) }))?;
    } else {
        talk(format_args!(
            "right: {} policies permit, {} forbid",
            permits.len(),
            forbids.len()
        ));
    }
    Ok(true)
}

fn test(files: &PolicyFiles) -> Held {
    let rules = rules(files)?;
    let (asked, breaches) = rules.breaches();
    if files.json {
        let lines: Vec<_> = breaches
            .iter()
            .map(|it| {
                json!({
                    "law": it.law,
                    "role": it.role,
                    "verb": it.verb.word(),
                    "thing": it.kind.as_str(),
                    "purpose": it.purpose.map(Purpose::as_str),
                    "policy": it.rule,
                })
            })
            .collect();
        json(&json!({ "asked": asked, "breaches": lines }))?;
        return Ok(breaches.is_empty());
    }
    for it in &breaches {
        let purpose = it
            .purpose
            .map_or_else(String::new, |it| format!(" for {it}"));
        let (role, verb, kind) = (it.role, it.verb.word(), it.kind);
        data(format_args!(
            "{}: {role} may {verb} a {kind}{purpose}, by {}",
            it.law, it.rule
        ));
    }
    for law in Rules::laws() {
        let count = breaches.iter().filter(|it| it.law == law.id).count();
        if count == 0 {
            talk(format_args!("holds: {}", law.about));
        } else {
            talk(format_args!("BROKEN {count} times: {}", law.about));
        }
    }
    talk(format_args!(
        "{asked} questions asked, {} answers break a law",
        breaches.len()
    ));
    Ok(breaches.is_empty())
}

fn explain(args: &PolicyExplain) -> Held {
    let rules = rules(&args.files)?;
    let roles = Role::ALL
        .into_iter()
        .filter(|role| args.role.is_none_or(|only| only == *role));
    let mut all = serde_json::Map::new();
    for role in roles {
        let reach = rules.reach(role);
        if args.files.json {
            let lines: Vec<_> = reach.iter().map(reach_json).collect();
            all.insert(role.as_str().to_owned(), lines.into());
            continue;
        }
        data(role);
        if reach.is_empty() {
            data("  nothing");
        }
        for line in &reach {
            data(format_args!("  {}", reach_line(line)));
        }
    }
    if args.files.json {
        json(&all)?;
    } else {
        talk(
            "each at its best: signed in, with a fresh passkey where one is asked for, having no part in it",
        );
    }
    Ok(true)
}

fn reach_json(it: &Reach) -> Value {
    json!({
        "verb": it.verb.word(),
        "thing": it.kind.as_str(),
        "purpose": it.purpose.map(Purpose::as_str),
        "clear": classes(it.clear),
        "masked": classes(it.masked),
        "only_with_break_glass": it.emergency,
        "policy": it.rule,
    })
}

fn reach_line(it: &Reach) -> String {
    let mut line = format!("{} {}", it.verb.word(), it.kind);
    if let Some(purpose) = it.purpose {
        let _ = write!(line, " for {purpose}");
    }
    if !it.clear.is_empty() {
        let _ = write!(line, ", sees {}", it.clear);
    }
    if !it.masked.is_empty() {
        let _ = write!(line, ", masked {}", it.masked);
    }
    if it.emergency {
        line.push_str(", only through a break-glass");
    }
    let _ = write!(line, "  [{}]", it.rule);
    line
}

fn differences(args: &PolicyDiff) -> Held {
    let shape = shape(&args.place)?;
    let read = |path: &Path| -> Result<Rules, Failure> {
        let files = if path == Path::new(BUILT_IN) {
            Vec::new()
        } else {
            load(path)?
        };
        Ok(Rules::of(&shape, &files)?)
    };
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let changes = before.changes(&after);
    if args.json {
        let lines: Vec<_> = changes.iter().map(change_json).collect();
        json(&lines)?;
    } else if changes.is_empty() {
        talk("nobody gains, nobody loses");
    } else {
        for change in &changes {
            data(change_line(change));
        }
    }
    Ok(true)
}

/// Whether somebody can now what they could not, or sees more.
const fn gains(it: &Change) -> bool {
    it.gained_in > 0 || !it.sees_more.is_empty()
}

fn change_json(it: &Change) -> Value {
    json!({
        "role": it.role,
        "verb": it.verb.word(),
        "thing": it.kind.as_str(),
        "purpose": it.purpose.map(Purpose::as_str),
        "gains_in": it.gained_in,
        "loses_in": it.lost_in,
        "sees_more": classes(it.sees_more),
        "sees_less": classes(it.sees_less),
        "policies": it.rules,
    })
}

fn change_line(it: &Change) -> String {
    let loses = it.lost_in > 0 || !it.sees_less.is_empty();
    let sign = match (gains(it), loses) {
        (true, false) => "+",
        (false, true) => "-",
        _ => "~",
    };
    let mut line = format!("{sign} {}: {} {}", it.role, it.verb.word(), it.kind);
    if let Some(purpose) = it.purpose {
        let _ = write!(line, " for {purpose}");
    }
    if !it.sees_more.is_empty() {
        let _ = write!(line, ", sees {} more", it.sees_more);
    }
    if !it.sees_less.is_empty() {
        let _ = write!(line, ", sees {} no more", it.sees_less);
    }
    let _ = write!(line, "  [{}]", it.rules.join(", "));
    line
}

fn classes(set: ClassSet) -> Vec<&'static str> {
    set.iter().map(Class::as_str).collect()
}
