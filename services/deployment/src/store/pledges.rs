use muster_service::{table, table::Arguments, table::BoxError, table::Spread, table::misfit};
use sqlx::{Row, postgres::PgRow};
use time::{Date, OffsetDateTime};

use crate::domain::pledge::{Notification, Pledge, State};

/// The word of a state, and what belongs to one that ended the pledge.
struct StateColumns;

impl Spread<State> for StateColumns {
    const COLUMNS: &'static [&'static str] =
        &["state", "withdrawn_on", "withdraw_reason", "withdraw_recorded_at"];

    fn bind(value: &State, arguments: &mut Arguments) -> Result<(), BoxError> {
        let withdrawn = match value {
            State::Withdrawn { on, reason, recorded_at } => Some((*on, &**reason, *recorded_at)),
            State::Offered | State::Confirmed | State::FulfilledInPart | State::Fulfilled => None,
        };
        arguments.add(value.word())?;
        arguments.add(withdrawn.map(|(on, ..)| on))?;
        arguments.add(withdrawn.map(|(_, reason, _)| reason))?;
        arguments.add(withdrawn.map(|(.., recorded_at)| recorded_at))
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        let on: Option<Date> = row.try_get("withdrawn_on")?;
        let reason: Option<String> = row.try_get("withdraw_reason")?;
        let recorded_at: Option<OffsetDateTime> = row.try_get("withdraw_recorded_at")?;
        Ok(match (row.try_get("state")?, on, reason, recorded_at) {
            ("offered", None, None, None) => State::Offered,
            ("confirmed", None, None, None) => State::Confirmed,
            ("fulfilled_in_part", None, None, None) => State::FulfilledInPart,
            ("fulfilled", None, None, None) => State::Fulfilled,
            ("withdrawn", Some(on), Some(reason), Some(recorded_at)) => {
                State::Withdrawn { on, reason, recorded_at }
            }
            (word, ..) => return Err(misfit("state", word)),
        })
    }
}

/// The day of the notification, and when it was recorded.
struct Confirmed;

impl Spread<Option<Notification>> for Confirmed {
    const COLUMNS: &'static [&'static str] = &["confirmed_on", "confirm_recorded_at"];

    fn bind(value: &Option<Notification>, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(value.map(|notified| notified.on))?;
        arguments.add(value.map(|notified| notified.recorded_at))
    }

    fn read(row: &PgRow) -> Result<Option<Notification>, sqlx::Error> {
        let on: Option<Date> = row.try_get("confirmed_on")?;
        let recorded_at: Option<OffsetDateTime> = row.try_get("confirm_recorded_at")?;
        Ok(on.zip(recorded_at).map(|(on, recorded_at)| Notification { on, recorded_at }))
    }
}

table! {
    Pledge in "deployment.pledges" by ["mission", "id"] {
        partner: Text,
        size: OptionalJson,
        category: OptionalText,
        offered_on: Text,
        conditions: Plain,
        arrived: Plain,
        sources: Json,
    }
    spread { state: StateColumns, confirmed: Confirmed, }
}
