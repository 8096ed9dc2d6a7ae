//! Cuts the input into resources, on a thread of its own.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::Arc;

use base::limits::RECORD_BYTES_MAX;
use base::{Fault, RecordId};

use super::source::{Source, Sources};
use super::{
    BATCH_BYTES, BATCH_RESOURCES, DOCUMENT_BYTES_MAX, Note, Origin, Outcome, Prepared, Weight,
};
use crate::fhir::bundle::{Bundle, BundleKind, Entry, Method, Naming, Target, id_of_content};
use crate::fhir::error::FhirError;
use crate::fhir::resource::Resource;
use crate::fhir::scan;
use crate::fhir::shelf::Shelf;

/// Resources whose ids a run remembers, in each of two generations.
const SEEN_MAX: usize = 2_000_000;

/// What has been read since the last one.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) batch: Vec<Prepared>,
    pub(super) notes: Vec<Note>,
    pub(super) repeated: u64,
    pub(super) bytes: u64,
    pub(super) files: u64,
    size: usize,
}

/// Nobody listens any more.
pub(super) struct Hung;

/// Reads one run's input.
pub(super) struct Reader<'s> {
    send: &'s mut dyn FnMut(Chunk) -> Result<(), Hung>,
    chunk: Chunk,
    seen: Seen,
    /// Bundles that wait for everything else to be read.
    later: Vec<PathBuf>,
    packages: Packages,
    source: Arc<str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Packages {
    Wait,
    Go,
}

/// What became of a document.
#[derive(PartialEq, Eq)]
enum Read1 {
    Done,
    /// It is a package, and its turn has not come.
    Later,
}

impl<'s> Reader<'s> {
    pub(super) fn new(send: &'s mut dyn FnMut(Chunk) -> Result<(), Hung>) -> Self {
        Self {
            send,
            chunk: Chunk::default(),
            seen: Seen::default(),
            later: Vec::new(),
            packages: Packages::Wait,
            source: "".into(),
        }
    }

    /// Read everything, packages last.
    pub(super) fn read(mut self, sources: Sources) -> Result<(), Hung> {
        for source in sources.sources {
            self.source(source)?;
        }
        self.packages = Packages::Go;
        for path in std::mem::take(&mut self.later) {
            self.source(Source::File(path))?;
        }
        self.flush()
    }

    fn source(&mut self, source: Source) -> Result<(), Hung> {
        self.source = source.name().into();
        let (lines, path) = (source.is_lines(), source.path());
        let read = match source.open() {
            Ok(stream) => self.stream(BufReader::with_capacity(1 << 16, stream), lines, path),
            Err(error) => Ok(Err(error)),
        };
        match read? {
            Ok(Read1::Later) => return Ok(()),
            Ok(Read1::Done) => (),
            Err(error) => self.refuse(1, format!("cannot be read: {error}"), None),
        }
        self.chunk.files += 1;
        Ok(())
    }

    /// Read a stream: line by line, where each line is a document by itself, else as one document.
    fn stream(
        &mut self,
        mut stream: impl BufRead,
        mut lines: bool,
        path: Option<PathBuf>,
    ) -> Result<io::Result<Read1>, Hung> {
        let mut number = 0;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let length = match take_line(&mut stream, &mut buffer) {
                Ok(0) => return Ok(Ok(Read1::Done)),
                Ok(length) => length,
                Err(error) => return Ok(Err(error)),
            };
            let first = number == 0;
            number += 1;
            let mut line = buffer.as_slice();
            if first {
                line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
            }
            line = line.trim_ascii_end();
            if line.is_empty() {
                self.chunk.bytes += length;
                continue;
            }
            if !lines && !is_whole(line) {
                if let Err(error) = take_rest(&mut stream, &mut buffer) {
                    return Ok(Err(error));
                }
                let text = buffer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&buffer);
                return self.bytes(text, number, path, buffer.len() as u64).map(Ok);
            }
            // A single line is a single document, which may wait; in the midst of lines nothing does.
            let only = !lines && matches!(stream.fill_buf(), Ok([]));
            lines = true;
            let path = path.clone().filter(|_| only);
            if self.bytes(line, number, path, length)? == Read1::Later {
                return Ok(Ok(Read1::Later));
            }
        }
    }

    /// One document, which begins in line `line`. With a `path`, it can be read again later.
    fn bytes(
        &mut self,
        bytes: &[u8],
        line: u64,
        path: Option<PathBuf>,
        length: u64,
    ) -> Result<Read1, Hung> {
        let read = if bytes.len() > DOCUMENT_BYTES_MAX {
            let reason = format!("longer than {DOCUMENT_BYTES_MAX} bytes");
            self.refuse(line, reason, None);
            Ok(Read1::Done)
        } else {
            match std::str::from_utf8(bytes) {
                Ok(text) => self.document(text, line, path),
                Err(error) => {
                    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                    let lines = memchr::memchr_iter(b'\n', before).count() as u64;
                    self.refuse(line + lines, "not valid UTF-8".into(), None);
                    Ok(Read1::Done)
                }
            }
        };
        if matches!(read, Ok(Read1::Done)) {
            self.chunk.bytes += length;
        }
        read
    }

    fn document(&mut self, text: &str, line: u64, path: Option<PathBuf>) -> Result<Read1, Hung> {
        let mut lines = Lines::new(text, line);
        let resource = match Resource::of(text) {
            Ok(resource) => resource,
            Err(error) => {
                let at = match &error {
                    FhirError::Malformed(malformed) => malformed.at,
                    _ => 0,
                };
                self.refuse_for(lines.at(at), &error);
                return Ok(Read1::Done);
            }
        };
        let start = lines.at(resource.span.start);
        if resource.kind != "Bundle" {
            let id = resource
                .id()
                .map(|id| id.unwrap_or_else(|| id_of_content(&resource)));
            match id {
                Ok(id) => self.take(&resource, &id, None, &Naming::default(), start)?,
                Err(error) => self.refuse_for(start, &error),
            }
            return Ok(Read1::Done);
        }
        match Bundle::of(resource) {
            Ok(bundle) => {
                if bundle.kind == BundleKind::Package
                    && self.packages == Packages::Wait
                    && let Some(path) = path
                {
                    self.later.push(path);
                    return Ok(Read1::Later);
                }
                self.bundle(&bundle, &mut lines)?;
            }
            Err(error) => {
                let at = error
                    .pointer()
                    .map_or(0, |pointer| scan::locate(text, &(0..text.len()), &pointer));
                self.refuse_for(lines.at(at), &error);
            }
        }
        Ok(Read1::Done)
    }

    fn bundle(&mut self, bundle: &Bundle<'_>, lines: &mut Lines<'_>) -> Result<(), Hung> {
        self.whole(bundle, lines)?;
        let mut naming = Naming::default();
        let mut taken = Vec::with_capacity(bundle.entries.len());
        for entry in &bundle.entries {
            let line = lines.at(entry.span.start);
            let (resource, line) = match &entry.resource {
                Some(Ok(resource)) => (resource, lines.at(resource.span.start)),
                Some(Err(error)) => {
                    self.refuse_for(line, error);
                    continue;
                }
                None => {
                    self.without_resource(bundle.kind, entry, line);
                    continue;
                }
            };
            if let Some(reason) = passed_over(bundle.kind, entry, resource) {
                self.pass(line, reason);
                continue;
            }
            match entry.id_or_content(resource) {
                Ok(id) => {
                    naming.stores(entry.full_url.as_deref(), &resource.kind, &id);
                    taken.push((entry, resource, id, line));
                }
                Err(error) => self.refuse_for(line, &error),
            }
        }
        for (entry, resource, id, line) in taken {
            self.take(resource, &id, entry.full_url.as_deref(), &naming, line)?;
        }
        Ok(())
    }

    /// Keep the bundle itself, if it has an id.
    fn whole(&mut self, bundle: &Bundle<'_>, lines: &mut Lines<'_>) -> Result<(), Hung> {
        let line = lines.at(bundle.resource.span.start);
        let id = match bundle.resource.id() {
            Ok(Some(id)) => id,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.refuse_for(line, &error);
                return Ok(());
            }
        };
        if bundle.resource.span.len() > RECORD_BYTES_MAX {
            let reason = "too long to be kept as one; its entries are taken";
            self.pass(line, reason);
            return Ok(());
        }
        // About several patients, it is cut when it is stored.
        let shelf = bundle.shelf().unwrap_or(Shelf::Commons);
        let text = bundle.resource.as_str().to_owned();
        self.push("Bundle", &id, text, shelf, line)
    }

    fn without_resource(&mut self, kind: BundleKind, entry: &Entry<'_>, line: u64) {
        match entry.request.as_ref().map(|request| request.method) {
            Some(Method::Post | Method::Put) if kind != BundleKind::Package => {
                let error = FhirError::bundle(entry.pointer(""), "the entry has no resource");
                self.refuse_for(line, &error);
            }
            Some(_) if kind != BundleKind::Package => {
                self.pass(line, "a request without a resource; an import only adds");
            }
            _ => (),
        }
    }

    fn take(
        &mut self,
        resource: &Resource<'_>,
        id: &RecordId,
        full_url: Option<&str>,
        naming: &Naming,
        line: u64,
    ) -> Result<(), Hung> {
        let shelf = Shelf::of(resource, id.as_str(), &naming.names);
        let rewritten = match naming.apply(resource, full_url) {
            Ok(rewritten) => rewritten,
            Err(error) => {
                self.refuse_for(line, &error);
                return Ok(());
            }
        };
        let mut text = rewritten.unwrap_or_else(|| resource.as_str().to_owned());
        if resource.member("id").is_none() {
            text = match Resource::of(&text) {
                Ok(resource) => resource.with_id(id),
                Err(error) => {
                    self.refuse_for(line, &error);
                    return Ok(());
                }
            };
        }
        self.push(&resource.kind, id, text, shelf, line)
    }

    fn push(
        &mut self,
        kind: &str,
        id: &RecordId,
        text: String,
        shelf: Shelf,
        line: u64,
    ) -> Result<(), Hung> {
        match self.seen.look(kind, id, &text) {
            Look::New => (),
            Look::Same => {
                self.chunk.repeated += 1;
                return Ok(());
            }
            Look::Other => {
                let reason = "another resource with this type and id came earlier in this run and differs; that one was taken";
                self.pass(line, reason);
                return Ok(());
            }
        }
        self.chunk.size += text.len();
        self.chunk.batch.push(Prepared {
            kind: kind.to_owned(),
            id: id.clone(),
            text,
            shelf,
            origin: Origin {
                source: Arc::clone(&self.source),
                line,
            },
        });
        if self.chunk.batch.len() >= BATCH_RESOURCES || self.chunk.size >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Hung> {
        (self.send)(std::mem::take(&mut self.chunk))
    }

    fn refuse_for(&mut self, line: u64, error: &FhirError) {
        self.refuse(line, error.to_string(), error.pointer());
    }

    fn refuse(&mut self, line: u64, reason: String, pointer: Option<String>) {
        self.note(Weight::Refused, line, reason, pointer);
    }

    fn pass(&mut self, line: u64, reason: &str) {
        self.note(Weight::Passed, line, reason.to_owned(), None);
    }

    fn note(&mut self, weight: Weight, line: u64, reason: String, pointer: Option<String>) {
        self.chunk.notes.push(Note {
            weight,
            origin: Origin {
                source: Arc::clone(&self.source),
                line,
            },
            reason,
            pointer,
        });
    }
}

/// Why an entry that brings a resource is passed over, if it is.
fn passed_over(
    kind: BundleKind,
    entry: &Entry<'_>,
    resource: &Resource<'_>,
) -> Option<&'static str> {
    if resource.kind == "Parameters" {
        return Some("Parameters are part of a request or an answer and are never stored");
    }
    let request = entry
        .request
        .as_ref()
        .filter(|_| kind != BundleKind::Package)?;
    match (request.method, request.target()) {
        (Method::Post | Method::Put, Target::Other(url)) if url.contains('$') => {
            Some("a call of an operation; an import only adds")
        }
        (Method::Post | Method::Put, _) => None,
        _ => Some("not a request to create or update; an import only adds"),
    }
}

/// Where the value that a refusal points at stands, as a line, in a resource whose text begins in line `first`.
pub(super) fn line_of(prepared: &Prepared, outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Refused {
            pointer: Some(pointer),
            ..
        } => {
            let at = scan::locate(&prepared.text, &(0..prepared.text.len()), pointer);
            prepared.origin.line + scan::line(&prepared.text, at) - 1
        }
        _ => prepared.origin.line,
    }
}

/// Read one line into `buffer`, at most a byte more than a document may have; the rest of a longer line is skipped. Gives the
/// bytes consumed.
fn take_line(stream: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<u64> {
    let limit = DOCUMENT_BYTES_MAX as u64 + 1;
    let mut consumed = stream.by_ref().take(limit).read_until(b'\n', buffer)? as u64;
    if consumed == limit && buffer.last() != Some(&b'\n') {
        loop {
            let available = stream.fill_buf()?;
            if available.is_empty() {
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let skip = end.map_or(available.len(), |at| at + 1);
            stream.consume(skip);
            consumed += skip as u64;
            if end.is_some() {
                break;
            }
        }
    }
    Ok(consumed)
}

/// Read the rest of the stream behind what `buffer` holds, at most a byte more than a document may have.
fn take_rest(stream: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<()> {
    let limit = (DOCUMENT_BYTES_MAX + 1).saturating_sub(buffer.len());
    stream.take(limit as u64).read_to_end(buffer).map(|_| ())
}

/// Whether a first line is a document by itself, perhaps a broken one, rather than the beginning of one set on many lines.
fn is_whole(line: &[u8]) -> bool {
    match std::str::from_utf8(line) {
        Ok(text) => scan::document(text).is_ok() || text.trim_end().ends_with('}'),
        Err(_) => line.trim_ascii_end().ends_with(b"}"),
    }
}

/// Counts lines forward through a text.
struct Lines<'a> {
    text: &'a str,
    first: u64,
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    const fn new(text: &'a str, first: u64) -> Self {
        Self {
            text,
            first,
            at: 0,
            line: first,
        }
    }

    /// The line of byte `at`. Quick when asked in order.
    fn at(&mut self, at: usize) -> u64 {
        if at < self.at {
            return self.first + scan::line(self.text, at) - 1;
        }
        let between = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = at;
        self.line
    }
}

/// The resources of a run, by keyed hashes of what they are called and what they say.
#[derive(Default)]
struct Seen {
    state: RandomState,
    now: HashMap<u64, u64>,
    before: HashMap<u64, u64>,
}

enum Look {
    New,
    Same,
    Other,
}

impl Seen {
    fn look(&mut self, kind: &str, id: &RecordId, text: &str) -> Look {
        let key = self.state.hash_one((kind, id.as_str()));
        let says = self.says(text);
        if let Some(said) = self.now.get(&key).or_else(|| self.before.get(&key)) {
            return if *said == says {
                Look::Same
            } else {
                Look::Other
            };
        }
        if self.now.len() >= SEEN_MAX {
            self.before = std::mem::take(&mut self.now);
        }
        self.now.insert(key, says);
        Look::New
    }

    /// The hash of a text without the white space between its parts.
    fn says(&self, text: &str) -> u64 {
        let mut hasher = self.state.build_hasher();
        let bytes = text.as_bytes();
        let (mut from, mut at) = (0, 0);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => at = string_end(bytes, at),
                b' ' | b'\n' | b'\r' | b'\t' => {
                    hasher.write(bytes.get(from..at).unwrap_or_default());
                    at += 1;
                    from = at;
                }
                _ => at += 1,
            }
        }
        hasher.write(bytes.get(from..).unwrap_or_default());
        hasher.finish()
    }
}

/// Where the string that begins at `at` ends.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) {
        at += found;
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            _ => at += 2,
        }
    }
    bytes.len()
}
