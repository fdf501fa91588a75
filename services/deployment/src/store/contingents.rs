use muster_service::{table, table::Arguments, table::BoxError, table::Spread, table::parsed};
use muster_values::{Id, MissionId, Place, Stored};
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
            _ => None,
        })
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        Ok(match (row.try_get("state")?, row.try_get::<Option<&str>, _>("held_stage")?) {
            ("withdrawn", None) => State::Withdrawn,
            ("cancelled", None) => State::Cancelled,
            (_, Some(stage)) => State::OnHold(parsed(stage, "held_stage")?),
            (stage, None) => State::At(parsed(stage, "state")?),
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

/// Every step of a contingent, in their order.
pub async fn steps(
    db: &mut PgConnection,
    contingent: &Place,
) -> Result<Vec<Stored<ContingentStep>>, Error> {
    let rest = "where mission = $1 and contingent = $2 order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(contingent.mission.as_str())?;
        arguments.add(contingent.id.as_str())
    };
    table::select(db, rest, bind).await
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
