use std::collections::HashMap;

use muster_service::{AtField, FieldViolation};
use muster_service::{
    Committed, Context, Resource, Work, field, history::OWN, resource, resource::Key,
};
use muster_values::{Id, MissionId, PartialDate, Source};
use sqlx::PgConnection;

use super::{App, Error, known_mission};
use crate::{
    domain::{
        incident::DatePrecision,
        statement::{QuotedNumber, Statement},
    },
    store::{self, figures, statements},
};

/// What a caller says of what was said.
pub struct NewStatement {
    pub mission: MissionId,
    pub id: Id,
    pub speaker: String,
    pub text: String,
    pub language: String,
    pub verbatim: bool,
    pub stated_on: PartialDate,
    pub precision: DatePrecision,
    pub occasion: String,
    pub numbers: Vec<NewNumber>,
    pub sources: Vec<Source>,
}

/// A number in a statement, and the id of the figure it quotes.
pub struct NewNumber {
    pub as_written: String,
    pub figure: Id,
}

impl App {
    pub async fn create_statement(
        &self,
        context: &Context,
        new: NewStatement,
    ) -> Result<Committed<Statement>, Error> {
        let mut work = self.begin(context, &new.mission).await?;
        known_mission(work.db(), &new.mission).await?;
        let numbers = tie(&mut work, &new).await?;
        let now = work.now();
        let statement = Statement {
            mission: new.mission,
            id: new.id,
            speaker: new.speaker,
            text: new.text,
            language: new.language,
            verbatim: new.verbatim,
            stated_on: new.stated_on,
            precision: new.precision,
            occasion: new.occasion,
            numbers,
            sources: new.sources,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if !statements::insert(work.db(), &statement).await? {
            return Err(resource::already_exists(&statement.resource_name()).into());
        }
        Ok(work.commit(statement).await?)
    }

    /// The number of the last revision of each of these figures, by name.
    pub async fn last_revisions(&self, figures: &[String]) -> Result<HashMap<String, i64>, Error> {
        let mut last = HashMap::new();
        if figures.is_empty() {
            return Ok(last);
        }
        let mut db = self.connection().await?;
        // Statements of several missions may be asked for at once.
        for figures in figures.chunk_by(|one, other| MissionId::of(one) == MissionId::of(other)) {
            let mission = MissionId::of(&figures[0]).at("name");
            let mission = mission.map_err(|violation| field::refuse(&[violation]))?;
            last.extend(last_revisions(&mut db, &mission, figures).await?);
        }
        Ok(last)
    }
}

/// Ties each number to the revision of its figure that is the last one now.
async fn tie(work: &mut Work, new: &NewStatement) -> Result<Vec<QuotedNumber>, Error> {
    let mut numbers = Vec::new();
    for (index, number) in new.numbers.iter().enumerate() {
        let path = format!("statement.numbers[{index}]");
        if !new.text.contains(&number.as_written) {
            let violation = FieldViolation::new("must occur in the statement's text");
            return Err(field::refuse(&[violation.under("as_written").under(&path)]).into());
        }
        let figure = figures::get(work.db(), &new.mission, &number.figure, None).await?;
        let name = new.mission.child("figures", &number.figure);
        let Some(figure) = figure else {
            return Err(resource::unknown_reference(&format!("{path}.figure"), &name).into());
        };
        numbers.push(QuotedNumber {
            as_written: number.as_written.clone(),
            figure: name,
            figure_revision: figure.revision,
            figure_changed: false,
        });
    }
    Ok(numbers)
}

/// Flags each number whose figure was revised or retracted since.
pub(super) async fn flag_changed(
    db: &mut PgConnection,
    statements: &mut [Statement],
) -> Result<(), Error> {
    let Some(mission) = statements.first().map(|statement| statement.mission.clone()) else {
        return Ok(());
    };
    let numbers = statements.iter().flat_map(|statement| &statement.numbers);
    let quoted: Vec<String> = numbers.map(|number| number.figure.clone()).collect();
    let revisions = last_revisions(db, &mission, &quoted).await?;
    for number in statements.iter_mut().flat_map(|statement| &mut statement.numbers) {
        let last = revisions.get(&number.figure);
        number.figure_changed = last.is_some_and(|last| number.figure_revision < *last);
    }
    Ok(())
}

/// The number of the last revision of each of these figures of a mission, by name.
async fn last_revisions(
    db: &mut PgConnection,
    mission: &MissionId,
    figures: &[String],
) -> Result<HashMap<String, i64>, Error> {
    let keys: Vec<Key> = figures.iter().map(|name| Key::of(name)).collect();
    let last = OWN.last_revisions(db, mission, &keys).await.map_err(store::Error::from)?;
    Ok(figures.iter().cloned().zip(last).collect())
}
