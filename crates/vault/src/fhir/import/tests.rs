//! What an import takes, from the outside: files in, batches out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::*;

/// Keeps texts in memory, as the vault does for good.
#[derive(Default)]
struct Shelves {
    kept: Mutex<HashMap<(String, String), String>>,
    shelves: Mutex<HashMap<(String, String), Shelf>>,
    batches: Mutex<Vec<usize>>,
}

impl Sink for Shelves {
    async fn put_all(&self, batch: &[Prepared]) -> Result<Vec<Outcome>, SinkError> {
        self.batches.lock().unwrap().push(batch.len());
        let mut kept = self.kept.lock().unwrap();
        let put = |prepared: &Prepared| {
            let key = (prepared.kind.clone(), prepared.id.to_string());
            if prepared.text.contains("\"refuse\"") {
                return Outcome::Refused {
                    reason: "no".into(),
                    pointer: Some("/refuse".into()),
                };
            }
            let shelf = prepared.shelf.clone();
            self.shelves.lock().unwrap().insert(key.clone(), shelf);
            match kept.insert(key, prepared.text.clone()) {
                None => Outcome::Created,
                Some(old) if old == prepared.text => Outcome::Unchanged,
                Some(_) => Outcome::Updated,
            }
        };
        Ok(batch.iter().map(put).collect())
    }
}

#[derive(Default)]
struct Notes(Vec<Note>);

impl Watch for Notes {
    fn progress(&mut self, tally: &Tally) {
        assert!(tally.bytes_total.is_none_or(|total| tally.bytes <= total));
    }

    fn note(&mut self, note: &Note) {
        self.0.push(note.clone());
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap()
        .block_on(future)
}

fn import(paths: &[PathBuf], shelves: &Shelves) -> (Tally, Vec<Note>) {
    let mut notes = Notes::default();
    let sources = Sources::find(paths).unwrap();
    let tally = block_on(run(sources, shelves, &mut notes)).unwrap();
    (tally, notes.0)
}

fn import_text(text: &str, shelves: &Shelves) -> (Tally, Vec<Note>) {
    let mut notes = Notes::default();
    let sources = Sources::stream("stdin", Box::new(std::io::Cursor::new(text.to_owned())));
    let tally = block_on(run(sources, shelves, &mut notes)).unwrap();
    (tally, notes.0)
}

fn told(notes: &[Note]) -> Vec<String> {
    notes.iter().map(ToString::to_string).collect()
}

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

#[test]
fn lines_documents_and_bundles_are_told_apart() {
    let shelves = Shelves::default();
    let (tally, notes) = import_text(
        "\u{feff}{\"resourceType\":\"Patient\",\"id\":\"1\"}\n\n{\"id\":\"x\"}\n{\"resourceType\":\"Basic\",\"id\":\"b\"\n{\"resourceType\":\"Patient\",\"id\":\"2\"}",
        &shelves,
    );
    assert_eq!((tally.created, tally.refused, tally.files), (2, 2, 1));
    assert_eq!(
        told(&notes),
        [
            "stdin:3: not a FHIR resource: an object with a resourceType was expected",
            "stdin:4: not well-formed JSON: ',' or '}' was expected",
        ]
    );
    let pretty = "{\n \"resourceType\": \"Basic\",\n \"x\": 1.50,\n \"id\": \"p\"\n}\n";
    assert_eq!(import_text(pretty, &shelves).0.created, 1);
    let kept = shelves.kept.lock().unwrap();
    assert_eq!(kept[&("Basic".into(), "p".into())], pretty.trim_end());
}

#[test]
fn a_bad_resource_in_a_bundle_is_named_by_its_line() {
    let shelves = Shelves::default();
    let text = "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[\n{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\"},\"request\":{\"method\":\"PUT\",\"url\":\"Patient/1\"}},\n{\"resource\":{\"id\":\"2\"},\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}},\n{\"request\":{\"method\":\"DELETE\",\"url\":\"Patient/9\"}},\n{\"resource\":{\"resourceType\":\"Basic\",\"id\":\"a_b\"},\"request\":{\"method\":\"POST\",\"url\":\"Basic\"}},\n{\"resource\":{\"resourceType\":\"Basic\",\n\"id\":\"r\",\n\"refuse\":true},\"request\":{\"method\":\"POST\",\"url\":\"Basic\"}},\n{\"resource\":{\"resourceType\":\"Parameters\"},\"request\":{\"method\":\"POST\",\"url\":\"ValueSet/$lookup\"}}\n]}";
    let (tally, notes) = import_text(text, &shelves);
    assert_eq!((tally.created, tally.refused, tally.passed), (1, 3, 2));
    assert_eq!(
        told(&notes),
        [
            "stdin:3: not a FHIR resource: an object with a resourceType was expected",
            "stdin:4: a request without a resource; an import only adds",
            "stdin:5: id must be 1 to 64 of A-Z, a-z, 0-9, '-', '.' (at /id)",
            "stdin:9: Parameters are part of a request or an answer and are never stored",
            "stdin:8: no (at /refuse)",
        ]
    );
}

#[test]
fn a_package_gives_way_and_is_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let package = r#"{"resourceType":"Bundle","id":"a","type":"collection","entry":[
        {"fullUrl":"urn:uuid:e1","resource":{"resourceType":"Patient","id":"p","active":false}},
        {"resource":{"resourceType":"Basic","id":"b","subject":{"reference":"urn:uuid:e1"}}}]}"#;
    let alone = r#"{"resourceType":"Patient","id":"p","active":true}"#;
    std::fs::write(folder.path().join("a.json"), package).unwrap();
    std::fs::write(folder.path().join("b.json"), alone).unwrap();
    std::fs::write(folder.path().join("c.ndjson"), format!("{alone}\n{alone}")).unwrap();
    std::fs::write(folder.path().join("read.me"), "no").unwrap();
    let shelves = Shelves::default();
    let paths = [folder.path().to_owned()];
    let (tally, notes) = import(&paths, &shelves);
    assert_eq!((tally.created, tally.repeated, tally.passed), (3, 2, 1));
    assert_eq!(Some(tally.bytes), tally.bytes_total);
    assert_eq!(tally.files, 3);
    assert_eq!(notes[0].origin.line, 2);
    {
        let kept = shelves.kept.lock().unwrap();
        let key = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
        assert_eq!(kept[&key("Patient", "p")], alone);
        assert_eq!(kept[&key("Bundle", "a")], package);
        assert!(kept[&key("Basic", "b")].contains("\"Patient/p\""));
        let patient = Shelf::Person(crate::fhir::External::patient("p"));
        let shelves = shelves.shelves.lock().unwrap();
        assert!(shelves.values().all(|shelf| *shelf == patient));
    }
    let (again, _) = import(&paths, &shelves);
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 3));
}

#[test]
fn a_resource_without_an_id_has_the_same_one_every_time() {
    let shelves = Shelves::default();
    let text = r#"{"resourceType":"Basic","x":1}"#;
    assert_eq!(import_text(text, &shelves).0.created, 1);
    assert_eq!(import_text(text, &shelves).0.unchanged, 1);
    let (_, text) = shelves.kept.lock().unwrap().drain().next().unwrap();
    assert!(
        text.starts_with(r#"{"resourceType":"Basic","id":"c-"#),
        "{text}"
    );
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.json"), b"{\n\"a\":\"\xff\"}").unwrap();
    std::fs::write(folder.path().join("b.json"), "").unwrap();
    std::fs::write(folder.path().join("c.json"), "[\n1]").unwrap();
    std::fs::write(
        folder.path().join("d.json"),
        r#"{"resourceType":"Basic","id":"d"}"#,
    )
    .unwrap();
    let (tally, notes) = import(&[folder.path().to_owned()], &Shelves::default());
    assert_eq!((tally.created, tally.refused, tally.files), (1, 2, 4));
    assert_eq!(notes[0].origin.line, 2);
    assert!(Sources::find(&[folder.path().join("none")]).is_err());
}

#[test]
fn shared_data_are_taken_twice_the_same() {
    // The round trip through the vault (`rest/tests`) takes all of it; this tries what reading alone can get wrong.
    for (name, refused) in [
        ("fhir-synthea-r4", 0),
        ("fhir-r4-examples/Bundle", 0),
        ("fhir-bulk-ndjson/10-patients", 4),
    ] {
        let Some(path) = shared(name) else { continue };
        let mut paths: Vec<PathBuf> = std::fs::read_dir(path)
            .unwrap()
            .map(|file| file.unwrap().path())
            .filter(|path| path.metadata().unwrap().len() < 1 << 20)
            .collect();
        paths.sort();
        paths.truncate(50);
        let shelves = Shelves::default();
        let (tally, notes) = import(&paths, &shelves);
        assert_eq!(tally.refused, refused, "{name}: {:?}", told(&notes));
        assert_eq!(Some(tally.bytes), tally.bytes_total);
        let (again, _) = import(&paths, &shelves);
        assert_eq!((again.created, again.updated), (0, 0), "{name}");
        assert_eq!(again.unchanged, tally.created, "{name}");
        let dangling = |text: &String| text.contains("\"reference\":\"urn:uuid:");
        let kept = shelves.kept.lock().unwrap();
        if name == "fhir-synthea-r4" {
            assert_eq!(kept.values().filter(|text| dangling(text)).count(), 0);
        }
    }
}
