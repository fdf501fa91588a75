//! How values stand in columns.

use std::{error::Error, fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Decode, Encode, Postgres, Row, Type, postgres::PgRow, types::Json as JsonColumn};

use super::{Arguments, BoxError};

/// How a value stands in its column.
pub trait Codec<T> {
    fn bind(value: &T, arguments: &mut Arguments) -> Result<(), BoxError>;
    fn read(row: &PgRow, column: &str) -> Result<T, sqlx::Error>;
}

/// As it is.
#[derive(Debug)]
pub struct Plain;
/// As its text.
#[derive(Debug)]
pub struct Text;
/// As its text, null where there is none.
#[derive(Debug)]
pub struct OptionalText;
/// As an array of texts.
#[derive(Debug)]
pub struct Texts;
/// As JSON.
#[derive(Debug)]
pub struct Json;
/// As JSON, null where there is none.
#[derive(Debug)]
pub struct OptionalJson;

impl<T> Codec<T> for Plain
where
    T: Clone + for<'v> Encode<'v, Postgres> + Type<Postgres> + for<'r> Decode<'r, Postgres>,
{
    fn bind(value: &T, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.clone())
    }

    fn read(row: &PgRow, column: &str) -> Result<T, sqlx::Error> {
        row.try_get(column)
    }
}

impl<T: Display + FromStr<Err: Error + Send + Sync + 'static>> Codec<T> for Text {
    fn bind(value: &T, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.to_string())
    }

    fn read(row: &PgRow, column: &str) -> Result<T, sqlx::Error> {
        parsed(row.try_get(column)?, column)
    }
}

impl<T: Display + FromStr<Err: Error + Send + Sync + 'static>> Codec<Option<T>> for OptionalText {
    fn bind(value: &Option<T>, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.as_ref().map(ToString::to_string))
    }

    fn read(row: &PgRow, column: &str) -> Result<Option<T>, sqlx::Error> {
        let text: Option<&str> = row.try_get(column)?;
        text.map(|text| parsed(text, column)).transpose()
    }
}

impl<T: Display + FromStr<Err: Error + Send + Sync + 'static>> Codec<Vec<T>> for Texts {
    fn bind(value: &Vec<T>, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    fn read(row: &PgRow, column: &str) -> Result<Vec<T>, sqlx::Error> {
        let texts: Vec<String> = row.try_get(column)?;
        texts.iter().map(|text| parsed(text, column)).collect()
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Codec<T> for Json {
    fn bind(value: &T, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(JsonColumn(value))
    }

    fn read(row: &PgRow, column: &str) -> Result<T, sqlx::Error> {
        Ok(row.try_get::<JsonColumn<T>, _>(column)?.0)
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Codec<Option<T>> for OptionalJson {
    fn bind(value: &Option<T>, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.as_ref().map(JsonColumn))
    }

    fn read(row: &PgRow, column: &str) -> Result<Option<T>, sqlx::Error> {
        Ok(row.try_get::<Option<JsonColumn<T>>, _>(column)?.map(|json| json.0))
    }
}

pub fn parsed<T: FromStr<Err: Error + Send + Sync + 'static>>(
    text: &str,
    column: &str,
) -> Result<T, sqlx::Error> {
    text.parse().map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    })
}

/// A row whose columns make no value together, such as a state without what it holds.
pub fn misfit(column: &str, value: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: format!("{value:?} does not fit the columns beside it").into(),
    }
}
