//! Everything of a person, taken along: whole, byte for byte, and by nobody else.

use std::io::{Cursor, Read as _};

use base::{Clock as _, FixedClock, PersonId};
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use server::clock::SystemClock;
use store::jobs::claim;
use zip::ZipArchive;

use crate::accounts::Kept;
use crate::house::{ACME, Got, House, LONG, on_each_engine};

async fn own(house: &House, method: Method, path: &str, body: Option<&Value>) -> Got {
    let person = house.person(ACME);
    let ask = house
        .ask(method, format!("/v1/persons/{person}/exports{path}"))
        .by(house.token(ACME, Role::Person))
        .purpose("PATRQT");
    match body {
        Some(body) => ask.json(body).send().await,
        None => ask.send().await,
    }
}

/// Have an archive made of acme's person: its id.
pub async fn ready(house: &House) -> String {
    made(house, &json!({ "lang": "sv" })).await
}

async fn made(house: &House, body: &Value) -> String {
    let asked = own(house, Method::POST, "", Some(body)).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    assert_eq!(asked.json()["state"], "waiting");
    let id = asked.json()["export"].as_str().unwrap().to_owned();
    Kept::default().collect(house).await;
    let read = own(house, Method::GET, &format!("/{id}"), None).await;
    assert_eq!(read.json()["state"], "ready", "{}", read.text());
    id
}

fn part(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    zip.by_name(name)
        .unwrap_or_else(|error| panic!("{name}: {error}"))
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect()
}

async fn fill(house: &House, person: PersonId) -> Vec<u8> {
    for at in 0..300 {
        let sheet = json!({ "name": "=1+1", "pulse": at, "finding": "calm, \"quoted\"" });
        let put = house
            .put(format!("/v1/persons/{person}/records/sheet/s{at}"), &sheet)
            .await;
        assert_eq!(put.status, 201, "{}", put.text());
    }
    house
        .put(
            format!("/v1/persons/{person}/records/sheet/s7"),
            &json!({ "pulse": 7000 }),
        )
        .await;
    for (path, body) in [
        ("/fhir/Patient/pat-1", crate::stock::patient()),
        (
            "/fhir/Observation/obs-1",
            crate::stock::observation(Some("obs-1"), "calm"),
        ),
    ] {
        house.put(path, &body).await;
    }
    let original: Vec<u8> = (0..900_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = house
        .upload(
            person,
            "../x & y.pdf".replace('/', "_").as_str(),
            original.clone(),
        )
        .await;
    assert_eq!(file.status, 201, "{}", file.text());
    original
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_in_it_and_can_be_fetched_in_pieces() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let original = fill(&house, person).await;
        let id = ready(&house).await;
        let whole = own(&house, Method::GET, &format!("/{id}/content"), None).await;
        assert_eq!(whole.status, 200, "{}", whole.text());
        let bytes = whole.bytes().to_vec();
        // From where it broke off.
        let rest = house
            .ask(
                Method::GET,
                format!("/v1/persons/{person}/exports/{id}/content"),
            )
            .by(house.token(ACME, Role::Person))
            .purpose("PATRQT")
            .header("range", "bytes=100000-")
            .send()
            .await;
        assert_eq!((rest.status, rest.bytes()), (206, &bytes[100_000..]));

        let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let manifest: Value = serde_json::from_slice(&part(&mut zip, "manifest.json")).unwrap();
        assert_eq!(manifest["format"], "strongroom-export/1");
        for it in manifest["parts"].as_array().unwrap() {
            let bytes = part(&mut zip, it["path"].as_str().unwrap());
            let digest = hex::encode(crypt::hash::sha256(&[&bytes]));
            assert_eq!(it["sha256"], json!(digest), "{it}");
            assert_eq!(it["length"], json!(bytes.len()), "{it}");
        }
        let sheets = lines(&part(&mut zip, "records/sheet.jsonl"));
        assert_eq!(sheets.len(), 300);
        let seventh = sheets.iter().find(|it| it["record"] == "s7").unwrap();
        assert_eq!(
            (&seventh["body"], &seventh["version"]),
            (&json!({ "pulse": 7000 }), &json!(2))
        );
        let before = lines(&part(&mut zip, "history.jsonl"));
        assert_eq!(before.len(), 1);
        assert_eq!(
            (&before[0]["collection"], &before[0]["body"]["pulse"]),
            (&json!("sheet"), &json!(7))
        );
        let csv = String::from_utf8(part(&mut zip, "csv/sheet.csv")).unwrap();
        assert!(
            csv.contains(",'=1+1,") && csv.contains("\"calm, \"\"quoted\"\"\""),
            "{}",
            &csv[..400]
        );
        let files = lines(&part(&mut zip, "files.jsonl"));
        assert_eq!(files.len(), 1, "an archive holds no archives: {files:?}");
        assert_eq!(part(&mut zip, files[0]["path"].as_str().unwrap()), original);
        let looks = lines(&part(&mut zip, "accesses.jsonl"));
        assert!(looks.len() > 300 && looks.iter().any(|it| it["entry"]["action"] == "export"));
        let page = String::from_utf8(part(&mut zip, "index.html")).unwrap();
        assert!(page.contains("<html lang=\"sv\">") && page.contains("Dina uppgifter"));
        assert!(!part(&mut zip, "log/checkpoint").is_empty());

        medical_records_are_a_bundle(&house).await;
        // It is no file of theirs in lists, nobody else's, and gone when it is deleted.
        let listed = house
            .ask(Method::GET, format!("/v1/persons/{person}/files"))
            .by(house.token(ACME, Role::Person))
            .purpose("PATRQT")
            .send()
            .await;
        assert_eq!(
            listed.json()["files"].as_array().unwrap().len(),
            1,
            "{}",
            listed.text()
        );
        for role in [Role::App, Role::Clinician, Role::Security] {
            let got = house
                .ask(
                    Method::GET,
                    format!("/v1/persons/{person}/exports/{id}/content"),
                )
                .by(house.token(ACME, role))
                .purpose("TREAT")
                .send()
                .await;
            assert_eq!(got.status, 403, "{role}: {}", got.text());
        }
        let (_, other) = house
            .new_token(ACME, Role::Person, Some(house.new_person(ACME).await), LONG)
            .await;
        let got = house
            .ask(Method::GET, format!("/v1/persons/{person}/exports"))
            .by(&other)
            .purpose("PATRQT")
            .send()
            .await;
        assert_eq!(got.status, 404);
        let gone = own(&house, Method::DELETE, &format!("/{id}"), None).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        assert_eq!(
            own(&house, Method::GET, &format!("/{id}/content"), None)
                .await
                .code(),
            "export.not_found"
        );
    })
    .await;
}

async fn medical_records_are_a_bundle(house: &House) {
    let (ctx, who) = house.place.local(&ACME.parse().unwrap(), "export");
    let ctx = base::Ctx {
        purpose: Some(base::Purpose::Patrqt),
        ..ctx
    };
    let found = house
        .place
        .vault
        .person_by_external(&ctx.tenant, "Patient/pat-1")
        .await
        .unwrap();
    let thing = policy::ExportOf {
        tenant: ctx.tenant.clone(),
        person: found.unwrap(),
    };
    let allowed = policy::decide(&ctx, &who, policy::Verb::Read, thing).unwrap();
    let (pieces, mut received) =
        tokio::sync::mpsc::channel::<Result<bytes::Bytes, vault::VaultError>>(8);
    let wish = vault::export::Wish {
        lang: "fr".to_owned(),
        passphrase: None,
    };
    let collect = async {
        let mut bytes = Vec::new();
        while let Some(piece) = received.recv().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        bytes
    };
    let (taken, bytes) = tokio::join!(
        house
            .place
            .vault
            .take_out(&ctx, &allowed, &house.place.log, &wish, &[], pieces),
        collect
    );
    taken.unwrap();
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let bundle: Value = serde_json::from_slice(&part(&mut zip, "fhir/bundle.json")).unwrap();
    assert_eq!(
        (&bundle["resourceType"], &bundle["type"]),
        (&json!("Bundle"), &json!("collection"))
    );
    let kinds: Vec<_> = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["resource"]["resourceType"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["Observation", "Patient"]);
}

/// Deleted while it is being made: nothing of it stays behind as a file of the person.
#[tokio::test(flavor = "multi_thread")]
async fn deleted_while_it_is_made_it_leaves_no_file() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let file = house.upload(person, "long.bin", vec![7; 8 << 20]).await;
        assert_eq!(file.status, 201, "{}", file.text());
        let asked = own(&house, Method::POST, "", None).await;
        let id = asked.json()["export"].as_str().unwrap().to_owned();
        let kept = Kept::default();
        let before = house.log_size(ACME).await;
        let deleted = async {
            for _ in 0..10_000 {
                if house.log_size(ACME).await > before {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            own(&house, Method::DELETE, &format!("/{id}"), None).await
        };
        let (_, deleted) = tokio::join!(kept.collect(&house), deleted);
        assert_eq!(deleted.status, 200, "{}", deleted.text());
        let files = house.get(format!("/v1/persons/{person}/files")).await;
        let files = files.json()["files"].as_array().unwrap().clone();
        assert_eq!(files.len(), 1, "{files:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_are_kept_and_a_passphrase_is_not() {
    let house = House::over_sqlite().await;
    let person = house.person(ACME);
    house
        .put(
            format!("/v1/persons/{person}/records/sheet/one"),
            &json!({ "pulse": 60 }),
        )
        .await;
    let short = own(
        &house,
        Method::POST,
        "",
        Some(&json!({ "passphrase": "short" })),
    )
    .await;
    assert_eq!((short.status, short.code()), (400, "export.body".into()));
    let phrase = "marigold lantern thistle";
    let asked = own(
        &house,
        Method::POST,
        "",
        Some(&json!({ "passphrase": phrase })),
    )
    .await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    for (path, bytes) in house.raw() {
        assert!(
            !crate::house::holds(&bytes, phrase.as_bytes()),
            "{}",
            path.display()
        );
    }
    Kept::default().collect(&house).await;
    let id = asked.json()["export"].as_str().unwrap().to_owned();
    let sealed = own(&house, Method::GET, &format!("/{id}/content"), None).await;
    assert!(
        sealed
            .bytes()
            .starts_with(b"age-encryption.org/v1\n-> scrypt ")
    );
    ready(&house).await;
    ready(&house).await;
    let more = own(&house, Method::POST, "", None).await;
    assert_eq!((more.status, more.code()), (429, "export.too_many".into()));
}

/// An erasure that comes while an archive waits or is ready: nothing of it is left.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_takes_the_archives_with_it() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        house
            .put(
                format!("/v1/persons/{person}/records/sheet/one"),
                &json!({ "pulse": 60 }),
            )
            .await;
        ready(&house).await;
        let waiting = own(&house, Method::POST, "", None).await;
        assert_eq!(waiting.status, 202, "{}", waiting.text());
        let place = &house.place;
        let lease = std::time::Duration::from_secs(60);
        let taken = claim(&place.db, &*place.rng, place.clock.now(), lease, 1).await;
        let job = taken.unwrap().pop().unwrap();
        let erased = house.delete(format!("/v1/persons/{person}")).await;
        assert_eq!(erased.status, 200, "{}", erased.text());
        // A worker that had begun is done with it: an erasure that wins is no failure.
        server::exports::build(place, &job).await.unwrap();
        // The job that was waiting finds nobody, and leaves nothing.
        Kept::default().collect(&house).await;
        let tenant = ACME.parse().unwrap();
        let left = server::leftovers::search(&house.place, &tenant, person)
            .await
            .unwrap()
            .unwrap();
        let there: Vec<_> = left
            .searched
            .iter()
            .filter(|it| it.count > 0 && it.place != "jobs")
            .collect();
        assert!(there.is_empty(), "{there:?}");
    })
    .await;
}

/// What they share, with receipts that hold, and their account without its secrets.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_and_the_account_are_in_it() {
    on_each_engine(async |house| {
        let (jar, person) = crate::portal::somebody(&house).await;
        let friend = "friend@harbour.example";
        let (account, _) = crate::accounts::account(&house, ACME, friend, Role::Person).await;
        let call = async |method: Method, path: &str, body: Value| {
            let ask = house
                .ask(method, format!("/v1/persons/{person}{path}"))
                .header("cookie", &jar)
                .header("sec-fetch-site", "same-origin")
                .purpose("PATRQT");
            match body {
                Value::Null => ask.send().await,
                body => ask.json(&body).send().await,
            }
        };
        let terms =
            json!({ "purposes": ["PATRQT"], "parts": [{ "collection": "sheet", "verbs": "rs" }] });
        let new = json!({ "account": account, "terms": terms, "days": 30 });
        let grant = call(Method::POST, "/proxies", new).await;
        assert_eq!(grant.status, 201, "{}", grant.text());
        let asked = call(Method::POST, "/exports", json!({})).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
        Kept::default().collect(&house).await;
        let id = asked.json()["export"].as_str().unwrap().to_owned();
        let got = call(Method::GET, &format!("/exports/{id}/content"), Value::Null).await;
        assert_eq!(got.status, 200, "{}", got.text());
        let mut zip = ZipArchive::new(Cursor::new(got.bytes().to_vec())).unwrap();
        let grants = lines(&part(&mut zip, "sharing/grants.jsonl"));
        assert_eq!(grants.len(), 1);
        assert_eq!(
            (&grants[0]["proxy"], &grants[0]["state"]),
            (&json!(true), &json!("active"))
        );
        let receipt = grants[0]["events"][0]["receipt"].as_str().unwrap();
        assert_eq!(receipt.split('.').count(), 3, "a JWS: {receipt}");
        assert!(lines(&part(&mut zip, "sharing/askings.jsonl")).is_empty());
        let own: Value = serde_json::from_slice(&part(&mut zip, "account.json")).unwrap();
        assert_eq!(own["email"], "dagny@harbour.example");
        assert_eq!(own["sessions"].as_array().unwrap().len(), 1, "{own}");
        assert!(own["factors"].is_array(), "{own}");
        let text = own.to_string();
        let secret = jar.trim_start_matches("__Host-session=");
        assert!(
            !text.contains(secret),
            "no session can be taken over with it"
        );
        let manifest: Value = serde_json::from_slice(&part(&mut zip, "manifest.json")).unwrap();
        for path in ["sharing/grants.jsonl", "account.json"] {
            assert!(manifest["parts"].to_string().contains(path), "{path}");
        }
    })
    .await;
}

static DUE: store::Sql = store::Sql::both("SELECT due_at FROM job WHERE kind = 'test.hold'");
static TAKE: store::Sql = store::Sql::both("UPDATE job SET lease = job WHERE kind = 'test.hold'");

/// What takes longer than its lease keeps it; and stops when another worker has the job.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_is_kept_as_long_as_it_takes() {
    use std::time::Duration;
    use store::jobs::{Dedupe, JobId, NewJob, claim, enqueue};
    on_each_engine(async |house| {
        let (place, now) = (&house.place, house.place.clock.now());
        let job = NewJob {
            tenant: ACME.parse().unwrap(),
            kind: "test.hold",
            payload: Vec::new(),
            dedupe: Dedupe::Never,
            due_at: now,
            attempts_max: 1,
        };
        let set = store::WriteSet::new().with(enqueue(JobId::random(&*place.rng), job, now));
        place.db.commit(set).await.unwrap();
        let lease = Duration::from_secs(1);
        let claimed = claim(&place.db, &*place.rng, now, lease, 100)
            .await
            .unwrap();
        let held = claimed
            .iter()
            .find(|it| it.job.kind == "test.hold")
            .unwrap();
        let before = house.number(&DUE).await;
        let every = Duration::from_millis(5);
        let longer = async {
            while house.number(&DUE).await == before {
                tokio::task::yield_now().await;
            }
        };
        let done = server::exports::holding(place, held, every, longer).await;
        assert_eq!(done, Some(()));
        assert!(
            house.number(&DUE).await > before + 100_000_000,
            "for minutes again"
        );
        place
            .db
            .commit(store::WriteSet::new().run(&TAKE, vec![]))
            .await
            .unwrap();
        let forever = std::future::pending::<()>();
        let lost = server::exports::holding(place, held, every, forever).await;
        assert_eq!(lost, None, "somebody else has it");
    })
    .await;
}

/// A table that is longer than what is held of one: every line of it is there once, in the order of the records.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_table_is_whole() {
    const COUNT: usize = 600;
    let house = House::over_sqlite().await;
    let person = house.person(ACME);
    let long = "calm, ".repeat(8 << 10);
    for some in (0..COUNT).collect::<Vec<_>>().chunks(100) {
        let lines: String = some
            .iter()
            .map(|n| {
                let body = json!({ "pulse": n, "finding": long });
                format!("{{\"method\":\"PUT\",\"person\":\"{person}\",\"collection\":\"sheet\",\"record\":\"s{n}\",\"body\":{body}}}\n")
            })
            .collect();
        let ask = house.ask(Method::POST, "/v1/records:batch");
        let ask = ask.by(house.token(ACME, Role::App));
        let written = ask
            .header("content-type", "application/x-ndjson")
            .body(lines)
            .send()
            .await;
        assert_eq!(written.text().matches("\"status\":200").count(), some.len());
    }
    let id = ready(&house).await;
    let got = own(&house, Method::GET, &format!("/{id}/content"), None).await;
    let mut zip = ZipArchive::new(Cursor::new(got.bytes().to_vec())).unwrap();
    let table = String::from_utf8(part(&mut zip, "csv/sheet.csv")).unwrap();
    assert!(table.len() > 24 << 20, "{}", table.len());
    let ids = |text: &str| -> Vec<String> {
        let own = text.lines().filter_map(|it| it.split(',').next());
        own.map(str::to_owned).collect()
    };
    let records = lines(&part(&mut zip, "records/sheet.jsonl"));
    let records: Vec<_> = records
        .iter()
        .map(|it| it["record"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(records.len(), COUNT);
    assert_eq!(ids(&table)[1..], records[..]);
}

/// A worker dies between storing an archive and noting it: who takes the job up removes what it left, and so does the end of its time.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_leaves_that_died_is_removed() {
    static FILES: store::Sql = store::Sql::both("SELECT count(*) FROM file");
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let place = std::sync::Arc::clone(&house.place);
        let die = async |export: &str| {
            let (ctx, who) = place.local(&ACME.parse().unwrap(), "export");
            let file = base::ObjectId::random(&*place.rng);
            let export = export.parse().unwrap();
            let planned = place
                .vault
                .export_planned(&ctx.tenant, person, export, file);
            place.db.commit(planned).await.unwrap();
            let thing = policy::FileAt {
                tenant: ctx.tenant.clone(),
                person,
                file: None,
            };
            let into = policy::decide(&ctx, &who, policy::Verb::Create, thing).unwrap();
            let upload = vault::files::Upload {
                name: Some("strongroom-export.zip"),
                media_type: "application/zip",
                class: base::Class::Health,
                source: vault::files::Source::Kept(file),
            };
            let bytes = futures_util::stream::iter([Ok::<_, vault::VaultError>("half".into())]);
            let stored = place.vault.upload(&ctx, &into, upload, bytes).await;
            stored.unwrap();
        };
        let ask = async || {
            let asked = own(&house, Method::POST, "", None).await;
            asked.json()["export"].as_str().unwrap().to_owned()
        };
        let id = ask().await;
        die(&id).await;
        let listed = house.get(format!("/v1/persons/{person}/files")).await;
        assert_eq!(
            listed.json()["files"],
            json!([]),
            "it is not a file of theirs"
        );
        Kept::default().collect(&house).await;
        let read = own(&house, Method::GET, &format!("/{id}"), None).await;
        assert_eq!(read.json()["state"], "ready", "{}", read.text());
        assert_eq!(house.number(&FILES).await, 1);

        // Nobody takes it up any more; or the person does not want it.
        let left = ask().await;
        die(&left).await;
        let unwanted = ask().await;
        die(&unwanted).await;
        assert_eq!(house.number(&FILES).await, 3);
        let gone = own(&house, Method::DELETE, &format!("/{unwanted}"), None).await;
        assert_eq!(gone.status, 200, "{}", gone.text());
        assert_eq!(house.number(&FILES).await, 2);
        drop(place);
        let later = SystemClock.now().after(vault::export::KEPT_FOR);
        let house = house
            .reopened_by(std::sync::Arc::new(FixedClock::at(later)))
            .await;
        server::exports::forget(&house.place).await.unwrap();
        assert_eq!(house.number(&FILES).await, 0);
    })
    .await;
}
