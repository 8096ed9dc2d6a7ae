//! Under a passphrase, for people to open elsewhere: the age format (<https://age-encryption.org/v1>), passphrase recipient (scrypt).
//!
//! Not a format of ours: nothing here is opened by Strongroom.

use std::fmt;
use std::io::{self, Write};

use age::Encryptor;
use age::secrecy::SecretString;
use age::stream::StreamWriter;
use base::Secret;

/// A passphrase for an archive has so many characters at least.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// And so many bytes at most.
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;
/// scrypt with N = 2^17, r = 8, p = 1: 128 MiB for each sealing and each opening, on any machine. Left to itself the library takes what takes a
/// second, which is a gigabyte on a fast one.
const WORK_FACTOR: u8 = 17;

/// Seals what is written to it, as a stream.
pub struct AgeWriter<W: Write>(StreamWriter<W>);

impl<W: Write> AgeWriter<W> {
    /// Under `passphrase`. Takes some tenths of a second and 128 MiB: that is what makes guessing slow.
    ///
    /// # Errors
    /// When `inner` cannot be written to.
    pub fn new(passphrase: &Secret<String>, inner: W) -> io::Result<Self> {
        let passphrase = SecretString::from(passphrase.expose().clone());
        let mut recipient = age::scrypt::Recipient::new(passphrase);
        recipient.set_work_factor(WORK_FACTOR);
        Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|error| io::Error::other(error.to_string()))?
            .wrap_output(inner)
            .map(Self)
    }

    /// Write the end, without which nothing before it is believed.
    ///
    /// # Errors
    /// When the inner writer cannot be written to.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

impl<W: Write> Write for AgeWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> fmt::Debug for AgeWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgeWriter(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_was_sealed_opens_by_the_passphrase_alone() {
        let right = Secret::new("correct horse battery".to_owned());
        let mut writer = AgeWriter::new(&right, Vec::new()).unwrap();
        writer.write_all(&vec![7; 200_000]).unwrap();
        let sealed = writer.finish().unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        let head = String::from_utf8_lossy(&sealed[..80]).into_owned();
        let stanza = head.lines().nth(1).unwrap();
        assert!(
            stanza.ends_with(" 17"),
            "{stanza}: as much memory as was meant"
        );
        let open = |text: &str, sealed: &[u8]| {
            let identity = age::scrypt::Identity::new(SecretString::from(text.to_owned()));
            let decryptor = age::Decryptor::new(sealed).ok()?;
            let mut reader = decryptor.decrypt(std::iter::once(&identity as _)).ok()?;
            let mut out = Vec::new();
            reader.read_to_end(&mut out).ok()?;
            Some(out)
        };
        assert_eq!(
            open("correct horse battery", &sealed),
            Some(vec![7; 200_000])
        );
        assert_eq!(open("correct horse batterx", &sealed), None);
        assert_eq!(
            open("correct horse battery", &sealed[..sealed.len() - 20]),
            None,
            "cut short"
        );
    }
}
