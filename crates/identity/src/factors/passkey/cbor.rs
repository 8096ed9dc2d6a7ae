//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, shortest forms not insisted on, no floats, no tags.

/// How deep values may nest: attestation objects need four.
const DEPTH_MAX: u8 = 8;
/// Items of one list or map.
const ITEMS_MAX: u64 = 256;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cbor<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Cbor<'a>>),
    Map(Vec<(Cbor<'a>, Cbor<'a>)>),
    Bool(bool),
    Null,
}

impl<'a> Cbor<'a> {
    /// One value, and what stands behind it.
    pub fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        read(bytes, DEPTH_MAX)
    }

    /// The value of a map under a text.
    pub fn named(&self, name: &str) -> Option<&Self> {
        self.under(&Cbor::Text(name))
    }

    /// The value of a map under a number.
    pub fn numbered(&self, number: i64) -> Option<&Self> {
        self.under(&Cbor::Int(number))
    }

    fn under(&self, key: &Cbor<'_>) -> Option<&Self> {
        let Self::Map(pairs) = self else { return None };
        pairs
            .iter()
            .find(|(it, _)| it == key)
            .map(|(_, value)| value)
    }

    /// As bytes.
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As a number.
    pub const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            _ => None,
        }
    }
}

fn read(bytes: &[u8], depth: u8) -> Option<(Cbor<'_>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    let (first, rest) = bytes.split_first()?;
    let (major, small) = (first >> 5, first & 31);
    if major == 7 {
        return match small {
            20 => Some((Cbor::Bool(false), rest)),
            21 => Some((Cbor::Bool(true), rest)),
            22 => Some((Cbor::Null, rest)),
            _ => None,
        };
    }
    let (argument, rest) = argument(small, rest)?;
    match major {
        0 => Some((Cbor::Int(i64::try_from(argument).ok()?), rest)),
        1 => Some((Cbor::Int(-1 - i64::try_from(argument).ok()?), rest)),
        2 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Cbor::Bytes(bytes), rest))
        }
        3 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(argument).ok()?)?;
            Some((Cbor::Text(std::str::from_utf8(bytes).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..bounded(argument)? {
                let (item, behind) = read(rest, depth)?;
                items.push(item);
                rest = behind;
            }
            Some((Cbor::List(items), rest))
        }
        5 => {
            let (mut pairs, mut rest) = (Vec::new(), rest);
            for _ in 0..bounded(argument)? {
                let (key, behind) = read(rest, depth)?;
                let (value, behind) = read(behind, depth)?;
                // Which of two would count is anybody's guess.
                if pairs.iter().any(|(it, _)| *it == key) {
                    return None;
                }
                pairs.push((key, value));
                rest = behind;
            }
            Some((Cbor::Map(pairs), rest))
        }
        _ => None,
    }
}

fn bounded(items: u64) -> Option<u64> {
    (items <= ITEMS_MAX).then_some(items)
}

fn argument(small: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    match small {
        0..=23 => Some((u64::from(small), rest)),
        24 => {
            let (it, rest) = rest.split_first()?;
            Some((u64::from(*it), rest))
        }
        25 => {
            let (it, rest) = rest.split_first_chunk::<2>()?;
            Some((u64::from(u16::from_be_bytes(*it)), rest))
        }
        26 => {
            let (it, rest) = rest.split_first_chunk::<4>()?;
            Some((u64::from(u32::from_be_bytes(*it)), rest))
        }
        27 => {
            let (it, rest) = rest.split_first_chunk::<8>()?;
            Some((u64::from_be_bytes(*it), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_of_the_rfc_read() {
        // RFC 8949, appendix A.
        for (hex_text, value) in [
            ("00", Cbor::Int(0)),
            ("17", Cbor::Int(23)),
            ("1818", Cbor::Int(24)),
            ("1903e8", Cbor::Int(1000)),
            ("1a000f4240", Cbor::Int(1_000_000)),
            ("20", Cbor::Int(-1)),
            ("3863", Cbor::Int(-100)),
            ("3903e7", Cbor::Int(-1000)),
            ("f4", Cbor::Bool(false)),
            ("f6", Cbor::Null),
            ("4401020304", Cbor::Bytes(&[1, 2, 3, 4])),
            ("6449455446", Cbor::Text("IETF")),
            (
                "83010203",
                Cbor::List(vec![Cbor::Int(1), Cbor::Int(2), Cbor::Int(3)]),
            ),
            (
                "a201020304",
                Cbor::Map(vec![
                    (Cbor::Int(1), Cbor::Int(2)),
                    (Cbor::Int(3), Cbor::Int(4)),
                ]),
            ),
        ] {
            let bytes = hex::decode(hex_text).unwrap();
            assert_eq!(
                Cbor::read(&bytes),
                Some((value, [].as_slice())),
                "{hex_text}"
            );
        }
    }

    #[test]
    fn what_is_cut_short_too_deep_or_said_twice_is_nothing() {
        for text in [
            "",
            "18",
            "44010203",
            "830102",
            "a201020103",
            "ff",
            "5f42010243030405ff",
        ] {
            let bytes = hex::decode(text).unwrap();
            assert_eq!(Cbor::read(&bytes), None, "{text}");
        }
        assert_eq!(Cbor::read(&[0x81; 100]), None);
        assert_eq!(
            Cbor::read(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]),
            None
        );
    }
}
