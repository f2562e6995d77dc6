//! The types that have a codec: one table of variant, name and object identifiers.

use std::borrow::Cow;
use std::fmt;

macro_rules! codecs {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $oid:literal $(, $array_oid:literal)?;)*) => {
        /// A type that values can be decoded from and encoded to.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Codec {
            $($(#[$doc])* $variant,)*
            /// An array, of any number of dimensions, of a type that is no array itself.
            Array(&'static Codec),
        }

        impl Codec {
            /// The codec of the type with this object identifier, or `None` where there is none
            /// yet.
            #[must_use]
            pub const fn from_oid(oid: u32) -> Option<Self> {
                match oid {
                    $($oid => Some(Self::$variant),
                    $($array_oid => Some(Self::Array(&Self::$variant)),)?)*
                    _ => None,
                }
            }

            /// The object identifier of the type; zero for an array of a type that has no array
            /// type.
            #[must_use]
            pub const fn oid(self) -> u32 {
                match self {
                    $(Self::$variant => $oid,
                    $(Self::Array(&Self::$variant) => $array_oid,)?)*
                    Self::Array(_) => 0,
                }
            }

            /// The type's name as `pg_type` has it, an array's as its element's with brackets.
            const fn static_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,
                    Self::Array(&Self::$variant) => concat!($name, "[]"),)*
                    Self::Array(&Self::Array(_)) => "array of arrays",
                }
            }

            /// All codecs but the arrays.
            pub const SCALARS: &[Self] = &[$(Self::$variant),*];
        }
    };
}

codecs! {
    /// `boolean`
    Bool, "bool", 16, 1000;
    /// `bytea`
    Bytea, "bytea", 17, 1001;
    /// `"char"`: one byte
    Char, "\"char\"", 18, 1002;
    /// `name`: an identifier
    Name, "name", 19, 1003;
    /// `bigint`
    Int8, "int8", 20, 1016;
    /// `smallint`
    Int2, "int2", 21, 1005;
    /// `integer`
    Int4, "int4", 23, 1007;
    /// `text`
    Text, "text", 25, 1009;
    /// `oid`: an unsigned 32-bit object identifier
    Oid, "oid", 26, 1028;
    /// `json`
    Json, "json", 114, 199;
    /// `real`
    Float4, "float4", 700, 1021;
    /// `double precision`
    Float8, "float8", 701, 1022;
    /// A literal whose type was never decided
    Unknown, "unknown", 705;
    /// `character(n)`
    Bpchar, "bpchar", 1042, 1014;
    /// `character varying`
    Varchar, "varchar", 1043, 1015;
    /// `date`
    Date, "date", 1082, 1182;
    /// `time without time zone`
    Time, "time", 1083, 1183;
    /// `timestamp without time zone`
    Timestamp, "timestamp", 1114, 1115;
    /// `timestamp with time zone`: an instant
    TimestampTz, "timestamptz", 1184, 1185;
    /// `interval`
    Interval, "interval", 1186, 1187;
    /// `time with time zone`
    TimeTz, "timetz", 1266, 1270;
    /// `numeric`
    Numeric, "numeric", 1700, 1231;
    /// `void`: what a function that returns nothing returns
    Void, "void", 2278;
    /// `uuid`
    Uuid, "uuid", 2950, 2951;
    /// `jsonb`
    Jsonb, "jsonb", 3802, 3807;
}

impl Codec {
    /// The type's name as messages give it: `int4`, `text[]`.
    #[must_use]
    pub const fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(self.static_name())
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.static_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_lead_to_the_codec_and_back() {
        for &scalar in Codec::SCALARS {
            assert_eq!(Codec::from_oid(scalar.oid()), Some(scalar));
        }
        assert_eq!(Codec::from_oid(1231), Some(Codec::Array(&Codec::Numeric)));
        assert_eq!(Codec::Array(&Codec::Numeric).oid(), 1231);
        assert_eq!(Codec::from_oid(0), None);
    }

    #[test]
    fn names_are_those_of_the_catalogue() {
        assert_eq!(Codec::Int4.name(), "int4");
        assert_eq!(Codec::Array(&Codec::Text).to_string(), "text[]");
        assert_eq!(Codec::Char.to_string(), "\"char\"");
    }
}
