use muster_service::table;

use crate::domain::movement::Movement;

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
        arrivals: Json,
        note: Plain,
        sources: Json,
    }
}
