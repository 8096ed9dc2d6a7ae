//! What an app's own program does: challenges, assertions, proofs, the way through the browser.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crypt::es256::Es256Key;
use identity::oauth::jose::{self, PublicKey};
use serde_json::{Value, json};

use crate::api::{BACK, Client, Got, House, ISSUER, encode};

pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters.~_";
pub const STATE: &str = "state with spaces & signs";

pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[VERIFIER.as_bytes()]))
}

pub fn basic(client: &Client) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", client.id, client.secret))
    )
}

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// Another name each time.
pub fn serial() -> String {
    format!("serial-{}", SERIAL.fetch_add(1, Ordering::Relaxed))
}

/// A key of an app's, for assertions and proofs.
pub struct Wallet(Es256Key);

impl Wallet {
    pub fn new() -> Self {
        Self(Es256Key::generate())
    }

    pub fn jwk(&self) -> Value {
        let mut jwk = jose::jwk(&self.0);
        jwk.as_object_mut().unwrap().remove("use");
        jwk
    }

    pub fn jkt(&self) -> String {
        let key = PublicKey::of_jwk(&self.jwk()).unwrap();
        URL_SAFE_NO_PAD.encode(key.thumbprint())
    }

    /// A JWS with any head.
    pub fn jws(&self, header: &Value, claims: &Value) -> String {
        let text = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(text.as_bytes()));
        format!("{text}.{signature}")
    }

    pub fn proof_head(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    pub fn proof_claims(method: &str, path: &str, now: i64) -> Value {
        json!({ "htm": method, "htu": format!("{ISSUER}{path}"), "iat": now, "jti": serial() })
    }

    /// A proof for the token endpoint.
    pub fn proof(&self, path: &str, now: i64) -> String {
        self.jws(&self.proof_head(), &Self::proof_claims("POST", path, now))
    }

    pub fn assertion_claims(client: &Client, now: i64) -> Value {
        let id = client.id.to_string();
        json!({ "iss": id, "sub": id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": serial() })
    }

    pub fn assertion(&self, client: &Client, now: i64) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT" });
        self.jws(&header, &Self::assertion_claims(client, now))
    }
}

/// The parameters of a request that is right.
pub fn request(client: &Client) -> Vec<(String, String)> {
    [
        ("client_id", client.id.to_string().as_str()),
        ("response_type", "code"),
        ("redirect_uri", BACK),
        ("scope", "openid offline_access patient/*.rs"),
        ("state", STATE),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The same with some parameters otherwise; an empty one is left out.
pub fn with(client: &Client, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut all = request(client);
    for (name, value) in changes {
        all.retain(|(other, _)| other != name);
        if !value.is_empty() {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    all
}

fn pairs(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

impl House {
    /// A browser of somebody (or nobody) arrives at the authorization endpoint.
    pub async fn arrive(&self, params: &[(String, String)], who: Option<&str>) -> Got {
        let path = format!("/oauth2/authorize?{}", encode(&pairs(params)));
        let headers: Vec<_> = who.iter().map(|who| ("x-account", *who)).collect();
        self.get(&path, &headers).await
    }

    /// The page's form is sent.
    pub async fn say(&self, page: &Got, answer: &str, who: &str) -> Got {
        let form = [
            ("request", page.hidden("request")),
            ("token", page.hidden("token")),
            ("answer", answer.to_owned()),
        ];
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.post("/oauth2/consent", &form, &[("x-account", who)])
            .await
    }

    /// The code that somebody's yes gives.
    pub async fn code(&self, params: &[(String, String)], who: &str) -> String {
        let mut got = self.arrive(params, Some(who)).await;
        if got.status == 200 {
            got = self.say(&got, "allow", who).await;
        }
        let back = got.back();
        back.get("code")
            .unwrap_or_else(|| panic!("no code: {back:?}"))
            .clone()
    }

    /// Exchange a code, with the right verifier.
    pub async fn exchange(&self, client: &Client, code: &str) -> Got {
        self.exchange_with(client, code, &[], &[]).await
    }

    pub async fn exchange_with(
        &self,
        client: &Client,
        code: &str,
        changes: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Got {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            form.retain(|(other, _)| other != name);
            if !value.is_empty() {
                form.push((name, value));
            }
        }
        let basic = basic(client);
        let mut all = headers.to_vec();
        let id = client.id.to_string();
        if client.secret.is_empty() {
            form.push(("client_id", &id));
        } else {
            all.push(("authorization", &basic));
        }
        self.post("/oauth2/token", &form, &all).await
    }

    /// Tokens of somebody's yes.
    pub async fn tokens(&self, client: &Client, who: &str) -> Got {
        let code = self.code(&request(client), who).await;
        let got = self.exchange(client, &code).await;
        assert_eq!(got.status, 200, "{}", got.text);
        got
    }

    pub async fn refresh(&self, client: &Client, token: &str) -> Got {
        self.refresh_with(client, token, &[], &[]).await
    }

    pub async fn refresh_with(
        &self,
        client: &Client,
        token: &str,
        more: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Got {
        let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        form.extend_from_slice(more);
        let basic = basic(client);
        let id = client.id.to_string();
        let mut all = headers.to_vec();
        if client.secret.is_empty() {
            form.push(("client_id", &id));
        } else {
            all.push(("authorization", &basic));
        }
        self.post("/oauth2/token", &form, &all).await
    }

    /// Whether an access token lets in.
    pub async fn lets_in(&self, token: &str) -> bool {
        let now = base::Clock::now(&*self.clock);
        let scheme = identity::oauth::Scheme::Bearer;
        self.oauth.admit(token, scheme, moment(now)).await.is_ok()
    }
}

/// The circumstances of a call that nothing else is known of.
pub fn moment(now: base::Instant) -> identity::oauth::At {
    identity::oauth::At {
        request: base::RequestId::random(&base::SeededRng::new(1)),
        now,
        from: None,
    }
}
