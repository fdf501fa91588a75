//! What is told where no figure speaks of exactly the area and period asked for.

use muster_values::Stored;

use super::{
    super::{
        figure::{Figure, Kind},
        situation::{Exclusion, Number, Question, Rule, precedence},
    },
    text::Context,
};

/// Where no figure speaks of exactly what was asked: the best of those that overlap it.
pub fn nearest<'r>(context: &Context<'r>, number: &Number) -> Option<&'r Stored<Figure>> {
    if number.rule != Rule::None {
        return None;
    }
    let standing = number.excluded.iter().filter(|found| found.reason != Exclusion::Retracted);
    let figures = standing.filter_map(|found| context.figure(&found.record.record));
    let question = &context.situation.question;
    figures.filter(|figure| touches(question, figure)).min_by_key(|figure| precedence(figure))
}

/// Whether a figure speaks of some of the time that was asked for.
pub fn touches(question: &Question, figure: &Stored<Figure>) -> bool {
    match figure.kind {
        Kind::Flow { period, .. } => period.overlaps(question.period),
        Kind::Stock { as_of, .. } => as_of <= question.today(),
    }
}
