//! One-time codes by time: TOTP (RFC 6238) over HMAC-SHA1, six digits, steps of 30 seconds: what every authenticator app speaks.

use aws_lc_rs::hmac::{Context, HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key};

/// Seconds of a step.
pub const STEP_SECONDS: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a secret: as many as the hash has (RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;

/// The code of a time step.
#[must_use]
pub fn code(secret: &[u8], step: i64) -> String {
    let mut context = Context::with_key(&Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret));
    context.update(&step.to_be_bytes());
    let tag = context.sign();
    let tag = tag.as_ref();
    let at = usize::from(tag.last().copied().unwrap_or(0) & 15);
    let word = tag
        .get(at..at + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_be_bytes);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The step that `code` belongs to, of those around `now` (seconds since the epoch): one before and one after are taken as
/// well, for clocks that differ. Steps up to `last` were used and count no more.
#[must_use]
pub fn matching_step(secret: &[u8], code: &str, now_seconds: i64, last: i64) -> Option<i64> {
    let step = now_seconds.div_euclid(STEP_SECONDS);
    // Every step is compared, so that the time says nothing about which matched.
    let mut found = None;
    for candidate in [step - 1, step, step + 1] {
        let same = crate::mac::same(self::code(secret, candidate).as_bytes(), code.as_bytes());
        if same && candidate > last {
            found = Some(candidate);
        }
    }
    found
}
