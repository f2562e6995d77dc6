//! Lists, made at their full length and filled from the first item to the last.

#![expect(
    unsafe_code,
    reason = "a new list's items are set in place, without a check for each"
)]

use pyo3::ffi;
use pyo3::prelude::*;

use crate::error::Failure;

/// A list that nobody sees before it is full.
pub(super) struct ListBuilder<'py> {
    list: Bound<'py, PyAny>,
    length: usize,
    filled: usize,
}

impl<'py> ListBuilder<'py> {
    #[inline]
    pub(super) fn new(py: Python<'py>, length: usize) -> Result<Self, Failure> {
        // SAFETY: what `PyList_New` returns is a new reference or null with an error set. Its items
        // are null until they are filled, which the list's own destructor allows for; untracked, it
        // cannot be found through the garbage collector meanwhile, whatever code runs while items
        // are made.
        let list = unsafe {
            let object = ffi::PyList_New(length.cast_signed());
            let list = Bound::from_owned_ptr_or_err(py, object)?;
            ffi::PyObject_GC_UnTrack(object.cast());
            list
        };
        Ok(Self {
            list,
            length,
            filled: 0,
        })
    }

    #[inline]
    pub(super) fn push(&mut self, item: Bound<'py, PyAny>) {
        assert!(
            self.filled < self.length,
            "a list is filled no further than its length"
        );
        // SAFETY: the index is below the length, the place is still null, and the reference is
        // handed over.
        unsafe {
            ffi::PyList_SET_ITEM(
                self.list.as_ptr(),
                self.filled.cast_signed(),
                item.into_ptr(),
            );
        }
        self.filled += 1;
    }

    #[inline]
    pub(super) fn finish(self) -> Bound<'py, PyAny> {
        assert!(
            self.filled == self.length,
            "a list is shown when it is full"
        );
        // SAFETY: the list is complete, and was untracked by `new`.
        unsafe { ffi::PyObject_GC_Track(self.list.as_ptr().cast()) };
        self.list
    }
}
