use muster_values::{Id, MissionId, Quantity, Source};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::{Error, updated, word};
use crate::domain::pledge::{Category, Notification, Pledge, State};

const TABLE: &str = "pledges";

macro_rules! select {
    ($rest:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Row,
            r#"select mission, id, partner, size as "size: Json<Quantity>", category, offered_on,
                conditions, state, confirmed_on, confirm_recorded_at, withdrawn_on, withdraw_reason,
                withdraw_recorded_at, arrived,
                sources as "sources: Json<Vec<Source>>", revision, created_at, updated_at
            from deployment.pledges "# + $rest,
            $($argument),*
        )
    };
}

/// Inserts a pledge; false where its id is taken.
pub async fn insert(db: &mut PgConnection, pledge: &Pledge) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into deployment.pledges
            (mission, id, partner, size, category, offered_on, conditions, state, arrived, sources,
            revision, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict do nothing",
        pledge.mission.as_str(),
        pledge.id.as_str(),
        pledge.partner.as_str(),
        pledge.size.as_ref().map(Json) as _,
        pledge.category.map(Category::as_str),
        pledge.offered_on.to_string(),
        pledge.conditions,
        pledge.state.word(),
        pledge.arrived,
        Json(&pledge.sources) as _,
        pledge.revision,
        pledge.created_at,
        pledge.updated_at,
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn get(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Pledge>, Error> {
    select!("where mission = $1 and id = $2", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Pledge::try_from)
        .transpose()
}

/// Reads a pledge and holds it until the transaction ends, so that two callers cannot both
/// decide on the same state.
pub async fn lock(
    db: &mut PgConnection,
    mission: &MissionId,
    id: &Id,
) -> Result<Option<Pledge>, Error> {
    select!("where mission = $1 and id = $2 for update", mission.as_str(), id.as_str())
        .fetch_optional(db)
        .await?
        .map(Pledge::try_from)
        .transpose()
}

/// Stores a pledge that went one revision further.
pub async fn update(db: &mut PgConnection, pledge: &Pledge) -> Result<(), Error> {
    let (withdrawn_on, withdraw_reason, withdraw_recorded_at) = match &pledge.state {
        State::Withdrawn { on, reason, recorded_at } => {
            (Some(*on), Some(reason.as_str()), Some(*recorded_at))
        }
        _ => (None, None, None),
    };
    let result = sqlx::query!(
        "update deployment.pledges
        set state = $3, confirmed_on = $4, confirm_recorded_at = $5, withdrawn_on = $6,
            withdraw_reason = $7, withdraw_recorded_at = $8, arrived = $9, sources = $10,
            revision = $11, updated_at = $12
        where mission = $1 and id = $2 and revision + 1 = $11",
        pledge.mission.as_str(),
        pledge.id.as_str(),
        pledge.state.word(),
        pledge.confirmed.map(|notified| notified.on),
        pledge.confirmed.map(|notified| notified.recorded_at),
        withdrawn_on,
        withdraw_reason,
        withdraw_recorded_at,
        pledge.arrived,
        Json(&pledge.sources) as _,
        pledge.revision,
        pledge.updated_at,
    )
    .execute(db)
    .await?;
    updated(TABLE, result.rows_affected(), &pledge.id)
}

/// Every pledge of a mission, by id.
pub async fn all(db: &mut PgConnection, mission: &MissionId) -> Result<Vec<Pledge>, Error> {
    let rows = select!("where mission = $1 order by id", mission.as_str()).fetch_all(db).await?;
    rows.into_iter().map(Pledge::try_from).collect()
}

struct Row {
    mission: String,
    id: String,
    partner: String,
    size: Option<Json<Quantity>>,
    category: Option<String>,
    offered_on: String,
    conditions: String,
    state: String,
    confirmed_on: Option<Date>,
    confirm_recorded_at: Option<OffsetDateTime>,
    withdrawn_on: Option<Date>,
    withdraw_reason: Option<String>,
    withdraw_recorded_at: Option<OffsetDateTime>,
    arrived: i32,
    sources: Json<Vec<Source>>,
    revision: i64,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for Pledge {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let withdrawn = row.withdrawn_on.zip(row.withdraw_reason).zip(row.withdraw_recorded_at);
        let state = match (row.state.as_str(), withdrawn) {
            ("offered", None) => State::Offered,
            ("confirmed", None) => State::Confirmed,
            ("fulfilled_in_part", None) => State::FulfilledInPart,
            ("fulfilled", None) => State::Fulfilled,
            ("withdrawn", Some(((on, reason), recorded_at))) => {
                State::Withdrawn { on, reason, recorded_at }
            }
            _ => return Err(Error::Corrupt { table: TABLE, value: row.state }),
        };
        Ok(Self {
            mission: MissionId::known(row.mission),
            id: Id::known(row.id),
            partner: Id::known(row.partner),
            size: row.size.map(|size| size.0),
            category: row.category.as_deref().map(|text| word(TABLE, text)).transpose()?,
            offered_on: word(TABLE, &row.offered_on)?,
            conditions: row.conditions,
            state,
            confirmed: (row.confirmed_on.zip(row.confirm_recorded_at))
                .map(|(on, recorded_at)| Notification { on, recorded_at }),
            arrived: row.arrived,
            sources: row.sources.0,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
