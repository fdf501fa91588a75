//! How many people there are, and who says otherwise.

use muster_values::{Id, MissionId, Quantity, Stored, quantity::Overflow};
use time::{OffsetDateTime, Time};

use super::{
    claim::{Measure, StrengthClaim, Subject},
    contingent::Contingent,
    headcount::{Account, Entry},
    mandate::{Mandate, in_force},
    pledge::{Pledge, State},
};

/// Everything recorded of a mission that its strength is made from.
#[derive(Debug, Default)]
pub struct Records {
    pub mandates: Vec<Stored<Mandate>>,
    pub pledges: Vec<Stored<Pledge>>,
    pub contingents: Vec<Stored<Contingent>>,
    pub entries: Vec<Stored<Entry>>,
    pub claims: Vec<Stored<StrengthClaim>>,
}

/// A mission's strength at a moment, as it was known at another.
#[derive(Debug)]
pub struct Strength {
    pub mission: MissionId,
    pub valid_at: OffsetDateTime,
    pub as_of: OffsetDateTime,
    pub lines: Vec<Line>,
    pub contingents: Vec<ContingentStrength>,
    pub reconciliations: Vec<Reconciliation>,
    pub mandate: Option<Id>,
    pub ceiling_breached: bool,
}

/// Where the people of one contingent are.
#[derive(Debug)]
pub struct ContingentStrength {
    pub contingent: Id,
    pub partner: Id,
    /// Accounts that are not empty.
    pub balances: Vec<(Account, i64)>,
}

/// One measure with the records behind it, by their names within the mission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub measure: Measure,
    pub quantity: Quantity,
    pub records: Vec<String>,
    /// Records that give no number; the quantity then has no upper bound.
    pub without_number: Vec<String>,
}

/// A claim beside the records.
#[derive(Debug)]
pub struct Reconciliation {
    pub claim: Id,
    pub claimed: Quantity,
    pub recorded: Option<Quantity>,
    pub conflicting: Vec<Id>,
}

/// The measures that the records can speak of.
const MEASURES: [Measure; 9] = [
    Measure::Authorised,
    Measure::Planned,
    Measure::Pledged,
    Measure::Confirmed,
    Measure::Ready,
    Measure::InTransit,
    Measure::Arrived,
    Measure::Present,
    Measure::Effective,
];

impl Records {
    /// Only what was recorded by then.
    #[must_use]
    pub fn known_by(mut self, as_of: OffsetDateTime) -> Self {
        self.mandates.retain(|mandate| mandate.created_at <= as_of);
        self.pledges.retain(|pledge| pledge.created_at <= as_of);
        for pledge in &mut self.pledges {
            pledge.confirmed = pledge.confirmed.filter(|notified| notified.recorded_at <= as_of);
            if matches!(pledge.state, State::Withdrawn { recorded_at, .. } if as_of < recorded_at) {
                pledge.state = State::Offered;
            }
        }
        self.contingents.retain(|contingent| contingent.created_at <= as_of);
        self.entries.retain(|entry| entry.created_at <= as_of);
        self.claims.retain(|claim| claim.created_at <= as_of);
        self
    }

    /// The mission's strength; `as_of` is what these records were limited to.
    pub fn strength(
        &self,
        mission: MissionId,
        valid_at: OffsetDateTime,
        as_of: OffsetDateTime,
    ) -> Result<Strength, Overflow> {
        let lines = MEASURES
            .iter()
            .filter_map(|measure| self.line(*measure, &Subject::Mission, valid_at).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let mandate = in_force(&self.mandates, valid_at);
        let ceiling = mandate.and_then(|mandate| mandate.personnel_ceiling);
        let present: i64 = (self.entries.iter())
            .filter(|entry| entry.effective_at <= valid_at)
            .map(|entry| moved(entry, Account::is_present))
            .sum();
        Ok(Strength {
            reconciliations: self.reconciliations(valid_at)?,
            contingents: self.contingents.iter().map(|one| self.accounts(one, valid_at)).collect(),
            mandate: mandate.map(|mandate| mandate.id.clone()),
            ceiling_breached: ceiling.is_some_and(|ceiling| i64::from(ceiling) < present),
            mission,
            valid_at,
            as_of,
            lines,
        })
    }

    /// What the records say of a measure of a subject at a moment; `None` for nothing.
    fn line(
        &self,
        measure: Measure,
        subject: &Subject,
        at: OffsetDateTime,
    ) -> Result<Option<Line>, Overflow> {
        match measure {
            Measure::Authorised | Measure::Planned => Ok(self.mandated(measure, subject, at)),
            Measure::Pledged | Measure::Confirmed => self.pledged(measure, subject, at),
            Measure::Ready => Ok(self.counted(measure, subject, at, |a| a == Account::Ready)),
            Measure::InTransit => {
                Ok(self.counted(measure, subject, at, |a| a == Account::InTransit))
            }
            Measure::Present => Ok(self.counted(measure, subject, at, Account::is_present)),
            Measure::Effective => Ok(self.counted(measure, subject, at, |a| a == Account::Present)),
            Measure::Arrived => Ok(Some(self.arrived(subject, at))),
            Measure::Listed | Measure::Operational | Measure::Available => Ok(None),
        }
    }

    fn mandated(&self, measure: Measure, subject: &Subject, at: OffsetDateTime) -> Option<Line> {
        let mandate = in_force(&self.mandates, at).filter(|_| *subject == Subject::Mission)?;
        let quantity = match measure {
            Measure::Authorised => Quantity::within(None, Some(mandate.personnel_ceiling?.into())),
            _ => mandate.planned_strength.clone()?,
        };
        let records = vec![format!("mandates/{}", mandate.id)];
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
        let day = at.date();
        let standing = self.pledges.iter().filter(|pledge| {
            let withdrawn = matches!(pledge.state, State::Withdrawn { on, .. } if on <= day);
            let notified = pledge.confirmed.is_some_and(|notified| notified.on <= day);
            partner.is_none_or(|partner| *partner == pledge.partner)
                && pledge.offered_on.first_day() <= day
                && !withdrawn
                && (measure == Measure::Pledged || notified)
        });
        let (mut records, mut without_number) = (Vec::new(), Vec::new());
        let mut quantity = Quantity::exactly(0);
        for pledge in standing {
            let name = format!("pledges/{}", pledge.id);
            match &pledge.size {
                Some(size) => {
                    quantity = quantity.plus(size)?;
                    records.push(name);
                }
                None => without_number.push(name),
            }
        }
        if !without_number.is_empty() {
            quantity = quantity.or_more();
        }
        Ok(Some(Line { measure, quantity, records, without_number }))
    }

    /// Those in some accounts: a contingent's entries for contingents and partners, and for a
    /// movement those on the way with it.
    fn counted(
        &self,
        measure: Measure,
        subject: &Subject,
        at: OffsetDateTime,
        counts: impl Fn(Account) -> bool,
    ) -> Option<Line> {
        if matches!(subject, Subject::Movement(_)) && measure != Measure::InTransit {
            return None;
        }
        let entries = self.entries_of(subject).filter(|entry| entry.effective_at <= at);
        Some(summed(measure, entries, |entry| moved(entry, &counts)))
    }

    fn arrived(&self, subject: &Subject, at: OffsetDateTime) -> Line {
        let entries = self.entries_of(subject).filter(|entry| entry.effective_at <= at);
        summed(Measure::Arrived, entries, |entry| match (entry.from, entry.to) {
            (Account::InTransit, Account::Present) => entry.headcount.into(),
            // An arrival that was recorded by mistake and is put right.
            (Account::Present, Account::InTransit) => -i64::from(entry.headcount),
            _ => 0,
        })
    }

    fn entries_of<'r>(&'r self, subject: &'r Subject) -> impl Iterator<Item = &'r Stored<Entry>> {
        self.entries.iter().filter(move |entry| match subject {
            Subject::Mission => true,
            Subject::Contingent(id) => entry.outer.as_ref() == Some(id),
            Subject::Movement(id) => entry.cause == entry.mission.child("movements", id),
            Subject::Partner(partner) => (self.contingents.iter())
                .any(|one| Some(&one.id) == entry.outer.as_ref() && one.partner == *partner),
        })
    }

    fn accounts(&self, contingent: &Stored<Contingent>, at: OffsetDateTime) -> ContingentStrength {
        let balance = |account: Account| -> i64 {
            (self.entries.iter())
                .filter(|entry| {
                    entry.outer.as_ref() == Some(&contingent.id) && entry.effective_at <= at
                })
                .map(|entry| moved(entry, |moved| moved == account))
                .sum()
        };
        let balances = (Account::ALL.iter().copied())
            .filter(|account| *account != Account::Outside)
            .map(|account| (account, balance(account)))
            .filter(|(_, people)| *people != 0)
            .collect();
        ContingentStrength {
            contingent: contingent.id.clone(),
            partner: contingent.partner.clone(),
            balances,
        }
    }

    fn reconciliations(&self, valid_at: OffsetDateTime) -> Result<Vec<Reconciliation>, Overflow> {
        let known = || self.claims.iter().filter(|claim| claim.as_of <= valid_at.date());
        known()
            .map(|claim| {
                let next_day = claim.as_of.next_day().unwrap_or(claim.as_of);
                let end = next_day.with_time(Time::MIDNIGHT).assume_utc();
                let at = end - time::Duration::MICROSECOND;
                let recorded = self.line(claim.measure, &claim.subject, at)?;
                let conflicting = known().filter(|other| {
                    (other.measure, other.as_of, &other.subject)
                        == (claim.measure, claim.as_of, &claim.subject)
                        && !other.quantity.agrees_with(&claim.quantity)
                });
                Ok(Reconciliation {
                    claim: claim.id.clone(),
                    claimed: claim.quantity.clone(),
                    recorded: recorded.map(|line| line.quantity),
                    conflicting: conflicting.map(|other| other.id.clone()).collect(),
                })
            })
            .collect()
    }
}

/// What an entry does to those in the accounts that count.
fn moved(entry: &Stored<Entry>, counts: impl Fn(Account) -> bool) -> i64 {
    i64::from(entry.headcount) * (i64::from(counts(entry.to)) - i64::from(counts(entry.from)))
}

fn summed<'e>(
    measure: Measure,
    entries: impl Iterator<Item = &'e Stored<Entry>>,
    effect: impl Fn(&Stored<Entry>) -> i64,
) -> Line {
    let (mut people, mut records) = (0, Vec::new());
    for entry in entries {
        let effect = effect(entry);
        if effect != 0 {
            people += effect;
            records.push(
                entry.name().trim_start_matches(&format!("{}/", entry.mission.name())).to_owned(),
            );
        }
    }
    Line { measure, quantity: Quantity::exactly(people), records, without_number: Vec::new() }
}

#[cfg(test)]
mod tests {
    use muster_values::{PartialDate, Place, Source};
    use time::macros::{date, datetime};

    use super::*;
    use crate::domain::headcount::tests;

    fn entry(
        from: Account,
        to: Account,
        headcount: i32,
        effective_at: OffsetDateTime,
    ) -> Stored<Entry> {
        let place = Place {
            outer: Some(Id::known("ken-1")),
            ..Place::new(MissionId::known("haiti"), Id::known("entry"))
        };
        Stored::new(place, tests::entry(from, to, headcount, effective_at), effective_at)
    }

    const NOW: OffsetDateTime = datetime!(2024-06-26 0:00 UTC);

    fn claim(id: &str, words: &str, subject: Subject) -> Stored<StrengthClaim> {
        let claim = StrengthClaim {
            measure: Measure::Arrived,
            quantity: Quantity::read(words).unwrap(),
            as_of: date!(2024 - 06 - 25),
            subject,
            note: String::new(),
            sources: vec![Source::default()],
        };
        Stored::new(Place::new(MissionId::known("haiti"), Id::known(id)), claim, NOW)
    }

    fn pledge(id: &str, size: Option<&str>) -> Stored<Pledge> {
        let pledge = Pledge {
            partner: Id::known(id),
            size: size.and_then(Quantity::read),
            category: None,
            offered_on: PartialDate::new(2023, 0, 0).unwrap(),
            conditions: String::new(),
            state: State::Offered,
            confirmed: None,
            arrived: 0,
            sources: Vec::new(),
        };
        Stored::new(Place::new(MissionId::known("haiti"), Id::known(id)), pledge, NOW)
    }

    fn first_flight() -> Records {
        let landed = datetime!(2024-06-25 15:00 UTC);
        let mut entries = vec![
            entry(Account::Outside, Account::Ready, 400, datetime!(2024-06-24 9:00 UTC)),
            entry(Account::Ready, Account::InTransit, 200, datetime!(2024-06-24 20:00 UTC)),
            entry(Account::InTransit, Account::Present, 200, landed),
        ];
        for entry in &mut entries[1..] {
            entry.cause = "missions/haiti/movements/flight-1".into();
        }
        Records { entries, ..Records::default() }
    }

    #[test]
    fn two_claims_about_one_flight_conflict_and_the_ledger_says_which_fits() {
        let mut records = first_flight();
        let flight = || Subject::Movement(Id::known("flight-1"));
        records.claims = vec![claim("press", "400", flight()), claim("chief", "200", flight())];
        let strength = records.strength(MissionId::known("haiti"), NOW, NOW).unwrap();
        let press = &strength.reconciliations[0];
        assert_eq!(press.recorded, Some(Quantity::exactly(200)));
        assert_eq!(press.conflicting, [Id::known("chief")]);
        assert!(strength.reconciliations[1].claimed.agrees_with(&Quantity::exactly(200)));
    }

    #[test]
    fn strength_is_as_of_the_moment_asked_for() {
        let records = first_flight();
        let present = |at| {
            let strength = records.strength(MissionId::known("haiti"), at, NOW).unwrap();
            let line = strength.lines.iter().find(|line| line.measure == Measure::Present);
            line.unwrap().quantity.at_least()
        };
        assert_eq!(present(datetime!(2024-06-25 14:59 UTC)), Some(0));
        assert_eq!(present(datetime!(2024-06-25 15:00 UTC)), Some(200));
    }

    #[test]
    fn an_arrival_that_was_put_right_did_not_happen() {
        let mut records = first_flight();
        let undone = entry(Account::Present, Account::InTransit, 50, NOW);
        records.entries.push(undone);
        let line = records.line(Measure::Arrived, &Subject::Mission, NOW).unwrap().unwrap();
        assert_eq!((line.quantity, line.records.len()), (Quantity::exactly(150), 2));
    }

    #[test]
    fn a_pledge_without_a_number_leaves_the_sum_open() {
        let records = Records {
            pledges: vec![pledge("ken", Some("1,000")), pledge("tcd", None)],
            ..Records::default()
        };
        let line = records.line(Measure::Pledged, &Subject::Mission, NOW).unwrap().unwrap();
        assert_eq!((line.quantity.at_least(), line.quantity.at_most()), (Some(1000), None));
        assert_eq!(line.without_number, ["pledges/tcd"]);
    }
}
