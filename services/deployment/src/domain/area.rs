use muster_values::{MissionId, Source};
use time::OffsetDateTime;

/// An administrative unit with its P-code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    pub mission: MissionId,
    pub code: String,
    pub display_name: String,
    /// 0 for the country, 1, 2, 3 for what is below it.
    pub level: i32,
    pub parent: Option<String>,
    pub edition: String,
    pub sources: Vec<Source>,
    pub revision: i64,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
}
