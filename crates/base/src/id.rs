//! Ids. Each is a type of its own, so that a person cannot be passed for a tenant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use uuid::{Builder, Uuid};

use crate::Rng;

/// Why a text is not an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}: {rule}")]
pub struct InvalidId {
    /// Which id was expected.
    pub what: &'static str,
    /// What one looks like.
    pub rule: &'static str,
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A fresh random id (UUID version 4).
            pub fn random(rng: &dyn Rng) -> Self {
                let mut bytes = [0; 16];
                rng.fill(&mut bytes);
                Self::from_random(bytes)
            }

            /// The id (UUID version 4) that these 16 random bytes make.
            #[must_use]
            pub const fn from_random(bytes: [u8; 16]) -> Self {
                Self(Builder::from_random_bytes(bytes).into_uuid().into_bytes())
            }

            /// The id with these 16 bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The id in `bytes`, if there are 16.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The 16 bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&Uuid::from_bytes(self.0).hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { what: $what, rule: "36 characters, a lower-case UUID" };
                if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(invalid);
                }
                Uuid::try_parse(text).map(|uuid| Self(uuid.into_bytes())).map_err(|_| invalid)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

random_id!(
    /// A data subject. Random; says nothing about who it is.
    PersonId, "person id"
);
random_id!(
    /// What the log calls a person. Random; the link from person to handle is erasable.
    Handle, "handle"
);
random_id!(
    /// An object in object storage (one sealed file).
    ObjectId, "file id"
);
random_id!(
    /// One request, for logs and problem details.
    RequestId, "request id"
);
random_id!(
    /// A token's public name (the secret half is never stored).
    TokenId, "token id"
);
random_id!(
    /// An account: one person or one member of staff who signs in.
    AccountId, "account id"
);
random_id!(
    /// A session of an account (its secret half is never stored).
    SessionId, "session id"
);
random_id!(
    /// An app: an OAuth client, by its client id.
    AppId, "app id"
);
random_id!(
    /// What one person let one app do; tokens are bound to it.
    GrantId, "grant id"
);
random_id!(
    /// A request for a privilege, an assignment of one, an emergency access.
    PrivilegeId, "privilege id"
);

impl PersonId {
    /// The shelf for a tenant's records that are about no person (places, organisations, code systems).
    ///
    /// It is sealed, logged and listed like a person, and is never erased with one.
    pub const COMMONS: Self = Self([0; 16]);
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $min:literal ..= $max:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let ok: fn(&str) -> bool = $ok;
                if ($min..=$max).contains(&text.len()) && ok(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId { what: $what, rule: $rule })
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

fn is_slug(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
}

text_id!(
    /// A company that uses the installation. Part of URLs and of the log's origin.
    TenantId, "tenant", "1 to 40 of a-z, 0-9, '-'", 1..=40, is_slug
);
text_id!(
    /// Where data live, e.g. `eu`.
    Region, "region", "1 to 40 of a-z, 0-9, '-'", 1..=40, is_slug
);
text_id!(
    /// The installation's environment, e.g. `production`. Bound into every seal, so that data do not move between them.
    Environment, "environment", "1 to 40 of a-z, 0-9, '-'", 1..=40, is_slug
);
text_id!(
    /// A collection's or a field's name in the register. FHIR names (`Patient`, `multipleBirthBoolean`, `_birthDate`) fit.
    Name, "name", "1 to 64 of A-Z, a-z, 0-9, '_', '-'", 1..=64,
    |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
);
text_id!(
    /// A record's id within its collection and person: the FHIR `id` type, `[A-Za-z0-9\-\.]{1,64}`.
    RecordId, "record id", "1 to 64 of A-Z, a-z, 0-9, '-', '.'", 1..=64,
    |text| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    #[test]
    fn a_random_id_is_a_uuid_v4_and_reads_back() {
        let id = PersonId::random(&SeededRng::new(1));
        let text = id.to_string();
        assert_eq!(text.as_bytes()[14], b'4');
        assert_eq!(text.parse(), Ok(id));
        assert!(text.to_uppercase().parse::<PersonId>().is_err());
        assert!("".parse::<PersonId>().is_err());
    }

    #[test]
    fn names_are_narrow() {
        assert!("acme-health".parse::<TenantId>().is_ok());
        for bad in ["", "Acme", "-a", "a/b", "a b", &"a".repeat(41)] {
            assert!(bad.parse::<TenantId>().is_err(), "{bad:?}");
        }
        assert!("a.b-C9".parse::<RecordId>().is_ok());
        assert!("a@b".parse::<RecordId>().is_err());
    }
}
