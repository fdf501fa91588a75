//! The wire types generated from `proto/`, and the traits of standard methods, which `build.rs`
//! implements for each message that has the fields and, for a request, the name (`GetRequest` for
//! every `Get…Request` that has a `name`).

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;
use prost_types::{FieldMask, Timestamp};

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

/// A resource's message, which says its name and its etag.
pub trait Identified {
    fn name(&self) -> &str;
    fn create_time(&self) -> Option<Timestamp>;

    /// Puts in what only the service says.
    fn identify(
        &mut self,
        name: String,
        etag: String,
        create_time: Timestamp,
        update_time: Timestamp,
    );
}

/// A request that creates a resource.
pub trait CreateRequest {
    type Resource;
    /// The request's field that has the resource.
    const FIELD: &'static str;
    /// The parent's name; empty for the missions.
    fn parent(&self) -> &str;
    fn id(&self) -> &str;
    fn into_resource(self) -> Option<Self::Resource>;
}

/// A request that changes some fields of a resource.
pub trait UpdateRequest {
    type Resource;
    /// The request's field that has the resource.
    const FIELD: &'static str;
    fn mask(&self) -> Option<&FieldMask>;
    fn etag(&self) -> &str;
    fn into_resource(self) -> Option<Self::Resource>;
}

/// A request that takes a resource away.
pub trait DeleteRequest {
    fn name(&self) -> &str;
    fn etag(&self) -> &str;
}

/// A request for one resource by its name.
pub trait GetRequest {
    fn name(&self) -> &str;
}

/// A request for several resources by their names.
pub trait BatchGetRequest {
    fn names(&self) -> &[String];
}

/// A request for a page of a collection.
pub trait ListRequest {
    /// The parent's name; empty for the missions.
    fn parent(&self) -> &str;
    fn page_size(&self) -> i32;
    fn page_token(&self) -> &str;
    fn filter(&self) -> &str;
    fn order_by(&self) -> &str;
}

/// An answer with resources of one collection.
pub trait Resources {
    type Item;
    /// The collection as it stands in names, such as `readinessChecks`.
    const COLLECTION: &'static str;
    /// An answer that has no pages drops the token.
    fn of(items: Vec<Self::Item>, next_page_token: String) -> Self;
}

include!(concat!(env!("OUT_DIR"), "/standard.rs"));

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
