//! Types of the database's own: asked about once, forgotten when they turn out to be others.

use super::wire::*;
use super::*;

/// A row of the answer: a type, and one of its attributes.
fn fact(
    [oid, name, kind, receive, part]: [&'static str; 5],
    attribute: Option<[&'static str; 2]>,
) -> Vec<u8> {
    let text = |s: &'static str| Some(s.as_bytes());
    let [attribute, of] = attribute.map_or([None, None], |pair| pair.map(text));
    row(&[
        text(oid),
        text(name),
        text(","),
        text(kind),
        text(receive),
        text(part),
        attribute,
        of,
    ])
}

/// A composite's bytes, of one `int4`.
fn single(oid: u32, value: i32) -> Vec<u8> {
    let mut raw = vec![0, 0, 0, 1];
    raw.extend(oid.to_be_bytes());
    raw.extend([0, 0, 0, 4]);
    raw.extend(value.to_be_bytes());
    raw
}

#[test]
fn types_are_asked_about_once() {
    let mut dialogue = Dialogue::new();
    dialogue.ask(
        "SELECT mood, low FROM t WHERE mood = $1",
        &[Value::Text("ok".into())],
    );
    dialogue.written();
    dialogue.server(&[&described(&[70_001], &[("mood", 70_001), ("low", 70_002)])]);
    assert_eq!(dialogue.written(), "Q");
    dialogue.server(&[
        &columns(&[("oid", TEXT)]),
        &fact(["70001", "mood", "e", "enum_recv", "0"], None),
        &fact(["70002", "low", "d", "domain_recv", "23"], None),
        &complete("SELECT 2"),
        READY,
    ]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    let found = row(&[Some(b"ok"), Some(&7_i32.to_be_bytes())]);
    dialogue.server(&[BOUND, &found, &complete("SELECT 1"), READY]);
    assert_eq!(dialogue.rows(), [[Value::Text("ok".into()), Value::Int(7)]]);
    dialogue.ask("SELECT low FROM t", &[]);
    dialogue.server(&[&described(&[], &[("low", 70_002)])]);
    assert_eq!(dialogue.written(), "P:db_2 D:db_2 S B:db_2 E S");
}

#[test]
fn connections_that_share_a_catalogue_ask_once() {
    let catalogue = Catalogue::default();
    let mut first = Dialogue::sharing(catalogue.clone());
    first.ask("SELECT mood", &[]);
    first.server(&[&described(&[], &[("mood", 70_001)])]);
    let mood = fact(["70001", "mood", "e", "enum_recv", "0"], None);
    first.server(&[&mood, &complete("SELECT 1"), READY]);
    assert_eq!(first.written(), "P:db_1 D:db_1 S Q B:db_1 E S");
    let mut second = Dialogue::sharing(catalogue);
    second.ask("SELECT mood", &[]);
    second.server(&[&described(&[], &[("mood", 70_001)])]);
    assert_eq!(second.written(), "P:db_1 D:db_1 S B:db_1 E S");
}

#[test]
fn built_in_types_are_not_asked_about() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT r, m, rs, x", &[]);
    let types = [("r", 3904), ("m", 4451), ("rs", 3905), ("x", 2249)];
    dialogue.server(&[&described(&[], &types)]);
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S B:db_1 E S");
}

#[test]
fn a_type_that_stays_unknown_is_its_text() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT a", &[]);
    dialogue.server(&[&described(&[], &[("a", 70_001)])]);
    dialogue.server(&[&complete("SELECT 0"), READY]);
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S Q B:db_1 E S");
    dialogue.server(&[BOUND, &row(&[Some(b"(1,2)")]), &complete("SELECT 1"), READY]);
    assert_eq!(dialogue.rows(), [[Value::Text("(1,2)".into())]]);
}

#[test]
fn a_composite_that_was_altered_is_asked_about_again() {
    let mut dialogue = Dialogue::new();
    let asked = [&described(&[], &[("a", 70_001)])[..]];
    dialogue.ask("SELECT a", &[]);
    dialogue.server(&asked);
    let pair = fact(
        ["70001", "single", "c", "record_recv", "0"],
        Some(["x", "23"]),
    );
    dialogue.server(&[&pair, &complete("SELECT 1"), READY]);
    dialogue.written();
    dialogue.server(&[
        BOUND,
        &row(&[Some(&single(INT4, 1))]),
        &complete("SELECT 1"),
        READY,
    ]);
    assert_eq!(dialogue.rows(), [[Value::Record(vec![Value::Int(1)])]]);
    // An int4 became a text of as many bytes.
    dialogue.ask("SELECT a", &[]);
    dialogue.written();
    dialogue.server(&[
        BOUND,
        &row(&[Some(&single(TEXT, 1))]),
        &complete("SELECT 1"),
        READY,
    ]);
    match dialogue.answer() {
        Err(Error::Decode(error)) => assert!(error.to_string().contains("altered"), "{error}"),
        other => panic!("{other:?}"),
    }
    dialogue.ask("SELECT a", &[]);
    dialogue.server(&asked);
    assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S Q");
}

#[test]
fn what_a_record_is_made_of_is_asked_about_the_next_time() {
    let mut dialogue = Dialogue::new();
    let asked = [&described(&[], &[("r", 2249)])[..]];
    dialogue.ask("SELECT r", &[]);
    dialogue.server(&asked);
    let found = row(&[Some(&single(70_001, 1))]);
    dialogue.server(&[BOUND, &found, &complete("SELECT 1"), READY]);
    assert!(dialogue.answer().is_err());
    dialogue.written();
    dialogue.ask("SELECT r", &[]);
    dialogue.server(&asked);
    assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S Q");
    let low = fact(["70001", "low", "d", "domain_recv", "23"], None);
    dialogue.server(&[&low, &complete("SELECT 1"), READY]);
    dialogue.server(&[BOUND, &found, &complete("SELECT 1"), READY]);
    assert_eq!(dialogue.rows(), [[Value::Record(vec![Value::Int(1)])]]);
}
