//! Lets a document in: checked, split by class, its searchable values found.

use base::limits::RECORD_BYTES_MAX;
use base::{Class, ClassSet};

use super::error::{DocumentError, Reason};
use super::form;
use super::payload::{LiftedEntry, Writer};
use super::scan::{Mistake, Scanned, Scanner, Sort, Token};
use super::search::{Finds, Found};
use super::splitter::{Lifted, Splitter, push};
use super::walk;
use crate::register::lookup::Member;
use crate::register::{Collection, Field, Form};

/// A document that was let in. Holds plaintext; seal the parts and drop it.
#[derive(Debug)]
pub struct Intake {
    parts: Vec<(Class, Vec<u8>)>,
    finds: Finds,
    id: Option<String>,
}

impl Intake {
    /// The payload of each class that occurs, least sensitive first.
    pub fn parts(&self) -> impl Iterator<Item = (Class, &[u8])> {
        self.parts
            .iter()
            .map(|(class, payload)| (*class, payload.as_slice()))
    }

    /// The payload of one class.
    #[must_use]
    pub fn part(&self, class: Class) -> Option<&[u8]> {
        self.parts()
            .find(|(other, _)| *other == class)
            .map(|(_, payload)| payload)
    }

    /// The classes that occur.
    #[must_use]
    pub fn classes(&self) -> ClassSet {
        self.parts().map(|(class, _)| class).collect()
    }

    /// The searchable values, normalised, each once, in the order of the collection's parameters.
    pub fn found(&self) -> impl Iterator<Item = Found<'_>> {
        self.finds.iter()
    }

    /// The document's own id, where the register says which field holds it and the document has it.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Checks `json` against `collection` and splits it.
///
/// # Errors
/// What is no strict JSON, too large or too deep, not as the register says, or holds a payment card number; with a pointer to
/// the value at fault, and never with the value.
pub fn intake(collection: &Collection, json: &[u8]) -> Result<Intake, DocumentError> {
    if json.len() > RECORD_BYTES_MAX {
        return Err(Mistake::new(Reason::TooLarge, RECORD_BYTES_MAX).finish());
    }
    let text = std::str::from_utf8(json)
        .map_err(|error| Mistake::new(Reason::NotUtf8, error.valid_up_to()).finish())?;
    Reader::new(collection, text)
        .document()
        .map_err(Mistake::finish)
}

struct Reader<'a> {
    collection: &'a Collection,
    scanner: Scanner<'a>,
    writers: Writers,
    seen: Vec<bool>,
    finds: Finds,
    lifted: Vec<Lifted>,
    lifts: u64,
    /// What stays of a field that members are lifted out of.
    kept: Vec<u8>,
    id: Option<String>,
}

impl<'a> Reader<'a> {
    fn new(collection: &'a Collection, text: &'a str) -> Self {
        Self {
            collection,
            scanner: Scanner::new(text),
            writers: Writers::default(),
            seen: vec![false; collection.fields.len()],
            finds: Finds::default(),
            lifted: Vec::new(),
            lifts: 0,
            kept: Vec::new(),
            id: None,
        }
    }

    fn document(mut self) -> Scanned<Intake> {
        self.scanner.space();
        if self.scanner.peek() != Some(b'{') {
            // Anything else is refused, but first for not being JSON if it is not.
            self.scanner.value()?;
            self.scanner.end()?;
            return Err(Mistake::new(Reason::NotAnObject, 0));
        }
        let mut members = self.scanner.open_object()?;
        let mut position = 0;
        while let Some(key) = self.scanner.next_key(&mut members)? {
            let name = self.scanner.name(key);
            let Some(member) = self
                .collection
                .lookup
                .find_hashed(name.as_bytes(), key.hash)
            else {
                return Err(Mistake::new(Reason::UnknownField, key.start).in_member(&name));
            };
            self.member(member, &name, position)
                .map_err(|mistake| mistake.in_member(&name))?;
            position += 1;
        }
        self.scanner.end()?;
        for index in &self.collection.required {
            if self.seen.get(*index) != Some(&true)
                && let Some(field) = self.collection.fields.get(*index)
            {
                let reason = Reason::Missing(field.name.to_string());
                return Err(Mistake::new(reason, 0).in_member(field.name.as_str()));
            }
        }
        if !self.finds.finish() {
            return Err(Mistake::new(Reason::TooManyValues, 0));
        }
        let mut parts: Vec<(Class, Vec<u8>)> = self
            .writers
            .into_iter()
            .map(|(class, writer)| (class, writer.finish()))
            .collect();
        parts.sort_unstable_by_key(|(class, _)| *class);
        Ok(Intake {
            parts,
            finds: self.finds,
            id: self.id,
        })
    }

    fn member(&mut self, member: Member, name: &str, position: u64) -> Scanned<()> {
        let collection = self.collection;
        let Some(field) = collection.fields.get(member.field) else {
            return Err(Mistake::new(Reason::UnknownField, self.scanner.at()));
        };
        // A companion without its value says why there is none, which is as good.
        if let Some(seen) = self.seen.get_mut(member.field) {
            *seen = true;
        }
        if member.companion {
            return self.companion(field, name, position);
        }
        let start = self.scanner.at();
        if field.lifts.is_some() {
            self.split(field, name, position)?;
        } else {
            let spaces = self.scanner.spaces;
            let token = self.checked(field, Scanner::value)?;
            self.whole(field.class, name, position, &token, spaces);
        }
        let value = self.scanner.slice(start..self.scanner.at());
        if collection.id.as_ref() == Some(&field.name) {
            self.id = walk::text_of(value).map(std::borrow::Cow::into_owned);
        }
        for (parameter, path) in collection.searched.get(member.field).into_iter().flatten() {
            if let Some(known) = collection.search.get(*parameter)
                && let Some(path) = known.paths.get(*path)
            {
                self.finds.look(*parameter, known.kind, &path.below, value);
            }
        }
        Ok(())
    }

    /// A field's value, each item of it read by `read` and checked.
    fn checked(
        &mut self,
        field: &Field,
        mut read: impl FnMut(&mut Scanner<'a>) -> Scanned<Token>,
    ) -> Scanned<Token> {
        let scanner = &mut self.scanner;
        if !field.list {
            // Known to be wrong before it is read: the error shall speak of the type, not of what may be inside.
            if field.shape.form == Form::Object
                && scanner
                    .peek()
                    .is_some_and(|byte| matches!(byte, b'[' | b'"' | b'-' | b'0'..=b'9'))
            {
                return Err(Mistake::new(
                    Reason::WrongType(field.shape.form.expected()),
                    scanner.at(),
                ));
            }
            let token = read(scanner)?;
            form::check(scanner, field, &token)?;
            return Ok(token);
        }
        let start = scanner.at();
        if scanner.peek() != Some(b'[') {
            scanner.value()?;
            return Err(Mistake::new(Reason::WrongType("an array"), start));
        }
        scanner.open_array()?;
        let mut index = 0;
        while scanner.next_item(index)? {
            let token = read(scanner).map_err(|mistake| mistake.in_item(index))?;
            // In FHIR an item that only has a companion is null.
            let stands_in =
                token.sort == Sort::Null && field.shape.primitive && self.collection.companions;
            if !stands_in {
                form::check(scanner, field, &token).map_err(|mistake| mistake.in_item(index))?;
            }
            index += 1;
        }
        Ok(Token {
            sort: Sort::Array,
            range: start..scanner.at(),
        })
    }

    /// `_name` beside `name`: an object, or an array of objects and nulls.
    fn companion(&mut self, field: &Field, name: &str, position: u64) -> Scanned<()> {
        let spaces = self.scanner.spaces;
        let start = self.scanner.at();
        let token = self.scanner.value()?;
        let (sort, expected) = if field.list {
            (Sort::Array, "an array")
        } else {
            (Sort::Object, "an object")
        };
        if token.sort != sort {
            return Err(Mistake::new(Reason::WrongType(expected), start));
        }
        self.whole(field.class, name, position, &token, spaces);
        Ok(())
    }

    /// Writes a value that stays whole.
    fn whole(&mut self, class: Class, name: &str, position: u64, token: &Token, spaces: usize) {
        let value = self.scanner.slice(token.range.clone());
        let spaced = self.scanner.spaces > spaces;
        let writer = writer(&mut self.writers, class, value.len());
        if !spaced {
            push(writer.field(position, name, value.len()), value, false);
            return;
        }
        self.kept.clear();
        push(&mut self.kept, value, true);
        let kept = &self.kept;
        writer
            .field(position, name, kept.len())
            .extend_from_slice(kept);
    }

    /// Copies a value without the members that have another class, and writes both.
    fn split(&mut self, field: &Field, name: &str, position: u64) -> Scanned<()> {
        let Some(automaton) = &field.lifts else {
            return Ok(());
        };
        let mut kept = std::mem::take(&mut self.kept);
        let mut lifted = std::mem::take(&mut self.lifted);
        kept.clear();
        if field.list {
            kept.push(b'[');
        }
        let mut index = 0;
        let result = self.checked(field, |scanner| {
            let mut splitter = Splitter::new(automaton, &mut kept, &mut lifted);
            if field.list {
                splitter.item(index);
            }
            index += 1;
            splitter.value(scanner, name)
        });
        if field.list {
            kept.push(b']');
        }
        result?;
        writer(&mut self.writers, field.class, kept.len())
            .field(position, name, kept.len())
            .extend_from_slice(&kept);
        for entry in lifted.drain(..) {
            let writer = writer(&mut self.writers, entry.class, entry.value.len());
            writer.lifted(&LiftedEntry {
                position,
                offset: entry.offset as u64,
                number: self.lifts,
                pointer: &entry.pointer,
                value: &entry.value,
            });
            self.lifts += 1;
        }
        self.kept = kept;
        self.lifted = lifted;
        Ok(())
    }
}

/// One writer a class, as they come to be needed; hardly ever more than four.
type Writers = Vec<(Class, Writer)>;

/// The writer of the part for `class`.
fn writer(writers: &mut Writers, class: Class, room: usize) -> &mut Writer {
    let known = writers.iter().position(|(other, _)| *other == class);
    let index = known.unwrap_or_else(|| {
        writers.push((class, Writer::new(room + 64)));
        writers.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "Invariant: found or pushed above")]
    &mut writers[index].1
}
