//! Portals: rows in portions, alone on the connection or inside a transaction.

use super::wire::{
    BOUND, INT4, READY, READY_FAILED, READY_INSIDE, complete, described, error, int4, message,
    outdated, selected,
};
use super::{Ask, Dialogue};
use crate::types::value::Value;

const SQL: &str = "SELECT a FROM t";
const SUSPENDED: &[u8] = b"s\0\0\0\x04";
const CLOSED: &[u8] = b"3\0\0\0\x04";

/// One execution without values.
fn once() -> Ask {
    Ask {
        executions: vec![Vec::new()],
        ..Ask::default()
    }
}

impl Dialogue {
    pub(super) fn portal(&mut self, sql: &str) -> Result<u64, String> {
        self.conversation
            .portal(sql, 2, once(), &mut self.out)
            .map_err(|refused| refused.error.to_string())
    }

    fn more(&mut self, portal: u64) -> Result<u64, String> {
        self.conversation
            .more(portal, 2, Ask::default(), &mut self.out)
            .map_err(|refused| refused.error.to_string())
    }

    fn close(&mut self, portal: u64) -> Option<Ask> {
        self.conversation
            .close_portal(portal, Some(Ask::default()), &mut self.out)
            .1
    }

    fn give_up(&mut self, id: u64) {
        assert!(self.conversation.abandon(id).is_some());
        self.conversation.abandon_portal(id, &mut self.out);
    }
}

/// A dialogue whose statement is prepared.
fn prepared() -> Dialogue {
    let mut dialogue = Dialogue::new();
    dialogue.ask(SQL, &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    dialogue.server(&[&selected(1)]);
    dialogue.rows();
    dialogue.written();
    dialogue
}

/// One that is in a transaction.
fn inside() -> Dialogue {
    let mut dialogue = prepared();
    dialogue.script("BEGIN");
    dialogue.server(&[&complete("BEGIN"), READY_INSIDE]);
    dialogue.answer().expect("it failed");
    dialogue.written();
    dialogue
}

fn integers(values: &[i64]) -> Vec<Vec<Value>> {
    values.iter().map(|v| vec![Value::Int(*v)]).collect()
}

#[test]
fn gives_its_rows_in_portions_without_a_sync() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    let name = format!("data_bridge_{portal}");
    assert_eq!(dialogue.written(), format!("B:{name} E:{name} H"));
    dialogue.server(&[BOUND, &int4(1), &int4(2), SUSPENDED]);
    assert_eq!(dialogue.rows(), integers(&[1, 2]));
    assert_eq!(dialogue.conversation.front_abandoned(), None);
    dialogue.more(portal).expect("refused");
    assert_eq!(dialogue.written(), format!("E:{name} H"));
    dialogue.server(&[&int4(3), &complete("SELECT 1")]);
    assert_eq!(dialogue.written(), "S");
    // What goes wrong at the Sync belongs to it, too: it has not ended before that.
    assert!(dialogue.finished.is_empty());
    dialogue.server(&[READY]);
    assert_eq!(dialogue.rows(), integers(&[3]));
    assert_eq!(dialogue.in_flight(), 0);
    assert_eq!(dialogue.more(portal), Err("the cursor is closed".into()));
    dialogue.ask(SQL, &[]);
    dialogue.server(&[&selected(4)]);
    assert_eq!(dialogue.rows(), integers(&[4]));
}

#[test]
fn has_the_connection_to_itself() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    assert!(dialogue.submit(SQL, &[&[]]).is_err());
    assert!(dialogue.portal(SQL).is_err());
    assert!(dialogue.more(portal).is_err());
    dialogue.server(&[BOUND, &int4(1), &int4(2), SUSPENDED]);
    dialogue.rows();
    assert!(dialogue.submit(SQL, &[&[]]).is_err());
    dialogue.written();
    assert!(dialogue.close(portal).is_none());
    assert_eq!(dialogue.written(), format!("C:data_bridge_{portal} S"));
    // From here on others may follow.
    dialogue.ask(SQL, &[]);
    dialogue.server(&[CLOSED, READY]);
    dialogue.rows();
    dialogue.server(&[&selected(4)]);
    assert_eq!(dialogue.rows(), integers(&[4]));
}

#[test]
fn waits_for_what_others_still_have_to_write() {
    let mut dialogue = prepared();
    dialogue.ask("SELECT b FROM t", &[]);
    assert_eq!(dialogue.written(), "P:db_2 D:db_2 S");
    let portal = dialogue.portal(SQL).expect("refused");
    assert_eq!(dialogue.written(), "");
    assert!(dialogue.submit(SQL, &[&[]]).is_err());
    dialogue.server(&[&described(&[], &[("b", INT4)])]);
    assert_eq!(dialogue.written(), "B:db_2 E S");
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    assert_eq!(dialogue.written(), "");
    dialogue.server(&[&selected(5)]);
    dialogue.rows();
    dialogue
        .conversation
        .release(&mut dialogue.out, &mut dialogue.finished);
    let name = format!("data_bridge_{portal}");
    assert_eq!(dialogue.written(), format!("B:{name} E:{name} H"));
}

#[test]
fn prepares_its_statement_first() {
    let mut dialogue = Dialogue::new();
    let portal = dialogue.portal(SQL).expect("refused");
    assert_eq!(dialogue.written(), "P:db_1 D:db_1 S");
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    let name = format!("data_bridge_{portal}");
    assert_eq!(dialogue.written(), format!("B:{name} E:{name} H"));
}

#[test]
fn a_statement_that_cannot_be_prepared_leaves_the_connection_free() {
    let mut dialogue = Dialogue::new();
    dialogue.portal(SQL).expect("refused");
    dialogue.server(&[&error("42P01", "no table"), READY]);
    assert_eq!(dialogue.failure(), "42P01");
    dialogue.ask(SQL, &[]);
    assert_eq!(dialogue.in_flight(), 1);
}

#[test]
fn an_error_ends_it() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.server(&[BOUND, &int4(1), &int4(2), SUSPENDED]);
    dialogue.rows();
    dialogue.more(portal).expect("refused");
    dialogue.written();
    dialogue.server(&[&int4(3), &error("22012", "division by zero")]);
    assert_eq!(dialogue.written(), "S");
    dialogue.server(&[READY]);
    assert_eq!(dialogue.failure(), "22012");
    dialogue.ask(SQL, &[]);
    assert_eq!(dialogue.written(), "B:db_1 E S");
}

#[test]
fn a_row_that_cannot_be_read_ends_it() {
    let mut dialogue = prepared();
    dialogue.portal(SQL).expect("refused");
    dialogue.written();
    let cut = message(b'D', b"\0\x01\0\0\0\x04\0");
    dialogue.server(&[BOUND, &cut, &int4(2), SUSPENDED]);
    assert_eq!(dialogue.written(), "S");
    dialogue.server(&[READY]);
    assert!(dialogue.failure().contains("cut short"));
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn closed_at_work_it_ends_behind_the_rows_on_their_way() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.written();
    assert!(dialogue.close(portal).is_some(), "the rows come back");
    assert_eq!(dialogue.written(), format!("C:data_bridge_{portal} S"));
    assert_eq!(dialogue.conversation.front_abandoned(), None);
    dialogue.server(&[BOUND, &int4(1), &int4(2), SUSPENDED]);
    assert!(dialogue.finished.is_empty());
    dialogue.server(&[CLOSED, READY]);
    dialogue.answer().expect("it failed");
    assert_eq!(dialogue.in_flight(), 0);
}

#[test]
fn given_up_it_ends() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.written();
    dialogue.give_up(portal);
    assert_eq!(dialogue.written(), "S");
    assert!(dialogue.conversation.front_abandoned().is_some());
    assert!(dialogue.conversation.is_ending_portal());
    dialogue.ask(SQL, &[]);
    dialogue.server(&[BOUND, &error("57014", "cancelled"), READY]);
    dialogue.server(&[&selected(4)]);
    assert_eq!(dialogue.rows(), integers(&[4]));
}

#[test]
fn given_up_before_it_is_open_it_never_opens() {
    let mut dialogue = Dialogue::new();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.give_up(portal);
    dialogue.written();
    dialogue.ask(SQL, &[]);
    dialogue.server(&[&described(&[], &[("a", INT4)])]);
    assert_eq!(dialogue.conversation.portals(), Vec::<u64>::new());
    assert!(!dialogue.written().contains('H'));
}

#[test]
fn an_outdated_statement_is_prepared_anew() {
    let mut dialogue = prepared();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.written();
    dialogue.server(&[&outdated(), READY]);
    assert_eq!(dialogue.written(), "S C:db_1 P:db_2 D:db_2 S");
    assert!(dialogue.submit(SQL, &[&[]]).is_err());
    dialogue.server(&[CLOSED, &described(&[], &[("a", INT4)])]);
    let name = format!("data_bridge_{portal}");
    assert_eq!(dialogue.written(), format!("B:{name} E:{name} H"));
    dialogue.server(&[BOUND, &int4(1), &complete("SELECT 1"), READY]);
    assert_eq!(dialogue.rows(), integers(&[1]));
}

#[test]
fn inside_a_transaction_others_may_come_between() {
    let mut dialogue = inside();
    let portal = dialogue.portal(SQL).expect("refused");
    let name = format!("data_bridge_{portal}");
    assert_eq!(dialogue.written(), format!("B:{name} E:{name} S"));
    dialogue.server(&[BOUND, &int4(1), &int4(2), SUSPENDED, READY_INSIDE]);
    assert_eq!(dialogue.rows(), integers(&[1, 2]));
    dialogue.ask(SQL, &[]);
    dialogue.more(portal).expect("refused");
    assert_eq!(dialogue.written(), format!("B:db_1 E S E:{name} S"));
    dialogue.server(&[BOUND, &int4(7), &complete("SELECT 1"), READY_INSIDE]);
    assert_eq!(dialogue.rows(), integers(&[7]));
    dialogue.server(&[&int4(3), &complete("SELECT 1"), READY_INSIDE]);
    assert_eq!(dialogue.rows(), integers(&[3]));
    // Its Close goes along with what comes next.
    assert!(dialogue.close(portal).is_some());
    dialogue.ask(SQL, &[]);
    assert_eq!(dialogue.written(), format!("C:{name} B:db_1 E S"));
    dialogue.server(&[CLOSED, BOUND, &complete("SELECT 0"), READY_INSIDE]);
    assert!(dialogue.rows().is_empty());
}

#[test]
fn a_failed_first_portion_leaves_no_portal() {
    let mut dialogue = inside();
    let portal = dialogue.portal(SQL).expect("refused");
    dialogue.server(&[&error("22012", "division by zero"), READY_FAILED]);
    assert_eq!(dialogue.failure(), "22012");
    assert_eq!(dialogue.more(portal), Err("the cursor is closed".into()));
    assert!(dialogue.conversation.portals().is_empty());
}

#[test]
fn a_lost_connection_ends_it() {
    let mut dialogue = prepared();
    dialogue.portal(SQL).expect("refused");
    let error = crate::error::Error::Lost("gone".to_owned());
    dialogue.conversation.fail(&error, &mut dialogue.finished);
    assert_eq!(dialogue.failure(), "gone");
    assert!(dialogue.conversation.portals().is_empty());
}
