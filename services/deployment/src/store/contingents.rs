use muster_values::{Id, MissionId, Source};
use sqlx::{PgConnection, types::Json};
use time::OffsetDateTime;

use super::{Error, updated, word};
use crate::domain::contingent::{Contingent, State, Transition};

const TABLE: &str = "contingents";

macro_rules! select {
    ($from:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, display_name, partner, pledge, ordinal, category, headcount,
                state, held_stage, pledged_at,
                transitions as "transitions: Json<Vec<Transition>>",
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from "# + $from,
            $($argument),*
        )
    };
}

/// Inserts a contingent; false where its id is taken.
pub async fn insert(db: &mut PgConnection, contingent: &Contingent) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.contingents
            (mission, id, display_name, partner, pledge, ordinal, category, headcount,
            state, held_stage, pledged_at, transitions, sources, revision, created_at,
            updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict do nothing",
        contingent.mission.as_str(),
        contingent.id.as_str(),
        contingent.display_name,
        contingent.partner.as_str(),
        contingent.pledge.as_ref().map(Id::as_str),
        contingent.ordinal,
        contingent.category.as_str(),
        contingent.headcount,
        contingent.state.word(),
        held_stage(contingent.state),
        contingent.pledged_at,
        Json(&contingent.transitions) as _,
        Json(&contingent.sources) as _,
        contingent.revision,
        contingent.created_at,
        contingent.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Contingent>, Error> {
    select!("deployment.contingents where mission = $1 and id = $2", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Contingent::try_from)
        .transpose()
}

/// Reads a contingent and holds it until the transaction ends, so that two callers cannot both decide on
/// the same state.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Contingent>, Error> {
    select!(
        "deployment.contingents where mission = $1 and id = $2 for update",
        mission.as_str(),
        id.as_str()
    )
    .fetch_optional(db)
    .await?
    .map(Contingent::try_from)
    .transpose()
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
    Ok(id.map(Id::known))
}

/// Stores a contingent that went one revision further.
pub async fn update(db: &mut PgConnection, contingent: &Contingent) -> Result<(), Error> {
    let result = sqlx::query!(
        "update deployment.contingents
        set state = $3, held_stage = $4, transitions = $5, revision = $6, updated_at = $7
        where mission = $1 and id = $2 and revision + 1 = $6",
        contingent.mission.as_str(),
        contingent.id.as_str(),
        contingent.state.word(),
        held_stage(contingent.state),
        Json(&contingent.transitions) as _,
        contingent.revision,
        contingent.updated_at,
    )
    .execute(db)
    .await?;
    updated(TABLE, result.rows_affected(), &contingent.id)
}

/// Every contingent of a mission, by id.
pub async fn all(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<Contingent>, Error> {
    let rows = select!("deployment.contingents where mission = $1 order by id", mission.as_str())
        .fetch_all(db)
        .await?;
    rows.into_iter().map(Contingent::try_from).collect()
}

fn held_stage(state: State) -> Option<&'static str> {
    match state {
        State::OnHold(stage) => Some(stage.as_str()),
        _ => None,
    }
}

#[derive(Clone)]
struct Row {
    mission: String,
    id: String,
    display_name: String,
    partner: String,
    pledge: Option<String>,
    ordinal: i32,
    category: String,
    headcount: i32,
    state: String,
    held_stage: Option<String>,
    pledged_at: OffsetDateTime,
    transitions: Json<Vec<Transition>>,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Contingent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let held = row.held_stage.as_deref().map(|stage| word(TABLE, stage)).transpose()?;
        let state = match (row.state.as_str(), held) {
            ("on_hold", Some(stage)) => State::OnHold(stage),
            ("withdrawn", None) => State::Withdrawn,
            ("cancelled", None) => State::Cancelled,
            (stage, None) => State::At(word(TABLE, stage)?),
            _ => return Err(Error::Corrupt { table: TABLE, value: row.state }),
        };
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            display_name: row.display_name,
            partner: Id::known(row.partner),
            pledge: row.pledge.map(Id::known),
            ordinal: row.ordinal,
            category: word(TABLE, &row.category)?,
            headcount: row.headcount,
            state,
            pledged_at: row.pledged_at,
            transitions: row.transitions.0,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
