//! The types that have a codec: one table of variant, name and object identifiers.

use std::borrow::Cow;
use std::fmt;

/// A type whose values travel as text: the server has no binary form of it, or one that only the
/// server can make sense of (`money` without its currency's fraction, a table as a number).
///
/// A statement asks for its columns, and sends its parameters, in the text format
/// ([`Codec::format`]), which decides it once, when it is prepared. An array of them is a literal
/// (`{a,"b c"}`), and becomes a list as any other. Inside of another type's *binary* form, a
/// composite's say, such a value comes in its binary form; who decodes one must ask for the whole
/// as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextForm {
    /// Its name, as `pg_type` has it.
    pub name: &'static str,
    /// The name of an array of it.
    pub array_name: &'static str,
    /// Its object identifier; zero for a type that is known by its text only.
    pub oid: u32,
    /// That of its array; zero where there is none.
    pub array_oid: u32,
}

/// In which form a parameter or a column travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// As the server's text.
    Text = 0,
    /// In the type's binary form.
    Binary = 1,
}

macro_rules! codecs {
    (
        binary {
            $($(#[$doc:meta])* $variant:ident, $name:literal, $oid:literal $(, $array_oid:literal)?;)*
        }
        text {
            $($form:ident, $form_name:literal, $form_oid:literal $(, $form_array_oid:literal)?;)*
        }
    ) => {
        /// A type that values can be decoded from and encoded to.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Codec {
            $($(#[$doc])* $variant,)*
            /// A type whose values travel as text, in both directions.
            TextForm(&'static TextForm),
            /// An array, of any number of dimensions, of a type that is no array itself.
            Array(&'static Codec),
        }

        impl TextForm {
            $(const $form: Self = Self {
                name: $form_name,
                array_name: concat!($form_name, "[]"),
                oid: $form_oid,
                array_oid: 0 $(+ $form_array_oid)?,
            };)*
        }

        impl Codec {
            /// The codec of the type with this object identifier, or `None` where there is none
            /// yet.
            #[must_use]
            pub const fn from_oid(oid: u32) -> Option<Self> {
                match oid {
                    $($oid => Some(Self::$variant),
                    $($array_oid => Some(Self::Array(&Self::$variant)),)?)*
                    $($form_oid => Some(Self::TextForm(&TextForm::$form)),
                    $($form_array_oid => {
                        Some(Self::Array(&Self::TextForm(&TextForm::$form)))
                    })?)*
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
                    Self::TextForm(form) => form.oid,
                    Self::Array(&Self::TextForm(form)) => form.array_oid,
                    Self::Array(_) => 0,
                }
            }

            /// The type's name as `pg_type` has it, an array's as its element's with brackets.
            const fn static_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,
                    Self::Array(&Self::$variant) => concat!($name, "[]"),)*
                    Self::TextForm(form) => form.name,
                    Self::Array(&Self::TextForm(form)) => form.array_name,
                    Self::Array(&Self::Array(_)) => "array of arrays",
                }
            }

            /// All codecs but the arrays.
            pub const SCALARS: &[Self] = &[
                $(Self::$variant,)*
                $(Self::TextForm(&TextForm::$form),)*
            ];
        }
    };
}

codecs! {
    binary {
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
        /// `int2vector`: small integers, in the catalogue
        Int2Vector, "int2vector", 22, 1006;
        /// `tid`: where a row lies
        Tid, "tid", 27, 1010;
        /// `xid`: the number of a transaction, which comes round again
        Xid, "xid", 28, 1011;
        /// `cid`: the number of a command in its transaction
        Cid, "cid", 29, 1012;
        /// `oidvector`: object identifiers, in the catalogue
        OidVector, "oidvector", 30, 1013;
        /// `json`
        Json, "json", 114, 199;
        /// `point`
        Point, "point", 600, 1017;
        /// `lseg`: a line segment
        Lseg, "lseg", 601, 1018;
        /// `path`: open or closed
        Path, "path", 602, 1019;
        /// `box`: a rectangle
        Box, "box", 603, 1020;
        /// `polygon`
        Polygon, "polygon", 604, 1027;
        /// `line`: without an end
        Line, "line", 628, 629;
        /// `cidr`: a network
        Cidr, "cidr", 650, 651;
        /// `real`
        Float4, "float4", 700, 1021;
        /// `double precision`
        Float8, "float8", 701, 1022;
        /// A literal whose type was never decided
        Unknown, "unknown", 705;
        /// `circle`
        Circle, "circle", 718, 719;
        /// `macaddr8`: a hardware address of eight bytes
        Macaddr8, "macaddr8", 774, 775;
        /// `macaddr`: a hardware address of six bytes
        Macaddr, "macaddr", 829, 1040;
        /// `inet`: the address of a host, perhaps with its network
        Inet, "inet", 869, 1041;
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
        /// `bit(n)`: as many bits
        Bit, "bit", 1560, 1561;
        /// `bit varying`: a string of bits
        Varbit, "varbit", 1562, 1563;
        /// `numeric`
        Numeric, "numeric", 1700, 1231;
        /// `refcursor`: a cursor's name
        Refcursor, "refcursor", 1790, 2201;
        /// `cstring`: what functions of the server's own take and give
        Cstring, "cstring", 2275, 1263;
        /// `void`: what a function that returns nothing returns
        Void, "void", 2278;
        /// `uuid`
        Uuid, "uuid", 2950, 2951;
        /// `txid_snapshot`: the older name of `pg_snapshot`
        TxidSnapshot, "txid_snapshot", 2970, 2949;
        /// `pg_lsn`: a position in the write-ahead log
        PgLsn, "pg_lsn", 3220, 3221;
        /// `jsonb`
        Jsonb, "jsonb", 3802, 3807;
        /// `jsonpath`
        Jsonpath, "jsonpath", 4072, 4073;
        /// `pg_snapshot`: which transactions were running
        PgSnapshot, "pg_snapshot", 5038, 5039;
        /// `xid8`: the number of a transaction
        Xid8, "xid8", 5069, 271;
    }
    text {
        XML, "xml", 142, 143;
        MONEY, "money", 790, 791;
        TSVECTOR, "tsvector", 3614, 3643;
        TSQUERY, "tsquery", 3615, 3645;
        GTSVECTOR, "gtsvector", 3642, 3644;
        REGPROC, "regproc", 24, 1008;
        REGPROCEDURE, "regprocedure", 2202, 2207;
        REGOPER, "regoper", 2203, 2208;
        REGOPERATOR, "regoperator", 2204, 2209;
        REGCLASS, "regclass", 2205, 2210;
        REGTYPE, "regtype", 2206, 2211;
        REGCONFIG, "regconfig", 3734, 3735;
        REGDICTIONARY, "regdictionary", 3769, 3770;
        REGNAMESPACE, "regnamespace", 4089, 4090;
        REGROLE, "regrole", 4096, 4097;
        REGCOLLATION, "regcollation", 4191, 4192;
        ACLITEM, "aclitem", 1033, 1034;
        PG_NODE_TREE, "pg_node_tree", 194;
        PG_NDISTINCT, "pg_ndistinct", 3361;
        PG_DEPENDENCIES, "pg_dependencies", 3402;
        PG_MCV_LIST, "pg_mcv_list", 5017;
        PG_BRIN_BLOOM_SUMMARY, "pg_brin_bloom_summary", 4600;
        PG_BRIN_MINMAX_MULTI_SUMMARY, "pg_brin_minmax_multi_summary", 4601;
        ANYARRAY, "anyarray", 2277;
    }
}

impl Codec {
    /// The type's name as messages give it: `int4`, `text[]`.
    #[must_use]
    pub const fn name(self) -> Cow<'static, str> {
        Cow::Borrowed(self.static_name())
    }

    /// The format in which its values travel as parameters and columns.
    #[must_use]
    pub const fn format(self) -> Format {
        match self {
            Self::TextForm(_) | Self::Array(&Self::TextForm(_)) => Format::Text,
            _ => Format::Binary,
        }
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
    fn some_types_travel_as_text_and_so_do_their_arrays() {
        for (oid, format) in [
            (23, Format::Binary),
            (1007, Format::Binary),
            (790, Format::Text),
            (791, Format::Text),
        ] {
            assert_eq!(
                Codec::from_oid(oid).map(Codec::format),
                Some(format),
                "{oid}"
            );
        }
    }

    #[test]
    fn names_are_those_of_the_catalogue() {
        assert_eq!(Codec::Int4.name(), "int4");
        assert_eq!(Codec::Array(&Codec::Text).to_string(), "text[]");
        assert_eq!(Codec::Char.to_string(), "\"char\"");
    }
}
