//! Values of types that are found out at run time, as bytes.

use std::sync::Arc;

use bytes::{BufMut, BytesMut};

use super::*;
use crate::types::range::Range;
use crate::types::value::{Value, Values};
use crate::types::{composite, hstore, vector};

fn composed(kind: Kind) -> AnyCodec {
    AnyCodec::Composed(Arc::new(Composed::new(70_001, "own".into(), kind)))
}

fn data_type(codec: AnyCodec) -> DataType {
    DataType {
        oid: 70_001,
        codec,
        name: "own".into(),
    }
}

fn attribute(name: &str, data_type: impl Into<DataType>) -> Attribute {
    Attribute {
        name: name.to_owned(),
        data_type: data_type.into(),
    }
}

fn decoded(codec: &AnyCodec, raw: &[u8]) -> Result<Value, DecodeError> {
    codec.decode(raw, &mut Values)
}

fn int4_range() -> AnyCodec {
    composed(Kind::Range(Codec::Int4.into()))
}

fn built_in(oid: u32) -> Result<AnyCodec, DecodeError> {
    let codec = Codec::from_oid(oid).ok_or(DecodeError::UnknownAttribute(oid))?;
    Ok(codec.into())
}

/// The bytes of a range of `int4`.
fn range_bytes(range: &Range<i32>) -> BytesMut {
    let mut out = BytesMut::new();
    let write = |bound: &i32, out: &mut BytesMut| {
        out.put_i32(*bound);
        Ok::<_, crate::types::EncodeError>(())
    };
    range.encode(&mut out, write).expect("a short range");
    out
}

fn between(lower: Option<i32>, upper: Option<i32>) -> Range<i32> {
    Range::Between {
        lower,
        upper,
        lower_inclusive: lower.is_some(),
        upper_inclusive: false,
    }
}

/// A composite of an `int4` and a `text`, and its bytes.
fn pair() -> (AnyCodec, BytesMut) {
    let attributes = vec![attribute("a", Codec::Int4), attribute("b", Codec::Text)];
    let mut out = BytesMut::new();
    composite::header(2, &mut out);
    let mut write = |codec: Codec, bytes: Option<&[u8]>| {
        composite::attribute(codec.oid(), &mut out, |out| {
            out.put_slice(bytes.unwrap_or_default());
            Ok::<_, crate::types::EncodeError>(bytes.is_some())
        })
        .expect("a short value");
    };
    write(Codec::Int4, Some(&7_i32.to_be_bytes()));
    write(Codec::Text, None);
    (composed(Kind::Composite(attributes)), out)
}

#[test]
fn ranges_come_back_as_they_were_written() {
    for (lower, upper) in [
        (Some(1), Some(5)),
        (None, Some(5)),
        (Some(1), None),
        (None, None),
    ] {
        let range = between(lower, upper);
        let int = |bound: i32| Value::Int(bound.into());
        let expected = Range::Between {
            lower: lower.map(int),
            upper: upper.map(int),
            lower_inclusive: lower.is_some(),
            upper_inclusive: false,
        };
        let found = decoded(&int4_range(), &range_bytes(&range));
        assert_eq!(found, Ok(Value::Range(Box::new(expected))));
    }
    let empty = range_bytes(&Range::Empty);
    assert_eq!(&empty[..], [1]);
    let found = decoded(&int4_range(), &empty);
    assert_eq!(found, Ok(Value::Range(Box::new(Range::Empty))));
}

#[test]
fn composites_come_back_as_they_were_written() {
    let (codec, raw) = pair();
    let expected = Value::Record(vec![Value::Int(7), Value::Null]);
    assert_eq!(decoded(&codec, &raw), Ok(expected.clone()));
    let types = RecordTypes(Arc::new(built_in));
    assert_eq!(decoded(&composed(Kind::Record(types)), &raw), Ok(expected));
}

#[test]
fn an_altered_composite_is_noticed() {
    let (_, raw) = pair();
    for attributes in [
        vec![attribute("a", Codec::Int4)],
        vec![attribute("a", Codec::Int4), attribute("b", Codec::Varchar)],
    ] {
        let codec = composed(Kind::Composite(attributes));
        assert_eq!(decoded(&codec, &raw), Err(DecodeError::Altered(70_001)));
        assert!(data_type(codec).is_outdated());
    }
}

#[test]
fn records_nest_no_deeper_than_the_stack_bears() {
    fn nested() -> RecordTypes {
        RecordTypes(Arc::new(|_| Ok(composed(Kind::Record(nested())))))
    }
    let mut raw = vec![0, 0, 0, 0];
    for depth in 1..=u32::from(MAX_DEPTH) + 10 {
        let mut outer = vec![0, 0, 0, 1];
        outer.extend(2249_u32.to_be_bytes());
        outer.extend((raw.len() as u32).to_be_bytes());
        outer.extend(&raw);
        raw = outer;
        let found = decoded(&composed(Kind::Record(nested())), &raw);
        assert_eq!(found.is_ok(), depth <= u32::from(MAX_DEPTH), "{depth}");
    }
}

#[test]
fn maps_and_vectors_come_back_as_they_were_written() {
    let mut out = BytesMut::new();
    hstore::header(2, &mut out).expect("few");
    for text in [Some("a"), Some("1"), Some("b"), None] {
        hstore::encode_text(text, &mut out).expect("short");
    }
    let pairs = vec![("a".into(), Some("1".into())), ("b".into(), None)];
    assert_eq!(
        decoded(&composed(Kind::Hstore), &out),
        Ok(Value::Hstore(pairs))
    );
    let mut out = BytesMut::new();
    vector::encode(&[1.5, -2.0], &mut out).expect("few");
    assert_eq!(&out[..4], [0, 2, 0, 0]);
    assert_eq!(
        decoded(&composed(Kind::Vector), &out),
        Ok(Value::Vector(vec![1.5, -2.0]))
    );
}

#[test]
fn an_array_of_texts_without_a_binary_form_is_a_literal() {
    let codec = composed(Kind::Array(data_type(composed(Kind::Unknown))));
    assert_eq!(codec.format(), Format::Text);
    let items = vec![Value::Text("a b".into()), Value::Null];
    assert_eq!(decoded(&codec, b"{\"a b\",NULL}"), Ok(Value::List(items)));
}

#[test]
fn lower_bounds_are_told_when_they_are_not_one() {
    let codec = composed(Kind::Array(data_type(int4_range())));
    for bounds in [&[1][..], &[0]] {
        let mut out = BytesMut::new();
        let encoder =
            array::Encoder::bounded(ARRAY, 70_001, Format::Binary, &[1], bounds, &mut out)
                .expect("one");
        encoder.null(&mut out);
        let list = Value::List(vec![Value::Null]);
        let expected = if bounds == [1] {
            list
        } else {
            Value::Bounded(Box::new(list), bounds.to_vec())
        };
        assert_eq!(decoded(&codec, &out), Ok(expected));
    }
}

/// Each kind of type, with bytes of a value of it.
fn examples() -> Vec<(AnyCodec, BytesMut)> {
    let range = between(Some(1), Some(5));
    let mut ranges = BytesMut::new();
    ranges.put_u32(2);
    for _ in 0..2 {
        composite::part(&mut ranges, |out| {
            out.put_slice(&range_bytes(&range));
            Ok::<_, crate::types::EncodeError>(true)
        })
        .expect("short");
    }
    let mut map = BytesMut::new();
    hstore::header(1, &mut map).expect("one");
    hstore::encode_text(Some("key"), &mut map).expect("short");
    hstore::encode_text(Some("value"), &mut map).expect("short");
    let mut floats = BytesMut::new();
    vector::encode(&[1.0, 2.0, 3.0], &mut floats).expect("few");
    let mut array = BytesMut::new();
    let encoder = array::Encoder::bounded(ARRAY, 70_001, Format::Binary, &[2], &[0], &mut array)
        .expect("two");
    for _ in 0..2 {
        let write = |out: &mut BytesMut| {
            out.put_slice(&range_bytes(&range));
            Ok::<_, crate::types::EncodeError>(())
        };
        encoder.element(&mut array, write).expect("short");
    }
    let (codec, raw) = pair();
    let types = RecordTypes(Arc::new(built_in));
    vec![
        (int4_range(), range_bytes(&range)),
        (composed(Kind::Multirange(data_type(int4_range()))), ranges),
        (composed(Kind::Hstore), map),
        (composed(Kind::Vector), floats),
        (composed(Kind::Array(data_type(int4_range()))), array),
        (codec, raw.clone()),
        (composed(Kind::Record(types)), raw),
    ]
}

#[test]
fn bytes_cut_anywhere_are_refused() {
    for (codec, raw) in examples() {
        assert!(decoded(&codec, &raw).is_ok(), "{codec:?}");
        for end in 0..raw.len() {
            assert!(
                decoded(&codec, &raw[..end]).is_err(),
                "{codec:?} cut at {end}"
            );
        }
        let mut longer = raw.clone();
        longer.put_u8(0);
        assert!(decoded(&codec, &longer).is_err(), "{codec:?} and more");
    }
}

/// Changed bytes are another value or an error, and nothing is set aside for parts that cannot be
/// there: counts and lengths beyond the value are among the changes.
#[test]
fn changed_bytes_never_panic() {
    for (codec, raw) in examples() {
        for place in 0..raw.len() {
            for change in [0x00, 0x01, 0x7f, 0x80, 0xff] {
                let mut changed = raw.clone();
                changed[place] = change;
                let _ = decoded(&codec, &changed);
                changed[place..].fill(change);
                let _ = decoded(&codec, &changed);
            }
        }
    }
}
