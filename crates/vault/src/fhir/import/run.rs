//! Carries a run: one thread reads and cuts, the sink stores, a few batches at a time.

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::mpsc;

use super::read::{Chunk, Hung, Reader, line_of};
use super::source::Sources;
use super::{BATCHES_IN_FLIGHT, Note, Origin, Outcome, Sink, SinkError, Tally, Watch, Weight};

/// Why a run ended early. What was stored until then stays; running again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The sink takes nothing more.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// The reading thread is gone.
    #[error("reading the input ended unexpectedly")]
    Reader,
}

/// Read all of `sources` into `sink`. Bad resources are noted and the rest is taken.
pub async fn run(
    sources: Sources,
    sink: &impl Sink,
    watch: &mut dyn Watch,
) -> Result<Tally, ImportError> {
    let mut tally = Tally {
        bytes_total: sources.bytes(),
        ..Tally::default()
    };
    let (sender, receiver) = mpsc::channel::<Chunk>(BATCHES_IN_FLIGHT);
    let reader = tokio::task::spawn_blocking(move || {
        let mut send = |chunk| sender.blocking_send(chunk).map_err(|_| Hung);
        // Nobody listens any more only when the run has ended, and then there is nothing left to tell.
        let _ = Reader::new(&mut send).read(sources);
    });
    let chunks = stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    let mut stored = std::pin::pin!(
        chunks
            .map(async |chunk| {
                let outcomes = match chunk.batch.as_slice() {
                    [] => Ok(Vec::new()),
                    batch => sink.put_all(batch).await,
                };
                (chunk, outcomes)
            })
            .buffered(BATCHES_IN_FLIGHT)
    );
    while let Some((chunk, outcomes)) = stored.next().await {
        settle(&mut tally, watch, chunk, outcomes?);
    }
    reader.await.map_err(|_| ImportError::Reader)?;
    Ok(tally)
}

/// Count what became of a chunk and tell it.
fn settle(tally: &mut Tally, watch: &mut dyn Watch, chunk: Chunk, outcomes: Vec<Outcome>) {
    tally.bytes += chunk.bytes;
    tally.files += chunk.files;
    tally.repeated += chunk.repeated;
    for note in &chunk.notes {
        match note.weight {
            Weight::Refused => tally.refused += 1,
            Weight::Passed => tally.passed += 1,
        }
        watch.note(note);
    }
    for (prepared, outcome) in chunk.batch.into_iter().zip(outcomes) {
        let line = line_of(&prepared, &outcome);
        match outcome {
            Outcome::Created => tally.created += 1,
            Outcome::Updated => tally.updated += 1,
            Outcome::Unchanged => tally.unchanged += 1,
            Outcome::Refused { reason, pointer } => {
                tally.refused += 1;
                watch.note(&Note {
                    weight: Weight::Refused,
                    origin: Origin {
                        line,
                        ..prepared.origin
                    },
                    reason,
                    pointer,
                });
            }
        }
    }
    watch.progress(tally);
}
