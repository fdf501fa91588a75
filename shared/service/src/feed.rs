//! The change feed: read it from the database, serve it, follow it.

mod log;
mod frame;
mod window;
mod commits;
mod sight;
mod hub;
mod watcher;
mod body;
mod seen;
mod snapshot;
mod compact;
mod serve;
mod follow;

pub use self::body::{Watch, layer};
pub use self::commits::Commits;
pub use self::compact::{compact, keep};
pub use self::follow::{Applied, Follower, follow};
pub use self::log::Head;
pub use self::seen::check_token;
pub use self::serve::Feed;
pub use self::sight::Sight;
pub use self::snapshot::Parts;
