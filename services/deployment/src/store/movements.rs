use muster_service::table;

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
