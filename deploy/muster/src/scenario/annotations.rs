//! What the protos say of a field beyond its type.

use std::{borrow::Cow, sync::LazyLock};

use muster_service::rules::pool;
use prost_reflect::{FieldDescriptor, Value};
use regex::Regex;

static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "the pattern is a constant and tests read it")]
    Regex::new(r"/\(?([a-z][A-Za-z|]*)\)?/").unwrap()
});

/// Whether only the service sets the field.
pub fn is_output_only(field: &FieldDescriptor) -> bool {
    const OUTPUT_ONLY: i32 = 3;
    let Some(behavior) = pool().get_extension_by_name("google.api.field_behavior") else {
        return false;
    };
    let options = field.options();
    let values = options.get_extension(&behavior);
    let mut values = values.as_list().unwrap_or_default().iter();
    values.any(|value| value.as_enum_number() == Some(OUTPUT_ONLY))
}

/// The collections of the resource names that a field takes, one list for each level below the
/// mission; `None` where it takes no name of a mission's resource.
pub fn collections(field: &FieldDescriptor) -> Option<Vec<Vec<String>>> {
    let pattern = pattern(field)?;
    if !pattern.trim_start_matches(['^', '(']).starts_with("missions/") {
        return None;
    }
    let level = |names: &str| names.split('|').map(str::to_owned).collect();
    Some(
        LEVEL
            .captures_iter(&pattern)
            .filter_map(|found| Some(level(found.get(1)?.as_str())))
            .collect(),
    )
}

/// The `string.pattern` of `buf.validate.field`.
fn pattern(field: &FieldDescriptor) -> Option<String> {
    let extension = pool().get_extension_by_name("buf.validate.field")?;
    let options = field.options();
    let rules = options.get_extension(&extension);
    let inner =
        |value: &Value, name| value.as_message()?.get_field_by_name(name).map(Cow::into_owned);
    let pattern = inner(&inner(&rules, "string")?, "pattern")?;
    pattern.as_str().filter(|pattern| !pattern.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str, field: &str) -> Option<Vec<Vec<String>>> {
        let message = pool().get_message_by_name(&format!("muster.{message}")).unwrap();
        collections(&message.get_field_by_name(field).unwrap())
    }

    #[test]
    fn references_are_read_from_the_rules() {
        assert_eq!(of("deployment.v1.Area", "parent_area").unwrap(), [["areas"]]);
        assert_eq!(
            of("deployment.v1.StrengthClaim", "subject").unwrap(),
            [["partners", "contingents", "movements"]]
        );
        assert_eq!(
            of("deployment.v1.GetReadinessCheckRequest", "name").unwrap(),
            [["contingents"], ["readinessChecks"]]
        );
        assert!(of("deployment.v1.GetMissionRequest", "name").unwrap().is_empty());
        assert!(of("deployment.v1.Site", "area_code").is_none());
        assert!(of("deployment.v1.Site", "display_name").is_none());
    }
}
