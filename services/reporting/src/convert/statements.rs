use std::collections::HashMap;

use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_partial_date, wire::wire_sources,
};
use muster_values::{Id, MissionId, name};

use super::{dated, wire_precision};
use crate::{
    app::{NewNumber, NewStatement},
    domain::statement::{QuotedNumber, Statement},
};

pub fn create(request: pb::CreateStatementRequest) -> Result<NewStatement, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let statement = request.statement.required().at("statement")?;
    read(mission, Id::known(request.statement_id), statement).at("statement")
}

fn read(
    mission: MissionId,
    id: Id,
    statement: pb::Statement,
) -> Result<NewStatement, FieldViolation> {
    let (stated_on, precision) =
        dated(statement.state_date, statement.date_precision, "state_date")?;
    Ok(NewStatement {
        speaker: statement.speaker,
        text: statement.text,
        language: statement.language_code,
        verbatim: statement.verbatim,
        stated_on,
        precision,
        occasion: statement.occasion,
        numbers: (statement.numbers.into_iter().enumerate())
            .map(|(index, wire)| number(&mission, wire).at_index("numbers", index))
            .collect::<Result<_, _>>()?,
        sources: wire::sources(statement.sources)?,
        mission,
        id,
    })
}

fn number(mission: &MissionId, wire: pb::StatementNumber) -> Result<NewNumber, FieldViolation> {
    let figure = name::sibling(mission, &wire.figure, "figures").at("figure")?;
    Ok(NewNumber { as_written: wire.as_written, figure })
}

impl Resource for Statement {
    type Message = pb::Statement;

    fn resource_name(&self) -> String {
        self.mission.child("statements", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Statement {
        pb::Statement {
            name: self.resource_name(),
            speaker: self.speaker.clone(),
            text: self.text.clone(),
            language_code: self.language.clone(),
            verbatim: self.verbatim,
            state_date: Some(wire_partial_date(self.stated_on)),
            date_precision: wire_precision(self.precision),
            occasion: self.occasion.clone(),
            numbers: self.numbers.iter().map(wire_number).collect(),
            sources: wire_sources(&self.sources),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}

fn wire_number(number: &QuotedNumber) -> pb::StatementNumber {
    pb::StatementNumber {
        as_written: number.as_written.clone(),
        figure: number.figure.clone(),
        figure_revision: number.figure_revision,
        figure_changed: number.figure_changed,
    }
}

/// The names of the figures that statements quote.
pub fn quoted(statements: &[pb::Statement]) -> Vec<String> {
    let numbers = statements.iter().flat_map(|statement| &statement.numbers);
    numbers.map(|number| number.figure.clone()).collect()
}

/// Flags each number whose figure has a later revision than the one that it quotes.
pub fn flag(statements: &mut [pb::Statement], last: &HashMap<String, i64>) {
    for number in statements.iter_mut().flat_map(|statement| &mut statement.numbers) {
        let last = last.get(&number.figure);
        number.figure_changed = last.is_some_and(|last| number.figure_revision < *last);
    }
}
