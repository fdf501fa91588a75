//! What the timeline says of the mission's own steps. Every function is pure: the same resource
//! gives the same events under the same ids, so that a newer revision replaces what it changed.

use std::collections::HashMap;

use muster_values::{Id, MissionId, PartialDate, Place, Source, Stored, Zone};
use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime};

use crate::domain::{
    deployment::{Arrival, Mandate, Movement, Pledge, Resource, Step},
    incident::DatePrecision,
    timeline::{Event, EventKind},
};

/// The most characters that a title and an id have room for.
const TITLE: usize = 200;
const ID: usize = 63;
/// How many hexadecimal digits of an id tell its fact from every other.
const MARK: usize = 10;

/// One step of the mission, before it has its place in the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What tells it from the other facts of its resource, such as `confirmed`.
    what: String,
    title: String,
    description: String,
    on: Date,
    area: Option<String>,
    sources: Vec<Source>,
}

/// The resource that has to be known to speak of this one: the partner that pledges, the
/// contingent that moves, the movement that arrives.
pub fn related(resource: &Resource) -> Option<&str> {
    match resource {
        Resource::Pledge(pledge) => Some(&pledge.partner),
        Resource::Movement(movement) => Some(&movement.contingent),
        Resource::Step(step) => Some(&step.contingent),
        Resource::Arrival(arrival) => Some(&arrival.movement),
        Resource::Mission(_)
        | Resource::Area(_)
        | Resource::Partner(_)
        | Resource::Mandate(_)
        | Resource::Contingent(_)
        | Resource::HeadcountEntry(_)
        | Resource::Site(_)
        | Resource::SiteStatus(_)
        | Resource::StrengthClaim(_) => None,
    }
}

/// The steps that a resource tells of, with the others that are known by name. Days are cut in the
/// mission's time zone.
pub fn of(resource: &Resource, known: &HashMap<String, Resource>, zone: &Zone) -> Vec<Fact> {
    let called = |name: &str| called(known.get(name), name);
    match resource {
        Resource::Mandate(mandate) => vec![adoption(mandate, zone)],
        Resource::Pledge(pledge) => pledge_steps(pledge, &called(&pledge.partner)),
        Resource::Step(step) => {
            contingent_step(step, &called(&step.contingent), zone).into_iter().collect()
        }
        Resource::Movement(movement) => {
            departure(movement, &called(&movement.contingent), zone).into_iter().collect()
        }
        Resource::Arrival(arrival) => match known.get(&arrival.movement) {
            Some(Resource::Movement(movement)) => {
                vec![reached(arrival, movement, &called(&movement.contingent), zone)]
            }
            _ => Vec::new(),
        },
        Resource::Mission(_)
        | Resource::Area(_)
        | Resource::Partner(_)
        | Resource::Contingent(_)
        | Resource::HeadcountEntry(_)
        | Resource::Site(_)
        | Resource::SiteStatus(_)
        | Resource::StrengthClaim(_) => Vec::new(),
    }
}

impl Fact {
    pub fn into_event(
        self,
        mission: &MissionId,
        subject: &str,
        now: OffsetDateTime,
    ) -> Stored<Event> {
        let place = Place::new(mission.clone(), id(subject, &self.what));
        let event = Event {
            kind: EventKind::Mission,
            title: self.title.chars().take(TITLE).collect(),
            description: self.description,
            happened_on: PartialDate::from(self.on),
            precision: DatePrecision::Day,
            area: self.area,
            subject: Some(subject.to_owned()),
            sources: self.sources,
        };
        Stored::new(place, event, now)
    }
}

fn adoption(mandate: &Mandate, zone: &Zone) -> Fact {
    let Mandate { authority, instrument, .. } = mandate;
    let (from, until) = (zone.day(mandate.starts_at), zone.day(mandate.ends_at));
    Fact {
        what: "adopted".to_owned(),
        title: format!("{authority} adopts {instrument}"),
        description: format!("In force from {from} until {until}."),
        on: mandate.adopted_on,
        area: None,
        sources: mandate.sources.clone(),
    }
}

fn pledge_steps(pledge: &Pledge, partner: &str) -> Vec<Fact> {
    let size = pledge.size.as_ref().map_or_else(String::new, |size| format!("{size} people. "));
    let fact = |what: &str, title: String, on: Date| Fact {
        what: what.to_owned(),
        title,
        description: format!("{size}Offered {}.", pledge.offered_on),
        on,
        area: None,
        sources: pledge.sources.clone(),
    };
    let confirmed = pledge
        .confirmed_on
        .map(|on| fact("confirmed", format!("{partner} formally notifies its pledge"), on));
    let withdrawn = pledge
        .withdrawn_on
        .map(|on| fact("withdrawn", format!("{partner} withdraws its pledge"), on));
    confirmed.into_iter().chain(withdrawn).collect()
}

fn contingent_step(step: &Step, whose: &str, zone: &Zone) -> Option<Fact> {
    let goes_on = step.ends_hold && !step.ends();
    let did = if goes_on { "goes on after its hold" } else { did(&step.state)? };
    Some(Fact {
        what: step.state.clone(),
        title: format!("{whose} {did}"),
        description: step.note.clone(),
        on: zone.day(step.at),
        area: None,
        // The contingent's sources speak of it as a whole; what a step rests on, its note says.
        sources: Vec::new(),
    })
}

/// What a contingent did that entered a state; nothing where its movements tell it better.
fn did(state: &str) -> Option<&'static str> {
    Some(match state {
        "confirmed" => "is confirmed",
        "training" => "begins its training",
        "trained" => "ends its training",
        "vetted" => "is vetted",
        "briefed" => "is briefed",
        "ready" => "is ready to go",
        "rotating" => "begins to be relieved",
        "repatriated" => "is home",
        "on_hold" => "is put on hold",
        "withdrawn" => "is withdrawn by its partner",
        "cancelled" => "is no longer wanted",
        _ => return None,
    })
}

fn departure(movement: &Movement, whose: &str, zone: &Zone) -> Option<Fact> {
    let Movement { origin, destination, .. } = movement;
    let home = if movement.homeward { " for home" } else { "" };
    movement.departed_at.map(|at| Fact {
        what: "departed".to_owned(),
        title: format!("{whose}: {} people leave {origin}{home}", movement.departed),
        description: format!("From {origin} to {destination}."),
        on: zone.day(at),
        area: None,
        sources: movement.sources.clone(),
    })
}

fn reached(arrival: &Arrival, movement: &Movement, whose: &str, zone: &Zone) -> Fact {
    let Movement { origin, destination, .. } = movement;
    Fact {
        what: "arrived".to_owned(),
        title: format!("{whose}: {} people arrive at {destination}", arrival.headcount),
        description: format!("From {origin} to {destination}."),
        on: zone.day(arrival.at),
        area: movement.destination_area.clone(),
        sources: movement.sources.clone(),
    }
}

/// What people call a resource; its id where it is not known.
fn called(resource: Option<&Resource>, name: &str) -> String {
    match resource {
        Some(Resource::Partner(partner)) => partner.display_name.clone(),
        Some(Resource::Contingent(contingent)) => contingent.display_name.clone(),
        _ => name.rsplit('/').next().unwrap_or(name).to_owned(),
    }
}

/// An id that people can read and that no other fact has: collections, ids and fact as far as they
/// fit, and a mark made of all of them.
fn id(subject: &str, what: &str) -> Id {
    let inside: Vec<&str> = subject.split('/').skip(2).collect();
    let singular = |word: &str| word.strip_suffix('s').unwrap_or(word).to_owned();
    let parts = inside.iter().enumerate().map(|(place, part)| match place % 2 {
        0 => singular(part),
        _ => (*part).to_owned(),
    });
    let words: String = format!("{}-{what}", parts.collect::<Vec<_>>().join("-"))
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .take(ID - MARK - 1)
        .collect();
    let digest = Sha256::digest(format!("{subject} {what}"));
    let mark = digest[..MARK / 2].iter().fold(0, |mark: u64, byte| mark << 8 | u64::from(*byte));
    Id::trusted(format!("{words}-{mark:0MARK$x}"))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2024-06-25 9:00 UTC);

    fn movement() -> Movement {
        Movement {
            name: "missions/haiti/movements/first-flight".to_owned(),
            contingent: "missions/haiti/contingents/ken-1".to_owned(),
            homeward: false,
            origin: "Nairobi".to_owned(),
            destination: "Port-au-Prince".to_owned(),
            destination_area: Some("HT01".to_owned()),
            departed_at: Some(datetime!(2024-06-24 20:00 UTC)),
            departed: 400,
            arrivals: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn arrival(id: &str, headcount: i32) -> Resource {
        let movement = movement().name;
        Resource::Arrival(Arrival {
            name: format!("{movement}/arrivals/{id}"),
            movement,
            at: datetime!(2024-06-25 12:00 UTC),
            headcount,
        })
    }

    fn events(resource: &Resource) -> Vec<Stored<Event>> {
        let (mission, name) = (MissionId::trusted("haiti"), resource.name());
        let known = HashMap::from([(movement().name, Resource::Movement(movement()))]);
        of(resource, &known, &Zone::UTC)
            .into_iter()
            .map(|fact| fact.into_event(&mission, name, NOW))
            .collect()
    }

    #[test]
    fn a_movement_tells_of_its_departure_and_an_arrival_of_itself() {
        let departed = events(&Resource::Movement(movement()));
        assert_eq!(departed[0].title, "ken-1: 400 people leave Nairobi");
        let arrived = events(&arrival("000001", 200));
        assert_eq!(arrived[0].title, "ken-1: 200 people arrive at Port-au-Prince");
        assert_eq!(arrived[0].happened_on, PartialDate::from(date!(2024 - 06 - 25)));
        assert_eq!((departed.len(), arrived.len()), (1, 1));
    }

    #[test]
    fn a_newer_revision_tells_the_same_under_the_same_id() {
        let first = events(&arrival("000001", 200));
        assert_eq!(first[0].id, events(&arrival("000001", 150))[0].id);
        assert_ne!(first[0].id, events(&arrival("000002", 200))[0].id);
    }

    #[test]
    fn a_contingent_that_was_on_hold_goes_on_or_ends() {
        let step = |state: &str| {
            let contingent = "missions/haiti/contingents/ken-1".to_owned();
            let step = Resource::Step(Step {
                name: format!("{contingent}/steps/000002"),
                contingent,
                ends_hold: true,
                state: state.to_owned(),
                at: NOW,
                note: String::new(),
            });
            events(&step)[0].title.clone()
        };
        assert_eq!(step("ready"), "ken-1 goes on after its hold");
        assert_eq!(step("withdrawn"), "ken-1 is withdrawn by its partner");
    }

    #[test]
    fn ids_fit_and_tell_facts_apart_however_long_the_resource_is_named() {
        let name = format!("missions/haiti/contingents/{}", "k".repeat(63));
        let ids = [id(&name, "on_hold-1"), id(&name, "on_hold-2")];
        assert_ne!(ids[0], ids[1]);
        assert!(ids.iter().all(|id| id.as_str().len() == ID));
    }
}
