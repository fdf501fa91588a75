use muster_values::{Collected, Source};

/// An administrative unit with its P-code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub display_name: String,
    /// 0 for the country, 1, 2, 3 for what is below it.
    pub level: i32,
    pub parent: Option<String>,
    pub edition: String,
    pub sources: Vec<Source>,
}

impl Collected for Area {
    const COLLECTION: &'static str = "areas";
}
