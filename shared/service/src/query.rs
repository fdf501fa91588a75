//! What a list is asked for besides its page: a filter as in AIP-160 and an order as in AIP-132,
//! over the fields of the resource that is listed.
//!
//! <https://google.aip.dev/160>, <https://google.aip.dev/132>

mod filter;
mod order;
mod path;
mod scalar;

pub use self::{filter::Filter, order::Order};
