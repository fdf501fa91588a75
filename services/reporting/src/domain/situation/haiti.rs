//! What was published of Haiti in 2024, and of the mission sent there: the records that the
//! tests of this service speak about.

use muster_strength::{Account, Measure};
use muster_values::{
    Id, MissionId, PartialDate, Period, Place, Quantity, Source, Stored, Unit, Zone,
};
use time::{
    Date, OffsetDateTime,
    macros::{date, datetime},
};

use super::{
    super::{
        assessment::{Assessment, ControllerKind},
        deployment::{
            Area, Arrival, Contingent, HeadcountEntry, Mandate, Mission, Movement, Partner, Pledge,
            Resource, Site, SiteStatus, Step, StrengthClaim,
        },
        figure::{Figure, FigureRole, FlowMetric, Kind, StockMetric},
        incident::{DatePrecision, Finding, Incident, IncidentType, Outcome, Verification},
    },
    Areas, Question, Records, Situation, Tally, situation,
};

pub const RECORDED: OffsetDateTime = datetime!(2024-07-01 0:00 UTC);
pub const LANDED: OffsetDateTime = datetime!(2024-06-25 16:00 UTC);
const FLIGHT: &str = "missions/haiti/movements/ken-1-first";

pub fn mission() -> MissionId {
    MissionId::trusted("haiti")
}

pub fn period(start: Date, end: Date) -> Period {
    Period::new(start, end).unwrap()
}

pub fn quarter() -> Period {
    period(date!(2024 - 01 - 01), date!(2024 - 04 - 01))
}

/// The whole country in the first quarter, on the day after the first flight.
pub fn question() -> Question {
    Question {
        mission: mission(),
        area: "HT".to_owned(),
        period: quarter(),
        valid_at: datetime!(2024-06-26 12:00 UTC),
        as_of: RECORDED,
        zone: Zone::UTC,
    }
}

pub fn source(publisher: &str, on: Date) -> Source {
    let publication_date = Some(PartialDate::from(on));
    Source { publisher: publisher.to_owned(), publication_date, ..Source::default() }
}

pub fn figure(id: &str, kind: Kind, words: &str, publisher: &str, on: Date) -> Stored<Figure> {
    let figure = Figure {
        kind,
        precision: DatePrecision::Day,
        quantity: Quantity::read(words).unwrap(),
        area: "HT".to_owned(),
        place_name: String::new(),
        breakdown: Vec::new(),
        source: source(publisher, on),
        role: FigureRole::Recommended,
        note: String::new(),
        retracted: false,
    };
    Stored::new(Place::new(mission(), Id::trusted(id)), figure, RECORDED)
}

pub fn flow(metric: FlowMetric, period: Period) -> Kind {
    Kind::Flow { metric, period }
}

pub fn records() -> Records {
    Records {
        figures: figures(),
        assessments: vec![
            assessment("un", "most of", Some(51), None, "UN"),
            assessment("star", "nearly all", None, Some(99), "The Star"),
        ],
        deployment: deployment(),
    }
}

pub fn incidents() -> Vec<Stored<Incident>> {
    vec![incident("wharf", found(Outcome::Verified)), incident("mill", found(Outcome::Rejected))]
}

/// The answer to a question from records, with these incidents in the order of their names.
pub fn answer(
    question: &Question,
    records: &Records,
    mut incidents: Vec<Stored<Incident>>,
) -> Situation {
    incidents.sort_by(|one, other| one.id.cmp(&other.id));
    let areas = Areas::new(&records.deployment);
    let mut tally = Tally::default();
    for incident in &incidents {
        tally.add(question, &areas, &incident.into()).unwrap();
    }
    situation(question, records, &tally, 7, false).unwrap()
}

fn figures() -> Vec<Stored<Figure>> {
    use FlowMetric::{Displaced, Injured, Kidnapped, Killed, KilledOrInjured};
    let quarter = quarter();
    let until_22_march = period(date!(2024 - 01 - 01), date!(2024 - 03 - 23));
    let exodus = period(date!(2024 - 03 - 08), date!(2024 - 04 - 10));
    let (april, march) = (date!(2024 - 04 - 19), date!(2024 - 03 - 28));
    let june = date!(2024 - 06 - 24);
    let stock = |as_of| Kind::Stock { metric: StockMetric::Displaced, as_of };
    let beside = |mut figure: Stored<Figure>| {
        figure.role = FigureRole::Triangulation;
        figure
    };
    let capital = |mut figure: Stored<Figure>| {
        figure.area = "HT0111".to_owned();
        figure
    };
    vec![
        figure("q1-killed", flow(Killed, quarter), "1,660", "BINUH", april),
        figure("q1-injured", flow(Injured, quarter), "845", "BINUH", april),
        figure("q1-harmed", flow(KilledOrInjured, quarter), "2,505", "BINUH", april),
        figure("q1-kidnapped", flow(Kidnapped, quarter), "at least 438", "BINUH", april),
        beside(figure(
            "q1-harmed-star",
            flow(KilledOrInjured, quarter),
            "more than 2,500",
            "The Star",
            june,
        )),
        figure("to-22-march-killed", flow(Killed, until_22_march), "1,554", "OHCHR", march),
        figure("to-22-march-injured", flow(Injured, until_22_march), "826", "OHCHR", march),
        capital(figure(
            "fled-dtm",
            flow(Displaced, exodus),
            "94,821",
            "IOM DTM",
            date!(2024 - 04 - 12),
        )),
        beside(capital(figure("fled-iom", flow(Displaced, exodus), "nearly 95,000", "IOM", april))),
        beside(capital(figure(
            "fled-star",
            flow(Displaced, exodus),
            "at least 95,000",
            "The Star",
            june,
        ))),
        figure("stock-december", stock(date!(2023 - 12 - 31)), "315,000", "IOM", march),
        figure("stock-march", stock(date!(2024 - 03 - 01)), "362,551", "IOM", march),
    ]
}

fn found(outcome: Outcome) -> Verification {
    Verification::Found(Finding { outcome, note: String::new(), at: RECORDED })
}

pub fn incident(id: &str, verification: Verification) -> Stored<Incident> {
    let incident = Incident {
        kind: IncidentType::Killing,
        occurred_on: PartialDate::new(2024, 3, 0).unwrap(),
        precision: DatePrecision::Month,
        area: "HT0111".to_owned(),
        place_name: String::new(),
        actors: Vec::new(),
        casualties: Vec::new(),
        narrative: "Killed".to_owned(),
        language: "en".to_owned(),
        sources: Vec::new(),
        verification,
    };
    Stored::new(Place::new(mission(), Id::trusted(id)), incident, RECORDED)
}

pub fn assessment(
    id: &str,
    words: &str,
    least: Option<i64>,
    most: Option<i64>,
    publisher: &str,
) -> Stored<Assessment> {
    let assessment = Assessment {
        area: "HT0111".to_owned(),
        place_name: "the capital, Port-au-Prince".to_owned(),
        controller: "gangs".to_owned(),
        controller_kind: ControllerKind::ArmedGroup,
        share: Quantity::complete_of(Unit::Percent, (least, most), None, words).unwrap(),
        assessed_on: PartialDate::new(2024, 6, 24).unwrap(),
        precision: DatePrecision::Day,
        confidence: None,
        source: source(publisher, date!(2024 - 06 - 24)),
        note: String::new(),
    };
    Stored::new(Place::new(mission(), Id::trusted(id)), assessment, RECORDED)
}

pub fn arrival(at: OffsetDateTime, headcount: i32) -> Arrival {
    Arrival { name: String::new(), movement: String::new(), at, headcount }
}

pub fn step(state: &str, at: OffsetDateTime, ends_hold: bool) -> Step {
    Step {
        name: String::new(),
        contingent: String::new(),
        ends_hold,
        state: state.to_owned(),
        at,
        note: String::new(),
    }
}

fn name(rest: &str) -> String {
    format!("missions/haiti/{rest}")
}

fn area(code: &str, display_name: &str, level: i32, parent: Option<&str>) -> Resource {
    Resource::Area(Area {
        name: name(&format!("areas/{code}")),
        code: code.to_owned(),
        display_name: display_name.to_owned(),
        level,
        parent: parent.map(str::to_owned),
    })
}

fn partner(id: &str, display_name: &str, leads: bool, is_host_force: bool) -> Resource {
    Resource::Partner(Partner {
        name: name(&format!("partners/{id}")),
        display_name: display_name.to_owned(),
        country: String::new(),
        leads,
        is_host_force,
    })
}

pub fn pledge(id: &str, words: Option<&str>, confirmed_on: Option<Date>) -> Resource {
    Resource::Pledge(Pledge {
        name: name(&format!("pledges/{id}")),
        partner: name(&format!("partners/{id}")),
        size: words.map(|words| Quantity::read(words).unwrap()),
        offered_on: PartialDate::new(2023, 7, 29).unwrap(),
        confirmed_on,
        withdrawn_on: None,
        sources: vec![source("Reuters", date!(2024 - 02 - 29))],
    })
}

pub fn entry(id: &str, from: Account, to: Account, headcount: i32, at: OffsetDateTime) -> Resource {
    Resource::HeadcountEntry(HeadcountEntry {
        name: name(&format!("contingents/ken-1/headcountEntries/{id}")),
        contingent: name("contingents/ken-1"),
        from,
        to,
        headcount,
        effective_at: at,
        recorded_at: at,
        cause: FLIGHT.to_owned(),
    })
}

pub fn claim(id: &str, words: &str, publisher: &str) -> Resource {
    Resource::StrengthClaim(StrengthClaim {
        name: name(&format!("strengthClaims/{id}")),
        measure: Measure::Arrived,
        quantity: Quantity::read(words).unwrap(),
        as_of: LANDED.date(),
        subject: FLIGHT.to_owned(),
        note: String::new(),
        sources: vec![source(publisher, LANDED.date())],
    })
}

fn deployment() -> Vec<Resource> {
    let ready = datetime!(2024-06-24 9:00 UTC);
    let left = datetime!(2024-06-24 20:00 UTC);
    vec![
        Resource::Mission(Mission {
            name: mission().name(),
            display_name: "Multinational Security Support Mission to Haiti".to_owned(),
            host_country: "HTI".to_owned(),
            zone: Zone::UTC,
        }),
        area("HT", "Haiti", 0, None),
        area("HT01", "Ouest", 1, Some("HT")),
        area("HT0111", "Port-au-Prince", 2, Some("HT01")),
        area("HT05", "Artibonite", 1, Some("HT")),
        partner("ken", "Kenya", true, false),
        partner("bgd", "Bangladesh", false, false),
        partner("hnp", "Haitian National Police", false, true),
        mandate(),
        pledge("ken", Some("1,000"), Some(date!(2024 - 03 - 01))),
        pledge("bgd", None, None),
        contingent(ready),
        Resource::Movement(Movement {
            name: FLIGHT.to_owned(),
            contingent: name("contingents/ken-1"),
            homeward: false,
            origin: "Nairobi".to_owned(),
            destination: "Toussaint Louverture airport".to_owned(),
            destination_area: Some("HT0111".to_owned()),
            departed_at: Some(left),
            departed: 200,
            arrivals: vec![arrival(LANDED, 200)],
            sources: Vec::new(),
        }),
        entry("1", Account::Outside, Account::Ready, 400, ready),
        entry("2", Account::Ready, Account::InTransit, 200, left),
        entry("3", Account::InTransit, Account::Present, 200, LANDED),
        claim("star", "400", "The Star"),
        claim("koome", "200", "Inspector-General of Police"),
        port(),
    ]
}

fn mandate() -> Resource {
    Resource::Mandate(Mandate {
        name: name("mandates/s-res-2699"),
        authority: "United Nations Security Council".to_owned(),
        instrument: "S/RES/2699 (2023)".to_owned(),
        adopted_on: date!(2023 - 10 - 02),
        starts_at: datetime!(2023-10-02 0:00 UTC),
        ends_at: datetime!(2024-10-02 0:00 UTC),
        personnel_ceiling: None,
        planned_strength: Quantity::read("2,500"),
        tasks: vec!["Support to the police".to_owned(), "Security of sites.".to_owned()],
        sources: vec![source("United Nations", date!(2023 - 10 - 02))],
    })
}

fn contingent(ready: OffsetDateTime) -> Resource {
    Resource::Contingent(Contingent {
        name: name("contingents/ken-1"),
        display_name: "First Kenyan police contingent".to_owned(),
        partner: name("partners/ken"),
        state: "deploying".to_owned(),
        headcount: 400,
        steps: vec![step("ready", ready, false)],
        sources: Vec::new(),
    })
}

fn port() -> Resource {
    let status = |control: &str, holder: &str, at| SiteStatus {
        name: String::new(),
        site: String::new(),
        control: control.to_owned(),
        holder: holder.to_owned(),
        at,
        note: String::new(),
        sources: vec![source("Nation", date!(2024 - 07 - 18))],
    };
    Resource::Site(Site {
        name: name("sites/apn"),
        display_name: "Port of Port-au-Prince".to_owned(),
        area: "HT0111".to_owned(),
        history: vec![
            status("lost", "gangs", datetime!(2024-03-06 0:00 UTC)),
            status("secured", "Haitian National Police", datetime!(2024-07-17 0:00 UTC)),
        ],
    })
}
