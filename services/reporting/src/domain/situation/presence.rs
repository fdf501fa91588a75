use muster_values::quantity::Overflow;

use super::{
    super::deployment::Measure,
    Presence, PresenceLine, Question, Roster,
    recorded::{Subject, recorded},
};

/// The mission at the moment asked for. A measure of which the records say nothing has no line.
pub fn presence(
    question: &Question,
    roster: &Roster,
    feed_position: i64,
    stale: bool,
) -> Result<Presence, Overflow> {
    let mut presence = Presence { feed_position, stale, ..Presence::default() };
    if let Some(mandate) = roster.mandate_in_force(question.valid_at) {
        presence.mandate.clone_from(&mandate.name);
        presence.authority.clone_from(&mandate.authority);
        presence.instrument.clone_from(&mandate.instrument);
    }
    let leads = roster.partners.iter().filter(|partner| partner.leads);
    presence.lead_partners = leads.map(|partner| partner.name.clone()).collect();
    for measure in Measure::ALL {
        let found = recorded(roster, *measure, Subject::Mission, question.valid_at)?;
        presence.lines.extend(found.map(|found| PresenceLine {
            measure: *measure,
            quantity: found.quantity,
            records: found.parts.into_iter().map(|part| part.record).collect(),
        }));
    }
    Ok(presence)
}
