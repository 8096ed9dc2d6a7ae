//! Accounts over the real routes: sessions by cookie, what belongs to their owner, and who is kept out.

use base::{PersonId, RequestId, Secret};
use http::Method;
use identity::{Adder, Caller, FactorKind, Kind, Language, NewAccount, NewSession, SignedIn, Step};
use policy::Role;
use serde_json::json;

use crate::house::{ACME, Ask, Got, House, OTHER, on_each_engine};

pub const PASSWORD: &str = "marmot thirteen gable rust";
pub const OTHER_PASSWORD: &str = "lantern oboe quartz meadow";

/// Somebody with an account who is signed in.
#[derive(Default)]
pub struct Guest {
    pub cookie: String,
    pub session: String,
    pub factor: String,
    pub ticket: String,
    pub secret: String,
    pub grant: String,
}

pub fn caller(house: &House, tenant: &str) -> Caller {
    Caller {
        tenant: tenant.parse().unwrap(),
        address: None,
        device: None,
        agent: None,
        request: RequestId::random(&*house.place.rng),
        now: house.place.clock.now(),
    }
}

/// A new account.
pub async fn account(
    house: &House,
    tenant: &'static str,
    email: &str,
    role: Role,
) -> (base::AccountId, Option<PersonId>) {
    let person = match role {
        Role::Person => Some(house.new_person(tenant).await),
        _ => None,
    };
    let (ctx, _) = house.place.local(&tenant.parse().unwrap(), "test");
    let new = NewAccount {
        kind: if person.is_some() {
            Kind::Person
        } else {
            Kind::Staff
        },
        role,
        person,
        email: email.parse().unwrap(),
        name: "Dagny Halvorsen".parse().unwrap(),
        language: Language::Sv,
    };
    let password = Secret::new(PASSWORD.to_owned());
    let id = house
        .place
        .identity
        .add(&ctx, &new, &password)
        .await
        .unwrap();
    if role.is_staff() {
        house.appoint(tenant, id, role).await;
    }
    (id, person)
}

/// An account of another person of acme.
pub async fn friend(house: &House) -> base::AccountId {
    account(house, ACME, "friend@fjord.example", Role::Person)
        .await
        .0
}

pub async fn sign_in(house: &House, tenant: &str, email: &str) -> NewSession {
    let password = Secret::new(PASSWORD.to_owned());
    let step = house
        .place
        .identity
        .sign_in(&caller(house, tenant), &email.parse().unwrap(), &password)
        .await
        .unwrap();
    match step {
        Step::Session(session) => session,
        other => panic!("no session: {other:?}"),
    }
}

impl Guest {
    /// A person with a new account, furnished for the route `id`.
    pub async fn come_in(house: &House, id: &str) -> Self {
        let email = format!("{}@fjord.example", id.to_lowercase());
        let (account, _) = account(house, ACME, &email, Role::Person).await;
        let mut session = sign_in(house, ACME, &email).await;
        let mut guest = Self {
            session: session.id.to_string(),
            ..Self::default()
        };
        if matches!(
            id,
            "accountFactorAdd" | "accountFactorRemove" | "accountRecoveryCodes"
        ) {
            let identity = &house.place.identity;
            let caller = caller(house, ACME);
            let who = who(house, &session).await;
            let begun = identity
                .totp_begin(&caller, Adder::Session(&who))
                .await
                .unwrap();
            guest.secret = begun.secret.expose().clone();
            guest.ticket = begun.ticket.text.expose().clone();
            if id != "accountFactorAdd" {
                let added = identity
                    .totp_finish(&caller, &guest.ticket, &guest.code(), None)
                    .await
                    .unwrap();
                guest.factor = added.factor.to_string();
                session = match added.step {
                    Step::Session(session) => session,
                    other => panic!("no session: {other:?}"),
                };
            }
        }
        if id == "accountAppEnd" {
            guest.grant = crate::apps::let_in(house, account).await.to_string();
        }
        guest.cookie = session.text.expose().clone();
        guest
    }

    /// The code that their app shows.
    pub fn code(&self) -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = self
            .secret
            .bytes()
            .map(|c| format!("{:05b}", alphabet.iter().position(|it| *it == c).unwrap()))
            .collect();
        let bytes: Vec<u8> = bits
            .as_bytes()
            .chunks_exact(8)
            .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
            .collect();
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap();
        crypt::otp::code(&bytes, i64::try_from(now.as_secs()).unwrap() / 30)
    }

    /// As a page of ours asks in their browser.
    pub fn asks<'a>(&self, ask: Ask<'a>) -> Ask<'a> {
        ask.header("cookie", format!("__Host-session={}", self.cookie))
            .header("sec-fetch-site", "same-origin")
    }
}

pub async fn who(house: &House, session: &NewSession) -> SignedIn {
    let now = house.place.clock.now();
    house
        .place
        .identity
        .session(session.text.expose(), now)
        .await
        .unwrap()
}

fn new_cookie(got: &Got) -> Option<String> {
    let header = got.header("set-cookie")?;
    assert!(header.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"));
    let value = header.strip_prefix("__Host-session=")?.split(';').next()?;
    Some(value.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_their_own_data_by_a_sessions_cookie_and_nobody_elses() {
    on_each_engine(async |house| {
        let (_, person) = account(&house, ACME, "dagny@fjord.example", Role::Person).await;
        let session = sign_in(&house, ACME, "dagny@fjord.example").await;
        let guest = Guest {
            cookie: session.text.expose().clone(),
            ..Guest::default()
        };
        let own = format!("/v1/persons/{}", person.unwrap());
        let got = guest.asks(house.ask(Method::GET, &own)).send().await;
        assert_eq!(got.status, 200, "{}", got.text());
        let entry = house.entry(ACME, got.log_index().unwrap()).await;
        assert_eq!(entry["actor"]["by"], "session", "{entry}");
        let other = format!("/v1/persons/{}", house.person(ACME));
        let got = guest.asks(house.ask(Method::GET, other)).send().await;
        assert!(matches!(got.status, 403 | 404), "{}", got.text());
        let elsewhere = format!("/v1/persons/{}", house.person(OTHER));
        let got = guest.asks(house.ask(Method::GET, elsewhere)).send().await;
        assert!(matches!(got.status, 403 | 404), "{}", got.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_changes_nothing_by_a_cookie() {
    let house = House::over_sqlite().await;
    let guest = Guest::come_in(&house, "accountRename").await;
    let cookie = format!("__Host-session={}", guest.cookie);
    let body = json!({ "name": "Mallory", "language": "en" });
    let ask = || {
        house
            .ask(Method::PUT, "/v1/account")
            .header("cookie", &cookie)
            .json(&body)
    };
    for (site, expected) in [
        (None, 403),
        (Some("cross-site"), 403),
        (Some("same-site"), 403),
        (Some("none"), 403),
        (Some("same-origin"), 200),
    ] {
        let ask = match site {
            None => ask(),
            Some(site) => ask().header("sec-fetch-site", site),
        };
        let got = ask.send().await;
        assert_eq!(got.status, expected, "{site:?}: {}", got.text());
        if expected == 403 {
            assert_eq!(got.code(), "http.cross_site");
        }
    }
    // Reading by another site's script is refused; following a link from there is not.
    for (site, mode, expected) in [
        ("cross-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("none", "navigate", 200),
        ("same-origin", "cors", 200),
    ] {
        let got = house
            .ask(Method::GET, "/v1/account")
            .header("cookie", &cookie)
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", mode)
            .send()
            .await;
        assert_eq!(got.status, expected, "{site} {mode}: {}", got.text());
    }
    let twice = house
        .ask(Method::GET, "/v1/account")
        .header("cookie", format!("{cookie}; {cookie}"))
        .send()
        .await;
    assert_eq!(twice.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_kept_by_its_owner() {
    on_each_engine(async |house| {
        let mut guest = Guest::come_in(&house, "accountFactorAdd").await;
        let me = guest
            .asks(house.ask(Method::GET, "/v1/account"))
            .send()
            .await;
        assert_eq!(me.json()["assurance"], "single", "{}", me.text());
        assert_eq!(me.json()["fresh"], true);
        let body = json!({ "ticket": guest.ticket, "code": guest.code(), "name": "phone" });
        let added = guest
            .asks(house.ask(Method::POST, "/v1/account/factors").json(&body))
            .send()
            .await;
        assert_eq!(added.status, 201, "{}", added.text());
        let old = guest
            .asks(house.ask(Method::GET, "/v1/account"))
            .send()
            .await;
        assert_eq!(old.status, 401, "the old cookie is over");
        guest.cookie = new_cookie(&added).unwrap();
        let codes = guest
            .asks(house.ask(Method::POST, "/v1/account/recovery-codes"))
            .send()
            .await;
        assert_eq!(codes.status, 201, "{}", codes.text());
        let code = codes.json()["codes"][0].as_str().unwrap().to_owned();
        let factors = guest
            .asks(house.ask(Method::GET, "/v1/account/factors"))
            .send()
            .await;
        assert_eq!(factors.json()["recovery_codes"], 10);
        assert_eq!(factors.json()["factors"][0]["name"], "phone");
        assert!(!factors.text().contains(&code));
        let proof = json!({ "recovery": code });
        let up = guest
            .asks(house.ask(Method::POST, "/v1/account/step-up").json(&proof))
            .send()
            .await;
        assert_eq!(up.status, 200, "{}", up.text());
        guest.cookie = new_cookie(&up).unwrap();
        let again = guest
            .asks(house.ask(Method::POST, "/v1/account/step-up").json(&proof))
            .send()
            .await;
        assert_eq!(again.status, 401, "a code is good once");
        let weak = json!({ "password": "Dagny Halvorsen 2026" });
        let weak = guest
            .asks(house.ask(Method::PUT, "/v1/account/password").json(&weak))
            .send()
            .await;
        assert_eq!(
            (weak.status, weak.code()),
            (422, "identity.weak".to_owned())
        );
        let out = format!("/v1/account/sessions/{}", guest.session);
        let out = guest.asks(house.ask(Method::DELETE, out)).send().await;
        assert_eq!(out.status, 200, "{}", out.text());
        assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
        let gone = guest
            .asks(house.ask(Method::GET, "/v1/account"))
            .send()
            .await;
        assert_eq!(gone.status, 401);
        assert_eq!(FactorKind::Totp.as_str(), "totp");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_takes_their_account_along() {
    on_each_engine(async |house| {
        let (_, person) = account(&house, ACME, "dagny@fjord.example", Role::Person).await;
        let session = sign_in(&house, ACME, "dagny@fjord.example").await;
        let erased = house
            .delete(format!("/v1/persons/{}", person.unwrap()))
            .await;
        assert_eq!(erased.status, 200, "{}", erased.text());
        let guest = Guest {
            cookie: session.text.expose().clone(),
            ..Guest::default()
        };
        let gone = guest
            .asks(house.ask(Method::GET, "/v1/account"))
            .send()
            .await;
        assert_eq!(gone.status, 401, "{}", gone.text());
        let refused = house
            .place
            .identity
            .sign_in(
                &caller(&house, ACME),
                &"dagny@fjord.example".parse().unwrap(),
                &Secret::new(PASSWORD.to_owned()),
            )
            .await;
        assert!(matches!(refused, Err(identity::IdentityError::Refused)));
        // Nobody gets an account for who is gone.
        let (ctx, _) = house.place.local(&ACME.parse().unwrap(), "test");
        let new = NewAccount {
            kind: Kind::Person,
            role: Role::Person,
            person,
            email: "dagny@fjord.example".parse().unwrap(),
            name: "Dagny".parse().unwrap(),
            language: Language::Sv,
        };
        let outcome = house.place.identity.invite(&ctx, &new).await;
        assert!(matches!(outcome, Err(identity::IdentityError::NotFound(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_up_becomes_a_person_when_the_address_is_proven() {
    let house = House::over_sqlite().await;
    let identity = &house.place.identity;
    let email = "new@fjord.example".parse().unwrap();
    let before = house.log_size(ACME).await;
    identity
        .sign_up(&caller(&house, ACME), &email, Language::Fr)
        .await
        .unwrap();
    let post = Kept::default();
    let letter = post.collect(&house).await.remove(0);
    let link = letter
        .lines()
        .find_map(|line| line.strip_prefix("https://strongroom.test/account/acme/verify/"))
        .unwrap();
    let account = identity
        .verify(
            &caller(&house, ACME),
            link,
            &"Dagny".parse().unwrap(),
            &Secret::new(PASSWORD.to_owned()),
        )
        .await
        .unwrap();
    let session = sign_in(&house, ACME, "new@fjord.example").await;
    let guest = Guest {
        cookie: session.text.expose().clone(),
        ..Guest::default()
    };
    let own = format!("/v1/persons/{}", account.person.unwrap());
    let got = guest.asks(house.ask(Method::GET, own)).send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    assert!(house.log_size(ACME).await > before + 3);
}

/// A post office that keeps texts.
#[derive(Default)]
pub struct Kept(parking_lot::Mutex<Vec<String>>);

impl identity::mail::Post for Kept {
    fn send<'a>(
        &'a self,
        letter: &'a identity::mail::Letter,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<(), identity::mail::PostError>> + Send + 'a>>
    {
        Box::pin(async {
            self.0.lock().push(letter.text.clone());
            Ok(())
        })
    }
}

impl Kept {
    /// Deliver what waits.
    pub async fn collect(&self, house: &House) -> Vec<String> {
        while server::jobs::round(&house.place, self).await > 0 {}
        self.0.lock().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_comes_twice_counts_nowhere() {
    on_each_engine(async |house| {
        account(&house, ACME, "twice@fjord.example", Role::Person).await;
        let session = sign_in(&house, ACME, "twice@fjord.example").await;
        let own = format!("__Host-session={}", session.text.expose());
        let once = house.ask(Method::GET, "/v1/account").header("cookie", &own);
        assert_eq!(once.send().await.status, 200);
        for path in ["/v1/account", "/account", "/oauth2/authorize"] {
            for second in [&own, "__Host-session=thistle"] {
                // In one header and in two.
                let ask = house.ask(Method::GET, path);
                let got = ask
                    .header("cookie", format!("{own}; {second}"))
                    .send()
                    .await;
                assert_eq!(got.status, 400, "{path}: {}", got.text());
                let ask = house.ask(Method::GET, path).header("cookie", second);
                let got = ask.header("cookie", &own).send().await;
                assert_eq!(got.status, 400, "{path}: {}", got.text());
            }
        }
        let long = format!("__Host-session={}", "x".repeat(257));
        let got = house
            .ask(Method::GET, "/v1/account")
            .header("cookie", &long);
        assert_eq!(got.send().await.status, 401, "too long is none");
        // Who names a token means it.
        let ask = house.ask(Method::GET, "/v1/access/privileges");
        let ask = ask.by(house.token(ACME, Role::Compliance));
        let got = ask.header("cookie", format!("{own}; {own}")).send().await;
        assert_ne!(got.status, 400, "{}", got.text());
    })
    .await;
}
