//! Turns TOML tables into messages, and says of each key that does not fit where it stands.

use std::collections::BTreeMap;

use muster_service::wire;
use muster_values::PartialDate;
use prost::Message;
use prost_reflect::{
    DynamicMessage, EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor, Value,
};
use toml::{Table, Value as Given};

use super::{Location, Problem, annotations, moment};

/// The named sources of a file.
pub type Sources = BTreeMap<String, DynamicMessage>;

/// Reads the tables of one entry of a file.
pub struct Reader<'s> {
    mission: &'s str,
    sources: &'s Sources,
    place: Location,
    path: Vec<String>,
    problems: Vec<Problem>,
}

impl<'s> Reader<'s> {
    pub fn new(mission: &'s str, sources: &'s Sources, table: &str, id: &str) -> Self {
        let place = Location { table: table.to_owned(), id: id.to_owned(), key: String::new() };
        Self { mission, sources, place, path: Vec::new(), problems: Vec::new() }
    }

    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub fn problem_count(&self) -> usize {
        self.problems.len()
    }

    /// Where the reader stands.
    pub fn place(&self) -> Location {
        Location { key: self.path.join("."), ..self.place.clone() }
    }

    pub fn problem(&mut self, what: impl Into<String>) {
        let place = self.place();
        self.problems.push(Problem { place, what: what.into() });
    }

    /// Reads something that stands at a key.
    pub fn at<T>(&mut self, key: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.into());
        let result = read(self);
        self.path.pop();
        result
    }

    /// Reads the fields of a message; `aside` are keys that mean something else.
    pub fn message(
        &mut self,
        kind: &MessageDescriptor,
        table: &Table,
        aside: &[&str],
    ) -> DynamicMessage {
        let mut message = DynamicMessage::new(kind.clone());
        for (key, given) in table.iter().filter(|(key, _)| !aside.contains(&key.as_str())) {
            self.at(key, |reader| reader.set(&mut message, key, given));
        }
        message
    }

    fn set(&mut self, message: &mut DynamicMessage, key: &str, given: &Given) {
        let kind = prost_reflect::ReflectMessage::descriptor(message);
        let Some(field) = kind.get_field_by_name(key) else {
            return self.problem(format!("is no field of {}", kind.name()));
        };
        if annotations::is_output_only(&field) {
            return self.problem("is set by the service");
        }
        if let Some(oneof) = field.containing_oneof().filter(|oneof| !oneof.is_synthetic())
            && let Some(other) = oneof.fields().find(|other| message.has_field(other))
        {
            return self.problem(format!("cannot stand beside {}", other.name()));
        }
        if let Some(value) = self.field(&field, given) {
            message.set_field(&field, value);
        }
    }

    fn field(&mut self, field: &FieldDescriptor, given: &Given) -> Option<Value> {
        if field.is_map() {
            self.problem("is a map, which no scenario can give");
            return None;
        }
        if !field.is_list() {
            return self.single(field, given);
        }
        let Given::Array(items) = given else { return self.mismatch("an array", given) };
        let key = self.path.pop().unwrap_or_default();
        let values = (items.iter().enumerate())
            .filter_map(|(index, item)| {
                self.at(format!("{key}[{index}]"), |reader| reader.single(field, item))
            })
            .collect();
        self.path.push(key);
        Some(Value::List(values))
    }

    fn single(&mut self, field: &FieldDescriptor, given: &Given) -> Option<Value> {
        match (field.kind(), given) {
            (Kind::Message(message), given) => {
                self.message_value(&message, given).map(Value::Message)
            }
            (Kind::Enum(values), Given::String(word)) => self.enumeration(&values, word),
            (Kind::Enum(_), given) => self.mismatch("one of the enum's words", given),
            (Kind::String, Given::String(text)) => self.string(field, text).map(Value::String),
            (Kind::String, given) => self.mismatch("a string", given),
            (Kind::Bool, Given::Boolean(value)) => Some(Value::Bool(*value)),
            (Kind::Bool, given) => self.mismatch("true or false", given),
            (Kind::Double, Given::Float(value)) => Some(Value::F64(*value)),
            (Kind::Double, Given::Integer(value)) => {
                self.fitting(i32::try_from(*value).map(f64::from)).map(Value::F64)
            }
            (Kind::Double, given) => self.mismatch("a number", given),
            (Kind::Int64, Given::Integer(value)) => Some(Value::I64(*value)),
            (Kind::Int32, Given::Integer(value)) => {
                self.fitting(i32::try_from(*value)).map(Value::I32)
            }
            (Kind::Int64 | Kind::Int32, given) => self.mismatch("an integer", given),
            (kind, _) => {
                self.problem(format!("is of the type {kind:?}, which no scenario can give"));
                None
            }
        }
    }

    /// Messages that TOML has a shorter form for.
    fn message_value(&mut self, kind: &MessageDescriptor, given: &Given) -> Option<DynamicMessage> {
        match (kind.full_name(), given) {
            ("google.protobuf.Timestamp", Given::Datetime(time)) => {
                let time = self.good(moment::timestamp(time))?;
                Some(dynamic(kind, &time))
            }
            ("google.protobuf.Timestamp", given) => self.mismatch("a date and time", given),
            ("google.protobuf.FieldMask", Given::String(paths)) => {
                let paths = paths.split(',').map(|path| Value::String(path.trim().to_owned()));
                let mut mask = DynamicMessage::new(kind.clone());
                mask.set_field_by_name("paths", Value::List(paths.collect()));
                Some(mask)
            }
            ("google.protobuf.FieldMask", given) => self.mismatch("fields as text", given),
            ("google.type.Date", Given::Datetime(date)) => {
                let date = self.good(moment::date(date))?;
                Some(date_message(kind, date))
            }
            ("google.type.Date", Given::String(text)) => {
                let date = self.good(moment::partial_date(text))?;
                Some(date_message(kind, date))
            }
            ("google.type.Date", given) => self.mismatch("a date", given),
            ("muster.common.v1.Quantity", Given::String(words)) => {
                let mut quantity = DynamicMessage::new(kind.clone());
                quantity.set_field_by_name("as_written", Value::String(words.clone()));
                Some(quantity)
            }
            ("muster.common.v1.Source", Given::String(name)) => self.source(name),
            ("muster.common.v1.Source", Given::Table(table)) if table.contains_key("ref") => {
                self.source_with_changes(kind, table)
            }
            (_, Given::Table(table)) => Some(self.message(kind, table, &[])),
            (_, given) => self.mismatch("a table", given),
        }
    }

    fn source(&mut self, name: &str) -> Option<DynamicMessage> {
        let found = self.sources.get(name).cloned();
        if found.is_none() {
            self.problem(format!("names the source {name:?}, which is not in [sources]"));
        }
        found
    }

    /// A named source in which some fields are others, such as the passage quoted.
    fn source_with_changes(
        &mut self,
        kind: &MessageDescriptor,
        table: &Table,
    ) -> Option<DynamicMessage> {
        let Some(Given::String(name)) = table.get("ref") else {
            self.problem("has a ref that is no string");
            return None;
        };
        let mut source = self.source(name)?;
        for (field, value) in self.message(kind, table, &["ref"]).take_fields() {
            source.set_field(&field, value);
        }
        Some(source)
    }

    fn enumeration(&mut self, values: &EnumDescriptor, word: &str) -> Option<Value> {
        let unspecified = values.default_value();
        let prefix = unspecified.name().strip_suffix("UNSPECIFIED").unwrap_or_default();
        if let Some(value) = values.get_value_by_name(&format!("{prefix}{word}"))
            && value.number() != 0
        {
            return Some(Value::EnumNumber(value.number()));
        }
        let words: Vec<String> = (values.values().filter(|value| value.number() != 0))
            .map(|value| value.name().trim_start_matches(prefix).to_owned())
            .collect();
        self.problem(format!("must be one of {}, not {word:?}", words.join(", ")));
        None
    }

    fn string(&mut self, field: &FieldDescriptor, text: &str) -> Option<String> {
        let Some(levels) = annotations::collections(field) else { return Some(text.to_owned()) };
        let full = full_name(self.mission, &levels, text);
        if full.is_none() {
            let levels: Vec<_> =
                levels.iter().map(|level| format!("{}/{{id}}", level.join("|"))).collect();
            self.problem(format!("must be {}, not {text:?}", levels.join("/")));
        }
        full
    }

    fn mismatch<T>(&mut self, wanted: &str, given: &Given) -> Option<T> {
        let found = given.type_str();
        let article = if found.starts_with(['a', 'i']) { "an" } else { "a" };
        self.problem(format!("must be {wanted}, not {article} {found}"));
        None
    }

    fn good<T>(&mut self, read: Result<T, &'static str>) -> Option<T> {
        read.map_err(|what| self.problem(what)).ok()
    }

    fn fitting<T>(&mut self, number: Result<T, std::num::TryFromIntError>) -> Option<T> {
        number.map_err(|_| self.problem("is a number too large for its field")).ok()
    }
}

/// The full name of a resource that a file calls by its id, or by its collection and id.
fn full_name(mission: &str, levels: &[Vec<String>], text: &str) -> Option<String> {
    if text.is_empty() || text.starts_with("missions/") {
        return Some(text.to_owned());
    }
    let parts: Vec<&str> = text.split('/').collect();
    match (parts.as_slice(), levels) {
        ([id], []) => Some(format!("missions/{id}")),
        ([id], [level]) if level.len() == 1 => {
            Some(format!("missions/{mission}/{}/{id}", level.concat()))
        }
        (parts, levels) if !levels.is_empty() && parts.len() == 2 * levels.len() => {
            let fits = (parts.chunks(2).zip(levels))
                .all(|(part, level)| level.iter().any(|name| name == part[0]));
            fits.then(|| format!("missions/{mission}/{text}"))
        }
        _ => None,
    }
}

fn date_message(kind: &MessageDescriptor, date: PartialDate) -> DynamicMessage {
    dynamic(kind, &wire::wire_partial_date(date))
}

/// A message of a known type as one of the pool's.
fn dynamic(kind: &MessageDescriptor, message: &impl Message) -> DynamicMessage {
    let mut dynamic = DynamicMessage::new(kind.clone());
    // The pool was built from the same protos, so this cannot fail.
    let _ = dynamic.transcode_from(message);
    dynamic
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(levels: &[&[&str]]) -> Vec<Vec<String>> {
        levels.iter().map(|level| level.iter().map(|name| (*name).to_owned()).collect()).collect()
    }

    #[test]
    fn short_ids_become_full_names() {
        let one = levels(&[&["areas"]]);
        assert_eq!(full_name("m", &one, "HT01").unwrap(), "missions/m/areas/HT01");
        assert_eq!(full_name("m", &one, "areas/HT01").unwrap(), "missions/m/areas/HT01");
        assert_eq!(full_name("m", &one, "missions/x/areas/A").unwrap(), "missions/x/areas/A");
        assert_eq!(full_name("m", &one, "").unwrap(), "");
        assert_eq!(full_name("m", &one, "partners/ken"), None);
        let several = levels(&[&["partners", "contingents"]]);
        assert_eq!(full_name("m", &several, "ken"), None);
        assert_eq!(full_name("m", &several, "partners/ken").unwrap(), "missions/m/partners/ken");
        let nested = levels(&[&["contingents"], &["readinessChecks"]]);
        let name = full_name("m", &nested, "contingents/ken-1/readinessChecks/briefing");
        assert_eq!(name.unwrap(), "missions/m/contingents/ken-1/readinessChecks/briefing");
        assert_eq!(full_name("m", &nested, "briefing"), None);
    }
}
