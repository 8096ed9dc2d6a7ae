//! Accounts of persons lead to their data: the vault makes the person, and says whether they are there.

use std::future::Future;
use std::pin::Pin;

use base::{Ctx, PersonId, TenantId};
use identity::{IdentityError, People};
use policy::{Authority, PersonAt, Verb, decide};
use store::Statement;
use vault::Vault;

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
            let (made, _) = self
                .0
                .create_person(&ctx, &allowed, None, None)
                .await
                .map_err(|error| IdentityError::Above(error.to_string()))?;
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
