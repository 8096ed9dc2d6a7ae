//! Why not, in the words of the standards (RFC 6749 §5.2, RFC 9126, RFC 9449, OpenID Connect Core §3.1.2.6).

use audit::entry::EntryError;
use base::{ErrorKind, Fault};
use store::StoreError;
use web::Challenge;

use super::Unknown;
use crate::SecretsError;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $code:literal, $kind:ident;)*) => {
        /// What a client is told by a word that standards define.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$doc])* $name,)*
        }

        impl Refusal {
            /// The word for the client.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// Our own stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            const fn kind(self) -> ErrorKind {
                match self { $(Self::$name => ErrorKind::$kind,)* }
            }
        }
    };
}

refusals! {
    /// A parameter is missing, comes twice, or is not what it should be.
    InvalidRequest = "invalid_request", "oauth.invalid_request", Invalid;
    /// The app did not prove itself.
    InvalidClient = "invalid_client", "oauth.invalid_client", Unauthenticated;
    /// A code or refresh token is unknown, used, old, ended or another app's.
    InvalidGrant = "invalid_grant", "oauth.invalid_grant", Invalid;
    /// The app may not use this way.
    UnauthorizedClient = "unauthorized_client", "oauth.unauthorized_client", Invalid;
    /// There is no such way.
    UnsupportedGrantType = "unsupported_grant_type", "oauth.unsupported_grant_type", Invalid;
    /// Only codes are answered.
    UnsupportedResponseType = "unsupported_response_type", "oauth.unsupported_response_type", Invalid;
    /// The scopes are not among the app's.
    InvalidScope = "invalid_scope", "oauth.invalid_scope", Invalid;
    /// The person said no.
    AccessDenied = "access_denied", "oauth.access_denied", Forbidden;
    /// Nobody is signed in, and no page may be shown.
    LoginRequired = "login_required", "oauth.login_required", Invalid;
    /// The person has not agreed, and no page may be shown.
    ConsentRequired = "consent_required", "oauth.consent_required", Invalid;
    /// Signed requests are not taken.
    RequestNotSupported = "request_not_supported", "oauth.request_not_supported", Invalid;
    /// Registration on the way is not taken.
    RegistrationNotSupported = "registration_not_supported", "oauth.registration_not_supported", Invalid;
    /// The pushed request is unknown, used, old or another app's.
    InvalidRequestUri = "invalid_request_uri", "oauth.invalid_request_uri", Invalid;
    /// The proof of possession does not hold.
    InvalidDpopProof = "invalid_dpop_proof", "oauth.invalid_dpop_proof", Invalid;
    /// The proof must carry the nonce of the answer.
    UseDpopNonce = "use_dpop_nonce", "oauth.use_dpop_nonce", Invalid;
    /// The access token is unknown, old or ended.
    InvalidToken = "invalid_token", "oauth.invalid_token", Unauthenticated;
    /// The access token is bound to a key, and came without a proof.
    TokenBound = "invalid_token", "oauth.token_bound", Unauthenticated;
    /// The access token does not reach that far.
    InsufficientScope = "insufficient_scope", "oauth.insufficient_scope", Forbidden;
}

/// A failure around apps and their tokens.
#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    /// Refused, with a word of the standards and a sentence that says what to do.
    #[error("{}: {}", .0.word(), .1)]
    Refused(Refusal, &'static str),
    /// Who failed to prove which app it is has to wait.
    #[error("too many failures; {seconds} s to wait")]
    Wait {
        /// So long.
        seconds: u64,
    },
    /// What the staff wanted of an app does not make sense.
    #[error("not a valid app: {0}")]
    App(&'static str),
    /// There is no such app, for this tenant.
    #[error("no such app")]
    NoApp,
    /// The app is not in a state in which that can be done.
    #[error("the app's state does not allow it: {0}")]
    State(&'static str),
    /// Who registered an app does not review it.
    #[error("reviewed by who registered it")]
    SamePerson,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// An entry could not be written.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// What is stored is not what we wrote.
    #[error("stored {0} does not hold together")]
    Damaged(&'static str),
}

impl From<Unknown> for OauthError {
    fn from(unknown: Unknown) -> Self {
        Self::Secrets(SecretsError {
            kind: unknown.kind,
            code: unknown.code,
            internal: unknown.internal,
        })
    }
}

impl OauthError {
    /// The word of the standards that fits best.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused(refusal, _) => refusal.word(),
            _ if self.kind() == ErrorKind::Unavailable => "temporarily_unavailable",
            _ => "server_error",
        }
    }

    /// What a resource asks for that refuses with this; `by_dpop`: the request came with the scheme `DPoP`.
    #[must_use]
    pub const fn challenge(&self, by_dpop: bool) -> Challenge {
        let Self::Refused(refusal, _) = self else {
            return Challenge::Any;
        };
        match (refusal, by_dpop) {
            (Refusal::InvalidDpopProof | Refusal::UseDpopNonce, _) => Challenge::Proof,
            (Refusal::InsufficientScope, false) => Challenge::Scope,
            (Refusal::InsufficientScope, true) => Challenge::BoundScope,
            (Refusal::TokenBound, _) | (_, true) => Challenge::BoundToken,
            (_, false) => Challenge::Token,
        }
    }

    pub(crate) const fn invalid(why: &'static str) -> Self {
        Self::Refused(Refusal::InvalidRequest, why)
    }

    pub(crate) const fn grant(why: &'static str) -> Self {
        Self::Refused(Refusal::InvalidGrant, why)
    }

    pub(crate) const fn client(why: &'static str) -> Self {
        Self::Refused(Refusal::InvalidClient, why)
    }

    pub(crate) const fn proof(why: &'static str) -> Self {
        Self::Refused(Refusal::InvalidDpopProof, why)
    }

    pub(crate) const fn token(why: &'static str) -> Self {
        Self::Refused(Refusal::InvalidToken, why)
    }
}

impl Fault for OauthError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Refused(refusal, _) => refusal.kind(),
            Self::Wait { .. } => ErrorKind::TooMany,
            Self::App(_) => ErrorKind::Invalid,
            Self::NoApp => ErrorKind::NotFound,
            Self::State(_) => ErrorKind::Conflict,
            Self::SamePerson => ErrorKind::Forbidden,
            Self::Store(error) => error.kind(),
            Self::Secrets(error) => error.kind(),
            Self::Entry(_) => ErrorKind::Internal,
            Self::Damaged(_) => ErrorKind::Tampered,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal, _) => refusal.code(),
            Self::Wait { .. } => "oauth.wait",
            Self::App(_) => "app.invalid",
            Self::NoApp => "app.not_found",
            Self::State(_) => "app.state",
            Self::SamePerson => "app.same_person",
            Self::Store(error) => error.code(),
            Self::Secrets(error) => error.code(),
            Self::Entry(_) => "oauth.entry",
            Self::Damaged(_) => "oauth.damaged",
        }
    }

    fn public(&self) -> String {
        match self {
            Self::Refused(_, why) | Self::App(why) | Self::State(why) => (*why).to_owned(),
            Self::Wait { seconds } => format!(
                "Nothing that came from here proved to be the app, too often. Wait {seconds} seconds, then send what the app was registered with."
            ),
            Self::NoApp => "There is no such app. `strongroom app list` shows them.".into(),
            Self::SamePerson => {
                "An app is reviewed by somebody else than who registered it. Ask a colleague."
                    .into()
            }
            Self::Store(error) => error.public(),
            Self::Secrets(error) => error.public(),
            Self::Entry(_) => "Something went wrong on our side. Nothing was changed.".into(),
            Self::Damaged(_) => "What is stored does not hold together. It was not used; the operator has been told.".into(),
        }
    }
}
