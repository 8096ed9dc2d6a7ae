//! How far something is, for whoever watches.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustic_core::{HiddenProgress, Progress, ProgressBars, ProgressType, RusticProgress};

/// Somebody who watches.
pub trait Watch: Send + Sync {
    /// Something begins.
    fn begins(&self, what: &str);
    /// So many bytes of so many are done; `None`: nobody knows how many there are.
    fn moved(&self, bytes: u64, of: Option<u64>);
}

/// Nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Watch for Silent {
    fn begins(&self, _what: &str) {}
    fn moved(&self, _bytes: u64, _of: Option<u64>) {}
}

/// What the library tells, told to a [`Watch`].
#[derive(Clone)]
pub(crate) struct Bars(pub(crate) Arc<dyn Watch>);

impl fmt::Debug for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bars")
    }
}

impl ProgressBars for Bars {
    fn progress(&self, kind: ProgressType, _prefix: &str) -> Progress {
        match kind {
            ProgressType::Bytes => Progress::new(Bar {
                watch: Arc::clone(&self.0),
                done: AtomicU64::new(0),
                of: AtomicU64::new(0),
            }),
            ProgressType::Spinner | ProgressType::Counter => Progress::new(HiddenProgress),
        }
    }
}

struct Bar {
    watch: Arc<dyn Watch>,
    done: AtomicU64,
    of: AtomicU64,
}

impl fmt::Debug for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bar")
    }
}

impl RusticProgress for Bar {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, len: u64) {
        self.of.store(len, Ordering::Relaxed);
    }

    fn set_title(&self, _title: &str) {}

    fn inc(&self, inc: u64) {
        let done = self.done.fetch_add(inc, Ordering::Relaxed) + inc;
        let of = self.of.load(Ordering::Relaxed);
        self.watch.moved(done, (of > 0).then_some(of));
    }

    fn finish(&self) {}
}
