//! What is committed leaves the machine at most a second later, while a server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use continuity::ContinuityError;
use continuity::generations::{Kept, KeyRows, KeyStream};
use continuity::rows::{Begun, RowStream};
use continuity::sent_files::FileStream;
use continuity::stream::{Sent, Stream};
use store::changes::Lack;
use store::snapshot::Kind;
use tokio::sync::watch;

use crate::api::House;
use crate::serving::stopped;
use crate::{Failure, backup, private};

/// Between two pieces.
const EVERY: Duration = Duration::from_millis(900);
/// What failed is tried again after this long; what was committed meanwhile waits.
const AGAIN: Duration = Duration::from_secs(5);
/// A server that is not set up for it is asked again after this long.
const LACKING: Duration = Duration::from_secs(60);

/// Send until told to stop. `wants_point` becomes true when only a new recovery point can go on with what is sent.
pub(super) async fn send(
    house: House,
    wants_point: Arc<AtomicBool>,
    mut stop: watch::Receiver<bool>,
) {
    let mut streams = Streams::default();
    loop {
        let pause = match round(&house, &mut streams, &wants_point).await {
            Ok(Sending::Done) => EVERY,
            Ok(Sending::More) => Duration::ZERO,
            Ok(Sending::NotYet) => AGAIN,
            Ok(Sending::Lacks) => LACKING,
            Err(error) => {
                tracing::error!(%error, "what was committed lately has not left this machine; it is tried again");
                AGAIN
            }
        };
        let goes_on = tokio::select! {
            () = tokio::time::sleep(pause) => true,
            () = stopped(&mut stop) => false,
        };
        if !goes_on {
            // The last second as well.
            if let Err(error) = round(&house, &mut streams, &wants_point).await {
                tracing::warn!(%error, "the last of what was committed goes out at the next start");
            }
            return;
        }
    }
}

enum Sending {
    Done,
    /// There is more already.
    More,
    /// There is no key yet: the first recovery point makes it. Or another node sends.
    NotYet,
    /// PostgreSQL is not set up for it.
    Lacks,
}

/// What is followed, by pages of SQLite or by rows of PostgreSQL.
enum Data {
    Pages(Stream),
    Rows(RowStream),
}

impl Data {
    async fn send(&mut self, now: base::Instant) -> Result<Sent, ContinuityError> {
        match self {
            Self::Pages(stream) => stream.send(now).await,
            Self::Rows(stream) => stream.send(now).await,
        }
    }
}

enum Keys {
    Pages(KeyStream),
    Rows(KeyRows),
}

impl Keys {
    async fn send(&mut self, now: base::Instant) -> Result<Kept, ContinuityError> {
        match self {
            Self::Pages(stream) => stream.send(now).await,
            Self::Rows(stream) => stream.send(now).await,
        }
    }
}

#[derive(Default)]
struct Streams {
    data: Option<Data>,
    keys: Option<Keys>,
    /// What is missing, as it was said last: once is enough.
    said: [Option<Lack>; 2],
}

impl Streams {
    /// After a failure of PostgreSQL a session is not worth keeping; after another one it goes on where it was. For keys that matters: each
    /// new session needs a new generation.
    fn settle<T>(&mut self, sent: Result<T, ContinuityError>) -> Result<T, Failure> {
        if let Err(ContinuityError::Store(_)) = &sent {
            self.data.take_if(|it| matches!(it, Data::Rows(_)));
            self.keys.take_if(|it| matches!(it, Keys::Rows(_)));
        }
        Ok(sent?)
    }

    fn say(&mut self, which: usize, lack: Lack) {
        let what = if which == 0 { "data" } else { "keys" };
        if let Some(said) = self.said.get_mut(which)
            && said.replace(lack) != Some(lack)
        {
            tracing::warn!(
                database = what,
                lacks = lack.why(),
                "between two recovery points nothing of this database leaves the machine, until that is mended (docs/guides/postgresql.md)"
            );
        }
    }
}

async fn round(
    house: &House,
    streams: &mut Streams,
    wants_point: &AtomicBool,
) -> Result<Sending, Failure> {
    if streams.data.is_none() {
        match begin(house).await? {
            Some(Begun::Here(data)) => streams.data = Some(data),
            Some(Begun::Lacks(lack)) => {
                streams.say(0, lack);
                return Ok(Sending::Lacks);
            }
            _ => return Ok(Sending::NotYet),
        }
    }
    if streams.keys.is_none() {
        match begin_keys(house).await? {
            Begun::Here(keys) => streams.keys = Some(keys),
            Begun::Lacks(lack) => streams.say(1, lack),
            Begun::Elsewhere => return Ok(Sending::NotYet),
            Begun::ByPages => {}
        }
    }
    // Keys first: what is sealed under them goes out right after.
    if let Some(keys) = &mut streams.keys {
        let kept = keys.send(house.clock.now()).await;
        if streams.settle(kept)? == Kept::NeedsGeneration {
            backup::keep_keys(house).await?;
            if let Some(keys) = &mut streams.keys {
                let kept = keys.send(house.clock.now()).await;
                streams.settle(kept)?;
            }
        }
    }
    let Some(data) = &mut streams.data else {
        return Ok(Sending::NotYet);
    };
    let sent = data.send(house.clock.now()).await;
    let sent = streams.settle(sent)?;
    if sent.begun {
        wants_point.store(true, Ordering::Relaxed);
    }
    Ok(if sent.more {
        Sending::More
    } else {
        Sending::Done
    })
}

/// Follow the data. `None`: there is no key to seal with yet.
async fn begin(house: &House) -> Result<Option<Begun<Data>>, Failure> {
    let section = backup::section(&house.config)?;
    if !section.key_file.exists() {
        return Ok(None);
    }
    let scratch = &section.scratch;
    private::folder(scratch).map_err(|error| Failure::file(scratch, &error))?;
    let repository = backup::repository(&house.config)?;
    let state = backup::stream_state(&house.config)?;
    let rng = Arc::clone(&house.rng);
    let files = FileStream::new(
        repository.clone(),
        house.db.clone(),
        Arc::clone(house.vault.objects()),
        Arc::clone(&rng),
    );
    if house.db.kind() == Kind::Sqlite {
        let stream = Stream::begin(repository, &house.db, state, rng).await?;
        return Ok(stream.map(|it| Begun::Here(Data::Pages(it.with_files(files)))));
    }
    let begun = RowStream::begin(repository, &house.db, state, rng).await?;
    Ok(Some(begun.map(|it| Data::Rows(it.with_files(files)))))
}

async fn begin_keys(house: &House) -> Result<Begun<Keys>, Failure> {
    let environment = house.config.environment.clone();
    let (db, places) = (house.keys.db(), backup::places(&house.config)?);
    let rng = Arc::clone(&house.rng);
    if db.kind() == Kind::Sqlite {
        let stream = KeyStream::begin(&db, places, environment, rng).await?;
        return Ok(stream.map_or(Begun::ByPages, |it| Begun::Here(Keys::Pages(it))));
    }
    let chance = (Arc::clone(&house.clock), rng);
    let begun = KeyRows::begin(&db, places, environment, chance).await?;
    Ok(begun.map(Keys::Rows))
}
