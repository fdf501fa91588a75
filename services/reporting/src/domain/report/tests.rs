mod disputes;
mod numbers;

use muster_strength::{Account, Measure};
use muster_values::{Id, PartialDate, Place, Qualifier, Quantity, Stored};
use time::{Duration, OffsetDateTime, macros::date};

use super::{
    super::{
        deployment::{Resource, StrengthClaim},
        incident::{DatePrecision, Incident},
        situation::{
            Question, Records,
            haiti::{self, question},
        },
        statement::{QuotedNumber, Statement},
        timeline::{Event, EventKind},
    },
    Composed, compose,
};

fn statement() -> Stored<Statement> {
    let statement = Statement {
        speaker: "President of Kenya".to_owned(),
        text: "Our police officers' presence in Haiti will give relief.".to_owned(),
        language: "en".to_owned(),
        verbatim: true,
        stated_on: PartialDate::new(2024, 6, 24).unwrap(),
        precision: DatePrecision::Day,
        occasion: "at a briefing in Embakasi".to_owned(),
        numbers: Vec::new(),
        sources: vec![haiti::source("The Star", date!(2024 - 06 - 24))],
    };
    let place = Place::new(haiti::mission(), Id::trusted("ruto-relief"));
    Stored::new(place, statement, haiti::RECORDED)
}

fn event(id: &str, title: &str, year: i32, month: i32, day: i32) -> Stored<Event> {
    let event = Event {
        kind: EventKind::Political,
        title: title.to_owned(),
        description: String::new(),
        happened_on: PartialDate::new(year, month, day).unwrap(),
        precision: DatePrecision::Day,
        area: None,
        subject: None,
        sources: vec![haiti::source("The Star", date!(2024 - 06 - 24))],
    };
    Stored::new(Place::new(haiti::mission(), Id::trusted(id)), event, haiti::RECORDED)
}

fn composed(question: &Question, records: &Records) -> Composed {
    let situation = haiti::answer(question, records, haiti::incidents());
    let events = [
        event("war", "Gangs declare war on the government", 2024, 2, 0),
        event("plea", "The prime minister asks for a mission", 2023, 0, 0),
    ];
    compose(&situation, records, &[statement()], &events)
}

fn composed_with(records: &Records, incidents: Vec<Stored<Incident>>) -> Composed {
    let situation = haiti::answer(&question(), records, incidents);
    compose(&situation, records, &[statement()], &[])
}

fn haiti() -> Composed {
    composed(&question(), &haiti::records())
}

fn section(report: &Composed, heading: &str) -> Vec<String> {
    let found = report.sections.iter().find(|section| section.heading == heading);
    found.map(|section| section.paragraphs.clone()).unwrap_or_default()
}

fn at(valid_at: OffsetDateTime) -> Question {
    Question { valid_at, ..question() }
}

fn all(report: &Composed) -> String {
    let bodies = report.sections.iter().flat_map(|section| section.paragraphs.iter());
    let lines = report.summary.iter().chain(bodies).cloned();
    [vec![report.headline.clone()], lines.collect()].concat().join("\n")
}

#[test]
fn the_headline_is_the_newest_milestone() {
    let landed =
        "First Kenyan police contingent: 200 people have arrived in Haiti, some sources say 400";
    assert_eq!(haiti().headline, landed);
    let headline = |valid_at| composed(&at(valid_at), &haiti::records()).headline;
    let left = "First Kenyan police contingent: 200 people have left Nairobi";
    assert_eq!(headline(haiti::LANDED - Duration::SECOND), left);
    let ready = "First Kenyan police contingent: ready to leave";
    assert_eq!(headline(haiti::LANDED - Duration::DAY), ready);
    let authorised = "Mission authorised: United Nations Security Council, S/RES/2699 (2023)";
    assert_eq!(headline(haiti::LANDED - Duration::DAY * 30), authorised);
    let nothing = "Situation in HT from 1 January to 31 March 2024";
    assert_eq!(composed(&question(), &Records::default()).headline, nothing);
}

#[test]
fn one_person_has_arrived() {
    let mut records = haiti::records();
    for resource in &mut records.deployment {
        match resource {
            Resource::Movement(movement) => movement.arrivals[0].headcount = 1,
            Resource::HeadcountEntry(entry) if entry.to == Account::Present => entry.headcount = 1,
            _ => {}
        }
    }
    let headline = composed(&question(), &records).headline;
    let arrived = "First Kenyan police contingent: 1 person has arrived in Haiti, some sources \
                   say 200 or 400";
    assert_eq!(headline, arrived);
}

#[test]
fn the_summary_says_who_authorised_who_leads_how_many_and_what_is_disputed() {
    let summary = haiti().summary;
    let expected = [
        "The mission was authorised on 2 October 2023 by S/RES/2699 (2023) of the United Nations \
         Security Council (mandates/s-res-2699). Kenya (partners/ken) leads the mission.",
        "200 people of the mission were present on 26 June 2024 (movements/ken-1-first). The \
         pledges that stand are for at least 1,000 people (pledges/bgd, pledges/ken).",
        "Sources disagree. How many arrived with the first movement of the First Kenyan police \
         contingent by 25 June 2024: 200 (Inspector-General of Police) and 400 (The Star) cannot \
         both be true; the ledger has 200.",
        "2,505 people were killed or injured in Haiti from 1 January to 31 March 2024, according \
         to BINUH (figures/q1-harmed). Other figures for the same: more than 2,500 (The Star; \
         figures/q1-harmed-star).",
        "94,821 departures of displaced people were counted in Port-au-Prince from 8 March to 9 \
         April 2024, according to IOM DTM (figures/fled-dtm). No figure speaks of exactly the \
         area and period of this report. At least 95,000 (The Star; figures/fled-star) cannot be \
         true with 94,821. Figures for other periods: nearly 95,000 in Port-au-Prince from 8 \
         March to 9 April 2024 (IOM; figures/fled-iom).",
        "362,551 people were displaced in Haiti on 1 March 2024, according to IOM \
         (figures/stock-march).",
        "Nearly all of the capital, Port-au-Prince was controlled by gangs on 24 June 2024, \
         according to The Star (areaControlAssessments/star).",
        "Most of the capital, Port-au-Prince was controlled by gangs on 24 June 2024, according \
         to UN (areaControlAssessments/un).",
    ];
    assert_eq!(summary, expected);
}

#[test]
fn harm_is_told_with_qualifier_source_record_and_alternatives() {
    let harm = section(&haiti(), "Harm to people");
    assert_eq!(
        harm[..2],
        [
            "2,505 people were killed or injured in Haiti from 1 January to 31 March 2024, \
             according to BINUH (figures/q1-harmed). The killed and the injured below add up to \
             it. Other figures for the same: more than 2,500 (The Star; figures/q1-harmed-star).",
            "1,660 people were killed in Haiti from 1 January to 31 March 2024, according to \
             BINUH (figures/q1-killed). Figures for other periods: 1,554 killed from 1 January \
             to 22 March 2024 (OHCHR; figures/to-22-march-killed).",
        ]
    );
    assert!(harm.contains(
        &"Incidents on record: killing 1, 1 of them verified (incidents/wharf).".to_owned()
    ));
    let mut records = haiti::records();
    records.figures.retain(|figure| figure.id.as_str() != "q1-harmed");
    let report = composed(&question(), &records);
    let harmed = "More than 2,500 people were killed or injured in Haiti from 1 January to 31 \
                  March 2024, according to The Star (figures/q1-harmed-star). That is 2,501 or \
                  more.";
    assert_eq!(section(&report, "Harm to people")[0], harmed);
}

#[test]
fn words_of_another_language_are_put_into_english_and_kept() {
    let told = |words: &str| {
        let mut records = haiti::records();
        for figure in &mut records.figures {
            if figure.id.as_str() == "q1-harmed" {
                let bounds = Quantity::read(words);
                let unread = || Quantity::complete(None, None, Some(Qualifier::About), words);
                figure.quantity = bounds.unwrap_or_else(|| unread().unwrap());
                figure.revision = 3;
            }
        }
        let summary = composed(&question(), &records).summary;
        let (told, _) = summary[3].split_once(" Other figures").unwrap();
        told.split(" Killed and injured").next().unwrap().to_owned()
    };
    let (when, whence) = ("in Haiti from 1 January to 31 March 2024", "according to BINUH");
    let harmed =
        format!("people were killed or injured {when}, {whence} (figures/q1-harmed, revision 3)");
    let record = "BINUH (figures/q1-harmed, revision 3)";
    let french = format!("At least 438 {harmed}, in its words “au moins 438”.");
    assert_eq!(told("au moins 438"), french);
    assert_eq!(told("2,505 victims"), format!("2,505 {harmed}, in its words “2,505 victims”."));
    assert_eq!(told("2505"), format!("2,505 {harmed}."));
    assert_eq!(told("Nearly 2,505"), format!("Nearly 2,505 {harmed}."));
    let unread = format!("Killed or injured {when}: “des milliers”, according to {record}.");
    assert_eq!(told("des milliers"), unread);
}

#[test]
fn stock_and_flow_stand_apart() {
    let displacement = section(&haiti(), "Displacement");
    assert!(displacement[0].starts_with("94,821 departures"));
    assert!(displacement[0].contains("At least 95,000 (The Star"));
    let stock = "362,551 people were displaced in Haiti on 1 March 2024, according to IOM \
                 (figures/stock-march). Earlier: 315,000 on 31 December 2023 (IOM; \
                 figures/stock-december).";
    assert_eq!(displacement[1], stock);
    assert!(displacement[2].ends_with("never added."));
    assert!(!all(&haiti()).contains("457,372"));
}

#[test]
fn a_pledge_without_a_number_is_told_as_one() {
    let strength = section(&haiti(), "Strength");
    let bangladesh = "Bangladesh: offered people, their number not given, on 29 July 2023 \
                      (Reuters; pledges/bgd).";
    let kenya = "Kenya: offered 1,000 on 29 July 2023, formally notified on 1 March 2024 \
                 (Reuters; pledges/ken).";
    assert!([bangladesh, kenya].iter().all(|pledge| strength.iter().any(|told| told == pledge)));
    let early = composed(&at(haiti::LANDED - Duration::DAY * 200), &haiti::records());
    let none_notified = "Of these formally notified on 8 December 2023: 0.";
    assert!(section(&early, "Strength").contains(&none_notified.to_owned()));
    assert!(!all(&early).contains("formally notified on 1 March"));
}

#[test]
fn the_host_force_is_told_by_those_who_counted_it() {
    let mut records = haiti::records();
    records.deployment.push(Resource::StrengthClaim(StrengthClaim {
        name: "missions/haiti/strengthClaims/hnp-listed".to_owned(),
        measure: Measure::Listed,
        quantity: Quantity::exactly(13196),
        as_of: date!(2023 - 12 - 31),
        subject: "missions/haiti/partners/hnp".to_owned(),
        note: String::new(),
        sources: vec![haiti::source("BINUH", date!(2024 - 01 - 15))],
    }));
    let told = "Haitian National Police: 13,196 listed on 31 December 2023, according to BINUH \
                (strengthClaims/hnp-listed).";
    assert!(section(&composed(&question(), &records), "Strength").contains(&told.to_owned()));
}

#[test]
fn words_are_quoted_only_where_they_are_the_speakers_own() {
    let said = "“Our police officers' presence in Haiti will give relief.” — President of \
                Kenya, at a briefing in Embakasi, 24 June 2024 (The Star; \
                statements/ruto-relief).";
    assert_eq!(section(&haiti(), "What was said"), [said]);
    let situation = haiti::answer(&question(), &haiti::records(), haiti::incidents());
    let numbers = vec![QuotedNumber {
        as_written: "95,000".to_owned(),
        figure: "missions/haiti/figures/fled-star".to_owned(),
        figure_revision: 1,
        figure_changed: true,
    }];
    let mut report = statement();
    report.verbatim = false;
    report.numbers = numbers;
    let report = compose(&situation, &haiti::records(), &[report], &[]);
    let said = "President of Kenya, at a briefing in Embakasi, 24 June 2024, as reported by The \
                Star: Our police officers' presence in Haiti will give relief \
                (statements/ruto-relief). The figure behind “95,000” has changed since \
                (figures/fled-star).";
    assert_eq!(section(&report, "What was said"), [said]);
}

#[test]
fn the_timeline_keeps_dates_as_far_as_they_are_known() {
    let told = [
        "2023: The prime minister asks for a mission (The Star; timelineEvents/plea).",
        "February 2024: Gangs declare war on the government (The Star; timelineEvents/war).",
    ];
    assert_eq!(section(&haiti(), "Timeline"), told);
}

#[test]
fn a_site_is_told_as_it_stood_then() {
    let port =
        "Port of Port-au-Prince: lost since 6 March 2024, held by gangs (Nation; sites/apn).";
    assert_eq!(section(&haiti(), "Key sites"), [port]);
    let later = composed(&at(haiti::LANDED + Duration::DAY * 30), &haiti::records());
    let retaken = "Port of Port-au-Prince: secured since 17 July 2024, held by Haitian National \
                   Police; before that lost on 6 March 2024, held by gangs (Nation; sites/apn).";
    assert_eq!(section(&later, "Key sites"), [retaken]);
}

#[test]
fn the_capital_is_named_only_where_a_source_names_it() {
    assert_eq!(section(&haiti(), "Who controls the capital").len(), 2);
    let mut records = haiti::records();
    for assessment in &mut records.assessments {
        assessment.place_name.clear();
    }
    let report = composed(&question(), &records);
    assert_eq!(section(&report, "Who controls which area").len(), 2);
}

#[test]
fn parts_without_records_are_left_out() {
    let situation = haiti::answer(&question(), &Records::default(), Vec::new());
    let empty = compose(&situation, &Records::default(), &[], &[]);
    assert_eq!((empty.summary.len(), empty.sections.len()), (0, 0));
}

#[test]
fn a_part_never_outgrows_what_the_wire_takes() {
    let situation = haiti::answer(&question(), &haiti::records(), haiti::incidents());
    let events: Vec<Stored<Event>> =
        (0..300).map(|id| event(&format!("e{id:03}"), "Something", 2024, 1, 1)).collect();
    let mut long = statement();
    long.text = "relief ".repeat(2000);
    let report = compose(&situation, &haiti::records(), &[long], &events);
    let timeline = section(&report, "Timeline");
    assert!(timeline[99].ends_with("timelineEvents/e299)."));
    assert_eq!(
        (timeline.len(), timeline[0].as_str()),
        (100, "201 earlier events are left out here.")
    );
    let said = &section(&report, "What was said")[0];
    assert!(said.chars().count() == 5000 && said.ends_with(" […]"));
}
