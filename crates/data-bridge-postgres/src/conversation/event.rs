//! What comes without being asked for: notices and notifications, kept until somebody takes them,
//! and settings that changed.

use postgres_protocol::message::backend::{
    NOTIFICATION_RESPONSE_TAG, NoticeResponseBody, ParameterStatusBody,
};

use super::message::{malformed, parse};
use super::{Conversation, ServerError};
use crate::error::Error;
use crate::event::{Event, Notification};
use crate::read_buffer::Message;
use crate::request::Request;

/// Of more than these, which nobody has taken, the oldest are dropped.
const KEPT: usize = 10_000;

impl<R: Request> Conversation<R> {
    /// What has come by itself since the last time, oldest first.
    pub(crate) fn take_events(&mut self) -> std::collections::VecDeque<Event> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Takes a notice or a notification.
    #[cold]
    pub(super) fn event(&mut self, message: Message<'_>) -> Result<(), Error> {
        let event = if message.tag == NOTIFICATION_RESPONSE_TAG {
            Event::Notification(notification(message.body)?)
        } else {
            let notice = notice(message)?;
            if self.is_of_undoing(&notice.sqlstate) {
                return Ok(());
            }
            Event::Notice(Box::new(notice))
        };
        if self.events.len() == KEPT {
            self.events.pop_front();
        }
        self.events.push_back(event);
        Ok(())
    }

    /// Takes a setting that the server reports.
    pub(super) fn parameter_status(&mut self, body: &ParameterStatusBody) -> Result<(), Error> {
        let name = body.name().map_err(malformed)?;
        let value = body.value().map_err(malformed)?;
        // All text is read and written as UTF-8; in another encoding the server would keep other
        // characters than were meant.
        if name == "client_encoding" && value != "UTF8" {
            return Err(Error::Config(format!(
                "client_encoding must stay UTF8, and was set to {value}: the connection is closed"
            )));
        }
        self.parameters.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}

fn notice(message: Message<'_>) -> Result<ServerError, Error> {
    use postgres_protocol::message::backend::Message::NoticeResponse;
    let fields = |body: NoticeResponseBody| ServerError::parse(body.fields());
    match parse(message)? {
        NoticeResponse(body) => fields(body),
        _ => Err(Error::protocol("a notice that is none")),
    }
}

/// Taken apart by hand: a database without an encoding may send what is no UTF-8.
fn notification(body: &[u8]) -> Result<Notification, Error> {
    let malformed = || Error::protocol("a notification cut short");
    let (pid, texts) = body.split_first_chunk::<4>().ok_or_else(malformed)?;
    let mut texts = texts.split(|byte| *byte == 0);
    let mut text = || -> Result<String, Error> {
        let bytes = texts.next().ok_or_else(malformed)?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    };
    Ok(Notification {
        pid: i32::from_be_bytes(*pid),
        channel: text()?,
        payload: text()?,
    })
}
