//! A scenario: everything known of one mission in one file, loaded through the public interface.
//!
//! Nothing here knows a resource by name: tables are matched with the `Create…` methods of the
//! protos, keys with their fields, so what is added there loads without a change here.

mod annotations;
mod catalogue;
mod moment;
mod reader;
mod plan;
mod compare;
mod history;
mod load;
mod partners;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage};
use prost_types::Timestamp;

pub use self::load::{Difference, Loader, Stopped, Summary};

/// A checked file: the calls that load it, in order.
#[derive(Clone, Debug)]
pub struct Scenario {
    mission: String,
    seen_from: Option<Timestamp>,
    calls: Vec<Call>,
    /// The partner's id of each resource that is one's own, by its name.
    partners: BTreeMap<String, String>,
}

/// One call of the public interface.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where the file asks for it.
    pub place: Location,
    /// The kind of the resource that it makes or changes, such as `readiness_checks`.
    pub table: String,
    /// That resource.
    pub name: String,
    pub method: MethodDescriptor,
    pub request: DynamicMessage,
    kind: CallKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallKind {
    Create,
    Step,
}

/// A place in a scenario file, such as `contingents "ken-1": steps[2].state`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    pub table: String,
    pub id: String,
    pub key: String,
}

/// A file that makes no scenario, with every reason.
#[derive(Debug)]
pub struct Invalid {
    file: String,
    problems: Vec<Problem>,
}

/// Something in a file that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Location,
    pub what: String,
}

impl Scenario {
    /// Reads and checks a whole file; its name is for what is said about it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Invalid> {
        let invalid = |problems| Invalid { file: file.to_owned(), problems };
        let document = text.parse().map_err(|error: toml::de::Error| {
            invalid(vec![Problem { place: Location::default(), what: error.to_string() }])
        })?;
        plan::plan(&document).map_err(invalid)
    }

    /// The mission's id.
    pub fn mission(&self) -> &str {
        &self.mission
    }

    /// The moment from which the mission is best seen, where the file names one.
    pub fn seen_from(&self) -> Option<Timestamp> {
        self.seen_from
    }

    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The id of the partner whose own the resource of a call is.
    pub fn partner_of(&self, call: &Call) -> Option<&str> {
        self.partners.get(&call.name).map(String::as_str)
    }

    /// The ids of the partners that have something of their own.
    pub fn partners(&self) -> BTreeSet<&str> {
        self.partners.values().map(String::as_str).collect()
    }

    /// How many records of each table it holds, in the order of loading.
    pub fn counts(&self) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for call in self.calls.iter().filter(|call| call.creates()) {
            match counts.iter_mut().find(|(counted, _)| *counted == call.table) {
                Some((_, count)) => *count += 1,
                None => counts.push((&call.table, 1)),
            }
        }
        counts
    }
}

impl Call {
    /// Whether it makes a resource; otherwise it is a step of one.
    pub fn creates(&self) -> bool {
        self.kind == CallKind::Create
    }

    fn request_id(&self) -> String {
        text(&self.request, "request_id")
    }

    /// The name of the resource that the call is about: of a part, where a step names one.
    fn target(&self) -> String {
        let named = text(&self.request, "name");
        let named = if named.is_empty() {
            self.updated().map(|resource| text(resource, "name")).unwrap_or_default()
        } else {
            named
        };
        if self.creates() || named.is_empty() { self.name.clone() } else { named }
    }

    /// The resource that an update gives.
    fn updated(&self) -> Option<&DynamicMessage> {
        self.resource().filter(|_| self.kind == CallKind::Step)
    }

    /// The resource that the request gives.
    fn resource(&self) -> Option<&DynamicMessage> {
        let mut messages = self.request.fields().filter_map(|(_, value)| value.as_message());
        messages.find(|message| message.descriptor() == self.method.output())
    }
}

fn text(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field);
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

impl Invalid {
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if !self.id.is_empty() {
            write!(f, " {:?}", self.id)?;
        }
        match (self.table.as_str(), self.key.as_str()) {
            (_, "") => Ok(()),
            ("", key) => f.write_str(key),
            (_, key) => write!(f, ": {key}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place == Location::default() {
            return f.write_str(&self.what);
        }
        write!(f, "{} {}", self.place, self.what)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, problems } = self;
        match problems.as_slice() {
            [one] => write!(f, "{file}: {one}"),
            many => {
                write!(f, "{file} has {} problems", many.len())?;
                many.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Invalid {}
