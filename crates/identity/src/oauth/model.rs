//! An app: what it is, how it proves itself, what it may ask for. Wrong ones cannot be made.

use std::fmt;
use std::str::FromStr;

use base::{AppId, Instant, Purpose, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::jose::PublicKey;
use super::scope::{Level, Scope, Scopes};
use super::{OauthError, Register};

/// Addresses of one app.
pub const REDIRECTS_MAX: usize = 20;
/// One address, in bytes.
pub const REDIRECT_BYTES_MAX: usize = 2_000;
/// Public keys of one app: the present one, the next, and some for other machines.
pub const KEYS_MAX: usize = 10;
/// A name as people read it, in characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Whom to ask, in bytes (the longest e-mail address has 254).
pub const CONTACT_BYTES_MAX: usize = 254;

/// How an app proves itself at the token endpoint. Exactly this one is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Not at all: it runs where it can keep no secret. PKCE ties its codes to it.
    None,
    /// A secret in the header `Authorization`.
    ClientSecretBasic,
    /// A secret in the form.
    ClientSecretPost,
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt,
}

impl AuthMethod {
    /// Every way.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
    ];

    /// As RFC 8414 names it, and as the log writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// Whether there is a secret to hand out.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// How strict we are with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Code with PKCE, a secret or none: what every library can do.
    #[default]
    Compatible,
    /// FAPI 2.0: pushed requests, signed assertions, tokens bound to a key.
    Strict,
}

/// How it gets tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// By a person's answer.
    AuthorizationCode,
    /// By its own right.
    ClientCredentials,
    /// Anew, while nobody is there.
    RefreshToken,
}

impl GrantType {
    /// Every way.
    pub const ALL: [Self; 3] = [
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::RefreshToken,
    ];

    /// As the standard names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// The form of its access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenForm {
    /// Random; says nothing.
    #[default]
    Opaque,
    /// A signed JWT (RFC 9068), for resource servers that cannot ask.
    Jwt,
}

macro_rules! named {
    ($type:ty, $wanted:literal) => {
        impl FromStr for $type {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, &'static str> {
                serde_json::from_value(Value::String(text.to_owned())).map_err(|_| $wanted)
            }
        }
    };
}

named!(
    AuthMethod,
    "one of none, client_secret_basic, client_secret_post, private_key_jwt"
);
named!(Profile, "compatible or strict");
named!(
    GrantType,
    "one of authorization_code, client_credentials, refresh_token"
);
named!(TokenForm, "opaque or jwt");

/// An address that people are sent back to, character by character as registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an app that registered this may be answered at `asked`: the same, character by character; only the port of
    /// this very machine may differ, since a program on somebody's desk takes the one that is free (RFC 8252 §7.3).
    #[must_use]
    pub fn is(&self, asked: &str) -> bool {
        if self.0 == asked {
            return true;
        }
        match (loopback(&self.0), loopback(asked)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => false,
        }
    }
}

/// An address on this very machine without its port: what stands before and after it.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let host = ["http://127.0.0.1", "http://[::1]"]
        .into_iter()
        .find(|host| uri.starts_with(host))?;
    let (host, rest) = uri.split_at(host.len());
    let (port, path) = match rest.strip_prefix(':') {
        None => ("", rest),
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
    };
    let number = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5;
    (number && path.starts_with('/')).then_some((host, path))
}

impl FromStr for RedirectUri {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let legal = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#*".contains(&byte);
        if text.len() > REDIRECT_BYTES_MAX || !text.bytes().all(legal) {
            return Err(
                "a redirect address has at most 2000 characters, no fragment, no space, no wildcard",
            );
        }
        let whole = Self(text.to_owned());
        if let Some(rest) = text.strip_prefix("https://") {
            let authority = rest.split(['/', '?']).next().unwrap_or("");
            let plain = !authority.is_empty() && !authority.contains('@');
            return plain
                .then_some(whole)
                .ok_or("a redirect address names a host, and no user");
        }
        if loopback(text).is_some() {
            return Ok(whole);
        }
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        // A scheme of an app's own carries a domain of its maker's, turned around (RFC 8252 §7.1).
        let own = scheme.contains('.')
            && scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-+".contains(&byte)
            });
        own.then_some(whole).ok_or(
            "a redirect address begins with https://, with http://127.0.0.1 or http://[::1] for programs on somebody's own machine, or with a scheme such as com.example.app:",
        )
    }
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A public key of an app, under the name that its assertions give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppKey {
    /// `kid`, where it has one.
    pub kid: Option<String>,
    /// The key.
    pub key: PublicKey,
}

/// What the staff decide about an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// How it proves itself.
    pub auth_method: AuthMethod,
    /// How strict we are.
    #[serde(default)]
    pub profile: Profile,
    /// How it gets tokens.
    pub grant_types: Vec<GrantType>,
    /// Where people are sent back to.
    #[serde(default)]
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for, at most.
    pub scopes: String,
    /// Those of its scopes that a person may leave out; all others are essential to it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub optional: String,
    /// For which purposes it may use data, at most.
    pub purposes: Vec<Purpose>,
    /// Its public keys (a JWK set), for assertions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// The form of its access tokens.
    #[serde(default)]
    pub access_tokens: TokenForm,
    /// Its access tokens must be bound to a key (DPoP). The strict profile always wants that.
    #[serde(default)]
    pub dpop_bound: bool,
    /// It is a resource server: it may ask about every token of the tenant, not only its own.
    #[serde(default)]
    pub introspects: bool,
}

impl AppSettings {
    /// Whether the settings make sense together and name what `register` knows.
    ///
    /// # Errors
    /// [`OauthError::App`] with what is wrong.
    pub fn check(&self, register: &dyn Register) -> Result<(), OauthError> {
        let wrong = |why| Err(OauthError::App(why));
        let asks = self.grant_types.contains(&GrantType::AuthorizationCode);
        let own = self.grant_types.contains(&GrantType::ClientCredentials);
        if !asks && !own {
            return wrong("an app uses authorization_code, client_credentials, or both");
        }
        if self.grant_types.contains(&GrantType::RefreshToken) && !asks {
            return wrong("refresh_token goes with authorization_code");
        }
        if asks == self.redirect_uris.is_empty() {
            return wrong("authorization_code needs redirect addresses, and nothing else has any");
        }
        if self.redirect_uris.len() > REDIRECTS_MAX {
            return wrong("an app has at most 20 redirect addresses");
        }
        if own && self.auth_method == AuthMethod::None {
            return wrong("client_credentials needs an app that proves itself");
        }
        if self.introspects && self.auth_method == AuthMethod::None {
            return wrong("only an app that proves itself may ask about tokens");
        }
        let strict = self.profile == Profile::Strict;
        if strict && self.auth_method != AuthMethod::PrivateKeyJwt {
            return wrong("the strict profile needs private_key_jwt");
        }
        let keys = keys_of(self.jwks.as_ref())?;
        if keys.is_empty() == (self.auth_method == AuthMethod::PrivateKeyJwt) {
            return wrong(
                "private_key_jwt needs `jwks`, public keys for signatures, and nothing else has any",
            );
        }
        let Some(scopes) = Scopes::parse_strictly(&self.scopes) else {
            return wrong(
                "a scope is not one that we know: openid, offline_access, launch/patient, fhirUser, patient/NAME.cruds, system/NAME.cruds",
            );
        };
        if scopes.is_empty() && !self.introspects {
            return wrong("an app needs a scope");
        }
        if scopes.collections().any(|name| !register.knows(name)) {
            return wrong(
                "a scope names a collection that the register does not know; `strongroom register show` lists them",
            );
        }
        if scopes
            .iter()
            .any(|scope| matches!(scope, Scope::Purpose(_)))
        {
            return wrong("purposes stand in `purposes`, not in `scopes`");
        }
        let optional = Scopes::parse_strictly(&self.optional);
        if !optional.is_some_and(|it| {
            it.iter().all(|scope| {
                matches!(
                    scope,
                    Scope::Data {
                        level: Level::Patient,
                        ..
                    }
                )
            }) && it.within(&scopes)
        }) {
            return wrong("`optional` names scopes patient/... that are among `scopes`");
        }
        if scopes.reach_data(Level::System) && !own {
            return wrong("a scope system/... goes with client_credentials");
        }
        if scopes.reach_data(Level::Patient) && !asks {
            return wrong("a scope patient/... goes with authorization_code");
        }
        let reads = scopes.extents().iter().any(|it| it.verbs.reads());
        if reads && self.purposes.is_empty() {
            return wrong("an app that reads says for which purposes");
        }
        // Emergency access and the system's own purposes are nobody's to hand out.
        let never = [Purpose::Etreat, Purpose::Sysdev, Purpose::Hlegal];
        if self.purposes.iter().any(|it| never.contains(it)) {
            return wrong(
                "an app's purposes are among TREAT, PATRQT, HRESCH, PUBHLTH, HPAYMT, HOPERAT",
            );
        }
        Ok(())
    }

    /// Whether its access tokens are bound to a key.
    #[must_use]
    pub fn needs_dpop(&self) -> bool {
        self.dpop_bound || self.profile == Profile::Strict
    }

    /// Whether it may get tokens in this way.
    #[must_use]
    pub fn may(&self, way: GrantType) -> bool {
        self.grant_types.contains(&way)
    }
}

pub(crate) fn keys_of(jwks: Option<&Value>) -> Result<Vec<AppKey>, OauthError> {
    let Some(jwks) = jwks else {
        return Ok(Vec::new());
    };
    let wrong = OauthError::App(
        "`jwks` is an object with `keys`, at most 10 public keys for ES256, PS256 (2048 bits and more) or EdDSA (Ed25519), and no private parts",
    );
    let Some(list) = jwks.get("keys").and_then(Value::as_array) else {
        return Err(wrong);
    };
    let keys: Option<Vec<_>> = list
        .iter()
        .map(|jwk| {
            let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
            PublicKey::of_jwk(jwk).map(|key| AppKey { kid, key })
        })
        .collect();
    keys.filter(|keys| keys.len() <= KEYS_MAX).ok_or(wrong)
}

/// What people read of an app. Sealed, since somebody's name or address may stand in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its name, as people know it.
    pub name: String,
    /// Whom to ask: an address of whoever makes it.
    #[serde(default)]
    pub contact: String,
}

impl About {
    /// Whether it can be shown.
    ///
    /// # Errors
    /// [`OauthError::App`].
    pub fn check(&self) -> Result<(), OauthError> {
        let shown = |text: &str| !text.chars().any(char::is_control) && text.trim() == text;
        if !(1..=NAME_CHARS_MAX).contains(&self.name.chars().count()) || !shown(&self.name) {
            return Err(OauthError::App("an app's name has 1 to 80 characters"));
        }
        if self.contact.len() > CONTACT_BYTES_MAX || !shown(&self.contact) {
            return Err(OauthError::App("a contact has at most 254 characters"));
        }
        if [&self.name, &self.contact]
            .iter()
            .any(|text| base::card::find(text).is_some())
        {
            return Err(OauthError::App(
                "what looks like a payment card number stands in it; no payment data are stored",
            ));
        }
        Ok(())
    }
}

/// Where an app stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppState {
    /// Registered; nobody else has looked at it yet. Gets nothing.
    InReview,
    /// Approved.
    Active,
    /// Looked at and refused. Gets nothing, ever.
    Refused,
    /// Stopped. All its tokens ended with that.
    Stopped,
}

impl AppState {
    const ALL: [Self; 4] = [Self::InReview, Self::Active, Self::Refused, Self::Stopped];

    /// As stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InReview => "in_review",
            Self::Active => "active",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl fmt::Display for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A registered app, as it is at this moment.
#[derive(Clone, Debug)]
pub struct App {
    /// Its client id.
    pub id: AppId,
    /// Whose.
    pub tenant: TenantId,
    /// Where it stands.
    pub state: AppState,
    /// Which tokens are still tokens.
    pub epoch: i64,
    /// What was decided about it.
    pub settings: AppSettings,
    /// What people read.
    pub about: About,
    /// Who registered it, by actor id.
    pub registered_by: String,
    /// Who reviewed it.
    pub reviewed_by: Option<String>,
    /// Since when.
    pub created_at: Instant,
    pub(crate) scopes: Scopes,
    pub(crate) keys: Vec<AppKey>,
    /// SHA-256 of its secrets, with the end of each that has one.
    pub(crate) secrets: Vec<([u8; 32], Option<Instant>)>,
}

impl App {
    /// What it may ask for, at most.
    #[must_use]
    pub const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// How many secrets are valid at `now`.
    #[must_use]
    pub fn secrets_valid(&self, now: Instant) -> usize {
        let lives = |end: &Option<Instant>| end.is_none_or(|end| now < end);
        self.secrets.iter().filter(|(_, end)| lives(end)).count()
    }
}
