use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, history::Revision};
use muster_service::{
    resource::Content, wire, wire::timestamp, wire::wire_partial_date, wire::wire_quantity,
    wire::wire_sources, wire_enum, words::FromWire, words::required,
};
use muster_values::{MissionId, Stored};

use super::{dated, wire_precision};
use crate::domain::incident::{
    AgeBand, Casualties, Finding, Harm, Incident, IncidentType, Outcome, Sex, Verification,
    check_casualties,
};

wire_enum!(
    IncidentType,
    pb::IncidentType {
        Killing,
        Injury,
        Kidnapping,
        SexualViolence,
        ArmedClash,
        AttackOnSite,
        PrisonBreak,
        LootingOrArson,
        Displacement,
        Other,
    }
);
wire_enum!(Harm, pb::Harm { Killed, Injured, Kidnapped, SexualViolence, Displaced, Missing });
wire_enum!(Sex, pb::Sex { Female, Male });
wire_enum!(AgeBand, pb::AgeBand { Adult, Child });
wire_enum!(Outcome, pb::VerificationState { Verified, Unverifiable, Rejected });

impl Content for Incident {
    type Message = pb::Incident;

    fn unpack(incident: pb::Incident, _mission: &MissionId) -> Result<Self, FieldViolation> {
        let (occurred_on, precision) =
            dated(incident.occur_date, incident.date_precision, "occur_date")?;
        let kind = required(incident.r#type).at("type")?;
        let casualties: Vec<Casualties> = (incident.casualties.into_iter().enumerate())
            .map(|(index, wire)| self::casualties(wire).at_index("casualties", index))
            .collect::<Result<_, _>>()?;
        check_casualties(kind, &casualties).map_err(|wrong| {
            let field =
                wrong.row.map_or("casualties".to_owned(), |row| format!("casualties[{row}]"));
            FieldViolation::new(wrong.rule).under(&field)
        })?;
        Ok(Self {
            kind,
            occurred_on,
            precision,
            area: incident.area_code,
            place_name: incident.place_name,
            actors: incident.actors,
            casualties,
            narrative: incident.narrative,
            language: incident.language_code,
            sources: wire::sources(incident.sources)?,
            verification: Verification::Unverified,
        })
    }

    fn pack(stored: &Stored<Self>) -> pb::Incident {
        let (verification_state, finding) = match &stored.verification {
            Verification::Unverified => (pb::VerificationState::Unverified, None),
            Verification::Found(finding) => (finding.outcome.into(), Some(finding)),
        };
        pb::Incident {
            r#type: pb::IncidentType::from(stored.kind).into(),
            occur_date: Some(wire_partial_date(stored.occurred_on)),
            date_precision: wire_precision(stored.precision),
            area_code: stored.area.clone(),
            place_name: stored.place_name.clone(),
            actors: stored.actors.clone(),
            casualties: stored.casualties.iter().map(wire_casualties).collect(),
            narrative: stored.narrative.clone(),
            language_code: stored.language.clone(),
            sources: wire_sources(&stored.sources),
            verification_state: verification_state.into(),
            verification_note: finding.map(|finding| finding.note.clone()).unwrap_or_default(),
            verify_time: finding.map(|finding| timestamp(finding.at)),
            ..pb::Incident::default()
        }
    }

    /// The finding is taken out where the correction changes what was looked into.
    fn settle_corrected(message: &mut pb::Incident, corrected: &Self, was: &Self) {
        if !corrected.is_about_the_same_as(was) {
            message.set_verification_state(pb::VerificationState::Unverified);
            message.verification_note.clear();
            message.verify_time = None;
        }
    }
}

/// Reads a revision that is kept.
pub fn kept(revision: &Revision) -> Result<Stored<Incident>, FieldViolation> {
    let wire: pb::Incident = super::kept(revision)?;
    let verification = verification(&wire)?;
    let mut incident: Stored<Incident> = super::record(revision, wire)?;
    incident.verification = verification;
    Ok(incident)
}

fn verification(wire: &pb::Incident) -> Result<Verification, FieldViolation> {
    let note = wire.verification_note.clone();
    let at = wire::optional_time(wire.verify_time).at("verify_time")?;
    match (wire.verification_state(), at) {
        (pb::VerificationState::Unverified, None) if note.is_empty() => {
            Ok(Verification::Unverified)
        }
        (pb::VerificationState::Unverified, _) => {
            let violation = FieldViolation::new("must be looked into to have a note or time");
            Err(violation.under("verification_state"))
        }
        (_, at) => {
            let outcome = outcome(wire.verification_state)?;
            let at = at.required().at("verify_time")?;
            Ok(Verification::Found(Finding { outcome, note, at }))
        }
    }
}

fn casualties(wire: pb::CasualtyCount) -> Result<Casualties, FieldViolation> {
    Ok(Casualties {
        harm: required(wire.harm).at("harm")?,
        quantity: wire::quantity(wire.quantity).at("quantity")?,
        sex: Sex::from_wire(wire.sex),
        age_band: AgeBand::from_wire(wire.age_band),
    })
}

pub fn outcome(state: i32) -> Result<Outcome, FieldViolation> {
    required(state).at("verification_state")
}

/// A person's sex on the wire; 0 where it is not known.
pub fn wire_sex(sex: Option<Sex>) -> i32 {
    sex.map_or(0, |sex| pb::Sex::from(sex).into())
}

/// A person's age on the wire; 0 where it is not known.
pub fn wire_age_band(age_band: Option<AgeBand>) -> i32 {
    age_band.map_or(0, |age_band| pb::AgeBand::from(age_band).into())
}

fn wire_casualties(casualties: &Casualties) -> pb::CasualtyCount {
    pb::CasualtyCount {
        harm: pb::Harm::from(casualties.harm).into(),
        quantity: Some(wire_quantity(&casualties.quantity)),
        sex: wire_sex(casualties.sex),
        age_band: wire_age_band(casualties.age_band),
    }
}
