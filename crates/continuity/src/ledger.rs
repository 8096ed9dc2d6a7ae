//! What was destroyed and taken back, in a place outside of every backup: written before it is done, repeated after a restore
//! (`docs/formats/erasure-ledger.md`).
//!
//! Invariant: a line holds no personal data: a random handle, or the id of a grant or a token.
//! Invariant: lines are chained under a key; one that was changed, put in or taken out of the middle is found.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use audit::entry::time;
use base::{GrantId, Handle, Instant, TenantId, TokenId};
use crypt::SymmetricKey;
use crypt::mac::{hmac_sha256, verify};

use crate::ContinuityError;

/// The first line of a ledger.
const TITLE: &str = "strongroom-erasure-ledger/1\n";
/// The file's name in its folder.
const NAME: &str = "ledger";
/// No ledger is longer: some five million lines.
const BYTES_MAX: u64 = 1 << 30;
/// A line is shorter than this: a time, a word, a tenant's name, an id, and 64 digits.
const LINE_BYTES_MAX: u64 = 512;
const BROKEN: ContinuityError =
    ContinuityError::Broken("a line of the ledger of erasures is not what was written");

/// What was done for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// A person was erased.
    Erase(Handle),
    /// A grant was taken back, or part of it.
    Withdraw(GrantId),
    /// A token was ended.
    Revoke(TokenId),
}

impl Deed {
    fn words(self) -> (&'static str, String) {
        match self {
            Self::Erase(handle) => ("erase", handle.to_string()),
            Self::Withdraw(grant) => ("withdraw", grant.to_string()),
            Self::Revoke(token) => ("revoke", token.to_string()),
        }
    }

    fn parse(word: &str, id: &str) -> Option<Self> {
        Some(match word {
            "erase" => Self::Erase(id.parse().ok()?),
            "withdraw" => Self::Withdraw(id.parse().ok()?),
            "revoke" => Self::Revoke(id.parse().ok()?),
            _ => return None,
        })
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was begun.
    pub at: Instant,
    /// At which tenant.
    pub tenant: TenantId,
    /// What.
    pub deed: Deed,
}

/// The ledger in a folder. Several processes may write to it.
pub struct Ledger {
    path: PathBuf,
    key: SymmetricKey,
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Ledger").field(&self.path).finish()
    }
}

impl Ledger {
    /// The ledger in `folder`, whose lines are chained under a key derived from `key`.
    #[must_use]
    pub fn new(folder: &Path, key: &SymmetricKey) -> Self {
        Self {
            path: folder.join(NAME),
            key: crypt::kdf::derive(key, "erasure ledger", &[]),
        }
    }

    /// Write a line, and have it on the disk when this returns.
    ///
    /// # Errors
    /// [`ContinuityError::File`], [`ContinuityError::Broken`]: then what it says must not be done.
    pub fn note(&self, line: &Line) -> Result<(), ContinuityError> {
        let failed = |error| ContinuityError::file(&self.path, error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        file.lock().map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let (end, before) = if length == 0 {
            file.write_all(TITLE.as_bytes()).map_err(failed)?;
            self.sync_folder()?;
            (TITLE.len() as u64, [0; 32])
        } else {
            self.end(&mut file, length)?
        };
        let text = text(line).ok_or(ContinuityError::Internal("a line without a time"))?;
        let mac = hmac_sha256(&self.key, &[&before, text.as_bytes()]);
        // What a crash left half-written behind the last whole line was never done.
        file.set_len(end).map_err(failed)?;
        file.seek(SeekFrom::Start(end)).map_err(failed)?;
        file.write_all(format!("{text}{}\n", hex::encode(mac)).as_bytes())
            .map_err(failed)?;
        file.sync_all().map_err(failed)
    }

    /// Where the last whole line ends, and its code.
    fn end(&self, file: &mut File, length: u64) -> Result<(u64, [u8; 32]), ContinuityError> {
        let failed = |error| ContinuityError::file(&self.path, error);
        let from = length.saturating_sub(2 * LINE_BYTES_MAX);
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(from)).map_err(failed)?;
        file.read_to_end(&mut tail).map_err(failed)?;
        let whole = tail.iter().rposition(|byte| *byte == b'\n').ok_or(BROKEN)? + 1;
        let end = from + whole as u64;
        if end == TITLE.len() as u64 {
            return Ok((end, [0; 32]));
        }
        let digits = whole
            .checked_sub(65)
            .and_then(|begin| tail.get(begin..whole - 1))
            .ok_or(BROKEN)?;
        let mut mac = [0; 32];
        hex::decode_to_slice(digits, &mut mac).map_err(|_| BROKEN)?;
        Ok((end, mac))
    }

    /// Every line, in order; none where nothing was ever written.
    ///
    /// # Errors
    /// [`ContinuityError::Broken`] where the chain does not hold, [`ContinuityError::File`] where it cannot be read.
    pub fn read(&self) -> Result<Vec<Line>, ContinuityError> {
        let failed = |error| ContinuityError::file(&self.path, error);
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file.map_err(failed)?,
        };
        let mut all = String::new();
        file.take(BYTES_MAX)
            .read_to_string(&mut all)
            .map_err(failed)?;
        let rest = all.strip_prefix(TITLE).ok_or(BROKEN)?;
        // A piece without its line break was never done.
        let whole = rest
            .rfind('\n')
            .map_or("", |end| rest.get(..=end).unwrap_or(""));
        let mut before = [0; 32];
        let mut lines = Vec::new();
        for line in whole.lines() {
            let (text, mac) = line
                .split_at_checked(line.len().saturating_sub(64))
                .ok_or(BROKEN)?;
            let mut given = [0; 32];
            hex::decode_to_slice(mac, &mut given).map_err(|_| BROKEN)?;
            if !verify(&self.key, &[&before, text.as_bytes()], &given) {
                return Err(BROKEN);
            }
            before = given;
            lines.push(parse(text).ok_or(BROKEN)?);
        }
        Ok(lines)
    }

    fn sync_folder(&self) -> Result<(), ContinuityError> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| ContinuityError::file(folder, error))
    }
}

/// A line without its code, with the space before it.
fn text(line: &Line) -> Option<String> {
    let at = time::write(line.at)?;
    let at = std::str::from_utf8(&at).ok()?;
    let (word, id) = line.deed.words();
    Some(format!("{at} {word} {} {id} ", line.tenant))
}

fn parse(text: &str) -> Option<Line> {
    let mut words = text.strip_suffix(' ')?.split(' ');
    let at = time::read(words.next()?.as_bytes())?;
    let word = words.next()?;
    let tenant = words.next()?.parse().ok()?;
    let deed = Deed::parse(word, words.next()?)?;
    words.next().is_none().then_some(Line { at, tenant, deed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::SeededRng;

    fn lines(count: usize) -> Vec<Line> {
        let rng = SeededRng::new(5);
        let deeds = [
            Deed::Erase(Handle::random(&rng)),
            Deed::Withdraw(GrantId::random(&rng)),
            Deed::Revoke(TokenId::random(&rng)),
        ];
        (0..count)
            .map(|number| Line {
                at: Instant::from_micros(1_790_000_000_000_000 + number as i64),
                tenant: "acme".parse().unwrap(),
                deed: deeds[number % 3],
            })
            .collect()
    }

    fn ledger(folder: &Path) -> Ledger {
        Ledger::new(folder, &SymmetricKey::from_bytes([3; 32]))
    }

    fn written(folder: &Path, count: usize) -> (Ledger, Vec<Line>) {
        let (ledger, lines) = (ledger(folder), lines(count));
        for line in &lines {
            ledger.note(line).unwrap();
        }
        (ledger, lines)
    }

    #[test]
    fn what_is_noted_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ledger(folder.path()).read().unwrap(), []);
        let (ledger, lines) = written(folder.path(), 7);
        assert_eq!(ledger.read().unwrap(), lines);
    }

    #[test]
    fn a_half_written_line_was_never_done_and_the_next_one_stands() {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, lines) = written(folder.path(), 3);
        let path = folder.path().join(NAME);
        let whole = std::fs::read(&path).unwrap();
        let last = lines.last().unwrap();
        for cut in 1..120 {
            let keep = whole.len() - cut;
            std::fs::write(&path, &whole[..keep]).unwrap();
            let left = ledger.read().unwrap();
            assert_eq!(left, lines[..left.len()]);
            assert!(left.len() >= 2, "{cut}");
            ledger.note(last).unwrap();
            let mut expected = left;
            expected.push(last.clone());
            assert_eq!(ledger.read().unwrap(), expected);
        }
    }

    #[test]
    fn what_was_changed_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let (ledger, _) = written(folder.path(), 4);
        let path = folder.path().join(NAME);
        let whole = std::fs::read_to_string(&path).unwrap();
        let rows: Vec<&str> = whole.split_inclusive('\n').collect();
        let changes = [
            // One taken out, two swapped, one twice, one altered, the title gone.
            [rows[0], rows[1], rows[3], rows[4]].concat(),
            [rows[0], rows[2], rows[1], rows[3], rows[4]].concat(),
            [rows[0], rows[1], rows[1], rows[2]].concat(),
            whole.replacen("erase", "revoke", 1),
            rows[1..].concat(),
        ];
        for changed in changes {
            std::fs::write(&path, changed).unwrap();
            assert!(matches!(ledger.read(), Err(ContinuityError::Broken(_))));
        }
        std::fs::write(&path, &whole).unwrap();
        let other = Ledger::new(folder.path(), &SymmetricKey::from_bytes([4; 32]));
        assert!(other.read().is_err());
        ledger.read().unwrap();
    }
}
