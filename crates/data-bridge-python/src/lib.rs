//! `data_bridge._engine`: the engine of data-bridge as a Python module.

mod alarm;
mod arguments;
mod columns;
mod connection;
mod copy;
mod description;
mod error;
mod event;
mod executions;
mod model_layout;
mod observation;
mod operation;
mod parameter;
mod prepared_statement;
mod record;
mod reply;
mod sharing;
mod startup;
mod sync_connection;
mod transaction;
mod type_codec;
mod value;

use pyo3::prelude::*;

/// The engine of data-bridge, written in Rust.
#[pymodule(gil_used = true)]
mod _engine {
    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_export]
    use crate::alarm::Alarm;
    #[pymodule_export]
    use crate::columns::Columns;
    #[pymodule_export]
    use crate::connection::copy::AsyncCopy;
    #[pymodule_export]
    use crate::connection::{AsyncConnection, AsyncCursor};
    #[pymodule_export]
    use crate::copy::record::{RecordDecoder, RecordEncoder};
    #[pymodule_export]
    use crate::description::Description;
    #[pymodule_export]
    use crate::executions::ExecutionEncoder;
    #[pymodule_export]
    use crate::model_layout::ModelLayout;
    #[pymodule_export]
    use crate::prepared_statement::StatementPin;
    #[pymodule_export]
    use crate::record::{RecordShape, make_record};
    #[pymodule_export]
    use crate::reply::Reply;
    #[pymodule_export]
    use crate::sharing::Sharing;
    #[pymodule_export]
    use crate::startup::{Connecting, ConnectionConfig, connect, connect_blocking};
    #[pymodule_export]
    use crate::sync_connection::copy::SyncCopy;
    #[pymodule_export]
    use crate::sync_connection::{SyncConnection, SyncCursor, SyncMember};
    #[pymodule_export]
    use crate::type_codec::TypeCodec;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        // Nothing that is measured with an engine built for tests counts: who measures wants to know.
        module.add("debug_build", cfg!(debug_assertions))?;
        module.add("Record", crate::record::record_type(module.py())?)
    }
}
