//! The begin of a transaction that leaves with its first statement.

use super::wire::{
    BOUND, INT4, PARSED, READY, READY_FAILED, READY_INSIDE, complete, described, error, int4,
};
use super::{Ask, Dialogue, TransactionStatus};
use crate::conversation::OpeningState;

/// The answer to Parse, Bind and Execute of BEGIN.
fn begun() -> Vec<u8> {
    [PARSED, BOUND, &complete("BEGIN")].concat()
}

/// The answer to a Bind, an Execute and a Sync inside a transaction.
fn selected_inside() -> Vec<u8> {
    [BOUND, &int4(1), &complete("SELECT 1"), READY_INSIDE].concat()
}

impl Dialogue {
    fn open(&mut self, sql: &str) -> u64 {
        self.conversation.open(sql).expect("it was refused")
    }

    fn settle(&mut self, number: u64) -> OpeningState {
        self.conversation.settle_opening(number)
    }

    fn unwind(&mut self) {
        let asked = Ask::default();
        let unwound = self.conversation.unwind("ROLLBACK", asked, &mut self.out);
        assert!(unwound.is_ok(), "it was refused");
    }

    fn inside() -> Self {
        let mut dialogue = Self::prepared();
        dialogue.open("BEGIN");
        dialogue.ask("SELECT 1", &[]);
        dialogue.server(&[&begun(), &selected_inside()]);
        dialogue.release();
        assert_eq!(dialogue.rows().len(), 1);
        dialogue.written();
        dialogue
    }
}

#[test]
fn it_leaves_with_the_first_statement() {
    let mut dialogue = Dialogue::prepared();
    let number = dialogue.open("BEGIN");
    assert_eq!(dialogue.written(), "");
    assert_eq!(dialogue.status(), TransactionStatus::InTransaction);
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: B: E B:db_1 E S");
    assert_eq!(dialogue.status(), TransactionStatus::InTransaction);
    dialogue.server(&[&begun(), &selected_inside()]);
    dialogue.release();
    assert_eq!(dialogue.rows().len(), 1);
    assert_eq!(dialogue.status(), TransactionStatus::InTransaction);
    // What follows is a statement as any other.
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
    assert_eq!(dialogue.settle(number), OpeningState::Sent);
}

#[test]
fn without_a_statement_nothing_is_sent() {
    let mut dialogue = Dialogue::prepared();
    let number = dialogue.open("BEGIN");
    let inner = dialogue.open("SAVEPOINT a");
    assert_eq!(dialogue.settle(inner), OpeningState::Unsent);
    assert_eq!(dialogue.settle(number), OpeningState::Unsent);
    assert_eq!(dialogue.status(), TransactionStatus::Idle);
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn a_savepoint_leaves_behind_the_begin() {
    let mut dialogue = Dialogue::prepared();
    dialogue.open("BEGIN");
    let inner = dialogue.open("SAVEPOINT a");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: B: E P: B: E B:db_1 E S");
    // The savepoint fails, and the statement is passed over.
    dialogue.server(&[&begun(), &error("53200", "out of memory"), READY_FAILED]);
    dialogue.release();
    assert_eq!(dialogue.failure(), "53200");
    assert_eq!(dialogue.status(), TransactionStatus::Failed);
    assert_eq!(dialogue.settle(inner), OpeningState::Failed);
    dialogue.script("ROLLBACK");
    assert_eq!(dialogue.written(), "Q");
}

#[test]
fn it_leaves_with_what_has_to_be_prepared() {
    let mut dialogue = Dialogue::new();
    dialogue.open("BEGIN");
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P: B: E P:db_1 D:db_1 S");
    let described = described(&[], &[("a", INT4)]);
    let described = described.strip_suffix(READY).expect("it is ready");
    dialogue.server(&[&begun(), described, READY_INSIDE]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn what_comes_behind_waits_until_it_has_begun() {
    let mut dialogue = Dialogue::prepared();
    dialogue.open("BEGIN");
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.ask("SELECT 1", &[]);
    dialogue.script("COMMIT");
    dialogue.release();
    assert_eq!(dialogue.written(), "");
    dialogue.server(&[&begun()]);
    dialogue.release();
    assert_eq!(dialogue.written(), "B:db_1 E S Q");
}

#[test]
fn nothing_runs_where_it_could_not_begin() {
    let mut dialogue = Dialogue::prepared();
    let number = dialogue.open("BEGIN ISOLATION LEVEL SERIALIZABLE");
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&error("0A000", "not on a standby"), READY]);
    dialogue.release();
    let Some(Err(crate::error::Error::Server(first))) =
        dialogue.finished.first().map(|f| f.outcome.clone())
    else {
        panic!("it did not fail");
    };
    assert_eq!(
        first.query.as_deref(),
        Some("BEGIN ISOLATION LEVEL SERIALIZABLE")
    );
    dialogue.finished.remove(0);
    assert_eq!(dialogue.failure(), "0A000");
    assert_eq!(dialogue.status(), TransactionStatus::Failed);
    // Who has caught that gets no further, until the block ends.
    assert!(dialogue.submit("SELECT 1", &[&[]]).is_err());
    assert!(dialogue.portal("SELECT 1").is_err());
    assert_eq!(dialogue.written(), "");
    assert_eq!(dialogue.in_flight(), 0);
    assert_eq!(dialogue.settle(number), OpeningState::Failed);
    assert_eq!(dialogue.status(), TransactionStatus::Idle);
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn the_end_of_what_did_not_begin_is_answered_here() {
    let mut dialogue = Dialogue::prepared();
    dialogue.open("BEGIN");
    let first = dialogue.ask("SELECT 1", &[]);
    dialogue.conversation.abandon(first);
    dialogue.script("ROLLBACK");
    dialogue.written();
    dialogue.server(&[&error("57014", "canceled"), READY]);
    dialogue.release();
    assert_eq!(
        dialogue.answer().expect("it failed").tag.as_deref(),
        Some("ROLLBACK")
    );
    assert_eq!(dialogue.status(), TransactionStatus::Idle);
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn a_script_and_a_copy_wait_until_it_has_begun() {
    for copy in [false, true] {
        let mut dialogue = Dialogue::prepared();
        dialogue.open("BEGIN");
        if copy {
            let copied = dialogue.conversation.copy(
                "COPY t FROM STDIN",
                super::Ask::default(),
                &mut dialogue.out,
            );
            assert!(copied.is_ok());
        } else {
            dialogue.script("SELECT 1; SELECT 2");
        }
        assert_eq!(dialogue.written(), "P: B: E S");
        dialogue.server(&[&begun()]);
        dialogue.server(&[READY_INSIDE]);
        dialogue.release();
        assert_eq!(dialogue.written(), "Q");
    }
}

#[test]
fn arguments_that_do_not_fit_leave_nothing_written() {
    let mut dialogue = Dialogue::prepared();
    let number = dialogue.open("BEGIN");
    assert!(
        dialogue
            .submit("SELECT 1", &[&[crate::types::value::Value::Null]])
            .is_err()
    );
    assert_eq!(dialogue.written(), "");
    assert_eq!(dialogue.in_flight(), 0);
    assert_eq!(dialogue.settle(number), OpeningState::Unsent);
}

#[test]
fn what_was_asked_before_stays_outside() {
    let mut dialogue = Dialogue::prepared();
    let first = dialogue.ask("SELECT 1", &[]);
    dialogue.conversation.abandon(first);
    dialogue.conversation.drain();
    dialogue.ask("SELECT 1", &[]);
    dialogue.open("BEGIN");
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&error("57014", "canceled"), READY]);
    dialogue.release();
    assert_eq!(dialogue.written(), "B:db_1 E S P: B: E B:db_1 E S");
}

#[test]
fn a_commit_that_was_given_up_is_undone_where_it_has_not_come_to_pass() {
    let mut dialogue = Dialogue::inside();
    dialogue.script("COMMIT");
    dialogue.unwind();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "Q");
    dialogue.server(&[&complete("COMMIT"), READY]);
    dialogue.release();
    assert_eq!(dialogue.written(), "B:db_1 E S");

    let mut dialogue = Dialogue::inside();
    dialogue.script("COMMIT");
    dialogue.unwind();
    dialogue.ask("SELECT 1", &[]);
    dialogue.written();
    dialogue.server(&[&error("57014", "canceling statement"), READY_FAILED]);
    dialogue.release();
    assert_eq!(dialogue.written(), "Q B:db_1 E S");
}

#[test]
fn a_transaction_that_nobody_is_in_is_undone() {
    let mut dialogue = Dialogue::inside();
    dialogue.unwind();
    assert_eq!(dialogue.written(), "Q");
    dialogue.server(&[&complete("ROLLBACK"), READY]);
    assert_eq!(dialogue.in_flight(), 0);
}
