use std::collections::HashMap;

use muster_service::{
    AtField, FieldViolation, Work, field, history::OWN, resource, resource::Key, standard::Record,
};
use muster_values::{MissionId, Stored};
use sqlx::PgConnection;

use super::{App, Error};
use crate::{
    domain::statement::{self, Statement},
    store,
};

impl Record for Statement {
    type Error = Error;

    /// Ties each number to the revision of its figure that is the last one now.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        _before: Option<&Self>,
    ) -> Result<(), Error> {
        let (mission, content) = (&stored.mission, &mut stored.content);
        let quoted: Vec<String> =
            content.numbers.iter().map(|number| number.figure.clone()).collect();
        let last = last_revisions(work.db(), mission, &quoted).await?;
        for (index, number) in content.numbers.iter_mut().enumerate() {
            let path = format!("statement.numbers[{index}]");
            if !statement::quotes(&content.text, &number.as_written) {
                let rule =
                    "must occur in the statement's text, and not as a part of another number";
                let violation = FieldViolation::new(rule);
                return Err(field::refuse(&[violation.under("as_written").under(&path)]).into());
            }
            number.figure_revision = last.get(&number.figure).copied().unwrap_or_default();
            if number.figure_revision == 0 {
                let field = format!("{path}.figure");
                return Err(resource::unknown_reference(&field, &number.figure).into());
            }
        }
        Ok(())
    }
}

impl App {
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

/// Flags each number whose figure was revised or retracted since.
pub(super) async fn flag_changed(
    db: &mut PgConnection,
    statements: &mut [Stored<Statement>],
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
