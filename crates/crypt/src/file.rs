//! The sealed file, version 1: a header and independent segments, so that any range opens without the rest
//! (`docs/formats/sealed-file.md`).

use base::{ErrorKind, Fault, Rng};
use zeroize::Zeroize;

use crate::cipher::{COMMITMENT_BYTES, Cipher, MessageKey, NonceBytes, SALT_BYTES, TAG_BYTES};
use crate::{Context, OpenError, SymmetricKey, hash};

/// The version that [`Sealer`] writes.
pub const VERSION: u8 = 1;
/// Length of the header.
pub const HEADER_BYTES: usize = MAGIC.len() + 1 + 4 + SALT_BYTES + COMMITMENT_BYTES;
/// The segment size to use when there is no reason for another: 64 KiB of plaintext.
///
/// Large enough that the cipher runs at its full speed, small enough that a short range costs little.
pub const SEGMENT_BYTES: u32 = 64 << 10;
/// The smallest segment size that is taken.
pub const SEGMENT_BYTES_MIN: u32 = 16;
/// The largest segment size that is taken: an opener holds one segment in memory.
pub const SEGMENT_BYTES_MAX: u32 = 16 << 20;
/// Plaintext of one file: 1 TiB, 2^36 cipher blocks under one key, far below GCM's bound.
pub const PLAIN_BYTES_MAX: u64 = 1 << 40;

const MAGIC: &[u8; 7] = b"SRFILE\n";
const LABEL: &[u8] = b"strongroom/file v1";
const BOUND_BYTES: usize = HEADER_BYTES - COMMITMENT_BYTES;

/// The sealer was used against its rules: our own mistake, never the caller's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The segment size lies outside its limits.
    #[error("a segment size must lie between 16 bytes and 16 MiB")]
    SegmentBytes,
    /// A segment that is not the last must be full; the last must be neither longer nor, after others, empty.
    #[error("a segment has the wrong length")]
    Length,
    /// The last segment was sealed already.
    #[error("the file is complete already")]
    Complete,
    /// The file is larger than [`PLAIN_BYTES_MAX`].
    #[error("the file is too large to be sealed")]
    TooLarge,
}

impl Fault for SealError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge => ErrorKind::TooLarge,
            Self::SegmentBytes | Self::Length | Self::Complete => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SegmentBytes => "crypt.segment_bytes",
            Self::Length => "crypt.segment_length",
            Self::Complete => "crypt.file_complete",
            Self::TooLarge => "crypt.file_too_large",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::TooLarge => "The file is larger than 1 TiB. Send it in parts.".to_owned(),
            Self::SegmentBytes | Self::Length | Self::Complete => {
                "The file could not be sealed; nothing was stored. Try again.".to_owned()
            }
        }
    }
}

/// How long a file of `plain_len` bytes is when sealed.
#[must_use]
pub const fn sealed_len(plain_len: u64, segment_bytes: u32) -> u64 {
    let segments = plain_len.div_ceil(segment_bytes as u64);
    let segments = if segments == 0 { 1 } else { segments };
    HEADER_BYTES as u64 + plain_len + segments * TAG_BYTES as u64
}

/// Seals one file, segment after segment.
pub struct Sealer {
    cipher: Cipher,
    segment_bytes: u32,
    next: u64,
    complete: bool,
}

impl Sealer {
    /// Begin a file at the place `ctx`: the sealer, and the header to write first.
    ///
    /// # Errors
    /// [`SealError::SegmentBytes`], when the size lies outside its limits.
    pub fn new(
        key: &SymmetricKey,
        ctx: &Context,
        segment_bytes: u32,
        rng: &dyn Rng,
    ) -> Result<(Self, Vec<u8>), SealError> {
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&segment_bytes) {
            return Err(SealError::SegmentBytes);
        }
        let mut salt = [0; SALT_BYTES];
        rng.fill(&mut salt);
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend_from_slice(MAGIC);
        header.push(VERSION);
        header.extend_from_slice(&segment_bytes.to_be_bytes());
        header.extend_from_slice(&salt);
        let message = file_key(key, ctx, &header);
        header.extend_from_slice(&message.commitment);
        let sealer = Self {
            cipher: message.cipher,
            segment_bytes,
            next: 0,
            complete: false,
        };
        Ok((sealer, header))
    }

    /// Plaintext bytes of every segment but the last.
    #[must_use]
    pub const fn segment_bytes(&self) -> usize {
        self.segment_bytes as usize
    }

    /// Seal the next segment where it lies; the buffer grows by a tag of 16 bytes.
    ///
    /// Every segment is full but the `last`, which is empty only when the file is.
    ///
    /// # Errors
    /// [`SealError`]; the buffer is then unchanged.
    pub fn seal_segment(&mut self, buf: &mut Vec<u8>, last: bool) -> Result<(), SealError> {
        if self.complete {
            return Err(SealError::Complete);
        }
        let full = self.segment_bytes();
        let fits = if last {
            buf.len() <= full && (self.next == 0 || !buf.is_empty())
        } else {
            buf.len() == full
        };
        if !fits {
            return Err(SealError::Length);
        }
        let before = self.next * u64::from(self.segment_bytes);
        if before + buf.len() as u64 > PLAIN_BYTES_MAX {
            return Err(SealError::TooLarge);
        }
        let nonce = segment_nonce(self.next, last).ok_or(SealError::TooLarge)?;
        let tag = self.cipher.seal(nonce, &[], buf);
        buf.extend_from_slice(&tag);
        self.next += 1;
        self.complete = last;
        Ok(())
    }
}

/// Opens any segment of one file, in any order.
pub struct Opener {
    cipher: Cipher,
    segment_bytes: u32,
    segments: u64,
    plain_len: u64,
}

impl Opener {
    /// Begin to open the file at the place `ctx`, of which `header` holds at least the first [`HEADER_BYTES`] and which is
    /// `sealed_len` bytes long, header included.
    ///
    /// A file that lost whole segments from its end looks possible here and is found out by its last segment. Whoever serves
    /// ranges compares [`Opener::plain_len`] with the length that was remembered when the file was sealed.
    ///
    /// # Errors
    /// [`OpenError`], when the header is not as it was sealed, the key or the place is another, or no file has that length.
    pub fn new(
        key: &SymmetricKey,
        ctx: &Context,
        header: &[u8],
        sealed_len: u64,
    ) -> Result<Self, OpenError> {
        let (header, _) = header
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(OpenError::Truncated)?;
        let (bound, commitment) = header.split_at(BOUND_BYTES);
        let rest = bound.strip_prefix(MAGIC).ok_or(OpenError::Altered)?;
        let (&version, rest) = rest.split_first().ok_or(OpenError::Truncated)?;
        if version != VERSION {
            return Err(OpenError::Version(version));
        }
        let (size, _) = rest.split_first_chunk().ok_or(OpenError::Truncated)?;
        let segment_bytes = u32::from_be_bytes(*size);
        if !(SEGMENT_BYTES_MIN..=SEGMENT_BYTES_MAX).contains(&segment_bytes) {
            return Err(OpenError::Altered);
        }
        let message = file_key(key, ctx, bound);
        message.check(commitment)?;

        let body = sealed_len
            .checked_sub(HEADER_BYTES as u64)
            .ok_or(OpenError::Truncated)?;
        let stride = u64::from(segment_bytes) + TAG_BYTES as u64;
        let segments = body.div_ceil(stride);
        let plain_len = body
            .checked_sub(segments * TAG_BYTES as u64)
            .ok_or(OpenError::Truncated)?;
        if segments == 0 || plain_len > PLAIN_BYTES_MAX {
            return Err(OpenError::Truncated);
        }
        // The last segment is empty only when it is the only one, so one that is all tag has lost its text.
        if segments > 1 && plain_len <= (segments - 1) * u64::from(segment_bytes) {
            return Err(OpenError::Truncated);
        }
        Ok(Self {
            cipher: message.cipher,
            segment_bytes,
            segments,
            plain_len,
        })
    }

    /// Length of the whole plaintext.
    #[must_use]
    pub const fn plain_len(&self) -> u64 {
        self.plain_len
    }

    /// Number of segments, at least one.
    #[must_use]
    pub const fn segments(&self) -> u64 {
        self.segments
    }

    /// Plaintext bytes of every segment but the last: plaintext byte `n` lies in segment `n / segment_bytes`.
    #[must_use]
    pub const fn segment_bytes(&self) -> usize {
        self.segment_bytes as usize
    }

    /// Where sealed segment `index` lies in the file: its offset and its length, tag included. `None` past the end.
    #[must_use]
    pub fn segment_range(&self, index: u64) -> Option<(u64, usize)> {
        if index >= self.segments {
            return None;
        }
        let stride = u64::from(self.segment_bytes) + TAG_BYTES as u64;
        let before = index * u64::from(self.segment_bytes);
        let plain = (self.plain_len - before).min(u64::from(self.segment_bytes));
        let len = usize::try_from(plain).ok()? + TAG_BYTES;
        Some((HEADER_BYTES as u64 + index * stride, len))
    }

    /// Open sealed segment `index`, all of it in `buf`, where it lies; the buffer shrinks by its tag.
    ///
    /// # Errors
    /// [`OpenError`], when a single bit is not as it was sealed, or the segment belongs elsewhere. The buffer is then empty.
    pub fn open_segment(&self, index: u64, buf: &mut Vec<u8>) -> Result<(), OpenError> {
        let opened = self.open_slice(index, buf);
        match opened {
            Ok(len) => buf.truncate(len),
            Err(_) => buf.zeroize(),
        }
        opened.map(|_| ())
    }

    fn open_slice(&self, index: u64, buf: &mut [u8]) -> Result<usize, OpenError> {
        let (_, len) = self.segment_range(index).ok_or(OpenError::Altered)?;
        if buf.len() < len {
            return Err(OpenError::Truncated);
        }
        if buf.len() > len {
            return Err(OpenError::Altered);
        }
        let last = index + 1 == self.segments;
        let nonce = segment_nonce(index, last).ok_or(OpenError::Altered)?;
        self.cipher.open_in_place(nonce, &[], buf)
    }
}

/// The header without its commitment and the place are both in the derivation: another of either is another key, and is
/// found before a single segment is read.
fn file_key(key: &SymmetricKey, ctx: &Context, bound: &[u8]) -> MessageKey {
    let place = hash::sha256(&[ctx.as_bytes()]);
    MessageKey::derive(key, &[LABEL, bound, &place])
}

/// Seven zero bytes, the segment's number in four, and 1 for the last. Unique, as a sealer counts and ends with the last.
fn segment_nonce(index: u64, last: bool) -> Option<NonceBytes> {
    let [i0, i1, i2, i3] = u32::try_from(index).ok()?.to_be_bytes();
    Some([0, 0, 0, 0, 0, 0, 0, i0, i1, i2, i3, u8::from(last)])
}
