use std::collections::BTreeMap;

use super::super::deployment::{Area, Resource};

/// Which area lies in which, by the gazetteer: two areas nest, or they have nothing in common.
#[derive(Debug)]
pub struct Areas<'r>(BTreeMap<&'r str, &'r Area>);

impl<'r> Areas<'r> {
    pub fn new(deployment: &'r [Resource]) -> Self {
        let area = |resource: &'r Resource| match resource {
            Resource::Area(area) => Some((area.code.as_str(), area)),
            _ => None,
        };
        Self(deployment.iter().filter_map(area).collect())
    }

    pub fn contains(&self, outer: &str, inner: &str) -> bool {
        self.up_from(inner).any(|area| area == outer)
    }

    pub fn overlap(&self, one: &str, other: &str) -> bool {
        self.contains(one, other) || self.contains(other, one)
    }

    /// How many areas it lies in.
    pub fn depth(&self, code: &str) -> usize {
        self.up_from(code).skip(1).count()
    }

    pub fn is_country(&self, code: &str) -> bool {
        self.0.get(code).is_some_and(|area| area.parent.is_none())
    }

    /// The country that an area lies in.
    pub fn country(&self, code: &str) -> Option<&'r Area> {
        self.up_from(code)
            .filter_map(|code| self.0.get(code))
            .find(|area| area.parent.is_none())
            .copied()
    }

    /// What people call it; its code where the gazetteer does not have it.
    pub fn display_name<'c>(&self, code: &'c str) -> &'c str
    where
        'r: 'c,
    {
        self.0.get(code).map_or(code, |area| &area.display_name)
    }

    /// All areas that overlap one: those that it lies in, itself, and those in it.
    pub fn overlapping(&self, code: &str) -> Vec<String> {
        let inside = self.0.keys().filter(|inner| self.contains(code, inner));
        let mut codes: Vec<String> =
            inside.copied().chain(self.up_from(code)).map(str::to_owned).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// An area and those that it lies in, the nearest first.
    pub fn up_from<'c>(&self, code: &'c str) -> impl Iterator<Item = &'c str>
    where
        'r: 'c,
    {
        let parent = |code: &&'c str| self.0.get(*code).and_then(|area| area.parent.as_deref());
        // A gazetteer with a ring in it must not hold us forever.
        std::iter::successors(Some(code), parent).take(self.0.len() + 1)
    }
}
