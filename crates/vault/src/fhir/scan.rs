//! Finds its way in JSON text without taking it apart, so that what is not touched stays byte for byte as it came.
//!
//! A bundle is cut into entries, a reference is exchanged, an id is put in: all by position in the text. Strictness about what
//! may be stored (depth of a record, digits of a number, cards) is the intake's affair; here only well-formed JSON passes.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Nesting beyond this is refused: a record's own limit and what a bundle puts around it.
const DEPTH_MAX: usize = base::limits::JSON_DEPTH_MAX + 8;

/// The bytes of a text that hold one value.
pub type Span = Range<usize>;

/// Text that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not well-formed JSON: {reason}")]
pub struct Malformed {
    /// The byte where reading stopped.
    pub at: usize,
    /// What was wrong there.
    pub reason: &'static str,
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// Its name, escapes resolved.
    pub key: Cow<'a, str>,
    /// Where the name begins, its quote included.
    pub at: usize,
    /// Where its value lies.
    pub value: Span,
}

/// The one value that `text` holds, with nothing but white space around it.
pub fn document(text: &str) -> Result<Span, Malformed> {
    let mut scan = Scan::at(text, 0);
    let span = scan.value(&mut |_, _| ())?;
    scan.space();
    match scan.peek() {
        None => Ok(span),
        Some(_) => Err(scan.malformed("more text after the end of the value")),
    }
}

/// The first value in `text` from `at` on; what follows is not looked at.
pub fn value(text: &str, at: usize) -> Result<Span, Malformed> {
    Scan::at(text, at).value(&mut |_, _| ())
}

/// The members of the object at `span`, in order. A name that occurs twice is refused.
pub fn members<'a>(text: &'a str, span: &Span) -> Result<Vec<Member<'a>>, Malformed> {
    let mut scan = Scan::at(text, span.start);
    let mut members: Vec<Member<'a>> = Vec::new();
    let mut seen = HashSet::new();
    scan.object(&mut |scan, key| {
        let value = scan.value(&mut |_, _| ())?;
        let name = unescape(scan.slice(&key));
        if !seen.insert(name.clone()) {
            return Err(Malformed {
                at: key.start,
                reason: "the same member twice in one object",
            });
        }
        members.push(Member {
            key: name,
            at: key.start,
            value,
        });
        Ok(())
    })?;
    Ok(members)
}

/// The items of the array at `span`, in order.
pub fn items(text: &str, span: &Span) -> Result<Vec<Span>, Malformed> {
    let mut scan = Scan::at(text, span.start);
    let mut items = Vec::new();
    scan.array(&mut |scan| {
        items.push(scan.value(&mut |_, _| ())?);
        Ok(())
    })?;
    Ok(items)
}

/// Show every string value under `span` to `visit`, with the name of the member it stands in (an array's items stand in the
/// array's member). Both come as spans with their quotes.
pub fn strings(
    text: &str,
    span: &Span,
    visit: &mut dyn FnMut(&Span, &Span),
) -> Result<(), Malformed> {
    Scan::at(text, span.start).value(visit).map(|_| ())
}

/// The text at `span`, if a string stands there.
#[must_use]
pub fn string<'a>(text: &'a str, span: &Span) -> Option<Cow<'a, str>> {
    let quoted = text.get(span.clone())?;
    quoted.starts_with('"').then(|| unescape(quoted))
}

/// The line, counted from 1, that byte `at` of `text` stands in.
#[must_use]
pub fn line(text: &str, at: usize) -> u64 {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    1 + memchr::memchr_iter(b'\n', before).count() as u64
}

/// Where the value that a JSON pointer names begins in the value at `span`; as far down as there is something.
#[must_use]
pub fn locate(text: &str, span: &Span, pointer: &str) -> usize {
    let mut span = span.clone();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match text.as_bytes().get(span.start) {
            Some(b'{') => members(text, &span).ok().and_then(|members| {
                let member = members.into_iter().find(|member| member.key == step)?;
                Some(member.value)
            }),
            Some(b'[') => items(text, &span)
                .ok()
                .zip(step.parse::<usize>().ok())
                .and_then(|(items, index)| items.into_iter().nth(index)),
            _ => None,
        };
        match next {
            Some(inner) => span = inner,
            None => break,
        }
    }
    span.start
}

/// What the quoted JSON string `quoted` says. What cannot be unescaped (a lone surrogate) stays as written; the intake refuses it.
fn unescape(quoted: &str) -> Cow<'_, str> {
    let inner = quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str::<String>(quoted) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(inner),
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scan<'a> {
    const fn at(text: &'a str, at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    fn slice(&self, span: &Span) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    const fn malformed(&self, reason: &'static str) -> Malformed {
        Malformed {
            at: self.at,
            reason,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, visit: &mut dyn FnMut(&Span, &Span)) -> Result<Span, Malformed> {
        self.value_in(&(0..0), visit)
    }

    fn value_in(
        &mut self,
        key: &Span,
        visit: &mut dyn FnMut(&Span, &Span),
    ) -> Result<Span, Malformed> {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(&mut |scan, key| scan.value_in(&key, visit).map(|_| ()))?,
            Some(b'[') => self.array(&mut |scan| scan.value_in(key, visit).map(|_| ()))?,
            Some(b'"') => {
                let span = self.string()?;
                visit(key, &span);
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(_) => return Err(self.malformed("a value was expected")),
            None => return Err(self.malformed("the text ends where a value was expected")),
        }
        Ok(start..self.at)
    }

    fn object(
        &mut self,
        member: &mut dyn FnMut(&mut Self, Span) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.enter(b'{', "an object was expected")?;
        if self.leave_if(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.malformed("a member's name was expected"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.malformed("':' was expected"));
            }
            self.at += 1;
            member(self, key)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.malformed("',' or '}' was expected")),
            }
        }
        self.leave_if(b'}');
        Ok(())
    }

    fn array(
        &mut self,
        item: &mut dyn FnMut(&mut Self) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        self.enter(b'[', "an array was expected")?;
        if self.leave_if(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.malformed("',' or ']' was expected")),
            }
        }
        self.leave_if(b']');
        Ok(())
    }

    fn enter(&mut self, open: u8, reason: &'static str) -> Result<(), Malformed> {
        self.space();
        if self.peek() != Some(open) {
            return Err(self.malformed(reason));
        }
        if self.depth == DEPTH_MAX {
            return Err(self.malformed("nested too deep"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn leave_if(&mut self, close: u8) -> bool {
        self.space();
        let closes = self.peek() == Some(close);
        if closes {
            self.at += 1;
            self.depth -= 1;
        }
        closes
    }

    /// A string. Bare control characters in it are left to the intake, which looks at every byte anyway.
    fn string(&mut self) -> Result<Span, Malformed> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(plain) = memchr::memchr2(b'"', b'\\', rest) else {
                self.at = bytes.len();
                return Err(self.malformed("a string does not end"));
            };
            self.at += plain;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(start..self.at);
            }
            self.escape()?;
        }
    }

    fn escape(&mut self) -> Result<(), Malformed> {
        let bytes = self.text.as_bytes();
        let length = match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u')
                if bytes
                    .get(self.at + 2..self.at + 6)
                    .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
            {
                6
            }
            _ => return Err(self.malformed("an unknown escape in a string")),
        };
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<(), Malformed> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        match self.peek() {
            Some(b'0'..=b'9') => Err(self.malformed("a number begins with 0")),
            _ => Ok(()),
        }
    }

    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.malformed("a digit was expected"));
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str) -> Result<(), Malformed> {
        if !self
            .text
            .as_bytes()
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word.as_bytes()))
        {
            return Err(self.malformed("a value was expected"));
        }
        self.at += word.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_where_they_lie() {
        let text = r#" {"a":[1, {"b":"x\"y"}],"c\u0041": -1.50e+2 } "#;
        let span = document(text).unwrap();
        let members = members(text, &span).unwrap();
        assert_eq!(members[1].key, "cA");
        assert_eq!(&text[members[1].value.clone()], "-1.50e+2");
        let items = items(text, &members[0].value).unwrap();
        assert_eq!(&text[items[1].clone()], r#"{"b":"x\"y"}"#);
        assert_eq!(locate(text, &span, "/a/1/b"), text.find(r#""x"#).unwrap());
        assert_eq!(locate(text, &span, "/a/7/b"), text.find('[').unwrap());
    }

    #[test]
    fn strings_are_shown_with_their_member() {
        let text = r#"{"a":["x",{"b":"y"},"z"]}"#;
        let mut seen = Vec::new();
        strings(text, &(0..text.len()), &mut |key, value| {
            seen.push((text[key.clone()].to_owned(), text[value.clone()].to_owned()));
        })
        .unwrap();
        let expected = [("\"a\"", "\"x\""), ("\"b\"", "\"y\""), ("\"a\"", "\"z\"")];
        assert_eq!(
            seen,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(5000);
        for bad in [
            "",
            "{",
            "{]",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            "tru",
            "\"\\x\"",
            "{\"a\":1} x",
            "\"\\u12g4\"",
            "\"open",
            "{a:1}",
            "[1 2]",
            "nul",
            &deep,
        ] {
            assert!(document(bad).is_err(), "{bad:.20}");
        }
        assert!(members("{\"a\":1,\"\\u0061\":2}", &(0..0)).is_err());
    }

    #[test]
    fn lines_count_from_one() {
        let text = "{\n\"a\":\n1}";
        assert_eq!(line(text, 0), 1);
        assert_eq!(line(text, text.find('1').unwrap()), 3);
    }
}
