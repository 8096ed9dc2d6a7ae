//! Marker words that are stored on purpose, and the search for them in raw bytes.

use std::io::{self, Read};

use base::{Class, Rng};

use crate::{ProbeError, Probing};

/// One read of the search.
const CHUNK_BYTES: usize = 1 << 20;

/// A word that occurs nowhere else, to be stored and then searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The class of the field it goes into.
    pub class: Class,
    /// The word: letters only, so that it is allowed as a name and looks like no number.
    pub word: String,
}

impl Marker {
    /// A fresh word for a field of `class`.
    #[must_use]
    pub fn random(class: Class, rng: &dyn Rng) -> Self {
        let mut bytes = [0; 12];
        rng.fill(&mut bytes);
        // 24 letters from 16: 96 bits. No vowels but one, so that no word of a language comes out.
        const LETTERS: &[u8; 16] = b"abcdfghjkmnpqrst";
        let letter = |nibble: u8| {
            LETTERS
                .get(usize::from(nibble & 15))
                .map_or('x', |letter| char::from(*letter))
        };
        let mut word = String::from("canary");
        for byte in bytes {
            word.push(letter(byte >> 4));
            word.push(letter(byte));
        }
        Self { class, word }
    }
}

/// One place where bytes lie, as they lie there.
pub struct Shelf {
    /// What it is called, e.g. a file's or a table's name. Searched as well.
    pub name: String,
    /// Its bytes from beginning to end.
    pub bytes: Box<dyn Read + Send>,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Raw bytes of the installation: what a thief of the disk would have, or what a process wrote.
pub trait Raw: Send + Sync {
    /// Every place, to be read now.
    fn shelves(&self) -> Probing<'_, Vec<Shelf>>;
}

/// What a search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Names of the places.
    pub places: Vec<String>,
    /// How much was read.
    pub bytes: u64,
    /// Words (by their number) with the place each was found in.
    pub found: Vec<(usize, String)>,
}

impl Searched {
    /// The places in a few words: what lies deeper than one folder is counted, not named (there may be a million files, and
    /// their names are nobody's business).
    #[must_use]
    pub fn summary(&self) -> Vec<String> {
        let mut counted: Vec<(String, u64)> = Vec::new();
        for place in &self.places {
            let short = match place.match_indices('/').nth(1) {
                Some((at, _)) => format!("{}/…", place.get(..at).unwrap_or_default()),
                None => place.clone(),
            };
            match counted.iter_mut().find(|(known, _)| *known == short) {
                Some((_, count)) => *count += 1,
                None => counted.push((short, 1)),
            }
        }
        let say = |(place, count): &(String, u64)| {
            if *count > 1 {
                format!("{place} ({count})")
            } else {
                place.clone()
            }
        };
        let mut few: Vec<_> = counted.iter().take(PLACES_NAMED_MAX).map(say).collect();
        if counted.len() > PLACES_NAMED_MAX {
            few.push(format!("… ({})", counted.len() - PLACES_NAMED_MAX));
        }
        few
    }
}

/// More names than this are no summary.
const PLACES_NAMED_MAX: usize = 16;

/// Ways in which words may stand in raw bytes.
struct Needles {
    /// The word's number, and the bytes.
    all: Vec<(usize, Vec<u8>)>,
    /// Which two bytes some needle begins with: nearly every place is passed over by one look into this table.
    pairs: Vec<bool>,
    longest: usize,
}

/// How many spellings of each word are searched for.
pub const SPELLINGS: usize = 12;

const fn pair(first: u8, second: u8) -> usize {
    (first as usize) << 8 | second as usize
}

impl Needles {
    fn of(words: &[String]) -> Self {
        let all: Vec<_> = words
            .iter()
            .enumerate()
            .flat_map(|(number, word)| spellings(word).map(move |needle| (number, needle)))
            .filter(|(_, needle)| needle.len() >= 2)
            .collect();
        let mut pairs = vec![false; 1 << 16];
        for (_, needle) in &all {
            if let [first, second, ..] = needle[..]
                && let Some(known) = pairs.get_mut(pair(first, second))
            {
                *known = true;
            }
        }
        let longest = all
            .iter()
            .map(|(_, needle)| needle.len())
            .max()
            .unwrap_or(0);
        Self {
            all,
            pairs,
            longest,
        }
    }

    fn search(&self, bytes: &[u8], found: &mut Vec<usize>) {
        for (at, two) in bytes.array_windows::<2>().enumerate() {
            let [first, second] = *two;
            if self.pairs.get(pair(first, second)) != Some(&true) {
                continue;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            for (number, needle) in &self.all {
                if rest.starts_with(needle) && !found.contains(number) {
                    found.push(*number);
                }
            }
        }
    }
}

/// The word as it is, in other case, as hexadecimal, as base64 at each of three offsets, as UTF-16, with signs between, backwards.
fn spellings(word: &str) -> impl Iterator<Item = Vec<u8>> + use<> {
    let bytes = word.as_bytes();
    let utf16 =
        |order: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let all: [Vec<u8>; SPELLINGS] = [
        bytes.to_vec(),
        word.to_uppercase().into_bytes(),
        hex::encode(bytes).into_bytes(),
        hex::encode_upper(bytes).into_bytes(),
        base64_inside(bytes, 0),
        base64_inside(bytes, 1),
        base64_inside(bytes, 2),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        bytes
            .iter()
            .flat_map(|byte| [*byte, b' '])
            .take(bytes.len() * 2 - 1)
            .collect(),
        bytes
            .iter()
            .flat_map(|byte| format!("%{byte:02x}").into_bytes())
            .collect(),
        bytes.iter().rev().copied().collect(),
    ];
    all.into_iter()
}

/// The part of a base64 text that `bytes` determine on their own when `skip` other bytes stand before them.
fn base64_inside(bytes: &[u8], skip: usize) -> Vec<u8> {
    // Letters and digits come from the same places in both alphabets; '+', '/', '-', '_' cannot occur in ASCII letters' sextets
    // in a way that would matter: a needle with one of them is simply searched for in the common alphabet.
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    // `skip` bytes before ours: the first whole sextet of ours begins so many bits in.
    let begin = (6 - skip * 8 % 6) % 6;
    bits.get(begin..)
        .unwrap_or_default()
        .chunks_exact(6)
        .filter_map(|sextet| {
            let index = sextet
                .iter()
                .fold(0_usize, |sum, bit| sum << 1 | usize::from(*bit));
            ALPHABET.get(index).copied()
        })
        .collect()
}

/// Search every shelf, names included, for every spelling of every word. Blocks while it reads.
///
/// # Errors
/// When a shelf cannot be read: then nothing is known about it.
pub fn search(shelves: Vec<Shelf>, words: &[String]) -> io::Result<Searched> {
    let needles = Needles::of(words);
    let mut searched = Searched::default();
    for shelf in shelves {
        let mut found = Vec::new();
        needles.search(shelf.name.as_bytes(), &mut found);
        searched.bytes += read_through(shelf.bytes, &needles, &mut found)?;
        // The name itself may be what leaked; it is then not repeated.
        let named = words.iter().any(|word| shelf.name.contains(word.as_str()));
        let name = if named {
            format!("#{}", searched.places.len() + 1)
        } else {
            shelf.name
        };
        searched
            .found
            .extend(found.into_iter().map(|number| (number, name.clone())));
        searched.places.push(name);
    }
    Ok(searched)
}

fn read_through(
    mut from: Box<dyn Read + Send>,
    needles: &Needles,
    found: &mut Vec<usize>,
) -> io::Result<u64> {
    let overlap = needles.longest.saturating_sub(1);
    let mut window = Vec::with_capacity(CHUNK_BYTES + overlap);
    let mut total = 0;
    loop {
        let kept = window.len();
        let read = from
            .by_ref()
            .take(CHUNK_BYTES as u64)
            .read_to_end(&mut window)?;
        if read == 0 {
            return Ok(total);
        }
        total += read as u64;
        needles.search(&window, found);
        let from = (kept + read).saturating_sub(overlap);
        window.drain(..from);
    }
}

/// [`search`] where it may block.
///
/// # Errors
/// [`ProbeError`] when a shelf cannot be read.
pub async fn search_raw(raw: &dyn Raw, words: Vec<String>) -> Result<Searched, ProbeError> {
    let shelves = raw.shelves().await?;
    tokio::task::spawn_blocking(move || search(shelves, &words))
        .await
        .map_err(|error| ProbeError::new("searching raw bytes", error))?
        .map_err(|error| ProbeError::new("reading raw bytes", error))
}

/// The real thing, with one shelf beside it on which the words lie open: what a drill searches.
pub struct WithLeak<'a> {
    /// The real thing.
    pub raw: &'a dyn Raw,
    /// What lies open.
    pub words: Vec<String>,
}

impl Raw for WithLeak<'_> {
    fn shelves(&self) -> Probing<'_, Vec<Shelf>> {
        Box::pin(async move {
            let mut shelves = self.raw.shelves().await?;
            // Spelled the hardest way, somewhere in the middle.
            let leaked = self
                .words
                .iter()
                .flat_map(|word| base64_inside(word.as_bytes(), 2))
                .collect::<Vec<u8>>();
            let bytes = [vec![b'x'; 4_096], leaked, vec![b'x'; 4_096]].concat();
            shelves.push(Shelf {
                name: "drill".to_owned(),
                bytes: Box::new(io::Cursor::new(bytes)),
            });
            Ok(shelves)
        })
    }
}

#[cfg(test)]
mod tests {
    use base::SeededRng;

    use super::*;

    fn shelf(name: &str, bytes: Vec<u8>) -> Shelf {
        Shelf {
            name: name.to_owned(),
            bytes: Box::new(io::Cursor::new(bytes)),
        }
    }

    fn word() -> String {
        Marker::random(Class::Health, &SeededRng::new(1)).word
    }

    #[test]
    fn a_word_is_found_in_every_spelling_and_at_every_place() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
        let word = word();
        for before in 0..5 {
            let framed = format!("{}{word}yz", "q".repeat(before));
            let mut texts = vec![
                framed.clone().into_bytes(),
                STANDARD.encode(&framed).into_bytes(),
                URL_SAFE_NO_PAD.encode(&framed).into_bytes(),
                hex::encode(&framed).into_bytes(),
                framed.to_uppercase().into_bytes(),
            ];
            texts.push(framed.encode_utf16().flat_map(u16::to_le_bytes).collect());
            for text in texts {
                // Across the border of two reads, too.
                let paddings: &[usize] = if before == 1 {
                    &[0, 7, CHUNK_BYTES - 20]
                } else {
                    &[3]
                };
                for padding in paddings {
                    let bytes = [vec![b'.'; *padding], text.clone(), vec![b'.'; 9]].concat();
                    let searched =
                        search(vec![shelf("s", bytes)], std::slice::from_ref(&word)).expect("read");
                    assert_eq!(searched.found, [(0, "s".to_owned())], "{before} {padding}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found_and_a_name_counts() {
        let word = word();
        let other = Marker::random(Class::Health, &SeededRng::new(2)).word;
        let bytes = vec![b'c'; 3 * CHUNK_BYTES];
        let searched = search(
            vec![
                shelf("plain", bytes),
                shelf(&format!("a-{word}.bin"), vec![1]),
            ],
            &[other, word.clone()],
        )
        .expect("read");
        assert_eq!(searched.found, [(1, "#2".to_owned())]);
        assert_eq!(searched.bytes, 3 * CHUNK_BYTES as u64 + 1);
        assert!(
            !format!("{searched:?}").contains(&word),
            "the report repeats what leaked"
        );
    }

    #[test]
    fn a_million_files_are_one_line() {
        let mut places = vec![
            "data/data.sqlite".to_owned(),
            "data/files/ab/1".to_owned(),
            "data/files/cd/2".to_owned(),
        ];
        let searched = |places: &[String]| {
            Searched {
                places: places.to_vec(),
                ..Searched::default()
            }
            .summary()
        };
        assert_eq!(searched(&places), ["data/data.sqlite", "data/files/… (2)"]);
        places.extend((0..20).map(|number| format!("table {number}")));
        assert_eq!(searched(&places).last().map(String::as_str), Some("… (6)"));
    }

    #[test]
    fn words_differ_and_are_plain_letters() {
        let rng = SeededRng::new(3);
        let words: std::collections::BTreeSet<_> = (0..100)
            .map(|_| Marker::random(Class::Personal, &rng).word)
            .collect();
        assert_eq!(words.len(), 100);
        assert!(
            words
                .iter()
                .all(|word| word.len() == 30 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        );
    }
}
