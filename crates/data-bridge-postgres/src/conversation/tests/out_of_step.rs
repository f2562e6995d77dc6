//! What a server may not say: the conversation ends, and nobody gets another's answer.

use super::Dialogue;
use super::wire::{
    BOUND, INT4, READY, complete, described, error, int4, message, parameters, selected,
};
use crate::error::Error;

/// Hears what ends the conversation, and says why.
fn ends(dialogue: &mut Dialogue, said: &[&[u8]]) -> String {
    match dialogue.hear(&said.concat()) {
        Ok(()) => panic!("the conversation goes on"),
        Err(error @ Error::Protocol(_)) => {
            dialogue.conversation.fail(&error, &mut dialogue.finished);
            error.to_string()
        }
        Err(error) => panic!("another error: {error}"),
    }
}

#[test]
fn what_nobody_asked_for() {
    for said in [
        int4(1),
        complete("SELECT 1"),
        READY.to_vec(),
        error("42601", "syntax error"),
        parameters(&[]),
        message(b'G', &[0, 0, 0]),
        message(b'R', &[0, 0, 0, 0]),
        message(b'!', &[]),
    ] {
        let mut dialogue = Dialogue::new();
        assert!(ends(&mut dialogue, &[&said]).starts_with("protocol error: "));
    }
}

#[test]
fn what_comes_too_early() {
    for said in [int4(1), READY_WITHOUT_STATUS.to_vec(), message(b'Z', b"X")] {
        let mut dialogue = Dialogue::new();
        dialogue.ask("SELECT 1", &[]);
        ends(&mut dialogue, &[&said]);
        assert!(dialogue.answer().is_err());
    }
}

const READY_WITHOUT_STATUS: &[u8] = b"Z\0\0\0\x04";

#[test]
fn a_statement_that_is_passed_over() {
    // A COPY swallows what was written behind it, and answers its Sync.
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT 1", &[]);
    dialogue.ask("SELECT 2", &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    let reason = ends(&mut dialogue, &[READY]);
    assert!(reason.contains("passed over"), "{reason}");
    // Both are told, the one passed over too.
    assert_eq!(dialogue.finished.len(), 2);
    assert!(dialogue.finished.iter().all(|one| one.outcome.is_err()));
}

#[test]
fn an_answer_too_many() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT 1", &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(1)]);
    dialogue.rows();
    ends(&mut dialogue, &[&selected(1)]);
}

#[test]
fn messages_that_are_malformed() {
    for said in [
        message(b'D', &[]),
        message(b'E', b"S"),
        message(b'S', b"name"),
        message(b't', &[0, 1, 0]),
        message(b'T', &[0, 1, b'a']),
    ] {
        let mut dialogue = Dialogue::new();
        dialogue.ask("SELECT 1", &[]);
        if said[0] == b'D' {
            dialogue.server(&[&described(&[], &[("a", INT4)]), BOUND]);
        }
        ends(&mut dialogue, &[&said]);
        assert!(dialogue.answer().is_err());
    }
}

#[test]
fn another_encoding_ends_it_too() {
    let mut dialogue = Dialogue::new();
    dialogue.script("SET client_encoding = LATIN1");
    let heard = dialogue.hear(&message(b'S', b"client_encoding\0LATIN1\0"));
    assert!(matches!(heard, Err(Error::Config(_))));
    dialogue.server(&[&message(b'S', b"client_encoding\0UTF8\0")]);
}
