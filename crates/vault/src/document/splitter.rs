//! Takes members of another class out of a field's value.
//!
//! The value is copied while it is scanned, without white space and without the lifted members, so that what stays behind is
//! JSON of its own. A lifted member remembers the byte where it was: right after the opening brace if nothing before it in its
//! object stayed, else right after the member before it. That is all that putting it back needs.

use base::Class;

use super::json::push_compact;
use super::scan::{Key, Scanned, Scanner, Sort, Token};
use crate::register::pattern::{Automaton, Next, State};

/// A member that was taken out.
#[derive(Debug)]
pub(super) struct Lifted {
    pub class: Class,
    pub offset: usize,
    pub pointer: String,
    pub value: String,
}

/// Copies one field's value.
pub(super) struct Splitter<'s> {
    automaton: &'s Automaton,
    /// What stays behind.
    kept: &'s mut Vec<u8>,
    lifted: &'s mut Vec<Lifted>,
    trail: Vec<Step>,
}

#[derive(Clone, Copy)]
enum Step {
    Field,
    Member(Key),
    Item(usize),
}

impl<'s> Splitter<'s> {
    /// Copies to `kept`, which holds nothing but this field's value.
    pub(super) fn new(
        automaton: &'s Automaton,
        kept: &'s mut Vec<u8>,
        lifted: &'s mut Vec<Lifted>,
    ) -> Self {
        Self {
            automaton,
            kept,
            lifted,
            trail: vec![Step::Field],
        }
    }

    /// Copies the value that begins here. `field` is the name of its field.
    pub(super) fn value(&mut self, scanner: &mut Scanner<'_>, field: &str) -> Scanned<Token> {
        self.inside(scanner, field, Automaton::START)
    }

    /// Goes to item `index` of a field that is a list.
    pub(super) fn item(&mut self, index: usize) {
        if index > 0 {
            self.kept.push(b',');
        }
        self.trail.push(Step::Item(index));
    }

    fn inside(&mut self, scanner: &mut Scanner<'_>, field: &str, state: State) -> Scanned<Token> {
        let start = scanner.at();
        let sort = match scanner.peek() {
            Some(b'{') if state != Automaton::DEAD => {
                self.object(scanner, field, state)?;
                Sort::Object
            }
            Some(b'[') if state != Automaton::DEAD => {
                self.array(scanner, field, state)?;
                Sort::Array
            }
            _ => {
                let spaces = scanner.spaces;
                let token = scanner.value()?;
                push(
                    self.kept,
                    scanner.slice(token.range.clone()),
                    scanner.spaces > spaces,
                );
                return Ok(token);
            }
        };
        Ok(Token {
            sort,
            range: start..scanner.at(),
        })
    }

    fn object(&mut self, scanner: &mut Scanner<'_>, field: &str, state: State) -> Scanned<()> {
        let mut members = scanner.open_object()?;
        self.kept.push(b'{');
        let mut empty = true;
        while let Some(key) = scanner.next_key(&mut members)? {
            let name = scanner.name(key);
            self.trail.push(Step::Member(key));
            match self.automaton.step(state, name.as_bytes(), key.hash) {
                Next::Lifted(lift) => {
                    let spaces = scanner.spaces;
                    let token = scanner
                        .value()
                        .map_err(|mistake| mistake.in_member(&name))?;
                    let mut value = Vec::new();
                    push(
                        &mut value,
                        scanner.slice(token.range),
                        scanner.spaces > spaces,
                    );
                    self.lifted.push(Lifted {
                        class: lift.class,
                        offset: self.kept.len(),
                        pointer: self.pointer(scanner, field),
                        value: String::from_utf8(value).unwrap_or_default(),
                    });
                }
                Next::Inside(state) => {
                    if !empty {
                        self.kept.push(b',');
                    }
                    empty = false;
                    self.kept.push(b'"');
                    self.kept
                        .extend_from_slice(scanner.slice(key.start..key.end).as_bytes());
                    self.kept.extend_from_slice(b"\":");
                    self.inside(scanner, field, state)
                        .map_err(|mistake| mistake.in_member(&name))?;
                }
            }
            self.trail.pop();
        }
        self.kept.push(b'}');
        Ok(())
    }

    fn array(&mut self, scanner: &mut Scanner<'_>, field: &str, state: State) -> Scanned<()> {
        scanner.open_array()?;
        self.kept.push(b'[');
        let mut index = 0;
        while scanner.next_item(index)? {
            if index > 0 {
                self.kept.push(b',');
            }
            self.trail.push(Step::Item(index));
            self.inside(scanner, field, state)
                .map_err(|mistake| mistake.in_item(index))?;
            self.trail.pop();
            index += 1;
        }
        self.kept.push(b']');
        Ok(())
    }

    /// The way to where the scanner is, RFC 6901.
    fn pointer(&self, scanner: &Scanner<'_>, field: &str) -> String {
        let mut pointer = String::new();
        for step in &self.trail {
            pointer.push('/');
            match step {
                Step::Field => pointer.push_str(field),
                Step::Member(key) => {
                    pointer.push_str(&scanner.name(*key).replace('~', "~0").replace('/', "~1"))
                }
                Step::Item(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// `text` at the end of `out`, without the white space between its tokens if there is any.
pub(super) fn push(out: &mut Vec<u8>, text: &str, spaced: bool) {
    if spaced {
        push_compact(out, text);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}
