//! What both services reason with: numbers with their bounds, dates, periods, sources, names.

pub mod as_of;
pub mod date;
pub mod name;
pub mod period;
pub mod quantity;
pub mod source;
pub mod stored;
pub mod words;
pub mod zone;

pub use self::as_of::AsOf;
pub use self::date::PartialDate;
pub use self::name::{Id, MissionId, Place};
pub use self::period::Period;
pub use self::quantity::{Qualifier, Quantity, Unit};
pub use self::source::Source;
pub use self::stored::{Collected, Stored};
pub use self::zone::Zone;
