//! Digests over a canonical text: each part stands behind its length, so that no two lists of
//! parts give the same text.

use std::fmt::{Debug, Display, Write};

use muster_values::Quantity;
use sha2::{Digest, Sha256};

use super::{Number, RecordUse, Situation};

/// A digest of records that are added one by one and not kept.
#[derive(Clone, Debug, Default)]
pub struct Mark(Sha256);

impl Mark {
    /// Adds a record and what it is to the number.
    pub fn record(&mut self, part: &str, used: &RecordUse) {
        let mut text = Text::default();
        text.part(part).record(used).quantity(&used.quantity);
        self.0.update(text.0);
    }

    /// Over what is counted, how many there are, and the records.
    pub fn digest(&self, of: impl Debug, quantity: &Quantity) -> String {
        let mut text = Text::default();
        text.part(format_args!("{of:?}")).quantity(quantity);
        let mut all = self.0.clone();
        all.update(text.0);
        hex(&all.finalize())
    }
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn part(&mut self, part: impl Display) -> &mut Self {
        let part = part.to_string();
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{}:{part},", part.len());
        self
    }

    fn quantity(&mut self, quantity: &Quantity) -> &mut Self {
        let bound = |bound: Option<i64>| bound.map_or_else(String::new, |bound| bound.to_string());
        self.part(bound(quantity.at_least()))
            .part(bound(quantity.at_most()))
            .part(format_args!("{:?}", quantity.qualifier()))
            .part(quantity.as_written())
    }

    fn record(&mut self, used: &RecordUse) -> &mut Self {
        self.part(&used.record).part(used.revision)
    }

    /// The number of items before a list, so that it ends where it ends.
    fn list<I: ExactSizeIterator>(&mut self, items: I, mut add: impl FnMut(&mut Self, I::Item)) {
        self.part(items.len());
        for item in items {
            add(self, item);
        }
    }

    fn digest(&self) -> String {
        hex(&Sha256::digest(&self.0))
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Over metric, rule, quantity and records.
pub fn of_number(number: &Number) -> String {
    let mut text = Text::default();
    text.part(format_args!("{:?}", number.metric)).part(number.rule).quantity(&number.quantity);
    text.list(number.included.iter(), |text, used| {
        text.record(used);
    });
    text.list(number.excluded.iter(), |text, excluded| {
        let in_favour_of = excluded.in_favour_of.as_deref().unwrap_or_default();
        text.record(&excluded.record).part(excluded.reason).part(in_favour_of);
    });
    text.digest()
}

pub fn of_situation(situation: &Situation) -> String {
    let mut text = Text::default();
    let question = &situation.question;
    text.part(question.mission.name()).part(&question.area);
    text.part(question.period.start()).part(question.period.end());
    text.list(situation.numbers.iter(), |text, number| {
        text.part(&number.digest);
    });
    text.list(situation.incident_counts.iter(), |text, count| {
        text.part(&count.digest);
    });
    text.list(situation.casualties.iter(), |text, count| {
        text.part(&count.digest);
    });
    text.list(situation.control.iter(), |text, assessment| {
        text.part(assessment.name()).part(assessment.revision).quantity(&assessment.share);
    });
    presence(&mut text, situation);
    text.list(situation.conflicts.iter(), |text, conflict| {
        text.part(&conflict.summary);
        text.list(conflict.records.iter(), |text, used| {
            text.record(used);
        });
    });
    text.digest()
}

fn presence(text: &mut Text, situation: &Situation) {
    let presence = &situation.presence;
    text.part(&presence.mandate).part(&presence.authority).part(&presence.instrument);
    text.part(presence.stale).part(presence.nothing_known);
    text.list(presence.lead_partners.iter(), |text, partner| {
        text.part(partner);
    });
    text.list(presence.lines.iter(), |text, line| {
        text.part(line.measure).quantity(&line.quantity);
        for records in [&line.records, &line.without_number] {
            text.list(records.iter(), |text, record| {
                text.part(record);
            });
        }
    });
}
