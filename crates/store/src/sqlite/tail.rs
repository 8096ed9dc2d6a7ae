//! Follows a write-ahead log: which pages were committed since somebody looked last.
//!
//! The form of the file is SQLite's (<https://www.sqlite.org/fileformat2.html#walformat>): a header, then frames of one page each, chained by a
//! checksum, the last one of a transaction marked. What follows the last marked frame whose checksum is right was not committed.
//!
//! Invariant: either every page that was committed since the last look is handed over, or [`Drained::joins`] is false.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::StoreError;
use crate::follow::{Drained, Pages, Position};

const HEADER_BYTES: usize = 32;
const FRAME_BYTES: usize = 24;
/// The first word of a file whose checksums are of little-endian words; of big-endian ones it is one more.
const MAGIC: u32 = 0x377f_0682;
const PAGE_BYTES_MAX: u32 = 1 << 16;
/// Pages that wait to be taken. Nobody who takes them lives, if there are more: then they are not kept, and the next look does not join.
const WAITING_BYTES_MAX: usize = 512 << 20;

/// How far a log was followed.
pub(crate) struct Tail {
    log: PathBuf,
    at: Option<Position>,
    /// How often the log may begin anew without anything being lost: it was copied back whole so often since it was read.
    restarts: u32,
    joins: bool,
    page_bytes: u32,
    database_pages: u32,
    waiting: BTreeMap<u32, Vec<u8>>,
    /// What the number of other processes' commits was before the last look.
    others: Option<u64>,
    /// Whether the log began anew with the last look.
    anew: bool,
}

/// A file's header.
struct Header {
    page_bytes: u32,
    generation: u32,
    salt: [u32; 2],
    sum: [u32; 2],
    little: bool,
}

impl Tail {
    /// Follow the log of the database at `path`, from where somebody else followed it to.
    pub(crate) fn new(path: &Path, from: Option<Position>) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self {
            log: log.into(),
            at: from,
            restarts: from.map_or(0, |from| u32::from(from.copied_back)),
            joins: from.is_some(),
            page_bytes: 0,
            database_pages: 0,
            waiting: BTreeMap::new(),
            others: None,
            anew: false,
        }
    }

    /// Where it was read to.
    pub(crate) const fn at(&self) -> Option<Position> {
        self.at
    }

    /// Frames of the log that were read.
    pub(crate) fn frames(&self) -> u32 {
        self.at.map_or(0, |at| at.frames)
    }

    /// Everything that was read was copied back into the database's file: the log may begin anew.
    pub(super) fn copied_back(&mut self) {
        self.restarts += 1;
        if let Some(at) = &mut self.at {
            at.copied_back = true;
        }
    }

    /// Something may have been lost.
    pub(super) fn breaks(&mut self) {
        self.joins = false;
    }

    /// Take what was read and not yet taken.
    pub(crate) fn take(&mut self) -> Drained {
        let pages = std::mem::take(&mut self.waiting);
        let joins = std::mem::replace(&mut self.joins, true);
        Drained {
            pages: (!pages.is_empty()).then_some(Pages {
                page_bytes: self.page_bytes,
                database_pages: self.database_pages,
                pages,
            }),
            position: self.at,
            joins,
        }
    }

    /// Give back what could not be put anywhere: it comes again, unless something newer is known.
    pub(crate) fn give_back(&mut self, drained: Drained) {
        if let Some(pages) = drained.pages {
            for (number, bytes) in pages.pages {
                self.waiting.entry(number).or_insert(bytes);
            }
            if self.page_bytes == 0 {
                (self.page_bytes, self.database_pages) = (pages.page_bytes, pages.database_pages);
            }
        }
        self.joins &= drained.joins;
        self.limit();
    }

    fn limit(&mut self) {
        if self.waiting.len() * self.page_bytes as usize > WAITING_BYTES_MAX {
            self.waiting.clear();
            self.breaks();
        }
    }

    /// [`Tail::read`], where other processes' commits have come to `others` before. If they committed something, and nothing of it stands in the
    /// log, it was cut off.
    pub(crate) fn read_after(&mut self, others: u64) -> Result<(), StoreError> {
        let from = self.at;
        self.read()?;
        let place = |at: Option<Position>| at.map(|at| (at.generation, at.salt, at.frames));
        let log = |at: Option<Position>| at.map(|at| (at.generation, at.salt));
        self.anew = log(from) != log(self.at);
        if self.others.is_some_and(|before| before != others) && place(from) == place(self.at) {
            self.breaks();
        }
        Ok(())
    }

    /// After a look: other processes' commits had come to `before` before it and to `after` behind it. Where they committed something while the
    /// log began anew, nobody knows whether all of it was read.
    pub(crate) fn settle(&mut self, before: u64, after: u64) {
        if self.anew && self.others.is_some_and(|others| others != after) {
            self.breaks();
        }
        self.others = Some(before);
    }

    /// Read what was committed since.
    pub(crate) fn read(&mut self) -> Result<(), StoreError> {
        self.read_log().map_err(|error| {
            StoreError::Unavailable(format!("the write-ahead log cannot be read: {error}"))
        })
    }

    fn read_log(&mut self) -> io::Result<()> {
        let mut file = match File::open(&self.log) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        // A log that is empty, or whose header is being written: nothing was committed in it.
        let Some(header) = header(&mut file)? else {
            return Ok(());
        };
        let frame_bytes = FRAME_BYTES as u64 + u64::from(header.page_bytes);
        let mut at = self.begin(&header, &mut file, frame_bytes)?;
        file.seek(SeekFrom::Start(
            HEADER_BYTES as u64 + u64::from(at.frames) * frame_bytes,
        ))?;
        let mut file = BufReader::with_capacity(1 << 20, file);
        let (mut frames, mut sum) = (at.frames, at.sum);
        let mut open: Vec<(u32, Vec<u8>)> = Vec::new();
        let mut head = [0; FRAME_BYTES];
        let mut page = vec![0; header.page_bytes as usize];
        while fill(&mut file, &mut head)? && fill(&mut file, &mut page)? {
            let [number, database_pages, salt_1, salt_2, sum_1, sum_2] = words(&head);
            if [salt_1, salt_2] != header.salt {
                break;
            }
            let begin = head.get(..8).unwrap_or_default();
            sum = checksum(header.little, sum, begin);
            sum = checksum(header.little, sum, &page);
            if sum != [sum_1, sum_2] {
                break;
            }
            frames += 1;
            open.push((number, page.clone()));
            if database_pages > 0 {
                self.waiting.extend(open.drain(..));
                self.page_bytes = header.page_bytes;
                self.database_pages = database_pages;
                if frames != at.frames {
                    // What is in the log now was not copied back yet.
                    self.restarts = 0;
                    at.copied_back = false;
                }
                (at.frames, at.sum) = (frames, sum);
            }
        }
        // Pages behind the end are no part of the database any more.
        let _ = self.waiting.split_off(&(self.database_pages + 1));
        self.at = Some(at);
        self.limit();
        Ok(())
    }

    /// Where to go on reading.
    fn begin(
        &mut self,
        header: &Header,
        file: &mut File,
        frame_bytes: u64,
    ) -> io::Result<Position> {
        let fresh = Position {
            generation: header.generation,
            salt: header.salt,
            frames: 0,
            sum: header.sum,
            copied_back: false,
        };
        let Some(at) = self.at else {
            self.breaks();
            return Ok(fresh);
        };
        if at.salt == header.salt && at.generation == header.generation {
            // What was read last must still stand there: a crash may have taken it, and others written over it.
            if at.frames == 0 {
                return Ok(at);
            }
            let offset = HEADER_BYTES as u64 + u64::from(at.frames - 1) * frame_bytes;
            file.seek(SeekFrom::Start(offset))?;
            let mut head = [0; FRAME_BYTES];
            let there = fill(file, &mut head)?;
            let [_, _, salt_1, salt_2, sum_1, sum_2] = words(&head);
            if there && [salt_1, salt_2] == at.salt && [sum_1, sum_2] == at.sum {
                return Ok(at);
            }
            self.breaks();
            return Ok(fresh);
        }
        let ahead = header.generation.wrapping_sub(at.generation);
        if ahead == 0 || ahead > self.restarts {
            self.breaks();
        }
        self.restarts = 0;
        Ok(fresh)
    }
}

fn header(file: &mut File) -> io::Result<Option<Header>> {
    let mut bytes = [0; HEADER_BYTES];
    if !fill(file, &mut bytes)? {
        return Ok(None);
    }
    let [
        magic,
        _version,
        page_bytes,
        generation,
        salt_1,
        salt_2,
        sum_1,
        sum_2,
    ] = words(&bytes);
    let little = match magic {
        MAGIC => true,
        magic if magic == MAGIC + 1 => false,
        _ => return Ok(None),
    };
    let page_bytes = if page_bytes == 1 { 1 << 16 } else { page_bytes };
    let begin = bytes.get(..24).unwrap_or_default();
    let sum = checksum(little, [0, 0], begin);
    let whole = sum == [sum_1, sum_2];
    let fits = page_bytes.is_power_of_two() && (512..=PAGE_BYTES_MAX).contains(&page_bytes);
    Ok((whole && fits).then_some(Header {
        page_bytes,
        generation,
        salt: [salt_1, salt_2],
        sum,
        little,
    }))
}

/// Fill the buffer; whether there was enough.
fn fill(from: &mut impl Read, to: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Big-endian words; what is missing is zero.
fn words<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let mut words = [0; N];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
        *word = bytes.try_into().map_or(0, u32::from_be_bytes);
    }
    words
}

/// SQLite's checksum, going on from `sum`.
fn checksum(little: bool, [mut one, mut two]: [u32; 2], bytes: &[u8]) -> [u32; 2] {
    let word = |bytes: &[u8]| {
        let bytes = bytes.try_into().unwrap_or([0; 4]);
        if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        }
    };
    for pair in bytes.chunks_exact(8) {
        let (first, second) = pair.split_at(4);
        one = one.wrapping_add(word(first)).wrapping_add(two);
        two = two.wrapping_add(word(second)).wrapping_add(one);
    }
    [one, two]
}
