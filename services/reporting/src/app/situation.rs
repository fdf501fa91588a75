use futures::{StreamExt, TryStreamExt};
use muster_service::{
    Context, FieldViolation, context::AsOf, history::OWN, history::Revision, page::Page,
    page::Paged, reader::Reader, standard::Reads,
};
use muster_values::{Collected, Stored, Zone};
use sqlx::PgConnection;
use time::OffsetDateTime;
use tokio::sync::OwnedSemaphorePermit;

use super::{App, Error, known_area, readable, zone};
use crate::{
    convert,
    domain::{
        assessment::Assessment,
        deployment::{Resource, assembled},
        figure::Figure,
        situation::{
            self, Areas, Behind, Occurrence, Part, Question, Records, RecordsRequest, Situation,
            SituationRequest, Tally,
        },
    },
    store::{self, assessments, deployment, figures, incidents, link},
};

impl App {
    pub async fn situation(
        &self,
        context: &Context,
        asked: SituationRequest,
    ) -> Result<Situation, Error> {
        let now = self.database.clock().now();
        let (mut reader, _permit) = self.read_much(context, &asked).await?;
        Ok(take(reader.db(), &asked, now).await?.0)
    }

    /// A page of the records behind one number of a situation, by name.
    pub async fn situation_records(
        &self,
        context: &Context,
        asked: SituationRequest,
        records: RecordsRequest,
        page: &Page,
    ) -> Result<Paged<Part>, Error> {
        let now = self.database.clock().now();
        let (mut reader, _permit) = self.read_much(context, &asked).await?;
        let db = reader.db();
        let deployment = known_deployment(db, &asked).await?;
        let areas = Areas::new(&deployment);
        let zone = zone::of_mission(db, &asked.mission).await?;
        let question = question(&asked, zone, now, now);
        let found = match records.behind {
            Behind::Figures(metric) => {
                let codes = areas.overlapping(&asked.area);
                let figures = figures_about(db, &asked, &codes).await?;
                let number = situation::number(&question, &figures, &areas, metric)?;
                let parts = number.into_iter().flat_map(situation::Number::into_parts);
                parts.filter(|part| records.part.is(part) && *page.after < *part.name()).collect()
            }
            Behind::Incidents(counted) => {
                let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
                let after = page.after.rsplit('/').next().unwrap_or_default();
                let mut found = Vec::new();
                each_incident(db, &asked, &areas, after, |occurrence| {
                    let part = occurrence.part(&question, &areas, counted);
                    found.extend(part.filter(|part| records.part.is(part)));
                    Ok(found.len() < limit)
                })
                .await?;
                found
            }
        };
        // A record with its words is far below this.
        Ok(page.cut_by(found, |part| part.name().to_owned(), |_| 1000))
    }

    /// Begins a read that goes over many records, for a caller who is admitted.
    async fn read_much(
        &self,
        context: &Context,
        asked: &SituationRequest,
    ) -> Result<(Reader, OwnedSemaphorePermit), Error> {
        self.admit(context, &asked.mission).await?;
        let permit = self.heavy.enter(context.deadline).await?;
        let mut reader = self.reader(context, &asked.mission).await?;
        known_area(reader.db(), &asked.mission, &asked.area, "area_code").await?;
        Ok((reader, permit))
    }
}

/// Takes the situation from everything that was known by the moment asked for.
pub(super) async fn take(
    db: &mut PgConnection,
    asked: &SituationRequest,
    now: OffsetDateTime,
) -> Result<(Situation, Records), Error> {
    let deployment = known_deployment(db, asked).await?;
    let areas = Areas::new(&deployment);
    let codes = areas.overlapping(&asked.area);
    let recorded = newest(&deployment).max(link::last_recorded(db, &asked.mission).await?);
    let zone = zone::of_mission(db, &asked.mission).await?;
    let question = question(asked, zone, now, recorded.map_or(now, |recorded| recorded.max(now)));
    let mut tally = Tally::default();
    each_incident(db, asked, &areas, "", |occurrence| {
        tally.add(&question, &areas, &occurrence)?;
        Ok(true)
    })
    .await?;
    let records = Records {
        figures: figures_about(db, asked, &codes).await?,
        assessments: assessments_about(db, asked, &codes).await?,
        deployment,
    };
    let position = link::cursor(db, &asked.mission).await?.map_or(0, |cursor| cursor.position);
    let stale = 0 < link::count_parked(db, &asked.mission).await?;
    let situation = situation::situation(&question, &records, &tally, position, stale)?;
    Ok((situation, records))
}

fn question(
    asked: &SituationRequest,
    zone: Zone,
    now: OffsetDateTime,
    latest: OffsetDateTime,
) -> Question {
    Question {
        mission: asked.mission.clone(),
        area: asked.area.clone(),
        period: asked.period,
        valid_at: asked.valid_at.unwrap_or(now),
        as_of: asked.as_of.known_by.unwrap_or(latest),
        zone,
    }
}

/// Visits the incidents that may lie in the area and period asked for, by id, until told that it is
/// enough. What is known now is in typed columns; of any other moment the history tells.
async fn each_incident(
    db: &mut PgConnection,
    asked: &SituationRequest,
    areas: &Areas<'_>,
    after: &str,
    mut visit: impl FnMut(Occurrence) -> Result<bool, Error>,
) -> Result<(), Error> {
    if asked.as_of == AsOf::default() {
        let codes = areas.overlapping(&asked.area);
        let mut found = Box::pin(incidents::each(db, &asked.mission, &codes, asked.period, after));
        let mut turn = Turn::default();
        while let Some(occurrence) = found.next().await {
            if !visit(occurrence?)? {
                break;
            }
            turn.next().await;
        }
        return Ok(());
    }
    let mut kept = Box::pin(OWN.each(db, &asked.mission, "incidents", after, asked.as_of));
    let mut turn = Turn::default();
    while let Some(revision) = kept.next().await {
        let revision = revision.map_err(store::Error::from)?;
        let incident = readable(convert::incidents::kept(&revision))?;
        if !visit(Occurrence::from(&incident))? {
            break;
        }
        turn.next().await;
    }
    Ok(())
}

/// Lets other tasks have their turn between rows: the rows of one answer of the database are all
/// there at once, and nothing else would run until the last one is counted.
#[derive(Default)]
struct Turn(usize);

impl Turn {
    async fn next(&mut self) {
        const ROWS: usize = 64;
        self.0 += 1;
        if self.0.is_multiple_of(ROWS) {
            tokio::task::yield_now().await;
        }
    }
}

/// The figures of these areas, and of flows those that overlap the period.
async fn figures_about(
    db: &mut PgConnection,
    asked: &SituationRequest,
    areas: &[String],
) -> Result<Vec<Stored<Figure>>, Error> {
    if asked.as_of == AsOf::default() {
        return Ok(figures::about(db, &asked.mission, areas, asked.period).await?);
    }
    let is_about = |one: &Figure| areas.contains(&one.area) && one.kind.touches(asked.period);
    held(db, asked, convert::figures::kept, is_about).await
}

async fn assessments_about(
    db: &mut PgConnection,
    asked: &SituationRequest,
    areas: &[String],
) -> Result<Vec<Stored<Assessment>>, Error> {
    if asked.as_of == AsOf::default() {
        return Ok(assessments::about(db, &asked.mission, areas).await?);
    }
    let is_about = |one: &Assessment| areas.contains(&one.area);
    held(db, asked, convert::assessments::kept, is_about).await
}

/// The records of a kind that held at the moment asked for and that are about what is asked.
async fn held<C: Collected>(
    db: &mut PgConnection,
    asked: &SituationRequest,
    read: fn(&Revision) -> Result<Stored<C>, FieldViolation>,
    is_about: impl Fn(&C) -> bool,
) -> Result<Vec<Stored<C>>, Error> {
    let kept = OWN.each(db, &asked.mission, C::COLLECTION, "", asked.as_of);
    let read = kept.map_err(store::Error::from).try_filter_map(|revision| {
        let record = readable(read(&revision));
        let record = record.map(|record| Some(record).filter(|record| is_about(record)));
        std::future::ready(record)
    });
    Ok(read.try_collect().await?)
}

/// What was known of the deployment service by the moment asked for. A revision that a newer
/// version wrote and this one cannot read is parked already, and said to be stale.
async fn known_deployment(
    db: &mut PgConnection,
    asked: &SituationRequest,
) -> Result<Vec<Resource>, Error> {
    let messages = deployment::all(db, &asked.mission, asked.as_of).await?;
    let read = messages.iter().filter_map(|message| convert::deployment::kept(message).ok()?);
    Ok(assembled(read.collect()))
}

/// When the last entry of the ledger was recorded, by the deployment service's clock.
fn newest(deployment: &[Resource]) -> Option<OffsetDateTime> {
    let entries = deployment.iter().filter_map(|resource| match resource {
        Resource::HeadcountEntry(entry) => Some(entry.recorded_at),
        _ => None,
    });
    entries.max()
}
