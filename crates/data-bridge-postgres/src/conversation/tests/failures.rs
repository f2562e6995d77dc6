//! Statements that fail: each tells its own caller, and the conversation goes on.

use super::wire::{
    BOUND, INT4, READY, READY_FAILED, READY_INSIDE, complete, described, error, failure, int4,
    message, row, selected,
};
use super::{Dialogue, TransactionStatus};
use crate::error::Error;
use crate::types::value::Value;

#[test]
fn an_error_while_it_is_prepared() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELEKT", &[]);
    dialogue.ask("SELECT 2", &[]);
    dialogue.server(&[&error("42601", "syntax error"), READY]);
    assert_eq!(dialogue.failure(), "42601");
    dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(2)]);
    assert_eq!(dialogue.rows(), [[Value::Int(2)]]);
    // It is not kept.
    dialogue.written();
    dialogue.ask("SELEKT", &[]);
    assert!(dialogue.written().starts_with('P'));
}

#[test]
fn an_error_while_it_is_executed() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[BOUND, &int4(1), &error("22012", "division by zero"), READY]);
    assert_eq!(dialogue.failure(), "22012");
    dialogue.server(&[&selected(1)]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
}

#[test]
fn an_error_while_its_types_are_asked_for() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT mood FROM t", &[]);
    dialogue.server(&[&described(&[], &[("mood", 70_001)])]);
    dialogue.server(&[&error("42501", "permission denied"), READY]);
    assert_eq!(dialogue.failure(), "42501");
    assert_eq!(dialogue.in_flight(), 0);
}

/// They are counted in 16 bits, so the count is one of other parameters.
#[test]
fn more_parameters_than_can_be_counted() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT $1, $65536", &[]);
    dialogue.ask("SELECT 2", &[]);
    dialogue.server(&[&described(&vec![INT4; 0x1_0000], &[("a", INT4)])]);
    assert!(dialogue.failure().contains("more than 65535 parameters"));
    dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(2)]);
    assert_eq!(dialogue.rows(), [[Value::Int(2)]]);
}

#[test]
fn the_first_error_of_a_script_is_the_one() {
    let mut dialogue = Dialogue::new();
    dialogue.script("SELECT 1; SELECT 1/0");
    dialogue.server(&[
        &int4(1),
        &complete("SELECT 1"),
        &error("22012", "division"),
        READY,
    ]);
    assert_eq!(dialogue.failure(), "22012");
}

#[test]
fn values_that_do_not_fit_are_refused_before_anything_is_written() {
    let mut dialogue = Dialogue::prepared();
    assert!(dialogue.submit("SELECT 1", &[&[Value::Int(1)]]).is_err());
    // The second row is wrong: nothing of the first is left.
    let rows: &[&[Value]] = &[&[], &[Value::Int(1)]];
    assert!(dialogue.submit("SELECT 1", rows).is_err());
    assert!(dialogue.submit("SELECT '\0'", &[&[]]).is_err());
    assert_eq!(dialogue.written(), "");
    assert_eq!(dialogue.in_flight(), 0);
    // Or after it has been prepared, which goes on to be kept.
    dialogue.ask("SELECT 2", &[Value::Int(1)]);
    dialogue.written();
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    assert_eq!(dialogue.failure(), "a wrong number of values");
    assert_eq!(dialogue.written(), "");
    dialogue.ask("SELECT 2", &[]);
    assert_eq!(dialogue.written(), "B:db_3 E S");
}

#[test]
fn a_row_that_cannot_be_decoded_ends_its_own_request_only() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 1", &[]);
    let short = row(&[Some(b"\0\0")]);
    dialogue.server(&[
        BOUND,
        &int4(1),
        &short,
        &int4(3),
        &complete("SELECT 3"),
        READY,
    ]);
    assert!(matches!(dialogue.answer(), Err(Error::Decode(_))));
    dialogue.server(&[&selected(1)]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
}

#[test]
fn copy_in_is_refused() {
    let mut dialogue = Dialogue::prepared();
    let copy_in = message(b'G', &[0, 0, 0]);
    // By the simple protocol the server then goes on by itself.
    dialogue.script("COPY t FROM STDIN");
    dialogue.written();
    dialogue.server(&[&copy_in]);
    assert_eq!(dialogue.written(), "f");
    dialogue.server(&[&error("57014", "COPY from stdin failed"), READY]);
    assert_eq!(dialogue.failure(), "57014");
    // By the extended one it has ignored the Sync.
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[BOUND, &copy_in]);
    assert_eq!(dialogue.written(), "f S");
    dialogue.server(&[&error("57014", "COPY from stdin failed"), READY]);
    assert_eq!(dialogue.failure(), "57014");
}

#[test]
fn copy_out_is_read_and_dropped() {
    let mut dialogue = Dialogue::new();
    dialogue.script("COPY t TO STDOUT");
    let copy_out = message(b'H', &[0, 0, 0]);
    let data = message(b'd', b"1\n");
    dialogue.server(&[
        &copy_out,
        &data,
        &data,
        &message(b'c', &[]),
        &complete("COPY 2"),
        READY,
    ]);
    assert!(dialogue.failure().contains("its data was dropped"));
}

#[test]
fn a_connection_that_ends_tells_all_who_wait() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 2", &[]);
    let given_up = dialogue.ask("SELECT 3", &[]);
    dialogue.conversation.abandon(given_up);
    dialogue.conversation.drain();
    dialogue.ask("SELECT 4", &[]);
    dialogue.server(&[&failure("FATAL", "57P01", "terminating connection")]);
    let lost = dialogue.conversation.lost(Error::Lost("gone".to_owned()));
    dialogue.conversation.fail(&lost, &mut dialogue.finished);
    assert_eq!(dialogue.finished.len(), 3);
    while !dialogue.finished.is_empty() {
        let one = dialogue.finished.remove(0);
        assert!(matches!(one.outcome, Err(Error::Server(e)) if e.sqlstate == "57P01"));
    }
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn an_idle_session_may_be_ended() {
    let mut dialogue = Dialogue::new();
    dialogue.server(&[&failure("FATAL", "57P01", "terminating connection")]);
    assert!(dialogue.conversation.is_ending());
    let unheard = Dialogue::new();
    let lost = unheard.conversation.lost(Error::Lost("gone".to_owned()));
    assert!(matches!(lost, Error::Lost(_)));
}

#[test]
fn a_failed_transaction_is_followed() {
    let mut dialogue = Dialogue::prepared();
    dialogue.script("BEGIN");
    dialogue.server(&[&complete("BEGIN"), READY_INSIDE]);
    assert!(dialogue.answer().is_ok());
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&error("22012", "division by zero"), READY_FAILED]);
    assert_eq!(dialogue.failure(), "22012");
    assert_eq!(dialogue.status(), TransactionStatus::Failed);
}
