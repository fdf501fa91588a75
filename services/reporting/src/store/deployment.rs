//! Revisions of the deployment service's resources, as its feed told them.

use std::collections::HashMap;

use muster_service::{context::AsOf, history::FOLLOWED, history::Revision, resource::Key};
use muster_values::MissionId;
use sqlx::PgConnection;

use super::Error;
use crate::domain::deployment::ReceivedRevision;

/// The last revision that is known of those resources that are known, by name.
pub async fn last_revisions(
    db: &mut PgConnection,
    mission: &MissionId,
    names: &[String],
) -> Result<HashMap<String, i64>, Error> {
    let keys: Vec<Key> = names.iter().map(|name| Key::of(name)).collect();
    let last = FOLLOWED.last_revisions(db, mission, &keys, AsOf::default()).await?;
    let known = names.iter().cloned().zip(last);
    Ok(known.filter(|(_, revision)| *revision != 0).collect())
}

/// Adds revisions to the history, each with the position of the change that told of it.
pub async fn insert_all(
    db: &mut PgConnection,
    mission: &MissionId,
    received: &[(i64, &ReceivedRevision)],
) -> Result<(), Error> {
    let keys: Vec<Key> = received.iter().map(|(_, received)| Key::of(&received.name)).collect();
    let times = |of: fn(&ReceivedRevision) -> time::OffsetDateTime| -> Vec<_> {
        received.iter().map(|(_, received)| of(received)).collect()
    };
    sqlx::query!(
        "insert into reporting.deployment_revisions
            (mission, position, collection, key, revision, known_at, recorded_at, present, message)
        select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[],
            $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::bytea[])",
        mission.as_str(),
        &received.iter().map(|(position, _)| *position).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.collection.clone()).collect::<Vec<_>>(),
        &keys.iter().map(|key| key.key.clone()).collect::<Vec<_>>(),
        &received.iter().map(|(_, received)| received.revision).collect::<Vec<_>>(),
        &times(|received| received.known_at),
        &times(|received| received.recorded_at),
        &received.iter().map(|(_, one)| !matches!(one.content, Ok(None))).collect::<Vec<_>>(),
        &received.iter().map(|(_, received)| received.message.clone()).collect::<Vec<_>>(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The revision of each of these resources that holds now, as far as they are there.
pub async fn get_all(
    db: &mut PgConnection,
    mission: &MissionId,
    names: &[String],
) -> Result<Vec<Revision>, Error> {
    let key = |name: &String| (mission.clone(), Key::of(name), AsOf::default());
    let keys: Vec<_> = names.iter().map(key).collect();
    Ok(FOLLOWED.get_all(db, &keys).await?.into_iter().flatten().collect())
}

/// Whether there is an area of this code.
pub async fn has_area(
    db: &mut PgConnection,
    mission: &MissionId,
    code: &str,
) -> Result<bool, Error> {
    let key = Key { collection: "areas".to_owned(), key: code.to_owned() };
    Ok(FOLLOWED.get(db, mission, &key, AsOf::default()).await?.is_some())
}

/// Everything of a mission that holds at a moment, in the words of its feed.
pub async fn all(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: AsOf,
) -> Result<Vec<Vec<u8>>, Error> {
    let messages = sqlx::query_scalar!(
        "select message from (
            select distinct on (collection, key) message, present
            from reporting.deployment_revisions
            where mission = $1 and known_at <= coalesce($2, 'infinity'::timestamptz)
                and recorded_at <= coalesce($3, 'infinity'::timestamptz)
            order by collection, key, known_at desc, revision desc
        ) held where present",
        mission.as_str(),
        as_of.known_by,
        as_of.recorded_by,
    )
    .fetch_all(db)
    .await?;
    Ok(messages)
}
