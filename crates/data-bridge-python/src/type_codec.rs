//! How values of a type are read and written in a way of the caller's own.

use std::sync::Arc;

use data_bridge_postgres::types::Format;
use data_bridge_postgres::types::composed::{BinaryForm, Custom, Handle};
use data_bridge_postgres::{Connection, Request};
use pyo3::prelude::*;

use crate::value::CustomCodec;

/// The two functions for a type, or that it is read and written as usual again.
#[pyclass(module = "data_bridge._engine", frozen)]
#[derive(Debug)]
pub(crate) struct TypeCodec {
    pub(crate) oid: u32,
    pub(crate) name: String,
    pub(crate) custom: Option<Custom>,
}

#[pymethods]
impl TypeCodec {
    /// `receive` is the server's function that reads the type's binary form, by which it is known
    /// whether that is a text. Without functions the type is read and written as usual.
    #[new]
    #[pyo3(signature = (oid, name, receive, encoder=None, decoder=None, *, binary=false))]
    fn new(
        oid: u32,
        name: String,
        receive: &str,
        encoder: Option<Py<PyAny>>,
        decoder: Option<Py<PyAny>>,
        binary: bool,
    ) -> Self {
        let form = if binary { Format::Binary } else { Format::Text };
        let binary = match receive {
            "textrecv" | "varcharrecv" | "bpcharrecv" | "namerecv" | "unknownrecv"
            | "citextrecv" | "enum_recv" | "json_recv" | "xml_recv" => BinaryForm::Text,
            "jsonb_recv" => BinaryForm::VersionedText,
            _ => BinaryForm::Other,
        };
        let custom = encoder.zip(decoder).map(|(encoder, decoder)| Custom {
            form,
            binary,
            handle: Handle(Arc::new(CustomCodec { encoder, decoder })),
        });
        Self { oid, name, custom }
    }
}

impl TypeCodec {
    /// Has a connection use it from its next statement on.
    pub(crate) fn set<R: Request>(&self, engine: &mut Connection<R>) {
        engine.set_type_codec(self.oid, &self.name, self.custom.clone());
    }
}
