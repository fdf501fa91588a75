use time::OffsetDateTime;

/// Of which moment a read is asked: what was known by then, of what stood in the database by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AsOf {
    /// `None` for everything that is known.
    pub known_by: Option<OffsetDateTime>,
    /// `None` for everything that is recorded.
    pub recorded_by: Option<OffsetDateTime>,
}
