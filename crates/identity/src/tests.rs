//! Whole ways through: people who are invited, sign in, are guessed at, lose things; on each engine.

mod factors;
mod guessing;
mod letters;
// Beside the pages, since it speaks HTTP to them.
#[path = "pages/tests/mod.rs"]
mod pages;
mod passkeys;
mod passwords;
mod sessions;
mod sign_in;
mod soft_key;
mod timing;

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use audit::danger_testing::SeededKeys;
use audit::{Log, LogJournal};
use base::{
    Actor, ActorKind, Clock, Ctx, FixedClock, Instant, PersonId, RequestId, Secret, SeededRng,
    TenantId,
};
use crypt::passphrase::Params;
use crypt::{Context, Plain, SymmetricKey};
use parking_lot::Mutex;
use policy::Role;
use store::danger_testing::{TestDb, each_engine};
use store::{Sql, Statement};

use crate::mail::{Letter, Post, PostError};
use crate::*;

/// 2026-11-23T05:02:00Z.
const NOW: Instant = Instant::from_micros(1_795_410_120_000_000);
const GOOD: &str = "marmot thirteen gable rust";
const OTHER: &str = "lantern oboe quartz meadow";

/// A register without collections.
struct NoCollections;

impl oauth::Register for NoCollections {
    fn knows(&self, _: &base::Name) -> bool {
        false
    }

    fn title(&self, _: &base::Name) -> Option<String> {
        None
    }
}

/// A vault where everybody is Patient/marigold.
struct NoAnswers;

impl oauth::Answers for NoAnswers {
    fn ask<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a oauth::Sought,
    ) -> Pin<Box<dyn Future<Output = Result<oauth::Texts, oauth::Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(oauth::Texts::new()) })
    }

    fn answer<'a>(
        &'a self,
        _: &'a Ctx,
        _: &'a oauth::Sought,
        _: &'a str,
        _: oauth::Said,
    ) -> Pin<Box<dyn Future<Output = Result<store::WriteSet, oauth::Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(store::WriteSet::new()) })
    }

    fn covers<'a>(
        &'a self,
        _: &'a Ctx,
        _: base::GrantId,
        _: &'a oauth::Sought,
    ) -> Pin<Box<dyn Future<Output = Result<bool, oauth::Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(true) })
    }

    fn end<'a>(
        &'a self,
        _: &'a Ctx,
        _: base::GrantId,
    ) -> Pin<Box<dyn Future<Output = Result<store::WriteSet, oauth::Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(store::WriteSet::new()) })
    }
}

struct OnePatient;

impl oauth::Patients for OnePatient {
    fn patient<'a>(
        &'a self,
        _: &'a Ctx,
        _: PersonId,
    ) -> Pin<Box<dyn Future<Output = Result<Option<String>, oauth::Unknown>> + Send + 'a>> {
        Box::pin(async { Ok(Some("marigold".to_owned())) })
    }
}

/// Secrets in memory.
struct MemorySecrets(SymmetricKey, SeededRng);

impl MemorySecrets {
    fn context(tenant: &TenantId, place: &[&str]) -> Context {
        place.iter().fold(
            Context::new("identity").text(tenant.as_str()),
            |context, part| context.text(part),
        )
    }
}

impl Secrets for MemorySecrets {
    fn seal(
        &self,
        tenant: &TenantId,
        place: &[&str],
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretsError> {
        let context = Self::context(tenant, place);
        Ok(crypt::sealed::seal(&self.0, &context, plain, &self.1))
    }

    fn open(
        &self,
        tenant: &TenantId,
        place: &[&str],
        sealed: &[u8],
    ) -> Result<Plain, SecretsError> {
        let context = Self::context(tenant, place);
        crypt::sealed::open(&self.0, &context, sealed).map_err(|error| SecretsError {
            kind: base::ErrorKind::Tampered,
            code: "identity.altered",
            internal: error.to_string(),
        })
    }

    fn digest(
        &self,
        tenant: &TenantId,
        field: &'static str,
        value: &[u8],
    ) -> Result<[u8; 32], SecretsError> {
        let parts = [
            tenant.as_str().as_bytes(),
            b"/",
            field.as_bytes(),
            b"/",
            value,
        ];
        Ok(crypt::mac::hmac_sha256(&self.0, &parts))
    }
}

/// A vault where everybody is.
struct Everybody(SeededRng);

static THERE: Sql = Sql::both("SELECT 1");

impl People for Everybody {
    fn make<'a>(
        &'a self,
        _: &'a Ctx,
    ) -> Pin<Box<dyn Future<Output = Result<PersonId, IdentityError>> + Send + 'a>> {
        Box::pin(async { Ok(PersonId::random(&self.0)) })
    }

    fn is_there(&self, _: &TenantId, _: PersonId) -> Statement {
        Statement::new(&THERE, Vec::new()).expecting(1, self.guard())
    }

    fn guard(&self) -> &'static str {
        "person"
    }
}

/// A post office that keeps what it is given.
#[derive(Default)]
pub struct Box_ {
    letters: Mutex<Vec<(String, String, String)>>,
    refuses: Mutex<u32>,
}

impl Post for Box_ {
    fn send<'a>(
        &'a self,
        letter: &'a Letter,
    ) -> Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>> {
        Box::pin(async move {
            let mut refuses = self.refuses.lock();
            if *refuses > 0 {
                *refuses -= 1;
                return Err(PostError {
                    reason: "busy".into(),
                    for_good: false,
                });
            }
            self.letters.lock().push((
                letter.to.clone(),
                letter.subject.clone(),
                letter.text.clone(),
            ));
            Ok(())
        })
    }
}

/// One installation's accounts.
struct House {
    db: TestDb,
    identity: Identity,
    clock: Arc<FixedClock>,
    rng: Arc<SeededRng>,
    log: Log,
    post: Box_,
    tenant: TenantId,
}

/// Cheap, since it is the flow that is tested.
const CHEAP: Params = Params {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

fn settings() -> Settings {
    let mut settings = Settings::at("https://records.example");
    settings.passwords.cost = CHEAP;
    settings.passwords.threads = 2;
    settings.open_sign_up.insert("open".parse().unwrap(), true);
    settings
}

impl House {
    /// Apps over the same database. No test here registers one.
    fn oauth(&self) -> Arc<oauth::Oauth> {
        Arc::new(oauth::Oauth::new(oauth::Parts {
            db: self.db.db(),
            secrets: Arc::new(MemorySecrets(
                SymmetricKey::from_bytes([7; 32]),
                SeededRng::new(3),
            )),
            register: Arc::new(NoCollections),
            patients: Arc::new(OnePatient),
            answers: Arc::new(NoAnswers),
            clock: Arc::clone(&self.clock) as _,
            rng: Arc::clone(&self.rng) as _,
            operator: "operator".parse().unwrap(),
            lives: oauth::Lives::default(),
            issuer: "https://care.example".to_owned(),
        }))
    }

    fn identity(
        db: &TestDb,
        clock: &Arc<FixedClock>,
        rng: &Arc<SeededRng>,
        settings: Settings,
    ) -> Identity {
        Identity::new(Parts {
            db: db.db(),
            secrets: Arc::new(MemorySecrets(
                SymmetricKey::from_bytes([7; 32]),
                SeededRng::new(3),
            )),
            people: Arc::new(Everybody(SeededRng::new(4))),
            clock: Arc::clone(clock) as _,
            rng: Arc::clone(rng) as _,
            settings,
        })
        .unwrap()
    }

    async fn all() -> Vec<Self> {
        Self::all_with(settings()).await
    }

    async fn all_with(settings: Settings) -> Vec<Self> {
        let logs = audit::Installation {
            host: "test.example".into(),
            environment: "test".parse().unwrap(),
        };
        let keys = Arc::new(SeededKeys::new(1));
        let journal = LogJournal::new(
            logs.clone(),
            Arc::clone(&keys) as _,
            Arc::new(SeededRng::new(2)),
        );
        let databases = each_engine(store::migrations::DATA, Some(Arc::new(journal)))
            .await
            .unwrap();
        databases
            .into_iter()
            .map(|db| {
                let clock = Arc::new(FixedClock::at(NOW));
                let rng = Arc::new(SeededRng::new(5));
                Self {
                    identity: Self::identity(&db, &clock, &rng, settings.clone()),
                    log: Log::new(db.db(), logs.clone(), Arc::clone(&keys) as _),
                    db,
                    clock,
                    rng,
                    post: Box_::default(),
                    tenant: "acme".parse().unwrap(),
                }
            })
            .collect()
    }

    fn pass(&self, span: Duration) {
        self.clock.pass(span);
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Somebody at the door, from this address.
    fn caller(&self, address: &str) -> Caller {
        Caller {
            tenant: self.tenant.clone(),
            address: Some(address.parse::<IpAddr>().unwrap()),
            device: None,
            agent: Some("Firefox on Linux".parse().unwrap()),
            request: RequestId::random(&*self.rng),
            now: self.now(),
        }
    }

    fn home(&self) -> Caller {
        self.caller("192.0.2.1")
    }

    fn on(&self, device: &Secret<String>) -> Caller {
        Caller {
            device: Some(secret(device.expose())),
            ..self.home()
        }
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            tenant: self.tenant.clone(),
            actor: Actor {
                kind: ActorKind::System,
                id: "user".into(),
                role: "system".into(),
                authenticated_by: "local",
                grant: None,
            },
            purpose: None,
            request: RequestId::random(&*self.rng),
            now: self.now(),
        }
    }

    fn new_account(&self, email: &str, role: Role) -> NewAccount {
        let person = (role == Role::Person).then(|| PersonId::random(&*self.rng));
        NewAccount {
            kind: if person.is_some() {
                Kind::Person
            } else {
                Kind::Staff
            },
            role,
            person,
            email: email.parse().unwrap(),
            name: "Dagny Halvorsen".parse().unwrap(),
            language: Language::Sv,
        }
    }

    /// An account that was invited and has accepted.
    async fn account(&self, email: &str, role: Role, password: &str) -> Account {
        let new = self.new_account(email, role);
        let invited = self.identity.invite(&self.ctx(), &new).await.unwrap();
        // So that the newest letter is the one that a test asks for.
        self.letters().await;
        self.identity
            .accept(&self.home(), invited.link.expose(), None, &secret(password))
            .await
            .unwrap()
    }

    async fn try_in(
        &self,
        caller: &Caller,
        email: &str,
        password: &str,
    ) -> Result<Step, IdentityError> {
        self.identity
            .sign_in(caller, &email.parse().unwrap(), &secret(password))
            .await
    }

    /// A session of an account that has one factor.
    async fn session(&self, email: &str, password: &str) -> NewSession {
        session(self.try_in(&self.home(), email, password).await.unwrap())
    }

    async fn who(&self, session: &NewSession) -> SignedIn {
        self.identity
            .session(session.text.expose(), self.now())
            .await
            .unwrap()
    }

    /// Send what waits, and give back all letters so far.
    async fn letters(&self) -> Vec<(String, String, String)> {
        // Whose address it is is looked up first; letters come of it.
        for _ in 0..2 {
            let lease = Duration::from_secs(60);
            let jobs = store::jobs::claim(&self.db, &*self.rng, self.now(), lease, 100);
            for job in &jobs.await.unwrap() {
                let done = match job.job.kind.as_str() {
                    mail::ASKED_JOB => self.identity.answer_asked(job).await,
                    mail::JOB => self.identity.deliver(job, &self.post).await,
                    other => panic!("{other}"),
                };
                done.unwrap();
            }
        }
        self.post.letters.lock().clone()
    }

    /// The link in the newest letter that holds one.
    async fn link(&self) -> String {
        let letters = self.letters().await;
        let mut lines = letters.iter().rev().flat_map(|letter| letter.2.lines());
        let line = lines.find(|line| line.starts_with("https://")).unwrap();
        line.rsplit('/').next().unwrap().to_owned()
    }

    /// What the log says, newest last: action, outcome, code.
    async fn log(&self) -> Vec<(String, String, String)> {
        let size = self.log.size(&self.tenant).await.unwrap();
        let entries = self.log.entries(&self.tenant, 0, size).await.unwrap();
        entries
            .iter()
            .map(|logged| {
                let value: serde_json::Value = serde_json::from_slice(&logged.body).unwrap();
                let text = |key: &str| value[key].as_str().unwrap_or("").to_owned();
                (text("action"), text("outcome"), text("code"))
            })
            .collect()
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn session(step: Step) -> NewSession {
    match step {
        Step::Session(session) => session,
        other => panic!("no session: {other:?}"),
    }
}

fn enrol(step: Step) -> Secret<String> {
    match step {
        Step::Enrol { ticket, .. } => ticket.text,
        other => panic!("nothing to enrol: {other:?}"),
    }
}

fn second(step: Step) -> (Secret<String>, Vec<FactorKind>) {
    match step {
        Step::SecondFactor { ticket, kinds } => (ticket.text, kinds),
        other => panic!("no second factor: {other:?}"),
    }
}

#[tokio::test]
async fn every_statement_prepares_on_each_engine() {
    for house in House::all().await {
        for sql in STATEMENTS {
            let prepared = house.db.prepare(sql).await;
            assert!(
                prepared.is_ok(),
                "{}: {prepared:?}: {sql:?}",
                house.db.engine
            );
        }
    }
}
