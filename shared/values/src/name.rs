//! Resource names: `missions/{mission}/{collection}/{id}[/{collection}/{id}]`.

use std::{fmt, str::FromStr};

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

/// Where a record belongs: its mission, the record inside the mission that it is a part of, and
/// its own id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub mission: MissionId,
    pub outer: Option<Id>,
    pub id: Id,
}

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
    pub fn trusted(id: impl Into<String>) -> Self {
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
    pub fn trusted(id: impl Into<String>) -> Self {
        Self(id.into())
    }
}

/// Reads an id as it stands in a name or a column.
impl FromStr for Id {
    type Err = BadName;

    fn from_str(id: &str) -> Result<Self, BadName> {
        if id.is_empty() || id.contains('/') {
            return Err(BadName("be an id".to_owned()));
        }
        Ok(Self(id.to_owned()))
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

impl Place {
    /// A record of the mission itself.
    pub fn new(mission: MissionId, id: Id) -> Self {
        Self { mission, outer: None, id }
    }

    /// The name of a record of this collection at this place: `missions` for missions themselves,
    /// `contingents/readinessChecks` for parts of something in the mission.
    pub fn name(&self, collection: &str) -> String {
        let mission = self.mission.name();
        match (collection.split_once('/'), &self.outer) {
            _ if collection == "missions" => mission,
            (Some((outer, inner)), Some(within)) => {
                format!("{mission}/{outer}/{within}/{inner}/{}", self.id)
            }
            _ => format!("{mission}/{collection}/{}", self.id),
        }
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

/// Reads the name of a record of a collection: `missions`, `pledges` or
/// `contingents/readinessChecks`.
pub fn place(name: &str, collection: &str) -> Result<Place, BadName> {
    if collection == "missions" {
        let mission = MissionId::parse(name)?;
        return Ok(Place { id: Id(mission.0.clone()), mission, outer: None });
    }
    match collection.split_once('/') {
        Some((outer, inner)) => {
            let (mission, parent, id) = grandchild(name, outer, inner)?;
            Ok(Place { mission, outer: Some(parent), id })
        }
        None => child(name, collection).map(|(mission, id)| Place::new(mission, id)),
    }
}

/// Reads the place of a record that is to be created in a parent.
pub fn place_in(parent: &str, collection: &str, id: Id) -> Result<Place, BadName> {
    match collection.split_once('/') {
        _ if collection == "missions" => Ok(Place::new(MissionId(id.as_str().to_owned()), id)),
        Some((outer, _)) => {
            let (mission, parent) = child(parent, outer)?;
            Ok(Place { mission, outer: Some(parent), id })
        }
        None => Ok(Place::new(MissionId::parse(parent)?, id)),
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
        let mission = MissionId::trusted("haiti");
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
