//! The place of a sealed thing: associated data in one canonical form (`docs/formats/associated-data.md`).

use std::fmt;

const VERSION: u8 = 1;
const LABEL: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;
const INT: u8 = 4;

/// Typical size: environment, tenant, person, collection, record, version.
const CAPACITY_BYTES: usize = 192;

/// What a sealed thing is bound to: a label that says what it is, then fields in a fixed order.
///
/// Each field carries its type and its length, so two different lists of fields never give the same bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Context(Vec<u8>);

impl Context {
    /// The place of a `label`, e.g. `record`. A label belongs to one kind of thing with one list of fields.
    #[must_use]
    pub fn new(label: &'static str) -> Self {
        let mut bytes = Vec::with_capacity(CAPACITY_BYTES);
        bytes.push(VERSION);
        Self(bytes).field(LABEL, label.as_bytes())
    }

    /// Add a text.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.field(TEXT, text.as_bytes())
    }

    /// Add bytes.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.field(BYTES, bytes)
    }

    /// Add a number.
    #[must_use]
    pub fn int(self, int: u64) -> Self {
        self.field(INT, &int.to_be_bytes())
    }

    /// The canonical bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn field(mut self, kind: u8, value: &[u8]) -> Self {
        self.0.push(kind);
        // A u64 holds every length there can be, so that no two values share a prefix.
        self.0
            .extend_from_slice(&(value.len() as u64).to_be_bytes());
        self.0.extend_from_slice(value);
        self
    }
}

impl fmt::Debug for Context {
    /// Mute: a context names a person and a record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({} bytes)", self.0.len())
    }
}
