//! Refresh tokens: lost answers, copies, races, ends.

use std::collections::HashSet;

use store::Sql;

use crate::api::{ACME, OTHER, on_each_engine, public, settings};
use crate::tools::{basic, request};

static FAMILIES: Sql =
    Sql::both("SELECT COUNT(*), MAX(generation) FROM oauth_family WHERE ended_at IS NULL");

#[tokio::test]
async fn each_refresh_gives_the_next_token() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let mut got = house.tokens(&app, "ada").await;
        let mut seen = HashSet::new();
        for _ in 0..5 {
            house.pass(900);
            assert!(!house.lets_in(&got.field("access_token")).await, "too old");
            got = house.refresh(&app, &got.field("refresh_token")).await;
            assert_eq!(got.status, 200, "{}", got.text);
            assert!(seen.insert(got.field("refresh_token")));
            assert!(house.lets_in(&got.field("access_token")).await);
            assert_eq!(got.json()["scope"], "openid offline_access patient/*.rs");
        }
    })
    .await;
}

/// FAPI 2.0 §5.3.2.1-9: a client that never got the answer asks again with what it has.
#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_until_the_next_token_is_used() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let first = house.tokens(&app, "ada").await.field("refresh_token");
        let lost = house.refresh(&app, &first).await;
        let again = house.refresh(&app, &first).await;
        assert_eq!(again.status, 200, "{}", again.text);
        let second = again.field("refresh_token");
        assert_eq!(
            second,
            lost.field("refresh_token"),
            "one family, one successor"
        );
        house.pass(3600);
        assert_eq!(house.refresh(&app, &first).await.status, 200);
        // The successor is used: from here on the first is a copy.
        let third = house.refresh(&app, &second).await;
        assert_eq!(third.status, 200, "{}", third.text);
        let copy = house.refresh(&app, &first).await;
        assert_eq!((copy.status, copy.error()), (400, "invalid_grant".into()));
        assert_eq!(
            house
                .refresh(&app, &third.field("refresh_token"))
                .await
                .error(),
            "invalid_grant",
            "all of it has ended"
        );
        assert!(!house.lets_in(&third.field("access_token")).await);
        let entries = house.entries(ACME, 0).await;
        assert_eq!(
            entries
                .iter()
                .filter(|it| it["action"] == "oauth.reuse")
                .count(),
            1,
            "told once, by who came with the copy"
        );
    })
    .await;
}

#[tokio::test]
async fn an_access_token_at_work_shows_that_the_answer_arrived() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let first = house.tokens(&app, "ada").await.field("refresh_token");
        let second = house.refresh(&app, &first).await;
        assert!(house.lets_in(&second.field("access_token")).await);
        let copy = house.refresh(&app, &first).await;
        assert_eq!(copy.error(), "invalid_grant");
        house.pass(1);
        assert!(!house.lets_in(&second.field("access_token")).await);
        assert_eq!(
            house.last(ACME).await,
            ("oauth.token".into(), "denied".into())
        );
    })
    .await;
}

/// Two thieves' order: the copy is used first, and the owner's own then tells.
#[tokio::test]
async fn a_thief_who_is_faster_is_found_out() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let first = house.tokens(&app, "ada").await.field("refresh_token");
        let thief = house.refresh(&app, &first).await;
        let thief = house.refresh(&app, &thief.field("refresh_token")).await;
        assert_eq!(thief.status, 200);
        assert_eq!(house.refresh(&app, &first).await.error(), "invalid_grant");
        assert!(!house.lets_in(&thief.field("access_token")).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_at_once_stay_one_family() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let first = house.tokens(&app, "ada").await.field("refresh_token");
        let asks = (0..32).map(|_| house.refresh(&app, &first));
        let all = futures_util::future::join_all(asks).await;
        let mut refreshes = HashSet::new();
        let mut accesses = HashSet::new();
        for got in &all {
            assert_eq!(got.status, 200, "{}", got.text);
            refreshes.insert(got.field("refresh_token"));
            assert!(accesses.insert(got.field("access_token")));
        }
        assert_eq!(refreshes.len(), 1, "all got the same successor");
        let row = house.db.row(&FAMILIES, vec![]).await.unwrap().unwrap();
        assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (1, 2));
        // Each of the 32 works on, as 32 tabs would.
        for access in accesses {
            assert!(house.lets_in(&access).await);
        }
        let next = house.refresh(&app, refreshes.iter().next().unwrap()).await;
        assert_eq!(next.status, 200, "{}", next.text);
    })
    .await;
}

#[tokio::test]
async fn what_the_person_takes_back_ends_at_once_and_cannot_be_refreshed() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let account = house.sign_in(ACME, "ada");
        let got = house.tokens(&app, "ada").await;
        let spare = house.code(&request(&app), "ada").await;
        assert!(house.lets_in(&got.field("access_token")).await);
        let tenant = ACME.parse().unwrap();
        let grants = house.oauth.grants(&tenant, account.account).await.unwrap();
        assert_eq!((grants.len(), grants[0].app), (1, app.id));
        let ctx = house.staff(ACME, "ada");
        let stranger = base::AccountId::random(&crypt::SystemRng);
        let not_theirs = house.oauth.withdraw(&ctx, stranger, grants[0].grant).await;
        assert!(not_theirs.is_err());
        house
            .oauth
            .withdraw(&ctx, account.account, grants[0].grant)
            .await
            .unwrap();
        assert!(
            !house.lets_in(&got.field("access_token")).await,
            "the very next read"
        );
        let refreshed = house.refresh(&app, &got.field("refresh_token")).await;
        assert_eq!(refreshed.error(), "invalid_grant");
        assert_eq!(house.exchange(&app, &spare).await.error(), "invalid_grant");
        let page = house.arrive(&request(&app), Some("ada")).await;
        assert_eq!(page.status, 200, "and is asked again");
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_lives_thirty_days_and_its_family_ninety() {
    const DAY: u64 = 24 * 3600;
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let idle = house.tokens(&app, "ada").await.field("refresh_token");
        let mut busy = house.tokens(&app, "ada").await.field("refresh_token");
        for _ in 0..4 {
            house.pass(22 * DAY);
            let got = house.refresh(&app, &busy).await;
            assert_eq!(got.status, 200, "{}", got.text);
            busy = got.field("refresh_token");
        }
        assert_eq!(house.refresh(&app, &idle).await.error(), "invalid_grant");
        house.pass(2 * DAY);
        house.oauth.tick().await.unwrap();
        let late = house.refresh(&app, &busy).await;
        assert_eq!(late.error(), "invalid_grant", "{}", late.text);
    })
    .await;
}

#[tokio::test]
async fn a_refresh_token_is_one_apps() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        let stranger = house.app(&settings()).await;
        let elsewhere = house.app_of(OTHER, &settings()).await;
        house.sign_in(ACME, "ada");
        let token = house.tokens(&app, "ada").await.field("refresh_token");
        for who in [&stranger, &elsewhere] {
            assert_eq!(house.refresh(who, &token).await.error(), "invalid_grant");
        }
        // Altered in family, number and proof.
        for at in [6, 28, 40, 74] {
            let mut other = token.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(
                house.refresh(&app, &other).await.error(),
                "invalid_grant",
                "{at}"
            );
        }
        for other in ["srr_", "srr_x", &token[..70], &format!("{token}A")] {
            assert_eq!(
                house.refresh(&app, other).await.error(),
                "invalid_grant",
                "{other}"
            );
        }
        assert_eq!(
            house.refresh(&app, &token).await.status,
            200,
            "none of it did any harm"
        );
        assert!(!house.lets_in(&token).await, "and it is no access token");
    })
    .await;
}

#[tokio::test]
async fn scopes_can_be_narrowed_never_widened() {
    on_each_engine(async |house| {
        let app = house.app(&settings()).await;
        house.sign_in(ACME, "ada");
        let token = house.tokens(&app, "ada").await.field("refresh_token");
        for scope in [
            "patient/*.cruds",
            "patient/cycle-day.c",
            "system/*.rs",
            "nothing",
        ] {
            let got = house
                .refresh_with(&app, &token, &[("scope", scope)], &[])
                .await;
            assert_eq!(got.error(), "invalid_scope", "{scope}");
        }
        let narrow = [("scope", "patient/Observation.r")];
        let got = house.refresh_with(&app, &token, &narrow, &[]).await;
        assert_eq!(got.json()["scope"], "patient/Observation.r", "{}", got.text);
        let got = house.refresh(&app, &got.field("refresh_token")).await;
        assert_eq!(got.json()["scope"], "openid offline_access patient/*.rs");
    })
    .await;
}

#[tokio::test]
async fn an_app_that_is_stopped_or_changed_has_no_tokens_any_more() {
    on_each_engine(async |house| {
        for stop in [true, false] {
            let app = house.app(&settings()).await;
            house.sign_in(ACME, "ada");
            let got = house.tokens(&app, "ada").await;
            assert!(house.lets_in(&got.field("access_token")).await);
            let ctx = house.staff(ACME, "dev");
            if stop {
                house.oauth.stop_app(&ctx, app.id).await.unwrap();
            } else {
                let new = identity::oauth::NewApp {
                    about: identity::oauth::About {
                        name: "Lantern".into(),
                        contact: String::new(),
                    },
                    settings: settings(),
                };
                house.oauth.change_app(&ctx, app.id, &new).await.unwrap();
            }
            assert!(!house.lets_in(&got.field("access_token")).await);
            let refreshed = house.refresh(&app, &got.field("refresh_token")).await;
            assert_eq!(
                (refreshed.status, refreshed.error()),
                (401, "invalid_client".into())
            );
            if !stop {
                let reviewer = house.staff(ACME, "reviewer");
                let verdict = identity::oauth::Verdict::Approve;
                house
                    .oauth
                    .review_app(&reviewer, app.id, verdict)
                    .await
                    .unwrap();
                let refreshed = house.refresh(&app, &got.field("refresh_token")).await;
                assert_eq!(
                    refreshed.error(),
                    "invalid_grant",
                    "what was reviewed is what runs"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_given_back_is_none() {
    on_each_engine(async |house| {
        for app in [settings(), public()] {
            let app = house.app(&app).await;
            let stranger = house.app(&settings()).await;
            house.sign_in(ACME, "ada");
            let got = house.tokens(&app, "ada").await;
            let (access, refresh) = (got.field("access_token"), got.field("refresh_token"));
            assert!(house.lets_in(&access).await);
            let theirs = basic(&stranger);
            for token in [&access, &refresh] {
                let form = [("token", token.as_str())];
                let got = house
                    .post("/oauth2/revoke", &form, &[("authorization", &theirs)])
                    .await;
                assert_eq!(got.status, 200, "what is another's is no mistake");
            }
            assert!(house.lets_in(&access).await, "and nothing happened");
            let id = app.id.to_string();
            let own = basic(&app);
            let revoke = async |token: &str| {
                if app.secret.is_empty() {
                    let form = [("token", token), ("client_id", &id)];
                    house.post("/oauth2/revoke", &form, &[]).await
                } else {
                    let form = [("token", token), ("token_type_hint", "refresh_token")];
                    house
                        .post("/oauth2/revoke", &form, &[("authorization", &own)])
                        .await
                }
            };
            assert_eq!(revoke(&access).await.status, 200);
            assert!(!house.lets_in(&access).await);
            let next = house.refresh(&app, &refresh).await;
            assert_eq!(next.status, 200, "{}", next.text);
            assert!(house.lets_in(&next.field("access_token")).await);
            assert_eq!(revoke(&next.field("refresh_token")).await.status, 200);
            assert!(
                !house.lets_in(&next.field("access_token")).await,
                "with everything that came of it"
            );
            assert_eq!(
                house
                    .refresh(&app, &next.field("refresh_token"))
                    .await
                    .error(),
                "invalid_grant"
            );
            assert_eq!(revoke("nonsense").await.status, 200);
            assert_eq!(house.last(ACME).await.0, "oauth.revoke");
        }
    })
    .await;
}
