use muster_service::{Context, call::AsOf};
use muster_values::{MissionId, Period};
use sqlx::PgConnection;
use time::{OffsetDateTime, macros::datetime};

use super::{App, Error, known_area, known_mission};
use crate::{
    convert,
    domain::{
        deployment::{Resource, assembled},
        situation::{self, Question, Records, Situation},
    },
    store::{assessments, deployment, figures, incidents, link},
};

/// After every moment at which anything was recorded. Where nobody asks for what was known by a
/// moment, everything counts, also what the faster clock of another replica or of the deployment
/// service recorded.
const ALWAYS: OffsetDateTime = datetime!(9999-12-31 0:00 UTC);

/// What a caller asks of a mission.
pub struct Asked {
    pub mission: MissionId,
    pub area: String,
    pub period: Period,
    /// `None` for now.
    pub valid_at: Option<OffsetDateTime>,
    /// `None` for everything recorded.
    pub as_of: Option<OffsetDateTime>,
}

impl App {
    pub async fn situation(&self, context: &Context, asked: Asked) -> Result<Situation, Error> {
        let now = self.database.clock().now();
        let mut db = self.moment(context, &asked.mission).await?;
        known_mission(&mut db, &asked.mission).await?;
        known_area(&mut db, &asked.mission, &asked.area, "area_code").await?;
        Ok(take(&mut db, &asked, now).await?.0)
    }
}

/// Takes the situation from everything that was known by the moment asked for.
pub(super) async fn take(
    db: &mut PgConnection,
    asked: &Asked,
    now: OffsetDateTime,
) -> Result<(Situation, Records), Error> {
    let mission = &asked.mission;
    let as_of = asked.as_of.unwrap_or(ALWAYS);
    let records = Records {
        figures: figures::known(db, mission, as_of).await?,
        incidents: incidents::known(db, mission, as_of).await?,
        assessments: assessments::known(db, mission, as_of).await?,
        deployment: known_deployment(db, mission, asked.as_of).await?,
    };
    let question = Question {
        mission: mission.clone(),
        area: asked.area.clone(),
        period: asked.period,
        valid_at: asked.valid_at.unwrap_or(now),
        as_of: asked
            .as_of
            .unwrap_or_else(|| newest(&records).map_or(now, |newest| newest.max(now))),
    };
    let position = link::cursor(db, mission).await?.map_or(0, |cursor| cursor.position);
    let stale = 0 < link::count_parked(db, mission).await?;
    let situation = situation::situation(&question, &records, position, stale)?;
    Ok((situation, records))
}

/// What was known of the deployment service by the moment asked for. A revision that a newer
/// version wrote and this one cannot read is parked already, and said to be stale.
async fn known_deployment(
    db: &mut PgConnection,
    mission: &MissionId,
    known_by: Option<OffsetDateTime>,
) -> Result<Vec<Resource>, Error> {
    let as_of = AsOf { known_by, recorded_by: None };
    let messages = deployment::all(db, mission, as_of).await?;
    let read = messages.iter().filter_map(|message| convert::deployment::kept(message).ok()?);
    Ok(assembled(read.collect()))
}

/// When the last of the records was recorded.
fn newest(records: &Records) -> Option<OffsetDateTime> {
    let figures = records.figures.iter().map(|figure| figure.recorded_at);
    let incidents = records.incidents.iter().map(|incident| incident.updated_at);
    let assessments = records.assessments.iter().map(|assessment| assessment.created_at);
    let entries = records.deployment.iter().filter_map(|resource| match resource {
        Resource::HeadcountEntry(entry) => Some(entry.recorded_at),
        _ => None,
    });
    figures.chain(incidents).chain(assessments).chain(entries).max()
}
