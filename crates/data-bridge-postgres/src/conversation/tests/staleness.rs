//! Prepared statements that are no longer right.

use super::wire::{
    BOUND, INT4, PARSED, READY, READY_FAILED, READY_INSIDE, TEXT, columns, complete, described,
    error, failure_in, int4, outdated, parameters, row, selected,
};
use super::{Dialogue, TransactionStatus};
use crate::error::Error;
use crate::types::value::Value;

/// One in which `SELECT 1` was prepared, and a transaction has begun.
fn inside() -> Dialogue {
    let mut dialogue = Dialogue::prepared();
    dialogue.script("BEGIN");
    dialogue.server(&[&complete("BEGIN"), READY_INSIDE]);
    dialogue.answer().expect("it failed");
    dialogue.written();
    dialogue
}

#[test]
fn it_is_prepared_anew_and_run_again() {
    for stale in [
        outdated(),
        error("XX000", "cache lookup failed for type 16493"),
        error("42883", "operator does not exist: text = integer"),
    ] {
        let mut dialogue = Dialogue::prepared();
        dialogue.ask("SELECT 1", &[]);
        dialogue.written();
        dialogue.server(&[&stale, READY]);
        assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S");
        assert_eq!(dialogue.in_flight(), 1);
        let anew = [
            PARSED,
            &parameters(&[]),
            &columns(&[("a", INT4), ("b", INT4)]),
        ];
        dialogue.server(&[&anew.concat(), READY]);
        assert_eq!(dialogue.written(), "B:db_2 E S");
        let found = row(&[Some(&[0, 0, 0, 1]), Some(&[0, 0, 0, 2])]);
        dialogue.server(&[BOUND, &found, &complete("SELECT 1"), READY]);
        assert_eq!(dialogue.rows(), [[Value::Int(1), Value::Int(2)]]);
    }
}

#[test]
fn what_is_outdated_once_more_is_said_in_other_words() {
    // A pooler has it by its text, and gives the old one for a new name.
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&outdated(), READY]);
    assert!(!dialogue.said().contains("--"));
    dialogue.server(&[PARSED, &parameters(&[]), &outdated(), READY]);
    assert_eq!(dialogue.said(), "SELECT 1\n--db_3");
    dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(5)]);
    assert_eq!(dialogue.rows(), [[Value::Int(5)]]);
    // It is kept by its own text.
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_3 E S");
}

#[test]
fn it_is_not_run_again_for_ever() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    for _ in 0..2 {
        dialogue.server(&[&outdated(), READY]);
        dialogue.server(&[&described(&[], &[("a", INT4)])]);
    }
    dialogue.server(&[&outdated(), READY]);
    assert_eq!(dialogue.failure(), "0A000");
    // What is wrong of itself is tried but once more.
    dialogue.ask("SELECT 2", &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.server(&[&error("42883", "operator does not exist"), READY]);
    assert_eq!(dialogue.failure(), "42883");
}

#[test]
fn inside_a_transaction_it_is_told() {
    let mut dialogue = inside();
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&outdated(), READY_FAILED]);
    match dialogue.answer() {
        Err(Error::Server(error)) => {
            assert!(error.outdated);
            assert_eq!(error.sqlstate, "0A000");
            assert!(
                error
                    .hint
                    .is_some_and(|hint| hint.contains("transaction again"))
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(dialogue.status(), TransactionStatus::Failed);
    // The next one has it prepared anew.
    assert_eq!(dialogue.written(), "");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S");
}

#[test]
fn what_the_connection_itself_redefined_is_prepared_anew() {
    for (tag, inside) in [
        ("ALTER TABLE", true),
        ("DROP TABLE", true),
        ("DISCARD ALL", false),
    ] {
        let mut dialogue = if inside {
            self::inside()
        } else {
            Dialogue::prepared()
        };
        dialogue.script(tag);
        let ready = if inside { READY_INSIDE } else { READY };
        dialogue.server(&[&complete(tag), ready]);
        assert!(dialogue.answer().is_ok());
        // Nothing is said by itself: a pooler would keep a session for what is to follow.
        assert!(!dialogue.written().contains('C'));
        dialogue.ask("SELECT 1", &[]);
        assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S");
    }
}

#[test]
fn what_a_command_dropped_says_nothing_of_a_pooler() {
    let mut dialogue = Dialogue::prepared();
    dialogue.script("DISCARD ALL");
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&complete("DISCARD ALL"), READY]);
    assert!(dialogue.answer().is_ok());
    dialogue.written();
    let lost = error("26000", "prepared statement \"db_1\" does not exist");
    dialogue.server(&[&lost, READY]);
    assert_eq!(dialogue.written(), "C:db_1 P:db_2 D:db_2 S");
}

#[test]
fn what_is_said_of_something_else_is_an_error_as_any() {
    for other in [
        error("0A000", "cannot do that"),
        error("26000", "prepared statement \"mine\" does not exist"),
        failure_in(
            "PL/pgSQL function f()",
            "26000",
            "prepared statement \"db_1\" does not exist",
        ),
    ] {
        let mut dialogue = Dialogue::prepared();
        dialogue.ask("SELECT 1", &[]);
        dialogue.written();
        dialogue.server(&[&other, READY]);
        dialogue.failure();
        assert_eq!(dialogue.written(), "");
    }
}

#[test]
fn rows_that_were_taken_are_not_taken_twice() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[BOUND, &int4(1), &error("42883", "no such function"), READY]);
    assert_eq!(dialogue.failure(), "42883");
}

#[test]
fn a_parameter_without_a_type_is_explained() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT $1 IS NULL", &[Value::Null]);
    let undetermined = error("42P18", "could not determine data type of parameter $1");
    dialogue.server(&[PARSED, &undetermined, READY]);
    match dialogue.answer() {
        Err(Error::Server(error)) => assert!(error.hint.is_some_and(|h| h.contains("$1::text"))),
        other => panic!("{other:?}"),
    }
    dialogue.ask("SELECT $1", &[Value::Text("a".into())]);
    dialogue.server(&[&described(&[TEXT], &[("a", TEXT)])]);
    assert!(dialogue.written().ends_with("B:db_2 E S"));
}
