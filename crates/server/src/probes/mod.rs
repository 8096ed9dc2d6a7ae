//! The checks of promises on the real installation: what `govern` asks for through small traits, filled with the databases,
//! files, sockets and routes that everybody uses.
//!
//! What a check stores, it stores about a *canary*: a synthetic person of the tenant, with tokens of the role `person` that
//! reach nobody else and end with the round of checks. What it sends goes through the router that serves everybody.
//!
//! Invariant: no check opens anybody's data but the canary's, except the samples of `stored` ([`sample`]), which are read
//! under the rule `system-check` and stand in the log like every look.

mod access;
mod ages;
mod backups;
mod cards;
mod consents;
mod documents;
mod endpoint;
mod every;
mod front;
mod logins;
mod plant;
mod privileges;
mod provoke;
mod raw;
mod registered;
mod rights;
mod sample;
mod sampler;
mod switches;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use audit::{Action, Entry, Outcome};
use base::{Class, PersonId, Secret, TenantId, TokenId};
use govern::checks::{
    self, AccessLogged, AccessReviewed, AtRest, CardsNone, Cipher, ConsentAsked, Hybrid,
    LogAlwaysOn,
};
use govern::checks::{LogsClean, RegisterPresent, RetentionKept, RightsInTime, Transit};
use govern::real::{All, InTheLog};
use govern::{Check, Ledger, ProbeError};
use policy::{Authority, NewToken, PersonAt, Role, Scope, Verb, decide};
use store::{Db, StoreError, WriteSet};
use tokio::sync::{Mutex, OnceCell};
use web::{App, Metrics, Routes};

use crate::api::{self, House, TokenGate};
use crate::{Failure, Installation, OPERATOR, installation};

pub use watch::watch;

pub(crate) use documents::Specimen;
pub(crate) use endpoint::client;
use front::Front;

/// The id from outside by which a tenant's canary is known.
const CANARY: &str = "canary";
/// Tokens end with the round of checks; where the process dies before that, by themselves.
const TOKENS_LIVE: Duration = Duration::from_secs(15 * 60);

/// Everything that the checks of one round share.
pub struct Bench {
    house: House,
    /// Whose data the canary's lie among.
    tenant: TenantId,
    /// The same for each other tenant.
    others: Vec<Arc<Self>>,
    front: Front,
    metrics: Arc<Metrics>,
    keys_db: Db,
    specimen: Specimen,
    endpoint: govern::tls::Endpoint,
    /// The socket that was opened because no server runs.
    own: Option<endpoint::Own>,
    tokens: Mutex<Vec<(Who, TokenId, Secret<String>)>>,
    canary: OnceCell<PersonId>,
    unlogged: OnceCell<Front>,
    sample: sample::Sample,
}

/// The server that runs in this process.
#[derive(Clone)]
pub struct Running {
    /// Its routes.
    pub router: axum::Router,
    /// Its counters.
    pub metrics: Arc<Metrics>,
    /// Where it listens.
    pub address: SocketAddr,
}

/// As whom a check knocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// A canary, who may do everything with their own data and nothing else.
    Canary(PersonId),
    /// An app that may make persons, and sees nothing of them.
    Maker,
    /// Staff who may open nobody's data.
    Stranger,
}

impl Bench {
    /// Lay out what the checks of `house` need. `running`: the server that runs in this process. Without, a
    /// server of this installation that answers at the configured address is probed, or a socket opened for the purpose.
    ///
    /// # Errors
    /// [`Failure`] where the key store, the certificate or the register cannot be used.
    pub async fn lay_out(house: &House, running: Option<Running>) -> Result<Arc<Self>, Failure> {
        let config = &house.config;
        let (router, metrics, running) = match running {
            Some(it) => (it.router, it.metrics, Some(it.address)),
            None => {
                let metrics = Arc::new(Metrics::new());
                let router = router(house, &metrics, api::routes(house));
                (router, metrics, None)
            }
        };
        let (endpoint, own) = endpoint::find(config, running, &router, &metrics).await?;
        let Some((first, others)) = config.tenants.split_first() else {
            return Err(Failure::usage(
                "the configuration names no tenant, so there is nothing to check",
            ));
        };
        let keys = installation::database(&config.keys, true)?;
        let keys_db = Db::open(keys, store::migrations::KEYS, None).await?;
        let of = |tenant: &TenantId, own, others| {
            Arc::new(Self {
                house: Arc::clone(house),
                tenant: tenant.clone(),
                others,
                front: Front::new(router.clone()),
                metrics: Arc::clone(&metrics),
                keys_db: keys_db.clone(),
                specimen: Specimen::of(house.vault.register()),
                endpoint: endpoint.clone(),
                own,
                tokens: Mutex::default(),
                canary: OnceCell::new(),
                unlogged: OnceCell::new(),
                sample: sample::Sample::default(),
            })
        };
        let others = others.iter().map(|tenant| of(tenant, None, Vec::new()));
        let others = others.collect();
        Ok(of(first, own, others))
    }

    /// Every check, on this bench. What is about a tenant's data is measured for each tenant: a promise is kept only if it is
    /// to everybody.
    ///
    /// # Errors
    /// [`Failure`] where the certificate cannot be used.
    pub fn checks(self: &Arc<Self>) -> Result<Vec<Box<dyn Check>>, Failure> {
        let mut checks: Vec<_> = self
            .own_checks()?
            .into_iter()
            .map(|check| every::Tenant::new(check, is_about_tenants))
            .collect();
        for other in &self.others {
            for (every, check) in checks.iter_mut().zip(other.own_checks()?) {
                every.join(check);
            }
        }
        Ok(checks
            .into_iter()
            .map(|check| Box::new(check) as Box<dyn Check>)
            .collect())
    }

    fn own_checks(self: &Arc<Self>) -> Result<Vec<Box<dyn Check>>, Failure> {
        let rng = || Arc::clone(&self.house.rng);
        let raw = raw::at_rest(self)?;
        let at_rest = |name, classes, plant| {
            Box::new(AtRest::new(name, classes, plant, Arc::clone(&raw), rng())) as Box<dyn Check>
        };
        let both = || vec![Class::Personal, Class::Health];
        let operator: TenantId = operator()?;
        let in_the_log = InTheLog {
            db: self.house.db.clone(),
            log: self.house.log.clone(),
            keys: Arc::clone(&self.house.keys) as _,
            tenant: operator.clone(),
            clock: Arc::clone(&self.house.clock),
            rng: rng(),
        };
        let switches = Arc::new(switches::Settings(Arc::clone(self)));
        let said = raw::Said::default();
        let written = raw::written(self, &said);
        let everything = Arc::new(All(vec![Arc::clone(&raw), Arc::clone(&written)]));
        let without_hybrid = endpoint::without_hybrid(&self.house.config)?;
        Ok([
            at_rest(
                checks::REST_RECORDS,
                self.specimen.classes(),
                Arc::new(plant::Records(Arc::clone(self))),
            ),
            at_rest(
                checks::REST_FILES,
                both(),
                Arc::new(plant::Files(Arc::clone(self))),
            ),
            at_rest(
                checks::REST_METADATA,
                both(),
                Arc::new(plant::Metadata(Arc::clone(self))),
            ),
            at_rest(
                checks::REST_LOG,
                vec![Class::Internal],
                Arc::new(in_the_log),
            ),
            Box::new(AtRest::new(
                checks::AUTH_CLEAR_TEXT,
                vec![Class::Personal, Class::Credential],
                Arc::new(logins::Logins::new(self)),
                Arc::clone(&everything) as _,
                rng(),
            )),
            Box::new(sampler::Tidy::new(self, Cipher::new)),
            Box::new(Transit::new(self.endpoint.clone(), rng())),
            Box::new(Hybrid::new(self.endpoint.clone(), without_hybrid)),
            Box::new(AccessLogged::new(Arc::new(access::Looks(Arc::clone(self))))),
            Box::new(AccessReviewed::new(Arc::new(privileges::Held(Arc::clone(
                self,
            ))))),
            Box::new(ConsentAsked::new(Arc::new(consents::Tried(Arc::clone(
                self,
            ))))),
            Box::new(RetentionKept::new(Arc::new(ages::Kept(Arc::clone(self))))),
            Box::new(RightsInTime::new(Arc::new(rights::Asked(Arc::clone(self))))),
            Box::new(LogAlwaysOn::new(
                self.house.db.clone(),
                self.tenant.clone(),
                switches,
            )),
            Box::new(CardsNone::new(
                Arc::new(cards::Places(Arc::clone(self))),
                everything,
            )),
            Box::new(LogsClean::new(
                Arc::new(provoke::Requests::new(self, said)),
                written,
                rng(),
            )),
            Box::new(RegisterPresent::new(Arc::new(registered::Stored(
                Arc::clone(self),
            )))),
        ]
        .into_iter()
        .chain(backups::of(self))
        .collect())
    }

    /// Take away what the round needed: its tokens, its socket.
    ///
    /// # Errors
    /// Storage failures; the tokens then end by themselves.
    pub async fn clear(&self) -> Result<(), Failure> {
        for tenant in std::iter::once(self).chain(self.others.iter().map(AsRef::as_ref)) {
            tenant.clear_own().await?;
        }
        self.keys_db.close().await;
        Ok(())
    }

    async fn clear_own(&self) -> Result<(), Failure> {
        let (ctx, _) = self.house.local(&self.tenant, "check");
        for (_, id, _) in self.tokens.lock().await.drain(..) {
            let set = self.house.tokens.revoke(&self.tenant, id, WriteSet::new());
            let entry = Entry::new(&ctx, Action::TokenRevoke, Outcome::Ok)?.token(id);
            let set = set.log(entry.finish(&self.tenant));
            match self.house.db.commit(set).await {
                // It ended with the person that it was about.
                Ok(_) | Err(StoreError::Guard("token.revoke")) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if let Some(own) = &self.own {
            own.stop();
        }
        if let Some(unlogged) = self.unlogged.get() {
            unlogged.close().await;
        }
        Ok(())
    }

    /// A token of `who`, made when it is first needed in a round.
    async fn token(&self, who: Who) -> Result<String, ProbeError> {
        let mut tokens = self.tokens.lock().await;
        if let Some((_, _, text)) = tokens.iter().find(|(known, ..)| *known == who) {
            return Ok(text.expose().clone());
        }
        let failed = |error: &dyn std::fmt::Display| ProbeError::new("making a token", error);
        let (role, person, scope) = match who {
            Who::Canary(person) => (Role::Person, Some(person), Scope::default()),
            Who::Maker => {
                let nothing = Scope {
                    collections: Some(Vec::new()),
                    classes: Some(Vec::new()),
                    ..Scope::default()
                };
                (Role::App, None, nothing)
            }
            Who::Stranger => (Role::Operator, None, Scope::default()),
        };
        let new = NewToken {
            tenant: self.tenant.clone(),
            role,
            person,
            scope,
            label: "check".to_owned(),
            lives: TOKENS_LIVE,
        };
        let (ctx, _) = self.house.local(&self.tenant, "check");
        let (id, text, set) = self.house.tokens.create(&new, WriteSet::new());
        let entry = Entry::new(&ctx, Action::TokenCreate, Outcome::Ok)
            .map_err(|error| failed(&error))?
            .token(id);
        self.house
            .db
            .commit(set.log(entry.finish(&self.tenant)))
            .await
            .map_err(|error| failed(&error))?;
        let clear = text.expose().clone();
        tokens.push((who, id, text));
        Ok(clear)
    }

    /// The tenant's canary, made when there is none.
    async fn canary(&self) -> Result<PersonId, ProbeError> {
        let made = self.canary.get_or_try_init(|| async {
            let vault = &self.house.vault;
            match vault.person_by_external(&self.tenant, CANARY).await {
                Ok(Some(person)) => Ok(person),
                Ok(None) => self.person(Some(CANARY)).await,
                Err(error) => Err(ProbeError::new("looking for the canary", error)),
            }
        });
        made.await.copied()
    }

    /// Another synthetic person; whoever makes one erases them.
    async fn person(&self, external: Option<&str>) -> Result<PersonId, ProbeError> {
        let (ctx, authority) = self.house.local(&self.tenant, "check");
        let thing = PersonAt {
            tenant: self.tenant.clone(),
            person: None,
        };
        let allowed = decide(&ctx, &authority, Verb::Create, thing)
            .map_err(|error| ProbeError::new("making a canary", error))?;
        let (new, _) = self
            .house
            .vault
            .create_person(&ctx, &allowed, external, None)
            .await
            .map_err(|error| ProbeError::new("making a canary", error))?;
        Ok(new.person)
    }
}

/// Whether a check says something of one tenant only. The others measure the socket, or the operator's own log.
fn is_about_tenants(name: &str) -> bool {
    ![
        checks::REST_LOG,
        checks::TRANSIT_TLS,
        checks::TRANSIT_HYBRID,
    ]
    .contains(&name)
}

/// The router of `house`, as a server has it.
pub fn router(house: &House, metrics: &Arc<Metrics>, routes: Routes<Authority>) -> axum::Router {
    let app = App {
        gate: Arc::new(TokenGate(Arc::clone(house))),
        clock: Arc::clone(&house.clock),
        rng: Arc::clone(&house.rng),
        metrics: Arc::clone(metrics),
        site: Arc::clone(&house.site),
    };
    app.router(routes)
}

/// Where the results of an installation's checks stand.
///
/// # Errors
/// None: the name of the operator's log is a tenant's name.
pub fn ledger(house: &Installation) -> Result<Ledger, Failure> {
    Ok(Ledger::new(house.db.clone(), operator()?))
}

fn operator() -> Result<TenantId, Failure> {
    OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))
}
