//! Looks at a machine before the first start: what would hurt later, and how to mend it. It changes nothing.

mod bucket;
mod machine;
mod place;

use serde::Serialize;

use crate::config::Config;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// As it should be.
    Good,
    /// It works, and something is not as good as it could be, or cannot be told from here.
    Doubtful,
    /// It will not work, or would not keep what is promised.
    Bad,
}

impl Finding {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Doubtful => "doubtful",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Look {
    /// What: a stable word.
    pub on: &'static str,
    /// How it stands.
    pub finding: Finding,
    /// What was seen.
    pub seen: String,
    /// What to do, where there is something to do.
    pub mend: Option<String>,
}

impl Look {
    fn good(on: &'static str, seen: impl Into<String>) -> Self {
        Self {
            on,
            finding: Finding::Good,
            seen: seen.into(),
            mend: None,
        }
    }

    fn doubtful(on: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            on,
            finding: Finding::Doubtful,
            seen: seen.into(),
            mend: Some(mend.into()),
        }
    }

    fn bad(on: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            on,
            finding: Finding::Bad,
            seen: seen.into(),
            mend: Some(mend.into()),
        }
    }
}

/// Look at everything that `config` needs of the machine.
pub async fn look(config: &Config) -> Vec<Look> {
    let mut looks = vec![
        machine::user(),
        machine::clock(),
        machine::open_files(),
        machine::core_dumps(),
        machine::swap(),
        machine::memory(),
    ];
    looks.extend(place::folders(config));
    looks.extend(place::third(config));
    looks.extend(place::secrets(config));
    looks.push(place::certificate(config));
    looks.extend(place::sockets(config).await);
    looks.extend(place::databases(config).await);
    looks.extend(bucket::files(config).await);
    looks
}
