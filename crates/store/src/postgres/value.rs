//! Our four types on PostgreSQL's wire.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Row, StoreError, Value};

type Failure = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match (self, wanted) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(int), &Type::INT8) => int.to_sql(wanted, out),
            (Self::Int(int), &Type::INT4) => i32::try_from(*int)?.to_sql(wanted, out),
            (Self::Int(int), &Type::INT2) => i16::try_from(*int)?.to_sql(wanted, out),
            (Self::Text(text), &(Type::TEXT | Type::VARCHAR | Type::UNKNOWN)) => {
                text.as_str().to_sql(wanted, out)
            }
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.as_slice().to_sql(wanted, out),
            (Self::Id(bytes), &Type::BYTEA) => bytes.as_slice().to_sql(wanted, out),
            _ => Err(format!("{self:?} was given for a parameter of type {wanted}").into()),
        }
    }

    /// All of them: [`Self::to_sql`] says what is wrong better than a refusal here would.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(sent: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        Ok(match *sent {
            Type::INT8 => Self::Int(i64::from_sql(sent, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(sent, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(sent, raw)?.into()),
            // SQLite's truth is an integer.
            Type::BOOL => Self::Int(bool::from_sql(sent, raw)?.into()),
            Type::BYTEA => Self::Bytes(raw.to_vec()),
            _ => Self::Text(String::from_sql(sent, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Self::Null)
    }

    fn accepts(sent: &Type) -> bool {
        matches!(
            *sent,
            Type::INT8
                | Type::INT4
                | Type::INT2
                | Type::BOOL
                | Type::BYTEA
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
                | Type::UNKNOWN
        )
    }
}

/// A row of the driver's as one of ours.
pub(crate) fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let values = (0..row.len())
        .map(|column| {
            // E.g. SUM of BIGINT is NUMERIC here: CAST it.
            row.try_get(column).map_err(|_| StoreError::Shape {
                column,
                wanted: "a type that both engines share (CAST it to BIGINT, TEXT or BYTEA)",
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Row(values))
}
