//! A table that holds what records say now: one row for each, with its identity, its columns and
//! its times. `table!` states the columns once; inserting, reading, updating and deleting follow
//! from them.

mod batch;
mod codec;
mod quantity;

use std::error::Error;

use muster_values::{Id, MissionId, Place, Stored};
use sqlx::{
    AssertSqlSafe, Encode, PgConnection, Postgres, Row, Type,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use crate::resource::Key;

pub use self::batch::Batch;
pub use self::codec::{
    Codec, Json, OptionalJson, OptionalText, Plain, Text, Texts, misfit, parsed,
};
pub use self::quantity::{OptionalQuantityColumns, QuantityColumns};

/// What a record says, as it is kept in a table of its own.
pub trait Table: Sized {
    /// With its schema.
    const NAME: &'static str;
    /// The columns of mission, parent and id, as far as there are such.
    const KEY: &'static [&'static str];

    /// The columns of what the record says.
    fn columns() -> Vec<&'static str>;

    /// Binds the values of the columns, in their order.
    fn bind(&self, arguments: &mut Arguments) -> Result<(), BoxError>;

    fn read(row: &PgRow) -> Result<Self, sqlx::Error>;
}

pub type BoxError = Box<dyn Error + Send + Sync>;

/// The values of a statement.
#[derive(Debug, Default)]
pub struct Arguments(PgArguments);

impl Arguments {
    fn len(&self) -> usize {
        sqlx::Arguments::len(&self.0)
    }

    pub fn add<'v, T: Encode<'v, Postgres> + Type<Postgres>>(
        &mut self,
        value: T,
    ) -> Result<(), BoxError> {
        sqlx::Arguments::add(&mut self.0, value)
    }
}

/// How a value stands in several columns, such as a state and what it holds.
pub trait Spread<T> {
    const COLUMNS: &'static [&'static str];
    fn bind(value: &T, arguments: &mut Arguments) -> Result<(), BoxError>;
    fn read(row: &PgRow) -> Result<T, sqlx::Error>;
}

/// States a table: its name, the columns of its key, and for each field of a content its column,
/// which has the field's name where no other is given, and how the value stands there. Columns
/// that only queries use follow from the content by a function. A value that takes several columns
/// is `spread`.
#[macro_export]
macro_rules! table {
    (
        $content:ident in $name:literal by [$($key:literal),+] {
            $($field:ident $(as $column:literal)? : $codec:ident,)*
        }
        $(spread { $($wide:ident: $spread:ident,)+ })?
        $(also { $($extra:literal = $of:expr,)+ })?
    ) => {
        impl $crate::table::Table for $content {
            const NAME: &'static str = $name;
            const KEY: &'static [&'static str] = &[$($key),+];

            fn columns() -> Vec<&'static str> {
                let mut columns = vec![$($crate::table!(@column $field $($column)?)),*];
                $($(columns.extend(<$spread as $crate::table::Spread<_>>::COLUMNS);)+)?
                $(columns.extend([$($extra),+]);)?
                columns
            }

            fn bind(
                &self,
                arguments: &mut $crate::table::Arguments,
            ) -> Result<(), $crate::table::BoxError> {
                $(<$crate::table::$codec as $crate::table::Codec<_>>::bind(
                    &self.$field, arguments,
                )?;)*
                $($(<$spread as $crate::table::Spread<_>>::bind(&self.$wide, arguments)?;)+)?
                $($(arguments.add(($of)(self))?;)+)?
                Ok(())
            }

            fn read(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
                Ok(Self {
                    $($field: <$crate::table::$codec as $crate::table::Codec<_>>::read(
                        row,
                        $crate::table!(@column $field $($column)?),
                    )?,)*
                    $($($wide: <$spread as $crate::table::Spread<_>>::read(row)?,)+)?
                })
            }
        }
    };
    (@column $field:ident) => { stringify!($field) };
    (@column $field:ident $column:literal) => { $column };
}

/// Inserts a record; false where its id is taken. One that was there before and was deleted goes
/// on with its revisions.
pub async fn insert<C: Table>(
    db: &mut PgConnection,
    kept: &Key,
    stored: &mut Stored<C>,
) -> Result<bool, sqlx::Error> {
    let columns = columns::<C>();
    let (collected, keyed) = (columns.len() + 1, columns.len() + 2);
    let sql = format!(
        "insert into {} ({}, revision) values ({}, coalesce((
            select max(revision) from revisions
            where mission = $1 and collection = ${collected} and key = ${keyed}), 0) + 1)
        on conflict do nothing returning revision",
        C::NAME,
        columns.join(", "),
        placeholders(1, columns.len()),
    );
    let mut arguments = Arguments::default();
    bind(stored, &mut arguments).map_err(sqlx::Error::Encode)?;
    arguments.add(&kept.collection).map_err(sqlx::Error::Encode)?;
    arguments.add(&kept.key).map_err(sqlx::Error::Encode)?;
    let row = sqlx::query_with(AssertSqlSafe(sql), arguments.0).fetch_optional(&mut *db).await?;
    let Some(row) = row else { return Ok(false) };
    stored.revision = row.try_get("revision")?;
    if 1 < stored.revision {
        stored.revision = renumber(db, kept, stored).await?;
    }
    Ok(true)
}

/// Numbers a record that comes again once more: whoever deleted it may have committed while the
/// insert waited, and then the insert did not see that revision.
async fn renumber<C: Table>(
    db: &mut PgConnection,
    kept: &Key,
    stored: &Stored<C>,
) -> Result<i64, sqlx::Error> {
    let (collected, keyed) = (C::KEY.len() + 1, C::KEY.len() + 2);
    let sql = format!(
        "update {} set revision = coalesce((
            select max(revision) from revisions
            where mission = $1 and collection = ${collected} and key = ${keyed}), 0) + 1
        where {} returning revision",
        C::NAME,
        condition::<C>(1),
    );
    let mut arguments = Arguments::default();
    let place = stored.place();
    for value in key(&place).into_iter().take(C::KEY.len()) {
        arguments.add(value).map_err(sqlx::Error::Encode)?;
    }
    arguments.add(&kept.collection).map_err(sqlx::Error::Encode)?;
    arguments.add(&kept.key).map_err(sqlx::Error::Encode)?;
    let row = sqlx::query_with(AssertSqlSafe(sql), arguments.0).fetch_one(db).await?;
    row.try_get("revision")
}

/// Deletes a record's row; its history stays.
pub async fn delete<C: Table>(db: &mut PgConnection, place: &Place) -> Result<(), sqlx::Error> {
    let sql = format!("delete from {} where {}", C::NAME, condition::<C>(1));
    by_key::<C>(sql, place).execute(db).await.map(|_| ())
}

pub async fn get<C: Table>(
    db: &mut PgConnection,
    place: &Place,
) -> Result<Option<Stored<C>>, sqlx::Error> {
    let sql = format!("{} where {}", selection::<C>(), condition::<C>(1));
    by_key::<C>(sql, place).fetch_optional(db).await?.as_ref().map(stored).transpose()
}

/// Reads a record and holds it until the transaction ends, so that two callers cannot both decide
/// on the same state.
pub async fn lock<C: Table>(
    db: &mut PgConnection,
    place: &Place,
) -> Result<Option<Stored<C>>, sqlx::Error> {
    let sql = format!("{} where {} for update", selection::<C>(), condition::<C>(1));
    by_key::<C>(sql, place).fetch_optional(db).await?.as_ref().map(stored).transpose()
}

/// Every record of a mission, by id.
pub async fn all<C: Table>(
    db: &mut PgConnection,
    mission: &MissionId,
) -> Result<Vec<Stored<C>>, sqlx::Error> {
    let rest = format!("where {} = $1 order by {}", C::KEY[0], C::KEY.join(", "));
    select(db, &rest, |arguments| arguments.add(mission.as_str())).await
}

/// Every record that is a part of another, by id.
pub async fn within<C: Table>(
    db: &mut PgConnection,
    outer: &Place,
) -> Result<Vec<Stored<C>>, sqlx::Error> {
    let [mission, within, id] = C::KEY else { return Ok(Vec::new()) };
    let rest = format!("where {mission} = $1 and {within} = $2 order by {id}");
    select(db, &rest, |arguments| {
        arguments.add(outer.mission.as_str())?;
        arguments.add(outer.id.as_str())
    })
    .await
}

/// Records that a condition over `$1`, `$2`, … chooses.
pub async fn select<C: Table>(
    db: &mut PgConnection,
    rest: &str,
    bind: impl FnOnce(&mut Arguments) -> Result<(), BoxError>,
) -> Result<Vec<Stored<C>>, sqlx::Error> {
    let mut arguments = Arguments::default();
    bind(&mut arguments).map_err(sqlx::Error::Encode)?;
    let sql = format!("{} {rest}", selection::<C>());
    let rows = sqlx::query_with(AssertSqlSafe(sql), arguments.0).fetch_all(db).await?;
    rows.iter().map(stored).collect()
}

/// A row as a record.
pub fn stored<C: Table>(row: &PgRow) -> Result<Stored<C>, sqlx::Error> {
    let mission: String = row.try_get(C::KEY[0])?;
    let id = |at: usize| -> Result<Option<Id>, sqlx::Error> {
        let id: Option<String> = C::KEY.get(at).map(|column| row.try_get(*column)).transpose()?;
        Ok(id.map(Id::trusted))
    };
    let (outer, own) = if C::KEY.len() == 3 { (id(1)?, id(2)?) } else { (None, id(1)?) };
    Ok(Stored {
        id: own.unwrap_or_else(|| Id::trusted(&*mission)),
        mission: MissionId::trusted(mission),
        outer,
        content: C::read(row)?,
        revision: row.try_get("revision")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// Every column but the revision: those of the key, of the content, and of the times.
fn columns<C: Table>() -> Vec<String> {
    let key = C::KEY.iter().copied();
    let all = key.chain(C::columns()).chain(["created_at", "updated_at"]);
    all.map(str::to_owned).collect()
}

fn selection<C: Table>() -> String {
    format!("select {}, revision from {}", columns::<C>().join(", "), C::NAME)
}

/// That the columns of the key are equal to the parameters from `first` on.
fn condition<C: Table>(first: usize) -> String {
    let equal = |(n, column): (usize, &&str)| format!("{column} = ${}", first + n);
    C::KEY.iter().enumerate().map(equal).collect::<Vec<_>>().join(" and ")
}

/// A list of placeholders, `count` of them, numbered from `first` on: `$3, $4`.
fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The values of the key's columns.
fn key(place: &Place) -> Vec<&str> {
    let mut key = vec![place.mission.as_str()];
    key.extend(place.outer.as_ref().map(Id::as_str));
    key.push(place.id.as_str());
    key
}

fn by_key<'q, C: Table>(sql: String, place: &Place) -> Query<'q, Postgres, PgArguments> {
    let mut arguments = Arguments::default();
    for value in key(place).into_iter().take(C::KEY.len()) {
        // A text is always encoded.
        let _ = arguments.add(value);
    }
    sqlx::query_with(AssertSqlSafe(sql), arguments.0)
}

/// Binds the values of `columns`.
fn bind<C: Table>(stored: &Stored<C>, arguments: &mut Arguments) -> Result<(), BoxError> {
    for value in key(&stored.place()).into_iter().take(C::KEY.len()) {
        arguments.add(value)?;
    }
    stored.content.bind(arguments)?;
    arguments.add(stored.created_at)?;
    arguments.add(stored.updated_at)
}
