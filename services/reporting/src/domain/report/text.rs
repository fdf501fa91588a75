//! What the parts of a report are written with.

use muster_strength as strength;
use muster_values::Stored;
use time::{Date, OffsetDateTime};

use super::super::{
    deployment::Mandate,
    figure::Figure,
    situation::{Areas, Records, Roster, Situation, phrases},
    statement::Statement,
    timeline::Event,
};

/// What the text is written from.
pub struct Context<'r> {
    pub situation: &'r Situation,
    pub records: &'r Records,
    pub roster: Roster<'r>,
    pub strength: strength::Records,
    pub areas: Areas<'r>,
    pub statements: &'r [Stored<Statement>],
    pub timeline: &'r [Stored<Event>],
}

// What a partner may send, and so what we write: see `situation_report.proto`.
pub const HEADLINE_LENGTH: usize = 200;
pub const BULLET_LENGTH: usize = 1000;
pub const BULLETS: usize = 20;
pub const PARAGRAPH_LENGTH: usize = 5000;
pub const PARAGRAPHS: usize = 100;

// Headings that bullets point to.
pub const STRENGTH: &str = "Strength";
pub const HARM: &str = "Harm to people";
pub const DISPLACEMENT: &str = "Displacement";
pub const METHOD: &str = "How the numbers were made";

/// Names beyond these stand in the section of a bullet only.
const NAMES: usize = 6;

/// The text, cut with a mark where it is too long. The wire counts characters.
pub fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 4).collect();
    format!("{kept} […]")
}

impl<'r> Context<'r> {
    pub fn figure(&self, name: &str) -> Option<&'r Stored<Figure>> {
        self.records.figures.iter().find(|figure| figure.name() == name)
    }

    /// The area asked for, as people call it.
    pub fn place(&self) -> &str {
        self.areas.display_name(&self.situation.question.area)
    }

    /// The moment asked for, as a day.
    pub fn day(&self) -> String {
        phrases::day(self.situation.question.today())
    }

    /// The day of a moment at the mission's place.
    pub fn day_of(&self, at: OffsetDateTime) -> Date {
        self.situation.question.zone.day(at)
    }

    /// The mandate in force at the moment asked for.
    pub fn mandate(&self) -> Option<&'r Mandate> {
        let mandate = self.strength.mandate_in_force(self.situation.question.valid_at)?;
        self.roster.mandate(&mandate.name)
    }
}

/// Short names in a row, each once.
pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    shortened(names).join(", ")
}

/// The first names in a row, and where the others stand.
pub fn some_names<'n>(names: impl IntoIterator<Item = &'n str>, section: &str) -> String {
    let short = shortened(names);
    match short.len().checked_sub(NAMES) {
        None | Some(0) => short.join(", "),
        Some(more) => format!("{} and {more} more under “{section}”", short[..NAMES].join(", ")),
    }
}

fn shortened<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut short: Vec<&str> = Vec::new();
    for name in names {
        let name = phrases::short(name);
        if !short.contains(&name) {
            short.push(name);
        }
    }
    short
}

/// Lists of records that are too long for one paragraph, over as many as they need.
pub fn spread(paragraphs: Vec<String>) -> Vec<String> {
    let mut spread = Vec::new();
    for mut paragraph in paragraphs {
        while let Some(cut) = cut(&paragraph) {
            let rest = paragraph.split_off(cut);
            spread.push(paragraph.trim_end().to_owned());
            paragraph = rest;
        }
        spread.push(paragraph);
    }
    spread
}

/// Where a paragraph that is too long can end: behind the last item that fits.
fn cut(paragraph: &str) -> Option<usize> {
    let (end, _) = paragraph.char_indices().nth(PARAGRAPH_LENGTH)?;
    let head = &paragraph[..end];
    head.rfind("; ").max(head.rfind(", ")).map(|place| place + 2)
}
