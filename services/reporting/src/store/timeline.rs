use muster_service::{table, table::Arguments};
use muster_values::{Id, MissionId, Source, Stored};
use sqlx::{PgConnection, types::Json};
use time::{Date, OffsetDateTime};

use super::Error;
use crate::domain::timeline::Event;

table! {
    Event in "reporting.timeline_events" by ["mission", "id"] {
        kind: Text,
        title: Plain,
        description: Plain,
        happened_on: Text,
        precision as "date_precision": Text,
        area: Plain,
        subject: Plain,
        sources: Json,
    }
    also {
        "first_day" = |this: &Self| this.happened_on.first_day(),
        "last_day" = |this: &Self| this.happened_on.last_day(),
    }
}

/// Stores several events as they are now, each named once; answers the ids that other events have.
pub async fn put_all(
    db: &mut PgConnection,
    mission: &MissionId,
    events: &[Stored<Event>],
) -> Result<Vec<String>, Error> {
    let texts =
        |text: fn(&Stored<Event>) -> String| -> Vec<String> { events.iter().map(text).collect() };
    let days = |day: fn(&Stored<Event>) -> Date| -> Vec<Date> { events.iter().map(day).collect() };
    let times = |time: fn(&Stored<Event>) -> OffsetDateTime| -> Vec<OffsetDateTime> {
        events.iter().map(time).collect()
    };
    let areas: Vec<Option<String>> = events.iter().map(|event| event.area.clone()).collect();
    let subjects: Vec<Option<String>> = events.iter().map(|event| event.subject.clone()).collect();
    let sources: Vec<Json<&Vec<Source>>> =
        events.iter().map(|event| Json(&event.sources)).collect();
    let stored = sqlx::query_scalar!(
        "insert into reporting.timeline_events as event
            (mission, id, kind, title, description, happened_on, first_day, last_day,
            date_precision, area, subject, sources, revision, created_at, updated_at)
        select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::date[], $8::date[], $9::text[], $10::text[], $11::text[], $12::jsonb[],
            $13::bigint[], $14::timestamptz[], $15::timestamptz[])
        on conflict (mission, id) do update
        set title = excluded.title, description = excluded.description,
            happened_on = excluded.happened_on, first_day = excluded.first_day,
            last_day = excluded.last_day, date_precision = excluded.date_precision,
            area = excluded.area, sources = excluded.sources, revision = excluded.revision,
            updated_at = excluded.updated_at
        where event.subject = excluded.subject
        returning id",
        mission.as_str(),
        &texts(|event| event.id.to_string()),
        &texts(|event| event.kind.as_str().to_owned()),
        &texts(|event| event.title.clone()),
        &texts(|event| event.description.clone()),
        &texts(|event| event.happened_on.to_string()),
        &days(|event| event.happened_on.first_day()),
        &days(|event| event.happened_on.last_day()),
        &texts(|event| event.precision.as_str().to_owned()),
        &areas as _,
        &subjects as _,
        &sources as _,
        &events.iter().map(|event| event.revision).collect::<Vec<_>>(),
        &times(|event| event.created_at),
        &times(|event| event.updated_at),
    )
    .fetch_all(db)
    .await?;
    let is_taken = |event: &&Stored<Event>| !stored.iter().any(|id| *id == event.id.as_str());
    Ok(events.iter().filter(is_taken).map(|event| event.id.to_string()).collect())
}

/// Drops events of the mission's own steps but for those with these ids and of these resources;
/// answers id and revision of each.
pub async fn drop_untold(
    db: &mut PgConnection,
    mission: &MissionId,
    told: &[String],
    subjects: &[String],
) -> Result<Vec<(Id, i64)>, Error> {
    let dropped = sqlx::query!(
        "delete from reporting.timeline_events
        where mission = $1 and kind = 'mission' and id <> all($2) and subject <> all($3)
        returning id, revision",
        mission.as_str(),
        told,
        subjects,
    )
    .fetch_all(db)
    .await?;
    Ok(dropped.into_iter().map(|event| (Id::trusted(event.id), event.revision)).collect())
}

/// Those of several events that there are.
pub async fn of_ids(
    db: &mut PgConnection,
    mission: &MissionId,
    ids: &[String],
) -> Result<Vec<Stored<Event>>, Error> {
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(ids)
    };
    Ok(table::select(db, "where mission = $1 and id = any($2)", bind).await?)
}

/// What happened between two days, both included, oldest first.
pub async fn between(
    db: &mut PgConnection,
    mission: &MissionId,
    (first, last): (Date, Date),
) -> Result<Vec<Stored<Event>>, Error> {
    let rest = "where mission = $1 and first_day <= $3 and $2 <= last_day order by happened_on, id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(mission.as_str())?;
        arguments.add(first)?;
        arguments.add(last)
    };
    Ok(table::select(db, rest, bind).await?)
}
