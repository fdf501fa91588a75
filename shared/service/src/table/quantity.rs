//! How a source's number stands in a row: bounds that can be compared and summed there, with the
//! qualifier and the words that they come with.

use muster_values::Quantity;
use sqlx::{Row, postgres::PgRow};

use super::{Arguments, BoxError, Spread, misfit, parsed};

const COLUMNS: &[&str] = &["at_least", "at_most", "qualifier", "as_written"];

/// A number.
#[derive(Debug)]
pub struct QuantityColumns;
/// A number, nulls where there is none.
#[derive(Debug)]
pub struct OptionalQuantityColumns;

impl Spread<Quantity> for QuantityColumns {
    const COLUMNS: &'static [&'static str] = COLUMNS;

    fn bind(value: &Quantity, arguments: &mut Arguments) -> Result<(), BoxError> {
        bind(Some(value), arguments)
    }

    fn read(row: &PgRow) -> Result<Quantity, sqlx::Error> {
        read(row)?.ok_or_else(|| misfit("qualifier", ""))
    }
}

impl Spread<Option<Quantity>> for OptionalQuantityColumns {
    const COLUMNS: &'static [&'static str] = COLUMNS;

    fn bind(value: &Option<Quantity>, arguments: &mut Arguments) -> Result<(), BoxError> {
        bind(value.as_ref(), arguments)
    }

    fn read(row: &PgRow) -> Result<Option<Quantity>, sqlx::Error> {
        read(row)
    }
}

fn bind(value: Option<&Quantity>, arguments: &mut Arguments) -> Result<(), BoxError> {
    arguments.add(value.and_then(Quantity::at_least))?;
    arguments.add(value.and_then(Quantity::at_most))?;
    arguments.add(value.map(|quantity| quantity.qualifier().as_str()))?;
    arguments.add(value.map(Quantity::as_written))
}

fn read(row: &PgRow) -> Result<Option<Quantity>, sqlx::Error> {
    let Some(word) = row.try_get::<Option<&str>, _>("qualifier")? else { return Ok(None) };
    let bounds = (row.try_get("at_least")?, row.try_get("at_most")?);
    let read = Quantity::kept(bounds, parsed(word, "qualifier")?, row.try_get("as_written")?);
    read.map(Some).ok_or_else(|| misfit("qualifier", word))
}
