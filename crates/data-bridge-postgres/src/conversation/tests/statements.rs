//! Statements that succeed: prepared once, executed often, kept and let go.

use super::wire::{
    BOUND, INT4, NO_DATA, PARSED, READY, READY_FAILED, READY_INSIDE, columns, complete, described,
    int4, message, parameters, row, selected,
};
use super::{Dialogue, TransactionStatus};
use crate::types::value::Value;

const SELECT: &str = "SELECT $1::int4";

#[test]
fn a_statement_is_prepared_and_executed() {
    let mut dialogue = Dialogue::new();
    dialogue.ask(SELECT, &[Value::Int(7)]);
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S");
    dialogue.server(&[&described(&[INT4], &[("a", INT4)])]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    assert_eq!(dialogue.in_flight(), 1);
    dialogue.server(&[BOUND, &int4(7), &int4(8), &complete("SELECT 2"), READY]);
    let answer = dialogue.answer().expect("it failed");
    assert_eq!(answer.rows, [[Value::Int(7)], [Value::Int(8)]]);
    assert_eq!(answer.tag.as_deref(), Some("SELECT 2"));
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn the_next_time_it_is_only_executed() {
    let mut dialogue = Dialogue::new();
    dialogue.ask(SELECT, &[Value::Int(7)]);
    dialogue.server(&[&described(&[INT4], &[("a", INT4)]), &selected(7)]);
    dialogue.rows();
    dialogue.written();
    dialogue.ask(SELECT, &[Value::Null]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    dialogue.server(&[BOUND, &row(&[None]), &complete("SELECT 1"), READY]);
    assert_eq!(dialogue.rows(), [[Value::Null]]);
}

#[test]
fn many_in_flight_are_answered_in_turn() {
    let mut dialogue = Dialogue::new();
    for value in 1..=3 {
        dialogue.ask(&format!("SELECT {value}"), &[]);
    }
    dialogue.script("SELECT 4");
    assert_eq!(
        dialogue.written(),
        "P:db_1 D:db_1 S P:db_2 D:db_2 S P:db_3 D:db_3 S Q"
    );
    for name in ["a", "b", "c"] {
        dialogue.server(&[&described(&[], &[(name, INT4)])]);
    }
    assert_eq!(dialogue.written(), "B:db_1 E S B:db_2 E S B:db_3 E S");
    // The script was written before them.
    dialogue.server(&[
        &columns(&[("d", INT4)]),
        &int4(4),
        &complete("SELECT 1"),
        READY,
    ]);
    assert_eq!(
        dialogue.answer().ok().and_then(|a| a.tag).as_deref(),
        Some("SELECT 1")
    );
    for value in 1..=3 {
        dialogue.server(&[&selected(value)]);
        assert_eq!(dialogue.rows(), [[Value::Int(value.into())]]);
    }
}

#[test]
fn the_same_statement_asked_twice_at_once_is_kept_once() {
    let mut dialogue = Dialogue::new();
    dialogue.ask(SELECT, &[Value::Int(1)]);
    dialogue.ask(SELECT, &[Value::Int(2)]);
    dialogue.written();
    let description = described(&[INT4], &[("a", INT4)]);
    dialogue.server(&[&description, &description]);
    assert_eq!(dialogue.written(), "B:db_1 E S B:db_2 E S");
    dialogue.server(&[&selected(1)]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
    dialogue.server(&[&selected(2)]);
    assert_eq!(dialogue.rows(), [[Value::Int(2)]]);
    dialogue.ask(SELECT, &[Value::Int(3)]);
    assert_eq!(dialogue.written(), "B:db_2 E S");
    // The first one, which nothing uses any more, is closed along with the next that is prepared.
    dialogue.ask("SELECT 2", &[]);
    assert_eq!(dialogue.written(), "C:db_1 P:db_3 D:db_3 S");
}

#[test]
fn the_least_recently_used_statement_is_closed() {
    let mut dialogue = Dialogue::with_cache(2);
    for sql in ["SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3"] {
        dialogue.written();
        dialogue.ask(sql, &[]);
        if dialogue.written().starts_with('P') {
            dialogue.server(&[&described(&[], &[("a", INT4)])]);
        }
        dialogue.server(&[&selected(1)]);
        dialogue.rows();
    }
    assert_eq!(dialogue.written(), "B:db_3 E S");
    dialogue.ask("SELECT 2", &[]);
    assert_eq!(dialogue.written(), "C:db_2 P:db_4 D:db_4 S");
}

#[test]
fn without_a_cache_a_statement_is_described_once_and_parsed_along() {
    let mut dialogue = Dialogue::with_cache(0);
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 2", &[]);
    assert_eq!(dialogue.written(), "P: D: S P: D: S");
    let description = described(&[], &[("a", INT4)]);
    dialogue.server(&[&description, &description]);
    // Each in one go: the second has been parsed before the first is executed.
    assert_eq!(dialogue.written(), "P: D: B: E S P: D: B: E S");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: B: E S");
}

#[test]
fn without_a_cache_what_somebody_holds_is_prepared_all_the_same() {
    let mut dialogue = Dialogue::with_cache(0);
    dialogue.ask("SELECT 1", &[]);
    let description = described(&[], &[("a", INT4)]);
    dialogue.server(&[&description]);
    dialogue.written();
    let pin = dialogue.conversation.pin("SELECT 1");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S");
    dialogue.server(&[&selected(1), &description]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    // Let go, the server keeps it no longer.
    drop(pin);
    dialogue.ask("SELECT 2", &[]);
    assert_eq!(dialogue.written(), "C:db_1 P: D: S");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: D: S");
}

#[test]
fn a_statement_is_executed_for_each_row_of_values() {
    let mut dialogue = Dialogue::new();
    let rows: &[&[Value]] = &[&[Value::Int(1)], &[Value::Int(2)], &[Value::Int(3)]];
    dialogue
        .submit("INSERT INTO t VALUES ($1)", rows)
        .expect("refused");
    dialogue.server(&[&described(&[INT4], &[])]);
    assert_eq!(
        dialogue.written(),
        "P:db_1 D:db_1 S B:db_1 E B:db_1 E B:db_1 E S"
    );
    for _ in 0..3 {
        dialogue.server(&[BOUND, &complete("INSERT 0 1")]);
    }
    dialogue.server(&[READY]);
    assert!(dialogue.answer().is_ok());
    // For no rows there is nothing to execute, and nothing to miss.
    dialogue
        .submit("INSERT INTO t VALUES ($1)", &[])
        .expect("refused");
    assert_eq!(dialogue.written(), "S");
    dialogue.server(&[READY]);
    assert!(dialogue.answer().is_ok());
}

#[test]
fn statements_without_rows_and_empty_ones_are_complete() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("", &[]);
    dialogue.server(&[PARSED, &parameters(&[]), NO_DATA, READY]);
    dialogue.server(&[BOUND, &message(b'I', &[]), READY]);
    assert_eq!(
        dialogue.answer().ok().and_then(|a| a.tag).as_deref(),
        Some("")
    );
    // The portal is suspended when no more rows were asked for.
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.server(&[BOUND, &int4(1), &message(b's', &[]), READY]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
}

#[test]
fn the_state_of_the_session_is_followed() {
    let mut dialogue = Dialogue::new();
    assert_eq!(dialogue.status(), TransactionStatus::Idle);
    for (ready, status) in [
        (READY_INSIDE, TransactionStatus::InTransaction),
        (READY_FAILED, TransactionStatus::Failed),
        (READY, TransactionStatus::Idle),
    ] {
        dialogue.script("BEGIN");
        dialogue.server(&[&complete("BEGIN"), ready]);
        assert_eq!(dialogue.status(), status);
        assert!(dialogue.answer().is_ok());
    }
    assert!(!*dialogue.conversation.session_changed());
    dialogue.script("SET a = b");
    dialogue.server(&[&complete("SET"), &message(b'S', b"TimeZone\0UTC\0"), READY]);
    assert!(*dialogue.conversation.session_changed());
    assert_eq!(dialogue.conversation.parameter("TimeZone"), Some("UTC"));
    // Unasked for: a notice, a notification, a changed setting.
    dialogue.server(&[
        &message(b'N', b"SNOTICE\0\0"),
        &message(b'A', b"\0\0\0\x01channel\0payload\0"),
        &message(b'S', b"TimeZone\0Asia/Tokyo\0"),
    ]);
    assert_eq!(
        dialogue.conversation.parameter("TimeZone"),
        Some("Asia/Tokyo")
    );
}
