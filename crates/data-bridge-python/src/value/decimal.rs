//! `decimal.Decimal`, made from its digits as text, which is exact whatever the context.

#![expect(
    unsafe_code,
    reason = "the garbage collector is told by the C API alone what it need not visit"
)]

use std::cell::Cell;

use data_bridge_postgres::types::Numeric;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use super::text;
use crate::error::Failure;

/// Room for digits is kept up to so many.
const KEPT: usize = 4096;

thread_local! {
    /// Room for the digits of a numeric on their way to a string.
    static DIGITS: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The class `decimal.Decimal`.
pub(crate) fn decimal_class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "decimal", "Decimal")
}

/// What makes a Decimal of a text: a method of a context that rounds nothing and traps nothing. It
/// takes its one argument without looking for keywords, as the class must.
fn make(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = MAKE.get_or_try_init(py, || {
        let module = py.import("decimal")?;
        let options = PyDict::new(py);
        options.set_item("prec", module.getattr("MAX_PREC")?)?;
        options.set_item("Emax", module.getattr("MAX_EMAX")?)?;
        options.set_item("Emin", module.getattr("MIN_EMIN")?)?;
        options.set_item("clamp", 0)?;
        options.set_item("traps", Vec::<Bound<'_, PyAny>>::new())?;
        let context = module.getattr("Context")?.call((), Some(&options))?;
        context.getattr("create_decimal").map(Bound::unbind)
    })?;
    Ok(make.bind(py))
}

pub(super) fn decimal<'py>(
    py: Python<'py>,
    value: Numeric<'_>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let mut digits = DIGITS.take();
    digits.clear();
    value.write_text(&mut digits);
    // Digits do not repeat as names do: they are not looked for among the shared strings.
    let text = text::own(py, &digits)?;
    if digits.capacity() <= KEPT {
        DIGITS.set(digits);
    }
    let decimal = make(py)?.call1((text,))?;
    // SAFETY: a live object. From Python 3.13 on the collector is shown every Decimal, though one
    // refers to its class alone, and a column of them would be visited again and again for nothing.
    // One that it does not know is passed over by this, and when it is freed.
    unsafe { ffi::PyObject_GC_UnTrack(decimal.as_ptr().cast()) };
    Ok(decimal)
}
