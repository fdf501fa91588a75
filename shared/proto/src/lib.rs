//! The wire types generated from `proto/`, and nothing else.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;
use prost_types::Timestamp;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/muster.rs"));
}

pub use generated::google;
pub use generated::muster::{common, deployment, reporting};

/// A resource's message, which says when it was recorded.
pub trait Recorded {
    /// Puts the moment at which this revision is recorded where the message says it; `first` for
    /// the first revision.
    fn record(&mut self, at: Timestamp, first: bool);
}

include!(concat!(env!("OUT_DIR"), "/recorded.rs"));

/// Every file under `proto/` with its imports, field rules and comments, for whoever asks a server
/// what it offers.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/documented.bin"));

/// Every message and service under `proto/`, with the field rules. The comments would be most of
/// what it holds in memory, and are not in it.
pub fn pool() -> &'static DescriptorPool {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        let bytes: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
        #[expect(clippy::expect_used, reason = "the build made these bytes, and tests read them")]
        DescriptorPool::decode(bytes).expect("descriptors of our own")
    });
    &POOL
}
