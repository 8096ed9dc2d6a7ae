//! Everything in the shared data goes in and comes back saying the same.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::house::{House, json as body, plainly, prepare_only};
use crate::fhir::import::Tally;
use crate::fhir::{Numbers, difference};

/// The shared data's folder `name`, or a line that says it is absent.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data")
        .join(name);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|file| file.unwrap())
        .filter(|file| file.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.sort();
    files
}

fn key(resource: &Value) -> Option<(String, String)> {
    let part = |key: &str| resource[key].as_str().map(str::to_owned);
    Some((part("resourceType")?, part("id")?))
}

/// `urn:uuid:` references as the import exchanges them.
fn exchanged(resource: &mut Value, names: &HashMap<String, String>) {
    match resource {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == "reference" => {
                        if let Some(name) = names.get(text) {
                            *text = name.clone();
                        }
                    }
                    value => exchanged(value, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| exchanged(item, names)),
        _ => (),
    }
}

fn references(resource: &Value, found: &mut HashSet<String>) {
    match resource {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == "reference" => {
                        found.insert(text.clone());
                    }
                    value => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}

async fn comes_back(house: &House, expected: &HashMap<(String, String), Value>) {
    let app = house.app().await;
    let rest = house.rest(&app);
    let wishes = plainly();
    let reading: Vec<_> = expected
        .iter()
        .map(|((kind, id), resource)| {
            let reading = rest.read(kind, id, None, &wishes);
            async move { (kind, id, resource, reading.await) }
        })
        .collect();
    let mut read = stream::iter(reading).buffer_unordered(64);
    while let Some((kind, id, resource, answer)) = read.next().await {
        let answer = answer.unwrap_or_else(|error| panic!("{kind}/{id}: {error}"));
        let different = difference(resource, &body(&answer), Numbers::AsWritten);
        assert_eq!(different, None, "{kind}/{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn patients_in_transactions() {
    let Some(folder) = shared("fhir-synthea-r4") else {
        return;
    };
    // All 120 take their time in a build without optimisation; `STRONGROOM_TEST_ALL` takes them all.
    let most = if std::env::var_os("STRONGROOM_TEST_ALL").is_some() {
        usize::MAX
    } else {
        10
    };
    let files: Vec<PathBuf> = files(&folder).into_iter().take(most).collect();
    let mut expected = HashMap::new();
    for file in &files {
        let bundle: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let entries = bundle["entry"].as_array().unwrap();
        let names: HashMap<String, String> = entries
            .iter()
            .map(|entry| {
                let (kind, id) = key(&entry["resource"]).unwrap();
                (
                    entry["fullUrl"].as_str().unwrap().to_owned(),
                    format!("{kind}/{id}"),
                )
            })
            .collect();
        for entry in entries {
            let mut resource = entry["resource"].clone();
            exchanged(&mut resource, &names);
            expected.insert(key(&resource).unwrap(), resource);
        }
    }
    let house = House::new().await;
    let start = Instant::now();
    let (tally, notes) = house.import(&files).await;
    eprintln!("{tally:?} in {:?}", start.elapsed());
    assert_eq!(tally.refused, 0, "{:?}", notes.first());
    assert_eq!(tally.created, expected.len() as u64);
    comes_back(&house, &expected).await;

    let mut named = HashSet::new();
    expected
        .values()
        .for_each(|resource| references(resource, &mut named));
    for name in named.iter().filter(|name| !name.starts_with('#')) {
        let (kind, id) = name.split_once('/').unwrap();
        assert!(
            expected.contains_key(&(kind.to_owned(), id.to_owned())),
            "{name}"
        );
    }
    let start = Instant::now();
    let (again, _) = house.import(&files).await;
    eprintln!("{again:?} in {:?}", start.elapsed());
    assert_eq!((again.created, again.updated), (0, 0));
    assert_eq!(again.unchanged, tally.created);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn official_examples() {
    let Some(folder) = shared("fhir-r4-examples") else {
        return;
    };
    let mut expected = HashMap::new();
    for file in files(&folder) {
        let resource: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        expected.insert(key(&resource).unwrap(), resource);
    }
    let house = House::new().await;
    let (tally, notes) = house.import(std::slice::from_ref(&folder)).await;
    for note in notes
        .iter()
        .filter(|note| note.weight == crate::fhir::import::Weight::Refused)
    {
        eprintln!("{note}");
    }
    assert_eq!(tally.refused, 0);
    comes_back(&house, &expected).await;
    let (again, _) = house.import(std::slice::from_ref(&folder)).await;
    assert_eq!((again.created, again.updated), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_export() {
    let Some(folder) = shared("fhir-bulk-ndjson") else {
        return;
    };
    let mut expected = HashMap::new();
    for file in files(&folder) {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let resource: Value = serde_json::from_str(line).unwrap();
            if let Some(key) = key(&resource) {
                expected.insert(key, resource);
            }
        }
    }
    let house = House::new().await;
    let (tally, notes) = house.import(std::slice::from_ref(&folder)).await;
    eprintln!("{tally:?}");
    assert_eq!(tally.refused, 4);
    assert!(
        notes
            .iter()
            .all(|note| note.origin.source.ends_with("log.ndjson")),
        "{notes:?}"
    );
    assert_eq!(tally.created, expected.len() as u64);
    comes_back(&house, &expected).await;
    let (again, _) = house.import(std::slice::from_ref(&folder)).await;
    assert_eq!((again.created, again.updated), (0, 0));
}

/// CPU seconds of this process, where the system tells.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or("");
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<f64>().ok())
        .sum();
    ticks / 100.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures; run it in a release build, with --nocapture"]
async fn how_fast() {
    let Some(folder) = shared("fhir-synthea-r4") else {
        return;
    };
    let paths = std::slice::from_ref(&folder);
    let measured = |what: &str, tally: &Tally, wall: Instant, cpu: f64| {
        let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let count = (tally.resources() - tally.repeated) as f64;
        eprintln!(
            "{what}: {count} resources in {wall:.1} s = {:.0}/s; {cpu:.1} s of CPU = {:.0} us each",
            count / wall,
            cpu / count * 1e6
        );
    };
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let tally = prepare_only(paths).await;
    measured("prepared", &tally, wall, cpu);
    let house = House::new().await;
    for what in ["imported", "imported again"] {
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        let (tally, _) = house.import(paths).await;
        measured(what, &tally, wall, cpu);
    }
}
