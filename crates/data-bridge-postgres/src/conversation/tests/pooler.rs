//! A pooler between, which gives each transaction another session.

use super::Dialogue;
use super::wire::{
    BOUND, INT4, PARSED, READY, READY_FAILED, READY_INSIDE, TEXT, columns, complete, described,
    error, int4, parameters, row,
};
use crate::types::value::Value;

/// A process that no server has.
const MADE_UP: i32 = -17;

const CLOSED: &[u8] = b"3\0\0\0\x04";

/// The answer to the question who keeps statements.
fn probed(process: &str, known: &str) -> Vec<u8> {
    let found = row(&[Some(process.as_bytes()), Some(known.as_bytes())]);
    let done = complete("SELECT 1");
    [PARSED, PARSED, BOUND, &found, &done, CLOSED, READY].concat()
}

/// The answer to a statement that was parsed along with its execution.
fn along(oid: u32, found: &[u8]) -> Vec<u8> {
    let described = [PARSED, &parameters(&[]), &columns(&[("a", oid)])].concat();
    [&described, BOUND, found, &complete("SELECT 1"), READY].concat()
}

fn lost(name: &str) -> Vec<u8> {
    error(
        "26000",
        &format!("prepared statement \"{name}\" does not exist"),
    )
}

#[test]
fn a_server_is_not_asked() {
    for process in [1, 4711, 1 << 22] {
        let mut dialogue = Dialogue::with(10, process);
        dialogue.ask("SELECT 1", &[]);
        assert_eq!(dialogue.written(), "P:db_1 D:db_1 S");
    }
}

#[test]
fn who_keeps_statements_is_asked_along_with_the_first() {
    for (process, known, second) in [
        // A server after all; a pooler that has names of its own; one that keeps none.
        ("-17", "t", "B:db_2 E S"),
        ("4711", "f", "B:db_2 E S"),
        ("4711", "t", "P: D: B: E S"),
    ] {
        let mut dialogue = Dialogue::with(10, MADE_UP);
        dialogue.ask("SELECT 1", &[]);
        assert_eq!(
            dialogue.written(),
            "P:db_1 P: B: E C:db_1 S P:db_2 D:db_2 S"
        );
        dialogue.server(&[&probed(process, known)]);
        assert!(dialogue.finished.is_empty());
        dialogue.server(&[&described(&[], &[("a", INT4)])]);
        assert_eq!(dialogue.written(), second);
        dialogue.ask("SELECT 1", &[]);
        assert_eq!(dialogue.written(), second);
    }
}

#[test]
fn without_an_answer_nobody_is_relied_upon() {
    let mut dialogue = Dialogue::with(10, 0);
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&error("42P01", "no such view"), READY]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    assert_eq!(dialogue.written(), "P: D: B: E S");
    dialogue.server(&[&along(INT4, &int4(7))]);
    assert_eq!(dialogue.rows(), [[Value::Int(7)]]);
}

#[test]
fn inside_a_transaction_nobody_is_asked_or_relied_upon() {
    let mut dialogue = Dialogue::with(10, MADE_UP);
    dialogue.script("BEGIN");
    dialogue.server(&[&complete("BEGIN"), READY_INSIDE]);
    assert!(dialogue.answer().is_ok());
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: S");
    let description = [PARSED, &parameters(&[]), &columns(&[("a", INT4)])].concat();
    dialogue.server(&[&description, READY_INSIDE]);
    assert_eq!(dialogue.written(), "P: D: B: E S");
    dialogue.server(&[&along(INT4, &int4(7))]);
    assert_eq!(dialogue.rows(), [[Value::Int(7)]]);
    // Now it is.
    dialogue.ask("SELECT 2", &[]);
    assert!(dialogue.written().starts_with("P:db_1 P: B: E C:db_1 S"));
    dialogue.server(&[&probed("-17", "t"), &described(&[], &[("a", INT4)])]);
    dialogue.written();
    // What was parsed along before is kept from now on.
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P:db_3 D:db_3 S");
}

#[test]
fn the_question_is_nobodys_to_give_up() {
    let mut dialogue = Dialogue::with(10, MADE_UP);
    let asked = dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.conversation.front_abandoned(), None);
    dialogue.conversation.abandon(asked);
    assert_eq!(dialogue.conversation.front_abandoned(), None);
    dialogue.server(&[&probed("4711", "t")]);
    assert_eq!(dialogue.conversation.front_abandoned(), Some(asked));
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn a_pooler_that_goes_unnoticed_is_found_out() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&lost("db_1"), READY, &lost("db_1"), READY]);
    // Described once more, and from then on parsed along.
    assert_eq!(dialogue.written(), "P: D: S P: D: S");
    let description = described(&[], &[("a", INT4)]);
    dialogue.server(&[&description, &description]);
    assert_eq!(dialogue.written(), "P: D: B: E S P: D: B: E S");
    dialogue.server(&[&along(INT4, &int4(3))]);
    assert_eq!(dialogue.rows(), [[Value::Int(3)]]);
    dialogue.server(&[&along(INT4, &int4(4))]);
    assert_eq!(dialogue.rows(), [[Value::Int(4)]]);
}

#[test]
fn a_name_that_is_taken_is_found_out() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    let taken = error("42P05", "prepared statement \"db_1\" already exists");
    dialogue.server(&[&taken, READY]);
    assert_eq!(dialogue.written(), "P: D: S");
}

#[test]
fn found_out_inside_a_transaction_it_is_told_once() {
    let mut dialogue = Dialogue::prepared();
    dialogue.script("BEGIN");
    dialogue.server(&[&complete("BEGIN"), READY_INSIDE]);
    assert!(dialogue.answer().is_ok());
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&lost("db_1"), READY_FAILED]);
    assert_eq!(dialogue.failure(), "26000");
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: S");
}

#[test]
fn columns_that_changed_are_seen_before_their_rows() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&lost("db_1"), READY]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.server(&[&along(TEXT, &row(&[Some(b"one")]))]);
    let answer = dialogue.answer().expect("it failed");
    assert_eq!(answer.rows, [[Value::Text("one".into())]]);
    assert_eq!(answer.columns, [1]);
    // And are what is expected from then on.
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: B: E S");
    dialogue.server(&[&along(TEXT, &row(&[Some(b"two")]))]);
    assert!(
        dialogue
            .answer()
            .is_ok_and(|answer| answer.columns.is_empty())
    );
}

#[test]
fn columns_of_a_type_that_nobody_asked_for_are_asked_for_the_next_time() {
    let mut dialogue = Dialogue::with(10, MADE_UP);
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&probed("4711", "t"), &described(&[], &[("a", INT4)])]);
    dialogue.server(&[&along(70_001, &row(&[Some(b"x")]))]);
    assert!(!dialogue.failure().is_empty());
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: S");
}

#[test]
fn values_that_do_not_fit_leave_nothing_behind() {
    let mut dialogue = Dialogue::with(10, MADE_UP);
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&probed("4711", "t"), &described(&[], &[("a", INT4)])]);
    dialogue.server(&[&along(INT4, &int4(3))]);
    dialogue.rows();
    dialogue.written();
    assert!(dialogue.submit("SELECT 1", &[&[Value::Int(1)]]).is_err());
    assert_eq!(dialogue.written(), "");
    // Nothing to execute: nothing is missed.
    dialogue.submit("SELECT 1", &[]).expect("it was refused");
    let description = [PARSED, &parameters(&[]), &columns(&[("a", INT4)])].concat();
    dialogue.server(&[&description, READY]);
    assert!(dialogue.answer().is_ok());
}
