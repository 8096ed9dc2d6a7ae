//! The payload format, held still by committed vectors: `docs/formats/vectors/record-parts.json`.

use base::Class;
use serde_json::Value;

use super::{seen, take};
use crate::document::{Sight, merge};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn parts_are_written_and_read_as_the_vectors_say() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/formats/vectors/record-parts.json"
    );
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 4);
    for vector in vectors {
        let document = vector["document"].as_str().unwrap();
        let intake = take(document).unwrap();
        let written: serde_json::Map<String, Value> = intake
            .parts()
            .map(|(class, payload)| (class.to_string(), hex(payload).into()))
            .collect();
        assert_eq!(Value::Object(written), vector["parts"], "{document}");
        let parts: Vec<(Class, Vec<u8>)> = vector["parts"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(class, payload)| (class.parse().unwrap(), bytes(payload.as_str().unwrap())))
            .collect();
        let parts: Vec<(Class, &[u8], Sight)> = parts
            .iter()
            .map(|(class, payload)| (*class, payload.as_slice(), Sight::Clear))
            .collect();
        let merged = String::from_utf8(merge(super::visit(), &parts, None).unwrap()).unwrap();
        assert_eq!(merged, vector["merged"].as_str().unwrap());
        assert_eq!(merged, seen(&intake, &Class::ALL, &[]));
    }
}

#[test]
fn parts_of_another_format_are_refused() {
    for payload in [
        &[][..],
        &[0],
        &[2, 1],
        &[1, 9],
        &[1, 1],
        &[1, 1, 0, 4, b'a'],
        &[1, 1, 0, 1, 0xff, 0],
        &[1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255],
    ] {
        let error = merge(
            super::visit(),
            &[(Class::Health, payload, Sight::Clear)],
            None,
        )
        .unwrap_err();
        assert_eq!(base::Fault::code(&error), "record.damaged", "{payload:?}");
    }
    // A lifted member that points past the end of its field.
    let host: &[u8] = &[
        1, 1, 0, 7, b'c', b'o', b'n', b't', b'a', b'c', b't', 4, b'[', b'{', b'}', b']',
    ];
    let lifted: &[u8] = &[
        1, 2, 0, 99, 0, 15, b'/', b'c', b'o', b'n', b't', b'a', b'c', b't', b'/', b'0', b'/', b'n',
        b'a', b'm', b'e', 1, b'1',
    ];
    assert!(
        merge(
            super::visit(),
            &[
                (Class::Health, host, Sight::Clear),
                (Class::Personal, lifted, Sight::Clear)
            ],
            None
        )
        .is_err()
    );
}
