//! The payload of a part, version 1: `docs/formats/record-parts.md`.
//!
//! A version byte, then entries to the end. Numbers are unsigned LEB128.
//!
//! ```text
//! field   1, position, name length, name, value length, value
//! lifted  2, position of its field, offset, number, pointer length, pointer, value length, value
//! ```

use super::error::DocumentError;

const VERSION: u8 = 1;
const FIELD: u8 = 1;
const LIFTED: u8 = 2;

/// A whole field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FieldEntry<'a> {
    /// Its place among the document's members.
    pub position: u64,
    /// Its name.
    pub name: &'a str,
    /// Its value, JSON.
    pub value: &'a str,
}

/// A member that was taken out of a field of another class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LiftedEntry<'a> {
    /// The field's place among the document's members.
    pub position: u64,
    /// The byte of the field's remaining value where the member goes back in.
    pub offset: u64,
    /// How many were lifted before it in the document.
    pub number: u64,
    /// The way to it from the document, RFC 6901.
    pub pointer: &'a str,
    /// Its value, JSON.
    pub value: &'a str,
}

/// Writes one part.
#[derive(Debug)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        bytes.push(VERSION);
        Self(bytes)
    }

    /// Writes a field whose value is `value` bytes long, and hands out the buffer to put the value into.
    pub(super) fn field(&mut self, position: u64, name: &str, length: usize) -> &mut Vec<u8> {
        self.0.push(FIELD);
        push_number(&mut self.0, position);
        push_text(&mut self.0, name);
        push_number(&mut self.0, length as u64);
        &mut self.0
    }

    pub(super) fn lifted(&mut self, entry: &LiftedEntry<'_>) {
        self.0.push(LIFTED);
        push_number(&mut self.0, entry.position);
        push_number(&mut self.0, entry.offset);
        push_number(&mut self.0, entry.number);
        push_text(&mut self.0, entry.pointer);
        push_text(&mut self.0, entry.value);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    push_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Invariant: below 0x80 after the loop"
    )]
    bytes.push(number as u8);
}

/// What a part holds.
#[derive(Debug, Default)]
pub(super) struct Part<'a> {
    pub fields: Vec<FieldEntry<'a>>,
    pub lifted: Vec<LiftedEntry<'a>>,
}

/// Reads a part. The bytes were sealed by us; if they do not fit the format, the record does not hold together.
pub(super) fn read(bytes: &[u8]) -> Result<Part<'_>, DocumentError> {
    let Some((&VERSION, rest)) = bytes.split_first() else {
        return Err(DocumentError::damaged("a part of an unknown version"));
    };
    let mut reader = Reader(rest);
    let mut part = Part::default();
    while let Some(tag) = reader.byte() {
        match tag {
            FIELD => part.fields.push(FieldEntry {
                position: reader.number()?,
                name: reader.text()?,
                value: reader.text()?,
            }),
            LIFTED => part.lifted.push(LiftedEntry {
                position: reader.number()?,
                offset: reader.number()?,
                number: reader.number()?,
                pointer: reader.text()?,
                value: reader.text()?,
            }),
            _ => return Err(DocumentError::damaged("a part with an unknown entry")),
        }
    }
    Ok(part)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Result<u64, DocumentError> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self
                .byte()
                .ok_or(DocumentError::damaged("a part that ends too early"))?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DocumentError::damaged(
            "a part with a number beyond all bounds",
        ))
    }

    fn text(&mut self) -> Result<&'a str, DocumentError> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let (text, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(DocumentError::damaged("a part that ends too early"))?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| DocumentError::damaged("a part that is not text"))
    }
}
