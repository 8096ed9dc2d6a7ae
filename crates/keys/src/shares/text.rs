//! A share as bytes, and as characters that a person writes down and types in.
//!
//! Sixteen groups of eight characters of Crockford's base 32 and one that is a check, so that a slip of the pen is found, and
//! where. Five bits of a table's index are not hidden from the cache: all of the table lies in one line of it.

use std::num::NonZeroU8;

use base::Secret;
use crypt::shamir::{Point, SHARES_MAX, THRESHOLD_MIN};
use crypt::{SymmetricKey, hash};
use zeroize::Zeroizing;

use super::{
    CHECKSUM_BYTES, COMMITMENT_BYTES, Head, SET_BYTES, SHARE_BYTES, SetId, Share, SharesError,
    TAG_BYTES, VERSION, first,
};

/// Crockford's: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes that eight characters say.
const GROUP_BYTES: usize = 5;
const GROUP_CHARACTERS: usize = 9;
const GROUPS: usize = SHARE_BYTES / GROUP_BYTES;
const GROUPS_A_LINE: usize = 4;
/// What a line begins with that is no part of the share.
const REMARK: char = '#';

type Bytes = Zeroizing<[u8; SHARE_BYTES]>;

impl Share {
    /// The share as it is written down: four lines of four groups.
    #[must_use]
    pub fn to_text(&self) -> Secret<String> {
        let bytes = self.to_bytes();
        // With its full size at once: a growing text would leave copies behind.
        let mut text = String::with_capacity(GROUPS * (GROUP_CHARACTERS + 1));
        for (at, group) in bytes.chunks_exact(GROUP_BYTES).enumerate() {
            if at > 0 {
                text.push(if at % GROUPS_A_LINE == 0 { '\n' } else { ' ' });
            }
            let bits = group
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for place in (0..8).rev() {
                text.push(character(bits >> (5 * place)));
            }
            text.push(character(check(at, group)));
        }
        Secret::new(text)
    }

    /// The share that `text` says: of a file with its remarks, or as somebody typed it, in whatever lines and case.
    ///
    /// # Errors
    /// [`SharesError`], with the group that is not as it was written.
    pub fn parse(text: &str) -> Result<Self, SharesError> {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(REMARK));
        let characters = lines.flat_map(str::chars);
        let kept = characters.filter(|it| !it.is_whitespace() && !matches!(it, '-' | '.'));
        let mut bytes = Bytes::new([0; SHARE_BYTES]);
        let (mut at, mut bits, mut count) = (0, Zeroizing::new(0_u64), 0);
        for character in kept {
            let value = value(character).ok_or(SharesError::Character(at + 1))?;
            count += 1;
            if count < GROUP_CHARACTERS {
                *bits = *bits << 5 | value;
                continue;
            }
            let start = at * GROUP_BYTES;
            let Some(group) = bytes.get_mut(start..start + GROUP_BYTES) else {
                return Err(SharesError::Length(at + 1));
            };
            for (to, from) in group.iter_mut().zip(bits.to_be_bytes().iter().skip(3)) {
                *to = *from;
            }
            if check(at, group) & 31 != value {
                return Err(SharesError::Group(at + 1));
            }
            (at, *bits, count) = (at + 1, 0, 0);
        }
        if (at, count) != (GROUPS, 0) {
            return Err(SharesError::Length(at));
        }
        Self::from_bytes(&bytes)
    }

    fn to_bytes(&self) -> Bytes {
        let head = &self.head;
        let mut bytes = Bytes::new([0; SHARE_BYTES]);
        let parts: [&[u8]; 7] = [
            &[VERSION],
            &head.environment,
            &head.generation.to_be_bytes(),
            head.set.as_bytes(),
            &[head.threshold, self.index()],
            &head.commitment,
            self.point.y.danger_bytes(),
        ];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        let sum = checksum(&bytes);
        for (to, from) in bytes.iter_mut().rev().zip(sum.iter().rev()) {
            *to = *from;
        }
        bytes
    }

    fn from_bytes(bytes: &Bytes) -> Result<Self, SharesError> {
        let mut rest = Reader(&**bytes);
        let [version] = rest.take()?;
        // Before the version: a slip in a share of a newer one is a slip.
        let sum = bytes.last_chunk::<CHECKSUM_BYTES>();
        if sum != Some(&checksum(bytes)) {
            return Err(SharesError::Checksum);
        }
        if version != VERSION {
            return Err(SharesError::Version(version));
        }
        let environment = rest.take::<TAG_BYTES>()?;
        let generation = u32::from_be_bytes(rest.take()?);
        let set = SetId(rest.take::<SET_BYTES>()?);
        let [threshold, index] = rest.take()?;
        let commitment = rest.take::<COMMITMENT_BYTES>()?;
        let fits = (THRESHOLD_MIN..=SHARES_MAX).contains(&threshold) && index <= SHARES_MAX;
        let x = NonZeroU8::new(index).filter(|_| fits);
        let value = rest.0.get(..32).and_then(SymmetricKey::from_slice);
        let (Some(x), Some(y)) = (x, value) else {
            return Err(SharesError::Numbers);
        };
        Ok(Self {
            head: Head {
                environment,
                generation,
                set,
                threshold,
                commitment,
            },
            point: Point { x, y },
        })
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SharesError> {
        let (taken, rest) = self
            .0
            .split_first_chunk::<N>()
            .ok_or(SharesError::Numbers)?;
        self.0 = rest;
        Ok(*taken)
    }
}

/// Five bits of a group and its number: another group at this place, or this group at another, is found 31 times of 32.
fn check(at: usize, group: &[u8]) -> u64 {
    let number = u8::try_from(at + 1).unwrap_or(u8::MAX);
    let [byte] = first(&hash::sha256(&[&[number], group]));
    u64::from(byte >> 3)
}

/// Of everything before it.
fn checksum(bytes: &Bytes) -> [u8; CHECKSUM_BYTES] {
    let before = bytes.get(..SHARE_BYTES - CHECKSUM_BYTES);
    first(&hash::sha256(&[before.unwrap_or_default()]))
}

fn character(bits: u64) -> char {
    let at = usize::try_from(bits & 31).unwrap_or(0);
    ALPHABET.get(at).map_or('0', |byte| char::from(*byte))
}

fn value(character: char) -> Option<u64> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let at = ALPHABET
        .iter()
        .position(|byte| char::from(*byte) == character)?;
    u64::try_from(at).ok()
}
