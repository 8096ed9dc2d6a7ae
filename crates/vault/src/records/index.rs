//! The blind index: what is searched for and what is stored meet as truncated HMACs under the tenant's index key.
//!
//! Within one person's records the person is part of the token, so that equal values of two people have nothing in common in
//! the index. Only parameters that the register gives tenant scope (who is this?) are comparable across people.

use std::collections::HashSet;

use audit::RecordHandle;
use base::{Ctx, Name, PersonId, RecordId, TenantId};
use crypt::SymmetricKey;
use policy::RecordAt;
use store::WriteSet;

use super::put::Incoming;
use crate::document::normalise;
use crate::register::{Collection, Parameter, Scope};
use crate::{Vault, VaultError, sql};

/// One token of the index.
pub(super) type IndexToken = [u8; 16];

/// The name under which record ids are indexed where the address does not name the person.
const ID: &str = "_id";

impl Vault {
    /// The token of one normalised value.
    fn index_token(
        key: &SymmetricKey,
        collection: &Name,
        parameter: &str,
        person: Option<PersonId>,
        value: &str,
    ) -> IndexToken {
        let mut message =
            Vec::with_capacity(32 + collection.as_str().len() + parameter.len() + value.len());
        message.push(normalise::VERSION);
        for text in [collection.as_str(), parameter] {
            message.extend_from_slice(text.as_bytes());
            message.push(0);
        }
        match person {
            None => message.push(0),
            Some(person) => {
                message.push(1);
                message.extend_from_slice(person.as_bytes());
            }
        }
        message.extend_from_slice(value.as_bytes());
        crypt::mac::blind_index(key, "search", &message)
    }

    /// The token of a value that is looked for: within `person`'s records, or (tenant scope) everybody's.
    pub(super) fn lookup_token(
        &self,
        tenant: &TenantId,
        collection: &Name,
        parameter: &Parameter,
        person: Option<PersonId>,
        value: &str,
    ) -> Result<IndexToken, VaultError> {
        let index = self.keys().index_key(tenant)?;
        let bound = match parameter.scope {
            Scope::Person => person,
            Scope::Tenant => None,
        };
        Ok(Self::index_token(
            &index.key,
            collection,
            parameter.name.as_str(),
            bound,
            value,
        ))
    }

    /// The token of a record's id, for addresses that do not name the person.
    pub(super) fn id_token(
        &self,
        tenant: &TenantId,
        collection: &Name,
        record: &RecordId,
    ) -> Result<IndexToken, VaultError> {
        let index = self.keys().index_key(tenant)?;
        Ok(Self::index_token(
            &index.key,
            collection,
            ID,
            None,
            record.as_str(),
        ))
    }

    /// `set` with the one index row of a record's id.
    pub(super) fn id_write(
        &self,
        tenant: &TenantId,
        thing: &RecordAt,
        rkey: RecordHandle,
        set: WriteSet,
    ) -> Result<WriteSet, VaultError> {
        if self.collection(&thing.collection)?.id.is_none() {
            return Ok(set);
        }
        let token = self.id_token(tenant, &thing.collection, &thing.record)?;
        Ok(set.run(
            &sql::INDEX_INSERT,
            vec![
                tenant.into(),
                (&thing.collection).into(),
                token.into(),
                thing.person.into(),
                (*rkey.as_bytes()).into(),
            ],
        ))
    }

    /// `set` with the index rows of a record.
    pub(super) fn index_writes(
        &self,
        ctx: &Ctx,
        thing: &RecordAt,
        incoming: &Incoming,
        set: WriteSet,
    ) -> Result<WriteSet, VaultError> {
        let collection: &Collection = &incoming.collection;
        if collection.search.is_empty() && collection.id.is_none() {
            return Ok(set);
        }
        let index = self.keys().index_key(&ctx.tenant)?;
        let mut tokens = HashSet::new();
        for found in incoming.intake.found() {
            let Some(parameter) = collection.search.get(found.parameter) else {
                continue;
            };
            let bound = match parameter.scope {
                Scope::Person => Some(thing.person),
                Scope::Tenant => None,
            };
            let name = parameter.name.as_str();
            tokens.insert(Self::index_token(
                &index.key,
                &collection.name,
                name,
                bound,
                found.value,
            ));
        }
        if collection.id.is_some() {
            tokens.insert(self.id_token(&ctx.tenant, &collection.name, &thing.record)?);
        }
        Ok(tokens.into_iter().fold(set, |set, token| {
            set.run(
                &sql::INDEX_INSERT,
                vec![
                    (&ctx.tenant).into(),
                    (&collection.name).into(),
                    token.into(),
                    thing.person.into(),
                    (*incoming.rkey.as_bytes()).into(),
                ],
            )
        }))
    }
}
