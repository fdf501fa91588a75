//! Bad input to every method: each field in turn breaks its rule, and the answer names it.

mod dates;

use muster_tests::{
    World, field_violations,
    hostile::{self, methods},
    reason,
};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value,
};
use tonic::{Code, Request, Status, metadata::MetadataMap};

/// How deep messages are broken: figure.source.publisher is three.
const DEPTH: usize = 3;

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
    let options = field.options().to_string();
    options.contains("OUTPUT_ONLY")
        || options.contains("IDENTIFIER")
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
            // What an update sets is checked once the resource is found; see records.rs.
            if method.name().starts_with("Update") && path.contains('.') {
                continue;
            }
            let refused = world.client.call(&method, Request::new(message)).await.unwrap_err();
            let named = field_violations(&refused);
            let what = format!("{} with a broken {path}: {refused:?}", method.full_name());
            assert_eq!(refused.code(), Code::InvalidArgument, "{what}");
            // More than 20 violations are cut off, and only then may ours be missing.
            assert!(named.contains(&path) || named.len() == 20, "{what} names {named:?}");
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

#[tokio::test]
async fn metadata_that_is_too_large_is_refused_and_the_connection_goes_on() {
    let world = World::start().await;
    let (channel, _) = world.channels().await;
    let method = methods().into_iter().find(|method| method.name() == "GetMission").unwrap();
    let one = |bytes: usize| {
        MetadataMap::from_headers(
            [("x-note".parse().unwrap(), "x".repeat(bytes).parse().unwrap())].into_iter().collect(),
        )
    };
    let many = |entries: usize| {
        let entry = |n: usize| (format!("x-{n}").parse().unwrap(), "1".parse().unwrap());
        MetadataMap::from_headers((0..entries).map(entry).collect())
    };
    for metadata in [one(64 * 1024), many(10_000), one(1_000_000), one(17 * 1024)] {
        let refused = hostile::send(channel.clone(), &method, Vec::new(), metadata).await;
        let refused = refused.unwrap_err();
        let found = (refused.code(), reason(&refused));
        assert_eq!(found, (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned()));
        let next = hostile::send(channel.clone(), &method, Vec::new(), MetadataMap::new()).await;
        assert_eq!(next.unwrap_err().code(), Code::Unauthenticated);
    }
}

async fn send(world: &World, method: &MethodDescriptor, bytes: Vec<u8>) -> Status {
    let channel = world.client.service_of(method).unwrap().clone();
    hostile::send(channel, method, bytes, MetadataMap::new()).await.unwrap_err()
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_callers_mistake_in_every_method() {
    let world = World::start().await;
    for method in methods() {
        // A string or message field that is neither, and one that ends before it should.
        let input = method.input();
        let mut fields = input.fields();
        let is_text =
            |field: &FieldDescriptor| matches!(field.kind(), Kind::String | Kind::Message(_));
        let tag = u8::try_from(fields.find(is_text).unwrap().number() << 3 | 2).unwrap();
        for bytes in [vec![tag, 0x02, 0xff, 0xfe], vec![tag, 0xff]] {
            let refused = send(&world, &method, bytes).await;
            let found = (refused.code(), reason(&refused));
            let expected = (Code::InvalidArgument, "MESSAGE_MALFORMED".to_owned());
            assert_eq!(found, expected, "{}", method.full_name());
        }
    }
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_by_every_method() {
    let world = World::start().await;
    for method in methods() {
        let refused = send(&world, &method, vec![0; 300 * 1024]).await;
        let found = (refused.code(), reason(&refused));
        let expected = (Code::ResourceExhausted, "MESSAGE_TOO_LARGE".to_owned());
        assert_eq!(found, expected, "{}", method.full_name());
    }
}

#[tokio::test]
async fn what_nobody_means_well_with_is_refused_in_words_that_partners_know() {
    let world = World::start().await;
    let report = hostile::attack(&world, 7, 50).await;
    assert!(report.violations.is_empty(), "seed 7: {}", report.violations.join("\n"));
    for method in methods() {
        let figures = &report.methods[method.full_name()];
        assert_eq!(figures.sent, 50);
        // Where nothing comes in, nothing is known of what lies behind the door.
        assert!(0 < figures.came_in(), "{}: {figures:?}", method.full_name());
    }
    // Some reached for what is another partner's; only with its own does a contributor get as far
    // as the state that a thing is in.
    for reason in ["NOT_ALLOWED", "STATE_FORBIDS"] {
        let refused = &report.contributors.refused;
        assert!(refused.contains_key(reason), "{:?}", report.contributors);
    }
}
