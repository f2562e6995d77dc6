//! Strings, made with one copy where they are ASCII, and shared where they are short.

#![expect(
    unsafe_code,
    reason = "a new string is filled in place: the safe ways decode a text that is known to be ASCII"
)]

use data_bridge_postgres::types::DecodeError;
use pyo3::prelude::*;
use pyo3::{PyErr, ffi};

use super::short_string;
use crate::error::Failure;

/// The string of a text that is not known to be UTF-8 yet.
#[inline]
pub(super) fn text<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    match short_string::key(raw) {
        Some(key) => short_string::shared(py, key, || own(py, raw)),
        None => own(py, raw),
    }
}

/// A string of its own.
#[inline]
pub(super) fn own<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    // The empty string and those of one character exist already; making them is left to Python.
    if raw.len() > 1 && raw.is_ascii() {
        ascii(py, raw)
    } else {
        unicode(py, raw)
    }
}

/// The string of bytes that the caller knows to be ASCII, and more than one.
#[inline]
fn ascii<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    debug_assert!(raw.len() > 1 && raw.is_ascii());
    // SAFETY: a string with 127 as its largest character is compact ASCII, one byte a character,
    // with room for `raw.len()` of them (and the zero behind, already written). Nobody else has
    // seen it yet, so that its characters may still be written; and they are ASCII.
    unsafe {
        let object = ffi::PyUnicode_New(raw.len().cast_signed(), 127);
        let string = Bound::from_owned_ptr_or_err(py, object)?;
        std::ptr::copy_nonoverlapping(raw.as_ptr(), ffi::PyUnicode_1BYTE_DATA(object), raw.len());
        Ok(string)
    }
}

fn unicode<'py>(py: Python<'py>, raw: &[u8]) -> Result<Bound<'py, PyAny>, Failure> {
    // SAFETY: the pointer and the length are those of a slice, and no error handler means the
    // strict one.
    let string = unsafe {
        let object = ffi::PyUnicode_DecodeUTF8(
            raw.as_ptr().cast(),
            raw.len().cast_signed(),
            std::ptr::null(),
        );
        Bound::from_owned_ptr_or_opt(py, object)
    };
    string.ok_or_else(|| {
        let error = PyErr::fetch(py);
        if error.is_instance_of::<pyo3::exceptions::PyUnicodeDecodeError>(py) {
            DecodeError::Utf8.into()
        } else {
            error.into()
        }
    })
}
