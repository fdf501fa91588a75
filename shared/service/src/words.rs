//! Enums that are stored and shown by a word, and sent by a number.

/// Declares an enum whose values have a word: `as_str`, `Display`, `FromStr` and serde all use
/// it, and `ALL` lists the values in order.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$about])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::words::UnknownWord),
                }
            }
        }
    };
}

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

/// A word that no value of the enum has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no known value")]
pub struct UnknownWord;

/// A domain enum that has a wire twin; see `wire_enum!`.
pub trait FromWire: Sized {
    /// `None` for the zero value and for numbers without a meaning here.
    fn from_wire(number: i32) -> Option<Self>;
}

/// Reads an enum field that has to be set.
pub fn required<T: FromWire>(number: i32) -> Result<T, crate::FieldViolation> {
    T::from_wire(number).ok_or_else(|| crate::FieldViolation::new("is required"))
}
