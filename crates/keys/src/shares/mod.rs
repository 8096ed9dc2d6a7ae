//! The root key divided among people: any few of them together bring it back where the seal is lost, and fewer have nothing
//! (`docs/formats/root-share.md`).
//!
//! What is divided is the newest root key itself, not the secret of a seal: so a quorum needs nothing else that was lost, and
//! what seals the root from then on may be another backend. Shares belong to one generation of the root.

mod error;
mod recover;
#[cfg(test)]
mod tests;
mod text;

use std::fmt;
use std::num::NonZeroU8;

use base::{Environment, Rng};
use crypt::shamir::{self, Point, Quorum};
use crypt::{Context, SymmetricKey, kdf};

pub use error::SharesError;
pub use recover::{Brought, Recovered, bring};

use crate::open::Keys;
use crate::{KeysError, Level, sql};

/// The version that is written.
pub const VERSION: u8 = 1;
/// Bytes of a share.
pub const SHARE_BYTES: usize = 80;

const SET_BYTES: usize = 16;
const TAG_BYTES: usize = 4;
const COMMITMENT_BYTES: usize = 16;
const CHECKSUM_BYTES: usize = 5;

/// What the commitment is derived for. No other key of the root is derived under this label.
const COMMITMENT: &str = "root share, commitment";

/// The name of one division: drawn for each, so that shares of two are never taken for one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SetId([u8; SET_BYTES]);

impl SetId {
    /// Its bytes, for the log.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; SET_BYTES] {
        &self.0
    }
}

impl fmt::Display for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As the log writes it (RFC 9562 §4).
        for (at, byte) in self.0.iter().enumerate() {
            let dash = if matches!(at, 4 | 6 | 8 | 10) {
                "-"
            } else {
                ""
            };
            write!(f, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SetId({self})")
    }
}

/// What all shares of one set have in common. None of it is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    /// The beginning of the hash of the environment's name: says which, to somebody who has several.
    environment: [u8; TAG_BYTES],
    /// The root key's.
    generation: u32,
    set: SetId,
    threshold: u8,
    /// By which the root key is known again, and another is not taken for it.
    commitment: [u8; COMMITMENT_BYTES],
}

/// One share. As secret as the root key, once enough of them lie together.
#[derive(Debug)]
pub struct Share {
    head: Head,
    point: Point,
}

impl Share {
    /// Which of the set it is, from 1.
    #[must_use]
    pub const fn index(&self) -> u8 {
        self.point.x.get()
    }

    /// How many of the set it takes.
    #[must_use]
    pub const fn threshold(&self) -> u8 {
        self.head.threshold
    }

    /// Which generation of the root key the set gives.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.head.generation
    }

    /// Which set it belongs to.
    #[must_use]
    pub const fn set(&self) -> SetId {
        self.head.set
    }
}

/// All shares of one division.
#[derive(Debug)]
pub struct ShareSet {
    /// Its name.
    pub id: SetId,
    /// How many there are, and how many it takes.
    pub quorum: Quorum,
    /// The generation of the root key.
    pub generation: u32,
    /// One for each who keeps one.
    pub shares: Vec<Share>,
}

/// Divide a root key.
#[must_use]
pub fn split(
    root: &SymmetricKey,
    environment: &Environment,
    generation: u32,
    quorum: Quorum,
    rng: &dyn Rng,
) -> ShareSet {
    let mut set = [0; SET_BYTES];
    rng.fill(&mut set);
    let id = SetId(set);
    let mut head = Head {
        environment: tag(environment),
        generation,
        set: id,
        threshold: quorum.threshold(),
        commitment: [0; COMMITMENT_BYTES],
    };
    head.commitment = commitment(root, environment, &head);
    let points = shamir::divide(root, quorum, rng);
    ShareSet {
        id,
        quorum,
        generation,
        shares: points
            .into_iter()
            .map(|point| Share { head, point })
            .collect(),
    }
}

/// The root key that `shares` are of, and no other.
///
/// # Errors
/// [`SharesError`]: too few, of several sets, of another environment, or one of them is not what was handed out.
pub fn combine(shares: &[Share], environment: &Environment) -> Result<SymmetricKey, SharesError> {
    let first = shares.first().ok_or(SharesError::None)?;
    let head = first.head;
    if shares.iter().any(|share| share.head != head) {
        return Err(SharesError::Mixed);
    }
    if head.environment != tag(environment) {
        return Err(SharesError::Environment(environment.clone()));
    }
    if let Some(twice) = doubled(shares) {
        return Err(SharesError::Twice(twice.get()));
    }
    if shares.len() < usize::from(head.threshold) {
        return Err(SharesError::Few {
            needed: head.threshold,
            given: shares.len(),
        });
    }
    let points: Vec<&Point> = shares.iter().map(|share| &share.point).collect();
    let root = shamir::unite(&points).ok_or(SharesError::None)?;
    let known = commitment(&root, environment, &head);
    if !crypt::mac::same(&known, &head.commitment) {
        return Err(SharesError::Wrong);
    }
    Ok(root)
}

fn doubled(shares: &[Share]) -> Option<NonZeroU8> {
    let mut seen = Vec::with_capacity(shares.len());
    for share in shares {
        if seen.contains(&share.point.x) {
            return Some(share.point.x);
        }
        seen.push(share.point.x);
    }
    None
}

fn tag(environment: &Environment) -> [u8; TAG_BYTES] {
    first(&crypt::hash::sha256(&[environment.as_str().as_bytes()]))
}

/// Depends on every bit of the root key, and on what the shares belong to.
fn commitment(
    root: &SymmetricKey,
    environment: &Environment,
    head: &Head,
) -> [u8; COMMITMENT_BYTES] {
    let place = Context::new("strongroom root share")
        .text(environment.as_str())
        .int(u64::from(head.generation))
        .bytes(head.set.as_bytes())
        .int(u64::from(head.threshold));
    first(kdf::derive(root, COMMITMENT, place.as_bytes()).danger_bytes())
}

fn first<const N: usize>(bytes: &[u8; 32]) -> [u8; N] {
    const { assert!(N <= 32) };
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes) {
        *to = *from;
    }
    out
}

impl Keys {
    /// Divide the newest root key among `quorum`. Nothing is written down: that is the caller's, once the log says so.
    ///
    /// # Errors
    /// [`KeysError::InUse`] while keys hang under an older generation: a quorum would not bring those back.
    pub async fn split_root(&self, quorum: Quorum) -> Result<ShareSet, KeysError> {
        self.reload_roots().await?;
        let roots = self.roots();
        let newest = roots.newest();
        for row in self.0.db.rows(&sql::ROOT_BENEATH, vec![]).await? {
            let generation = crate::root::generation(&row, 0)?;
            let remaining = u64::try_from(row.int(1)?).unwrap_or(0);
            if generation != newest.generation && remaining > 0 {
                let name = Level::Root.generation(generation);
                return Err(KeysError::InUse { name, remaining });
            }
        }
        let (environment, rng) = (self.environment(), &*self.0.rng);
        Ok(split(
            newest.key()?,
            environment,
            newest.generation,
            quorum,
            rng,
        ))
    }
}
