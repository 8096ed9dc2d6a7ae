//! A zip archive as a stream: what is written comes out piece by piece, sealed under a passphrase if there is one.
//!
//! Squeezing and hashing take as long as opening what is taken out, so that they are done on a thread of their own.

use std::io::{self, Write};
use std::sync::Arc;

use base::Secret;
use bytes::Bytes;
use crypt::age::AgeWriter;
use crypt::hash::Sha256;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Pieces;
use crate::VaultError;

/// Bytes that are held back until they are sent on.
const PIECE_BYTES: usize = 256 << 10;
/// Bytes that are gathered for the thread, which is not woken for each line.
const GATHERED_BYTES: usize = 64 << 10;
/// What waits for the thread at most: a megabyte.
const STEPS_WAITING: usize = 16;

/// What was written and not sent yet.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Vec<u8>>>);

impl Write for Held {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Out {
    Plain(Held),
    Sealed(Box<AgeWriter<Held>>),
}

impl Write for Out {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(buf),
            Self::Sealed(out) => out.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Sealed(out) => out.flush(),
        }
    }
}

struct Part {
    name: String,
    bytes: u64,
    sha256: Sha256,
}

/// What the thread does, in order.
enum Step {
    Open { name: String, squeeze: bool },
    Write(Vec<u8>),
    Close,
    Tell(oneshot::Sender<Vec<Value>>),
    Finish,
}

/// An archive that is being written. Dropped before its end, it is none.
pub(super) struct Archive {
    steps: mpsc::Sender<Step>,
    /// Steps that were not handed over yet.
    before: Vec<Step>,
    gathered: Vec<u8>,
    thread: Option<JoinHandle<Result<(), VaultError>>>,
}

fn failed(_: impl std::error::Error) -> VaultError {
    VaultError::Damaged("archive")
}

impl Archive {
    pub(super) fn begin(
        passphrase: Option<&Secret<String>>,
        pieces: Pieces,
    ) -> Result<Self, VaultError> {
        let held = Held::default();
        let out = match passphrase {
            None => Out::Plain(held.clone()),
            Some(it) => Out::Sealed(Box::new(AgeWriter::new(it, held.clone()).map_err(failed)?)),
        };
        let writer = Writer {
            zip: ZipWriter::new_stream(out),
            held,
            pieces,
            open: None,
            parts: Vec::new(),
        };
        let (steps, received) = mpsc::channel(STEPS_WAITING);
        Ok(Self {
            steps,
            before: Vec::new(),
            gathered: Vec::new(),
            thread: Some(tokio::task::spawn_blocking(move || writer.work(received))),
        })
    }

    /// Begin a part; `squeeze` what is text.
    pub(super) fn open(&mut self, name: &str, squeeze: bool) -> Result<(), VaultError> {
        self.step(Step::Open {
            name: name.to_owned(),
            squeeze,
        });
        Ok(())
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED_BYTES {
            self.hand_over().await?;
        }
        Ok(())
    }

    /// End a part.
    pub(super) fn close(&mut self) -> Result<(), VaultError> {
        self.step(Step::Close);
        Ok(())
    }

    /// What has been written so far, part by part.
    pub(super) async fn parts(&mut self) -> Result<Vec<Value>, VaultError> {
        let (tell, told) = oneshot::channel();
        self.step(Step::Tell(tell));
        self.hand_over().await?;
        match told.await {
            Ok(parts) => Ok(parts),
            Err(_) => Err(self.ended().await),
        }
    }

    /// Write the end.
    pub(super) async fn finish(mut self) -> Result<(), VaultError> {
        self.step(Step::Finish);
        self.hand_over().await?;
        match self.thread.take() {
            Some(thread) => thread.await.map_err(failed)?,
            None => Err(VaultError::Damaged("archive")),
        }
    }

    /// Behind what was written so far.
    fn step(&mut self, step: Step) {
        if !self.gathered.is_empty() {
            let bytes = std::mem::take(&mut self.gathered);
            self.before.push(Step::Write(bytes));
        }
        self.before.push(step);
    }

    async fn hand_over(&mut self) -> Result<(), VaultError> {
        let bytes = std::mem::take(&mut self.gathered);
        let last = (!bytes.is_empty()).then_some(Step::Write(bytes));
        for step in std::mem::take(&mut self.before).into_iter().chain(last) {
            if self.steps.send(step).await.is_err() {
                return Err(self.ended().await);
            }
        }
        Ok(())
    }

    /// Why the thread ended before it was told to.
    async fn ended(&mut self) -> VaultError {
        match self.thread.take() {
            Some(thread) => match thread.await {
                Ok(Err(error)) => error,
                Ok(Ok(())) | Err(_) => VaultError::Damaged("archive"),
            },
            None => VaultError::Damaged("archive"),
        }
    }
}

/// What the thread works on.
struct Writer {
    zip: ZipWriter<StreamWriter<Out>>,
    held: Held,
    pieces: Pieces,
    open: Option<Part>,
    parts: Vec<Value>,
}

impl Writer {
    /// Until the end, or until whoever writes lets go.
    fn work(mut self, mut steps: mpsc::Receiver<Step>) -> Result<(), VaultError> {
        while let Some(step) = steps.blocking_recv() {
            match step {
                Step::Open { name, squeeze } => self.begin(name, squeeze)?,
                Step::Write(bytes) => self.write(&bytes)?,
                Step::Close => self.close(),
                Step::Tell(told) => {
                    // Who does not wait any more needs no answer.
                    let _ = told.send(self.parts.clone());
                }
                Step::Finish => return self.finish(),
            }
        }
        Err(VaultError::Upload)
    }

    fn begin(&mut self, name: String, squeeze: bool) -> Result<(), VaultError> {
        let method = if squeeze {
            CompressionMethod::Deflated
        } else {
            CompressionMethod::Stored
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .compression_level(squeeze.then_some(1))
            // Nobody knows yet how long it gets.
            .large_file(true);
        self.zip
            .start_file(name.as_str(), options)
            .map_err(failed)?;
        self.open = Some(Part {
            name,
            bytes: 0,
            sha256: Sha256::new(),
        });
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        if let Some(part) = &mut self.open {
            part.bytes += bytes.len() as u64;
            part.sha256.update(bytes);
        }
        self.zip.write_all(bytes).map_err(failed)?;
        if self.held.0.lock().len() >= PIECE_BYTES {
            return self.send();
        }
        Ok(())
    }

    fn close(&mut self) {
        if let Some(part) = self.open.take() {
            self.parts.push(json!({
                "path": part.name,
                "length": part.bytes,
                "sha256": hex::encode(part.sha256.finish()),
            }));
        }
    }

    fn finish(self) -> Result<(), VaultError> {
        let Self {
            zip, held, pieces, ..
        } = self;
        let out = zip.finish().map_err(failed)?.into_inner();
        if let Out::Sealed(out) = out {
            out.finish().map_err(failed)?;
        }
        let rest = std::mem::take(&mut *held.0.lock());
        pieces
            .blocking_send(Ok(Bytes::from(rest)))
            .map_err(|_| VaultError::Upload)
    }

    fn send(&self) -> Result<(), VaultError> {
        let piece = std::mem::take(&mut *self.held.0.lock());
        self.pieces
            .blocking_send(Ok(Bytes::from(piece)))
            .map_err(|_| VaultError::Upload)
    }
}
