use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, updated, word};
use crate::domain::movement::{Arrival, Mode, Movement, Place, Window};

const TABLE: &str = "movements";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, contingent, direction, mode, carrier,
                origin as "origin: Json<Place>", destination as "destination: Json<Place>",
                planned, plan as "plan: Json<Window>", state, departed_at, departed,
                arrivals as "arrivals: Json<Vec<Arrival>>", note,
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.movements "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a movement; false where its id is taken.
pub async fn insert(db: &mut PgConnection, movement: &Movement) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.movements
            (mission, id, contingent, direction, mode, carrier, origin, destination,
            planned, plan, state, departed_at, departed, arrivals, note, sources, revision,
            created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19)
        on conflict do nothing",
        movement.mission.as_str(),
        movement.id.as_str(),
        movement.contingent.as_str(),
        movement.direction.as_str(),
        movement.mode.map(Mode::as_str),
        movement.carrier,
        Json(&movement.origin) as _,
        Json(&movement.destination) as _,
        movement.planned,
        Json(&movement.window) as _,
        movement.state.as_str(),
        movement.departed_at,
        movement.departed,
        Json(&movement.arrivals) as _,
        movement.note,
        Json(&movement.sources) as _,
        movement.revision,
        movement.created_at,
        movement.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Movement>, Error> {
    select!("where mission = $1 and id = $2", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Movement::try_from)
        .transpose()
}

/// Reads a movement and holds it until the transaction ends, so that two callers cannot both decide on
/// the same state.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Movement>, Error> {
    select!("where mission = $1 and id = $2 for update", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Movement::try_from)
        .transpose()
}

/// Stores a movement that went one revision further.
pub async fn update(db: &mut PgConnection, movement: &Movement) -> Result<(), Error> {
    let result = sqlx::query!(
        "update deployment.movements
        set plan = $3, state = $4, departed_at = $5, departed = $6, arrivals = $7, note =
            $8, revision = $9, updated_at = $10
        where mission = $1 and id = $2 and revision + 1 = $9",
        movement.mission.as_str(),
        movement.id.as_str(),
        Json(movement.window) as _,
        movement.state.as_str(),
        movement.departed_at,
        movement.departed,
        Json(&movement.arrivals) as _,
        movement.note,
        movement.revision,
        movement.updated_at,
    )
    .execute(db)
    .await?;
    updated(TABLE, result.rows_affected(), &movement.id)
}

struct Row {
    mission: String,
    id: String,
    contingent: String,
    direction: String,
    mode: Option<String>,
    carrier: String,
    origin: Json<Place>,
    destination: Json<Place>,
    planned: i32,
    plan: Json<Window>,
    state: String,
    departed_at: Option<OffsetDateTime>,
    departed: i32,
    arrivals: Json<Vec<Arrival>>,
    note: String,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Movement {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            contingent: Id::known(row.contingent),
            direction: word(TABLE, &row.direction)?,
            mode: row.mode.as_deref().map(|text| word(TABLE, text)).transpose()?,
            carrier: row.carrier,
            origin: row.origin.0,
            destination: row.destination.0,
            planned: row.planned,
            window: row.plan.0,
            state: word(TABLE, &row.state)?,
            departed_at: row.departed_at,
            departed: row.departed,
            arrivals: row.arrivals.0,
            note: row.note,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
