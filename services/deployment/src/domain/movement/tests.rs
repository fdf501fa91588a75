use time::macros::{date, datetime};

use super::*;

pub(super) const START: OffsetDateTime = datetime!(2024-06-24 20:00 UTC);

pub(super) fn planned() -> Movement {
    let place =
        |name: &str| MovementPlace { display_name: name.into(), locode: String::new(), area: None };
    Movement {
        contingent: Id::trusted("ken-1"),
        direction: Direction::Deployment,
        mode: Some(Mode::Air),
        carrier: String::new(),
        origin: place("Nairobi"),
        destination: place("Port-au-Prince"),
        planned: 400,
        window: window(&Zone::UTC),
        state: State::Planned,
        note: String::new(),
        sources: Vec::new(),
    }
}

pub(super) fn part(at: OffsetDateTime, headcount: i32) -> Arrival {
    Arrival { at, headcount, note: String::new(), entry: None }
}

#[test]
fn a_movement_may_arrive_in_parts_but_not_with_more_than_left() {
    let mut movement = planned();
    movement.depart(START, 300).unwrap();
    movement.arrive(&part(START + Duration::DAY, 200)).unwrap();
    assert_eq!(movement.state.word(), "arrived_in_part");
    let too_many = movement.arrive(&part(START + Duration::DAY, 101));
    let (account, at) = (Account::InTransit, START + Duration::DAY);
    let expected = Refused::TooMany { account, travelling: 100, asked: 101, at };
    assert_eq!(too_many, Err(expected));
    movement.arrive(&part(START + Duration::DAY, 100)).unwrap();
    let departure = Departure { at: START, headcount: 300 };
    let arrivals = Arrivals { count: 2, headcount: 300, last_at: START + Duration::DAY };
    assert_eq!(movement.state, State::Arrived { departure, arrivals });
}

#[test]
fn an_arrival_does_not_come_before_the_departure() {
    let mut movement = planned();
    movement.depart(START, 200).unwrap();
    let refused = movement.arrive(&part(START - Duration::SECOND, 200));
    assert!(matches!(refused, Err(Refused::Order(_))));
}

#[test]
fn those_who_are_on_the_way_home_are_returning() {
    let mut movement = Movement { direction: Direction::Repatriation, ..planned() };
    movement.depart(START, 200).unwrap();
    let refused = movement.arrive(&part(START, 201));
    assert!(matches!(refused, Err(Refused::TooMany { account: Account::Returning, .. })));
}

#[test]
fn the_earliest_time_is_told_as_the_wire_writes_times() {
    let mut movement = planned();
    movement.depart(START, 200).unwrap();
    let Err(Refused::Order(order)) = movement.arrive(&part(START - Duration::DAY, 1)) else {
        panic!("an arrival before the departure")
    };
    assert_eq!(order.earliest, "2024-06-24T20:00:00Z");
}

fn window(zone: &Zone) -> Window {
    let latest_arrival = Some(date!(2024 - 06 - 25));
    Window { latest_arrival, ..Window::default() }.at_place(zone)
}

#[test]
fn the_latest_day_ends_where_the_mission_is() {
    let haiti = "America/Port-au-Prince".parse().unwrap();
    let mut movement = Movement { window: window(&haiti), ..planned() };
    movement.depart(START, 200).unwrap();
    movement.arrive(&part(datetime!(2024-06-25 22:30 -4), 100)).unwrap();
    assert_eq!(movement.slippage(), None);
    movement.arrive(&part(datetime!(2024-06-26 0:30 -4), 100)).unwrap();
    assert_eq!(movement.slippage(), Some(Duration::MINUTE * 30));
}

#[test]
fn slippage_counts_from_the_end_of_the_latest_day() {
    let mut movement = planned();
    movement.depart(START, 200).unwrap();
    movement.arrive(&part(datetime!(2024-06-25 23:59 UTC), 100)).unwrap();
    assert_eq!(movement.slippage(), None);
    movement.arrive(&part(datetime!(2024-06-26 6:00 UTC), 100)).unwrap();
    assert_eq!(movement.slippage(), Some(Duration::HOUR * 6));
}
