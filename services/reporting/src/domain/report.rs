mod authorisation;
mod disputes;
mod draft;
mod figures;
mod headline;
mod method;
mod nearest;
mod places;
mod strength;
mod text;
mod voices;
mod wording;

#[cfg(test)]
mod state_table;
#[cfg(test)]
mod tests;

use muster_values::{Collected, Period, Stored};
use time::OffsetDateTime;

pub use self::draft::{Frozen, NewReport};
use self::text::{
    BULLET_LENGTH, BULLETS, Context, DISPLACEMENT, HARM, METHOD, PARAGRAPH_LENGTH, PARAGRAPHS,
    STRENGTH, clipped, spread,
};
use super::{
    StateForbids,
    situation::{Areas, Records, Roster, Situation},
    statement::Statement,
    timeline::Event,
};

/// A part of the body.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Section {
    pub heading: String,
    pub paragraphs: Vec<String>,
}

/// A picture with its caption and credit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Media {
    pub uri: String,
    pub caption: String,
    pub credit: String,
}

/// A report that is drafted, approved and published.
///
/// ```text
/// DRAFT → APPROVED → PUBLISHED
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub area: String,
    pub period: Period,
    pub valid_at: OffsetDateTime,
    pub headline: String,
    pub summary: Vec<String>,
    pub sections: Vec<Section>,
    pub media: Vec<Media>,
    /// The situation, statements and timeline as they were when it was drafted, in the words
    /// of the wire: a published report never changes, whatever becomes of our types.
    pub frozen: Vec<u8>,
    pub state: State,
    pub author: String,
}

impl Collected for Report {
    const COLLECTION: &'static str = "situationReports";
}

/// How far a report is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Approved(Approval),
    Published { approval: Approval, publication: Publication },
}

/// The approval of a report: by whom, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub approver: String,
    pub at: OffsetDateTime,
}

/// Which of the mission's published reports it is, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// 1 for the first.
    pub number: i32,
    pub at: OffsetDateTime,
}

impl State {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved(_) => "approved",
            Self::Published { .. } => "published",
        }
    }

    pub fn approval(&self) -> Option<&Approval> {
        match self {
            Self::Approved(approval) | Self::Published { approval, .. } => Some(approval),
            Self::Draft => None,
        }
    }

    pub fn publication(&self) -> Option<Publication> {
        match self {
            Self::Published { publication, .. } => Some(*publication),
            Self::Draft | Self::Approved(_) => None,
        }
    }
}

impl Report {
    /// Refuses what needs a report that nobody approved yet.
    pub fn require_draft(&self) -> Result<(), StateForbids> {
        match self.state {
            State::Draft => Ok(()),
            State::Approved(_) | State::Published { .. } => Err(self.forbids("DRAFT")),
        }
    }

    /// Someone read the draft and stands by it.
    pub fn approve(&mut self, by: String, now: OffsetDateTime) -> Result<(), StateForbids> {
        self.require_draft()?;
        self.state = State::Approved(Approval { approver: by, at: now });
        Ok(())
    }

    /// The report gets its number and is public from now on.
    pub fn publish(&mut self, number: i32, now: OffsetDateTime) -> Result<(), StateForbids> {
        let approval = match &self.state {
            State::Approved(approval) => approval.clone(),
            State::Draft | State::Published { .. } => return Err(self.forbids("APPROVED")),
        };
        self.state = State::Published { approval, publication: Publication { number, at: now } };
        Ok(())
    }

    fn forbids(&self, allowed: &'static str) -> StateForbids {
        StateForbids { what: "the report".to_owned(), state: self.state.word(), allowed }
    }
}

/// The written parts of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    pub headline: String,
    pub summary: Vec<String>,
    pub sections: Vec<Section>,
}

impl Composed {
    /// These parts, and of those that are empty the other ones.
    pub fn or(self, other: Self) -> Self {
        Self {
            headline: if self.headline.is_empty() { other.headline } else { self.headline },
            summary: if self.summary.is_empty() { other.summary } else { self.summary },
            sections: if self.sections.is_empty() { other.sections } else { self.sections },
        }
    }
}

/// Writes a report from the records alone: a part without records is left out.
pub fn compose(
    situation: &Situation,
    records: &Records,
    statements: &[Stored<Statement>],
    timeline: &[Stored<Event>],
) -> Composed {
    let roster = Roster::new(&records.deployment);
    let strength = roster.strength(&situation.question.zone);
    let areas = Areas::new(&records.deployment);
    let context = Context { situation, records, roster, strength, areas, statements, timeline };
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
