//! Conversations without a server: messages as bytes, requests with plain values.

mod cancellation;
mod copy;
mod event;
mod executions;
mod failures;
mod opening;
mod order;
mod out_of_step;
mod pooler;
mod portal;
mod staleness;
mod statements;
mod types;
mod wire;

use std::collections::HashMap;

use bytes::{Buf, BytesMut};

use self::wire::{INT4, described, selected};
use super::{Conversation, TransactionStatus};
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::read_buffer::Message;
use crate::request::{Binder, Finished, Request, write_value};
use crate::row::DataRow;
use crate::statement::Statement;
use crate::statement::cache::{CacheLimits, StatementNames};
use crate::types::AnyCodec;
use crate::types::value::{Value, Values, encode};

/// A request of plain values: bound once for each list of them.
#[derive(Debug, Default)]
pub(super) struct Ask {
    executions: Vec<Vec<Value>>,
    rows: Vec<Vec<Value>>,
    tag: Option<String>,
    copied: Vec<u8>,
    bound: usize,
    /// How many columns it was told of while it was executed.
    columns: Vec<usize>,
}

impl Request for Ask {
    type Error = Error;
    type Layout = ();

    fn bind(
        &mut self,
        statement: &Statement<()>,
        binder: &mut Binder<'_>,
    ) -> Result<(), Self::Error> {
        self.bound += 1;
        for values in &self.executions {
            if values.len() != statement.parameters().len() {
                return Err(Error::Config("a wrong number of values".to_owned()));
            }
            binder.execute(values.len(), 0, |out| {
                for (value, parameter) in values.iter().zip(statement.parameters()) {
                    write_value(out, |out| match (value, &parameter.codec) {
                        (Value::Null, _) => Ok(false),
                        (value, AnyCodec::BuiltIn(codec)) => {
                            encode(value, *codec, out)
                                .map_err(|e| Error::Config(format!("{e:?}")))?;
                            Ok(true)
                        }
                        (_, AnyCodec::Composed(composed)) => Err(composed.unsupported()),
                    })?;
                }
                Ok::<_, Error>(())
            })?;
        }
        Ok(())
    }

    fn columns_changed(&mut self, statement: &Statement<()>) -> Result<(), Self::Error> {
        self.columns.push(statement.columns().len());
        Ok(())
    }

    fn row(&mut self, statement: &Statement<()>, mut row: DataRow<'_>) -> Result<(), Self::Error> {
        let mut values = Vec::new();
        for column in statement.columns() {
            values.push(match row.next_value()? {
                Some(raw) => column.data_type.codec.decode(raw, &mut Values)?,
                None => Value::Null,
            });
        }
        self.rows.push(values);
        Ok(())
    }

    fn command_complete(&mut self, tag: &[u8]) {
        self.tag = Some(String::from_utf8_lossy(tag).into_owned());
    }

    fn is_untouched(&self) -> bool {
        self.rows.is_empty()
    }

    fn copy_data(&mut self, data: &[u8]) {
        self.copied.extend_from_slice(data);
    }

    fn is_full(&self) -> bool {
        self.copied.len() > 5
    }
}

/// A conversation, and what has been written and answered.
pub(super) struct Dialogue {
    conversation: Conversation<Ask>,
    out: BytesMut,
    finished: Vec<Finished<Ask>>,
}

impl Dialogue {
    fn new() -> Self {
        Self::with_cache(10)
    }

    fn with_cache(size: usize) -> Self {
        Self::with(size, 4711)
    }

    /// A dialogue with who names a process.
    fn with(size: usize, process: i32) -> Self {
        Self::made(size, process, Catalogue::default())
    }

    fn sharing(catalogue: Catalogue) -> Self {
        Self::made(10, 4711, catalogue)
    }

    fn made(size: usize, process: i32, catalogue: Catalogue) -> Self {
        let limits = CacheLimits {
            count: size,
            lifetime: None,
            sql_bytes: None,
        };
        let names = StatementNames::of("db");
        Self {
            conversation: Conversation::new(limits, names, process, HashMap::new(), catalogue),
            out: BytesMut::new(),
            finished: Vec::new(),
        }
    }

    /// One in which `SELECT 1` has been prepared as `db_1`.
    fn prepared() -> Self {
        let mut dialogue = Self::new();
        dialogue.ask("SELECT 1", &[]);
        dialogue.server(&[&described(&[], &[("a", INT4)]), &selected(1)]);
        dialogue.rows();
        dialogue.written();
        dialogue
    }

    /// Asks for a statement to be executed once with each list of values.
    fn submit(&mut self, sql: &str, executions: &[&[Value]]) -> Result<u64, Error> {
        let request = Ask {
            executions: executions.iter().map(|values| values.to_vec()).collect(),
            ..Ask::default()
        };
        let submitted = self.conversation.submit(sql, request, &mut self.out);
        submitted.map_err(|refused| refused.error)
    }

    fn ask(&mut self, sql: &str, values: &[Value]) -> u64 {
        self.submit(sql, &[values]).expect("it was refused")
    }

    fn script(&mut self, sql: &str) -> u64 {
        let submitted = self
            .conversation
            .script(sql, Ask::default(), &mut self.out)
            .map_err(|refused| refused.error);
        submitted.expect("it was refused")
    }

    /// What was written since the last time: the tag of each message, the name of a statement.
    fn written(&mut self) -> String {
        let mut words = Vec::new();
        while !self.out.is_empty() {
            let length = u32::from_be_bytes([self.out[1], self.out[2], self.out[3], self.out[4]]);
            let mut message = self.out.split_to(length as usize + 1);
            let tag = char::from(message[0]);
            message.advance(match tag {
                'D' | 'C' => 6,
                _ => 5,
            });
            let mut texts = message[..].split(|b| *b == 0).map(String::from_utf8_lossy);
            let name = texts.next().unwrap_or_default();
            words.push(match tag {
                'B' if name.is_empty() => format!("B:{}", texts.next().unwrap_or_default()),
                'E' if !name.is_empty() => format!("E:{name}"),
                'P' | 'D' | 'B' | 'C' => format!("{tag}:{name}"),
                _ => tag.to_string(),
            });
        }
        words.join(" ")
    }

    /// The text of the last statement that was parsed.
    fn said(&mut self) -> String {
        let mut said = String::new();
        while !self.out.is_empty() {
            let length = u32::from_be_bytes([self.out[1], self.out[2], self.out[3], self.out[4]]);
            let message = self.out.split_to(length as usize + 1);
            if message[0] == b'P' {
                let mut parts = message[5..].split(|byte| *byte == 0).skip(1);
                said = String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
            }
        }
        said
    }

    /// Takes what the server says.
    fn hear(&mut self, said: &[u8]) -> Result<(), Error> {
        let mut rest = said;
        while let [tag, a, b, c, d, ..] = *rest {
            let length = u32::from_be_bytes([a, b, c, d]) as usize;
            let body = &rest[5..=length];
            rest = &rest[length + 1..];
            self.conversation
                .handle(Message { tag, body }, &mut self.out, &mut self.finished)?;
        }
        assert!(rest.is_empty(), "the test says half a message");
        Ok(())
    }

    fn server(&mut self, said: &[&[u8]]) {
        self.hear(&said.concat()).expect("the conversation ends");
    }

    /// The one request that has been answered since the last time.
    fn answer(&mut self) -> Result<Ask, Error> {
        assert_eq!(self.finished.len(), 1, "not one answer");
        let Finished { request, outcome } = self.finished.remove(0);
        outcome.map(|()| request)
    }

    /// The rows of the one request that has been answered.
    fn rows(&mut self) -> Vec<Vec<Value>> {
        self.answer().expect("it failed").rows
    }

    /// The SQLSTATE, or the message, of the one request that has failed.
    fn failure(&mut self) -> String {
        match self.answer() {
            Ok(_) => panic!("it did not fail"),
            Err(Error::Server(error)) => error.sqlstate,
            Err(error) => error.to_string(),
        }
    }

    fn status(&self) -> TransactionStatus {
        self.conversation.status()
    }

    fn in_flight(&self) -> usize {
        self.conversation.in_flight()
    }
}
