//! What COPY has in common, whoever drives the connection: its data, and whose turn it is.

pub(crate) mod given;
pub(crate) mod pieces;
pub(crate) mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use data_bridge_postgres::CopyState;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// How much data is handed over at once: enough to make a turn of the loop, or a write to a file,
/// worth its while, and encoded or decoded in a few milliseconds at most. While so much waits to be
/// taken no more is read.
pub(crate) const PIECE: usize = 128 * 1024;

/// Data that a COPY gave and that nobody has taken yet, shared by the request, which gets it, and
/// by who takes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Copied(Arc<Mutex<Data>>);

#[derive(Debug, Default)]
struct Data {
    bytes: BytesMut,
    pieces: u64,
}

impl Copied {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, data: &[u8]) {
        let mut copied = self.data();
        copied.bytes.extend_from_slice(data);
        copied.pieces += 1;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.data().bytes.len() >= PIECE
    }

    /// What there is; `None` when there is nothing.
    pub(crate) fn take<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let mut copied = self.data();
        let taken = (!copied.bytes.is_empty()).then(|| PyBytes::new(py, &copied.bytes));
        copied.bytes.clear();
        taken
    }

    /// How many messages of data came: the server sends one for each row.
    pub(crate) fn pieces(&self) -> u64 {
        self.data().pieces
    }

    /// Whether it is the client's turn, and the COPY goes on: there is room for more data, or data
    /// to take. `Some(false)` when it is over, `None` when it is the server's turn.
    pub(crate) fn turn(&self, state: CopyState) -> Option<bool> {
        let size = self.data().bytes.len();
        match state {
            CopyState::In { room: true } => Some(true),
            CopyState::Out if size >= PIECE => Some(true),
            CopyState::Over => Some(size > 0),
            CopyState::In { room: false } | CopyState::Out | CopyState::Waiting => None,
        }
    }
}
