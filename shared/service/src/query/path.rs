//! Paths to fields, and the values there in a message.

use std::borrow::Cow;

use prost_reflect::{DynamicMessage, FieldDescriptor, MessageDescriptor, Value};

use crate::{FieldViolation, rules};

/// A path such as `casualties.kind`, known to lead to a field.
#[derive(Clone, Debug)]
pub struct Path {
    fields: Vec<FieldDescriptor>,
}

impl Path {
    pub fn resolve(text: &str, resource: &MessageDescriptor) -> Result<Self, FieldViolation> {
        let mut within = Some(resource.clone());
        let mut fields = Vec::new();
        for name in text.split('.') {
            let field = within.as_ref().and_then(|message| message.get_field_by_name(name));
            let field = field.filter(|field| !field.is_map()).ok_or_else(|| {
                let names = within.as_ref().map(known_fields).unwrap_or_default();
                FieldViolation::new(format!("names no field {text}; there are: {names}"))
            })?;
            if rules::is_computed(&field) {
                let rule = "is computed when the resource is answered, so that nothing is chosen or \
                            ordered by it";
                return Err(FieldViolation::new(format!("names {text}, which {rule}")));
            }
            within = field.kind().as_message().cloned();
            fields.push(field);
        }
        Ok(Self { fields })
    }

    /// The field that it leads to.
    pub fn last(&self) -> &FieldDescriptor {
        &self.fields[self.fields.len() - 1]
    }

    /// Whether it may lead to several values.
    pub fn is_repeated(&self) -> bool {
        self.fields.iter().any(FieldDescriptor::is_list)
    }

    /// The values there: none where a message on the way is absent, several where lists are on
    /// the way.
    pub fn values<'a>(&self, message: &'a DynamicMessage) -> Vec<Cow<'a, Value>> {
        let mut found = vec![];
        collect(Cow::Borrowed(message), &self.fields, &mut found);
        found
    }
}

fn collect<'a>(
    message: Cow<'a, DynamicMessage>,
    fields: &[FieldDescriptor],
    found: &mut Vec<Cow<'a, Value>>,
) {
    let Some((field, rest)) = fields.split_first() else { return };
    if field.supports_presence() && !message.has_field(field) {
        return;
    }
    let value = match message {
        Cow::Borrowed(message) => message.get_field(field),
        Cow::Owned(message) => Cow::Owned(message.get_field(field).into_owned()),
    };
    let values = match value {
        Cow::Borrowed(Value::List(list)) => list.iter().map(Cow::Borrowed).collect(),
        Cow::Owned(Value::List(list)) => list.into_iter().map(Cow::Owned).collect(),
        value => vec![value],
    };
    for value in values {
        match value {
            value if rest.is_empty() => found.push(value),
            Cow::Borrowed(Value::Message(inner)) => collect(Cow::Borrowed(inner), rest, found),
            Cow::Owned(Value::Message(inner)) => collect(Cow::Owned(inner), rest, found),
            _ => {}
        }
    }
}

fn known_fields(message: &MessageDescriptor) -> String {
    let names: Vec<String> = message
        .fields()
        .filter(|field| !field.is_map() && !rules::is_computed(field))
        .map(|field| field.name().to_owned())
        .collect();
    names.join(", ")
}

/// Whether a value says something: not the default that an absent field reads as.
pub fn is_said(path: &Path, message: &DynamicMessage) -> bool {
    let field = path.last();
    let says = |value: &Cow<'_, Value>| {
        field.is_list() || field.supports_presence() || !value.is_default(&field.kind())
    };
    path.values(message).iter().any(says)
}
