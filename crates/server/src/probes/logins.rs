//! Puts marker words where people prove who they are: an account's address, name and password, a device's name, guesses at an
//! account that is not there.

use std::sync::Arc;

use base::{AccountId, Class, PersonId, RequestId, Secret};
use govern::canary::Marker;
use govern::checks::{Plant, Planted};
use govern::{ProbeError, Probing};
use http::Method;
use identity::{Caller, IdentityError, Kind, Language, NewAccount, Step};
use parking_lot::Mutex;
use policy::Role;

use super::front::knock;
use super::{Bench, Who};

/// Words of an account.
pub(super) struct Logins {
    bench: Arc<Bench>,
    /// The account of this round: to be opened again.
    planted: Mutex<Option<Account>>,
}

#[derive(Clone)]
struct Account {
    id: AccountId,
    who: String,
    secret: String,
}

impl Account {
    fn email(&self) -> String {
        format!("{}@check.invalid", self.who)
    }

    fn password(&self) -> Secret<String> {
        Secret::new(format!("{} gable rust oboe", self.secret))
    }
}

fn failed(error: &dyn std::fmt::Display) -> ProbeError {
    ProbeError::new("signing in as a test person", error)
}

impl Logins {
    pub fn new(bench: &Arc<Bench>) -> Self {
        Self {
            bench: Arc::clone(bench),
            planted: Mutex::new(None),
        }
    }

    fn caller(&self, device: &str) -> Result<Caller, ProbeError> {
        let house = &self.bench.house;
        Ok(Caller {
            tenant: self.bench.tenant.clone(),
            address: None,
            device: None,
            agent: Some(
                device
                    .parse()
                    .map_err(|error: IdentityError| failed(&error))?,
            ),
            request: RequestId::random(&*house.rng),
            now: house.clock.now(),
        })
    }

    async fn sign_in(&self, email: &str, password: &Secret<String>) -> Result<bool, ProbeError> {
        let identity = &self.bench.house.identity;
        let device = email.split('@').next().unwrap_or_default();
        let email = email
            .parse()
            .map_err(|error: IdentityError| failed(&error))?;
        match identity
            .sign_in(&self.caller(device)?, &email, password)
            .await
        {
            Ok(Step::Session(_)) => Ok(true),
            Ok(_) | Err(IdentityError::Refused | IdentityError::Wait { .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }

    async fn furnish(&self, person: PersonId, markers: &[Marker]) -> Result<(), ProbeError> {
        let bench = &self.bench;
        let word = |class: Class| {
            markers
                .iter()
                .find(|marker| marker.class == class)
                .map_or("", |marker| marker.word.as_str())
                .to_owned()
        };
        let mut account = Account {
            id: AccountId::from_bytes([0; 16]),
            who: word(Class::Personal),
            secret: word(Class::Credential),
        };
        let new = NewAccount {
            kind: Kind::Person,
            role: Role::Person,
            person: Some(person),
            email: account
                .email()
                .parse()
                .map_err(|error: IdentityError| failed(&error))?,
            name: account
                .who
                .parse()
                .map_err(|error: IdentityError| failed(&error))?,
            language: Language::En,
        };
        let (ctx, _) = bench.house.local(&bench.tenant, "check");
        let added = bench
            .house
            .identity
            .add(&ctx, &new, &account.password())
            .await;
        account.id = added.map_err(|error| failed(&error))?;
        *self.planted.lock() = Some(account.clone());
        // Guesses leave traces, too.
        let wrong = Secret::new(format!("not {}", account.password().expose()));
        self.sign_in(&account.email(), &wrong).await?;
        let nobody = format!("no-{}", account.email());
        self.sign_in(&nobody, &account.password()).await?;
        self.sign_in(&account.email(), &account.password()).await?;
        Ok(())
    }
}

impl Plant for Logins {
    fn plant<'a>(&'a self, markers: &'a [Marker]) -> Probing<'a, Planted> {
        Box::pin(async move {
            let bench = &self.bench;
            let post = knock(Method::POST, "/v1/persons").token(&bench.token(Who::Maker).await?);
            let made = bench.front.good("making a test person", post).await?;
            let person: PersonId = made
                .text_at("/person")?
                .parse()
                .map_err(|error| failed(&error))?;
            let mut planted = Planted {
                id: person.to_string(),
                ..Planted::default()
            };
            let key = bench
                .house
                .keys
                .sealing_key(&bench.tenant)
                .map_err(|error| failed(&error))?;
            planted.keys.push((Class::Credential, key.generation));
            match self.furnish(person, markers).await {
                Ok(()) => Ok(planted),
                Err(error) => {
                    self.remove(&planted).await?;
                    Err(error)
                }
            }
        })
    }

    fn open<'a>(&'a self, _: &'a Planted) -> Probing<'a, String> {
        Box::pin(async move {
            let planted = self.planted.lock().clone();
            let Some(planted) = planted else {
                return Ok(String::new());
            };
            let bench = &self.bench;
            let account = bench
                .house
                .identity
                .account(&bench.tenant, planted.id)
                .await
                .map_err(|error| failed(&error))?;
            let mut all = format!("{}\n{}\n", account.email.as_str(), account.name.as_str());
            // A password cannot be opened, but it can let in.
            if self.sign_in(&planted.email(), &planted.password()).await? {
                all.push_str(&planted.secret);
            }
            Ok(all)
        })
    }

    fn remove<'a>(&'a self, planted: &'a Planted) -> Probing<'a, ()> {
        Box::pin(async move {
            *self.planted.lock() = None;
            let person: PersonId = planted.id.parse().map_err(|error| failed(&error))?;
            // The account goes with the person.
            self.bench
                .delete(person, &format!("/v1/persons/{person}"))
                .await
        })
    }
}
