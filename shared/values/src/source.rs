//! Who made a claim.

use serde::{Deserialize, Serialize};

use crate::PartialDate;

/// Who made a claim, where it can be read, and how far to trust it. Its JSON leaves out fields that
/// are not known, so that rows stay small.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    pub publisher: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication_date: Option<PartialDate>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub locator: String,
    /// 0 where not graded, 1 (A) to 6 (F).
    #[serde(skip_serializing_if = "is_ungraded")]
    pub reliability: i32,
    /// 0 where not graded, 1 to 6.
    #[serde(skip_serializing_if = "is_ungraded")]
    pub credibility: i32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_ungraded(grade: &i32) -> bool {
    *grade == 0
}
