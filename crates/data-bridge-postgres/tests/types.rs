//! What is encoded is decoded again, and nothing that a server could send makes decoding panic.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bytes::BytesMut;
use data_bridge_postgres::types::geometry::Point;
use data_bridge_postgres::types::value::Values;
use data_bridge_postgres::types::{
    Codec, Date, DecodeError, Geometry, Inet, Interval, Tid, Time, TimeTz, Timestamp, Value,
    decode, encode, int_vector,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn encoded(codec: Codec, value: &Value) -> BytesMut {
    let mut out = BytesMut::new();
    encode(value, codec, &mut out).expect("the type holds the value");
    out
}

fn decoded(codec: Codec, raw: &[u8]) -> Result<Value, DecodeError> {
    decode(codec, raw, &mut Values)
}

/// The decimal text of numbers with up to 40 digits on either side of the point, in the server's
/// spelling.
fn decimal_text() -> impl Strategy<Value = String> {
    let number = (any::<bool>(), "(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?");
    let number = number.prop_map(|(negative, digits)| {
        let zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        if negative && !zero {
            format!("-{digits}")
        } else {
            digits
        }
    });
    prop_oneof![20 => number, 1 => select(vec!["NaN", "Infinity", "-Infinity"]).prop_map_into()]
}

fn text() -> impl Strategy<Value = Value> {
    "[^\0]{0,20}".prop_map(Value::Text)
}

fn snapshot() -> impl Strategy<Value = Value> {
    any::<(u64, u64, Vec<u64>)>().prop_map(|(first, next, running)| {
        let running: Vec<String> = running.iter().map(u64::to_string).collect();
        Value::Text(format!("{first}:{next}:{}", running.join(",")))
    })
}

fn inet() -> impl Strategy<Value = Inet> {
    prop_oneof![
        any::<(Ipv4Addr, u8)>().prop_map(|(address, bits)| (address.into(), bits % 33)),
        any::<(Ipv6Addr, u8)>().prop_map(|(address, bits)| (address.into(), bits % 129)),
    ]
    .prop_map(|(address, prefix)| Inet { address, prefix })
}

/// The network that an address is in.
fn network(Inet { address, prefix }: Inet) -> Inet {
    let mask = |width: u8| {
        let host = u32::from(width - prefix);
        u128::MAX.checked_shl(host).unwrap_or(0)
    };
    let address = match address {
        IpAddr::V4(address) => Ipv4Addr::from(address.to_bits() & mask(32) as u32).into(),
        IpAddr::V6(address) => Ipv6Addr::from(address.to_bits() & mask(128)).into(),
    };
    Inet { address, prefix }
}

/// NaN is the same as itself only in its text.
fn coordinate() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("not a number", |float| !float.is_nan())
}

fn geometry(codec: Codec) -> impl Strategy<Value = Geometry> {
    let point = || (coordinate(), coordinate()).prop_map(|(x, y)| Point { x, y });
    (vec(point(), 2..5), any::<bool>()).prop_map(move |(points, closed)| {
        let [first, second, ..] = points[..] else {
            panic!("fewer points than asked for");
        };
        match codec {
            Codec::Point => Geometry::Point(first),
            Codec::Line => {
                let (a, b, c) = (first.x, first.y, second.x);
                Geometry::Line { a, b, c }
            }
            Codec::Lseg => Geometry::Segment([first, second]),
            Codec::Box => Geometry::Box([first, second]),
            Codec::Path => Geometry::Path { closed, points },
            Codec::Polygon => Geometry::Polygon(points),
            _ => {
                let (center, radius) = (first, second.x);
                Geometry::Circle { center, radius }
            }
        }
    })
}

/// Any value that the type holds, in the form that decoding gives it.
fn value(codec: Codec) -> BoxedStrategy<Value> {
    let time = (0..=86_400_000_000_i64).prop_map(Time);
    match codec {
        Codec::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Codec::Int2 => any::<i16>().prop_map(|int| Value::Int(int.into())).boxed(),
        Codec::Int4 => any::<i32>().prop_map(|int| Value::Int(int.into())).boxed(),
        Codec::Int8 => any::<i64>().prop_map(Value::Int).boxed(),
        Codec::Oid | Codec::Xid | Codec::Cid => {
            any::<u32>().prop_map(|int| Value::Int(int.into())).boxed()
        }
        Codec::Float4 => any::<f32>()
            .prop_map(|float| Value::Float(float.into()))
            .boxed(),
        Codec::Float8 => any::<f64>().prop_map(Value::Float).boxed(),
        Codec::Char => "[\u{1}-\u{7f}]?".prop_map(Value::Text).boxed(),
        Codec::Text
        | Codec::Varchar
        | Codec::Bpchar
        | Codec::Name
        | Codec::Unknown
        | Codec::Refcursor
        | Codec::Cstring
        | Codec::Jsonpath
        | Codec::TextForm(_) => text().boxed(),
        Codec::Xid8 => any::<u64>().prop_map(Value::Unsigned).boxed(),
        Codec::PgLsn => any::<u64>().prop_map(Value::Lsn).boxed(),
        Codec::Tid => any::<(u32, u16)>()
            .prop_map(|(block, offset)| Value::Tid(Tid { block, offset }))
            .boxed(),
        Codec::PgSnapshot | Codec::TxidSnapshot => snapshot().boxed(),
        Codec::Bit | Codec::Varbit => "[01]{0,20}".prop_map(Value::Text).boxed(),
        Codec::Macaddr => "[0-9a-f]{2}(:[0-9a-f]{2}){5}".prop_map(Value::Text).boxed(),
        Codec::Macaddr8 => "[0-9a-f]{2}(:[0-9a-f]{2}){7}".prop_map(Value::Text).boxed(),
        Codec::Inet => inet().prop_map(Value::Inet).boxed(),
        Codec::Cidr => inet().prop_map(|inet| Value::Cidr(network(inet))).boxed(),
        Codec::Point
        | Codec::Line
        | Codec::Lseg
        | Codec::Box
        | Codec::Path
        | Codec::Polygon
        | Codec::Circle => geometry(codec).prop_map(Value::Geometry).boxed(),
        Codec::Int2Vector => vec(any::<i16>(), 1..4)
            .prop_map(|ints| Value::List(ints.into_iter().map(|i| Value::Int(i.into())).collect()))
            .boxed(),
        Codec::OidVector => vec(any::<u32>(), 1..4)
            .prop_map(|ints| Value::List(ints.into_iter().map(|i| Value::Int(i.into())).collect()))
            .boxed(),
        Codec::Json | Codec::Jsonb => "[^\0]{0,20}".prop_map(Value::Json).boxed(),
        Codec::Bytea => vec(any::<u8>(), 0..20).prop_map(Value::Bytes).boxed(),
        Codec::Numeric => decimal_text().prop_map(Value::Numeric).boxed(),
        Codec::Uuid => any::<[u8; 16]>().prop_map(Value::Uuid).boxed(),
        Codec::Date => any::<i32>()
            .prop_map(|days| Value::Date(Date(days)))
            .boxed(),
        Codec::Time => time.prop_map(Value::Time).boxed(),
        Codec::TimeTz => (time, -57_599..=57_599)
            .prop_map(|(time, offset)| Value::TimeTz(TimeTz { time, offset }))
            .boxed(),
        Codec::Timestamp => any::<i64>()
            .prop_map(|at| Value::Timestamp(Timestamp(at)))
            .boxed(),
        Codec::TimestampTz => any::<i64>()
            .prop_map(|at| Value::TimestampTz(Timestamp(at)))
            .boxed(),
        Codec::Interval => any::<(i32, i32, i64)>()
            .prop_map(|(months, days, microseconds)| {
                Value::Interval(Interval {
                    months,
                    days,
                    microseconds,
                })
            })
            .boxed(),
        Codec::Void => Just(Value::Null).boxed(),
        Codec::Array(&element) => array(element).boxed(),
    }
}

/// Arrays of one to three dimensions, none of them empty, with NULLs.
fn array(element: Codec) -> impl Strategy<Value = Value> {
    // A vector in an array is a list itself.
    let most = if int_vector::element(element).is_some() {
        1
    } else {
        3
    };
    vec(1..4_usize, 1..=most).prop_flat_map(move |lengths| {
        let item = prop_oneof![5 => value(element), 1 => Just(Value::Null)];
        vec(item, lengths.iter().product::<usize>()).prop_map(move |mut items| {
            for &length in lengths[1..].iter().rev() {
                items = items
                    .chunks(length)
                    .map(|items| Value::List(items.to_vec()))
                    .collect();
            }
            Value::List(items)
        })
    })
}

/// Every type that can be a parameter, and its array where it has one.
fn codec() -> impl Strategy<Value = Codec> {
    let scalars = Codec::SCALARS.iter().filter(|&&codec| codec != Codec::Void);
    let arrays = scalars
        .clone()
        .map(Codec::Array)
        .filter(|codec| codec.oid() != 0);
    select(scalars.copied().chain(arrays).collect::<Vec<_>>())
}

fn codec_and_value() -> impl Strategy<Value = (Codec, Value)> {
    codec().prop_flat_map(|codec| (Just(codec), value(codec)))
}

/// Equality by bits, so that NaN is itself and zero has its sign.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(left), Value::Float(right)) => {
            left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
        }
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn values_survive_the_wire((codec, value) in codec_and_value()) {
        let raw = encoded(codec, &value);
        let again = decoded(codec, &raw);
        prop_assert!(again.as_ref().is_ok_and(|again| same(again, &value)), "{again:?}");
    }

    #[test]
    fn truncated_values_do_not_panic((codec, value) in codec_and_value()) {
        let raw = encoded(codec, &value);
        for length in 0..raw.len() {
            let _ = decoded(codec, &raw[..length]);
        }
    }

    #[test]
    fn values_with_a_byte_changed_do_not_panic(
        (codec, value) in codec_and_value(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut raw = encoded(codec, &value);
        if !raw.is_empty() {
            let at = at.index(raw.len());
            raw[at] = byte;
        }
        let _ = decoded(codec, &raw);
    }

    #[test]
    fn random_bytes_do_not_panic(codec in codec(), raw in vec(any::<u8>(), 0..64)) {
        let _ = decoded(codec, &raw);
    }

    #[test]
    fn dates_of_the_calendar_are_the_same_from_both_sides(at in any::<i64>()) {
        if let Some((date, clock)) = Timestamp(at).civil() {
            prop_assert_eq!(Timestamp::from_civil(date, clock), Timestamp(at));
        }
    }

    #[test]
    fn exponents_move_the_point(digits in "[1-9][0-9]{0,30}", exponent in -400..400_i32) {
        let raw = encoded(Codec::Numeric, &Value::Numeric(format!("{digits}E{exponent}")));
        let plain = if exponent >= 0 {
            format!("{digits}{}", "0".repeat(exponent.unsigned_abs() as usize))
        } else {
            let places = exponent.unsigned_abs() as usize;
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (before, after) = padded.split_at(padded.len() - places);
            format!("{before}.{after}")
        };
        prop_assert_eq!(decoded(Codec::Numeric, &raw), Ok(Value::Numeric(plain)));
    }
}
