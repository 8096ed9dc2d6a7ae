//! Each promise broken in the real thing: the check says so.

use std::sync::Arc;

use audit::LogJournal;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use base::TenantId;
use govern::Wrong;
use http::{Method, StatusCode};
use parking_lot::Mutex;
use server::Installation;
use server::config::Database;
use server::probes::Running;
use store::{Appended, Db, DbConfig, Journal, Row, Sql, Statement, StoreError, WriteSet};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Real, folder, lay_out, open};

/// A kept answer that nobody sealed.
static LEAK: Sql = Sql::both(
    "INSERT INTO idempotency (tenant, token, request, sealed, expires_at) VALUES ($1, $2, $3, $4, 9000000000000000)",
);

fn leak(plain: &[u8]) -> Statement {
    let mut token = [0; 16];
    base::Rng::fill(&crypt::SystemRng, &mut token);
    Statement::new(
        &LEAK,
        vec![
            "acme".into(),
            token.into(),
            [0_u8; 4].into(),
            plain.to_vec().into(),
        ],
    )
}

/// The router with `around` in front of it: method, address and body of each request, and its answer.
fn in_front<F, R>(running: Running, around: F) -> Running
where
    F: Fn(Seen, Next, Request) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response> + Send + 'static,
{
    let layer = from_fn(move |request: Request, next: Next| {
        let around = around.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a body");
            let disposition = parts.headers.get("content-disposition");
            let seen = Seen {
                method: parts.method.clone(),
                text: format!(
                    "{} {} {}",
                    parts.uri,
                    disposition
                        .and_then(|it| it.to_str().ok())
                        .unwrap_or_default(),
                    String::from_utf8_lossy(&body)
                ),
            };
            around(seen, next, Request::from_parts(parts, Body::from(body))).await
        }
    });
    let router: Router = running.router.clone().layer(layer);
    Running { router, ..running }
}

struct Seen {
    method: Method,
    text: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_database_in_clear_is_found() {
    let folder = folder();
    let installation = open(folder.path()).await;
    let db = installation.db.clone();
    let real = Real::with(installation, |running| {
        in_front(running, move |seen, next, request| {
            let db = db.clone();
            async move {
                if seen.method == Method::PUT || seen.method == Method::POST {
                    let set = WriteSet::new().with(leak(seen.text.as_bytes()));
                    db.commit(set).await.expect("leaked");
                }
                next.run(request).await
            }
        })
    })
    .await;
    for name in ["rest.records", "rest.files", "rest.metadata"] {
        assert_eq!(real.wrong(name).await, [Wrong::PlainText], "{name}");
    }
    assert_eq!(
        real.wrong("rest.log").await,
        [],
        "the log is sealed as ever"
    );
    real.end().await;
}

/// A log that keeps each entry beside the sealed one, in clear.
struct Gossip(Arc<LogJournal>);

impl Journal for Gossip {
    fn head_query(&self, tenant: &TenantId) -> Statement {
        self.0.head_query(tenant)
    }

    fn append(
        &self,
        tenant: &TenantId,
        head: Option<&Row>,
        entries: &[&[u8]],
    ) -> Result<Appended, StoreError> {
        let mut appended = self.0.append(tenant, head, entries)?;
        appended
            .statements
            .extend(entries.iter().map(|entry| leak(entry)));
        Ok(appended)
    }
}

/// `installation` over another connection to the same data.
async fn over(mut installation: Installation, journal: Arc<dyn Journal>) -> Installation {
    let Database::Sqlite { path } = installation.config.data.clone() else {
        panic!("the installation lies on SQLite")
    };
    let config = DbConfig::Sqlite {
        path,
        secure_delete: false,
    };
    let db = Db::open(config, store::migrations::DATA, Some(journal)).await;
    installation.db = db.expect("a database");
    installation
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lies_in_clear_is_found() {
    let folder = folder();
    let installation = open(folder.path()).await;
    let gossip = Arc::new(Gossip(Arc::clone(&installation.journal)));
    let real = Real::with(over(installation, gossip).await, |running| running).await;
    assert_eq!(real.wrong("rest.log").await, [Wrong::PlainText]);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn altered_bytes_that_are_served_are_noticed() {
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| {
        in_front(running, |seen, next, request| async move {
            let mut answer = next.run(request).await;
            if seen.method == Method::GET {
                *answer.status_mut() = StatusCode::OK;
            }
            answer
        })
    })
    .await;
    // Record, file and key through the door; the log's chunk is opened beside it.
    let outcome = real.measure("cipher.aes256").await.expect("measured");
    let at: Vec<_> = outcome.problems.iter().map(|it| it.at.as_str()).collect();
    assert_eq!(at, ["sealed record", "sealed file", "wrapped key"]);
    assert!(
        outcome
            .problems
            .iter()
            .all(|it| it.wrong == Wrong::AlteredOpens)
    );
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn weak_transport_is_seen() {
    use rustls::version::TLS12;
    // Says yes to whatever it is asked for.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let yes = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 6];
            let _ = stream.read_exact(&mut asked).await;
            let hello = [22, 3, 1, 0, 40, 2, 0, 0, 36, 3, 1, 0, 0, 0, 0, 0];
            let plain = b"HTTP/1.1 200 OK\r\n\r\n";
            let answer: &[u8] = if asked[0] == 22 { &hello } else { plain };
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| Running {
        address: yes,
        ..running
    })
    .await;
    let wrong = real.wrong("transit.tls").await;
    for one in [
        Wrong::GoodRefused,
        Wrong::OldVersion,
        Wrong::WeakSuite,
        Wrong::Unencrypted,
    ] {
        assert!(wrong.contains(&one), "{one:?}: {wrong:?}");
    }
    assert_eq!(real.wrong("transit.hybrid").await, [Wrong::GoodRefused]);
    real.end().await;

    // The server's own certificate and settings, but without TLS 1.3, and so without the hybrid exchange.
    let strong = server::tls::server(
        &folder.path().join("tls/server.pem"),
        &folder.path().join("tls/server.key"),
    );
    let resolver = Arc::clone(&strong.expect("settings").cert_resolver);
    let older = rustls::ServerConfig::builder_with_provider(Arc::new(server::tls::provider()))
        .with_protocol_versions(&[&TLS12])
        .expect("settings")
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    let listener = web::Listener::open(([127, 0, 0, 1], 0).into())
        .await
        .expect("a socket");
    let address = listener.address();
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let metrics = Arc::new(web::Metrics::new());
    tokio::spawn(web::secure(
        listener,
        Arc::new(older),
        Router::new(),
        metrics,
        stopping,
    ));
    let real = Real::with(open(folder.path()).await, |running| Running {
        address,
        ..running
    })
    .await;
    assert_eq!(real.wrong("transit.tls").await, [Wrong::GoodRefused]);
    assert_eq!(real.wrong("transit.hybrid").await, [Wrong::NotHybrid]);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_leaves_no_entry_is_noticed() {
    let folder = folder();
    // A cache in front of the vault: whoever looks a second time leaves no trace of it.
    let cache = Arc::new(Mutex::new(None));
    let real = Real::with(open(folder.path()).await, |running| {
        in_front(running, move |seen, next, request| {
            let cache = Arc::clone(&cache);
            async move {
                if seen.method != Method::GET {
                    return next.run(request).await;
                }
                let kept = cache.lock().clone();
                let (mut parts, body) = match kept {
                    Some(kept) => kept,
                    None => {
                        let (parts, body) = next.run(request).await.into_parts();
                        let body = to_bytes(body, usize::MAX).await.expect("a body");
                        *cache.lock() = Some((parts.clone(), body.clone()));
                        (parts, body)
                    }
                };
                let fresh = base::RequestId::random(&crypt::SystemRng).to_string();
                parts
                    .headers
                    .insert("x-request-id", fresh.parse().expect("a value"));
                Response::from_parts(parts, Body::from(body))
            }
        })
    })
    .await;
    let wrong = real.wrong("access.logged").await;
    assert!(wrong.contains(&Wrong::WrongEntry), "{wrong:?}");
    assert!(wrong.contains(&Wrong::NoEntry), "{wrong:?}");
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_its_guards_is_noticed() {
    static DROPS: [Sql; 2] = [
        Sql::both("DROP TRIGGER log_chunk_delete"),
        Sql::both("DROP TRIGGER log_head_update"),
    ];
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| running).await;
    assert_eq!(real.wrong("log.always_on").await, []);
    let db = &real.serving.house().db;
    for drop in &DROPS {
        db.commit(WriteSet::new().run(drop, vec![]))
            .await
            .expect("dropped");
    }
    let outcome = real.measure("log.always_on").await.expect("measured");
    let at: Vec<_> = outcome.problems.iter().map(|it| it.at.as_str()).collect();
    assert_eq!(at, ["DELETE log_chunk", "UPDATE log_head"]);
    // What the check tried was undone.
    let house = real.serving.house();
    let size = house.log.size(&"acme".parse().expect("a tenant")).await;
    assert!(size.expect("a size") > 0);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_number_is_noticed_where_it_is_let_in_and_where_it_lies() {
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| {
        // Somebody who takes card numbers out of the texts, so that they pass.
        in_front(running, |_, next, request: Request| async move {
            let (mut parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.expect("a body");
            let body = String::from_utf8_lossy(&body).replace("4242424242424242", "passed");
            parts.headers.remove("content-length");
            next.run(Request::from_parts(parts, Body::from(body))).await
        })
    })
    .await;
    let outcome = real.measure("cards.none").await.expect("measured");
    let at: Vec<_> = outcome.problems.iter().map(|it| it.at.as_str()).collect();
    assert_eq!(
        at,
        ["record: text", "record: object", "batch", "id from outside"]
    );
    assert!(
        outcome
            .problems
            .iter()
            .all(|it| it.wrong == Wrong::CardAccepted)
    );
    real.end().await;

    let real = Real::with(open(folder.path()).await, |running| running).await;
    assert_eq!(real.wrong("cards.none").await, []);
    let row = leak(b"{\"note\":\"5555-5555-5555-4444\"}");
    let db = &real.serving.house().db;
    db.commit(WriteSet::new().with(row)).await.expect("stored");
    assert_eq!(real.wrong("cards.none").await, [Wrong::CardFound]);
    real.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_written_to_the_log_lines_is_found() {
    let folder = folder();
    let real = Real::with(open(folder.path()).await, |running| {
        in_front(running, |seen, next, request| async move {
            tracing::debug!(body = seen.text, "for debugging only");
            next.run(request).await
        })
    })
    .await;
    let outcome = real.measure("logs.clean").await.expect("measured");
    let at: Vec<_> = outcome.problems.iter().map(|it| it.at.as_str()).collect();
    assert_eq!(at, ["log lines at level debug"]);
    real.end().await;

    let real = Real::with(open(folder.path()).await, |running| {
        in_front(running, |seen, next, request| async move {
            let answer = next.run(request).await;
            if answer.status() != StatusCode::NOT_FOUND {
                return answer;
            }
            let (parts, _) = answer.into_parts();
            Response::from_parts(parts, Body::from(format!("not found: {}", seen.text)))
        })
    })
    .await;
    let outcome = real.measure("logs.clean").await.expect("measured");
    let at: Vec<_> = outcome.problems.iter().map(|it| it.at.as_str()).collect();
    assert_eq!(at, ["error bodies"]);
    real.end().await;
}

/// A collection of somebody's own, with these fields.
fn register(fields: &str) -> String {
    format!(
        "register = 1\npack = \"own\"\ntitle = \"Own\"\nabout = \"A test's own.\"\n\
         [defaults]\nversion = 1\nlegal-basis = \"contract\"\nhealth-basis = \"care\"\npurposes = [\"TREAT\"]\nretention = \"until-erased\"\n\
         [collections.note]\ntitle = \"Note\"\nabout = \"A note.\"\nsubject = \"person\"\n\
         [collections.note.fields]\n{fields}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_field_that_the_register_does_not_know_is_noticed() {
    // Whichever tenant it is of.
    for tenant in ["acme", "other"] {
        an_unknown_field_is_noticed(tenant).await;
    }
}

async fn an_unknown_field_is_noticed(tenant: &str) {
    use base::Purpose;
    use policy::{Authority, PersonAt, RecordAt, Verb, decide};
    use vault::records::{Condition, Put};
    let folder = folder();
    let text = "text = { class = \"health\", type = \"text\" }\n";
    let more = format!("{text}mood = {{ class = \"health\", type = \"text\" }}\n");
    lay_out(folder.path(), &[&register(&more)]);
    let installation = open(folder.path()).await;
    let tenant: TenantId = tenant.parse().expect("a tenant");
    let (mut ctx, authority): (_, Authority) = installation.local(&tenant, "test");
    ctx.purpose = Some(Purpose::Sysdev);
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = decide(&ctx, &authority, Verb::Create, thing).expect("allowed");
    let made = installation
        .vault
        .create_person(&ctx, &allowed, None, None)
        .await;
    let thing = RecordAt {
        tenant,
        person: made.expect("a person").0.person,
        collection: "note".parse().expect("a name"),
        record: "first".parse().expect("an id"),
    };
    let allowed = decide(&ctx, &authority, Verb::Update, thing).expect("allowed");
    let put = Put {
        body: br#"{"text":"x","mood":"good"}"#,
        condition: Condition::None,
    };
    installation
        .vault
        .put(&ctx, &allowed, put, None)
        .await
        .expect("stored");
    let real = Real::with(installation, |running| running).await;
    assert_eq!(real.wrong("register.present").await, []);
    real.end().await;

    // The field is taken out of the register, and later the whole collection; what was stored stays.
    for (registers, at) in [(vec![register(text)], "note.mood"), (vec![], "note.*")] {
        let registers: Vec<_> = registers.iter().map(String::as_str).collect();
        lay_out(folder.path(), &registers);
        let real = Real::with(open(folder.path()).await, |running| running).await;
        let outcome = real.measure("register.present").await.expect("measured");
        assert_eq!(outcome.problems.len(), 1, "{:?}", outcome.problems);
        assert_eq!(outcome.problems[0].wrong, Wrong::UnknownField);
        assert_eq!(outcome.problems[0].at, at);
        real.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_past_its_time_is_noticed_unless_a_hold_keeps_it() {
    use policy::{HoldsOf, PersonAt, RecordAt, Verb, decide};
    use vault::holds::{Held, NewHold};
    use vault::records::{Condition, Put};
    static AGE: Sql = Sql::both("UPDATE record SET written_at = 1 WHERE collection = 'note'");
    let folder = folder();
    let text = register("text = { class = \"health\", type = \"text\" }\n");
    let text = text.replace(
        "[collections.note.fields]",
        "retention = \"30d\"\n[collections.note.fields]",
    );
    lay_out(folder.path(), &[&text]);
    let real = Real::with(open(folder.path()).await, |running| running).await;
    let house = real.serving.house();
    let tenant: TenantId = "other".parse().expect("a tenant");
    // The day's pass is over, so that no other comes between.
    loop {
        let runs = house.vault.runs(&tenant, 1).await.expect("runs");
        if runs.iter().any(|it| it.ended_at.is_some()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let (ctx, authority) = house.local(&tenant, "test");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = decide(&ctx, &authority, Verb::Create, thing).expect("allowed");
    let made = house.vault.create_person(&ctx, &allowed, None, None).await;
    let thing = RecordAt {
        tenant: tenant.clone(),
        person: made.expect("a person").0.person,
        collection: "note".parse().expect("a name"),
        record: "first".parse().expect("an id"),
    };
    let allowed = decide(&ctx, &authority, Verb::Update, thing).expect("allowed");
    let put = Put {
        body: br#"{"text":"x"}"#,
        condition: Condition::None,
    };
    let stored = house.vault.put(&ctx, &allowed, put, None).await;
    stored.expect("stored");
    assert_eq!(real.wrong("retention.kept").await, []);
    let aged = WriteSet::new().run(&AGE, vec![]);
    house.db.commit(aged).await.expect("aged");
    assert_eq!(real.wrong("retention.kept").await, [Wrong::PastItsTime]);

    let thing = HoldsOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, Verb::Create, thing).expect("allowed");
    let new = NewHold {
        on: Held::Tenant,
        reason: "a test".to_owned(),
        until: None,
        by: "test".to_owned(),
    };
    let placed = house.vault.place_hold(&ctx, &allowed, &new).await;
    let (hold, _) = placed.expect("placed");
    assert_eq!(real.wrong("retention.kept").await, []);
    let thing = HoldsOf {
        tenant: tenant.clone(),
    };
    let allowed = decide(&ctx, &authority, Verb::Delete, thing).expect("allowed");
    let lifted = house.vault.lift_hold(&ctx, &allowed, hold, "test").await;
    lifted.expect("lifted");
    assert_eq!(real.wrong("retention.kept").await, [Wrong::PastItsTime]);
    let run = server::retention::run_now(house, &tenant)
        .await
        .expect("a pass");
    assert_eq!(run.found["note"].over, 1);
    assert_eq!(real.wrong("retention.kept").await, []);
    real.end().await;
}

/// A request that nobody answers is past its day: by the clock of the check, and by what its row says.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_nobody_answers_is_seen() {
    static BACK: Sql = Sql::both("UPDATE rights_request SET received_day = '2026-01-05'");
    static LATER: Sql = Sql::both("UPDATE rights_request SET due_day = '2099-01-01'");
    let folder = folder();
    let installation = open(folder.path()).await;
    let tenant: TenantId = "acme".parse().expect("a tenant");
    let (ctx, system) = installation.local(&tenant, "test");
    let person = policy::PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = policy::decide(&ctx, &system, policy::Verb::Create, person).expect("allowed");
    let made = installation.vault.create_person(&ctx, &allowed, None, None);
    let (person, _) = made.await.expect("a person");
    let thing = policy::RightsOf {
        tenant: tenant.clone(),
        person: Some(person.person),
    };
    let allowed = policy::decide(&ctx, &system, policy::Verb::Create, thing).expect("allowed");
    let new = server::rights::NewAsk {
        kind: govern::rights::Kind::Access,
        wish: server::rights::Wish::default(),
        lang: web::Lang::En,
    };
    installation
        .ask_right(&ctx, &allowed, &new)
        .await
        .expect("asked");
    let real = Real::with(installation, |it| it).await;
    let name = "rights.answered_in_time";
    assert_eq!(real.wrong(name).await, []);
    let db = &real.serving.house().db;
    let set = WriteSet::new().run(&LATER, vec![]);
    db.commit(set).await.expect("changed");
    assert_eq!(real.wrong(name).await, [Wrong::DayShownLater]);
    let set = WriteSet::new().run(&BACK, vec![]);
    db.commit(set).await.expect("changed");
    let wrong = real.wrong(name).await;
    assert!(wrong.contains(&Wrong::RequestLate), "{wrong:?}");
    real.end().await;
}
