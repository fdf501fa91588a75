//! What the records say of a measure.

use std::collections::HashSet;

use muster_values::{Quantity, quantity::Overflow};
use time::OffsetDateTime;

use crate::{
    account::Account,
    entry::Entry,
    mandate::{Mandate, in_force},
    measure::{Measure, Subject},
    records::{Movement, Pledge, Records},
};

/// A number of people with the records that it was made from, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub measure: Measure,
    pub quantity: Quantity,
    pub records: Vec<String>,
    /// Records that give no number; the quantity then has no upper bound.
    pub without_number: Vec<String>,
}

impl Records {
    /// What the records say of a measure of a subject at a moment; `None` where they say nothing:
    /// where the subject is not known or is a host force, and where the book that it would be read
    /// from is empty.
    pub fn line(
        &self,
        measure: Measure,
        subject: &Subject,
        at: OffsetDateTime,
    ) -> Result<Option<Line>, Overflow> {
        if !self.keeps_books_of(subject) {
            return Ok(None);
        }
        Ok(match measure {
            Measure::Authorised | Measure::Planned => self.mandated(measure, subject, at),
            Measure::Pledged | Measure::Confirmed => self.pledged(measure, subject, at)?,
            Measure::Ready => self.held(measure, subject, at, |a| a == Account::Ready),
            Measure::InTransit => self.held(measure, subject, at, |a| a == Account::InTransit),
            Measure::Present => self.held(measure, subject, at, Account::is_present),
            Measure::Effective => self.held(measure, subject, at, |a| a == Account::Present),
            Measure::Arrived => self.arrived(subject, at),
            Measure::Listed | Measure::Operational | Measure::Available => None,
        })
    }

    pub fn mandate_in_force(&self, at: OffsetDateTime) -> Option<&Mandate> {
        in_force(&self.mandates, at, Mandate::term)
    }

    fn keeps_books_of(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Mission => true,
            Subject::Partner(name) => {
                self.partners.iter().any(|one| one.name == *name && !one.is_host_force)
            }
            Subject::Contingent(name) => self.contingents.iter().any(|one| one.name == *name),
            Subject::Movement(name) => self.movement(name).is_some(),
        }
    }

    fn movement(&self, name: &str) -> Option<&Movement> {
        self.movements.iter().find(|one| one.name == name)
    }

    fn mandated(&self, measure: Measure, subject: &Subject, at: OffsetDateTime) -> Option<Line> {
        let mandate = self.mandate_in_force(at).filter(|_| *subject == Subject::Mission)?;
        let quantity = match measure {
            // A ceiling is no number of people: any number up to it is authorised.
            Measure::Authorised => Quantity::within(None, Some(mandate.personnel_ceiling?.into())),
            _ => mandate.planned_strength.clone()?,
        };
        let records = vec![mandate.name.clone()];
        Some(Line { measure, quantity, records, without_number: Vec::new() })
    }

    fn pledged(
        &self,
        measure: Measure,
        subject: &Subject,
        at: OffsetDateTime,
    ) -> Result<Option<Line>, Overflow> {
        let partner = match subject {
            Subject::Mission => None,
            Subject::Partner(partner) => Some(partner),
            Subject::Contingent(_) | Subject::Movement(_) => return Ok(None),
        };
        if self.pledges.is_empty() {
            return Ok(None);
        }
        let day = self.zone.day(at);
        let stands = |pledge: &&Pledge| {
            partner.is_none_or(|partner| *partner == pledge.partner)
                && pledge.offered_on.first_day() <= day
                && pledge.withdrawn_on.is_none_or(|on| day < on)
                && (measure == Measure::Pledged || pledge.confirmed_on.is_some_and(|on| on <= day))
        };
        let (with, without): (Vec<&Pledge>, Vec<&Pledge>) =
            self.pledges.iter().filter(stands).partition(|pledge| pledge.size.is_some());
        let mut quantity = Quantity::sum(with.iter().filter_map(|pledge| pledge.size.as_ref()))?;
        if !without.is_empty() {
            quantity = quantity.or_more();
        }
        let names = |pledges: Vec<&Pledge>| pledges.iter().map(|one| one.name.clone()).collect();
        let (records, without_number) = (names(with), names(without));
        Ok(Some(Line { measure, quantity, records, without_number }))
    }

    /// Those in some accounts; for a movement, those on the way with it.
    fn held(
        &self,
        measure: Measure,
        subject: &Subject,
        at: OffsetDateTime,
        counts: impl Fn(Account) -> bool,
    ) -> Option<Line> {
        let of_movement = matches!(subject, Subject::Movement(_));
        if of_movement && measure != Measure::InTransit || self.entries.is_empty() {
            return None;
        }
        Some(summed(measure, &self.entries_of(subject, at), |entry| entry.effect(&counts)))
    }

    /// All that ever arrived, less arrivals that were undone; nobody arrives with a movement that
    /// goes home.
    fn arrived(&self, subject: &Subject, at: OffsetDateTime) -> Option<Line> {
        let homeward = match subject {
            Subject::Movement(name) => self.movement(name)?.is_homeward,
            _ => false,
        };
        if homeward || self.entries.is_empty() {
            return None;
        }
        Some(summed(Measure::Arrived, &self.entries_of(subject, at), Entry::arrived))
    }

    /// The subject's entries that took effect by then.
    fn entries_of(&self, subject: &Subject, at: OffsetDateTime) -> Vec<&Entry> {
        let by_then = self.entries.iter().filter(|entry| entry.effective_at <= at);
        match subject {
            Subject::Mission => by_then.collect(),
            Subject::Contingent(name) => {
                by_then.filter(|entry| entry.contingent == *name).collect()
            }
            Subject::Partner(name) => {
                let sent = self.contingents.iter().filter(|one| one.partner == *name);
                let sent: HashSet<&str> = sent.map(|one| one.name.as_str()).collect();
                by_then.filter(|entry| sent.contains(entry.contingent.as_str())).collect()
            }
            Subject::Movement(name) => self.entries_of_movement(name, by_then.collect()),
        }
    }

    /// The entries that a movement caused. One that undoes an arrival and that a correction of the
    /// contingent caused belongs to the movement where no other one had brought people of the
    /// contingent: nobody else's arrival can be meant.
    fn entries_of_movement<'r>(&'r self, name: &str, by_then: Vec<&'r Entry>) -> Vec<&'r Entry> {
        let Some(movement) = self.movement(name) else { return Vec::new() };
        let of_contingent = |entry: &&Entry| entry.contingent == movement.contingent;
        let entries: Vec<&Entry> = by_then.into_iter().filter(of_contingent).collect();
        let brought = |entry: &&&Entry| 0 < entry.arrived();
        let alone = entries.iter().any(|entry| is_of(entry, name))
            && entries.iter().filter(brought).all(|entry| is_of(entry, name));
        let moved = |entry: &&Entry| self.movements.iter().any(|one| is_of(entry, &one.name));
        let undoes = |entry: &&Entry| alone && entry.arrived() < 0 && !moved(entry);
        entries.into_iter().filter(|entry| is_of(entry, name) || undoes(entry)).collect()
    }
}

/// Whether an entry was caused by a movement, or by a part of it such as one arrival.
fn is_of(entry: &Entry, movement: &str) -> bool {
    let rest = entry.cause.strip_prefix(movement);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn summed(measure: Measure, entries: &[&Entry], effect: impl Fn(&Entry) -> i64) -> Line {
    let (mut people, mut records) = (0, Vec::new());
    for entry in entries {
        let effect = effect(entry);
        if effect != 0 {
            people += effect;
            records.push(entry.name.clone());
        }
    }
    Line { measure, quantity: Quantity::exactly(people), records, without_number: Vec::new() }
}
