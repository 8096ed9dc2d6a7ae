//! The sealed record, version 1: several parts, each under the key of its class, in one piece
//! (`docs/formats/sealed-record.md`).

use base::Rng;

use crate::cipher::{COMMITMENT_BYTES, MessageKey, ONLY_NONCE, SALT_BYTES, TAG_BYTES};
use crate::{Context, OpenError, Plain, SymmetricKey};

/// The version that [`seal`] writes.
pub const VERSION: u8 = 1;
/// Parts in one record: more than there are classes.
pub const PARTS_MAX: usize = 16;
/// One part's plaintext, in bytes: its length is stored in 32 bits.
pub const PART_BYTES_MAX: usize = u32::MAX as usize;

const LABEL: &[u8] = b"strongroom/record v1";
const FIXED_BYTES: usize = 2 + SALT_BYTES;
const ROW_BYTES: usize = 1 + 4 + 4;

/// The fields of one class, before they are sealed.
pub struct PartPlain<'a> {
    /// The class's code; each class at most once in a record.
    pub class: u8,
    /// Which generation of the person's key for this class `key` is.
    pub generation: u32,
    /// The person's key for this class.
    pub key: &'a SymmetricKey,
    /// The fields.
    pub plain: &'a [u8],
}

/// Seal `parts` into one record for the place `ctx`, whatever their order.
///
/// # Panics
/// When a class comes twice, there are more than [`PARTS_MAX`] parts, or one exceeds [`PART_BYTES_MAX`].
#[must_use]
pub fn seal(parts: &[PartPlain<'_>], ctx: &Context, rng: &dyn Rng) -> Vec<u8> {
    let plain_len: usize = parts.iter().map(|part| part.plain.len()).sum();
    let head_len = FIXED_BYTES + parts.len() * ROW_BYTES;
    let mut out =
        Vec::with_capacity(head_len + plain_len + parts.len() * (COMMITMENT_BYTES + TAG_BYTES));
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);

    out.push(VERSION);
    out.push(count(parts));
    out.extend_from_slice(&salt);
    for part in by_class(parts) {
        out.push(part.class);
        out.extend_from_slice(&part.generation.to_be_bytes());
        out.extend_from_slice(&length(part).to_be_bytes());
    }
    assert!(out.len() == head_len, "a class comes twice in one record");

    let aad = associated(&out, ctx);
    for part in by_class(parts) {
        let message = part_key(part.key, &salt, part.class, part.generation);
        out.extend_from_slice(&message.commitment);
        let start = out.len();
        out.extend_from_slice(part.plain);
        let tag = message
            .cipher
            .seal(ONLY_NONCE, &aad, out.split_at_mut(start).1);
        out.extend_from_slice(&tag);
    }
    out
}

/// What the head says of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The class's code.
    pub class: u8,
    /// Which generation of the person's key for this class it was sealed under.
    pub generation: u32,
    /// Length of its plaintext.
    pub plain_len: usize,
}

/// The longest head there is, in bytes.
pub const HEAD_BYTES_MAX: usize = FIXED_BYTES + PARTS_MAX * ROW_BYTES;

/// What the head of a sealed record says of its parts. Enough to see which keys it hangs on; proven only when a part opens.
///
/// # Errors
/// [`OpenError`], when `sealed` does not begin with the head of a version that we know.
pub fn parts_of(sealed: &[u8]) -> Result<impl Iterator<Item = Part> + use<'_>, OpenError> {
    let &[version, count, ..] = sealed else {
        return Err(OpenError::Truncated);
    };
    if version != VERSION {
        return Err(OpenError::Version(version));
    }
    let rows_len = usize::from(count) * ROW_BYTES;
    let rows = sealed
        .get(FIXED_BYTES..FIXED_BYTES + rows_len)
        .ok_or(OpenError::Truncated)?;
    let (rows, _) = rows.as_chunks::<ROW_BYTES>();
    Ok(rows.iter().map(part))
}

fn part(&[class, g0, g1, g2, g3, l0, l1, l2, l3]: &[u8; ROW_BYTES]) -> Part {
    Part {
        class,
        generation: u32::from_be_bytes([g0, g1, g2, g3]),
        plain_len: u32::from_be_bytes([l0, l1, l2, l3]) as usize,
    }
}

/// A sealed record, taken apart but not opened.
#[derive(Clone, Copy)]
pub struct Sealed<'a> {
    head: &'a [u8],
    salt: &'a [u8; SALT_BYTES],
    rows: &'a [[u8; ROW_BYTES]],
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    /// Take a sealed record apart. What it says of its parts is proven only when a part opens.
    ///
    /// # Errors
    /// [`OpenError`], when it is not a whole record of a version that we know.
    pub fn parse(sealed: &'a [u8]) -> Result<Self, OpenError> {
        let (&version, rest) = sealed.split_first().ok_or(OpenError::Truncated)?;
        if version != VERSION {
            return Err(OpenError::Version(version));
        }
        let (&count, rest) = rest.split_first().ok_or(OpenError::Truncated)?;
        if usize::from(count) > PARTS_MAX {
            return Err(OpenError::Altered);
        }
        let (salt, rest) = rest.split_first_chunk().ok_or(OpenError::Truncated)?;
        let rows_len = usize::from(count) * ROW_BYTES;
        let (rows, body) = rest
            .split_at_checked(rows_len)
            .ok_or(OpenError::Truncated)?;
        let (rows, _) = rows.as_chunks();
        let (head, _) = sealed
            .split_at_checked(FIXED_BYTES + rows_len)
            .ok_or(OpenError::Truncated)?;

        let record = Self {
            head,
            salt,
            rows,
            body,
        };
        let ascending = record.parts().is_sorted_by(|a, b| a.class < b.class);
        let body_len: u64 = record.parts().map(|part| sealed_len(part) as u64).sum();
        match body_len.cmp(&(body.len() as u64)) {
            std::cmp::Ordering::Greater => Err(OpenError::Truncated),
            std::cmp::Ordering::Less => Err(OpenError::Altered),
            std::cmp::Ordering::Equal if !ascending => Err(OpenError::Altered),
            std::cmp::Ordering::Equal => Ok(record),
        }
    }

    /// The parts, by ascending class.
    pub fn parts(&self) -> impl Iterator<Item = Part> + use<'a> {
        self.rows.iter().map(part)
    }

    /// The part of `class`, if there is one.
    #[must_use]
    pub fn part(&self, class: u8) -> Option<Part> {
        self.parts().find(|part| part.class == class)
    }

    /// Open the part of `class` at the place `ctx`. For several parts of one record, [`Sealed::at`] costs less.
    ///
    /// # Errors
    /// As [`Placed::open`].
    pub fn open(&self, class: u8, key: &SymmetricKey, ctx: &Context) -> Result<Plain, OpenError> {
        self.at(ctx).open(class, key)
    }

    /// This record at the place `ctx`, ready to open its parts.
    #[must_use]
    pub fn at(self, ctx: &Context) -> Placed<'a> {
        Placed {
            aad: associated(self.head, ctx),
            sealed: self,
        }
    }
}

/// A sealed record and the place it is held to.
pub struct Placed<'a> {
    sealed: Sealed<'a>,
    aad: Vec<u8>,
}

impl<'a> Placed<'a> {
    /// The parts, by ascending class.
    pub fn parts(&self) -> impl Iterator<Item = Part> + use<'a> {
        self.sealed.parts()
    }

    /// Open the part of `class`.
    ///
    /// # Errors
    /// [`OpenError`], when a single bit of the head or of this part is not as it was sealed, or the key or the place is
    /// another; [`OpenError::Altered`] too when there is no such part.
    pub fn open(&self, class: u8, key: &SymmetricKey) -> Result<Plain, OpenError> {
        let mut body = self.sealed.body;
        for part in self.sealed.parts() {
            let (sealed, rest) = body
                .split_at_checked(sealed_len(part))
                .ok_or(OpenError::Truncated)?;
            body = rest;
            if part.class == class {
                let (commitment, text) = sealed
                    .split_first_chunk::<COMMITMENT_BYTES>()
                    .ok_or(OpenError::Truncated)?;
                let message = part_key(key, self.sealed.salt, class, part.generation);
                message.check(commitment)?;
                return message.cipher.open(ONLY_NONCE, &self.aad, text);
            }
        }
        Err(OpenError::Altered)
    }
}

fn sealed_len(part: Part) -> usize {
    COMMITMENT_BYTES + part.plain_len + TAG_BYTES
}

/// Class and generation are in the derivation, so that parts never share a cipher key, whichever keys the caller gave.
fn part_key(key: &SymmetricKey, salt: &[u8; SALT_BYTES], class: u8, generation: u32) -> MessageKey {
    MessageKey::derive(key, &[LABEL, salt, &[class], &generation.to_be_bytes()])
}

/// The whole head is bound into every part, so that none can be taken out, added or exchanged. It says its own length.
fn associated(head: &[u8], ctx: &Context) -> Vec<u8> {
    [head, ctx.as_bytes()].concat()
}

#[expect(
    clippy::expect_used,
    reason = "Invariant: stated under Panics, and the classes are six"
)]
fn count(parts: &[PartPlain<'_>]) -> u8 {
    assert!(parts.len() <= PARTS_MAX, "too many parts in one record");
    u8::try_from(parts.len()).expect("at most 16")
}

#[expect(
    clippy::expect_used,
    reason = "Invariant: stated under Panics, and a record is at most some MiB"
)]
fn length(part: &PartPlain<'_>) -> u32 {
    u32::try_from(part.plain.len()).expect("a part of at most 4 GiB")
}

/// By ascending class, each class once.
fn by_class<'p, 'a>(parts: &'p [PartPlain<'a>]) -> impl Iterator<Item = &'p PartPlain<'a>> {
    let after = |above: Option<u8>| {
        parts
            .iter()
            .filter(move |part| above.is_none_or(|above| part.class > above))
            .min_by_key(|part| part.class)
    };
    std::iter::successors(after(None), move |last| after(Some(last.class)))
}
