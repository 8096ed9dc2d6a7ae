//! What the process writes about itself: structured lines on stderr. Never a value that somebody stored.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::Failure;
use crate::config::Logging;

/// Begin to write lines as configured.
///
/// # Errors
/// When the level is no filter.
pub fn begin(logging: &Logging) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&logging.level)
        .map_err(|error| Failure::usage(format!("logging.level: {error}")))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call (a test in the same process) changes nothing.
    let _ = if logging.format == "json" {
        builder.json().flatten_event(true).try_init()
    } else {
        builder
            .with_ansi(std::io::stderr().is_terminal())
            .try_init()
    };
    Ok(())
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
