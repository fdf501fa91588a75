//! What callers ask of a movement.

use muster_values::Place;
use time::OffsetDateTime;

use super::Window;

/// What a caller says of a movement that will not leave as planned.
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
