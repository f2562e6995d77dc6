//! The types of a connection's statements: those that turn out to be others, and those that
//! somebody reads in a way of his own.

use std::sync::Arc;

use super::Conversation;
use crate::pending::Stage;
use crate::request::Request;
use crate::statement::{Column, Statement};
use crate::types::DataType;
use crate::types::composed::Custom;

impl<R: Request> Conversation<R> {
    /// Multiranges came with version 14, and the column that they stand in.
    pub(super) fn has_multiranges(&self) -> bool {
        let version = self.parameter("server_version").unwrap_or_default();
        let major = version.split(|c: char| !c.is_ascii_digit()).next();
        major
            .and_then(|major| major.parse().ok())
            .is_none_or(|major: u32| major >= 14)
    }

    /// A statement failed. Where that was for a type that is not what it was, or not known, it is
    /// prepared anew the next time, and the type asked about.
    #[cold]
    pub(super) fn reconsider(&mut self, stage: &Stage<R::Layout>) -> &mut Self {
        let (Stage::Execute { statement, .. } | Stage::Portal { statement, .. }) = stage else {
            return self;
        };
        let columns = &statement.columns;
        let outdated = columns.iter().any(|column| column.data_type.is_outdated());
        if outdated {
            self.types.forget();
        }
        if outdated || self.types.is_wanting() {
            self.forget(statement);
        }
        self
    }

    /// Values do not fit a statement's parameters: types of the database's own among these may have
    /// been altered, so they are asked about when it is prepared anew.
    #[cold]
    pub(super) fn doubt_types(&mut self, statement: &Statement<R::Layout>) {
        if statement.parameters.iter().any(DataType::is_learned) {
            self.types.forget();
        }
    }

    /// Has values of a type read and written in somebody's own way, or as they were again. All
    /// statements are described anew at their next use.
    pub(crate) fn set_type_codec(&mut self, oid: u32, name: Arc<str>, custom: Option<Custom>) {
        self.types.set_custom(oid, name, custom);
        self.redefined();
    }

    /// Goes back to the codecs that were set for all who share the catalogue.
    pub(crate) fn reset_type_codecs(&mut self) {
        if self.types.reset_customs() {
            self.redefined();
        }
    }

    /// What columns of these types are like; `None` when the server must be asked about one.
    pub(crate) fn columns(&self, types: &[(String, u32)]) -> Option<Vec<Column>> {
        let known = self.types.know(types.iter().map(|(_, oid)| *oid));
        let columns = types.iter().map(|(name, oid)| Column {
            name: name.clone(),
            data_type: self.types.describe(*oid),
        });
        known.then(|| columns.collect())
    }

    /// Forgets what was learned of the database's own types, for all who share the catalogue.
    pub(crate) fn reload_types(&mut self) {
        self.types.forget();
        self.redefined();
    }

    /// Forgets all types, since the connection has ended: codecs of somebody's own may refer back
    /// to it.
    pub(super) fn clear_types(&mut self) {
        self.types.clear();
        drop(self.statements.drain());
    }
}
