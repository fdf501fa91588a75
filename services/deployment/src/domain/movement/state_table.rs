use time::{Duration, OffsetDateTime};

use super::{
    tests::{START, part, planned},
    *,
};
use crate::domain::transitions::{Verb, walk};

const LATER: OffsetDateTime = START.saturating_add(Duration::DAY);

#[test]
fn every_verb_in_every_state() {
    walk(
        "
state            depart    arrive in part   arrive   delay    cancel     update  replan  correct
planned          departed  -                -        delayed  cancelled  =       =       -
delayed          departed  -                -        =        cancelled  =       =       -
departed         -         arrived_in_part  arrived  -        -          =       -       -
arrived_in_part  -         =                arrived  -        -          =       -       =
arrived          -         -                -        -        -          =       -       =
cancelled        -         -                -        -        -          =       -       -
        ",
        "the movement",
        &states().map(|state| Movement { state, ..planned() }),
        |movement| movement.state.word().to_owned(),
        &verbs(),
    );
}

fn states() -> [State; 6] {
    let departure = Departure { at: START, headcount: 300 };
    let arrivals = |headcount| Arrivals { count: 1, headcount, last_at: START };
    [
        State::Planned,
        State::Delayed,
        State::Departed(departure),
        State::ArrivedInPart { departure, arrivals: arrivals(100) },
        State::Arrived { departure, arrivals: arrivals(300) },
        State::Cancelled,
    ]
}

fn verbs() -> [Verb<Movement, Refused>; 8] {
    let before_departure = "PLANNED or DELAYED";
    let on_the_way = "DEPARTED or ARRIVED_IN_PART";
    [
        Verb {
            name: "depart",
            needs: before_departure,
            run: |movement| movement.depart(START, 300),
        },
        Verb {
            name: "arrive in part",
            needs: on_the_way,
            run: |movement| movement.arrive(&part(LATER, 50)),
        },
        Verb {
            name: "arrive",
            needs: on_the_way,
            run: |movement| {
                let brought = movement.state.arrivals().map_or(0, |arrivals| arrivals.headcount);
                movement.arrive(&part(LATER, 300 - brought))
            },
        },
        Verb {
            name: "delay",
            needs: before_departure,
            run: |movement| movement.delay(Window::default(), "storm".into()),
        },
        Verb {
            name: "cancel",
            needs: before_departure,
            run: |movement| movement.cancel("no longer needed".into()),
        },
        Verb {
            name: "update",
            needs: "any state",
            run: |movement| {
                let said = Movement { carrier: "Kenya Airways".into(), ..planned() };
                update(movement, said)
            },
        },
        Verb {
            name: "replan",
            needs: before_departure,
            run: |movement| update(movement, Movement { planned: 401, ..planned() }),
        },
        Verb {
            name: "correct",
            needs: "ARRIVED_IN_PART or ARRIVED",
            run: |movement| movement.correct_last_arrival(LATER),
        },
    ]
}

/// Puts what a caller says in the place of a movement.
fn update(movement: &mut Movement, mut said: Movement) -> Result<(), Refused> {
    said.keep_progress_of(movement)?;
    *movement = said;
    Ok(())
}
