//! Third-party data beside the project, where there are any: everything is let in, and comes out as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use base::{Class, Fault};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::document::{Sight, intake, merge};
use crate::register::Register;

pub(super) static REGISTER: LazyLock<Register> =
    LazyLock::new(|| Register::shipped().unwrap_or_else(|bad| panic!("{bad}")));

fn files(folder: &Path, each: &mut dyn FnMut(&Path, &str)) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, each);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            each(&path, &text);
        }
    }
}

/// Each resource of every `step`th file, with those inside bundles on their own as well.
fn resources(step: usize, each: &mut dyn FnMut(&Path, &str)) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    for folder in ["fhir-r4-examples", "fhir-bulk-ndjson", "fhir-synthea-r4"] {
        let folder = data.join(folder);
        if !folder.is_dir() {
            println!(
                "skipped: ../shared/data/{} is not there",
                folder.file_name().unwrap().to_string_lossy()
            );
            continue;
        }
        let mut number = 0;
        // The folder of large bundles is the one to sample; the others hold something new in each file.
        let step = if folder.ends_with("fhir-synthea-r4") {
            step
        } else {
            1
        };
        files(&folder, &mut |path, text| {
            number += 1;
            if number % step != 0 {
                return;
            }
            for document in serde_json::Deserializer::from_str(text).into_iter::<Box<RawValue>>() {
                let Ok(document) = document else { return };
                let value: BTreeMap<String, Box<RawValue>> =
                    serde_json::from_str(document.get()).unwrap_or_default();
                if !value.contains_key("resourceType") {
                    continue;
                }
                if document.get().len() <= base::limits::RECORD_BYTES_MAX {
                    each(path, document.get());
                }
                let entries = value.get("entry").and_then(|entry| {
                    serde_json::from_str::<Vec<BTreeMap<String, Box<RawValue>>>>(entry.get()).ok()
                });
                for entry in entries.into_iter().flatten() {
                    if let Some(resource) = entry.get("resource") {
                        each(path, resource.get());
                    }
                }
            }
        });
    }
}

fn kind_of(text: &str) -> String {
    let value: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    serde_json::from_str(value["resourceType"].get()).unwrap()
}

#[test]
fn real_resources_are_let_in_and_come_out_equal() {
    take_all(12);
}

/// All of it takes a minute in an unoptimised build.
#[test]
#[ignore = "slow: run with --run-ignored"]
fn every_real_resource_is_let_in_and_comes_out_equal() {
    take_all(1);
}

fn take_all(step: usize) {
    let mut count = 0;
    let mut refused = Vec::new();
    let mut kinds = BTreeMap::new();
    resources(step, &mut |path, text| {
        count += 1;
        let kind = kind_of(text);
        let Some(collection) = REGISTER.collection(&kind) else {
            refused.push(format!("{}: no collection {kind}", path.display()));
            return;
        };
        match intake(collection, text.as_bytes()) {
            Err(error) => refused.push(format!(
                "{}: {kind}: {} {:?}",
                path.display(),
                error.public(),
                error.pointer()
            )),
            Ok(intake) => {
                let parts: Vec<(Class, &[u8], Sight)> = intake
                    .parts()
                    .map(|(class, payload)| (class, payload, Sight::Clear))
                    .collect();
                let merged = merge(collection, &parts, None).unwrap();
                let before: Value = serde_json::from_str(text).unwrap();
                let after: Value = serde_json::from_slice(&merged).unwrap_or_else(|error| {
                    panic!("{error}: {}", String::from_utf8_lossy(&merged))
                });
                assert!(before == after, "{}: {kind} changed", path.display());
                let entry: &mut (usize, usize) = kinds.entry(kind).or_default();
                entry.0 += 1;
                entry.1 += intake.found().count();
            }
        }
    });
    println!(
        "{count} resources of {} types, {} refused",
        kinds.len(),
        refused.len()
    );
    for (kind, (count, found)) in kinds.iter().filter(|(_, (count, _))| *count > 100) {
        println!(
            "  {kind}: {count}, {:.1} index values each",
            *found as f64 / *count as f64
        );
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
