//! The wire types generated from `proto/`, and nothing else.

mod generated {
    include!(concat!(env!("OUT_DIR"), "/muster.rs"));
}

pub use generated::google;
pub use generated::muster::{common, deployment, reporting};

/// Every file under `proto/` with its imports, comments and field rules.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
