use muster_strength::Records;
use muster_values::quantity::Overflow;

use super::{Presence, Question, Roster};

/// The mission at the moment asked for.
pub fn presence(
    question: &Question,
    roster: &Roster,
    strength: &Records,
    feed_position: i64,
    stale: bool,
) -> Result<Presence, Overflow> {
    let nothing_known = strength.is_empty();
    let lines = strength.lines(question.valid_at)?;
    let mut presence =
        Presence { lines, feed_position, stale, nothing_known, ..Presence::default() };
    let in_force = strength.mandate_in_force(question.valid_at);
    if let Some(mandate) = in_force.and_then(|mandate| roster.mandate(&mandate.name)) {
        presence.mandate.clone_from(&mandate.name);
        presence.authority.clone_from(&mandate.authority);
        presence.instrument.clone_from(&mandate.instrument);
    }
    let leads = roster.partners.iter().filter(|partner| partner.leads);
    presence.lead_partners = leads.map(|partner| partner.name.clone()).collect();
    Ok(presence)
}
