//! The canonical bytes of an entry: compact JSON, members in one order, absent where there is nothing to say.
//!
//! Written by hand: it is on the way of every request, and no value can hold a character that JSON would escape.

use base::{Instant, Name};

use super::{Entry, Word, time};

/// What every entry of version 1 begins with; the time stands right behind.
pub(crate) const HEAD: &[u8] = br#"{"v":1,"at":""#;
/// Where the time stands.
pub(crate) const AT: std::ops::Range<usize> = HEAD.len()..HEAD.len() + time::TIME_CHARS;
/// A full entry about a record has about 400 bytes.
const CAPACITY_BYTES: usize = 512;

const HEX: &[u8; 16] = b"0123456789abcdef";

struct Writer(Vec<u8>);

impl Writer {
    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn key(&mut self, key: &str) {
        self.raw(b",\"");
        self.raw(key.as_bytes());
        self.raw(b"\":");
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        self.quoted(text);
    }

    fn quoted(&mut self, text: &str) {
        self.0.push(b'"');
        self.raw(text.as_bytes());
        self.0.push(b'"');
    }

    fn hex(&mut self, bytes: &[u8]) {
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                self.0
                    .push(HEX.get(usize::from(nibble)).copied().unwrap_or_default());
            }
        }
    }

    fn hex_text(&mut self, key: &str, bytes: &[u8]) {
        self.key(key);
        self.0.push(b'"');
        self.hex(bytes);
        self.0.push(b'"');
    }

    fn uuid(&mut self, key: &str, bytes: &[u8; 16]) {
        self.key(key);
        self.0.push(b'"');
        for (at, byte) in bytes.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                self.0.push(b'-');
            }
            self.hex(std::slice::from_ref(byte));
        }
        self.0.push(b'"');
    }

    fn number(&mut self, key: &str, number: u64) {
        self.key(key);
        let mut digits = [0; 20];
        let mut rest = number;
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            used += 1;
            if rest == 0 {
                break;
            }
        }
        let (_, number) = digits.split_at(digits.len() - used);
        self.raw(number);
    }

    fn time(&mut self, at: Instant) {
        // Invariant: `Entry::new` and `parse` let no other time in. What is built by hand shows as the epoch.
        let text = time::write(at).or_else(|| time::write(Instant::from_micros(0)));
        self.raw(text.as_ref().map_or(&[], |text| text.as_slice()));
    }
}

impl Entry {
    /// The canonical bytes: what is hashed, sealed and shown.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(CAPACITY_BYTES));
        out.raw(HEAD);
        out.time(self.at);
        out.0.push(b'"');
        if let Some(clock) = self.clock {
            out.key("clock");
            out.0.push(b'"');
            out.time(clock);
            out.0.push(b'"');
        }
        out.uuid("request", self.request.as_bytes());
        out.raw(br#","actor":{"kind":"#);
        out.quoted(self.actor.kind.as_str());
        out.text("id", self.actor.id.as_str());
        out.text("role", self.actor.role.as_str());
        out.text("by", self.actor.by.as_str());
        out.0.push(b'}');
        out.text("action", self.action.as_str());
        out.text("outcome", self.outcome.as_str());
        if let Some(person) = &self.person {
            out.uuid("person", person.as_bytes());
        }
        if let Some(collection) = &self.collection {
            out.text("collection", collection.as_str());
        }
        if let Some(record) = &self.record {
            out.hex_text("record", record.as_bytes());
        }
        if let Some(file) = &self.file {
            out.uuid("file", file.as_bytes());
        }
        if let Some(version) = self.version {
            out.number("version", version);
        }
        if !self.classes.is_empty() {
            out.key("classes");
            let mut mark = b'[';
            for class in self.classes.iter() {
                out.0.push(mark);
                out.quoted(class.as_str());
                mark = b',';
            }
            out.0.push(b']');
        }
        if let Some(purpose) = self.purpose {
            out.text("purpose", purpose.as_str());
        }
        if let Some(grant) = &self.grant {
            out.uuid("grant", grant);
        }
        if let Some(policy) = self.policy.as_ref().map(Name::as_str) {
            out.text("policy", policy);
        }
        if let Some(token) = &self.token {
            out.uuid("token", token.as_bytes());
        }
        if let Some(subject) = &self.subject {
            out.uuid("subject", subject);
        }
        if let Some(check) = self.check.as_ref().map(Name::as_str) {
            out.text("check", check);
        }
        if let Some(generation) = self.generation {
            out.number("generation", u64::from(generation));
        }
        if let Some(count) = self.count {
            out.number("count", count);
        }
        if let Some(digest) = &self.digest {
            out.hex_text("digest", digest);
        }
        if let Some(code) = self.code.as_ref().map(Word::as_str) {
            out.text("code", code);
        }
        out.0.push(b'}');
        out.0
    }
}
