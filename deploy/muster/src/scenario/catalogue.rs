//! What can be created, read from the protos.

use std::sync::LazyLock;

use muster_service::rules::pool;
use prost_reflect::{FieldDescriptor, Kind as FieldKind, MethodDescriptor, ServiceDescriptor};

use super::annotations;

/// The order in which tables are loaded: what is referred to comes first. Tables that are not
/// named here come last, by name.
const ORDER: [&str; 14] = [
    "areas",
    "partners",
    "mandates",
    "pledges",
    "contingents",
    "movements",
    "sites",
    "strength_claims",
    "figures",
    "incidents",
    "area_control_assessments",
    "statements",
    "timeline_events",
    "situation_reports",
];

/// A kind of resource.
#[derive(Debug)]
pub struct Kind {
    /// As it stands in resource names, such as `strengthClaims`; `missions` for the mission.
    pub collection: String,
    /// The same in a file: `strength_claims`.
    pub table: String,
    /// The collection it lies in, below the mission.
    pub within: Option<String>,
    pub create: MethodDescriptor,
    pub id_field: FieldDescriptor,
    pub resource_field: FieldDescriptor,
}

impl Kind {
    /// A method of the same service that changes one resource by its name, or one that updates a
    /// part of it, which the services make by themselves.
    pub fn step(&self, method: &str) -> Option<MethodDescriptor> {
        let has = |found: &MethodDescriptor, field: &str| {
            found.input().get_field_by_name(field).is_some()
        };
        let own = self.create.parent_service();
        let found = own.methods().find(|found| found.name() == method).or_else(|| {
            let package = own.package_name().to_owned();
            let services = pool().services().filter(|other| other.package_name() == package);
            let mut methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
            methods.find(|found| found.name() == method && has(found, "update_mask"))
        })?;
        let changes = has(&found, "request_id");
        let names = has(&found, "name") || has(&found, "update_mask");
        (changes && names).then_some(found)
    }

    /// The names of those methods.
    pub fn steps(&self) -> Vec<String> {
        let methods = self.create.parent_service().methods();
        methods.filter_map(|method| Some(self.step(method.name())?.name().to_owned())).collect()
    }
}

/// Every kind that has a `Create…` and a `Get…` method, in the order of loading.
pub fn kinds() -> &'static [Kind] {
    static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
        let ours = |service: &ServiceDescriptor| service.package_name().starts_with("muster.");
        let services: Vec<_> = pool().services().filter(ours).collect();
        let mut kinds: Vec<Kind> = services.iter().flat_map(of_service).collect();
        kinds.sort_by_key(|kind| {
            let place = ORDER.iter().position(|table| *table == kind.table);
            (place.unwrap_or(ORDER.len()), kind.table.clone())
        });
        kinds
    });
    &KINDS
}

/// The kind of the mission itself.
pub fn mission() -> Option<&'static Kind> {
    kinds().iter().find(|kind| kind.collection == "missions")
}

/// The kinds that lie in a collection; `None` for the mission.
pub fn within(collection: Option<&str>) -> impl Iterator<Item = &'static Kind> {
    kinds()
        .iter()
        .filter(move |kind| kind.within.as_deref() == collection && kind.collection != "missions")
}

fn of_service(service: &ServiceDescriptor) -> Vec<Kind> {
    let method = |name: String| service.methods().find(|method| method.name() == name);
    let kind = |create: MethodDescriptor| {
        let resource = create.name().strip_prefix("Create")?;
        let get = method(format!("Get{resource}"))?;
        let mut levels = annotations::collections(&get.input().get_field_by_name("name")?)?;
        let collection = levels.pop().map_or("missions".to_owned(), |level| level.concat());
        let within = levels.pop().map(|level| level.concat());
        let input = create.input();
        let resource_field = input.fields().find(
            |field| matches!(field.kind(), FieldKind::Message(message) if message == create.output()),
        )?;
        let id_field = input.get_field_by_name(&format!("{}_id", resource_field.name()))?;
        let table = snake_case(&collection);
        Some(Kind { collection, table, within, create, id_field, resource_field })
    };
    service.methods().filter_map(kind).collect()
}

fn snake_case(camel: &str) -> String {
    let mut snake = String::new();
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_of_the_protos_is_found_in_order() {
        let tables: Vec<_> = within(None).map(|kind| kind.table.as_str()).collect();
        assert_eq!(&tables[..ORDER.len()], ORDER);
        assert_eq!(mission().unwrap().create.name(), "CreateMission");
        let nested: Vec<_> = within(Some("contingents")).collect();
        assert_eq!(nested[0].table, "readiness_checks");
    }

    #[test]
    fn steps_are_methods_that_change_one_resource() {
        let contingents = within(None).find(|kind| kind.table == "contingents").unwrap();
        assert!(contingents.step("AdvanceContingent").is_some());
        assert!(contingents.step("GetContingent").is_none());
        assert!(contingents.step("CreateContingent").is_none());
    }
}
