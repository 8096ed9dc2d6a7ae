//! A server for clients that we did not write, with people who are signed in without pages: `e2e/oauth` starts it.

use std::collections::HashMap;
use std::future::Future;
use std::io::Read;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use base::{AccountId, Assurance, Instant, PersonId};
use http::HeaderMap;
use identity::oauth::{Account, NewApp, SignedIn, Unknown, Verdict};
use policy::{PersonAt, Verb, decide};
use serde_json::{Value, json};
use server::config::Config;
use server::{Installation, Serving, private, telemetry, tls};

/// Who a browser's header `x-account` says it is; signed in when this began.
struct Header(HashMap<&'static str, Account>);

impl SignedIn for Header {
    fn signed_in<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _now: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Account>, Unknown>> + Send + 'a>> {
        let name = headers.get("x-account").and_then(|it| it.to_str().ok());
        let account = name.and_then(|name| self.0.get(name)).cloned();
        Box::pin(async { Ok(account) })
    }
}

/// Serves until its standard input ends. `STRONGROOM_SCRATCH` is a folder of the caller's: it is given apps to register in
/// `apps.json` (name to settings), and answers with `ready.json`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "serves until its standard input ends; for e2e/oauth"]
async fn serve_for_foreign_clients() {
    let scratch: PathBuf = std::env::var("STRONGROOM_SCRATCH").unwrap().into();
    let folder = scratch.join("house");
    for part in ["", "tls", "secrets"] {
        private::folder(&folder.join(part)).unwrap();
    }
    tls::development_ca(&folder.join("tls")).unwrap();
    let text = "environment = \"test\"\nregion = \"local\"\norigin = \"strongroom.test\"\npublic_url = \"listen\"\ntenants = [\"acme\"]\n\
         [listen]\nhttps = \"127.0.0.1:0\"\n\
         [tls]\ncertificate = \"tls/server.pem\"\nkey = \"tls/server.key\"\n\
         [data]\nkind = \"sqlite\"\npath = \"data/data.sqlite\"\n\
         [keys]\nkind = \"sqlite\"\npath = \"keys/keys.sqlite\"\n\
         [files]\nkind = \"folder\"\npath = \"data/files\"\n\
         [seal]\nkind = \"key-file\"\npath = \"secrets/root.key\"\n\
         [logging]\nlevel = \"error\"\nformat = \"text\"\n";
    std::fs::write(folder.join("strongroom.toml"), text).unwrap();
    let config = Config::read(&folder.join("strongroom.toml")).unwrap();
    telemetry::begin(&config.logging).unwrap();
    let mut place = Installation::open(config).await.unwrap();

    let tenant: base::TenantId = "acme".parse().unwrap();
    let (ctx, authority) = place.local(&tenant, "test");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = decide(&ctx, &authority, Verb::Create, thing).unwrap();
    let made = place.vault.create_person(&ctx, &allowed, None, None).await;
    let person: PersonId = made.unwrap().0.person;
    let account = Account {
        account: AccountId::random(&*place.rng),
        tenant: tenant.clone(),
        person: Some(person),
        session: b"ada".to_vec(),
        assurance: Assurance::TwoFactor,
        auth_time: place.clock.now(),
        staff: false,
    };
    place.signed_in = Arc::new(Header(HashMap::from([("ada", account)])));

    let asked = std::fs::read(scratch.join("apps.json")).unwrap();
    let asked: HashMap<String, Value> = serde_json::from_slice(&asked).unwrap();
    let mut apps = serde_json::Map::new();
    for (name, settings) in asked {
        let new = NewApp {
            about: identity::oauth::About {
                name: name.clone(),
                contact: String::new(),
            },
            settings: serde_json::from_value(settings).unwrap(),
        };
        let made = place.oauth.register_app(&ctx, &new).await.unwrap();
        let (review, _) = place.local(&tenant, "review");
        let approved = place.oauth.review_app(&review, made.app, Verdict::Approve);
        approved.await.unwrap();
        let secret = made.secret.as_ref().map(|secret| secret.expose());
        apps.insert(
            name,
            json!({ "client_id": made.app, "client_secret": secret }),
        );
    }
    let serving = Serving::begin(place).await.unwrap();
    let ready = json!({
        "url": format!("https://{}", serving.address),
        "ca_file": folder.join("tls/ca.pem"),
        "person": person,
        "apps": apps,
    });
    std::fs::write(scratch.join("ready.part"), ready.to_string()).unwrap();
    std::fs::rename(scratch.join("ready.part"), scratch.join("ready.json")).unwrap();
    let wait = || std::io::stdin().read_to_end(&mut Vec::new());
    tokio::task::spawn_blocking(wait).await.unwrap().unwrap();
    serving.end().await;
}
