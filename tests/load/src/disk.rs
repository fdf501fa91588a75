//! What an incident takes on disk once it is recorded: its row, its revision, its place in the feed
//! and the key that makes its call safe to repeat, all with their indexes.

use anyhow::ensure;
use muster_proto::{
    common::v1::{Quantity, Source},
    google::r#type::Date,
    reporting::v1::{
        CasualtyCount, CreateIncidentRequest, Harm, Incident, IncidentType,
        incident_service_client::IncidentServiceClient,
    },
};
use prost::Message;
use sqlx::PgPool;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    fill,
    measure::count,
    world::{Authorized, World},
};

const MISSION: &str = include_str!("situation.toml");
const CALLERS: usize = 16;
/// The most that an incident may take, in bytes, for a request of about 700.
const LIMIT: f64 = 3072.0;
/// An account as a monitor writes it.
const NARRATIVE: &str = "About thirty armed men came at four in the morning by two roads, set \
    eleven houses and the market on fire, and shot at those who fled to the river. Three \
    neighbours who reached the clinic say that they counted the dead at the bridge; the \
    clinic's register names seven of the injured. The road to the capital was closed until noon. A \
    second group held the crossing for two hours, took four passengers from a bus, and let two of \
    them go in the evening; of the others nothing is known.";

pub async fn run(incidents: usize) -> anyhow::Result<()> {
    let world = World::start().await?;
    let deployment = world.deployment().await?;
    let reporting = world.reporting(&deployment).await?;
    let client = world.client_of_both(&deployment, &reporting).await?;
    fill::load(&client, MISSION).await?;
    let sql = world.sql("reporting_owner").await?;
    let before = sizes(&sql).await?;
    println!("{incidents} incidents, each a request of {} bytes", request(0).encoded_len());
    record(world.clients(&reporting).await?, incidents).await?;
    let mut total = 0.0;
    for (table, size) in sizes(&sql).await? {
        let old = before.iter().find(|(name, _)| *name == table).map_or(0, |(_, size)| *size);
        let each = count(usize::try_from((size - old).max(0))?) / count(incidents);
        if 0.5 < each {
            println!("  {table:30} {each:7.0} bytes");
        }
        total += each;
    }
    println!("  {:30} {total:7.0} bytes", "together");
    println!("disk ratio {:.2}", LIMIT / total);
    sql.close().await;
    drop((deployment, reporting));
    world.stop().await
}

/// The tables and indexes of the reporting service and how large each is, after what is no longer
/// needed in them was given up.
async fn sizes(sql: &PgPool) -> anyhow::Result<Vec<(String, i64)>> {
    sqlx::query("vacuum").execute(sql).await?;
    let query = "select c.relname::text, pg_relation_size(c.oid) + case when c.relkind = 'r'
            then coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) else 0 end
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'reporting' and c.relkind in ('r', 'i')
        order by 1";
    Ok(sqlx::query_as(query).fetch_all(sql).await?)
}

async fn record(clients: Vec<Authorized>, incidents: usize) -> anyhow::Result<()> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let client = clients[caller % clients.len()].clone();
        callers.spawn(async move {
            for number in (caller..incidents).step_by(CALLERS) {
                IncidentServiceClient::new(client.clone()).create_incident(request(number)).await?;
            }
            Ok::<_, tonic::Status>(())
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    ensure!(0 < incidents, "no incident was recorded");
    Ok(())
}

fn request(number: usize) -> CreateIncidentRequest {
    let people = |text: &str| Some(Quantity { as_written: text.to_owned(), ..Quantity::default() });
    let harmed = |harm: Harm, text: &str| CasualtyCount {
        harm: harm.into(),
        quantity: people(text),
        ..CasualtyCount::default()
    };
    CreateIncidentRequest {
        parent: "missions/0".to_owned(),
        incident_id: format!("attack-{number:06}"),
        request_id: Uuid::new_v4().to_string(),
        incident: Some(Incident {
            r#type: IncidentType::ArmedClash.into(),
            occur_date: Some(Date { year: 2024, month: 5, day: 6 }),
            area_code: "HT01".to_owned(),
            narrative: NARRATIVE.to_owned(),
            language_code: "en".to_owned(),
            casualties: vec![harmed(Harm::Killed, "at least 7"), harmed(Harm::Injured, "10 to 12")],
            sources: vec![Source {
                publisher: "Radio Kiskeya".to_owned(),
                title: "Attack before dawn".to_owned(),
                publication_date: Some(Date { year: 2024, month: 5, day: 7 }),
                ..Source::default()
            }],
            ..Incident::default()
        }),
        ..Default::default()
    }
}
