//! Whose each resource of a scenario is: a contributor may record what is its own partner's.

use std::collections::BTreeMap;

use super::{Call, text};

/// The partner's id of each resource, by its name: of the partner that it names itself, or else of
/// the resource that it names or is a part of.
pub fn of_resources(calls: &[Call]) -> BTreeMap<String, String> {
    let mut partners = BTreeMap::new();
    for call in calls.iter().filter(|call| call.creates()) {
        if let Some(partner) = partner(call, &partners) {
            partners.insert(call.name.clone(), partner);
        }
    }
    partners
}

fn partner(call: &Call, known: &BTreeMap<String, String>) -> Option<String> {
    let resource = call.resource()?;
    let named = text(resource, "partner");
    if let Some((_, id)) = named.rsplit_once('/') {
        return Some(id.to_owned());
    }
    let names: Vec<&str> = resource.fields().filter_map(|(_, value)| value.as_str()).collect();
    let whole = call.name.rsplitn(3, '/').nth(2).unwrap_or_default();
    names.into_iter().chain([whole]).find_map(|name| known.get(name).cloned())
}
