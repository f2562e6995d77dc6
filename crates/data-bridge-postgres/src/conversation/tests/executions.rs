//! Executions that are written in pieces: whole, failed at the server, and given up by the client.

use super::wire::{
    BOUND, PARSED, READY, READY_FAILED, READY_INSIDE, complete, error, failure, message,
};
use super::{Ask, Dialogue};
use crate::conversation::CopyState;

const ROOM: CopyState = CopyState::In { room: true };

impl Dialogue {
    fn executions(&mut self) -> u64 {
        let asked = self
            .conversation
            .executions("INSERT", Ask::default(), &mut self.out)
            .map_err(|refused| refused.error);
        asked.expect("it was refused")
    }

    fn stop(&mut self, id: u64, reason: Option<&str>) {
        self.conversation.end_copy_in(id, reason, &mut self.out);
    }

    fn at(&self, id: u64) -> CopyState {
        self.conversation.copy_state(id, true)
    }

    fn begin(&mut self) {
        self.script("BEGIN");
        self.server(&[&complete("BEGIN"), READY_INSIDE]);
        self.answer().expect("it failed");
        self.written();
    }
}

fn executed() -> Vec<u8> {
    [BOUND, &complete("INSERT 0 1")].concat()
}

/// The answer to a command around them.
fn around(tag: &str) -> Vec<u8> {
    [PARSED, BOUND, &complete(tag)].concat()
}

#[test]
fn all_of_them() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.executions();
    assert_eq!((dialogue.written().as_str(), dialogue.at(id)), ("", ROOM));
    // What is asked for meanwhile waits.
    dialogue.script("SELECT 1");
    dialogue.server(&[PARSED, &executed(), &executed()]);
    assert_eq!(dialogue.written(), "");
    dialogue.stop(id, None);
    dialogue.stop(id, Some("too late"));
    assert_eq!(dialogue.written(), "S");
    assert_eq!(dialogue.at(id), CopyState::Waiting);
    dialogue.server(&[READY]);
    assert_eq!(dialogue.at(id), CopyState::Over);
    let tag = dialogue.answer().expect("it failed").tag;
    assert_eq!(tag.as_deref(), Some("INSERT 0 1"));
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    assert_eq!(dialogue.written(), "Q");
}

#[test]
fn they_wait_for_what_is_before_them() {
    let mut dialogue = Dialogue::new();
    dialogue.script("SELECT 1");
    let id = dialogue.executions();
    assert_eq!(dialogue.at(id), CopyState::Waiting);
    dialogue.server(&[&complete("SELECT 1"), READY]);
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    assert_eq!(dialogue.at(id), ROOM);
    assert_eq!(dialogue.in_flight(), 1);
}

#[test]
fn an_error_of_the_server_ends_them() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.executions();
    dialogue.server(&[PARSED, &executed(), &error("23505", "there already")]);
    // The server passes over all up to the Sync.
    assert_eq!(dialogue.written(), "S");
    assert_eq!(dialogue.at(id), CopyState::Waiting);
    dialogue.stop(id, None);
    assert_eq!(dialogue.written(), "");
    dialogue.server(&[READY]);
    assert_eq!(dialogue.failure(), "23505");
}

#[test]
fn what_they_did_is_undone() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.executions();
    dialogue.stop(id, Some("a value does not fit"));
    assert_eq!(dialogue.written(), "P: B: E S");
    let mut warning = failure("WARNING", "25P01", "no transaction in progress");
    warning[0] = b'N';
    dialogue.server(&[
        &executed(),
        PARSED,
        BOUND,
        &warning,
        &complete("ROLLBACK"),
        READY,
    ]);
    assert!(dialogue.failure().contains("a value does not fit"));
    // The warning is about a ROLLBACK that nobody has asked for.
    assert!(!dialogue.conversation.has_events());
}

#[test]
fn a_warning_of_somebody_elses_is_told() {
    let mut dialogue = Dialogue::new();
    dialogue.script("ROLLBACK");
    let mut warning = failure("WARNING", "25P01", "no transaction in progress");
    warning[0] = b'N';
    dialogue.server(&[&warning]);
    assert!(dialogue.conversation.has_events());
}

#[test]
fn a_savepoint_keeps_what_was_before() {
    let mut dialogue = Dialogue::new();
    dialogue.begin();
    let id = dialogue.executions();
    assert_eq!(dialogue.written(), "P: B: E");
    dialogue.stop(id, None);
    assert_eq!(dialogue.written(), "P: B: E S");
    dialogue.server(&[
        &around("SAVEPOINT"),
        &executed(),
        &around("RELEASE"),
        READY_INSIDE,
    ]);
    let tag = dialogue.answer().expect("it failed").tag;
    assert_eq!(tag.as_deref(), Some("INSERT 0 1"));

    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    let id = dialogue.executions();
    dialogue.stop(id, Some("a value does not fit"));
    assert_eq!(dialogue.written(), "P: B: E P: B: E P: B: E S");
    dialogue.server(&[
        &around("SAVEPOINT"),
        &around("ROLLBACK"),
        &around("RELEASE"),
        READY_INSIDE,
    ]);
    assert!(dialogue.failure().contains("a value does not fit"));
}

#[test]
fn given_up() {
    let mut dialogue = Dialogue::new();
    dialogue.begin();
    let id = dialogue.executions();
    assert!(dialogue.conversation.abandon(id).is_some());
    dialogue.stop(id, Some("given up"));
    assert_eq!(dialogue.at(id), CopyState::Over);
    assert!(dialogue.conversation.is_abandoned());
    dialogue.server(&[&error("57014", "canceled"), READY_FAILED]);
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn a_copy_out_among_them_ends_them() {
    let mut dialogue = Dialogue::new();
    dialogue.executions();
    dialogue.server(&[PARSED, BOUND, &message(b'H', &[0, 0, 0])]);
    assert_eq!(dialogue.written(), "P: B: E S");
    dialogue.server(&[
        &message(b'd', b"1\n"),
        &message(b'c', b""),
        &complete("COPY 1"),
    ]);
    dialogue.server(&[&around("ROLLBACK"), READY]);
    assert!(dialogue.failure().contains("COPY TO STDOUT"));
}
