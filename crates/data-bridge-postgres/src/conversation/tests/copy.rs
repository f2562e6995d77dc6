//! COPY: alone on its connection, in both directions, and given up in each state.

use super::wire::{INT4, READY, READY_FAILED, complete, described, error, message, selected};
use super::{Ask, Dialogue};
use crate::conversation::CopyState;

const ROOM: CopyState = CopyState::In { room: true };

impl Dialogue {
    fn copy(&mut self, sql: &str) -> u64 {
        let copied = self
            .conversation
            .copy(sql, Ask::default(), &mut self.out)
            .map_err(|refused| refused.error);
        copied.expect("it was refused")
    }

    fn state(&self, id: u64) -> CopyState {
        self.conversation.copy_state(id, true)
    }

    fn end(&mut self, id: u64, reason: Option<&str>) {
        self.conversation.end_copy_in(id, reason, &mut self.out);
    }

    pub(super) fn release(&mut self) {
        self.conversation.release(&mut self.out, &mut self.finished);
    }
}

fn copy_in() -> Vec<u8> {
    message(b'G', &[0, 0, 0])
}

fn copy_out() -> Vec<u8> {
    message(b'H', &[0, 0, 0])
}

#[test]
fn data_in() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t FROM STDIN");
    assert_eq!(dialogue.written(), "Q");
    assert_eq!(dialogue.state(id), CopyState::Waiting);
    // Nothing can be ended that has not begun.
    dialogue.end(id, None);
    dialogue.server(&[&copy_in()]);
    assert_eq!(
        (dialogue.written().as_str(), dialogue.state(id)),
        ("", ROOM)
    );
    dialogue.end(id, None);
    dialogue.end(id, None);
    assert_eq!(dialogue.written(), "c");
    assert_eq!(dialogue.state(id), CopyState::Waiting);
    dialogue.server(&[&complete("COPY 2"), READY]);
    assert_eq!(dialogue.state(id), CopyState::Over);
    assert_eq!(
        dialogue.answer().expect("it failed").tag.as_deref(),
        Some("COPY 2")
    );
}

#[test]
fn data_out() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t TO STDOUT");
    let [one, two] = [message(b'd', b"a\tb\n"), message(b'd', b"c\td\n")];
    dialogue.server(&[&copy_out(), &one]);
    assert_eq!(dialogue.state(id), CopyState::Out);
    assert!(!dialogue.conversation.is_full());
    dialogue.server(&[&two]);
    assert!(dialogue.conversation.is_full());
    dialogue.server(&[&message(b'c', b""), &complete("COPY 2"), READY]);
    let request = dialogue.answer().expect("it failed");
    assert_eq!(request.copied, b"a\tb\nc\td\n");
    assert_eq!(dialogue.written(), "Q");
    assert!(!dialogue.conversation.is_full());
}

#[test]
fn it_begins_after_all_before_it_and_all_behind_it_wait() {
    let mut dialogue = Dialogue::new();
    dialogue.ask("SELECT 1", &[]);
    let id = dialogue.copy("COPY t FROM STDIN");
    dialogue.script("SELECT 2; SELECT 3");
    dialogue.ask("SELECT 1", &[]);
    let second = dialogue.copy("COPY u FROM STDIN");
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S");
    assert_eq!(dialogue.in_flight(), 5);
    // What the one before still has to write comes before it.
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.release();
    assert_eq!(dialogue.written(), "B:db_1 E S");
    dialogue.server(&[&selected(1)]);
    dialogue.rows();
    dialogue.release();
    assert_eq!(dialogue.written(), "Q");
    dialogue.server(&[&copy_in()]);
    dialogue.release();
    assert_eq!(
        (dialogue.written().as_str(), dialogue.state(id)),
        ("", ROOM)
    );
    assert_eq!(dialogue.state(second), CopyState::Waiting);
    dialogue.end(id, None);
    dialogue.server(&[&complete("COPY 0"), READY]);
    dialogue.answer().expect("it failed");
    dialogue.release();
    assert_eq!(dialogue.written(), "c Q B:db_1 E S");
    dialogue.server(&[&complete("SELECT 1"), READY, &selected(1)]);
    dialogue.finished.clear();
    dialogue.release();
    assert_eq!(dialogue.written(), "Q");
    dialogue.server(&[&error("42P01", "no such table"), READY]);
    assert_eq!(dialogue.failure(), "42P01");
    dialogue.release();
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn an_error_of_the_server_ends_it() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t FROM STDIN");
    dialogue.server(&[&copy_in(), &error("22P02", "invalid input")]);
    // It takes nothing any more, though its last word is to come.
    assert_eq!(dialogue.state(id), CopyState::Waiting);
    dialogue.server(&[READY_FAILED]);
    assert_eq!(dialogue.failure(), "22P02");
    assert_eq!(dialogue.state(id), CopyState::Over);
    dialogue.end(id, None);
    assert_eq!(dialogue.written(), "Q");
}

#[test]
fn given_up_while_it_takes_data() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t FROM STDIN");
    dialogue.server(&[&copy_in()]);
    dialogue.conversation.abandon(id);
    assert_eq!(dialogue.state(id), CopyState::Over);
    dialogue.end(id, Some("given up"));
    assert_eq!(dialogue.written(), "Q f");
    dialogue.server(&[&error("57014", "COPY from stdin failed"), READY]);
    assert!(dialogue.finished.is_empty());
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn given_up_before_it_takes_data() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t FROM STDIN");
    dialogue.conversation.abandon(id);
    // Data is what the server waits for: it is told that none comes.
    dialogue.server(&[&copy_in()]);
    assert_eq!(dialogue.written(), "Q f");
    dialogue.server(&[&error("57014", "COPY from stdin failed"), READY]);
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn given_up_before_it_was_written() {
    let mut dialogue = Dialogue::new();
    dialogue.script("SELECT 1");
    let id = dialogue.copy("COPY t FROM STDIN");
    assert!(dialogue.conversation.abandon(id).is_some());
    assert_eq!(dialogue.state(id), CopyState::Over);
    dialogue.script("SELECT 2");
    dialogue.server(&[&complete("SELECT 1"), READY]);
    dialogue.release();
    assert_eq!(dialogue.written(), "Q Q");
}

#[test]
fn a_second_copy_in_one_text_is_refused() {
    let mut dialogue = Dialogue::new();
    let id = dialogue.copy("COPY t FROM STDIN; COPY u FROM STDIN");
    dialogue.server(&[&copy_in()]);
    dialogue.end(id, None);
    dialogue.server(&[&complete("COPY 0"), &copy_in()]);
    assert_eq!(dialogue.written(), "Q c f");
}

#[test]
fn it_is_described_anew() {
    let mut dialogue = Dialogue::new();
    for name in ["db_1", "db_2"] {
        let submitted = dialogue.conversation.submit_fresh(
            "SELECT a FROM t",
            Ask::default(),
            &mut dialogue.out,
        );
        assert!(submitted.is_ok());
        assert_eq!(dialogue.written(), format!("P:{name} D:{name} S"));
        dialogue.server(&[&described(&[], &[("a", INT4)])]);
        let written = dialogue.written();
        assert!(written.starts_with('S'), "{written}");
        dialogue.server(&[READY]);
        dialogue.answer().expect("it failed");
    }
}
