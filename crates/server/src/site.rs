//! What all pages share: whose they are, and the key that ties forms to visits, the same on every node.

use std::sync::Arc;

use base::TenantId;
use crypt::SymmetricKey;
use keys::Keys;
use web::Site;

use crate::{Failure, OPERATOR};

/// The site called `name`. Its forms' key comes from the operator's part of the key tree, so that it needs no place of its own.
pub(crate) fn site(name: &str, keys: &Keys) -> Result<Arc<Site>, Failure> {
    let operator: TenantId = OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))?;
    let index = keys.index_key(&operator)?;
    let key = crypt::mac::hmac_sha256(&index.key, &[b"strongroom/forms v1"]);
    Ok(Arc::new(Site {
        name: name.to_owned(),
        form_key: SymmetricKey::from_bytes(key),
    }))
}
