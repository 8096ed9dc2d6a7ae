//! Whole ways: making an account, proving an address, adding an app, losing it; as who has no script.

use base::Assurance;

use super::*;

const EMAIL: &str = "ylva@fjord.example";

/// A browser that is signed in as a person with one password.
pub(super) async fn signed_in(house: &House) -> Browser {
    house.account(EMAIL, Role::Person, GOOD).await;
    let mut browser = Browser::new(&router(house, &["acme"]));
    browser.sign_in(EMAIL, GOOD).await;
    assert_eq!(browser.path, "/account", "{}", browser.text);
    browser
}

/// Add an app, and give back the code that it showed.
pub(super) async fn add_app(house: &House, browser: &mut Browser) -> String {
    browser.go("/account/factors/app").await;
    browser
        .send("/account/factors/app", &[("name", "My phone")])
        .await;
    let code = app_code(house, &browser.text);
    browser
        .send("/account/factors/app/code", &[("code", &code)])
        .await;
    browser.sees("Your app is added").sees("My phone");
    code
}

#[tokio::test]
async fn an_account_is_made_proven_and_used() {
    for mut house in House::all().await {
        house.tenant = "open".parse().unwrap();
        let mut browser = Browser::new(&router(&house, &["open"]));
        browser.go("/sign-up").await;
        browser.send("/sign-up", &[("email", "nobody")]).await;
        assert_eq!(browser.status, 422);
        browser
            .sees("Write an e-mail address")
            .sees("value=\"nobody\"");
        browser.send("/sign-up", &[("email", EMAIL)]).await;
        assert_eq!(browser.title(), "Look in your mail");
        browser.sign_in(EMAIL, GOOD).await;
        assert!(browser.session().is_none());

        let link = house.link().await;
        let path = format!("/account/open/verify/{link}");
        // A mail program looks first, twice.
        browser.go(&path).await;
        browser.go(&path).await;
        assert_eq!(browser.title(), "Make your account");
        let typed = [("name", "Ylva"), ("password", "short")];
        browser.send(&path, &typed).await;
        assert_eq!(browser.status, 422);
        browser
            .sees("at least 15 characters")
            .sees("href=\"#password\"")
            .sees("value=\"Ylva\"");
        assert!(!browser.text.contains("value=\"short\""));
        browser
            .send(&path, &[("name", ""), ("password", GOOD)])
            .await
            .sees("Write a name");
        browser
            .send(&path, &[("name", "Ylva"), ("password", GOOD)])
            .await
            .sees("Your account is ready");
        browser.go(&path).await;
        assert_eq!(
            (browser.status, browser.title()),
            (410, "This link no longer works".to_owned())
        );

        browser.sign_in(EMAIL, GOOD).await;
        assert_eq!(
            (browser.path.as_str(), browser.title()),
            ("/account", "Ylva".to_owned())
        );
        browser.sees("A stolen password would be enough");

        add_app(&house, &mut browser).await;
        browser.go("/account/factors/codes").await;
        browser.send("/account/factors/codes", &[]).await;
        assert_eq!(browser.title(), "Your recovery codes");
        let codes: Vec<_> = browser.text.split("<span class=\"key\">").skip(1).collect();
        assert_eq!(codes.len(), 10);
        let recovery = codes[0].split('<').next().unwrap().to_owned();

        browser
            .send("/sign-out", &[])
            .await
            .sees("You are signed out");
        assert!(browser.session().is_none());
        browser.go("/account").await;
        assert_eq!(browser.title(), "Sign in");

        // The next code, by the app.
        house.pass(Duration::from_secs(30));
        browser.sign_in(EMAIL, GOOD).await;
        assert_eq!(browser.title(), "One more step");
        assert!(
            browser.session().is_none(),
            "nobody is in before all is proven"
        );
        browser
            .send("/sign-in/second", &[("code", "000000")])
            .await
            .sees("Take a fresh code");
        browser
            .send("/sign-in/second", &[("code", "")])
            .await
            .sees("Write the code");
        let secret = browser.clone();
        assert!(secret.session().is_none());

        // And by paper.
        browser.go("/sign-in/second?by=recovery").await;
        browser
            .send("/sign-in/second", &[("code", &recovery)])
            .await;
        assert_eq!(browser.path, "/account", "{}", browser.text);
        browser.sees("9 left");
    }
}

#[tokio::test]
async fn an_app_lets_in_and_what_is_asked_for_comes_after() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        let used = add_app(&house, &mut browser).await;
        let mut other = Browser::new(&browser.router);
        other.go("/account/sessions?lang=sv").await;
        assert_eq!(other.title(), "Logga in");
        let next = [("email", EMAIL), ("password", GOOD)];
        other.send("/sign-in", &next).await;
        assert_eq!(other.title(), "Ett steg till");
        other.send("/sign-in/second", &[("code", &used)]).await;
        assert_eq!(other.status, 422, "a code counts once");
        house.pass(Duration::from_secs(30));
        browser.go("/account/factors").await;
        // The key is not shown again, so the app keeps it.
        assert!(!browser.text.contains("class=\"key\""));
    }
}

#[tokio::test]
async fn a_changed_password_asks_for_a_fresh_proof_and_ends_the_others() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        let mut other = Browser::new(&browser.router);
        other.sign_in(EMAIL, GOOD).await;
        assert_eq!(other.path, "/account");
        house.pass(Duration::from_secs(11 * 60));
        browser.go("/account/password").await;
        assert_eq!(browser.title(), "Is it you?");
        let before = browser.session().unwrap().to_owned();
        browser
            .send("/account/confirm", &[("password", "not it at all, no")])
            .await
            .sees("not your password");
        browser
            .send("/account/confirm", &[("password", GOOD)])
            .await;
        assert_ne!(
            browser.session().unwrap(),
            before,
            "the session goes on under a new secret"
        );
        assert_eq!(browser.title(), "Change your password");
        browser
            .send("/account/password", &[("password", "hunter2")])
            .await;
        assert_eq!(browser.status, 422);
        browser
            .send("/account/password", &[("password", OTHER)])
            .await
            .sees("Your password is changed");
        other.go("/account").await;
        assert_eq!(
            other.title(),
            "Sign in",
            "it was signed in by the old password"
        );
        other
            .sign_in(EMAIL, GOOD)
            .await
            .sees("do not belong together");
        other.sign_in(EMAIL, OTHER).await;
        assert_eq!(other.path, "/account");
    }
}

#[tokio::test]
async fn a_forgotten_password_is_set_by_mail_and_the_app_still_asked_for() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        add_app(&house, &mut browser).await;
        let mut lost = Browser::new(&browser.router);
        lost.go("/forgotten").await;
        lost.send("/forgotten", &[("email", "nobody at all")])
            .await
            .sees("Write an e-mail address");
        lost.send("/forgotten", &[("email", EMAIL)]).await;
        let known = lost.text.clone();
        lost.go("/forgotten").await;
        lost.send("/forgotten", &[("email", "nobody@fjord.example")])
            .await;
        let strip = |text: &str| text.split("form_token").next().unwrap().to_owned();
        assert_eq!(
            strip(&known),
            strip(&lost.text),
            "the page does not tell who has an account"
        );
        let path = format!("/account/acme/reset/{}", house.link().await);
        lost.go(&path).await;
        lost.send(&path, &[("password", OTHER)])
            .await
            .sees("Your new password is set");
        lost.sign_in(EMAIL, OTHER).await;
        assert_eq!(lost.title(), "One more step");
        browser.go("/account").await;
        assert_eq!(browser.title(), "Sign in");
    }
}

#[tokio::test]
async fn who_is_invited_sets_up_and_staff_add_a_factor_before_they_are_in() {
    for house in House::all().await {
        let new = house.new_account("clinic@fjord.example", Role::Clinician);
        house.identity.invite(&house.ctx(), &new).await.unwrap();
        let path = format!("/account/acme/invite/{}", house.link().await);
        let mut browser = Browser::new(&router(&house, &["acme"]));
        browser.go(&path).await;
        assert_eq!(browser.title(), "Welcome");
        browser
            .sees("At least 8 characters")
            .sees("value=\"Dagny Halvorsen\"");
        browser
            .send(&path, &[("name", "Dagny"), ("password", GOOD)])
            .await
            .sees("Your account is ready");
        browser.sign_in("clinic@fjord.example", GOOD).await;
        assert_eq!(browser.title(), "Your work needs a second proof");
        assert!(browser.session().is_none());
        browser.send("/sign-in/enrol", &[("by", "totp")]).await;
        assert_eq!(browser.title(), "Add an app");
        browser
            .send("/sign-in/enrol/app", &[("code", "000000")])
            .await;
        assert_eq!(browser.status, 422);
        let code = app_code(&house, &browser.text);
        browser.send("/sign-in/enrol/app", &[("code", &code)]).await;
        assert_eq!(browser.path, "/account", "{}", browser.text);
        let text = browser.session().unwrap().to_owned();
        let who = house.identity.session(&text, house.now()).await.unwrap();
        assert_eq!(who.assurance, Assurance::TwoFactor);

        // Theirs is the last one, and they need it.
        browser.go("/account/factors").await;
        let (_, rest) = browser.text.split_once("/account/factor/").unwrap();
        let path = format!("/account/factor/{}", rest.split('"').next().unwrap());
        browser.go(&path).await;
        browser.send(&path, &[]).await.sees("Add another first");
    }
}

#[tokio::test]
async fn who_keeps_access_needs_a_passkey_from_the_first_day() {
    for house in House::all().await {
        house
            .account("sec@fjord.example", Role::Security, GOOD)
            .await;
        let mut browser = Browser::new(&router(&house, &["acme"]));
        browser.sign_in("sec@fjord.example", GOOD).await;
        browser.sees("Your role asks for a passkey");
        assert!(!browser.text.contains("value=\"totp\""));
        let mut key = soft_key::SoftKey::new(1);
        browser.send("/sign-in/enrol", &[]).await;
        let request = options(&browser.text);
        let made = key.make(&request);
        browser
            .send("/sign-in/enrol/passkey", &[("passkey", &made)])
            .await;
        assert_eq!(browser.path, "/account", "{}", browser.text);
        browser.sees("One passkey");

        // From now on the passkey is asked for, and is enough alone.
        browser.send("/sign-out", &[]).await;
        browser.sign_in("sec@fjord.example", GOOD).await;
        assert_eq!(browser.title(), "One more step");
        key.counter += 1;
        let answer = key.answer(&options(&browser.text));
        browser
            .send("/sign-in/second", &[("passkey", &answer)])
            .await;
        assert_eq!(browser.path, "/account", "{}", browser.text);

        browser.send("/sign-out", &[]).await;
        browser.send("/sign-in/passkey", &[]).await;
        key.counter += 1;
        let answer = key.answer(&options(&browser.text));
        let mut again = browser.clone();
        browser
            .send("/sign-in/passkey/answer", &[("passkey", &answer)])
            .await;
        assert_eq!(browser.path, "/account", "{}", browser.text);
        again
            .send("/sign-in/passkey/answer", &[("passkey", &answer)])
            .await;
        assert!(again.session().is_none(), "an answer counts once");

        // To change something, once more.
        house.pass(Duration::from_secs(11 * 60));
        browser.go("/account/factors/passkey").await;
        assert_eq!(browser.title(), "Is it you?");
        browser.send("/account/confirm/passkey", &[]).await;
        key.counter += 1;
        let answer = key.answer(&options(&browser.text));
        browser
            .send("/account/confirm/passkey/answer", &[("passkey", &answer)])
            .await;
        assert_eq!(browser.title(), "Add a passkey");
        let mut second = soft_key::SoftKey::new(2);
        browser
            .send("/account/factors/passkey", &[("name", "Spare")])
            .await;
        let made = second.make(&options(&browser.text));
        browser
            .send("/account/factors/passkey/answer", &[("passkey", &made)])
            .await;
        browser.sees("Your passkey is added").sees("Spare");
    }
}

/// What the page asks the browser for.
pub(super) fn options(page: &str) -> serde_json::Value {
    serde_json::from_str(&attribute(page, "data-request")).unwrap()
}

#[tokio::test]
async fn sessions_are_named_and_ended() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        let mut other = Browser::new(&browser.router);
        other.sign_in(EMAIL, GOOD).await;
        other.go("/account/sessions").await;
        other.sees("Firefox, Linux").sees("This browser");
        let (_, rest) = other.text.split_once("/account/session/").unwrap();
        let id = rest.split('/').next().unwrap().to_owned();
        let path = format!("/account/session/{id}/name");
        other.go(&path).await;
        other.send(&path, &[("name", "")]).await;
        assert_eq!(other.status, 422);
        other
            .send(&path, &[("name", "The <laptop>")])
            .await
            .sees("The name is saved")
            .sees("The <laptop>");
        assert!(!other.text.contains("<laptop>"));

        browser.go("/account/sessions").await.sees("The <laptop>");
        browser
            .send(&format!("/account/session/{id}/end"), &[])
            .await
            .sees("signed out");
        other.go("/account").await;
        assert_eq!(other.title(), "Sign in");
        assert_eq!(browser.status, 200);

        other.sign_in(EMAIL, GOOD).await;
        browser.go("/account/sessions").await;
        browser
            .send("/account/sessions/others", &[])
            .await
            .sees("All other browsers");
        house.pass(Duration::from_secs(2));
        other.go("/account").await;
        assert_eq!(other.title(), "Sign in");
    }
}

#[tokio::test]
async fn where_there_are_many_organisations_one_is_asked_which() {
    for house in House::all().await {
        house.account(EMAIL, Role::Person, GOOD).await;
        let mut browser = Browser::new(&router(&house, &["acme", "open"]));
        browser.go("/sign-in").await.sees("Organisation");
        let typed = [("at", "nowhere"), ("email", EMAIL), ("password", GOOD)];
        browser
            .send("/sign-in", &typed)
            .await
            .sees("We know no organisation");
        let typed = [("at", "open"), ("email", EMAIL), ("password", GOOD)];
        browser
            .send("/sign-in", &typed)
            .await
            .sees("do not belong together");
        browser.go("/sign-in?at=acme").await;
        assert!(!browser.text.contains("id=\"at\""));
        browser
            .send("/sign-in", &[("email", EMAIL), ("password", GOOD)])
            .await;
        assert_eq!(browser.path, "/account");
        browser.send("/sign-out", &[]).await;
        // It is remembered.
        assert!(!browser.text.contains("id=\"at\""));
    }
}
