//! Accounts of persons lead to their data: the vault makes the person, and says whether they are there.

use std::future::Future;
use std::pin::Pin;

use base::{Ctx, Fault, PersonId, TenantId};
use identity::oauth::{Patients, Unknown};
use identity::{IdentityError, People};
use policy::{Authority, PersonAt, Verb, decide};
use store::Statement;
use vault::{Vault, VaultError};

/// [`People`] over the vault.
pub struct VaultPeople(pub Vault);

impl People for VaultPeople {
    fn make<'a>(
        &'a self,
        ctx: &'a Ctx,
    ) -> Pin<Box<dyn Future<Output = Result<PersonId, IdentityError>> + Send + 'a>> {
        Box::pin(async move {
            // The person does not exist yet, so it is the system that makes them, in the same request.
            let authority = Authority::system(ctx.tenant.clone(), "sign-up");
            let ctx = Ctx {
                actor: authority.actor(),
                ..ctx.clone()
            };
            let thing = PersonAt {
                tenant: ctx.tenant.clone(),
                person: None,
            };
            let allowed = decide(&ctx, &authority, Verb::Create, thing)
                .map_err(|error| IdentityError::Above(error.to_string()))?;
            let made = self.0.create_person(&ctx, &allowed, None, None).await;
            let (made, _) = made.map_err(|error| match error {
                VaultError::Ended => IdentityError::Closed,
                error => IdentityError::Above(error.to_string()),
            })?;
            Ok(made.person)
        })
    }

    fn is_there(&self, tenant: &TenantId, person: PersonId) -> Statement {
        Vault::is_there(tenant, person)
    }

    fn guard(&self) -> &'static str {
        vault::GUARD_PERSON
    }
}

impl Patients for VaultPeople {
    fn patient<'a>(
        &'a self,
        ctx: &'a Ctx,
        person: PersonId,
    ) -> Pin<Box<dyn Future<Output = Result<Option<String>, Unknown>> + Send + 'a>> {
        Box::pin(async move {
            // The app may ask only with the token that is being made, so it is the system that looks, in the same request.
            let authority = Authority::system(ctx.tenant.clone(), "launch");
            let ctx = Ctx {
                actor: authority.actor(),
                ..ctx.clone()
            };
            let thing = PersonAt {
                tenant: ctx.tenant.clone(),
                person: Some(person),
            };
            let allowed =
                decide(&ctx, &authority, Verb::Read, thing).map_err(|error| unknown(&error))?;
            match self.0.read_person(&ctx, &allowed).await {
                Ok((summary, _)) => Ok(summary
                    .external
                    .and_then(|id| id.strip_prefix("Patient/").map(str::to_owned))),
                // Erased a moment ago: the grant has ended too, and the commit says so.
                Err(VaultError::NoPerson) => Ok(None),
                Err(error) => Err(unknown(&error)),
            }
        })
    }
}

fn unknown(error: &(impl Fault + std::fmt::Display)) -> Unknown {
    Unknown {
        kind: error.kind(),
        code: error.code(),
        internal: error.to_string(),
    }
}
