//! Filters: which resources are asked for.

use std::cmp::Ordering;

use aip_160::{Arg, Comparable, Comparator, Expression, Restriction, StringMatch, Value};
use prost_reflect::{DynamicMessage, MessageDescriptor};

use super::{
    path::{Path, is_said},
    scalar::{Scalar, Type},
};
use crate::FieldViolation;

/// A filter that is known to speak of the resource's fields, in values of their types.
///
/// Comparisons are joined by AND, OR and NOT. `=` and `!=` take strings with `*` at either end;
/// `<`, `<=`, `>` and `>=` take numbers, strings, dates and moments; `field:*` asks whether
/// something is said, and `list:value` whether one of a list is equal. A comparison with what is
/// absent does not match. A date of a filter may leave out the day, or month and day: then it is
/// compared to that precision.
#[derive(Clone, Debug)]
pub struct Filter(Option<Node>);

#[derive(Clone, Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Said(Path),
    Compared { path: Path, comparator: Comparator, with: Operand },
}

#[derive(Clone, Debug)]
enum Operand {
    Scalar(Scalar),
    /// A quoted string, of which a `*` at either end stands for anything.
    Pattern(Value),
}

impl Filter {
    pub fn parse(text: &str, resource: &MessageDescriptor) -> Result<Self, FieldViolation> {
        let filter = aip_160::parse_filter(text)
            .map_err(|error| FieldViolation::new(format!("cannot be read: {error}")))?;
        Ok(Self(filter.expression.map(|expression| node(expression, resource)).transpose()?))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub fn matches(&self, message: &DynamicMessage) -> bool {
        self.0.as_ref().is_none_or(|node| node.matches(message))
    }
}

fn node(expression: Expression, resource: &MessageDescriptor) -> Result<Node, FieldViolation> {
    let nodes = |all: Vec<Expression>| -> Result<Vec<Node>, FieldViolation> {
        all.into_iter().map(|one| node(one, resource)).collect()
    };
    match expression {
        Expression::And(all) | Expression::Sequence(all) => Ok(Node::All(nodes(all)?)),
        Expression::Or(any) => Ok(Node::Any(nodes(any)?)),
        Expression::Not(inner) => Ok(Node::Not(Box::new(node(*inner, resource)?))),
        Expression::Restriction(restriction) => compared(&restriction, resource),
        Expression::Global(comparable) => Err(FieldViolation::new(format!(
            "has {comparable} without a comparison; write field = value"
        ))),
    }
}

fn compared(
    restriction: &Restriction,
    resource: &MessageDescriptor,
) -> Result<Node, FieldViolation> {
    let Restriction { comparable, comparator, arg } = restriction;
    let path = comparable.field_path().ok_or_else(|| {
        FieldViolation::new(format!("has {comparable} where the name of a field belongs"))
    })?;
    let (name, path) = (path.clone(), Path::resolve(&path, resource)?);
    let value = match arg {
        Arg::Comparable(Comparable::Member(member)) if member.is_simple() => Some(&member.value),
        _ => None,
    };
    // An unquoted number such as 2.5 is a member with a field to the grammar.
    let text = value.map_or_else(|| arg.to_string(), |value| value.as_str().to_owned());
    let is_quoted = value.is_some_and(Value::is_quoted);
    if *comparator == Comparator::Has && !is_quoted && text == "*" {
        return Ok(Node::Said(path));
    }
    let kind = Type::of(path.last()).ok_or_else(|| {
        FieldViolation::new(format!("compares {name}, which is no value; name a field of it"))
    })?;
    let unfit = |rule: &str| Err(FieldViolation::new(format!("has {name} {comparator}: {rule}")));
    match comparator {
        Comparator::Has if !path.is_repeated() => return unfit("only lists have members; use ="),
        Comparator::Has => {}
        _ if path.is_repeated() => return unfit("a list is asked with :"),
        Comparator::Equal | Comparator::NotEqual => {}
        _ if !kind.has_order() => return unfit("its values have no order"),
        _ => {}
    }
    let is_pattern = is_quoted && kind == Type::Text && !is_ordered(*comparator);
    let with = match value.filter(|_| is_pattern) {
        Some(quoted) => Operand::Pattern(quoted.clone()),
        None => Operand::Scalar(kind.read(&text)?),
    };
    Ok(Node::Compared { path, comparator: *comparator, with })
}

fn is_ordered(comparator: Comparator) -> bool {
    !matches!(comparator, Comparator::Equal | Comparator::NotEqual | Comparator::Has)
}

impl Node {
    fn matches(&self, message: &DynamicMessage) -> bool {
        match self {
            Self::All(all) => all.iter().all(|node| node.matches(message)),
            Self::Any(any) => any.iter().any(|node| node.matches(message)),
            Self::Not(inner) => !inner.matches(message),
            Self::Said(path) => is_said(path, message),
            Self::Compared { path, comparator, with } => path
                .values(message)
                .iter()
                .filter_map(|value| Scalar::of(value))
                .any(|value| with.is_met(*comparator, &value)),
        }
    }
}

impl Operand {
    fn is_met(&self, comparator: Comparator, value: &Scalar) -> bool {
        let ordering = match self {
            Self::Scalar(with) => value.compare(with),
            Self::Pattern(pattern) => match (pattern.string_match(), value) {
                (Some(pattern), Scalar::Text(value)) => {
                    let is_met = match pattern {
                        StringMatch::Exact(text) => value == text,
                        StringMatch::Prefix(text) => value.starts_with(text),
                        StringMatch::Suffix(text) => value.ends_with(text),
                        StringMatch::Contains(text) => value.contains(text),
                    };
                    Some(if is_met { Ordering::Equal } else { Ordering::Less })
                }
                _ => None,
            },
        };
        ordering.is_some_and(|ordering| match comparator {
            Comparator::Equal | Comparator::Has => ordering.is_eq(),
            Comparator::NotEqual => ordering.is_ne(),
            Comparator::LessThan => ordering.is_lt(),
            Comparator::LessThanOrEqual => ordering.is_le(),
            Comparator::GreaterThan => ordering.is_gt(),
            Comparator::GreaterThanOrEqual => ordering.is_ge(),
        })
    }
}
