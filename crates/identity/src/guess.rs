//! Guessing is made slow, for the one who guesses.
//!
//! A guess is counted before it is looked at, three times over: for the account from this address (or this known device), for
//! the address whoever the account, and for the account from all unknown devices together. The first two get slower; the third
//! ends at 100 guesses in a row (SP 800-63B-4 §3.2.2). None of them stands in the owner's way: on a device where they signed
//! in before they are counted apart, a passkey is not guessed at all, and a link by mail opens the account again
//! (`docs/decisions/013-guessing.md`). The counters know keyed digests of what was typed, so that an account that is not there
//! behaves like one that is.

use std::net::IpAddr;
use std::time::Duration;

use base::{AccountId, Instant, TenantId};
use store::{Statement, StoreError, WriteSet};

use crate::identity::Identity;
use crate::{Caller, IdentityError, sql};

/// What is guessed; each is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Passwords.
    Password,
    /// Codes and recovery codes, by whoever has the password already.
    Code,
    /// Mails that are asked for.
    Mail,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Mail => "mail",
        }
    }
}

/// How one counter slows down.
#[derive(Clone, Copy)]
struct Slope {
    guard: &'static str,
    /// So many are free; then a pause of one second, which doubles.
    free: i64,
    /// The longest pause.
    pause_max: Duration,
    /// A counter that nobody touched for so long begins anew.
    forgotten_after: Duration,
    /// No guess after so many.
    most: i64,
}

const NEAR: Slope = Slope {
    guard: "guess.near",
    free: 5,
    pause_max: Duration::from_mins(15),
    forgotten_after: Duration::from_hours(24),
    most: i64::MAX,
};
const ADDRESS: Slope = Slope {
    guard: "guess.address",
    // Behind one address there may be a whole clinic.
    free: 50,
    pause_max: Duration::from_mins(15),
    forgotten_after: Duration::from_hours(24),
    most: i64::MAX,
};
const ACCOUNT: Slope = Slope {
    guard: "guess.account",
    free: i64::MAX / 2,
    pause_max: Duration::ZERO,
    // Only a success, or a link by mail, ends the row.
    forgotten_after: Duration::from_hours(24 * 365 * 100),
    most: 100,
};

/// Mails to one address, whoever asks: enough for who waits for one, too few to bury a mailbox under.
const MAILBOX: Slope = Slope {
    guard: "guess.mailbox",
    free: 5,
    pause_max: Duration::from_mins(15),
    forgotten_after: Duration::from_hours(24),
    most: i64::MAX,
};

/// Counters of one try, to be counted and, after a success, forgotten.
pub(crate) struct Tries {
    tenant: TenantId,
    what: What,
    near: [u8; 32],
    address: [u8; 32],
    /// `None` where the device is known.
    account: Option<[u8; 32]>,
}

impl Identity {
    /// The counters of what `caller` tries on the account that `target` names (an address that was typed, or an id).
    pub(crate) fn tries(
        &self,
        caller: &Caller,
        what: What,
        target: &[u8],
        known_device: bool,
    ) -> Result<Tries, IdentityError> {
        let place = match (known_device, &caller.device) {
            (true, Some(device)) => crypt::token::digest(device.expose()).to_vec(),
            _ => network(caller.address),
        };
        let digest = |field, parts: &[&[u8]]| {
            let mut value = Vec::new();
            for part in parts {
                value.extend_from_slice(&(part.len() as u64).to_be_bytes());
                value.extend_from_slice(part);
            }
            self.secrets.digest(&caller.tenant, field, &value)
        };
        let account = if known_device {
            None
        } else {
            Some(digest("guess.account", &[target])?)
        };
        Ok(Tries {
            tenant: caller.tenant.clone(),
            what,
            near: digest("guess.near", &[target, &place])?,
            address: digest("guess.address", &[&network(caller.address)])?,
            account,
        })
    }

    /// Count a try, or say how long to wait.
    pub(crate) async fn count_try(&self, tries: &Tries, now: Instant) -> Result<(), IdentityError> {
        let mut set = WriteSet::new();
        for (slope, who) in tries.all() {
            set = set.with(count(tries, slope, who, now));
        }
        match self.db.commit(set).await {
            Ok(_) => Ok(()),
            Err(StoreError::Guard(guard)) if guard == ACCOUNT.guard => Err(IdentityError::Guarded),
            Err(StoreError::Guard(_)) => Err(self.wait(tries, now).await?),
            Err(error) => Err(error.into()),
        }
    }

    async fn wait(&self, tries: &Tries, now: Instant) -> Result<IdentityError, IdentityError> {
        let mut until = now;
        for (_, who) in tries.all() {
            let params = vec![
                (&tries.tenant).into(),
                tries.what.as_str().into(),
                who.into(),
            ];
            if let Some(row) = self.db.row(&sql::GUESS_FIND, params).await? {
                until = until.max(Instant::from_micros(row.int(1)?));
            }
        }
        let seconds = until.since(now).as_secs() + 1;
        Ok(IdentityError::Wait { seconds })
    }

    /// Whether the account was signed in to on the caller's device before.
    pub(crate) async fn knows_device(
        &self,
        caller: &Caller,
        account: AccountId,
    ) -> Result<bool, IdentityError> {
        let Some(device) = &caller.device else {
            return Ok(false);
        };
        let params = vec![
            (&caller.tenant).into(),
            account.into(),
            crypt::token::digest(device.expose()).into(),
            caller.now.into(),
        ];
        Ok(self.db.row(&sql::DEVICE_KNOWN, params).await?.is_some())
    }
}

impl Tries {
    fn all(&self) -> Vec<(Slope, [u8; 32])> {
        let mut all = vec![(NEAR, self.near), (ADDRESS, self.address)];
        let slope = match self.what {
            What::Password | What::Code => ACCOUNT,
            What::Mail => MAILBOX,
        };
        all.extend(self.account.map(|who| (slope, who)));
        all
    }

    /// After a success: who proved it begins anew; their address does not, since others guess from there too.
    pub(crate) fn forgive(&self, set: WriteSet) -> WriteSet {
        let params =
            |who: [u8; 32]| vec![(&self.tenant).into(), self.what.as_str().into(), who.into()];
        let mut set = set
            .run(&sql::GUESS_FORGET, params(self.near))
            .run(&sql::GUESS_RETURN, params(self.address));
        if let Some(account) = self.account {
            set = set.run(&sql::GUESS_FORGET, params(account));
        }
        set
    }
}

fn count(tries: &Tries, slope: Slope, who: [u8; 32], now: Instant) -> Statement {
    let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX / 4);
    let params = vec![
        (&tries.tenant).into(),
        tries.what.as_str().into(),
        who.into(),
        now.into(),
        now.micros()
            .saturating_sub(micros(slope.forgotten_after))
            .into(),
        slope.free.into(),
        micros(slope.pause_max).into(),
        slope.most.into(),
    ];
    Statement::new(&sql::GUESS_COUNT, params).expecting(1, slope.guard)
}

/// What one subscriber has: an IPv4 address, or the half of an IPv6 address that the provider hands out.
pub(crate) fn network(address: Option<IpAddr>) -> Vec<u8> {
    match address {
        None => Vec::new(),
        Some(IpAddr::V4(address)) => address.octets().to_vec(),
        Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.octets().to_vec(),
            None => address.octets().iter().take(8).copied().collect(),
        },
    }
}
