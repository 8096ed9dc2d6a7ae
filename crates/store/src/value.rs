//! What goes into a statement and what comes out of a row: four types that both engines share.

use std::fmt;

use crate::StoreError;

/// One parameter or one column. Floats and native dates are left out on purpose: both engines agree on these four only.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// `INTEGER` in SQLite, `BIGINT` in PostgreSQL.
    Int(i64),
    /// `TEXT`.
    Text(String),
    /// `BLOB` in SQLite, `BYTEA` in PostgreSQL.
    Bytes(Vec<u8>),
    /// The same, for the 16 bytes of an id: most statements have one, and it needs no memory of its own. A database gives [`Value::Bytes`] back.
    Id([u8; 16]),
}

impl fmt::Debug for Value {
    /// Says the type and the size only: a value may be somebody's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int(..)"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Self::Id(_) => f.write_str("Id(..)"),
        }
    }
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $to:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self {
                $to
            }
        }
    )*};
}
into_value! {
    i64 => |it| Self::Int(it),
    u32 => |it| Self::Int(i64::from(it)),
    u8 => |it| Self::Int(i64::from(it)),
    String => |it| Self::Text(it),
    &str => |it| Self::Text(it.to_owned()),
    Vec<u8> => |it| Self::Bytes(it),
    &[u8] => |it| Self::Bytes(it.to_vec()),
    base::PersonId => |it| Self::Id(*it.as_bytes()),
    base::Handle => |it| Self::Id(*it.as_bytes()),
    base::ObjectId => |it| Self::Id(*it.as_bytes()),
    base::TokenId => |it| Self::Id(*it.as_bytes()),
    base::AccountId => |it| Self::Id(*it.as_bytes()),
    base::SessionId => |it| Self::Id(*it.as_bytes()),
    base::AppId => |it| Self::Id(*it.as_bytes()),
    base::GrantId => |it| Self::Id(*it.as_bytes()),
    base::PrivilegeId => |it| Self::Id(*it.as_bytes()),
    &base::TenantId => |it| Self::Text(it.as_str().to_owned()),
    &base::Name => |it| Self::Text(it.as_str().to_owned()),
    base::Class => |it| Self::Int(i64::from(it.code())),
    base::Instant => |it| Self::Int(it.micros()),
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(it: [u8; N]) -> Self {
        Self::Bytes(it.to_vec())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    /// A row of these columns, for tests of code that reads rows.
    #[must_use]
    pub const fn new(columns: Vec<Value>) -> Self {
        Self(columns)
    }

    /// Column `at` as an integer.
    pub fn int(&self, at: usize) -> Result<i64, StoreError> {
        match self.0.get(at) {
            Some(Value::Int(int)) => Ok(*int),
            _ => Err(StoreError::Shape {
                column: at,
                wanted: "integer",
            }),
        }
    }

    /// Column `at` as text.
    pub fn text(&self, at: usize) -> Result<&str, StoreError> {
        match self.0.get(at) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(StoreError::Shape {
                column: at,
                wanted: "text",
            }),
        }
    }

    /// Column `at` as bytes.
    pub fn bytes(&self, at: usize) -> Result<&[u8], StoreError> {
        match self.0.get(at) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(Value::Id(bytes)) => Ok(bytes),
            _ => Err(StoreError::Shape {
                column: at,
                wanted: "bytes",
            }),
        }
    }

    /// Column `at` as bytes, moved out; the column is NULL afterwards.
    pub fn take_bytes(&mut self, at: usize) -> Result<Vec<u8>, StoreError> {
        match self
            .0
            .get_mut(at)
            .map(|value| std::mem::replace(value, Value::Null))
        {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(Value::Id(bytes)) => Ok(bytes.to_vec()),
            _ => Err(StoreError::Shape {
                column: at,
                wanted: "bytes",
            }),
        }
    }

    /// Whether column `at` is NULL (or missing).
    #[must_use]
    pub fn is_null(&self, at: usize) -> bool {
        matches!(self.0.get(at), None | Some(Value::Null))
    }
}
