//! Who sits in front of the browser, for the pages where a person answers an app.

use std::future::Future;
use std::pin::Pin;

use base::{Fault, Instant};
use http::HeaderMap;

use crate::oauth::{Account, SignedIn, Unknown};
use crate::{Identity, IdentityError, Kind};

impl SignedIn for Identity {
    fn signed_in<'a>(
        &'a self,
        headers: &'a HeaderMap,
        now: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Account>, Unknown>> + Send + 'a>> {
        Box::pin(async move {
            let session = web::SESSION.read(headers).map_err(|problem| Unknown {
                kind: problem.kind,
                code: problem.code,
                internal: problem.detail,
            })?;
            let Some(session) = session else {
                return Ok(None);
            };
            let who = match self.session(session, now).await {
                Ok(who) => who,
                Err(IdentityError::Session) => return Ok(None),
                Err(error) => {
                    return Err(Unknown {
                        kind: error.kind(),
                        code: error.code(),
                        internal: error.to_string(),
                    });
                }
            };
            // A proof counts as fresh for so long from when it was given.
            let fresh =
                i64::try_from(self.settings.lifetimes.fresh.as_micros()).unwrap_or(i64::MAX);
            Ok(Some(Account {
                account: who.account,
                tenant: who.tenant,
                person: who.person,
                session: who.session.as_bytes().to_vec(),
                assurance: who.assurance,
                auth_time: Instant::from_micros(who.fresh_until.micros().saturating_sub(fresh)),
                staff: who.kind == Kind::Staff,
            }))
        })
    }
}
