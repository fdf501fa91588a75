//! Resource names: what is read from a name makes the same name again, and no part is empty.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_values::{MissionId, name::child, name::grandchild, name::optional_sibling, name::sibling};

const OUTER: &str = "contingents";
const INNER: &str = "readinessChecks";

fuzz_target!(|name: &str| {
    let mut readings = 0;
    if let Ok(mission) = MissionId::parse(name) {
        assert_eq!(mission.name(), name);
        assert!(!mission.as_str().is_empty());
        readings += 1;
    }
    if let Ok((mission, id)) = child(name, OUTER) {
        assert_eq!(mission.child(OUTER, &id), name);
        assert!(!mission.as_str().is_empty() && !id.as_str().is_empty());
        assert_eq!(sibling(&mission, name, OUTER), Ok(id));
        assert!(sibling(&MissionId::trusted(format!("{mission}x")), name, OUTER).is_err());
        readings += 1;
    }
    if let Ok((mission, parent, id)) = grandchild(name, OUTER, INNER) {
        assert_eq!(format!("{}/{INNER}/{id}", mission.child(OUTER, &parent)), name);
        assert!([mission.as_str(), parent.as_str(), id.as_str()].iter().all(|id| !id.is_empty()));
        readings += 1;
    }
    assert!(readings <= 1, "a name has two meanings");
    let mission = MissionId::trusted("m");
    assert_eq!(optional_sibling(&mission, name, OUTER) == Ok(None), name.is_empty());
});
