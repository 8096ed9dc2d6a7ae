//! The end of a contract: nothing new, then thirty days, then nothing at all, and a proof of it.

use std::sync::Arc;
use std::time::Duration;

use base::{Clock, FixedClock, TenantId};
use http::Method;
use policy::{ContractOf, Role, Verb, decide};
use serde_json::{Value, json};
use server::clock::SystemClock;
use server::contract;
use store::Sql;
use vault::contract::Stage;

use crate::house::{ACME, House, OTHER, on_each_engine, staff};
use crate::{accounts, pages};

const DAY: Duration = Duration::from_hours(24);

fn acme() -> TenantId {
    ACME.parse().unwrap()
}

fn of() -> ContractOf {
    ContractOf { tenant: acme() }
}

async fn end(house: &House, after: Duration) -> Result<u64, vault::VaultError> {
    let (ctx, system) = house.place.local(&acme(), "test");
    let allowed = decide(&ctx, &system, Verb::Create, of()).unwrap();
    let at = ctx.now.after(after);
    house.place.vault.end_contract(&ctx, &allowed, at).await
}

async fn keep(house: &House) -> Result<u64, vault::VaultError> {
    let (ctx, system) = house.place.local(&acme(), "test");
    let allowed = decide(&ctx, &system, Verb::Update, of()).unwrap();
    house.place.vault.keep_contract(&ctx, &allowed).await
}

async fn by_clock(house: House) -> (House, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::at(SystemClock.now()));
    let house = house.reopened_by(Arc::clone(&clock) as _).await;
    (house, clock)
}

/// A token that lives as long as the test goes on.
async fn token(house: &House) -> String {
    house.new_token(ACME, Role::App, None, DAY * 400).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_end_on_nothing_new_is_stored_and_everything_else_goes_on() {
    on_each_engine(async |house| {
        let (house, clock) = by_clock(house).await;
        let app = token(&house).await;
        let person = house.person(ACME);
        let sheet = format!("/v1/persons/{person}/records/sheet/one");
        let ask = |method: Method, path: &str| house.ask(method, path).by(&app).purpose("TREAT");
        let put = async |pulse: u32| {
            let put = ask(Method::PUT, &sheet).json(&json!({ "pulse": pulse })).send().await;
            (put.status, if put.status < 300 { String::new() } else { put.code() })
        };
        assert_eq!(put(1).await.0, 201);
        assert!(matches!(keep(&house).await, Err(vault::VaultError::NoEnd)));
        end(&house, DAY).await.unwrap();
        assert!(matches!(end(&house, DAY).await, Err(vault::VaultError::EndNoted)));
        assert_eq!(put(2).await.0, 200, "not yet");
        clock.pass(DAY);
        let ended = (403, "contract.ended".to_owned());
        assert_eq!(put(3).await, ended);
        let person_too = ask(Method::POST, "/v1/persons").send().await;
        assert_eq!((person_too.status, person_too.code()), ended);
        let file = ask(Method::POST, &format!("/v1/persons/{person}/files"));
        let file = file.header("content-type", "text/plain").body(b"x".to_vec()).send().await;
        assert_eq!((file.status, file.code()), ended);
        let request = ask(Method::POST, "/v1/consent/requests");
        let request = request.json(&crate::sharing::request("TREAT", &json!([{ "verbs": "rs" }])));
        let request = request.send().await;
        assert_eq!((request.status, request.code()), ended);
        let fhir = ask(Method::PUT, "/fhir/Patient/new").json(&json!({ "resourceType": "Patient", "id": "new" }));
        let fhir = fhir.send().await;
        assert!(fhir.status == 403 && fhir.text().contains("contract.ended"), "{}", fhir.text());
        let item = json!({ "method": "PUT", "person": person, "collection": "sheet", "record": "two", "body": { "pulse": 1 } });
        let batch = ask(Method::POST, "/v1/records:batch").header("content-type", "application/x-ndjson");
        let batch = batch.body(format!("{item}\n")).send().await;
        assert!(batch.text().contains("contract.ended"), "{}", batch.text());

        // Reading, taking along and deleting go on; the other tenant does not notice.
        let read = ask(Method::GET, &sheet).send().await;
        assert_eq!(read.json()["pulse"], 2, "{}", read.text());
        let other = house.ask(Method::POST, "/v1/persons");
        let (_, theirs) = house.new_token(OTHER, Role::App, None, DAY * 400).await;
        assert_eq!(other.by(&theirs).send().await.status, 201);
        let gone = ask(Method::DELETE, &sheet).send().await;
        assert_eq!(gone.status, 200, "{}", gone.text());

        // Who signs up hears so when the address is proven, and nobody is made.
        let caller = accounts::caller(&house, ACME);
        let email = "new@fjord.example".parse().unwrap();
        let identity = &house.place.identity;
        identity.sign_up(&caller, &email, identity::Language::En).await.unwrap();
        let letters = accounts::Kept::default().collect(&house).await;
        let link = letters.iter().flat_map(|it| it.lines());
        let link = link.filter_map(|it| it.strip_prefix("https://strongroom.test/account/acme/verify/")).next().unwrap();
        let password = base::Secret::new(accounts::PASSWORD.to_owned());
        let verified = identity.verify(&caller, link, &"Dagny".parse().unwrap(), &password).await;
        assert!(matches!(verified, Err(identity::IdentityError::Closed)), "{verified:?}");

        keep(&house).await.unwrap();
        assert_eq!(put(4).await.0, 201);
        let verified = identity.verify(&caller, link, &"Dagny".parse().unwrap(), &password).await;
        assert!(verified.is_ok(), "the link was not used up: {verified:?}");
    })
    .await;
}

static BESIDE_THE_LOG: Sql = Sql::both(
    "SELECT (SELECT count(*) FROM person WHERE tenant = 'acme') + (SELECT count(*) FROM record WHERE tenant = 'acme') \
     + (SELECT count(*) FROM file WHERE tenant = 'acme') + (SELECT count(*) FROM token WHERE tenant = 'acme') \
     + (SELECT count(*) FROM account WHERE tenant = 'acme') + (SELECT count(*) FROM session WHERE tenant = 'acme')",
);

#[tokio::test(flavor = "multi_thread")]
async fn thirty_days_later_everything_is_gone_and_proven_so() {
    on_each_engine(async |house| {
        let stock = crate::stock::stock(&house).await;
        let (house, clock) = by_clock(house).await;
        let app = token(&house).await;
        let tenant = acme();
        let sheet = format!("/v1/persons/{}/records/sheet/one", stock.person);
        let read = async || {
            house
                .ask(Method::GET, &sheet)
                .by(&app)
                .purpose("TREAT")
                .send()
                .await
        };
        assert_eq!(read().await.status, 200);
        end(&house, Duration::ZERO).await.unwrap();
        clock.pass(DAY * 30 - Duration::from_secs(1));
        contract::carry_out(&house.place).await.unwrap();
        assert_eq!(read().await.status, 200, "a second before its time");

        // A legal hold stops it, on whatever it is.
        clock.pass(Duration::from_secs(1));
        assert!(
            house
                .place
                .vault
                .holds_in_force(&tenant, clock.now())
                .await
                .unwrap()
                > 0
        );
        contract::carry_out(&house.place).await.unwrap();
        assert_eq!(read().await.status, 200, "held");
        let lifted = house.ask(Method::DELETE, format!("/v1/holds/{}", stock.hold));
        let lifted = lifted.by(&staff(ACME, Role::Compliance, 9)).send().await;
        assert_eq!(lifted.status, 200, "{}", lifted.text());

        let object = house.object(&stock.file);
        assert!(object.exists());
        let other = house.person(OTHER);
        contract::carry_out(&house.place).await.unwrap();
        let found = house
            .place
            .vault
            .contract_end(&tenant)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.stage, Stage::Destroyed);
        assert_eq!(house.number(&BESIDE_THE_LOG).await, 0);
        assert_eq!(house.place.keys.left_of_tenant(&tenant).await.unwrap(), 0);
        assert!(!object.exists());
        clock.pass(Duration::from_secs(2));
        assert_eq!(read().await.status, 401, "nobody is let in any more");
        // Nor does it open for who holds the machine.
        let (ctx, system) = house.place.local(&tenant, "test");
        let thing = policy::RecordAt {
            tenant: tenant.clone(),
            person: stock.person,
            collection: "sheet".parse().unwrap(),
            record: "one".parse().unwrap(),
        };
        let allowed = decide(&ctx, &system, Verb::Read, thing).unwrap();
        assert!(house.place.vault.open(&ctx, &allowed, None).await.is_err());
        assert!(matches!(keep(&house).await, Err(vault::VaultError::NoEnd)));

        // The other tenant has lost nothing.
        let (_, theirs) = house.new_token(OTHER, Role::App, None, DAY * 400).await;
        let there = house.ask(Method::GET, format!("/v1/persons/{other}"));
        assert_eq!(there.by(&theirs).send().await.status, 200);

        // The certificate holds, the log goes on, and a start changes nothing.
        let certificate = found.certificate.unwrap();
        let keys = |house: &House| house.place.log.verifiers(&tenant).unwrap();
        let body = contract::check(&certificate, &keys(&house)).unwrap();
        assert_eq!(
            (&body["nothing_left"], &body["tenant"]),
            (&json!(true), &json!(ACME))
        );
        let searched = body["searched"].as_array().unwrap();
        assert!(
            searched.len() > 30 && searched.iter().all(|it| it["count"] == 0),
            "{body}"
        );
        assert!(
            body["destroyed"]["records"].as_u64().unwrap() >= 3,
            "{body}"
        );
        assert!(body["destroyed"]["keys"].as_u64().unwrap() > 3, "{body}");
        assert!(server::erasures::check(&certificate, &keys(&house)).is_err());
        let (head, rest) = certificate.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let forged = format!("{head}.e30.{signature}");
        assert!(contract::check(&forged, &keys(&house)).is_err());
        contract::carry_out(&house.place).await.unwrap();
        let size = house.log_size(ACME).await;
        let last: Value = house.entry(ACME, size - 1).await;
        assert_eq!(
            (&last["action"], &last["outcome"]),
            (&json!("contract.destroy"), &json!("ok"))
        );
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        assert_eq!(house.number(&BESIDE_THE_LOG).await, 0);
        assert!(contract::check(&certificate, &keys(&house)).is_ok());
        let (ctx, system) = house.place.local(&tenant, "test");
        let thing = policy::PersonAt {
            tenant: tenant.clone(),
            person: None,
        };
        let allowed = decide(&ctx, &system, Verb::Create, thing).unwrap();
        let made = house
            .place
            .vault
            .create_person(&ctx, &allowed, None, None)
            .await;
        assert!(made.is_err(), "nothing new comes");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_short_goes_on() {
    on_each_engine(async |house| {
        let stock = crate::stock::stock(&house).await;
        let (house, clock) = by_clock(house).await;
        let lifted = house.ask(Method::DELETE, format!("/v1/holds/{}", stock.hold));
        let lifted = lifted.by(&staff(ACME, Role::Compliance, 9)).send().await;
        assert_eq!(lifted.status, 200, "{}", lifted.text());
        end(&house, Duration::ZERO).await.unwrap();
        clock.pass(DAY * 30);
        let (ctx, system) = house.place.local(&acme(), "test");
        let allowed = decide(&ctx, &system, Verb::Delete, of()).unwrap();
        house
            .place
            .vault
            .begin_destruction(&ctx, &allowed)
            .await
            .unwrap();
        // Nothing else happened yet, and nobody is there any more.
        let app = token(&house).await;
        let sheet = format!("/v1/persons/{}/records/sheet/one", stock.person);
        let read = house
            .ask(Method::GET, &sheet)
            .by(&app)
            .purpose("TREAT")
            .send()
            .await;
        assert!(matches!(read.status, 403 | 404), "{}", read.text());
        let house = house.reopened_by(Arc::clone(&clock) as _).await;
        contract::carry_out(&house.place).await.unwrap();
        let found = house
            .place
            .vault
            .contract_end(&acme())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.stage, Stage::Destroyed);
        assert_eq!(house.number(&BESIDE_THE_LOG).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_counts_the_days() {
    let house = House::over_sqlite().await;
    let mut owner = pages::staffed(&house, Role::Owner).await;
    let before = pages::look(&house, &mut owner, "/console?lang=en").await;
    assert!(!before.text().contains("The contract"), "{}", before.text());
    end(&house, DAY).await.unwrap();
    let soon = pages::look(&house, &mut owner, "/console?lang=en").await;
    assert!(
        soon.text().contains("The contract ends on"),
        "{}",
        soon.text()
    );
    keep(&house).await.unwrap();
    end(&house, Duration::ZERO).await.unwrap();
    for lang in ["sv", "de", "it", "fr", "en"] {
        for path in ["/console", "/console/holds"] {
            let got = pages::look(&house, &mut owner, &format!("{path}?lang={lang}")).await;
            assert!(got.text().contains("notice due"), "{path} {lang}");
            assert!(got.text().contains("30"), "{path} {lang}: {}", got.text());
        }
    }
}

/// The command, on an installation at rest.
#[tokio::test(flavor = "multi_thread")]
async fn by_command() {
    let place = crate::running::Place::new();
    place.start().await.stop().await;
    let tenant = place
        .command(&["tenant", "status", "nobody-here", "--json"])
        .await;
    assert_ne!(tenant.code, Some(0), "{tenant:?}");
    let name = "demo";
    let before = place
        .command(&["tenant", "status", name, "--json"])
        .await
        .held()
        .json();
    assert_eq!(before["state"], "running");
    let past = place
        .command(&["tenant", "end", name, "--on", "2020-01-31"])
        .await;
    assert_eq!(past.code, Some(1), "{past:?}");
    let wrong = place
        .command(&["tenant", "end", name, "--on", "soon"])
        .await;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let noted = place
        .command(&["tenant", "end", name, "--on", "2999-01-31", "--json"])
        .await
        .held()
        .json();
    assert_eq!(noted["ends_at"], "2999-01-31T00:00:00.000000Z", "{noted}");
    assert_eq!(noted["goes_at"], "2999-03-02T00:00:00.000000Z", "{noted}");
    let none = place.path("certificate");
    let early = place
        .command(&[
            "tenant",
            "status",
            name,
            "--certificate",
            none.to_str().unwrap(),
        ])
        .await;
    assert_eq!(early.code, Some(1), "{early:?}");
    place.command(&["tenant", "keep", name]).await.held();
    assert_eq!(place.command(&["tenant", "keep", name]).await.code, Some(1));
}
