//! Requests that are given up in each stage, and what waits meanwhile.

use super::Dialogue;
use super::wire::{
    BOUND, INT4, READY, READY_FAILED, complete, described, error, int4, row, selected,
};
use crate::types::value::Value;

/// A dialogue in which `SELECT 1` and `CALL p()` have been prepared as `db_1` and `db_2`.
fn prepared() -> Dialogue {
    let mut dialogue = Dialogue::new();
    for sql in ["SELECT 1", "CALL p()"] {
        dialogue.ask(sql, &[]);
        dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(1)]);
        dialogue.rows();
    }
    dialogue.written();
    dialogue
}

#[test]
fn given_up_while_it_is_prepared() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    assert!(dialogue.conversation.abandon(id).is_some());
    assert!(dialogue.conversation.abandon(id).is_none());
    assert!(dialogue.conversation.is_abandoned());
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    // It is kept for the next one, and not executed.
    assert_eq!((dialogue.written().as_str(), dialogue.in_flight()), ("", 0));
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    assert!(dialogue.finished.is_empty());
}

#[test]
fn given_up_before_its_types_are_known() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.ask("SELECT mood FROM t", &[]);
    dialogue.conversation.abandon(id);
    dialogue.written();
    dialogue.server(&[&described(&[], &[("mood", 70_001)])]);
    assert_eq!((dialogue.written().as_str(), dialogue.in_flight()), ("", 0));
    // Or while they are asked for.
    let id = dialogue.ask("SELECT mood FROM t", &[]);
    dialogue.server(&[&described(&[], &[("mood", 70_001)])]);
    dialogue.written();
    dialogue.conversation.abandon(id);
    let text = |s: &'static str| Some(s.as_bytes());
    let fact = ["70001", "mood", ",", "e", "enum_recv", "0", "", ""];
    let answer = row(&fact.map(text));
    dialogue.server(&[&answer, &complete("SELECT 1"), READY]);
    assert_eq!((dialogue.written().as_str(), dialogue.in_flight()), ("", 0));
}

#[test]
fn given_up_among_its_rows() {
    let mut dialogue = prepared();
    let id = dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[BOUND, &int4(1)]);
    let request = dialogue.conversation.abandon(id).expect("it is in flight");
    assert_eq!(request.rows, [[Value::Int(1)]]);
    assert!(!dialogue.conversation.is_abandoned());
    dialogue.server(&[&int4(2), &complete("SELECT 2"), READY]);
    assert!(dialogue.finished.is_empty());
    dialogue.server(&[&selected(3)]);
    assert_eq!(dialogue.rows(), [[Value::Int(3)]]);
}

#[test]
fn an_error_that_nobody_waits_for_is_dropped() {
    let mut dialogue = prepared();
    let id = dialogue.ask("SELECT 1", &[]);
    dialogue.conversation.abandon(id);
    dialogue.server(&[&error("57014", "canceling statement"), READY]);
    assert!(dialogue.finished.is_empty());
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn what_comes_while_it_drains_is_held_back() {
    let mut dialogue = prepared();
    let given_up = dialogue.ask("SELECT 1", &[]);
    dialogue.conversation.abandon(given_up);
    dialogue.written();
    assert_eq!(dialogue.conversation.front_abandoned(), Some(given_up));
    dialogue.conversation.drain();
    dialogue.ask("SELECT 1", &[]);
    let doomed = dialogue.ask("SELECT 2", &[]);
    dialogue.script("SELECT 3");
    // What does not fit is not seen yet, either.
    dialogue.ask("SELECT 1", &[Value::Int(1)]);
    assert_eq!((dialogue.written().as_str(), dialogue.in_flight()), ("", 5));
    // One of them that is given up now is never written.
    assert!(dialogue.conversation.abandon(doomed).is_some());
    dialogue.server(&[&error("57014", "canceling statement"), READY]);
    assert_eq!(dialogue.conversation.front_abandoned(), None);
    assert_eq!(dialogue.in_flight(), 3);
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    assert!(!dialogue.conversation.is_draining());
    assert_eq!(dialogue.written(), "B:db_1 E S Q");
    assert_eq!(dialogue.failure(), "a wrong number of values");
    dialogue.server(&[&selected(1)]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
    dialogue.server(&[&complete("SELECT 1"), READY]);
    assert!(dialogue.answer().is_ok());
    assert_eq!(dialogue.in_flight(), 0);
}

/// A dialogue in which `sql` was written behind what a cancel request is then sent for.
fn exposed(sql: &str) -> Dialogue {
    let mut dialogue = prepared();
    let given_up = dialogue.ask("SELECT 1", &[]);
    dialogue.ask(sql, &[]);
    dialogue.conversation.abandon(given_up);
    dialogue.conversation.expose();
    // It has ended by itself before the cancel request came.
    dialogue.server(&[&selected(1)]);
    dialogue.written();
    dialogue
}

#[test]
fn who_is_hit_in_anothers_place_runs_again() {
    let mut dialogue = exposed("SELECT 1");
    dialogue.server(&[BOUND, &error("57014", "canceling statement"), READY]);
    assert!(dialogue.finished.is_empty());
    assert_eq!(dialogue.written(), "B:db_1 E S");
    dialogue.server(&[&selected(7)]);
    assert_eq!(dialogue.rows(), [[Value::Int(7)]]);
    // While it was prepared: whatever it is, it has not been executed.
    let mut dialogue = exposed("CALL q()");
    dialogue.server(&[&error("57014", "canceling statement"), READY]);
    assert_eq!(dialogue.written(), "P:db_4 D:db_4 S");
    dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(8)]);
    assert_eq!(dialogue.rows(), [[Value::Int(8)]]);
}

#[test]
fn who_is_hit_runs_again_for_each_cancel_request() {
    let hit = error("57014", "canceling statement");
    let mut dialogue = exposed("SELECT 1");
    dialogue.server(&[&hit, READY]);
    // Another one is sent for what is given up before it.
    dialogue.conversation.expose();
    dialogue.server(&[&hit, READY]);
    // One is under way while it is written.
    dialogue.conversation.expose();
    dialogue.conversation.drain();
    dialogue.server(&[&hit, READY]);
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    dialogue.server(&[&hit, READY]);
    assert!(dialogue.finished.is_empty());
    assert_eq!(
        dialogue.written(),
        "B:db_1 E S".repeat(4).replace("SB", "S B")
    );
    // Somebody else has cancelled it.
    dialogue.server(&[&hit, READY]);
    assert_eq!(dialogue.failure(), "57014");
}

#[test]
fn what_may_have_had_an_effect_does_not_run_again() {
    let hit = error("57014", "canceling statement");
    // It may commit in its midst.
    let mut dialogue = exposed("CALL p()");
    dialogue.server(&[&hit, READY]);
    assert_eq!(dialogue.failure(), "57014");
    // Its rows have been taken.
    let mut dialogue = exposed("SELECT 1");
    dialogue.server(&[BOUND, &int4(1), &hit, READY]);
    assert_eq!(dialogue.failure(), "57014");
    // Its transaction is lost.
    let mut dialogue = exposed("SELECT 1");
    dialogue.server(&[&hit, READY_FAILED]);
    assert_eq!(dialogue.failure(), "57014");
    // Several statements.
    let mut dialogue = prepared();
    dialogue.script("SELECT 1; SELECT 2");
    dialogue.conversation.expose();
    dialogue.server(&[&hit, READY]);
    assert_eq!(dialogue.failure(), "57014");
    // Written after the cancel request had been dealt with: somebody else has cancelled it.
    let mut dialogue = prepared();
    dialogue.conversation.expose();
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&hit, READY]);
    assert_eq!(dialogue.failure(), "57014");
}

#[test]
fn atomic_statements_are_known_by_their_first_word() {
    for sql in [
        " select 1",
        "INSERT INTO t",
        "With a AS (SELECT 1)",
        "VALUES(1)",
        "UPDATE t",
    ] {
        assert!(super::super::cancellation::is_atomic(sql), "{sql}");
    }
    for sql in [
        "",
        "CALL p()",
        "VACUUM",
        "-- SELECT",
        "selectx",
        "COMMIT",
        "DO $$$$",
    ] {
        assert!(!super::super::cancellation::is_atomic(sql), "{sql}");
    }
}
