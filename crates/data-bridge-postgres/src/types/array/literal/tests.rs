use super::*;
use crate::types::value::{Value, Values};
use crate::types::{decode, encode};

fn codec() -> Codec {
    Codec::from_oid(3643).expect("tsvector[]")
}

fn decoded(literal: &str) -> Result<Value, DecodeError> {
    decode(codec(), literal.as_bytes(), &mut Values)
}

fn list(items: &[Value]) -> Value {
    Value::List(items.to_vec())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn a_literal_is_an_array_of_its_elements() {
    for (literal, expected) in [
        ("{}", list(&[])),
        ("{a}", list(&[text("a")])),
        (
            r#"{a b,"",NULL}"#,
            list(&[text("a b"), text(""), Value::Null]),
        ),
        (
            r#"{"NULL","a,b","{}","\"\\"}"#,
            list(&[text("NULL"), text("a,b"), text("{}"), text(r#""\"#)]),
        ),
        (
            "{{a,b},{c,NULL}}",
            list(&[
                list(&[text("a"), text("b")]),
                list(&[text("c"), Value::Null]),
            ]),
        ),
        (
            "[0:1]={a,b}",
            Value::Bounded(Box::new(list(&[text("a"), text("b")])), vec![0]),
        ),
        (
            "[-1:-1][5:6]={{a,b}}",
            Value::Bounded(
                Box::new(list(&[list(&[text("a"), text("b")])])),
                vec![-1, 5],
            ),
        ),
    ] {
        assert_eq!(decoded(literal), Ok(expected), "{literal}");
    }
}

#[test]
fn what_is_no_array_is_refused() {
    for literal in [
        "",
        "a",
        "{",
        "{a",
        "{a,",
        "{a,}",
        "{,a}",
        "{a}b",
        "{a}}",
        "{{a}",
        "{{},{}}",
        "{{a},b}",
        "{a,{b}}",
        "{{a,b},{c}}",
        "{{{{{{{a}}}}}}}",
        r#"{"a}"#,
        r#"{"a\"#,
        r#"{"a"b}"#,
        r#"{a"b}"#,
        r"{a\b}",
        "[0:1]={a}",
        "[1:1][1:1]={a}",
        "[0:1]{a,b}",
        "[0:x]={a,b}",
        "[1:0]={a,b}",
        "[0={a,b}",
        "[-2147483648:2147483647]={a}",
    ] {
        assert!(decoded(literal).is_err(), "{literal}");
    }
}

#[test]
fn a_list_is_written_as_the_literal_that_it_is_read_from() {
    for (items, expected) in [
        (list(&[]), "{}"),
        (list(&[text("a"), Value::Null]), r#"{"a",NULL}"#),
        (list(&[text(r#"a"b\c"#)]), r#"{"a\"b\\c"}"#),
        (
            list(&[
                list(&[text("a"), text("b")]),
                list(&[text("c"), text("d")]),
                list(&[text("e"), text("f")]),
            ]),
            r#"{{"a","b"},{"c","d"},{"e","f"}}"#,
        ),
    ] {
        let mut out = BytesMut::from(&b"before"[..]);
        encode(&items, codec(), &mut out).expect("an array");
        assert_eq!(out, format!("before{expected}").as_bytes());
        assert_eq!(decoded(expected), Ok(items));
    }
}

#[test]
fn bounds_are_written_where_they_are_others_than_usual() {
    let element = Codec::from_oid(3614).expect("tsvector");
    let array = read(codec(), element.oid(), b"[0:1]={a,b}").expect("an array");
    let mut out = BytesMut::from(&array[..]);
    replace(codec(), 0, &mut out).expect("an array");
    assert_eq!(&out[..], br#"[0:1]={"a","b"}"#);
}
