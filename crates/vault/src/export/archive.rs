//! A zip archive as a stream: what is written comes out piece by piece, sealed under a passphrase if there is one.

use std::io::{self, Write};
use std::sync::Arc;

use base::Secret;
use bytes::Bytes;
use crypt::age::AgeWriter;
use crypt::hash::Sha256;
use parking_lot::Mutex;
use serde_json::{Value, json};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::Pieces;
use crate::VaultError;

/// Bytes that are held back until they are sent on.
const PIECE_BYTES: usize = 256 << 10;

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

/// An archive that is being written.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Out>>,
    held: Held,
    pieces: Pieces,
    open: Option<Part>,
    parts: Vec<Value>,
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
        Ok(Self {
            zip: ZipWriter::new_stream(out),
            held,
            pieces,
            open: None,
            parts: Vec::new(),
        })
    }

    /// Begin a part; `squeeze` what is text.
    pub(super) fn open(&mut self, name: &str, squeeze: bool) -> Result<(), VaultError> {
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
        self.zip.start_file(name, options).map_err(failed)?;
        self.open = Some(Part {
            name: name.to_owned(),
            bytes: 0,
            sha256: Sha256::new(),
        });
        Ok(())
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        if let Some(part) = &mut self.open {
            part.bytes += bytes.len() as u64;
            part.sha256.update(bytes);
        }
        self.zip.write_all(bytes).map_err(failed)?;
        if self.held.0.lock().len() >= PIECE_BYTES {
            self.send().await?;
        }
        Ok(())
    }

    /// End a part.
    pub(super) fn close(&mut self) -> Result<(), VaultError> {
        if let Some(part) = self.open.take() {
            self.parts.push(json!({
                "path": part.name,
                "length": part.bytes,
                "sha256": hex::encode(part.sha256.finish()),
            }));
        }
        Ok(())
    }

    /// What has been written so far, part by part.
    pub(super) fn parts(&self) -> &[Value] {
        &self.parts
    }

    /// Write the end.
    pub(super) async fn finish(self) -> Result<(), VaultError> {
        let Self {
            zip, held, pieces, ..
        } = self;
        let out = zip.finish().map_err(failed)?.into_inner();
        if let Out::Sealed(out) = out {
            out.finish().map_err(failed)?;
        }
        let rest = std::mem::take(&mut *held.0.lock());
        pieces
            .send(Ok(Bytes::from(rest)))
            .await
            .map_err(|_| VaultError::Upload)
    }

    async fn send(&self) -> Result<(), VaultError> {
        let piece = std::mem::take(&mut *self.held.0.lock());
        self.pieces
            .send(Ok(Bytes::from(piece)))
            .await
            .map_err(|_| VaultError::Upload)
    }
}
