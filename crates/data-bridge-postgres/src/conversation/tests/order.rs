//! Requests that keep their places, though some must be prepared first.

use super::Dialogue;
use super::wire::{INT4, READY, complete, described, error, selected};

impl Dialogue {
    fn in_order(&mut self, asked: &[&str]) {
        self.conversation.set_ordered(true);
        for sql in asked {
            self.ask(sql, &[]);
        }
        self.conversation.set_ordered(false);
    }

    /// Takes what the server says, and does what a connection does at the end of each read.
    fn read(&mut self, said: &[&[u8]]) {
        self.server(said);
        if self.conversation.is_holding() {
            self.conversation.release(&mut self.out, &mut self.finished);
        }
    }
}

fn one() -> Vec<u8> {
    described(&[], &[("a", INT4)])
}

#[test]
fn what_is_known_waits_for_what_is_not() {
    let mut dialogue = Dialogue::prepared();
    dialogue.in_order(&["SELECT 2", "SELECT 1", "SELECT 2"]);
    assert_eq!(dialogue.written(), "P:db_2 D:db_2 S");
    assert_eq!(dialogue.in_flight(), 3);
    dialogue.read(&[&one()]);
    assert_eq!(dialogue.written(), "B:db_2 E S B:db_1 E S B:db_2 E S");
    dialogue.read(&[&selected(2), &selected(1), &selected(2)]);
    assert_eq!(dialogue.finished.len(), 3);
    // Nothing is held back any more.
    assert!(!dialogue.conversation.is_holding());
}

#[test]
fn each_that_is_new_is_waited_for() {
    let mut dialogue = Dialogue::prepared();
    dialogue.in_order(&["SELECT 2", "SELECT 3", "SELECT 1"]);
    dialogue.written();
    dialogue.read(&[&one()]);
    assert_eq!(dialogue.written(), "B:db_2 E S P:db_3 D:db_3 S");
    dialogue.read(&[&selected(2)]);
    assert_eq!(dialogue.written(), "");
    dialogue.read(&[&one()]);
    assert_eq!(dialogue.written(), "B:db_3 E S B:db_1 E S");
}

#[test]
fn one_that_cannot_be_prepared_holds_nobody_up() {
    let mut dialogue = Dialogue::prepared();
    dialogue.in_order(&["SELECT 2", "SELECT 1"]);
    dialogue.written();
    dialogue.read(&[&error("42601", "syntax error"), READY]);
    assert_eq!(dialogue.failure(), "42601");
    assert_eq!(dialogue.written(), "B:db_1 E S");
    dialogue.read(&[&selected(1)]);
    assert!(!dialogue.conversation.is_holding());
}

#[test]
fn one_that_is_given_up_holds_nobody_up() {
    let mut dialogue = Dialogue::prepared();
    dialogue.conversation.set_ordered(true);
    let id = dialogue.ask("SELECT 2", &[]);
    dialogue.script("SELECT 3");
    dialogue.written();
    dialogue.conversation.abandon(id);
    dialogue.read(&[&one()]);
    assert_eq!(dialogue.written(), "Q");
    dialogue.read(&[&complete("SELECT 1"), READY]);
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn others_are_sent_at_once() {
    let mut dialogue = Dialogue::prepared();
    dialogue.ask("SELECT 2", &[]);
    dialogue.ask("SELECT 1", &[]);
    assert_eq!(dialogue.written(), "P:db_2 D:db_2 S B:db_1 E S");
}
