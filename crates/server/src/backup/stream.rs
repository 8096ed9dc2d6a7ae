//! What is committed leaves the machine at most a second later, while a server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use continuity::generations::{Kept, KeyStream};
use continuity::stream::Stream;
use tokio::sync::watch;

use crate::api::House;
use crate::serving::stopped;
use crate::{Failure, backup, private};

/// Between two pieces.
const EVERY: Duration = Duration::from_millis(900);
/// What failed is tried again after this long; what was committed meanwhile waits.
const AGAIN: Duration = Duration::from_secs(5);

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
            Ok(Sending::NotYet) => AGAIN,
            // PostgreSQL has its own log, which others stream.
            Ok(Sending::Never) => return,
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
    /// There is no key yet: the first recovery point makes it.
    NotYet,
    Never,
}

/// What is followed.
#[derive(Default)]
struct Streams {
    data: Option<Stream>,
    keys: Option<KeyStream>,
}

async fn round(
    house: &House,
    streams: &mut Streams,
    wants_point: &AtomicBool,
) -> Result<Sending, Failure> {
    let Streams { data: stream, keys } = streams;
    if stream.is_none() {
        let section = backup::section(&house.config)?;
        if !section.key_file.exists() {
            return Ok(Sending::NotYet);
        }
        let scratch = &section.scratch;
        private::folder(scratch).map_err(|error| Failure::file(scratch, &error))?;
        let repository = backup::repository(&house.config)?;
        let state = backup::stream_state(&house.config)?;
        *stream = Stream::begin(repository, &house.db, state, Arc::clone(&house.rng)).await?;
    }
    let Some(stream) = stream else {
        return Ok(Sending::Never);
    };
    if keys.is_none() {
        let environment = house.config.environment.clone();
        let (db, places) = (house.keys.db(), backup::places(&house.config)?);
        *keys = KeyStream::begin(&db, places, environment, Arc::clone(&house.rng)).await?;
    }
    // Keys first: what is sealed under them goes out right after.
    if let Some(keys) = keys
        && keys.send(house.clock.now()).await? == Kept::NeedsGeneration
    {
        backup::keep_keys(house).await?;
        keys.send(house.clock.now()).await?;
    }
    let sent = stream.send(house.clock.now()).await?;
    if sent.begun {
        wants_point.store(true, Ordering::Relaxed);
    }
    Ok(Sending::Done)
}
