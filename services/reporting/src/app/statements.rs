use muster_service::{
    AtField, Context, FieldViolation, Work, context::AsOf, field, history::OWN, resource,
    resource::Key, standard::Record,
};
use muster_values::{MissionId, Stored};
use sqlx::PgConnection;

use super::{App, Error};
use crate::{
    domain::statement::{self, Quote, QuotedNumber, Statement},
    store,
};

impl Record for Statement {
    type Error = Error;

    /// Ties each number to the revision of its figure that is the last one now; one that was quoted
    /// so before stays tied, and flagged where its figure changed.
    async fn prepare(
        work: &mut Work,
        stored: &mut Stored<Self>,
        before: Option<&Self>,
    ) -> Result<(), Error> {
        let (mission, content) = (&stored.mission, &mut stored.content);
        let quoted = content.numbers.iter().map(|number| &*number.figure);
        let last = last_revisions(work.db(), mission, AsOf::default(), quoted).await?;
        for (index, (number, last)) in content.numbers.iter_mut().zip(last).enumerate() {
            let path = format!("statement.numbers[{index}]");
            if !statement::quotes(&content.text, &number.as_written) {
                let rule =
                    "must occur in the statement's text, and not as a part of another number";
                let violation = FieldViolation::new(rule);
                return Err(field::refuse(&[violation.under("as_written").under(&path)]).into());
            }
            let same = |held: &&QuotedNumber| {
                (&held.as_written, &held.figure) == (&number.as_written, &number.figure)
            };
            let held = before.and_then(|before| before.numbers.iter().find(same));
            let held = held.map(|held| held.figure_revision).filter(|revision| *revision != 0);
            number.figure_revision = held.unwrap_or(last);
            if last == 0 {
                let field = format!("{path}.figure");
                return Err(resource::unknown_reference(&field, &number.figure).into());
            }
        }
        Ok(())
    }
}

impl App {
    /// Flags each number of which the figure was revised or retracted since it was quoted, as far
    /// as was known by the moment that the caller asks of.
    pub async fn flag_changed(
        &self,
        context: &Context,
        mut quotes: Vec<Quote<'_>>,
    ) -> Result<(), Error> {
        // Statements of several missions may be asked for at once.
        let mission = |quote: &Quote| MissionId::of(quote.figure);
        for quotes in quotes.chunk_by_mut(|one, other| mission(one) == mission(other)) {
            let mission = mission(&quotes[0]).at("figure");
            let mission = mission.map_err(|violation| field::refuse(&[violation]))?;
            let mut reader = self.database.read(context, &mission).await?;
            flag_changed(reader.db(), &mission, context.as_of, quotes).await?;
        }
        Ok(())
    }
}

/// Flags each number of which the figure was revised or retracted since it was quoted, as far as
/// was known by a moment.
pub(super) async fn flag_changed(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: AsOf,
    quotes: &mut [Quote<'_>],
) -> Result<(), Error> {
    let last = last_revisions(db, mission, as_of, quotes.iter().map(|quote| quote.figure)).await?;
    for (quote, last) in quotes.iter_mut().zip(last) {
        *quote.changed = quote.revision < last;
    }
    Ok(())
}

/// The number of the last revision of each of these figures of a mission that was known by a
/// moment; 0 where there is none.
async fn last_revisions<'a>(
    db: &mut PgConnection,
    mission: &MissionId,
    as_of: AsOf,
    figures: impl Iterator<Item = &'a str>,
) -> Result<Vec<i64>, Error> {
    let keys: Vec<Key> = figures.map(Key::of).collect();
    Ok(OWN.last_revisions(db, mission, &keys, as_of).await.map_err(store::Error::from)?)
}
