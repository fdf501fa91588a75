use muster_service::{
    table, table::Arguments, table::BoxError, table::Spread, table::misfit, table::parsed,
};
use muster_values::{Id, MissionId};
use sqlx::{PgConnection, Row, postgres::PgRow};

use super::Error;
use crate::domain::contingent::{Contingent, ContingentStep, Standing, State};

/// The word of a state, and the stage at which one on hold was stopped.
struct StateColumns;

impl Spread<State> for StateColumns {
    const COLUMNS: &'static [&'static str] = &["state", "held_stage"];

    fn bind(value: &State, arguments: &mut Arguments) -> Result<(), BoxError> {
        arguments.add(Standing::from(*value).as_str())?;
        arguments.add(match value {
            State::OnHold(stage) => Some(stage.as_str()),
            State::At(_) | State::Withdrawn | State::Cancelled => None,
        })
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        Ok(match (row.try_get("state")?, row.try_get::<Option<&str>, _>("held_stage")?) {
            ("withdrawn", None) => State::Withdrawn,
            ("cancelled", None) => State::Cancelled,
            ("on_hold", Some(stage)) => State::OnHold(parsed(stage, "held_stage")?),
            (stage, None) => State::At(parsed(stage, "state")?),
            (word, Some(_)) => return Err(misfit("state", word)),
        })
    }
}

table! {
    Contingent in "deployment.contingents" by ["mission", "id"] {
        display_name: Plain,
        partner: Text,
        pledge: OptionalText,
        ordinal: Plain,
        category: Text,
        headcount: Plain,
        pledged_at: Plain,
        steps: Plain,
        last_step_at: Plain,
        sources: Json,
    }
    spread { state: StateColumns, }
}

table! {
    ContingentStep in "deployment.contingent_steps" by ["mission", "contingent", "id"] {
        from as "from_state": Text,
        to as "to_state": Text,
        effective_at: Plain,
        note: Plain,
    }
}

/// The contingent that has a partner's ordinal.
pub async fn with_ordinal(
    db: &mut PgConnection,
    mission: &MissionId,
    partner: &Id,
    ordinal: i32,
) -> Result<Option<Id>, Error> {
    let id = sqlx::query_scalar!(
        "select id from deployment.contingents
        where mission = $1 and partner = $2 and ordinal = $3",
        mission.as_str(),
        partner.as_str(),
        ordinal,
    )
    .fetch_optional(db)
    .await?;
    Ok(id.map(Id::trusted))
}
