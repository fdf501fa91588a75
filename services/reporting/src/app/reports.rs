use muster_service::{
    Committed, Context, Reason, Refusal, Resource, Work, resource, server::MAX_RESPONSE_BYTES,
};
use muster_values::{Id, MissionId, Period, Stored};
use sqlx::PgConnection;
use time::{Date, Duration, OffsetDateTime};

use super::{App, Asked, Error, known_area, known_mission, situation, statements::flag_changed};
use crate::{
    domain::{
        report::{self, Composed, Media, Report, Section, State},
        situation::{Records, Situation},
        statement::{Quote, QuotedNumber, Statement},
        timeline::Event,
    },
    store::{reports, statements, timeline},
};

/// The most that a report may carry of what it was written from: with the rest of it, it has to
/// fit into an answer and into a change of the feed.
const MOST_FROZEN: usize = MAX_RESPONSE_BYTES / 2;

/// What a caller says of a report; what is left empty is written from the records.
pub struct NewReport {
    pub id: Id,
    pub asked: Asked,
    pub headline: String,
    pub summary: Vec<String>,
    pub sections: Vec<Section>,
    pub media: Vec<Media>,
}

/// What a report is written from.
pub struct Frozen {
    pub situation: Situation,
    pub statements: Vec<Stored<Statement>>,
    /// The timeline of the period and the year before it.
    pub timeline: Vec<Stored<Event>>,
}

impl App {
    /// Drafts a report; `freeze` puts what it is written from into the words of the wire, which
    /// stay the same whatever becomes of our types.
    pub async fn create_report(
        &self,
        context: &Context,
        new: NewReport,
        freeze: fn(&Frozen) -> Vec<u8>,
    ) -> Result<Committed<Report>, Error> {
        let mission = new.asked.mission.clone();
        let _permit = self.heavy.enter(context.deadline).await?;
        let mut work = self.begin(context, &mission).await?;
        known_mission(work.db(), &mission).await?;
        known_area(work.db(), &mission, &new.asked.area, "situation_report.area_code").await?;
        let (now, author) = (work.now(), work.actor());
        let (frozen, records) = gather(work.db(), &new.asked, now).await?;
        let bytes = freeze(&frozen);
        if MOST_FROZEN < bytes.len() {
            let message = "the records are more than a report can carry; ask for less of them";
            return Err(Refusal::new(Reason::MessageTooLarge, message).into());
        }
        let report = draft(new, &frozen, &records, bytes, author, now);
        if !reports::insert(work.db(), &report).await? {
            return Err(resource::already_exists(&report.resource_name()).into());
        }
        Ok(work.commit(report).await?)
    }

    pub async fn approve_report(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
    ) -> Result<Committed<Report>, Error> {
        let mut work = self.begin(context, &mission).await?;
        let mut report = locked(&mut work, &id, etag).await?;
        report.approve(work.actor(), work.now())?;
        reports::update(work.db(), &report).await?;
        Ok(work.commit(report).await?)
    }

    pub async fn publish_report(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
        etag: &str,
    ) -> Result<Committed<Report>, Error> {
        let mut work = self.begin(context, &mission).await?;
        let mut report = locked(&mut work, &id, etag).await?;
        let number = reports::next_number(work.db(), &mission).await?;
        report.publish(number, work.now())?;
        reports::update(work.db(), &report).await?;
        Ok(work.commit(report).await?)
    }

    /// The report as it is now, to be rendered.
    pub async fn report(
        &self,
        context: &Context,
        (mission, id): (MissionId, Id),
    ) -> Result<Report, Error> {
        let mut db = self.read(context, &mission).await?;
        let found = reports::get(&mut db, &mission, &id).await?;
        Ok(found.ok_or_else(|| resource::not_found(&mission.child("situationReports", &id)))?)
    }
}

/// Takes everything that a report is written from, as it is known now.
async fn gather(
    db: &mut PgConnection,
    asked: &Asked,
    now: OffsetDateTime,
) -> Result<(Frozen, Records), Error> {
    let (situation, records) = situation::take(db, asked, now).await?;
    let mission = &asked.mission;
    let today = situation.question.today();
    let said = (asked.period.start(), asked.period.last_day().max(today));
    let mut statements = statements::between(db, mission, said).await?;
    let numbers = statements.iter_mut().flat_map(|statement| &mut statement.numbers);
    let mut quotes: Vec<Quote> = numbers.map(QuotedNumber::quote).collect();
    flag_changed(db, mission, &mut quotes).await?;
    let happened = (year_before(asked.period, today), today);
    let timeline = timeline::between(db, mission, happened).await?;
    Ok((Frozen { situation, statements, timeline }, records))
}

fn draft(
    new: NewReport,
    frozen: &Frozen,
    records: &Records,
    bytes: Vec<u8>,
    author: String,
    now: OffsetDateTime,
) -> Report {
    let Frozen { situation, statements, timeline } = frozen;
    let Composed { headline, summary, sections } =
        report::compose(situation, records, statements, timeline);
    Report {
        mission: new.asked.mission,
        id: new.id,
        area: new.asked.area,
        period: new.asked.period,
        valid_at: situation.question.valid_at,
        headline: if new.headline.is_empty() { headline } else { new.headline },
        summary: if new.summary.is_empty() { summary } else { new.summary },
        sections: if new.sections.is_empty() { sections } else { new.sections },
        media: new.media,
        frozen: bytes,
        state: State::Draft,
        author,
        revision: 1,
        created_at: now,
        updated_at: now,
    }
}

/// The day a year before the period begins, or before the moment the report is about where that
/// is earlier.
fn year_before(period: Period, today: Date) -> Date {
    let day = period.start().min(today);
    let back = day.replace_year(day.year() - 1).ok();
    // Of a leap day there is none in the year before.
    back.or_else(|| day.checked_sub(Duration::days(366))).unwrap_or(day)
}

/// A report that is held until the transaction ends, at the revision its caller decided on.
async fn locked(work: &mut Work, id: &Id, etag: &str) -> Result<Report, Error> {
    let mission = work.mission().clone();
    let name = mission.child("situationReports", id);
    let report = reports::lock(work.db(), &mission, id).await?;
    let report = report.ok_or_else(|| resource::not_found(&name))?;
    resource::check_etag(etag, &name, report.revision)?;
    Ok(report)
}
