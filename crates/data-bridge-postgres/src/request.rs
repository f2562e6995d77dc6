//! What a caller hands to a connection, and gets back.

use bytes::{BufMut, BytesMut};

use crate::error::Error;
use crate::row::DataRow;
use crate::statement::{Formats, Statement};

/// One statement's caller: it binds the parameters and takes the rows.
///
/// The connection is generic over it, so that decoding goes from the receive buffer straight
/// into the caller's own values, without a row type in between.
pub trait Request: Sized {
    /// The caller's error, which can hold the engine's.
    type Error: From<Error>;
    /// What the caller keeps with a prepared statement (column names, slot offsets).
    type Layout;

    /// Writes the parameters: one `binder.execute(..)` for each execution of the statement.
    ///
    /// # Errors
    /// When a parameter cannot be written. Nothing of the request is sent then.
    fn bind(
        &mut self,
        statement: &Statement<Self::Layout>,
        binder: &mut Binder<'_>,
    ) -> Result<(), Self::Error>;

    /// Takes the description of its statement, where that is all it asks for: it is then done, and
    /// nothing is executed. `None` where it is to be executed.
    fn describe(
        &mut self,
        _statement: &Statement<Self::Layout>,
    ) -> Option<Result<(), Self::Error>> {
        None
    }

    /// Hears that its rows will have other columns than `bind` was told.
    ///
    /// # Errors
    /// When it cannot take them. They are skipped then; the statement has been executed.
    fn columns_changed(&mut self, statement: &Statement<Self::Layout>) -> Result<(), Self::Error>;

    /// Takes a row.
    ///
    /// # Errors
    /// When it cannot be decoded. The rest of the result is skipped, the connection goes on.
    fn row(
        &mut self,
        statement: &Statement<Self::Layout>,
        row: DataRow<'_>,
    ) -> Result<(), Self::Error>;

    /// Takes the tag of a finished command (`INSERT 0 1`).
    fn command_complete(&mut self, tag: &[u8]);

    /// Whether it has taken no row so far, so that it can be run once more.
    fn is_untouched(&self) -> bool;

    /// Takes a piece of what a COPY gives.
    fn copy_data(&mut self, _data: &[u8]) {}

    /// Whether it has taken so much that nothing more should be read for now.
    fn is_full(&self) -> bool {
        false
    }
}

/// A request that has been answered.
pub struct Finished<R: Request> {
    /// The request, with what it took.
    pub request: R,
    /// How it ended.
    pub outcome: Result<(), R::Error>,
}

/// Writes the executions of one prepared statement.
#[derive(Debug)]
pub struct Binder<'a> {
    name: &'a str,
    formats: &'a Formats,
    out: &'a mut BytesMut,
}

impl<'a> Binder<'a> {
    pub(crate) fn new<L>(statement: &'a Statement<L>, out: &'a mut BytesMut) -> Self {
        Self {
            name: &statement.name,
            formats: statement.formats(),
            out,
        }
    }

    pub(crate) fn unnamed(formats: &'a Formats, out: &'a mut BytesMut) -> Self {
        Self {
            name: "",
            formats,
            out,
        }
    }

    /// Writes one execution (Bind and Execute); `write` writes `count` values, each with its
    /// length in front (see [`write_value`]). `max_rows` ends a query early; 0 asks for all.
    ///
    /// # Errors
    /// Those of `write`, and when the message would not fit into the protocol.
    pub fn execute<E: From<Error>>(
        &mut self,
        count: usize,
        max_rows: u32,
        write: impl FnOnce(&mut BytesMut) -> Result<(), E>,
    ) -> Result<(), E> {
        let out = &mut *self.out;
        let count = u16::try_from(count).map_err(|_| {
            Error::TooLarge(format!(
                "a statement takes at most 65535 parameters, not {count}"
            ))
        })?;
        out.put_u8(b'B');
        let base = out.len();
        out.put_u32(0);
        out.put_u8(0);
        out.put_slice(self.name.as_bytes());
        out.put_u8(0);
        out.put_slice(&self.formats.parameters);
        out.put_u16(count);
        write(out)?;
        out.put_slice(&self.formats.columns);
        let length = out.len() - base;
        if length > 0x3fff_ffff {
            return Err(Error::TooLarge(format!(
                "the parameters take {length} bytes; a message holds at most 1 GiB"
            ))
            .into());
        }
        out[base..base + 4].copy_from_slice(&(length as u32).to_be_bytes());
        // Execute of the unnamed portal.
        out.put_slice(b"E\0\0\0\x09\0");
        out.put_u32(max_rows);
        Ok(())
    }
}

/// Writes one value with its length in front; `write` returns false for NULL.
///
/// # Errors
/// Those of `write`, and when the value is longer than the protocol can say.
#[inline]
pub fn write_value<E: From<Error>>(
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<bool, E>,
) -> Result<(), E> {
    let base = out.len();
    out.put_i32(-1);
    if write(out)? {
        let length = i32::try_from(out.len() - base - 4)
            .map_err(|_| Error::TooLarge("a value of more than 2 GiB".to_owned()))?;
        out[base..base + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}
