//! Files that others made: what their verifiers accept and refuse, ours must too.

use std::fs;

use audit::merkle::{Hash, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use audit::note::{Checkpoint, LogKey, Note};
use audit::verify::{Known, ProblemKind, verify_folder};

use crate::support::{shared, tenant};

/// The quoted text behind `before` in a source file.
fn quoted<'a>(source: &'a str, before: &str) -> &'a str {
    let (_, rest) = source
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} is missing"));
    let (_, rest) = rest.split_once('"').expect("a quote");
    rest.split_once('"').expect("a second quote").0
}

#[test]
fn a_log_that_tessera_wrote_verifies() {
    let Some(folder) = shared("tlog-vectors/tessera-testdata") else {
        return;
    };
    let script = fs::read_to_string(folder.join("build_log.sh")).expect("the script");
    let key: LogKey = quoted(&script, "LOG_PUBLIC_KEY=").parse().expect("a key");
    let mut known = Known {
        keys: vec![key],
        anchors: Vec::new(),
    };
    for size in 0..=15 {
        let note = fs::read_to_string(folder.join(format!("log/checkpoint.{size}")))
            .expect("a checkpoint");
        let checkpoint = Checkpoint::open(&note, &known.keys).expect("signed");
        assert_eq!(checkpoint.size, size);
        let at = base::Instant::from_micros(0);
        known
            .anchors
            .push(audit::anchor::Anchor::from_checkpoint(&tenant("t"), &note, at).expect("a note"));
    }
    let report = verify_folder(&folder.join("log"), &known).expect("reads");
    // Its entries are words, not ours; everything else must hold.
    assert!(
        report
            .problems
            .iter()
            .all(|problem| problem.kind == ProblemKind::BadTime),
        "{report:#?}"
    );
    assert_eq!(
        (report.size, report.entries_opened, report.anchors_compared),
        (15, 15, 16)
    );
}

#[test]
fn notes_that_go_signed_verify_and_mangled_ones_do_not() {
    let Some(file) = shared("tlog-vectors/go-sumdb-tests/note_note_test.go") else {
        return;
    };
    let source = fs::read_to_string(file).expect("the file");
    let open = source.split_once("func TestOpen").expect("the test").1;
    let peter: LogKey = quoted(open, "peterKey := ").parse().expect("a key");
    let enoch: LogKey = quoted(open, "enochKey := ").parse().expect("a key");
    let text = open
        .split_once("text := `")
        .and_then(|(_, rest)| rest.split_once('`'))
        .expect("a text")
        .0;
    let line = |name| quoted(open, name).replace("\\n", "\n");
    let (by_peter, by_enoch) = (line("peterSig := "), line("enochSig := "));
    let opens =
        |note: &str, keys: &[LogKey]| Note::parse(note).and_then(|note| note.verify(keys)).is_ok();
    let both = [peter.clone(), enoch];
    let note = format!("{text}\n{by_peter}{by_enoch}");
    assert!(opens(&note, &both) && opens(&note, &both[..1]) && !opens(&note, &[]));
    assert!(!opens(&format!("{text}\n{}", by_peter.repeat(101)), &both));
    for bad in [
        text.to_owned(),
        format!("{text}\n"),
        format!("{text}\n{}", by_peter.trim_end()),
        format!("\u{1}{text}\n{by_peter}"),
        format!(
            "{text}\n— Bad Name {}",
            by_peter.rsplit(' ').next().expect("a word")
        ),
        format!("{text}\n{by_peter}Unexpected line.\n"),
        format!("{text}\n{}ABCD{}", &by_peter[..60], &by_peter[60..]),
        format!(
            "{}\n{by_peter}",
            text.replace("cryptography", "Cryptography")
        ),
    ] {
        assert!(!opens(&bad, &both), "{bad}");
    }
    // The keys that Go's test mangles, it mangles in every place.
    let vkey = peter.to_string();
    assert_eq!(vkey, quoted(&source, "vkey := "));
    for start in 0..vkey.len() {
        for end in start..=vkey.len() {
            let whole = (start, end) == (0, vkey.len());
            assert_eq!(vkey[start..end].parse::<LogKey>().is_ok(), whole);
        }
    }
    for (at, _) in source.match_indices("badKey(\"") {
        assert!(quoted(&source[at..], "badKey(").parse::<LogKey>().is_err());
    }
    // And it signs as Go does: Ed25519 is deterministic.
    let skey = quoted(&source, "skey := ");
    let seed = skey.splitn(5, '+').last().expect("a key");
    let seed =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, seed).expect("base64");
    let key = crypt::sign::Ed25519Key::from_seed(seed[1..].try_into().expect("32 bytes"));
    let signed = audit::note::sign(text, "PeterNeumann", &key).expect("signs");
    assert_eq!(signed, format!("{text}\n{by_peter}"));
}

fn hashes(source: &str, call: &str) -> Vec<Hash> {
    source
        .match_indices(call)
        .filter_map(|(at, _)| {
            hex::decode(quoted(&source[at..], call))
                .ok()?
                .try_into()
                .ok()
        })
        .collect()
}

#[test]
fn the_known_tree_of_the_transparency_projects_comes_out() {
    let Some(file) = shared("tlog-vectors/merkle/testonly/constants.go") else {
        return;
    };
    let source = fs::read_to_string(file).expect("the file");
    let section = |name: &str| {
        let rest = source.split_once(name).expect("a section").1;
        rest.split_once("\n}").expect("its end").0
    };
    let inputs: Vec<Vec<u8>> = section("func LeafInputs")
        .match_indices("hd(")
        .map(|(at, _)| hex::decode(quoted(&section("func LeafInputs")[at..], "hd(")).expect("hex"))
        .collect();
    let nodes = hashes(section("func NodeHashes"), "hd(");
    let roots = hashes(section("func RootHashes"), "hd(");
    assert_eq!((inputs.len(), nodes.len(), roots.len()), (8, 15, 8));
    let mut frontier = audit::merkle::Frontier::new();
    for (at, input) in inputs.iter().enumerate() {
        let leaf = leaf_hash(input);
        assert_eq!(leaf, nodes[at]);
        frontier.push(leaf, |_, _| {});
        assert_eq!(frontier.root(), roots[at]);
    }
    assert_eq!(node_hash(&nodes[0], &nodes[1]), nodes[8]);
}

#[test]
fn the_known_proofs_of_the_transparency_projects_hold() {
    let Some(file) = shared("tlog-vectors/merkle/verify_test.go") else {
        return;
    };
    let source = fs::read_to_string(file).expect("the file");
    let section = |begin: &str, end: &str| {
        let rest = source.split_once(begin).expect("a section").1;
        rest.split_once(end).expect("its end").0.to_owned()
    };
    let roots = hashes(&section("roots = [][]byte{", "leaves = "), "dh(");
    let leaves: Vec<Hash> = section("leaves = [][]byte{", "\n)")
        .lines()
        .filter(|line| line.contains("dh("))
        .map(|line| leaf_hash(&hex::decode(quoted(line, "dh(")).expect("hex")))
        .collect();
    assert_eq!((roots.len(), leaves.len()), (8, 8));
    let vectors = |text: &str| -> Vec<(u64, u64, Vec<Hash>)> {
        text.split("\n\t\t{")
            .skip(1)
            .map(|vector| {
                let mut numbers = vector
                    .split(", ")
                    .take(2)
                    .map(|number| number.trim().parse().expect("a number"));
                let (a, b) = (numbers.next().expect("one"), numbers.next().expect("two"));
                (a, b, hashes(vector, "dh("))
            })
            .collect()
    };
    let mut checked = 0;
    for (leaf, size, proof) in vectors(&section(
        "inclusionProofs = []inclusionProofTestVector{",
        "consistencyProofs =",
    )) {
        if leaf == 0 {
            continue;
        }
        let (hash, root) = (&leaves[leaf as usize - 1], &roots[size as usize - 1]);
        assert!(
            verify_inclusion(hash, leaf - 1, size, &proof, root),
            "{leaf} in {size}"
        );
        assert!(!verify_inclusion(hash, leaf, size, &proof, root));
        checked += 1;
    }
    for (old, new, proof) in vectors(&section(
        "consistencyProofs = []consistencyTestVector{",
        "roots = ",
    )) {
        let (before, after) = (&roots[old as usize - 1], &roots[new as usize - 1]);
        assert!(
            verify_consistency(old, new, before, after, &proof),
            "{old} to {new}"
        );
        assert!(old == new || !verify_consistency(old, new, after, before, &proof));
        checked += 1;
    }
    assert_eq!(checked, 5 + 5);
}
