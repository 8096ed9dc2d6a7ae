//! What others try: forms from elsewhere, planted sessions and tickets, guesses, open redirects.

use super::flows::{add_app, signed_in};
use super::*;

const EMAIL: &str = "ylva@fjord.example";

#[tokio::test]
async fn no_form_counts_that_is_not_from_its_page() {
    for house in House::all().await {
        let browser = signed_in(&house).await;
        let size = house.log().await.len();
        let own: BTreeMap<String, String> = browser.form("/sign-out");
        let stranger = {
            let mut stranger = Browser::new(&browser.router);
            stranger.go("/sign-in").await;
            stranger.form("/sign-in")
        };
        let mut forms = 0;
        for route in table(&house, &["acme"]) {
            if route.method() != http::Method::POST {
                continue;
            }
            forms += 1;
            let path = route
                .path()
                .replace(
                    "{session}",
                    &base::SessionId::random(&*house.rng).to_string(),
                )
                .replace(
                    "{factor}",
                    &base::SessionId::random(&*house.rng).to_string(),
                )
                .replace("{tenant}", "acme")
                .replace("{kind}", "reset")
                .replace("{link}", "x");
            for (what, fields) in [
                ("none", BTreeMap::new()),
                ("a stranger's", stranger.clone()),
            ] {
                let mut victim = browser.clone();
                victim.post(&path, &fields).await;
                assert_eq!(victim.status, 403, "{path} with {what}: {}", victim.text);
                victim.sees("http.form_foreign");
            }
            for from in ["cross-site", "same-site", "none"] {
                let mut victim = browser.clone();
                let body = format!("form_token={}", own["form_token"]);
                let request = Request::post(&path)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .header("sec-fetch-site", from);
                victim.ask(request, body).await;
                assert_eq!(victim.status, 403, "{path} from {from}");
            }
        }
        assert!(forms > 20, "{forms}");
        assert_eq!(house.log().await.len(), size, "nothing was done");
        let mut browser = browser;
        browser.go("/account").await;
        assert_eq!(browser.status, 200, "and nobody was signed out");
    }
}

/// Session fixation: who plants a session or a ticket in somebody's browser has nothing of what that somebody proves.
#[tokio::test]
async fn session_fixation_by_a_planted_session_or_ticket_gives_nothing_away() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        house
            .account("mallory@fjord.example", Role::Person, OTHER)
            .await;
        let router = router(&house, &["acme"]);
        let mut mallory = Browser::new(&router);
        mallory.sign_in("mallory@fjord.example", OTHER).await;
        let planted = mallory.session().unwrap().to_owned();

        // Somebody else's session in one's own browser ends where one proves oneself.
        let mut victim = Browser::new(&router);
        victim
            .cookies
            .insert("__Host-session".into(), "srs_made-up".into());
        victim.sign_in(EMAIL, GOOD).await;
        let own = victim.session().unwrap().to_owned();
        assert!(own != planted && own != "srs_made-up");
        assert!(
            house
                .identity
                .session("srs_made-up", house.now())
                .await
                .is_err()
        );
        let who = house.identity.session(&own, house.now()).await.unwrap();
        let theirs = house.identity.session(&planted, house.now()).await.unwrap();
        assert!(
            who.account != theirs.account,
            "what was planted stays who it was"
        );
        // A live one, in the browser of somebody who then signs in: it ends, and theirs is new.
        let mut other = Browser::new(&router);
        other
            .cookies
            .insert("__Host-session".into(), planted.clone());
        other.go("/account").await;
        other.send("/sign-out", &[]).await;
        other.sign_in(EMAIL, GOOD).await;
        // Another node believes what it has seen for a second.
        house.pass(Duration::from_secs(2));
        assert!(other.session().is_some_and(|it| it != planted && it != own));
        assert!(house.identity.session(&planted, house.now()).await.is_err());
        // And it is in the log: who planted it signed in, and was signed out.
        let log = house.log().await;
        assert!(log.iter().any(|it| it.0 == "session.end"));

        // A ticket that Mallory holds is Mallory's: the code of another account does not go with it.
        add_app(&house, &mut victim).await;
        victim.send("/sign-out", &[]).await;
        house.pass(Duration::from_secs(60));
        let mut half = Browser::new(&router);
        half.sign_in(EMAIL, GOOD).await;
        let ticket = half.cookies["__Host-ticket"].clone();
        assert!(half.session().is_none());
        half.go("/account").await;
        assert_eq!(half.title(), "Sign in", "a ticket is no session");
        let mut thief = Browser::new(&router);
        thief.cookies.insert(
            "__Host-session".into(),
            ticket.split('~').nth(1).unwrap().into(),
        );
        thief.go("/account").await;
        assert_eq!(thief.title(), "Sign in");
        let mut forged = Browser::new(&router);
        forged.cookies.insert(
            "__Host-ticket".into(),
            ticket.replace("totp", "totp-passkey-recovery"),
        );
        forged.go("/sign-in/second?by=recovery").await;
        forged
            .send(
                "/sign-in/second",
                &[("code", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A")],
            )
            .await;
        assert!(forged.session().is_none());
    }
}

#[tokio::test]
async fn a_guessed_code_ends_the_sign_in_and_the_page_says_so() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        add_app(&house, &mut browser).await;
        let mut thief = Browser::new(&browser.router);
        thief.sign_in(EMAIL, GOOD).await;
        let mut turns = 0;
        while thief.title() == "One more step" {
            turns += 1;
            assert!(turns < 12, "it never ends");
            thief.send("/sign-in/second", &[("code", "000000")]).await;
            house.pass(Duration::from_secs(20));
        }
        assert_eq!(thief.title(), "Sign in");
        thief.sees("Please begin again");
        assert!(thief.session().is_none());
    }
}

#[tokio::test]
async fn the_way_on_leads_nowhere_else() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let router = router(&house, &["acme"]);
        for next in [
            "https%3A%2F%2Fevil.test",
            "%2F%2Fevil.test",
            "%2F%5Cevil.test",
            "javascript%3Aalert(1)",
        ] {
            let mut browser = Browser::new(&router);
            browser.go(&format!("/sign-in?next={next}")).await;
            assert!(
                !browser.text.contains("=\"https://evil") && !browser.text.contains("=\"//"),
                "{next}"
            );
            browser
                .send("/sign-in", &[("email", EMAIL), ("password", GOOD)])
                .await;
            assert_eq!(browser.path, "/account", "{next}");
            browser.go(&format!("/sign-in?next={next}")).await;
            assert_eq!(browser.path, "/account", "{next}");
        }
        let mut browser = Browser::new(&router);
        browser.go("/sign-in").await;
        let mut fields = browser.form("/sign-in");
        fields.insert("next".into(), "//evil.test".into());
        fields.insert("email".into(), EMAIL.into());
        fields.insert("password".into(), GOOD.into());
        browser.post("/sign-in", &fields).await;
        assert_eq!(browser.headers["location"], "/account");
    }
}

#[tokio::test]
async fn nothing_typed_in_secret_comes_back() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        let marked = "a very marked passphrase zq";
        browser.send("/sign-out", &[]).await;
        browser.sign_in(EMAIL, marked).await;
        assert_eq!(browser.status, 422);
        assert!(!browser.text.contains(marked));
        browser.sees(EMAIL);
    }
}
