//! The pages in the whole house: nobody learns anything from one, no form counts without its token, and what is done by one stands in
//! the log.

use http::Method;
use identity::{Kind, Language, NewAccount};
use policy::Role;
use store::{Sql, WriteSet};
use web::Access;

use crate::accounts;
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
            // An app that says nothing is told so.
            let bare = path == "/oauth2/authorize" && got.status == 400;
            assert!(bare || matches!(got.status, 200 | 303 | 410), "{what}");
        }
        if got.status != 303 {
            let policy = got.header("content-security-policy").unwrap_or("");
            assert!(policy.contains("frame-ancestors 'none'"), "{what}");
            assert!(policy.contains("trusted-types 'none'"), "{what}");
        }
    }
    assert_eq!(house.log_size(ACME).await, size, "nothing was done");
}

/// Clickjacking: no page lets itself be shown within somebody else's, whoever looks and whatever it answers.
#[tokio::test(flavor = "multi_thread")]
async fn clickjacking_meets_no_page_that_can_be_framed() {
    let house = House::over_sqlite().await;
    let staff = staffed(&house, Role::Security).await;
    let mut pages = 0;
    let routes = house.routes();
    let looks = routes.iter().filter(|it| it.method() == Method::GET);
    let paths = looks.map(|route| addressed(route.path(), &house));
    for path in paths.chain(["/nothing-here".to_owned()]) {
        for jar in ["", staff.as_str()] {
            let ask = house.ask(Method::GET, &path).header("accept", "text/html");
            let got = ask.header("cookie", jar).send().await;
            let what = format!("{path}, {}: {}", jar.len(), got.status);
            if !got
                .header("content-type")
                .is_some_and(|it| it.starts_with("text/html"))
            {
                continue;
            }
            pages += 1;
            let policy = got.header("content-security-policy").unwrap_or("");
            assert!(
                policy.contains("frame-ancestors 'none'"),
                "{what}: {policy}"
            );
            assert!(!policy.contains("unsafe"), "{what}: {policy}");
        }
    }
    assert!(pages >= 40, "{pages}");
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

pub(crate) async fn send(house: &House, path: &str, jar: &str, body: String) -> Got {
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
    assert_eq!(signed_in.header("location"), Some("/portal"));
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

/// Somebody of the staff who is signed in by a passkey: their cookies. What proves it is put in by hand; how it is proven is
/// tested elsewhere.
pub(crate) async fn staffed(house: &House, role: Role) -> String {
    static STAFF: Sql =
        Sql::both("UPDATE account SET kind = 'staff', role = $2, person = NULL WHERE account = $1");
    static STRONG: Sql =
        Sql::both("UPDATE session SET assurance = 'phishing_resistant' WHERE account = $1");
    let email = format!("{role}@harbour.example");
    let (account, _) = accounts::account(house, ACME, &email, Role::Person).await;
    let session = accounts::sign_in(house, ACME, &email).await;
    let set = WriteSet::new()
        .run(&STAFF, vec![account.into(), role.as_str().into()])
        .run(&STRONG, vec![account.into()]);
    house.place.db.commit(set).await.unwrap();
    house.appoint(ACME, account, role).await;
    format!("__Host-session={}", session.text.expose())
}

/// Look at a page as who is signed in; the cookies grow.
pub(crate) async fn look(house: &House, jar: &mut String, path: &str) -> Got {
    let ask = house.ask(Method::GET, path).header("accept", "text/html");
    let got = ask.header("cookie", &*jar).send().await;
    *jar = cookies(jar, &got);
    got
}

pub(crate) async fn press(
    house: &House,
    jar: &mut String,
    page: &str,
    action: &str,
    fields: &str,
) -> Got {
    let shown = look(house, jar, page).await;
    assert_eq!(shown.status, 200, "{page}: {}", shown.text());
    let body = format!("form_token={}&{fields}", token(&shown));
    let got = send(house, action, jar, body).await;
    *jar = cookies(jar, &got);
    got
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_asked_for_in_the_console_and_granted_by_another() {
    let house = House::over_sqlite().await;
    let mut owner = staffed(&house, Role::Owner).await;
    let mut security = staffed(&house, Role::Security).await;

    let asked = press(
        &house,
        &mut security,
        "/console/requests/new",
        "/console/requests/new",
        "role=clinician&reason=cover&note=For+Ada&days=30",
    )
    .await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let list = look(&house, &mut security, "/console/requests").await;
    let text = list.text();
    // Beside the button to ask anew.
    let id = text
        .split("/console/requests/")
        .filter_map(|rest| rest.split('"').next())
        .find(|id| id.len() == 36)
        .unwrap()
        .to_owned();
    let path = format!("/console/requests/{id}");

    let own = look(&house, &mut security, &path).await;
    assert!(
        own.text().contains("Somebody else decides"),
        "{}",
        own.text()
    );
    assert!(!own.text().contains("value=\"yes\""), "{}", own.text());
    let shown = look(&house, &mut owner, &path).await;
    let text = shown.text();
    for part in [
        "Clinician",
        "For Ada",
        "Standing in for a colleague",
        "Lists of records",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let before = house.log_size(ACME).await;
    let granted = press(&house, &mut owner, &path, &path, "approve=yes").await;
    assert_eq!(granted.status, 303, "{}", granted.text());
    let actions: Vec<String> = {
        let mut found = Vec::new();
        for index in before..house.log_size(ACME).await {
            let entry = house.entry(ACME, index).await;
            found.push(entry["action"].as_str().unwrap().to_owned());
        }
        found
    };
    assert!(actions.contains(&"role.decide".to_owned()), "{actions:?}");

    let roles = look(&house, &mut owner, "/console/roles").await;
    assert!(roles.text().contains("Clinician"), "{}", roles.text());
    let reviews = look(&house, &mut owner, "/console/reviews").await;
    assert_eq!(reviews.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_is_whole_in_every_language_and_closed_to_who_has_no_business_there() {
    let house = House::over_sqlite().await;
    let person = house.person(ACME);
    let mut owner = staffed(&house, Role::Owner).await;
    let mut clinician = staffed(&house, Role::Clinician).await;
    let opened = press(
        &house,
        &mut clinician,
        "/console/break-glass/new",
        "/console/break-glass/new",
        &format!("person={person}&reason=unreachable&minutes=15&note="),
    )
    .await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    let asked = press(
        &house,
        &mut clinician,
        "/console/requests/new",
        "/console/requests/new",
        "role=security&reason=other&note=&days=",
    )
    .await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let wrong = press(
        &house,
        &mut clinician,
        "/console/break-glass/new",
        "/console/break-glass/new",
        "person=nobody&reason=unreachable&minutes=15&note=",
    )
    .await;
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    let invited = press(
        &house,
        &mut owner,
        "/console/people/invite",
        "/console/people/invite",
        "name=Ada&email=ada%40harbour.example",
    )
    .await;
    assert_eq!(invited.status, 303, "{}", invited.text());

    // Once its news went out, the emergency waits as an alert.
    accounts::Kept::default().collect(&house).await;
    let keys = server::console_words();
    for lang in ["sv", "de", "it", "fr", "en"] {
        for path in [
            "/console",
            "/console/people",
            "/console/people/invite",
            "/console/roles",
            "/console/requests",
            "/console/requests/new",
            "/console/reviews",
            "/console/break-glass",
            "/console/break-glass/new",
            "/console/alerts",
            "/console/retention",
            "/console/holds",
            "/console/holds/new",
            "/console/processing",
        ] {
            let got = look(&house, &mut owner, &format!("{path}?lang={lang}")).await;
            let text = got.text();
            let what = format!("{path} in {lang}: {text}");
            assert_eq!(got.status, 200, "{what}");
            assert!(text.contains(&format!("<html lang=\"{lang}\">")), "{what}");
            assert_eq!(text.matches("<h1>").count(), 1, "{what}");
            assert!(text.contains("<nav aria-label="), "{what}");
            assert!(
                !text.contains(&person.to_string()),
                "a list names nobody whole: {what}"
            );
            for key in keys.iter().filter(|key| key.contains('-')) {
                for shown in [
                    format!(">{key}<"),
                    format!("</svg> {key}<"),
                    format!(">{key}: "),
                ] {
                    assert!(!text.contains(&shown), "{key} shows through: {what}");
                }
            }
        }
    }
    // A person's own account has no console, and nobody's has none.
    accounts::account(&house, ACME, "own@harbour.example", Role::Person).await;
    let session = accounts::sign_in(&house, ACME, "own@harbour.example").await;
    let mut own = format!("__Host-session={}", session.text.expose());
    for path in ["/console", "/console/people", "/console/roles"] {
        assert_eq!(look(&house, &mut own, path).await.status, 403, "{path}");
        assert_eq!(
            look(&house, &mut String::new(), path).await.status,
            303,
            "{path}"
        );
        // A role that finds nothing there is refused by policy, and the no stands in the log.
    }
    let before = house.log_size(ACME).await;
    let refused = look(&house, &mut clinician, "/console/people").await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(house.entry(ACME, before).await["outcome"], "denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_shown_until_somebody_takes_note_of_it() {
    let house = House::over_sqlite().await;
    let mut owner = staffed(&house, Role::Owner).await;
    let mut clinician = staffed(&house, Role::Clinician).await;
    let empty = look(&house, &mut owner, "/console/alerts?lang=en").await;
    assert!(empty.text().contains("No alerts."), "{}", empty.text());
    let person = house.person(ACME);
    let opened = press(
        &house,
        &mut clinician,
        "/console/break-glass/new",
        "/console/break-glass/new",
        &format!("person={person}&reason=unreachable&minutes=15&note="),
    )
    .await;
    assert_eq!(opened.status, 303, "{}", opened.text());
    accounts::Kept::default().collect(&house).await;
    let home = look(&house, &mut owner, "/console").await;
    let text = home.text();
    assert!(text.contains("One alert to take note of"), "{text}");
    let shown = look(&house, &mut owner, "/console/alerts").await;
    let text = shown.text();
    assert!(text.contains("data were opened in an emergency"), "{text}");
    let at = text.find("/console/alerts/").unwrap();
    let path = text[at..].split('"').next().unwrap().to_owned();
    let closed = press(&house, &mut owner, "/console/alerts", &path, "").await;
    assert_eq!(closed.status, 303, "{}", closed.text());
    let after = look(&house, &mut owner, "/console/alerts").await;
    assert!(after.text().contains("Noted."), "{}", after.text());
    assert!(after.text().contains("No alerts."), "{}", after.text());
    // Who does not watch has no such page.
    let none = look(&house, &mut clinician, "/console/alerts").await;
    assert_eq!(none.status, 403, "{}", none.text());
}
