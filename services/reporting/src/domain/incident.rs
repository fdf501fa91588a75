use muster_values::{Id, MissionId, PartialDate, Quantity, Source, words};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

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
    /// A person's sex, where it is known.
    pub enum Sex {
        Female = "female",
        Male = "male",
    }
}

words! {
    /// A person's age, where it is known; a child is under 18.
    pub enum AgeBand {
        Adult = "adult",
        Child = "child",
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
    /// How far an incident has been looked into.
    pub enum Verification {
        Unverified = "unverified",
        Verified = "verified",
        Unverifiable = "unverifiable",
        Rejected = "rejected",
    }
}

/// How many people suffered what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Casualties {
    pub harm: Harm,
    pub quantity: Quantity,
    pub sex: Option<Sex>,
    pub age_band: Option<AgeBand>,
}

/// One thing that happened to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub mission: MissionId,
    pub id: Id,
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
    pub verification_note: String,
    pub verified_at: Option<OffsetDateTime>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}

impl Incident {
    /// A look into the incident found something; a later look may find something else.
    pub fn verify(&mut self, found: Verification, note: String, now: OffsetDateTime) {
        self.verification = found;
        self.verification_note = note;
        self.verified_at = Some(now);
        self.revision += 1;
        self.updated_at = now;
    }
}
