//! `strongroom demo`: an installation made on the spot, filled with synthetic people, and served.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base::{PersonId, Secret, TenantId};
use identity::oauth::{App, AppState, Registered, Verdict};
use identity::{IdentityError, Kind, Language, NewAccount};
use indicatif::HumanDuration;
use policy::{NewToken, PersonAt, Role, Scope, Verb, decide};
use serde_json::{Value, json};
use vault::fhir::External;
use web::Listener;

use super::{Held, data, fill, place, talk, token};
use crate::api::apps::{new_app, registered};
use crate::cli::Demo;
use crate::config::Config;
use crate::{Failure, Installation, Serving, Told, private, telemetry, tls};

const TENANT: &str = "demo";
/// Ids that the ready file lists.
const PERSONS_LISTED: usize = 10;
/// Among so many of a place that is there already they are looked for.
const PERSONS_LOOKED_AT: usize = 1_000;
/// How long a demonstration's tokens live.
const TOKENS_LIVE: Duration = Duration::from_hours(24 * 30);

pub(super) async fn run(mut args: Demo) -> Held {
    let began = Instant::now();
    // First, so that nobody else takes the port meanwhile: links and passkeys name it before anything is served.
    let listener = Listener::open(args.listen).await?;
    args.listen = listener.address();
    // Without --data, everything is gone when this is dropped.
    let scratch =
        match args.data {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(|error| {
                Failure::text(format!("no folder for the demonstration: {error}"))
            })?),
        };
    let folder = match (&args.data, &scratch) {
        (Some(folder), _) => folder.clone(),
        (None, Some(scratch)) => scratch.path().to_owned(),
        (None, None) => PathBuf::new(),
    };
    private::folder(&folder).map_err(|error| Failure::file(&folder, &error))?;
    let folder = folder
        .canonicalize()
        .map_err(|error| Failure::file(&folder, &error))?;
    let again = folder.join(place::FILE).exists();
    if again {
        // The address may be another one this time; the rest stays as it was made.
        rewrite_listen(&folder, &args)?;
    } else {
        lay_out(&folder, &args)?;
    }
    let config = Config::read(&folder.join(place::FILE))?;
    telemetry::begin(&config.logging)?;
    let installation = Installation::open(config).await?;
    let tenant: TenantId = TENANT
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))?;

    let mut patient = None;
    let persons: Vec<PersonId> = if again {
        talk(format_args!("starting again from {}", folder.display()));
        some_persons(&installation, &tenant).await?
    } else {
        let made = fill::fill(&installation, &tenant, args.seed, args.persons).await?;
        patient = made.first().map(|made| made.patient.clone());
        made.iter()
            .take(PERSONS_LISTED)
            .map(|made| made.person)
            .collect()
    };
    let tokens = tokens(&installation, &tenant, persons.first().copied()).await?;
    let accounts = if again {
        Vec::new()
    } else {
        accounts(&installation, &tenant, persons.first().copied()).await?
    };
    let app = sample_app(&installation, &tenant).await?;
    let told = Told::listen();
    let mut serving = Serving::begin_at(installation, listener).await?;
    let ready = ready(
        &serving, &folder, &tenant, &tokens, &accounts, &persons, &app,
    );
    if let Some(file) = &args.ready_file {
        // Written beside and moved, so that who waits for it never reads half of it.
        let beside = file.with_extension("part");
        let text = format!("{ready:#}\n");
        private::write(&beside, text.as_bytes()).map_err(|error| Failure::file(&beside, &error))?;
        std::fs::rename(&beside, file).map_err(|error| Failure::file(file, &error))?;
    }
    show(&ready, patient.as_deref(), began, args.data.is_some());
    serving.check_promises();
    serving.keep_going(place::program()?);
    serving.until_told(told).await;
    talk("stopped");
    Ok(true)
}

/// The sections that say where the demonstration is: they change from start to start.
fn where_sections(args: &Demo) -> String {
    // A passkey needs a host by name.
    let host = if args.listen.ip().is_loopback() {
        "localhost".to_owned()
    } else {
        args.listen.ip().to_string()
    };
    format!(
        "[listen]\nhttps = \"{}\"\nmetrics = \"{}\"\ndrain_seconds = 0\n\n[accounts]\naddress = \"https://{host}:{}\"\nopen_sign_up = [\"{TENANT}\"]\n",
        args.listen,
        args.metrics,
        args.listen.port()
    )
}

/// A new installation's folder: certificate, secrets, configuration.
fn lay_out(folder: &Path, args: &Demo) -> Result<(), Failure> {
    for part in ["tls", "secrets"] {
        let part = folder.join(part);
        private::folder(&part).map_err(|error| Failure::file(&part, &error))?;
    }
    tls::development_ca(&folder.join("tls"))?;
    let absolute = |path: &Path| {
        path.canonicalize()
            .map(|path| path.display().to_string())
            .map_err(|error| Failure::file(path, &error))
    };
    let seal = match &args.passphrase_file {
        None => "kind = \"key-file\"\npath = \"secrets/root.key\"".to_owned(),
        Some(file) => format!("kind = \"passphrase\"\nfile = {:?}", absolute(file)?),
    };
    let mut register = Vec::new();
    for file in &args.register {
        register.push(format!("{:?}", absolute(file)?));
    }
    let database = |file: &Option<PathBuf>, path: &str| match file {
        None => Ok(format!("kind = \"sqlite\"\npath = \"{path}\"")),
        Some(file) => Ok::<_, Failure>(format!(
            "kind = \"postgres\"\nurl_file = {:?}",
            absolute(file)?
        )),
    };
    let text = format!(
        "# Made by `strongroom demo`. `strongroom config sample` explains every key.\n\
         environment = \"demo\"\nregion = \"local\"\norigin = \"strongroom.local\"\npublic_url = \"listen\"\ntenants = [\"{TENANT}\"]\n\n\
         {listen}\n[tls]\ncertificate = \"tls/server.pem\"\nkey = \"tls/server.key\"\n\n\
         [data]\n{data}\n\n[keys]\n{keys}\n\n[files]\nkind = \"folder\"\npath = \"data/files\"\n\n\
         [backup]\nkey_file = \"secrets/backup.key\"\nscratch = \"data/scratch\"\nevery_hours = {hours}\n\n[backup.repository]\nkind = \"folder\"\npath = \"backup/repository\"\n\n[backup.keys]\nfolder = \"backup/keys\"\napart = \"apart\"\n\n\
         [seal]\n{seal}\n\n[register]\nfiles = [{register}]\n\n[mail]\nkind = \"folder\"\nfrom = \"Strongroom <no-reply@strongroom.local>\"\npath = \"data/mail\"\n\n[logging]\nlevel = \"warn\"\nformat = \"text\"\n",
        listen = where_sections(args),
        data = database(&args.postgres_data, "data/strongroom.sqlite")?,
        keys = database(&args.postgres_keys, "keys/keys.sqlite")?,
        register = register.join(", "),
        hours = args.backup_hours,
    );
    let path = folder.join(place::FILE);
    private::write(&path, text.as_bytes()).map_err(|error| Failure::file(&path, &error))
}

/// The folder of an installation with the defaults of a demonstration.
pub(super) fn lay_out_empty(folder: &Path) -> Result<(), Failure> {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let args = Demo {
        listen: any,
        metrics: any,
        data: None,
        persons: 0,
        seed: 0,
        passphrase_file: None,
        register: Vec::new(),
        postgres_data: None,
        postgres_keys: None,
        backup_hours: 0,
        ready_file: None,
    };
    lay_out(folder, &args)
}

fn rewrite_listen(folder: &Path, args: &Demo) -> Result<(), Failure> {
    let path = folder.join(place::FILE);
    let failed = |error: std::io::Error| Failure::file(&path, &error);
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let mut out = String::with_capacity(text.len());
    let mut skipping = false;
    for line in text.lines() {
        if line.starts_with('[') {
            skipping = matches!(line.trim(), "[listen]" | "[accounts]");
            if line.trim() == "[listen]" {
                out.push_str(&where_sections(args));
                out.push('\n');
            }
        }
        if !skipping {
            out.push_str(line);
            out.push('\n');
        }
    }
    private::write(&path, out.as_bytes()).map_err(failed)
}

async fn some_persons(
    installation: &Installation,
    tenant: &TenantId,
) -> Result<Vec<PersonId>, Failure> {
    let (ctx, authority) = installation.local(tenant, "demo");
    let thing = PersonAt {
        tenant: tenant.clone(),
        person: None,
    };
    let allowed = decide(&ctx, &authority, Verb::Read, thing)?;
    let (mut lines, _) = installation
        .vault
        .list_persons(&ctx, &allowed, None, PERSONS_LOOKED_AT)
        .await?;
    // In the order in which they were made, as the first time.
    lines.sort_by_key(|line| line.created_at);
    let mut persons = Vec::new();
    for line in lines {
        if persons.len() == PERSONS_LISTED {
            break;
        }
        let thing = PersonAt {
            tenant: tenant.clone(),
            person: Some(line.person),
        };
        let allowed = decide(&ctx, &authority, Verb::Read, thing)?;
        let (summary, _) = installation.vault.read_person(&ctx, &allowed).await?;
        // Others belong to checks and drills, which erase some.
        let patient = External::patient("");
        if summary
            .external
            .is_some_and(|it| it.starts_with(patient.as_str()))
        {
            persons.push(line.person);
        }
    }
    Ok(persons)
}

async fn tokens(
    installation: &Installation,
    tenant: &TenantId,
    person: Option<PersonId>,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut tokens = Vec::new();
    for role in Role::TOKENS {
        if role == Role::Person && person.is_none() {
            continue;
        }
        let new = NewToken {
            tenant: tenant.clone(),
            role,
            person: if role == Role::Person { person } else { None },
            scope: Scope::default(),
            label: "demonstration".to_owned(),
            lives: TOKENS_LIVE,
        };
        let (_, text) = token::make(installation, &new).await?;
        tokens.push((role.as_str(), text.expose().clone()));
    }
    Ok(tokens)
}

/// An account to sign in with.
struct Login {
    role: Role,
    email: String,
    password: Secret<String>,
}

/// An account of each role that people have, with a password of its own.
async fn accounts(
    installation: &Installation,
    tenant: &TenantId,
    person: Option<PersonId>,
) -> Result<Vec<Login>, Failure> {
    let (ctx, _) = installation.local(tenant, "demo");
    let mut logins = Vec::new();
    for role in [
        Role::Person,
        Role::Clinician,
        Role::Security,
        Role::Operator,
        Role::Compliance,
    ] {
        let (kind, person) = match (role, person) {
            (Role::Person, None) => continue,
            (Role::Person, Some(person)) => (Kind::Person, Some(person)),
            _ => (Kind::Staff, None),
        };
        let email = format!("{role}@demo.example");
        let new = NewAccount {
            kind,
            role,
            person,
            email: email.parse()?,
            name: format!("Demonstration {role}").parse()?,
            language: Language::En,
        };
        let password = loop {
            let password = crypt::token::generate(&*installation.rng);
            match installation.identity.add(&ctx, &new, &password).await {
                Ok(account) => {
                    if kind == Kind::Staff {
                        crate::appoint(installation, tenant, account, role).await?;
                    }
                    break password;
                }
                // By chance it held a word of the service's own.
                Err(IdentityError::Weak(_)) => {}
                Err(error) => return Err(error.into()),
            }
        };
        logins.push(Login {
            role,
            email,
            password,
        });
    }
    Ok(logins)
}

/// An app to try OAuth with, registered by one hand of the demonstration and reviewed by the other.
async fn sample_app(installation: &Installation, tenant: &TenantId) -> Result<Registered, Failure> {
    const NAME: &str = "Sample app";
    let oauth = &installation.oauth;
    let (ctx, _) = installation.local(tenant, "demo");
    let known = oauth.apps(tenant, None, 100).await?;
    let sample =
        |app: &&std::sync::Arc<App>| app.about.name == NAME && app.state == AppState::Active;
    if let Some(app) = known.iter().find(sample) {
        return Ok(oauth.renew_secret(&ctx, app.id).await?);
    }
    let settings = json!({
        "name": NAME,
        "auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "client_credentials", "refresh_token"],
        "redirect_uris": ["http://127.0.0.1/cb"],
        "scopes": "openid offline_access patient/*.rs system/*.rs",
        "purposes": ["TREAT", "PATRQT"],
    });
    let new = new_app(settings).map_err(Failure::text)?;
    let made = oauth.register_app(&ctx, &new).await?;
    let (review, _) = installation.local(tenant, "demo-review");
    oauth
        .review_app(&review, made.app, Verdict::Approve)
        .await?;
    Ok(made)
}

fn ready(
    serving: &Serving,
    folder: &Path,
    tenant: &TenantId,
    tokens: &[(&'static str, String)],
    accounts: &[Login],
    persons: &[PersonId],
    app: &Registered,
) -> Value {
    let accounts: serde_json::Map<_, _> = accounts
        .iter()
        .map(|login| {
            let login_json = json!({ "email": login.email, "password": login.password.expose() });
            (login.role.as_str().to_owned(), login_json)
        })
        .collect();
    let tokens: serde_json::Map<_, _> = tokens
        .iter()
        .map(|(role, text)| ((*role).to_owned(), text.clone().into()))
        .collect();
    json!({
        "url": format!("https://{}", serving.address),
        "ca_file": folder.join("tls/ca.pem"),
        "data": folder,
        "metrics_url": serving.metrics_address.map(|address| format!("http://{address}/metrics")),
        "tenant": tenant,
        "tokens": tokens,
        "accounts": accounts,
        "mail": folder.join("data/mail"),
        "persons": persons,
        "app": registered(app),
        "pid": std::process::id(),
    })
}

fn show(ready: &Value, patient: Option<&str>, began: Instant, lasts: bool) {
    let text = |pointer: &str| {
        ready
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("-")
            .to_owned()
    };
    let (url, ca) = (text("/url"), text("/ca_file"));
    let (app, security, person) = (
        text("/tokens/app"),
        text("/tokens/security"),
        text("/persons/0"),
    );
    talk(format_args!(
        "ready after {}",
        HumanDuration(began.elapsed())
    ));
    data(format_args!(
        "\nStrongroom serves {url}\n  (try {url}/trust and {url}/v1/docs)\n"
    ));
    data("Tokens, one per role:");
    if let Some(tokens) = ready.pointer("/tokens").and_then(Value::as_object) {
        for (role, token) in tokens {
            data(format_args!(
                "  {role:<13} {}",
                token.as_str().unwrap_or("-")
            ));
        }
    }
    let accounts = ready.pointer("/accounts").and_then(Value::as_object);
    if let Some(accounts) = accounts.filter(|accounts| !accounts.is_empty()) {
        data("\nAccounts, one per role (staff add a second factor when they first sign in):");
        for login in accounts.values() {
            let part = |key: &str| login.get(key).and_then(Value::as_str).unwrap_or("-");
            data(format_args!("  {:<26} {}", part("email"), part("password")));
        }
    }
    data(format_args!(
        "\nA sample app (OAuth 2.0):\n  client_id     {}\n  client_secret {}\n",
        text("/app/client_id"),
        text("/app/client_secret")
    ));
    data("Six things to try:\n");
    data("  # What is kept about one person");
    data(format_args!(
        "  curl --cacert '{ca}' -H 'Authorization: Bearer {app}' '{url}/v1/persons/{person}'\n"
    ));
    data("  # Write a day of the cycle diary");
    data(format_args!(
        "  curl --cacert '{ca}' -H 'Authorization: Bearer {app}' -H 'Content-Type: application/json' -X PUT -d '{{\"date\":\"2026-01-31\",\"flow\":\"light\"}}' '{url}/v1/persons/{person}/records/cycle-day/2026-01-31'\n"
    ));
    data("  # Open it, for a reason");
    data(format_args!(
        "  curl --cacert '{ca}' -H 'Authorization: Bearer {app}' -H 'Purpose-Of-Use: PATRQT' '{url}/v1/persons/{person}/records/cycle-day/2026-01-31'\n"
    ));
    let clinical = match patient {
        Some(patient) => format!("Observation?patient={patient}&_count=2"),
        None => "metadata".to_owned(),
    };
    data("  # Search clinical data as FHIR");
    data(format_args!(
        "  curl --cacert '{ca}' -H 'Authorization: Bearer {app}' -H 'Purpose-Of-Use: TREAT' '{url}/fhir/{clinical}'\n"
    ));
    data("  # See every look, as the security engineer does");
    data(format_args!(
        "  curl --cacert '{ca}' -H 'Authorization: Bearer {security}' '{url}/v1/log?limit=5'\n"
    ));
    data("  # A token for the sample app, by its own right");
    data(format_args!(
        "  curl --cacert '{ca}' -u '{}:{}' -d 'grant_type=client_credentials' '{url}/oauth2/token'\n",
        text("/app/client_id"),
        text("/app/client_secret")
    ));
    if lasts {
        data(format_args!(
            "Everything is kept in {}. Stop with Ctrl-C; the same command starts it again.",
            text("/data")
        ));
    } else {
        data("Stop with Ctrl-C; everything is gone then. `--data DIR` keeps it.");
    }
}
