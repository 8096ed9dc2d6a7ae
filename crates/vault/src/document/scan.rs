//! One pass over JSON text: strict grammar, limits, duplicate names, card numbers.
//!
//! The scanner keeps no tree. A mistake is reported from where it is noticed, and each level that it passes on the way out adds
//! its step to the pointer, so that the good way pays nothing for it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use base::limits::{JSON_DEPTH_MAX, NUMBER_DIGITS_MAX};
use base::{Name, card};

use super::error::{DocumentError, Reason};
use super::json::{plain, unescape};
use crate::register::hash::hash;

/// What scanning ends in.
pub(super) type Scanned<T> = Result<T, Box<Mistake>>;

/// A mistake on its way out.
#[derive(Debug)]
pub(super) struct Mistake {
    reason: Reason,
    at: usize,
    /// Innermost first; `None` where the mistake is not about one value.
    steps: Option<Vec<String>>,
}

impl Mistake {
    /// A mistake in the value at `at`.
    pub(super) fn new(reason: Reason, at: usize) -> Box<Self> {
        let steps = match reason {
            Reason::TooLarge | Reason::NotUtf8 | Reason::Syntax(_) | Reason::Surrogate => None,
            _ => Some(Vec::new()),
        };
        Box::new(Self { reason, at, steps })
    }

    /// The mistake was in the member called `name`.
    ///
    /// A name is shown only if it could be a field's: anything else might be somebody's data.
    pub(super) fn in_member(mut self: Box<Self>, name: &str) -> Box<Self> {
        if let Some(steps) = &mut self.steps {
            if name.parse::<Name>().is_ok() && card::find(name).is_none() {
                steps.push(name.to_owned());
            } else {
                // The pointer ends at the object that has the unspeakable name.
                steps.clear();
            }
        }
        self
    }

    /// The mistake was in the item at `index`.
    pub(super) fn in_item(mut self: Box<Self>, index: usize) -> Box<Self> {
        if let Some(steps) = &mut self.steps {
            steps.push(index.to_string());
        }
        self
    }

    /// The mistake as the caller learns it.
    #[expect(
        clippy::boxed_local,
        reason = "mistakes are boxed from where they are made to here"
    )]
    pub(super) fn finish(self: Box<Self>) -> DocumentError {
        let pointer = self
            .steps
            .map(|steps| steps.iter().rev().flat_map(|step| ["/", step]).collect());
        DocumentError {
            reason: self.reason,
            at: self.at,
            pointer,
        }
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text { escaped: bool },
    Number,
    Boolean,
    Null,
    Object,
    Array,
}

/// A value that was scanned.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub sort: Sort,
    /// Its bytes; for a text with its quotes.
    pub range: Range<usize>,
}

/// A member's name that was scanned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    /// The bytes between the quotes.
    pub start: usize,
    pub end: usize,
    pub escaped: bool,
    pub hash: u64,
}

/// Objects with more members than this look for duplicates in a hash set instead of one by one.
const FEW: usize = 24;

/// Stands at one place in a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Where the objects and arrays begin that the scanner is in, outermost first.
    containers: Vec<usize>,
    /// Bytes of white space between tokens so far: tells whether a value has any inside.
    pub spaces: usize,
    /// The names of the objects that the scanner is in, outermost first.
    keys: Vec<Key>,
}

/// The members of one object, as far as they have been seen.
pub(super) struct Members {
    first: usize,
    many: Option<HashSet<String>>,
    any: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            containers: Vec::with_capacity(16),
            spaces: 0,
            keys: Vec::with_capacity(64),
        }
    }

    /// Where the scanner stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The text in `range`.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The name, escapes resolved.
    pub(super) fn name(&self, key: Key) -> Cow<'a, str> {
        let raw = self.slice(key.start..key.end);
        if key.escaped {
            unescape(raw)
        } else {
            Cow::Borrowed(raw)
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn mistake<T>(&self, reason: Reason) -> Scanned<T> {
        Err(Mistake::new(reason, self.at))
    }

    fn syntax<T>(&self, what: &'static str) -> Scanned<T> {
        self.mistake(Reason::Syntax(what))
    }

    /// Past white space.
    pub(super) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
            self.spaces += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &'static str) -> Scanned<()> {
        self.space();
        if self.peek() != Some(byte) {
            return self.syntax(what);
        }
        self.at += 1;
        Ok(())
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Scanned<()> {
        self.space();
        if self.peek().is_some() {
            return self.syntax("more text after the end");
        }
        Ok(())
    }

    /// Into an object, which begins here.
    pub(super) fn open_object(&mut self) -> Scanned<Members> {
        self.enter()?;
        Ok(Members {
            first: self.keys.len(),
            many: None,
            any: false,
        })
    }

    fn enter(&mut self) -> Scanned<()> {
        if self.containers.len() >= JSON_DEPTH_MAX {
            return self.mistake(Reason::TooDeep);
        }
        self.containers.push(self.at);
        self.at += 1;
        Ok(())
    }

    /// The next member's name, up to and with its colon; `None` at the end of the object.
    pub(super) fn next_key(&mut self, members: &mut Members) -> Scanned<Option<Key>> {
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.containers.pop();
            self.keys.truncate(members.first);
            return Ok(None);
        }
        if members.any {
            self.expect(b',', "expected `,` or `}`")?;
            self.space();
        }
        members.any = true;
        if self.peek() != Some(b'"') {
            return self.syntax("expected a member's name in quotes");
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let mut key = Key {
            start,
            end: self.at - 1,
            escaped,
            hash: 0,
        };
        let name = self.name(key);
        key.hash = hash(name.as_bytes());
        if self.is_duplicate(members, key, &name) {
            return Err(Mistake::new(Reason::Duplicate, start).in_member(&name));
        }
        self.keys.push(key);
        self.expect(b':', "expected `:`")?;
        self.space();
        Ok(Some(key))
    }

    /// Whether the object has a member of this name already.
    fn is_duplicate(&self, members: &mut Members, key: Key, name: &str) -> bool {
        let seen = self.keys.get(members.first..).unwrap_or_default();
        if seen.len() < FEW {
            return seen
                .iter()
                .any(|other| other.hash == key.hash && self.name(*other) == name);
        }
        let many = members.many.get_or_insert_with(|| {
            seen.iter()
                .map(|other| self.name(*other).into_owned())
                .collect()
        });
        !many.insert(name.to_owned())
    }

    /// Into an array, which begins here.
    pub(super) fn open_array(&mut self) -> Scanned<()> {
        self.enter()
    }

    /// To item number `index`; `false` at the end of the array.
    pub(super) fn next_item(&mut self, index: usize) -> Scanned<bool> {
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.containers.pop();
            return Ok(false);
        }
        if index > 0 {
            self.expect(b',', "expected `,` or `]`")?;
            self.space();
        }
        Ok(true)
    }

    /// The value that begins here, with all that is in it.
    pub(super) fn value(&mut self) -> Scanned<Token> {
        let start = self.at;
        let sort = match self.peek() {
            Some(b'"') => Sort::Text {
                escaped: self.string()?,
            },
            Some(b'{') => {
                self.object()?;
                Sort::Object
            }
            Some(b'[') => {
                self.array()?;
                Sort::Array
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                Sort::Number
            }
            Some(b't') => self.literal("true", Sort::Boolean)?,
            Some(b'f') => self.literal("false", Sort::Boolean)?,
            Some(b'n') => self.literal("null", Sort::Null)?,
            Some(_) => return self.syntax("expected a value"),
            None => return self.syntax("the text ends too early"),
        };
        Ok(Token {
            sort,
            range: start..self.at,
        })
    }

    fn object(&mut self) -> Scanned<()> {
        let mut members = self.open_object()?;
        while let Some(key) = self.next_key(&mut members)? {
            if let Err(mistake) = self.value() {
                return Err(mistake.in_member(&self.name(key)));
            }
        }
        Ok(())
    }

    fn array(&mut self) -> Scanned<()> {
        self.open_array()?;
        let mut index = 0;
        while self.next_item(index)? {
            self.value().map_err(|mistake| mistake.in_item(index))?;
            index += 1;
        }
        Ok(())
    }

    fn literal(&mut self, word: &str, sort: Sort) -> Scanned<Sort> {
        if !self.slice(self.at..self.at + word.len()).eq(word) {
            return self.syntax("expected a value");
        }
        self.at += word.len();
        Ok(sort)
    }

    /// Past a number: the grammar of RFC 8259, no longer and no larger than others can read.
    fn number(&mut self) -> Scanned<()> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let whole = self.digits();
        let leading_zero = self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        if whole == 0 || (whole > 1 && leading_zero) {
            return self.syntax(
                "a number begins with a digit, and with 0 only if that is all before the point",
            );
        }
        let mut digits = whole;
        if self.peek() == Some(b'.') {
            self.at += 1;
            let fraction = self.digits();
            if fraction == 0 {
                return self.syntax("a digit follows the point of a number");
            }
            digits += fraction;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            let from = self.at;
            let exponent = self.digits();
            if exponent == 0 {
                return self.syntax("a digit follows the `e` of a number");
            }
            digits += exponent;
            let value: Option<u32> = self.slice(from..self.at).parse().ok();
            if digits <= NUMBER_DIGITS_MAX && value.is_none_or(|value| value > 308) {
                return Err(Mistake::new(Reason::NumberTooLarge, start));
            }
        }
        if digits > NUMBER_DIGITS_MAX {
            return Err(Mistake::new(Reason::NumberTooLong, start));
        }
        if card::find_in_number(self.slice(start..self.at)).is_some() {
            return Err(Mistake::new(Reason::Card, start));
        }
        Ok(())
    }

    /// Past digits; how many there were.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    /// Past a string; whether it has escapes in it.
    fn string(&mut self) -> Scanned<bool> {
        let start = self.at + 1;
        let mut escaped = false;
        self.at = start;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => {
                    return self.syntax("a control character in a string is written as an escape");
                }
                None => return self.syntax("a string does not end"),
            }
        }
        let raw = self.slice(start..self.at);
        let card = if escaped {
            card::find(&unescape(raw))
        } else {
            card::find(raw)
        };
        if card.is_some() && !self.is_declared_code(start, raw) {
            return Err(Mistake::new(Reason::Card, start));
        }
        self.at += 1;
        Ok(escaped)
    }

    fn escape(&mut self) -> Scanned<()> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => match self.unit(self.at)? {
                0xDC00..=0xDFFF => return self.mistake(Reason::Surrogate),
                0xD800..=0xDBFF => {
                    let second = self.at + 6;
                    let follows = bytes.get(second..second + 2) == Some(b"\\u".as_slice());
                    if !follows || !matches!(self.unit(second)?, 0xDC00..=0xDFFF) {
                        return self.mistake(Reason::Surrogate);
                    }
                    self.at += 12;
                }
                _ => self.at += 6,
            },
            _ => return self.syntax("no such escape"),
        }
        Ok(())
    }

    /// The code unit of the escape `\uXXXX` at `at`.
    fn unit(&self, at: usize) -> Scanned<u32> {
        let digits = self.text.as_bytes().get(at + 2..at + 6).unwrap_or_default();
        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return self.syntax("four hexadecimal digits follow `\\u`");
        }
        let digits = std::str::from_utf8(digits).unwrap_or_default();
        u32::from_str_radix(digits, 16)
            .or_else(|_| self.syntax("four hexadecimal digits follow `\\u`"))
    }

    /// Whether the string at `start` is a code of SNOMED CT, and its object says so: the identifiers of its extensions are as
    /// long as card numbers, begin with any digit, and carry a check digit of their own.
    fn is_declared_code(&self, start: usize, raw: &str) -> bool {
        let object = self
            .containers
            .last()
            .map_or("", |object| self.slice(*object..self.text.len()));
        let string = self.slice(start - 1..self.text.len());
        is_snomed_id(raw)
            && super::walk::is_value_of(object, string, "code", "system", "http://snomed.info/sct")
    }
}

/// Whether `digits` is an identifier of SNOMED CT: 6 to 18 digits, a known partition, and a right Verhoeff check digit.
/// (SNOMED CT Release File Specification, 6: SCTID.)
pub(super) fn is_snomed_id(digits: &str) -> bool {
    /// The dihedral group D5.
    const MULTIPLY: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const PERMUTE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let partition = digits
        .len()
        .checked_sub(3)
        .and_then(|at| digits.get(at..at + 2));
    let known = matches!(partition, Some("00" | "01" | "02" | "10" | "11" | "12"));
    if !(6..=18).contains(&digits.len())
        || !known
        || !digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return false;
    }
    let check = digits
        .bytes()
        .rev()
        .enumerate()
        .try_fold(0_u8, |check, (place, byte)| {
            let mut digit = byte - b'0';
            for _ in 0..place % 8 {
                digit = *PERMUTE.get(usize::from(digit))?;
            }
            MULTIPLY
                .get(usize::from(check))?
                .get(usize::from(digit))
                .copied()
        });
    check == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_snomed_ct_proves_itself() {
        for code in [
            "73211009",
            "10939881000119105",
            "449868002",
            "900000000000207008",
        ] {
            assert!(is_snomed_id(code), "{code}");
        }
        for other in [
            "73211008",
            "4242424242424242",
            "",
            "0",
            "999999999999999999999",
        ] {
            assert!(!is_snomed_id(other), "{other}");
        }
    }
}
