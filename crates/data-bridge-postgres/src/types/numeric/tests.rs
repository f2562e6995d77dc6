use super::*;
use crate::types::EncodeError;

fn encoded(text: &str) -> Result<BytesMut, EncodeError> {
    let mut out = BytesMut::new();
    encode(text, &mut out).map(|()| out)
}

fn decoded(raw: &[u8]) -> Result<String, DecodeError> {
    Numeric::read(raw).map(|value| value.to_string())
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// What `SELECT encode(numeric_send(...), 'hex')` gives, but for the scale of the infinities, which
/// the server sends as 32 and does not read.
const SENT: &[(&str, &str)] = &[
    ("0", "0000000000000000"),
    ("0.00", "0000000000000002"),
    ("1.10", "0002000000000002000103e8"),
    ("-1.10", "0002000040000002000103e8"),
    ("10000", "00010001000000000001"),
    ("12345678.9", "000300010000000104d2162e2328"),
    ("0.0001", "0001ffff000000040001"),
    ("0.00001", "0001fffe0000000503e8"),
    ("NaN", "00000000c0000000"),
    ("Infinity", "00000000d0000000"),
    ("-Infinity", "00000000f0000000"),
    ("100000000000000000000", "00010005000000000001"),
    (
        "123456789012345678.0123456789",
        "000800040000000a000c0d801ed204d2162e007b11d722c4",
    ),
    ("9999.9999", "0002000000000004270f270f"),
    ("-0.5", "0001ffff400000011388"),
    (
        "100000000.000000001",
        "00060002000000090001000000000000000003e8",
    ),
];

#[test]
fn the_servers_bytes_are_written_and_read() {
    for &(text, hex) in SENT {
        assert_eq!(encoded(text).as_deref(), Ok(&bytes(hex)[..]), "{text}");
        assert_eq!(decoded(&bytes(hex)).as_deref(), Ok(text));
    }
    assert_eq!(
        decoded(&bytes("00000000d0000020")).as_deref(),
        Ok("Infinity")
    );
}

#[test]
fn exponents_are_worked_in() {
    for (text, plain) in [
        ("1E+3", "1000"),
        ("1.5e2", "150"),
        ("1.234E+2", "123.4"),
        ("1E-7", "0.0000001"),
        ("-12.50E-3", "-0.01250"),
        ("0E-5", "0.00000"),
        ("0E+9999999999999999999", "0"),
        ("+7", "7"),
        ("007.0", "7.0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0.00", "0.00"),
    ] {
        let raw = encoded(text).expect(text);
        assert_eq!(decoded(&raw).as_deref(), Ok(plain), "{text}");
    }
}

#[test]
fn the_largest_and_the_finest_numbers_fit_and_no_more() {
    let largest = encoded("9E+131071").expect("131072 digits");
    assert_eq!(decoded(&largest).map(|text| text.len()), Ok(131_072));
    assert_eq!(encoded("1E+131072"), Err(EncodeError::NumericWeight));
    assert_eq!(
        encoded("1E+99999999999999999999"),
        Err(EncodeError::NumericWeight)
    );
    let finest = encoded("1E-16383").expect("16383 digits");
    assert_eq!(decoded(&finest).map(|text| text.len()), Ok(16_385));
    assert_eq!(encoded("1E-16384"), Err(EncodeError::NumericScale));
    assert_eq!(encoded("0E-16384"), Err(EncodeError::NumericScale));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "-", ".", "1.2.3", "1e", "1e+", "sNaN", "-NaN", "NaN1", "1 ", "0x1", "1_0", "\u{661}",
    ] {
        assert_eq!(encoded(text), Err(EncodeError::NumericSyntax), "{text}");
    }
}

#[test]
fn integers_are_written_as_their_text_would_be() {
    for value in [
        0,
        1,
        -1,
        9999,
        10_000,
        10_001,
        -123_456_789,
        i64::MAX,
        i64::MIN,
    ] {
        let mut out = BytesMut::new();
        encode_int(value, &mut out);
        assert_eq!(decoded(&out).as_deref(), Ok(&value.to_string()[..]));
    }
}

#[test]
fn malformed_bytes_are_refused() {
    let sound = bytes("0002000000000002000103e8");
    for length in 0..sound.len() {
        assert!(Numeric::read(&sound[..length]).is_err(), "{length} bytes");
    }
    for hex in [
        "0002000000000002000103e800", // an odd byte more
        "0001000000000002000103e8",   // a digit more than announced
        "00010000000000002710",       // a group of 10000
        "00010000123400000001",       // no such sign
        "00010000000040000001",       // a scale of 16384
    ] {
        assert!(Numeric::read(&bytes(hex)).is_err(), "{hex}");
    }
}

#[test]
fn digits_that_are_not_in_normal_form_are_still_read_right() {
    assert_eq!(
        decoded(&bytes("000200010000000000000007")).as_deref(),
        Ok("7")
    );
    assert_eq!(decoded(&bytes("0000000040000001")).as_deref(), Ok("0.0"));
    assert_eq!(decoded(&bytes("00007fff40000001")).as_deref(), Ok("0.0"));
    assert_eq!(
        decoded(&bytes("00018000000000010001")).as_deref(),
        Ok("0.0")
    );
    assert_eq!(decoded(&bytes("0001000000000000000c")).as_deref(), Ok("12"));
    assert_eq!(
        decoded(&bytes("00020000000000000001270f")).as_deref(),
        Ok("1")
    );
}
