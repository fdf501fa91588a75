//! Requests that change a movement.

use muster_values::Place;
use time::OffsetDateTime;

use super::Window;

/// A change of plan: the movement leaves later, or not at all.
#[derive(Clone, Copy, Debug)]
pub enum Replan {
    Delay(Window),
    Cancel,
}

/// People of a movement who left or arrived.
#[derive(Clone, Debug)]
pub struct Travel {
    pub place: Place,
    pub etag: String,
    pub effective_at: OffsetDateTime,
    pub headcount: i32,
    pub note: String,
}
