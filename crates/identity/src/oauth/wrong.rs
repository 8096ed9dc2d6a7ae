//! Who fails to prove which app it is waits; the app itself never does.
//!
//! What an app proves itself with cannot be guessed (256 random bits, or a signature), so that what is right is taken whatever was
//! tried before, and nobody can lock an app out. What is wrong is counted, for the app that was named from this address and for
//! the address, in the commit that writes it into the log. While a pause lasts, it is neither counted nor written: whoever sends
//! nonsense fills no log (`docs/decisions/013-guessing.md`).

use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{Actor, ActorKind, Ctx, Fault as _};
use store::{StoreError, WriteSet};

use super::model::App;
use super::{At, Oauth, OauthError, Refusal};
use crate::guess::{self, ADDRESS, Slope, What};

/// Failures under one app's name from one address.
const NAMED: Slope = Slope {
    guard: "guess.app",
    // A machine that was given the wrong secret tries a few times before somebody looks.
    free: 10,
    pause_max: Duration::from_mins(15),
    forgotten_after: Duration::from_hours(24),
    most: i64::MAX,
};
/// Of what somebody calls themselves, so much is looked at.
const NAMED_BYTES_MAX: usize = 256;

/// A proof that does not hold.
pub(super) struct Wrong {
    /// The app that was named, if it is there and active.
    pub app: Option<Arc<App>>,
    /// What was named.
    pub named: String,
    /// What was wanted.
    pub action: Action,
    /// What the caller hears.
    pub error: OauthError,
}

impl Oauth {
    /// Count it and write it into the log, of the app's tenant or else of the installation; then say what is wrong, or how long to
    /// wait. A request that is merely malformed is nobody's guess.
    pub(super) async fn wrong<T>(&self, wrong: Wrong, at: At) -> Result<T, OauthError> {
        if !matches!(wrong.error, OauthError::Refused(Refusal::InvalidClient, _)) {
            return Err(wrong.error);
        }
        let network = guess::network(at.from);
        let named = wrong.named.as_bytes();
        let named = named.get(..NAMED_BYTES_MAX).unwrap_or(named);
        let length = (named.len() as u64).to_be_bytes();
        let digest = |field, value: &[u8]| self.secrets.digest(&self.operator, field, value);
        let near = digest("guess.app", &[&length, named, &network].concat())?;
        let address = digest("guess.address", &network)?;

        let mut set = WriteSet::new();
        for (slope, who) in [(NAMED, near), (ADDRESS, address)] {
            let count = guess::count(&self.operator, What::App, slope, who, at.now);
            set = set.with(count);
        }
        let entry = match &wrong.app {
            Some(app) => {
                let ctx = self.of_app(app, "nothing", at);
                let entry = Entry::new(&ctx, wrong.action, Outcome::Denied)?;
                let entry = entry.subject(*app.id.as_bytes());
                entry.code(wrong.error.code()).finish(&ctx.tenant)
            }
            None => {
                let ctx = self.of_nobody(at);
                let entry = Entry::new(&ctx, wrong.action, Outcome::Denied)?;
                entry.code(wrong.error.code()).finish(&ctx.tenant)
            }
        };
        match self.db.commit(set.log(entry)).await {
            Ok(_) => Err(wrong.error),
            Err(StoreError::Guard(_)) => {
                let who = [near, address].into_iter();
                let seconds =
                    guess::pause(&self.db, &self.operator, What::App, who, at.now).await?;
                Err(OauthError::Wait { seconds })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What names no app of ours stands in the installation's own log; not more often than an address may fail, so that nobody
    /// fills it.
    pub(super) async fn stray<T>(
        &self,
        action: Action,
        error: OauthError,
        at: At,
    ) -> Result<T, OauthError> {
        let network = guess::network(at.from);
        let address = self
            .secrets
            .digest(&self.operator, "guess.stray", &network)?;
        let count = guess::count(&self.operator, What::App, ADDRESS, address, at.now);
        let ctx = self.of_nobody(at);
        let entry = Entry::new(&ctx, action, Outcome::Denied)?;
        let entry = entry.code(error.code()).finish(&ctx.tenant);
        match self.db.commit(WriteSet::new().with(count).log(entry)).await {
            Ok(_) | Err(StoreError::Guard(_)) => Err(error),
            Err(failed) => Err(failed.into()),
        }
    }

    /// The circumstances of what nobody that is known tries; in the installation's own log.
    pub(super) fn of_nobody(&self, at: At) -> Ctx {
        Ctx {
            tenant: self.operator.clone(),
            actor: Actor {
                kind: ActorKind::App,
                id: "nobody".to_owned(),
                role: "nobody".to_owned(),
                authenticated_by: "nothing",
                grant: None,
            },
            purpose: None,
            request: at.request,
            now: at.now,
        }
    }
}
