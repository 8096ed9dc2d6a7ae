//! One installation, opened: databases, keys, log, vault, tokens. What every command works on, at rest or beside a
//! running server.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use audit::anchor::Anchors;
use audit::{Log, LogJournal};
use base::{Clock, Ctx, Purpose, RequestId, Rng, Secret, TenantId};
use consent::Consents;
use identity::oauth::{self, Oauth, SignedIn};
use identity::{Identity, Parts};
use keys::seal::{KeyFile, Passphrase, Pkcs11, Pkcs11Settings, Seal, read_secret_file};
use keys::{CacheLimits, Keys, Settings};
use policy::access::Access;
use policy::{Authority, RegisterShape, RuleFile, Rules, Tokens};
use store::{Db, DbConfig};
use vault::Vault;
use vault::register::Register;

use crate::clock::SystemClock;
use crate::config::{Config, Database, SealConfig};
use crate::nodes::Sends;
use crate::people::VaultPeople;
use crate::secrets::KeySecrets;
use crate::sharing::KeptAnswers;
use crate::{Failure, OPERATOR, backup, files, private};

/// An installation, open.
pub struct Installation {
    /// As configured.
    pub config: Config,
    /// The vault.
    pub vault: Vault,
    /// The logs.
    pub log: Log,
    /// Tokens.
    pub tokens: Arc<Tokens>,
    /// Accounts of people and staff.
    pub identity: Arc<Identity>,
    /// Apps and what people let them do.
    pub oauth: Arc<Oauth>,
    /// What people are asked, and what they let whom do.
    pub consents: Arc<Consents>,
    /// Who sits in front of a browser, as the pages of OAuth see it.
    pub signed_in: Arc<dyn SignedIn>,
    /// Who holds which privilege, and emergencies.
    pub access: Arc<Access>,
    /// The key tree.
    pub keys: Arc<Keys>,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
    /// The system's randomness.
    pub rng: Arc<dyn Rng>,
    /// Refuses to append to a log that lost its end.
    pub journal: Arc<LogJournal>,
    /// Where heads of the logs are remembered outside the data database.
    pub anchors: Arc<dyn Anchors>,
    /// The evidence of checks, and much else, lies here too.
    pub db: Db,
    /// What all pages share.
    pub site: Arc<web::Site>,
    /// Since when it is open.
    pub opened_at: base::Instant,
    /// Whether it is about to go: load balancers are told so.
    pub goes: Arc<AtomicBool>,
    /// Told when it goes.
    pub(crate) going: Arc<tokio::sync::Notify>,
    /// What it does for what leaves between two recovery points.
    pub(crate) sends: Arc<parking_lot::Mutex<Sends>>,
}

/// Whether a database that waits at the gate may be opened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    /// It may not.
    Shut,
    /// It may, by what has it pass.
    Passing,
}

impl Installation {
    /// Open the installation of `config`, and make what is not there yet: folders, keys, tenants.
    ///
    /// # Errors
    /// [`Failure`], with what to do next.
    pub async fn open(config: Config) -> Result<Self, Failure> {
        Self::open_by(config, Arc::new(SystemClock)).await
    }

    /// [`Installation::open`] by another clock than the machine's.
    ///
    /// # Errors
    /// As [`Installation::open`].
    pub async fn open_by(config: Config, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        Self::open_as(config, clock, Gate::Shut).await
    }

    /// Open a restored installation that serves nobody yet, to have it pass the gate. Its logs may be shorter than the key store remembers.
    ///
    /// # Errors
    /// As [`Installation::open`].
    pub(crate) async fn open_at_gate(config: Config) -> Result<Self, Failure> {
        Self::open_as(config, Arc::new(SystemClock), Gate::Passing).await
    }

    async fn open_as(config: Config, clock: Arc<dyn Clock>, gate: Gate) -> Result<Self, Failure> {
        let rng: Arc<dyn Rng> = Arc::new(crypt::SystemRng);
        let register = Arc::new(register(&config)?);
        // An installation is a process: its rules are in force in all of it. Those of the program, which name no collection and
        // which its tests validate, are already.
        if !config.access.policies.is_empty() {
            Arc::new(rules(&config, &register)?).adopt();
        }

        let keys = keys(&config, &clock, &rng).await?;

        let logs = audit::Installation {
            host: config.origin.as_str().into(),
            environment: config.environment.clone(),
        };
        let journal = Arc::new(LogJournal::new(
            logs.clone(),
            Arc::clone(&keys) as _,
            Arc::clone(&rng),
        ));
        if gate == Gate::Shut {
            backup::before_migrating(&config, &keys, &clock, &rng).await?;
        }
        let db = Db::open(
            // A record that a person deletes leaves keys behind which would open it: its bytes must go.
            database(&config.data, true)?,
            store::migrations::DATA,
            Some(Arc::clone(&journal) as _),
        )
        .await?;
        let log = Log::new(db.clone(), logs, Arc::clone(&keys) as _);
        let anchors: Arc<dyn Anchors> = Arc::clone(&keys) as _;
        if gate == Gate::Shut {
            if let Some(point) = crate::gate::waits(&db).await? {
                return Err(crate::gate::refusal(point));
            }
            for tenant in all_tenants(&config) {
                if let Some(last) = anchors.recall(&tenant).await?.last() {
                    journal.hold_floor(&tenant, last.size);
                }
            }
        }

        let objects = files::open(&config.files, &rng).await?;
        let vault = Vault::new(vault::Parts {
            db: db.clone(),
            keys: Arc::clone(&keys),
            register,
            objects,
            environment: config.environment.clone(),
            rng: Arc::clone(&rng),
            secrets: Arc::new(KeySecrets {
                keys: Arc::clone(&keys),
                environment: config.environment.clone(),
                rng: Arc::clone(&rng),
            }),
            by_consent: config.consent.purposes.clone(),
            notes_unsent: config.backup.is_some(),
        });
        let tokens = Arc::new(Tokens::new(
            db.clone(),
            Arc::clone(&clock),
            Arc::clone(&rng),
        ));
        let site = crate::site::site(&config.origin, &keys)?;
        let identity = Arc::new(Identity::new(Parts {
            db: db.clone(),
            secrets: Arc::new(KeySecrets {
                keys: Arc::clone(&keys),
                environment: config.environment.clone(),
                rng: Arc::clone(&rng),
            }),
            people: Arc::new(VaultPeople(vault.clone())),
            clock: Arc::clone(&clock),
            rng: Arc::clone(&rng),
            settings: config.accounts.settings(&config),
        })?);
        let access = Arc::new(Access::new(
            db.clone(),
            Arc::clone(&clock),
            Arc::clone(&rng),
            config.access.settings(),
        ));
        let opened_at = clock.now();
        let consents = consents(&config, &db, &keys, &rng);
        let oauth = apps(&config, &db, &keys, &clock, &rng, &vault, &consents)?;
        let installation = Self {
            site,
            opened_at,
            goes: Arc::default(),
            going: Arc::default(),
            sends: Arc::default(),
            config,
            vault,
            log,
            tokens,
            signed_in: Arc::clone(&identity) as _,
            identity,
            consents,
            oauth,
            access,
            keys,
            clock,
            rng,
            journal,
            anchors,
            db,
        };
        for tenant in installation.tenants() {
            let (ctx, _) = installation.local(&tenant, "start");
            installation
                .vault
                .open_tenant(&ctx, &installation.config.region)
                .await?;
        }
        Ok(installation)
    }

    /// Complete erasures that a crash cut short, in every tenant. For who serves, before it does: to a command beside a running server,
    /// what that server is in the middle of looks cut short.
    ///
    /// # Errors
    /// [`Failure`]: storage and key failures.
    pub async fn complete_erasures(&self) -> Result<(), Failure> {
        for tenant in self.tenants() {
            let resumed = self.vault.resume_erasures(&tenant).await?;
            if resumed > 0 {
                tracing::warn!(tenant = %tenant, resumed, "completed erasures that were cut short");
            }
        }
        Ok(())
    }

    /// Only the key tree of `config`, with the keys of every tenant.
    ///
    /// # Errors
    /// [`Failure`], with what to do next.
    pub async fn open_keys(config: &Config) -> Result<Arc<Keys>, Failure> {
        let (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>) =
            (Arc::new(SystemClock), Arc::new(crypt::SystemRng));
        keys(config, &clock, &rng).await
    }

    /// The same installation, reached at another address.
    ///
    /// # Errors
    /// [`Failure`], never in practice.
    pub fn at(mut self, public_url: String) -> Result<Self, Failure> {
        self.config.public_url = Some(public_url);
        self.oauth = apps(
            &self.config,
            &self.db,
            &self.keys,
            &self.clock,
            &self.rng,
            &self.vault,
            &self.consents,
        )?;
        Ok(self)
    }

    /// The same installation with its data reached through `db`: for a check that takes something away.
    #[must_use]
    pub(crate) fn over(&self, db: Db) -> Self {
        let host = self.config.origin.as_str().into();
        let environment = self.config.environment.clone();
        let logs = audit::Installation { host, environment };
        Self {
            config: self.config.clone(),
            vault: Vault::new(vault::Parts {
                db: db.clone(),
                keys: Arc::clone(&self.keys),
                register: Arc::clone(self.vault.register()),
                objects: Arc::clone(self.vault.objects()),
                environment: self.config.environment.clone(),
                rng: Arc::clone(&self.rng),
                secrets: Arc::new(KeySecrets {
                    keys: Arc::clone(&self.keys),
                    environment: self.config.environment.clone(),
                    rng: Arc::clone(&self.rng),
                }),
                by_consent: self.config.consent.purposes.clone(),
                notes_unsent: self.config.backup.is_some(),
            }),
            log: Log::new(db.clone(), logs, Arc::clone(&self.keys) as _),
            tokens: Arc::new(Tokens::new(
                db.clone(),
                Arc::clone(&self.clock),
                Arc::clone(&self.rng),
            )),
            identity: Arc::clone(&self.identity),
            consents: Arc::clone(&self.consents),
            oauth: Arc::clone(&self.oauth),
            signed_in: Arc::clone(&self.signed_in),
            access: Arc::new(Access::new(
                db.clone(),
                Arc::clone(&self.clock),
                Arc::clone(&self.rng),
                *self.access.settings(),
            )),
            keys: Arc::clone(&self.keys),
            clock: Arc::clone(&self.clock),
            rng: Arc::clone(&self.rng),
            journal: Arc::clone(&self.journal),
            anchors: Arc::clone(&self.anchors),
            db,
            site: Arc::clone(&self.site),
            opened_at: self.opened_at,
            goes: Arc::clone(&self.goes),
            going: Arc::clone(&self.going),
            sends: Arc::clone(&self.sends),
        }
    }

    /// Every tenant, the operator's own log last.
    #[must_use]
    pub fn tenants(&self) -> Vec<TenantId> {
        all_tenants(&self.config)
    }

    /// The circumstances of something that Strongroom itself does (a command, a job, a check).
    #[must_use]
    pub fn local(&self, tenant: &TenantId, name: &'static str) -> (Ctx, Authority) {
        let authority = Authority::system(tenant.clone(), name);
        let ctx = Ctx {
            tenant: tenant.clone(),
            actor: authority.actor(),
            purpose: Some(Purpose::Sysdev),
            request: RequestId::random(&*self.rng),
            now: self.clock.now(),
        };
        (ctx, authority)
    }

    /// Remember the heads of all logs outside the data database.
    ///
    /// # Errors
    /// When a log is shorter than was remembered, or a store cannot be used.
    pub async fn remember_heads(&self) -> Result<(), Failure> {
        for tenant in self.tenants() {
            self.log.remember(&tenant, &*self.anchors).await?;
        }
        Ok(())
    }

    /// Let go of everything in good order.
    pub async fn close(self) {
        if let Err(error) = self.remember_heads().await {
            tracing::warn!(%error, "the heads of the logs were not remembered");
        }
        self.db.close().await;
    }
}

async fn keys(
    config: &Config,
    clock: &Arc<dyn Clock>,
    rng: &Arc<dyn Rng>,
) -> Result<Arc<Keys>, Failure> {
    let db = Db::open(database(&config.keys, true)?, store::migrations::KEYS, None).await?;
    let settings = Settings {
        environment: config.environment.clone(),
        region: config.region.clone(),
        cache: CacheLimits::default(),
    };
    let backend = backend(&config.seal, &**rng)?;
    let keys = Keys::open_or_init(db, backend, settings, Arc::clone(clock), Arc::clone(rng));
    let keys = Arc::new(keys.await?);
    // The log's keys must be at hand before the first entry is written.
    for tenant in all_tenants(config) {
        keys.open_tenant(&tenant).await?;
    }
    Ok(keys)
}

/// What the data register knows, for the scopes of apps.
struct Collections(Arc<Register>);

impl oauth::Register for Collections {
    fn knows(&self, collection: &base::Name) -> bool {
        self.0.collection(collection.as_str()).is_some()
    }

    fn title(&self, collection: &base::Name) -> Option<String> {
        let collection = self.0.collection(collection.as_str())?;
        Some(collection.title.clone())
    }
}

fn apps(
    config: &Config,
    db: &Db,
    keys: &Arc<Keys>,
    clock: &Arc<dyn Clock>,
    rng: &Arc<dyn Rng>,
    vault: &Vault,
    consents: &Arc<Consents>,
) -> Result<Arc<Oauth>, Failure> {
    let operator = OPERATOR
        .parse()
        .map_err(|error: base::InvalidId| Failure::text(error.to_string()))?;
    Ok(Arc::new(Oauth::new(oauth::Parts {
        db: db.clone(),
        secrets: Arc::new(KeySecrets {
            keys: Arc::clone(keys),
            environment: config.environment.clone(),
            rng: Arc::clone(rng),
        }),
        register: Arc::new(Collections(Arc::clone(vault.register()))),
        patients: Arc::new(VaultPeople(vault.clone())),
        answers: Arc::new(KeptAnswers {
            consents: Arc::clone(consents),
            vault: vault.clone(),
            db: db.clone(),
        }),
        clock: Arc::clone(clock),
        rng: Arc::clone(rng),
        operator,
        lives: config.apps.lives(),
        issuer: config.public_url(),
    })))
}

fn consents(config: &Config, db: &Db, keys: &Arc<Keys>, rng: &Arc<dyn Rng>) -> Arc<Consents> {
    Arc::new(Consents::new(consent::Parts {
        db: db.clone(),
        secrets: Arc::new(KeySecrets {
            keys: Arc::clone(keys),
            environment: config.environment.clone(),
            rng: Arc::clone(rng),
        }),
        keys: Arc::clone(keys) as _,
        rng: Arc::clone(rng),
        settings: config.consent.settings(),
    }))
}

/// The circumstances of a call from outside.
#[must_use]
pub fn outside(
    authority: &Authority,
    purpose: Option<Purpose>,
    request: RequestId,
    now: base::Instant,
) -> Ctx {
    Ctx {
        tenant: authority.tenant().clone(),
        actor: authority.actor(),
        purpose,
        request,
        now,
    }
}

fn all_tenants(config: &Config) -> Vec<TenantId> {
    let mut tenants = config.tenants.clone();
    if let Ok(operator) = OPERATOR.parse() {
        tenants.push(operator);
    }
    tenants
}

/// The register: shipped packs and the installation's own files.
///
/// # Errors
/// With file, line and hint for each problem.
pub fn register(config: &Config) -> Result<Register, Failure> {
    let shipped = if config.register.without_packs {
        &[]
    } else {
        vault::register::PACKS
    };
    let mut files: Vec<(String, String)> = shipped
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    for path in &config.register.files {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        files.push((path.display().to_string(), text));
    }
    Ok(Register::parse(files)?)
}

/// The register as far as rules can depend on it.
#[must_use]
pub fn shape(register: &Register) -> RegisterShape {
    let collections = register.collections().iter();
    RegisterShape {
        collections: collections
            .map(|it| {
                let classes = it.fields.iter().map(|field| field.class).collect();
                (it.name.clone(), classes)
            })
            .collect(),
    }
}

/// The rules: those that come with the program, narrowed by the installation's own, checked against the register.
///
/// # Errors
/// With file, policy and reason for each problem.
pub fn rules(config: &Config, register: &Register) -> Result<Rules, Failure> {
    let mut own = Vec::new();
    for path in &config.access.policies {
        own.push(RuleFile {
            name: path.display().to_string(),
            text: std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?,
        });
    }
    Ok(Rules::compile(&shape(register), &own)?)
}

pub(crate) fn database(config: &Database, secure_delete: bool) -> Result<DbConfig, Failure> {
    match config {
        Database::Sqlite { path } => {
            if let Some(folder) = path.parent() {
                private::folder(folder).map_err(|error| Failure::file(folder, &error))?;
            }
            Ok(DbConfig::Sqlite {
                path: path.clone(),
                secure_delete,
            })
        }
        Database::Postgres {
            url_file,
            tls,
            ca_file,
        } => Ok(DbConfig::Postgres {
            url: Arc::new(crate::postgres::postgres_url(
                url_file,
                *tls,
                ca_file.as_deref(),
            )?),
        }),
    }
}

pub(crate) fn secret_text(path: &Path) -> Result<Secret<String>, Failure> {
    let bytes = read_secret_file(path)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::text(format!("{} is not UTF-8", path.display())))?;
    Ok(Secret::new(text.trim().to_owned()))
}

pub(crate) fn backend(config: &SealConfig, rng: &dyn Rng) -> Result<Arc<dyn Seal>, Failure> {
    Ok(match config {
        SealConfig::KeyFile { path } => {
            if path.exists() {
                Arc::new(KeyFile::new(path.clone()))
            } else {
                make_folder_of(path)?;
                Arc::new(KeyFile::create(path, rng)?)
            }
        }
        SealConfig::Passphrase { file } => {
            let text = read_secret_file(file)?;
            let end = text
                .iter()
                .rposition(|byte| !b"\r\n".contains(byte))
                .map_or(0, |last| last + 1);
            let text = text.get(..end).unwrap_or(&[]);
            Arc::new(Passphrase::new(
                text,
                crypt::passphrase::Params::RECOMMENDED,
            )?)
        }
        SealConfig::Pkcs11 {
            module,
            token,
            key_label,
            pin_file,
        } => Arc::new(Pkcs11::new(Pkcs11Settings {
            module: module.clone(),
            token: token.clone(),
            key_label: key_label.clone(),
            pin_file: pin_file.clone(),
        })),
    })
}

fn make_folder_of(path: &Path) -> Result<(), Failure> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    private::folder(&folder).map_err(|error| Failure::file(&folder, &error))
}
