//! A running server: sockets, jobs that tick, and an orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use web::{App, Listener, Metrics};

use crate::api::{self, House, TokenGate};
use crate::backup::clock;
use crate::config::PUBLIC_URL_LISTEN;
use crate::probes::{self, Running};
use crate::{Failure, Installation, jobs, nodes, post, tls};

/// How often the heads of the logs are remembered outside the data database: the most that can be cut off unseen.
const REMEMBER_EVERY: Duration = Duration::from_secs(1);
/// How often keys that another node rotated are read again, and idle ones let go.
const REFRESH_EVERY: Duration = Duration::from_secs(60);

/// How often it is looked whether there are reviews to tell of.
const REMIND_EVERY: Duration = Duration::from_mins(10);

/// A server that runs until it is told to stop.
pub struct Serving {
    /// HTTPS.
    pub address: SocketAddr,
    /// Metrics and health, if configured.
    pub metrics_address: Option<SocketAddr>,
    house: House,
    running: Running,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Serving {
    /// Open the sockets and serve.
    ///
    /// # Errors
    /// [`Failure`]: the address is taken, the certificate cannot be used.
    pub async fn begin(installation: Installation) -> Result<Self, Failure> {
        let listener = Listener::open(installation.config.listen.https).await?;
        Self::begin_at(installation, listener).await
    }

    /// Serve, and do nothing else: no job of the queue is carried out, and nothing happens by the clock. For an installation that is a copy:
    /// what waits in it is the original's to do.
    ///
    /// # Errors
    /// As [`Serving::begin`].
    pub(crate) async fn begin_idle(installation: Installation) -> Result<Self, Failure> {
        let listener = Listener::open(installation.config.listen.https).await?;
        Self::begin_as(installation, listener, Work::Idle).await
    }

    /// Serve at a socket that is open already.
    ///
    /// # Errors
    /// [`Failure`]: the certificate cannot be used, the address of the metrics is taken.
    pub async fn begin_at(installation: Installation, listener: Listener) -> Result<Self, Failure> {
        Self::begin_as(installation, listener, Work::Queue).await
    }

    async fn begin_as(
        installation: Installation,
        listener: Listener,
        work: Work,
    ) -> Result<Self, Failure> {
        let config = &installation.config;
        let tls = tls::server(&config.tls.certificate, &config.tls.key)?;
        let metrics_listener = match config.listen.metrics {
            None => None,
            Some(address) => Some(Listener::open(address).await?),
        };
        let listener = listener.believing(config.listen.proxies.clone());
        let address = listener.address();
        let post = post::open(config.mail.as_ref())?;
        let installation = match &installation.config.public_url {
            Some(word) if word == PUBLIC_URL_LISTEN => {
                installation.at(format!("https://{address}"))?
            }
            _ => installation,
        };
        let metrics_address = metrics_listener.as_ref().map(Listener::address);

        if work == Work::Queue {
            installation.complete_erasures().await?;
        }
        let house: House = Arc::new(installation);
        let metrics = Arc::new(Metrics::new());
        let app = App {
            gate: Arc::new(TokenGate(Arc::clone(&house))),
            clock: Arc::clone(&house.clock),
            rng: Arc::clone(&house.rng),
            metrics: Arc::clone(&metrics),
            site: Arc::clone(&house.site),
        };
        let router = app.router(api::routes(&house));
        let running = Running {
            router: router.clone(),
            metrics: Arc::clone(&metrics),
            address,
        };
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(web::secure(
            listener,
            tls,
            router,
            Arc::clone(&metrics),
            stopping.clone(),
        ));
        if let Some(listener) = metrics_listener {
            let router = side_router(&house, &metrics, stopping.clone());
            tasks.spawn(web::plain(listener, router, metrics, stopping.clone()));
        }
        if work == Work::Queue {
            tasks.spawn(jobs::work(Arc::clone(&house), post, stopping.clone()));
            tasks.spawn(index_logs(Arc::clone(&house), stopping.clone()));
            let port = address.port();
            tasks.spawn(nodes::tell(Arc::clone(&house), port, stopping.clone()));
            tasks.spawn(tick(Arc::clone(&house), stopping));
        }
        Ok(Self {
            address,
            metrics_address,
            house,
            running,
            stop,
            tasks,
        })
    }

    /// What runs: routes, counters, address.
    #[must_use]
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// Check the promises from now on, beside everything else.
    pub fn check_promises(&mut self) {
        let (house, running) = (Arc::clone(&self.house), self.running.clone());
        self.tasks
            .spawn(probes::watch(house, running, self.stop.subscribe()));
    }

    /// Make recovery points and run drills by the clock from now on, where there are backups. `program` is this program.
    pub fn keep_going(&mut self, program: PathBuf) {
        if self.house.config.backup.is_some() {
            let house = Arc::clone(&self.house);
            self.tasks
                .spawn(clock::watch(house, program, self.stop.subscribe()));
        } else {
            let db = self.house.db.clone();
            self.tasks.spawn(async move {
                // Backups were switched off: what waits for nobody would fill the disk of PostgreSQL.
                if let Err(error) = db.forget_slots().await {
                    tracing::warn!(%error, "a replication slot of an earlier stream may still be there");
                }
            });
        }
    }

    /// The installation it serves.
    #[must_use]
    pub fn house(&self) -> &House {
        &self.house
    }

    /// Serve until SIGTERM or Ctrl-C; then finish what runs, and let go. After SIGTERM load balancers are told first, and given time.
    pub async fn until_told(self, mut told: Told) {
        if told.heard().await == Signal::Terminate {
            self.house.goes.store(true, Ordering::Relaxed);
            self.house.going.notify_one();
            let drain = Duration::from_secs(self.house.config.listen.drain_seconds.into());
            tracing::info!(
                seconds = drain.as_secs(),
                "going: not ready any more, requests are still taken"
            );
            tokio::select! {
                () = tokio::time::sleep(drain) => {}
                // Who says it twice means now.
                _ = told.heard() => {}
            }
        }
        tracing::info!("stopping: finishing what runs");
        self.end().await;
    }

    /// Finish what runs, and let go.
    pub async fn end(mut self) {
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
        drop(self.running);
        if let Some(installation) = Arc::into_inner(self.house) {
            installation.close().await;
        }
    }
}

/// What is done beside serving.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// The queue, and what happens by the clock.
    Queue,
    /// Nothing.
    Idle,
}

/// How it was told to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Terminate,
    Interrupt,
}

/// Hears when it is told to end. Made before the sockets are opened, so that nobody is told too early.
pub struct Told(Option<tokio::signal::unix::Signal>);

impl Told {
    /// Listen from now on.
    #[must_use]
    pub fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(terminate) => Self(Some(terminate)),
            Err(error) => {
                tracing::warn!(%error, "cannot wait for SIGTERM; Ctrl-C still ends it");
                Self(None)
            }
        }
    }

    async fn heard(&mut self) -> Signal {
        let Some(terminate) = &mut self.0 else {
            let _ = tokio::signal::ctrl_c().await;
            return Signal::Interrupt;
        };
        tokio::select! {
            _ = terminate.recv() => Signal::Terminate,
            _ = tokio::signal::ctrl_c() => Signal::Interrupt,
        }
    }
}

/// Wait until the server is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A dropped sender means stop as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Index the logs by person, a minute at most behind. A task of its own: a long log that was never indexed takes a while.
async fn index_logs(house: House, mut stop: watch::Receiver<bool>) {
    let mut again = tokio::time::interval(REFRESH_EVERY);
    again.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = again.tick() => {}
            () = stopped(&mut stop) => return,
        }
        for tenant in house.tenants() {
            let indexed = tokio::select! {
                indexed = house.log.index_by_person(&tenant, &*house.rng) => indexed,
                () = stopped(&mut stop) => return,
            };
            if let Err(error) = indexed {
                tracing::error!(%tenant, %error, "the log was not indexed by person; answers take longer until it is");
            }
        }
    }
}

/// What happens by the clock.
async fn tick(house: House, mut stop: watch::Receiver<bool>) {
    let mut remember = tokio::time::interval(REMEMBER_EVERY);
    let mut refresh = tokio::time::interval(REFRESH_EVERY);
    remember.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    refresh.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut remind = tokio::time::interval(REMIND_EVERY);
    remind.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut failed = 0;
    loop {
        tokio::select! {
            _ = remember.tick() => {
                if let Err(error) = house.remember_heads().await {
                    tracing::error!(%error, "the heads of the logs were not remembered");
                }
                // What a log refuses may be signed or sealed with a key that a command or another node made since.
                let before = std::mem::replace(&mut failed, house.db.stats().sets_failed);
                if before != failed {
                    read_keys_again(&house).await;
                }
            }
            _ = refresh.tick() => {
                house.keys.sweep();
                read_keys_again(&house).await;
                if let Err(error) = house.oauth.tick().await {
                    tracing::warn!(%error, "signing keys did not take their turn, or old tokens were not forgotten");
                }
                if let Err(error) = crate::let_fall(&house).await {
                    tracing::warn!(%error, "privileges that ran out were not ended");
                }
                if let Err(error) = house.vault.forget_answers(house.clock.now()).await {
                    tracing::warn!(%error, "old answers were not forgotten");
                }
                if let Err(error) = house.identity.prune(house.clock.now()).await {
                    tracing::warn!(%error, "what is over of sign-ins was not forgotten");
                }
            }
            _ = remind.tick() => {
                if let Err(error) = crate::remind(&house).await {
                    tracing::warn!(%error, "reviews that are due were not told of");
                }
                if let Err(error) = crate::rights::remind(&house).await {
                    tracing::warn!(%error, "requests of data subjects that are due were not told of");
                }
                if let Err(error) = crate::erasures::carry_out(&house).await {
                    tracing::warn!(%error, "erasures that are due were not carried out");
                }
                if let Err(error) = crate::contract::carry_out(&house).await {
                    tracing::warn!(%error, "contracts that are over were not looked for");
                }
                if let Err(error) = crate::retention::begin(&house).await {
                    tracing::warn!(%error, "what is past its time was not looked for");
                }
                if let Err(error) = crate::exports::forget(&house).await {
                    tracing::warn!(%error, "archives whose time is over were not deleted");
                }
                if let Err(error) = crate::bulk::forget(&house).await {
                    tracing::warn!(%error, "bulk exports whose time is over were not forgotten");
                }
                if let Err(error) = crate::sharing::keep(&house).await {
                    tracing::warn!(%error, "grants that ran out were not noted, or people not told of those that will");
                }
                if let Err(error) = crate::backup::keep_keys_if_due(&house).await {
                    tracing::error!(%error, "the key store was not backed up; who was erased lately is in older backups of it until it is");
                }
                if let Err(error) = crate::erasures::confirm(&house).await {
                    tracing::warn!(%error, "certificates do not say yet since when somebody erased is beyond reach");
                }
                if let Err(error) = jobs::forget_done(&house).await {
                    tracing::warn!(%error, "jobs that were done were not forgotten");
                }
            }
            () = stopped(&mut stop) => break,
        }
    }
}

async fn read_keys_again(house: &House) {
    if let Err(error) = house.keys.refresh().await {
        tracing::warn!(%error, "keys were not read again");
    }
}

/// `/metrics`, `/healthz` and `/readyz` on the side listener.
fn side_router(house: &House, metrics: &Arc<Metrics>, stop: watch::Receiver<bool>) -> axum::Router {
    use axum::routing::get;
    use http::StatusCode;
    let (metrics, house) = (Arc::clone(metrics), Arc::clone(house));
    let gauges = api::Gauges::new(&metrics);
    let for_metrics = Arc::clone(&house);
    axum::Router::new()
        .route(
            "/metrics",
            get(move || async move {
                gauges.read(&for_metrics).await;
                let head = [(
                    "content-type",
                    "application/openmetrics-text; version=1.0.0; charset=utf-8",
                )];
                (head, metrics.text())
            }),
        )
        .route("/healthz", get(|| async { "ok\n" }))
        .route(
            "/readyz",
            get(move || {
                let (house, stopping) = (Arc::clone(&house), *stop.borrow());
                async move {
                    if stopping {
                        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n".to_owned());
                    }
                    match api::ready(&house).await {
                        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
                        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n")),
                    }
                }
            }),
        )
}
