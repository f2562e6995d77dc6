use super::*;
use crate::types::{DecodeError, Value, encode, value::Values};

const INT4S: Codec = Codec::Array(&Codec::Int4);
const TEXTS: Codec = Codec::Array(&Codec::Text);

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn decoded(codec: Codec, raw: &[u8]) -> Result<Value, DecodeError> {
    crate::types::decode(codec, raw, &mut Values)
}

fn encoded(codec: Codec, value: &Value) -> Result<Vec<u8>, EncodeError> {
    let mut out = BytesMut::new();
    encode(value, codec, &mut out).map(|()| out.to_vec())
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// What `SELECT encode(array_send(...), 'hex')` gives for `{1,NULL,3}` and `{{a,b},{c,NULL}}`.
fn sent() -> [(Codec, &'static str, Value); 3] {
    [
        (INT4S, "000000000000000000000017", list([])),
        (
            INT4S,
            "00000001000000010000001700000003000000010000000400000001ffffffff0000000400000003",
            list([Value::Int(1), Value::Null, Value::Int(3)]),
        ),
        (
            TEXTS,
            "00000002000000010000001900000002000000010000000200000001\
             000000016100000001620000000163ffffffff",
            list([list([text("a"), text("b")]), list([text("c"), Value::Null])]),
        ),
    ]
}

#[test]
fn the_servers_bytes_are_written_and_read() {
    for (codec, hex, value) in sent() {
        assert_eq!(decoded(codec, &bytes(hex)).as_ref(), Ok(&value));
        assert_eq!(encoded(codec, &value), Ok(bytes(hex)));
    }
}

#[test]
fn lower_bounds_other_than_one_are_told() {
    let raw = bytes("0000000100000000000000150000000200000000000000020005000000020006");
    let value = decoded(Codec::Array(&Codec::Int2), &raw);
    let items = Box::new(list([Value::Int(5), Value::Int(6)]));
    assert_eq!(value, Ok(Value::Bounded(items, vec![0])));
}

#[test]
fn lists_that_hold_nothing_are_an_array_without_dimensions() {
    let empty = encoded(INT4S, &list([]));
    assert_eq!(encoded(INT4S, &list([list([]), list([])])), empty);
}

#[test]
fn lists_must_be_rectangular() {
    let one = || list([Value::Int(1)]);
    for ragged in [
        list([one(), list([])]),
        list([list([]), one()]),
        list([one(), Value::Int(1)]),
        list([Value::Int(1), one()]),
        list([one(), Value::Null]),
        list([Value::Null, one()]),
    ] {
        assert_eq!(
            encoded(INT4S, &ragged),
            Err(EncodeError::Ragged(INT4S)),
            "{ragged:?}"
        );
    }
}

#[test]
fn six_dimensions_and_no_more() {
    let mut value = Value::Int(1);
    for _ in 0..6 {
        value = list([value]);
    }
    let raw = encoded(INT4S, &value).expect("six dimensions");
    assert_eq!(decoded(INT4S, &raw).as_ref(), Ok(&value));
    assert_eq!(
        encoded(INT4S, &list([value])),
        Err(EncodeError::Dimensions(INT4S))
    );
}

#[test]
fn every_truncation_is_refused() {
    for (codec, hex, _) in sent() {
        let raw = bytes(hex);
        for length in 0..raw.len() {
            assert!(
                decoded(codec, &raw[..length]).is_err(),
                "{length} bytes of {hex}"
            );
        }
        assert!(
            decoded(codec, &[&raw[..], &[0]].concat()).is_err(),
            "a byte more than {hex}"
        );
    }
}

#[test]
fn dimensions_are_held_against_the_bytes() {
    for hex in [
        "0000000700000000000000170000000100000001", // seven dimensions
        "ffffffff0000000000000017",                 // a negative number of them
        "00000001000000000000001740000000000000010000000000000000", // a thousand million elements
        "00000001000000000000001780000000000000010000000000000000", // a negative length
        "0000000200000000000000177fffffff000000017fffffff00000001", // more than can be counted
        "00000001000000000000001900000001000000010000000131", // text, not int4
    ] {
        assert!(
            matches!(
                decoded(INT4S, &bytes(hex)),
                Err(DecodeError::Malformed { codec: INT4S, .. })
            ),
            "{hex}"
        );
    }
    let nothing = bytes("0000000200000000000000177fffffff000000010000000000000001");
    assert_eq!(decoded(INT4S, &nothing), Ok(list([])));
}
