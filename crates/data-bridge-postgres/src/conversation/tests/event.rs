//! Notices and notifications, whenever they come.

use super::Dialogue;
use super::wire::{BOUND, INT4, READY, complete, described, int4, message, selected};
use crate::error::Error;
use crate::event::{Event, Notification};
use crate::types::value::Value;

fn notified(channel: &str, payload: &str) -> Vec<u8> {
    let body = [
        b"\0\0\0\x07",
        channel.as_bytes(),
        b"\0",
        payload.as_bytes(),
        b"\0",
    ]
    .concat();
    message(b'A', &body)
}

fn noticed(text: &str) -> Vec<u8> {
    message(
        b'N',
        format!("SNOTICE\0VNOTICE\0C00000\0M{text}\0\0").as_bytes(),
    )
}

fn texts(dialogue: &mut Dialogue) -> Vec<String> {
    let events = dialogue.conversation.take_events().into_iter();
    let texts = events.map(|event| match event {
        Event::Notification(Notification {
            pid,
            channel,
            payload,
        }) => {
            format!("{channel}={payload} of {pid}")
        }
        Event::Notice(notice) => format!("{}: {}", notice.severity, notice.message),
    });
    texts.collect()
}

#[test]
fn come_between_all_other_messages() {
    let mut dialogue = Dialogue::new();
    dialogue.server(&[&notified("a", "early")]);
    dialogue.ask("SELECT a FROM t", &[]);
    dialogue.server(&[&noticed("one"), &described(&[], &[("a", INT4)])]);
    let rest = [complete("SELECT 1"), notified("b", ""), READY.to_vec()].concat();
    dialogue.server(&[BOUND, &noticed("two"), &int4(1), &notified("a", "é"), &rest]);
    assert_eq!(dialogue.rows(), [[Value::Int(1)]]);
    let expected = [
        "a=early of 7",
        "NOTICE: one",
        "NOTICE: two",
        "a=é of 7",
        "b= of 7",
    ];
    assert_eq!(texts(&mut dialogue), expected);
    assert!(!dialogue.conversation.has_events());
    dialogue.ask("SELECT a FROM t", &[]);
    dialogue.server(&[&selected(2)]);
    assert!(texts(&mut dialogue).is_empty());
}

#[test]
fn no_more_are_kept_than_a_bound() {
    let mut dialogue = Dialogue::new();
    for i in 0..10_005 {
        dialogue.server(&[&notified("a", &i.to_string())]);
    }
    let kept = texts(&mut dialogue);
    assert_eq!((kept.len(), kept[0].as_str()), (10_000, "a=5 of 7"));
}

#[test]
fn what_is_no_text_is_no_reason_to_end() {
    let mut dialogue = Dialogue::new();
    dialogue.server(&[&message(b'A', b"\0\0\0\x07a\0\xff\0")]);
    assert_eq!(texts(&mut dialogue), ["a=\u{fffd} of 7"]);
    for cut in [&b"\0\0"[..], b"\0\0\0\x07a"] {
        let heard = dialogue.hear(&message(b'A', cut));
        assert!(matches!(heard, Err(Error::Protocol(_))), "{cut:?}");
    }
}
