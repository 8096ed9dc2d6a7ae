//! What the process writes about itself: structured lines on stderr. Never a value that somebody stored.
//!
//! What was written last is kept in memory as well, so that a check can search it ([`written`]); while one does, it also sees
//! what a chattier level would have written ([`Listening`]). What a check breaks on purpose alarms nobody: the lines about it are
//! kept, but not written ([`rehearsal`]).

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt, LevelFilter};
use tracing_subscriber::layer::{self, Filter, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

use crate::Failure;
use crate::config::Logging;

/// How much of what was written last is kept.
const KEPT_BYTES_MAX: usize = 4 << 20;

type Dial = reload::Handle<LevelFilter, Registry>;

static WRITTEN: Written = Written::new();
static OVERHEARD: Written = Written::new();
static DIAL: OnceLock<Dial> = OnceLock::new();
static LISTENERS: Mutex<usize> = Mutex::new(0);

/// Begin to write lines as configured.
///
/// # Errors
/// When the level is no filter.
pub fn begin(logging: &Logging) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&logging.level)
        .map_err(|error| Failure::usage(format!("logging.level: {error}")))?;
    // Off: costs nothing until a check listens.
    let (dial, handle) = reload::Layer::new(LevelFilter::OFF);
    let overheard = fmt::layer()
        .with_ansi(false)
        .with_writer(|| Keeper(&OVERHEARD))
        .with_filter(dial);
    let lines = fmt::layer().with_writer(|| Tee);
    let lines = if logging.format == "json" {
        let lines = lines.json().flatten_event(true);
        lines.with_filter(filter.and(InEarnest)).boxed()
    } else {
        let colours = io::stderr().is_terminal();
        let lines = lines.with_ansi(colours);
        lines.with_filter(filter.and(InEarnest)).boxed()
    };
    // A second call (a test in the same process) changes nothing.
    let begun = tracing_subscriber::registry()
        .with(overheard)
        .with(lines)
        .try_init();
    if begun.is_ok() {
        let _ = DIAL.set(handle);
    }
    Ok(())
}

/// The name of the span of what is broken on purpose.
const REHEARSAL: &str = "rehearsal";
/// Stands in what a thread of its own says of something that was broken on purpose, since spans do not reach there.
pub const ON_PURPOSE: &str = "closed on purpose, to see that nothing goes past it";

/// The span of something that a check breaks on purpose.
#[must_use]
pub fn rehearsal() -> tracing::Span {
    tracing::error_span!("rehearsal")
}

/// Lets lines through that are about the real thing.
struct InEarnest;

impl<S> Filter<S> for InEarnest
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn enabled(&self, _: &Metadata<'_>, _: &layer::Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, context: &layer::Context<'_, S>) -> bool {
        let mut said = Said(false);
        event.record(&mut said);
        let rehearsed = || {
            context
                .event_scope(event)
                .is_some_and(|mut scope| scope.any(|span| span.name() == REHEARSAL))
        };
        !said.0 && !rehearsed()
    }
}

/// Whether one of an event's fields says that it was on purpose.
struct Said(bool);

impl Visit for Said {
    fn record_debug(&mut self, _: &Field, value: &dyn std::fmt::Debug) {
        self.0 = self.0 || format!("{value:?}").contains(ON_PURPOSE);
    }
}

/// What this process has written about itself, as far as it is kept; and what it would have at the level `debug`, while
/// somebody was [`Listening`].
#[must_use]
pub fn written() -> [(&'static str, Vec<u8>); 2] {
    [
        ("log lines", WRITTEN.bytes()),
        ("log lines at level debug", OVERHEARD.bytes()),
    ]
}

/// While this is held, lines at the level `debug` are kept too. They are not written anywhere.
#[derive(Debug)]
pub struct Listening(());

impl Listening {
    /// Begin to listen.
    #[must_use]
    pub fn begin() -> Self {
        let mut listeners = LISTENERS.lock();
        *listeners += 1;
        if *listeners == 1 {
            turn(LevelFilter::DEBUG);
        }
        Self(())
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut listeners = LISTENERS.lock();
        *listeners -= 1;
        if *listeners == 0 {
            turn(LevelFilter::OFF);
            OVERHEARD.0.lock().clear();
        }
    }
}

fn turn(level: LevelFilter) {
    if let Some(dial) = DIAL.get() {
        // Fails only when the subscriber is gone.
        let _ = dial.reload(level);
    }
}

/// The end of what was written.
struct Written(Mutex<VecDeque<u8>>);

impl Written {
    const fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().iter().copied().collect()
    }

    fn keep(&self, bytes: &[u8]) {
        let mut kept = self.0.lock();
        kept.extend(bytes);
        let over = kept.len().saturating_sub(KEPT_BYTES_MAX);
        kept.drain(..over);
    }
}

/// Keeps what is written through it.
struct Keeper(&'static Written);

impl Write for Keeper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.keep(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// To stderr, and kept.
struct Tee;

impl Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.keep(bytes);
        io::stderr().write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// A panic's message may hold what was being worked on: only where it happened is written.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        tracing::error!(at = place, "a task failed unexpectedly");
    }));
}

/// Memory of this process never becomes a file: it holds keys and plaintext.
pub fn no_core_dumps() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let limited = setrlimit(Resource::Core, none);
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if limited.is_err() || hidden.is_err() {
        tracing::warn!("core dumps could not be switched off");
    }
}
