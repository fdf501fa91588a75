//! Bad input to every method: each field in turn breaks its rule, and the answer names it.

use muster_service::rules;
use muster_tests::{World, field_violations};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use tonic::{Code, Request};

/// How deep messages are broken: figure.source.publisher is three.
const DEPTH: usize = 3;

fn methods() -> Vec<MethodDescriptor> {
    let services =
        rules::pool().services().filter(|service| service.package_name().starts_with("muster."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).collect()
}

/// A value that no field of this kind takes.
fn broken(field: &FieldDescriptor) -> Option<Value> {
    Some(match field.kind() {
        // A character that no text may have.
        Kind::String => Value::String("a\0b".to_owned()),
        Kind::Enum(_) => Value::EnumNumber(9_999),
        Kind::Int32 if has_bounds(field) => Value::I32(i32::MIN),
        Kind::Int64 if has_bounds(field) => Value::I64(i64::MIN),
        Kind::Double => Value::F64(f64::NAN),
        _ => return None,
    })
}

fn has_bounds(field: &FieldDescriptor) -> bool {
    let rules = field.options().to_string();
    rules.contains("gte")
}

fn is_output_only(field: &FieldDescriptor) -> bool {
    field.options().to_string().contains("OUTPUT_ONLY")
        || field.options().to_string().contains("field_behavior]:[3]")
}

/// Every way to break one field: the path of the field, and the message with it broken.
fn mutations(descriptor: &MessageDescriptor, depth: usize) -> Vec<(String, DynamicMessage)> {
    let mut found = Vec::new();
    for field in descriptor.fields().filter(|field| !is_output_only(field)) {
        let list = field.is_list();
        let path = if list { format!("{}[0]", field.name()) } else { field.name().to_owned() };
        let mut add = |path: String, value: Value| {
            let mut message = DynamicMessage::new(descriptor.clone());
            let value = if list { Value::List(vec![value]) } else { value };
            message.set_field(&field, value);
            found.push((path, message));
        };
        if let Kind::Message(inner) = field.kind() {
            let ours = inner.full_name().starts_with("muster.") || inner.name() == "LatLng";
            if ours && 0 < depth {
                for (inner_path, inner) in mutations(&inner, depth - 1) {
                    add(format!("{path}.{inner_path}"), Value::Message(inner));
                }
            }
        } else if let Some(value) = broken(&field) {
            add(path, value);
        }
    }
    found
}

#[tokio::test]
async fn every_method_names_every_field_that_breaks_its_rule() {
    let world = World::start().await;
    let mut tried = 0;
    for method in methods() {
        for (path, message) in mutations(&method.input(), DEPTH) {
            let refused = world.client.call(&method, Request::new(message)).await.unwrap_err();
            let named = field_violations(&refused);
            let what = format!("{} with a broken {path}: {refused:?}", method.full_name());
            assert_eq!(refused.code(), Code::InvalidArgument, "{what}");
            assert!(named.contains(&path) || 20 <= named.len(), "{what} names {named:?}");
            tried += 1;
        }
    }
    assert!(400 < tried, "only {tried} mutations");
}

#[tokio::test]
async fn every_method_answers_an_empty_request_without_a_fault_of_ours() {
    let world = World::start().await;
    for method in methods() {
        let mut request = Request::new(DynamicMessage::new(method.input()));
        // A watch of nothing goes on until its caller has enough of it.
        request.metadata_mut().insert("grpc-timeout", "500m".parse().unwrap());
        if let Err(status) = world.client.call(&method, request).await {
            assert!(
                !matches!(status.code(), Code::Internal | Code::Unknown),
                "{}: {status:?}",
                method.full_name()
            );
        }
    }
}
