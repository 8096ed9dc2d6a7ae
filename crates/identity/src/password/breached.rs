//! Passwords that leaked, in a file that the operator gives.
//!
//! A file of SHA-1 sums in hexadecimal, one per line and sorted (anything behind a `:` is skipped), is searched where it lies:
//! the whole public corpus is tens of gigabytes. A file of passwords in clear is read once into 64-bit sums.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use parking_lot::Mutex;

/// Passwords that a file in clear may hold: 160 MB of sums.
const CLEAR_LINES_MAX: usize = 20_000_000;
/// Bytes of a line: a sum, a colon, a count.
const LINE_BYTES_MAX: usize = 256;
/// Characters of a SHA-1 in hexadecimal.
const SUM_CHARS: usize = 40;

/// A list of leaked passwords.
pub struct Breached(List);

enum List {
    /// Sorted sums, on disk.
    Sums { file: Mutex<File>, bytes: u64 },
    /// The first 64 bits of each password's SHA-256, sorted.
    Clear(Vec<u64>),
}

impl std::fmt::Debug for Breached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Breached(..)")
    }
}

impl Breached {
    /// Open a list.
    ///
    /// # Errors
    /// When the file cannot be read, its sums are not sorted where we look, or it holds too many passwords in clear.
    pub fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let mut head = [0; SUM_CHARS + 1];
        let mut read = 0;
        while read < head.len() {
            match file.read(head.get_mut(read..).unwrap_or(&mut []))? {
                0 => break,
                more => read += more,
            }
        }
        let (sum, after) = head.split_at(SUM_CHARS);
        if sum.iter().all(u8::is_ascii_hexdigit)
            && (read == SUM_CHARS || b":\r\n".contains(&after.first().copied().unwrap_or(0)))
        {
            return Ok(Self(List::Sums {
                file: Mutex::new(file),
                bytes,
            }));
        }
        file.seek(SeekFrom::Start(0))?;
        let mut sums = Vec::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line?;
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if line.is_empty() {
                continue;
            }
            if sums.len() == CLEAR_LINES_MAX {
                return Err(io::Error::other(format!(
                    "more than {CLEAR_LINES_MAX} passwords in clear: give a sorted file of SHA-1 sums"
                )));
            }
            sums.push(short(line));
        }
        sums.sort_unstable();
        sums.dedup();
        sums.shrink_to_fit();
        Ok(Self(List::Clear(sums)))
    }

    /// Whether the list holds `password`, as it is or in small letters. Reads from disk: not on an async thread.
    #[must_use]
    pub fn holds(&self, password: &str) -> bool {
        let small = password.to_lowercase();
        let forms = [password, small.as_str()];
        match &self.0 {
            List::Clear(sums) => forms
                .iter()
                .any(|form| sums.binary_search(&short(form.as_bytes())).is_ok()),
            List::Sums { file, bytes } => {
                let mut file = file.lock();
                forms.iter().any(|form| {
                    let sum = crypt::hash::sha1_of_leaked(form.as_bytes());
                    match find(&mut *file, *bytes, &sum) {
                        Ok(found) => found,
                        Err(error) => {
                            // A list that cannot be read makes no password better: the other rules still stand.
                            tracing::error!(%error, "the list of leaked passwords cannot be read");
                            false
                        }
                    }
                })
            }
        }
    }
}

fn short(password: &[u8]) -> u64 {
    let sum = crypt::hash::sha256(&[password]);
    sum.first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Binary search over the bytes of a file of sorted lines.
fn find(file: &mut (impl Read + Seek), bytes: u64, sum: &[u8; 20]) -> io::Result<bool> {
    let (mut low, mut high) = (0, bytes);
    // Invariant: the line that is sought, if it is there, begins at or behind `low` and before `high`.
    while low < high {
        let middle = low + (high - low) / 2;
        let Some((begin, line)) = line_from(file, middle, low)? else {
            high = middle;
            continue;
        };
        if begin >= high {
            high = middle;
            continue;
        }
        let found = parse(&line)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line is no SHA-1"))?;
        match found.cmp(sum) {
            std::cmp::Ordering::Equal => return Ok(true),
            std::cmp::Ordering::Less => low = begin + line.len() as u64 + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(false)
}

/// The first line that begins at or behind `at` (at `low` itself, a line begins), without its end.
fn line_from(
    file: &mut (impl Read + Seek),
    at: u64,
    low: u64,
) -> io::Result<Option<(u64, Vec<u8>)>> {
    let from = if at == low { at } else { at - 1 };
    file.seek(SeekFrom::Start(from))?;
    let mut buffer = [0; LINE_BYTES_MAX * 2];
    let mut read = 0;
    while read < buffer.len() {
        match file.read(buffer.get_mut(read..).unwrap_or(&mut []))? {
            0 => break,
            more => read += more,
        }
    }
    let window = buffer.get(..read).unwrap_or(&[]);
    let skipped = if at == low {
        0
    } else {
        match window.iter().position(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None => return Ok(None),
        }
    };
    let rest = window.get(skipped..).unwrap_or(&[]);
    if rest.is_empty() {
        return Ok(None);
    }
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or(&[]).to_vec();
    Ok(Some((from + skipped as u64, line)))
}

fn parse(line: &[u8]) -> Option<[u8; 20]> {
    let mut out = [0; 20];
    let digits = line.get(..SUM_CHARS)?;
    for (to, pair) in out.iter_mut().zip(digits.chunks(2)) {
        *to = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}
