//! A person is asked, answers, and takes back: what a grant lets be done is what is done, at the next read.

use base::{Ctx, GrantId, PersonId, Purpose, RequestId};
use http::Method;
use policy::{Authority, Proven, RecordAt, Role, Scope, Verb, decide};
use serde_json::{Value, json};
use vault::VaultError;

use crate::house::{ACME, Got, House, OTHER, on_each_engine};

/// A request for `parts` by the app of acme, in every language.
pub fn request(purpose: &str, parts: &Value) -> Value {
    let notice = json!({ "title": "A study of sleep", "text": "We look at how people sleep." });
    json!({
        "purposes": [purpose],
        "parts": parts,
        "days": 90,
        "notice": { "sv": notice, "de": notice, "it": notice, "fr": notice, "en": notice },
    })
}

pub async fn publish(house: &House, body: &Value) -> Got {
    let ask = house.ask(Method::POST, "/v1/consent/requests");
    ask.by(house.token(ACME, Role::App)).json(body).send().await
}

pub async fn ask(house: &House, request: &str, person: PersonId) -> Got {
    house
        .ask(
            Method::POST,
            format!("/v1/consent/requests/{request}/askings"),
        )
        .by(house.token(ACME, Role::App))
        .json(&json!({ "person": person }))
        .send()
        .await
}

/// The person does something with what they share.
pub async fn own(house: &House, method: Method, path: &str, body: Option<&Value>) -> Got {
    let person = house.person(ACME);
    let ask = house
        .ask(method, format!("/v1/persons/{person}{path}"))
        .by(house.token(ACME, Role::Person));
    match body {
        Some(body) => ask.json(body).send().await,
        None => ask.send().await,
    }
}

/// Answer yes to these parts.
pub async fn yes(house: &House, asking: &str, parts: &Value) -> Got {
    let question = own(house, Method::GET, &format!("/askings/{asking}"), None).await;
    assert_eq!(question.status, 200, "{}", question.text());
    let body = json!({
        "answer": "grant",
        "parts": parts,
        "days": 30,
        "lang": "sv",
        "text_sha256": question.json()["text_sha256"]["sv"],
    });
    own(
        house,
        Method::POST,
        &format!("/askings/{asking}/answer"),
        Some(&body),
    )
    .await
}

/// The app of acme is granted everything for a purpose, by acme's person. Gives the grant's id.
pub async fn grant_all(house: &House, purpose: &str) -> String {
    let published = publish(house, &request(purpose, &json!([{ "verbs": "rs" }]))).await;
    assert_eq!(published.status, 201, "{}", published.text());
    let request = published.json()["request"].as_str().unwrap().to_owned();
    let asked = ask(house, &request, house.person(ACME)).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let asking = asked.json()["asking"].as_str().unwrap().to_owned();
    let granted = yes(house, &asking, &json!([0])).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    granted.json()["grant"]["grant"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A request that asks acme's person something and waits: its id, and the question's.
pub async fn waiting(house: &House) -> (String, String) {
    let parts = json!([{ "collection": "sheet", "verbs": "rs" }]);
    let published = publish(house, &request("PUBHLTH", &parts)).await.json();
    let request = text(&published, "request").to_owned();
    let asked = ask(house, &request, house.person(ACME)).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    (request, text(&asked.json(), "asking").to_owned())
}

pub async fn research(house: &House, path: &str) -> Got {
    let ask = house
        .ask(Method::GET, path)
        .by(house.token(ACME, Role::App));
    ask.purpose("HRESCH").send().await
}

pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_is_what_is_read_until_it_is_taken_back() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        let sheet = json!({ "name": "Quillfeather", "pulse": 60, "finding": "calm", "code": "a1" });
        house.put(&path, &sheet).await;

        // Research takes consent, whoever asks.
        let none = research(&house, &path).await;
        assert_eq!((none.status, none.code()), (403, "consent.no_grant".into()));
        let entry = house.log_size(ACME).await - 1;
        let entry = house.entry(ACME, entry).await;
        assert_eq!((&entry["outcome"], &entry["code"]), (&json!("denied"), &json!("consent.no_grant")));

        let parts = json!([
            { "collection": "sheet", "verbs": "rs", "fields": ["pulse", "code"] },
            { "collection": "sheet", "verbs": "rs", "fields": ["finding"], "optional": true },
        ]);
        let published = publish(&house, &request("HRESCH", &parts)).await;
        assert_eq!(published.status, 201, "{}", published.text());
        let published = published.json();
        let again = publish(&house, &request("HRESCH", &parts)).await.json();
        assert_eq!(again["request"], published["request"], "the same question is the same request");
        let asked = ask(&house, text(&published, "request"), person).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        let asking = text(&asked.json(), "asking").to_owned();
        let inbox = own(&house, Method::GET, "/askings", None).await.json();
        assert_eq!(inbox["askings"][0]["state"], "open");
        assert_eq!(inbox["askings"][0]["asking"], json!(asking));

        // Less than what is essential is no answer, nor is more than what was asked.
        for parts in [json!([1]), json!([0, 2]), json!([])] {
            let got = yes(&house, &asking, &parts).await;
            assert_eq!((got.status, got.code()), (422, "consent.wider".into()), "{parts}");
        }
        let other_text = json!({ "answer": "grant", "parts": [0], "days": 30, "lang": "sv", "text_sha256": "00" });
        let got = own(&house, Method::POST, &format!("/askings/{asking}/answer"), Some(&other_text)).await;
        assert_eq!((got.status, got.code()), (409, "consent.shown".into()));

        let granted = yes(&house, &asking, &json!([0, 1])).await;
        assert_eq!(granted.status, 200, "{}", granted.text());
        let entry = house.entry(ACME, granted.log_index().unwrap()).await;
        assert_eq!(entry["action"], "consent.answer");
        let granted = granted.json();
        let grant = text(&granted["grant"], "grant").to_owned();
        assert_eq!(entry["grant"], json!(grant));
        let twice = yes(&house, &asking, &json!([0])).await;
        assert_eq!((twice.status, twice.code()), (409, "consent.over".into()));

        let read = research(&house, &path).await;
        assert_eq!(read.status, 200, "{}", read.text());
        assert_eq!(read.json(), json!({ "pulse": 60, "finding": "calm", "code": "a1" }), "no name: it was not asked for");
        let listed = research(&house, &format!("/v1/persons/{person}/records/sheet?code=a1")).await;
        assert_eq!(listed.status, 200, "{}", listed.text());
        let closed = research(&house, &format!("/v1/persons/{person}/records/sheet?seen=2026")).await;
        assert_eq!(closed.status, 400, "a search tells what it finds: {}", closed.text());
        // Nothing but what was granted: no other verb.
        let files = research(&house, &format!("/v1/persons/{person}/files")).await;
        assert_eq!((files.status, files.code()), (403, "consent.no_grant".into()));

        // Narrower by a field, at the next read.
        let terms = json!({ "purposes": ["HRESCH"], "parts": [{ "collection": "sheet", "verbs": "rs", "fields": ["pulse"] }] });
        let narrow = format!("/grants/{grant}/narrow");
        let got = own(&house, Method::POST, &narrow, Some(&json!({ "terms": terms }))).await;
        assert_eq!(got.status, 200, "{}", got.text());
        assert_eq!(research(&house, &path).await.json(), json!({ "pulse": 60 }));
        let wider = json!({ "terms": { "purposes": ["HRESCH"], "parts": [{ "collection": "sheet", "verbs": "rs" }] } });
        let got = own(&house, Method::POST, &narrow, Some(&wider)).await;
        assert_eq!((got.status, got.code()), (422, "consent.wider".into()));

        // Over, at the next read, on another node too.
        let got = own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let gone = research(&house, &path).await;
        assert_eq!((gone.status, gone.code()), (403, "consent.no_grant".into()));
        let got = own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
        assert_eq!((got.status, got.code()), (409, "consent.over".into()));

        // What happened, with receipts that the log's key signed.
        let seen = own(&house, Method::GET, &format!("/grants/{grant}"), None).await.json();
        assert_eq!(seen["state"], "withdrawn");
        let events = seen["events"].as_array().unwrap();
        let what: Vec<_> = events.iter().map(|it| text(it, "what")).collect();
        assert_eq!(what, ["given", "narrowed", "withdrawn"]);
        let keys = house.place.keys.log_public_keys(&ACME.parse().unwrap()).unwrap();
        let keys: Vec<_> = keys.iter().map(|it| it.public).collect();
        for event in events {
            let body = consent::verify(text(event, "receipt"), consent::receipt::TYPE, &keys).unwrap();
            assert_eq!(body["@id"], json!(format!("urn:uuid:{grant}")));
            assert_eq!(body["dct:hasVersion"], event["version"]);
            assert!(!body.to_string().contains(&person.to_string()), "the log's handle, not the person");
        }
        let signed = text(&published, "signed");
        assert!(consent::verify(signed, "consent-request+jws", &keys).is_some());
        assert!(consent::verify(signed, consent::receipt::TYPE, &keys).is_none());
        let mut altered = text(&events[0], "receipt").to_owned();
        let at = altered.find('.').unwrap() + 5;
        altered.replace_range(at..=at, if &altered[at..=at] == "A" { "B" } else { "A" });
        assert!(consent::verify(&altered, consent::receipt::TYPE, &keys).is_none());
        let fhir = own(&house, Method::GET, &format!("/grants/{grant}/fhir"), None).await.json();
        assert_eq!((&fhir["resourceType"], &fhir["status"]), (&json!("Consent"), &json!("inactive")));
    })
    .await;
}

/// Whoever made an authority that names a grant, past tokens, gate and policy.
fn forged(person: PersonId, grant: Option<GrantId>) -> Authority {
    Authority::from(Proven {
        tenant: ACME.parse().unwrap(),
        actor_id: "00000000-0000-4000-8000-00000000000a".to_owned(),
        authenticated_by: "oauth",
        role: Role::App,
        person: Some(person),
        grant,
        scope: Scope::default(),
        assurance: None,
        fresh_until: None,
    })
}

/// Everything above the vault says yes. Without a grant that stands, the vault opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_vault_itself_asks_for_the_grant() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        house.put(&path, &json!({ "pulse": 60 })).await;
        let grant: GrantId = grant_all(&house, "HRESCH").await.parse().unwrap();
        let nobodys: GrantId = "00000000-0000-4000-8000-00000000000b".parse().unwrap();
        let open = async |grant: Option<GrantId>, person: PersonId, purpose| {
            let who = forged(person, grant);
            let ctx = Ctx {
                tenant: ACME.parse().unwrap(),
                actor: who.actor(),
                purpose: Some(purpose),
                request: RequestId::random(&*house.place.rng),
                now: house.place.clock.now(),
            };
            let thing = RecordAt {
                tenant: ctx.tenant.clone(),
                person,
                collection: "sheet".parse().unwrap(),
                record: "one".parse().unwrap(),
            };
            let allowed = decide(&ctx, &who, Verb::Read, thing)?;
            house
                .place
                .vault
                .open(&ctx, &allowed, None)
                .await
                .map(|(opened, _)| opened.json)
                .map_err(web::Problem::from)
        };
        let refused = |got: Result<Vec<u8>, web::Problem>| got.unwrap_err().code;
        assert!(open(Some(grant), person, Purpose::Hresch).await.is_ok());
        assert_eq!(
            refused(open(Some(nobodys), person, Purpose::Hresch).await),
            "consent.no_grant"
        );
        assert_eq!(
            refused(open(Some(grant), person, Purpose::Treat).await),
            "consent.no_grant",
            "another purpose"
        );
        assert_eq!(
            refused(open(None, person, Purpose::Hresch).await),
            "policy.grant"
        );
        let other = house.new_person(ACME).await;
        assert_eq!(
            refused(open(Some(grant), other, Purpose::Hresch).await),
            "consent.no_grant",
            "another's"
        );
        own(&house, Method::DELETE, &format!("/grants/{grant}"), None).await;
        assert_eq!(
            refused(open(Some(grant), person, Purpose::Hresch).await),
            "consent.no_grant"
        );
        let _ = VaultError::NoGrant;
    })
    .await;
}

/// Nobody is worn down into agreeing.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_again_and_again() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let one = publish(
            &house,
            &request("HRESCH", &json!([{ "collection": "sheet", "verbs": "r" }])),
        )
        .await
        .json();
        let two = publish(&house, &request("HRESCH", &json!([{ "verbs": "rs" }])))
            .await
            .json();
        let first = ask(&house, text(&one, "request"), person).await;
        let same = ask(&house, text(&one, "request"), person).await;
        assert_eq!(
            first.json()["asking"],
            same.json()["asking"],
            "one question waits once"
        );
        let more = ask(&house, text(&two, "request"), person).await;
        assert_eq!(
            (more.status, more.code()),
            (429, "consent.pace".into()),
            "one at a time"
        );
        let wait = |got: &Got| got.header("retry-after").unwrap().parse::<u64>().unwrap();
        assert!(
            wait(&more) > 86_400,
            "until the open one lapses: {}",
            wait(&more)
        );
        let asking = text(&first.json(), "asking").to_owned();
        let later = own(
            &house,
            Method::POST,
            &format!("/askings/{asking}/answer"),
            Some(&json!({ "answer": "defer" })),
        )
        .await;
        assert_eq!(later.status, 200, "{}", later.text());
        let no = own(
            &house,
            Method::POST,
            &format!("/askings/{asking}/answer"),
            Some(&json!({ "answer": "refuse" })),
        )
        .await;
        assert_eq!(no.status, 200, "{}", no.text());
        let entry = house.entry(ACME, no.log_index().unwrap()).await;
        assert_eq!(
            (&entry["action"], &entry["outcome"]),
            (&json!("consent.answer"), &json!("denied"))
        );
        let again = ask(&house, text(&one, "request"), person).await;
        assert_eq!(
            (again.status, again.code()),
            (429, "consent.pace".into()),
            "not after a no"
        );
        let month = 30 * 86_400;
        assert!(
            (month - 60..=month).contains(&wait(&again)),
            "{}",
            wait(&again)
        );
        // The person may change their mind by themselves.
        let link = json!({ "request": two["request"] });
        let came = own(&house, Method::POST, "/askings", Some(&link)).await;
        assert_eq!(came.status, 201, "{}", came.text());
        let granted = yes(&house, text(&came.json(), "asking"), &json!([0])).await;
        assert_eq!(granted.status, 200, "{}", granted.text());
        let states = own(&house, Method::GET, "/askings", None).await.json();
        let states: Vec<_> = states["askings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| text(it, "state").to_owned())
            .collect();
        assert_eq!(states, ["granted", "refused"]);
        let asked = house
            .ask(
                Method::GET,
                format!("/v1/consent/requests/{}/askings", text(&two, "request")),
            )
            .by(house.token(ACME, Role::App))
            .send()
            .await;
        assert_eq!(asked.json()["askings"][0]["state"], "granted");
    })
    .await;
}

/// What cannot be asked is not asked, and what is somebody else's is not there.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_whole_and_each_askers_own() {
    let house = House::over_sqlite().await;
    let good = request("HRESCH", &json!([{ "collection": "sheet", "verbs": "rs" }]));
    let wrong: Vec<(&str, Value)> = vec![
        (
            "no such collection",
            request(
                "HRESCH",
                &json!([{ "collection": "drawer", "verbs": "rs" }]),
            ),
        ),
        (
            "no such field",
            request(
                "HRESCH",
                &json!([{ "collection": "sheet", "verbs": "rs", "fields": ["shoe"] }]),
            ),
        ),
        (
            "fields that change",
            request(
                "HRESCH",
                &json!([{ "collection": "sheet", "verbs": "ru", "fields": ["pulse"] }]),
            ),
        ),
        ("no part", request("HRESCH", &json!([]))),
        (
            "an emergency",
            request("ETREAT", &json!([{ "verbs": "rs" }])),
        ),
        ("no verb", request("HRESCH", &json!([{ "verbs": "" }]))),
    ];
    for (what, body) in wrong {
        let got = publish(&house, &body).await;
        assert_eq!(got.status, 400, "{what}: {}", got.text());
    }
    let mut silent = good.clone();
    silent["notice"].as_object_mut().unwrap().remove("it");
    assert_eq!(
        publish(&house, &silent).await.status,
        400,
        "in every language"
    );
    let mut unknown = good.clone();
    unknown["surprise"] = json!(1);
    assert_eq!(
        publish(&house, &unknown).await.status,
        400,
        "a member that nobody knows"
    );
    let mut card = good.clone();
    card["notice"]["en"]["text"] = json!("4111 1111 1111 1111");
    assert_eq!(publish(&house, &card).await.code(), "card.refused");
    let made = publish(&house, &good).await.json();
    let path = format!("/v1/consent/requests/{}", text(&made, "request"));
    for (tenant, role) in [(OTHER, Role::App), (ACME, Role::Clinician)] {
        let got = house
            .ask(Method::GET, &path)
            .by(house.token(tenant, role))
            .send()
            .await;
        assert_eq!(
            (got.status, got.code()),
            (404, "consent.not_found".into()),
            "{tenant} {role}"
        );
    }
    let mut next = good.clone();
    next["request"] = made["request"].clone();
    next["days"] = json!(10);
    let second = publish(&house, &next).await;
    assert_eq!(
        (second.status, &second.json()["version"]),
        (201, &json!(2)),
        "{}",
        second.text()
    );
    let closed = house
        .ask(Method::DELETE, &path)
        .by(house.token(ACME, Role::App))
        .send()
        .await;
    assert_eq!(closed.status, 200, "{}", closed.text());
    let over = ask(&house, text(&made, "request"), house.person(ACME)).await;
    assert_eq!((over.status, over.code()), (409, "consent.over".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_pointed_at() {
    on_each_engine(async |house| {
        let sheet = json!([{ "collection": "sheet", "verbs": "r" }]);
        let whole = request("HRESCH", &sheet);
        let changed = |pointer: &str, to: Value| {
            let mut body = whole.clone();
            *body.pointer_mut(pointer).unwrap() = to;
            body
        };
        let mut without = whole.clone();
        without.as_object_mut().unwrap().remove("days");
        let mut more = whole.clone();
        more["surplus"] = json!(1);
        let cases = [
            (without, "consent.body", "/days"),
            (more, "consent.body", "/surplus"),
            (
                changed("/days", json!("Quillfeather")),
                "consent.body",
                "/days",
            ),
            (changed("/days", json!(0)), "consent.terms", "/days"),
            (
                changed("/purposes", json!([])),
                "consent.terms",
                "/purposes",
            ),
            (
                changed("/parts/0/collection", json!("quillfeather")),
                "consent.terms",
                "/parts/0/collection",
            ),
            (
                changed("/parts/0/verbs", json!("x")),
                "consent.body",
                "/parts/0/verbs",
            ),
            (
                changed("/notice/sv/title", json!("")),
                "consent.terms",
                "/notice/sv",
            ),
        ];
        for (body, code, pointer) in cases {
            let got = publish(&house, &body).await;
            assert_eq!((got.status, got.code()), (400, code.into()), "{body}");
            assert_eq!(
                got.json()["errors"][0]["pointer"],
                pointer,
                "{}",
                got.text()
            );
            assert!(
                !got.text().to_lowercase().contains("quillfeather"),
                "{}",
                got.text()
            );
        }
    })
    .await;
}
