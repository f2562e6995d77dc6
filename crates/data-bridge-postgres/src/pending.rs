//! The requests that have been written and are not yet answered.

use std::sync::Arc;

use crate::conversation::Opening;
use crate::introspection::Answer;
use crate::request::Request;
use crate::statement::{Column, Statement};
use crate::types::DataType;

/// One unit of the conversation: all that stands between two `ReadyForQuery`.
pub(crate) struct Pending<R: Request> {
    pub(crate) id: u64,
    /// `None` once the caller has gone: the answer is read and dropped.
    pub(crate) request: Option<R>,
    pub(crate) stage: Stage<R::Layout>,
    /// The first thing that went wrong.
    pub(crate) error: Option<R::Error>,
    /// In which way that error says that the prepared statement is no longer right.
    pub(crate) stale: Option<Stale>,
    /// Whether a cancel request of ours, meant for another, can hit it.
    pub(crate) exposed: bool,
    /// Whether that error says that one did.
    pub(crate) hit: bool,
    /// Whether the server has said that it executed it.
    pub(crate) completed: bool,
}

/// What the server is answering.
#[derive(Debug)]
pub(crate) enum Stage<L> {
    /// Parse and Describe.
    Prepare(Box<Preparation>),
    /// The question who keeps prepared statements; nobody waits for it.
    Probe,
    /// What opens a transaction or a savepoint, before the same Sync as what stands behind it.
    Opening(Opening),
    /// Nothing, but the Sync of such.
    Opened,
    /// The query for the types that have no codec of their own.
    Introspect(Box<Preparation>),
    /// Bind and Execute, once or many times.
    Execute {
        statement: Arc<Statement<L>>,
        /// How often it was prepared for this very request.
        attempt: u8,
    },
    /// Query: a text of any number of statements, whose rows are not wanted.
    Script(Box<str>),
    /// A portal that has the connection to itself: Bind, Execute as often as rows are asked for,
    /// and a Sync at its end.
    Portal {
        statement: Arc<Statement<L>>,
        /// Whether the statement was prepared for this very request, or rows were given already.
        fresh: bool,
        flow: Flow,
    },
    /// Query: a COPY.
    Copy {
        sql: Box<str>,
        /// Which way its data goes, once the server has said so.
        direction: Option<Direction>,
    },
    /// Bind and Execute, so often that they are written in pieces; one Sync at their end.
    Executions {
        sql: Box<str>,
        /// Whether a transaction was open already, so that a savepoint stands before them.
        nested: bool,
        /// Whether the Sync is written.
        ended: bool,
    },
}

/// Which way the data of a COPY goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    In,
    Out,
    /// In, and all of it is written.
    Ended,
}

impl<L> Stage<L> {
    /// The SQL that an error may show: that of a COPY has the arguments of its query in it.
    pub(crate) fn shown(&self) -> Option<&str> {
        (!matches!(self, Self::Copy { .. })).then(|| self.sql())
    }

    /// The SQL that the caller gave.
    pub(crate) fn sql(&self) -> &str {
        match self {
            Self::Prepare(preparation) | Self::Introspect(preparation) => &preparation.sql,
            Self::Execute { statement, .. } | Self::Portal { statement, .. } => &statement.sql,
            Self::Script(sql) | Self::Copy { sql, .. } | Self::Executions { sql, .. } => sql,
            Self::Opening(opening) => opening.sql(),
            Self::Probe | Self::Opened => "",
        }
    }
}

/// Where a portal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Rows are on their way.
    Running,
    /// It waits until more are asked for.
    Suspended,
    /// Its Sync is written.
    Ending,
}

/// What an error says of a prepared statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stale {
    /// The session does not know it, or knows it already: it is not the session that it was.
    Lost,
    /// It was prepared for what is no longer so.
    Outdated,
    /// Perhaps the same: its parameters are of types that do not fit any more.
    Doubtful,
}

/// A statement on its way to being prepared.
#[derive(Debug)]
pub(crate) struct Preparation {
    pub(crate) sql: Box<str>,
    /// How often its request was tried before.
    pub(crate) attempt: u8,
    pub(crate) name: String,
    pub(crate) parameters: Vec<DataType>,
    pub(crate) columns: Vec<Column>,
    /// What the server says of their types.
    pub(crate) answer: Answer,
}

impl Preparation {
    /// The types of its parameters and columns.
    pub(crate) fn types(&mut self) -> impl Iterator<Item = &mut DataType> {
        let columns = self.columns.iter_mut().map(|column| &mut column.data_type);
        self.parameters.iter_mut().chain(columns)
    }
}
