use muster_values::{Collected, PartialDate, Quantity, Source, words};
use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::parts::{self, Part, Wrong};
pub use super::parts::{AgeBand, Sex};

words! {
    /// What kind of thing happened.
    pub enum IncidentType {
        Killing = "killing",
        Injury = "injury",
        Kidnapping = "kidnapping",
        SexualViolence = "sexual_violence",
        ArmedClash = "armed_clash",
        AttackOnSite = "attack_on_site",
        PrisonBreak = "prison_break",
        LootingOrArson = "looting_or_arson",
        Displacement = "displacement",
        Other = "other",
    }
}

words! {
    /// What was done to a person.
    pub enum Harm {
        Killed = "killed",
        Injured = "injured",
        Kidnapped = "kidnapped",
        SexualViolence = "sexual_violence",
        Displaced = "displaced",
        Missing = "missing",
    }
}

words! {
    /// How much of a date is known.
    pub enum DatePrecision {
        Day = "day",
        Week = "week",
        Month = "month",
        Year = "year",
    }
}

words! {
    /// The outcome of verifying an incident.
    pub enum Outcome {
        Verified = "verified",
        Unverifiable = "unverifiable",
        Rejected = "rejected",
    }
}

/// How far an incident has been looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    Unverified,
    Found(Finding),
}

/// The last verification of an incident: its outcome, the evidence and the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub outcome: Outcome,
    pub note: String,
    pub at: OffsetDateTime,
}

impl Verification {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Found(finding) => finding.outcome.as_str(),
        }
    }

    pub fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Unverified => None,
            Self::Found(finding) => Some(finding),
        }
    }
}

/// How many people suffered what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Casualties {
    pub harm: Harm,
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_band: Option<AgeBand>,
}

/// Why casualties are refused: the place of the row that is wrong, where it is one, and the rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCasualties {
    pub row: Option<usize>,
    pub rule: &'static str,
}

impl IncidentType {
    /// The harm that a type which counts victims is about.
    pub fn harm(self) -> Option<Harm> {
        match self {
            Self::Killing => Some(Harm::Killed),
            Self::Injury => Some(Harm::Injured),
            Self::Kidnapping => Some(Harm::Kidnapped),
            Self::SexualViolence => Some(Harm::SexualViolence),
            Self::Displacement => Some(Harm::Displaced),
            Self::ArmedClash
            | Self::AttackOnSite
            | Self::PrisonBreak
            | Self::LootingOrArson
            | Self::Other => None,
        }
    }
}

/// Refuses casualties that do not fit the type or each other: of one harm, the row without sex and
/// age is the whole, and the others are its parts.
pub fn check_casualties(
    kind: IncidentType,
    casualties: &[Casualties],
) -> Result<(), WrongCasualties> {
    let wrong = |row, rule| Err(WrongCasualties { row, rule });
    if let Some(harm) = kind.harm()
        && !casualties.is_empty()
        && casualties.iter().all(|row| row.harm != harm)
    {
        return wrong(None, "must have the harm that the type is about, or be empty");
    }
    for harm in Harm::ALL {
        let rows = casualties.iter().enumerate().filter(|(_, row)| row.harm == *harm);
        let (places, rows): (Vec<usize>, Vec<&Casualties>) = rows.unzip();
        let wholes: Vec<usize> = (0..rows.len()).filter(|place| rows[*place].is_whole()).collect();
        if let [_, again, ..] = wholes[..] {
            return wrong(Some(places[again]), "gives this harm twice");
        }
        let whole = wholes.first().map(|place| &rows[*place].quantity);
        let (parts_at, parts): (Vec<usize>, Vec<Part>) = (places.iter().zip(&rows))
            .filter(|(_, row)| !row.is_whole())
            .map(|(place, row)| (*place, row.part()))
            .unzip();
        match parts::check(whole, &parts) {
            Ok(()) => {}
            Err(Wrong::Twice(place)) => {
                return wrong(Some(parts_at[place]), "gives these people of this harm twice");
            }
            Err(Wrong::Exceed) => {
                return wrong(None, "must not add up to more than the whole of their harm");
            }
        }
    }
    Ok(())
}

/// How many people suffered a harm, where any casualties speak of it: the row without sex and age,
/// or else what the others make up.
pub fn suffered(casualties: &[Casualties], harm: Harm) -> Option<Quantity> {
    let rows: Vec<&Casualties> = casualties.iter().filter(|row| row.harm == harm).collect();
    if rows.is_empty() {
        return None;
    }
    let whole = rows.iter().find(|row| row.is_whole()).map(|row| row.quantity.clone());
    let parts: Vec<Part> = rows.iter().map(|row| row.part()).collect();
    Some(whole.unwrap_or_else(|| parts::whole(&parts)))
}

impl Casualties {
    fn is_whole(&self) -> bool {
        self.sex.is_none() && self.age_band.is_none()
    }

    fn part(&self) -> Part<'_> {
        Part { sex: self.sex, age_band: self.age_band, quantity: &self.quantity }
    }
}

/// One thing that happened to people.
///
/// ```text
/// UNVERIFIED → VERIFIED, UNVERIFIABLE, REJECTED, and between these by a later look
/// any of them → UNVERIFIED, where what was looked into becomes something else
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub kind: IncidentType,
    pub occurred_on: PartialDate,
    pub precision: DatePrecision,
    pub area: String,
    pub place_name: String,
    pub actors: Vec<String>,
    pub casualties: Vec<Casualties>,
    pub narrative: String,
    pub language: String,
    pub sources: Vec<Source>,
    pub verification: Verification,
}

impl Collected for Incident {
    const COLLECTION: &'static str = "incidents";
}

/// The first and the last day of a date that is known no more exactly than this: of a date given as
/// 1 January 2024 with the precision YEAR, those of the year 2024.
pub fn span(on: PartialDate, precision: DatePrecision) -> (Date, Date) {
    let coarse = |month, day| PartialDate::new(on.year(), month, day).unwrap_or(on);
    let month = on.month().map_or(0, i32::from);
    match precision {
        DatePrecision::Day => (on.first_day(), on.last_day()),
        // From Monday to Sunday.
        DatePrecision::Week => {
            let since = i64::from(on.first_day().weekday().number_days_from_monday());
            let left = 6 - i64::from(on.last_day().weekday().number_days_from_monday());
            let first = on.first_day().checked_sub(Duration::days(since)).unwrap_or(Date::MIN);
            (first, on.last_day().checked_add(Duration::days(left)).unwrap_or(Date::MAX))
        }
        DatePrecision::Month => (coarse(month, 0).first_day(), coarse(month, 0).last_day()),
        DatePrecision::Year => (coarse(0, 0).first_day(), coarse(0, 0).last_day()),
    }
}

impl Incident {
    /// The first and the last day that it can have happened on.
    pub fn span(&self) -> (Date, Date) {
        span(self.occurred_on, self.precision)
    }

    /// A look into the incident found something; a later look may find something else.
    pub fn verify(&mut self, outcome: Outcome, note: String, now: OffsetDateTime) {
        self.verification = Verification::Found(Finding { outcome, note, at: now });
    }

    /// Carries the verification over an update. An update that changes what a verification looks
    /// into makes the incident unverified.
    pub fn keep_verification_of(&mut self, before: &Self) {
        self.verification = if self.is_about_the_same_as(before) {
            before.verification.clone()
        } else {
            Verification::Unverified
        };
    }

    /// Whether two versions of an incident agree in what a verification looks into.
    pub fn is_about_the_same_as(&self, other: &Self) -> bool {
        let when = |of: &Self| (of.kind, of.occurred_on, of.precision);
        when(self) == when(other) && self.area == other.area && self.casualties == other.casualties
    }
}

#[cfg(test)]
mod tests;
