//! Quantities off the wire: one that is taken survives being told to others and read again, which
//! is how the reporting service learns it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_proto::common::v1::{Qualifier, Quantity};
use muster_service::wire::{quantity, wire_quantity};
use prost::Message;

fuzz_target!(|bytes: &[u8]| {
    let Ok(wire) = Quantity::decode(bytes) else { return };
    match quantity(Some(wire.clone())) {
        Ok(taken) => {
            let told = wire_quantity(&taken);
            assert_eq!(quantity(Some(told.clone())).as_ref(), Ok(&taken), "{told:?}");
            assert!(told.at_least.zip(told.at_most).is_none_or(|(least, most)| least <= most));
            // What was given is kept.
            assert!(wire.at_least.is_none_or(|given| told.at_least == Some(given)));
            assert!(wire.at_most.is_none_or(|given| told.at_most == Some(given)));
            let given = wire.qualifier();
            assert!(given == Qualifier::Unspecified || given == told.qualifier());
            assert_eq!(told.as_written, wire.as_written.trim());
        }
        Err(violation) => {
            let fields = ["at_least", "at_most", "qualifier", "as_written"];
            assert!(fields.contains(&violation.path()), "{violation:?}");
        }
    }
});
