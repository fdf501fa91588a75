use super::{
    super::incident::{Incident, IncidentType, Verification},
    Areas, IncidentCount, Question,
};

/// The incidents of the area and the period, by type. One whose day is not known counts where
/// every day that it can be lies in the period.
pub fn counts(question: &Question, incidents: &[Incident], areas: &Areas) -> Vec<IncidentCount> {
    let counted = |incident: &&Incident| {
        incident.verification != Verification::Rejected
            && areas.contains(&question.area, &incident.area)
            && question.period.holds(incident.occurred_on.first_day())
            && question.period.holds(incident.occurred_on.last_day())
    };
    let mut found: Vec<&Incident> = incidents.iter().filter(counted).collect();
    found.sort_by_key(|incident| &incident.id);
    let count = |kind: &IncidentType| of_kind(*kind, &found);
    IncidentType::ALL.iter().map(count).filter(|count| 0 < count.incidents).collect()
}

fn of_kind(kind: IncidentType, incidents: &[&Incident]) -> IncidentCount {
    let mut count = IncidentCount { kind, incidents: 0, verified: 0, records: Vec::new() };
    for incident in incidents.iter().filter(|incident| incident.kind == kind) {
        count.incidents += 1;
        count.verified += i64::from(incident.verification == Verification::Verified);
        count.records.push(incident.mission.child("incidents", &incident.id));
    }
    count
}
