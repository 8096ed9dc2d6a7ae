//! What each wrapped key is bound to (`docs/formats/key-store.md`): the environment and its whole place in the tree.

use base::Environment;
use crypt::Context;

use crate::{KeyName, Level};

/// The associated data of the key `name`. `region` is that of the key-encryption key it hangs under; a root or a
/// key-encryption key has no use for it.
pub(crate) fn context(environment: &Environment, region: &str, name: &KeyName) -> Context {
    let context = |level| Context::new(level).text(environment.as_str());
    match &name.level {
        Level::Root => context("strongroom root key"),
        Level::Kek {
            tenant,
            region,
            class,
        } => context("strongroom key-encryption key")
            .text(tenant.as_str())
            .text(region.as_str())
            .int(u64::from(class.code())),
        Level::Tenant { tenant, kind } => context("strongroom tenant key")
            .text(tenant.as_str())
            .text(region)
            .int(u64::from(kind.class().code()))
            .int(u64::from(kind.code())),
        Level::Person {
            tenant,
            person,
            class,
        } => context("strongroom person key")
            .text(tenant.as_str())
            .text(region)
            .bytes(person.as_bytes())
            .int(u64::from(class.code())),
    }
    .int(u64::from(name.generation))
}
