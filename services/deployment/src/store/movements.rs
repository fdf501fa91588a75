use muster_service::{table, table::Arguments};
use muster_values::{Place, Stored};
use sqlx::PgConnection;

use super::Error;
use crate::domain::movement::{Arrival, Movement};

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
        state: Text,
        departed_at: Plain,
        departed: Plain,
        arrivals: Plain,
        arrived: Plain,
        last_arrived_at: Plain,
        note: Plain,
        sources: Json,
    }
}

table! {
    Arrival in "deployment.arrivals" by ["mission", "movement", "id"] {
        at as "arrived_at": Plain,
        headcount: Plain,
        note: Plain,
        entry: OptionalText,
    }
}

/// Every arrival of a movement, in the order in which they were recorded.
pub async fn arrivals(
    db: &mut PgConnection,
    movement: &Place,
) -> Result<Vec<Stored<Arrival>>, Error> {
    let rest = "where mission = $1 and movement = $2 order by id";
    let bind = |arguments: &mut Arguments| {
        arguments.add(movement.mission.as_str())?;
        arguments.add(movement.id.as_str())
    };
    table::select(db, rest, bind).await
}
