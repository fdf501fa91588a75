//! The change feed: read it from the database, serve it, follow it.

mod log;
mod seen;
mod serve;
mod follow;

pub use self::follow::{Applied, Follower, follow, is_lost};
pub use self::log::Head;
pub use self::serve::{Feed, Watch};
