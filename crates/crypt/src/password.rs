//! A password's hash in the text form of PHC: `$argon2id$v=19$m=..,t=..,p=..$salt$hash`. The salt is drawn here.

use base::{Rng, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use zeroize::Zeroizing;

use crate::mac;
use crate::passphrase::{Params, RefusedParams, SALT_BYTES, argon2id};

/// Bytes of the hash.
const HASH_BYTES: usize = 32;
/// Bytes of a hash or salt that a stored text may have.
const PART_BYTES_MAX: usize = 64;

/// A stored text is no hash of a version that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a password hash: {0}")]
pub struct NotAHash(&'static str);

/// Hash `password` with a fresh salt. Slow on purpose: never on an async thread.
///
/// # Errors
/// [`RefusedParams`], when `params` lie outside their limits.
pub fn hash(
    password: &[u8],
    params: Params,
    rng: &dyn Rng,
) -> Result<Secret<String>, RefusedParams> {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    let mut out = Zeroizing::new([0; HASH_BYTES]);
    argon2id(password, &salt, params, out.as_mut_slice())?;
    Ok(Secret::new(format!(
        "$argon2id$v=19$m={},t={},p={}${}${}",
        params.memory_kib,
        params.passes,
        params.lanes,
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(out.as_slice()),
    )))
}

/// Whether `password` is the one that `stored` was made of, and what the hash cost. Slow on purpose.
///
/// # Errors
/// [`NotAHash`], when `stored` is none.
pub fn verify(password: &[u8], stored: &str) -> Result<(bool, Params), NotAHash> {
    let parsed = parse(stored)?;
    let mut out = Zeroizing::new(vec![0; parsed.hash.len()]);
    argon2id(password, &parsed.salt, parsed.params, &mut out)
        .map_err(|_| NotAHash("parameters"))?;
    Ok((mac::same(&out, &parsed.hash), parsed.params))
}

struct Parsed {
    params: Params,
    salt: Vec<u8>,
    hash: Zeroizing<Vec<u8>>,
}

fn parse(stored: &str) -> Result<Parsed, NotAHash> {
    let rest = stored
        .strip_prefix("$argon2id$v=19$")
        .ok_or(NotAHash("another algorithm or version"))?;
    let mut parts = rest.split('$');
    let (Some(params), Some(salt), Some(hash), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(NotAHash("its parts"));
    };
    let number = |text: Option<&str>, name: &str| {
        text.and_then(|text| text.strip_prefix(name))
            .and_then(|text| text.parse::<u32>().ok())
            .ok_or(NotAHash("parameters"))
    };
    let mut numbers = params.split(',');
    let params = Params {
        memory_kib: number(numbers.next(), "m=")?,
        passes: number(numbers.next(), "t=")?,
        lanes: number(numbers.next(), "p=")?,
    };
    if numbers.next().is_some() {
        return Err(NotAHash("parameters"));
    }
    let bytes = |text: &str, least: usize| {
        STANDARD_NO_PAD
            .decode(text)
            .ok()
            .filter(|bytes| (least..=PART_BYTES_MAX).contains(&bytes.len()))
            .ok_or(NotAHash("its parts"))
    };
    Ok(Parsed {
        params,
        salt: bytes(salt, 8)?,
        hash: Zeroizing::new(bytes(hash, 16)?),
    })
}
