//! `strongroom register`.

use std::path::{Path, PathBuf};

use vault::register::{Effect, Register};

use super::{Held, data, json, place, talk};
use crate::cli::{Place, Register as Args};
use crate::{Failure, installation};

pub(super) fn run(args: Args) -> Held {
    match args {
        Args::Check { files, place } => check(&files, &place),
        Args::Show {
            collection,
            place,
            json,
        } => show(collection.as_ref(), &place, json),
        Args::Diff { before, after } => differences(&before, &after),
    }
}

/// The register of an installation; the shipped one, if none is named.
fn standing(place: &Place) -> Result<Register, Failure> {
    Ok(if place.config.is_none() && place.data.is_none() {
        Register::shipped()?
    } else {
        installation::register(&place::read(place)?)?
    })
}

fn check(files: &[PathBuf], place: &Place) -> Held {
    let register = if files.is_empty() {
        standing(place)?
    } else {
        Register::load(files)?
    };
    let fields: usize = register
        .collections()
        .iter()
        .map(|it| it.fields.len())
        .sum();
    talk(format_args!(
        "right: {} collections, {fields} fields",
        register.collections().len()
    ));
    Ok(true)
}

fn show(collection: Option<&base::Name>, place: &Place, as_json: bool) -> Held {
    let register = standing(place)?;
    match collection {
        None if as_json => json(&register.to_json())?,
        None => data(register.table()),
        Some(name) => {
            let collection = register.collection(name.as_str()).ok_or_else(|| {
                Failure::text(format!(
                    "there is no collection {name}; `strongroom register show` lists them"
                ))
            })?;
            if as_json {
                json(&collection.to_json())?;
            } else {
                data(collection.table());
            }
        }
    }
    Ok(true)
}

fn differences(before: &Path, after: &Path) -> Held {
    let changes = Register::load([before])?.diff(&Register::load([after])?);
    if changes.is_empty() {
        talk("no difference in what is kept or how it is protected");
    }
    let mut breaks = false;
    for change in &changes {
        breaks |= change.effect == Effect::Breaks;
        data(change);
    }
    Ok(!breaks)
}
