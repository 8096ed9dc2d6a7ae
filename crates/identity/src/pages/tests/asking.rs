//! What a script asks while a page is open: how strong a password is, and which passkey would do.

use serde_json::Value;

use super::flows::{options, signed_in};
use super::*;

const EMAIL: &str = "ylva@fjord.example";

/// Ask as the script does: with what the form to `action` holds.
async fn ask(browser: &mut Browser, action: &str, path: &str, fields: &[(&str, &str)]) -> Value {
    let mut form = browser.form(action);
    for (name, value) in fields {
        form.insert((*name).to_owned(), (*value).to_owned());
    }
    let page = browser.text.clone();
    browser.post(path, &form).await;
    let answer = std::mem::replace(&mut browser.text, page);
    serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{}: {answer}", browser.status))
}

/// Where the script beside a field asks.
fn asks(page: &str) -> String {
    let (_, rest) = page.split_once("data-strength=\"").unwrap();
    unescaped(rest.split('"').next().unwrap())
}

#[tokio::test]
async fn strength_is_said_while_typing_by_the_rules_that_count() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        browser.go("/account/password").await;
        let policy = browser.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self'; connect-src 'self'; "));
        browser.sees("<script src=\"/assets/strength.js\" defer></script>");
        let path = asks(&browser.text);
        let action = "/account/password";
        for (typed, good, says) in [
            ("short", false, "at least 15 characters"),
            ("passwordpassword", false, "everybody tries first"),
            ("ylva lantern cobble rust", false, "have to do with you"),
            (OTHER, true, "No program guesses this"),
        ] {
            let size = house.log().await.len();
            // The address stands in the form, for password keepers.
            let fields = [("username", EMAIL), ("password", typed)];
            let said = ask(&mut browser, action, &path, &fields).await;
            assert_eq!(browser.status, 200);
            assert_eq!(said["good"], good, "{typed}: {said}");
            assert!(
                said["says"].as_str().unwrap().contains(says),
                "{typed}: {said}"
            );
            assert!(!said.to_string().contains(typed));
            assert_eq!(browser.headers["cache-control"], "no-store");
            assert_eq!(house.log().await.len(), size, "looking leaves nothing");
            // The form itself says the same.
            let mut sent = browser.clone();
            sent.send(action, &[("password", typed)]).await;
            assert_eq!(sent.path == "/account", good, "{typed}");
            if !good {
                sent.sees(says);
            }
        }
    }
}

#[tokio::test]
async fn strength_is_said_in_the_readers_language_and_to_our_own_pages_only() {
    for house in House::all().await {
        let mut browser = signed_in(&house).await;
        browser.go("/account/password?lang=de").await;
        let path = asks(&browser.text);
        let said = ask(
            &mut browser,
            "/account/password",
            &path,
            &[("password", "x")],
        )
        .await;
        assert!(
            said["says"]
                .as_str()
                .unwrap()
                .contains("mindestens 15 Zeichen")
        );
        // Beside a second factor less is enough, and the page asks so.
        assert!(path.contains("alone=yes"), "{path}");
        let less = path.replace("&alone=yes", "");
        let said = ask(
            &mut browser,
            "/account/password",
            &less,
            &[("password", "rj4k_Tz9vWq")],
        )
        .await;
        assert_eq!(said["good"], true, "{said}");

        // Without end is too often, for one network; the form itself is taken all the same.
        let mut refused = 0;
        for _ in 0..100 {
            let mut form = browser.form("/account/password");
            form.insert("password".into(), OTHER.into());
            let mut other = browser.clone();
            other.post(&path, &form).await;
            refused += usize::from(other.status == 503);
        }
        assert!(refused > 30, "{refused}");
        browser
            .send("/account/password", &[("password", OTHER)])
            .await;
        assert_eq!(browser.path, "/account");
    }
}

#[tokio::test]
async fn a_passkey_is_offered_where_the_address_is_typed() {
    for house in House::all().await {
        house
            .account("sec@fjord.example", Role::Security, GOOD)
            .await;
        let router = router(&house, &["acme"]);
        let mut owner = Browser::new(&router);
        owner.sign_in("sec@fjord.example", GOOD).await;
        let mut key = soft_key::SoftKey::new(1);
        owner.send("/sign-in/enrol", &[]).await;
        let made = key.make(&options(&owner.text));
        owner
            .send("/sign-in/enrol/passkey", &[("passkey", &made)])
            .await;

        let mut browser = Browser::new(&router);
        browser.go("/sign-in").await;
        browser
            .sees("autocomplete=\"username webauthn\"")
            .sees("data-passkey=\"offer\"")
            .sees("<script src=\"/assets/passkey.js\" defer></script>");
        let size = house.log().await.len();
        let answer = "/sign-in/passkey/answer";
        let offer = ask(&mut browser, answer, "/sign-in/passkey/offer", &[]).await;
        assert_eq!(house.log().await.len(), size, "nobody has tried to come in");
        assert!(offer["seconds"].as_u64().unwrap() > 60);
        assert_eq!(offer["request"]["allowCredentials"], serde_json::json!([]));
        key.counter += 1;
        let proof = key.answer(&offer["request"]);
        let ticket = offer["ticket"].as_str().unwrap();
        let mut again = browser.clone();
        let fields = [("ticket", ticket), ("passkey", &proof)];
        browser.send(answer, &fields).await;
        assert_eq!(browser.path, "/account", "{}", browser.text);
        again.send(answer, &fields).await;
        assert!(again.session().is_none(), "an offer is taken once");

        // Where nobody has said which organisation, nothing is offered.
        let mut shared = Browser::new(&super::router(&house, &["acme", "other"]));
        shared.go("/sign-in").await;
        assert!(!shared.text.contains("data-passkey"));
        shared.go(&format!("/sign-in?at={}", house.tenant)).await;
        shared.sees("data-passkey=\"offer\"");
    }
}
