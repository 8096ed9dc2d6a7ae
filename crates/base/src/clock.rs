//! Time as a parameter. Nothing below `server` reads the machine's clock.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A moment, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The moment `micros` microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The moment `span` later. Saturates.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// The moment `span` before this one; the earliest there is, if that is too far.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_sub(micros))
    }

    /// How long ago `earlier` was; zero if it was not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC with microseconds, e.g. `2026-11-23T09:30:00.000000Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp:.6}"),
            Err(_) => write!(f, "@{}us", self.0),
        }
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment. May jump back when the machine's clock is set; whoever needs order keeps the last value.
    fn now(&self) -> Instant;
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub const fn at(now: Instant) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Set the clock, forward or back.
    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Let `span` pass.
    pub fn pass(&self, span: Duration) {
        self.set(self.now().after(span));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_prints_as_rfc_3339() {
        assert_eq!(
            Instant::from_micros(1_763_890_200_000_001).to_string(),
            "2025-11-23T09:30:00.000001Z"
        );
    }

    #[test]
    fn time_does_not_run_backwards_in_spans() {
        let early = Instant::from_micros(5);
        assert_eq!(early.since(Instant::from_micros(9)), Duration::ZERO);
    }
}
