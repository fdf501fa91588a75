//! Enums of the domain and their twins on the wire.

use crate::FieldViolation;

/// Ties a domain enum to its wire twin, value by value: `From` one way, `wire_value` the other.
#[macro_export]
macro_rules! wire_enum {
    ($domain:ty, $wire:ty { $($variant:ident),+ $(,)? }) => {
        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant,)+ }
            }
        }

        impl $crate::words::FromWire for $domain {
            fn from_wire(number: i32) -> Option<Self> {
                match <$wire>::try_from(number).ok()? {
                    $(<$wire>::$variant => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

/// A domain enum that has a wire twin; see `wire_enum!`.
pub trait FromWire: Sized {
    /// `None` for the zero value and for numbers without a meaning here.
    fn from_wire(number: i32) -> Option<Self>;
}

/// Reads an enum field that has to be set.
pub fn required<T: FromWire>(number: i32) -> Result<T, FieldViolation> {
    T::from_wire(number).ok_or_else(|| FieldViolation::new("is required"))
}
