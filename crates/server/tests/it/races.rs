//! Two things at once, each with one outcome, and this is which: a withdrawal beside a read, an erasure beside an export, two who answer.
//!
//! The log is the order. Who was shown something stands in it before the withdrawal, and whoever comes after is refused.

use std::time::{Duration, Instant};

use base::PersonId;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use http::Method;
use policy::Role;
use serde_json::{Value, json};
use store::Sql;

use crate::accounts::{self, Kept};
use crate::apps;
use crate::house::{ACME, Ask, Got, House, LONG, on_each_engine};
use crate::sharing::{own, publish, request, research, text};

/// A file that streams by a grant asks again after so many bytes whether the grant stands.
const AGAIN_BYTES: usize = 4 << 20;
/// How long one waits for what another does.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request of acme's app for everything, for research.
async fn asked(house: &House) -> String {
    let parts =
        json!([{ "collection": "sheet", "verbs": "rs" }, { "verbs": "rs", "optional": true }]);
    let published = publish(house, &request("HRESCH", &parts)).await;
    assert_eq!(published.status, 201, "{}", published.text());
    text(&published.json(), "request").to_owned()
}

/// The person opens the link of a request: the question, and what an answer of yes to these parts says.
async fn question(house: &House, request: &str, parts: &Value) -> (String, Value) {
    let link = json!({ "request": request });
    let asking = own(house, Method::POST, "/askings", Some(&link)).await;
    assert_eq!(asking.status, 201, "{}", asking.text());
    let asking = text(&asking.json(), "asking").to_owned();
    let shown = own(house, Method::GET, &format!("/askings/{asking}"), None).await;
    let yes = json!({
        "answer": "grant", "parts": parts, "days": 30, "lang": "sv",
        "text_sha256": shown.json()["text_sha256"]["sv"],
    });
    (format!("/askings/{asking}/answer"), yes)
}

/// The person lets it be done, by themselves: the grant.
async fn let_in(house: &House, request: &str) -> String {
    let (path, yes) = question(house, request, &json!([0, 1])).await;
    let granted = own(house, Method::POST, &path, Some(&yes)).await;
    assert_eq!(granted.status, 200, "{}", granted.text());
    text(&granted.json()["grant"], "grant").to_owned()
}

async fn withdraw(house: &House, grant: &str) -> u64 {
    let ended = own(house, Method::DELETE, &format!("/grants/{grant}"), None).await;
    assert_eq!(ended.status, 200, "{}", ended.text());
    ended.log_index().unwrap()
}

/// Wait until the log has more than `size` entries.
async fn grows_beyond(house: &House, size: u64) {
    let began = Instant::now();
    while house.log_size(ACME).await <= size {
        assert!(began.elapsed() < PATIENCE, "nothing happens");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Sheets `s0` to `s{count}` of acme's person.
async fn sheets(house: &House, count: usize) {
    let person = house.person(ACME);
    let lines: String = (0..count)
        .map(|n| {
            let body = json!({ "pulse": n, "finding": "calm", "code": "a1" });
            format!("{{\"method\":\"PUT\",\"person\":\"{person}\",\"collection\":\"sheet\",\"record\":\"s{n}\",\"body\":{body}}}\n")
        })
        .collect();
    let written = batch(house, "TREAT", lines).send().await;
    assert_eq!(written.status, 200, "{}", written.text());
    assert_eq!(lines_of(&written).len(), count);
}

fn batch<'a>(house: &'a House, purpose: &str, lines: String) -> Ask<'a> {
    house
        .ask(Method::POST, "/v1/records:batch")
        .by(house.token(ACME, Role::App))
        .purpose(purpose)
        .header("content-type", "application/x-ndjson")
        .body(lines)
}

/// A batch that reads these sheets.
fn reads(house: &House, count: usize) -> String {
    let person = house.person(ACME);
    (0..count)
        .map(|n| format!("{{\"method\":\"GET\",\"person\":\"{person}\",\"collection\":\"sheet\",\"record\":\"s{n}\"}}\n"))
        .collect()
}

fn lines_of(got: &Got) -> Vec<Value> {
    got.text()
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect()
}

/// A file that streams breaks off within four megabytes of the withdrawal, and never ends as if it were whole: one that is opened piece by
/// piece, and one that is short enough to be opened at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_breaks_off_within_four_megabytes_of_the_withdrawal() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let request = asked(&house).await;
        for whole in [24 << 20, 7 << 20] {
            let grant = let_in(&house, &request).await;
            let file = house.upload(person, "long.bin", vec![7; whole]).await;
            let file = text(&file.json(), "file").to_owned();
            let (head, body) = house
                .ask(Method::GET, format!("/v1/persons/{person}/files/{file}"))
                .by(house.token(ACME, Role::App))
                .purpose("HRESCH")
                .begin()
                .await;
            assert_eq!(head.status, 200);
            let mut pieces = body.into_data_stream();
            let mut before = 0;
            while before < 1 << 20 {
                before += pieces.next().await.unwrap().unwrap().len();
            }
            withdraw(&house, &grant).await;
            let (mut after, mut broke) = (0, false);
            while let Some(piece) = pieces.next().await {
                match piece {
                    Ok(piece) => after += piece.len(),
                    Err(_) => broke = true,
                }
            }
            assert!(
                broke,
                "{whole}: it ended after {} bytes as if it were whole",
                before + after
            );
            assert!(
                after <= AGAIN_BYTES,
                "{whole}: {after} bytes after the withdrawal"
            );
            assert!(before + after < whole);
        }
    })
    .await;
}

/// Reads of every kind beside a withdrawal: what was shown stands in the log before it, all else is refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_beside_a_withdrawal_stands_before_it_in_the_log_or_is_refused() {
    on_each_engine(async |house| {
        sheets(&house, 400).await;
        let person = house.person(ACME);
        let request = asked(&house).await;
        let (mut shown, mut refused) = (0, 0);
        // Both sides of it are to be met; how many fall on each is up to the machine.
        for _ in 0..5 {
            let grant = let_in(&house, &request).await;
            let before = house.log_size(ACME).await;
            let singly = join_all((0..40).map(async |n| {
                let path = match n % 3 {
                    0 => format!("/v1/persons/{person}/records/sheet/s{n}"),
                    1 => format!("/v1/persons/{person}/records/sheet?limit=100"),
                    _ => format!("/v1/persons/{person}/records/sheet?code=a1&limit=30"),
                };
                let got = research(&house, &path).await;
                let index = got.log_index();
                (got.status, got.code(), index)
            }));
            let many = batch(&house, "HRESCH", reads(&house, 400)).send();
            let ends = async {
                grows_beyond(&house, before + 20).await;
                withdraw(&house, &grant).await
            };
            let (singly, many, withdrawn) = tokio::join!(singly, many, ends);
            let lines = lines_of(&many).into_iter().map(|it| {
                let status = u16::try_from(it["status"].as_u64().unwrap()).unwrap();
                let code = it["problem"]["code"].as_str().unwrap_or("").to_owned();
                (status, code, it["log_index"].as_u64())
            });
            for (status, code, index) in singly.into_iter().chain(lines) {
                if status == 200 {
                    let index = index.unwrap();
                    assert!(
                        index < withdrawn,
                        "shown at {index}, withdrawn at {withdrawn}"
                    );
                    shown += 1;
                } else {
                    assert_eq!((status, code.as_str()), (403, "consent.no_grant"));
                    refused += 1;
                }
            }
            let next = research(&house, &format!("/v1/persons/{person}/records/sheet/s1")).await;
            assert_eq!((next.status, next.code()), (403, "consent.no_grant".into()));
            if shown > 0 && refused > 0 {
                return;
            }
        }
        panic!("{shown} shown and {refused} refused: they never met");
    })
    .await;
}

/// What is narrowed while many records are read: each line holds what could be seen at its place in the log, and none is refused, since
/// a grant stood all the time.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_beside_a_narrowing_shows_each_record_as_it_may_be_seen_then() {
    const COUNT: usize = 1200;
    on_each_engine(async |house| {
        sheets(&house, COUNT).await;
        let request = asked(&house).await;
        let (mut wide, mut narrow) = (0, 0);
        for _ in 0..5 {
            let grant = let_in(&house, &request).await;
            let before = house.log_size(ACME).await;
            let terms = json!({ "purposes": ["HRESCH"], "parts": [{ "collection": "sheet", "verbs": "rs", "fields": ["pulse"] }] });
            let narrows = async {
                grows_beyond(&house, before + 50).await;
                let path = format!("/grants/{grant}/narrow");
                let got = own(&house, Method::POST, &path, Some(&json!({ "terms": terms }))).await;
                assert_eq!(got.status, 200, "{}", got.text());
                got.log_index().unwrap()
            };
            let (many, narrowed) =
                tokio::join!(batch(&house, "HRESCH", reads(&house, COUNT)).send(), narrows);
            for line in lines_of(&many) {
                assert_eq!(line["status"], 200, "{line}");
                let (index, body) = (line["log_index"].as_u64().unwrap(), &line["record"]["body"]);
                if body.get("finding").is_some() {
                    assert!(index < narrowed, "{index}, {narrowed}: {body}");
                    wide += 1;
                } else {
                    assert!(index > narrowed, "{index}, {narrowed}: {body}");
                    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
                    narrow += 1;
                }
            }
            withdraw(&house, &grant).await;
            if wide > 0 && narrow > 0 {
                return;
            }
        }
        panic!("{wide} wide and {narrow} narrow: they never met");
    })
    .await;
}

/// Erased in the middle of an export: no archive, no file, no job, and a certificate by a search that found nothing.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_in_the_middle_of_an_export_leaves_nothing_of_it() {
    static OPEN: Sql = Sql::both("SELECT count(*) FROM job WHERE kind = 'export.build'");
    on_each_engine(async |house| {
        for attempt in 0..8 {
            let person = house.new_person(ACME).await;
            let (_, token) = house
                .new_token(ACME, Role::Person, Some(person), LONG)
                .await;
            let by = |method: Method, path: &str| {
                let path = format!("/v1/persons/{person}{path}");
                house.ask(method, path).by(&token).purpose("PATRQT")
            };
            let file = house.upload(person, "long.bin", vec![7; 12 << 20]).await;
            assert_eq!(file.status, 201, "{}", file.text());
            let exported = by(Method::POST, "/exports").send().await;
            assert_eq!(exported.status, 202, "{}", exported.text());
            let before = house.log_size(ACME).await;
            let erases = async {
                // The entry that it begins: from then on it reads.
                grows_beyond(&house, before).await;
                by(Method::POST, "/erasures")
                    .json(&json!({ "now": true }))
                    .send()
                    .await
            };
            let post = Kept::default();
            let (_, erased) = tokio::join!(post.collect(&house), erases);
            assert_eq!(erased.status, 200, "{}", erased.text());
            post.collect(&house).await;

            let keys = house.place.log.verifiers(&ACME.parse().unwrap()).unwrap();
            let certificate = erased.json()["certificate"].as_str().unwrap().to_owned();
            let body = server::erasures::check(&certificate, &keys).unwrap();
            assert_eq!(body["nothing_left"], true, "{body}");
            let left =
                server::leftovers::search(&house.place, &ACME.parse().unwrap(), person).await;
            let left = left.unwrap().unwrap();
            assert!(left.is_clean(), "{left:?}");
            assert_eq!(house.number(&OPEN).await, 0, "its job ended");
            let objects = walkdir::WalkDir::new(house.folder().join("data/files"));
            let objects: Vec<_> = objects
                .into_iter()
                .filter_map(Result::ok)
                .filter(|it| it.file_type().is_file())
                .map(|it| it.path().to_owned())
                .collect();
            assert!(objects.is_empty(), "{objects:?}");

            // After the erasure nothing stands in the log about them; before it, that it began, and (in the middle) not that it ended.
            let handle = body["handle"].as_str().unwrap();
            let end = body["log"]["index"].as_u64().unwrap();
            let mut begun = 0;
            for index in before..house.log_size(ACME).await {
                let entry = house.entry(ACME, index).await;
                if entry["person"] == handle && entry["action"] == "export" {
                    assert!(index < end, "{index}: {entry}");
                    begun += 1;
                }
            }
            if begun == 1 {
                return;
            }
            eprintln!("attempt {attempt}: it had ended before ({begun})");
        }
        panic!("the erasure never came in the middle");
    })
    .await;
}

/// One question, two who answer at once: one answer counts, and the other is told that it is over.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_at_once_one_counts() {
    on_each_engine(async |house| {
        let request = asked(&house).await;
        for other in ["grant", "refuse"] {
            let (path, yes) = question(&house, &request, &json!([0])).await;
            let second = if other == "grant" {
                yes.clone()
            } else {
                json!({ "answer": "refuse" })
            };
            let (one, two) = tokio::join!(
                own(&house, Method::POST, &path, Some(&yes)),
                own(&house, Method::POST, &path, Some(&second))
            );
            let mut ends = [(one.status, one.code()), (two.status, two.code())];
            ends.sort();
            assert_eq!(ends[0].0, 200, "{ends:?}");
            assert_eq!(ends[1], (409, "consent.over".to_owned()));
            let grants = own(&house, Method::GET, "/grants", None).await.json();
            let active: Vec<_> = grants["grants"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["state"] == "active")
                .collect();
            let granted = [&one, &two]
                .iter()
                .filter(|it| it.status == 200 && it.json()["grant"].is_object())
                .count();
            assert_eq!(active.len(), granted, "{grants}");
            for grant in active {
                let grant = text(grant, "grant").to_owned();
                let seen = own(&house, Method::GET, &format!("/grants/{grant}"), None)
                    .await
                    .json();
                assert_eq!(
                    seen["events"].as_array().unwrap().len(),
                    1,
                    "one receipt: {seen}"
                );
                // Taken back by two at once: once.
                let path = format!("/grants/{grant}");
                let (one, two) = tokio::join!(
                    own(&house, Method::DELETE, &path, None),
                    own(&house, Method::DELETE, &path, None)
                );
                let mut ends = [one.status, two.status];
                ends.sort_unstable();
                assert_eq!(ends, [200, 409], "{} {}", one.text(), two.text());
            }
        }
    })
    .await;
}

/// Two who stand in for one person, at once: of two changes to the same version one is made, neither of them can answer for the person,
/// and taking one of them back leaves the other what they have.
#[tokio::test(flavor = "multi_thread")]
async fn two_who_stand_in_do_not_undo_each_other() {
    on_each_engine(async |house| {
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        assert_eq!(house.put(&path, &json!({ "pulse": 60 })).await.status, 201);
        let mut jars = Vec::new();
        let mut grants = Vec::new();
        for email in ["one@harbour.example", "two@harbour.example"] {
            let (account, _) = accounts::account(&house, ACME, email, Role::Person).await;
            let session = accounts::sign_in(&house, ACME, email).await;
            jars.push(format!("__Host-session={}", session.text.expose()));
            let new = json!({
                "account": account, "days": 30,
                "terms": { "purposes": ["PATRQT"], "parts": [{ "collection": "sheet", "verbs": "rus" }] },
            });
            let made = own(&house, Method::POST, "/proxies", Some(&new)).await;
            assert_eq!(made.status, 201, "{}", made.text());
            grants.push(text(&made.json()["grant"], "grant").to_owned());
        }
        let act = |who: usize, method: Method, path: &str| {
            house
                .ask(method, path)
                .header("cookie", &jars[who])
                .header("sec-fetch-site", "same-origin")
                .header("acting-for", person.to_string())
                .purpose("PATRQT")
        };
        let change = async |who: usize, pulse: u64| {
            let ask = act(who, Method::PUT, &path).header("if-match", "\"1\"");
            ask.json(&json!({ "pulse": pulse })).send().await
        };
        let (one, two) = tokio::join!(change(0, 70), change(1, 80));
        let mut ends = [one.status, two.status];
        ends.sort_unstable();
        assert_eq!(ends, [200, 412], "{} {}", one.text(), two.text());
        let (won, pulse) = if one.status == 200 { (0, 70) } else { (1, 80) };
        assert_eq!(house.get(&path).await.json()["pulse"], pulse);
        let index = [&one, &two][won].log_index().unwrap();
        assert_eq!(house.entry(ACME, index).await["grant"], grants[won], "by whose grant");

        // What a person is asked, only they answer.
        let request = asked(&house).await;
        let (answer, yes) = question(&house, &request, &json!([0])).await;
        let answer = format!("/v1/persons/{person}{answer}");
        let (one, two) = tokio::join!(
            act(0, Method::POST, &answer).json(&yes).send(),
            act(1, Method::POST, &answer).json(&yes).send()
        );
        for got in [one, two] {
            assert!(matches!(got.status, 403 | 404), "{} {}", got.status, got.text());
        }

        // One is taken back while both read.
        let before = house.log_size(ACME).await;
        let looks = async |who: usize| {
            let mut seen = Vec::new();
            for _ in 0..12 {
                let got = act(who, Method::GET, &path).send().await;
                seen.push((got.status, got.log_index()));
            }
            seen
        };
        let ends = async {
            grows_beyond(&house, before + 4).await;
            withdraw(&house, &grants[0]).await
        };
        let (first, second, withdrawn) = tokio::join!(looks(0), looks(1), ends);
        for (status, index) in first {
            match status {
                200 => assert!(index.unwrap() < withdrawn),
                _ => assert!(matches!(status, 403 | 404), "{status}"),
            }
        }
        assert!(second.iter().all(|(status, _)| *status == 200), "{second:?}");
        assert_eq!(act(0, Method::GET, &path).send().await.status, 404);
        assert_eq!(act(1, Method::GET, &path).send().await.status, 200);
    })
    .await;
}

/// Taken back on one node, refused on the other at the very next read: by a grant, and by a token that the other node has just let in.
#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_on_one_node_counts_on_the_other_at_once() {
    on_each_engine(async |house| {
        let node = house.node().await;
        let person = house.person(ACME);
        let path = format!("/v1/persons/{person}/records/sheet/one");
        house.put(&path, &json!({ "pulse": 60 })).await;
        let request = asked(&house).await;
        let mut longest = Duration::ZERO;
        for _ in 0..5 {
            let grant = let_in(&house, &request).await;
            let there = async || {
                let ask = node
                    .ask(Method::GET, &path)
                    .by(house.token(ACME, Role::App));
                ask.purpose("HRESCH").send().await
            };
            for _ in 0..3 {
                assert_eq!(there().await.status, 200);
            }
            let began = Instant::now();
            withdraw(&house, &grant).await;
            let refused = there().await;
            longest = longest.max(began.elapsed());
            assert_eq!(
                (refused.status, refused.code()),
                (403, "consent.no_grant".into())
            );
        }
        eprintln!(
            "{}: withdrawn and refused elsewhere within {longest:?}",
            house.engine
        );

        let (access, person, cookie) = apps::lets_an_app_in(&house).await;
        let path = format!("/v1/persons/{person}/records/sheet/one");
        house.put(&path, &json!({ "pulse": 61 })).await;
        let there = async || {
            let ask = node.ask(Method::GET, &path).by(&access);
            ask.purpose("PATRQT").send().await
        };
        for _ in 0..3 {
            let got = there().await;
            assert_eq!(got.status, 200, "{}", got.text());
        }
        let own = async |method: Method, path: &str| {
            let path = format!("/v1/persons/{person}{path}");
            let ask = house.ask(method, path).header("cookie", &cookie);
            ask.header("sec-fetch-site", "same-origin").send().await
        };
        let grants = own(Method::GET, "/grants").await.json();
        let grant = text(&grants["grants"][0], "grant").to_owned();
        let began = Instant::now();
        let ended = own(Method::DELETE, &format!("/grants/{grant}")).await;
        assert_eq!(ended.status, 200, "{}", ended.text());
        let refused = there().await;
        assert!(
            matches!(refused.status, 401 | 403),
            "{} {}",
            refused.status,
            refused.text()
        );
        eprintln!("{}: a token, within {:?}", house.engine, began.elapsed());
        let _: PersonId = person;
    })
    .await;
}
