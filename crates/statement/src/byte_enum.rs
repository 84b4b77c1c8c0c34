//! Enumerations that stand as one small number in the encoding.

/// Defines an enum with its numbers, `ALL`, `as_byte` and `from_byte`.
macro_rules! byte_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $byte:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $byte,)+
        }

        impl $name {
            /// All values, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number in the encoding.
            #[must_use]
            pub const fn as_byte(self) -> u8 {
                self as u8
            }

            /// Reads the number in the encoding; `None` for an unknown one.
            #[must_use]
            pub fn from_byte(byte: u8) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_byte() == byte)
            }
        }
    };
}
