use muster_values::{Collected, PartialDate, Source};
use serde::{Deserialize, Serialize};

use super::incident::DatePrecision;

/// A number in a statement, tied to the figure it quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedNumber {
    pub as_written: String,
    pub figure: String,
    /// The figure's revision when the statement was recorded.
    pub figure_revision: i64,
    /// The figure was revised or retracted since.
    #[serde(skip)]
    pub figure_changed: bool,
}

/// What someone said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub speaker: String,
    pub text: String,
    pub language: String,
    /// The words are the speaker's own.
    pub verbatim: bool,
    pub stated_on: PartialDate,
    pub precision: DatePrecision,
    pub occasion: String,
    pub numbers: Vec<QuotedNumber>,
    pub sources: Vec<Source>,
}

impl Collected for Statement {
    const COLLECTION: &'static str = "statements";
}
