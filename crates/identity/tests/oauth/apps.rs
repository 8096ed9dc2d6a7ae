//! Registering apps: what makes sense, who reviews, secrets.

use base::Purpose;
use identity::oauth::{
    About, AppSettings, AppState, AuthMethod, GrantType, NewApp, OauthError, Profile, RedirectUri,
    Verdict,
};
use serde_json::json;

use crate::api::{ACME, Client, OTHER, on_each_engine, public, settings};
use crate::tools::{Wallet, basic};

fn new(settings: AppSettings) -> NewApp {
    NewApp {
        about: About {
            name: "Lantern".into(),
            contact: "hello@app.test".into(),
        },
        settings,
    }
}

#[tokio::test]
async fn an_app_is_reviewed_by_somebody_else() {
    on_each_engine(async |house| {
        let dev = house.staff(ACME, "dev");
        let made = house
            .oauth
            .register_app(&dev, &new(settings()))
            .await
            .unwrap();
        assert_eq!(house.last(ACME).await, ("app.register".into(), "ok".into()));
        let own = house
            .oauth
            .review_app(&dev, made.app, Verdict::Approve)
            .await;
        assert!(matches!(own, Err(OauthError::SamePerson)));
        assert_eq!(
            house.last(ACME).await,
            ("app.review".into(), "denied".into())
        );
        let stranger = house.staff(OTHER, "reviewer");
        let theirs = house
            .oauth
            .review_app(&stranger, made.app, Verdict::Approve)
            .await;
        assert!(matches!(theirs, Err(OauthError::NoApp)));
        let reviewer = house.staff(ACME, "reviewer");
        house
            .oauth
            .review_app(&reviewer, made.app, Verdict::Approve)
            .await
            .unwrap();
        let tenant = ACME.parse().unwrap();
        let apps = house.oauth.apps(&tenant, None, 10).await.unwrap();
        assert_eq!(apps.len(), 1);
        assert_eq!(
            (apps[0].state, apps[0].about.name.as_str()),
            (AppState::Active, "Lantern")
        );
        assert_eq!(apps[0].registered_by, "dev");
        assert_eq!(apps[0].reviewed_by.as_deref(), Some("reviewer"));
        assert!(
            house
                .oauth
                .apps(&OTHER.parse().unwrap(), None, 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            house
                .oauth
                .apps(&tenant, Some(made.app), 10)
                .await
                .unwrap()
                .is_empty()
        );
        let twice = house
            .oauth
            .review_app(&reviewer, made.app, Verdict::Refuse)
            .await;
        assert!(matches!(twice, Err(OauthError::State(_))));
        // Whoever changes it is who it is from now on.
        house
            .oauth
            .change_app(&reviewer, made.app, &new(settings()))
            .await
            .unwrap();
        let own = house
            .oauth
            .review_app(&reviewer, made.app, Verdict::Approve)
            .await;
        assert!(matches!(own, Err(OauthError::SamePerson)));
        house.oauth.stop_app(&dev, made.app).await.unwrap();
        assert!(matches!(
            house.oauth.stop_app(&dev, made.app).await,
            Err(OauthError::State(_))
        ));
        let late = house
            .oauth
            .change_app(&dev, made.app, &new(settings()))
            .await;
        assert!(matches!(late, Err(OauthError::State(_))));
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_renewed_without_a_gap() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let dev = house.staff(ACME, "dev");
        let with = |secret: &str| Client {
            id: app.id,
            secret: secret.to_owned(),
        };
        let works = async |client: &Client| {
            house.pass(2);
            let form = [("grant_type", "client_credentials")];
            let got = house
                .post("/oauth2/token", &form, &[("authorization", &basic(client))])
                .await;
            got.status == 200
        };
        let renewed = house.oauth.renew_secret(&dev, app.id).await.unwrap();
        let second = with(renewed.secret.unwrap().expose());
        assert!(works(&app).await && works(&second).await, "two are valid");
        let renewed = house.oauth.renew_secret(&dev, app.id).await.unwrap();
        let third = with(renewed.secret.unwrap().expose());
        assert!(!works(&app).await, "never three");
        assert!(works(&second).await && works(&third).await);
        house.pass(7 * 24 * 3600);
        assert!(!works(&second).await, "the old one has ended");
        assert!(works(&third).await);
        let open = house.app(&public()).await;
        assert!(house.oauth.renew_secret(&dev, open.id).await.is_err());
        let stranger = house.staff(OTHER, "dev");
        assert!(house.oauth.renew_secret(&stranger, app.id).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_not_registered() {
    on_each_engine(async |house| {
        let dev = house.staff(ACME, "dev");
        let size = house.log_size(ACME).await;
        let wallet = Wallet::new();
        let mut private = wallet.jwk();
        private["d"] = json!("AAAA");
        type Change = Box<dyn Fn(&mut AppSettings)>;
        let changes: Vec<(&str, Change)> = vec![
            ("no way", Box::new(|it| it.grant_types.clear())),
            (
                "refresh alone",
                Box::new(|it| it.grant_types = vec![GrantType::RefreshToken]),
            ),
            (
                "nowhere to go back to",
                Box::new(|it| it.redirect_uris.clear()),
            ),
            (
                "somewhere without asking",
                Box::new(|it| it.grant_types = vec![GrantType::ClientCredentials]),
            ),
            (
                "its own right without proof",
                Box::new(|it| it.auth_method = AuthMethod::None),
            ),
            (
                "strict with a secret",
                Box::new(|it| it.profile = Profile::Strict),
            ),
            (
                "signs without keys",
                Box::new(|it| it.auth_method = AuthMethod::PrivateKeyJwt),
            ),
            (
                "keys without signing",
                Box::new(move |it| it.jwks = Some(json!({ "keys": [wallet.jwk()] }))),
            ),
            (
                "a private key",
                Box::new(move |it| {
                    it.auth_method = AuthMethod::PrivateKeyJwt;
                    it.jwks = Some(json!({ "keys": [private.clone()] }));
                }),
            ),
            (
                "a shared key",
                Box::new(|it| {
                    it.auth_method = AuthMethod::PrivateKeyJwt;
                    it.jwks = Some(json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }));
                }),
            ),
            ("no scope", Box::new(|it| it.scopes.clear())),
            (
                "an unknown scope",
                Box::new(|it| it.scopes = "openid everything".into()),
            ),
            (
                "an unknown collection",
                Box::new(|it| it.scopes = "patient/Nothing.rs".into()),
            ),
            (
                "a purpose as a scope",
                Box::new(|it| it.scopes = "patient/*.rs purpose/TREAT".into()),
            ),
            ("no purpose", Box::new(|it| it.purposes.clear())),
            (
                "emergencies",
                Box::new(|it| it.purposes = vec![Purpose::Etreat]),
            ),
            (
                "the system's own",
                Box::new(|it| it.purposes = vec![Purpose::Sysdev]),
            ),
            (
                "patients without asking",
                Box::new(|it| {
                    it.grant_types = vec![GrantType::ClientCredentials];
                    it.redirect_uris.clear();
                }),
            ),
            (
                "many addresses",
                Box::new(|it| {
                    it.redirect_uris = vec!["https://a.test/".parse().unwrap(); 21];
                }),
            ),
        ];
        for (what, change) in changes {
            let mut settings = settings();
            change(&mut settings);
            let made = house.oauth.register_app(&dev, &new(settings)).await;
            assert!(matches!(made, Err(OauthError::App(_))), "{what}: {made:?}");
        }
        for (name, contact) in [
            ("", ""),
            ("  Lantern", ""),
            ("Lan\ntern", ""),
            (&*"x".repeat(81), ""),
            ("4111 1111 1111 1111", ""),
            ("Lantern", &*"x".repeat(255)),
        ] {
            let mut app = new(settings());
            app.about.name = name.into();
            app.about.contact = contact.into();
            assert!(
                house.oauth.register_app(&dev, &app).await.is_err(),
                "{name}"
            );
        }
        assert_eq!(house.log_size(ACME).await, size, "and nothing was written");
    })
    .await;
}

#[test]
fn an_address_is_whole_and_safe() {
    for good in [
        "https://app.test",
        "https://app.test:8443/cb?x=1",
        "http://127.0.0.1/cb",
        "http://127.0.0.1:3000/cb",
        "http://[::1]:3000/cb",
        "com.example.app:/cb",
    ] {
        assert!(good.parse::<RedirectUri>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "app.test",
        "http://app.test/",
        "http://localhost/cb",
        "http://127.0.0.1.evil.test/",
        "http://127.0.0.1",
        "https://",
        "https:///x",
        "https://user@app.test/",
        "https://app.test/#x",
        "https://*.app.test/",
        "https://app.test/ x",
        "https://app.test/ä",
        "https://app.test\\@evil.test/",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "myapp:/cb",
        "Com.example:/cb",
    ] {
        assert!(bad.parse::<RedirectUri>().is_err(), "{bad}");
    }
    assert!(
        format!("https://a.test/{}", "x".repeat(2_000))
            .parse::<RedirectUri>()
            .is_err()
    );
    let here: RedirectUri = "http://127.0.0.1/cb?x=1".parse().unwrap();
    assert!(
        here.is("http://127.0.0.1:49152/cb?x=1"),
        "whatever port is free"
    );
    for other in [
        "http://127.0.0.1:49152/other?x=1",
        "http://127.0.0.1:49152/cb",
        "http://127.0.0.1:evil.test/cb?x=1",
        "http://127.0.0.1:1@evil.test/cb?x=1",
        "http://127.0.0.1.evil.test/cb?x=1",
        "http://[::1]/cb?x=1",
        "https://127.0.0.1/cb?x=1",
    ] {
        assert!(!here.is(other), "{other}");
    }
}
