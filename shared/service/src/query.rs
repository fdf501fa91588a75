//! The filter (AIP-160) and the order (AIP-132) of a list, over the fields of the resource that is
//! listed.
//!
//! <https://google.aip.dev/160>, <https://google.aip.dev/132>

mod filter;
mod order;
mod path;
mod scalar;
#[cfg(test)]
mod tests;

pub use self::{filter::Filter, order::Order};
