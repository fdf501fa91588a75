//! How programs speak to the services: one [`Kit`] over all replicas of a service, under every
//! generated client. It sends calls to replicas that say they serve, gives each call a deadline,
//! notices a silent network, and repeats what is safe to repeat – and nothing else.
//!
//! ```no_run
//! use muster_client::{Kit, Policy, Token};
//! use muster_proto::deployment::v1::{
//!     GetContingentRequest, contingent_service_client::ContingentServiceClient,
//! };
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let kit = Kit::new("http://deployment-1:50051,http://deployment-2:50051", Policy::default())?
//!     .showing(Token::file("/run/secrets/muster.token"));
//! let mut contingents = ContingentServiceClient::new(kit);
//! let name = "missions/haiti-mss/contingents/ken-1".into();
//! let request = GetContingentRequest { name, ..GetContingentRequest::default() };
//! println!("{:?}", contingents.get_contingent(request).await?.into_inner());
//! # Ok(())
//! # }
//! ```
//!
//! What is safe to repeat, the contract says: a method marked `NO_SIDE_EFFECTS`, and a change
//! that carries a `request_id`. A change without one is sent once; only where it certainly never
//! left is it given to another replica.

mod kit;
mod policy;
mod replica;
mod method;
mod attempt;
mod outcome;
mod deadline;
mod token;
mod follow;

pub use self::follow::{Follow, Step, passes};
pub use self::kit::{BadUrl, Kit};
pub use self::outcome::wait;
pub use self::policy::Policy;
pub use self::token::Token;
