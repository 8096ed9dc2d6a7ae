//! What is sealed is sealed with AES-256: `cipher.aes256`.

use std::sync::Arc;

use super::CIPHER_AES256;
use crate::{Check, Measuring, Outcome, ProbeError, Probing, Seen, Wrong};

/// In which of our formats something is sealed (`docs/formats/`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sealing {
    /// A sealed record.
    Record,
    /// A sealed file.
    File,
    /// A sealed box: chunks of the log.
    Box,
    /// A wrapped key.
    WrappedKey,
}

impl Sealing {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Record, Self::File, Self::Box, Self::WrappedKey];

    const fn name(self) -> &'static str {
        match self {
            Self::Record => "sealed record",
            Self::File => "sealed file",
            Self::Box => "sealed box",
            Self::WrappedKey => "wrapped key",
        }
    }

    /// The cipher that these bytes say they are sealed with, by their format's version. Every version 1 is AES-256-GCM.
    fn cipher(self, bytes: &[u8]) -> Option<&'static str> {
        let version = match self {
            Self::Record => {
                crypt::record::Sealed::parse(bytes).ok()?.parts().next()?;
                crypt::record::VERSION
            }
            Self::File => {
                let version = bytes.strip_prefix(FILE_MAGIC)?.first()?;
                (bytes.len() >= crypt::file::HEADER_BYTES).then_some(*version)?
            }
            Self::Box => {
                (bytes.len() >= crypt::sealed::OVERHEAD_BYTES).then_some(*bytes.first()?)?
            }
            Self::WrappedKey => {
                (bytes.len() >= crypt::wrap::OVERHEAD_BYTES).then_some(*bytes.first()?)?
            }
        };
        (version == 1).then_some("AES-256-GCM")
    }
}

/// What a sealed file begins with (`docs/formats/sealed-file.md`); its version stands behind.
const FILE_MAGIC: &[u8] = b"SRFILE\n";

/// Something sealed, taken from storage as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// In which format it should be.
    pub sealing: Sealing,
    /// Where it came from; opaque to the check, which hands it back.
    pub from: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Takes samples from storage and tries to open them.
pub trait Sampler: Send + Sync {
    /// A few sealed things of every format.
    fn samples(&self) -> Probing<'_, Vec<Sample>>;

    /// Whether these bytes open, in place of those that lie where `sample` came from.
    fn opens<'a>(&'a self, sample: &'a Sample) -> Probing<'a, bool>;
}

/// Reads headers of what is stored and opens it, as it is and with a bit changed.
pub struct Cipher {
    sampler: Arc<dyn Sampler>,
}

impl Cipher {
    /// The check of what `sampler` takes from storage.
    #[must_use]
    pub fn new(sampler: Arc<dyn Sampler>) -> Self {
        Self { sampler }
    }

    async fn run(&self, forged: Option<Sample>) -> Result<Outcome, ProbeError> {
        let mut outcome = Outcome::new();
        let mut samples = self.sampler.samples().await?;
        samples.extend(forged);
        let mut formats: Vec<String> = Vec::new();
        let mut altered_refused = 0;
        for sample in &samples {
            let name = sample.sealing.name();
            let Some(cipher) = sample.sealing.cipher(&sample.bytes) else {
                outcome.wrong(Wrong::NotSealed, name);
                continue;
            };
            let format = format!("{name} 1: {cipher}");
            if !formats.contains(&format) {
                formats.push(format);
            }
            if !self.sampler.opens(sample).await? {
                outcome.wrong(Wrong::DoesNotOpen, name);
                continue;
            }
            let mut altered = sample.clone();
            // The last byte belongs to a tag or to ciphertext in every format.
            if let Some(last) = altered.bytes.last_mut() {
                *last ^= 1;
            }
            if self.sampler.opens(&altered).await? {
                outcome.wrong(Wrong::AlteredOpens, name);
            } else {
                altered_refused += 1;
            }
        }
        for sealing in Sealing::ALL {
            if !samples.iter().any(|sample| sample.sealing == sealing) {
                outcome.wrong(Wrong::NoSample, sealing.name());
            }
        }
        outcome.count(Seen::Samples, samples.len());
        outcome.list(Seen::Formats, formats);
        outcome.count(Seen::AlteredRefused, altered_refused);
        Ok(outcome)
    }
}

impl Check for Cipher {
    fn name(&self) -> &'static str {
        CIPHER_AES256
    }

    fn measure(&self) -> Measuring<'_> {
        Box::pin(self.run(None))
    }

    fn drill(&self) -> Measuring<'_> {
        let open = br#"{"resourceType":"Basic","note":"this was never sealed"}"#.to_vec();
        let forged = Sample {
            sealing: Sealing::Record,
            from: "drill".to_owned(),
            bytes: open,
        };
        Box::pin(self.run(Some(forged)))
    }
}
