use muster_proto::reporting::v1 as pb;
use muster_service::{
    AtField, FieldViolation, resource::Content, wire, wire::wire_partial_date, wire::wire_sources,
};
use muster_values::{MissionId, Stored, name};

use super::{dated, wire_precision};
use crate::domain::statement::{Quote, QuotedNumber, Statement};

impl Content for Statement {
    type Message = pb::Statement;

    fn unpack(statement: pb::Statement, mission: &MissionId) -> Result<Self, FieldViolation> {
        let (stated_on, precision) =
            dated(statement.state_date, statement.date_precision, "state_date")?;
        Ok(Self {
            speaker: statement.speaker,
            text: statement.text,
            language: statement.language_code,
            verbatim: statement.verbatim,
            stated_on,
            precision,
            occasion: statement.occasion,
            numbers: (statement.numbers.into_iter().enumerate())
                .map(|(index, wire)| number(mission, wire).at_index("numbers", index))
                .collect::<Result<_, _>>()?,
            sources: wire::sources(statement.sources)?,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Statement {
        pb::Statement {
            speaker: stored.speaker.clone(),
            text: stored.text.clone(),
            language_code: stored.language.clone(),
            verbatim: stored.verbatim,
            state_date: Some(wire_partial_date(stored.stated_on)),
            date_precision: wire_precision(stored.precision),
            occasion: stored.occasion.clone(),
            numbers: stored.numbers.iter().map(wire_number).collect(),
            sources: wire_sources(&stored.sources),
            ..pb::Statement::default()
        }
    }
}

/// A number as it is written down; which revision it is tied to is for `prepare` to say.
fn number(mission: &MissionId, wire: pb::StatementNumber) -> Result<QuotedNumber, FieldViolation> {
    name::sibling(mission, &wire.figure, "figures").at("figure")?;
    let pb::StatementNumber { as_written, figure, figure_revision, .. } = wire;
    Ok(QuotedNumber { as_written, figure, figure_revision, figure_changed: false })
}

fn wire_number(number: &QuotedNumber) -> pb::StatementNumber {
    pb::StatementNumber {
        as_written: number.as_written.clone(),
        figure: number.figure.clone(),
        figure_revision: number.figure_revision,
        figure_changed: number.figure_changed,
    }
}

/// An answer with statements.
pub trait Statements {
    fn statements(&mut self) -> &mut [pb::Statement];
}

impl Statements for pb::Statement {
    fn statements(&mut self) -> &mut [pb::Statement] {
        std::slice::from_mut(self)
    }
}

impl Statements for pb::BatchGetStatementsResponse {
    fn statements(&mut self) -> &mut [pb::Statement] {
        &mut self.statements
    }
}

impl Statements for pb::ListStatementsResponse {
    fn statements(&mut self) -> &mut [pb::Statement] {
        &mut self.statements
    }
}

/// The quotes in statements: for each number the figure that it was taken from.
pub fn quotes(answer: &mut impl Statements) -> Vec<Quote<'_>> {
    let numbers = answer.statements().iter_mut().flat_map(|statement| &mut statement.numbers);
    numbers.map(quote).collect()
}

fn quote(number: &mut pb::StatementNumber) -> Quote<'_> {
    let pb::StatementNumber { figure, figure_revision, figure_changed, .. } = number;
    Quote { figure, revision: *figure_revision, changed: figure_changed }
}
