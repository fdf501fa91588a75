use muster_service::{
    table, table::Arguments, table::BoxError, table::OptionalQuantityColumns, table::Spread,
    table::misfit,
};
use sqlx::{Row, postgres::PgRow};
use time::Date;

use crate::domain::pledge::{Pledge, State};

/// The word of a state, and what belongs to one that ended the pledge.
struct StateColumns;

impl Spread<State> for StateColumns {
    const COLUMNS: &'static [&'static str] = &["state", "withdrawn_on", "withdraw_reason"];

    fn bind(value: &State, arguments: &mut Arguments) -> Result<(), BoxError> {
        let withdrawn = match value {
            State::Withdrawn { on, reason } => Some((*on, &**reason)),
            State::Offered | State::Confirmed | State::FulfilledInPart | State::Fulfilled => None,
        };
        arguments.add(value.word())?;
        arguments.add(withdrawn.map(|(on, _)| on))?;
        arguments.add(withdrawn.map(|(_, reason)| reason))
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        let on: Option<Date> = row.try_get("withdrawn_on")?;
        let reason: Option<String> = row.try_get("withdraw_reason")?;
        Ok(match (row.try_get("state")?, on, reason) {
            ("offered", None, None) => State::Offered,
            ("confirmed", None, None) => State::Confirmed,
            ("fulfilled_in_part", None, None) => State::FulfilledInPart,
            ("fulfilled", None, None) => State::Fulfilled,
            ("withdrawn", Some(on), Some(reason)) => State::Withdrawn { on, reason },
            (word, ..) => return Err(misfit("state", word)),
        })
    }
}

table! {
    Pledge in "deployment.pledges" by ["mission", "id"] {
        partner: Text,
        category: OptionalText,
        offered_on: Text,
        conditions: Plain,
        confirmed_on: Plain,
        arrived: Plain,
        sources: Json,
    }
    spread {
        size: OptionalQuantityColumns,
        state: StateColumns,
    }
}
