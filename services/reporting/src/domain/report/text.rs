//! The text of a situation report, written from the records alone: a part without records is
//! left out.

use super::{
    super::{
        figure::Figure,
        situation::{Areas, Records, Roster, Situation, phrases},
        statement::Statement,
        timeline::Event,
    },
    Section, authorisation, figures, headline, method, places, strength, voices,
};

/// The written parts of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub headline: String,
    pub summary: Vec<String>,
    pub sections: Vec<Section>,
}

/// What the text is written from.
pub struct Context<'r> {
    pub situation: &'r Situation,
    pub records: &'r Records,
    pub roster: Roster<'r>,
    pub areas: Areas<'r>,
    pub statements: &'r [Statement],
    pub timeline: &'r [Event],
}

// What a partner may send, and so what we write: see `situation_report.proto`.
const HEADLINE_LENGTH: usize = 200;
const BULLET_LENGTH: usize = 1000;
const BULLETS: usize = 20;
const PARAGRAPH_LENGTH: usize = 5000;
pub const PARAGRAPHS: usize = 100;

/// Names beyond these are counted only; the situation has them all.
const NAMES: usize = 6;

pub fn compose(
    situation: &Situation,
    records: &Records,
    statements: &[Statement],
    timeline: &[Event],
) -> Composed {
    let roster = Roster::new(&records.deployment, situation.question.as_of);
    let areas = Areas::new(&records.deployment);
    let context = Context { situation, records, roster, areas, statements, timeline };
    let summary = [
        authorisation::bullets(&context),
        strength::bullets(&context),
        figures::bullets(&context),
        places::bullets(&context),
    ];
    let sections = [
        ("Authorisation and leadership", authorisation::paragraphs(&context)),
        ("Strength", strength::paragraphs(&context)),
        ("Harm to people", figures::harm(&context)),
        ("Displacement", figures::displacement(&context)),
        (places::control_heading(&context), places::control(&context)),
        ("Key sites", places::sites(&context)),
        ("What was said", voices::statements(&context)),
        ("Timeline", voices::timeline(&context)),
        ("Where sources disagree", voices::disagreements(&context)),
        ("How the numbers were made", method::paragraphs(&context)),
    ];
    let sections = sections.into_iter().filter(|(_, paragraphs)| !paragraphs.is_empty());
    Composed {
        headline: clipped(&headline::headline(&context), HEADLINE_LENGTH),
        summary: summary
            .into_iter()
            .flatten()
            .take(BULLETS)
            .map(|bullet| clipped(&bullet, BULLET_LENGTH))
            .collect(),
        sections: sections.map(|(heading, paragraphs)| section(heading, paragraphs)).collect(),
    }
}

fn section(heading: &str, mut paragraphs: Vec<String>) -> Section {
    if PARAGRAPHS < paragraphs.len() {
        let more = paragraphs.split_off(PARAGRAPHS - 1).len();
        paragraphs.push(format!("{more} more are left out here."));
    }
    let paragraphs =
        paragraphs.iter().map(|paragraph| clipped(paragraph, PARAGRAPH_LENGTH)).collect();
    Section { heading: heading.to_owned(), paragraphs }
}

/// The text, cut with a mark where it is too long. The wire counts characters.
fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 4).collect();
    format!("{kept} […]")
}

impl<'r> Context<'r> {
    pub fn figure(&self, name: &str) -> Option<&'r Figure> {
        self.records.figures.iter().find(|figure| figure.name() == name)
    }

    /// The area asked for, as people call it.
    pub fn place(&self) -> &str {
        self.areas.display_name(&self.situation.question.area)
    }

    /// The moment asked for, as a day.
    pub fn day(&self) -> String {
        phrases::day(self.situation.question.valid_at.date())
    }
}

/// Short names in a row, each once; the rest as a number.
pub fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut short: Vec<&str> = Vec::new();
    for name in names {
        let name = phrases::short(name);
        if !short.contains(&name) {
            short.push(name);
        }
    }
    match short.len().checked_sub(NAMES) {
        None | Some(0) => short.join(", "),
        Some(more) => format!("{} and {more} more", short[..NAMES].join(", ")),
    }
}
