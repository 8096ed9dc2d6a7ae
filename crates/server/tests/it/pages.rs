//! The pages in the whole house: nobody learns anything from one, no form counts without its token, and what is done by one stands in
//! the log.

use http::Method;
use identity::{Kind, Language, NewAccount};
use policy::Role;
use web::Access;

use crate::house::{ACME, Got, House};

const EMAIL: &str = "odalys@harbour.example";
const PASSWORD: &str = "marmot thirteen gable rust";

fn addressed(path: &str, house: &House) -> String {
    let id = "00000000-0000-4000-8000-000000000000";
    path.replace("{tenant}", ACME)
        .replace("{kind}", "reset")
        .replace("{link}", "nothing")
        .replace("{person}", &house.person(ACME).to_string())
        .replace("{factor}", id)
        .replace("{session}", id)
        .replace("{app}", id)
        .replace("{id}", id)
        .replace("{account}", id)
}

fn pages(house: &House) -> Vec<(Method, String)> {
    let routes = house.routes();
    let pages = routes.iter().filter(|route| route.access() == Access::Page);
    pages
        .map(|route| (route.method().clone(), addressed(route.path(), house)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_anything_from_a_page_and_no_form_counts() {
    let house = House::over_sqlite().await;
    let person = house.person(ACME).to_string();
    let size = house.log_size(ACME).await;
    let all = pages(&house);
    assert!(all.len() > 30, "{}", all.len());
    for (method, path) in all {
        let ask = house
            .ask(method.clone(), &path)
            .header("accept", "text/html");
        let got = if method == Method::POST {
            ask.header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .body("form_token=x")
                .send()
                .await
        } else {
            ask.send().await
        };
        let what = format!("{method} {path}: {} {}", got.status, got.text());
        assert!(!got.text().contains(&person), "{what}");
        if method == Method::POST {
            assert_eq!(got.status, 403, "{what}");
        } else {
            assert!(matches!(got.status, 200 | 303 | 410), "{what}");
        }
        if got.status != 303 {
            let policy = got.header("content-security-policy").unwrap_or("");
            assert!(policy.contains("frame-ancestors 'none'"), "{what}");
            assert!(policy.contains("trusted-types 'none'"), "{what}");
        }
    }
    assert_eq!(house.log_size(ACME).await, size, "nothing was done");
}

/// The cookies that an answer sets, and those that were there before.
fn cookies(before: &str, got: &Got) -> String {
    let mut jar: Vec<String> = before
        .split("; ")
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    for set in got.headers.get_all("set-cookie") {
        let pair = set.to_str().unwrap().split(';').next().unwrap();
        let name = format!("{}=", pair.split('=').next().unwrap());
        jar.retain(|it| !it.starts_with(&name));
        jar.push(pair.to_owned());
    }
    jar.join("; ")
}

fn token(got: &Got) -> String {
    let text = got.text();
    let (_, rest) = text.split_once("name=\"form_token\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn send(house: &House, path: &str, jar: &str, body: String) -> Got {
    house
        .ask(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", jar)
        .body(body)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_becomes_a_session_and_each_step_stands_in_the_log() {
    let house = House::over_sqlite().await;
    let acme = ACME.parse().unwrap();
    let (ctx, _) = house.place.local(&acme, "test");
    let new = NewAccount {
        kind: Kind::Person,
        role: Role::Person,
        person: Some(house.person(ACME)),
        email: EMAIL.parse().unwrap(),
        name: "Odalys".parse().unwrap(),
        language: Language::En,
    };
    let invited = house.place.identity.invite(&ctx, &new).await.unwrap();
    let path = format!("/account/{ACME}/invite/{}", invited.link.expose());
    let page = house.ask(Method::GET, &path).send().await;
    assert_eq!(page.status, 200, "{}", page.text());
    let jar = cookies("", &page);
    let body = format!(
        "form_token={}&name=Odalys&password={}",
        token(&page),
        PASSWORD.replace(' ', "+")
    );
    let before = house.log_size(ACME).await;
    let made = send(&house, &path, &jar, body).await;
    assert_eq!(made.status, 303, "{}", made.text());
    assert_eq!(
        house.entry(ACME, before).await["action"],
        "account.create",
        "the account begins"
    );

    let page = house
        .ask(Method::GET, format!("/sign-in?at={ACME}"))
        .header("cookie", &jar)
        .send()
        .await;
    let body = format!(
        "form_token={}&at={ACME}&email={}&password={}",
        token(&page),
        EMAIL.replace('@', "%40"),
        PASSWORD.replace(' ', "+")
    );
    let before = house.log_size(ACME).await;
    let signed_in = send(&house, "/sign-in", &jar, body).await;
    assert_eq!(signed_in.header("location"), Some("/account"));
    let entry = house.entry(ACME, before).await;
    assert_eq!(
        (&entry["action"], &entry["outcome"]),
        (&"session.start".into(), &"ok".into())
    );
    assert_eq!(
        entry["request"].as_str(),
        signed_in.header("x-request-id"),
        "{entry}"
    );
    assert!(!entry.to_string().contains("odalys"), "{entry}");

    let jar = cookies(&jar, &signed_in);
    let account = house
        .ask(Method::GET, "/account")
        .header("cookie", &jar)
        .send()
        .await;
    assert_eq!(account.status, 200);
    assert!(account.text().contains("<h1>Odalys</h1>"));
    let before = house.log_size(ACME).await;
    let out = send(
        &house,
        "/sign-out",
        &jar,
        format!("form_token={}", token(&account)),
    )
    .await;
    assert_eq!(out.status, 303);
    assert_eq!(house.entry(ACME, before).await["action"], "session.end");
    let gone = house
        .ask(Method::GET, "/account")
        .header("cookie", &jar)
        .send()
        .await;
    assert_eq!(gone.header("location"), Some("/sign-in?next=%2Faccount"));
}
