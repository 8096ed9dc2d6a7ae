//! Apps on a whole installation: staff register and review them over HTTP, tokens open data through the real gate, and what ends
//! a token ends it for the next read.

use base::{AccountId, AppId, GrantId};
use http::Method;
use identity::oauth::{About, NewApp};
use policy::Role;
use serde_json::{Value, json};
use store::{Sql, WriteSet};

use crate::accounts;
use crate::house::{ACME, Got, House, OTHER, on_each_engine};

const SHEET: &str = "sheet";

fn settings(name: &str) -> Value {
    json!({
        "name": name,
        "auth_method": "client_secret_post",
        "grant_types": ["client_credentials"],
        "scopes": "system/sheet.rs",
        "purposes": ["TREAT"],
    })
}

/// An app that acts for itself.
pub fn plain(name: &str) -> Value {
    json!({
        "name": name,
        "auth_method": "client_secret_basic",
        "grant_types": ["client_credentials"],
        "scopes": "system/sheet.rs",
        "purposes": ["TREAT"],
    })
}

/// An app of acme's that waits for its review, registered by nobody's token.
pub async fn waiting(house: &House) -> AppId {
    let (ctx, _) = house.place.local(&ACME.parse().unwrap(), "test");
    let mut settings = plain("Marigold");
    settings.as_object_mut().unwrap().remove("name");
    let new = NewApp {
        about: About {
            name: "Marigold".to_owned(),
            contact: String::new(),
        },
        settings: serde_json::from_value(settings).unwrap(),
    };
    let made = house.place.oauth.register_app(&ctx, &new).await;
    made.unwrap().app
}

/// What somebody of acme's let an app do, as it lies there once they said yes.
pub async fn let_in(house: &House, account: AccountId) -> GrantId {
    static GRANT: Sql = Sql::both(
        "INSERT INTO oauth_grant (tenant, grant_id, app, account, scopes, purposes, epoch, state, created_at)
         VALUES ($1, $2, $3, $4, 'openid', '', 1, 'active', $5)",
    );
    let grant = GrantId::random(&*house.place.rng);
    let params = vec![
        ACME.into(),
        grant.into(),
        waiting(house).await.into(),
        account.into(),
        house.place.clock.now().into(),
    ];
    let set = WriteSet::new().run(&GRANT, params);
    house.place.db.commit(set).await.unwrap();
    grant
}

pub async fn registered(house: &House, tenant: &'static str, body: &Value) -> (String, String) {
    let got = house
        .ask(Method::POST, "/v1/apps")
        .by(house.token(tenant, Role::Operator))
        .json(body)
        .send()
        .await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    assert_eq!(
        got.header("location"),
        Some(format!("/v1/apps/{}", text("client_id")).as_str())
    );
    (text("client_id"), text("client_secret"))
}

pub async fn review(house: &House, tenant: &'static str, role: Role, app: &str) -> Got {
    house
        .ask(Method::PUT, format!("/v1/apps/{app}/review"))
        .by(house.token(tenant, role))
        .json(&json!({ "verdict": "approve" }))
        .send()
        .await
}

pub async fn token(house: &House, app: &str, secret: &str) -> Got {
    house
        .ask(Method::POST, "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=client_credentials&client_id={app}&client_secret={secret}"
        ))
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_registered_reviewed_works_and_is_stopped() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/{SHEET}/one");
        let (app, secret) = registered(&house, ACME, &settings("Lantern")).await;
        assert_eq!(token(&house, &app, &secret).await.status, 401, "in review");
        let own = review(&house, ACME, Role::Operator, &app).await;
        assert_eq!((own.status, own.code()), (403, "app.same_person".into()));
        let theirs = review(&house, OTHER, Role::Security, &app).await;
        assert_eq!(theirs.status, 404, "{}", theirs.text());
        let reviewed = review(&house, ACME, Role::Security, &app).await;
        assert_eq!(reviewed.status, 200, "{}", reviewed.text());
        assert_eq!(reviewed.json()["state"], "active");

        let got = token(&house, &app, &secret).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let entry = house.entry(ACME, got.log_index().unwrap()).await;
        assert_eq!(entry["action"], "oauth.token");
        assert_eq!(entry["actor"]["id"], app);
        let access = got.json()["access_token"].as_str().unwrap().to_owned();

        let put = house
            .ask(Method::PUT, &path)
            .by(&access)
            .json(&json!({ "pulse": 60 }))
            .send()
            .await;
        assert_eq!(put.status, 403, "no `u` in its scopes: {}", put.text());
        let read = |purpose: &'static str| {
            house
                .ask(Method::GET, &path)
                .by(&access)
                .purpose(purpose)
                .send()
        };
        house.put(&path, &json!({ "pulse": 61 })).await;
        let got = read("TREAT").await;
        assert_eq!((got.status, got.json()["pulse"].as_i64()), (200, Some(61)));
        let entry = house.entry(ACME, got.log_index().unwrap()).await;
        assert_eq!(entry["actor"]["id"], app);
        assert_eq!(entry["actor"]["by"], "oauth");
        let hresch = read("HRESCH").await;
        assert_eq!((hresch.status, hresch.code()), (403, "policy.scope".into()));
        let other = house
            .ask(
                Method::GET,
                format!("/v1/persons/{person}/records/cycle-day/one"),
            )
            .by(&access)
            .purpose("TREAT")
            .send()
            .await;
        assert_eq!((other.status, other.code()), (403, "policy.scope".into()));
        let delete = house.ask(Method::DELETE, &path).by(&access).send().await;
        assert_eq!(delete.status, 403, "no `d` in its scopes");

        let listed = house
            .ask(Method::GET, "/v1/apps")
            .by(house.token(ACME, Role::Operator))
            .send()
            .await;
        assert_eq!(listed.json()["apps"][0]["name"], "Lantern");
        assert!(!listed.text().contains(&secret));
        let theirs = house
            .ask(Method::GET, "/v1/apps")
            .by(house.token(OTHER, Role::Operator))
            .send()
            .await;
        assert_eq!(theirs.json()["apps"], json!([]));

        let stopped = house
            .ask(Method::DELETE, format!("/v1/apps/{app}"))
            .by(house.token(ACME, Role::Security))
            .send()
            .await;
        assert_eq!(stopped.status, 200, "{}", stopped.text());
        assert_eq!(read("TREAT").await.status, 401, "the very next read");
        assert_eq!(token(&house, &app, &secret).await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_a_token_lives_is_configured() {
    on_each_engine(async |house| {
        let (app, secret) = registered(&house, ACME, &settings("Lantern")).await;
        review(&house, ACME, Role::Security, &app).await;
        let got = token(&house, &app, &secret).await;
        assert_eq!(got.json()["expires_in"], 900);

        let path = house.folder().join("strongroom.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}[apps]\naccess_minutes = 2\n")).unwrap();
        let clock = std::sync::Arc::new(base::FixedClock::at(house.place.clock.now()));
        let house = house.reopened_by(std::sync::Arc::clone(&clock) as _).await;
        let got = token(&house, &app, &secret).await;
        assert_eq!(got.json()["expires_in"], 120);
        let access = got.json()["access_token"].as_str().unwrap().to_owned();
        let path = format!("/v1/persons/{}/records/{SHEET}/one", house.person(ACME));
        let read = async || {
            let ask = house.ask(Method::GET, &path).by(&access);
            ask.purpose("TREAT").send().await.status
        };
        clock.pass(std::time::Duration::from_secs(119));
        assert_eq!(read().await, 404, "let in");
        clock.pass(std::time::Duration::from_secs(1));
        assert_eq!(read().await, 401, "over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_app_is_refused_without_repeating_it() {
    let house = House::over_sqlite().await;
    let mut unknown = settings("Lantern");
    unknown["surprise"] = "thistledown".into();
    let mut scope = settings("Lantern");
    scope["scopes"] = "system/thistledown.rs".into();
    let mut method = settings("Lantern");
    method["auth_method"] = "thistledown".into();
    let mut redirect = settings("Lantern");
    redirect["redirect_uris"] = json!(["http://thistledown.test/"]);
    for body in [json!([]), json!({}), unknown, scope, method, redirect] {
        let got = house
            .ask(Method::POST, "/v1/apps")
            .by(house.token(ACME, Role::Operator))
            .json(&body)
            .send()
            .await;
        assert_eq!(got.status, 400, "{body}: {}", got.text());
        assert!(!got.text().contains("thistledown"), "{}", got.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_bound_to_a_key_opens_data_with_a_proof_only() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use identity::oauth::jose;

    let house = House::over_sqlite().await;
    let person = house.person(ACME);
    let path = format!("/v1/persons/{person}/records/{SHEET}/one");
    house.put(&path, &json!({ "pulse": 61 })).await;
    let mut bound = settings("Lantern");
    bound["dpop_bound"] = true.into();
    let (app, secret) = registered(&house, ACME, &bound).await;
    review(&house, ACME, Role::Security, &app).await;

    let key = crypt::es256::Es256Key::generate();
    let proof = |method: &str, path: &str, token: Option<&str>, serial: u32| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut claims = json!({
            "htm": method,
            "htu": format!("https://strongroom.test{path}"),
            "iat": house.place.clock.now().seconds(),
            "jti": format!("proof-{serial}"),
        });
        if let Some(token) = token {
            let hash = crypt::hash::sha256(&[token.as_bytes()]);
            claims["ath"] = URL_SAFE_NO_PAD.encode(hash).into();
        }
        let head = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jose::jwk(&key) });
        let text = format!("{}.{}", part(&head), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()));
        format!("{text}.{signature}")
    };
    let got = house
        .ask(Method::POST, "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("dpop", proof("POST", "/oauth2/token", None, 1))
        .body(format!(
            "grant_type=client_credentials&client_id={app}&client_secret={secret}"
        ))
        .send()
        .await;
    assert_eq!(got.status, 200, "{}", got.text());
    let access = got.json()["access_token"].as_str().unwrap().to_owned();
    let ask = async |method: Method, scheme: &str, proofs: &[&str]| {
        let mut ask = house
            .ask(method, &path)
            .header("authorization", format!("{scheme} {access}"));
        for proof in proofs {
            ask = ask.header("dpop", proof);
        }
        ask.purpose("TREAT").send().await
    };
    let read = async |scheme: &str, proofs: &[&str]| {
        let before = house.log_size(ACME).await;
        let got = ask(Method::GET, scheme, proofs).await;
        if got.status == 401 {
            let challenge = got.header("www-authenticate").unwrap();
            assert!(
                challenge.starts_with("DPoP error=\"inval")
                    && challenge.ends_with("algs=\"ES256 PS256 EdDSA\""),
                "{challenge}"
            );
            let entry = house.entry(ACME, before).await;
            assert_eq!(entry["action"], "oauth.admit");
            assert_eq!(entry["outcome"], "denied");
            assert_eq!(entry["actor"]["id"], app);
        }
        got.status
    };
    let good = proof("GET", &path, Some(&access), 2);
    assert_eq!(read("DPoP", &[&good]).await, 200);
    assert_eq!(read("DPoP", &[&good]).await, 401, "each once");
    assert_eq!(read("Bearer", &[]).await, 401);
    assert_eq!(read("DPoP", &[]).await, 401);
    let next = proof("GET", &path, Some(&access), 3);
    assert_eq!(read("DPoP", &[&next, &next]).await, 401, "two");
    assert_eq!(read("Bearer", &[&next]).await, 401);
    let elsewhere = proof("GET", "/v1/persons", Some(&access), 4);
    assert_eq!(read("DPoP", &[&elsewhere]).await, 401);

    // What changes something counts once on all nodes: another process remembers nothing, and refuses it all the same.
    let change = proof("DELETE", &path, Some(&access), 5);
    let first = ask(Method::DELETE, "DPoP", &[&change]).await;
    assert_eq!(first.status, 403, "let in, and no `d` in its scopes");
    let (account, other) = (access.clone(), house.another_node().await);
    let at = identity::oauth::At {
        request: base::RequestId::random(&*other.rng),
        now: other.clock.now(),
        from: None,
    };
    let shown = |text| identity::oauth::Proof {
        text,
        method: "DELETE",
        path: &path,
    };
    let scheme = |text| identity::oauth::Scheme::Dpop(Some(shown(text)));
    let again = other.oauth.admit(&account, scheme(&change), at).await;
    let error = again.unwrap_err().to_string();
    assert!(error.contains("used before"), "{error}");
    let fresh = proof("DELETE", &path, Some(&access), 6);
    let fresh = other.oauth.admit(&account, scheme(&fresh), at).await;
    assert!(fresh.is_ok(), "{fresh:?}");
    assert_eq!(read("DPoP", &[&next]).await, 200, "none of it used it up");
    let unknown = house.ask(Method::GET, &path).by("sra_thistle");
    let unknown = unknown.purpose("TREAT").send().await;
    assert_eq!(
        unknown.header("www-authenticate"),
        Some("Bearer error=\"invalid_token\"")
    );
    // RFC 9110, 11.1: a scheme is the same in any case.
    for (serial, scheme) in (7..).zip(["dpop", "DPOP", "dPoP"]) {
        let proof = proof("GET", &path, Some(&access), serial);
        assert_eq!(read(scheme, &[&proof]).await, 200, "{scheme}");
    }
}

/// A person with a real session lets an app in, the app reads, the person goes: the whole way, as a browser and a program go it.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_lets_an_app_in_and_goes() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    on_each_engine(async |house| {
        let asks = json!({
            "name": "Lantern",
            "auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["https://app.test/cb"],
            "scopes": "openid offline_access patient/sheet.rs",
            "purposes": ["PATRQT"],
        });
        let got = house
            .ask(Method::POST, "/v1/apps")
            .by(house.token(ACME, Role::Operator))
            .json(&asks)
            .send()
            .await;
        let app = got.json()["client_id"].as_str().unwrap().to_owned();
        review(&house, ACME, Role::Security, &app).await;

        let (account, person) =
            accounts::account(&house, ACME, "ada@fjord.example", Role::Person).await;
        let person = person.unwrap();
        let path = format!("/v1/persons/{person}/records/{SHEET}/one");
        house.put(&path, &json!({ "pulse": 61 })).await;
        let session = accounts::sign_in(&house, ACME, "ada@fjord.example").await;
        let cookie = format!("__Host-session={}", session.text.expose());

        let verifier = "v".repeat(43);
        let challenge = URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[verifier.as_bytes()]));
        let request = format!(
            "/oauth2/authorize?response_type=code&client_id={app}&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&scope=openid+offline_access+patient%2Fsheet.rs&state=x&code_challenge={challenge}&code_challenge_method=S256"
        );
        let nobody = house.ask(Method::GET, &request).send().await;
        assert_eq!(nobody.status, 303);
        let next = nobody.header("location").unwrap();
        assert!(next.starts_with("/sign-in?next=%2Foauth2%2Fauthorize"), "{next}");
        let twice = house
            .ask(Method::GET, &request)
            .header("cookie", &cookie)
            .header("cookie", &cookie)
            .send()
            .await;
        assert_eq!(twice.status, 400, "which of two sessions counts is anybody's guess");
        let anew = format!("{request}&prompt=login");
        let anew = house.ask(Method::GET, &anew).header("cookie", &cookie).send().await;
        let confirm = anew.header("location").unwrap().to_owned();
        assert!(confirm.starts_with("/account/confirm?next="), "{confirm}");
        let confirm = house.ask(Method::GET, &confirm).header("cookie", &cookie).send().await;
        assert_eq!(confirm.status, 200, "a fresh session is asked all the same");

        let page = house
            .ask(Method::GET, &request)
            .header("cookie", &cookie)
            .send()
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        let field = |name: &str| {
            let mark = format!("name=\"{name}\" value=\"");
            let rest = &text[text.find(&mark).unwrap() + mark.len()..];
            rest[..rest.find('"').unwrap()].to_owned()
        };
        let answer = format!(
            "request={}&token={}&answer=allow",
            field("request"),
            field("token")
        );
        let said = house
            .ask(Method::POST, "/oauth2/consent")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", &cookie)
            .body(answer)
            .send()
            .await;
        assert_eq!(said.status, 303, "{}", said.text());
        let back = said.header("location").unwrap();
        let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
        let got = house
            .ask(Method::POST, "/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!(
                "grant_type=authorization_code&client_id={app}&code={code}&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&code_verifier={verifier}"
            ))
            .send()
            .await;
        assert_eq!(got.status, 200, "{}", got.text());
        let body = got.json();
        assert_eq!(body["person"], person.to_string());
        let access = body["access_token"].as_str().unwrap().to_owned();
        let read = async |path: &str, purpose: &str| {
            let ask = house.ask(Method::GET, path).by(&access);
            ask.purpose(purpose).send().await
        };
        let opened = read(&path, "PATRQT").await;
        assert_eq!(opened.status, 200, "{}", opened.text());
        let entry = house.entry(ACME, opened.log_index().unwrap()).await;
        assert_eq!(entry["actor"]["id"], app);
        assert!(entry["grant"].is_string(), "by which answer: {entry}");
        assert_eq!(read(&path, "TREAT").await.status, 403);
        let other = format!("/v1/persons/{}/records/{SHEET}/one", house.person(ACME));
        assert_eq!(read(&other, "PATRQT").await.status, 404, "nobody else");
        for path in ["/v1/persons", "/v1/log", "/v1/keys", "/v1/apps", "/v1/account"] {
            let status = read(path, "PATRQT").await.status;
            assert!(matches!(status, 403 | 404), "{path}: {status}");
        }

        // Their own list, and back; then once more, and they go.
        let own = async |method: Method, path: String| {
            let ask = house.ask(method, path).header("cookie", &cookie);
            ask.header("sec-fetch-site", "same-origin").send().await
        };
        let listed = own(Method::GET, "/v1/account/apps".into()).await;
        assert_eq!(listed.json()["apps"][0]["name"], "Lantern", "{}", listed.text());
        let shown = own(Method::GET, "/account/apps".into()).await;
        assert!(shown.text().contains("Lantern"), "{}", shown.text());
        let grant = listed.json()["apps"][0]["grant"].as_str().unwrap().to_owned();
        let ended = own(Method::DELETE, format!("/v1/account/apps/{grant}")).await;
        assert_eq!(ended.status, 200, "{}", ended.text());
        assert_eq!(read(&path, "PATRQT").await.status, 401, "the very next read");
        let again = own(Method::DELETE, format!("/v1/account/apps/{grant}")).await;
        assert_eq!(again.status, 404);

        let tenant = ACME.parse().unwrap();
        let (ctx, _) = house.place.local(&tenant, "test");
        house.place.identity.forget(&ctx, account).await.unwrap();
        let refresh = body["refresh_token"].as_str().unwrap();
        let refreshed = house
            .ask(Method::POST, "/oauth2/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!(
                "grant_type=refresh_token&client_id={app}&refresh_token={refresh}"
            ))
            .send()
            .await;
        assert_eq!(refreshed.json()["error"], "invalid_grant");
    })
    .await;
}

/// Somebody lets an app read their sheets: its access token, who they are, and their cookie.
pub async fn lets_an_app_in(house: &House) -> (String, base::PersonId, String) {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let asks = json!({
        "name": "Compass",
        "auth_method": "none",
        "grant_types": ["authorization_code"],
        "redirect_uris": ["https://app.test/cb"],
        "scopes": "openid patient/sheet.rs",
        "purposes": ["PATRQT"],
    });
    let made = house
        .ask(Method::POST, "/v1/apps")
        .by(house.token(ACME, Role::Operator))
        .json(&asks)
        .send()
        .await;
    let app = made.json()["client_id"].as_str().unwrap().to_owned();
    review(house, ACME, Role::Security, &app).await;
    let email = "eir@fjord.example";
    let (_, person) = accounts::account(house, ACME, email, Role::Person).await;
    let session = accounts::sign_in(house, ACME, email).await;
    let cookie = format!("__Host-session={}", session.text.expose());
    let verifier = "w".repeat(43);
    let challenge = URL_SAFE_NO_PAD.encode(crypt::hash::sha256(&[verifier.as_bytes()]));
    let request = format!(
        "/oauth2/authorize?response_type=code&client_id={app}&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&scope=openid+patient%2Fsheet.rs&state=x&code_challenge={challenge}&code_challenge_method=S256"
    );
    let page = house.ask(Method::GET, &request).header("cookie", &cookie);
    let page = page.send().await.text();
    let field = |name: &str| {
        let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1);
        rest.unwrap().split('"').next().unwrap().to_owned()
    };
    let said = house
        .ask(Method::POST, "/oauth2/consent")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", &cookie)
        .body(format!(
            "request={}&token={}&answer=allow",
            field("request"),
            field("token")
        ))
        .send()
        .await;
    let back = said.header("location").unwrap();
    let code = back.split("code=").nth(1).unwrap();
    let code = code.split('&').next().unwrap();
    let got = house
        .ask(Method::POST, "/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=authorization_code&client_id={app}&code={code}&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&code_verifier={verifier}"
        ))
        .send()
        .await;
    assert_eq!(got.status, 200, "{}", got.text());
    let access = got.json()["access_token"].as_str().unwrap().to_owned();
    (access, person.unwrap(), cookie)
}

/// What the token endpoint tells an app that was launched for a person; that it does is `identity`'s own to test.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_by_the_id_of_their_patient() {
    use identity::oauth::Patients as _;

    on_each_engine(async |house| {
        let body = json!({ "resourceType": "Patient", "id": "pat-1" });
        let put = house.put("/fhir/Patient/pat-1", &body).await;
        assert_eq!(put.status, 201, "{}", put.text());
        let tenant = ACME.parse().unwrap();
        let vault = &house.place.vault;
        let person = vault.person_by_external(&tenant, "Patient/pat-1").await;
        let person = person.unwrap().unwrap();
        let people = server::people::VaultPeople(vault.clone());
        let (ctx, _) = house.place.local(&tenant, "test");
        let before = house.log_size(ACME).await;
        let known = people.patient(&ctx, person).await.unwrap();
        assert_eq!(known.as_deref(), Some("pat-1"));
        let entry = house.entry(ACME, before).await;
        assert_eq!(
            (&entry["action"], &entry["outcome"]),
            (&json!("person.read"), &json!("ok"))
        );
        let other = people.patient(&ctx, house.person(ACME)).await.unwrap();
        assert_eq!(other, None, "not known as a patient");
        let nobody = base::PersonId::random(&*house.place.rng);
        assert_eq!(people.patient(&ctx, nobody).await.unwrap(), None);
    })
    .await;
}
