//! A crowd that signs in at once, and those who read meanwhile: through the real server, over TLS.
//!
//! Hashing has threads of its own, and few places to wait for them. Who finds none is told to come again; nobody who reads waits for a hash.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;

use crate::running::{Place, Running};

/// Sign-ins at once.
const CROWD: usize = 500;
/// From one address: fewer than make the guesses of that address wait.
const FROM_ONE: usize = 20;
/// Who reads, each one read after the other.
const READERS: usize = 4;
/// Reads of the quiet time, before and after: the machine may have more to do in one of them.
const READS: usize = 800;
/// How much longer the slowest of a hundred reads may take while the crowd signs in. Two processors that hash without pause leave a read less
/// than half of one.
const FACTOR: u32 = 12;
/// A quiet p99 below this is taken for this: a test machine that does something else for a moment must not decide.
const QUIET_LEAST: Duration = Duration::from_millis(25);
/// The whole crowd is answered by then.
const PATIENCE: Duration = Duration::from_secs(120);

/// Read the same record again and again, and keep how long each took.
async fn reader(server: &Running, path: &str, on: impl Fn(usize) -> bool) -> Vec<Duration> {
    let mut took = Vec::new();
    while on(took.len()) {
        let began = Instant::now();
        let answer = server.get(path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        took.push(began.elapsed());
        assert_eq!(status, 200, "{text}");
    }
    took
}

async fn readers(server: &Running, path: &str, on: impl Fn(usize) -> bool + Copy) -> Vec<Duration> {
    let all = join_all((0..READERS).map(|_| reader(server, path, on))).await;
    let mut all: Vec<_> = all.into_iter().flatten().collect();
    all.sort_unstable();
    all
}

fn share(sorted: &[Duration], of_a_hundred: usize) -> Duration {
    sorted[(sorted.len() * of_a_hundred / 100).min(sorted.len() - 1)]
}

/// Somebody's browser, from an address of its own.
struct Visitor {
    client: reqwest::Client,
    form: String,
    cookie: String,
}

impl Visitor {
    async fn new(client: reqwest::Client, server: &Running, email: &str, password: &str) -> Self {
        let page = client.get(server.url("/sign-in")).send().await.unwrap();
        let cookie = page.headers()["set-cookie"].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let text = page.text().await.unwrap();
        let (_, rest) = text.split_once("name=\"form_token\" value=\"").unwrap();
        let token = rest.split('"').next().unwrap();
        let encode = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let form = format!(
            "form_token={token}&email={}&password={}",
            encode(email),
            encode(password)
        );
        Self {
            client,
            form,
            cookie,
        }
    }

    async fn sign_in(&self, server: &Running) -> u16 {
        let sent = self
            .client
            .post(server.url("/sign-in"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("cookie", &self.cookie)
            .body(self.form.clone());
        sent.send().await.unwrap().status().as_u16()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_who_sign_in_at_once_do_not_starve_who_reads() {
    let place = Place::new();
    let server = place.start().await;
    let path = format!("/v1/persons/{}/records/sheet/one", server.person());
    let put = server.put(&path, &json!({ "pulse": 61 })).await;
    assert!(put.status().is_success(), "{}", put.status());

    let ca = server.ready["ca_file"].as_str().unwrap().to_owned();
    let clients: Vec<_> = (0..CROWD / FROM_ONE)
        .map(|n| {
            let address = Ipv4Addr::new(127, 0, 1, u8::try_from(n + 1).unwrap());
            reqwest::Client::builder()
                .tls_backend_preconfigured(server::tls::client(Path::new(&ca)).unwrap())
                .local_address(IpAddr::V4(address))
                .redirect(reqwest::redirect::Policy::none())
                .timeout(PATIENCE)
                .build()
                .unwrap()
        })
        .collect();
    // One of them is there; for the others as much is computed for nothing.
    let there = &server.ready["accounts"]["person"];
    let (email, password) = (
        there["email"].as_str().unwrap(),
        there["password"].as_str().unwrap(),
    );
    let mut crowd = Vec::new();
    for n in 0..CROWD {
        let client = clients[n % clients.len()].clone();
        let nobody = format!("nobody-{n}@crowd.example");
        let (email, password) = if n == CROWD / 2 {
            (email, password)
        } else {
            (nobody.as_str(), "marmot thirteen gable rust")
        };
        crowd.push(Visitor::new(client, &server, email, password).await);
    }

    let quiet = readers(&server, &path, |done| done < READS / READERS).await;
    let over = AtomicBool::new(false);
    let storm = async {
        let began = Instant::now();
        let statuses = join_all(crowd.iter().map(|it| it.sign_in(&server))).await;
        over.store(true, Ordering::Relaxed);
        (statuses, began.elapsed())
    };
    let (beside, (statuses, took)) = tokio::join!(
        readers(&server, &path, |_| !over.load(Ordering::Relaxed)),
        storm
    );
    let after = readers(&server, &path, |done| done < READS / READERS).await;
    let count = |wanted: u16| statuses.iter().filter(|it| **it == wanted).count();
    // 422: the form again, with `wrong` or `come again` in it; 303: let in. Nobody is left waiting.
    println!(
        "reads: p50 {:?}, p99 {:?} before, p99 {:?} after; p50 {:?}, p99 {:?} beside {CROWD} sign-ins ({} in {took:?}); sign-ins: {} in, {} refused, {} other",
        share(&quiet, 50),
        share(&quiet, 99),
        share(&after, 99),
        share(&beside, 50),
        share(&beside, 99),
        beside.len(),
        count(303),
        count(422),
        CROWD - count(303) - count(422),
    );
    assert_eq!(count(303) + count(422), CROWD, "{statuses:?}");
    assert!(took < PATIENCE, "{took:?}");
    assert!(beside.len() >= 100, "{} reads in {took:?}", beside.len());
    let most = share(&quiet, 99).max(share(&after, 99)).max(QUIET_LEAST) * FACTOR;
    assert!(
        share(&beside, 99) <= most,
        "p99 {:?} beside the crowd, {:?} alone",
        share(&beside, 99),
        share(&quiet, 99)
    );

    // And they come in, once it is quiet.
    let late = Visitor::new(clients[0].clone(), &server, email, password).await;
    assert_eq!(late.sign_in(&server).await, 303);
    server.stop().await;
}
