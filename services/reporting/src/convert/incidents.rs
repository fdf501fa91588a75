use muster_proto::reporting::v1 as pb;
use muster_service::{AtField, FieldViolation, Required, history::Revision};
use muster_service::{
    Resource, resource::etag, wire, wire::timestamp, wire::wire_partial_date, wire::wire_quantity,
    wire::wire_sources, wire_enum, words::FromWire, words::required,
};
use muster_values::{Id, MissionId, name};

use super::{dated, wire_precision};
use crate::{
    app::NewIncident,
    domain::incident::{
        AgeBand, Casualties, Finding, Harm, Incident, IncidentType, Outcome, Sex, Verification,
        check_casualties,
    },
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

pub fn create(request: pb::CreateIncidentRequest) -> Result<NewIncident, FieldViolation> {
    let mission = MissionId::parse(&request.parent).at("parent")?;
    let incident = request.incident.required().at("incident")?;
    read(mission, Id::trusted(request.incident_id), incident).at("incident")
}

fn read(mission: MissionId, id: Id, incident: pb::Incident) -> Result<NewIncident, FieldViolation> {
    let (occurred_on, precision) =
        dated(incident.occur_date, incident.date_precision, "occur_date")?;
    let kind = required(incident.r#type).at("type")?;
    let casualties: Vec<Casualties> = (incident.casualties.into_iter().enumerate())
        .map(|(index, wire)| self::casualties(wire).at_index("casualties", index))
        .collect::<Result<_, _>>()?;
    check_casualties(kind, &casualties).map_err(|wrong| {
        let field = wrong.row.map_or("casualties".to_owned(), |row| format!("casualties[{row}]"));
        FieldViolation::new(wrong.rule).under(&field)
    })?;
    Ok(NewIncident {
        mission,
        id,
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
    })
}

/// Reads a revision that is kept.
pub fn kept(revision: &Revision) -> Result<Incident, FieldViolation> {
    let wire: pb::Incident = super::kept(revision)?;
    let (mission, id) = name::child(&wire.name, "incidents").at("name")?;
    let verification = verification(&wire)?;
    let created_at = wire::required_time(wire.create_time).at("create_time")?;
    let updated_at = wire::required_time(wire.update_time).at("update_time")?;
    let new = read(mission, id, wire)?;
    Ok(Incident {
        mission: new.mission,
        id: new.id,
        kind: new.kind,
        occurred_on: new.occurred_on,
        precision: new.precision,
        area: new.area,
        place_name: new.place_name,
        actors: new.actors,
        casualties: new.casualties,
        narrative: new.narrative,
        language: new.language,
        sources: new.sources,
        verification,
        revision: revision.revision,
        created_at,
        updated_at,
    })
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

impl Resource for Incident {
    type Message = pb::Incident;

    fn resource_name(&self) -> String {
        self.mission.child("incidents", &self.id)
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn pack(&self) -> pb::Incident {
        let (verification_state, finding) = match &self.verification {
            Verification::Unverified => (pb::VerificationState::Unverified, None),
            Verification::Found(finding) => (finding.outcome.into(), Some(finding)),
        };
        pb::Incident {
            name: self.resource_name(),
            r#type: pb::IncidentType::from(self.kind).into(),
            occur_date: Some(wire_partial_date(self.occurred_on)),
            date_precision: wire_precision(self.precision),
            area_code: self.area.clone(),
            place_name: self.place_name.clone(),
            actors: self.actors.clone(),
            casualties: self.casualties.iter().map(wire_casualties).collect(),
            narrative: self.narrative.clone(),
            language_code: self.language.clone(),
            sources: wire_sources(&self.sources),
            verification_state: verification_state.into(),
            verification_note: finding.map(|finding| finding.note.clone()).unwrap_or_default(),
            verify_time: finding.map(|finding| timestamp(finding.at)),
            create_time: Some(timestamp(self.created_at)),
            update_time: Some(timestamp(self.updated_at)),
            etag: etag(self.revision),
        }
    }
}

fn wire_casualties(casualties: &Casualties) -> pb::CasualtyCount {
    pb::CasualtyCount {
        harm: pb::Harm::from(casualties.harm).into(),
        quantity: Some(wire_quantity(&casualties.quantity)),
        sex: wire_sex(casualties.sex),
        age_band: wire_age_band(casualties.age_band),
    }
}
