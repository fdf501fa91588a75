use muster_service::{
    Committed, Context, Reason, Refusal, Work, context::AsOf, resource, server::MAX_RESPONSE_BYTES,
    standard, standard::Record, standard::Writes, table, table::Batch,
};
use muster_values::{Collected, Period, Place, Stored};
use sqlx::PgConnection;
use time::{Date, Duration, OffsetDateTime};

use super::{App, Error, known_area, situation, statements::flag_changed};
use crate::{
    convert,
    domain::{
        report::{self, Frozen, NewReport, Report, State},
        situation::{Records, SituationRequest},
        statement::{Quote, QuotedNumber},
    },
    store::{self, reports, statements, timeline},
};

/// The most that a report may carry of what it was written from: with the rest of it, it has to
/// fit into an answer and into a change of the feed.
const MOST_FROZEN: usize = MAX_RESPONSE_BYTES / 2;

impl Record for Report {
    type Error = Error;

    /// Refuses an update of what is no draft any more, and so a correction of what it said as one.
    /// The records that the report was drafted from stay as they were frozen.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        if before.is_none() {
            return Ok(());
        }
        let present = present(work.db(), &stored.place()).await?.content;
        present.require_draft()?;
        stored.frozen = present.frozen;
        stored.author = present.author;
        Ok(())
    }
}

impl App {
    /// Drafts a report. What it is written from is kept in the words of the wire, which stay the
    /// same whatever becomes of our types.
    pub async fn create_report(
        &self,
        context: &Context,
        new: NewReport,
    ) -> Result<Committed<Stored<Report>>, Error> {
        let _permit = self.heavy.enter(context.deadline).await?;
        let mut work = self.begin_write(context, &new.place.mission, true).await?;
        create_in(&mut work, new).await?;
        Ok(work.commit_answered().await?)
    }

    pub async fn approve_report(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
    ) -> Result<Committed<Stored<Report>>, Error> {
        let approve = |work: &Work, report: &mut Stored<Report>| {
            Ok(report.approve(work.actor(), work.now())?)
        };
        standard::change(self, context, &place, etag, approve).await
    }

    pub async fn publish_report(
        &self,
        context: &Context,
        place: Place,
        etag: &str,
    ) -> Result<Committed<Stored<Report>>, Error> {
        let mut work = self.begin_write(context, &place.mission, true).await?;
        publish_in(&mut work, &place, etag).await?;
        Ok(work.commit_answered().await?)
    }

    /// The report as it is now, to be rendered.
    pub async fn report(&self, context: &Context, place: &Place) -> Result<Stored<Report>, Error> {
        present(self.read(context, &place.mission).await?.db(), place).await
    }
}

async fn create_in(work: &mut Work, new: NewReport) -> Result<(), Error> {
    let (place, area) = (new.place.clone(), &new.asked.area);
    known_area(work.db(), &place.mission, area, "situation_report.area_code").await?;
    let (now, author) = (work.now(), work.actor());
    let (frozen, records) = gather(work.db(), &new.asked, now).await?;
    let bytes = convert::reports::freeze(&frozen);
    if MOST_FROZEN < bytes.len() {
        let message = "the records are more than a report can carry; ask for less of them";
        return Err(Refusal::new(Reason::MessageTooLarge, message).into());
    }
    let report = draft(new, &frozen, &records, bytes, author);
    standard::create_in(work, place, report).await.map(|_| ())
}

async fn publish_in(work: &mut Work, place: &Place, etag: &str) -> Result<(), Error> {
    let mut report = standard::lock::<Report>(work, place, etag).await?;
    let number = reports::next_number(work.db(), &place.mission).await?;
    report.publish(number, work.now())?;
    Ok(standard::revise_as_answer(work, Batch::default(), &mut report).await?)
}

/// A report as it is now.
async fn present(db: &mut PgConnection, place: &Place) -> Result<Stored<Report>, Error> {
    let found = table::get(db, place).await.map_err(store::Error::from)?;
    Ok(found.ok_or_else(|| resource::not_found(&place.name(Report::COLLECTION)))?)
}

/// Takes everything that a report is written from, as it is known now.
async fn gather(
    db: &mut PgConnection,
    asked: &SituationRequest,
    now: OffsetDateTime,
) -> Result<(Frozen, Records), Error> {
    let (situation, records) = situation::take(db, asked, now).await?;
    let mission = &asked.mission;
    let today = situation.question.today();
    let said = (asked.period.start(), asked.period.last_day().max(today));
    let mut statements = statements::between(db, mission, said).await?;
    let numbers = statements.iter_mut().flat_map(|statement| &mut statement.numbers);
    let mut quotes: Vec<Quote> = numbers.map(QuotedNumber::quote).collect();
    flag_changed(db, mission, AsOf::default(), &mut quotes).await?;
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
) -> Report {
    let Frozen { situation, statements, timeline } = frozen;
    let composed = report::compose(situation, records, statements, timeline);
    let written = new.written.or(composed);
    Report {
        area: new.asked.area,
        period: new.asked.period,
        valid_at: situation.question.valid_at,
        headline: written.headline,
        summary: written.summary,
        sections: written.sections,
        media: new.media,
        frozen: bytes,
        state: State::Draft,
        author,
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
