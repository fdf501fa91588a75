//! Resource names: `missions/{mission}/{collection}/{id}[/{collection}/{id}]`.

use std::fmt;

/// A name of another form than the one that was asked for; it says which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must {0}")]
pub struct BadName(String);

/// The id of a mission: 1 to 63 lower-case letters, digits and dashes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MissionId(String);

/// The id of a resource within its collection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl MissionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The mission's resource name.
    pub fn name(&self) -> String {
        format!("missions/{}", self.0)
    }

    /// The name of one of the mission's resources.
    pub fn child(&self, collection: &str, id: &Id) -> String {
        format!("missions/{}/{collection}/{id}", self.0)
    }

    /// Takes an id that is known to be well formed: from a checked request or the database.
    pub fn known(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// Reads `missions/{mission}`.
    pub fn parse(name: &str) -> Result<Self, BadName> {
        match parts(name)[..] {
            ["missions", mission] => Ok(Self(mission.to_owned())),
            _ => Err(BadName("be missions/{mission}".to_owned())),
        }
    }

    /// Reads the mission of a name that begins with `missions/{mission}`.
    pub fn of(name: &str) -> Result<Self, BadName> {
        let first_two: Vec<&str> = name.split('/').take(2).collect();
        Self::parse(&first_two.join("/"))
    }
}

impl Id {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes an id that is known to be well formed: from a checked request or the database.
    pub fn known(id: impl Into<String>) -> Self {
        Self(id.into())
    }
}

impl fmt::Display for MissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The parts of a name, of which none is empty; no parts where one is.
fn parts(name: &str) -> Vec<&str> {
    let parts: Vec<&str> = name.split('/').collect();
    if parts.contains(&"") { Vec::new() } else { parts }
}

/// Reads `missions/{mission}/{collection}/{id}`.
pub fn child(name: &str, collection: &str) -> Result<(MissionId, Id), BadName> {
    match parts(name)[..] {
        ["missions", mission, found, id] if found == collection => {
            Ok((MissionId(mission.to_owned()), Id(id.to_owned())))
        }
        _ => Err(BadName(format!("be missions/{{mission}}/{collection}/{{id}}"))),
    }
}

/// Reads `missions/{mission}/{outer}/{id}/{inner}/{id}`.
pub fn grandchild(name: &str, outer: &str, inner: &str) -> Result<(MissionId, Id, Id), BadName> {
    match parts(name)[..] {
        ["missions", mission, first, parent, second, id] if first == outer && second == inner => {
            Ok((MissionId(mission.to_owned()), Id(parent.to_owned()), Id(id.to_owned())))
        }
        _ => Err(BadName(format!("be missions/{{mission}}/{outer}/{{id}}/{inner}/{{id}}"))),
    }
}

/// Reads a reference to a resource of the same mission.
pub fn sibling(mission: &MissionId, name: &str, collection: &str) -> Result<Id, BadName> {
    let (found, id) = child(name, collection)?;
    if found == *mission { Ok(id) } else { Err(BadName(format!("belong to {}", mission.name()))) }
}

/// Reads a reference that may be absent.
pub fn optional_sibling(
    mission: &MissionId,
    name: &str,
    collection: &str,
) -> Result<Option<Id>, BadName> {
    if name.is_empty() { Ok(None) } else { sibling(mission, name, collection).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_into_another_mission_is_refused() {
        let mission = MissionId::known("haiti");
        assert!(sibling(&mission, "missions/haiti/pledges/ken", "pledges").is_ok());
        assert!(sibling(&mission, "missions/other/pledges/ken", "pledges").is_err());
        assert!(sibling(&mission, "missions/haiti/sites/ken", "pledges").is_err());
    }

    #[test]
    fn a_name_with_an_empty_part_is_none() {
        assert!(MissionId::parse("missions/").is_err());
        assert!(child("missions/haiti/pledges/", "pledges").is_err());
        assert!(grandchild("missions//contingents/c/checks/r", "contingents", "checks").is_err());
    }
}
