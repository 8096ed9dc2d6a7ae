//! Sealed files.

use base::SeededRng;
use proptest::prelude::*;

use super::{cases, flips, key, place};
use crate::file::{HEADER_BYTES, Opener, SEGMENT_BYTES_MAX, SealError, Sealer, sealed_len};
use crate::{Context, OpenError, SymmetricKey};

const SIZE: usize = 16;
const STRIDE: usize = SIZE + 16;

fn seal_sized(key: &SymmetricKey, ctx: &Context, plain: &[u8], size: usize, seed: u64) -> Vec<u8> {
    let size_word = u32::try_from(size).unwrap();
    let (mut sealer, mut sealed) = Sealer::new(key, ctx, size_word, &SeededRng::new(seed)).unwrap();
    let mut rest = plain;
    loop {
        let last = rest.len() <= size;
        let (segment, after) = rest.split_at(rest.len().min(size));
        let mut buf = segment.to_vec();
        sealer.seal_segment(&mut buf, last).unwrap();
        sealed.extend(buf);
        rest = after;
        if last {
            return sealed;
        }
    }
}

fn seal(plain: &[u8], seed: u64) -> Vec<u8> {
    seal_sized(&key(1), &place("file"), plain, SIZE, seed)
}

/// Open all of a file, as a download of the whole would.
fn open_at(key: &SymmetricKey, ctx: &Context, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    let opener = Opener::new(key, ctx, sealed, sealed.len() as u64)?;
    let mut plain = Vec::new();
    for index in 0..opener.segments() {
        plain.extend(segment(&opener, sealed, index)?);
    }
    assert_eq!(plain.len() as u64, opener.plain_len());
    Ok(plain)
}

fn open(sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    open_at(&key(1), &place("file"), sealed)
}

fn segment(opener: &Opener, sealed: &[u8], index: u64) -> Result<Vec<u8>, OpenError> {
    let (offset, len) = opener.segment_range(index).unwrap();
    let offset = usize::try_from(offset).unwrap();
    let mut buf = sealed[offset..offset + len].to_vec();
    opener.open_segment(index, &mut buf)?;
    Ok(buf)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_sealed_opens(
        plain in prop::collection::vec(any::<u8>(), 0..400),
        size in 16_usize..80,
        seed: u64,
    ) {
        let (key, ctx) = (key(seed), place("file").int(seed));
        let sealed = seal_sized(&key, &ctx, &plain, size, !seed);
        let size_word = u32::try_from(size).unwrap();
        prop_assert_eq!(sealed.len() as u64, sealed_len(plain.len() as u64, size_word));
        prop_assert_eq!(open_at(&key, &ctx, &sealed), Ok(plain.clone()));

        // Any segment opens without the rest, in any order.
        let opener = Opener::new(&key, &ctx, &sealed[..HEADER_BYTES], sealed.len() as u64).unwrap();
        prop_assert_eq!(opener.segment_bytes(), size);
        for index in (0..opener.segments()).rev() {
            let start = usize::try_from(index).unwrap() * size;
            let expected = &plain[start..plain.len().min(start + size)];
            prop_assert_eq!(segment(&opener, &sealed, index).unwrap(), expected);
        }
        prop_assert_eq!(opener.segment_range(opener.segments()), None);
    }

    #[test]
    fn noise_does_not_open(noise in prop::collection::vec(any::<u8>(), 0..200), len: u64) {
        prop_assert!(Opener::new(&key(1), &place("file"), &noise, len).is_err());
        let dressed = [&seal(b"", 2)[..36], &noise].concat();
        prop_assert!(Opener::new(&key(1), &place("file"), &dressed, len).is_err());
    }
}

#[test]
fn a_flipped_bit_is_found_and_named() {
    let sealed = seal(&[5; 40], 2);
    for (at, flipped) in flips(&sealed) {
        let error = open(&flipped).unwrap_err();
        let expected = match at {
            7 => OpenError::Version(flipped[7]),
            // The magic, and sizes beyond the limits.
            0..7 => OpenError::Altered,
            8..12 if error == OpenError::Altered => OpenError::Altered,
            8..HEADER_BYTES => OpenError::Commitment,
            _ => OpenError::Altered,
        };
        assert_eq!(error, expected, "byte {at}");
    }
}

#[test]
fn a_cut_is_found_wherever_it_is_and_so_is_more() {
    let sealed = seal(&[5; 48], 2);
    for len in 0..sealed.len() {
        assert!(open(&sealed[..len]).is_err(), "{len}");
    }
    for more in [&[0; 1][..], &[0; 16], &[0; STRIDE]] {
        assert!(open(&[&sealed, more].concat()).is_err());
    }
    assert_eq!(open(&sealed).unwrap(), [5; 48]);
}

#[test]
fn a_cut_between_segments_shows_in_the_last_and_in_the_length() {
    let sealed = seal(&[5; 48], 2);
    let cut = &sealed[..sealed.len() - STRIDE];
    let opener = Opener::new(&key(1), &place("file"), cut, cut.len() as u64).unwrap();
    assert_eq!(opener.plain_len(), 32, "not the 48 that were remembered");
    assert!(segment(&opener, cut, 0).is_ok());
    assert_eq!(segment(&opener, cut, 1).err(), Some(OpenError::Altered));
}

#[test]
fn segments_stay_where_they_are() {
    let sealed = seal(&[5; 64], 2);
    let (head, body) = sealed.split_at(HEADER_BYTES);
    let segments: Vec<&[u8]> = body.chunks(STRIDE).collect();
    let orders: [&[usize]; 5] = [
        &[1, 0, 2, 3],
        &[0, 0, 2, 3],
        &[0, 1, 3],
        &[0, 1, 2, 2, 3],
        &[3, 1, 2, 0],
    ];
    for order in orders {
        let moved: Vec<&[u8]> = order.iter().map(|&index| segments[index]).collect();
        let moved = [head, &moved.concat()].concat();
        assert_eq!(open(&moved).err(), Some(OpenError::Altered), "{order:?}");
    }

    // The same file sealed again: neither its segments nor its header fit the first.
    let other = seal(&[5; 64], 3);
    let mixed = [
        &sealed[..HEADER_BYTES + STRIDE],
        &other[HEADER_BYTES + STRIDE..],
    ]
    .concat();
    assert_eq!(open(&mixed).err(), Some(OpenError::Altered));
    let mixed = [&other[..HEADER_BYTES], &sealed[HEADER_BYTES..]].concat();
    assert_eq!(open(&mixed).err(), Some(OpenError::Altered));
}

#[test]
fn a_file_opens_at_its_own_place_under_its_own_key_only() {
    let sealed = seal(b"an x-ray", 2);
    assert_eq!(
        open_at(&key(2), &place("file"), &sealed).err(),
        Some(OpenError::Commitment)
    );
    assert_eq!(
        open_at(&key(1), &place("file").int(0), &sealed).err(),
        Some(OpenError::Commitment)
    );
}

#[test]
fn what_does_not_open_leaves_nothing_behind() {
    let sealed = seal(&[5; 64], 2);
    let opener = Opener::new(&key(1), &place("file"), &sealed, sealed.len() as u64).unwrap();
    let mut buf = sealed[HEADER_BYTES..HEADER_BYTES + STRIDE].to_vec();
    buf[3] ^= 1;
    assert_eq!(opener.open_segment(0, &mut buf), Err(OpenError::Altered));
    assert!(buf.is_empty());
    let mut short = sealed[HEADER_BYTES..HEADER_BYTES + STRIDE - 1].to_vec();
    assert_eq!(
        opener.open_segment(0, &mut short),
        Err(OpenError::Truncated)
    );
    let mut past = vec![0; STRIDE];
    assert_eq!(opener.open_segment(4, &mut past), Err(OpenError::Altered));
}

#[test]
fn a_sealer_keeps_its_rules() {
    let sealer = |size| Sealer::new(&key(1), &place("file"), size, &SeededRng::new(2));
    for size in [0, 15, SEGMENT_BYTES_MAX + 1] {
        assert_eq!(sealer(size).err(), Some(SealError::SegmentBytes));
    }

    let (mut sealer, _) = sealer(16).unwrap();
    for (len, last) in [(15, false), (17, false), (0, false), (17, true)] {
        let mut buf = vec![1; len];
        assert_eq!(sealer.seal_segment(&mut buf, last), Err(SealError::Length));
        assert_eq!(buf, vec![1; len]);
    }
    sealer.seal_segment(&mut vec![1; 16], false).unwrap();
    assert_eq!(
        sealer.seal_segment(&mut vec![], true),
        Err(SealError::Length),
        "a last segment after others is never empty"
    );
    sealer.seal_segment(&mut vec![1; 16], true).unwrap();
    assert_eq!(
        sealer.seal_segment(&mut vec![1; 16], true),
        Err(SealError::Complete)
    );
}

#[test]
fn no_two_segments_share_a_keystream() {
    let sealed = seal(&[0; 64], 2);
    let mut texts: Vec<&[u8]> = sealed[HEADER_BYTES..]
        .chunks(STRIDE)
        .map(|segment| &segment[..SIZE])
        .collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 4);
}
