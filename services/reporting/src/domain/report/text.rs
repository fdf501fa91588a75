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
use muster_values::Stored;

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
    pub statements: &'r [Stored<Statement>],
    pub timeline: &'r [Stored<Event>],
}

// What a partner may send, and so what we write: see `situation_report.proto`.
pub const HEADLINE_LENGTH: usize = 200;
const BULLET_LENGTH: usize = 1000;
const BULLETS: usize = 20;
const PARAGRAPH_LENGTH: usize = 5000;
pub const PARAGRAPHS: usize = 100;

// Headings that bullets point to.
pub const STRENGTH: &str = "Strength";
pub const HARM: &str = "Harm to people";
pub const DISPLACEMENT: &str = "Displacement";
pub const METHOD: &str = "How the numbers were made";

/// Names beyond these stand in the section of a bullet only.
const NAMES: usize = 6;

pub fn compose(
    situation: &Situation,
    records: &Records,
    statements: &[Stored<Statement>],
    timeline: &[Stored<Event>],
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
        (STRENGTH, spread(strength::paragraphs(&context))),
        (HARM, spread(figures::harm(&context))),
        (DISPLACEMENT, spread(figures::displacement(&context))),
        (places::control_heading(&context), places::control(&context)),
        ("Key sites", places::sites(&context)),
        ("What was said", voices::statements(&context)),
        ("Timeline", voices::timeline(&context)),
        ("Where sources disagree", spread(voices::disagreements(&context))),
        (METHOD, spread(method::paragraphs(&context))),
    ];
    let sections = sections.into_iter().filter(|(_, paragraphs)| !paragraphs.is_empty());
    Composed {
        headline: headline::headline(&context),
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
pub fn clipped(text: &str, most: usize) -> String {
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
fn spread(paragraphs: Vec<String>) -> Vec<String> {
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
