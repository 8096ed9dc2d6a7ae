//! Puts a document together again from the parts that a reader may see.

use std::collections::BTreeSet;

use base::Class;

use super::error::DocumentError;
use super::mask::push_masked;
use super::payload::{self, FieldEntry, LiftedEntry};
use crate::register::{Collection, Mask};

/// How a reader sees a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Whole.
    Clear,
    /// Under the masks that the register gives its fields.
    Masked,
}

/// The JSON text of the document whose `parts` these are. A class that is not among them is absent.
///
/// Fields stand in the order in which they came in. A member of another class that was lifted out of a field is put back where
/// it was; if its field is not visible, it is not shown either. With `only`, fields that it does not name are absent, too.
///
/// # Errors
/// Parts that are not of the format or do not fit each other: the stored record does not hold together.
pub fn merge(
    collection: &Collection,
    parts: &[(Class, &[u8], Sight)],
    only: Option<&BTreeSet<String>>,
) -> Result<Vec<u8>, DocumentError> {
    let mut fields: Vec<(FieldEntry<'_>, Sight)> = Vec::with_capacity(32);
    let mut lifted: Vec<(LiftedEntry<'_>, Sight)> = Vec::new();
    let mut length = 2;
    for (_, bytes, sight) in parts {
        let part = payload::read(bytes)?;
        fields.extend(part.fields.into_iter().map(|entry| (entry, *sight)));
        lifted.extend(part.lifted.into_iter().map(|entry| (entry, *sight)));
        length += bytes.len();
    }
    if let Some(only) = only {
        // What a resource is, and which, is no secret to whoever may open some of it.
        fields.retain(|(entry, _)| {
            matches!(entry.name, "resourceType" | "id")
                || only.contains(entry.name.trim_start_matches('_'))
        });
    }
    fields.sort_unstable_by_key(|(entry, _)| entry.position);
    lifted.sort_unstable_by_key(|(entry, _)| (entry.position, entry.number));
    let mut out = Vec::with_capacity(length);
    let mut rest = lifted.as_slice();
    for (entry, sight) in &fields {
        let skipped = rest.partition_point(|(lifted, _)| lifted.position < entry.position);
        let from = rest.get(skipped..).unwrap_or_default();
        let count = from.partition_point(|(lifted, _)| lifted.position == entry.position);
        let (own, after) = from.split_at(count);
        rest = after;
        let start = out.len();
        out.push(b',');
        push_name(&mut out, entry.name);
        let shown = match sight {
            Sight::Clear if own.is_empty() => {
                out.extend_from_slice(entry.value.as_bytes());
                true
            }
            Sight::Clear => {
                push_spliced(&mut out, collection, entry, own)?;
                true
            }
            Sight::Masked => push_masked(&mut out, mask_of(collection, entry.name), entry.value),
        };
        if !shown {
            out.truncate(start);
        }
    }
    match out.first_mut() {
        Some(first) => *first = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
    Ok(out)
}

fn push_name(out: &mut Vec<u8>, name: &str) {
    // A name in the register has no character that JSON would escape.
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// What the register leaves of the field `name`; nothing if it does not know the field any more.
fn mask_of(collection: &Collection, name: &str) -> Mask {
    collection
        .field(name)
        .map_or(Mask::Absent, |field| field.mask)
}

/// The field's value with what was lifted out of it put back.
fn push_spliced(
    out: &mut Vec<u8>,
    collection: &Collection,
    field: &FieldEntry<'_>,
    lifted: &[(LiftedEntry<'_>, Sight)],
) -> Result<(), DocumentError> {
    let misfit = || DocumentError::damaged("a lifted member that fits nowhere");
    let value = field.value.as_bytes();
    let mut done = 0;
    for here in lifted.chunk_by(|(one, _), (other, _)| one.offset == other.offset) {
        let offset = here.first().map_or(0, |(entry, _)| entry.offset);
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        out.extend_from_slice(value.get(done..offset).ok_or_else(misfit)?);
        done = offset;
        let previous = offset
            .checked_sub(1)
            .and_then(|at| value.get(at))
            .ok_or_else(misfit)?;
        let next = value.get(offset).ok_or_else(misfit)?;
        // Either nothing that stayed stands before, or a comma is due.
        let mut first = *previous == b'{';
        for (entry, sight) in here {
            let start = out.len();
            if !first {
                out.push(b',');
            }
            let (_, name) = entry.pointer.rsplit_once('/').ok_or_else(misfit)?;
            push_name(out, name);
            let shown = match sight {
                Sight::Clear => {
                    out.extend_from_slice(entry.value.as_bytes());
                    true
                }
                Sight::Masked => {
                    push_masked(out, lifted_mask(collection, entry.pointer), entry.value)
                }
            };
            if shown {
                first = false;
            } else {
                out.truncate(start);
            }
        }
        if *previous == b'{' && *next != b'}' && !first {
            out.push(b',');
        }
    }
    out.extend_from_slice(value.get(done..).ok_or_else(misfit)?);
    Ok(())
}

/// What the register leaves of a lifted member.
fn lifted_mask(collection: &Collection, pointer: &str) -> Mask {
    let mut names = pointer.split('/').skip(1);
    let field = names.next().and_then(|name| collection.field(name));
    let below: Vec<&str> = names
        .filter(|name| !name.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    let lift = field
        .and_then(|field| field.lifts.as_ref())
        .and_then(|lifts| lifts.lift_of(&below));
    lift.map_or(Mask::Absent, |lift| lift.mask)
}
