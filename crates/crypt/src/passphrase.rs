//! A key from a passphrase: Argon2id, version 0x13 (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Version};
use base::{ErrorKind, Fault};
use zeroize::Zeroizing;

use crate::SymmetricKey;

/// Bytes of the salt.
pub const SALT_BYTES: usize = 16;
/// The most memory that stored parameters may ask for: 4 GiB. They are read before anything proves them.
pub const MEMORY_KIB_MAX: u32 = 4 << 20;
/// The most passes that stored parameters may ask for.
pub const PASSES_MAX: u32 = 64;
/// The most lanes that stored parameters may ask for.
pub const LANES_MAX: u32 = 64;

/// What a guess shall cost. Stored beside the salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Memory, in KiB; at least 8 per lane.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes, computed one after the other here.
    pub lanes: u32,
}

impl Params {
    /// RFC 9106 §4, second recommended option: 64 MiB, 3 passes, 4 lanes.
    pub const RECOMMENDED: Self = Self {
        memory_kib: 64 << 10,
        passes: 3,
        lanes: 4,
    };
}

/// The parameters lie outside what Argon2id or our limits take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parameters for Argon2id outside their limits")]
pub struct RefusedParams;

impl Fault for RefusedParams {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "crypt.passphrase_params"
    }

    fn public(&self) -> String {
        format!(
            "The passphrase parameters are refused: lanes 1 to {LANES_MAX}, memory 8 KiB per lane to {MEMORY_KIB_MAX} KiB, passes 1 to {PASSES_MAX}."
        )
    }
}

/// The key that `passphrase` gives with `salt`. Slow on purpose: never on an async thread.
///
/// # Errors
/// [`RefusedParams`], when `params` lie outside their limits.
pub fn derive(
    passphrase: &[u8],
    salt: &[u8; SALT_BYTES],
    params: Params,
) -> Result<SymmetricKey, RefusedParams> {
    let mut done = Ok(());
    let key = SymmetricKey::filled(|out| done = argon2id(passphrase, salt, params, out));
    done.map(|()| key)
}

pub(crate) fn argon2id(
    passphrase: &[u8],
    salt: &[u8],
    params: Params,
    out: &mut [u8],
) -> Result<(), RefusedParams> {
    if params.memory_kib > MEMORY_KIB_MAX || params.passes > PASSES_MAX || params.lanes > LANES_MAX
    {
        return Err(RefusedParams);
    }
    let params = argon2::Params::new(
        params.memory_kib,
        params.passes,
        params.lanes,
        Some(out.len()),
    )
    .map_err(|_| RefusedParams)?;
    // The memory is ours, so that it is zeroised: the library does not wipe what it allocates.
    let mut memory = Zeroizing::new(vec![Block::new(); params.block_count()]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase, salt, out, memory.as_mut_slice())
        .map_err(|_| RefusedParams)
}
