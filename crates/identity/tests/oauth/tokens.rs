//! Introspection, and what a token reaches.

use base::{Ctx, Purpose, RequestId};
use identity::oauth::{AppSettings, Scheme};
use policy::{Authority, FileAt, PersonAt, RecordAt, RecordsOf, Verb, decide};

use crate::api::{ACME, House, ISSUER, OTHER, on_each_engine, settings};
use crate::tools::{basic, moment, with};

#[tokio::test]
async fn a_token_is_explained_to_whom_it_concerns() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let stranger = house.app(&settings()).await;
        let server = AppSettings {
            introspects: true,
            ..settings()
        };
        let here = house.app(&server).await;
        let elsewhere = house.app_of(OTHER, &server).await;
        house.sign_in(ACME, "ada");
        let got = house.tokens(&app, "ada").await;
        let (access, refresh) = (got.field("access_token"), got.field("refresh_token"));
        let ask = async |who, token: &str| {
            let form = [("token", token)];
            let got = house
                .post(
                    "/oauth2/introspect",
                    &form,
                    &[("authorization", &basic(who))],
                )
                .await;
            assert_eq!(got.status, 200, "{}", got.text);
            got.json()
        };
        for who in [&app, &here] {
            let told = ask(who, &access).await;
            assert_eq!(told["active"], true);
            assert_eq!(told["iss"], ISSUER);
            assert_eq!(told["client_id"], app.id.to_string());
            assert_eq!(told["scope"], "openid offline_access patient/*.rs");
            assert_eq!(told["token_type"], "Bearer");
            assert_eq!(told["exp"], house.seconds() + 900);
            assert_eq!(told["person"], got.json()["person"]);
        }
        assert_eq!(
            house.last(ACME).await,
            ("oauth.introspect".into(), "ok".into())
        );
        let told = ask(&app, &refresh).await;
        assert_eq!(
            (&told["active"], told["client_id"].as_str()),
            (&true.into(), Some(app.id.to_string().as_str()))
        );
        for (who, token) in [
            (&stranger, &access),
            (&stranger, &refresh),
            (&here, &refresh),
            (&elsewhere, &access),
            (&elsewhere, &refresh),
        ] {
            assert_eq!(
                ask(who, token).await,
                serde_json::json!({ "active": false })
            );
        }
        for token in ["x", "sra_", "srt_x", "eyJ.e30.x"] {
            assert_eq!(
                ask(&app, token).await,
                serde_json::json!({ "active": false })
            );
        }
        house.pass(900);
        assert_eq!(ask(&app, &access).await["active"], false);
        assert_eq!(ask(&app, &refresh).await["active"], true);
    })
    .await;
}

fn ctx(house: &House, authority: &Authority, purpose: Option<Purpose>) -> Ctx {
    Ctx {
        tenant: authority.tenant().clone(),
        actor: authority.actor(),
        purpose,
        request: RequestId::random(&crypt::SystemRng),
        now: base::Clock::now(&*house.clock),
    }
}

/// What an app may do for one person is what the scopes say, about that person, for the purposes that it has.
#[tokio::test]
async fn a_token_reaches_what_its_scopes_name_and_nobody_else() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let account = house.sign_in(ACME, "ada");
        let params = with(
            &app,
            &[(
                "scope",
                "patient/Observation.rs patient/cycle-day.cru purpose/PATRQT",
            )],
        );
        let code = house.code(&params, "ada").await;
        let got = house.exchange(&app, &code).await;
        let now = base::Clock::now(&*house.clock);
        let token = got.field("access_token");
        let who = house
            .oauth
            .admit(&token, Scheme::Bearer, moment(now))
            .await
            .unwrap();
        assert_eq!(who.person(), account.person);
        assert_eq!(who.actor().id, app.id.to_string());
        assert_eq!(who.actor().authenticated_by, "oauth");
        let own = account.person.unwrap();
        let other = base::PersonId::random(&crypt::SystemRng);
        let may = |person, collection: &str, verb, purpose| {
            let thing = RecordAt {
                tenant: ACME.parse().unwrap(),
                person,
                collection: collection.parse().unwrap(),
                record: "one".parse().unwrap(),
            };
            decide(&ctx(&house, &who, purpose), &who, verb, thing).is_ok()
        };
        let asked = Some(Purpose::Patrqt);
        assert!(may(own, "Observation", Verb::Read, asked));
        assert!(may(own, "cycle-day", Verb::Read, asked));
        assert!(may(own, "cycle-day", Verb::Create, asked));
        assert!(may(own, "cycle-day", Verb::Update, None));
        assert!(!may(own, "cycle-day", Verb::Delete, asked));
        assert!(!may(own, "Observation", Verb::Update, asked));
        assert!(!may(own, "Patient", Verb::Read, asked));
        assert!(!may(own, "Observation", Verb::Read, None));
        assert!(
            !may(own, "Observation", Verb::Read, Some(Purpose::Treat)),
            "not asked for"
        );
        assert!(!may(own, "Observation", Verb::Read, Some(Purpose::Hresch)));
        assert!(!may(other, "Observation", Verb::Read, asked));
        assert!(!may(
            base::PersonId::COMMONS,
            "Observation",
            Verb::Read,
            asked
        ));
        let tenant: base::TenantId = ACME.parse().unwrap();
        let ctx = ctx(&house, &who, asked);
        let everybody = RecordsOf {
            tenant: tenant.clone(),
            person: None,
            collection: "Observation".parse().unwrap(),
        };
        assert!(decide(&ctx, &who, Verb::Read, everybody).is_err());
        let file = FileAt {
            tenant: tenant.clone(),
            person: own,
            file: None,
        };
        assert!(
            decide(&ctx, &who, Verb::Read, file).is_err(),
            "files are in no collection"
        );
        for (person, verb) in [
            (None, Verb::Read),
            (None, Verb::Create),
            (Some(own), Verb::Delete),
            (Some(own), Verb::Read),
        ] {
            let thing = PersonAt {
                tenant: tenant.clone(),
                person,
            };
            assert!(decide(&ctx, &who, verb, thing).is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn an_app_for_everything_still_does_not_erase_whom_it_acts_for() {
    on_each_engine(async |house| {
        let wide = AppSettings {
            scopes: "patient/*.cruds system/*.cruds".into(),
            ..settings()
        };
        let app = house.app(&wide).await;
        let account = house.sign_in(ACME, "ada");
        let code = house
            .code(&with(&app, &[("scope", "patient/*.cruds")]), "ada")
            .await;
        let got = house.exchange(&app, &code).await;
        let now = base::Clock::now(&*house.clock);
        let token = got.field("access_token");
        let who = house
            .oauth
            .admit(&token, Scheme::Bearer, moment(now))
            .await
            .unwrap();
        let ctx = ctx(&house, &who, Some(Purpose::Treat));
        let tenant: base::TenantId = ACME.parse().unwrap();
        let person = |verb| {
            let thing = PersonAt {
                tenant: tenant.clone(),
                person: account.person,
            };
            decide(&ctx, &who, verb, thing).is_ok()
        };
        assert!(person(Verb::Read));
        assert!(!person(Verb::Delete));
        let file = FileAt {
            tenant: tenant.clone(),
            person: account.person.unwrap(),
            file: None,
        };
        assert!(decide(&ctx, &who, Verb::Read, file).is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_token_to_sign_in_with_opens_nothing() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let account = house.sign_in(ACME, "ada");
        let code = house.code(&with(&app, &[("scope", "openid")]), "ada").await;
        let got = house.exchange(&app, &code).await;
        let now = base::Clock::now(&*house.clock);
        let token = got.field("access_token");
        let who = house
            .oauth
            .admit(&token, Scheme::Bearer, moment(now))
            .await
            .unwrap();
        let thing = RecordAt {
            tenant: ACME.parse().unwrap(),
            person: account.person.unwrap(),
            collection: "Observation".parse().unwrap(),
            record: "one".parse().unwrap(),
        };
        let ctx = ctx(&house, &who, Some(Purpose::Patrqt));
        assert!(decide(&ctx, &who, Verb::Read, thing).is_err());
    })
    .await;
}

#[tokio::test]
async fn an_account_that_goes_takes_its_grants_along() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let account = house.sign_in(ACME, "ada");
        let got = house.tokens(&app, "ada").await;
        let set = identity::oauth::Oauth::end_grants_of(
            &account.tenant,
            account.account,
            base::Clock::now(&*house.clock),
            store::WriteSet::new(),
        );
        house.db.commit(set).await.unwrap();
        house.pass(1);
        assert!(!house.lets_in(&got.field("access_token")).await);
        let account = house.sign_in(ACME, "bo");
        let got = house.tokens(&app, "bo").await;
        let set = identity::oauth::Oauth::end_grants_about(
            &account.tenant,
            account.person.unwrap(),
            base::Clock::now(&*house.clock),
            store::WriteSet::new(),
        );
        house.db.commit(set).await.unwrap();
        assert!(!house.lets_in(&got.field("access_token")).await);
    })
    .await;
}
