//! Sealing and opening a file of 256 MiB in memory, beside AES-256-GCM alone on the same bytes in the same pieces.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use crypt::{Context, SymmetricKey, SystemRng, file};
use serde_json::{Value, json};

use super::{Plan, Watch};
use crate::Outcome;
use crate::chance::Chance;

/// As the vault cuts files.
const PIECE_BYTES: u32 = 256 << 10;
const FILE_BYTES: u64 = 256 << 20;
const ROUNDS: u64 = 5;

/// Measure both directions.
///
/// # Errors
/// When something does not seal or open, which would be a bug.
pub fn run(plan: &Plan) -> Outcome<Vec<Value>> {
    let mut chance = Chance::new(1);
    let bytes = if plan.quick {
        FILE_BYTES / 8
    } else {
        FILE_BYTES
    };
    let plain: Vec<u8> = (0..bytes / 8)
        .flat_map(|_| chance.next().to_le_bytes())
        .collect();
    let pieces = || plain.chunks(PIECE_BYTES as usize);
    let (key, ctx) = (SymmetricKey::random(&SystemRng), Context::new("bench file"));
    let mut sealed: Vec<Vec<u8>> = Vec::new();
    let mut header = Vec::new();
    let mut buffer = Vec::with_capacity(PIECE_BYTES as usize + 64);

    let watch = Watch::start()?;
    for _ in 0..ROUNDS {
        let (mut sealer, head) = file::Sealer::new(&key, &ctx, PIECE_BYTES, &SystemRng)?;
        let last = pieces().count() - 1;
        header = head;
        sealed.clear();
        for (number, piece) in pieces().enumerate() {
            buffer.clear();
            buffer.extend_from_slice(piece);
            sealer.seal_segment(&mut buffer, number == last)?;
            black_box(&buffer);
        }
    }
    let ours_seal = watch.figures(ROUNDS, Vec::new())?;

    let watch = Watch::start()?;
    for round in 0..ROUNDS {
        let raw = raw_key(round)?;
        for (number, piece) in (0_u32..).zip(pieces()) {
            buffer.clear();
            buffer.extend_from_slice(piece);
            raw.seal_in_place_append_tag(nonce(number), Aad::empty(), &mut buffer)?;
            black_box(&buffer);
        }
    }
    let raw_seal = watch.figures(ROUNDS, Vec::new())?;

    // Once more, kept this time, to have something to open.
    let (mut sealer, head) = file::Sealer::new(&key, &ctx, PIECE_BYTES, &SystemRng)?;
    let last = pieces().count() - 1;
    header.clone_from(&head);
    for (number, piece) in pieces().enumerate() {
        let mut piece = piece.to_vec();
        sealer.seal_segment(&mut piece, number == last)?;
        sealed.push(piece);
    }
    let whole = file::sealed_len(bytes, PIECE_BYTES);
    let watch = Watch::start()?;
    for _ in 0..ROUNDS {
        let opener = file::Opener::new(&key, &ctx, &header, whole)?;
        for (number, piece) in (0_u64..).zip(&sealed) {
            buffer.clear();
            buffer.extend_from_slice(piece);
            opener.open_segment(number, &mut buffer)?;
            black_box(&buffer);
        }
    }
    let ours_open = watch.figures(ROUNDS, Vec::new())?;

    let raw = raw_key(0)?;
    for (number, piece) in (0_u32..).zip(&mut sealed) {
        piece.truncate(piece.len() - AES_256_GCM.tag_len());
        raw.seal_in_place_append_tag(nonce(number), Aad::empty(), piece)?;
    }
    let watch = Watch::start()?;
    for _ in 0..ROUNDS {
        for (number, piece) in (0_u32..).zip(&sealed) {
            buffer.clear();
            buffer.extend_from_slice(piece);
            black_box(raw.open_in_place(nonce(number), Aad::empty(), &mut buffer)?);
        }
    }
    let raw_open = watch.figures(ROUNDS, Vec::new())?;

    let row = |name: &str, ours: Value, raw: Value| json!({"name": name, "connections": 1, "bytes": bytes, "strongroom": ours, "peer": raw, "note": "peer: AES-256-GCM alone"});
    Ok(vec![
        row("cipher-seal", ours_seal, raw_seal),
        row("cipher-open", ours_open, raw_open),
    ])
}

/// A key of its own per round, so that no nonce is used twice, even here.
fn raw_key(round: u64) -> Outcome<LessSafeKey> {
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(round.to_le_bytes())
        .for_each(|(byte, part)| *byte = part);
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes)?))
}

fn nonce(number: u32) -> Nonce {
    let mut bytes = [0; 12];
    bytes
        .iter_mut()
        .zip(number.to_be_bytes())
        .for_each(|(byte, part)| *byte = part);
    Nonce::assume_unique_for_key(bytes)
}
