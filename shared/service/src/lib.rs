//! What every service has besides its own business. A request passes `server`, `call` and `work`,
//! whose commit appends what changed; `feed` tells watchers and followers of it.

pub mod config;
pub mod run;
pub mod server;
pub mod health;
pub mod identity;
pub mod policy;
pub mod context;
pub mod deadline;
pub mod call;
pub mod rules;
pub mod field;
pub mod status;
pub mod page;
pub mod wire;
pub mod words;
pub mod database;
pub mod schema;
pub mod gather;
pub mod heavy;
pub mod resource;
pub mod history;
pub mod reader;
pub mod query;
pub mod standard;
pub mod table;
pub mod work;
pub mod token;
pub mod feed;
pub mod clock;
pub mod shutdown;
pub mod telemetry;
pub mod repeated;
pub mod fault;

pub use self::call::{Answer, Call, answer};
pub use self::clock::Clock;
pub use self::config::ServiceConfig;
pub use self::context::Context;
pub use self::database::Database;
pub use self::field::{AtField, FieldViolation, Required};
pub use self::gather::Gather;
pub use self::resource::Resource;
pub use self::schema::Schema;
pub use self::shutdown::Shutdown;
pub use self::status::{Reason, Refusal};
pub use self::work::{Committed, Failure, Work};
