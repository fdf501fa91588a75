//! Enums of the domain and their twins on the wire.

use crate::FieldViolation;

/// Ties a domain enum to its wire twin, value by value: `From` one way, `FromWire` the other. A
/// `shared` one is of neither's crate, and has `ToWire` in place of `From`.
#[macro_export]
macro_rules! wire_enum {
    ($domain:ty, $wire:ty { $($variant:ident),+ $(,)? }) => {
        impl From<$domain> for $wire {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant,)+ }
            }
        }

        $crate::wire_enum!(@read $domain, $wire { $($variant),+ });
    };
    (shared $domain:ty, $wire:ty { $($variant:ident),+ $(,)? }) => {
        impl $crate::words::ToWire for $domain {
            type Wire = $wire;

            fn to_wire(self) -> $wire {
                match self { $(Self::$variant => <$wire>::$variant,)+ }
            }
        }

        $crate::wire_enum!(@read $domain, $wire { $($variant),+ });
    };
    (@read $domain:ty, $wire:ty { $($variant:ident),+ }) => {
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

/// An enum of a crate that both services share, which has a wire twin.
pub trait ToWire {
    type Wire;

    fn to_wire(self) -> Self::Wire;
}

/// Reads an enum field that has to be set.
pub fn required<T: FromWire>(number: i32) -> Result<T, FieldViolation> {
    T::from_wire(number).ok_or_else(|| FieldViolation::new("is required"))
}
