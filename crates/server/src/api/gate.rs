//! Who asks: a token, an app's access token, or a session's cookie, made into what policy decides by.

use std::future::Future;
use std::pin::Pin;

use base::{ErrorKind, PersonId, RequestId};
use consent::{Fields, Grant};
use http::{HeaderMap, Method};
use identity::oauth::{At, Oauth, OauthError, Proof, Scheme};
use identity::{Kind, SignedIn};
use policy::access::AccessError;
use policy::{Authority, Guarding, Proven, Role, Verb};
use web::{Cookie, Gate, Peer, Problem, SameSite};

use super::{House, access};

/// The role that somebody of the staff chose to act in. It gives nothing: it chooses among those that count.
pub const ROLE: Cookie = Cookie::new("__Host-role", SameSite::Lax);

/// The person that a proxy chose to act for.
pub const ACTING_FOR: Cookie = Cookie::new("__Host-acting-for", SameSite::Lax);

/// Lets in who has a token, or a session's cookie.
pub struct TokenGate(pub House);

impl Gate for TokenGate {
    type Who = Authority;

    fn admit<'a>(
        &'a self,
        request: &'a http::request::Parts,
    ) -> Pin<Box<dyn Future<Output = Result<Authority, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let named = web::authorization(&request.headers)?;
            // Who names a token means it.
            let session = match named {
                Some(_) => None,
                None => web::SESSION.read(&request.headers)?,
            };
            let authority = match session {
                Some(session) => {
                    own_pages_only(request)?;
                    let now = self.0.clock.now();
                    let who = Box::pin(self.0.identity.session(session, now)).await?;
                    Box::pin(self.of_session(who, &request.headers)).await?
                }
                None => self.by_token(named, request).await?,
            };
            // Who belongs to a tenant that is configured no longer is let in nowhere.
            if self.0.config.tenants.contains(authority.tenant()) {
                Ok(access::emergency(&self.0, authority, &request.headers).await?)
            } else {
                Err(policy::TokenError::Unknown.into())
            }
        })
    }
}

impl TokenGate {
    /// A person is a person. Somebody of the staff acts in one of the roles that count now: the one they chose, else the one that the
    /// account was made for, else any. Asked anew for each request, so that a role that ended is gone at the next one, on every node.
    async fn of_session(
        &self,
        mut who: SignedIn,
        headers: &HeaderMap,
    ) -> Result<Authority, Problem> {
        if who.kind == Kind::Staff {
            let held = self.0.access.roles(&who.tenant, who.account).await?;
            let any = *held.first().ok_or(AccessError::NoRole)?;
            let proven: Vec<Role> = held
                .into_iter()
                .filter(|role| who.assurance >= identity::least(who.kind, *role))
                .collect();
            let chosen = ROLE.read(headers)?.and_then(|role| role.parse().ok());
            who.role = [chosen, Some(who.role)]
                .into_iter()
                .flatten()
                .chain(proven.first().copied())
                .find(|role| proven.contains(role))
                .ok_or(AccessError::Stronger(any))?;
        }
        let (account, tenant, kind) = (who.account, who.tenant.clone(), who.kind);
        let authority = Authority::from(Proven::from(who)).of_account(account);
        let (asked, chosen) = acting_for(headers)?;
        let Some(person) = asked.or(chosen).filter(|_| kind == Kind::Person) else {
            return Ok(authority);
        };
        let now = self.0.clock.now();
        let grants = self.0.consents.acts_for(&tenant, account, now).await?;
        match grants.into_iter().find(|it| it.person == person) {
            Some(grant) => {
                let stands_in = authority.acting_for(person, grant.grant);
                Ok(match grant.appoints_guardian() {
                    true => stands_in.as_guardian(guarding(&grant)),
                    false => stands_in,
                })
            }
            // A choice of before leads back to oneself; who asks for it in so many words is told.
            None if asked.is_none() => Ok(authority),
            None => Err(policy::Denied::NotYours.into()),
        }
    }

    async fn by_token(
        &self,
        named: Option<&str>,
        request: &http::request::Parts,
    ) -> Result<Authority, Problem> {
        let (scheme, text) = named
            .and_then(|value| value.split_once(' '))
            .map_or(("", ""), |(scheme, token)| (scheme, token.trim()));
        let bearer = scheme.eq_ignore_ascii_case("bearer");
        let dpop = scheme.eq_ignore_ascii_case("dpop");
        if dpop || (bearer && Oauth::is_access_token(text)) {
            let scheme = if dpop {
                Scheme::Dpop(proof(request))
            } else {
                Scheme::Bearer
            };
            let at = At {
                request: RequestId::random(&*self.0.rng),
                now: self.0.clock.now(),
                from: request.extensions.get().map(|Peer(address)| *address),
            };
            let admitted = Box::pin(self.0.oauth.admit(text, scheme, at)).await;
            return admitted.map_err(|error| not_admitted(error, dpop));
        }
        Ok(self.0.tokens.verify(if bearer { text } else { "" }).await?)
    }
}

/// How far a guardian reaches beside records and files: everything is taken along, and deleted, by who may do so with all of it.
fn guarding(appointment: &Grant) -> Guarding {
    let all = |verb| appointment.terms.fields(None, verb) == Some(Fields::All);
    Guarding {
        takes: all(Verb::Read),
        deletes: all(Verb::Delete),
    }
}

/// The person that somebody means to act for, as their proxy or guardian: asked for in a header, or chosen on a page. It gives
/// nothing: it chooses among those who let them.
fn acting_for(headers: &HeaderMap) -> Result<(Option<PersonId>, Option<PersonId>), Problem> {
    let person = |text: &str| {
        text.parse()
            .map_err(|_| Problem::from(policy::Denied::NotYours))
    };
    let named = headers.get("acting-for").and_then(|it| it.to_str().ok());
    let asked = named.map(person).transpose()?;
    let chosen = ACTING_FOR.read(headers)?.and_then(|it| it.parse().ok());
    Ok((asked, chosen))
}

/// A browser sends a cookie along for whoever makes it ask. What changes something must be asked by a page of our own; every browser
/// since 2023 says by whom it was, and no page can make it lie.
fn own_pages_only(request: &http::request::Parts) -> Result<(), Problem> {
    let safe = matches!(request.method, Method::GET | Method::HEAD);
    let site = request.headers.get("sec-fetch-site");
    let ours = site.is_some_and(|site| site.as_bytes() == b"same-origin");
    // What reads is read by nobody else either; but there are browsers that do not say, and links from elsewhere.
    let foreign = site.is_some_and(|site| matches!(site.as_bytes(), b"cross-site" | b"same-site"));
    let navigates = request
        .headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode.as_bytes() == b"navigate");
    if ours || (safe && (!foreign || navigates)) {
        Ok(())
    } else {
        Err(Problem::new(
            ErrorKind::Forbidden,
            "http.cross_site",
            "With a session's cookie, only this service's own pages may ask for this. Programs use a token.",
        ))
    }
}

/// The proof of possession that a request carries; none, if it carries two.
fn proof(request: &http::request::Parts) -> Option<Proof<'_>> {
    let mut values = request.headers.get_all("dpop").iter();
    let (first, second) = (values.next()?, values.next());
    let text = first.to_str().ok().filter(|_| second.is_none())?;
    Some(Proof {
        text,
        method: request.method.as_str(),
        path: request.uri.path(),
    })
}

/// At a resource a proof that does not hold is nobody's: 401, where the token endpoint says 400.
fn not_admitted(error: OauthError, by_dpop: bool) -> Problem {
    let challenge = error.challenge(by_dpop);
    let mut problem = Problem::from(error);
    problem.challenge = challenge;
    if problem.kind == ErrorKind::Invalid {
        problem.kind = ErrorKind::Unauthenticated;
    }
    problem
}
