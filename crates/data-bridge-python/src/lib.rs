//! `data_bridge._engine`: the engine of data-bridge as a Python module.

use pyo3::prelude::*;

/// The engine of data-bridge, written in Rust.
#[pymodule(gil_used = true)]
mod _engine {
    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
