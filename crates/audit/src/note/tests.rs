use base::SeededRng;
use proptest::prelude::*;

use super::*;
use crate::merkle::leaf_hash;

fn key(seed: u64) -> Ed25519Key {
    Ed25519Key::generate(&SeededRng::new(seed))
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: "strongroom.example/log/acme".into(),
        size: 42,
        root: leaf_hash(b"x"),
    }
}

#[test]
fn a_checkpoint_opens_with_its_key_and_no_other() {
    let (ours, other) = (key(1), key(2));
    let note = checkpoint().sign(&ours).expect("signs");
    let known = LogKey::new(&checkpoint().origin, ours.public()).expect("a key");
    assert_eq!(
        Checkpoint::open(&note, std::slice::from_ref(&known)),
        Ok(checkpoint())
    );
    let stranger = LogKey::new(&checkpoint().origin, other.public()).expect("a key");
    assert_eq!(
        Checkpoint::open(&note, &[stranger]),
        Err(NoteError::Unsigned)
    );
    assert_eq!(Checkpoint::open(&note, &[]), Err(NoteError::Unsigned));
    let larger = note.replace("\n42\n", "\n43\n");
    let refused = Checkpoint::open(&larger, std::slice::from_ref(&known));
    assert_eq!(refused, Err(NoteError::BadSignature(checkpoint().origin)));
}

#[test]
fn unknown_signatures_are_passed_over_and_known_ones_must_hold() {
    let (ours, witness) = (key(1), key(2));
    let note = checkpoint().sign(&ours).expect("signs");
    let known = LogKey::new(&checkpoint().origin, ours.public()).expect("a key");
    // A post-quantum witness: some thousand bytes that we cannot read.
    let line = format!("— witness.example {}\n", STANDARD.encode(vec![7; 3_000]));
    let cosigned = format!("{note}{}", line.repeat(20));
    assert_eq!(
        Checkpoint::open(&cosigned, std::slice::from_ref(&known)),
        Ok(checkpoint())
    );
    let witness_key = LogKey::new("witness.example", witness.public()).expect("a key");
    let good = sign(&checkpoint().text(), "witness.example", &witness).expect("signs");
    let good = good
        .rsplit_once("\n\n")
        .map(|(_, lines)| lines.to_owned())
        .expect("a note");
    let both = [known, witness_key];
    assert_eq!(
        Checkpoint::open(&format!("{note}{good}"), &both),
        Ok(checkpoint())
    );
    let (front, back) = good.split_at(good.len() - 12);
    let bad = format!("{front}{}", if back.starts_with('A') { "B" } else { "A" }) + &back[1..];
    assert!(Checkpoint::open(&format!("{note}{bad}"), &both).is_err());
    // Signed by a known key, but not for the log that the text names.
    let theirs = sign(&checkpoint().text(), "witness.example", &witness).expect("signs");
    assert!(matches!(
        Checkpoint::open(&theirs, &both[1..]),
        Err(NoteError::Origin { .. })
    ));
}

#[test]
fn a_verifier_key_reads_back_and_nothing_near_it_does() {
    let vkey = LogKey::new("strongroom.example/log/acme", key(1).public()).expect("a key");
    let text = vkey.to_string();
    assert_eq!(text.parse(), Ok(vkey));
    for at in 0..text.len() {
        for bad in [text[..at].to_owned(), text[at + 1..].to_owned()] {
            assert!(bad.parse::<LogKey>().is_err(), "{bad}");
        }
        let mut bytes = text.clone().into_bytes();
        bytes[at] += 1;
        let bad = String::from_utf8(bytes).expect("ASCII");
        assert!(bad.parse::<LogKey>().is_err(), "{bad}");
    }
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
        assert!(LogKey::new(name, [1; 32]).is_err(), "{name:?}");
    }
}

#[test]
fn a_key_file_reads_back() {
    let keys = [1, 2].map(|seed| LogKey::new("log.example", key(seed).public()).expect("a key"));
    assert_eq!(keys_in(&keys_text(&keys)), Ok(keys.to_vec()));
    let commented = format!("# ours\n\n{}", keys_text(&keys[..1]));
    assert_eq!(keys_in(&commented), Ok(keys[..1].to_vec()));
    assert!(keys_in("# nothing\n").is_err() && keys_in("log.example+0+x\n").is_err());
}

#[test]
fn malformed_notes_and_checkpoints_are_refused() {
    let note = checkpoint().sign(&key(1)).expect("signs");
    for bad in [
        String::new(),
        checkpoint().text(),
        format!("{}\n", checkpoint().text()),
        note.trim_end().to_owned(),
        format!("\u{1}{note}"),
        format!("{note}unexpected\n"),
        format!("{note}\n"),
        note.replace("— ", "- "),
        note.replace('\n', "\r\n"),
    ] {
        assert!(Note::parse(&bad).is_err(), "{bad:?}");
    }
    let root = STANDARD.encode(leaf_hash(b"x"));
    assert!(Checkpoint::parse(&format!("o\n0\n{root}\n")).is_ok());
    assert!(Checkpoint::parse(&format!("o\n7\n{root}\nextension\n")).is_ok());
    for bad in [
        format!("\n7\n{root}\n"),
        format!("o\n07\n{root}\n"),
        format!("o\n-7\n{root}\n"),
        format!("o\n+7\n{root}\n"),
        format!("o\n\n{root}\n"),
        format!("o\n99999999999999999999\n{root}\n"),
        format!("o\n7\n{root}"),
        format!("o\n7\n{root}\n\n"),
        format!("o\n7\n{}\n", root.trim_end_matches('=')),
        "o\n7\nYmFuYW5hcw==\n".to_owned(),
        "o\n7\n".to_owned(),
    ] {
        assert!(Checkpoint::parse(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_proof_reads_back_and_an_altered_one_does_not_hold() {
    let (one, two) = (b"one".as_slice(), b"two".as_slice());
    let signer = key(1);
    let checkpoint = Checkpoint {
        origin: "log.example".into(),
        size: 2,
        root: crate::merkle::node_hash(&leaf_hash(one), &leaf_hash(two)),
    };
    let proof = LogProof {
        extra: Some(two.to_vec()),
        index: 1,
        hashes: vec![leaf_hash(one)],
        checkpoint: checkpoint.sign(&signer).expect("signs"),
    };
    let keys = [LogKey::new("log.example", signer.public()).expect("a key")];
    let text = proof.to_string();
    assert_eq!(text.parse(), Ok(proof.clone()));
    assert_eq!(proof.verify(two, &keys), Ok(checkpoint));
    assert_eq!(proof.verify(one, &keys), Err(NoteError::Proof));
    let moved = LogProof {
        index: 0,
        ..proof.clone()
    };
    assert_eq!(moved.verify(two, &keys), Err(NoteError::Proof));
    for bad in [
        text.replace("@v1", "@v2"),
        text.replace("index 1", "index 01"),
        text.replace("index 1", "index -1"),
        text.replace("index 1\n", ""),
        text.replace("\n\n", "\n"),
        text.replace("extra dHdv", "extra dHdv="),
    ] {
        assert!(bad.parse::<LogProof>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_without_harm(text in "\\PC{0,200}(\n\n— [a-z]{1,5} [A-Za-z0-9+/=]{0,20}\n)?") {
        let _ = Note::parse(&text);
        let _ = Checkpoint::parse(&text);
        let _ = text.parse::<LogKey>();
        let _ = text.parse::<LogProof>();
    }
}
