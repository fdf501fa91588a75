//! Who made a claim.

use serde::{Deserialize, Serialize};

use crate::PartialDate;

/// Who made a claim, where it can be read, and how far to trust it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub publisher: String,
    pub title: String,
    pub uri: String,
    pub publication_date: Option<PartialDate>,
    pub excerpt: String,
    pub locator: String,
    /// 0 where not graded, 1 (A) to 6 (F).
    pub reliability: i32,
    /// 0 where not graded, 1 to 6.
    pub credibility: i32,
}
