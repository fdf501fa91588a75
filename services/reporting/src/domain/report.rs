mod authorisation;
mod disputes;
mod figures;
mod headline;
mod method;
mod places;
mod strength;
mod text;
mod voices;
mod wording;

#[cfg(test)]
mod tests;

use muster_values::{Id, MissionId, Period, words};
use time::OffsetDateTime;

pub use self::text::{Composed, compose};
use super::StateForbids;

words! {
    /// How far a report is.
    pub enum State {
        Draft = "draft",
        Approved = "approved",
        Published = "published",
    }
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub mission: MissionId,
    pub id: Id,
    /// 0 before it is published.
    pub number: i32,
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
    pub approver: Option<String>,
    pub approved_at: Option<OffsetDateTime>,
    pub published_at: Option<OffsetDateTime>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl Report {
    /// Someone read the draft and stands by it.
    pub fn approve(&mut self, by: String, now: OffsetDateTime) -> Result<(), StateForbids> {
        self.needs(State::Draft, "DRAFT")?;
        self.state = State::Approved;
        self.approver = Some(by);
        self.approved_at = Some(now);
        self.touch(now);
        Ok(())
    }

    /// The report gets its number and is public from now on.
    pub fn publish(&mut self, number: i32, now: OffsetDateTime) -> Result<(), StateForbids> {
        self.needs(State::Approved, "APPROVED")?;
        self.state = State::Published;
        self.number = number;
        self.published_at = Some(now);
        self.touch(now);
        Ok(())
    }

    fn needs(&self, state: State, allowed: &'static str) -> Result<(), StateForbids> {
        if self.state == state {
            return Ok(());
        }
        Err(StateForbids { what: "the report".to_owned(), state: self.state.as_str(), allowed })
    }

    fn touch(&mut self, now: OffsetDateTime) {
        self.revision += 1;
        self.updated_at = now;
    }
}
