use muster_service::{table, table::Arguments, table::BoxError, table::Spread, table::misfit};
use sqlx::{Row, postgres::PgRow};
use time::OffsetDateTime;

use crate::domain::movement::{Arrival, Arrivals, Departure, Movement, State};

/// The word of a state, who left, and the sum of the arrivals.
struct StateColumns;

impl Spread<State> for StateColumns {
    const COLUMNS: &'static [&'static str] =
        &["state", "departed_at", "departed", "arrivals", "arrived", "last_arrived_at"];

    fn bind(value: &State, arguments: &mut Arguments) -> Result<(), BoxError> {
        let (departure, arrivals) = (value.departure(), value.arrivals());
        arguments.add(value.word())?;
        arguments.add(departure.map(|departure| departure.at))?;
        arguments.add(departure.map_or(0, |departure| departure.headcount))?;
        arguments.add(arrivals.map_or(0, |arrivals| arrivals.count))?;
        arguments.add(arrivals.map_or(0, |arrivals| arrivals.headcount))?;
        arguments.add(arrivals.map(|arrivals| arrivals.last_at))
    }

    fn read(row: &PgRow) -> Result<State, sqlx::Error> {
        let word = row.try_get("state")?;
        let departed = (row.try_get("departed_at")?, row.try_get("departed")?);
        let arrived =
            (row.try_get("last_arrived_at")?, row.try_get("arrivals")?, row.try_get("arrived")?);
        state(word, departed, arrived).ok_or_else(|| misfit("state", word))
    }
}

/// The state that columns hold; `None` where they fit none.
fn state(
    word: &str,
    departed: (Option<OffsetDateTime>, i32),
    arrived: (Option<OffsetDateTime>, i32, i32),
) -> Option<State> {
    let departure = match departed {
        (Some(at), headcount @ 1..) => Some(Departure { at, headcount }),
        (None, 0) => None,
        _ => return None,
    };
    let arrivals = match arrived {
        (Some(last_at), count @ 1.., headcount @ 1..) => {
            Some(Arrivals { count, headcount, last_at })
        }
        (None, 0, 0) => None,
        _ => return None,
    };
    match (word, departure, arrivals) {
        ("planned", None, None) => Some(State::Planned),
        ("delayed", None, None) => Some(State::Delayed),
        ("cancelled", None, None) => Some(State::Cancelled),
        ("departed", Some(departure), None) => Some(State::Departed(departure)),
        ("arrived_in_part", Some(departure), Some(arrivals)) => {
            Some(State::ArrivedInPart { departure, arrivals })
        }
        ("arrived", Some(departure), Some(arrivals)) => {
            Some(State::Arrived { departure, arrivals })
        }
        _ => None,
    }
}

table! {
    Movement in "deployment.movements" by ["mission", "id"] {
        contingent: Text,
        direction: Text,
        mode: OptionalText,
        carrier: Plain,
        origin: Json,
        destination: Json,
        planned: Plain,
        window as "plan": Json,
        note: Plain,
        sources: Json,
    }
    spread { state: StateColumns, }
}

table! {
    Arrival in "deployment.arrivals" by ["mission", "movement", "id"] {
        at as "arrived_at": Plain,
        headcount: Plain,
        note: Plain,
        entry: OptionalText,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_state_stands_with_its_own_columns_only() {
        let at = Some(datetime!(2024-06-24 20:00 UTC));
        let (stays, left) = ((None, 0), (at, 300));
        let (nobody, some) = ((None, 0, 0), (at, 1, 200));
        let columns = [(stays, nobody), (left, nobody), (left, some), (stays, some)];
        let table = [
            // The word         before departure  departed  and arrived  arrived alone
            ("planned", [true, false, false, false]),
            ("delayed", [true, false, false, false]),
            ("cancelled", [true, false, false, false]),
            ("departed", [false, true, false, false]),
            ("arrived_in_part", [false, false, true, false]),
            ("arrived", [false, false, true, false]),
            ("lost", [false, false, false, false]),
        ];
        for (word, fits) in table {
            for ((departed, arrived), fits) in columns.into_iter().zip(fits) {
                let read = state(word, departed, arrived);
                let expected = fits.then_some(word);
                assert_eq!(read.map(|state| state.word()), expected, "{departed:?} {arrived:?}");
            }
        }
    }

    #[test]
    fn a_number_stands_with_its_moment_only() {
        let at = Some(datetime!(2024-06-24 20:00 UTC));
        for departed in [(at, 0), (None, 300)] {
            assert_eq!(state("departed", departed, (None, 0, 0)), None);
        }
        for arrived in [(at, 0, 200), (at, 1, 0), (None, 1, 200)] {
            assert_eq!(state("arrived", (at, 300), arrived), None);
        }
    }
}
